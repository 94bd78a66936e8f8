"""Survey files in: zipped Shapefile, Shapefile, GeoPackage and GeoJSON, checked whole before anything is kept.

:func:`read_survey` either returns every parcel of the file or raises one class of :mod:`geodata.errors` that
names the file, layer, row and field at fault. GDAL works in a child process (:mod:`geodata.survey_reader`), so
that no fault of its and no note of it on standard error gets through. The file is read once, row by row, and only
what parcels need of it stays in memory.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

import numpy as np
import shapely

from geodata import archive, checks, dbf, encodings, parcel_rows
from geodata.crs import DEFAULT_SURVEY_EPSG, check_crs, is_geographic
from geodata.encodings import Encoding
from geodata.errors import (
    CrsMissing,
    CrsUnknown,
    FileDamaged,
    FileEmpty,
    FileMissing,
    FormatUnknown,
    MatbangError,
    PartMissing,
)
from geodata.fields import parse_field_options
from geodata.records import ImportSource, LngLatBbox, NewParcel
from geodata.survey_reader import SHAPEFILE, Reading, Request

__all__ = ["Survey", "SurveyOptions", "parse_field_options", "read_survey"]

_DRIVERS: Final[Mapping[str, str]] = MappingProxyType(
    {".zip": SHAPEFILE, ".shp": SHAPEFILE, ".gpkg": "GPKG", ".geojson": "GeoJSON", ".json": "GeoJSON"}
)
SUFFIXES: Final = tuple(_DRIVERS)
"""Endings of the files that can be read."""

_ROOT: Final = Path(__file__).resolve().parents[1]
_CHILD: Final = (sys.executable, "-c", "from geodata.survey_reader import main; main()")
_PATIENCE_S: Final = 600.0
"""After so many seconds the child is ended: a hundred thousand rows take a tenth of it."""


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
        request = _prepared(path, file, Path(folder), options)
        reading = _read_in_child(request, Path(folder))
    return _checked(reading, request, options)


# ---- from the file to its rows -----------------------------------------------------------------


def _prepared(path: Path, file: str, folder: Path, options: SurveyOptions) -> Request:
    """Look at what can be told without GDAL: name, size, zip, parts, encoding."""
    suffix = Path(file).suffix.lower() if Path(file).suffix.lower() in _DRIVERS else path.suffix.lower()
    if not path.is_file():
        raise FileMissing(file)
    if suffix not in _DRIVERS:
        raise FormatUnknown(file)
    if path.stat().st_size == 0:
        raise FileEmpty(file)
    dataset = path.resolve()
    encoding: str = "utf-8" if options.encoding == "auto" else options.encoding
    if suffix == ".zip":
        dataset = archive.unpack_shapefile(path, folder, file=file, layer=options.layer)
    if _DRIVERS[suffix] == SHAPEFILE:
        encoding = _shapefile_encoding(archive.require_parts(dataset, file=file), file, options)
    return Request(
        original=path.resolve(),
        path=dataset,
        driver=_DRIVERS[suffix],
        encoding=encoding,
        file=file,
        layer=options.layer,
        fields=dict(options.fields),
        needs_crs=options.crs is None,
    )


def _shapefile_encoding(shapefile: Path, file: str, options: SurveyOptions) -> str:
    parts = {path.suffix.lower(): path for path in shapefile.parent.glob("*") if path.stem == shapefile.stem}
    if ".prj" not in parts and options.crs is None:
        raise PartMissing(file, ".prj")
    if not dbf.is_whole(shapefile):
        raise FileDamaged(file)
    if options.encoding != "auto":
        return options.encoding
    code_page = parts[".cpg"].read_text("ascii", "replace") if ".cpg" in parts else None
    return encodings.detect(dbf.text_samples(parts[".dbf"]), code_page)


def _read_in_child(request: Request, folder: Path) -> Reading:
    """Let the child program read; whatever becomes of it, the file is to blame and this process lives on."""
    answer = folder / "answer"
    try:
        subprocess.run(
            [*_CHILD, str(answer)],
            input=pickle.dumps(request),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            timeout=_PATIENCE_S,
            check=True,
        )
        with answer.open("rb") as opened, np.errstate(all="ignore"):  # shapes may hold what is no number
            found = pickle.load(opened)  # noqa: S301 - written by our own child, into our own folder
    except (subprocess.SubprocessError, OSError, EOFError, pickle.UnpicklingError) as fault:
        raise FileDamaged(request.file) from fault
    if isinstance(found, MatbangError):
        raise found
    return cast(Reading, found)


# ---- from rows to parcels ----------------------------------------------------------------------


def _checked(reading: Reading, request: Request, options: SurveyOptions) -> Survey:
    where = checks.Where(request.file, reading.layer)
    own = _own_epsg(reading.crs_wkt, needed=request.needs_crs)
    epsg = check_crs(options.crs) if options.crs is not None else own
    if epsg is None:
        raise CrsMissing(request.file)
    survey_epsg = options.survey_epsg or (DEFAULT_SURVEY_EPSG if is_geographic(epsg) else epsg)
    placed = parcel_rows.place(reading.geometries, epsg, survey_epsg, where)
    table = parcel_rows.Table(reading.columns, reading.fields, len(reading.geometries), where)
    parcels = parcel_rows.parcels_of(table, placed, options.commune_code)
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(placed.wgs84))
    return Survey(
        ImportSource(request.file, reading.sha256, reading.layer, f"EPSG:{epsg}", request.encoding),
        survey_epsg,
        parcels,
        reading.fields,
        LngLatBbox(west, south, east, north),
        None if own is None else f"EPSG:{own}",
    )


def _own_epsg(wkt: str, *, needed: bool) -> int | None:
    """Return the code of the file's own system; one without a code matters only where none is given."""
    if not wkt:
        return None
    try:
        return check_crs(wkt)
    except CrsUnknown:
        if needed:
            raise
        return None
