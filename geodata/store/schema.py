"""The tables, shared by every engine. Texts are NFC, days are legal dates in Asia/Ho_Chi_Minh, instants UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator, UserDefinedType

from geodata.store.geopackage import GeometryColumn

SCHEMA_VERSION = 1
"""Grows with every change of these tables; a store with a greater one was written by a newer release."""


class _SqliteInstant(UserDefinedType[str]):
    """The DATETIME of a GeoPackage: text, UTC, milliseconds."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "DATETIME"


class Instant(TypeDecorator[datetime]):
    """An instant in UTC, kept to the millisecond."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Use text in a GeoPackage, the engine's own type elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(_SqliteInstant())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write ``2026-11-23T01:02:03.456Z``, which sorts as time does."""
        if value is None or dialect.name != "sqlite":
            return value
        return instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read it back as an aware datetime."""
        if value is None or dialect.name != "sqlite":
            return value if value is None else value.astimezone(UTC)
        return datetime.fromisoformat(value)


def instant_text(moment: datetime) -> str:
    """Return ``2026-11-23T01:02:03.456Z`` of an aware datetime."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


metadata = MetaData()


def _identity() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _seq() -> Column[int]:
    # Deferred: the row is written first, so that its id can stand in the journal's content.
    return Column("seq", Integer, ForeignKey("journal.seq", deferrable=True, initially="DEFERRED"), nullable=False)


def _case() -> Column[int]:
    return Column("case_id", Integer, ForeignKey("clearance_case.id"), nullable=False)


def _project() -> Column[int]:
    return Column("project_id", Integer, ForeignKey("project.id"), nullable=False)


meta = Table(
    "meta",
    metadata,
    _identity(),
    Column("key", Text, nullable=False, unique=True),
    Column("value", Text, nullable=False),
    sqlite_autoincrement=True,
)

journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("recorded_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("journal_recorded_at", "recorded_at"),
    sqlite_autoincrement=True,
)

project = Table(
    "project",
    metadata,
    _identity(),
    Column("boundary", GeometryColumn),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("owner", Text),
    Column("commune_code", Text),
    Column("survey_epsg", Integer, nullable=False),
    Column("regime", Text, nullable=False),
    Column("regime_reason", Text, nullable=False),
    Column("planned_start_on", Date),
    Column("planned_end_on", Date),
    Column("budget_vnd", Integer),
    Column("illustrative", Boolean, nullable=False),
    Column("archived_on", Date),
    Column("geometry_version", Integer, nullable=False),
    _seq(),
    sqlite_autoincrement=True,
)

parcel = Table(
    "parcel",
    metadata,
    _identity(),
    Column("geometry", GeometryColumn, nullable=False),
    _project(),
    Column("commune_code", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("land_types", Text, nullable=False),
    Column("land_circular", Text, nullable=False),
    Column("registered_area_m2", Double),
    Column("measured_area_m2", Double, nullable=False),
    Column("recovered_area_m2", Double),
    Column("label_longitude", Double, nullable=False),
    Column("label_latitude", Double, nullable=False),
    Column("parent_id", Integer, ForeignKey("parcel.id")),
    Column("valid_from", Date),
    Column("valid_to", Date),
    _seq(),
    sqlite_autoincrement=True,
)
Index(
    "parcel_key",
    parcel.c.project_id,
    parcel.c.commune_code,
    parcel.c.sheet,
    parcel.c.number,
    unique=True,
    sqlite_where=parcel.c.valid_to.is_(None),
    postgresql_where=parcel.c.valid_to.is_(None),
)
Index("parcel_project", parcel.c.project_id, parcel.c.id)

claimant = Table(
    "claimant",
    metadata,
    _identity(),
    _project(),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text),
    Column("match_key", Text, nullable=False),
    _seq(),
    UniqueConstraint("project_id", "match_key", name="claimant_once"),
    sqlite_autoincrement=True,
)

holding = Table(
    "holding",
    metadata,
    _identity(),
    Column("parcel_id", Integer, ForeignKey("parcel.id"), nullable=False),
    Column("claimant_id", Integer, ForeignKey("claimant.id"), nullable=False),
    Column("share_numerator", Integer, nullable=False),
    Column("share_denominator", Integer, nullable=False),
    _seq(),
    UniqueConstraint("parcel_id", "claimant_id", name="holding_once"),
    sqlite_autoincrement=True,
)

clearance_case = Table(
    "clearance_case",
    metadata,
    _identity(),
    _project(),
    Column("parcel_id", Integer, ForeignKey("parcel.id"), nullable=False),
    Column("claimant_id", Integer, ForeignKey("claimant.id")),
    Column("initial_state", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("state_since", Date),
    Column("open_obstacles", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    _seq(),
    Index("clearance_case_project", "project_id", "parcel_id", "id"),
    Index("clearance_case_parcel", "parcel_id", "id"),
    sqlite_autoincrement=True,
)

case_event = Table(
    "case_event",
    metadata,
    _identity(),
    _project(),
    _case(),
    Column("event", Text, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text),
    Column("corrects", Integer, ForeignKey("case_event.id"), unique=True),
    Column("stands_for", Integer, ForeignKey("case_event.id")),
    Column("withdraws", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("case_version", Integer, nullable=False),
    Column("salt", Text, nullable=False),
    _seq(),
    Index("case_event_case", "case_id", "occurred_on", "id"),
    # Holds all that states at a moment are computed from, in their order: the table itself is not read for them.
    Index(
        "case_event_moves",
        *("project_id", "case_id", "occurred_on", "stands_for", "to_state", "withdraws", "seq"),
    ),
    Index("case_event_seq", "seq"),
    sqlite_autoincrement=True,
)
"""``stands_for``: the first event of a chain of corrections. A correction takes the place of that first one among
the events of its day, else correcting the morning's note would make it count after the afternoon's event."""

status_change = Table(
    "status_change",
    metadata,
    _identity(),
    _case(),
    Column("event_id", Integer, ForeignKey("case_event.id"), nullable=False),
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    Column("state_since", Date),
    Column("recorded_at", Instant, nullable=False),
    _seq(),
    Index("status_change_case", "case_id", "id"),
    sqlite_autoincrement=True,
)

obstacle = Table(
    "obstacle",
    metadata,
    _identity(),
    _project(),
    _case(),
    Column("kind", Text, nullable=False),
    Column("waits_for", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("asked_on", Date),
    Column("answer_due_on", Date),
    Column("from_on", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("case_version", Integer, nullable=False),
    Column("salt", Text, nullable=False),
    _seq(),
    Index("obstacle_case", "case_id", "id"),
    Index("obstacle_project", "project_id", "id"),
    Index("obstacle_seq", "seq"),
    sqlite_autoincrement=True,
)

obstacle_closing = Table(
    "obstacle_closing",
    metadata,
    _identity(),
    Column("obstacle_id", Integer, ForeignKey("obstacle.id"), nullable=False, unique=True),
    _case(),
    Column("until_on", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("case_version", Integer, nullable=False),
    Column("salt", Text, nullable=False),
    _seq(),
    Index("obstacle_closing_seq", "seq"),
    sqlite_autoincrement=True,
)

import_record = Table(
    "import_record",
    metadata,
    _identity(),
    _project(),
    Column("recorded_at", Instant, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("layer", Text, nullable=False),
    Column("crs", Text, nullable=False),
    Column("encoding", Text, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("parcels_added", Integer, nullable=False),
    Column("claimants_added", Integer, nullable=False),
    Column("cases_opened", Integer, nullable=False),
    Column("area_m2", Double, nullable=False),
    Column("salt", Text, nullable=False),
    _seq(),
    sqlite_autoincrement=True,
)

FEATURES = {
    "project": ("boundary", "Dự án và ranh giới · projects with their boundary"),
    "parcel": ("geometry", "Thửa đất · land parcels"),
}
"""Tables with geometry: column and description."""

ATTRIBUTES = {
    "meta": "Identity and schema version of this store",
    "journal": "Every write, chained by hash",
    "claimant": "Người có đất thu hồi · claimants",
    "holding": "Quyền sử dụng · parcel × claimant",
    "clearance_case": "Hồ sơ · cases with their present state",
    "case_event": "Việc đã làm · events",
    "status_change": "State changes with the event that caused each",
    "obstacle": "Vướng mắc · obstacles",
    "obstacle_closing": "Obstacles that ended",
    "import_record": "Imports",
}
"""Tables without geometry: description."""

APPEND_ONLY = ("journal", "case_event", "status_change", "obstacle", "obstacle_closing")

assert {*FEATURES, *ATTRIBUTES} == set(metadata.tables)  # noqa: S101  # a new table must be registered
