"""Past imports, read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from geodata.records import ImportRecord
from geodata.store import schema


def select_imports(connection: Connection, project_code: str | None) -> Sequence[ImportRecord]:
    """Return past imports, newest first."""
    record, project = schema.import_record.c, schema.project.c
    wanted = (
        select(record.seq, project.code, record.recorded_at, record.file_name, record.rows_read, record.parcels_added)
        .join_from(schema.import_record, schema.project, project.id == record.project_id)
        .order_by(record.seq.desc())
    )
    if project_code is not None:
        wanted = wanted.where(project.code == project_code)
    return [ImportRecord(*row) for row in connection.execute(wanted)]
