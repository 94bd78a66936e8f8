"""Rows of the reference tables that ship with the application; :mod:`geodata.shipped` reads them."""

from __future__ import annotations

from dataclasses import dataclass

from shapely.geometry import Point


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    """What became of one old commune; a split one has several rows with ``share`` "part"."""

    old_province: str
    old_district_code: str
    old_district: str
    """With its kind, for example ``Huyện Hàm Thuận Bắc``."""
    old_commune_code: str
    old_commune: str
    new_province: str
    new_commune_code: str
    new_commune: str
    share: str


@dataclass(frozen=True, slots=True)
class LandType:
    """A land-type code with its names under Circular 08/2024 and Circular 27/2018, "" where it has none."""

    code: str
    notice_class: str
    """``NN`` farm land, ``PNN`` other; decides the length of the notice."""
    is_group: bool
    name_tt08_2024: str
    name_tt27_2018: str
    replaced_by: str
    colour: str
    source_status: str
    note: str


@dataclass(frozen=True, slots=True)
class Town:
    """A town of the map's context; a point."""

    name: str
    population: int
    point: Point


@dataclass(frozen=True, slots=True)
class ObstacleKind:
    """A kind of obstacle (vướng mắc) and who usually resolves it; the project's own list."""

    code: str
    label_vi: str
    label_en: str
    waits_for_vi: str
