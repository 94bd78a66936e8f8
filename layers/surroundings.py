"""What lies around a project on its map: context layers, names of places, credits. Pure: all data is passed in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import shapely
from shapely.geometry import Point, box
from shapely.geometry.base import BaseGeometry

from geodata.records import AdminUnit, LngLatBbox, Place, Position
from geodata.reference import Town
from layers import palette
from layers.view import Feature, Layer, LegendEntry
from layers.words import Words

PLACE_LAYERS: Final = ("gi_area", "transfer_site", "st_site")
CHOICES: Final = ("communes", "st_site", "transfer_site", "gi_area")
"""Layers that a person switches on and off."""
ARCHIPELAGOS: Final = (("Quần đảo Hoàng Sa", 112.0, 16.5), ("Quần đảo Trường Sa", 113.9, 9.9))
"""Name, longitude, latitude; named on every map on which they lie."""
MAINLAND: Final = LngLatBbox(103.5, 9.0, 108.5, 22.8)
"""A map that shows all of this shows the country."""
WIDE_DEGREES: Final = 0.5
"""From this width on provinces and towns are drawn too."""
_BOUNDARY_SOURCE: Final = "sapnhap.bando.com.vn (thanglequoc/vietnamese-provinces-database, MIT)"


@dataclass(frozen=True, slots=True)
class CommunePast:
    """Where a present commune belongs, now and before the merger; names with their kind."""

    province: str
    old_districts: tuple[str, ...]
    old_province: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything that may be drawn around a project, WGS 84."""

    communes: Sequence[AdminUnit]
    past: Mapping[str, CommunePast]
    """By code of the commune."""
    merged_on: date
    provinces: Sequence[AdminUnit]
    land: Sequence[BaseGeometry]
    towns: Sequence[Town]
    places: Sequence[Place]


# ---- layers ------------------------------------------------------------------------------------


def with_archipelagos(extent: LngLatBbox, provinces: Iterable[AdminUnit]) -> LngLatBbox:
    """Return an extent that shows the whole country widened to Hoàng Sa and Trường Sa, any other as it is."""
    mainland = box(MAINLAND.west, MAINLAND.south, MAINLAND.east, MAINLAND.north)
    if not as_box(extent).covers(mainland):
        return extent
    shapes = [unit.geometry for unit in provinces if unit.geometry is not None]
    west, south, east, north = shapely.total_bounds([as_box(extent), *shapes])
    return LngLatBbox(float(west), float(south), float(east), float(north))


def context_below(around: Surroundings, extent: LngLatBbox, chosen: Collection[str], words: Words) -> Sequence[Layer]:
    """Return the layers under the parcels, lowest first; only what lies in the extent, none that is empty.

    Land and provinces are drawn on a wide map, and where no commune is known.
    """
    window = as_box(extent)
    communes = _units("communes", around.communes, window)
    country = extent.east - extent.west >= WIDE_DEGREES or not communes
    layers = [
        Layer("land", words.text("Land"), _land(around.land, window) if country else []),
        Layer("provinces", words.text("Provinces"), _units("provinces", around.provinces, window) if country else []),
        Layer("communes", words.text("Communes and wards"), communes if "communes" in chosen else []),
        *(_place_layer(name, around, window, words) for name in PLACE_LAYERS[:1] if name in chosen),
    ]
    return [layer for layer in layers if layer.features]


def context_above(around: Surroundings, extent: LngLatBbox, chosen: Collection[str], words: Words) -> Sequence[Layer]:
    """Return the layers above the parcels: towns and archipelagos on wide maps, places."""
    window = as_box(extent)
    wide = extent.east - extent.west >= WIDE_DEGREES
    layers = [
        Layer("towns", words.text("Towns"), _towns(around.towns, window) if wide else []),
        Layer("islands", words.text("Archipelagos"), _archipelagos(window) if wide else []),
        *(_place_layer(name, around, window, words) for name in PLACE_LAYERS[1:] if name in chosen),
    ]
    return [layer for layer in layers if layer.features]


def as_box(extent: LngLatBbox) -> BaseGeometry:
    """Return an extent as a polygon."""
    return box(extent.west, extent.south, extent.east, extent.north)


def _units(style: str, units: Iterable[AdminUnit], window: BaseGeometry) -> Sequence[Feature]:
    return [
        Feature(id=unit.code, geometry=unit.geometry, style=style, label=unit.name)
        for unit in units
        if unit.geometry is not None and unit.geometry.intersects(window)
    ]


def _land(areas: Iterable[BaseGeometry], window: BaseGeometry) -> Sequence[Feature]:
    cut = [shapely.intersection(area, window) for area in areas if area.intersects(window)]
    return [Feature(id=f"land-{index}", geometry=area, style="land") for index, area in enumerate(cut)]


def _towns(towns: Iterable[Town], window: BaseGeometry) -> Sequence[Feature]:
    inside = [town for town in towns if window.covers(town.point)]
    return [Feature(id=f"town-{town.name}", geometry=town.point, style="towns", label=town.name) for town in inside]


def _archipelagos(window: BaseGeometry) -> Sequence[Feature]:
    points = [(name, Point(longitude, latitude)) for name, longitude, latitude in ARCHIPELAGOS]
    return [
        Feature(id=f"islands-{name}", geometry=point, style="towns", label=name)
        for name, point in points
        if window.covers(point)
    ]


def _place_layer(name: str, around: Surroundings, window: BaseGeometry, words: Words) -> Layer:
    features = [
        Feature(id=place.id, geometry=place.geometry, style=palette.place_key(place), label=place_label(place, words))
        for place in places_in(around, window)
        if place.layer == name and place.geometry is not None
    ]
    return Layer(name, _place_title(name, words), features)


def places_in(around: Surroundings, window: BaseGeometry) -> Sequence[Place]:
    """Return the places that lie in the window."""
    return [place for place in around.places if place.geometry is not None and place.geometry.intersects(window)]


def place_label(place: Place, words: Words) -> str:
    """Return a place's name, with the commune or old district that stands in for its point."""
    if place.layer == "gi_area" or place.position is Position.EXACT or not place.located_by:
        return place.name
    return f"{place.name} ({words.text('position known only to {place}').format(place=place.located_by)})"


# ---- legend ------------------------------------------------------------------------------------


def context_legend(layers: Iterable[Layer], words: Words) -> Iterator[LegendEntry]:
    """Return one entry for each way in which a context layer's features are drawn."""
    for layer in layers:
        if layer.name in {"land", "islands"}:
            continue
        for style in sorted({feature.style for feature in layer.features}):
            yield LegendEntry(style=style, title=layer.title, count=None, note=_style_note(style, words))


def _style_note(style: str, words: Words) -> str:
    if style.endswith("+illustrative"):
        return words.text("illustrative")
    if style.endswith("+approximate"):
        return words.text("position known only to the commune or old district")
    return ""


def _place_title(name: str, words: Words) -> str:
    if name == "st_site":
        return words.text("S&T sites")
    if name == "transfer_site":
        return words.text("Technology transfer sites")
    return words.text("Geographical indication areas")


# ---- names and credits -------------------------------------------------------------------------


def place_names(codes: Sequence[str], around: Surroundings, words: Words) -> Sequence[str]:
    """Return commune, province, old district and old province of some communes, each once, ready to be read."""
    names = {unit.code: unit.name for unit in around.communes}
    past = [around.past[code] for code in codes if code in around.past]
    day = words.day(around.merged_on)
    lines = [
        *(names[code] for code in codes if code in names),
        *(row.province for row in past),
        *(
            words.text("{place} (before {day})").format(place=district, day=day)
            for row in past
            for district in row.old_districts
        ),
        *(words.text("{place} (former)").format(place=row.old_province) for row in past),
    ]
    return tuple(dict.fromkeys(lines))


def credits_of(layers: Iterable[Layer], places: Iterable[Place], words: Words) -> Sequence[str]:
    """Return whom a map credits: only the sources of what is drawn on it."""
    drawn = {layer.name for layer in layers}
    found = []
    if drawn & {"communes", "provinces"}:
        found.append(words.text("boundaries: {source}").format(source=_BOUNDARY_SOURCE))
    if "land" in drawn:
        found.append("Natural Earth")
    if "towns" in drawn:
        found.append("GeoNames (CC BY 4.0)")
    shown = {feature.id for layer in layers for feature in layer.features if layer.name in PLACE_LAYERS}
    sources = (part for place in places if place.id in shown for part in place.source.split(";"))
    return (*found, *dict.fromkeys(_credit(source.strip()) for source in sources if source.strip()))


def _credit(source: str) -> str:
    """Return whom to credit: of a page its site alone, the number of the article stands in the registry."""
    if source.startswith("OpenStreetMap"):
        return "© OpenStreetMap contributors (ODbL)"
    site = source.split(maxsplit=1)[0]
    return site if "." in site else source
