"""A new file becomes a store; an old one is looked at before it is touched."""

from __future__ import annotations

import sqlite3
import time
import uuid
from pathlib import Path

from sqlalchemy import Connection, insert, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from geodata.errors import StoreBusy, StoreTooNew, StoreUnusable
from geodata.store import geopackage, schema
from geodata.store.database import Database

NO_SUCH_ENGINE = "Only sqlite:///path/to/file.gpkg is known as an address of a store."
NO_FOLDER = "The folder of the file cannot be created."
NOT_OURS = "The file is a database of another program."
NO_WAL = "The disk cannot keep a write-ahead log; a network folder does not serve as a store."

_WAL_TRIES = 50


def parse_url(url: str) -> URL:
    """Return the address of an embedded store; raises StoreUnusable."""
    try:
        found = make_url(url)
    except ArgumentError as error:
        raise StoreUnusable(url, NO_SUCH_ENGINE) from error
    name = found.render_as_string(hide_password=True)
    if found.drivername not in {"sqlite", "sqlite+pysqlite"} or found.database in {None, "", ":memory:"}:
        raise StoreUnusable(name, NO_SUCH_ENGINE)
    return found


def exists(url: URL) -> bool:
    """Return whether there is a file at the address already."""
    return Path(url.database or "").exists()


def make_folder(url: URL) -> None:
    """Create the folder of the file; raises StoreUnusable."""
    if "uri" in url.query:
        return  # file:… addresses are SQLite's own to read
    try:
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnusable(url.database or "", NO_FOLDER) from error


def prepare(database: Database) -> str:
    """Create the schema where the file is empty, check it where it is not; return the store's identity.

    Raises
    ------
    StoreUnusable, StoreTooNew, StoreBusy
    """
    with database.reading() as connection:
        blank = _is_blank(connection)
        identity = "" if blank else _checked_identity(connection, database.name)
    if not blank:
        return identity
    _use_write_ahead_log(database)
    with database.writing() as connection:
        if _is_blank(connection):  # another process may have been faster
            create(connection)
        return _checked_identity(connection, database.name)


def _is_blank(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("SELECT count(*) = 0 FROM sqlite_master").scalar_one())


def _checked_identity(connection: Connection, name: str) -> str:
    tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    if not {"meta", "journal", "gpkg_contents"} <= tables:
        raise StoreUnusable(name, NOT_OURS)
    found: dict[str, str] = {
        row.key: row.value for row in connection.execute(select(schema.meta.c.key, schema.meta.c.value))
    }
    if not found.get("schema_version", "").isdecimal() or "identity" not in found:
        raise StoreUnusable(name, NOT_OURS)
    version = int(found["schema_version"])
    if version > schema.SCHEMA_VERSION:
        raise StoreTooNew(name, version, schema.SCHEMA_VERSION)
    return found["identity"]


def _use_write_ahead_log(database: Database) -> None:
    """Switch the new file to WAL; SQLite's busy handler does not wait for this one, so it is tried again."""
    with database.bare() as connection:
        for _ in range(_WAL_TRIES):
            try:
                (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                time.sleep(0.05)
                continue
            if mode != "wal":
                raise StoreUnusable(database.name, NO_WAL)
            return
    raise StoreBusy(database.name)


def create(connection: Connection) -> None:
    """Create all tables in the running transaction."""
    geopackage.install_required_tables(connection)
    schema.metadata.create_all(connection)
    for name, (geometry, description) in schema.FEATURES.items():
        geopackage.register_features(connection, name, geometry, description)
    for name, description in schema.ATTRIBUTES.items():
        geopackage.register_attributes(connection, name, description)
    for name in schema.APPEND_ONLY:
        geopackage.forbid_changes(connection, name)
    connection.execute(
        insert(schema.meta),
        [
            {"key": "identity", "value": str(uuid.uuid4())},
            {"key": "schema_version", "value": str(schema.SCHEMA_VERSION)},
        ],
    )
