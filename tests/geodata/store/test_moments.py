"""What was so on a day, and what was known by then, are two questions."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import UnknownCase
from geodata.ports import Store
from geodata.records import CaseEvent, Moment
from geodata.store import open_store
from tests.fakes import MovableClock
from tests.geodata.store.making import SOURCE, WRITER, event, filled, grid, new_project, obstacle, url_of

STATES = ("NOTICE_ISSUED", "INVENTORY", "INVENTORY_DONE", "PLAN_DRAFTED")


def test_a_day_before_the_event_shows_the_state_before(store: Store, project_id: int) -> None:
    case_id = store.case_rows(project_id, Moment())[0].case_id
    store.record_event(WRITER, event(case_id, on=date(2026, 1, 5)), expected_version=1, state="NOTICE_ISSUED")
    store.record_event(WRITER, event(case_id, "INVENTORY", on=date(2026, 2, 5)), expected_version=2, state="INVENTORY")
    states = [
        store.case_rows(project_id, Moment(as_of=day))[0]
        for day in (date(2026, 1, 4), date(2026, 1, 5), date(2026, 2, 4), date(2026, 2, 5))
    ]
    assert [row.state for row in states] == ["DRAFT", "NOTICE_ISSUED", "NOTICE_ISSUED", "INVENTORY"]
    assert [row.state_since for row in states] == [None, date(2026, 1, 5), date(2026, 1, 5), date(2026, 2, 5)]


def test_what_was_written_later_was_not_known_before(store: Store, project_id: int) -> None:
    case_id = store.case_rows(project_id, Moment())[0].case_id
    late = store.record_event(WRITER, event(case_id, on=date(2026, 1, 5)), expected_version=1, state="NOTICE_ISSUED")
    long_after = date(2026, 12, 31)
    assert store.case_rows(project_id, Moment(long_after, late.seq - 1))[0].state == "DRAFT"
    assert store.case_rows(project_id, Moment(long_after, late.seq))[0].state == "NOTICE_ISSUED"
    assert store.case_file(case_id, Moment(long_after, late.seq - 1)).events == []


def test_cases_of_a_later_delivery_were_not_known_before(store: Store, project_id: int) -> None:
    seq = store.last_seq()
    store.import_parcels(WRITER, store.project("HTB-01"), grid(5, sheet="13", east=10), SOURCE)
    assert len(store.case_rows(project_id, Moment())) == 25
    assert len(store.case_rows(project_id, Moment(known_seq=seq))) == 20
    assert store.case_rows(project_id, Moment(known_seq=0)) == []
    assert len(store.case_rows(project_id, Moment(as_of=date(1990, 1, 1)))) == 25
    newest = store.case_rows(project_id, Moment())[-1].case_id
    with pytest.raises(UnknownCase):
        store.case_file(newest, Moment(known_seq=seq))


def test_an_obstacle_is_open_from_its_first_day_until_the_day_that_it_ended(store: Store, project_id: int) -> None:
    case_id = store.case_rows(project_id, Moment())[0].case_id
    opened = store.open_obstacle(WRITER, obstacle(case_id, on=date(2026, 2, 1)), expected_version=1)
    store.close_obstacle(WRITER, opened.id, until_on=date(2026, 3, 1), note="", expected_version=2)

    def count(moment: Moment) -> int:
        return store.case_rows(project_id, moment)[0].open_obstacles

    days = (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1))
    assert [count(Moment(day)) for day in days] == [0, 1, 1, 0]
    assert [[each.until_on for each in store.obstacles_of_project(project_id, Moment(day))] for day in days] == [
        [],
        [None],
        [None],
        [date(2026, 3, 1)],
    ]
    assert count(Moment(known_seq=opened.seq)) == 1
    assert count(Moment(known_seq=opened.seq - 1)) == 0
    assert store.obstacles_of_project(project_id, Moment(known_seq=opened.seq))[0].until_on is None


def test_a_chain_of_corrections_is_shown_whole_whatever_its_days(store: Store, project_id: int) -> None:
    case_id = store.case_rows(project_id, Moment())[0].case_id
    first = store.record_event(WRITER, event(case_id, on=date(2026, 1, 5)), expected_version=1, state="NOTICE_ISSUED")
    second = store.record_event(
        WRITER, event(case_id, on=date(2026, 3, 5), corrects=first.id), expected_version=2, state="NOTICE_ISSUED"
    )
    shown = store.case_file(case_id, Moment(as_of=date(2026, 2, 1)))
    assert [each.id for each in shown.events] == [first.id, second.id]
    assert shown.case.state == "DRAFT", "the notice of January was wrong, that of March had not come"
    assert store.case_file(case_id, Moment(as_of=date(2026, 1, 1))).events == []


def test_an_instant_resolves_to_what_was_recorded_by_then(store: Store, project_id: int, clock: MovableClock) -> None:
    case_id = store.case_rows(project_id, Moment())[0].case_id
    imported = clock.now()
    clock.move_by(timedelta(hours=1))
    store.record_event(WRITER, event(case_id), expected_version=1, state="NOTICE_ISSUED")
    assert store.seq_at(imported - timedelta(seconds=1)) == 0
    assert store.seq_at(imported) == 1
    assert store.seq_at(imported + timedelta(minutes=59)) == 1
    assert store.seq_at(datetime(2030, 1, 1, tzinfo=UTC)) == 2


# ---- the law: SQL says what a plain replay says -------------------------------------------------------


@dataclass
class Written:
    """One write as the naive replay sees it."""

    seq: int
    event: CaseEvent | CaseEventLike
    root: int


def replayed(history: list[Written], moment: Moment) -> tuple[str, date | None]:
    known = [each for each in history if moment.known_seq is None or each.seq <= moment.known_seq]
    corrected = {each.event.corrects for each in known}
    counting = [
        each
        for each in known
        if each.event.id not in corrected
        and not each.event.withdraws
        and each.event.to_state is not None
        and (moment.as_of is None or each.event.occurred_on <= moment.as_of)
    ]
    if not counting:
        return "DRAFT", None
    last = max(counting, key=lambda each: (each.event.occurred_on, each.root)).event
    assert last.to_state is not None
    return last.to_state, last.occurred_on


day = st.integers(0, 6).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
step = st.tuples(st.integers(0, 2), st.sampled_from([*STATES, None]), day, st.none() | st.integers(0, 9), st.booleans())


@settings(max_examples=25)
@given(steps=st.lists(step, max_size=12))
def test_states_at_every_moment_are_what_a_plain_replay_says(steps) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(url_of(Path(folder) / "a.gpkg"), MovableClock())
        project_id = filled(store, 3)
        histories = write_all(store, [row.case_id for row in store.case_rows(project_id, Moment())], steps)
        days = [None, *(date(2025, 12, 31) + timedelta(days=n) for n in range(0, 9, 2))]
        for as_of in days:
            for known_seq in (None, *range(1, store.last_seq() + 1, 3)):
                moment = Moment(as_of, known_seq)
                rows = store.case_rows(project_id, moment)
                expected = [replayed(histories[row.case_id], moment) for row in rows]
                assert [(row.state, row.state_since) for row in rows] == expected
        store.close()


def write_all(store: Store, case_ids: list[int], steps) -> dict[int, list[Written]]:
    histories: dict[int, list[Written]] = {case_id: [] for case_id in case_ids}
    for which, to_state, on, corrects, withdraws in steps:
        case_id = case_ids[which]
        history = histories[case_id]
        corrected = {each.event.corrects for each in history}
        open_to_correction = [each for each in history if each.event.id not in corrected]
        wrong = (
            open_to_correction[corrects % len(open_to_correction)]
            if corrects is not None and open_to_correction
            else None
        )
        new = event(
            case_id,
            None if wrong and withdraws else to_state,
            on=on,
            corrects=wrong.event.id if wrong else None,
            withdraws=bool(wrong and withdraws),
        )
        root = wrong.root if wrong else None
        probe = Written(0, CaseEventLike(new), root or 10**9)
        after = [each for each in history if wrong is None or each is not wrong] + [probe]
        corrected_now = {each.event.corrects for each in history}
        state, _ = replayed([each for each in after if each.event.id not in corrected_now], Moment())
        written = store.record_event(WRITER, new, expected_version=len(history) + 1, state=state)
        history.append(Written(written.seq, written, root or written.id))
    return histories


class CaseEventLike:
    """A request that reads like an event that has no id yet."""

    def __init__(self, new) -> None:
        self.id = -1
        self.corrects = new.corrects
        self.withdraws = new.withdraws
        self.to_state = new.to_state
        self.occurred_on = new.occurred_on


def test_the_initial_state_is_the_one_that_the_workflow_begins_with(tmp_path: Path) -> None:
    store = open_store(url_of(tmp_path / "a.gpkg"), MovableClock(), initial_state="REGISTERED")
    store.import_parcels(WRITER, new_project(), grid(2), SOURCE)
    project_id = store.project("HTB-01").id
    for moment in (Moment(), Moment(as_of=date(2026, 1, 1))):
        assert {row.state for row in store.case_rows(project_id, moment)} == {"REGISTERED"}
    store.close()
