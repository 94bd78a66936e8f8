"""The cumulative curve of sites handed over, the planned line, and how far behind it the work is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from geodata.records import CaseEvent, CaseRow, ParcelRow, Project
from monitoring.progress import Figures
from monitoring.stages import Stages


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """How much stood handed over at the end of a day."""

    on: date
    parcels: int
    area_m2: float


@dataclass(frozen=True, slots=True)
class ProgressCurve:
    """Handed over by day: what was done and, where dates are planned, what was meant."""

    points: Sequence[CurvePoint]
    """One per day on which the figures changed, then one for the day shown."""
    planned: Sequence[CurvePoint]
    """Start and end of the straight planned line; empty without planned dates."""
    gained_in_30_days: CurvePoint
    """What the last 30 days added (less, where a site was suspended again)."""
    days_behind: int | None
    """Days behind the planned line, negative when ahead; None without planned dates."""


GAIN_DAYS = 30


def curve(
    stages: Stages,
    initial_state: str,
    parcel_rows: Iterable[ParcelRow],
    case_rows: Iterable[CaseRow],
    events: Iterable[CaseEvent],
) -> Sequence[CurvePoint]:
    """Return the cumulative curve; ``events`` are those that count and move a state, in order."""
    area_of = {row.id: row.area_m2 for row in parcel_rows}
    parcel_of = {row.case_id: row.parcel_id for row in case_rows}
    states: dict[int, dict[int, str]] = {}
    for case_id, parcel_id in parcel_of.items():
        states.setdefault(parcel_id, {})[case_id] = initial_state
    done: set[int] = set()
    points: list[CurvePoint] = []
    for on, rows in groupby((row for row in events if row.case_id in parcel_of), key=lambda row: row.occurred_on):
        before = frozenset(done)
        for row in rows:
            parcel_id = parcel_of[row.case_id]
            states[parcel_id][row.case_id] = row.to_state or states[parcel_id][row.case_id]
            is_done = stages.of_parcel(states[parcel_id].values()) == stages.done
            (done.add if is_done else done.discard)(parcel_id)
        if done != before:
            points.append(CurvePoint(on, len(done), sum(area_of[parcel_id] for parcel_id in done)))
    return points


def drawn_curve(project: Project, figures: Figures, points: Sequence[CurvePoint], shown_on: date) -> ProgressCurve:
    """Return the curve up to a day with the planned line and the figures of the first line."""
    upto = [point for point in points if point.on <= shown_on]
    now = _standing(upto, shown_on)
    past = _standing(upto, shown_on - timedelta(days=GAIN_DAYS))
    return ProgressCurve(
        points=upto if upto and upto[-1].on == shown_on else [*upto, now],
        planned=_planned(project, figures),
        gained_in_30_days=CurvePoint(shown_on, now.parcels - past.parcels, now.area_m2 - past.area_m2),
        days_behind=_days_behind(project, figures, now),
    )


def _standing(points: Sequence[CurvePoint], on: date) -> CurvePoint:
    reached = [point for point in points if point.on <= on]
    return CurvePoint(on, reached[-1].parcels, reached[-1].area_m2) if reached else CurvePoint(on, 0, 0.0)


def _planned(project: Project, figures: Figures) -> Sequence[CurvePoint]:
    if project.planned_start_on is None or project.planned_end_on is None:
        return ()
    return (
        CurvePoint(project.planned_start_on, 0, 0.0),
        CurvePoint(project.planned_end_on, figures.parcels, figures.area_m2),
    )


def _days_behind(project: Project, figures: Figures, now: CurvePoint) -> int | None:
    """Return the days since the planned line stood where the work stands now."""
    start, end = project.planned_start_on, project.planned_end_on
    if start is None or end is None or figures.parcels == 0 or now.on < start:
        return None
    if now.parcels >= figures.parcels:
        return min(0, (now.on - end).days)
    reached_on = start + (end - start) * (now.parcels / figures.parcels)
    return (now.on - reached_on).days
