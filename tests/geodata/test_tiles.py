"""Tile archives: every parcel on every zoom level, whole or not there at all."""

from __future__ import annotations

import gzip
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.reader import MmapSource, all_tiles
from shapely.geometry import MultiPolygon, Polygon, box

from geodata import tile_builds
from geodata.records import Parcel, ParcelKey, Project
from geodata.tile_builds import BuildStage, BuildState, TileBuilds
from geodata.tiles import LABELS_FROM, MAX_ZOOM, MIN_ZOOM, TileArchive, archive_path, draw, zoom_range

STEP = 0.0003


def parcel(number: int, geometry: Polygon | MultiPolygon) -> Parcel:
    return Parcel(
        id=number,
        project_id=1,
        key=ParcelKey("23095", "07", f"{number:03d}"),
        land_types="CLN",
        land_circular="",
        registered_area_m2=None,
        measured_area_m2=1000.0,
        recovered_area_m2=None,
        geometry=geometry,
        label_point=geometry.representative_point(),
    )


def field() -> Sequence[Parcel]:
    """Return 150 ordinary parcels, one in two parts and one of a single square metre."""
    grid = [
        box(108 + x * STEP, 11.1 + y * STEP, 108 + (x + 1) * STEP, 11.1 + (y + 1) * STEP)
        for x in range(15)
        for y in range(10)
    ]
    two = MultiPolygon([box(108.006, 11.1, 108.0062, 11.1002), box(108.0064, 11.1, 108.0066, 11.1002)])
    speck = box(108.007, 11.101, 108.00701, 11.10101)
    return [parcel(number, geometry) for number, geometry in enumerate([*grid, two, speck], start=1)]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiles") / "1-1.pmtiles"
    stages: list[tuple[str, int]] = []
    draw(field(), path, lambda stage, percent: stages.append((stage, percent)))
    assert [stage for stage, _ in stages] == ["preparing", "writing"]
    return path


def tiles_of(path: Path) -> dict[tuple[int, int, int], bytes]:
    """Return all tiles by the library's own reader."""
    with path.open("rb") as file:
        return dict(all_tiles(MmapSource(file)))


def decoded(path: Path) -> dict[int, dict[str, list[dict[str, Any]]]]:
    """Return the features of each zoom level and layer, by an independent reader and decoder."""
    found: dict[int, dict[str, list[dict[str, Any]]]] = {}
    for (zoom, _, _), tile in tiles_of(path).items():
        for layer, content in mapbox_vector_tile.decode(gzip.decompress(tile)).items():
            found.setdefault(zoom, {}).setdefault(layer, []).extend(content["features"])
    return found


def test_every_parcel_stands_on_every_zoom_level(drawn: Path):
    levels = decoded(drawn)
    assert sorted(levels) == list(range(MIN_ZOOM, MAX_ZOOM + 1))
    for zoom, layers in levels.items():
        assert {feature["properties"]["id"] for feature in layers["parcels"]} == set(range(1, 153)), zoom


def test_sheet_and_number_are_text_and_ids_are_numbers(drawn: Path):
    shapes = decoded(drawn)[MAX_ZOOM]["parcels"]
    second = next(feature for feature in shapes if feature["properties"]["id"] == 2)
    assert second["properties"] == {"id": 2, "sheet": "07", "number": "002"}


def test_each_parcel_has_one_label_point_from_where_it_is_large_enough(drawn: Path):
    levels = decoded(drawn)
    assert {zoom for zoom, layers in levels.items() if "labels" in layers} == set(range(LABELS_FROM, MAX_ZOOM + 1))
    labels = {feature["properties"]["id"]: feature for feature in levels[MAX_ZOOM]["labels"]}
    assert set(labels) == set(range(1, 153))
    assert labels[2]["properties"] == {"id": 2, "sheet": "07", "number": "002", "label": "07/002"}
    assert labels[2]["geometry"]["type"] == "Point"


def test_the_archive_gives_every_tile_and_no_other(drawn: Path):
    archive = TileArchive(drawn)
    tiles = tiles_of(drawn)
    assert {address: archive.tile(*address) for address in tiles} == tiles
    for zoom, x, y in tiles:
        beside = (zoom, (x + 5) % 2**zoom, y)
        assert beside in tiles or archive.tile(*beside) is None


@given(st.integers(-3, 30), st.integers(-5, 2**31), st.integers(-5, 2**31))
def test_any_address_is_a_tile_or_nothing(drawn: Path, zoom: int, x: int, y: int):
    tile = TileArchive(drawn).tile(zoom, x, y)
    assert tile is None or tile


@pytest.mark.parametrize("content", [b"", b"PMTiles", b"x" * 500])
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "1-1.pmtiles"
    path.write_bytes(content)
    with pytest.raises(ValueError):
        TileArchive(path)


def test_an_ordinary_project_begins_at_its_zoom_and_a_wide_one_earlier():
    assert zoom_range(108.0, 11.1, 108.01, 11.11) == (MIN_ZOOM, MAX_ZOOM)
    assert zoom_range(105.0, 9.0, 109.0, 21.0)[0] == 3
    assert zoom_range(108.0, 11.1, 108.0, 11.1) == (MIN_ZOOM, MAX_ZOOM)


@given(st.floats(-170, 170), st.floats(-80, 80), st.floats(0, 9), st.floats(0, 4))
def test_the_coarsest_zoom_shows_the_whole_extent_in_few_tiles(west: float, south: float, width: float, height: float):
    coarsest, finest = zoom_range(west, south, west + width, south + height)
    assert 0 <= coarsest <= MIN_ZOOM < finest
    across = width / 360 * 2**coarsest
    assert across <= 1
    assert height / math.cos(math.radians(south + height / 2)) / 360 * 2**coarsest <= 1


# ---- keeping archives --------------------------------------------------------------------------

PROJECT = Project(id=1, code="P1", name="Dự án thử", regime="LDD2024_D", regime_reason="thử", geometry_version=7)
SAYS_ZOOMS = """
import json, shutil, sys
job = json.loads(sys.stdin.readline())
print(json.dumps({"stage": "reading", "percent": 1}), flush=True)
for zoom in range(10, 17):
    print(f"  Zoom {zoom}/16:      1 tiles ...", file=sys.stderr, flush=True)
print("not JSON {", flush=True)
import time; time.sleep(0.3)
import pathlib; pathlib.Path(job["output"]).parent.mkdir(parents=True, exist_ok=True)
shutil.copy(sys.argv[1], job["output"])
"""


def test_progress_grows_by_zoom_level_until_the_archive_is_there(tmp_path: Path, drawn: Path):
    builds = TileBuilds(tmp_path, "sqlite:///none", "store", (sys.executable, "-c", SAYS_ZOOMS, str(drawn)))
    seen: list[BuildState] = []
    for _ in range(2000):
        state = builds.state(PROJECT)
        if not seen or seen[-1] != state:
            seen.append(state)
        if state.ready:
            break
        time.sleep(0.005)
    percents = [state.percent for state in seen]
    assert percents == sorted(percents)
    assert (seen[0].stage, seen[-1].stage, percents[-1]) == (BuildStage.QUEUED, BuildStage.DONE, 100)
    assert any(state.stage is BuildStage.DRAWING and 65 <= state.percent < 97 for state in seen)
    builds.close()


def test_older_archives_go_when_nobody_asks_for_them_any_more(
    tmp_path: Path, drawn: Path, monkeypatch: pytest.MonkeyPatch
):
    for version in (5, 6, 7):
        path = archive_path(tmp_path, "store", 1, version)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(drawn.read_bytes())
    other = archive_path(tmp_path, "store", 11, 5)
    other.write_bytes(drawn.read_bytes())
    builds = TileBuilds(tmp_path, "sqlite:///none", "store")
    builds.state(PROJECT)
    assert archive_path(tmp_path, "store", 1, 5).exists()  # it may still be on somebody's screen
    monkeypatch.setattr(tile_builds, "UNASKED_S", 0.0)
    builds.state(PROJECT)
    kept = {path.name for path in other.parent.iterdir()}
    assert kept == {"1-7.pmtiles", "11-5.pmtiles"}


def test_a_closed_keeper_starts_no_more_children(tmp_path: Path):
    builds = TileBuilds(tmp_path, "sqlite:///none", "store")
    builds.close()
    assert builds.state(PROJECT).word == "building"
    assert not list(tmp_path.iterdir())
