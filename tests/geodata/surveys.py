"""Survey files for tests: written as people write them, right and wrong."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import fiona
from shapely.geometry import Polygon, mapping

EAST, NORTH = 454_500.0, 1_218_000.0
"""A point of Hàm Liêm in EPSG:9218."""
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
SCHEMA = {"SHBANDO": "str:20", "SHTHUA": "str:20", "DIENTICH": "str:30", "TENCHU": "str:60"}
Row = Mapping[str, Any]


def square(column: int = 0, row: int = 0, size: float = 30.0, east: float = EAST, north: float = NORTH) -> Polygon:
    x, y = east + column * size, north + row * size
    return Polygon([(x, y), (x + size, y), (x + size, y + size), (x, y + size)])


def bow_tie() -> Polygon:
    return Polygon([(EAST, NORTH), (EAST + 30, NORTH + 30), (EAST + 30, NORTH), (EAST, NORTH + 30)])


def rows(count: int = 3, sheet: str = "12") -> list[dict[str, Any]]:
    return [
        {"SHBANDO": sheet, "SHTHUA": str(at + 1), "DIENTICH": "900,5", "TENCHU": f"Hộ minh hoạ {at + 1:03d}"}
        for at in range(count)
    ]


def write(
    path: Path,
    shapes: Sequence[Any],
    table: Sequence[Row],
    *,
    crs: str | None = "EPSG:9218",
    geometry: Any = "Polygon",
    schema: Mapping[str, str] = SCHEMA,
    layer: str | None = "thua",
    encoding: str | None = "UTF-8",
) -> Path:
    """Write .gpkg, .geojson or .shp."""
    driver = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".shp": "ESRI Shapefile"}[path.suffix]
    keywords: dict[str, Any] = {"layer": layer} if driver == "GPKG" else {}
    if driver == "ESRI Shapefile":
        keywords["encoding"] = encoding
    with fiona.open(
        path, "w", driver=driver, crs=crs, schema={"geometry": geometry, "properties": dict(schema)}, **keywords
    ) as out:
        out.writerecords(
            {"geometry": None if shape is None else mapping(shape), "properties": dict(row)}
            for shape, row in zip(shapes, table, strict=True)
        )
    return path


def zipped(shapefile: Path, *, without: Sequence[str] = (), target: Path | None = None, prefix: str = "") -> Path:
    target = target or shapefile.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for ending in PARTS:
            part = shapefile.with_suffix(ending)
            if part.exists() and ending not in without:
                packed.write(part, prefix + part.name)
    return target


def shapefile(folder: Path, count: int = 3, **keywords: Any) -> Path:
    return write(folder / "thua.shp", [square(at) for at in range(count)], rows(count), **keywords)


def geojson(path: Path, features: Sequence[tuple[Any, Row]]) -> Path:
    """Write GeoJSON by hand, so that geometries may be of any kind."""
    found = [{"type": "Feature", "properties": dict(row), "geometry": shape} for shape, row in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": found}), encoding="utf-8")
    return path
