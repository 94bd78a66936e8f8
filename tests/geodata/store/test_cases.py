"""Events and obstacles are recorded, corrected, and refused when somebody was faster."""

from __future__ import annotations

from datetime import date

import pytest

from geodata.errors import (
    ObstacleAlreadyClosed,
    StaleRecord,
    UnknownCase,
    UnknownCaseEvent,
    UnknownObstacle,
)
from geodata.ports import Store
from geodata.records import CaseEvent, Moment, NewCaseEvent, NewObstacle, Obstacle, ObstacleEnd
from tests.geodata.store.making import WRITER, event, obstacle

NOW = Moment()


@pytest.fixture
def case_id(store: Store, project_id: int) -> int:
    return store.case_rows(project_id, NOW)[0].case_id


def test_a_case_begins_in_the_initial_state(store: Store, project_id: int) -> None:
    rows = store.case_rows(project_id, NOW)
    assert {(row.state, row.state_since, row.open_obstacles) for row in rows} == {("DRAFT", None, 0)}
    (case,) = store.cases_of_parcel(rows[0].parcel_id)
    assert (case.state, case.version) == ("DRAFT", 1)


def test_an_event_moves_the_case_and_its_version(store: Store, project_id: int, case_id: int) -> None:
    done = store.record_event(
        WRITER, event(case_id, note="đã gửi", document="TB 12"), expected_version=1, state="NOTICE_ISSUED"
    )
    assert (done.from_state, done.to_state, done.recorded_by, done.seq) == ("DRAFT", "NOTICE_ISSUED", "lan", 2)
    assert (done.note, done.document) == ("đã gửi", "TB 12")
    row = store.case_rows(project_id, NOW)[0]
    assert (row.state, row.state_since) == ("NOTICE_ISSUED", date(2026, 1, 5))
    shown = store.case_file(case_id, NOW)
    assert shown.events == [done]
    assert shown.case.version == 2


def test_an_event_that_moves_no_state_is_kept(store: Store, case_id: int) -> None:
    store.record_event(WRITER, event(case_id), expected_version=1, state="NOTICE_ISSUED")
    store.record_event(
        WRITER,
        event(case_id, None, event="notice_sent", on=date(2026, 1, 9)),
        expected_version=2,
        state="NOTICE_ISSUED",
    )
    shown = store.case_file(case_id, NOW)
    assert [each.event for each in shown.events] == ["notice_issued", "notice_sent"]
    assert (shown.case.state, shown.case.state_since) == ("NOTICE_ISSUED", date(2026, 1, 5))
    assert [each.event for each in store.events_of_project(shown.case.project_id, NOW)] == ["notice_issued"]


def test_unknown_cases_and_events_are_refused(store: Store, case_id: int, project_id: int) -> None:
    with pytest.raises(UnknownCase):
        store.record_event(WRITER, event(99999), expected_version=1, state="X")
    with pytest.raises(UnknownCase):
        store.case_file(99999, NOW)
    done = store.record_event(WRITER, event(case_id), expected_version=1, state="NOTICE_ISSUED")
    other = store.case_rows(project_id, NOW)[1].case_id
    with pytest.raises(UnknownCaseEvent):
        store.record_event(WRITER, event(other, corrects=done.id), expected_version=1, state="NOTICE_ISSUED")


def test_a_second_writer_sees_both_versions(store: Store, case_id: int) -> None:
    first = store.record_event(WRITER, event(case_id), expected_version=1, state="NOTICE_ISSUED")
    stuck = store.open_obstacle(WRITER, obstacle(case_id), expected_version=2)
    closed = store.close_obstacle(WRITER, stuck.id, until_on=date(2026, 3, 1), note="xong", expected_version=3)
    with pytest.raises(StaleRecord) as stale:
        store.record_event(WRITER, event(case_id, "INVENTORY"), expected_version=1, state="INVENTORY")
    refused = stale.value
    assert (refused.seen_version, refused.present_version, refused.present_state) == (1, 4, "NOTICE_ISSUED")
    assert refused.theirs == (first, closed)
    with pytest.raises(StaleRecord) as stale:
        store.open_obstacle(WRITER, obstacle(case_id), expected_version=3)
    assert stale.value.theirs == (closed,)
    with pytest.raises(StaleRecord):
        store.check_version(case_id, 3)
    store.check_version(case_id, 4)


def test_a_correction_takes_the_place_of_the_wrong_event(store: Store, case_id: int) -> None:
    wrong = store.record_event(WRITER, event(case_id), expected_version=1, state="NOTICE_ISSUED")
    right = store.record_event(
        WRITER,
        event(case_id, on=date(2026, 1, 7), corrects=wrong.id, reason="nhầm ngày"),
        expected_version=2,
        state="NOTICE_ISSUED",
    )
    assert (right.corrects, right.from_state, right.reason) == (wrong.id, "DRAFT", "nhầm ngày")
    shown = store.case_file(case_id, NOW)
    assert [each.id for each in shown.events] == [wrong.id, right.id], "the wrong one stays readable"
    assert shown.case.state_since == date(2026, 1, 7)
    assert [each.id for each in store.events_of_project(shown.case.project_id, NOW)] == [right.id]
    with pytest.raises(UnknownCaseEvent):
        store.record_event(WRITER, event(case_id, corrects=wrong.id), expected_version=3, state="NOTICE_ISSUED")


def test_correcting_the_morning_does_not_undo_the_afternoon(store: Store, case_id: int, project_id: int) -> None:
    morning = store.record_event(WRITER, event(case_id), expected_version=1, state="NOTICE_ISSUED")
    store.record_event(WRITER, event(case_id, "INVENTORY"), expected_version=2, state="INVENTORY")
    better = store.record_event(WRITER, event(case_id, corrects=morning.id), expected_version=3, state="INVENTORY")
    store.record_event(WRITER, event(case_id, corrects=better.id), expected_version=4, state="INVENTORY")
    for moment in (NOW, Moment(as_of=date(2026, 1, 5)), Moment(known_seq=store.last_seq())):
        assert store.case_rows(project_id, moment)[0].state == "INVENTORY"


def test_a_withdrawn_event_brings_the_case_back(store: Store, case_id: int, project_id: int) -> None:
    wrong = store.record_event(WRITER, event(case_id), expected_version=1, state="NOTICE_ISSUED")
    store.record_event(
        WRITER,
        event(case_id, None, corrects=wrong.id, withdraws=True, reason="chưa làm"),
        expected_version=2,
        state="DRAFT",
    )
    row = store.case_rows(project_id, NOW)[0]
    assert (row.state, row.state_since) == ("DRAFT", None)
    assert store.events_of_project(project_id, NOW) == []
    assert store.case_rows(project_id, Moment(known_seq=wrong.seq))[0].state == "NOTICE_ISSUED"


def test_an_obstacle_opens_and_closes(store: Store, case_id: int, project_id: int) -> None:
    entered = obstacle(case_id, asked="xác nhận nguồn gốc", asked_on=date(2026, 2, 2), answer_due_on=date(2026, 2, 20))
    opened = store.open_obstacle(WRITER, entered, expected_version=1)
    assert (opened.until_on, opened.asked_on, opened.waits_for) == (None, date(2026, 2, 2), "UBND xã")
    assert store.case_rows(project_id, NOW)[0].open_obstacles == 1
    closed = store.close_obstacle(WRITER, opened.id, until_on=date(2026, 3, 1), note="đã xác nhận", expected_version=2)
    assert (closed.until_on, closed.closing_note) == (date(2026, 3, 1), "đã xác nhận")
    assert store.case_rows(project_id, NOW)[0].open_obstacles == 0
    assert store.obstacles_of_project(project_id, NOW) == [closed]
    with pytest.raises(ObstacleAlreadyClosed):
        store.close_obstacle(WRITER, opened.id, until_on=date(2026, 3, 1), note="", expected_version=3)
    with pytest.raises(UnknownObstacle):
        store.close_obstacle(WRITER, 99999, until_on=date(2026, 3, 1), note="", expected_version=3)


def test_changes_name_the_parcels_that_were_touched_and_no_import(store: Store, project_id: int, case_id: int) -> None:
    row = store.case_rows(project_id, NOW)[4]
    store.record_event(WRITER, event(row.case_id), expected_version=1, state="NOTICE_ISSUED")
    opened = store.open_obstacle(WRITER, obstacle(case_id), expected_version=1)
    store.close_obstacle(WRITER, opened.id, until_on=date(2026, 3, 1), note="", expected_version=2)
    first = store.case_rows(project_id, NOW)[0].parcel_id
    touched = [(each.seq, each.project_code, each.parcel_id) for each in store.changes(after=0)]
    assert touched == [(2, "HTB-01", row.parcel_id), (3, "HTB-01", first), (4, "HTB-01", first)]
    assert [each.seq for each in store.changes(after=3)] == [4]


def test_rows_of_some_parcels_are_those_of_the_project(store: Store, project_id: int, case_id: int) -> None:
    store.record_event(WRITER, event(case_id), expected_version=1, state="NOTICE_ISSUED")
    for moment in (NOW, Moment(as_of=date(2026, 12, 1)), Moment(known_seq=1)):
        rows = store.case_rows(project_id, moment)
        wanted = [rows[0].parcel_id, rows[7].parcel_id]
        assert store.case_rows_of(wanted, moment) == [rows[0], rows[7]]
    assert store.case_rows_of([], NOW) == []
    assert len(store.case_rows_of(list(range(1, 20_001)), NOW)) == 20, "more ids than one statement takes"


def test_a_history_is_taken_over_whole_or_not_at_all(store: Store, case_id: int, project_id: int) -> None:
    writes: list[NewCaseEvent | NewObstacle | ObstacleEnd] = [
        event(case_id),
        obstacle(case_id),
        event(case_id, "INVENTORY", on=date(2026, 2, 9)),
        ObstacleEnd(case_id=case_id, kind="origin", until_on=date(2026, 2, 20)),
    ]
    with pytest.raises(UnknownCase):
        store.take_over_history(WRITER, [*writes, event(99999)])
    assert store.last_seq() == 1
    assert store.take_over_history(WRITER, writes) == 4
    shown = store.case_file(case_id, NOW)
    assert (shown.case.state, shown.case.version) == ("INVENTORY", 5)
    assert [each.seq for each in shown.events] == [2, 4]
    assert shown.obstacles[0].until_on == date(2026, 2, 20)
    assert store.case_rows(project_id, Moment(as_of=date(2026, 12, 31))) == store.case_rows(project_id, NOW)
    assert all(isinstance(each, CaseEvent | Obstacle) for each in (*shown.events, *shown.obstacles))
