"""From the rows of a survey file to parcels: texts and areas read, shapes checked, moved and measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geodata import checks, location
from geodata.crs import from_wgs84, planar_areas_m2, to_wgs84
from geodata.errors import ValueInvalid
from geodata.fields import read_area_m2, read_text
from geodata.records import NewParcel, ParcelKey
from geodata.shapes import Geometries

_LONGEST_VALUE: Final = 60


@dataclass(frozen=True, slots=True)
class Placed:
    """Shapes in WGS 84 and their areas, in square metres, in the survey's system."""

    wgs84: Geometries
    areas_m2: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """The values that a file gives for each target, in row order."""

    columns: Mapping[str, Sequence[object]]
    sources: Mapping[str, str]
    """Target to field name, for errors."""
    rows: int
    where: checks.Where

    def texts(self, target: str) -> list[str]:
        """Return a target's texts, "" where the file says nothing."""
        values = self.columns.get(target)
        return [""] * self.rows if values is None else [read_text(value) for value in values]

    def needed_texts(self, target: str) -> list[str]:
        """Return the same; raises ValueInvalid for the first row without one."""
        texts = self.texts(target)
        if "" in texts:
            raise ValueInvalid(self.where.file, self.where.layer, texts.index("") + 1, self.sources[target], "")
        return texts

    def areas_m2(self, target: str) -> list[float | None]:
        """Return a target's areas; raises ValueInvalid for the first that is no area."""
        values = self.columns.get(target)
        if values is None:
            return [None] * self.rows
        return [self._area_m2(target, value, row) for row, value in enumerate(values, start=1)]

    def _area_m2(self, target: str, value: object, row: int) -> float | None:
        try:
            return read_area_m2(value)
        except ValueError:
            shown = read_text(value)[:_LONGEST_VALUE]
            raise ValueInvalid(self.where.file, self.where.layer, row, self.sources[target], shown) from None


def place(geometries: Geometries, epsg: int, survey_epsg: int, where: checks.Where) -> Placed:
    """Check shapes, move them to WGS 84 and measure them; Z and M are dropped.

    Parameters
    ----------
    geometries
        One for each row, None for a row without a shape; in the system ``epsg``.
    survey_epsg
        Projected system to measure in.

    Raises
    ------
    RowFault, LayerNotPolygon
        As :mod:`geodata.checks` says.
    """
    with np.errstate(all="ignore"):  # coordinates that are no numbers are found by the checks
        return _placed(geometries, epsg, survey_epsg, where)


def _placed(geometries: Geometries, epsg: int, survey_epsg: int, where: checks.Where) -> Placed:
    checks.require_polygons(geometries, where)
    flat = _unwrapped(shapely.force_2d(geometries))
    wgs84 = to_wgs84(flat, epsg)
    checks.require_zone(wgs84, {epsg, survey_epsg}, where)
    measured = flat if epsg == survey_epsg else from_wgs84(wgs84, survey_epsg)
    return Placed(wgs84, planar_areas_m2(measured, survey_epsg))


def parcels_of(table: Table, placed: Placed, commune_code: str | None) -> tuple[NewParcel, ...]:
    """Return the rows as parcels.

    Parameters
    ----------
    commune_code
        The commune of all; None to take each one's from the table, else from where it lies.

    Raises
    ------
    ValueInvalid
        A row without sheet or number, or with an area that is none.
    DuplicateParcel
        A number that repeats inside its sheet.
    """
    keys = _keys(table, placed, commune_code)
    # A table without "nothing" writes 0 for an area that is not on paper; nothing recovered, though, is 0 m².
    registered = [area or None for area in table.areas_m2("registered_area_m2")]
    columns = zip(
        keys,
        table.texts("land_types"),
        registered,
        placed.areas_m2.tolist(),
        table.areas_m2("recovered_area_m2"),
        placed.wgs84,
        table.texts("holder"),
        table.texts("address"),
        strict=True,
    )
    return tuple(
        NewParcel(
            key=key,
            land_types=land_types.replace(" ", ""),
            registered_area_m2=on_paper,
            measured_area_m2=measured,
            recovered_area_m2=recovered,
            geometry=geometry,
            holder_name=holder or None,
            holder_address=address or None,
        )
        for key, land_types, on_paper, measured, recovered, geometry, holder, address in columns
    )


def _keys(table: Table, placed: Placed, commune_code: str | None) -> list[ParcelKey]:
    sheets, numbers = table.needed_texts("sheet"), table.needed_texts("number")
    communes = [commune_code] * table.rows if commune_code is not None else _communes(table, placed, sheets, numbers)
    keys = [ParcelKey(*key) for key in zip(communes, sheets, numbers, strict=True)]
    checks.require_distinct(keys, table.where)
    return keys


def _communes(table: Table, placed: Placed, sheets: list[str], numbers: list[str]) -> list[str]:
    inside = shapely.point_on_surface(placed.wgs84)
    located = location.by_sheet(sheets, numbers, location.communes_at(inside))
    written = table.texts("commune")
    return [location.present_code(code) or there for code, there in zip(written, located, strict=True)]


def _unwrapped(geometries: Geometries) -> Geometries:
    """Return MultiPolygons of one part as Polygons."""
    single = shapely.get_num_geometries(geometries) == 1
    return np.where(single, shapely.get_geometry(geometries, 0), geometries)
