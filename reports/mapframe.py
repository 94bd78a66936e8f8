"""Ground to paper: the survey's own metres, axes equal, at a true scale (1:2000 means 1 m is 0.5 mm)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geodata import crs
from geodata.errors import ScaleTooLarge
from geodata.records import LngLatBbox
from reports.paper import Box

ROUND_STEPS: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Scales that people call round are these times a power of ten."""
LARGEST_SCALE: Final = 200
"""A sheet that fits itself never shows the ground larger than 1:200, the largest scale of a cadastral map."""
PADDING_MM: Final = 1.0
"""Kept free between what is shown and the frame; the extent of a view has a margin of its own."""
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class MapFrame:
    """The map's frame on the page and the ground that it shows."""

    box: Box
    scale: int
    """Denominator: ground millimetres to one on paper."""
    east: float
    """Easting of the frame's middle, metres."""
    north: float
    """Northing of the frame's middle, metres."""
    epsg: int
    metres_per_unit: float = 1.0
    """Of the survey system's axes; 1 unless it counts in feet."""

    @property
    def mm_per_unit(self) -> float:
        """Return paper millimetres to one unit of the survey system."""
        return 1000.0 * self.metres_per_unit / self.scale

    def ground(self) -> tuple[float, float, float, float]:
        """Return west, south, east and north of the frame in the survey system."""
        half_width, half_height = self.box.width / 2 / self.mm_per_unit, self.box.height / 2 / self.mm_per_unit
        return self.east - half_width, self.north - half_height, self.east + half_width, self.north + half_height

    def at(self, east: float, north: float) -> tuple[float, float]:
        """Return where a point of the survey system lies on the page."""
        return (
            (self.box.left + self.box.right) / 2 + (east - self.east) * self.mm_per_unit,
            (self.box.bottom + self.box.top) / 2 + (north - self.north) * self.mm_per_unit,
        )

    def on_page(self, geometries: Geometries) -> Geometries:
        """Return WGS 84 geometries as they lie on the page, in mm; those far outside are left empty."""
        near = self._near(geometries)
        moved = crs.from_wgs84(near, self.epsg)
        offset = np.array([self.at(0.0, 0.0)])
        placed: Geometries = shapely.transform(moved, lambda points: points * self.mm_per_unit + offset)
        edge = self.box.inset(-3.0)
        return _cut(placed, shapely.box(edge.left, edge.bottom, edge.right, edge.top))

    def _near(self, geometries: Geometries) -> Geometries:
        """Cut away what lies far outside: a zone's projection is of no use at the other end of the world."""
        west, south, east, north = self.ground()
        margin = 0.3 * max(east - west, north - south)
        ground = shapely.box(west - margin, south - margin, east + margin, north + margin)
        around = crs.to_wgs84(shapely.segmentize(ground, (east - west) / 8), self.epsg).envelope
        return _cut(geometries, around)


def _cut(geometries: Geometries, area: BaseGeometry) -> Geometries:
    """Return geometries cut to an area; generalised outlines that cross themselves are mended first."""
    shapely.prepare(area)
    kept = geometries.copy()
    crossing = ~shapely.contains_properly(area, geometries)
    kept[crossing] = shapely.intersection(shapely.make_valid(geometries[crossing]), area)
    return kept


def drawing_epsg(survey_epsg: int, extent: LngLatBbox) -> int:
    """Return the projected system to draw in: the survey's, or VN-2000 / UTM when that one counts in degrees."""
    if not crs.is_geographic(survey_epsg):
        return survey_epsg
    return 3405 if (extent.west + extent.east) / 2 < 108 else 3406


def fit(extent: LngLatBbox, epsg: int, box: Box, scale: int | None) -> MapFrame:
    """Return the frame that shows an extent, at the wanted scale or the largest round one that fits.

    Parameters
    ----------
    extent : LngLatBbox
        What must be seen, WGS 84 degrees.
    epsg : int
        Projected system of the drawing.
    box : Box
        The frame on the page, mm.
    scale : int or None
        Denominator.

    Raises
    ------
    ScaleTooLarge
        The extent does not fit at this scale.
    """
    metres = _metres_per_unit(epsg)
    west, south, east, north = _ground_bounds(extent, epsg)
    needed = max(
        (east - west) * metres / (box.width - 2 * PADDING_MM), (north - south) * metres / (box.height - 2 * PADDING_MM)
    )
    fitting = round_scale(needed * 1000)
    if scale is not None and needed * 1000 > scale:
        raise ScaleTooLarge(scale, fitting)
    return MapFrame(box, scale or fitting, (west + east) / 2, (south + north) / 2, epsg, metres)


def round_scale(least: float) -> int:
    """Return the largest round scale whose denominator is at least ``least``."""
    if least <= LARGEST_SCALE:
        return LARGEST_SCALE
    power = 10.0 ** math.floor(math.log10(least))
    steps = (*ROUND_STEPS, 10.0)
    return round(next(step for step in steps if step * power >= least * (1 - 1e-12)) * power)


def _ground_bounds(extent: LngLatBbox, epsg: int) -> tuple[float, float, float, float]:
    shape = shapely.box(extent.west, extent.south, extent.east, extent.north)
    longest = max(extent.east - extent.west, extent.north - extent.south)
    moved = crs.from_wgs84(shapely.segmentize(shape, longest / 16) if longest else shape, epsg)
    west, south, east, north = moved.bounds
    return float(west), float(south), float(east), float(north)


def _metres_per_unit(epsg: int) -> float:
    return float(pyproj.CRS.from_epsg(epsg).axis_info[0].unit_conversion_factor)
