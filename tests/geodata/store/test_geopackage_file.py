"""The file is a valid GeoPackage at all times, and GDAL reads it from its own process while we write."""

from __future__ import annotations

import json
import sqlite3
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from geodata.ports import Store
from geodata.records import Moment
from geodata.store import geopackage, schema
from tests.geodata.store.making import SIDE, SOURCE, SOUTH, WEST, WRITER, event, filled, grid

READER = Path(__file__).with_name("foreign_reader.py")


@pytest.fixture
def contents(store: Store, project_id: int, file: Path) -> Iterator[sqlite3.Connection]:
    """Look at the file with plain sqlite3, as any GeoPackage program does."""
    connection = sqlite3.connect(file)
    yield connection
    connection.close()


def names(contents: sqlite3.Connection, kind: str) -> set[str]:
    return {row[0] for row in contents.execute("SELECT name FROM sqlite_master WHERE type = ?", (kind,))}


def test_the_header_says_geopackage(contents: sqlite3.Connection) -> None:
    assert contents.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
    assert contents.execute("PRAGMA user_version").fetchone() == (10400,)
    assert contents.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert contents.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_file_is_kept_safely(contents: sqlite3.Connection, store: Store) -> None:
    assert contents.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with store._database.writing() as connection:  # type: ignore[attr-defined]
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2, "FULL"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_the_required_tables_and_coordinate_systems_stand(contents: sqlite3.Connection) -> None:
    assert {"gpkg_spatial_ref_sys", "gpkg_contents", "gpkg_geometry_columns", "gpkg_extensions"} <= names(
        contents, "table"
    )
    assert {row[0] for row in contents.execute("SELECT srs_id FROM gpkg_spatial_ref_sys")} >= {-1, 0, 4326}


def test_every_table_is_listed_as_what_it_is(contents: sqlite3.Connection) -> None:
    listed = dict(contents.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall())
    assert listed == dict.fromkeys(schema.FEATURES, "features") | dict.fromkeys(schema.ATTRIBUTES, "attributes")
    for name in listed:
        columns = contents.execute(f"PRAGMA table_info({name})").fetchall()
        assert {column[2] for column in columns} <= set(geopackage.TYPE_NAMES), name
        assert [column[1:3] for column in columns if column[5]] in ([("id", "INTEGER")], [("seq", "INTEGER")]), name


def test_geometry_columns_are_described(contents: sqlite3.Connection) -> None:
    rows = contents.execute("SELECT * FROM gpkg_geometry_columns ORDER BY table_name").fetchall()
    assert rows == [
        ("parcel", "geometry", "MULTIPOLYGON", 4326, 0, 0),
        ("project", "boundary", "MULTIPOLYGON", 4326, 0, 0),
    ]


def test_the_extent_is_that_of_the_parcels(contents: sqlite3.Connection) -> None:
    row = contents.execute(
        "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'parcel'"
    ).fetchone()
    assert row == pytest.approx((WEST, SOUTH, WEST + 10 * SIDE, SOUTH + 2 * SIDE), abs=1e-4)


def test_the_rtree_extension_is_whole(contents: sqlite3.Connection) -> None:
    extensions = contents.execute("SELECT table_name, column_name, extension_name, scope FROM gpkg_extensions")
    assert set(extensions) == {
        ("parcel", "geometry", "gpkg_rtree_index", "write-only"),
        ("project", "boundary", "gpkg_rtree_index", "write-only"),
    }
    for tree in ("rtree_parcel_geometry", "rtree_project_boundary"):
        assert tree in names(contents, "table")
        ends = ("insert", "update2", "update4", "update5", "update6", "update7", "delete")
        assert {f"{tree}_{end}" for end in ends} <= names(contents, "trigger")
    assert contents.execute("SELECT count(*) FROM rtree_parcel_geometry").fetchone() == (20,)
    assert contents.execute("SELECT rtreecheck('rtree_parcel_geometry')").fetchone() == ("ok",)


def test_blobs_are_geopackage_binary_with_an_envelope(contents: sqlite3.Connection) -> None:
    (blob,) = contents.execute("SELECT geometry FROM parcel WHERE number = '1'").fetchone()
    magic, version, flags, srs, west, east, south, north = struct.unpack_from("<2sBBi4d", blob)
    assert (magic, version, flags, srs) == (b"GP", 0, 0b00000011, 4326)
    surface = shapely.from_wkb(blob[40:])
    assert isinstance(surface, MultiPolygon)
    assert (west, south, east, north) == surface.bounds


def test_the_triggers_follow_every_change_of_a_geometry(contents: sqlite3.Connection) -> None:
    geopackage.register_functions(contents)

    def tree() -> tuple[float, float] | None:
        row = contents.execute("SELECT minx, maxx FROM rtree_parcel_geometry WHERE id = 1").fetchone()
        return row and (round(row[0], 2), round(row[1], 2))

    (moved, empty) = geopackage.encode([box(10, 20, 30, 40), Polygon()])
    contents.execute("UPDATE parcel SET geometry = ? WHERE id = 1", (moved,))
    assert tree() == (10, 30)
    contents.execute("UPDATE parcel SET geometry = ? WHERE id = 1", (empty,))
    assert tree() is None
    contents.execute("UPDATE parcel SET geometry = ? WHERE id = 1", (moved,))
    assert tree() == (10, 30)
    contents.execute("PRAGMA foreign_keys = OFF")
    contents.execute("UPDATE parcel SET id = 7001 WHERE id = 1")
    assert tree() is None
    assert contents.execute("SELECT minx FROM rtree_parcel_geometry WHERE id = 7001").fetchone() == (10,)
    contents.execute("DELETE FROM parcel WHERE id = 7001")
    assert contents.execute("SELECT count(*) FROM rtree_parcel_geometry").fetchone() == (19,)
    contents.rollback()


def test_envelopes_of_foreign_blobs_are_read_whatever_their_form() -> None:
    body = shapely.to_wkb(MultiPolygon([box(1, 2, 3, 4)]))
    without = b"GP\x00\x01" + struct.pack("<i", 4326) + body
    big_endian = b"GP\x00\x02" + struct.pack(">i4d", 4326, 1, 3, 2, 4) + body
    with_z = b"GP\x00\x05" + struct.pack("<i6d", 4326, 1, 3, 2, 4, 0, 0) + body
    for blob in (without, big_endian, with_z):
        assert geopackage.envelope(blob) == (1, 3, 2, 4)
        assert geopackage.decode([blob])[0].equals(box(1, 2, 3, 4))
    empty = b"GP\x00\x01" + struct.pack("<i", 4326) + shapely.to_wkb(MultiPolygon())
    assert geopackage.envelope(empty) is None


@contextmanager
def foreign_reader(library: str, file: Path) -> Iterator[subprocess.Popen[str]]:
    reader = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(READER), library, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert reader.stdout is not None
        assert json.loads(reader.stdout.readline()) == "ready"
        yield reader
    finally:
        reader.communicate(timeout=30)


def ask(reader: subprocess.Popen[str], bounds: tuple[float, float, float, float]) -> dict[str, list[int]]:
    assert reader.stdin is not None
    assert reader.stdout is not None
    reader.stdin.write(json.dumps(bounds) + "\n")
    reader.stdin.flush()
    answer: dict[str, list[int]] = json.loads(reader.stdout.readline())
    return answer


@pytest.mark.parametrize("library", ["fiona", "pyogrio"])
def test_gdal_reads_the_live_file_by_its_rtree_while_we_write(store: Store, file: Path, library: str) -> None:
    project_id = filled(store, 400)
    rows = store.case_rows(project_id, Moment())
    stop, written = threading.Event(), []

    def write() -> None:
        for row in rows:
            if stop.is_set():
                return
            written.append(store.record_event(WRITER, event(row.case_id), expected_version=1, state="NOTICE_ISSUED"))

    inner = (WEST + SIDE * 0.5, SOUTH + SIDE * 0.5, WEST + SIDE * 2.5, SOUTH + SIDE * 1.5)
    expected = [new.id for new in store.parcels(project_id) if new.geometry.intersects(box(*inner))]
    writer = threading.Thread(target=write)
    with foreign_reader(library, file) as reader:
        writer.start()
        answers = [ask(reader, inner) for _ in range(8)]
        stop.set()
        writer.join()
    assert len(expected) == 6
    assert all(answer == {"found": expected, "tree": expected} for answer in answers)
    assert written, "the store was written to meanwhile"
    assert store.last_seq() == 1 + len(written)


def test_gdal_sees_what_was_committed_a_moment_ago(store: Store, file: Path) -> None:
    filled(store, 10)
    everything = (WEST - 1, SOUTH - 1, WEST + 1, SOUTH + 1)
    with foreign_reader("pyogrio", file) as reader:
        assert len(ask(reader, everything)["found"]) == 10
        store.import_parcels(WRITER, store.project("HTB-01"), grid(10, sheet="13", east=10), SOURCE)
        assert len(ask(reader, everything)["found"]) == 20
