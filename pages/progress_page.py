"""Tiến độ: how fast the work goes, by stage, by map sheet, and over time."""

from __future__ import annotations

import streamlit as st

from geodata import shipped
from geodata.records import Project
from layers.headline import headline
from monitoring.curve import CurvePoint, ProgressCurve
from monitoring.progress import Progress, SheetFigures
from pages import charts, figures, look
from pages.charts import Bar
from pages.context import PageContext

ACCENT = "#1F5C8B"
PLANNED = "#8A949A"
HECTARE_M2 = 10_000


def render(context: PageContext) -> None:
    """Draw the page."""
    project = context.project
    if project is None:
        look.answer(context.say("No project yet"))
        look.quiet(context.say("Bring in a surveyor's file on the page “Import data”; a new project is made there."))
        return
    found = figures.progress(context, project)
    if not found.figures.parcels:
        look.answer(context.say("No parcels yet."))
        return
    curve = figures.progress_curve(context, project)
    look.answer(_first_line(context, curve), badge=context.say("illustrative data") if project.illustrative else "")
    look.quiet(headline(found.figures, context.words))
    left, right = st.columns([5, 7], gap="medium")
    with left:
        _stages(context, found)
    with right:
        _curve(context, project, curve)
    _sheets(context, found)


def _first_line(context: PageContext, curve: ProgressCurve) -> str:
    words, gained = context.words, curve.gained_in_30_days
    line = context.say(
        "{parcels} parcels, {area} in 30 days",
        parcels=f"{_sign(gained.parcels)}{words.number(abs(gained.parcels))}",
        area=f"{_sign(gained.area_m2)}{words.hectares(abs(gained.area_m2))}",
    )
    if curve.days_behind is None:
        return line
    if curve.days_behind > 0:
        return (
            f"{line}; {words.plural('{count} day behind the plan', '{count} days behind the plan', curve.days_behind)}"
        )
    return (
        f"{line}; {words.plural('{count} day ahead of the plan', '{count} days ahead of the plan', -curve.days_behind)}"
    )


def _sign(value: float) -> str:
    return "+" if value > 0 else "−" if value < 0 else ""


def _stages(context: PageContext, found: Progress) -> None:
    words = context.words
    look.heading(context.say("Parcels by stage"))
    rows = [
        Bar(
            figures.stage_label(context, row.stage),
            row.parcels,
            figures.COLOURS[row.stage],
            f"{words.number(row.parcels)} · {words.hectares(row.area_m2)}",
        )
        for row in found.figures.stages
    ]
    stuck = words.plural("{count} parcel stuck", "{count} parcels stuck", found.figures.stuck)
    st.altair_chart(charts.bars(rows), width="stretch", theme=None, key="stage_bars")
    if found.figures.stuck:
        st.html(f'<p class="mb-stuck">{look.safe(stuck)}</p>')


def _curve(context: PageContext, project: Project, curve: ProgressCurve) -> None:
    look.heading(context.say("Handed over, over time"))
    units = {"parcels": context.say("parcels"), "area": context.say("hectares")}
    unit = st.segmented_control(
        context.say("Unit"),
        list(units),
        format_func=units.__getitem__,
        default="parcels",
        required=True,
        key="curve_unit",
        label_visibility="collapsed",
    )
    done, plan = context.say("handed over"), context.say("planned")
    points = [_point(context, row, unit or "parcels", done) for row in curve.points]
    points += [_point(context, row, unit or "parcels", plan) for row in curve.planned]
    colours = {done: ACCENT, **({plan: PLANNED} if curve.planned else {})}
    chart = charts.curve(points, colours, units[unit or "parcels"], language=context.language, planned=plan)
    st.altair_chart(chart, width="stretch", theme=None, key="curve")
    if not curve.planned:
        look.quiet(context.say("No planned dates are entered for this project, so no planned line is drawn."))


def _point(context: PageContext, row: CurvePoint, unit: str, series: str) -> charts.CurveMark:
    if unit == "area":
        return charts.CurveMark(
            row.on, row.area_m2 / HECTARE_M2, series, context.words.hectares(row.area_m2), context.words.day(row.on)
        )
    return charts.CurveMark(row.on, row.parcels, series, context.words.number(row.parcels), context.words.day(row.on))


def _sheets(context: PageContext, found: Progress) -> None:
    words = context.words
    look.heading(context.say("By map sheet"))
    several = len({row.commune_code for row in found.sheets}) > 1
    names = [
        context.say("Sheet"),
        context.say("Parcels"),
        context.say("Handed over"),
        context.say("Share"),
        context.say("Area"),
        context.say("Area handed over"),
        context.say("Stuck"),
    ]
    rows = [
        [
            _sheet_name(row, several),
            words.number(row.figures.parcels),
            words.number(row.figures.parcels_handed_over),
            words.percent(row.figures.share_handed_over),
            words.hectares(row.figures.area_m2),
            words.hectares(row.figures.area_handed_over_m2),
            words.number(row.figures.stuck),
        ]
        for row in found.sheets
    ]
    look.table(names, rows)


def _sheet_name(row: SheetFigures, several: bool) -> str:
    commune = shipped.commune(row.commune_code) if several and row.commune_code else None
    return f"{row.sheet} ({commune.name})" if commune else row.sheet
