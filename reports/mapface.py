"""The face of the map: every layer of the view in its order, then symbols and words where they fit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers import palette
from layers.view import AreaStyle, Layer, MapView
from reports.labels import Board, box_around
from reports.mapframe import MapFrame
from reports.maplabels import MARK_MM, PARCELS, Drawn, Placed, label_map
from reports.page import WHITE, Page
from reports.paper import TypeSizes
from reports.shapes import SYMBOLS, Geometries, hatch_lines, path_of, polygons_of

GROUND: Final = ("land", "provinces")
"""Layers whose fill is the land, so that what is left of the frame is water."""
PT_PER_PX: Final = 0.55
"""A line of one pixel on screen, in points: paper shows finer lines than a screen."""
HATCH_MM: Final = 1.7
LOST_MM: Final = 0.45
"""A parcel smaller than this on paper would be lost …"""
FOUND_MM: Final = 1.3
"""… and gets a mark of this size."""


def draw_map(page: Page, frame: MapFrame, view: MapView, types: TypeSizes) -> Board:
    """Draw the whole face of the map inside its frame; returns where its words and symbols stand."""
    board = Board(frame.box.inset(0.6))
    water = palette.WATER if any(layer.name in GROUND for layer in view.layers) else WHITE
    page.box_outline(frame.box, fill=water, stroke=None)
    placed = [(layer, _placed(frame, view, layer)) for layer in view.layers]
    for layer, items in placed:
        _draw_areas(page, frame, layer, items)
    _mark_points(page, board, placed)
    label_map(page, board, placed, types)
    return board


def _placed(frame: MapFrame, view: MapView, layer: Layer) -> list[Placed]:
    if not layer.features:
        return []
    shapes: Geometries = np.array([feature.geometry for feature in layer.features], dtype=object)
    on_page = frame.on_page(shapes)
    return [
        Placed(feature, shape, view.styles[feature.style])
        for feature, shape in zip(layer.features, on_page, strict=True)
        if not shape.is_empty
    ]


# ---- areas ---------------------------------------------------------------------------------------


def _draw_areas(page: Page, frame: MapFrame, layer: Layer, items: Sequence[Placed]) -> None:
    """Draw fills, then outlines, then hatches, each style as one path: 100,000 parcels stay drawable."""
    areas = [item for item in items if item.shape.area > 0]
    styles = [(style, _grown(shapes) if layer.name == PARCELS else shapes) for style, shapes in _by_style(areas)]
    outlines = [(style, path_of(shapes)) for style, shapes in styles]
    for style, path in outlines:
        if path is not None and style.fill:
            page.path(path, fill=style.fill, clip=frame.box)
    for style, path in outlines:
        if path is not None:
            width = max(0.3, style.stroke_width_px * PT_PER_PX)
            dash = (5.0, 2.5) if style.dashed else None
            page.path(path, stroke=style.stroke, width_pt=width, dash=dash, clip=frame.box)
    for style, shapes in styles:
        if style.hatch:
            _draw_hatch(page, frame, shapes, style.hatch, style.hatch_kind)


def _draw_hatch(page: Page, frame: MapFrame, shapes: Sequence[BaseGeometry], colour: str, kind: str) -> None:
    path = path_of([hatch_lines(shape, kind, HATCH_MM) for shape in shapes])
    if path is None:
        return
    if kind == "slash":  # red on dark green needs a light edge to be seen
        page.path(path, stroke=WHITE, width_pt=1.2, clip=frame.box)
    page.path(path, stroke=colour, width_pt=0.75, clip=frame.box)


def _by_style(items: Sequence[Placed]) -> list[tuple[AreaStyle, list[BaseGeometry]]]:
    """Return styles with their shapes; heavier outlines last, so that no neighbour covers them."""
    ordered = sorted(items, key=lambda item: (item.style.stroke_width_px, item.feature.style))
    return [
        (style, [shape for item in group for shape in polygons_of(item.shape)])
        for style, group in groupby(ordered, key=lambda item: item.style)
    ]


def _grown(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Return shapes with those too small to be seen replaced by a small square."""
    grown: list[BaseGeometry] = []
    for shape in shapes:
        west, south, east, north = shape.bounds
        if max(east - west, north - south) < LOST_MM:
            x, y, half = (west + east) / 2, (south + north) / 2, FOUND_MM / 2
            grown.append(shapely.box(x - half, y - half, x + half, y + half))
        else:
            grown.append(shape)
    return grown


# ---- points --------------------------------------------------------------------------------------


def _mark_points(page: Page, board: Board, placed: Drawn) -> None:
    """Draw the marks of places; a mark is never left out, words give way to it."""
    for _, items in placed:
        for item in items:
            if item.shape.geom_type not in ("Point", "MultiPoint"):
                continue
            x, y = item.shape.centroid.x, item.shape.centroid.y
            box = box_around(x, y, 2 * MARK_MM, 2 * MARK_MM)
            if box.within(board.frame):
                draw_mark(page, x, y, item.style)
                board.take(box)


def draw_mark(page: Page, x: float, y: float, style: AreaStyle, radius: float = MARK_MM) -> None:
    """Draw a place's mark; hollow with a dashed outline where its position is not exact."""
    parts = SYMBOLS.get(style.symbol, SYMBOLS["dot"])(x, y, radius)
    size = 1.0 if style.symbol in SYMBOLS else 0.7
    for part in parts:
        dash = (1.6, 1.2) if style.dashed else None
        page.path(part.path, fill=style.fill or WHITE, stroke=style.stroke, width_pt=0.8 * size, dash=dash)
