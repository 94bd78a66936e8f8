"""Parcels, read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import shapely
from shapely.geometry import Point
from sqlalchemy import ColumnElement, Connection, Row, func, select

from geodata.errors import AmbiguousParcel, UnknownParcel
from geodata.records import Parcel, ParcelKey, ParcelRow
from geodata.store import geopackage, schema
from geodata.store.projects import code_of

_parcel = schema.parcel.c
_ID_BATCH = 5_000
"""How many ids one statement names; SQLite takes 32,766 values."""


def batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut a list of ids into what one statement takes."""
    return (ids[start : start + _ID_BATCH] for start in range(0, len(ids), _ID_BATCH))


def select_parcels(connection: Connection, project_id: int, ids: Sequence[int] | None) -> Sequence[Parcel]:
    """Return parcels with geometry ordered by id."""
    if ids is None:
        return _parcels_where(connection, _parcel.project_id == project_id)
    wanted = sorted(set(ids))
    here = _parcel.project_id == project_id
    return [found for some in batches(wanted) for found in _parcels_where(connection, here & _parcel.id.in_(some))]


def _parcels_where(connection: Connection, condition: ColumnElement[bool]) -> list[Parcel]:
    return as_parcels(connection.execute(select(schema.parcel).where(condition).order_by(_parcel.id)).all())


def as_parcels(rows: Sequence[Row[Any]]) -> list[Parcel]:
    """Turn whole rows into records; geometry is decoded all at once, which is far faster."""
    geometries = geopackage.decode(row.geometry for row in rows)
    points = shapely.points([(row.label_longitude, row.label_latitude) for row in rows]) if rows else []
    return [
        Parcel(
            id=row.id,
            project_id=row.project_id,
            key=ParcelKey(row.commune_code, row.sheet, row.number),
            land_types=row.land_types,
            land_circular=row.land_circular,
            registered_area_m2=row.registered_area_m2,
            measured_area_m2=row.measured_area_m2,
            recovered_area_m2=row.recovered_area_m2,
            geometry=geometry,
            label_point=point,
            parent_id=row.parent_id,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row, geometry, point in zip(rows, geometries, points, strict=True)
    ]


def select_rows(connection: Connection, project_id: int) -> Sequence[ParcelRow]:
    """Return parcels without geometry ordered by id."""
    rows = connection.execute(
        select(
            _parcel.id,
            _parcel.commune_code,
            _parcel.sheet,
            _parcel.number,
            _parcel.land_types,
            func.coalesce(_parcel.recovered_area_m2, _parcel.measured_area_m2),
            _parcel.recovered_area_m2.is_(None),
        )
        .where(_parcel.project_id == project_id)
        .order_by(_parcel.id)
    )
    return [
        ParcelRow(id_, ParcelKey(commune, sheet, number), land_types, area, bool(measured))
        for id_, commune, sheet, number, land_types, area, measured in rows
    ]


def find(connection: Connection, project_id: int, key: ParcelKey) -> Parcel:
    """Return the present parcel of a key; raises UnknownParcel, AmbiguousParcel."""
    named = (_parcel.project_id == project_id) & (_parcel.sheet == key.sheet) & (_parcel.number == key.number)
    if key.commune_code:
        named &= _parcel.commune_code == key.commune_code
    found = _parcels_where(connection, named & _parcel.valid_to.is_(None))
    if len(found) == 1:
        return found[0]
    spoken = "/".join(part for part in (key.commune_code, key.sheet, key.number) if part)
    if not found:
        raise UnknownParcel(code_of(connection, project_id), spoken)
    choices = tuple(f"{each.key.commune_code}/{each.key.sheet}/{each.key.number}" for each in found)
    raise AmbiguousParcel(code_of(connection, project_id), spoken, choices)


def at(connection: Connection, project_id: int, point: Point) -> Parcel | None:
    """Return the present parcel that covers a WGS 84 point; on a common edge the one with the lower id."""
    tree = geopackage.parcel_tree
    near = connection.execute(
        select(schema.parcel)
        .join_from(tree, schema.parcel, _parcel.id == tree.c.id)
        .where(geopackage.tree_covers(point), _parcel.project_id == project_id, _parcel.valid_to.is_(None))
        .order_by(_parcel.id)
    ).all()
    return next((found for found in as_parcels(near) if found.geometry.covers(point)), None)
