"""The history of a case, replayed: which events count, in which order, and what a correction may do.

Events are never changed. A correction is a later row that names the wrong one and takes its place in
the order; a withdrawal names it and puts nothing there. What counts is ordered by the day it happened,
then by when the first row of its chain of corrections was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from geodata.errors import (
    CorrectionBreaksHistory,
    DateAfterNext,
    DateBeforePrevious,
    EventNotAllowed,
    UnknownCaseEvent,
)
from geodata.records import CaseEvent
from monitoring.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Step:
    """One counting event, as far as the replay is concerned."""

    id: int
    event: str
    occurred_on: date
    to_state: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands after its counting events."""

    state: str
    previous_state: str | None
    """The state before the present suspension; None while not suspended."""
    last_on: date | None
    recorded: frozenset[str]
    """Codes of the events so far."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What shall take the place of a wrong event; ``event`` None when nothing shall."""

    corrects: int
    event: str | None
    occurred_on: date
    to_state: str | None = None


def counting(events: Sequence[CaseEvent], as_of: date | None = None) -> Sequence[CaseEvent]:
    """Return the events that count (up to a day), in order."""
    corrected = {row.corrects for row in events if row.corrects is not None}
    roots = _roots(events)
    count = [row for row in events if row.id not in corrected and not row.withdraws]
    count.sort(key=lambda row: (row.occurred_on, roots[row.id]))
    return [row for row in count if as_of is None or row.occurred_on <= as_of]


def standing(workflow: Workflow, events: Sequence[CaseEvent], as_of: date | None = None) -> Standing:
    """Return where the case stands by its events, on a day or now."""
    return _replayed(workflow, [_step(row) for row in counting(events, as_of)])


def at_start(workflow: Workflow) -> Standing:
    """Return where a case stands before its first event."""
    return Standing(workflow.initial_state, None, None, frozenset())


def after_event(
    workflow: Workflow, regime: str, now: Standing, event: str, occurred_on: date, to_state: str | None = None
) -> Standing:
    """Return where a case stands after one more event; raises what :func:`check_next` raises."""
    if now.last_on is not None and occurred_on < now.last_on:
        raise DateBeforePrevious(occurred_on, now.last_on)
    target = _target(workflow, regime, now, event, to_state)
    return _moved(workflow, now, Step(0, event, occurred_on, target))


def check_next(
    workflow: Workflow, regime: str, events: Sequence[CaseEvent], event: str, occurred_on: date, to_state: str | None
) -> str | None:
    """Return the state that a new event leads to, None if it moves none.

    Raises
    ------
    DateBeforePrevious
        The day lies before the last event of the case.
    UnknownEvent, EventNotAllowed
        The workflow does not offer the event (to ``to_state``, where that is given) in this state.
    """
    now = standing(workflow, events)
    if now.last_on is not None and occurred_on < now.last_on:
        raise DateBeforePrevious(occurred_on, now.last_on)
    return _target(workflow, regime, now, event, to_state)


def check_correction(
    workflow: Workflow, regime: str, events: Sequence[CaseEvent], correction: Correction
) -> tuple[str | None, str]:
    """Return where the corrected event leads (None: nowhere), and the case's present state after replay.

    Raises
    ------
    UnknownCaseEvent
        The case has no such event, or it counts no more.
    DateBeforePrevious, DateAfterNext
        The day leaves the place between the neighbours.
    UnknownEvent, EventNotAllowed
        The new event does not belong there.
    CorrectionBreaksHistory
        A later event would stand on nothing; ``event_id`` is the first such one.
    """
    count = counting(events)
    place = next((index for index, row in enumerate(count) if row.id == correction.corrects), None)
    if place is None:
        raise UnknownCaseEvent(correction.corrects)
    before = [_step(row) for row in count[:place]]
    after = [_step(row) for row in count[place + 1 :]]
    if correction.event is None:
        return None, _replay_lawfully(workflow, regime, before, after)
    _check_between(correction.occurred_on, before, after)
    there = _replayed(workflow, before)
    to_state = _target(workflow, regime, there, correction.event, correction.to_state)
    new = Step(correction.corrects, correction.event, correction.occurred_on, to_state)
    return to_state, _replay_lawfully(workflow, regime, [*before, new], after)


# ---- inside ------------------------------------------------------------------------------------


def _roots(events: Sequence[CaseEvent]) -> dict[int, int]:
    """Return for each row the id of the first row in its chain of corrections."""
    roots: dict[int, int] = {}
    for row in sorted(events, key=lambda row: row.id):
        roots[row.id] = row.id if row.corrects is None else roots.get(row.corrects, row.corrects)
    return roots


def _step(row: CaseEvent) -> Step:
    return Step(row.id, row.event, row.occurred_on, row.to_state)


def _check_between(on: date, before: Sequence[Step], after: Sequence[Step]) -> None:
    if before and on < before[-1].occurred_on:
        raise DateBeforePrevious(on, before[-1].occurred_on)
    if after and on > after[0].occurred_on:
        raise DateAfterNext(on, after[0].occurred_on)


def _moved(workflow: Workflow, now: Standing, step: Step) -> Standing:
    state = now.state if step.to_state is None else step.to_state
    came_from = now.previous_state if state == now.state else now.state
    # Only a state that has a way back to where one came from (a suspension) keeps that place.
    previous = came_from if workflow.leads_back(state) else None
    return Standing(state, previous, step.occurred_on, now.recorded | {step.event})


def _replayed(workflow: Workflow, steps: Sequence[Step]) -> Standing:
    now = at_start(workflow)
    for step in steps:
        now = _moved(workflow, now, step)
    return now


def _replay_lawfully(workflow: Workflow, regime: str, trusted: Sequence[Step], later: Sequence[Step]) -> str:
    """Replay; each later step must be one that the workflow offers where it then stands."""
    now = _replayed(workflow, trusted)
    for step in later:
        offers = workflow.offers(now.state, regime, now.previous_state)
        if not any(offer.event == step.event and offer.to_state == step.to_state for offer in offers):
            raise CorrectionBreaksHistory(step.id)
        now = _moved(workflow, now, step)
    return now.state


def _target(workflow: Workflow, regime: str, now: Standing, event: str, to_state: str | None) -> str | None:
    found = workflow.target(now.state, event, regime, now.previous_state, now.recorded)
    if to_state is None or to_state == found:
        return found
    workflow.state(to_state)
    offers = workflow.offers(now.state, regime, now.previous_state)
    if not any(offer.event == event and offer.to_state == to_state for offer in offers):
        raise EventNotAllowed(event, now.state, tuple(dict.fromkeys(offer.event for offer in offers)))
    return to_state
