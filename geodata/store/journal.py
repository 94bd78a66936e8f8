"""The journal: every write of anything, in the same transaction, chained by hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, union_all

from geodata.ports import Clock
from geodata.records import JournalEntry, ParcelChange, Writer
from geodata.store import schema
from geodata.store.chain import GENESIS, Json, canonical, entry_hash

_entry = schema.journal.c


@dataclass(frozen=True, slots=True)
class Stamp:
    """The next place in the journal: what a row of this transaction bears."""

    seq: int
    recorded_at: datetime
    prev_hash: str


def next_stamp(connection: Connection, clock: Clock) -> Stamp:
    """Take the next seq; the instant is the clock's, but never before the previous entry's."""
    last = connection.execute(
        select(_entry.seq, _entry.recorded_at, _entry.hash).order_by(_entry.seq.desc()).limit(1)
    ).one_or_none()
    return stamp_after(0, None, GENESIS, clock) if last is None else stamp_after(*last, clock)


def stamp_after(seq: int, recorded_at: datetime | None, entry_hash: str, clock: Clock) -> Stamp:
    """Return the stamp that follows an entry, or the first one after seq 0."""
    now = clock.now()
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return Stamp(seq + 1, now if recorded_at is None else max(now, recorded_at), entry_hash)


def append(
    connection: Connection, stamp: Stamp, writer: Writer, action: str, subject: str, content: Mapping[str, Json]
) -> None:
    """Write the entry that the stamp was taken for."""
    connection.execute(insert(schema.journal), entry_row(stamp, writer, action, subject, content))


def entry_row(stamp: Stamp, writer: Writer, action: str, subject: str, content: Mapping[str, Json]) -> dict[str, Any]:
    """Return the sealed entry that the stamp was taken for, as a row."""
    fields: dict[str, Any] = {
        "seq": stamp.seq,
        "recorded_at": stamp.recorded_at,
        "actor": writer.actor,
        "door": writer.door,
        "action": action,
        "subject": subject,
        "content": canonical(content),
        "prev_hash": stamp.prev_hash,
    }
    return {**fields, "hash": entry_hash(**fields)}


def last_seq(connection: Connection) -> int:
    """Return the last seq, 0 when empty."""
    return connection.execute(select(func.max(_entry.seq))).scalar_one() or 0


def seq_at(connection: Connection, known_at: datetime) -> int:
    """Return the last seq recorded at or before an instant, 0 when none was."""
    return connection.execute(select(func.max(_entry.seq)).where(_entry.recorded_at <= known_at)).scalar_one() or 0


def entries(connection: Connection, *, after: int, limit: int) -> Sequence[JournalEntry]:
    """Return entries with seq > ``after`` in order."""
    rows = connection.execute(select(schema.journal).where(_entry.seq > after).order_by(_entry.seq).limit(limit))
    return [JournalEntry(**row._mapping) for row in rows]


def changes(connection: Connection, *, after: int) -> Sequence[ParcelChange]:
    """Return the parcels that entries with seq > ``after`` touched, in order."""
    written = union_all(
        *(
            select(rows.c.seq, rows.c.case_id).where(rows.c.seq > after)
            for rows in (schema.case_event, schema.obstacle, schema.obstacle_closing)
        )
    ).subquery()
    cases, projects = schema.clearance_case, schema.project
    found = connection.execute(
        select(written.c.seq, projects.c.code, cases.c.parcel_id)
        .join_from(written, cases, cases.c.id == written.c.case_id)
        .join(projects, projects.c.id == cases.c.project_id)
        .order_by(written.c.seq)
    )
    return [ParcelChange(*row) for row in found]
