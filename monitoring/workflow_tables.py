"""Parsing and checking the workflow's JSON text (schema ``gpmb-workflow/2``)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

from monitoring.lawdata import Row, TableReader
from monitoring.workflow_records import (
    ANY_REGIME,
    CASE,
    PREVIOUS,
    Event,
    Machine,
    Regime,
    RuleSpan,
    State,
    Tables,
    Transition,
)

SCHEMA = "gpmb-workflow/2"
_read = TableReader("workflow.json")
T = TypeVar("T")


def parse_tables(text: str) -> Tables:
    """Return the checked tables; raises LawDataInvalid that names the row at fault."""
    try:
        table = json.loads(text)
    except json.JSONDecodeError as fault:
        raise _read.fail("", f"not JSON: {fault.msg} at line {fault.lineno}") from None
    if not isinstance(table, dict) or table.get("schema") != SCHEMA:
        raise _read.fail("schema", f"must be {SCHEMA}")
    tables = Tables(
        regimes=_by_name("regimes", ((row.id, row) for row in map(_regime, _read.rows(table, "", "regimes")))),
        events=_by_name("events", ((row.code, row) for row in map(_event, _read.rows(table, "", "events")))),
        machines=_by_name("machines", _machines(_read.mapping(table, "", "machines"))),
        conditions=_by_name("conditions", _objects(_read.mapping(table, "", "conditions"))),
        rules=_by_name("rules", ((row.id, row) for row in map(_rule, _read.rows(table, "", "deadline_rules")))),
    )
    _check(tables)
    return tables


def _by_name(table: str, pairs: Iterable[tuple[str, T]]) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for name, value in pairs:
        if name in found:
            raise _read.fail(f"{table}/{name}", "stands there twice")
        found[name] = value
    return MappingProxyType(found)


def _objects(table: Row) -> Iterable[tuple[str, Row]]:
    for name in table:
        yield name, _read.mapping(table, name, name)


def _regime(row: Row) -> Regime:
    name = _read.text(row, "regimes", "id")
    from_on = _read.day(row, name, "from")
    if from_on is None:
        raise _read.fail(name, "from must be a date")
    return Regime(
        id=name,
        label_vi=_read.text(row, name, "label_vi"),
        from_on=from_on,
        to_on=_read.day(row, name, "to"),
        law=_read.texts(row, name, "law"),
        basis=_read.text(row, name, "basis"),
        status=_read.text(row, name, "status"),
    )


def _event(row: Row) -> Event:
    name = _read.text(row, "events", "code")
    moves = [
        (_read.text(move, name, "machine"), _read.text(move, name, "to")) for move in _read.rows(row, name, "moves_to")
    ]
    return Event(
        code=name,
        label_vi=_read.text(row, name, "label_vi"),
        subject=_read.text(row, name, "subject"),
        document_vi=_read.text(row, name, "document_vi"),
        recorded_by=_read.text(row, name, "recorded_by"),
        derived="derived" in row,
        default_from=_read.optional_text(row, name, "default_from"),
        moves=tuple(dict.fromkeys(moves)),
    )


def _rule(row: Row) -> RuleSpan:
    name = _read.text(row, "deadline_rules", "id")
    from_event, to_event = _read.optional_text(row, name, "from_event"), _read.optional_text(row, name, "to_event")
    return RuleSpan(
        id=name,
        from_events=tuple(filter(None, (from_event, *_read.texts(row, name, "from_alternatives")))),
        to_events=tuple(filter(None, (to_event, *_read.texts(row, name, "to_alternatives")))),
    )


def _machines(table: Row) -> Iterable[tuple[str, Machine]]:
    for name in table:
        row = _read.mapping(table, name, name)
        states = _by_name(
            name, ((state.code, state) for state in (_state(item) for item in _read.rows(row, name, "states")))
        )
        transitions = _by_name(
            name, ((item.id, item) for item in map(_transition, _read.rows(row, name, "transitions")))
        )
        yield name, Machine(name, _read.text(row, name, "initial"), states, tuple(transitions.values()))


def _state(row: Row) -> State:
    name = _read.text(row, "states", "code")
    return State(
        name, _read.text(row, name, "label_vi"), _read.text(row, name, "actor"), _read.flag(row, name, "final")
    )


def _transition(row: Row) -> Transition:
    name = _read.text(row, "transitions", "id")
    return Transition(
        id=name,
        from_state=_read.text(row, name, "from"),
        on=_read.text(row, name, "on"),
        to_state=_read.text(row, name, "to"),
        regimes=_read.texts(row, name, "regimes"),
        requires=tuple(_read.rows(row, name, "requires")),
        unless=tuple(_read.rows(row, name, "unless")),
        basis=_read.text(row, name, "basis"),
        status=_read.text(row, name, "status"),
    )


# ---- checks: every name that a row uses must exist ---------------------------------------------


def _check(tables: Tables) -> None:
    if CASE not in tables.machines:
        raise _read.fail("machines", "there is no machine of cases")
    for machine in tables.machines.values():
        if machine.initial not in machine.states:
            raise _read.fail(machine.name, f"initial state {machine.initial} is not in the table")
        for row in machine.transitions:
            _check_transition(tables, machine, row)
    for event in tables.events.values():
        _check_event(tables, event)
    for rule in tables.rules.values():
        _known(tables, rule.id, (*rule.from_events, *rule.to_events))
    for name, condition in tables.conditions.items():
        _check_guard(tables, name, condition.get("requires", []))


def _check_transition(tables: Tables, machine: Machine, row: Transition) -> None:
    for state in (row.from_state, row.to_state):
        if state not in machine.states and state != PREVIOUS:
            raise _read.fail(row.id, f"state {state} is not in the table")
    if machine.states[row.from_state].final and machine.name == CASE:
        raise _read.fail(row.id, f"leads out of the final state {row.from_state}")
    for regime in row.regimes:
        if regime != ANY_REGIME and regime not in tables.regimes:
            raise _read.fail(row.id, f"regime {regime} is not in the table")
    _known(tables, row.id, (row.on,))
    _check_guard(tables, row.id, [*row.requires, *row.unless])


def _check_event(tables: Tables, event: Event) -> None:
    if event.subject not in tables.machines:
        raise _read.fail(event.code, f"subject {event.subject} has no machine")
    for machine, state in event.moves:
        if machine not in tables.machines or state not in {*tables.machines[machine].states, PREVIOUS}:
            raise _read.fail(event.code, f"moves to {machine} {state}, which is not in the table")
    _known(tables, event.code, filter(None, (event.default_from,)))


def _check_guard(tables: Tables, name: str, items: object) -> None:
    """Check the names in a guard's items, however deep they are nested."""
    if isinstance(items, dict):
        items = [items]
    if not isinstance(items, list):
        raise _read.fail(name, "a guard must be a list of items")
    names: Mapping[str, Mapping[str, object]] = {
        "event": tables.events,
        "rule": tables.rules,
        "condition": tables.conditions,
    }
    for item in items:
        for key, value in item.items():
            if key in names and value not in names[key]:
                raise _read.fail(name, f"{key} {value} is not in the table")
            if key in {"any_of", "all_of", "not"}:
                _check_guard(tables, name, value)


def _known(tables: Tables, name: str, events: Iterable[str]) -> None:
    for event in events:
        if event not in tables.events:
            raise _read.fail(name, f"event {event} is not in the table")
