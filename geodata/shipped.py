"""The data that ships with the application: law tables, administrative units, context and the S&T registry.

Read once from ``geodata/data`` beside this file and kept; nothing outside that folder is touched. Geometries
are WGS 84 (EPSG:4326, longitude latitude). Where each file comes from stands in ``data/SOURCES.md``.

Places whose point is unknown get a stand-in inside the commune, or inside the communes that took over the
old district, and say so by ``position`` and ``located_by``. Several that share one area are set apart on a small
ring around its middle, always in the same order and never outside the area, so that each can be seen and clicked.
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Point, shape
from shapely.geometry.base import BaseGeometry

from geodata import standin
from geodata.records import AdminUnit, Certainty, Place, Position
from geodata.reference import CrosswalkRow, LandType, ObstacleKind, Town
from geodata.standin import slug

_DATA = Path(__file__).resolve().parent / "data"
MERGED_ON = date(2025, 7, 1)
"""Day on which Bình Thuận became part of Lâm Đồng and districts ended (Resolution 1671/NQ-UBTVQH15)."""

_GAP_DEGREES = 0.0006
"""About 65 m: simplified to 30 m, two neighbouring communes can leave a gap of at most twice that."""
_RING_DEGREES = {Position.COMMUNE: 0.004, Position.DISTRICT: 0.016}
_DISTRICT_KIND = re.compile("^(huyện|thành phố|thị xã) ")


# ---- law and office tables ---------------------------------------------------------------------


@cache
def workflow_text() -> str:
    """Return the workflow of the law as JSON text."""
    return (_DATA / "law" / "workflow.json").read_text(encoding="utf-8")


@cache
def stages() -> str:
    """Return the grouping of case states into stages as JSON text (``matbang-stages/1``)."""
    return (_DATA / "office" / "stages.json").read_text(encoding="utf-8")


@cache
def land_types() -> Sequence[LandType]:
    """Return every land-type code, in the order of the file."""
    return tuple(
        LandType(
            code=row["code"],
            notice_class=row["notice_class"],
            is_group=row["is_group"] == "1",
            name_tt08_2024=row["name_tt08_2024"],
            name_tt27_2018=row["name_tt27_2018"],
            replaced_by=row["replaced_by"],
            colour=row["colour_tt08_hex"] or row["colour_old_hex"],
            source_status=row["source_status"],
            note=row["note"],
        )
        for row in _rows("law/land_types.csv")
    )


@cache
def obstacle_kinds() -> Sequence[ObstacleKind]:
    """Return the kinds of obstacle in the order in which they are offered."""
    return tuple(ObstacleKind(**row) for row in _rows("office/obstacle_kinds.csv"))


# ---- administrative units ----------------------------------------------------------------------


@cache
def communes() -> Sequence[AdminUnit]:
    """Return the 45 communes of the former Bình Thuận, simplified to 30 m, ordered by code."""
    return _units("admin/communes_2025_30m.geojson", "code", "commune")


@cache
def provinces() -> Sequence[AdminUnit]:
    """Return the 34 provinces, simplified to 500 m, Hoàng Sa and Trường Sa included, ordered by code."""
    return _units("admin/provinces_2025_500m.geojson", "id", "province")


@cache
def crosswalk() -> Sequence[CrosswalkRow]:
    """Return what became of each old commune of Bình Thuận."""
    kept = CrosswalkRow.__dataclass_fields__
    return tuple(CrosswalkRow(**{k: v for k, v in row.items() if k in kept}) for row in _rows(_CROSSWALK))


def commune(code: str) -> AdminUnit | None:
    """Return a commune by code, None if it is not one of the 45."""
    return _communes_by_code().get(code)


def old_communes_of(code: str) -> tuple[str, ...]:
    """Return the names of the old communes that a present commune took over, wholly or partly."""
    return tuple(dict.fromkeys(row.old_commune for row in crosswalk() if row.new_commune_code == code))


def old_district_titles_of(code: str) -> tuple[str, ...]:
    """Return the old districts of a present commune with their kind: ``("huyện Hàm Thuận Bắc",)``.

    The district with the most old communes comes first.
    """
    names = [row.old_district for row in crosswalk() if row.new_commune_code == code]
    ranked = sorted(dict.fromkeys(names), key=lambda name: -names.count(name))
    return tuple(lowered(name) for name in ranked)


def old_districts_of(code: str) -> tuple[str, ...]:
    """Return the same without the kind: ``("Hàm Thuận Bắc",)``."""
    return tuple(_DISTRICT_KIND.sub("", title) for title in old_district_titles_of(code))


def commune_at(longitude: float, latitude: float) -> AdminUnit | None:
    """Return the commune at a WGS 84 point, None at sea or outside the former Bình Thuận.

    In the narrow gaps that simplification leaves between two communes the nearest one answers.
    """
    units, tree = _commune_tree()
    point = Point(longitude, latitude)
    hits = tree.query(point, predicate="intersects")
    if len(hits) == 0:
        hits = tree.query_nearest(point, max_distance=_GAP_DEGREES)
    return units[int(min(hits))] if len(hits) else None


# ---- context -----------------------------------------------------------------------------------


@cache
def land() -> Sequence[BaseGeometry]:
    """Return land areas, 101–116 E 7–24 N, without any boundary."""
    return tuple(shape(f["geometry"]) for f in _features("context/ne_10m_land.geojson"))


@cache
def coastline() -> Sequence[BaseGeometry]:
    """Return coast lines of the same window."""
    return tuple(shape(f["geometry"]) for f in _features("context/ne_10m_coastline.geojson"))


@cache
def towns() -> Sequence[Town]:
    """Return towns, the largest first."""
    found = [
        Town(f["properties"]["name"], f["properties"]["population"], shape(f["geometry"]))
        for f in _features("context/places.geojson")
    ]
    return tuple(sorted(found, key=lambda town: (-town.population, town.name)))


# ---- the S&T registry --------------------------------------------------------------------------


@cache
def places() -> Sequence[Place]:
    """Return S&T sites, transfer sites and GI areas; all columns of the tables travel in ``attributes``."""
    located = [
        *(_located(_st_site(row), row) for row in _rows("registry/st_sites.csv")),
        *(_located(_transfer_site(row), row) for row in _rows("registry/transfer_sites.csv")),
    ]
    return (*_set_apart(located), *(_gi_area(row) for row in _rows("registry/gi_areas.csv")))


def _st_site(row: Mapping[str, str]) -> Place:
    return _place("st_site", row["name_vi"], row["certainty"], row, slug(row["name_vi"]))


def _transfer_site(row: Mapping[str, str]) -> Place:
    return _place("transfer_site", row["name_vi"], row["certainty"], row, slug(row["name_vi"], row["place_as_stated"]))


def _gi_area(row: Mapping[str, str]) -> Place:
    name = f"{row['product']} {row['name_vi']}"
    units = [_communes_by_code()[code] for code in row["commune_codes_2025"].split()]
    place = _place("gi_area", name, row["area_certainty"], row, slug(name))
    return replace(
        place,
        geometry=shapely.union_all([unit.geometry for unit in units]),
        position=Position.COMMUNE,
        located_by=", ".join(unit.name for unit in units),
    )


def _place(layer: str, name: str, certainty: str, row: Mapping[str, str], ending: str) -> Place:
    return Place(
        id=f"{layer}.{ending}",
        layer=layer,
        name=name,
        geometry=None,
        certainty=Certainty(certainty),
        position=Position.UNKNOWN,
        located_by="",
        attributes=dict(row),
        source=row["source"],
    )


def _located(place: Place, row: Mapping[str, str]) -> Place:
    """Give a place its point, or the middle of the area that stands in for it."""
    position = Position(row["position"])
    if position is Position.EXACT:
        point = Point(float(row["longitude"]), float(row["latitude"]))
        return replace(place, geometry=point, position=position)
    if position is Position.UNKNOWN:
        return place
    name, area = _stand_in(position, row)
    return replace(place, geometry=standin.middle(area), position=position, located_by=name)


def _stand_in(position: Position, row: Mapping[str, str]) -> tuple[str, BaseGeometry]:
    if position is Position.COMMUNE:
        unit = _communes_by_code()[row["commune_code_2025"]]
        return unit.name, shapely.union_all([unit.geometry])
    return _old_district(row["old_district_code"])


@cache
def _old_district(code: str) -> tuple[str, BaseGeometry]:
    """Return the old district's name on screen and the union of the communes that took it over."""
    rows = [row for row in crosswalk() if row.old_district_code == code]
    name = lowered(rows[0].old_district)
    area = shapely.union_all([_communes_by_code()[row.new_commune_code].geometry for row in rows])
    return f"{name} (cũ)", area


def _set_apart(located: Iterable[Place]) -> Sequence[Place]:
    """Move places that share one stand-in point onto a ring around it."""
    listed = list(located)
    groups: dict[tuple[Position, str], list[Place]] = defaultdict(list)
    for place in listed:
        if place.located_by:
            groups[place.position, place.located_by].append(place)
    moved = {p.id: p for group in groups.values() if len(group) > 1 for p in _on_ring(group)}
    return tuple(moved.get(place.id, place) for place in listed)


def _on_ring(group: Sequence[Place]) -> Iterable[Place]:
    position = group[0].position
    area = _stand_in(position, group[0].attributes)[1]
    points = standin.ring(area, len(group), _RING_DEGREES[position])
    return (replace(place, geometry=point) for place, point in zip(group, points, strict=True))


# ---- reading -----------------------------------------------------------------------------------

_CROSSWALK = "admin/commune_crosswalk.csv"


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _features(name: str) -> list[dict[str, Any]]:
    content = json.loads((_DATA / name).read_text(encoding="utf-8"))
    features: list[dict[str, Any]] = content["features"]
    return features


def _units(name: str, code_field: str, level: str) -> Sequence[AdminUnit]:
    return tuple(sorted((_unit(f, code_field, level) for f in _features(name)), key=lambda unit: unit.code))


def _unit(feature: Mapping[str, Any], code_field: str, level: str) -> AdminUnit:
    properties = feature["properties"]
    return AdminUnit(
        code=properties[code_field],
        level=level,
        name=properties["fullName"],
        geometry=_multi(shape(feature["geometry"])),
        valid_from=MERGED_ON,
        valid_to=None,
    )


def _multi(geometry: BaseGeometry) -> MultiPolygon:
    return geometry if isinstance(geometry, MultiPolygon) else MultiPolygon([geometry])


@cache
def _communes_by_code() -> Mapping[str, AdminUnit]:
    return {unit.code: unit for unit in communes()}


@cache
def _commune_tree() -> tuple[Sequence[AdminUnit], shapely.STRtree]:
    units = communes()
    return units, shapely.STRtree([unit.geometry for unit in units])


def lowered(title: str) -> str:
    """Return a name with its kind as it stands inside a sentence: ``tỉnh Lâm Đồng``."""
    return title[0].lower() + title[1:]
