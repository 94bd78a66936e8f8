"""One sheet: the map view on a page that can be taken to a meeting. It draws what the view says and computes nothing.

The same view and options give the same bytes: the dates inside the file are the view's, never the clock's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

import pyproj

from geodata import crs
from geodata.errors import ProjectEmpty
from layers.view import MapView
from layers.words import Words
from reports import furniture, mapface
from reports.fonts import BOLD, MEDIUM, fit, width_mm, wrap
from reports.furniture import Legend, paragraph
from reports.grid import axis_names, draw_crosses, draw_ticks, grid_of, ticks_room_mm
from reports.mapframe import MapFrame, drawing_epsg
from reports.mapframe import fit as fit_frame
from reports.maplabels import PARCELS
from reports.page import INK, SOFT_INK, Page, drawing, line_mm
from reports.paper import MM_PER_POINT, Box, SheetOptions, TypeSizes

HERE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
STAMP: Final = "#9C2A1C"
PAST: Final = "#FFF1CC"
GAP_MM: Final = 3.0
FINGERPRINT_LETTERS: Final = 12
PANEL_WIDENINGS: Final = (1.0, 1.35, 1.7)
"""Tried one after the other until the legend fits beside the map."""
PORTRAIT_SIDE: Final = 0.36
"""Share of an upright sheet's width for scale and north, beside the legend below the map."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What every part of a sheet needs."""

    page: Page
    view: MapView
    words: Words
    types: TypeSizes
    area: Box
    """Inside the page's frame."""


def render_sheet(view: MapView, options: SheetOptions, words: Words) -> bytes:
    """Return the sheet as a PDF or PNG file.

    Parameters
    ----------
    view : MapView
        What is drawn; geometries in WGS 84, drawn in the project's survey system.
    options : SheetOptions
        Paper, orientation, scale and format.
    words : Words
        The language of the sheet; the view was composed in the same.

    Raises
    ------
    ProjectEmpty
        There is no parcel to draw.
    PaperUnknown, SnapshotFormatUnknown
        No such paper, no such format.
    ScaleTooLarge
        The project does not fit at the wanted scale.
    """
    options.check()
    with drawing():
        page = draw_sheet(view, options, words)
        return page.save(
            options.format,
            options.dpi,
            title=view.title,
            subject=f"{view.project_code} · {view.fingerprint}",
            made_at=view.known_at or datetime.combine(view.as_of, time(), tzinfo=HERE),
        )


def draw_sheet(view: MapView, options: SheetOptions, words: Words) -> Page:
    """Return the drawn page; call it inside :func:`reports.page.drawing`."""
    if not any(layer.features for layer in view.layers if layer.name == PARCELS):
        raise ProjectEmpty(view.project_code)
    page = Page(options.page)
    margin = options.size.margin_mm
    page.box_outline(options.page.inset(margin / 2), stroke=INK, width_pt=0.8)
    sheet = _Sheet(page, view, words, options.size.types, options.page.inset(margin))
    body = Box(sheet.area.left, _footer(sheet) + GAP_MM, sheet.area.right, _header(sheet) - GAP_MM)
    if options.orientation == "landscape":
        _landscape(sheet, body, options)
    else:
        _portrait(sheet, body, options)
    return page


# ---- head and foot -------------------------------------------------------------------------------


def _header(sheet: _Sheet) -> float:
    """Write title, stamp, place and headline; returns where the head of the sheet ends."""
    area, types = sheet.area, sheet.types
    when_width = max(area.width * 0.24, width_mm(_as_of(sheet), types.heading, BOLD) + 4)
    title_width = area.width - when_width - 2 * GAP_MM
    sizes = tuple(types.title * share for share in (1.0, 0.9, 0.8, 0.7))
    size, lines = fit(sheet.view.title, sizes, title_width, 2, BOLD)
    y = area.top
    for line in lines:
        y -= line_mm(size) * (0.82 if y == area.top else 1.0)
        sheet.page.text(area.left, y, line, size, weight=BOLD)
    y -= size * MM_PER_POINT * 0.32
    y = min(_stamp_and_place(sheet, y - 1.0, title_width), _when(sheet, when_width) - 1.0)
    y = paragraph(sheet.page, sheet.view.headline_text, area.left, y, area.width, types.heading, weight=MEDIUM)
    sheet.page.line([(area.left, y - 1.2), (area.right, y - 1.2)], width_pt=0.6)
    return y - 1.2


def _stamp_and_place(sheet: _Sheet, top: float, width: float) -> float:
    """Write where it is, after the stamp of made-up data; returns where that ends."""
    types, left, y = sheet.types, sheet.area.left, top
    if sheet.view.illustrative:
        stamp = sheet.words.text("Illustrative data")
        wide = width_mm(stamp, types.body, BOLD) + 3.0
        high = types.body * MM_PER_POINT * 1.5
        box = Box(left, y - high, left + wide, y)
        sheet.page.box_outline(box, stroke=STAMP, width_pt=1.0)
        sheet.page.text(left + 1.5, y - high * 0.7, stamp, types.body, weight=BOLD, colour=STAMP)
        y -= high + 1.0
    place = " · ".join(sheet.view.place_names)
    return paragraph(sheet.page, place, left, y, width, types.body, colour=SOFT_INK) - 0.8 if place else y


def _as_of(sheet: _Sheet) -> str:
    return sheet.words.text("As of {day}").format(day=sheet.words.day(sheet.view.as_of))


def _when(sheet: _Sheet, width: float) -> float:
    """Write the date of the data at the upper right; returns where that ends."""
    view, words, types, right = sheet.view, sheet.words, sheet.types, sheet.area.right
    notes = []
    if view.known_at is not None:
        notes.append(words.text("by the data recorded up to {moment}").format(moment=words.moment(view.known_at)))
    if not view.as_of_is_today:
        notes.append(words.text("a past day, not the present state"))
    lines = [line for note in notes for line in wrap(note, types.small, width - 4)]
    high = types.heading * MM_PER_POINT * 1.5 + len(lines) * line_mm(types.small) + 0.8
    box = Box(right - width, sheet.area.top - high, right, sheet.area.top)
    if not view.as_of_is_today:
        sheet.page.box_outline(box, fill=PAST, stroke="#C98A00", width_pt=0.8)
    right -= 0 if view.as_of_is_today else 2
    y = box.top - types.heading * MM_PER_POINT * 1.1
    sheet.page.text(right, y, _as_of(sheet), types.heading, weight=BOLD, across="right")
    for line in lines:
        y -= line_mm(types.small)
        sheet.page.text(right, y, line, types.small, across="right")
    return box.bottom


def _footer(sheet: _Sheet) -> float:
    """Write source, note and fingerprint at the foot, from below; returns where the foot begins."""
    area, words, size = sheet.area, sheet.words, sheet.types.small
    mark = words.text("Data {fingerprint} · journal no. {seq}").format(
        fingerprint=sheet.view.fingerprint[:FINGERPRINT_LETTERS], seq=words.number(sheet.view.journal_seq)
    )
    note = words.text("Not an extract of the cadastral map.")
    lines = wrap(note, size, area.width - width_mm(mark, size) - 4, BOLD)
    sources = words.text("Sources: {sources}").format(sources=" · ".join(sheet.view.sources))
    cited = wrap(sources, size, area.width) if sheet.view.sources else []
    y = area.bottom + size * MM_PER_POINT * 0.32
    sheet.page.text(area.right, y, mark, size, colour=SOFT_INK, across="right")
    for line in reversed(lines):
        sheet.page.text(area.left, y, line, size, weight=BOLD)
        y += line_mm(size)
    for line in reversed(cited):
        sheet.page.text(area.left, y, line, size, colour=SOFT_INK)
        y += line_mm(size)
    return y


# ---- the two ways to lay out map and legend ------------------------------------------------------


def _landscape(sheet: _Sheet, body: Box, options: SheetOptions) -> None:
    """Put the map at the left, the panel at the right; a legend too long for the panel makes it wider."""
    heading = sheet.types.heading * MM_PER_POINT * 1.6
    sizes = [(sheet.types.body, 1.0), *((sheet.types.small, wider) for wider in PANEL_WIDENINGS)]
    for size, wider in sizes:
        width = options.size.panel_mm * wider
        foot_height = _apparatus_height(sheet, width)
        room = body.height - heading - foot_height - GAP_MM
        legend = furniture.measure_legend(sheet.view, sheet.words, width, size)
        if legend.height <= room:
            break
    panel = Box(body.right - width, body.bottom, body.right, body.top)
    frame = _map(sheet, Box(body.left, body.bottom, panel.left - GAP_MM, body.top), options)
    top = _legend_heading(sheet, panel.left, panel.top)
    legend = _squeezed(legend, room)
    furniture.draw_legend(sheet.page, legend, legend.rows, panel.left, top)
    _apparatus(sheet, frame, Box(panel.left, panel.bottom, panel.right, panel.bottom + foot_height))


def _portrait(sheet: _Sheet, body: Box, options: SheetOptions) -> None:
    """Put the map above, legend in two columns and scale below."""
    side = body.width * PORTRAIT_SIDE
    column = (body.width - side - 2 * GAP_MM - 2) / 2
    legend = furniture.measure_legend(sheet.view, sheet.words, column, sheet.types.small)
    half = _half(legend)
    heading = sheet.types.heading * MM_PER_POINT * 1.6
    columns = max(sum(row.height for row in part) for part in (legend.rows[:half], legend.rows[half:]))
    height = max(heading + columns, _apparatus_height(sheet, side))
    frame = _map(sheet, Box(body.left, body.bottom + height + GAP_MM, body.right, body.top), options)
    top = _legend_heading(sheet, body.left, body.bottom + height)
    furniture.draw_legend(sheet.page, legend, legend.rows[:half], body.left, top)
    furniture.draw_legend(sheet.page, legend, legend.rows[half:], body.left + column + GAP_MM, top)
    left = body.right - side
    sheet.page.line([(left - GAP_MM / 2, body.bottom), (left - GAP_MM / 2, body.bottom + height)], width_pt=0.4)
    _apparatus(sheet, frame, Box(left + 1, body.bottom, body.right, body.bottom + height))


def _half(legend: Legend) -> int:
    """Return after how many rows the first of two columns ends, so that they are about equally high."""
    filled = 0.0
    for index, row in enumerate(legend.rows):
        filled += row.height
        if filled >= legend.height / 2:
            return index + 1
    return len(legend.rows)


def _squeezed(legend: Legend, room: float) -> Legend:
    """Return the legend with its rows nearer to one another when they would not fit."""
    if legend.height <= room:
        return legend
    share = room / legend.height
    return replace(legend, rows=[replace(row, height=row.height * share) for row in legend.rows])


def _legend_heading(sheet: _Sheet, left: float, top: float) -> float:
    size = sheet.types.heading
    sheet.page.text(left, top - size * MM_PER_POINT, sheet.words.text("Legend"), size, weight=BOLD)
    return top - size * MM_PER_POINT * 1.6


def _map(sheet: _Sheet, room: Box, options: SheetOptions) -> MapFrame:
    """Draw the map with its grid into the room that is left for it."""
    view, size = sheet.view, sheet.types.small
    epsg = drawing_epsg(view.survey_epsg, view.extent)
    frame = fit_frame(view.extent, epsg, room.inset(ticks_room_mm(size)), options.scale)
    grid = grid_of(frame)
    board = mapface.draw_map(sheet.page, frame, view, sheet.types)
    draw_crosses(sheet.page, frame, grid, board)
    draw_ticks(sheet.page, frame, grid, size)
    return frame


# ---- scale, north, coordinate system -------------------------------------------------------------


def _system(sheet: _Sheet) -> str:
    """Return the coordinate system and its axes in words."""
    epsg = drawing_epsg(sheet.view.survey_epsg, sheet.view.extent)
    zone = crs.ZONES.get(epsg)
    name = f"VN-2000 {zone.name}" if zone else pyproj.CRS.from_epsg(epsg).name
    easting, northing = axis_names(epsg)
    return sheet.words.text(
        "Grid: {name} (EPSG:{epsg}), {northing} to the north, {easting} to the east, metres."
    ).format(name=name, epsg=epsg, northing=northing, easting=easting)


def _apparatus_height(sheet: _Sheet, width: float) -> float:
    small = line_mm(sheet.types.small)
    return (
        line_mm(sheet.types.body)
        + small * (4 + len(wrap(_system(sheet), sheet.types.small, width)))
        + furniture.BAR_MM
        + 2
    )


def _apparatus(sheet: _Sheet, frame: MapFrame, box: Box) -> None:
    """Draw scale and north, and say which coordinate system the grid has."""
    arrow = line_mm(sheet.types.small) * 4.6
    wide = arrow * 0.6
    bottom = furniture.draw_scale(
        sheet.page, frame, sheet.words, box.left, box.top, box.width - wide - GAP_MM, sheet.types
    )
    foot = furniture.draw_north(sheet.page, sheet.words, box.right - wide / 2, box.top, arrow, sheet.types)
    top = min(bottom, foot - 1.0)
    paragraph(sheet.page, _system(sheet), box.left, top, box.width, sheet.types.small, colour=SOFT_INK)
