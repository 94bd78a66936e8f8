"""Overlays as GeoJSON (RFC 7946, WGS 84): what lies around the parcels, fetched by address and cached.

Properties are public and all of them text. ``style`` names an entry of :data:`layers.palette.STYLES`; places carry
``certainty`` and ``position``, so that what is not known exactly is never drawn as if it were.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geodata import shipped
from geodata.records import AdminUnit, Place, Project
from layers import palette

GeoJson = dict[str, Any]

PLACE_DIGITS: Final = 6
"""Decimals of a degree: 0.1 m, for places and boundaries."""
AREA_DIGITS: Final = 5
"""Decimals of a degree: 1 m, for areas that were simplified to 30 m."""
CONTEXT_DIGITS: Final = 4
"""Decimals of a degree: 11 m, for what was simplified to 500 m or more."""
_KIND_COLUMN: Final = MappingProxyType({"st_site": "category", "transfer_site": "field", "gi_area": "product"})


@cache
def overlay(name: str) -> GeoJson:
    """Return a shipped overlay; shared, so not to be changed. Raises KeyError for a name not in :data:`NAMES`."""
    return _collection(_SHIPPED[name]())


@cache
def overlay_bytes(name: str) -> bytes:
    """Return the same as compact JSON in UTF-8; raises KeyError."""
    return as_bytes(overlay(name))


def boundary_overlay(project: Project) -> GeoJson:
    """Return the boundary of a project; no feature while it has no parcels."""
    if project.boundary is None:
        return _collection([])
    properties = {"id": project.code, "name": project.name, "style": palette.BOUNDARY}
    if project.illustrative:
        properties["certainty"] = "illustrative"
    return _collection([_feature(project.boundary, properties, PLACE_DIGITS)])


def as_bytes(collection: GeoJson) -> bytes:
    """Return a collection as compact JSON in UTF-8."""
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def rounded(geometry: BaseGeometry, digits: int) -> GeoJson:
    """Return a geometry as GeoJSON with its coordinates rounded to so many decimals of a degree."""
    raw = mapping(geometry)
    return {"type": raw["type"], "coordinates": _round(raw["coordinates"], digits)}


def _round(value: Any, digits: int) -> Any:
    if isinstance(value, int | float):
        return round(value, digits)
    points = [_round(part, digits) for part in value]
    return _without_repeats(points) if points and isinstance(points[0], list) else points


def _without_repeats(points: list[Any]) -> list[Any]:
    """Leave out points that rounding laid on the one before; a ring keeps at least its four."""
    kept = [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]
    return kept if len(kept) >= 4 else points


def _feature(geometry: BaseGeometry, properties: Mapping[str, str], digits: int) -> GeoJson:
    found = {"type": "Feature", "properties": dict(properties), "geometry": rounded(geometry, digits)}
    return {**found, "id": properties["id"]} if "id" in properties else found


def _collection(features: Sequence[GeoJson]) -> GeoJson:
    return {"type": "FeatureCollection", "features": list(features)}


# ---- what is shipped ---------------------------------------------------------------------------


def _communes() -> Sequence[GeoJson]:
    """Return communes with the old communes and districts that they came from, searchable by either name."""
    return [
        _unit_feature(
            unit,
            AREA_DIGITS,
            style="communes",
            old_communes=", ".join(shipped.old_communes_of(unit.code)),
            old_districts=", ".join(shipped.old_district_titles_of(unit.code)),
        )
        for unit in shipped.communes()
    ]


def _provinces() -> Sequence[GeoJson]:
    return [_unit_feature(unit, CONTEXT_DIGITS, style="provinces") for unit in shipped.provinces()]


def _unit_feature(unit: AdminUnit, digits: int, **more: str) -> GeoJson:
    geometry = unit.geometry
    if geometry is None:
        raise ValueError(unit.code)
    return _feature(geometry, {"id": unit.code, "name": unit.name, **more}, digits)


def _land() -> Sequence[GeoJson]:
    return [_feature(area, {"style": "land"}, CONTEXT_DIGITS) for area in shipped.land()]


def _towns() -> Sequence[GeoJson]:
    return [
        _feature(town.point, {"name": town.name, "population": str(town.population), "style": "towns"}, CONTEXT_DIGITS)
        for town in shipped.towns()
    ]


def _places(layer: str) -> Callable[[], Sequence[GeoJson]]:
    digits = AREA_DIGITS if layer == "gi_area" else PLACE_DIGITS

    def found() -> Sequence[GeoJson]:
        located = [(place, place.geometry) for place in shipped.places() if place.layer == layer]
        return [
            _feature(geometry, place_properties(place), digits) for place, geometry in located if geometry is not None
        ]

    return found


def place_properties(place: Place) -> dict[str, str]:
    """Return what a map says of a place; empty values are left out, but never certainty and position."""
    known = {
        "kind": place.attributes.get(_KIND_COLUMN.get(place.layer, ""), ""),
        "technology": place.attributes.get("technology", ""),
        "year": place.attributes.get("year", ""),
        "located_by": place.located_by,
        "note": place.attributes.get("note", "") or place.attributes.get("area_basis", ""),
        "source": place.source,
    }
    return {
        "id": place.id,
        "name": place.name,
        "layer": place.layer,
        "certainty": place.certainty.value,
        "position": place.position.value,
        "style": palette.place_key(place),
        **{key: value for key, value in known.items() if value},
    }


_SHIPPED: Final[Mapping[str, Callable[[], Sequence[GeoJson]]]] = MappingProxyType(
    {
        "communes": _communes,
        "gi_area": _places("gi_area"),
        "st_site": _places("st_site"),
        "transfer_site": _places("transfer_site"),
        "provinces": _provinces,
        "land": _land,
        "towns": _towns,
    }
)
NAMES: Final = tuple(_SHIPPED)
"""Names of the shipped overlays; the boundary belongs to a project, see :func:`boundary_overlay`."""
