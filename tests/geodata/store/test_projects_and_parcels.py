"""Projects, deliveries of parcels, and questions about parcels."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from shapely import MultiPolygon, Polygon, box

from geodata.errors import (
    AmbiguousParcel,
    DuplicateParcel,
    ProjectArchived,
    ProjectExists,
    UnknownParcel,
    UnknownProject,
)
from geodata.ports import Store
from geodata.records import LngLatBbox, Moment, ParcelKey
from geodata.store import open_store
from geodata.store.outline import MOST_VERTICES, outline, union_of
from tests.fakes import MovableClock
from tests.geodata.store.making import (
    SIDE,
    SOURCE,
    SOUTH,
    WEST,
    WRITER,
    event,
    filled,
    grid,
    middle_of,
    new_project,
    obstacle,
    url_of,
)


def test_a_project_keeps_what_was_entered(store: Store) -> None:
    entered = replace(new_project(), owner="Sở KH&CN", planned_end_on=date(2027, 6, 30), illustrative=True)
    opened = store.add_project(WRITER, entered)
    assert opened == store.project("HTB-01")
    assert (opened.owner, opened.planned_end_on, opened.budget_vnd) == ("Sở KH&CN", date(2027, 6, 30), 10**12)
    assert opened.illustrative is True
    assert opened.boundary is None
    assert store.project_bounds(opened.id) is None


def test_a_code_is_taken_once(store: Store) -> None:
    store.add_project(WRITER, new_project())
    with pytest.raises(ProjectExists):
        store.add_project(WRITER, new_project())
    with pytest.raises(ProjectExists):
        store.import_parcels(WRITER, new_project(), grid(1), SOURCE)
    assert store.last_seq() == 1


def test_an_unknown_project_is_refused(store: Store) -> None:
    with pytest.raises(UnknownProject):
        store.project("?")
    with pytest.raises(UnknownProject):
        store.archive_project(WRITER, "?", date(2026, 1, 1))


def test_an_archived_project_leaves_the_lists_and_takes_no_more_writes(store: Store) -> None:
    project_id = filled(store)
    case = store.case_rows(project_id, Moment())[0]
    stuck = store.open_obstacle(WRITER, obstacle(case.case_id), expected_version=1)
    archived = store.archive_project(WRITER, "HTB-01", date(2026, 11, 1))
    assert archived.archived_on == date(2026, 11, 1)
    assert store.projects() == []
    assert [each.code for each in store.projects(include_archived=True)] == ["HTB-01"]
    seq = store.last_seq()
    for write in (
        lambda: store.import_parcels(WRITER, archived, grid(1, sheet="9"), SOURCE),
        lambda: store.record_event(WRITER, event(case.case_id), expected_version=2, state="NOTICE_ISSUED"),
        lambda: store.open_obstacle(WRITER, obstacle(case.case_id), expected_version=2),
        lambda: store.close_obstacle(WRITER, stuck.id, until_on=date(2026, 3, 1), note="", expected_version=2),
        lambda: store.archive_project(WRITER, "HTB-01", date(2026, 11, 2)),
    ):
        with pytest.raises(ProjectArchived):
            write()
    assert store.last_seq() == seq


def test_an_import_tells_what_it_did(store: Store) -> None:
    result = store.import_parcels(WRITER, new_project(), grid(20), SOURCE)
    assert (result.rows_read, result.parcels_added, result.claimants_added, result.cases_opened) == (20, 20, 10, 20)
    assert result.area_m2 == 10 * 3000.0 + 10 * 1000.0
    assert result.seq == 1
    project = store.project("HTB-01")
    assert project.geometry_version == 1
    assert store.claimant_count(project.id) == 10
    assert [(each.file_name, each.rows_read) for each in store.imports("HTB-01")] == [("giao-nhan.zip", 20)]
    assert store.imports("?") == []


def test_a_second_delivery_adds_to_the_project_and_to_its_boundary(store: Store) -> None:
    filled(store, 10)
    result = store.import_parcels(WRITER, store.project("HTB-01"), grid(10, sheet="13", east=10), SOURCE)
    project = store.project("HTB-01")
    assert result.claimants_added == 0, "the same holders are the same claimants"
    assert project.geometry_version == 2
    assert [each.seq for each in store.imports()] == [2, 1]
    bounds = store.project_bounds(project.id)
    assert bounds is not None
    expected = LngLatBbox(WEST, SOUTH, WEST + 20 * SIDE, SOUTH + SIDE)
    assert [bounds.west, bounds.south, bounds.east, bounds.north] == pytest.approx(
        [expected.west, expected.south, expected.east, expected.north], abs=1e-8
    )
    assert isinstance(project.boundary, MultiPolygon)
    assert project.boundary.area == pytest.approx(20 * SIDE * SIDE)
    assert len(project.boundary.geoms) == 1


def test_parcels_come_back_as_they_were_surveyed(store: Store, project_id: int) -> None:
    found = store.parcels(project_id)
    assert [each.id for each in found] == sorted(each.id for each in found)
    for parcel, new in zip(found, grid(20), strict=True):
        assert parcel.key == new.key
        assert isinstance(parcel.geometry, Polygon)
        assert parcel.geometry.equals(new.geometry)
        assert parcel.geometry.contains(parcel.label_point)
        assert (parcel.measured_area_m2, parcel.recovered_area_m2) == (3000.0, new.recovered_area_m2)
    assert [each.id for each in store.parcels(project_id, [found[3].id, found[1].id, 99999])] == [
        found[1].id,
        found[3].id,
    ]
    assert store.parcels(project_id, []) == []


def test_a_parcel_of_two_pieces_with_a_hole_stays_one_parcel(store: Store) -> None:
    holed = Polygon(box(108, 11, 108.1, 11.1).exterior, [box(108.02, 11.02, 108.03, 11.03).exterior])
    pieces = MultiPolygon([holed, box(108.2, 11, 108.3, 11.1)])
    store.import_parcels(WRITER, new_project(), [replace(next(grid(1)), geometry=pieces)], SOURCE)
    (found,) = store.parcels(store.project("HTB-01").id)
    assert isinstance(found.geometry, MultiPolygon)
    assert found.geometry.equals(pieces)


def test_rows_without_geometry_say_which_area_counts(store: Store, project_id: int) -> None:
    rows = store.parcel_rows(project_id)
    assert [(row.area_m2, row.area_is_measured) for row in rows[:2]] == [(3000.0, True), (1000.0, False)]
    assert [row.id for row in rows] == [parcel.id for parcel in store.parcels(project_id)]


def test_a_number_repeats_neither_in_the_delivery_nor_in_the_project(store: Store) -> None:
    twice = [*grid(3), *grid(1)]
    with pytest.raises(DuplicateParcel) as refused:
        store.import_parcels(WRITER, new_project(), twice, SOURCE)
    assert (refused.value.sheet, refused.value.number, refused.value.row) == ("12", "1", 0)
    assert store.projects() == [], "nothing of the delivery stays"
    assert store.last_seq() == 0
    filled(store, 3)
    with pytest.raises(DuplicateParcel):
        store.import_parcels(WRITER, store.project("HTB-01"), grid(3), SOURCE)
    store.import_parcels(WRITER, store.project("HTB-01"), grid(3, sheet="13"), SOURCE)
    assert len(store.parcel_rows(store.project("HTB-01").id)) == 6


def test_a_delivery_that_breaks_off_leaves_nothing(store: Store) -> None:
    def broken():
        yield from grid(2500)
        raise ValueError("the file ends here")

    with pytest.raises(ValueError, match="ends here"):
        store.import_parcels(WRITER, new_project(), broken(), SOURCE)
    assert store.projects() == []
    assert store.journal() == []


def test_an_empty_delivery_opens_the_project_alone(store: Store) -> None:
    result = store.import_parcels(WRITER, new_project(), [], SOURCE)
    assert result.parcels_added == 0
    assert store.project("HTB-01").geometry_version == 0


def test_a_parcel_is_found_by_sheet_and_number(store: Store, project_id: int) -> None:
    assert store.find_parcel(project_id, ParcelKey("23095", "12", "7")).key.number == "7"
    assert store.find_parcel(project_id, ParcelKey("", "12", "7")).key.commune_code == "23095"
    with pytest.raises(UnknownParcel) as unknown:
        store.find_parcel(project_id, ParcelKey("", "12", "700"))
    assert (unknown.value.project, unknown.value.parcel) == ("HTB-01", "12/700")
    store.import_parcels(WRITER, store.project("HTB-01"), grid(9, commune="23098", east=30), SOURCE)
    with pytest.raises(AmbiguousParcel) as ambiguous:
        store.find_parcel(project_id, ParcelKey("", "12", "7"))
    assert ambiguous.value.choices == ("23095/12/7", "23098/12/7")
    assert store.find_parcel(project_id, ParcelKey("23098", "12", "7")).key.commune_code == "23098"


def test_a_click_finds_the_parcel_under_it(store: Store, project_id: int) -> None:
    for index in (0, 9, 10, 19):
        found = store.parcel_at(project_id, *middle_of(index))
        assert found is not None
        assert found.key.number == str(index + 1)
    assert store.parcel_at(project_id, WEST - 1e-5, SOUTH) is None
    on_the_edge = store.parcel_at(project_id, WEST, SOUTH)
    assert on_the_edge is not None, "the edge belongs to the parcel"
    assert store.parcel_at(filled(store, 1, code="HTB-02"), *middle_of(3)) is None, (
        "another project's parcels do not count"
    )


def test_a_click_into_a_notch_finds_nothing(store: Store) -> None:
    notched = Polygon([(108, 11), (108.1, 11), (108.1, 11.1), (108.05, 11.02), (108, 11.1)])
    store.import_parcels(WRITER, new_project(), [replace(next(grid(1)), geometry=notched)], SOURCE)
    project_id = store.project("HTB-01").id
    assert store.parcel_at(project_id, 108.05, 11.08) is None
    assert store.parcel_at(project_id, 108.05, 11.01) is not None


def test_holders_become_claimants_of_their_kind(store: Store) -> None:
    names = ["Hộ  minh hoạ 1", "hộ minh hoạ 1 ", "Công ty TNHH A", "UBND xã Hàm Liêm", "Trương Minh Hoạ", None, "  "]
    parcels = [replace(new, holder_name=name) for new, name in zip(grid(7), names, strict=True)]
    result = store.import_parcels(WRITER, new_project(), parcels, SOURCE)
    assert result.claimants_added == 4
    rows = store.case_rows(store.project("HTB-01").id, Moment())
    assert rows[0].claimant_id == rows[1].claimant_id
    assert [row.claimant_id is None for row in rows] == [False] * 5 + [True] * 2
    claimants = [store.case_file(row.case_id, Moment()).claimant for row in rows[:5]]
    kinds = [each.kind for each in claimants if each is not None]
    assert kinds == ["household", "household", "organisation", "organisation", "household"]


def test_a_store_keeps_its_identity_and_its_records_when_opened_again(file: Path, clock: MovableClock) -> None:
    first = open_store(url_of(file), clock)
    project_id = filled(first)
    identity, rows = first.identity, first.case_rows(project_id, Moment())
    first.close()
    again = open_store(url_of(file), clock)
    assert again.identity == identity
    assert again.case_rows(project_id, Moment()) == rows
    again.close()


def test_a_clean_survey_and_one_with_overlaps_get_the_same_boundary() -> None:
    clean = [new.geometry for new in grid(100)]
    overlapping = [*clean, box(WEST + SIDE / 3, SOUTH + SIDE / 3, WEST + 5 * SIDE, SOUTH + 4 * SIDE)]
    assert (
        union_of(clean).equals(union_of(overlapping))
        or union_of(clean).symmetric_difference(union_of(overlapping)).area < 1e-12
    )
    assert len(union_of(clean).exterior.coords) < 100


def test_a_boundary_of_too_many_pieces_becomes_their_hull() -> None:
    apart = [box(x, y, x + 0.5, y + 0.5) for x in range(70) for y in range(70)]
    ragged = MultiPolygon(apart)
    assert len(apart) * 5 > MOST_VERTICES
    assert outline([ragged]).equals(ragged.convex_hull)
