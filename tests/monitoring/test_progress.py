from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from geodata.records import CaseEvent, CaseRow, ParcelKey, ParcelRow
from monitoring import operations
from monitoring.curve import CurvePoint, curve, drawn_curve
from monitoring.permissions import LOCAL
from monitoring.progress import figures_of, natural, progress_of, status_array, tally

from .conftest import SOURCE, new_parcel, new_project

TODAY = date(2026, 11, 23)


def parcel(parcel_id, sheet="1", area=100.0, measured=False):
    return ParcelRow(parcel_id, ParcelKey("23095", sheet, str(parcel_id)), "CLN", area, measured)


def case(case_id, parcel_id, state, claimant_id=None, obstacles=0):
    return CaseRow(case_id, parcel_id, claimant_id, state, None, obstacles)


def test_figures_count_parcels_and_households_never_cases(stages):
    parcels = [parcel(1), parcel(2), parcel(3)]
    cases = [
        *(case(1, 1, "HANDED_OVER", 7), case(2, 1, "CLOSED", 8)),
        *(case(3, 2, "HANDED_OVER", 7), case(4, 2, "DRAFT", 9)),
        case(5, 3, "NOTICE_ISSUED"),
    ]
    figures = figures_of(stages, parcels, tally(stages, cases))
    assert (figures.parcels, figures.parcels_handed_over) == (3, 1)
    assert (figures.households, figures.households_handed_over) == (3, 2)
    assert (figures.area_m2, figures.area_handed_over_m2) == (300.0, 100.0)
    assert figures.share_handed_over == pytest.approx(1 / 3)


def test_a_withdrawn_parcel_leaves_all_figures_but_its_own(stages):
    parcels = [parcel(1, measured=True), parcel(2)]
    cases = [case(1, 1, "WITHDRAWN", 7, obstacles=1), case(2, 2, "WITHDRAWN", 7), case(3, 2, "DRAFT", 8)]
    figures = figures_of(stages, parcels, tally(stages, cases))
    assert (figures.parcels, figures.withdrawn, figures.households, figures.stuck) == (1, 1, 1, 0)
    assert not figures.area_partly_measured


def test_an_area_that_is_measured_only_is_marked(stages):
    figures = figures_of(stages, [parcel(1, measured=True), parcel(2)], tally(stages, []))
    assert figures.area_partly_measured


def test_the_status_array_has_one_letter_per_parcel_in_order_of_id(stages):
    parcels = [parcel(key) for key in (3, 4, 5, 9)]
    cases = [
        case(1, 3, "DRAFT", obstacles=2),
        case(2, 4, "HANDED_OVER"),
        case(3, 5, "SUSPENDED"),
        case(4, 9, "WITHDRAWN"),
    ]
    found = status_array(stages, "P1", 12, TODAY, parcels, cases)
    assert (found.codes, list(found.ids), found.seq) == ("1ceg", [3, 4, 5, 9], 12)
    assert found.id_runs() == [(3, 3), (9, 1)]
    assert found.legend["withdrawn"] == 1
    assert sum(found.legend.values()) == 4
    assert found.stuck == 1


def test_sheets_stand_in_the_order_that_people_count_in(stages):
    parcels = [parcel(1, "10"), parcel(2, "2"), parcel(3, "2a")]
    cases = [case(1, 1, "HANDED_OVER"), case(2, 2, "DRAFT", 4), case(3, 3, "DRAFT", 4)]
    sheets = progress_of(stages, "P1", TODAY, parcels, cases).sheets
    assert [row.sheet for row in sheets] == ["2", "2a", "10"]
    assert [row.figures.parcels_handed_over for row in sheets] == [0, 0, 1]
    assert natural(("", "Tờ ²")) == ("", 0, "Tờ ²")


def test_progress_as_json_has_the_shape_that_scripts_rely_on(zone, record):
    record(1, ("notice_issued", "2026-03-02"))
    found = operations.progress(LOCAL, zone, "P1").as_json()
    assert list(found) == ["project", "as_of", "parcels", "households", "area_m2", "stuck", "stages", "money"]
    assert (found["project"], found["as_of"], found["parcels"], found["households"]) == ("P1", "2026-11-23", 4, 2)
    stages = found["stages"]
    assert isinstance(stages, list)
    assert stages[:2] == [
        {"stage": "not_started", "parcels": 3, "area_m2": 300.0},
        {"stage": "noticed", "parcels": 1, "area_m2": 100.0},
    ]
    assert found["money"] == {"approved_vnd": 0, "paid_vnd": 0}


def moved(event_id, case_id, to_state, on):
    return CaseEvent(
        id=event_id, case_id=case_id, event="x", occurred_on=date.fromisoformat(on),
        recorded_at=datetime(2026, 11, 23, tzinfo=UTC), recorded_by="", note="", document="",
        from_state=None, to_state=to_state, corrects=None, withdraws=False, reason="", seq=event_id,
    )  # fmt: skip


def test_the_curve_counts_a_parcel_once_all_its_cases_are_handed_over(stages):
    parcels = [parcel(1), parcel(2, area=50.0)]
    cases = [case(1, 1, "HANDED_OVER"), case(2, 1, "HANDED_OVER"), case(3, 2, "SUSPENDED")]
    events = [
        moved(1, 1, "HANDED_OVER", "2026-05-04"),
        moved(2, 3, "HANDED_OVER", "2026-05-05"),
        moved(3, 2, "HANDED_OVER", "2026-06-01"),
        moved(4, 1, "RECORDS_UPDATED", "2026-06-02"),
        moved(5, 3, "SUSPENDED", "2026-06-08"),
        moved(6, 9, "HANDED_OVER", "2026-06-09"),
    ]
    assert curve(stages, "DRAFT", parcels, cases, events) == [
        CurvePoint(date(2026, 5, 5), 1, 50.0),
        CurvePoint(date(2026, 6, 1), 2, 150.0),
        CurvePoint(date(2026, 6, 8), 1, 100.0),
    ]


def test_the_first_line_of_progress_says_gain_and_delay(office):
    planned = new_project(planned_start_on=date(2026, 1, 1), planned_end_on=date(2026, 12, 31))
    parcels = [new_parcel(number, holder=f"Hộ {number}") for number in range(1, 5)]
    operations.import_parcels(LOCAL, office, planned, parcels, SOURCE)
    project = office.store.project("P1")
    figures = operations.progress(LOCAL, office, "P1").figures
    points = [CurvePoint(date(2026, 9, 1), 1, 100.0), CurvePoint(date(2026, 11, 2), 2, 200.0)]
    drawn = drawn_curve(project, figures, points, TODAY)
    assert drawn.points[-1] == CurvePoint(TODAY, 2, 200.0)
    assert drawn.gained_in_30_days == CurvePoint(TODAY, 1, 100.0)
    assert drawn.days_behind == 144
    assert [point.parcels for point in drawn.planned] == [0, 4]
    done = drawn_curve(project, figures, [CurvePoint(date(2026, 9, 1), 4, 400.0)], TODAY)
    assert done.days_behind == -38
    assert drawn_curve(project, figures, [], date(2025, 1, 1)).days_behind is None


def test_without_planned_dates_there_is_no_planned_line(zone):
    drawn = operations.progress_curve(LOCAL, zone, "P1")
    assert (list(drawn.planned), drawn.days_behind) == ([], None)
    assert drawn.points == [CurvePoint(TODAY, 0, 0.0)]


def test_totals_leave_illustrative_and_archived_projects_out(zone):
    operations.import_parcels(LOCAL, zone, new_project("P2"), [new_parcel(9, holder="Hộ Z")], SOURCE)
    operations.import_parcels(LOCAL, zone, new_project("MH", illustrative=True), [new_parcel(9)], SOURCE)
    operations.import_parcels(LOCAL, zone, new_project("CU"), [new_parcel(9)], SOURCE)
    operations.archive_project(LOCAL, zone, "CU")
    found = operations.totals(LOCAL, zone)
    assert list(found.projects) == ["P1", "P2"]
    assert (found.figures.parcels, found.figures.households) == (5, 3)
    assert sum(row.parcels for row in found.figures.stages) == 5


def test_statuses_carry_the_seq_up_to_which_everything_is_in(zone, record):
    record(1, ("notice_issued", "2026-03-02"))
    found = operations.statuses(LOCAL, zone, "P1")
    assert (found.codes, found.seq, found.as_of) == ("2000", zone.store.last_seq(), TODAY)
    past = operations.statuses(LOCAL, zone, "P1", operations.moment_at(LOCAL, zone, date(2026, 3, 1)))
    assert (past.codes, past.as_of) == ("0000", date(2026, 3, 1))
