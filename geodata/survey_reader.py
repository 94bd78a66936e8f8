"""The child program that lets GDAL at a survey file: what a damaged or hostile file breaks is only this process.

GDAL parses formats in C, and its Python layer can be brought down by a file (tried: a GeoPackage with one wrong
byte in a table's name ends the interpreter). So :mod:`geodata.survey` runs :func:`main` in a Python of its
own, sends a :class:`Request` and finds a :class:`Reading`, or the refusal, in a file. It also keeps GDAL's own
notes off everybody's standard error and, since closing any handle of a SQLite file drops its locks, leaves a store
alone that somebody takes for a survey.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import fiona
import numpy as np
import numpy.typing as npt
from fiona.errors import FionaError

from geodata import encodings, shapes
from geodata.errors import (
    CrsMissing,
    FileDamaged,
    FormatUnknown,
    GeometryInvalid,
    LayerAmbiguous,
    LayerEmpty,
    LayerNotPolygon,
    LayerUnknown,
    MatbangError,
)
from geodata.fields import ROW, resolve_fields
from geodata.shapes import TOO_FEW_POINTS, Geometries, ShapeBroken

SHAPEFILE: Final = "ESRI Shapefile"
_POLYGONAL: Final = frozenset({"Polygon", "MultiPolygon", "Unknown", "GeometryCollection"})
_BATCH_ROWS: Final = 2_000
Decode = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be read."""

    original: Path
    """The file as it came, whose digest is taken; not opened by any other process, for it may be a store's."""
    path: Path
    """What GDAL opens: the same, or the Shapefile out of it."""
    driver: str
    """GDAL's name of the one format that is tried."""
    encoding: str
    """How texts are written; ``utf-8`` where the format leaves no choice."""
    file: str
    """The file's name as the person knows it, for errors."""
    layer: str | None
    fields: Mapping[str, str]
    """Target to source, as a person mapped them."""
    needs_crs: bool
    """Whether the file must say its coordinate system itself."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in the file; texts are decoded, nothing is checked yet."""

    sha256: str
    """Of the original file."""
    layer: str
    crs_wkt: str
    fields: Mapping[str, str]
    """Target to where it was found."""
    columns: Mapping[str, Sequence[object]]
    geometries: npt.NDArray[np.object_]
    """One for each row, None where there is no shape; in the file's coordinate system."""


def read(request: Request) -> Reading:
    """Read a layer row by row; only what was asked for stays in memory.

    Raises
    ------
    FileFault
        The file cannot be read, its layer is not one of polygons, or a field is missing.
    """
    with _only_our_errors(request.file), _opened(request) as collection:
        layer = str(collection.name)
        kind = str(collection.schema["geometry"]).removeprefix("3D ").removeprefix("Measured ")
        if kind not in _POLYGONAL:
            raise LayerNotPolygon(request.file, layer, kind)
        wkt = str(collection.crs_wkt or "")
        if not wkt and request.needs_crs:
            raise CrsMissing(request.file)
        decode = _decoder(request)
        names = {decode(name): name for name in collection.schema["properties"]}
        fields = resolve_fields(tuple(names), request.fields, file=request.file, layer=layer)
        sources = {target: names.get(source, source) for target, source in fields.items()}
        columns, geometries = _rows(collection, sources, decode, request.file, layer)
        return Reading(_sha256(request.original), layer, wkt, dict(fields), columns, geometries)


# ---- opening -----------------------------------------------------------------------------------


@contextmanager
def _only_our_errors(file: str) -> Iterator[None]:
    """Turn whatever GDAL raises over a damaged file into one refusal."""
    try:
        yield
    except MatbangError:
        raise
    except Exception as fault:
        raise FileDamaged(file) from fault


@contextmanager
def _opened(request: Request) -> Iterator[Any]:
    shapefile = request.driver == SHAPEFILE
    layer = None if shapefile else _choose_layer(request)
    # Latin-1 hands every byte of a Shapefile's texts through as it is.
    encoding = "ISO-8859-1" if shapefile else None
    try:
        collection = fiona.open(request.path, layer=layer, encoding=encoding, enabled_drivers=[request.driver])
    except (FionaError, OSError, ValueError) as fault:
        raise FormatUnknown(request.file) from fault
    with collection:
        yield collection


def _choose_layer(request: Request) -> str:
    try:
        names = tuple(fiona.listlayers(request.path))
    except (FionaError, OSError, ValueError) as fault:
        raise FormatUnknown(request.file) from fault
    if request.layer is not None and request.layer not in names:
        raise LayerUnknown(request.file, request.layer, names)
    if request.layer is not None:
        return request.layer
    drawn = names if len(names) < 2 else tuple(name for name in names if _has_geometry(request, name))
    if not drawn:
        raise LayerNotPolygon(request.file, names[0], "None") if names else FormatUnknown(request.file)
    if len(drawn) > 1:
        raise LayerAmbiguous(request.file, drawn)
    return str(drawn[0])


def _has_geometry(request: Request, layer: str) -> bool:
    with fiona.open(request.path, layer=layer, enabled_drivers=[request.driver]) as collection:
        return str(collection.schema["geometry"]) != "None"


def _decoder(request: Request) -> Decode:
    encoding = request.encoding
    if request.driver == SHAPEFILE:
        return lambda text: encodings.decode(text.encode("latin-1", "replace"), encoding)
    if encoding == "utf-8":
        return lambda text: text
    return lambda text: encodings.from_legacy(text, encoding)


# ---- rows --------------------------------------------------------------------------------------


def _rows(
    collection: Any, sources: Mapping[str, str], decode: Decode, file: str, layer: str
) -> tuple[Mapping[str, Sequence[object]], Geometries]:
    """Return the values of each target and the geometries, in row order."""
    expected = len(collection)
    columns: dict[str, list[object]] = {target: [] for target in sources}
    built: list[Geometries] = []
    pending: list[Any] = []
    row = 0
    for row, feature in enumerate(collection, start=1):
        pending.append(feature.geometry)
        properties = feature.properties
        for target, source in sources.items():
            columns[target].append(_value(properties, source, row, decode))
        if len(pending) == _BATCH_ROWS:
            built.append(_shapes(pending, row, file, layer))
            pending = []
    built.append(_shapes(pending, row, file, layer))
    if row < expected:
        raise FileDamaged(file)
    if not row:
        raise LayerEmpty(file, layer)
    return columns, np.concatenate(built)


def _value(properties: Mapping[str, object], source: str, row: int, decode: Decode) -> object:
    if source == ROW:
        return row
    if source.startswith(":"):
        return source[1:]
    value = properties[source]
    return decode(value) if isinstance(value, str) and not value.isascii() else value


def _shapes(pending: Sequence[Any], last_row: int, file: str, layer: str) -> Geometries:
    try:
        return shapes.build(pending)
    except ShapeBroken as fault:
        row = last_row - len(pending) + 1 + fault.index
        raise GeometryInvalid(file, layer, row, TOO_FEW_POINTS) from None


def _sha256(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def main() -> None:
    """Answer the request on standard input into the file that the first argument names."""
    logging.disable()
    gc.disable()  # millions of small values and no cycles: looking for them would take half of the time
    request: Request = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - from the process that started this one
    answer: Reading | MatbangError
    try:
        answer = read(request)
    except MatbangError as refusal:
        answer = refusal.with_traceback(None)
        answer.__cause__ = answer.__context__ = None
    with Path(sys.argv[1]).open("wb") as target:
        pickle.dump(answer, target, protocol=pickle.HIGHEST_PROTOCOL)
