"""Taking over a history: many writes in one transaction, each with its own journal entry and instant.

The rows are those that single writes make; they only go to the engine in bulk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update

from geodata.errors import UnknownCase, UnknownCaseEvent, UnknownObstacle
from geodata.ports import Clock
from geodata.records import NewCaseEvent, NewObstacle, ObstacleEnd, Writer
from geodata.store import cases, journal, obstacles, schema
from geodata.store.chain import GENESIS, Json
from geodata.store.projects import ensure_open
from geodata.store.rows import OpenCase

_case = schema.clearance_case.c


@dataclass(slots=True)
class _Standing:
    """A case as the writes so far have left it."""

    case: OpenCase
    state_since: date | None
    open_obstacles: dict[str, int]
    """Kind → id of the last open obstacle of that kind."""
    open_count: int
    touched: bool = False


@dataclass(slots=True)
class _Ledger:
    """What is known while the writes stream in."""

    connection: Connection
    clock: Clock
    writer: Writer
    last: tuple[int, Any, str]
    """Seq, instant and hash of the last entry; no instant before the first."""
    next_id: dict[str, int]
    standings: dict[int, _Standing] = field(default_factory=dict)
    rows: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)
    open_projects: set[int] = field(default_factory=set)

    def put(self, table: Table, row: dict[str, Any]) -> None:
        """Keep a row until all are written."""
        self.rows.setdefault(table, []).append(row)

    def take_id(self, table: Table) -> int:
        """Return the next id of a table; the writing transaction is alone, so nobody takes the same."""
        self.next_id[table.name] += 1
        return self.next_id[table.name]


def take_over(
    connection: Connection, clock: Clock, writer: Writer, writes: Iterable[NewCaseEvent | NewObstacle | ObstacleEnd]
) -> int:
    """Record the writes one after another and return how many; raises UnknownCase, UnknownObstacle, ProjectArchived."""
    ledger = _begin(connection, clock, writer)
    count = 0
    for count, write in enumerate(writes, start=1):  # noqa: B007 - the last number is the answer
        found = _standing(ledger, write.case_id)
        if isinstance(write, NewCaseEvent):
            _put_event(ledger, found, write)
        elif isinstance(write, NewObstacle):
            _put_obstacle(ledger, found, write)
        else:
            _put_end(ledger, found, write)
    _write(ledger)
    return count


def _begin(connection: Connection, clock: Clock, writer: Writer) -> _Ledger:
    entry = schema.journal.c
    last = connection.execute(
        select(entry.seq, entry.recorded_at, entry.hash).order_by(entry.seq.desc()).limit(1)
    ).one_or_none()
    tables = (schema.case_event, schema.obstacle)
    return _Ledger(
        connection=connection,
        clock=clock,
        writer=writer,
        last=(0, None, GENESIS) if last is None else (last.seq, last.recorded_at, last.hash),
        next_id={each.name: connection.execute(select(func.max(each.c.id))).scalar_one() or 0 for each in tables},
    )


def _standing(ledger: _Ledger, case_id: int) -> _Standing:
    if case_id not in ledger.standings:
        row = ledger.connection.execute(select(schema.clearance_case).where(_case.id == case_id)).one_or_none()
        if row is None:
            raise UnknownCase(case_id)
        if row.project_id not in ledger.open_projects:
            ensure_open(ledger.connection, row.project_id)
            ledger.open_projects.add(row.project_id)
        open_obstacles = obstacles.open_kinds(ledger.connection, case_id)
        case = OpenCase(row.id, row.project_id, row.state, row.version)
        ledger.standings[case_id] = _Standing(case, row.state_since, open_obstacles, row.open_obstacles)
    return ledger.standings[case_id]


def _stamp(ledger: _Ledger) -> journal.Stamp:
    return journal.stamp_after(*ledger.last, ledger.clock)


def _sealed(
    ledger: _Ledger, found: _Standing, stamp: journal.Stamp, action: str, content: dict[str, Json], state: str
) -> None:
    """Keep the journal entry and bring the case one version further."""
    row = journal.entry_row(stamp, ledger.writer, action, f"case:{found.case.id}", content)
    ledger.put(schema.journal, row)
    ledger.last = (stamp.seq, stamp.recorded_at, row["hash"])
    found.case = replace(found.case, state=state, version=found.case.version + 1)
    found.touched = True


def _put_event(ledger: _Ledger, found: _Standing, new: NewCaseEvent) -> None:
    if new.corrects is not None:
        raise UnknownCaseEvent(new.corrects)
    stamp, event_id = _stamp(ledger), ledger.take_id(schema.case_event)
    row = cases.event_row(stamp, ledger.writer, new, found.case)
    ledger.put(schema.case_event, {"id": event_id, **row})
    state = new.to_state or found.case.state
    if new.to_state is not None:
        found.state_since = new.occurred_on
    if state != found.case.state:
        ledger.put(schema.status_change, cases.change_row(stamp, found.case, event_id, state, found.state_since))
    content = cases.event_content(new, event_id=event_id, state=state, salt=row["salt"])
    _sealed(ledger, found, stamp, "record_event", content, state)


def _put_obstacle(ledger: _Ledger, found: _Standing, new: NewObstacle) -> None:
    stamp, obstacle_id = _stamp(ledger), ledger.take_id(schema.obstacle)
    row = obstacles.obstacle_row(stamp, ledger.writer, new, found.case)
    ledger.put(schema.obstacle, {"id": obstacle_id, **row})
    found.open_obstacles[new.kind] = obstacle_id
    found.open_count += 1
    content = obstacles.obstacle_content(new, obstacle_id=obstacle_id, salt=row["salt"])
    _sealed(ledger, found, stamp, "open_obstacle", content, found.case.state)


def _put_end(ledger: _Ledger, found: _Standing, end: ObstacleEnd) -> None:
    if end.kind not in found.open_obstacles:
        raise UnknownObstacle(0)
    obstacle_id, stamp = found.open_obstacles.pop(end.kind), _stamp(ledger)
    found.open_count -= 1
    row = obstacles.closing_row(stamp, ledger.writer, obstacle_id, found.case, until_on=end.until_on, note=end.note)
    ledger.put(schema.obstacle_closing, row)
    content = obstacles.closing_content(obstacle_id, until_on=end.until_on, note=end.note, salt=row["salt"])
    _sealed(ledger, found, stamp, "close_obstacle", content, found.case.state)


def _write(ledger: _Ledger) -> None:
    """Send all rows to the engine, those that others refer to first."""
    tables = (
        schema.journal,
        schema.case_event,
        schema.status_change,
        schema.obstacle,
        schema.obstacle_closing,
    )
    for table in tables:
        if ledger.rows.get(table):
            ledger.connection.execute(insert(table), ledger.rows[table])
    touched = [_case_values(found) for found in ledger.standings.values() if found.touched]
    if touched:
        values: dict[str, Any] = {
            name: bindparam(f"new_{name}") for name in ("state", "state_since", "open_obstacles", "version")
        }
        wanted = update(schema.clearance_case).where(_case.id == bindparam("case_id")).values(values)
        ledger.connection.execute(wanted, touched)


def _case_values(found: _Standing) -> dict[str, Any]:
    return {
        "case_id": found.case.id,
        "new_state": found.case.state,
        "new_state_since": found.state_since,
        "new_open_obstacles": found.open_count,
        "new_version": found.case.version,
    }
