"""Tổng quan: all projects at a glance; what holds most parcels up stands first."""

from __future__ import annotations

import streamlit as st

from geodata.records import Project
from layers.headline import headline
from monitoring.progress import Figures
from pages import figures, look
from pages.context import PageContext

SHOWN_OBSTACLES = 5
MAP = "ban-do"


def render(context: PageContext) -> None:
    """Draw the page."""
    living = [project for project in context.projects if project.archived_on is None]
    _answer(context, living)
    if not living:
        look.quiet(context.say("Bring in a surveyor's file on the page “Import data”; a new project is made there."))
    _totals(context, living)
    for project in living:
        _project(context, project)
    _archived(context)


def _answer(context: PageContext, projects: list[Project]) -> None:
    """Say what holds most parcels up: over the real projects, or over the illustrative ones, marked, without any."""
    real = [project for project in projects if not project.illustrative]
    badge = context.say("illustrative data") if projects and not real else ""
    look.answer(_first_line(context, real or projects), badge=badge)


def _first_line(context: PageContext, projects: list[Project]) -> str:
    if not projects:
        return context.say("No project yet")
    found = [group for project in projects for group in figures.obstacle_groups(context, project)]
    if not found:
        return context.say("No parcel is stuck.")
    worst = max(found, key=lambda group: (group.parcels, group.longest_days))
    return context.say("Most stuck: {line}", line=figures.obstacle_line(context, worst))


def _totals(context: PageContext, projects: list[Project]) -> None:
    """Show the sum over projects; illustrative ones are left out, and this says so."""
    found = figures.totals(context)
    if found.projects:
        line = headline(found.figures, context.words)
        look.quiet(
            context.words.plural(
                "All of {count} project: {line}", "All of {count} projects: {line}", len(found.projects)
            ).format(line=line)
        )
    if any(project.illustrative for project in projects):
        look.quiet(context.say("Projects marked illustrative are not counted in the total."))


def _project(context: PageContext, project: Project) -> None:
    found = figures.progress(context, project).figures
    with st.container(border=True, key=f"mb_project_{project.id}"):
        mark = (
            f' <span class="mb-badge">{look.safe(context.say("illustrative data"))}</span>'
            if project.illustrative
            else ""
        )
        st.html(f'<p class="mb-title">{look.safe(project.name)}{mark}</p>')
        if not found.parcels:
            look.quiet(context.say("No parcels yet."))
            return
        st.html(f'<p class="mb-line">{look.safe(headline(found, context.words))}</p>')
        figures.stage_bar(context, found)
        _obstacles(context, project, found)
        if MAP in context.links:
            st.page_link(
                context.links[MAP],
                label=context.say("Open the map"),
                icon=":material/map:",
                query_params={"project": project.code},
            )


def _obstacles(context: PageContext, project: Project, found: Figures) -> None:
    if not found.stuck:
        return
    groups = figures.obstacle_groups(context, project)
    lines = (look.safe(figures.obstacle_line(context, group)) for group in groups[:SHOWN_OBSTACLES])
    st.html('<ul class="mb-obstacles">' + "".join(f"<li>{line}</li>" for line in lines) + "</ul>")
    rest = len(groups) - SHOWN_OBSTACLES
    if rest > 0:
        look.quiet(
            context.words.plural("and {count} other kind of obstacle", "and {count} other kinds of obstacles", rest)
        )


def _archived(context: PageContext) -> None:
    rows = figures.archived(context)
    if not rows:
        return
    with st.expander(
        context.words.plural("{count} archived project", "{count} archived projects", len(rows)),
        icon=":material/inventory_2:",
    ):
        for project in rows:
            on = context.words.day(project.archived_on) if project.archived_on else ""
            look.quiet(context.say("{name} ({code}), archived {day}", name=project.name, code=project.code, day=on))
