"""States at a moment: what had happened by a day, as far as the journal knew it at a seq."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import starmap
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, exists, func, select, true

from geodata.records import CaseRow, Moment
from geodata.store import schema
from geodata.store.parcels import batches

_case = schema.clearance_case.c
_event = schema.case_event.c


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases are asked for: those of a project, of some parcels, or one. Exactly one field is given."""

    project_id: int | None = None
    parcel_ids: Sequence[int] | None = None
    case_id: int | None = None

    def cases(self) -> ColumnElement[bool]:
        """Return the condition on ``clearance_case``."""
        if self.project_id is not None:
            return _case.project_id == self.project_id
        if self.parcel_ids is not None:
            return _case.parcel_id.in_(self.parcel_ids)
        return _case.id == self.case_id

    def rows(self, table: Table) -> ColumnElement[bool]:
        """Return the condition on a table that bears ``project_id`` and ``case_id``."""
        if self.project_id is not None:
            return table.c.project_id == self.project_id
        if self.parcel_ids is not None:
            return table.c.case_id.in_(select(_case.id).where(self.cases()))
        return table.c.case_id == self.case_id


def known(seq: Column[Any], moment: Moment) -> ColumnElement[bool]:
    """Return the condition that a row stood in the journal at the moment."""
    return true() if moment.known_seq is None else seq <= moment.known_seq


def happened(on: Column[Any], moment: Moment) -> ColumnElement[bool]:
    """Return the condition that something had happened by the day of the moment."""
    return true() if moment.as_of is None else on <= moment.as_of


def place_in_day() -> ColumnElement[int]:
    """Return what orders events of one day: a correction stands where the first event of its chain stood."""
    return func.coalesce(_event.stands_for, _event.id)


def counts(moment: Moment) -> ColumnElement[bool]:
    """Return the condition that an event counts at the moment and moves a state."""
    correction = schema.case_event.alias("correction").c
    # A list, not EXISTS: corrections are few, so the engine reads them once instead of looking for one per event.
    corrected = select(correction.corrects).where(correction.corrects.is_not(None), known(correction.seq, moment))
    return (
        _event.to_state.is_not(None)
        & _event.withdraws.is_(False)
        & known(_event.seq, moment)
        & happened(_event.occurred_on, moment)
        & _event.id.not_in(corrected)
    )


def case_rows(connection: Connection, scope: Scope, moment: Moment) -> list[CaseRow]:
    """Return every case's state at a moment, ordered by parcel and case id."""
    return _present_rows(connection, scope) if moment.is_now else _past_rows(connection, scope, moment)


def case_rows_of(connection: Connection, parcel_ids: Sequence[int], moment: Moment) -> list[CaseRow]:
    """Return the same for some parcels."""
    wanted = sorted(set(parcel_ids))
    return [row for some in batches(wanted) for row in case_rows(connection, Scope(parcel_ids=some), moment)]


def _present_rows(connection: Connection, scope: Scope) -> list[CaseRow]:
    wanted = (
        select(_case.id, _case.parcel_id, _case.claimant_id, _case.state, _case.state_since, _case.open_obstacles)
        .where(scope.cases())
        .order_by(_case.parcel_id, _case.id)
    )
    return list(starmap(CaseRow, connection.execute(wanted).all()))


def _past_rows(connection: Connection, scope: Scope, moment: Moment) -> list[CaseRow]:
    """Put the last events and the open obstacles beside their cases.

    They are put together here and not by a join: without statistics SQLite may walk the whole list of last
    events once for each case.
    """
    last = _last_events(scope, moment).subquery()
    moved = connection.execute(select(last.c.case_id, last.c.to_state, last.c.occurred_on).where(last.c.rank == 1))
    states: dict[int, tuple[str, date | None]] = {case_id: (state, since) for case_id, state, since in moved.all()}
    stuck = {row.case_id: row.open_obstacles for row in connection.execute(_open_obstacles(scope, moment))}
    cases = connection.execute(
        select(_case.id, _case.parcel_id, _case.claimant_id, _case.initial_state)
        .where(scope.cases(), known(_case.seq, moment))
        .order_by(_case.parcel_id, _case.id)
    )
    rows = []
    for case_id, parcel_id, claimant_id, initial in cases.all():
        state, since = states.get(case_id, (initial, None))
        rows.append(CaseRow(case_id, parcel_id, claimant_id, state, since, stuck.get(case_id, 0)))
    return rows


def _last_events(scope: Scope, moment: Moment) -> Select[Any]:
    newest_first = (_event.occurred_on.desc(), place_in_day().desc())
    rank = func.row_number().over(partition_by=_event.case_id, order_by=newest_first).label("rank")
    return select(_event.case_id, _event.to_state, _event.occurred_on, rank).where(
        scope.rows(schema.case_event), counts(moment)
    )


def _open_obstacles(scope: Scope, moment: Moment) -> Select[Any]:
    obstacle, closing = schema.obstacle.c, schema.obstacle_closing.c
    closed = exists().where(
        closing.obstacle_id == obstacle.id, known(closing.seq, moment), happened(closing.until_on, moment)
    )
    return (
        select(obstacle.case_id, func.count().label("open_obstacles"))
        .where(scope.rows(schema.obstacle), known(obstacle.seq, moment), happened(obstacle.from_on, moment), ~closed)
        .group_by(obstacle.case_id)
    )


def present_since(connection: Connection, case_id: int) -> date | None:
    """Return the day of the event that the present state comes from, None in the initial state."""
    wanted = _last_events(Scope(case_id=case_id), Moment()).subquery()
    return connection.execute(select(wanted.c.occurred_on).where(wanted.c.rank == 1)).scalar_one_or_none()
