"""Map views made by hand: a zone of irregular plots on three sheets, in Hàm Liêm, with everything a sheet shows."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache

import shapely
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geodata import crs, shipped
from geodata.records import LngLatBbox
from layers import palette
from layers.view import Feature, HeadlineFigures, Layer, LegendEntry, MapView

EPSG = 9218
WEST, SOUTH = 459_300.0, 1_218_350.0
"""Lower left corner of the zone in EPSG:9218, metres."""
TITLE = "Khu thực nghiệm Công nghệ sinh học – dữ liệu minh hoạ"
PLACE = "Xã Hàm Liêm, tỉnh Lâm Đồng (trước 01/07/2025: huyện Hàm Thuận Bắc, tỉnh Bình Thuận)"
STAGE_TITLES = {
    "not_started": "Chưa bắt đầu",
    "noticed": "Đã thông báo thu hồi",
    "inventoried": "Đã kiểm đếm",
    "planning": "Đang lập phương án",
    "approved": "Đã phê duyệt phương án",
    "recovered": "Đã có quyết định thu hồi",
    "handed_over": "Đã bàn giao mặt bằng",
    "suspended": "Tạm dừng",
}


def plots(columns: int = 14, rows: int = 13, seed: int = 7) -> list[Polygon]:
    """Return irregular plots in EPSG:9218: crooked rows with a road after every fourth."""
    chance = random.Random(seed)
    xs = [0.0]
    for column in range(columns):
        xs.append(xs[-1] + chance.uniform(28, 60) + (0 if column % 5 else 6))
    ys = [0.0]
    for _ in range(rows):
        ys.append(ys[-1] + chance.uniform(22, 42))

    def corner(column: int, row: int) -> tuple[float, float]:
        wobble = random.Random(column * 1000 + row)
        road = 10.0 * (row // 4)
        return (
            WEST + xs[column] + wobble.uniform(-5, 5),
            SOUTH + ys[row] + road + wobble.uniform(-4, 4) + 0.12 * xs[column],
        )

    found = []
    for row in range(rows):
        for column in range(columns):
            top = [corner(column + 1, row + 1), corner(column, row + 1)]
            if (row + 1) % 4 == 0:
                top = [(x, y - 10.0) for x, y in top]
            found.append(Polygon([corner(column, row), corner(column + 1, row), *top]))
    return found


def to_wgs84(geometry: BaseGeometry) -> BaseGeometry:
    return crs.to_wgs84(geometry, EPSG)


def bounds_of(shapes: list[Polygon]) -> LngLatBbox:
    return LngLatBbox(*to_wgs84(shapely.union_all(shapes)).bounds)


@cache
def zone() -> MapView:
    """Return the zone: 182 parcels, every stage, some stuck, places and communes around."""
    return view_of(plots())


def view_of(shapes: list[Polygon], *, title: str = TITLE, labels: list[str] | None = None) -> MapView:
    stages = [*STAGE_TITLES][:7]
    chance = random.Random(1)
    names = [stages[min(6, int(abs(chance.gauss(4.2, 1.9))))] for _ in shapes]
    names = ["suspended" if index % 41 == 17 else name for index, name in enumerate(names)]
    stuck = [index % 19 == 5 and name != "handed_over" for index, name in enumerate(names)]
    numbers = labels or [str(1 + index % 70) for index in range(len(shapes))]
    parcels = [
        Feature(str(index), to_wgs84(shape), palette.stage_key(name, stuck=held), label, held)
        for index, (shape, name, held, label) in enumerate(zip(shapes, names, stuck, numbers, strict=True))
    ]
    parts = (shapes[:70], shapes[70:140], shapes[140:])
    areas = [to_wgs84(shapely.union_all(part).buffer(6).buffer(-6)) for part in parts if part]
    sheets = [Feature(f"sheet-{no}", area, palette.SHEETS, f"Tờ {no}") for no, area in enumerate(areas, start=12)]
    outline = to_wgs84(MultiPolygon([shapely.union_all(shapes).convex_hull.buffer(2)]))
    box = bounds_of(shapes)
    middle = Point((box.west + box.east) / 2, (box.south + box.north) / 2)
    places = [
        Feature("site", Point(middle.x + 0.0012, box.north + 0.0002), "st_site", "Trạm nghiên cứu cây thanh long"),
        Feature("near", Point(box.west - 0.0003, middle.y), "transfer_site+approximate", "Mô hình tưới tiết kiệm"),
    ]
    counts = Counter(names)
    legend = [LegendEntry(stage, STAGE_TITLES[stage], counts[stage], counts[stage] * 1300.5) for stage in STAGE_TITLES]
    legend += [
        LegendEntry(palette.STUCK, "Vướng mắc", sum(stuck)),
        LegendEntry(palette.BOUNDARY, "Ranh giới dự án", None),
        LegendEntry(palette.SHEETS, "Ranh giới tờ bản đồ", None),
        LegendEntry("communes", "Ranh giới xã", None),
        LegendEntry("st_site", "Cơ sở KH&CN", 1),
        LegendEntry("transfer_site+approximate", "Điểm chuyển giao, chỉ biết theo xã", 1),
        LegendEntry("gi_area+illustrative", "Vùng chỉ dẫn địa lý", 1, note="minh hoạ"),
    ]
    communes = [Feature(unit.code, unit.geometry, "communes", unit.name) for unit in shipped.communes()]
    return MapView(
        project_code="KTN-CNSH",
        title=title,
        headline=HeadlineFigures(len(shapes), counts["handed_over"], 121, 74, 249_000.0, 174_000.0, sum(stuck), False),
        headline_text=(
            f"{counts['handed_over']} / {len(shapes)} thửa, 74 / 121 hộ đã bàn giao · "
            f"17,4 / 24,9 ha · {sum(stuck)} thửa vướng"
        ),
        layers=[
            Layer("land", "Đất liền", [Feature("land", area, "land") for area in shipped.land()]),
            Layer("communes", "Ranh giới xã", communes),
            Layer("parcels", "Thửa đất", parcels),
            Layer("sheets", "Tờ bản đồ", sheets),
            Layer("boundary", "Ranh giới dự án", [Feature("boundary", outline, palette.BOUNDARY)]),
            Layer("places", "Cơ sở", places),
        ],
        styles=dict(palette.STYLES),
        legend=legend,
        extent=box,
        as_of=date(2026, 11, 23),
        as_of_is_today=True,
        known_at=None,
        survey_epsg=EPSG,
        place_names=(PLACE,),
        illustrative=True,
        sources=(
            "© OpenStreetMap contributors (ODbL): ranh giới xã",
            "Sở Khoa học và Công nghệ: thửa đất (dữ liệu minh hoạ)",
            "Natural Earth: đất liền",
        ),
        language="vi",
        fingerprint=hashlib.sha256(repr(names).encode()).hexdigest(),
        journal_seq=1284,
    )


def english(view: MapView) -> MapView:
    return replace(view, language="en", place_names=("Hàm Liêm commune, Lâm Đồng province",))
