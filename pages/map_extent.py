"""Which part of the project the map shows in this browser; the map keeps it in the tab's own memory."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from geodata.records import LngLatBbox
from pages.context import PageContext

EDGES: Final = ("west", "south", "east", "north")
READER: Final = """
export default function({ data, setStateValue }) {
  let view = null;
  try { view = JSON.parse(sessionStorage.getItem(`matbang:view:${data.project}`)); } catch { view = null; }
  const said = JSON.stringify(view);
  if (said !== data.known) setStateValue("view", view);
}
"""


def shown(context: PageContext) -> LngLatBbox | None:
    """Return the extent that the map shows, None when it was not opened in this tab."""
    if context.project is None:
        return None
    known: dict[str, Any] = st.session_state.get("map_view") or {}
    reader = st.components.v2.component("matbang_map_view", js=READER)
    result = reader(
        key="map_view",
        data={"project": context.project.code, "known": known.get("said")},
        default={"view": None},
        on_view_change=lambda: None,
        height="content",
    )
    view = getattr(result, "view", None)
    if not isinstance(view, dict) or not all(isinstance(view.get(edge), int | float) for edge in EDGES):
        return None
    return LngLatBbox(*(float(view[edge]) for edge in EDGES))
