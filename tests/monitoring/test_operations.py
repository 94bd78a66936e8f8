from __future__ import annotations

from datetime import date

import pytest

from geodata.errors import (
    AmbiguousParcel,
    CorrectionBreaksHistory,
    DateAfterNext,
    DateBeforePrevious,
    DateInFuture,
    DuplicateParcel,
    EventNotAllowed,
    ObstacleAlreadyClosed,
    ProjectArchived,
    ProjectCodeInvalid,
    ProjectExists,
    RecordingOffInPast,
    StaleRecord,
    StateNotReachable,
    UnknownCase,
    UnknownCaseEvent,
    UnknownEvent,
    UnknownObstacle,
    UnknownParcel,
    UnknownProject,
    UnknownRegime,
    UnknownState,
)
from geodata.records import CaseEvent, Moment, NewCaseEvent, NewObstacle, Obstacle, ObstacleEnd, ParcelKey
from monitoring import operations
from monitoring.addresses import parcel_address
from monitoring.office import CorrectionRequest, EventRequest, ObstacleClosing, ObstacleRequest, StatusRequest
from monitoring.permissions import LOCAL, Actor

from .conftest import SOURCE, case_state, new_parcel, new_project

DAY = date(2026, 3, 2)


def event(case_id=1, code="notice_issued", on=DAY, **more):
    return EventRequest(project="P1", case_id=case_id, event=code, occurred_on=on, **more)


def obstacle(case_id=1, from_on=DAY, **more):
    return ObstacleRequest(
        project="P1", case_id=case_id, kind="origin_unconfirmed", waits_for="UBND xã", from_on=from_on, **more
    )


# ---- recording -----------------------------------------------------------------------------------


def test_an_event_moves_the_case_and_keeps_both_times(zone, clock):
    written = operations.record_event(LOCAL, zone, event(note="đợt 1", document="12/TB-UBND"))
    assert (written.from_state, written.to_state) == ("DRAFT", "NOTICE_ISSUED")
    assert written.occurred_on == DAY
    assert written.recorded_at == clock.now()
    assert (written.recorded_by, written.note, written.document) == ("local", "đợt 1", "12/TB-UBND")
    assert case_state(zone, 1) == "NOTICE_ISSUED"


def test_an_event_that_moves_no_state_leaves_the_case_where_it_stands(zone, record):
    record(1, ("notice_issued", "2026-03-02"), ("notice_sent", "2026-03-02"))
    assert case_state(zone, 1) == "NOTICE_ISSUED"
    assert zone.store.case_file(1, Moment()).events[-1].to_state is None


def test_an_event_may_happen_today_but_not_tomorrow(zone):
    assert zone.today() == date(2026, 11, 23)
    with pytest.raises(DateInFuture):
        operations.record_event(LOCAL, zone, event(on=date(2026, 11, 24)))
    operations.record_event(LOCAL, zone, event(on=date(2026, 11, 23)))


def test_the_day_is_that_of_vietnam_whatever_the_machine_says(zone, clock):
    clock.move_to(clock.now().replace(hour=18))
    assert zone.today() == date(2026, 11, 24)


def test_an_event_before_the_previous_one_is_refused(zone, record):
    record(1, ("notice_issued", "2026-03-02"), ("notice_sent", "2026-03-10"))
    with pytest.raises(DateBeforePrevious) as refusal:
        operations.record_event(LOCAL, zone, event(code="inventory_started", on=date(2026, 3, 9)))
    assert refusal.value.previous == date(2026, 3, 10)


def test_an_event_that_the_state_does_not_allow_is_refused_with_those_that_it_does(zone):
    with pytest.raises(EventNotAllowed) as refusal:
        operations.record_event(LOCAL, zone, event(code="handed_over"))
    assert refusal.value.state == "DRAFT"
    assert refusal.value.allowed[0] == "notice_issued"
    with pytest.raises(UnknownEvent):
        operations.record_event(LOCAL, zone, event(code="no_event"))


def test_where_an_event_leads_to_two_states_the_person_may_say_which(zone, record):
    record(
        1,
        *(("notice_issued", "2026-03-02"), ("inventory_started", "2026-03-03"), ("inventory_signed", "2026-03-04")),
        *(("origin_confirmed", "2026-03-05"), ("plan_drafted", "2026-03-06"), ("plan_posted", "2026-03-07")),
        *(("plan_consulted", "2026-03-08"), ("plan_finalised", "2026-03-09")),
        *(("appraisal_file_complete", "2026-03-10"), ("appraisal_result", "2026-03-11")),
        ("plan_approved", "2026-03-12"),
    )
    with pytest.raises(EventNotAllowed):
        operations.record_event(LOCAL, zone, event(code="decision_served", on=date(2026, 4, 1), to_state="CLOSED"))
    with pytest.raises(UnknownState):
        operations.record_event(LOCAL, zone, event(code="decision_served", on=date(2026, 4, 1), to_state="X"))
    served = event(code="decision_served", on=date(2026, 4, 1), to_state="RECOVERY_DECIDED")
    assert operations.record_event(LOCAL, zone, served).to_state == "RECOVERY_DECIDED"


def test_a_suspended_case_goes_back_to_where_it_stood(zone, record):
    record(2, ("notice_issued", "2026-03-02"), ("suspension_decided", "2026-03-03"))
    assert case_state(zone, 2) == "SUSPENDED"
    record(2, ("suspension_lifted", "2026-04-01"))
    assert case_state(zone, 2) == "NOTICE_ISSUED"


def test_a_second_writer_sees_what_the_first_one_wrote(zone):
    seen = zone.store.case_file(1, Moment()).case.version
    operations.record_event(LOCAL, zone, event(expected_version=seen))
    with pytest.raises(StaleRecord) as refusal:
        operations.record_event(LOCAL, zone, event(expected_version=seen))
    (theirs,) = refusal.value.theirs
    assert isinstance(theirs, CaseEvent)
    assert theirs.event == "notice_issued"
    assert refusal.value.present_state == "NOTICE_ISSUED"


def test_a_closed_obstacle_is_among_what_others_wrote(zone):
    opened = operations.open_obstacle(LOCAL, zone, obstacle())
    seen = zone.store.case_file(1, Moment()).case.version
    closing = ObstacleClosing(project="P1", case_id=1, obstacle_id=opened.id, until_on=DAY)
    operations.close_obstacle(LOCAL, zone, closing)
    with pytest.raises(StaleRecord) as refusal:
        operations.record_event(LOCAL, zone, event(expected_version=seen))
    (theirs,) = refusal.value.theirs
    assert isinstance(theirs, Obstacle)
    assert (theirs.id, theirs.until_on) == (opened.id, DAY)


def test_recording_is_off_while_a_past_day_is_shown(zone):
    with pytest.raises(RecordingOffInPast):
        operations.record_event(LOCAL, zone, event(as_of=date(2026, 1, 1)))
    operations.record_event(LOCAL, zone, event(as_of=zone.today()))


def test_a_case_of_another_project_is_not_found(zone):
    operations.import_parcels(LOCAL, zone, new_project("P2"), [new_parcel(1)], SOURCE)
    with pytest.raises(UnknownCase):
        operations.record_event(LOCAL, zone, event(case_id=5))
    with pytest.raises(UnknownProject):
        operations.record_event(LOCAL, zone, EventRequest(project="P3", case_id=1, event="x", occurred_on=DAY))


def test_changing_the_status_records_the_one_event_that_leads_there(zone, record):
    def to(state, on="2026-03-03"):
        request = StatusRequest(project="P1", case_id=1, state=state, occurred_on=date.fromisoformat(on))
        return operations.change_status(LOCAL, zone, request)

    assert to("NOTICE_ISSUED", "2026-03-02").event == "notice_issued"
    with pytest.raises(StateNotReachable) as refusal:
        to("HANDED_OVER")
    assert refusal.value.present == "NOTICE_ISSUED"
    assert "INVENTORY" in refusal.value.reachable
    with pytest.raises(UnknownState):
        to("NOWHERE")


def test_a_state_that_two_events_lead_to_is_not_reached_by_the_short_form(zone, record):
    record(1, ("notice_issued", "2026-03-02"), ("inventory_started", "2026-03-03"), ("inventory_signed", "2026-03-04"))
    record(1, ("origin_confirmed", "2026-03-05"), ("plan_drafted", "2026-03-06"), ("plan_posted", "2026-03-07"))
    record(1, ("plan_consulted", "2026-03-08"), ("plan_finalised", "2026-03-09"))
    record(1, ("appraisal_file_complete", "2026-03-10"), ("appraisal_result", "2026-03-11"))
    record(1, ("plan_approved", "2026-03-12"))
    request = StatusRequest(project="P1", case_id=1, state="RECOVERY_DECIDED", occurred_on=date(2026, 4, 1))
    with pytest.raises(StateNotReachable):
        operations.change_status(LOCAL, zone, request)


# ---- corrections ---------------------------------------------------------------------------------


def correction(corrects, code=None, on=None, **more):
    day = None if on is None else date.fromisoformat(on)
    return CorrectionRequest(project="P1", case_id=1, corrects=corrects, event=code, occurred_on=day, **more)


def test_a_correction_names_the_wrong_entry_and_takes_its_place(zone, record):
    record(1, ("notice_issued", "2026-03-02"), ("notice_sent", "2026-03-02"))
    fixed = operations.correct_event(LOCAL, zone, correction(1, "notice_issued", "2026-03-01", reason="nhầm ngày"))
    assert (fixed.corrects, fixed.reason) == (1, "nhầm ngày")
    panel = operations.parcel_panel(LOCAL, zone, "P1", 1).cases[0]
    assert panel.counting == {2, fixed.id}
    assert {row.id for row in panel.file.events} == {1, 2, fixed.id}
    assert panel.waiting_since == date(2026, 3, 1)


def test_a_withdrawn_entry_leaves_the_case_where_it_stood_before(zone, record):
    record(1, ("notice_issued", "2026-03-02"), ("inventory_started", "2026-03-03"))
    operations.correct_event(LOCAL, zone, correction(2))
    assert case_state(zone, 1) == "NOTICE_ISSUED"
    record(1, ("inventory_started", "2026-03-02"))
    assert case_state(zone, 1) == "INVENTORY"


def test_what_later_events_stand_on_cannot_be_taken_away(zone, record):
    record(1, ("notice_issued", "2026-03-02"), ("inventory_started", "2026-03-03"))
    with pytest.raises(CorrectionBreaksHistory) as refusal:
        operations.correct_event(LOCAL, zone, correction(1))
    assert refusal.value.event_id == 2


def test_a_correction_stays_between_its_neighbours(zone, record):
    record(1, ("notice_issued", "2026-03-02"), ("inventory_started", "2026-03-10"), ("inventory_signed", "2026-03-20"))
    with pytest.raises(DateBeforePrevious):
        operations.correct_event(LOCAL, zone, correction(2, "inventory_started", "2026-03-01"))
    with pytest.raises(DateAfterNext):
        operations.correct_event(LOCAL, zone, correction(2, "inventory_started", "2026-03-21"))
    with pytest.raises(DateInFuture):
        operations.correct_event(LOCAL, zone, correction(3, "inventory_signed", "2027-03-21"))


def test_an_entry_is_corrected_once_then_its_correction_is(zone, record):
    record(1, ("notice_issued", "2026-03-02"))
    second = operations.correct_event(LOCAL, zone, correction(1, "notice_issued", "2026-03-03"))
    with pytest.raises(UnknownCaseEvent):
        operations.correct_event(LOCAL, zone, correction(1, "notice_issued", "2026-03-04"))
    operations.correct_event(LOCAL, zone, correction(second.id, "case_withdrawn", "2026-03-04"))
    assert case_state(zone, 1) == "WITHDRAWN"
    with pytest.raises(UnknownCaseEvent):
        operations.correct_event(LOCAL, zone, correction(99))


def test_a_correction_of_the_morning_does_not_come_after_the_afternoon(zone, record):
    record(1, ("notice_issued", "2026-03-02"), ("inventory_started", "2026-03-02"))
    operations.correct_event(LOCAL, zone, correction(1, "notice_issued", "2026-03-02", note="số đúng"))
    assert case_state(zone, 1) == "INVENTORY"


def test_a_wrong_suspension_replaced_moves_the_state_that_is_returned_to(zone, record):
    record(
        1, ("notice_issued", "2026-03-02"), ("suspension_decided", "2026-03-03"), ("suspension_lifted", "2026-03-09")
    )
    with pytest.raises(CorrectionBreaksHistory):
        operations.correct_event(LOCAL, zone, correction(2, "inventory_started", "2026-03-03"))


# ---- obstacles -----------------------------------------------------------------------------------


def test_an_obstacle_makes_the_parcel_stuck_until_it_ends(zone):
    opened = operations.open_obstacle(LOCAL, zone, obstacle(asked="Đề nghị xác nhận", asked_on=DAY))
    (status,) = operations.status_of_parcels(LOCAL, zone, "P1", [1])
    assert (status.stage, status.stuck, status.code) == ("not_started", True, "1")
    closing = ObstacleClosing(project="P1", case_id=1, obstacle_id=opened.id, until_on=date(2026, 5, 4), note="xong")
    closed = operations.close_obstacle(LOCAL, zone, closing)
    assert (closed.until_on, closed.closing_note) == (date(2026, 5, 4), "xong")
    assert not operations.status_of_parcels(LOCAL, zone, "P1", [1])[0].stuck
    past = operations.moment_at(LOCAL, zone, date(2026, 5, 3))
    assert operations.status_of_parcels(LOCAL, zone, "P1", [1], past)[0].stuck
    with pytest.raises(ObstacleAlreadyClosed):
        operations.close_obstacle(LOCAL, zone, closing)


def test_dates_of_an_obstacle_must_make_sense(zone):
    with pytest.raises(DateInFuture):
        operations.open_obstacle(LOCAL, zone, obstacle(from_on=date(2026, 12, 1)))
    with pytest.raises(DateInFuture):
        operations.open_obstacle(LOCAL, zone, obstacle(asked_on=date(2026, 12, 1)))
    with pytest.raises(DateBeforePrevious):
        operations.open_obstacle(LOCAL, zone, obstacle(asked_on=DAY, answer_due_on=date(2026, 3, 1)))
    opened = operations.open_obstacle(LOCAL, zone, obstacle())
    early = ObstacleClosing(project="P1", case_id=1, obstacle_id=opened.id, until_on=date(2026, 3, 1))
    with pytest.raises(DateBeforePrevious):
        operations.close_obstacle(LOCAL, zone, early)
    with pytest.raises(UnknownObstacle):
        elsewhere = ObstacleClosing(project="P1", case_id=2, obstacle_id=opened.id, until_on=DAY)
        operations.close_obstacle(LOCAL, zone, elsewhere)


def test_open_obstacles_are_grouped_by_kind_and_by_whom_they_wait_for(zone):
    for case_id, day in ((1, DAY), (2, date(2026, 2, 2))):
        operations.open_obstacle(LOCAL, zone, obstacle(case_id, from_on=day))
    request = ObstacleRequest(project="P1", case_id=3, kind="mortgage", waits_for="Ngân hàng", from_on=DAY)
    operations.open_obstacle(LOCAL, zone, request)
    first, second = operations.obstacles(LOCAL, zone, "P1")
    assert (first.kind, first.parcels, first.longest_days) == ("origin_unconfirmed", 2, 294)
    assert (second.kind, second.parcels) == ("mortgage", 1)


# ---- projects and parcels ------------------------------------------------------------------------


def test_a_project_is_opened_and_archived_and_then_takes_no_more(office):
    operations.open_project(LOCAL, office, new_project("KTN"))
    with pytest.raises(ProjectExists):
        operations.open_project(LOCAL, office, new_project("KTN"))
    operations.import_parcels(LOCAL, office, "KTN", [new_parcel(1)], SOURCE)
    assert operations.archive_project(LOCAL, office, "KTN").archived_on == office.today()
    assert operations.list_projects(LOCAL, office) == []
    assert [row.code for row in operations.list_projects(LOCAL, office, include_archived=True)] == ["KTN"]
    with pytest.raises(ProjectArchived):
        operations.import_parcels(LOCAL, office, "KTN", [new_parcel(2)], SOURCE)
    with pytest.raises(ProjectArchived):
        operations.archive_project(LOCAL, office, "KTN")
    with pytest.raises(ProjectArchived):
        request = EventRequest(project="KTN", case_id=1, event="notice_issued", occurred_on=DAY)
        operations.record_event(LOCAL, office, request)
    assert operations.parcel_panel(LOCAL, office, "KTN", 1).cases[0].offers == ()


@pytest.mark.parametrize("code", ["", "a b", "đất", "-x", "../x", "x" * 65])
def test_a_code_that_cannot_stand_in_an_address_is_refused(office, code):
    with pytest.raises(ProjectCodeInvalid):
        operations.open_project(LOCAL, office, new_project(code))


def test_a_project_needs_a_regime_of_the_workflow(office):
    with pytest.raises(UnknownRegime):
        operations.open_project(LOCAL, office, new_project(regime="LDD1993"))


def test_an_import_that_repeats_a_number_leaves_nothing(office):
    with pytest.raises(DuplicateParcel):
        operations.import_parcels(LOCAL, office, new_project(), [new_parcel(1), new_parcel(1)], SOURCE)
    assert operations.list_projects(LOCAL, office) == []
    assert operations.imports(LOCAL, office) == []


def test_an_import_says_what_it_did(zone):
    (imported,) = operations.imports(LOCAL, zone, "P1")
    assert (imported.rows_read, imported.parcels_added, imported.file_name) == (4, 4, "thua.zip")
    assert operations.get_project(LOCAL, zone, "P1").geometry_version == imported.seq


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("3/118", ParcelKey("", "3", "118")),
        (" 23095 / 3 / 118 ", ParcelKey("23095", "3", "118")),
        ("23095/3/118/1", ParcelKey("23095", "3", "118/1")),
    ],
)
def test_an_address_names_sheet_and_number_and_may_name_the_commune(text, key):
    assert operations.parse_parcel_address(text) == key
    assert operations.parse_parcel_address(parcel_address(key)) == key


@pytest.mark.parametrize("text", ["", "118", "3/", "/118", "23095//118"])
def test_what_is_no_address_names_no_parcel(text):
    with pytest.raises(UnknownParcel):
        operations.parse_parcel_address(text, "P1")


def test_a_case_is_found_by_the_address_of_its_parcel(zone):
    key = operations.parse_parcel_address("2/3")
    assert operations.find_parcel(LOCAL, zone, "P1", key).id == 3
    assert operations.find_case(LOCAL, zone, "P1", key).id == 3
    with pytest.raises(UnknownParcel):
        operations.find_case(LOCAL, zone, "P1", ParcelKey("", "9", "9"))
    with pytest.raises(UnknownParcel):
        operations.find_case(LOCAL, zone, "P1", key, "Hộ C")


def test_the_holder_picks_one_of_several_cases_and_no_refusal_names_a_person(zone):
    second = zone.store.add_case(1, "Hộ C")
    key = ParcelKey("", "1", "1")
    with pytest.raises(AmbiguousParcel) as refusal:
        operations.find_case(LOCAL, zone, "P1", key)
    assert refusal.value.choices == ("1", "2")
    assert operations.find_case(LOCAL, zone, "P1", key, "hộ c").id == second.id
    assert operations.find_case(LOCAL, zone, "P1", key, "2").id == second.id


def test_a_point_on_the_map_finds_its_parcel(zone):
    found = operations.parcel_at(LOCAL, zone, "P1", 108.1025, 11.1005)
    assert found is not None
    assert found.id == 2
    assert operations.parcel_at(LOCAL, zone, "P1", 100.0, 11.0) is None
    assert [row.id for row in operations.parcels(LOCAL, zone, "P1", [2, 3])] == [2, 3]


def test_the_panel_offers_what_may_be_recorded_now_and_nothing_in_the_past(zone, record):
    record(1, ("notice_issued", "2026-03-02"))
    (case,) = operations.parcel_panel(LOCAL, zone, "P1", 1).cases
    assert (case.state, case.stage, case.offers[0].event) == ("NOTICE_ISSUED", "noticed", "inventory_started")
    assert case.next_actor == "đơn vị bồi thường"
    past = operations.moment_at(LOCAL, zone, date(2026, 3, 1))
    (case,) = operations.parcel_panel(LOCAL, zone, "P1", 1, past).cases
    assert (case.state, case.offers, case.file.events) == ("DRAFT", (), [])
    with pytest.raises(UnknownParcel):
        operations.parcel_panel(LOCAL, zone, "P1", 99)


# ---- moments -------------------------------------------------------------------------------------


def test_today_is_the_present_and_tomorrow_is_refused(zone):
    assert operations.moment_at(LOCAL, zone).is_now
    assert operations.moment_at(LOCAL, zone, zone.today()).is_now
    assert operations.moment_at(LOCAL, zone, DAY) == Moment(DAY)
    with pytest.raises(DateInFuture):
        operations.moment_at(LOCAL, zone, date(2026, 11, 24))


def test_what_was_known_then_differs_from_what_is_known_now(zone, clock):
    clock.move_to(date(2026, 11, 24))
    then = clock.now()
    clock.move_to(date(2026, 11, 26))
    operations.record_event(LOCAL, zone, event())
    known = operations.moment_at(LOCAL, zone, DAY, then)
    assert operations.progress(LOCAL, zone, "P1", known).figures.stages[1].parcels == 0
    now = operations.moment_at(LOCAL, zone, DAY)
    assert operations.progress(LOCAL, zone, "P1", now).figures.stages[1].parcels == 1


def test_changes_since_a_seq_name_the_touched_parcels(zone):
    seq = zone.store.last_seq()
    operations.record_event(LOCAL, zone, event(2))
    operations.open_obstacle(LOCAL, zone, obstacle(3))
    assert [(row.project_code, row.parcel_id) for row in operations.changes_since(LOCAL, zone, seq)] == [
        ("P1", 2),
        ("P1", 3),
    ]


def test_an_actor_of_another_project_sees_nothing_of_this_one(zone):
    stranger = Actor("x", frozenset({"viewer"}), frozenset({"P2"}))
    operations.record_event(LOCAL, zone, event(2))
    assert operations.list_projects(stranger, zone) == []
    assert operations.imports(stranger, zone) == []
    assert operations.changes_since(stranger, zone, 0) == []
    operations.import_parcels(LOCAL, zone, new_project("P2"), [new_parcel(1)], SOURCE)
    assert [row.parcel_id for row in operations.status_of_parcels(stranger, zone, "P2", [1, 5])] == [5]


# ---- a history taken over ------------------------------------------------------------------------


def past(case_id, code, on):
    return NewCaseEvent(case_id=case_id, event=code, occurred_on=date.fromisoformat(on))


def test_a_history_is_taken_over_whole_or_not_at_all(zone):
    good = [past(1, "notice_issued", "2026-03-02"), past(1, "notice_sent", "2026-03-03")]
    with pytest.raises(EventNotAllowed):
        operations.take_over_history(LOCAL, zone, "P1", [*good, past(1, "handed_over", "2026-03-04")])
    assert case_state(zone, 1) == "DRAFT"
    hindrance = NewObstacle(case_id=1, kind="mortgage", waits_for="Ngân hàng", from_on=DAY)
    end = ObstacleEnd(case_id=1, kind="mortgage", until_on=date(2026, 3, 9))
    assert operations.take_over_history(LOCAL, zone, "P1", [*good, hindrance, end]) == 4
    file = zone.store.case_file(1, Moment())
    assert (file.case.state, file.obstacles[0].until_on) == ("NOTICE_ISSUED", date(2026, 3, 9))


def test_a_history_keeps_the_rules_of_single_entries(zone):
    with pytest.raises(DateBeforePrevious):
        rows = [past(1, "notice_issued", "2026-03-02"), past(1, "notice_sent", "2026-03-01")]
        operations.take_over_history(LOCAL, zone, "P1", rows)
    with pytest.raises(DateInFuture):
        operations.take_over_history(LOCAL, zone, "P1", [past(1, "notice_issued", "2027-03-02")])
    with pytest.raises(UnknownCase):
        operations.take_over_history(LOCAL, zone, "P1", [past(99, "notice_issued", "2026-03-02")])
    with pytest.raises(UnknownObstacle):
        operations.take_over_history(LOCAL, zone, "P1", [ObstacleEnd(case_id=1, kind="x", until_on=DAY)])
