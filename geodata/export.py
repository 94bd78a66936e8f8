"""Parcels out again, with where they stand: GeoPackage, zipped Shapefile or GeoJSON, by the file's ending.

GeoPackage and Shapefile are in the survey's coordinate system, GeoJSON in WGS 84 as its standard asks. The
Shapefile has the field names that survey programs know, texts in UTF-8 and a .cpg that says so. The names of
all three are recognised by :mod:`geodata.survey`, so that what was exported can be imported.
"""

from __future__ import annotations

import logging
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import fiona
import numpy as np
import shapely
from fiona.errors import FionaError
from shapely.geometry import MultiPolygon, mapping

from geodata.crs import WGS84, from_wgs84
from geodata.errors import FormatUnknown, OutputUnwritable
from geodata.records import Parcel

logging.getLogger("fiona").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class ExportedParcel:
    """A parcel and where it stands."""

    parcel: Parcel
    stage: str
    """Of its least advanced case, for example ``approved``."""
    stuck: bool
    holders: str = ""
    """Names of all holders, for files that stay in the office."""


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    short_name: str
    """At most ten ASCII letters, for Shapefiles."""
    kind: str
    value: Callable[[ExportedParcel], object]


_COLUMNS: Final = (
    _Column("commune", "MAXA", "str:10", lambda row: row.parcel.key.commune_code),
    _Column("sheet", "SHBANDO", "str:20", lambda row: row.parcel.key.sheet),
    _Column("number", "SHTHUA", "str:20", lambda row: row.parcel.key.number),
    _Column("land_types", "KHLOAIDAT", "str:40", lambda row: row.parcel.land_types),
    _Column("registered_area_m2", "DTPHAPLY", "float:16.2", lambda row: row.parcel.registered_area_m2),
    _Column("measured_area_m2", "DTDODAC", "float:16.2", lambda row: round(row.parcel.measured_area_m2, 2)),
    _Column("recovered_area_m2", "DTTHUHOI", "float:16.2", lambda row: row.parcel.recovered_area_m2),
    _Column("holder", "TENCHU", "str:240", lambda row: row.holders or None),
    _Column("stage", "GIAIDOAN", "str:30", lambda row: row.stage),
    _Column("stuck", "VUONGMAC", "int:1", lambda row: int(row.stuck)),
)


def export_parcels(rows: Sequence[ExportedParcel], path: Path, *, survey_epsg: int, layer: str = "thua_dat") -> Path:
    """Write parcels to a file, which takes the place of one that was there.

    It is made beside its place and then renamed: there is never half a file.

    Parameters
    ----------
    rows
        In the order in which they are written.
    path
        Ends in ``.gpkg``, ``.zip``, ``.geojson`` or ``.json``.
    survey_epsg
        Projected system of GeoPackage and Shapefile.
    layer
        Name of the layer; of the Shapefile's parts in the zip.

    Raises
    ------
    FormatUnknown
        Another ending.
    OutputUnwritable
        No such folder, no right, no room.
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise FormatUnknown(path.name)
    try:
        with tempfile.TemporaryDirectory(prefix=".matbang-", dir=path.parent) as folder:
            return write(rows, Path(folder), survey_epsg, layer).replace(path)
    except (OSError, FionaError) as fault:
        explanation = fault.strerror if isinstance(fault, OSError) and fault.strerror else type(fault).__name__
        raise OutputUnwritable(path.name, explanation) from fault


def _geopackage(rows: Sequence[ExportedParcel], folder: Path, epsg: int, layer: str) -> Path:
    target = folder / "out.gpkg"
    schema = {"geometry": "MultiPolygon", "properties": {column.name: column.kind for column in _COLUMNS}}
    with fiona.open(target, "w", driver="GPKG", layer=layer, schema=schema, crs=f"EPSG:{epsg}") as collection:
        collection.writerecords(_records(rows, epsg, short=False))
    return target


def _geojson(rows: Sequence[ExportedParcel], folder: Path, epsg: int, layer: str) -> Path:
    del epsg  # RFC 7946 knows WGS 84 alone
    target = folder / "out.geojson"
    schema = {"geometry": "MultiPolygon", "properties": {c.name: c.kind.partition(":")[0] for c in _COLUMNS}}
    with fiona.open(
        target, "w", driver="GeoJSON", layer=layer, schema=schema, crs=f"EPSG:{WGS84}", COORDINATE_PRECISION=9
    ) as collection:
        collection.writerecords(_records(rows, WGS84, short=False))
    return target


def _zipped_shapefile(rows: Sequence[ExportedParcel], folder: Path, epsg: int, layer: str) -> Path:
    shapefile = folder / f"{layer}.shp"
    schema = {"geometry": "Polygon", "properties": {column.short_name: column.kind for column in _COLUMNS}}
    with fiona.open(
        shapefile, "w", driver="ESRI Shapefile", schema=schema, crs=f"EPSG:{epsg}", encoding="UTF-8"
    ) as collection:
        collection.writerecords(_records(rows, epsg, short=True))
    target = folder / "out.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for ending in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
            packed.write(shapefile.with_suffix(ending), f"{layer}{ending}")
    return target


_WRITERS: Final[Mapping[str, Callable[[Sequence[ExportedParcel], Path, int, str], Path]]] = MappingProxyType(
    {".gpkg": _geopackage, ".geojson": _geojson, ".json": _geojson, ".zip": _zipped_shapefile}
)
SUFFIXES: Final = tuple(_WRITERS)
"""Endings of the files that can be written."""


def _records(rows: Sequence[ExportedParcel], epsg: int, *, short: bool) -> Iterator[Mapping[str, object]]:
    shapes = np.array([row.parcel.geometry for row in rows], object)
    for row, shape in zip(rows, from_wgs84(shapes, epsg), strict=True):
        whole = shape if shape.geom_type == "MultiPolygon" else MultiPolygon([shape])
        values = {column.short_name if short else column.name: column.value(row) for column in _COLUMNS}
        yield {"geometry": mapping(shapely.orient_polygons(whole)), "properties": values}
