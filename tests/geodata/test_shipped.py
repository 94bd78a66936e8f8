"""The shipped data: complete, joined by code, and honest about what is not known."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from geodata import shipped, standin
from geodata.records import Certainty, Place, Position

DATA = Path(shipped.__file__).parent / "data"
WORKFLOW = json.loads(shipped.workflow_text())


def test_there_are_45_communes_and_every_one_is_a_valid_area_with_its_full_name():
    units = shipped.communes()
    assert len(units) == 45
    assert all(unit.geometry is not None and unit.geometry.is_valid for unit in units)
    assert all(unit.name.split()[0] in {"Xã", "Phường", "Đặc"} for unit in units)


def test_every_new_commune_of_the_crosswalk_has_a_polygon_and_every_polygon_a_past():
    assert {row.new_commune_code for row in shipped.crosswalk()} == {unit.code for unit in shipped.communes()}


def test_the_121_old_communes_became_45_and_two_of_them_were_split():
    rows = shipped.crosswalk()
    codes = [row.old_commune_code for row in rows]
    assert (len(rows), len(set(codes))) == (123, 121)
    assert {code for code in codes if codes.count(code) > 1} == {"23053", "22978"}


def test_the_commune_of_the_zone_knows_its_old_communes_and_its_old_district():
    assert shipped.old_communes_of("23095") == ("Xã Hàm Liêm", "Xã Hàm Chính")
    assert shipped.old_districts_of("23095") == ("Hàm Thuận Bắc",)
    assert shipped.old_district_titles_of("23095") == ("huyện Hàm Thuận Bắc",)


def test_a_commune_made_of_two_old_districts_names_the_larger_part_first():
    assert shipped.old_district_titles_of("22933") == ("huyện Hàm Thuận Bắc", "thành phố Phan Thiết")


def test_a_point_is_found_in_its_commune_and_a_point_at_sea_in_none():
    for unit in shipped.communes():
        assert unit.geometry is not None
        inside = unit.geometry.representative_point()
        assert shipped.commune_at(inside.x, inside.y) == unit
    assert shipped.commune_at(109.5, 10.5) is None
    assert shipped.commune_at(105.85, 21.03) is None


def test_a_gap_left_by_simplification_between_two_communes_belongs_to_the_nearest():
    units = [unit.geometry for unit in shipped.communes() if unit.geometry is not None]
    edge = units[0].boundary.interpolate(0.5, normalized=True)
    assert shipped.commune_at(edge.x, edge.y) is not None


@pytest.mark.parametrize(("name", "longitude", "latitude"), [("Hoàng Sa", 112.0, 16.5), ("Trường Sa", 114.0, 10.0)])
def test_a_map_of_the_country_has_land_of_the_archipelago(name: str, longitude: float, latitude: float):
    near = Point(longitude, latitude).buffer(1.0)
    islands = [p.name for p in shipped.provinces() if p.geometry is not None and p.geometry.intersects(near)]
    assert len(islands) == 1, name


def test_hoang_sa_belongs_to_da_nang_and_truong_sa_to_khanh_hoa():
    def owner(longitude: float, latitude: float) -> str:
        near = Point(longitude, latitude).buffer(1.0)
        return next(p.name for p in shipped.provinces() if p.geometry is not None and p.geometry.intersects(near))

    assert owner(112.0, 16.5) == "Thành phố Đà Nẵng"
    assert owner(114.0, 10.0) == "Tỉnh Khánh Hoà"


def test_there_are_34_provinces_with_land_coast_and_towns_around_them():
    assert len(shipped.provinces()) == 34
    assert len(shipped.land()) == 6
    assert len(shipped.coastline()) == 76
    assert shipped.towns()[0].name == "Phan Thiết"
    assert len(shipped.towns()) == 27


# ---- places ------------------------------------------------------------------------------------


def rows_of(table: str) -> list[dict[str, str]]:
    with (DATA / "registry" / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_layer(layer: str) -> list[Place]:
    return [place for place in shipped.places() if place.layer == layer]


@pytest.mark.parametrize(
    ("layer", "table"),
    [("st_site", "st_sites.csv"), ("transfer_site", "transfer_sites.csv"), ("gi_area", "gi_areas.csv")],
)
def test_every_row_of_the_registry_is_a_place_with_all_its_columns(layer: str, table: str):
    assert [dict(place.attributes) for place in of_layer(layer)] == rows_of(table)


def test_ids_of_places_are_plain_and_no_two_are_alike():
    ids = [place.id for place in shipped.places()]
    assert len(set(ids)) == len(ids)
    assert all(i.isascii() and " " not in i for i in ids)


def test_an_exact_place_stands_on_its_own_point_and_nothing_stands_in_for_it():
    university = next(p for p in shipped.places() if p.name == "Trường Đại học Phan Thiết")
    assert university.geometry == Point(108.16776, 10.93834)
    assert (university.position, university.located_by) == (Position.EXACT, "")


def test_a_place_known_to_its_commune_lies_inside_it_and_says_so():
    known = [p for p in shipped.places() if p.position is Position.COMMUNE and p.layer != "gi_area"]
    assert known
    for place in known:
        unit = shipped.commune(place.attributes["commune_code_2025"])
        assert unit is not None
        assert place.located_by == unit.name
        assert unit.geometry is not None
        assert unit.geometry.contains(place.geometry)


def test_a_place_known_to_its_old_district_lies_in_a_commune_that_came_from_it():
    known = [p for p in shipped.places() if p.position is Position.DISTRICT]
    assert {p.located_by for p in known} >= {"huyện Bắc Bình (cũ)", "huyện Tuy Phong (cũ)"}
    for place in known:
        assert isinstance(place.geometry, Point)
        unit = shipped.commune_at(place.geometry.x, place.geometry.y)
        assert unit is not None
        assert place.located_by.removesuffix(" (cũ)") in shipped.old_district_titles_of(unit.code)


def test_no_two_places_are_drawn_on_the_same_spot():
    points = [p.geometry.wkt for p in shipped.places() if isinstance(p.geometry, Point)]
    assert len(points) == len(set(points)) == len(of_layer("st_site")) + len(of_layer("transfer_site"))


def test_gi_areas_are_illustrative_and_cover_the_communes_they_name():
    areas = of_layer("gi_area")
    assert {p.name for p in areas} == {"Thanh long Bình Thuận", "Nước mắm Phan Thiết"}
    for area in areas:
        assert area.certainty is Certainty.ILLUSTRATIVE
        assert area.geometry is not None
        for code in area.attributes["commune_codes_2025"].split():
            unit = shipped.commune(code)
            assert unit is not None
            assert unit.geometry is not None
            assert area.geometry.contains(unit.geometry.representative_point())
            assert unit.name in area.located_by


@given(count=st.integers(1, 12), radius=st.floats(0.0001, 3.0))
def test_points_that_stand_in_never_leave_their_area(count: int, radius: float):
    area = Polygon([(0, 0), (4, 0), (4, 1), (1, 1), (1, 4), (0, 4)])
    assert all(area.contains(point) for point in standin.ring(area, count, radius))


@given(st.text())
def test_a_slug_is_ascii_and_making_it_again_changes_nothing(text: str):
    once = standin.slug(text)
    assert once.isascii()
    assert standin.slug(once) == once


# ---- tables ------------------------------------------------------------------------------------


def test_every_state_of_a_case_belongs_to_exactly_one_stage():
    grouping = json.loads(shipped.stages())
    grouped = [s for entry in grouping["order"] + grouping["aside"] for s in entry["states"]]
    assert sorted(grouped) == sorted(s["code"] for s in WORKFLOW["machines"]["case"]["states"])


def test_there_are_82_land_types_and_each_successor_is_one_of_them():
    types = {t.code: t for t in shipped.land_types()}
    assert len(types) == 82
    assert all(t.name_tt08_2024 or t.name_tt27_2018 for t in types.values())
    named = {code for t in types.values() for code in t.replaced_by.replace(";", " ").split()}
    assert named <= set(types)


def test_kinds_of_obstacle_have_two_languages_and_say_who_resolves_them():
    kinds = shipped.obstacle_kinds()
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(kind.label_vi and kind.label_en for kind in kinds)
    assert [kind.code for kind in kinds if not kind.waits_for_vi] == ["other"]
    assert next(k for k in kinds if k.code == "origin_unconfirmed").waits_for_vi == "UBND xã"


def test_every_shipped_file_is_named_in_the_list_of_sources():
    sources = (DATA / "SOURCES.md").read_text(encoding="utf-8")
    for path in sorted(p for p in DATA.rglob("*") if p.is_file() and p.suffix in {".csv", ".json", ".geojson"}):
        assert path.name in sources or f"{path.parent.name}/*{path.suffix}" in sources, path
