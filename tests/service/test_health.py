"""Health, and overlays."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette

from geodata.errors import StoreUnusable
from layers import overlays
from monitoring.office import Office
from monitoring.permissions import LOCAL
from service import context as contexts
from service.context import ServiceContext
from service.routes import routes
from tests.fakes import MemoryStore
from tests.service.ground import CODE, Caller, Ground


class BrokenStore(MemoryStore):
    """A store whose file has gone away."""

    def last_seq(self) -> int:
        raise StoreUnusable("matbang.gpkg", "no such file")


def test_a_server_that_can_work_says_so(client: Caller, ground: Ground):
    assert client.get("/healthz").json() == {
        "status": "ok",
        "store": ground.office.store.identity,
        "seq": ground.office.store.last_seq(),
    }


def test_a_store_that_fails_makes_the_server_unavailable(ground: Ground):
    office = Office(BrokenStore(), ground.office.workflow, ground.office.stages, ground.office.clock)
    context = ServiceContext(office, LOCAL, ground.context.tiles, ground.context.live)
    answer = Caller(Starlette(routes=routes(context))).get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["error"] == "StoreUnusable"
    assert "matbang.gpkg" in answer.json()["message"]


def test_routes_may_be_built_before_the_store_is_open(ground: Ground, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(contexts._Provided, "context", None)
    client = Caller(Starlette(routes=routes()))
    with pytest.raises(RuntimeError, match="provide"):
        client.get("/healthz")
    contexts.provide(ground.context)
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("name", overlays.NAMES)
def test_every_shipped_overlay_is_served_and_kept(client: Caller, name: str):
    answer = client.get(f"/overlays/{name}.geojson", accept_encoding="gzip")
    assert answer.headers["content-type"].startswith("application/geo+json")
    assert answer.json() == overlays.overlay(name)
    assert client.get(f"/overlays/{name}.geojson", if_none_match=answer.headers["etag"]).status_code == 304


def test_the_boundary_belongs_to_a_project(client: Caller):
    body = client.get(f"/overlays/boundary.geojson?project={CODE}").json()
    assert len(body["features"]) == 1
    assert client.get("/overlays/boundary.geojson?project=NO").status_code == 404
    assert client.get("/overlays/boundary.geojson").status_code == 404


def test_an_unknown_overlay_is_refused(client: Caller, tmp_path: Path):
    assert client.get("/overlays/secrets.geojson").status_code == 404
    assert client.get("/overlays/..%2fstore.geojson").status_code == 404
