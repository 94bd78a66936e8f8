"""The map view: one plain record, composed once, that screen and every sheet draw.

Whoever draws reads colours, counts and words from here and computes nothing, so no two media can disagree.
Geometries are WGS 84. Nothing in this module knows a drawing library.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shapely.geometry.base import BaseGeometry

from geodata.records import LngLatBbox


@dataclass(frozen=True, slots=True)
class AreaStyle:
    """How an area is drawn; colours are ``#RRGGBB``."""

    fill: str | None
    stroke: str
    stroke_width_px: float
    symbol: str = ""
    """Name of the stage's shape: open_circle, dot, lines, quarter_disc, half_disc, square, check, pause, or "";
    of a place: diamond, triangle, dot (hollow and dashed where its position is a stand-in)."""
    hatch: str | None = None
    """Colour of a red / hatch over the fill when stuck, grey x when suspended, None without."""
    hatch_kind: str = ""
    """``slash`` (stuck), ``cross`` (suspended), ``backslash`` (an illustrative area) or ""."""
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing on the map."""

    id: str
    geometry: BaseGeometry
    style: str
    """Key into :attr:`MapView.styles`."""
    label: str = ""
    stuck: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer in drawing order, lowest first."""

    name: str
    title: str
    features: Sequence[Feature]


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A line of the legend; ``count`` None where counting makes no sense."""

    style: str
    title: str
    count: int | None
    area_m2: float | None = None
    note: str = ""
    """For example "minh hoạ"."""


@dataclass(frozen=True, slots=True)
class HeadlineFigures:
    """What the first line says. Counts are of parcels (thửa) and households (hộ), never cases."""

    parcels: int
    parcels_handed_over: int
    households: int
    households_handed_over: int
    area_m2: float
    area_handed_over_m2: float
    stuck: int
    area_partly_measured: bool


@dataclass(frozen=True, slots=True)
class MapView:
    """Everything that a medium needs to draw one map."""

    project_code: str
    title: str
    headline: HeadlineFigures
    headline_text: str
    layers: Sequence[Layer]
    styles: dict[str, AreaStyle]
    legend: Sequence[LegendEntry]
    extent: LngLatBbox
    as_of: date
    """The day shown: today, or the date chosen."""
    as_of_is_today: bool
    known_at: datetime | None
    survey_epsg: int
    place_names: Sequence[str]
    """Commune, district of before 2025-07-01, provinces: searchable on paper."""
    illustrative: bool
    sources: Sequence[str]
    language: str
    fingerprint: str
    """SHA-256 (hex) over the data drawn; equal data give equal fingerprints."""
    journal_seq: int
