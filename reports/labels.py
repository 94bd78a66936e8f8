"""Where words and symbols may stand on the map so that none covers another. All lengths are millimetres."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from reports.paper import Box

CELL = 6.0
"""Side of the cells in which taken boxes are looked up."""


class Board:
    """Remembers which boxes of the map are taken."""

    def __init__(self, frame: Box) -> None:
        self.frame = frame
        self._cells: defaultdict[tuple[int, int], list[Box]] = defaultdict(list)

    def free(self, box: Box) -> bool:
        """Return whether a box lies inside the frame and covers nothing that is taken."""
        return box.within(self.frame) and not any(
            box.overlaps(taken) for cell in _cells(box) for taken in self._cells.get(cell, ())
        )

    def take(self, box: Box) -> None:
        """Mark a box as taken."""
        for cell in _cells(box):
            self._cells[cell].append(box)

    def try_take(self, box: Box) -> bool:
        """Take the box if it is free."""
        if not self.free(box):
            return False
        self.take(box)
        return True


def _cells(box: Box) -> Iterable[tuple[int, int]]:
    for column in range(math.floor(box.left / CELL), math.floor(box.right / CELL) + 1):
        for row in range(math.floor(box.bottom / CELL), math.floor(box.top / CELL) + 1):
            yield column, row


def box_around(x: float, y: float, width: float, height: float) -> Box:
    """Return a box with its middle at a point."""
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def fits_inside(area: BaseGeometry, box: Box) -> bool:
    """Return whether a box lies wholly in an area; the area should be prepared when asked more than once."""
    return bool(shapely.contains(area, shapely.box(box.left, box.bottom, box.right, box.top)))


def best_place(
    board: Board, area: BaseGeometry, width: float, height: float, avoid: STRtree | None = None
) -> Box | None:
    """Return the free box nearest to the middle of an area, or to its edge when it is full; None if all is taken.

    Parameters
    ----------
    area : BaseGeometry
        What the label names; only its part inside the frame counts.
    avoid : STRtree, optional
        What the label should not lie on while there is room elsewhere.
    """
    frame = board.frame
    seen = area.intersection(shapely.box(frame.left, frame.bottom, frame.right, frame.top))
    if seen.is_empty:
        return None
    found: tuple[float, Box] | None = None
    middle = seen.representative_point() if seen.geom_type != "Polygon" else shapely.point_on_surface(seen)
    shapely.prepare(seen)
    for x, y in _candidates(seen.bounds, width, height):
        box = box_around(x, y, width, height)
        if not board.free(box):
            continue
        cost = _cost(shapely.box(box.left, box.bottom, box.right, box.top), seen, middle, avoid)
        if found is None or cost < found[0]:
            found = cost, box
    return found[1] if found and found[0] < _TOO_FAR else None


_TOO_FAR = 10_000.0


def _cost(shape: BaseGeometry, area: BaseGeometry, middle: BaseGeometry, avoid: STRtree | None) -> float:
    """Return how bad a place is: outside the area or on what should be seen is worse than far from the middle."""
    away = shape.centroid.distance(middle)
    outside = 0.0 if area.contains(shape) else 40.0 + shape.distance(area) * 20.0
    covering = 1000.0 if avoid is not None and len(avoid.query(shape)) else 0.0
    return float(away + outside + covering) if shape.distance(area) < max(8.0, away / 20) else _TOO_FAR


def _candidates(
    bounds: Sequence[float], width: float, height: float, most: int = 1600
) -> Iterable[tuple[float, float]]:
    west, south, east, north = bounds
    west, east, south, north = west - width, east + width, south - height, north + height
    step = max(height, math.sqrt((east - west) * (north - south) / most))
    columns, rows = int((east - west) / step) + 1, int((north - south) / step) + 1
    for row in range(rows):
        for column in range(columns):
            yield west + column * step, south + row * step
