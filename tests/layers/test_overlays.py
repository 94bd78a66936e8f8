"""Overlays: small, public, honest, and valid GeoJSON."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box, shape

from geodata import shipped
from geodata.records import Project
from layers import overlays, palette

PLACE_LAYERS = ["st_site", "transfer_site", "gi_area"]


def features(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = overlays.overlay(name)["features"]
    return found


def project(boundary: MultiPolygon | None, *, illustrative: bool) -> Project:
    return Project(
        id=1, code="P", name="Khu A", regime="X", regime_reason="test", boundary=boundary, illustrative=illustrative
    )


@pytest.mark.parametrize("name", overlays.NAMES)
def test_every_overlay_is_geojson_whose_shapes_are_valid_and_whose_properties_are_text(name: str):
    read = json.loads(overlays.overlay_bytes(name))
    assert read["type"] == "FeatureCollection"
    assert read["features"]
    for feature in read["features"]:
        assert shape(feature["geometry"]).is_valid
        assert all(isinstance(value, str) for value in feature["properties"].values())
        assert feature["properties"]["style"] in palette.STYLES


@pytest.mark.parametrize("name", overlays.NAMES)
def test_no_overlay_weighs_more_than_a_phone_can_bear(name: str):
    assert len(overlays.overlay_bytes(name)) < 400_000


def test_coordinates_have_at_most_six_decimals():
    def numbers(value: Any) -> list[float]:
        return [value] if isinstance(value, int | float) else [n for part in value for n in numbers(part)]

    for name in overlays.NAMES:
        for feature in features(name):
            assert all(n == round(n, 6) for n in numbers(feature["geometry"]["coordinates"]))


def test_a_commune_tells_its_old_communes_and_its_old_district():
    zone = next(f for f in features("communes") if f["id"] == "23095")
    assert zone["properties"]["name"] == "Xã Hàm Liêm"
    assert zone["properties"]["old_communes"] == "Xã Hàm Liêm, Xã Hàm Chính"
    assert zone["properties"]["old_districts"] == "huyện Hàm Thuận Bắc"


@pytest.mark.parametrize("name", PLACE_LAYERS)
def test_certainty_and_position_travel_with_every_place(name: str):
    by_id = {place.id: place for place in shipped.places()}
    for feature in features(name):
        place, said = by_id[feature["id"]], feature["properties"]
        assert (said["certainty"], said["position"]) == (place.certainty.value, place.position.value)
        assert said.get("located_by", "") == place.located_by
        assert said["style"] == palette.place_key(place)


def test_every_shipped_place_is_on_the_map():
    assert sum(len(features(name)) for name in PLACE_LAYERS) == len(shipped.places())


@pytest.mark.parametrize(("longitude", "latitude"), [(112.0, 16.5), (114.0, 10.0)])
def test_hoang_sa_and_truong_sa_survive_the_rounding(longitude: float, latitude: float):
    near = Point(longitude, latitude).buffer(1.0)
    assert any(shape(f["geometry"]).intersection(near).area > 0 for f in features("provinces"))


def test_there_is_no_overlay_of_another_name():
    with pytest.raises(KeyError):
        overlays.overlay("owners")


def test_the_boundary_of_a_made_up_project_says_that_it_is_illustrative():
    square = MultiPolygon([box(108.1, 11.1, 108.2, 11.2)])
    (drawn,) = overlays.boundary_overlay(project(square, illustrative=True))["features"]
    assert drawn["properties"] == {"id": "P", "name": "Khu A", "style": "boundary", "certainty": "illustrative"}
    (real,) = overlays.boundary_overlay(project(square, illustrative=False))["features"]
    assert "certainty" not in real["properties"]


def test_a_project_without_parcels_has_no_boundary_to_draw():
    assert overlays.boundary_overlay(project(None, illustrative=False))["features"] == []


@given(st.floats(102, 117), st.floats(7, 23), st.floats(0.000001, 0.5), st.integers(3, 40))
def test_a_rounded_ring_stays_closed_and_near_the_one_it_came_from(x: float, y: float, radius: float, corners: int):
    angles = [math.tau * i / corners for i in range(corners)]
    ring = Polygon([(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles])
    (outline,) = overlays.rounded(ring, 6)["coordinates"]
    assert outline[0] == outline[-1]
    assert len(outline) >= 4
    assert Polygon(outline).hausdorff_distance(ring) <= 2e-6
