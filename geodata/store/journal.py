"""The journal: every write of anything, in the same transaction, chained by hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

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
    now = clock.now()
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    if last is None:
        return Stamp(1, now, GENESIS)
    return Stamp(last.seq + 1, max(now, last.recorded_at), last.hash)


def append(
    connection: Connection, stamp: Stamp, writer: Writer, action: str, subject: str, content: Mapping[str, Json]
) -> None:
    """Write the entry that the stamp was taken for."""
    fields = {
        "seq": stamp.seq,
        "recorded_at": stamp.recorded_at,
        "actor": writer.actor,
        "door": writer.door,
        "action": action,
        "subject": subject,
        "content": canonical(content),
        "prev_hash": stamp.prev_hash,
    }
    connection.execute(insert(schema.journal), {**fields, "hash": entry_hash(**fields)})  # type: ignore[arg-type]


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
