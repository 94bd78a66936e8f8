"""The law's workflow as typed records, and what it allows next.

A first reading: transitions are chosen by state and legal regime. Guards (``requires``, ``unless``) and
deadlines are kept as parsed and not evaluated, but for one use: where one event leads to two states,
the guards on recorded events tell which (:meth:`Workflow.target`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType

from geodata.errors import EventNotAllowed, UnknownEvent, UnknownRegime, UnknownState
from monitoring.lawdata import Row
from monitoring.workflow_records import CASE, PREVIOUS, Event, Machine, Regime, State, Tables, Transition
from monitoring.workflow_tables import parse_tables


@dataclass(frozen=True, slots=True)
class Offer:
    """An event that may be recorded now; ``to_state`` None when it moves no state."""

    event: str
    label_vi: str
    to_state: str | None
    document_vi: str
    recorded_by: str
    expected: bool = True
    """Whether the law's tables tie the event to this state; the others may be recorded all the same."""


@dataclass(frozen=True)
class Workflow:
    """What may follow what, for cases."""

    tables: Tables

    @classmethod
    def parse(cls, text: str) -> Workflow:
        """Return the workflow of a JSON text (schema ``gpmb-workflow/2``); raises LawDataInvalid."""
        return cls(parse_tables(text))

    @property
    def regimes(self) -> Mapping[str, Regime]:
        """Return the legal regimes by id, oldest first."""
        return self.tables.regimes

    @property
    def events(self) -> Mapping[str, Event]:
        """Return the events of all machines by code."""
        return self.tables.events

    @property
    def states(self) -> Mapping[str, State]:
        """Return the states of a case by code, in the order of the law's table."""
        return self._machine.states

    @property
    def initial_state(self) -> str:
        """Return the state of a case without any event."""
        return self._machine.initial

    @cached_property
    def case_events(self) -> Mapping[str, Event]:
        """Return the events that a person may record for a case."""
        mine = {code: event for code, event in self.events.items() if event.subject == CASE and not event.derived}
        return MappingProxyType(mine)

    def state(self, code: str) -> State:
        """Return one state of a case; raises UnknownState."""
        if code not in self.states:
            raise UnknownState(code)
        return self.states[code]

    def event(self, code: str) -> Event:
        """Return one event of a case; raises UnknownEvent."""
        if code not in self.case_events:
            raise UnknownEvent(code)
        return self.case_events[code]

    def regime(self, code: str) -> Regime:
        """Return one regime; raises UnknownRegime."""
        if code not in self.regimes:
            raise UnknownRegime(code, tuple(self.regimes))
        return self.regimes[code]

    def regime_of_date(self, on: date) -> Regime:
        """Return the regime in force on a day; raises UnknownRegime before the first."""
        for regime in self.regimes.values():
            if regime.from_on <= on and (regime.to_on is None or on <= regime.to_on):
                return regime
        raise UnknownRegime(on.isoformat(), tuple(self.regimes))

    def transitions(self, state: str, regime: str) -> Sequence[Transition]:
        """Return what leads out of a case's state under a regime, in the order of the table."""
        self.state(state), self.regime(regime)
        return [row for row in self._by_state.get(state, ()) if row.rules_under(regime)]

    def offers(self, state: str, regime: str, previous_state: str | None = None) -> Sequence[Offer]:
        """Return what may be recorded next: events that move the state, then events that move none.

        Parameters
        ----------
        state : str
            The present state of the case.
        regime : str
            Id of the project's legal regime.
        previous_state : str or None
            For a suspended case, the state before the suspension; without it the way back is not offered.
        """
        key = (state, regime, previous_state)
        if key not in self._offers:
            self._offers[key] = self._find_offers(state, regime, previous_state)
        return self._offers[key]

    def target(
        self, state: str, event: str, regime: str, previous_state: str | None, recorded: Collection[str]
    ) -> str | None:
        """Return the state that an event leads to from here, None if it moves none.

        Where the table has two targets, ``recorded`` (events of the case so far) decides by the guards
        on events; the first of the table stands if these decide nothing.

        Raises
        ------
        UnknownEvent, EventNotAllowed
        """
        self.event(event)
        offers = self.offers(state, regime, previous_state)
        fitting = [offer.to_state for offer in offers if offer.event == event]
        if not fitting:
            raise EventNotAllowed(event, state, tuple(dict.fromkeys(offer.event for offer in offers)))
        if len(fitting) == 1:
            return fitting[0]
        rows = [row for row in self.transitions(state, regime) if row.on == event]
        open_rows = [row for row in rows if _event_guards_hold(row, recorded)]
        return self._moved(open_rows[0], previous_state) if open_rows else fitting[0]

    def leads_back(self, state: str) -> bool:
        """Return whether a state has a way back to the one before it, as a suspension has."""
        return any(row.to_state == PREVIOUS for row in self._by_state.get(state, ()))

    def next_actor(self, state: str, regime: str | None = None) -> str:
        """Return who has to act next: whoever records the first event that moves on; "" at the end."""
        rows = self._by_state.get(self.state(state).code, ())
        ways = [row for row in rows if row.to_state != state and (regime is None or row.rules_under(regime))]
        # Out of a suspension the regular way is the one back, wherever the table lists it.
        ways.sort(key=lambda row: row.to_state != PREVIOUS)
        return self.events[ways[0].on].recorded_by if ways else ""

    # ---- inside ----------------------------------------------------------------------------

    @property
    def _machine(self) -> Machine:
        return self.tables.machines[CASE]

    @cached_property
    def _offers(self) -> dict[tuple[str, str, str | None], Sequence[Offer]]:
        # The answers are few (states by regimes) and asked for every case of a list.
        return {}

    @cached_property
    def _by_state(self) -> Mapping[str, Sequence[Transition]]:
        found: dict[str, list[Transition]] = {}
        for row in self._machine.transitions:
            found.setdefault(row.from_state, []).append(row)
        return found

    def _moved(self, row: Transition, previous_state: str | None) -> str | None:
        to_state = previous_state if row.to_state == PREVIOUS else row.to_state
        return None if to_state == row.from_state else to_state

    def _find_offers(self, state: str, regime: str, previous_state: str | None) -> Sequence[Offer]:
        rows = [row for row in self.transitions(state, regime) if row.to_state != PREVIOUS or previous_state]
        rows.sort(key=lambda row: row.to_state != PREVIOUS)  # out of a suspension the regular way is the one back
        if self.state(state).final:
            return ()
        targets = list(dict.fromkeys((row.on, self._moved(row, previous_state)) for row in rows))
        moving = [self._offer(event, to_state) for event, to_state in targets if to_state is not None]
        staying = [self._offer(event, None) for event, to_state in targets if to_state is None]
        return (*moving, *staying, *self._still_offers(rows))

    def _still_offers(self, rows: Sequence[Transition]) -> Iterator[Offer]:
        """Yield the events that move no case, those tied to this state by the tables first."""
        tied = self._tied_events(rows)
        still = [code for code, event in self.case_events.items() if all(machine != CASE for machine, _ in event.moves)]
        yield from (self._offer(code, None) for code in still if code in tied)
        yield from (self._offer(code, None, expected=False) for code in still if code not in tied)

    def _tied_events(self, rows: Sequence[Transition]) -> set[str]:
        """Return events that the ways out wait for, and events that follow from what led in.

        Ways out: named in a guard, directly or through a condition or a deadline rule. Led in: a deadline
        rule runs from the event that led into the state, or the event takes its date from that one.
        """
        tied: set[str] = set()
        for row in rows:
            for item in row.requires:
                tied |= set(self._events_named(item))
            tied |= {
                code for rule in self.tables.rules.values() if row.on in rule.to_events for code in rule.from_events
            }
        led_in = {row.on for row in self._machine.transitions if rows and row.to_state == rows[0].from_state}
        tied |= {
            code for rule in self.tables.rules.values() if led_in & set(rule.from_events) for code in rule.to_events
        }
        return tied | {code for code, event in self.case_events.items() if event.default_from in led_in}

    def _events_named(self, item: Row) -> Iterator[str]:
        for key, value in item.items():
            if key == "event" and isinstance(value, str):
                yield value
            elif key == "condition" and isinstance(value, str):
                yield from self._events_named({"all_of": self.tables.conditions[value].get("requires")})
            elif key == "rule" and isinstance(value, str):
                yield from (*self.tables.rules[value].from_events, *self.tables.rules[value].to_events)
            elif key in {"any_of", "all_of"} and isinstance(value, list):
                for inner in value:
                    yield from self._events_named(inner)

    def _offer(self, code: str, to_state: str | None, *, expected: bool = True) -> Offer:
        event = self.events[code]
        return Offer(code, event.label_vi, to_state, event.document_vi, event.recorded_by, expected)


def _event_guards_hold(row: Transition, recorded: Collection[str]) -> bool:
    needed = [item["event"] for item in row.requires if set(item) == {"event"}]
    barred = [item["event"] for item in row.unless if set(item) == {"event"}]
    return all(code in recorded for code in needed) and not any(code in recorded for code in barred)
