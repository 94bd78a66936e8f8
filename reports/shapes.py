"""Shapes for paper: outlines, hatches and stage symbols as paths. All coordinates are millimetres on the page."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.path import Path
from shapely.geometry import MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

HATCH_ANGLES: Final[Mapping[str, tuple[float, ...]]] = MappingProxyType(
    {"slash": (45.0,), "backslash": (135.0,), "cross": (45.0, 135.0)}
)
"""Directions of the lines of each kind of hatch, in degrees from the x axis."""

Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Stroke:
    """One part of a symbol."""

    path: Path
    filled: bool


def path_of(geometries: Iterable[BaseGeometry]) -> Path | None:
    """Return one path for many polygons and lines, holes kept open; None when there is nothing to draw."""
    vertices: list[Any] = []
    codes: list[int] = []
    for geometry in geometries:
        for ring, closed in _rings(geometry):
            steps = [Path.LINETO] * len(ring)
            steps[0] = Path.MOVETO
            if closed:
                steps[-1] = Path.CLOSEPOLY
            vertices.append(ring)
            codes.extend(int(step) for step in steps)
    return Path(np.concatenate(vertices), codes) if vertices else None


def _rings(geometry: BaseGeometry) -> Iterable[tuple[Any, bool]]:
    """Yield coordinates of each ring (outer ones counter-clockwise, holes clockwise) or line."""
    if geometry.is_empty:
        return
    if isinstance(geometry, Polygon):
        turned = orient(geometry)
        yield np.asarray(turned.exterior.coords)[:, :2], True
        for hole in turned.interiors:
            yield np.asarray(hole.coords)[:, :2], True
    elif geometry.geom_type in ("LineString", "LinearRing"):
        yield np.asarray(geometry.coords)[:, :2], False
    elif hasattr(geometry, "geoms"):
        for part in geometry.geoms:
            yield from _rings(part)


def polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    """Return the polygons of a geometry, leaving out points and lines that clipping may have made."""
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    if isinstance(geometry, MultiPolygon) or hasattr(geometry, "geoms"):
        return [polygon for part in geometry.geoms for polygon in polygons_of(part)]
    return []


def hatch_lines(geometry: BaseGeometry, kind: str, spacing: float) -> BaseGeometry:
    """Return the hatch of an area; lines of neighbouring areas continue one another.

    An area too small to meet a line gets one through its middle, so that it never looks unmarked.
    """
    parts = [_parallel(geometry, angle, spacing) for angle in HATCH_ANGLES.get(kind, HATCH_ANGLES["slash"])]
    return shapely.union_all([part for part in parts if not part.is_empty])


def _parallel(geometry: BaseGeometry, angle: float, spacing: float) -> BaseGeometry:
    along = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
    across = np.array([-along[1], along[0]])
    west, south, east, north = geometry.bounds
    corners = np.array([(west, south), (east, south), (east, north), (west, north)])
    offsets, lengths = corners @ across, corners @ along
    start, end = float(lengths.min()) - 1, float(lengths.max()) + 1
    first, last = math.ceil(offsets.min() / spacing), math.floor(offsets.max() / spacing)
    at = [index * spacing for index in range(first, last + 1)]
    drawn = _lines(along, across, at, start, end).intersection(geometry) if at else MultiLineString()
    if drawn.is_empty:
        middle = np.asarray(geometry.representative_point().coords)[0]
        drawn = _lines(along, across, [float(middle @ across)], start, end).intersection(geometry)
    return drawn


def _lines(along: Any, across: Any, offsets: Sequence[float], start: float, end: float) -> MultiLineString:
    return MultiLineString([(across * at + along * start, across * at + along * end) for at in offsets])


def _ring(x: float, y: float, r: float) -> list[Stroke]:
    return [Stroke(Path.circle((x, y), r * 0.85), filled=False)]


def _dot(x: float, y: float, r: float) -> list[Stroke]:
    return [Stroke(Path.circle((x, y), r * 0.5), filled=True)]


def _three_lines(x: float, y: float, r: float) -> list[Stroke]:
    rows = (y + r * 0.6, y, y - r * 0.6)
    return [Stroke(Path([(x - r * 0.85, row), (x + r * 0.85, row)]), filled=False) for row in rows]


def _disc(x: float, y: float, r: float, start: float, end: float) -> list[Stroke]:
    """Return a ring with the sector from ``start`` to ``end`` degrees filled."""
    wedge = Path.wedge(start, end)
    moved = Path(np.asarray(wedge.vertices) * r * 0.85 + (x, y), wedge.codes)
    return [*_ring(x, y, r), Stroke(moved, filled=True)]


def _polygon(points: Sequence[tuple[float, float]], *, filled: bool = True) -> list[Stroke]:
    return [Stroke(Path([*points, points[0]], closed=True), filled=filled)]


def _square(x: float, y: float, r: float) -> list[Stroke]:
    side = r * 0.72
    return _polygon([(x - side, y - side), (x + side, y - side), (x + side, y + side), (x - side, y + side)])


def _check(x: float, y: float, r: float) -> list[Stroke]:
    path = Path([(x - r * 0.8, y), (x - r * 0.2, y - r * 0.65), (x + r * 0.85, y + r * 0.7)])
    return [Stroke(path, filled=False)]


def _pause(x: float, y: float, r: float) -> list[Stroke]:
    bars = [(x - r * 0.65, x - r * 0.2), (x + r * 0.2, x + r * 0.65)]
    half = r * 0.75
    return [
        stroke
        for left, right in bars
        for stroke in _polygon([(left, y - half), (right, y - half), (right, y + half), (left, y + half)])
    ]


def _diamond(x: float, y: float, r: float) -> list[Stroke]:
    return _polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)])


def _triangle(x: float, y: float, r: float) -> list[Stroke]:
    return _polygon([(x - r * 0.9, y - r * 0.7), (x + r * 0.9, y - r * 0.7), (x, y + r * 0.9)])


def _disc_quarter(x: float, y: float, r: float) -> list[Stroke]:
    return _disc(x, y, r, 0, 90)


def _disc_half(x: float, y: float, r: float) -> list[Stroke]:
    return _disc(x, y, r, 90, 270)


SYMBOLS: Final[Mapping[str, Callable[[float, float, float], list[Stroke]]]] = MappingProxyType(
    {
        "open_circle": _ring,
        "dot": _dot,
        "lines": _three_lines,
        "quarter_disc": _disc_quarter,
        "half_disc": _disc_half,
        "square": _square,
        "check": _check,
        "pause": _pause,
        "diamond": _diamond,
        "triangle": _triangle,
    }
)
"""Parts of each symbol around a point, inside a circle of radius ``r`` mm."""
