"""Xuất bản đồ và báo cáo: the map on paper, as PDF or PNG, from the same view as the screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

import streamlit as st

from geodata.errors import MatbangError
from geodata.records import LngLatBbox, Moment
from layers.views import map_view
from layers.words import words_in
from pages import errors, look, map_extent
from pages.context import PageContext, Version, provided
from reports.paper import SheetOptions
from reports.sheet import render_sheet

PAPERS: Final = ("A4", "A3")
ORIENTATIONS: Final = {"landscape": "Landscape", "portrait": "Portrait"}
FORMATS: Final = {"pdf": "PDF", "png": "PNG"}
MIMES: Final = {"pdf": "application/pdf", "png": "image/png"}
WHOLE: Final = "whole"
AS_ON_MAP: Final = "map"
FIT: Final = 0
SCALES: Final = (FIT, 500, 1000, 2000, 5000, 10000, 25000)
PREVIEW_DPI: Final = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that a sheet depends on, but for its paper."""

    version: Version
    code: str
    as_of: date | None
    today: date
    language: str
    extent: LngLatBbox | None
    layers: tuple[str, ...] | None


def _wanted(context: PageContext, code: str, extent: LngLatBbox | None) -> Wanted:
    return Wanted(context.version, code, context.as_of, context.today, context.language, extent, context.layers)


def render(context: PageContext) -> None:
    """Draw the page."""
    project = context.project
    if project is None:
        look.answer(context.say("No project yet"))
        return
    look.answer(
        context.say("Map of {name} as of {day}", name=project.name, day=context.words.day(context.shown_day)),
        badge=context.say("illustrative data") if project.illustrative else "",
    )
    left, right = st.columns([3, 7], gap="medium")
    with left:
        options, extent = _choices(context)
    try:
        with st.spinner(context.say("Drawing the sheet …")):
            preview = _preview(_wanted(context, project.code, extent), _preview_of(options))
        with left:
            _download(context, project.code, options, extent)
    except MatbangError as refusal:
        with right:
            errors.show(context, refusal)
        return
    with right, st.container(key="mb_preview"):
        st.image(preview, caption=context.say("Preview"), width="stretch")


def _choices(context: PageContext) -> tuple[SheetOptions, LngLatBbox | None]:
    paper = _one_of(context, "Paper", {name: name for name in PAPERS}, "A3", "sheet_paper")
    orientation = _one_of(context, "Orientation", ORIENTATIONS, "landscape", "sheet_orientation")
    chosen_format = _one_of(context, "Format", FORMATS, "pdf", "sheet_format")
    shown = map_extent.shown(context)
    extents = {WHOLE: "Whole project", **({AS_ON_MAP: "As on the map"} if shown else {})}
    extent = _one_of(context, "Extent", extents, WHOLE, "sheet_extent")
    scale = st.selectbox(
        context.say("Scale"),
        SCALES,
        key="sheet_scale",
        format_func=lambda scale: (
            f"1:{context.words.number(scale)}" if scale else context.say("largest round scale that fits")
        ),
    )
    return SheetOptions(paper, orientation, scale or None, chosen_format), shown if extent == AS_ON_MAP else None


def _one_of(context: PageContext, label: str, options: dict[str, str], first: str, key: str) -> str:
    chosen = st.segmented_control(
        context.words.text(label),
        list(options),
        format_func=lambda code: context.words.text(options[str(code)]),
        default=first,
        required=True,
        key=key,
    )
    return chosen or first


def _preview_of(options: SheetOptions) -> SheetOptions:
    return SheetOptions(
        options.paper,
        options.orientation,
        options.scale,
        "png",
        PREVIEW_DPI if options.paper == "A3" else PREVIEW_DPI * 7 // 5,
    )


def _download(context: PageContext, code: str, options: SheetOptions, extent: LngLatBbox | None) -> None:
    """Offer the sheet; it is drawn in full when somebody asks for it."""
    wanted = _wanted(context, code, extent)
    st.download_button(
        context.say("Download {format}", format=FORMATS[options.format]),
        data=partial(_drawn, wanted, options),
        file_name=f"{code}_{context.shown_day.isoformat()}_{options.paper}.{options.format}",
        mime=MIMES[options.format],
        icon=":material/download:",
        type="primary",
        width="stretch",
        on_click="ignore",
    )


@st.cache_data(max_entries=24, show_spinner=False)
def _preview(wanted: Wanted, options: SheetOptions) -> bytes:
    """Return the small picture of one sheet."""
    return _drawn(wanted, options)


def _drawn(wanted: Wanted, options: SheetOptions) -> bytes:
    """Return the file of one sheet; asks nothing of the session, since a download runs outside it."""
    words, moment = words_in(wanted.language), Moment(wanted.as_of)
    office, actor = provided().office, wanted.version[2]
    view = map_view(actor, office, wanted.code, moment, words, extent=wanted.extent, layers=wanted.layers)
    return render_sheet(view, options, words)
