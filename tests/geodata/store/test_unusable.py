"""A store that cannot be used says so in one sentence, and is left as it was."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from geodata.errors import StoreBusy, StoreTooNew, StoreUnusable
from geodata.ports import Store
from geodata.store import open_store
from tests.fakes import MovableClock
from tests.geodata.store.making import SOURCE, WRITER, grid, new_project, url_of


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://user:secret@host/db", "sqlite://", "sqlite:///:memory:", "no address", ""]
)
def test_an_address_of_no_known_engine_is_refused(url: str) -> None:
    with pytest.raises(StoreUnusable) as refused:
        open_store(url, MovableClock())
    assert "secret" not in str(refused.value.store)


def test_the_folder_of_a_new_store_is_made(tmp_path: Path) -> None:
    open_store(url_of(tmp_path / "a" / "b" / "c.gpkg"), MovableClock()).close()
    assert (tmp_path / "a" / "b" / "c.gpkg").exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file, not a folder")
    with pytest.raises(StoreUnusable, match="folder"):
        open_store(url_of(tmp_path / "a" / "c.gpkg"), MovableClock())


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable):
        open_store(url_of(tmp_path), MovableClock())


def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "a.gpkg"
    text.write_text("not a database, but long enough to be looked at " * 100)
    before = text.read_bytes()
    with pytest.raises(StoreUnusable, match="not a database"):
        open_store(url_of(text), MovableClock())
    assert text.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "a.gpkg"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE theirs (id)")
    connection.commit()
    connection.close()
    before = other.read_bytes()
    with pytest.raises(StoreUnusable, match="another program"):
        open_store(url_of(other), MovableClock())
    assert other.read_bytes() == before


def test_a_store_of_a_newer_release_is_refused(store: Store, file: Path) -> None:
    store.close()
    connection = sqlite3.connect(file)
    connection.execute("UPDATE meta SET value = '7' WHERE key = 'schema_version'")
    connection.commit()
    connection.close()
    with pytest.raises(StoreTooNew) as refused:
        open_store(url_of(file), MovableClock())
    assert (refused.value.found, refused.value.supported) == (7, 1)


def test_a_damaged_file_is_refused(store: Store, file: Path) -> None:
    store.import_parcels(WRITER, new_project(), grid(500), SOURCE)
    store.close()
    content = bytearray(file.read_bytes())
    content[4096:-4096] = b"\xff" * (len(content) - 8192)
    file.write_bytes(content)
    with pytest.raises(StoreUnusable):
        open_store(url_of(file), MovableClock())


def test_a_read_only_store_can_be_read_and_not_written(store: Store, file: Path) -> None:
    store.add_project(WRITER, new_project())
    store.close()
    readable = open_store(f"sqlite:///file:{file}?mode=ro&uri=true", MovableClock())
    assert [each.code for each in readable.projects()] == ["HTB-01"]
    with pytest.raises(StoreUnusable, match="read-only"):
        readable.add_project(WRITER, new_project("HTB-02"))
    readable.close()


FULL = """
import resource, sys
from tests.geodata.store.making import *
from tests.fakes import MovableClock
from geodata.errors import StoreUnusable
from geodata.store import open_store
path = sys.argv[1]
store = open_store(f"sqlite:///{path}", MovableClock())
store.add_project(WRITER, new_project())
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
try:
    store.import_parcels(WRITER, store.project("HTB-01"), grid(60_000), SOURCE)
except StoreUnusable as refusal:
    print(refusal.explanation)
print(len(store.parcel_rows(1)), store.last_seq())
store.add_project(WRITER, new_project("HTB-02"))
print(store.last_seq())
"""


def test_a_disk_that_takes_no_more_keeps_what_was_there(file: Path) -> None:
    file.parent.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(file)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    explanation, kept, after = done.stdout.splitlines()
    assert explanation.startswith("The disk")
    assert (kept, after) == ("0 1", "2")


def test_a_store_locked_by_another_program_for_too_long_is_busy(store: Store, file: Path) -> None:
    impatient = open_store(url_of(file, timeout=0.2), MovableClock())
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy):
        impatient.add_project(WRITER, new_project())
    assert impatient.projects() == [], "readers do not wait for writers"
    other.execute("ROLLBACK")
    other.close()
    assert impatient.add_project(WRITER, new_project()).code == "HTB-01"
    impatient.close()


def test_a_long_import_makes_an_impatient_writer_busy_and_no_reader(store: Store, file: Path) -> None:
    impatient = open_store(url_of(file, timeout=0.2), MovableClock())
    begun, finish = threading.Event(), threading.Event()

    def slowly():
        yield from grid(1)
        begun.set()
        finish.wait(30)

    importer = threading.Thread(target=lambda: impatient.import_parcels(WRITER, new_project(), slowly(), SOURCE))
    importer.start()
    assert begun.wait(30)
    assert impatient.projects() == []
    with pytest.raises(StoreBusy):
        impatient.add_project(WRITER, new_project("HTB-02"))
    finish.set()
    importer.join(30)
    assert [each.code for each in impatient.projects()] == ["HTB-01"]
    impatient.close()
