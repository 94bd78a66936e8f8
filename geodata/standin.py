"""Points that stand in for unknown ones, and names in plain ASCII. Coordinates are WGS 84 degrees."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry


def middle(area: BaseGeometry) -> Point:
    """Return the centroid where it lies inside the area, else a point that does."""
    centre = area.centroid
    return centre if area.contains(centre) else area.representative_point()


def ring(area: BaseGeometry, count: int, radius: float) -> Sequence[Point]:
    """Return ``count`` points around the middle of an area, all inside it, always the same.

    Parameters
    ----------
    area
        Area that the points stand in for.
    count
        How many points.
    radius
        Distance from the middle in degrees; a point that would fall outside comes nearer.
    """
    centre = middle(area)
    return [_offset(area, centre, math.tau * (index / count + 1 / 8), radius) for index in range(count)]


def _offset(area: BaseGeometry, centre: Point, angle: float, radius: float) -> Point:
    for share in (1.0, 0.5, 0.25, 0.1):
        point = Point(centre.x + radius * share * math.cos(angle), centre.y + radius * share * math.sin(angle))
        if area.contains(point):
            return point
    return centre


def slug(*parts: str) -> str:
    """Return a stable name in ASCII letters, digits and dashes: ``slug("Dê lai") == "de-lai"``."""
    text = "-".join(parts).lower().replace("đ", "d")
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in plain).split())
