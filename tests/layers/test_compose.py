"""The map view: counts that agree with the figures, honest names and credits, a fingerprint of the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, box
from shapely.ops import unary_union

from geodata import shipped
from geodata.records import CaseRow, LngLatBbox, Parcel, ParcelKey, ParcelRow, Project
from layers import palette
from layers.compose import compose_map_view, project_extent
from layers.surroundings import CHOICES
from layers.view import Layer, MapView
from layers.views import shipped_surroundings
from layers.words import Words
from monitoring.progress import progress_of, status_array
from monitoring.stages import Stages

VI, EN = Words("vi"), Words("en")
STAGES = Stages.parse(shipped.stages())
DAY = date(2026, 11, 23)
WEST, SOUTH = 108.05, 11.02
"""Inside commune Hàm Liêm (23095)."""
SIDE = 0.0004


def square(index: int) -> MultiPolygon:
    x, y = WEST + (index % 10) * SIDE, SOUTH + (index // 10) * SIDE
    return MultiPolygon([box(x, y, x + SIDE, y + SIDE)])


def parcel(index: int, *, commune: str = "23095", sheet: str = "") -> Parcel:
    shape = square(index).geoms[0]
    return Parcel(
        id=index + 1,
        project_id=1,
        key=ParcelKey(commune, sheet or str(index // 10 + 1), str(index % 10 + 1)),
        land_types="CLN",
        land_circular="TT08/2024",
        registered_area_m2=None,
        measured_area_m2=1000.0 + index,
        recovered_area_m2=900.0 + index,
        geometry=shape,
        label_point=shape.centroid,
    )


def project_of(parcels: Sequence[Parcel], **changed: Any) -> Project:
    union = unary_union([p.geometry for p in parcels]) if parcels else None
    boundary = None if union is None else MultiPolygon([union] if union.geom_type == "Polygon" else union.geoms)
    given_values = {
        "id": 1,
        "code": "KTN",
        "name": "Khu thực nghiệm",
        "regime": "LDD2024_D",
        "regime_reason": "test",
        "boundary": boundary,
        **changed,
    }
    return Project(**given_values)


def cases_of(states: Sequence[tuple[str, int]]) -> list[CaseRow]:
    return [
        CaseRow(case_id=i + 1, parcel_id=i + 1, claimant_id=i + 1, state=state, state_since=None, open_obstacles=stuck)
        for i, (state, stuck) in enumerate(states)
    ]


STATES = [("DRAFT", 0), ("PLAN_POSTED", 1), ("PLAN_POSTED", 0), ("HANDED_OVER", 0), ("CLOSED", 0), ("INVENTORY", 2)]


def view_of(
    states: Sequence[tuple[str, int]] = STATES,
    words: Words = VI,
    *,
    parcels: Sequence[Parcel] | None = None,
    day: date = DAY,
    today: bool = True,
    project: Project | None = None,
    **options: Any,
) -> MapView:
    parcels = [parcel(i) for i in range(len(states))] if parcels is None else parcels
    rows = [ParcelRow(p.id, p.key, p.land_types, p.figure_area_m2, False) for p in parcels]
    statuses = status_array(STAGES, "KTN", 7, day, rows, cases_of(states))
    project = project or project_of(parcels)
    return compose_map_view(
        project, parcels, statuses, STAGES, shipped_surroundings(), words, as_of_is_today=today, **options
    )


def layer(view: MapView, name: str) -> Layer:
    return next(found for found in view.layers if found.name == name)


# ---- counts ------------------------------------------------------------------------------------


def test_the_legend_names_every_stage_in_order_also_where_nothing_stands():
    counts = [(entry.style, entry.count) for entry in view_of().legend]
    assert counts[:8] == [
        ("not_started", 1),
        ("noticed", 0),
        ("inventoried", 1),
        ("planning", 2),
        ("approved", 0),
        ("recovered", 0),
        ("handed_over", 2),
        ("stuck", 2),
    ]


def test_suspended_and_withdrawn_stand_in_the_legend_only_if_there_are_any():
    assert not {"suspended", "withdrawn"} & {entry.style for entry in view_of().legend}
    found = {entry.style: entry for entry in view_of([*STATES, ("SUSPENDED", 0), ("WITHDRAWN", 0)]).legend}
    assert (found["suspended"].count, found["withdrawn"].count) == (1, 1)
    assert found["withdrawn"].note == "không tính vào số liệu"


@given(st.lists(st.tuples(st.sampled_from(sorted(STAGES.index_of_state)), st.integers(0, 2)), min_size=1, max_size=40))
def test_legend_features_and_progress_count_the_same(states: list[tuple[str, int]]):
    view = view_of(states)
    drawn = Counter(feature.style.split("+")[0] for feature in layer(view, "parcels").features)
    legend = {entry.style: entry.count for entry in view.legend if entry.count is not None}
    assert {style: count for style, count in legend.items() if count and style != "stuck"} == dict(drawn)
    assert legend["stuck"] == sum(feature.stuck for feature in layer(view, "parcels").features)
    rows = [ParcelRow(p.id, p.key, "", p.figure_area_m2, False) for p in map(parcel, range(len(states)))]
    told: Any = progress_of(STAGES, "KTN", DAY, rows, cases_of(states)).as_json()
    assert [(row["stage"], row["parcels"]) for row in told["stages"] if row["parcels"]] == [
        (style, count) for style, count in legend.items() if count and style not in {"stuck", "withdrawn"}
    ]
    assert view.headline.stuck == told["stuck"]


def test_the_first_line_stands_on_the_view():
    assert view_of().headline_text == "2 / 6 thửa, 2 / 6 hộ đã bàn giao · 0,18 / 0,54 ha · 2 thửa vướng"


# ---- layers ------------------------------------------------------------------------------------


def test_layers_are_drawn_context_first_then_parcels_then_the_boundary_then_places():
    wide = LngLatBbox(107.9, 10.85, 108.35, 11.2)
    names = [found.name for found in view_of(extent=wide, layers=CHOICES).layers]
    assert names == ["communes", "gi_area", "parcels", "sheets", "boundary", "transfer_site", "st_site"]


def test_a_stuck_parcel_keeps_its_stage_and_is_marked():
    features = layer(view_of(), "parcels").features
    assert [(f.id, f.label, f.style, f.stuck) for f in features[:3]] == [
        ("1", "1", "not_started", False),
        ("2", "2", "planning+stuck", True),
        ("3", "3", "planning", False),
    ]


def test_each_map_sheet_of_each_commune_has_one_outline_with_its_name():
    parcels = [parcel(0), parcel(1), parcel(2, sheet="2"), parcel(3, commune="23089", sheet="2")]
    sheets = layer(view_of([("DRAFT", 0)] * 4, parcels=parcels), "sheets").features
    assert [(f.id, f.label) for f in sheets] == [("23089/2", "Tờ 2"), ("23095/1", "Tờ 1"), ("23095/2", "Tờ 2")]
    assert sheets[1].geometry.area == pytest.approx(2 * SIDE * SIDE, rel=1e-6)


def test_every_style_that_is_used_is_there():
    view = view_of([*STATES, ("SUSPENDED", 1), ("WITHDRAWN", 0)], layers=CHOICES)
    used = {f.style for found in view.layers for f in found.features} | {entry.style for entry in view.legend}
    assert used <= set(view.styles)


def test_only_layers_that_are_switched_on_and_lie_in_the_extent_are_drawn():
    names = {found.name for found in view_of(layers=()).layers}
    assert names == {"parcels", "sheets", "boundary"}
    near = view_of(layers=CHOICES)
    assert "st_site" not in {entry.style for entry in near.legend}


def test_a_place_known_to_its_commune_says_which_and_is_drawn_hollow():
    view = view_of(extent=LngLatBbox(107.9, 10.85, 108.35, 11.2), layers=CHOICES)
    centre = next(f for f in layer(view, "st_site").features if "thong-tin" in f.id)
    assert centre.style == "st_site+approximate"
    assert centre.label.endswith("(chỉ biết đến Phường Bình Thuận)")
    notes = {entry.style: entry.note for entry in view.legend}
    assert notes["st_site+approximate"] == "chỉ biết đến xã hoặc huyện cũ"
    assert notes["st_site"] == ""


def test_an_illustrative_gi_area_is_hatched_and_the_legend_says_so():
    view = view_of(layers=CHOICES)
    entry = next(e for e in view.legend if e.style == "gi_area+illustrative")
    assert (entry.title, entry.note) == ("Vùng chỉ dẫn địa lý", "minh hoạ")
    assert view.styles[entry.style].hatch is not None


def test_parcels_imported_after_the_statuses_were_read_are_left_out():
    parcels = [parcel(0), parcel(1)]
    rows = [ParcelRow(p.id, p.key, "", 1.0, False) for p in parcels[:1]]
    statuses = status_array(STAGES, "KTN", 7, DAY, rows, cases_of([("DRAFT", 0)]))
    view = compose_map_view(
        project_of(parcels), parcels, statuses, STAGES, shipped_surroundings(), VI, as_of_is_today=True
    )
    assert [f.id for f in layer(view, "parcels").features] == ["1"]


# ---- extent ------------------------------------------------------------------------------------


def test_the_whole_project_is_shown_with_a_margin_unless_an_extent_is_given():
    view = view_of()
    assert view.extent.west < WEST
    assert view.extent.east > WEST + 6 * SIDE
    seen = LngLatBbox(108.0, 11.0, 108.1, 11.1)
    assert view_of(extent=seen).extent == seen


def test_a_single_parcel_still_has_surroundings():
    extent = view_of([("DRAFT", 0)]).extent
    assert extent.east - extent.west == pytest.approx(0.0015)
    assert extent.north - extent.south == pytest.approx(0.0015)


def test_a_project_without_parcels_shows_its_commune_or_the_whole_province_of_before():
    in_commune = project_extent(project_of([], commune_code="23095"), [], shipped_surroundings())
    anywhere = project_extent(project_of([]), [], shipped_surroundings())
    assert in_commune.east - in_commune.west < 0.3
    assert anywhere.east - anywhere.west > 1
    assert view_of([], project=project_of([])).headline_text == "Chưa có thửa đất nào"


def test_a_map_of_the_whole_country_is_widened_to_hoang_sa_and_truong_sa_and_names_them():
    country = LngLatBbox(102.0, 8.0, 110.0, 23.5)
    view = view_of(extent=country)
    for longitude, latitude in ((112.0, 16.5), (114.0, 10.0)):
        assert view.extent.west < longitude < view.extent.east
        assert view.extent.south < latitude < view.extent.north
        near = Point(longitude, latitude).buffer(1.0)
        assert any(f.geometry.intersects(near) for f in layer(view, "provinces").features)
    assert {f.label for f in layer(view, "islands").features} == {"Quần đảo Hoàng Sa", "Quần đảo Trường Sa"}


def test_far_from_every_commune_the_province_is_drawn_and_abroad_nothing():
    hanoi = view_of(extent=LngLatBbox(105.8, 21.0, 105.85, 21.05))
    assert [f.label for f in layer(hanoi, "provinces").features] == ["Thành phố Hà Nội"]
    assert "land" in {found.name for found in hanoi.layers}
    abroad = view_of(extent=LngLatBbox(5.1, 52.0, 5.2, 52.1))
    assert {found.name for found in abroad.layers} == {"parcels", "sheets", "boundary"}


# ---- words -------------------------------------------------------------------------------------


def test_names_of_both_eras_stand_on_the_view():
    assert view_of().place_names == (
        "Xã Hàm Liêm",
        "tỉnh Lâm Đồng",
        "huyện Hàm Thuận Bắc (trước 01/07/2025)",
        "tỉnh Bình Thuận (cũ)",
    )


def test_parcels_of_an_unknown_commune_fall_back_on_the_project_s_own():
    parcels = [parcel(0, commune="")]
    named = view_of([("DRAFT", 0)], parcels=parcels, project=project_of(parcels, commune_code="23065"))
    assert named.place_names[0] == "Xã La Dạ"
    assert view_of([("DRAFT", 0)], parcels=parcels).place_names == ()


def test_made_up_data_says_so_in_the_title_once_in_the_legend_and_in_the_sources():
    parcels = [parcel(0)]
    view = view_of([("DRAFT", 0)], parcels=parcels, project=project_of(parcels, illustrative=True))
    assert view.illustrative
    assert view.title == "Khu thực nghiệm – dữ liệu minh hoạ"
    assert next(e for e in view.legend if e.style == "boundary").note == "minh hoạ"
    assert "thửa đất và hồ sơ: dữ liệu minh hoạ" in view.sources
    named = project_of(parcels, illustrative=True, name="Khu A – dữ liệu minh hoạ")
    assert view_of([("DRAFT", 0)], parcels=parcels, project=named).title == "Khu A – dữ liệu minh hoạ"
    assert not view_of().illustrative
    assert view_of().title == "Khu thực nghiệm"


def test_only_what_is_drawn_is_credited():
    def credited(view: MapView) -> str:
        return " · ".join(view.sources)

    assert "sapnhap.bando.com.vn" in credited(view_of())
    bare = credited(view_of(layers=()))
    assert not any(name in bare for name in ("bando", "OpenStreetMap", "GeoNames", "Natural Earth"))
    places = credited(view_of(layers=("st_site",), extent=LngLatBbox(108.0, 10.9, 108.2, 11.1)))
    assert "© OpenStreetMap contributors" in places
    wide = credited(view_of(extent=LngLatBbox(107, 10, 109, 12)))
    assert all(name in wide for name in ("Natural Earth", "GeoNames (CC BY 4.0)", "sapnhap.bando.com.vn"))


def test_the_view_speaks_english_too():
    view = view_of(words=EN)
    assert view.language == "en"
    assert view.legend[0].title == "Not started"
    assert view.place_names[2] == "huyện Hàm Thuận Bắc (before 1 Jul 2025)"


def test_the_moment_stands_on_the_view():
    known = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
    view = view_of(day=date(2026, 10, 1), today=False, known_at=known)
    assert (view.as_of, view.as_of_is_today, view.known_at, view.journal_seq) == (date(2026, 10, 1), False, known, 7)


# ---- fingerprint -------------------------------------------------------------------------------


def test_equal_data_have_equal_fingerprints_in_any_language():
    assert view_of().fingerprint == view_of().fingerprint == view_of(words=EN).fingerprint
    assert len(view_of().fingerprint) == 64


@pytest.mark.parametrize(
    "other",
    [
        lambda: view_of([("DRAFT", 1), *STATES[1:]]),
        lambda: view_of([("NOTICE_ISSUED", 0), *STATES[1:]]),
        lambda: view_of(day=date(2026, 11, 22)),
        lambda: view_of(layers=()),
        lambda: view_of(parcels=[replace(parcel(0), key=ParcelKey("23095", "1", "99")), *map(parcel, range(1, 6))]),
        lambda: view_of(parcels=[replace(parcel(0), geometry=square(9).geoms[0]), *map(parcel, range(1, 6))]),
        lambda: view_of(parcels=[replace(parcel(0), recovered_area_m2=1.0), *map(parcel, range(1, 6))]),
    ],
    ids=["stuck", "stage", "day", "layers", "number", "shape", "area"],
)
def test_other_data_have_another_fingerprint(other: Any):
    assert other().fingerprint != view_of().fingerprint


def test_every_stage_of_the_palette_can_be_drawn():
    states = [stage.states[0] for stage in STAGES.all]
    styles = [f.style for f in layer(view_of([(state, 0) for state in states]), "parcels").features]
    assert styles == [entry.stage for entry in palette.ALL_STAGES]
