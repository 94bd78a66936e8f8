"""Open obstacles grouped for the first line of the overview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from geodata.records import CaseRow, Obstacle
from monitoring.stages import Stages


@dataclass(frozen=True, slots=True)
class ObstacleGroup:
    """Parcels held up by one kind of obstacle, waiting for the same one."""

    kind: str
    waits_for: str
    parcels: int
    oldest_from: date
    longest_days: int


def group_obstacles(
    stages: Stages, case_rows: Sequence[CaseRow], obstacles: Sequence[Obstacle], shown_on: date
) -> Sequence[ObstacleGroup]:
    """Return groups of the obstacles open on a day, most parcels first, then the longest."""
    counts = {stage.name for stage in stages.all if stage.counts}
    parcel_of = {row.case_id: row.parcel_id for row in case_rows if stages.stage_of(row.state) in counts}
    groups: dict[tuple[str, str], list[Obstacle]] = {}
    for row in obstacles:
        if row.case_id in parcel_of and is_open(row, shown_on):
            groups.setdefault((row.kind, row.waits_for), []).append(row)
    found = [_group(key, rows, parcel_of, shown_on) for key, rows in groups.items()]
    return sorted(found, key=lambda group: (-group.parcels, group.oldest_from, group.kind, group.waits_for))


def is_open(obstacle: Obstacle, on: date) -> bool:
    """Return whether an obstacle holds a case up on a day; on the day it ends it no longer does."""
    return obstacle.from_on <= on and (obstacle.until_on is None or on < obstacle.until_on)


def _group(key: tuple[str, str], rows: Sequence[Obstacle], parcel_of: dict[int, int], shown_on: date) -> ObstacleGroup:
    oldest = min(row.from_on for row in rows)
    return ObstacleGroup(*key, len({parcel_of[row.case_id] for row in rows}), oldest, (shown_on - oldest).days)
