"""Projects in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from geodata.errors import ProjectArchived, ProjectExists, UnknownProject
from geodata.ports import Clock
from geodata.records import LngLatBbox, NewProject, Project, Writer
from geodata.store import journal, schema
from geodata.store.chain import Json
from geodata.store.geopackage import decode_boundary, envelope

_project = schema.project.c


def select_projects(connection: Connection, *, include_archived: bool) -> Sequence[Project]:
    """Return projects ordered by code."""
    wanted = select(schema.project).order_by(_project.code)
    if not include_archived:
        wanted = wanted.where(_project.archived_on.is_(None))
    return [_as_project(row) for row in connection.execute(wanted)]


def select_project(connection: Connection, code: str) -> Project:
    """Return one project; raises UnknownProject."""
    row = connection.execute(select(schema.project).where(_project.code == code)).one_or_none()
    if row is None:
        raise UnknownProject(code)
    return _as_project(row)


def code_of(connection: Connection, project_id: int) -> str:
    """Return a project's code; raises UnknownProject."""
    code = connection.execute(select(_project.code).where(_project.id == project_id)).scalar_one_or_none()
    if code is None:
        raise UnknownProject(str(project_id))
    return str(code)


def ensure_open(connection: Connection, project_id: int) -> None:
    """Raise ProjectArchived when nothing may be recorded in the project any more."""
    row = connection.execute(select(_project.code, _project.archived_on).where(_project.id == project_id)).one()
    if row.archived_on is not None:
        raise ProjectArchived(row.code)


def _as_project(row: Row[Any]) -> Project:
    fields = {**row._mapping, "boundary": decode_boundary(row.boundary)}
    del fields["seq"]
    return Project(**fields)


def add(connection: Connection, clock: Clock, writer: Writer, new: NewProject) -> Project:
    """Open a project with its journal entry; raises ProjectExists."""
    stamp = journal.next_stamp(connection, clock)
    insert_project(connection, stamp, new)
    journal.append(connection, stamp, writer, "add_project", f"project:{new.code}", project_content(new))
    return select_project(connection, new.code)


def insert_project(connection: Connection, stamp: journal.Stamp, new: NewProject) -> int:
    """Write the row of a new project and return its id; raises ProjectExists."""
    if connection.execute(select(_project.id).where(_project.code == new.code)).first() is not None:
        raise ProjectExists(new.code)
    written = connection.execute(insert(schema.project), {**asdict(new), "geometry_version": 0, "seq": stamp.seq})
    return int(written.inserted_primary_key[0])  # type: ignore[index]


def project_content(new: NewProject) -> dict[str, Json]:
    """Return what the journal keeps of a new project."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(new).items()}


def archive(connection: Connection, clock: Clock, writer: Writer, code: str, on: date) -> Project:
    """Take a project out of lists; raises UnknownProject, ProjectArchived."""
    found = select_project(connection, code)
    if found.archived_on is not None:
        raise ProjectArchived(code)
    stamp = journal.next_stamp(connection, clock)
    connection.execute(update(schema.project).where(_project.id == found.id).values(archived_on=on))
    journal.append(connection, stamp, writer, "archive_project", f"project:{code}", {"archived_on": on.isoformat()})
    return select_project(connection, code)


def bounds(connection: Connection, project_id: int) -> LngLatBbox | None:
    """Return the extent of the boundary, which is that of the parcels; None without parcels."""
    blob = connection.execute(select(_project.boundary).where(_project.id == project_id)).scalar_one_or_none()
    box = None if blob is None else envelope(blob)
    if box is None:
        return None
    west, east, south, north = box
    return LngLatBbox(west, south, east, north)
