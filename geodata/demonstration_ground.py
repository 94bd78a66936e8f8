"""The ground of the demonstration zone: roads, a canal, and land parcelled out between them.

Everything is made up. Lines are cut, noded on a grid of one millimetre and joined to faces, so that
neighbours share every vertex: no gap and no overlap, as a surveyor's topology check demands.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import shapely
from shapely.geometry import LineString, Polygon
from shapely.ops import polygonize, split

_GRID_M: Final = 0.001
_SLIVER_M2: Final = 240.0
_NARROW_M: Final = 22.0
_REMNANT: Final = 0.06
"""Where less than this share of a block lies behind its front plots and is broad enough, they take it all."""
_SLENDER: Final = 0.16
"""Below this share of a circle's area for its outline, a plot is too thin to be one."""

_FRONTS_M: Final = (13, 15, 16, 18, 20, 22, 26, 34)
"""How wide plots are along a road, in metres."""

Points = Sequence[tuple[float, float]]

_BOUNDARY: Final[Points] = (
    (-314, 232), (-262, 248), (-241, 271), (-192, 262), (-108, 281), (-66, 273), (-31, 286), (34, 297), (58, 279),
    (108, 283), (171, 268), (239, 254), (262, 229), (297, 214), (306, 168), (318, 152), (301, 88), (311, 34),
    (272, -20), (203, -33), (188, -22), (139, -25), (74, -41), (18, -46), (11, -118), (-13, -128), (-11, -176),
    (-27, -238), (-72, -252), (-84, -281), (-152, -262), (-217, -284), (-254, -273), (-268, -249), (-309, -238),
    (-318, -172), (-294, -158), (-301, -92), (-318, -22), (-300, 18), (-309, 84), (-326, 151),
)  # fmt: skip
"""Outline of the zone, metres east and north of the corner, clockwise."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A road or the canal: a line with a width, and how deep the plots beside it are (0 for none)."""

    points: Points
    width: float
    land_type: str
    frontage: float = 0.0


_WAYS: Final = (
    _Way(((-420, 45), (-300, 22), (-200, 12), (-90, 28), (0, 55), (110, 72), (220, 62), (420, 95)), 9.0, "DGT", 43.0),
    _Way(((-8, 400), (-30, 230), (-12, 120), (-35, 40), (-62, -80), (-85, -190), (-100, -400)), 6.5, "DGT", 34.0),
    _Way(((-420, 178), (-250, 160), (-140, 178), (-20, 168)), 4.0, "DGT"),
    _Way(((-20, 196), (90, 184), (230, 196), (420, 165)), 4.0, "DGT"),
    _Way(((165, 66), (176, 120), (168, 190), (188, 400)), 4.0, "DGT"),
    _Way(((-196, 14), (-184, 90), (-197, 165), (-205, 400)), 3.5, "DGT"),
    _Way(((-420, -128), (-230, -140), (-150, -128), (-76, -140)), 4.0, "DGT"),
    _Way(((-212, -137), (-200, -210), (-217, -400)), 3.5, "DGT"),
    _Way(
        ((-420, -30), (-300, -52), (-215, -38), (-130, -74), (-50, -62), (30, 2), (120, 20), (215, 6), (420, 38)),
        7.0, "DTL",
    ),
)  # fmt: skip
"""From the widest road down; where two cross, the earlier one keeps the ground."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A parcel before it has a sheet and a number."""

    shape: Polygon
    land_type: str
    """DGT, DTL, or "" for plots, whose use is not decided yet."""

    @property
    def is_way(self) -> bool:
        """Return whether this is a road or the canal."""
        return bool(self.land_type)


def ground(rng: random.Random) -> list[Piece]:
    """Return the zone cut into parcels that share every vertex, without gap or overlap.

    Coordinates are metres east and north of the corner that the map sheets share.
    """
    zone = Polygon(_BOUNDARY)
    ways, land = _laid_ways(zone)
    plots = [plot for block in land for plot in _parcelled(block, rng)]
    frames = [LineString([(0, -500), (0, 500)]), LineString([(-500, 0), (0, 0)])]
    cuts = [frame.intersection(way.shape) for frame in frames for way in ways]
    edges = [piece.boundary for piece in [way.shape for way in ways] + plots] + cuts
    faces = list(polygonize(shapely.union_all(edges, grid_size=_GRID_M)))
    return _tidied([Piece(face, _way_of(face, ways)) for face in faces])


def _smooth(points: Points) -> LineString:
    """Round a line's corners by cutting them (Chaikin), then drop what forty centimetres do not show."""
    line = list(points)
    for _ in range(3):
        cut = [line[0]]
        for (x0, y0), (x1, y1) in pairwise(line):
            cut += [(0.75 * x0 + 0.25 * x1, 0.75 * y0 + 0.25 * y1), (0.25 * x0 + 0.75 * x1, 0.25 * y0 + 0.75 * y1)]
        line = [*cut, line[-1]]
    return LineString(line).simplify(0.4)


def _laid_ways(zone: Polygon) -> tuple[list[Piece], list[Polygon]]:
    """Return roads and canal as parcels, and the blocks that are left between them."""
    taken = Polygon()
    ways: list[Piece] = []
    for way in _WAYS:
        strip = _strip(way, way.width / 2)
        ways += [Piece(part, way.land_type) for part in _polygons(strip.intersection(zone).difference(taken))]
        taken = taken.union(strip)
    return [way for way in ways if way.shape.area > 20], _polygons(zone.difference(taken))


def _strip(way: _Way, half_width: float) -> Any:
    return _smooth(way.points).buffer(half_width, cap_style="flat", join_style="mitre")


def _parcelled(block: Polygon, rng: random.Random) -> list[Polygon]:
    """Cut a block: narrow plots along each road that has a frontage, orchards and fields behind them."""
    plots: list[Polygon] = []
    rest: Any = block
    for way in _WAYS:
        if not way.frontage:
            continue
        reach = _strip(way, way.width / 2 + way.frontage * rng.uniform(0.85, 1.2))
        band, behind = rest.intersection(reach), rest.difference(reach)
        if not band.is_empty and behind.buffer(-_NARROW_M / 2).area < _REMNANT * rest.area:
            band, behind = rest, Polygon()
        for part in _polygons(band):
            plots += _across(part, _smooth(way.points), rng)
        rest = behind
    for part in _polygons(rest):
        plots += _halved(part, rng.uniform(1_500, 3_400), rng)
    return plots


def _across(band: Polygon, line: LineString, rng: random.Random) -> list[Polygon]:
    """Cut a band along a road into plots, square to the road."""
    cutters = []
    station = rng.uniform(8, 20)
    while station < line.length:
        at, ahead = line.interpolate(station), line.interpolate(station + 1)
        angle = math.atan2(ahead.y - at.y, ahead.x - at.x) + math.pi / 2 + rng.uniform(-0.06, 0.06)
        dx, dy = 80 * math.cos(angle), 80 * math.sin(angle)
        cutters.append(LineString([(at.x - dx, at.y - dy), (at.x + dx, at.y + dy)]))
        station += rng.choice(_FRONTS_M) * rng.uniform(0.9, 1.1)
    pieces = [band]
    for cutter in cutters:
        pieces = [part for piece in pieces for part in _polygons(split(piece, cutter))]
    return pieces


def _halved(part: Polygon, target: float, rng: random.Random) -> list[Polygon]:
    """Cut a piece of land across its length until its parts are about as large as wanted, in square metres."""
    a, b, c = list(part.minimum_rotated_rectangle.exterior.coords)[:3]
    long, short = ((a, b), (b, c)) if math.dist(a, b) >= math.dist(b, c) else ((b, c), (a, b))
    (x0, y0), (x1, y1) = long
    elongated = math.dist(*long) > 3 * math.dist(*short) and part.area > 900
    if part.area < target * 1.35 and not elongated:
        return [part]
    middle = part.minimum_rotated_rectangle.centroid
    share = rng.uniform(-0.12, 0.12)
    through = (middle.x + share * (x1 - x0), middle.y + share * (y1 - y0))
    angle = math.atan2(short[1][1] - short[0][1], short[1][0] - short[0][0]) + rng.uniform(-0.09, 0.09)
    halves = _polygons(split(part, _bent(through, angle, rng)))
    if len(halves) < 2:
        return [part]
    return [piece for half in halves for piece in _halved(half, target * rng.uniform(0.85, 1.15), rng)]


def _bent(middle: tuple[float, float], angle: float, rng: random.Random) -> LineString:
    """Return a long line through a point with a slight bend, as field boundaries have."""
    bend = rng.uniform(-0.05, 0.05)
    far = [(angle + math.pi - bend), (angle + bend)]
    ends = [(middle[0] + 400 * math.cos(at), middle[1] + 400 * math.sin(at)) for at in far]
    return LineString([ends[0], middle, ends[1]])


def _polygons(shape: Any) -> list[Polygon]:
    parts = getattr(shape, "geoms", [shape])
    return [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]


# ---- from faces to parcels ---------------------------------------------------------------------


def _tidied(pieces: list[Piece]) -> list[Piece]:
    """Join plots too small or too thin to be plots to the neighbour with which they share most outline."""
    while (at := next((i for i, piece in enumerate(pieces) if _is_sliver(piece)), None)) is not None:
        sliver = pieces.pop(at)
        shared = [_shared_m(sliver, piece) for piece in pieces]
        best = max(range(len(pieces)), key=lambda i: shared[i])
        if shared[best] == 0:
            continue
        joined = shapely.union_all([pieces[best].shape, sliver.shape], grid_size=_GRID_M)
        pieces[best] = Piece(joined, pieces[best].land_type)
    return pieces


def _is_sliver(piece: Piece) -> bool:
    slender = 4 * math.pi * piece.shape.area / piece.shape.length**2 < _SLENDER
    return not piece.is_way and (piece.shape.area < _SLIVER_M2 or slender)


def _shared_m(one: Piece, other: Piece) -> float:
    """Return the length of the common outline, 0 beside a road or canal."""
    if other.is_way or one.shape.distance(other.shape) > 0:
        return 0.0
    return float(one.shape.boundary.intersection(other.shape.boundary).length)


def _way_of(face: Polygon, ways: Sequence[Piece]) -> str:
    """Return the land type of the road or canal that a face is part of, "" for a plot."""
    inside = face.representative_point()
    return next((way.land_type for way in ways if way.shape.contains(inside)), "")
