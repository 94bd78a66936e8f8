"""Connections and transactions of the embedded engine, and its failures in our own words.

Only Python's sqlite3 may open the file in this process: closing any other handle on it drops the locks
that SQLite holds (POSIX locks belong to the process, not to the handle).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from geodata.errors import StoreBusy, StoreUnusable
from geodata.store.geopackage import register_functions

_BUSY_SECONDS = 15.0
_WRITER_CACHE_KIB = 65_536
_PRAGMAS = ("synchronous = FULL", "foreign_keys = ON", "journal_size_limit = 67108864")

EXPLANATIONS = {
    "SQLITE_READONLY": "The file or its folder is read-only.",
    "SQLITE_FULL": "The disk is full.",
    "SQLITE_NOTADB": "The file is not a database.",
    "SQLITE_CORRUPT": "The file is damaged.",
    "SQLITE_CANTOPEN": "The file cannot be opened or created.",
    "SQLITE_IOERR": "The disk cannot be read or written.",
    "SQLITE_PERM": "The rights to the file are missing.",
    "SQLITE_AUTH": "The rights to the file are missing.",
    "SQLITE_PROTOCOL": "The file cannot be locked; a network folder does not serve as a store.",
    "SQLITE_NOLFS": "The disk does not hold files of this size.",
}
"""SQLite's primary result codes that mean an unusable store, and what a person reads."""


class Database:
    """Connections that only read, the one that writes, and the lock before it."""

    def __init__(self, url: URL) -> None:
        self.name = url.database or ""
        self._wait_seconds = float(str(url.query.get("timeout", _BUSY_SECONDS)))
        waits = {} if "timeout" in url.query else {"timeout": _BUSY_SECONDS}
        self._readers = create_engine(url, connect_args=waits, pool_size=8, max_overflow=24)
        self._writer = create_engine(url, connect_args=waits, pool_size=1, max_overflow=0)
        self._lock = threading.Lock()
        _set_up(self._readers, begin="BEGIN", pragmas=(*_PRAGMAS, "query_only = ON"))
        _set_up(self._writer, begin="BEGIN IMMEDIATE", pragmas=(*_PRAGMAS, f"cache_size = -{_WRITER_CACHE_KIB}"))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the store throughout and never waits for writers."""
        with self._translated(), self._readers.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open the one writing transaction; committed at the end, undone by any error.

        Raises
        ------
        StoreBusy
            When other writers hold the store for longer than the busy timeout.
        """
        if not self._lock.acquire(timeout=self._wait_seconds):
            raise StoreBusy(self.name)
        try:
            with self._translated(), self._writer.begin() as connection:
                yield connection
        finally:
            self._lock.release()

    @contextmanager
    def bare(self) -> Iterator[sqlite3.Connection]:
        """Lend a driver connection outside any transaction, for pragmas that refuse one."""
        with self._translated():
            pooled = self._writer.raw_connection()
            try:
                yield pooled.driver_connection  # type: ignore[misc]
            except sqlite3.Error as error:
                raise self._refusal(error) or error from error
            finally:
                pooled.close()

    def close(self) -> None:
        """Close all connections; the last one folds the write-ahead log into the file."""
        self._readers.dispose()
        self._writer.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout as error:
            raise StoreBusy(self.name) from error
        except DBAPIError as error:
            raise self._refusal(error.orig) or error from error

    def _refusal(self, error: BaseException | None) -> StoreBusy | StoreUnusable | None:
        """Return our class for a driver error, None when it is a fault of the program."""
        code = getattr(error, "sqlite_errorname", "") or ""
        primary = "_".join(code.split("_")[:2])
        if primary in {"SQLITE_BUSY", "SQLITE_LOCKED"}:
            return StoreBusy(self.name)
        if primary in EXPLANATIONS:
            return StoreUnusable(self.name, EXPLANATIONS[primary])
        return None


def _set_up(engine: Engine, *, begin: str, pragmas: Sequence[str]) -> None:
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver shall begin nothing by itself
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        register_functions(connection)

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", start)
