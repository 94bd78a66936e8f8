"""Putting the demonstration into a store: the ordinary import, then its history, as if written day by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time

from geodata.ports import Clock
from geodata.records import ImportResult, ImportSource, Moment, NewParcel, NewProject
from monitoring.demonstration import DemonstrationCase, plan_history
from monitoring.demonstration_walk import START, Chance, Kind, PlannedWrite
from monitoring.office import LEGAL_ZONE, Office
from monitoring.permissions import Actor
from monitoring.recording import CaseWrite, import_parcels, take_over_history


class WalkingClock:
    """The real clock, but for while it is led through the past."""

    def __init__(self, real: Clock) -> None:
        self._real = real
        self._led_to: datetime | None = None

    def now(self) -> datetime:
        """Return the instant it was led to, else the real one; UTC."""
        return self._real.now() if self._led_to is None else self._led_to

    def lead_to(self, instant: datetime) -> None:
        """Stand at an instant until it is led on or released."""
        self._led_to = instant

    def release(self) -> None:
        """Tell the real time again."""
        self._led_to = None


def install_demonstration(
    actor: Actor,
    office: Office,
    clock: WalkingClock,
    project: NewProject,
    parcels: Iterable[NewParcel],
    source: ImportSource,
    kinds: Sequence[Kind],
    rng: Chance,
) -> ImportResult:
    """Import the surveyed parcels and take over the made-up history of their cases.

    Parameters
    ----------
    office : Office
        Its store and its own clock must be this very ``clock``.
    project : NewProject
        As :func:`monitoring.demonstration.demonstration_project` makes it.
    kinds : Sequence[Kind]
        The kinds of obstacle, from the reference tables.
    rng : Chance
        A :class:`random.Random`; the same seed gives the same history.
    """
    clock.lead_to(datetime.combine(START, time(7, 30), LEGAL_ZONE))
    try:
        result = import_parcels(actor, office, project, parcels, source)
        write_history(actor, office, clock, project.code, kinds, rng)
    finally:
        clock.release()
    return result


def write_history(
    actor: Actor, office: Office, clock: WalkingClock, project: str, kinds: Sequence[Kind], rng: Chance
) -> int:
    """Take over the made-up history into an imported project that has none yet; return how many writes."""
    owner = office.store.project(project)
    keys = {row.id: row.key for row in office.store.parcel_rows(owner.id)}
    cases = [
        DemonstrationCase(row.case_id, keys[row.parcel_id], row.claimant_id)
        for row in office.store.case_rows(owner.id, Moment())
    ]
    planned = plan_history(cases, office.workflow, owner.regime, kinds, rng)
    try:
        return take_over_history(actor, office, project, _led(clock, planned))
    finally:
        clock.release()


def _led(clock: WalkingClock, planned: Iterable[PlannedWrite]) -> Iterator[CaseWrite]:
    """Yield the writes, leading the clock to when each was written down."""
    for row in planned:
        clock.lead_to(row.recorded_at)
        yield row.write
