"""Laws that hold for any lawful course of events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geodata import shipped
from geodata.errors import (
    CorrectionBreaksHistory,
    DateAfterNext,
    DateBeforePrevious,
    EventNotAllowed,
    MatbangError,
)
from geodata.records import CaseEvent, CaseRow, Moment, ParcelKey, ParcelRow
from monitoring import operations
from monitoring.history import (
    Correction,
    after_event,
    at_start,
    check_correction,
    check_next,
    counting,
    standing,
)
from monitoring.office import CorrectionRequest, EventRequest, Office
from monitoring.permissions import LOCAL
from monitoring.progress import status_array
from monitoring.stages import Stages
from monitoring.workflow import Workflow
from tests.fakes import MemoryStore, MovableClock

from .conftest import SOURCE, new_parcel, new_project

WORKFLOW = Workflow.parse(shipped.workflow_text())
STAGES = Stages.parse(shipped.stages())
START = date(2025, 9, 15)
regimes = st.sampled_from(list(WORKFLOW.regimes))
choices = st.lists(st.tuples(st.integers(0, 999), st.integers(0, 20)), max_size=25)


def walk(regime, chosen, *, moving_only=False, without=()):
    """Return the events of a lawful walk: each choice picks one of the offers and some days."""
    now, on = at_start(WORKFLOW), START
    rows: list[CaseEvent] = []
    for pick, days in chosen:
        offers = [
            offer
            for offer in WORKFLOW.offers(now.state, regime, now.previous_state)
            if offer.event not in without and (offer.to_state is not None or not moving_only)
        ]
        if not offers:
            break
        offer, on = offers[pick % len(offers)], on + timedelta(days=days)
        now = after_event(WORKFLOW, regime, now, offer.event, on, offer.to_state)
        rows.append(recorded(len(rows) + 1, offer.event, on, offer.to_state))
    return rows


def recorded(event_id, event, on, to_state, corrects=None, withdraws=False):
    return CaseEvent(
        id=event_id, case_id=1, event=event, occurred_on=on, recorded_at=datetime(2026, 11, 23, tzinfo=UTC),
        recorded_by="", note="", document="", from_state=None, to_state=to_state, corrects=corrects,
        withdraws=withdraws, reason="", seq=event_id,
    )  # fmt: skip


@given(regimes, choices)
def test_a_lawful_walk_never_raises_and_its_replay_ends_where_it_ended(regime, chosen):
    rows = walk(regime, chosen)
    moves = [row.to_state for row in rows if row.to_state is not None]
    assert standing(WORKFLOW, rows).state == (moves[-1] if moves else WORKFLOW.initial_state)


@given(regimes, choices, st.integers(0, 400))
def test_the_state_on_a_day_is_that_of_the_walk_up_to_the_day(regime, chosen, days):
    rows = walk(regime, chosen)
    as_of = START + timedelta(days=days)
    upto = [row for row in rows if row.occurred_on <= as_of]
    assert standing(WORKFLOW, rows, as_of) == standing(WORKFLOW, upto)


@given(regimes, choices, st.randoms(use_true_random=False))
def test_replay_does_not_depend_on_the_order_in_which_rows_are_read(regime, chosen, shuffler):
    rows = walk(regime, chosen)
    mixed = list(rows)
    shuffler.shuffle(mixed)
    assert counting(mixed) == rows


@given(regimes, choices)
def test_whatever_is_not_offered_is_refused(regime, chosen):
    rows = walk(regime, chosen)
    now = standing(WORKFLOW, rows)
    offered = {offer.event for offer in WORKFLOW.offers(now.state, regime, now.previous_state)}
    for event in sorted(set(WORKFLOW.case_events) - offered):
        with pytest.raises(EventNotAllowed):
            check_next(WORKFLOW, regime, rows, event, now.last_on or START, None)


@given(regimes, choices, st.integers(0, 999))
def test_a_correction_that_repeats_the_entry_changes_nothing(regime, chosen, pick):
    rows = walk(regime, chosen)
    assume(rows)
    wrong = rows[pick % len(rows)]
    same = Correction(wrong.id, wrong.event, wrong.occurred_on, wrong.to_state)
    to_state, state = check_correction(WORKFLOW, regime, rows, same)
    assert (to_state, state) == (wrong.to_state, standing(WORKFLOW, rows).state)
    row = recorded(len(rows) + 1, wrong.event, wrong.occurred_on, wrong.to_state, corrects=wrong.id)
    after = [*rows, row]
    assert [each.event for each in counting(after)] == [each.event for each in rows]
    assert standing(WORKFLOW, after).state == state


@given(regimes, choices)
def test_withdrawing_the_last_entry_is_always_possible_and_undoes_it(regime, chosen):
    rows = walk(regime, chosen)
    assume(rows)
    last = rows[-1]
    _, state = check_correction(WORKFLOW, regime, rows, Correction(last.id, None, last.occurred_on))
    assert state == standing(WORKFLOW, rows[:-1]).state
    gone = recorded(len(rows) + 1, last.event, last.occurred_on, None, corrects=last.id, withdraws=True)
    assert counting([*rows, gone]) == rows[:-1]


@given(regimes, choices, st.integers(0, 999), st.integers(0, 999), st.integers(-30, 30))
def test_a_correction_either_leaves_a_lawful_history_or_is_refused(regime, chosen, pick, other, days):
    rows = walk(regime, chosen)
    assume(rows)
    wrong = rows[pick % len(rows)]
    events = list(WORKFLOW.case_events)
    event, on = events[other % len(events)], wrong.occurred_on + timedelta(days=days)
    try:
        to_state, state = check_correction(WORKFLOW, regime, rows, Correction(wrong.id, event, on))
    except (EventNotAllowed, CorrectionBreaksHistory, DateBeforePrevious, DateAfterNext):
        return
    after = [*rows, recorded(len(rows) + 1, event, on, to_state, corrects=wrong.id)]
    now = at_start(WORKFLOW)
    for row in counting(after):
        now = after_event(WORKFLOW, regime, now, row.event, row.occurred_on, row.to_state)
    assert now.state == state == standing(WORKFLOW, after).state


@given(regimes, choices)
def test_no_event_leads_out_of_a_closed_or_withdrawn_case(regime, chosen):
    rows = walk(regime, chosen, moving_only=True)
    states = [row.to_state for row in rows]
    assert not {"CLOSED", "WITHDRAWN"} & set(states[:-1])


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from(list(WORKFLOW.states)), st.integers(0, 2))))
def test_stage_counts_sum_to_all_parcels(cases):
    rows = [CaseRow(key, parcel, key % 3, state, None, stuck) for key, (parcel, state, stuck) in enumerate(cases)]
    parcels = [ParcelRow(key, ParcelKey("", "1", str(key)), "CLN", 10.0, False) for key in range(1, 7)]
    found = status_array(STAGES, "P", 0, START, parcels, sorted(rows, key=lambda row: row.parcel_id))
    figures = found.figures
    assert sum(row.parcels for row in figures.stages) == figures.parcels
    assert figures.parcels + figures.withdrawn == 6 == sum(found.legend.values())
    assert sum(row.area_m2 for row in figures.stages) == figures.area_m2 == 10.0 * figures.parcels
    read = [STAGES.decode(code) for code in found.codes]
    assert sum(stuck for _, stuck in read) == figures.stuck
    assert {stage: sum(each == stage for each, _ in read) for stage in STAGES.order} == found.legend


@given(st.lists(st.sampled_from(list(WORKFLOW.states)), min_size=1), st.sampled_from(list(WORKFLOW.states)))
def test_one_more_case_never_takes_a_parcel_further_unless_the_others_were_withdrawn(states, more):
    before, after = STAGES.of_parcel(states), STAGES.of_parcel([*states, more])
    if before != "withdrawn":
        rank = [STAGES.rank[STAGES.order.index(stage)] for stage in (before, after)]
        assert rank[1] <= rank[0]


@given(choices, choices)
def test_what_is_handed_over_only_grows_from_day_to_day(first, second):
    """Without suspensions and corrections, and without parcels that leave the counts."""
    office = office_in_memory()
    aside = ("suspension_decided", "case_withdrawn", "recovery_cancelled")
    for case_id, chosen in ((1, first), (2, second)):
        for row in walk("LDD2024_D", chosen, moving_only=True, without=aside):
            request = EventRequest(
                project="P1", case_id=case_id, event=row.event, occurred_on=row.occurred_on, to_state=row.to_state
            )
            operations.record_event(LOCAL, office, request)
    days = [START + timedelta(days=step) for step in range(0, 420, 30)]
    done = [operations.progress(LOCAL, office, "P1", Moment(on)).figures.parcels_handed_over for on in days]
    assert done == sorted(done)
    points = operations.progress_curve(LOCAL, office, "P1").points
    for on, count in zip(days, done, strict=True):
        reached = [point.parcels for point in points if point.on <= on]
        assert (reached[-1] if reached else 0) == count


@given(regimes, choices, st.lists(st.tuples(st.integers(0, 99), st.booleans(), st.integers(-9, 9)), max_size=6))
def test_the_store_stands_where_the_replay_does_after_any_corrections(regime, chosen, corrections):
    office = office_in_memory(regime)
    for row in walk(regime, chosen):
        request = EventRequest(
            project="P1", case_id=1, event=row.event, occurred_on=row.occurred_on, to_state=row.to_state
        )
        operations.record_event(LOCAL, office, request)
    for pick, withdraws, days in corrections:
        events = office.store.case_file(1, Moment()).events
        if not events:
            break
        wrong = events[pick % len(events)]
        event, on = None if withdraws else wrong.event, wrong.occurred_on + timedelta(days=days)
        fixed = CorrectionRequest(project="P1", case_id=1, corrects=wrong.id, event=event, occurred_on=on)
        try:
            operations.correct_event(LOCAL, office, fixed)
        except MatbangError:
            continue
    file = office.store.case_file(1, Moment())
    assert standing(WORKFLOW, file.events).state == file.case.state
    for on in {row.occurred_on for row in file.events}:
        past = office.store.case_file(1, Moment(on))
        assert standing(WORKFLOW, past.events, on).state == past.case.state


def office_in_memory(regime="LDD2024_D"):
    clock = MovableClock(datetime(2028, 1, 3, 2, 0, tzinfo=UTC))
    office = Office(MemoryStore(clock), WORKFLOW, STAGES, clock)
    parcels = [new_parcel(1, holder="Hộ A"), new_parcel(2, holder="Hộ A")]
    operations.import_parcels(LOCAL, office, new_project(regime=regime), parcels, SOURCE)
    return office
