"""The obvious map: every parcel as folium.GeoJson in st_folium. ``n=0`` is an empty map."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import folium
import streamlit as st
from streamlit_folium import st_folium

COLOURS = ["#F3F0E4", "#F2D98B", "#C3CF6B", "#84B95E", "#3E9A5F", "#1B7A5A", "#0B5345"]


@st.cache_data
def collection(path: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return loaded


st.set_page_config(layout="wide")
libraries = os.environ["BENCH_LIBRARIES"]
folium.Map.default_js = [("leaflet", f"{libraries}/leaflet.js")]
folium.Map.default_css = [("leaflet_css", f"{libraries}/leaflet.css")]
source = os.environ.get("BENCH_GEOJSON", "")
if st.button("change", key="change"):
    st.session_state["stage"] = st.session_state.get("stage", 0) + 1
fmap = folium.Map(location=[11.0, 108.0], zoom_start=13, tiles=None)
if source:
    data = collection(source)
    changed = data["features"][len(data["features"]) // 2]["properties"]["id"]
    stage = st.session_state.get("stage", 0)

    def style(feature: dict[str, Any]) -> dict[str, Any]:
        number = feature["properties"]["id"]
        colour = "#C8321F" if number == changed and stage else COLOURS[number % 7]
        return {"fillColor": colour, "color": "#555555", "weight": 1, "fillOpacity": 1}

    folium.GeoJson(data, style_function=style, tooltip=folium.GeoJsonTooltip(["number"])).add_to(fmap)
    west, south, east, north = data["bbox"]
    fmap.fit_bounds([[south, west], [north, east]])
st_folium(fmap, key="map", height=600, use_container_width=True, returned_objects=["last_clicked"])
