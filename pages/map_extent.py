"""Which part of the project the map shows in this browser; the map keeps it in the tab's own memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from geodata.records import LngLatBbox
from pages.context import PageContext

EDGES: Final = 4
READER: Final = """
export default function({ data, setStateValue }) {
  let view = null;
  try { view = JSON.parse(sessionStorage.getItem(`matbang:view:${data.project}`)); } catch { view = null; }
  const edges = view && Array.isArray(view.edges) ? view.edges : null;
  if (JSON.stringify(edges) !== JSON.stringify(data.known)) setStateValue("edges", edges);
}
"""
"""Reads what layers/browser/memory.js wrote; the map's frame and the page have the same origin and the same tab."""


@st.cache_resource(show_spinner=False)
def _reader() -> Callable[..., Any]:
    """Register the component once for the process."""
    reader: Callable[..., Any] = st.components.v2.component("matbang_map_extent", js=READER)
    return reader


def shown(context: PageContext) -> LngLatBbox | None:
    """Return the extent that the map shows, None when it was not opened in this tab."""
    if context.project is None:
        return None
    key = f"map_extent_{context.project.code}"
    known = _edges(st.session_state.get(key))
    found = _reader()(
        key=key,
        data={"project": context.project.code, "known": known},
        default={"edges": known},
        on_edges_change=lambda: None,
    )
    edges = _edges(found)
    return LngLatBbox(*edges) if edges else None


def _edges(state: Any) -> list[float] | None:
    """Return west, south, east, north of what the browser said, None if that is not what it said."""
    edges = state.get("edges") if hasattr(state, "get") else None
    if not isinstance(edges, list) or len(edges) != EDGES or not all(isinstance(edge, int | float) for edge in edges):
        return None
    west, south, east, north = (float(edge) for edge in edges)
    return [west, south, east, north] if west < east and south < north else None
