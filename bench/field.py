"""Generated parcels for the benches: a jittered grid with shared corners, no household of anybody."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import numpy as np
import shapely

from geodata.crs import to_wgs84
from geodata.records import NewParcel, ParcelKey

SURVEY_EPSG = 9218
WEST_M, SOUTH_M = 441_000.0, 1_215_000.0
CELL_M = 25.0


def corners(columns: int, rows: int, seed: int = 7) -> np.ndarray:
    """Return jittered grid corners in EPSG:9218 metres, shape (rows + 1, columns + 1, 2)."""
    noise = np.random.default_rng(seed).uniform(-0.3, 0.3, (rows + 1, columns + 1, 2)) * CELL_M
    east, north = np.meshgrid(np.arange(columns + 1) * CELL_M, np.arange(rows + 1) * CELL_M)
    return np.stack([WEST_M + east, SOUTH_M + north], axis=-1) + noise


def generated_parcels(count: int) -> Iterator[NewParcel]:
    """Yield ``count`` parcels, 500 to a sheet."""
    columns = math.isqrt(count - 1) + 1
    rows = -(-count // columns)
    grid = corners(columns, rows)
    rings = np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1], grid[:-1, :-1]], axis=2)
    metres = shapely.polygons(rings.reshape(-1, 5, 2)[:count])
    areas = shapely.area(metres)
    degrees = to_wgs84(shapely.multipolygons(metres.reshape(-1, 1)), SURVEY_EPSG)
    kinds = random.Random(3)
    for index, (geometry, area) in enumerate(zip(shapely.get_parts(degrees), areas, strict=True)):
        yield NewParcel(
            key=ParcelKey("", str(index // 500 + 1), str(index % 500 + 1)),
            land_types=kinds.choice(["CLN", "HNK", "LUC", "ONT+CLN"]),
            registered_area_m2=round(float(area), 1),
            measured_area_m2=float(area),
            recovered_area_m2=None,
            geometry=geometry,
            holder_name=f"Hộ minh hoạ {index // 2 + 1:06d}",
        )
