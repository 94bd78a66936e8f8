"""What operations work with, and what people ask of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta, timezone

from geodata.ports import Clock, Store
from geodata.records import Writer
from monitoring.permissions import Actor
from monitoring.stages import Stages
from monitoring.workflow import Workflow

LEGAL_ZONE = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Vietnam has kept UTC+7 without summer time since 1975."""


@dataclass(frozen=True, slots=True)
class Office:
    """The store, the rules and the clock that every operation works with; ``door`` goes to the journal."""

    store: Store
    workflow: Workflow
    stages: Stages
    clock: Clock
    door: str = "page"

    def __post_init__(self) -> None:
        """Refuse stages that do not fit the workflow: LawDataInvalid."""
        self.stages.check_covers(self.workflow.states)

    def today(self) -> date:
        """Return the legal day in Asia/Ho_Chi_Minh."""
        return self.clock.now().astimezone(LEGAL_ZONE).date()

    def writer(self, actor: Actor) -> Writer:
        """Return who writes, for the journal."""
        return Writer(actor.name, self.door)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRequest:
    """What every request about a case says."""

    project: str
    """Code of the project."""
    case_id: int
    expected_version: int | None = None
    """The case's version as the person saw it; None takes the present one (at the terminal)."""
    as_of: date | None = None
    """The day that is shown; a day in the past turns recording off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRequest(CaseRequest):
    """An event to record."""

    event: str
    occurred_on: date
    note: str = ""
    document: str = ""
    to_state: str | None = None
    """Where one event may lead to several states: which; None leaves it to the workflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRequest(CaseRequest):
    """A state to reach by the one event that leads there."""

    state: str
    occurred_on: date
    note: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRequest(CaseRequest):
    """A wrong entry to replace, or to withdraw when ``event`` is None."""

    corrects: int
    """Id of the wrong event."""
    event: str | None = None
    """None: the wrong event did not happen at all."""
    occurred_on: date | None = None
    """None keeps the day of the wrong event."""
    note: str = ""
    document: str = ""
    to_state: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObstacleRequest(CaseRequest):
    """An obstacle to open (vướng mắc)."""

    kind: str
    waits_for: str
    from_on: date
    asked: str = ""
    asked_on: date | None = None
    answer_due_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObstacleClosing(CaseRequest):
    """An obstacle that ended."""

    obstacle_id: int
    until_on: date
    note: str = ""
