from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from service.routes import routes
from tests.service.ground import Caller, Ground, make_ground


@pytest.fixture
def empty_ground(tmp_path: Path) -> Iterator[Ground]:
    ground = make_ground(tmp_path)
    yield ground
    ground.context.tiles.close()
    ground.office.store.close()


@pytest.fixture
def ground(empty_ground: Ground) -> Ground:
    empty_ground.deliver(12)
    return empty_ground


@pytest.fixture
def client(ground: Ground) -> Caller:
    return Caller(Starlette(routes=routes(ground.context)))
