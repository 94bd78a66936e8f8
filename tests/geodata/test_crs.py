"""Coordinates land where the golden points say, and nothing that PROJ is set to moves them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from geodata import crs
from geodata.errors import CrsUnknown

ROOT = Path(__file__).parents[2]
GOLDEN = {9218: (456109.109, 1227547.964), 5899: (538039.098, 1227540.589)}
BINH_THUAN = {"longitude": st.floats(107.3, 109.0), "latitude": st.floats(10.4, 11.6)}


@pytest.mark.parametrize(("epsg", "expected"), GOLDEN.items())
def test_the_golden_point_lands_within_a_millimetre(epsg: int, expected: tuple[float, float]) -> None:
    x, y = crs.transform_points([108.1], [11.1], crs.WGS84, epsg)
    assert (x[0], y[0]) == pytest.approx(expected, abs=0.001)
    back = crs.to_wgs84(Point(expected), epsg)
    assert (back.x, back.y) == pytest.approx((108.1, 11.1), abs=1e-8)


@given(epsg=st.sampled_from([*crs.ZONES, 4756, 32648, 32649]), **BINH_THUAN)
def test_there_and_back_again_is_the_same_point(epsg: int, longitude: float, latitude: float) -> None:
    there = crs.from_wgs84(Point(longitude, latitude), epsg)
    back = crs.to_wgs84(there, epsg)
    assert (back.x, back.y) == pytest.approx((longitude, latitude), abs=1e-8)  # a millimetre


@given(size=st.floats(0.0001, 0.02), **BINH_THUAN)
def test_area_in_the_survey_system_is_the_ground_s_area_within_a_thousandth(
    size: float, longitude: float, latitude: float
) -> None:
    square = shapely.box(longitude, latitude, longitude + size, latitude + size)
    assert crs.area_m2(square, 9218) == pytest.approx(crs.geodesic_area_m2(square), rel=0.001)


def test_the_pinned_operation_is_epsg_6960_and_not_the_older_one() -> None:
    pinned = pyproj.Transformer.from_pipeline("urn:ogc:def:coordinateOperation:EPSG::6960")
    assert pinned.description == crs.VN2000_OPERATION
    latitude, longitude = pinned.transform(11.1, 108.1)
    moved = crs.to_wgs84(Point(108.1, 11.1), crs.VN2000)
    assert (moved.x, moved.y) == pytest.approx((longitude, latitude), abs=1e-11)
    older = pyproj.Transformer.from_pipeline("urn:ogc:def:coordinateOperation:EPSG::5194")
    assert abs(older.transform(11.1, 108.1)[0] - latitude) > 1e-7


@pytest.mark.parametrize(
    "settings", [{}, {"PROJ_NETWORK": "ON"}, {"PROJ_NETWORK": "OFF", "PROJ_ONLY_BEST_DEFAULT": "NO"}]
)
def test_grid_and_network_settings_of_proj_change_nothing(settings: dict[str, str]) -> None:
    program = (
        "from geodata.crs import transform_points as t\n"
        "print(*(float(v[0]).hex() for e in (9218, 5899) for v in t([108.1], [11.1], 4326, e)))"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PROJ_")}
    printed = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment | settings,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    here = [float(v[0]).hex() for e in (9218, 5899) for v in crs.transform_points([108.1], [11.1], 4326, e)]
    assert printed.split() == here


def test_the_wrong_zone_is_eighty_two_kilometres_off() -> None:
    x, y = GOLDEN[5899]
    there = crs.to_wgs84(Point(x, y), 9218)
    metres = pyproj.Geod(ellps="WGS84").inv(108.1, 11.1, there.x, there.y)[2]
    assert metres == pytest.approx(82_000, rel=0.01)


@pytest.mark.parametrize(("written", "code"), [("EPSG:9218", 9218), ("epsg:5899", 5899), (" 32648 ", 32648)])
def test_a_system_is_known_by_its_code(written: str, code: int) -> None:
    assert crs.check_crs(written) == code


def test_a_system_is_known_by_the_prj_that_gdal_writes() -> None:
    assert crs.check_crs(pyproj.CRS(9218).to_wkt("WKT1_ESRI")) == 9218


@pytest.mark.parametrize("written", ["EPSG:1", "VN2000", "", "EPSG:5773", "EPSG:4978", "9" * 40, "\x00", "PROJCS["])
def test_what_is_no_horizontal_system_is_refused(written: str) -> None:
    with pytest.raises(CrsUnknown):
        crs.check_crs(written)


@given(st.text(max_size=60))
def test_any_text_is_a_known_system_or_is_refused_in_one_way(text: str) -> None:
    try:
        assert crs.check_crs(text) > 0
    except CrsUnknown as refusal:
        assert len(refusal.crs) <= 60


def test_no_area_is_measured_in_degrees() -> None:
    with pytest.raises(CrsUnknown):
        crs.area_m2(shapely.box(108, 11, 108.1, 11.1), 4326)


def test_heights_are_dropped() -> None:
    solid = Polygon([(456000, 1227000, 5), (456100, 1227000, 5), (456100, 1227100, 5)])
    assert not crs.to_wgs84(solid, 9218).has_z
    assert not crs.to_wgs84(solid, 4326).has_z


def test_a_hundred_thousand_parcels_are_moved_at_once() -> None:
    x = 450_000.0 + np.arange(100_000) % 400 * 30
    y = 1_210_000.0 + np.arange(100_000) // 400 * 30
    began = time.process_time()
    moved = crs.to_wgs84(shapely.box(x, y, x + 30, y + 30), 9218)
    assert time.process_time() - began < 20
    assert shapely.is_valid(moved).all()


def test_zones_bear_the_names_that_surveyors_use() -> None:
    assert crs.ZONES[9218].name == "TM-3 108°30′"
    assert crs.ZONES[5899].name == "TM-3 107°45′"
