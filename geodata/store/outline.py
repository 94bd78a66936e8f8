"""The boundary of a project, made of its parcels. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.geometry import MultiPolygon, Polygon

MOST_VERTICES = 20_000
"""A boundary with more is read and drawn with every list of projects; then the convex hull stands for it."""


def outline(surfaces: Sequence[Polygon | MultiPolygon]) -> Polygon | MultiPolygon:
    """Return the union of surfaces, or its convex hull when the union is too ragged to serve as a boundary."""
    union = shapely.union_all(list(surfaces))
    return union if shapely.get_num_coordinates(union) <= MOST_VERTICES else union.convex_hull
