"""The coordinate grid: crosses on the map and labelled ticks along its frame.

Vietnamese lists and sheets name the axes the other way round than mathematics does: X is the northing, Y the easting.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.path import Path

from geodata import crs
from reports.fonts import width_mm
from reports.labels import Board, box_around
from reports.mapframe import MapFrame
from reports.page import INK, SOFT_INK, Page
from reports.paper import MM_PER_POINT

CLOSEST_MM: Final = 24.0
"""Ticks stand at least this far apart on paper, so that their labels do not meet."""
TICK_MM: Final = 1.6
CROSS_MM: Final = 1.4


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the grid's lines run, in units of the survey system."""

    step: float
    eastings: Sequence[float]
    northings: Sequence[float]


def grid_of(frame: MapFrame) -> Grid:
    """Return the grid with the smallest round step (1, 2 or 5 times a power of ten) that leaves room for labels."""
    step = round_step(CLOSEST_MM / frame.mm_per_unit)
    west, south, east, north = frame.ground()
    return Grid(step, _multiples(west, east, step), _multiples(south, north, step))


def round_step(least: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is at least ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-12))


def _multiples(low: float, high: float, step: float) -> list[float]:
    return [index * step for index in range(math.ceil(low / step), math.floor(high / step) + 1)]


def axis_names(epsg: int) -> tuple[str, str]:
    """Return what easting and northing are called: Y and X on Vietnamese paper, E and N elsewhere."""
    return ("Y", "X") if crs.is_vn2000(epsg) else ("E", "N")


def grouped(value: float) -> str:
    """Return a coordinate in groups of three digits: ``1 227 500``."""
    return f"{round(value):,}".replace(",", " ")


def draw_crosses(page: Page, frame: MapFrame, grid: Grid, board: Board) -> None:
    """Draw a small cross wherever two lines of the grid meet and no word stands."""
    vertices: list[tuple[float, float]] = []
    for east in grid.eastings:
        for north in grid.northings:
            x, y = frame.at(east, north)
            if not board.free(box_around(x, y, 2 * CROSS_MM, 2 * CROSS_MM)):
                continue
            vertices += [(x - CROSS_MM, y), (x + CROSS_MM, y), (x, y - CROSS_MM), (x, y + CROSS_MM)]
    if vertices:
        codes = [int(Path.MOVETO), int(Path.LINETO)] * (len(vertices) // 2)
        page.path(Path(vertices, codes), stroke=SOFT_INK, width_pt=0.35, clip=frame.box)


def draw_ticks(page: Page, frame: MapFrame, grid: Grid, size_pt: float) -> None:
    """Draw ticks with their coordinates along all four sides; ``size_pt`` is the size of the labels."""
    east_name, north_name = axis_names(frame.epsg)
    for east in grid.eastings:
        _column(page, frame, frame.at(east, 0)[0], f"{east_name} {grouped(east)}", size_pt)
    for north in grid.northings:
        _row(page, frame, frame.at(0, north)[1], f"{north_name} {grouped(north)}", size_pt)
    page.box_outline(frame.box, stroke=INK, width_pt=0.9)


def _column(page: Page, frame: MapFrame, x: float, label: str, size_pt: float) -> None:
    box, height = frame.box, size_pt * MM_PER_POINT
    page.line([(x, box.top), (x, box.top + TICK_MM)], width_pt=0.6)
    page.line([(x, box.bottom), (x, box.bottom - TICK_MM)], width_pt=0.6)
    half = width_mm(label, size_pt) / 2
    at = min(max(x, box.left + half), box.right - half)
    page.text(at, box.top + TICK_MM + height * 0.25, label, size_pt, across="center")
    page.text(at, box.bottom - TICK_MM - height * 0.95, label, size_pt, across="center")


def _row(page: Page, frame: MapFrame, y: float, label: str, size_pt: float) -> None:
    box, height = frame.box, size_pt * MM_PER_POINT
    page.line([(box.left, y), (box.left - TICK_MM, y)], width_pt=0.6)
    page.line([(box.right, y), (box.right + TICK_MM, y)], width_pt=0.6)
    half = width_mm(label, size_pt) / 2
    at = min(max(y, box.bottom + half), box.top - half)
    page.text(box.left - TICK_MM - height * 0.25, at, label, size_pt, across="center", rotation=90)
    page.text(box.right + TICK_MM + height * 0.95, at, label, size_pt, across="center", rotation=90)


def ticks_room_mm(size_pt: float) -> float:
    """Return how much room ticks and labels take outside the frame, in mm."""
    return TICK_MM + size_pt * MM_PER_POINT * 1.3
