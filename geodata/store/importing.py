"""A delivery of parcels becomes parcels, claimants, holdings and first cases, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy import Connection, Table, func, insert, select, update

from geodata.errors import DuplicateParcel
from geodata.ports import Clock
from geodata.records import ImportResult, ImportSource, NewParcel, NewProject, ParcelKey, Project, Writer
from geodata.store import geopackage, journal, projects, schema
from geodata.store.chain import Json, canonical, commitment
from geodata.store.claimants import kind_of, match_key, tidy
from geodata.store.outline import outline, union_of
from geodata.store.rows import fresh_salt

_CHUNK = 2_000


@dataclass(slots=True)
class _Delivery:
    """What is known while rows stream in."""

    project_id: int
    seq: int
    initial_state: str
    source: ImportSource
    keys: set[ParcelKey]
    claimants: dict[str, int]
    next_id: dict[str, int]
    salt: str
    rows: int = 0
    area_m2: float = 0.0
    claimants_added: int = 0
    parcels_digest: Any = field(default_factory=hashlib.sha256)
    holders_digest: Any = field(default_factory=hashlib.sha256)
    outlines: list[Polygon | MultiPolygon] = field(default_factory=list)

    def take_id(self, table: Table) -> int:
        """Return the next id of a table; the writing transaction is alone, so nobody takes the same."""
        self.next_id[table.name] += 1
        return self.next_id[table.name]


def import_parcels(
    connection: Connection,
    clock: Clock,
    writer: Writer,
    target: NewProject | Project,
    parcels: Iterable[NewParcel],
    source: ImportSource,
    *,
    initial_state: str,
) -> ImportResult:
    """Add parcels with their claimants and first cases, as one journal entry.

    Raises
    ------
    UnknownProject, ProjectExists, ProjectArchived, DuplicateParcel
    """
    stamp = journal.next_stamp(connection, clock)
    project_id = _project_id(connection, stamp, target)
    delivery = _begin(connection, stamp, project_id, source, initial_state)
    for chunk in _chunks(parcels):
        _write_chunk(connection, delivery, chunk)
    if delivery.rows:
        _write_outline(connection, delivery)
        geopackage.refresh_extent(connection, "parcel", "geometry", schema.instant_text(stamp.recorded_at))
        geopackage.refresh_extent(connection, "project", "boundary", schema.instant_text(stamp.recorded_at))
    _record(connection, delivery, stamp)
    content = _content(delivery, target)
    journal.append(connection, stamp, writer, "import_parcels", f"project:{target.code}", content)
    return ImportResult(
        project_code=target.code,
        rows_read=delivery.rows,
        parcels_added=delivery.rows,
        claimants_added=delivery.claimants_added,
        cases_opened=delivery.rows,
        area_m2=delivery.area_m2,
        seq=stamp.seq,
    )


def _project_id(connection: Connection, stamp: journal.Stamp, target: NewProject | Project) -> int:
    if isinstance(target, NewProject):
        return projects.insert_project(connection, stamp, target)
    found = projects.select_project(connection, target.code)
    projects.ensure_open(connection, found.id)
    return found.id


def _begin(
    connection: Connection, stamp: journal.Stamp, project_id: int, source: ImportSource, initial_state: str
) -> _Delivery:
    parcel, claimant = schema.parcel.c, schema.claimant.c
    present = (parcel.project_id == project_id) & parcel.valid_to.is_(None)
    keys = connection.execute(select(parcel.commune_code, parcel.sheet, parcel.number).where(present))
    holders = connection.execute(select(claimant.match_key, claimant.id).where(claimant.project_id == project_id))
    tables = (schema.parcel, schema.claimant, schema.clearance_case)
    return _Delivery(
        project_id=project_id,
        seq=stamp.seq,
        initial_state=initial_state,
        source=source,
        keys={ParcelKey(*row) for row in keys},
        claimants={row.match_key: row.id for row in holders},
        next_id={each.name: connection.execute(select(func.max(each.c.id))).scalar_one() or 0 for each in tables},
        salt=fresh_salt(),
    )


def _chunks(parcels: Iterable[NewParcel]) -> Iterator[list[NewParcel]]:
    stream = iter(parcels)
    while chunk := list(islice(stream, _CHUNK)):
        yield chunk


def _write_chunk(connection: Connection, delivery: _Delivery, chunk: Sequence[NewParcel]) -> None:
    rows: dict[Table, list[dict[str, Any]]] = {
        table: [] for table in (schema.parcel, schema.claimant, schema.holding, schema.clearance_case)
    }
    surfaces = [each.geometry for each in chunk]
    blobs = geopackage.encode(surfaces)
    labels = shapely.get_coordinates(shapely.point_on_surface(surfaces)).tolist()
    for new, blob, label in zip(chunk, blobs, labels, strict=True):
        parcel_id = delivery.take_id(schema.parcel)
        _note_parcel(delivery, new)
        rows[schema.parcel].append(_parcel_row(delivery, parcel_id, new, blob, label))
        claimant_id = _claimant_id(delivery, new, rows[schema.claimant])
        if claimant_id is not None:
            rows[schema.holding].append(_holding_row(delivery, parcel_id, claimant_id))
        rows[schema.clearance_case].append(_case_row(delivery, parcel_id, claimant_id))
    for table, values in rows.items():
        if values:
            connection.execute(insert(table), values)
    _digest(delivery, chunk, blobs)
    delivery.outlines.append(union_of(surfaces))


def _note_parcel(delivery: _Delivery, new: NewParcel) -> None:
    """Count a parcel, and refuse it when its key stands already."""
    delivery.rows += 1
    if new.key in delivery.keys:
        source = delivery.source
        raise DuplicateParcel(source.file_name, source.layer, 0, new.key.sheet, new.key.number)
    delivery.keys.add(new.key)
    delivery.area_m2 += new.measured_area_m2 if new.recovered_area_m2 is None else new.recovered_area_m2


def _digest(delivery: _Delivery, chunk: Sequence[NewParcel], blobs: Sequence[bytes]) -> None:
    """Let rows into the digests: what the land is into one, who holds it into another that is only committed to."""
    for new, blob in zip(chunk, blobs, strict=True):
        key, areas = new.key, (new.registered_area_m2, new.measured_area_m2, new.recovered_area_m2)
        delivery.parcels_digest.update(
            canonical([key.commune_code, key.sheet, key.number, new.land_types, *areas]).encode() + blob
        )
    holders: list[Json] = [[new.holder_name, new.holder_address] for new in chunk]
    delivery.holders_digest.update(canonical(holders).encode())


def _parcel_row(
    delivery: _Delivery, parcel_id: int, new: NewParcel, blob: bytes, label: Sequence[float]
) -> dict[str, Any]:
    return {
        "id": parcel_id,
        "geometry": blob,
        "project_id": delivery.project_id,
        "commune_code": new.key.commune_code,
        "sheet": new.key.sheet,
        "number": new.key.number,
        "land_types": new.land_types,
        "land_circular": "",
        "registered_area_m2": new.registered_area_m2,
        "measured_area_m2": new.measured_area_m2,
        "recovered_area_m2": new.recovered_area_m2,
        "label_longitude": label[0],
        "label_latitude": label[1],
        "seq": delivery.seq,
    }


def _claimant_id(delivery: _Delivery, new: NewParcel, rows: list[dict[str, Any]]) -> int | None:
    """Return the holder's id, of a new row where the project has not met the holder yet; None when unknown."""
    name = tidy(new.holder_name)
    if name is None:
        return None
    key = match_key(name, new.holder_address)
    if key not in delivery.claimants:
        delivery.claimants[key] = delivery.take_id(schema.claimant)
        delivery.claimants_added += 1
        rows.append(
            {
                "id": delivery.claimants[key],
                "project_id": delivery.project_id,
                "kind": kind_of(name),
                "name": name,
                "address": tidy(new.holder_address),
                "match_key": key,
                "seq": delivery.seq,
            }
        )
    return delivery.claimants[key]


def _holding_row(delivery: _Delivery, parcel_id: int, claimant_id: int) -> dict[str, Any]:
    shares = {"share_numerator": 1, "share_denominator": 1}
    return {"parcel_id": parcel_id, "claimant_id": claimant_id, **shares, "seq": delivery.seq}


def _case_row(delivery: _Delivery, parcel_id: int, claimant_id: int | None) -> dict[str, Any]:
    return {
        "id": delivery.take_id(schema.clearance_case),
        "project_id": delivery.project_id,
        "parcel_id": parcel_id,
        "claimant_id": claimant_id,
        "initial_state": delivery.initial_state,
        "state": delivery.initial_state,
        "open_obstacles": 0,
        "version": 1,
        "seq": delivery.seq,
    }


def _write_outline(connection: Connection, delivery: _Delivery) -> None:
    project = schema.project.c
    before = connection.execute(select(project.boundary).where(project.id == delivery.project_id)).scalar_one()
    known = [] if before is None else geopackage.decode([before])
    (boundary,) = geopackage.encode([outline([*known, *delivery.outlines])])
    connection.execute(
        update(schema.project)
        .where(project.id == delivery.project_id)
        .values(boundary=boundary, geometry_version=delivery.seq)
    )


def _record(connection: Connection, delivery: _Delivery, stamp: journal.Stamp) -> None:
    connection.execute(
        insert(schema.import_record),
        {
            **asdict(delivery.source),
            "project_id": delivery.project_id,
            "recorded_at": stamp.recorded_at,
            "rows_read": delivery.rows,
            "parcels_added": delivery.rows,
            "claimants_added": delivery.claimants_added,
            "cases_opened": delivery.rows,
            "area_m2": delivery.area_m2,
            "salt": delivery.salt,
            "seq": stamp.seq,
        },
    )


def _content(delivery: _Delivery, target: NewProject | Project) -> dict[str, Json]:
    """Return what the journal keeps: counts and digests, no name of a person and of no file."""
    source = delivery.source
    content: dict[str, Json] = {
        "source_sha256": source.sha256,
        "crs": source.crs,
        "encoding": source.encoding,
        "parcels": delivery.rows,
        "claimants": delivery.claimants_added,
        "cases": delivery.rows,
        "area_m2": delivery.area_m2,
        "initial_state": delivery.initial_state,
        "parcels_sha256": delivery.parcels_digest.hexdigest(),
        "words": commitment(delivery.salt, [source.file_name, source.layer, delivery.holders_digest.hexdigest()]),
    }
    if isinstance(target, NewProject):
        content["project"] = projects.project_content(target)
    return content
