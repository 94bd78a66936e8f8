"""The engines that satisfy :class:`geodata.ports.Store`."""

from __future__ import annotations

from pathlib import Path

from geodata.ports import Clock, Store
from geodata.store.clock import SystemClock
from geodata.store.creation import exists, make_folder, parse_url, prepare
from geodata.store.database import Database
from geodata.store.sqlstore import SqlStore

__all__ = ["SystemClock", "is_store_file", "open_store", "store_exists"]


def open_store(url: str, clock: Clock, *, initial_state: str = "DRAFT") -> Store:
    """Open the store at an address, creating the file, its folder and its tables when missing.

    Parameters
    ----------
    url
        ``sqlite:///relative/path.gpkg`` or ``sqlite:////absolute/path.gpkg``; ``?timeout=5`` says how many
        seconds a writer waits for another one (15).
    clock
        Stamps ``recorded_at``.
    initial_state
        State of the cases that imports open: where the workflow begins.

    Raises
    ------
    StoreUnusable, StoreTooNew, StoreBusy
    """
    address = parse_url(url)
    make_folder(address)
    database = Database(address)
    try:
        identity = prepare(database)
    except BaseException:
        database.close()
        raise
    return SqlStore(database, clock, identity, initial_state)


def store_exists(url: str) -> bool:
    """Return whether a store stands at an address already; raises StoreUnusable for what is no address."""
    return exists(parse_url(url))


def is_store_file(url: str, path: Path) -> bool:
    """Return whether a path is the store's own file, which nothing but the store may read or write over."""
    stored = Path(parse_url(url).database or "")
    try:
        return path.samefile(stored)
    except OSError:
        return path.resolve() == stored.resolve()
