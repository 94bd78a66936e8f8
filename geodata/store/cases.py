"""Cases and their events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, Connection, Row, insert, select

from geodata.errors import StaleRecord, UnknownCase, UnknownCaseEvent
from geodata.ports import Clock
from geodata.records import Case, CaseEvent, CaseFile, Claimant, Moment, NewCaseEvent, Obstacle, Writer
from geodata.store import journal, moments, obstacles, schema
from geodata.store.chain import Json, commitment
from geodata.store.projects import ensure_open
from geodata.store.rows import OpenCase, advance, fresh_salt

_case = schema.clearance_case.c
_event = schema.case_event.c

_EVENT_FIELDS = [
    _event[name]
    for name in (
        *("id", "case_id", "event", "occurred_on", "recorded_at", "recorded_by", "note", "document"),
        *("from_state", "to_state", "corrects", "withdraws", "reason", "seq"),
    )
]
_CASE_FIELDS = [
    _case[name] for name in ("id", "project_id", "parcel_id", "claimant_id", "state", "state_since", "version")
]


def of_parcel(connection: Connection, parcel_id: int) -> Sequence[Case]:
    """Return the present cases of a parcel."""
    rows = connection.execute(select(*_CASE_FIELDS).where(_case.parcel_id == parcel_id).order_by(_case.id))
    return [Case(**row._mapping) for row in rows]


def case_file(connection: Connection, case_id: int, moment: Moment) -> CaseFile:
    """Return one case with its history at a moment; raises UnknownCase.

    A chain of corrections is shown whole or not at all, whatever the days in it: that an event counts no more
    is a matter of what is known, not of when its replacement happened.
    """
    states = moments.case_rows(connection, moments.Scope(case_id=case_id), moment)
    if not states:
        raise UnknownCase(case_id)
    row = connection.execute(select(*_CASE_FIELDS).where(_case.id == case_id)).one()
    case = Case(**{**row._mapping, "state": states[0].state, "state_since": states[0].state_since})
    shown = (_event.case_id == case_id) & moments.known(_event.seq, moment)
    if moment.as_of is not None:
        happened = select(moments.place_in_day()).where(shown, _event.occurred_on <= moment.as_of)
        shown &= moments.place_in_day().in_(happened)
    return CaseFile(
        case=case,
        claimant=_claimant(connection, case.claimant_id),
        events=_events_where(connection, shown),
        obstacles=obstacles.select_obstacles(connection, moments.Scope(case_id=case_id), moment),
    )


def _claimant(connection: Connection, claimant_id: int | None) -> Claimant | None:
    fields = schema.claimant.c
    row = connection.execute(
        select(fields.id, fields.project_id, fields.kind, fields.name, fields.address).where(fields.id == claimant_id)
    ).one_or_none()
    return None if row is None else Claimant(**row._mapping)


def events_of_project(connection: Connection, project_id: int, moment: Moment) -> Sequence[CaseEvent]:
    """Return the events that count at a moment and move a state, in order."""
    return _events_where(connection, (_event.project_id == project_id) & moments.counts(moment))


def _events_where(connection: Connection, condition: ColumnElement[bool]) -> list[CaseEvent]:
    rows = connection.execute(
        select(*_EVENT_FIELDS).where(condition).order_by(_event.occurred_on, moments.place_in_day(), _event.id)
    )
    names = [field.name for field in _EVENT_FIELDS]  # twice as fast as each row's own mapping
    return [CaseEvent(**dict(zip(names, row, strict=True))) for row in rows.all()]


# ---- writing -------------------------------------------------------------------------------------


def claim(connection: Connection, case_id: int, expected_version: int) -> OpenCase:
    """Read a case for writing; raises UnknownCase, ProjectArchived, StaleRecord."""
    row = connection.execute(
        select(_case.id, _case.project_id, _case.state, _case.version).where(_case.id == case_id)
    ).one_or_none()
    if row is None:
        raise UnknownCase(case_id)
    ensure_open(connection, row.project_id)
    if row.version != expected_version:
        _refuse_stale(connection, row, expected_version)
    return OpenCase(*row)


def _refuse_stale(connection: Connection, row: Row[*tuple[Any, ...]], seen: int) -> NoReturn:
    newer = connection.execute(
        select(*_EVENT_FIELDS, _event.case_version).where(_event.case_id == row.id, _event.case_version > seen)
    )
    theirs: list[tuple[int, CaseEvent | Obstacle]] = []
    for found in newer:
        fields = dict(found._mapping)
        theirs.append((fields.pop("case_version"), CaseEvent(**fields)))
    theirs += obstacles.written_since(connection, row.id, seen)
    theirs.sort(key=lambda pair: pair[0])
    raise StaleRecord(row.id, seen, row.version, row.state, tuple(record for _, record in theirs))


def record_event(
    connection: Connection, clock: Clock, writer: Writer, new: NewCaseEvent, *, expected_version: int, state: str
) -> CaseEvent:
    """Record an event, what it does to the case, and its journal entry."""
    case = claim(connection, new.case_id, expected_version)
    corrected = None if new.corrects is None else _event_to_correct(connection, case.id, new.corrects)
    stamp = journal.next_stamp(connection, clock)
    event_id, salt = _insert_event(connection, stamp, writer, new, case, corrected)
    since = moments.present_since(connection, case.id)
    if state != case.state:
        connection.execute(insert(schema.status_change), change_row(stamp, case, event_id, state, since))
    advance(connection, case, state=state, state_since=since)
    content = event_content(new, event_id=event_id, state=state, salt=salt)
    journal.append(connection, stamp, writer, "record_event", f"case:{new.case_id}", content)
    return _events_where(connection, _event.id == event_id)[0]


def change_row(stamp: journal.Stamp, case: OpenCase, event_id: int, state: str, since: date | None) -> dict[str, Any]:
    """Return the row that says which event changed a case's state."""
    return {
        "case_id": case.id,
        "event_id": event_id,
        "from_state": case.state,
        "to_state": state,
        "state_since": since,
        "recorded_at": stamp.recorded_at,
        "seq": stamp.seq,
    }


def _event_to_correct(connection: Connection, case_id: int, event_id: int) -> Row[*tuple[Any, ...]]:
    later = schema.case_event.alias()
    row = connection.execute(
        select(_event.id, _event.from_state, _event.stands_for, later.c.id.label("corrected_by"))
        .join_from(schema.case_event, later, later.c.corrects == _event.id, isouter=True)
        .where(_event.id == event_id, _event.case_id == case_id)
    ).one_or_none()
    if row is None or row.corrected_by is not None:
        raise UnknownCaseEvent(event_id)
    return row


def _insert_event(
    connection: Connection,
    stamp: journal.Stamp,
    writer: Writer,
    new: NewCaseEvent,
    case: OpenCase,
    corrected: Row[*tuple[Any, ...]] | None,
) -> tuple[int, str]:
    row = event_row(stamp, writer, new, case)
    if corrected is not None:
        row |= {"from_state": corrected.from_state, "stands_for": corrected.stands_for or corrected.id}
    written = connection.execute(insert(schema.case_event), row)
    return int(written.inserted_primary_key[0]), row["salt"]  # type: ignore[index]


def event_row(stamp: journal.Stamp, writer: Writer, new: NewCaseEvent, case: OpenCase) -> dict[str, Any]:
    """Return the row of an event that corrects none."""
    return {
        "project_id": case.project_id,
        "case_id": case.id,
        "event": new.event,
        "occurred_on": new.occurred_on,
        "recorded_at": stamp.recorded_at,
        "recorded_by": writer.actor,
        "note": new.note,
        "document": new.document,
        "from_state": case.state,
        "to_state": new.to_state,
        "corrects": new.corrects,
        "stands_for": None,
        "withdraws": new.withdraws,
        "reason": new.reason,
        "case_version": case.version + 1,
        "salt": fresh_salt(),
        "seq": stamp.seq,
    }


def event_content(new: NewCaseEvent, *, event_id: int, state: str, salt: str) -> dict[str, Json]:
    """Return what the journal keeps of an event."""
    return {
        "event_id": event_id,
        "event": new.event,
        "occurred_on": new.occurred_on.isoformat(),
        "to_state": new.to_state,
        "state": state,
        "corrects": new.corrects,
        "withdraws": new.withdraws,
        "words": commitment(salt, [new.note, new.document, new.reason]),
    }
