"""The map in the browser: the one module that knows Folium.

A Folium map is built anew on every run of a page, and only constants enter its script: streamlit-folium makes the
frame's identity from a hash of that script, so the same constants keep the frame, its zoom and its centre. All that
changes (what is selected, which day is shown, where to look) goes by :func:`map_message`, which streamlit-folium
executes inside the living frame; statuses come by HTTP and by the live feed, straight to our modules in ``browser/``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

import folium
from folium.elements import JSCSSMixin
from folium.template import Template
from jinja2.utils import htmlsafe_json_dumps

from geodata import shipped
from geodata.records import LngLatBbox
from layers import palette
from layers.assets import asset_url
from layers.view import AreaStyle
from layers.words import Words, words_in
from monitoring.stages import Stages

SCRIPTS: Final = ("browser/map.js", "leaflet/leaflet.js", "protomaps-leaflet/protomaps-leaflet.js")
"""In the order of loading: our entry begins to fetch its modules while the libraries load."""
STYLE_SHEETS: Final = (
    "leaflet/leaflet.css",
    *(f"fonts/be-vietnam-pro/{weight}.css" for weight in (400, 500, 600)),
    "browser/map.css",
)
COUNTRY: Final = LngLatBbox(102.0, 7.0, 116.0, 23.6)
"""First view of a map without parcels: the mainland with Hoàng Sa and Trường Sa."""
LIMITS: Final = LngLatBbox(94.0, 2.0, 124.0, 28.0)
"""How far the map can be moved."""
SHEET: Final = ((101.0, 5.6), (101.0, 24.0), (116.0, 24.0), (116.0, 22.2), (118.6, 22.2), (118.6, 5.6))
"""Longitude and latitude of the corners of what the shipped basemap covers, as far as Trường Sa."""
COARSEST_ZOOM: Final = 5
FINEST_ZOOM: Final = 21
SOURCES: Final = "© OpenStreetMap · GeoNames · Natural Earth · sapnhap.bando.com.vn"
ISLANDS: Final = (("Quần đảo Hoàng Sa", 112.0, 16.5), ("Quần đảo Trường Sa", 113.9, 9.9))
"""Name, longitude and latitude: named on every map that shows the whole country."""
FIRST_LAYERS: Final = ("communes",)


@dataclass(frozen=True, slots=True)
class MapSpec:
    """The constants of one map. Nothing here may change with a status, a selection or a day."""

    project: str
    """Code of the project; "" for a map without parcels of its own, such as the preview of an import."""
    bounds: LngLatBbox | None = None
    """First view; None for the whole country."""
    language: str = "vi"
    illustrative: bool = False
    height_px: int = 560
    """Height of the frame until the page's style sheet sets it."""
    selected_layers: tuple[str, ...] = FIRST_LAYERS
    """Layers that are on until a person chooses."""


def build_map(spec: MapSpec) -> folium.Map:
    """Return the map of ``spec``; the same ``spec`` always gives the same script.

    Every file that the map loads is served by this installation; raises BrowserLibrariesMissing when the libraries
    have not been brought.
    """
    bounds = spec.bounds or COUNTRY
    chart = _OwnMap(
        location=[(bounds.south + bounds.north) / 2, (bounds.west + bounds.east) / 2],
        tiles=None,
        zoom_start=15 if spec.bounds else 6,
        font_size="13px",
    )
    _Start(_config(spec, bounds)).add_to(chart)
    return chart


def map_message(
    *,
    selected: int | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
    focus: LngLatBbox | None = None,
    layers: Sequence[str] | None = None,
    preview: Mapping[str, Any] | None = None,
) -> folium.FeatureGroup:
    """Return what the page tells the living map; give it to st_folium as ``feature_group_to_add``.

    Parameters
    ----------
    selected : int, optional
        Id of the parcel to outline.
    as_of : date, optional
        The past day to show; None for today, live.
    known_at : datetime, optional
        Show what had been recorded until then (with its zone); None for everything.
    focus : LngLatBbox, optional
        Where to look. The map goes there once and again only when the value changes.
    layers : sequence of str, optional
        Names of the layers that are on, as the page knows them; None before anyone chose.
    preview : Mapping, optional
        A GeoJSON FeatureCollection (WGS 84) to draw as outlines, such as the parcels of a file before it is accepted.
    """
    return _Message(
        {
            "selected": selected,
            "as_of": as_of.isoformat() if as_of else None,
            "known_at": known_at.isoformat() if known_at else None,
            "focus": _edges(focus) if focus else None,
            "layers": None if layers is None else list(layers),
            "preview": preview,
        }
    )


def shown_layers(found: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    """Return the names of the layers that are on, from what st_folium returned; None before anyone chose.

    Ask st_folium for ``selected_layers`` among its ``returned_objects``.
    """
    entries = (found or {}).get("selected_layers")
    return None if entries is None else tuple(str(entry["name"]) for entry in entries)


class _OwnMap(folium.Map):
    """A Folium map without the files that Folium loads from other people's servers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.default_js = [(name, asset_url(name)) for name in SCRIPTS]
        self.default_css = [(name, asset_url(name)) for name in STYLE_SHEETS]


class _Start(JSCSSMixin):
    """Starts our modules on the map that it is added to."""

    # The size stands here and not in map.css: it has to hold when Leaflet measures the map, right after the header.
    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <style>
                #{{ this._parent.get_name() }} {
                    position: fixed !important; inset: 0; width: auto !important; height: auto !important;
                }
            </style>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            MatBang.start({{ this._parent.get_name() }}, {{ this.config }});
        {% endmacro %}
        """
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "MatBangStart"
        # streamlit-folium leaves everything after an underscore out of the hash that names the frame;
        # the digest says it all, so two maps never share a frame by mistake.
        digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()
        self.config = _literal({**config, "digest": digest})


class _Message(folium.FeatureGroup):
    """An empty layer whose script hands a message to our modules."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.featureGroup();
            MatBang.apply({{ this.message }});
        {% endmacro %}
        """
    )

    def __init__(self, message: Mapping[str, Any]) -> None:
        super().__init__(name="message", control=False, show=False)
        self.message = _literal(message)


def _literal(value: Mapping[str, Any]) -> str:
    """Return a value as JavaScript that stays a value: no markup, and nothing that a template would carry out.

    Branca renders what it has rendered as a template once more; doubled braces can only stand inside texts here.
    """
    text = str(htmlsafe_json_dumps(value))
    for opening in ("{{", "{%", "{#"):
        text = text.replace(opening, "\\u007b" + ("\\u007b" if opening == "{{" else opening[1]))
    return text


# ---- constants of a map ------------------------------------------------------------------------


def _config(spec: MapSpec, bounds: LngLatBbox) -> dict[str, Any]:
    words = words_in(spec.language)
    return {
        "base": "",
        "project": spec.project,
        "language": spec.language,
        "illustrative": spec.illustrative,
        "bounds": _edges(bounds),
        "boundary": {
            **_style(palette.STYLES[palette.BOUNDARY]),
            "symbol": "line",
            "title": words.text("Project boundary"),
            "url": f"{_overlay_url(palette.BOUNDARY)}?{urlencode({'project': spec.project})}",
        },
        "zooms": [COARSEST_ZOOM, FINEST_ZOOM],
        "limits": _limits(bounds),
        "attribution": SOURCES,
        "stages": _stages(words),
        "stuck": {"title": words.text("Stuck"), **_style(palette.STYLES[palette.STUCK])},
        "basemap": _basemap(words),
        "overlays": _overlays(words),
        "selected_layers": list(spec.selected_layers),
        "preview": {"fill": palette.STYLES["not_started"].fill, "stroke": palette.PARCEL_OUTLINE},
        "words": _words(words),
    }


def _stages(words: Words) -> list[dict[str, Any]]:
    """Return the stages in the order of the status codes, with look and title."""
    stages = Stages.parse(shipped.stages())
    return [
        {
            "name": stage.name,
            "title": stage.label_vi if words.language == "vi" else stage.label_en,
            **({"outside": True} if position >= stages.steps else {}),
            **_style(palette.STYLES[stage.name]),
        }
        for position, stage in enumerate(stages.all)
    ]


def _style(style: AreaStyle) -> dict[str, Any]:
    look: dict[str, Any] = {"fill": style.fill, "stroke": style.stroke, "width": style.stroke_width_px}
    look["symbol"] = style.symbol
    # What is not there is left out: the script travels with every run of the page.
    if style.hatch:
        look |= {"hatch": style.hatch, "hatch_kind": style.hatch_kind}
    return {**look, "dashed": True} if style.dashed else look


def _basemap(words: Words) -> dict[str, Any]:
    return {
        "water": palette.WATER,
        "sheet": [list(corner) for corner in SHEET],
        "land": _style(palette.STYLES["land"]),
        "provinces": _style(palette.STYLES["provinces"]),
        "urls": {name: _overlay_url(name) for name in ("land", "provinces", "towns")},
        "islands": [
            {"name": words.text(name), "longitude": longitude, "latitude": latitude}
            for name, longitude, latitude in ISLANDS
        ],
    }


def _overlays(words: Words) -> list[dict[str, Any]]:
    """Return the layers of the control in its order; ``speaks`` says whether one answers to the pointer."""
    return [
        _overlay("communes", words.text("Communes and wards"), "matbang-lines", speaks=False),
        _overlay("st_site", words.text("S&T sites"), "markerPane", speaks=True),
        _overlay("transfer_site", words.text("Technology transfer sites"), "markerPane", speaks=True),
        _overlay("gi_area", words.text("Geographical indication areas (illustrative)"), "matbang-areas", speaks=True),
    ]


def _overlay(name: str, title: str, pane: str, *, speaks: bool) -> dict[str, Any]:
    styles = {
        key: _style(palette.STYLES[style])
        for key, style in (
            ("style", name),
            ("approximate", f"{name}+approximate"),
            ("illustrative", f"{name}+illustrative"),
        )
        if style in palette.STYLES
    }
    swatch = styles["illustrative"] if name == "gi_area" else styles["style"]
    return {
        "name": name,
        "title": title,
        "url": _overlay_url(name),
        "pane": pane,
        "speaks": speaks,
        "swatch": {key: swatch[key] for key in ("symbol", "stroke", "fill", "width", "dashed") if key in swatch},
        **styles,
    }


def _overlay_url(name: str) -> str:
    return f"/overlays/{name}.geojson"


def _words(words: Words) -> dict[str, str]:
    return {
        "layers": words.text("Layers"),
        "legend": words.text("Legend (parcels)"),
        "illustrative": words.text("illustrative data"),
        "stuck": words.text("Stuck").lower(),
        "parcel": words.text("Sheet {sheet} · Parcel {number}"),
        "live": words.text("Live"),
        "lost": words.text("Connection lost, reconnecting"),
        "as_of": words.text("As of {day}, not live"),
        "building": words.text("{message}: {percent} %"),
        "try_again": words.text("Try again"),
        "known_only_to": words.text("position known only to {place}"),
        "illustrative_extent": words.text("illustrative extent"),
        "uncertain": words.text("uncertain"),
    }


def _limits(bounds: LngLatBbox) -> list[list[float]]:
    """Return how far the map can be moved, as Leaflet writes corners; a project elsewhere in the world is inside."""
    return [
        [min(LIMITS.south, bounds.south - 1), min(LIMITS.west, bounds.west - 1)],
        [max(LIMITS.north, bounds.north + 1), max(LIMITS.east, bounds.east + 1)],
    ]


def _edges(bounds: LngLatBbox) -> list[float]:
    return [bounds.west, bounds.south, bounds.east, bounds.north]
