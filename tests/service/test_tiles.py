"""Tiles by version, and the state of their building."""

from __future__ import annotations

import gzip
import math
import subprocess
import sys
import time
from pathlib import Path

import mapbox_vector_tile
import pytest
from starlette.applications import Starlette

from geodata.tile_builds import TileBuilds
from geodata.tiles import TileJob, archive_path
from monitoring import operations
from monitoring.permissions import LOCAL
from service.context import ServiceContext
from service.routes import routes
from tests.service.ground import CODE, ROOT, SOUTH, STEP, WEST, Caller, Ground, new_project

STATE = f"/api/v1/projects/{CODE}/tiles"


def tile_over(longitude: float, latitude: float, zoom: int) -> str:
    x = int((longitude + 180) / 360 * 2**zoom)
    y = int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2**zoom)
    return f"{zoom}/{x}/{y}.mvt"


def wait_until_built(client: Caller) -> dict[str, object]:
    for _ in range(600):
        state: dict[str, object] = client.get(STATE).json()
        if state["state"] != "building":
            return state
        time.sleep(0.05)
    raise AssertionError("still building")


def with_child(ground: Ground, *child: str) -> Caller:
    """Return a client whose tiles are drawn by another program."""
    tiles = TileBuilds(ground.home, ground.url, ground.office.store.identity, child)
    context = ServiceContext(ground.office, ground.context.actor, tiles, ground.context.live)
    return Caller(Starlette(routes=routes(context)))


def test_tiles_are_built_when_first_asked_for_and_hold_text(client: Caller):
    state = wait_until_built(client)
    assert (state["state"], state["percent"], state["ready"]) == ("ready", 100, True)
    answer = client.get(f"/tiles/{CODE}/{state['version']}/{tile_over(WEST + STEP, SOUTH + STEP / 2, 14)}")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    layers = mapbox_vector_tile.decode(answer.content)
    assert {feature["properties"]["id"] for feature in layers["parcels"]["features"]} == set(range(1, 13))
    assert {feature["properties"]["number"] for feature in layers["labels"]["features"]} == {
        str(n) for n in range(1, 13)
    }
    assert layers["labels"]["features"][0]["properties"]["label"].startswith("1/")


def test_tiles_travel_packed_to_those_who_unpack_them(client: Caller):
    state = wait_until_built(client)
    address = f"/tiles/{CODE}/{state['version']}/{tile_over(WEST + STEP, SOUTH + STEP / 2, 14)}"
    packed, plain = client.get(address, accept_encoding="gzip"), client.get(address, accept_encoding="identity")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content  # httpx unpacks


def test_nothing_drawn_is_an_empty_answer_and_an_unknown_version_is_refused(client: Caller):
    version = wait_until_built(client)["version"]
    assert client.get(f"/tiles/{CODE}/{version}/14/1/1.mvt").status_code == 204
    assert client.get(f"/tiles/{CODE}/{version}/14/99999/1.mvt").status_code == 204
    assert client.get(f"/tiles/{CODE}/999/14/1/1.mvt").status_code == 404
    assert client.get("/tiles/NO/1/14/1/1.mvt").status_code == 404
    assert client.get(f"/tiles/{CODE}/x/14/1/1.mvt").status_code == 404


def test_a_tile_that_is_not_built_yet_tells_how_far_the_building_is(ground: Ground):
    client = with_child(ground, sys.executable, "-c", "import time; time.sleep(60)")
    answer = client.get(f"/tiles/{CODE}/1/14/1/1.mvt")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["state"] == "building"
    assert answer.json()["message"] == "Waiting to draw the map"


def test_a_project_without_parcels_has_no_tiles(empty_ground: Ground):
    operations.open_project(LOCAL, empty_ground.office, new_project())
    client = Caller(Starlette(routes=routes(empty_ground.context)))
    assert client.get(STATE).json()["state"] == "absent"
    assert client.get(f"/tiles/{CODE}/0/14/1/1.mvt").status_code == 404


def test_a_child_that_dies_leaves_a_sentence_and_another_try_may_succeed(ground: Ground, tmp_path: Path):
    program = tmp_path / "child.py"
    program.write_text("import os; os.kill(os.getpid(), 9)")
    client = with_child(ground, sys.executable, str(program))
    state = wait_until_built(client)
    assert (state["state"], state["error"]) == ("error", "crashed")
    assert "Try again" in str(state["message"])
    assert client.get(STATE).json()["state"] == "error"  # asking how it is does not try again
    assert not list((ground.home / "tiles").rglob("*.pmtiles"))
    program.write_text("from geodata.tiles import main; raise SystemExit(main())")
    assert client.post(STATE).json()["state"] == "building"
    assert wait_until_built(client)["state"] == "ready"


@pytest.mark.parametrize(
    ("told", "error"), [('{"errno": 28, "failure": "OSError"}', "disk_full"), ('{"failure": "StoreBusy"}', "store")]
)
def test_the_reason_of_a_failure_is_told(ground: Ground, told: str, error: str):
    client = with_child(ground, sys.executable, "-c", f"print('{told}'); raise SystemExit(4)")
    assert wait_until_built(client)["error"] == error


def test_a_new_delivery_gets_tiles_of_its_own_and_the_old_ones_stay_while_asked_for(client: Caller, ground: Ground):
    old = wait_until_built(client)["version"]
    ground.deliver(3, sheet="2", north=11.2)
    new = wait_until_built(client)["version"]
    assert new != old
    over = tile_over(WEST + STEP, SOUTH + STEP / 2, 14)
    assert client.get(f"/tiles/{CODE}/{old}/{over}").status_code == 200
    assert client.get(f"/tiles/{CODE}/{new}/{tile_over(WEST + STEP, 11.2 + STEP / 2, 14)}").status_code == 200


def test_a_damaged_archive_is_built_anew(ground: Ground, client: Caller):
    path = archive_path(ground.home, ground.office.store.identity, 1, 1)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PMTiles, it is not")
    assert wait_until_built(client)["state"] == "ready"
    assert path.stat().st_size > 1000


def test_a_build_for_a_geometry_that_moved_on_leaves_no_archive(ground: Ground):
    job = TileJob(ground.url, CODE, 999, str(ground.home / "x.pmtiles"))
    child = [sys.executable, "-m", "geodata.tiles"]
    done = subprocess.run(child, input=job.to_json(), text=True, capture_output=True, check=False, cwd=ROOT)
    assert done.returncode == 3
    assert '"moved"' in done.stdout
    assert not list(ground.home.rglob("*.pmtiles"))


def test_the_archive_of_a_packed_tile_says_that_it_is_packed(ground: Ground, client: Caller):
    wait_until_built(client)
    archive = ground.context.tiles.archive(ground.office.store.project(CODE), 1)
    assert archive is not None
    assert archive.gzipped
    zoom, x, y = (int(part) for part in tile_over(WEST + STEP, SOUTH + STEP / 2, 12).removesuffix(".mvt").split("/"))
    assert gzip.decompress(archive.tile(zoom, x, y) or b"")
