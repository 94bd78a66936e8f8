"""Bản đồ: the map and, beside it, the panel of the chosen parcel."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit_folium import st_folium

from geodata.records import Project
from layers.headline import headline
from layers.web import MapSpec, build_map, map_message, shown_layers
from monitoring import operations
from pages import context as contexts
from pages import figures, look, parcel_panel
from pages.context import PageContext

MAP_KEY = "map"
FIRST_HEIGHT_PX = 560


def render(context: PageContext) -> None:
    """Draw the page."""
    if context.project is None:
        look.answer(context.say("No project yet: bring one in on the page “Import data”."))
        return
    _first_line(context, context.project)
    _map_and_panel()


def _first_line(context: PageContext, project: Project) -> None:
    """Show the headline; while today is shown, the map's script keeps it up to date."""
    line = headline(figures.progress(context, project).figures, context.words)
    badge = context.say("illustrative data") if project.illustrative else ""
    look.answer(
        line, badge=badge, attributes=f'class="matbang-headline" data-matbang-headline="{look.safe(project.code)}"'
    )


@st.fragment
def _map_and_panel() -> None:
    """Draw map and panel; only this part runs again when somebody clicks or records."""
    context = contexts.current()
    project = context.project
    if project is None:
        return
    with st.container(horizontal=True, key="mb_map_row", gap="small"):
        map_cell = st.container(key="mb_map_cell")
        panel = st.container(key="mb_panel", width=360)
    with map_cell:
        _draw_map(context, project)
    with panel:
        _panel()
    contexts.write_address()


@st.fragment
def _panel() -> None:
    """Draw the panel; what is done in its forms runs only this, and the map is not sent again."""
    parcel_panel.render(contexts.current())


def _draw_map(context: PageContext, project: Project) -> None:
    """Draw the map; it is built anew on every run, and only constants of the project enter its script."""
    spec = MapSpec(
        project=project.code,
        bounds=operations.project_bounds(context.actor, context.office, project.code),
        language=context.language,
        illustrative=project.illustrative,
        height_px=FIRST_HEIGHT_PX,
    )
    st_folium(
        build_map(spec),
        key=MAP_KEY,
        height=spec.height_px,
        width=None,
        use_container_width=True,
        returned_objects=["last_clicked", "selected_layers"],
        feature_group_to_add=map_message(selected=context.parcel_id, as_of=context.as_of, layers=context.layers),
        on_change=_heard,
    )


def _heard() -> None:
    """Take what the map reports, before anything is drawn: so a click needs one run, not two."""
    context, found = contexts.current(), st.session_state.get(MAP_KEY)
    contexts.choose_layers(shown_layers(found))
    if context.project is not None:
        _take_click(context, context.project, found)


def _take_click(context: PageContext, project: Project, found: dict[str, Any] | None) -> None:
    """Select the parcel under a new click; the map reports the last click again with whatever else it reports."""
    point = (found or {}).get("last_clicked")
    if not point or st.session_state.get("clicked") == (project.code, point["lat"], point["lng"]):
        return
    st.session_state["clicked"] = (project.code, point["lat"], point["lng"])
    parcel = operations.parcel_at(context.actor, context.office, project.code, point["lng"], point["lat"])
    contexts.choose_parcel(parcel.id if parcel else None)
