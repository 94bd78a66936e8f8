"""What is GeoPackage about the embedded engine: geometry blobs, required tables, R-tree.

Follows OGC 12-128r19 (GeoPackage 1.4). This is the one module that a second engine replaces:
:func:`encode` and :func:`decode` for its geometry, :func:`install` for what the engine needs beside the tables.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Sequence
from math import isnan
from typing import Any

import numpy
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon
from sqlalchemy import Connection, column, table
from sqlalchemy.types import UserDefinedType

APPLICATION_ID = 0x47504B47
"""``GPKG`` in ASCII (requirement 2)."""
USER_VERSION = 10400
"""GeoPackage 1.4.0."""
SRS_ID = 4326

_MAGIC = b"GP"
_LITTLE_ENDIAN, _ENVELOPE_XY, _EMPTY = 0x01, 0x02, 0x10
_HEADER = struct.Struct("<2sBBi")
_HEADER_WITH_ENVELOPE = struct.Struct("<2sBBi4d")
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)

TYPE_NAMES = ("INTEGER", "TEXT", "DOUBLE", "DATE", "DATETIME", "BOOLEAN", "MULTIPOLYGON")
"""Column types of table 1 that the schema uses."""


class GeometryColumn(UserDefinedType[bytes]):
    """A MULTIPOLYGON column; its values are what :func:`encode` gives."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type name that the specification wants."""
        return "MULTIPOLYGON"


# ---- geometry blobs ------------------------------------------------------------------------------


def encode(geometries: Sequence[Polygon | MultiPolygon]) -> list[bytes]:
    """Return GeoPackage blobs (multipolygons with an XY envelope) of WGS 84 surfaces."""
    if not len(geometries):
        return []
    surfaces = _as_multipolygons(shapely.force_2d(numpy.asarray(geometries, dtype=object)))
    bodies = shapely.to_wkb(surfaces, byte_order=1)
    return [
        _header(bounds) + body for bounds, body in zip(shapely.bounds(surfaces).tolist(), bodies.tolist(), strict=True)
    ]


def _as_multipolygons(surfaces: Any) -> Any:
    parts, indices = shapely.get_parts(surfaces, return_index=True)
    whole = numpy.full(len(surfaces), MultiPolygon(), dtype=object)
    if len(parts):
        kept = numpy.unique(indices)
        whole[kept] = shapely.multipolygons(parts, indices=numpy.searchsorted(kept, indices))
    return whole


def _header(bounds: list[float]) -> bytes:
    west, south, east, north = bounds
    if isnan(west):  # the bounds of an empty geometry
        return _HEADER.pack(_MAGIC, 0, _LITTLE_ENDIAN | _EMPTY, SRS_ID)
    return _HEADER_WITH_ENVELOPE.pack(_MAGIC, 0, _LITTLE_ENDIAN | _ENVELOPE_XY, SRS_ID, west, east, south, north)


def decode(blobs: Iterable[bytes]) -> list[Polygon | MultiPolygon]:
    """Return the surfaces of blobs; a multipolygon of one part comes back as its polygon."""
    bodies = [_body(blob) for blob in blobs]
    if not bodies:
        return []
    surfaces = shapely.from_wkb(numpy.asarray(bodies, dtype=object))
    single = (shapely.get_num_geometries(surfaces) == 1) & (shapely.get_type_id(surfaces) == 6)
    surfaces[single] = shapely.get_geometry(surfaces[single], 0)
    found: list[Polygon | MultiPolygon] = surfaces.tolist()
    return found


def decode_boundary(blob: bytes | None) -> MultiPolygon | None:
    """Return the multipolygon of a blob as it is stored."""
    return None if blob is None else shapely.from_wkb(_body(blob))


def _body(blob: bytes) -> bytes:
    return blob[_HEADER.size + _ENVELOPE_BYTES[(blob[3] >> 1) & 7] :]


def envelope(blob: bytes) -> tuple[float, float, float, float] | None:
    """Return (west, east, south, north) of a blob, None when empty.

    Foreign programs may leave the envelope out; then the geometry itself is read.
    """
    flags = blob[3]
    if flags & _EMPTY:
        return None
    if (flags >> 1) & 7:
        order = "<" if flags & _LITTLE_ENDIAN else ">"
        west, east, south, north = struct.unpack_from(f"{order}4d", blob, _HEADER.size)
        return None if isnan(west) else (west, east, south, north)
    geometry = shapely.from_wkb(_body(blob))
    if geometry.is_empty:
        return None
    west, south, east, north = geometry.bounds
    return west, east, south, north


# ---- the connection ------------------------------------------------------------------------------


def register_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the SQL functions that the R-tree triggers call."""
    connection.create_function("ST_IsEmpty", 1, _is_empty, deterministic=True)
    for position, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
        connection.create_function(name, 1, _Side(position), deterministic=True)


def _is_empty(blob: bytes | None) -> int | None:
    return None if blob is None else int(envelope(blob) is None)


class _Side:
    """One number of an envelope, as an SQL function."""

    def __init__(self, position: int) -> None:
        self._position = position

    def __call__(self, blob: bytes | None) -> float | None:
        found = None if blob is None else envelope(blob)
        return None if found is None else found[self._position]


# ---- tables --------------------------------------------------------------------------------------

_WGS84_WKT = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],'
    'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],'
    'AUTHORITY["EPSG","4326"]]'
)

_REQUIRED_TABLES = (
    """CREATE TABLE gpkg_spatial_ref_sys (
        srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
        organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)""",
    """CREATE TABLE gpkg_contents (
        table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
        description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
        min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
        CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_geometry_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
        srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
        CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
        CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
        CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_extensions (
        table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
        CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
)

_SPATIAL_REF_SYS = (
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian coordinate reference system"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system"),
    ("WGS 84 geodetic", SRS_ID, "EPSG", SRS_ID, _WGS84_WKT, "longitude/latitude in decimal degrees on WGS 84"),
)

_FILLED = '(NEW."{g}" NOTNULL AND NOT ST_IsEmpty(NEW."{g}"))'
_WAS_FILLED = '(OLD."{g}" NOTNULL AND NOT ST_IsEmpty(OLD."{g}"))'
_BLANK = '(NEW."{g}" ISNULL OR ST_IsEmpty(NEW."{g}"))'
_WAS_BLANK = '(OLD."{g}" ISNULL OR ST_IsEmpty(OLD."{g}"))'
_SIDES = 'ST_MinX(NEW."{g}"), ST_MaxX(NEW."{g}"), ST_MinY(NEW."{g}"), ST_MaxY(NEW."{g}")'
_SAME, _OTHER = 'OLD."id" = NEW."id"', 'OLD."id" != NEW."id"'
_DROP_OLD = 'DELETE FROM "rtree_{t}_{g}" WHERE id = OLD."id";'
_PUT_NEW = f'INSERT OR REPLACE INTO "rtree_{{t}}_{{g}}" VALUES (NEW."id", {_SIDES});'
_ADD_NEW = f'INSERT INTO "rtree_{{t}}_{{g}}" VALUES (NEW."id", {_SIDES});'
_MOVE = (
    'UPDATE "rtree_{t}_{g}" SET minx = ST_MinX(NEW."{g}"), maxx = ST_MaxX(NEW."{g}"), '
    'miny = ST_MinY(NEW."{g}"), maxy = ST_MaxY(NEW."{g}") WHERE id = NEW."id";'
)

_RTREE = (
    'CREATE VIRTUAL TABLE "rtree_{t}_{g}" USING rtree(id, minx, maxx, miny, maxy)',
    f'CREATE TRIGGER "rtree_{{t}}_{{g}}_insert" AFTER INSERT ON "{{t}}" WHEN {_FILLED} BEGIN {_PUT_NEW} END',
    f'CREATE TRIGGER "rtree_{{t}}_{{g}}_update2" AFTER UPDATE OF "{{g}}" ON "{{t}}" '
    f"WHEN {_SAME} AND {_BLANK} BEGIN {_DROP_OLD} END",
    f'CREATE TRIGGER "rtree_{{t}}_{{g}}_update4" AFTER UPDATE ON "{{t}}" '
    f'WHEN {_OTHER} AND {_BLANK} BEGIN DELETE FROM "rtree_{{t}}_{{g}}" WHERE id IN (OLD."id", NEW."id"); END',
    f'CREATE TRIGGER "rtree_{{t}}_{{g}}_update5" AFTER UPDATE ON "{{t}}" '
    f"WHEN {_OTHER} AND {_FILLED} BEGIN {_DROP_OLD} {_PUT_NEW} END",
    f'CREATE TRIGGER "rtree_{{t}}_{{g}}_update6" AFTER UPDATE OF "{{g}}" ON "{{t}}" '
    f"WHEN {_SAME} AND {_FILLED} AND {_WAS_FILLED} BEGIN {_MOVE} END",
    f'CREATE TRIGGER "rtree_{{t}}_{{g}}_update7" AFTER UPDATE OF "{{g}}" ON "{{t}}" '
    f"WHEN {_SAME} AND {_FILLED} AND {_WAS_BLANK} BEGIN {_ADD_NEW} END",
    f'CREATE TRIGGER "rtree_{{t}}_{{g}}_delete" AFTER DELETE ON "{{t}}" '
    f'WHEN OLD."{{g}}" NOT NULL BEGIN {_DROP_OLD} END',
)

_APPEND_ONLY = (
    'CREATE TRIGGER "append_only_{t}_update" BEFORE UPDATE ON "{t}" '
    "BEGIN SELECT RAISE(ABORT, '{t} is append-only'); END",
    'CREATE TRIGGER "append_only_{t}_delete" BEFORE DELETE ON "{t}" '
    "BEGIN SELECT RAISE(ABORT, '{t} is append-only'); END",
)


def install_required_tables(connection: Connection) -> None:
    """Mark the file as a GeoPackage and create the tables that the specification requires."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {USER_VERSION}")
    for statement in _REQUIRED_TABLES:
        connection.exec_driver_sql(statement)
    for row in _SPATIAL_REF_SYS:
        connection.exec_driver_sql("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", row)


def register_attributes(connection: Connection, name: str, description: str) -> None:
    """List a table without geometry among the contents."""
    connection.exec_driver_sql(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description) VALUES (?, 'attributes', ?, ?)",
        (name, name, description),
    )


def register_features(connection: Connection, name: str, geometry: str, description: str) -> None:
    """List a table with geometry among the contents and give it its R-tree and triggers."""
    connection.exec_driver_sql(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) "
        "VALUES (?, 'features', ?, ?, ?)",
        (name, name, description, SRS_ID),
    )
    connection.exec_driver_sql(
        "INSERT INTO gpkg_geometry_columns VALUES (?, ?, 'MULTIPOLYGON', ?, 0, 0)", (name, geometry, SRS_ID)
    )
    connection.exec_driver_sql(
        "INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', "
        "'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
        (name, geometry),
    )
    for statement in _RTREE:
        connection.exec_driver_sql(statement.format(t=name, g=geometry))


def forbid_changes(connection: Connection, name: str) -> None:
    """Make a table append-only, for every program that opens the file."""
    for statement in _APPEND_ONLY:
        connection.exec_driver_sql(statement.format(t=name))


def refresh_extent(connection: Connection, name: str, geometry: str, moment: str) -> None:
    """Write a feature table's extent and time of change (``moment``, ISO 8601 UTC) into the contents."""
    connection.exec_driver_sql(
        f"UPDATE gpkg_contents SET last_change = ?, (min_x, min_y, max_x, max_y) = "
        f'(SELECT min(minx), min(miny), max(maxx), max(maxy) FROM "rtree_{name}_{geometry}") WHERE table_name = ?',
        (moment, name),
    )


# ---- questions to the R-tree ---------------------------------------------------------------------

parcel_tree = table(
    "rtree_parcel_geometry", column("id"), column("minx"), column("maxx"), column("miny"), column("maxy")
)
"""The R-tree of the parcels, for joins; its numbers are rounded outwards to 32 bits."""


def tree_covers(point: Point) -> Any:
    """Return the condition that a parcel's envelope covers a WGS 84 point."""
    box = parcel_tree.c
    return (box.minx <= point.x) & (box.maxx >= point.x) & (box.miny <= point.y) & (box.maxy >= point.y)
