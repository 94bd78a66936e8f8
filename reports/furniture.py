"""What stands around the map: legend, scale bar, north arrow. All lengths are millimetres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import shapely

from layers import palette
from layers.view import AreaStyle, LegendEntry, MapView
from layers.words import Words
from reports.fonts import MEDIUM, REGULAR, width_mm, wrap
from reports.mapface import PT_PER_PX, draw_mark
from reports.mapframe import MapFrame
from reports.maplabels import draw_symbol
from reports.page import INK, SOFT_INK, WHITE, Page, line_mm
from reports.paper import MM_PER_POINT, TypeSizes
from reports.shapes import hatch_lines, path_of

SWATCH_MM: Final = (8.0, 4.6)
BAR_MM: Final = 1.5
"""Height of the scale bar."""
_STAGES: Final = frozenset(entry.stage for entry in palette.ALL_STAGES)


# ---- legend --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LegendRow:
    """A line of the legend, measured."""

    style: AreaStyle
    drawn_as: Literal["area", "line", "point"]
    title: Sequence[str]
    count: str
    area: str
    height: float


@dataclass(frozen=True, slots=True)
class Legend:
    """The legend, measured for a column of ``width`` mm."""

    rows: Sequence[LegendRow]
    width: float
    count_width: float
    area_width: float
    size_pt: float

    @property
    def height(self) -> float:
        """Return the height of all rows in mm."""
        return sum(row.height for row in self.rows)


def measure_legend(view: MapView, words: Words, width: float, size_pt: float) -> Legend:
    """Return the legend with its titles wrapped; counts and areas are the view's own."""
    points = _point_styles(view)
    counts = [words.number(entry.count) if entry.count is not None else "" for entry in view.legend]
    areas = [words.hectares(entry.area_m2) if entry.area_m2 is not None else "" for entry in view.legend]
    count_width = max((width_mm(text, size_pt, MEDIUM) for text in counts), default=0.0)
    area_width = max((width_mm(text, size_pt) for text in areas), default=0.0)
    taken = SWATCH_MM[0] + 2 + count_width + (area_width + 2.5 if area_width else 0) + 2
    rows = []
    for entry, count, area in zip(view.legend, counts, areas, strict=True):
        title = wrap(_title(entry), size_pt, width - (taken if count or area else SWATCH_MM[0] + 2))
        height = max(SWATCH_MM[1] + 1.0, len(title) * line_mm(size_pt) + 1.0)
        rows.append(
            LegendRow(view.styles[entry.style], _drawn_as(entry.style, view, points), title, count, area, height)
        )
    return Legend(rows, width, count_width, area_width, size_pt)


def _title(entry: LegendEntry) -> str:
    return f"{entry.title} ({entry.note})" if entry.note and entry.note not in entry.title else entry.title


def _drawn_as(style: str, view: MapView, points: set[str]) -> Literal["area", "line", "point"]:
    """Return how a style's swatch looks; an empty parcel is still an area, an empty boundary a line."""
    if style in points:
        return "point"
    is_empty = view.styles[style].fill is None and not view.styles[style].hatch
    return "line" if is_empty and style not in _STAGES else "area"


def _point_styles(view: MapView) -> set[str]:
    return {
        feature.style
        for layer in view.layers
        for feature in layer.features
        if feature.geometry.geom_type in ("Point", "MultiPoint")
    }


def draw_legend(page: Page, legend: Legend, rows: Sequence[LegendRow], left: float, top: float) -> float:
    """Draw some rows of the legend downwards from ``top``; returns where the last one ends."""
    for row in rows:
        middle = top - row.height / 2
        _swatch(page, row, left, middle)
        ascent = legend.size_pt * MM_PER_POINT * 0.36
        first = middle + (len(row.title) - 1) * line_mm(legend.size_pt) / 2 - ascent
        for index, line in enumerate(row.title):
            page.text(left + SWATCH_MM[0] + 2, first - index * line_mm(legend.size_pt), line, legend.size_pt)
        right = left + legend.width
        count_right = right - (legend.area_width + 2.5 if legend.area_width else 0)
        page.text(count_right, middle - ascent, row.count, legend.size_pt, weight=MEDIUM, across="right")
        page.text(right, middle - ascent, row.area, legend.size_pt, colour=SOFT_INK, across="right")
        top -= row.height
    return top


def _swatch(page: Page, row: LegendRow, left: float, middle: float) -> None:
    width, height = SWATCH_MM
    style, centre = row.style, left + width / 2
    if row.drawn_as == "point":
        draw_mark(page, centre, middle, style)
        return
    dash = (5.0, 2.5) if style.dashed else None
    stroke_pt = max(0.4, style.stroke_width_px * PT_PER_PX)
    if row.drawn_as == "line":
        page.line([(left, middle), (left + width, middle)], stroke=style.stroke, width_pt=stroke_pt, dash=dash)
        return
    box = shapely.box(left, middle - height / 2, left + width, middle + height / 2)
    outline = path_of([box])
    if outline is None:
        return
    page.path(outline, fill=style.fill, stroke=style.stroke, width_pt=stroke_pt, dash=dash)
    hatch = path_of([hatch_lines(box, style.hatch_kind, 1.5)]) if style.hatch else None
    if hatch is not None:
        page.path(hatch, stroke=style.hatch, width_pt=0.7)
    draw_symbol(page, centre, middle, style)


# ---- scale and north -----------------------------------------------------------------------------


def bar_metres(frame: MapFrame, longest_mm: float) -> float:
    """Return the round length (1, 2 or 5 times a power of ten metres) of the longest bar that fits."""
    most = longest_mm * frame.scale / 1000 * (1 + 1e-12)
    power = 10.0 ** math.floor(math.log10(most))
    return next(factor * power for factor in (5, 2, 1) if factor * power <= most)


def draw_scale(
    page: Page, frame: MapFrame, words: Words, left: float, top: float, width: float, types: TypeSizes
) -> float:
    """Draw the scale as words and as a bar of round metres; returns where it ends."""
    ratio = words.text("Scale 1:{scale}").format(scale=words.number(frame.scale))
    y = top - types.body * MM_PER_POINT
    page.text(left, y, ratio, types.body, weight=MEDIUM)
    y -= line_mm(types.small)
    one = words.text("1 cm on the map is {length} on the ground").format(length=_length(words, frame.scale / 100))
    for line in wrap(one, types.small, width):
        page.text(left, y, line, types.small, colour=SOFT_INK)
        y -= line_mm(types.small)
    metres = bar_metres(frame, width - width_mm(_length(words, 10_000), types.small) - 4)
    start, bar_top = left + 1.0, y + types.small * MM_PER_POINT * 0.2
    quarter = metres / 4 * 1000 / frame.scale
    for index in range(4):
        at = start + index * quarter
        cell = shapely.box(at, bar_top - BAR_MM, at + quarter, bar_top)
        path = path_of([cell])
        if path is not None:
            page.path(path, fill=INK if index % 2 == 0 else WHITE, stroke=INK, width_pt=0.5)
    below = bar_top - BAR_MM - types.small * MM_PER_POINT * 1.05
    page.text(start, below, "0", types.small, across="center")
    unit = "km" if metres >= 1000 else "m"
    for share in (0.5, 1.0):
        shown = _number_in(words, metres * share, unit) + (f" {unit}" if share == 1 else "")
        lead = width_mm(_number_in(words, metres * share, unit), types.small) / 2
        page.text(start + quarter * 4 * share - lead, below, shown, types.small)
    return below - 1.0


def _length(words: Words, metres: float) -> str:
    unit = "km" if metres >= 1000 else "m"
    return f"{_number_in(words, metres, unit)} {unit}"


def _number_in(words: Words, metres: float, unit: str) -> str:
    return words.number(metres / 1000 if unit == "km" else metres, 2)


def draw_north(page: Page, words: Words, centre: float, top: float, height: float, types: TypeSizes) -> float:
    """Draw the arrow to grid north; returns where it ends."""
    letter = types.heading * MM_PER_POINT
    page.text(centre, top - letter * 0.8, words.text("N (north)"), types.heading, weight=MEDIUM, across="center")
    tip, foot, half = top - letter * 1.1, top - height, height * 0.22
    notch = foot + height * 0.16
    dark = shapely.Polygon([(centre, tip), (centre + half, foot), (centre, notch)])
    light = shapely.Polygon([(centre, tip), (centre - half, foot), (centre, notch)])
    for shape, fill in ((dark, INK), (light, WHITE)):
        path = path_of([shape])
        if path is not None:
            page.path(path, fill=fill, stroke=INK, width_pt=0.6)
    return foot


def paragraph(
    page: Page,
    text: str,
    left: float,
    top: float,
    width: float,
    size_pt: float,
    *,
    weight: int = REGULAR,
    colour: str = INK,
) -> float:
    """Write a wrapped text downwards from ``top``; returns where it ends."""
    y = top - size_pt * MM_PER_POINT
    for line in wrap(text, size_pt, width, weight):
        page.text(left, y, line, size_pt, weight=weight, colour=colour)
        y -= line_mm(size_pt)
    return y + line_mm(size_pt) - size_pt * MM_PER_POINT * 0.32
