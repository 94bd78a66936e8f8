"""The rows of the law's workflow tables, as typed records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from monitoring.lawdata import Row

PREVIOUS = "*previous*"
"""As a transition's target: the state that was left by the transition into this one."""
ANY_REGIME = "*"
CASE = "case"


@dataclass(frozen=True, slots=True)
class Regime:
    """A body of law and when it ruled; ``to_on`` None while it does."""

    id: str
    label_vi: str
    from_on: date
    to_on: date | None
    law: tuple[str, ...]
    basis: str
    status: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that people do or receive, with the paper that shows it."""

    code: str
    label_vi: str
    subject: str
    """Whose event it is: project, case, payment or grievance."""
    document_vi: str
    recorded_by: str
    derived: bool
    """Worked out by the system, never recorded by a person."""
    default_from: str | None
    """The event whose date it takes unless the paper names another."""
    moves: tuple[tuple[str, str], ...]
    """(machine, state) pairs that it may lead to."""


@dataclass(frozen=True, slots=True)
class State:
    """A state of a machine; ``actor`` is who brought it about."""

    code: str
    label_vi: str
    actor: str
    final: bool


@dataclass(frozen=True, slots=True)
class Transition:
    """From a state, on an event, to a state, under some regimes."""

    id: str
    from_state: str
    on: str
    to_state: str
    regimes: tuple[str, ...]
    requires: tuple[Row, ...]
    unless: tuple[Row, ...]
    basis: str
    status: str

    def rules_under(self, regime: str) -> bool:
        """Return whether the transition exists under a regime."""
        return ANY_REGIME in self.regimes or regime in self.regimes


@dataclass(frozen=True, slots=True)
class Machine:
    """States and transitions of one kind of record."""

    name: str
    initial: str
    states: Mapping[str, State]
    transitions: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class RuleSpan:
    """Which events a deadline rule runs between; its days are not read yet."""

    id: str
    from_events: tuple[str, ...]
    to_events: tuple[str, ...]


@dataclass(frozen=True)
class Tables:
    """All tables of one version of the workflow."""

    regimes: Mapping[str, Regime]
    events: Mapping[str, Event]
    machines: Mapping[str, Machine]
    conditions: Mapping[str, Row]
    """Named conditions; the ones that guards refer to."""
    rules: Mapping[str, RuleSpan]
