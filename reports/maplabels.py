"""Words and stage symbols on the map: each stands where there is room, or is left out; none covers another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from layers import palette
from layers.view import AreaStyle, Feature, Layer
from reports.fonts import BOLD, MEDIUM, REGULAR, printable, width_mm
from reports.labels import Board, best_place, box_around, fits_inside
from reports.page import INK, SOFT_INK, WHITE, Page
from reports.paper import MM_PER_POINT, Box, TypeSizes
from reports.shapes import SYMBOLS, polygons_of

PARCELS: Final = "parcels"
SYMBOL_MM: Final = 1.15
"""Radius of a stage symbol."""
MARK_MM: Final = 1.5
"""Radius of a place's mark."""
MOST_LABELS: Final = 4000
"""Above this many parcels large enough for words (never met on A3) the rest stay without."""
APART_MM: Final = 0.5
"""Between a symbol and its number."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A feature with its geometry on the page, in mm."""

    feature: Feature
    shape: BaseGeometry
    style: AreaStyle

    @property
    def is_point(self) -> bool:
        """Return whether it is drawn as a mark."""
        return self.shape.geom_type in ("Point", "MultiPoint")


Drawn = Sequence[tuple[Layer, Sequence[Placed]]]


def label_map(page: Page, board: Board, drawn: Drawn, types: TypeSizes) -> None:
    """Label parcels first, then map sheets and places, then what lies around."""
    parcels = [item for layer, items in drawn if layer.name == PARCELS for item in items]
    for item in _with_room(parcels, types):
        _label_parcel(page, board, item, types)
    covered = STRtree([item.shape for item in parcels])
    others = [(layer, item) for layer, items in drawn if layer.name != PARCELS for item in items if item.feature.label]
    for layer, item in others:
        if layer.name == palette.SHEETS:
            _label_sheet(page, board, item, types)
    for _, item in others:
        if item.is_point:
            _label_place(page, board, item, types, covered)
    for layer, item in others:
        if not item.is_point and layer.name != palette.SHEETS:
            _label_area(page, board, item, types, covered)


# ---- parcels -------------------------------------------------------------------------------------


def _with_room(parcels: Sequence[Placed], types: TypeSizes) -> Sequence[Placed]:
    least = min(types.small * MM_PER_POINT, 2 * SYMBOL_MM)
    return [item for item in parcels if item.shape.area > least**2 and min(_extent(item.shape)) >= least][:MOST_LABELS]


def _extent(shape: BaseGeometry) -> tuple[float, float]:
    west, south, east, north = shape.bounds
    return east - west, north - south


def _label_parcel(page: Page, board: Board, item: Placed, types: TypeSizes) -> None:
    """Try number under symbol, number beside symbol, number alone, symbol alone."""
    area = max(polygons_of(item.shape), key=lambda polygon: polygon.area)
    middle = shapely.get_point(shapely.maximum_inscribed_circle(area, tolerance=0.2), 0)
    shapely.prepare(area)
    size, x, y = types.small, middle.x, middle.y
    label = printable(item.feature.label, MEDIUM)
    wide, high = width_mm(label, size, MEDIUM) + 0.5, size * MM_PER_POINT * 0.95
    mark = 2 * SYMBOL_MM if item.style.symbol in SYMBOLS else 0.0
    stacked, beside = mark + APART_MM + high, mark + APART_MM + wide

    def claimed(width: float, height: float) -> bool:
        box = box_around(x, y, width, height)
        if not (fits_inside(area, box) and board.try_take(box)):
            return False
        if item.style.hatch:
            page.box_outline(box.inset(-0.1), fill=item.style.fill or WHITE, stroke=None)
        return True

    if label and mark and claimed(max(wide, mark), stacked):
        _number(page, x, y - stacked / 2, item, size)
        draw_symbol(page, x, y + stacked / 2 - SYMBOL_MM, item.style)
    elif label and mark and claimed(beside, max(mark, high)):
        draw_symbol(page, x - beside / 2 + SYMBOL_MM, y, item.style)
        _number(page, x + beside / 2 - wide / 2, y - high / 2, item, size)
    elif label and claimed(wide, high):
        _number(page, x, y - high / 2, item, size)
    elif mark and claimed(mark, mark):
        draw_symbol(page, x, y, item.style)


def _number(page: Page, x: float, bottom: float, item: Placed, size: float) -> None:
    baseline = bottom + size * MM_PER_POINT * 0.12
    colour = palette.symbol_colour(item.style.fill)
    page.text(x, baseline, item.feature.label, size, weight=MEDIUM, colour=colour, across="center")


def draw_symbol(page: Page, x: float, y: float, style: AreaStyle, radius: float = SYMBOL_MM) -> None:
    """Draw a stage's symbol in the colour that can be read on its fill."""
    colour = palette.symbol_colour(style.fill)
    for part in SYMBOLS[style.symbol](x, y, radius) if style.symbol in SYMBOLS else ():
        page.path(part.path, fill=colour if part.filled else None, stroke=colour, width_pt=0.6)


# ---- sheets, places, surroundings ----------------------------------------------------------------


def _size(item: Placed, size_pt: float, weight: int) -> tuple[float, float]:
    return width_mm(printable(item.feature.label, weight), size_pt, weight) + 1.2, size_pt * MM_PER_POINT * 1.2


def _label_sheet(page: Page, board: Board, item: Placed, types: TypeSizes) -> None:
    """Write the sheet's number on a plate of its own, where no parcel's words stand."""
    wide, high = _size(item, types.small, BOLD)
    box = best_place(board, item.shape, wide, high) if not item.is_point else None
    if box is not None:
        board.take(box)
        page.box_outline(box, fill=WHITE, stroke=item.style.stroke, width_pt=0.5)
        _write(page, box, item, types.small, BOLD, INK)


def _label_area(page: Page, board: Board, item: Placed, types: TypeSizes, covered: STRtree) -> None:
    box = best_place(board, item.shape, *_size(item, types.small, REGULAR), covered)
    if box is not None:
        board.take(box)
        _write(page, box, item, types.small, REGULAR, SOFT_INK, halo=WHITE)


def _label_place(page: Page, board: Board, item: Placed, types: TypeSizes, covered: STRtree) -> None:
    """Write a place's name beside its mark, off the parcels if that can be."""
    point = item.shape.centroid
    if not box_around(point.x, point.y, 2 * MARK_MM, 2 * MARK_MM).within(board.frame):
        return
    free = [box for box in _beside(point, *_size(item, types.small, REGULAR)) if board.free(box)]
    clear = [box for box in free if not len(covered.query(shapely.box(*_corners(box))))]
    for box in (clear or free)[:1]:
        board.take(box)
        _write(page, box, item, types.small, REGULAR, INK, halo=WHITE)


def _corners(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.bottom, box.right, box.top


def _beside(point: BaseGeometry, wide: float, high: float) -> list[Box]:
    """Return the boxes right, left, above and below a mark, then those at its corners."""
    x, y, aside, above = point.x, point.y, MARK_MM + 0.2 + wide / 2, MARK_MM + 0.2 + high / 2
    middles = [(x + aside, y), (x - aside, y), (x, y + above), (x, y - above)]
    middles += [(x + dx * aside, y + dy * above) for dy in (1, -1) for dx in (1, -1)]
    return [box_around(at_x, at_y, wide, high) for at_x, at_y in middles]


def _write(page: Page, box: Box, item: Placed, size: float, weight: int, colour: str, halo: str | None = None) -> None:
    x, baseline = (box.left + box.right) / 2, (box.bottom + box.top) / 2 - size * MM_PER_POINT * 0.35
    page.text(x, baseline, item.feature.label, size, weight=weight, colour=colour, across="center", halo=halo)
