from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from geodata.ports import Store
from geodata.store import open_store
from tests.fakes import MovableClock
from tests.geodata.store.making import filled, url_of


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kho" / "matbang.gpkg"


@pytest.fixture
def store(file: Path, clock: MovableClock) -> Iterator[Store]:
    opened = open_store(url_of(file), clock)
    yield opened
    opened.close()


@pytest.fixture
def project_id(store: Store) -> int:
    return filled(store)
