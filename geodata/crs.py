"""Coordinate systems: WGS 84 is what is stored, the survey's own system is where areas are measured.

VN-2000 and WGS 84 differ by about 225 m, and the EPSG dataset knows two operations between them. Here the
newer one, "VN-2000 to WGS 84 (2)" (EPSG:6960, accuracy 1 m), is pinned by name, so that an update of PROJ, its
grid files or its network setting never moves a stored parcel. Other systems use the operation that PROJ prefers.

Axes are always easting/longitude first, northing/latitude second, whatever the authority's own order; lists
of coordinates on Vietnamese paper name them the other way round (X is the northing).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError
from pyproj.transformer import Transformer, TransformerGroup
from shapely.geometry.base import BaseGeometry

from geodata.errors import CrsUnknown

WGS84: Final = 4326
VN2000: Final = 4756
VN2000_OPERATION: Final = "VN-2000 to WGS 84 (2)"
"""EPSG:6960. The name is what PROJ reports inside the description of a whole transformation."""

DEFAULT_SURVEY_EPSG: Final = 9218
"""VN-2000 / TM-3 108°30′, in which the former Bình Thuận is surveyed."""

_CODE: Final = re.compile(r"(?:EPSG:|urn:ogc:def:crs:EPSG:[\d.]*:)?(\d{1,9})", re.IGNORECASE | re.ASCII)
_GEOD: Final = pyproj.Geod(ellps="WGS84")
Floats = npt.NDArray[np.float64]
GeometryT = TypeVar("GeometryT", BaseGeometry, npt.NDArray[np.object_])


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of VN-2000."""

    epsg: int
    central_meridian: float
    """Degrees east."""
    name: str
    """As people write it: ``TM-3 108°30′``."""


def _zones() -> Mapping[int, Zone]:
    tm3 = {
        5896: 105.0, 5897: 108.0, 5898: 111.0, 5899: 107.75,
        9205: 103.0, 9206: 104.0, 9207: 104.5, 9208: 104.75, 9209: 105.5, 9210: 105.75, 9211: 106.0,
        9212: 106.25, 9213: 106.5, 9214: 107.0, 9215: 107.25, 9216: 107.5, 9217: 108.25, 9218: 108.5,
    }  # fmt: skip
    zones = [Zone(code, at, f"TM-3 {int(at)}°{round(at % 1 * 60):02d}′") for code, at in tm3.items()]
    zones += [Zone(3405, 105.0, "UTM 48N"), Zone(3406, 111.0, "UTM 49N")]
    return MappingProxyType({zone.epsg: zone for zone in zones})


ZONES: Final[Mapping[int, Zone]] = _zones()
"""Every projected zone of VN-2000 by EPSG code (EPSG dataset, as shipped with PROJ)."""


def check_crs(text: str) -> int:
    """Return the EPSG code of a horizontal coordinate system.

    Parameters
    ----------
    text
        As a person or a file writes it: ``EPSG:9218``, ``9218``, ``urn:ogc:def:crs:EPSG::9218`` or WKT.

    Raises
    ------
    CrsUnknown
        The system does not exist, has no EPSG code, or is neither projected nor geographic.
    """
    code_alone = _CODE.fullmatch(text.strip())
    if code_alone is None and "[" not in text:
        raise CrsUnknown(_short(text))  # PROJ would look for a name like it, slowly and too kindly
    try:
        crs = pyproj.CRS.from_epsg(int(code_alone[1])) if code_alone else pyproj.CRS.from_wkt(text)
        code = crs.to_epsg() if crs.is_projected or crs.is_geographic else None
    except (CRSError, ValueError, OverflowError):
        raise CrsUnknown(_short(text)) from None
    if code is None or len(crs.axis_info) != 2:
        raise CrsUnknown(_short(crs.name if len(text) > 40 else text))
    return code


def is_geographic(epsg: int) -> bool:
    """Return whether the system counts in degrees."""
    return bool(_crs(epsg).is_geographic)


def is_vn2000(epsg: int) -> bool:
    """Return whether the system is VN-2000, projected or not."""
    geodetic = _crs(epsg).geodetic_crs
    return geodetic is not None and geodetic.to_epsg() == VN2000


def to_wgs84(geometry: GeometryT, epsg: int) -> GeometryT:
    """Return a geometry, or an array of them, in WGS 84 (longitude, latitude); Z is dropped.

    Raises
    ------
    CrsUnknown
        No such coordinate system.
    """
    return cast(GeometryT, _transformed(geometry, epsg, TransformDirection.FORWARD))


def from_wgs84(geometry: GeometryT, epsg: int) -> GeometryT:
    """Return a WGS 84 geometry, or an array of them, in another system; Z is dropped."""
    return cast(GeometryT, _transformed(geometry, epsg, TransformDirection.INVERSE))


def transform_points(x: npt.ArrayLike, y: npt.ArrayLike, source_epsg: int, target_epsg: int) -> tuple[Floats, Floats]:
    """Return points of one system in another, by way of WGS 84.

    Parameters
    ----------
    x, y
        Eastings and northings in the units of the source, or longitudes and latitudes in degrees.
    """
    longitude, latitude = _transformer(source_epsg).transform(np.asarray(x, float), np.asarray(y, float))
    there = _transformer(target_epsg).transform(longitude, latitude, direction=TransformDirection.INVERSE)
    return np.asarray(there[0], float), np.asarray(there[1], float)


def area_m2(geometry_wgs84: BaseGeometry, survey_epsg: int) -> float:
    """Return the area, in square metres, that a WGS 84 geometry has in the survey's projected system.

    Raises
    ------
    CrsUnknown
        No such system, or one in degrees, in which no area can be measured.
    """
    return float(planar_areas_m2(np.array([from_wgs84(geometry_wgs84, survey_epsg)]), survey_epsg)[0])


def planar_areas_m2(geometries: npt.NDArray[np.object_], epsg: int) -> Floats:
    """Return the areas, in square metres, of geometries given in a projected system.

    Raises
    ------
    CrsUnknown
        The system counts in degrees.
    """
    if is_geographic(epsg):
        raise CrsUnknown(f"EPSG:{epsg}")
    return np.asarray(shapely.area(geometries), float) * float(_crs(epsg).axis_info[0].unit_conversion_factor) ** 2


def geodesic_area_m2(geometry_wgs84: BaseGeometry) -> float:
    """Return the area on the ellipsoid, in square metres: what no projection distorts."""
    return abs(float(_GEOD.geometry_area_perimeter(shapely.normalize(geometry_wgs84))[0]))


def area_of_use(epsg: int) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north of where the system is used, in degrees, if the EPSG dataset says so."""
    area = _crs(epsg).area_of_use
    return None if area is None else (area.west, area.south, area.east, area.north)


def _transformed(geometry: Any, epsg: int, direction: TransformDirection) -> Any:
    if epsg == WGS84:
        return shapely.force_2d(geometry)
    transformer = _transformer(epsg)

    def move(x: Floats, y: Floats) -> tuple[Any, Any]:
        there: tuple[Any, Any] = transformer.transform(x, y, direction=direction)
        return there

    return shapely.transform(geometry, move, interleaved=False)


@cache
def _crs(epsg: int) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_epsg(epsg)
    except CRSError:
        raise CrsUnknown(f"EPSG:{epsg}") from None


@cache
def _transformer(epsg: int) -> Transformer:
    """Return the operation from a system to WGS 84."""
    if not is_vn2000(epsg):
        return Transformer.from_crs(_crs(epsg), _crs(WGS84), always_xy=True)
    group = TransformerGroup(_crs(epsg), _crs(WGS84), always_xy=True, allow_ballpark=False)
    for candidate in group.transformers:
        if VN2000_OPERATION in candidate.description:
            # Made anew from its definition: no later choice of PROJ can then take its place.
            return Transformer.from_pipeline(candidate.definition)
    raise CrsUnknown(f"EPSG:{epsg} ({VN2000_OPERATION})")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:59]}…"
