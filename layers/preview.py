"""The parcels of a file before it is accepted, as GeoJSON small enough to be sent to the browser at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

MOST_DRAWN: Final = 4000
TOLERANCE_SHARE: Final = 1 / 4000
"""Of the extent: less than half a pixel of the preview."""
DECIMALS: Final = 7
"""Of a degree: about 1 cm."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A FeatureCollection in WGS 84, and how many shapes it leaves out."""

    collection: Mapping[str, Any]
    left_out: int


def preview_of(geometries: Sequence[BaseGeometry], most: int = MOST_DRAWN) -> Preview:
    """Return the first ``most`` shapes, simplified to what a preview can show."""
    drawn = list(geometries[:most])
    west, south, east, north = shapely.total_bounds(drawn) if drawn else (0.0, 0.0, 0.0, 0.0)
    simple = shapely.simplify(drawn, max(east - west, north - south) * TOLERANCE_SHARE)
    features = [
        {"type": "Feature", "properties": {}, "geometry": _rounded(shapely.geometry.mapping(shape))} for shape in simple
    ]
    return Preview({"type": "FeatureCollection", "features": features}, len(geometries) - len(drawn))


def _rounded(geometry: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": geometry["type"], "coordinates": _short(geometry["coordinates"])}


def _short(value: Any) -> Any:
    return round(value, DECIMALS) if isinstance(value, float) else [_short(part) for part in value]
