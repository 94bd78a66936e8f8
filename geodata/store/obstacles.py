"""Obstacles, read and written. An obstacle and its end are two rows, never one that changes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, insert, select

from geodata.errors import ObstacleAlreadyClosed, UnknownObstacle
from geodata.ports import Clock
from geodata.records import Moment, NewObstacle, Obstacle, Writer
from geodata.store import journal, moments, schema
from geodata.store.chain import Json, commitment
from geodata.store.rows import OpenCase, advance, fresh_salt

_obstacle = schema.obstacle.c
_closing = schema.obstacle_closing.c

_OBSTACLE_FIELDS = [
    _obstacle[name]
    for name in (
        *("id", "case_id", "kind", "waits_for", "asked", "asked_on", "answer_due_on", "from_on", "note"),
        *("recorded_at", "recorded_by", "seq"),
    )
]


def _select(moment: Moment) -> Select[Any]:
    ended = (
        (_closing.obstacle_id == _obstacle.id)
        & moments.known(_closing.seq, moment)
        & moments.happened(_closing.until_on, moment)
    )
    return (
        select(*_OBSTACLE_FIELDS, _closing.until_on, _closing.note.label("closing_note"))
        .join_from(schema.obstacle, schema.obstacle_closing, ended, isouter=True)
        .order_by(_obstacle.id)
    )


def _as_obstacle(row: Row[Any]) -> Obstacle:
    return Obstacle(**{**row._mapping, "closing_note": row.closing_note or ""})


def _as_known_now(connection: Connection, condition: ColumnElement[bool]) -> list[Obstacle]:
    return [_as_obstacle(row) for row in connection.execute(_select(Moment()).where(condition))]


def select_obstacles(connection: Connection, scope: moments.Scope, moment: Moment) -> list[Obstacle]:
    """Return the obstacles known at a moment by id; ``until_on`` stays None while the end lay ahead."""
    wanted = _select(moment).where(
        scope.rows(schema.obstacle), moments.known(_obstacle.seq, moment), moments.happened(_obstacle.from_on, moment)
    )
    return [_as_obstacle(row) for row in connection.execute(wanted)]


def written_since(connection: Connection, case_id: int, version: int) -> list[tuple[int, Obstacle]]:
    """Return the obstacles that were opened or closed after a version of their case, with that version."""
    opened = select(_obstacle.case_version, _obstacle.id).where(
        _obstacle.case_id == case_id, _obstacle.case_version > version
    )
    closed = select(_closing.case_version, _closing.obstacle_id).where(
        _closing.case_id == case_id, _closing.case_version > version
    )
    versions = {row[1]: row[0] for rows in (opened, closed) for row in connection.execute(rows)}
    return [(versions[each.id], each) for each in _as_known_now(connection, _obstacle.id.in_(versions))]


def open_obstacle(connection: Connection, clock: Clock, writer: Writer, new: NewObstacle, case: OpenCase) -> Obstacle:
    """Record an obstacle of a claimed case with its journal entry."""
    stamp = journal.next_stamp(connection, clock)
    row = obstacle_row(stamp, writer, new, case)
    obstacle_id = int(connection.execute(insert(schema.obstacle), row).inserted_primary_key[0])  # type: ignore[index]
    advance(connection, case, open_obstacles=schema.clearance_case.c.open_obstacles + 1)
    content = obstacle_content(new, obstacle_id=obstacle_id, salt=row["salt"])
    journal.append(connection, stamp, writer, "open_obstacle", f"case:{case.id}", content)
    return _as_known_now(connection, _obstacle.id == obstacle_id)[0]


def obstacle_row(stamp: journal.Stamp, writer: Writer, new: NewObstacle, case: OpenCase) -> dict[str, Any]:
    """Return the row of an obstacle."""
    return {
        **asdict(new),
        "project_id": case.project_id,
        "recorded_at": stamp.recorded_at,
        "recorded_by": writer.actor,
        "case_version": case.version + 1,
        "salt": fresh_salt(),
        "seq": stamp.seq,
    }


def obstacle_content(new: NewObstacle, *, obstacle_id: int, salt: str) -> dict[str, Json]:
    """Return what the journal keeps of an obstacle."""
    return {
        "obstacle_id": obstacle_id,
        "kind": new.kind,
        "from_on": new.from_on.isoformat(),
        "asked_on": _day(new.asked_on),
        "answer_due_on": _day(new.answer_due_on),
        "words": commitment(salt, [new.waits_for, new.asked, new.note]),
    }


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def open_kinds(connection: Connection, case_id: int) -> dict[str, int]:
    """Return the ids of a case's open obstacles by kind; of several of one kind the last."""
    ended = select(_closing.obstacle_id).where(_closing.case_id == case_id)
    still = (_obstacle.case_id == case_id) & _obstacle.id.not_in(ended)
    rows = connection.execute(select(_obstacle.kind, _obstacle.id).where(still).order_by(_obstacle.id))
    return {row.kind: row.id for row in rows}


def case_of(connection: Connection, obstacle_id: int) -> int:
    """Return the case of an obstacle; raises UnknownObstacle."""
    case_id = connection.execute(select(_obstacle.case_id).where(_obstacle.id == obstacle_id)).scalar_one_or_none()
    if case_id is None:
        raise UnknownObstacle(obstacle_id)
    return int(case_id)


def ensure_not_closed(connection: Connection, obstacle_id: int) -> None:
    """Raise ObstacleAlreadyClosed when the obstacle has ended."""
    if connection.execute(select(_closing.id).where(_closing.obstacle_id == obstacle_id)).first() is not None:
        raise ObstacleAlreadyClosed(obstacle_id)


def close_obstacle(
    connection: Connection,
    clock: Clock,
    writer: Writer,
    obstacle_id: int,
    case: OpenCase,
    *,
    until_on: date,
    note: str,
) -> Obstacle:
    """Record the end of an obstacle of a claimed case with its journal entry."""
    stamp = journal.next_stamp(connection, clock)
    row = closing_row(stamp, writer, obstacle_id, case, until_on=until_on, note=note)
    connection.execute(insert(schema.obstacle_closing), row)
    advance(connection, case, open_obstacles=schema.clearance_case.c.open_obstacles - 1)
    content = closing_content(obstacle_id, until_on=until_on, note=note, salt=row["salt"])
    journal.append(connection, stamp, writer, "close_obstacle", f"case:{case.id}", content)
    return _as_known_now(connection, _obstacle.id == obstacle_id)[0]


def closing_row(
    stamp: journal.Stamp, writer: Writer, obstacle_id: int, case: OpenCase, *, until_on: date, note: str
) -> dict[str, Any]:
    """Return the row of an obstacle's end."""
    return {
        "obstacle_id": obstacle_id,
        "case_id": case.id,
        "until_on": until_on,
        "note": note,
        "recorded_at": stamp.recorded_at,
        "recorded_by": writer.actor,
        "case_version": case.version + 1,
        "salt": fresh_salt(),
        "seq": stamp.seq,
    }


def closing_content(obstacle_id: int, *, until_on: date, note: str, salt: str) -> dict[str, Json]:
    """Return what the journal keeps of an obstacle's end."""
    return {"obstacle_id": obstacle_id, "until_on": until_on.isoformat(), "words": commitment(salt, [note])}
