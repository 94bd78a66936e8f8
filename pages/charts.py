"""The charts of the pages: colours, counts and words come in, an Altair chart goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import altair as alt

FONT: Final = "Be Vietnam Pro"
INK: Final = "#1C2B33"
QUIET: Final = "#5B6B75"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is, how long, in which colour; ``label`` is written at its end."""

    title: str
    count: int
    colour: str
    label: str


@dataclass(frozen=True, slots=True)
class CurveMark:
    """What had been reached by the end of a day, with the words for it."""

    on: date
    value: float
    series: str
    label: str
    day: str


def _dressed(chart: Any) -> alt.LayerChart:
    dressed: alt.LayerChart = (
        chart.configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=13, titleFontSize=12, labelColor=INK, titleColor=QUIET, gridColor="#E8ECEE")
        .configure_legend(labelFontSize=13, title=None, orient="top")
    )
    return dressed


def bars(rows: Sequence[Bar]) -> alt.LayerChart:
    """Return horizontal bars in the order given, each with its count at the end."""
    data = alt.InlineData(
        values=[{"title": row.title, "count": row.count, "colour": row.colour, "label": row.label} for row in rows]
    )
    order = [row.title for row in rows]
    longest = max((row.count for row in rows), default=0) or 1
    base = alt.Chart(data).encode(
        y=alt.Y(
            "title:N", sort=order, title=None, axis=alt.Axis(labelLimit=320, ticks=False, domain=False, labelPadding=8)
        ),
        x=alt.X("count:Q", title=None, axis=None, scale=alt.Scale(domain=[0, longest * 2.3])),
    )
    drawn = base.mark_bar(height=19, stroke="#8A949A", strokeWidth=0.6).encode(
        color=alt.Color("colour:N", scale=None, legend=None),
        tooltip=[alt.Tooltip("title:N", title=" "), alt.Tooltip("label:N", title=" ")],
    )
    words = base.mark_text(align="left", dx=6, fontSize=13, color=INK).encode(text="label:N")
    return _dressed(alt.layer(drawn, words).properties(height=30 * max(len(rows), 1)))


def curve(
    marks: Sequence[CurveMark], colours: dict[str, str], axis: str, *, language: str, planned: str
) -> alt.LayerChart:
    """Return cumulative steps over time, and the plan as a straight dashed line."""
    values = [
        {"on": mark.on.isoformat(), "value": mark.value, "series": mark.series, "label": mark.label, "day": mark.day}
        for mark in marks
    ]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X(
            "on:T",
            title=None,
            axis=alt.Axis(format="%m/%Y" if language == "vi" else "%b %Y", labelOverlap=True, tickCount=6),
        ),
        y=alt.Y("value:Q", title=axis, axis=alt.Axis(tickMinStep=1, tickCount=6)),
        color=alt.Color("series:N", scale=alt.Scale(domain=list(colours), range=list(colours.values()))),
        tooltip=[alt.Tooltip(f"{name}:N", title=" ") for name in ("day", "series", "label")],
    )
    done = base.transform_filter(alt.datum.series != planned).mark_line(interpolate="step-after", strokeWidth=2.4)
    plan = base.transform_filter(alt.datum.series == planned).mark_line(strokeWidth=1.6, strokeDash=[5, 4])
    return _dressed(alt.layer(done, plan).properties(height=250))
