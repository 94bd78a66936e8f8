"""The demonstration zone, as a surveyor would deliver it: made up from the first point to the last name.

Twenty-five hectares inside the commune Hàm Liêm (23095), on three map sheets: roads and a canal with numbers of
their own, house plots along the roads, dragon-fruit orchards behind them, rice and ponds by the canal. The
same bytes come out each time. No name in it can be a person's.
"""

from __future__ import annotations

import math
import random
import tempfile
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import fiona
import shapely
from shapely.affinity import translate
from shapely.geometry import Polygon, mapping

from geodata.demonstration_ground import Piece, ground
from geodata.encodings import to_tcvn3

PROJECT_CODE: Final = "KTN-CNSH"
PROJECT_NAME: Final = "Khu thực nghiệm Công nghệ sinh học – dữ liệu minh hoạ"
COMMUNE_CODE: Final = "23095"
SURVEY_EPSG: Final = 9218
FILE_NAME: Final = "ktn-cnsh-minh-hoa.zip"

SEED: Final = 20250915
_CORNER: Final = (454_500.0, 1_218_000.0)
"""Corner that the three sheets share; easting and northing in metres, EPSG:9218."""
_SHEETS: Final = ("12", "13", "17")
_FIELDS: Final = (
    ("SHBANDO", "str:8"),
    ("SHTHUA", "int:6"),
    ("DIENTICH", "float:12.1"),
    ("DTTHUHOI", "float:12.1"),
    ("KHLOAIDAT", "str:20"),
    ("TENCHU", "str:60"),
    ("DIACHI", "str:100"),
)
_ADDRESS: Final = "Xã Hàm Liêm (minh hoạ)"
_PUBLIC_HOLDER: Final = "UBND xã - minh hoạ"
_HOUSEHOLDS: Final = 120
_NEIGHBOURHOOD_M: Final = 160.0
_DELIVERED_ON: Final = (2025, 9, 5)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the delivered table; areas in square metres."""

    shape: Polygon
    sheet: str
    number: int
    registered: float
    recovered: float | None
    """None where it is not decided yet."""
    land_type: str
    holder: str


def deliver(folder: Path) -> Path:
    """Write the surveyor's delivery and return its path.

    A zipped Shapefile in VN-2000 / TM-3 108°30′ with the field names and TCVN3 texts of older survey programs
    and, as there, without a .cpg. The bytes are the same each time under the same GDAL.

    Parameters
    ----------
    folder
        Where the zip is put; made when it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = _table(random.Random(SEED))  # noqa: S311 - made-up land, not a secret
    with tempfile.TemporaryDirectory(prefix="matbang-demonstration-") as scratch:
        shapefile = Path(scratch) / "thua_dat.shp"
        _write_shapefile(shapefile, rows)
        return _zipped(shapefile, folder / FILE_NAME)


# ---- the table ---------------------------------------------------------------------------------


def _table(rng: random.Random) -> list[_Row]:
    """Return every parcel with its sheet, number, areas, land type and holder, sheet by sheet in reading order."""
    pieces = sorted(ground(rng), key=lambda piece: (_sheet_of(piece.shape), *_reading_order(piece.shape)))
    edge = shapely.union_all([piece.shape for piece in pieces]).boundary
    types = [piece.land_type or _grown_at(piece.shape, rng) for piece in pieces]
    holders = _holders(pieces, types, rng)
    numbers: Counter[str] = Counter()
    rows = []
    for piece, land_type, holder in zip(pieces, types, holders, strict=True):
        sheet = _sheet_of(piece.shape)
        numbers[sheet] += 1
        measured = piece.shape.area
        at_edge = piece.shape.distance(edge) == 0
        rows.append(
            _Row(
                translate(piece.shape, *_CORNER),
                sheet,
                numbers[sheet],
                round(measured * (1 + _paper_error(rng)), 1),
                round(measured, 1) if piece.is_way else _recovered(measured, at_edge, rng),
                land_type,
                holder,
            )
        )
    return rows


def _sheet_of(shape: Polygon) -> str:
    """Return the sheet on which most of a parcel lies; plots at a frame are drawn whole on one sheet."""
    inside = shape.representative_point()
    if inside.x > 0:
        return _SHEETS[1]
    return _SHEETS[0] if inside.y > 0 else _SHEETS[2]


def _reading_order(shape: Polygon) -> tuple[int, float]:
    """Return what sorts parcels from the north down in strips of 45 m, each from west to east."""
    inside = shape.representative_point()
    return -math.floor(inside.y / 45), inside.x


def _paper_error(rng: random.Random) -> float:
    """Return by which share the area on paper differs: little, but on one plot in twelve several per cent."""
    return rng.uniform(-0.07, 0.07) if rng.random() < 1 / 12 else rng.gauss(0, 0.004)


def _recovered(measured: float, at_edge: bool, rng: random.Random) -> float | None:
    """Return what is to be recovered: all, a part of many plots at the zone's edge, on one in twenty not yet known."""
    if rng.random() < 1 / 20:
        return None
    share = rng.uniform(0.35, 0.9) if at_edge and rng.random() < 0.6 else 1.0
    return round(measured * share, 1)


def _grown_at(shape: Polygon, rng: random.Random) -> str:
    """Return a plot's land type by where it lies and how large it is."""
    inside, area = shape.representative_point(), shape.area
    if area < 950 and rng.random() < 0.5:
        return "ONT+CLN"
    if inside.x < -95 and -150 < inside.y < -40:
        return "NTS" if rng.random() < 0.3 else "LUC"
    if inside.y < -40 or (inside.x > 0 and inside.y < 25):
        return "HNK" if rng.random() < 0.6 else "LUC" if rng.random() < 0.4 else "CLN"
    return "HNK" if rng.random() < 0.12 else "CLN"


def _holders(pieces: Sequence[Piece], types: Sequence[str], rng: random.Random) -> list[str]:
    """Return each parcel's holder: a household of its own at first, then second and third plots near by."""
    plots = [at for at, piece in enumerate(pieces) if not piece.is_way]
    homes = sorted(plots, key=lambda at: ("ONT" not in types[at], rng.random()))[:_HOUSEHOLDS]
    household = {at: order for order, at in enumerate(sorted(homes), start=1)}
    for at in plots:
        if at not in household:
            near = [home for home in homes if pieces[home].shape.distance(pieces[at].shape) < _NEIGHBOURHOOD_M]
            household[at] = household[rng.choice(near)]
    return [f"Hộ minh hoạ {household[at]:03d}" if at in household else _PUBLIC_HOLDER for at in range(len(pieces))]


# ---- the files ---------------------------------------------------------------------------------


def _write_shapefile(path: Path, rows: Sequence[_Row]) -> None:
    """Write rows byte for byte: TCVN3 texts pass through GDAL as Latin-1, and the .cpg that says so is taken away."""
    schema = {"geometry": "Polygon", "properties": dict(_FIELDS)}
    with fiona.open(
        path,
        "w",
        driver="ESRI Shapefile",
        schema=schema,
        crs=f"EPSG:{SURVEY_EPSG}",
        encoding="ISO-8859-1",
        DBF_DATE_LAST_UPDATE="{:04d}-{:02d}-{:02d}".format(*_DELIVERED_ON),
    ) as collection:
        collection.writerecords({"geometry": mapping(row.shape), "properties": _properties(row)} for row in rows)
    path.with_suffix(".cpg").unlink(missing_ok=True)


def _properties(row: _Row) -> dict[str, object]:
    values = (row.sheet, row.number, row.registered, row.recovered, row.land_type, row.holder, _ADDRESS)
    return {
        name: to_tcvn3(value) if isinstance(value, str) else value
        for (name, _), value in zip(_FIELDS, values, strict=True)
    }


def _zipped(shapefile: Path, target: Path) -> Path:
    """Pack the parts with one fixed time, into a file beside the target that then takes its place."""
    half_done = target.with_name(f".{target.name}.part")
    with zipfile.ZipFile(half_done, "w", zipfile.ZIP_DEFLATED) as packed:
        for ending in (".shp", ".shx", ".dbf", ".prj"):
            part = shapefile.with_suffix(ending)
            packed.writestr(
                zipfile.ZipInfo(part.name, (*_DELIVERED_ON, 8, 0, 0)), part.read_bytes(), zipfile.ZIP_DEFLATED
            )
    return half_done.replace(target)
