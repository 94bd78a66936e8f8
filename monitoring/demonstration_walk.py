"""Walking the cases of one household through the workflow on working days, for the demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from geodata.errors import EventNotAllowed
from geodata.records import NewCaseEvent, NewObstacle, ObstacleEnd
from monitoring.history import Standing, after_event, at_start
from monitoring.office import LEGAL_ZONE
from monitoring.workflow import Workflow

START = date(2025, 9, 15)
END = date(2026, 11, 20)
"""First and last day of the demonstration."""

DAYS_OFF = frozenset(
    [date(2026, 1, 1), date(2026, 4, 27), date(2026, 4, 30), date(2026, 5, 1), date(2026, 9, 1), date(2026, 9, 2)]
    + [date(2026, 2, 16) + timedelta(days=day) for day in range(5)]
)
"""Days on which no office of the demonstration works; made up with it, no table of the law."""

ILLUSTRATIVE = "minh hoạ"


class Chance(Protocol):
    """What the demonstration needs of :class:`random.Random`."""

    def random(self) -> float:
        """Return a number in [0, 1)."""
        ...

    def randint(self, a: int, b: int) -> int:
        """Return a whole number from a to b, both included."""
        ...


class Kind(Protocol):
    """What the demonstration needs of a kind of obstacle."""

    @property
    def code(self) -> str:
        """Return the kind's code."""
        ...

    @property
    def waits_for_vi(self) -> str:
        """Return who usually resolves it."""
        ...


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """Something that was done, and when somebody wrote it down (UTC)."""

    recorded_at: datetime
    write: NewCaseEvent | NewObstacle | ObstacleEnd


class Halt(Exception):
    """The walk is over: the household stands where it shall, or the demonstration's days are."""


def working_day(on: date) -> date:
    """Return the day, or the next one on which offices work."""
    while on.weekday() >= 5 or on in DAYS_OFF:
        on += timedelta(days=1)
    return on


def later(on: date, days: int) -> date:
    """Return the working day that comes after some days."""
    return working_day(on + timedelta(days=days))


@dataclass
class Walk:
    """One household's cases on their common way through the workflow."""

    workflow: Workflow
    regime: str
    case_ids: Sequence[int]
    chance: Chance
    stop_at: str
    """The state in which the walk ends."""
    today: date = START
    days: dict[str, date] = field(default_factory=dict)
    """Event → day on which it happened last."""
    writes: list[PlannedWrite] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now: Standing = at_start(self.workflow)
        self._written: datetime = datetime.combine(START, time(8), LEGAL_ZONE)

    def go(self, event: str, on: date, *, note: str = "") -> None:
        """Let an event happen to all cases on a working day.

        Raises
        ------
        Halt
            The day lies behind the last one, or the event led where the walk ends.
        EventNotAllowed
            The workflow does not offer the event here.
        """
        on = working_day(max(on, self.today))
        if on > END:
            raise Halt
        moved = after_event(self.workflow, self.regime, self.now, event, on)
        to_state = moved.state if moved.state != self.now.state else None
        self.now, self.today, self.days[event] = moved, on, on
        written = self._write_time(on)
        for case_id in self.case_ids:
            new = NewCaseEvent(case_id=case_id, event=event, occurred_on=on, note=note, to_state=to_state)
            self.writes.append(PlannedWrite(written, new))
        if to_state == self.stop_at:
            raise Halt

    def may(self, event: str) -> bool:
        """Return whether the workflow offers an event here."""
        try:
            self.workflow.target(self.now.state, event, self.regime, self.now.previous_state, self.now.recorded)
        except EventNotAllowed:
            return False
        return True

    def hinder(self, kind: Kind, asked: str, on: date, until_on: date | None = None) -> None:
        """Let an obstacle hold up the first case from a day on, until another if one is given."""
        on = working_day(on)
        if on > END or (until_on is not None and until_on <= on):
            return
        new = NewObstacle(
            case_id=self.case_ids[0],
            kind=kind.code,
            waits_for=kind.waits_for_vi,
            asked=f"{asked} ({ILLUSTRATIVE})",
            asked_on=on,
            answer_due_on=later(on, 15),
            from_on=on,
            note="Dữ liệu minh hoạ",
        )
        self.writes.append(PlannedWrite(office_hour(on, self.chance), new))
        if until_on is not None:
            end = ObstacleEnd(
                case_id=self.case_ids[0], kind=kind.code, until_on=until_on, note="Đã giải quyết (minh hoạ)"
            )
            self.writes.append(PlannedWrite(office_hour(until_on, self.chance), end))

    def _write_time(self, on: date) -> datetime:
        """Return when the event is written down: the same day or a few later, never before the one before."""
        days = 0 if self.chance.random() < 0.5 else self.chance.randint(1, 3)
        self._written = max(self._written, office_hour(later(on, days), self.chance))
        return self._written.astimezone(UTC)


def office_hour(on: date, chance: Chance) -> datetime:
    """Return an instant of a working day, UTC; at the latest the evening of the demonstration's last day."""
    minutes = chance.randint(8 * 60, 16 * 60 + 30)
    written = datetime.combine(on, time(minutes // 60, minutes % 60), LEGAL_ZONE)
    return min(written, datetime.combine(END, time(16, 45), LEGAL_ZONE)).astimezone(UTC)
