"""Survey files in: zipped Shapefile, Shapefile, GeoPackage and GeoJSON, checked whole before anything is kept.

:func:`read_survey` either returns every parcel of the file or raises one class of :mod:`geodata.errors` that
names the file, layer, row and field at fault; no fault of GDAL's and no note of it on standard error gets
through. The file is read once, row by row, and only what parcels need of it stays in memory.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import fiona
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from fiona.errors import FionaError

from geodata import archive, checks, dbf, encodings, parcel_rows, shapes
from geodata.crs import DEFAULT_SURVEY_EPSG, check_crs, is_geographic
from geodata.encodings import Encoding
from geodata.errors import (
    CrsMissing,
    CrsUnknown,
    FileDamaged,
    FileEmpty,
    FileMissing,
    FormatUnknown,
    GeometryInvalid,
    LayerAmbiguous,
    LayerEmpty,
    LayerNotPolygon,
    LayerUnknown,
    MatbangError,
    PartMissing,
)
from geodata.fields import ROW, parse_field_options, resolve_fields
from geodata.records import ImportSource, LngLatBbox, NewParcel
from geodata.shapes import ShapeBroken

__all__ = ["Survey", "SurveyOptions", "parse_field_options", "read_survey"]

_DRIVERS: Final[Mapping[str, str]] = MappingProxyType(
    {".zip": "ESRI Shapefile", ".shp": "ESRI Shapefile", ".gpkg": "GPKG", ".geojson": "GeoJSON", ".json": "GeoJSON"}
)
SUFFIXES: Final = tuple(_DRIVERS)
"""Endings of the files that can be read."""

_POLYGONAL: Final = frozenset({"Polygon", "MultiPolygon", "Unknown", "GeometryCollection"})
_BATCH_ROWS: Final = 2_000
Geometries = npt.NDArray[np.object_]

# GDAL speaks through this logger; without a handler Python would print its warnings on standard error.
logging.getLogger("fiona").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyOptions:
    """What a person says about a file that the file does not say itself, or says wrongly."""

    crs: str | None = None
    """Coordinate system, as ``EPSG:9218``; wins over the file's own."""
    encoding: Encoding = "auto"
    """Encoding of a Shapefile's texts."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Target to field name, ``:row`` or ``:constant``; see :func:`parse_field_options`."""
    layer: str | None = None
    commune_code: str | None = None
    """Present commune of every parcel; None to take it from the file, else from where each parcel lies."""
    survey_epsg: int | None = None
    """Projected system to measure areas in; None for the file's own, 9218 for one in degrees."""
    display_name: str | None = None
    """The file's name as the person knows it, when it lies under another one."""


@dataclass(frozen=True)
class Survey:
    """A survey file, read and found whole."""

    source: ImportSource
    survey_epsg: int
    """System that areas are measured in."""
    parcels: Sequence[NewParcel]
    """In the file's row order; geometries in WGS 84."""
    fields: Mapping[str, str]
    """Target to where it was found: a field of the file, ``:row`` or ``:constant``."""
    bounds: LngLatBbox
    file_crs: str | None
    """The system that the file itself names, None without one; ``source.crs`` is the one that was used."""

    @property
    def rows(self) -> int:
        """Return how many rows the file has; each is a parcel."""
        return len(self.parcels)

    @cached_property
    def area_m2(self) -> float:
        """Return the sum of measured areas, in square metres."""
        return sum(parcel.measured_area_m2 for parcel in self.parcels)

    @cached_property
    def recovered_area_m2(self) -> float:
        """Return the sum of areas to be recovered, measured where none is written, in square metres."""
        return sum(
            parcel.measured_area_m2 if parcel.recovered_area_m2 is None else parcel.recovered_area_m2
            for parcel in self.parcels
        )

    @cached_property
    def sheets(self) -> tuple[str, ...]:
        """Return the map sheets in their order of appearance."""
        return tuple(dict.fromkeys(parcel.key.sheet for parcel in self.parcels))

    @cached_property
    def holders(self) -> int:
        """Return how many different holders are named."""
        return len({(p.holder_name, p.holder_address) for p in self.parcels if p.holder_name})


def read_survey(path: Path, options: SurveyOptions | None = None) -> Survey:
    """Read a survey file and check every row.

    Parameters
    ----------
    path
        A ``.zip`` with one Shapefile, ``.shp``, ``.gpkg``, ``.geojson`` or ``.json``.
    options
        What the file does not say itself.

    Raises
    ------
    FileFault
        Whatever is wrong with the file; its subclasses say what and where.
    CrsUnknown
        The coordinate system given, or the file's own, is none that is known.
    """
    options = options or SurveyOptions()
    file = options.display_name or path.name
    if options.crs is not None:
        check_crs(options.crs)
    with tempfile.TemporaryDirectory(prefix="matbang-survey-") as folder:
        dataset = _open_file(path, file, Path(folder), options)
        with _only_our_errors(file), _opened(dataset, file, options) as collection:
            return _read(collection, dataset, file, _sha256(path), options)


# ---- opening -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Dataset:
    """What GDAL is asked to open."""

    path: Path
    driver: str
    encoding: str
    """How texts are written; ``utf-8`` where the format leaves no choice."""

    @property
    def is_shapefile(self) -> bool:
        return self.driver == "ESRI Shapefile"

    @property
    def decode(self) -> Callable[[str], str]:
        """Return what turns GDAL's text into Unicode: Shapefiles are read byte by byte, as Latin-1."""
        encoding = self.encoding
        if self.is_shapefile:
            return lambda text: encodings.decode(text.encode("latin-1", "replace"), encoding)
        if encoding == "utf-8":
            return lambda text: text
        return lambda text: encodings.from_legacy(text, encoding)


def _open_file(path: Path, file: str, folder: Path, options: SurveyOptions) -> _Dataset:
    suffix = Path(file).suffix.lower() if Path(file).suffix.lower() in _DRIVERS else path.suffix.lower()
    if not path.is_file():
        raise FileMissing(file)
    if suffix not in _DRIVERS:
        raise FormatUnknown(file)
    if path.stat().st_size == 0:
        raise FileEmpty(file)
    if suffix not in {".zip", ".shp"}:
        encoding = "utf-8" if options.encoding == "auto" else options.encoding
        return _Dataset(path.resolve(), _DRIVERS[suffix], encoding)
    shapefile = (
        archive.unpack_shapefile(path, folder, file=file, layer=options.layer)
        if suffix == ".zip"
        else archive.require_parts(path.resolve(), file=file)
    )
    return _shapefile(shapefile, file, options)


def _shapefile(shapefile: Path, file: str, options: SurveyOptions) -> _Dataset:
    parts = {path.suffix.lower(): path for path in shapefile.parent.glob("*") if path.stem == shapefile.stem}
    if ".prj" not in parts and options.crs is None:
        raise PartMissing(file, ".prj")
    if not dbf.is_whole(shapefile):
        raise FileDamaged(file)
    encoding: str = options.encoding
    if encoding == "auto":
        code_page = parts[".cpg"].read_text("ascii", "replace") if ".cpg" in parts else None
        encoding = encodings.detect(dbf.text_samples(parts[".dbf"]), code_page)
    return _Dataset(shapefile, "ESRI Shapefile", encoding)


@contextmanager
def _opened(dataset: _Dataset, file: str, options: SurveyOptions) -> Iterator[Any]:
    layer = None if dataset.is_shapefile else _choose_layer(dataset, file, options.layer)
    encoding = "ISO-8859-1" if dataset.is_shapefile else None
    try:
        collection = fiona.open(
            dataset.path, layer=layer, encoding=encoding, enabled_drivers=[dataset.driver], ignore_fields=None
        )
    except (FionaError, OSError, ValueError) as fault:
        raise FormatUnknown(file) from fault
    with collection:
        yield collection


def _choose_layer(dataset: _Dataset, file: str, wanted: str | None) -> str:
    try:
        names = tuple(fiona.listlayers(dataset.path))
    except (FionaError, OSError, ValueError) as fault:
        raise FormatUnknown(file) from fault
    if wanted is not None:
        if wanted not in names:
            raise LayerUnknown(file, wanted, names)
        return wanted
    drawn = names if len(names) < 2 else tuple(name for name in names if _has_geometry(dataset, name))
    if not drawn:
        raise FormatUnknown(file) if not names else LayerNotPolygon(file, names[0], "None")
    if len(drawn) > 1:
        raise LayerAmbiguous(file, drawn)
    return str(drawn[0])


def _has_geometry(dataset: _Dataset, layer: str) -> bool:
    with fiona.open(dataset.path, layer=layer, enabled_drivers=[dataset.driver]) as collection:
        return str(collection.schema["geometry"]) != "None"


@contextmanager
def _only_our_errors(file: str) -> Iterator[None]:
    """Turn whatever GDAL raises over a damaged file into one refusal."""
    try:
        yield
    except MatbangError:
        raise
    except Exception as fault:
        raise FileDamaged(file) from fault


# ---- reading -----------------------------------------------------------------------------------


def _read(collection: Any, dataset: _Dataset, file: str, sha256: str, options: SurveyOptions) -> Survey:
    where = checks.Where(file, str(collection.name))
    kind = str(collection.schema["geometry"]).removeprefix("3D ").removeprefix("Measured ")
    if kind not in _POLYGONAL:
        raise LayerNotPolygon(file, where.layer, kind)
    own = _own_epsg(collection, given=options.crs is not None)
    epsg = check_crs(options.crs) if options.crs is not None else own
    if epsg is None:
        raise CrsMissing(file)
    survey_epsg = options.survey_epsg or (DEFAULT_SURVEY_EPSG if is_geographic(epsg) else epsg)
    names = {dataset.decode(name): name for name in collection.schema["properties"]}
    fields = resolve_fields(tuple(names), options.fields, file=file, layer=where.layer)
    columns = {target: names.get(source, source) for target, source in fields.items()}
    table, geometries = _rows(collection, columns, where)
    placed = parcel_rows.place(geometries, epsg, survey_epsg, where)
    decoded = parcel_rows.Table(table, fields, dataset.decode, len(geometries), where)
    parcels = parcel_rows.parcels_of(decoded, placed, options.commune_code)
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(placed.wgs84))
    return Survey(
        ImportSource(file, sha256, where.layer, f"EPSG:{epsg}", dataset.encoding),
        survey_epsg,
        parcels,
        fields,
        LngLatBbox(west, south, east, north),
        None if own is None else f"EPSG:{own}",
    )


def _own_epsg(collection: Any, *, given: bool) -> int | None:
    """Return the code of the file's own system, None if it names none; an unknown one matters only if none is given."""
    wkt = str(collection.crs_wkt or "")
    if not wkt:
        return None
    try:
        return check_crs(wkt)
    except CrsUnknown:
        if given:
            return None
        raise CrsUnknown(pyproj.CRS.from_wkt(wkt).name) from None


def _rows(
    collection: Any, columns: Mapping[str, str], where: checks.Where
) -> tuple[Mapping[str, Sequence[object]], Geometries]:
    """Return the values of each target and the geometries, in row order."""
    expected = len(collection)
    table: dict[str, list[object]] = {target: [] for target in columns}
    built: list[Geometries] = []
    pending: list[Any] = []
    row = 0
    for row, feature in enumerate(collection, start=1):
        pending.append(feature.geometry)
        properties = feature.properties
        for target, source in columns.items():
            table[target].append(_value(properties, source, row))
        if len(pending) == _BATCH_ROWS:
            built.append(_shapes(pending, row, where))
            pending = []
    built.append(_shapes(pending, row, where))
    if row < expected:
        raise FileDamaged(where.file)
    if not row:
        raise LayerEmpty(where.file, where.layer)
    return table, np.concatenate(built)


def _shapes(pending: Sequence[Any], last_row: int, where: checks.Where) -> Geometries:
    try:
        return shapes.build(pending)
    except ShapeBroken as fault:
        row = last_row - len(pending) + 1 + fault.index
        raise GeometryInvalid(where.file, where.layer, row, checks.TOO_FEW_POINTS) from None


def _value(properties: Mapping[str, object], source: str, row: int) -> object:
    if source == ROW:
        return row
    return source[1:] if source.startswith(":") else properties[source]


def _sha256(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
