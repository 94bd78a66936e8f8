"""Figures for pages, cached by the store's identity, its last seq and who looks; and the lines that say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import streamlit as st

from geodata.records import Moment, Project
from layers.palette import ALL_STAGES
from monitoring import operations
from monitoring.curve import ProgressCurve
from monitoring.obstacles import ObstacleGroup
from monitoring.progress import Figures, Progress
from monitoring.reading import Totals
from pages import look
from pages.context import PageContext, Version, provided
from pages.recording import obstacle_label

COLOURS: Final[Mapping[str, str]] = {entry.stage: entry.colour or "#FFFFFF" for entry in ALL_STAGES}


def progress(context: PageContext, project: Project) -> Progress:
    """Return how far the project is on the day shown."""
    return _progress(context.version, project.code, context.as_of, context.today)


def progress_curve(context: PageContext, project: Project) -> ProgressCurve:
    """Return the project's curve up to the day shown."""
    return _curve(context.version, project.code, context.as_of, context.today)


def obstacle_groups(context: PageContext, project: Project) -> Sequence[ObstacleGroup]:
    """Return what holds the project's parcels up on the day shown, most parcels first."""
    return _obstacles(context.version, project.code, context.as_of, context.today)


def totals(context: PageContext) -> Totals:
    """Return the figures over all projects that are neither illustrative nor archived."""
    return _totals(context.version, context.as_of, context.today)


def archived(context: PageContext) -> Sequence[Project]:
    """Return the archived projects."""
    return _archived(context.version)


def obstacle_line(context: PageContext, group: ObstacleGroup) -> str:
    """Say what holds parcels up, who they wait for, how many, and for how long at most."""
    words = context.words
    line = context.say(
        "{kind}, waiting for {name}: {parcels}, the longest {days}"
        if group.waits_for
        else "{kind}: {parcels}, the longest {days}",
        kind=obstacle_label(context, group.kind),
        name=words.law(group.waits_for),
        parcels=words.plural("{count} parcel", "{count} parcels", group.parcels),
        days=words.plural("{count} day", "{count} days", group.longest_days),
    )
    return line


# A cached function names in its key all that its answer depends on, who looks included.


@st.cache_data(max_entries=200, show_spinner=False)
def _progress(version: Version, code: str, as_of: date | None, today: date) -> Progress:
    return operations.progress(version[2], provided().office, code, Moment(as_of))


@st.cache_data(max_entries=100, show_spinner=False)
def _curve(version: Version, code: str, as_of: date | None, today: date) -> ProgressCurve:
    return operations.progress_curve(version[2], provided().office, code, Moment(as_of))


@st.cache_data(max_entries=200, show_spinner=False)
def _obstacles(version: Version, code: str, as_of: date | None, today: date) -> Sequence[ObstacleGroup]:
    return operations.obstacles(version[2], provided().office, code, Moment(as_of))


@st.cache_data(max_entries=20, show_spinner=False)
def _totals(version: Version, as_of: date | None, today: date) -> Totals:
    return operations.totals(version[2], provided().office, Moment(as_of))


@st.cache_data(max_entries=20, show_spinner=False)
def _archived(version: Version) -> Sequence[Project]:
    rows = operations.list_projects(version[2], provided().office, include_archived=True)
    return [row for row in rows if row.archived_on is not None]


def stage_label(context: PageContext, stage: str) -> str:
    """Return a stage's name in the reader's language."""
    found = context.office.stages[stage]
    return found.label_en if context.language == "en" else found.label_vi


def stage_bar(context: PageContext, figures: Figures) -> None:
    """Draw the parcels by stage as one thin bar with its key below."""
    rows = [row for row in figures.stages if row.parcels]
    total = sum(row.parcels for row in rows) or 1
    parts = "".join(
        f'<span style="width:{100 * row.parcels / total:.3f}%;background:{COLOURS[row.stage]}"'
        f' title="{look.safe(stage_label(context, row.stage))}: {row.parcels}"></span>'
        for row in rows
    )
    keys = "".join(
        f'<span><i class="mb-dot" style="background:{COLOURS[row.stage]}"></i>'
        f"{look.safe(stage_label(context, row.stage))} {look.safe(context.words.number(row.parcels))}</span>"
        for row in rows
    )
    st.html(f'<div class="mb-bar">{parts}</div><p class="mb-keys">{keys}</p>')


def stage_list(context: PageContext, figures: Figures) -> None:
    """List the stages with their counts, then how many parcels are stuck."""
    lines = "".join(
        f'<dt><i class="mb-dot" style="background:{COLOURS[row.stage]}"></i>'
        f"{look.safe(stage_label(context, row.stage))}</dt><dd>{look.safe(context.words.number(row.parcels))}</dd>"
        for row in figures.stages
    )
    name, count = look.safe(context.say("Stuck")), look.safe(context.words.number(figures.stuck))
    stuck = f'<dt class="mb-stuck">{name}</dt><dd class="mb-stuck">{count}</dd>'
    st.html(f'<dl class="mb-stages">{lines}{stuck}</dl>')
