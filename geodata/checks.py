"""What must hold of surveyed parcels before any of them is stored.

Every check takes whole arrays, in the file's row order, and raises for the first row that fails; rows count
from 1. Coordinates are in the file's system unless a name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from geodata import shipped
from geodata.crs import area_of_use, is_vn2000
from geodata.errors import DuplicateParcel, GeometryInvalid, GeometryMissing, LayerNotPolygon, OutsideZone
from geodata.records import ParcelKey
from geodata.shapes import TOO_FEW_POINTS, Geometries

_MARGIN_DEGREES: Final = 1.5
"""How far beyond a system's area of use its coordinates may lie: half a zone of three degrees."""
_OFF_LAND_DEGREES: Final = 0.02
"""About 2 km: provinces are simplified to 500 m, and jetties and salt pans reach out."""
_POLYGONAL: Final = (3, 6)  # Polygon, MultiPolygon


@dataclass(frozen=True, slots=True)
class Where:
    """The file and layer that rows belong to, for errors."""

    file: str
    layer: str


def require_polygons(geometries: Geometries, where: Where, first_row: int = 1) -> None:
    """Raise unless every row has a valid polygon.

    Raises
    ------
    GeometryMissing
        A row without a shape.
    LayerNotPolygon
        A row with a point, line or mixture.
    GeometryInvalid
        A ring crosses itself, or the shape is otherwise not valid; says where.
    """
    missing = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    if missing.any():
        raise GeometryMissing(where.file, where.layer, first_row + _first(missing))
    other = ~np.isin(shapely.get_type_id(geometries), _POLYGONAL)
    if other.any():
        raise LayerNotPolygon(where.file, where.layer, str(geometries[_first(other)].geom_type))
    invalid = ~shapely.is_valid(geometries) | (shapely.area(geometries) == 0)
    if invalid.any():
        at = _first(invalid)
        raise GeometryInvalid(where.file, where.layer, first_row + at, _explained(geometries[at]))


def require_zone(wgs84: Geometries, epsgs: set[int], where: Where, first_row: int = 1) -> None:
    """Raise unless every parcel lies where its coordinate systems are used.

    Parameters
    ----------
    wgs84
        Geometries in WGS 84, as the declared systems put them.
    epsgs
        The file's system and the one that areas are measured in.

    Raises
    ------
    OutsideZone
        More than 1.5° outside of a system's area of use, or, in VN-2000, off the land of Vietnam: a zone
        mistaken for the next one moves a parcel by tens of kilometres.
    """
    west, south, east, north = np.nan_to_num(shapely.bounds(wgs84), nan=1e3, posinf=1e3, neginf=-1e3).T
    x, y = (west + east) / 2, (south + north) / 2
    for epsg in sorted(epsgs):
        outside = _outside(epsg, x, y)
        if outside.any():
            at = _first(outside)
            longitude, latitude = np.clip(x[at], -180, 180), np.clip(y[at], -90, 90)
            raise OutsideZone(
                where.file, where.layer, first_row + at, f"EPSG:{epsg}", float(longitude), float(latitude)
            )


def require_distinct(keys: list[ParcelKey], where: Where) -> None:
    """Raise unless each number stands once in its sheet.

    Raises
    ------
    DuplicateParcel
        With the row of the second one.
    """
    seen: set[ParcelKey] = set()
    for row, key in enumerate(keys, start=1):
        if key in seen:
            raise DuplicateParcel(where.file, where.layer, row, key.sheet, key.number)
        seen.add(key)


def _outside(epsg: int, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    outside = np.zeros(len(x), bool)
    area = area_of_use(epsg)
    if area is not None:
        west, south, east, north = area
        margin = _MARGIN_DEGREES
        outside |= (x < west - margin) | (x > east + margin) | (y < south - margin) | (y > north + margin)
    if is_vn2000(epsg):
        outside |= ~_in_vietnam(x, y)
    return outside


def _in_vietnam(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    land, parts = _vietnam()
    inside = np.asarray(shapely.contains_xy(land, x, y), bool)
    beside = np.flatnonzero(~inside)
    if len(beside):
        points = shapely.points(x[beside], y[beside])
        near = parts.query(points, predicate="dwithin", distance=_OFF_LAND_DEGREES)[0]
        inside[beside[np.unique(near)]] = True
    return inside


@cache
def _vietnam() -> tuple[Any, Any]:
    """Return the provinces as one prepared shape, and in a tree."""
    provinces = [unit.geometry for unit in shipped.provinces() if unit.geometry is not None]
    land = shapely.union_all(provinces)
    shapely.prepare(land)
    return land, shapely.STRtree(provinces)


def _explained(geometry: Any) -> str:
    """Return GEOS's name of the fault and where it is: ``Self-intersection @ 456109.11, 1227547.96``."""
    reason = str(shapely.is_valid_reason(geometry))
    kind, _, place = reason.partition("[")
    if not place:
        return TOO_FEW_POINTS if reason == "Valid Geometry" else reason
    x, y = (float(number) for number in place.rstrip("]").split()[:2])
    return f"{kind} @ {x:.2f}, {y:.2f}"


def _first(flags: npt.NDArray[np.bool_]) -> int:
    return int(np.argmax(flags))
