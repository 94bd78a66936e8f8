"""Sheets: what stands on them, read back from the files that a planner would open."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader
from shapely.geometry import Polygon, box

from geodata.errors import PaperUnknown, ProjectEmpty, ScaleTooLarge, SnapshotFormatUnknown
from layers.view import Layer, MapView
from layers.words import words_in
from reports.page import drawing
from reports.paper import Box, SheetOptions
from reports.sheet import draw_sheet, render_sheet
from tests.reports.views import EPSG, PLACE, SOUTH, TITLE, WEST, bounds_of, english, view_of, zone

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
VI = words_in("vi")
SIZES = {
    ("A3", "landscape"): (420, 297),
    ("A3", "portrait"): (297, 420),
    ("A4", "landscape"): (297, 210),
    ("A4", "portrait"): (210, 297),
}
LONG = (
    "Dự án thu hồi đất xây dựng khu thực nghiệm công nghệ sinh học và vùng trồng thanh long ứng dụng công nghệ cao " * 3
)
MARKUP = r"$\frac{a}{b}$ <b>_x_^2</b> {0} %s \alpha 日本 🙂"


def pdf(view: MapView, **options: object) -> PdfReader:
    return PdfReader(io.BytesIO(render_sheet(view, SheetOptions(**options), VI)))  # type: ignore[arg-type]


def text_of(reader: PdfReader) -> str:
    return " ".join(reader.pages[0].extract_text().split())


def picture_of(data: bytes, dpi: int, folder: Path) -> Image.Image:
    """Return the page as poppler draws it, which is another program than the one that wrote it."""
    (folder / "sheet.pdf").write_bytes(data)
    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-png", "-singlefile", folder / "sheet.pdf", folder / "sheet"], check=True
    )
    return Image.open(folder / "sheet.png").convert("RGB")


@pytest.mark.parametrize(("paper", "orientation"), SIZES)
def test_the_page_has_the_size_of_the_paper_to_a_tenth_of_a_millimetre(paper: str, orientation: str):
    data = render_sheet(zone(), SheetOptions(paper, orientation), VI)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    picture_of(data, 100, SCREENSHOTS).save(SCREENSHOTS / f"sheet-{paper}-{orientation}.png")
    for left_over in ("sheet.pdf", "sheet.png"):
        (SCREENSHOTS / left_over).unlink()
    reader = PdfReader(io.BytesIO(data))
    (page,) = reader.pages
    size = (float(page.mediabox.width) / 72 * 25.4, float(page.mediabox.height) / 72 * 25.4)
    assert size == pytest.approx(SIZES[paper, orientation], abs=0.1)


def test_a_picture_has_the_size_of_the_paper_too():
    picture = Image.open(io.BytesIO(render_sheet(zone(), SheetOptions("A4", "portrait", format="png", dpi=100), VI)))
    assert picture.size == pytest.approx((210 / 25.4 * 100, 297 / 25.4 * 100), abs=1)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    picture.save(SCREENSHOTS / "sheet-A4-portrait-png.png")


def test_every_word_on_the_sheet_can_be_searched():
    text = text_of(pdf(zone()))
    for words in (
        TITLE,
        PLACE,
        "Hàm Thuận Bắc",
        "Tính đến ngày 23/11/2026",
        "Chú giải",
        "Dữ liệu minh hoạ",
        "Không phải trích lục bản đồ địa chính.",
        "© OpenStreetMap contributors",
        "VN-2000 TM-3 108°30'",
        "EPSG:9218",
        "Tỷ lệ 1:",
        "nhật ký số 1.284",
        "Tờ 12",
        zone().headline_text,
        zone().fingerprint[:12],
    ):
        assert words in text


def test_the_fonts_are_embedded_truetype_and_never_type_3():
    resources: Any = pdf(zone()).pages[0]["/Resources"]
    fonts = [font.get_object() for font in resources["/Font"].values()]
    assert fonts
    for font in fonts:
        descendant = font["/DescendantFonts"][0].get_object()
        assert font["/Subtype"] == "/Type0"
        assert descendant["/Subtype"] == "/CIDFontType2"
        assert "BeVietnamPro" in font["/BaseFont"]
        assert "/FontFile2" in descendant["/FontDescriptor"]
        assert "/ToUnicode" in font


def test_the_map_is_drawn_as_vectors_not_as_a_picture():
    assert not pdf(zone()).pages[0].images


def test_the_legend_counts_are_those_of_the_view():
    lines = [line.strip() for line in pdf(zone(), paper="A3").pages[0].extract_text().splitlines()]
    for entry in zone().legend:
        if entry.count is not None and len(entry.title) < 30 and not entry.note:
            at = next(index for index, line in enumerate(lines) if line.startswith(entry.title))
            numbers = re.findall(r"\d+", " ".join(lines[at : at + 3]).removeprefix(entry.title))
            assert str(entry.count) in numbers, entry.title


@pytest.mark.parametrize("scale", [500, 1000, 2000])
def test_one_metre_at_1_to_2000_is_half_a_millimetre_measured_on_the_drawn_page(scale: int, tmp_path: Path):
    square = box(WEST, SOUTH, WEST + 60, SOUTH + 60)
    view = view_of([square], labels=[""])
    view = replace(
        view,
        legend=[],
        layers=[Layer("parcels", "", [replace(view.layers[2].features[0], style="plain")])],
        styles={
            **view.styles,
            "plain": replace(view.styles["not_started"], fill="#FF00FF", symbol="", stroke="#FF00FF"),
        },
    )
    picture = picture_of(render_sheet(view, SheetOptions(scale=scale), VI), 254, tmp_path)
    mask = picture.split()[1].point(lambda green: 255 if green < 10 else 0)
    reds = picture.split()[0].point(lambda red: 255 if red > 245 else 0)
    west, north, east, south = Image.composite(mask, Image.new("L", mask.size), reds).getbbox() or (0, 0, 0, 0)
    expected_mm = 60_000 / scale
    assert (east - west) / 10 == pytest.approx(expected_mm, abs=0.5)
    assert (south - north) / 10 == pytest.approx(expected_mm, abs=0.5)


def test_a_scale_at_which_the_project_does_not_fit_is_refused_with_the_one_that_does():
    with pytest.raises(ScaleTooLarge) as refusal:
        render_sheet(zone(), SheetOptions("A4", scale=500), VI)
    assert refusal.value.scale == 500
    render_sheet(zone(), SheetOptions("A4", scale=refusal.value.fitting), VI)


def test_wrong_paper_and_format_and_an_empty_project_are_refused():
    with pytest.raises(PaperUnknown):
        render_sheet(zone(), SheetOptions("B5"), VI)
    with pytest.raises(SnapshotFormatUnknown):
        render_sheet(zone(), SheetOptions(format="svg"), VI)
    with pytest.raises(ProjectEmpty):
        render_sheet(replace(zone(), layers=zone().layers[:2]), SheetOptions(), VI)


@pytest.mark.parametrize("format_name", ["pdf", "png"])
def test_the_same_view_gives_the_same_bytes_in_another_process_with_another_hash_seed(format_name: str):
    program = (
        "import hashlib; from tests.reports.views import zone; from layers.words import words_in;"
        "from reports.sheet import render_sheet; from reports.paper import SheetOptions;"
        f"sheet = render_sheet(zone(), SheetOptions('A4', format='{format_name}'), words_in('vi'));"
        "print(hashlib.sha256(sheet).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "TZ": zone_name},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed, zone_name in (("1", "UTC"), ("2", "America/New_York"))
    }
    assert len(digests) == 1


def test_threads_draw_sheets_at_the_same_time_without_disturbing_one_another():
    options = [SheetOptions("A4", orientation) for orientation in ("landscape", "portrait")] * 2
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda wanted: render_sheet(zone(), wanted, VI), options))
    assert together[0] == together[2] == render_sheet(zone(), options[0], VI)
    assert together[1] == together[3]


# ---- nothing is cut, nothing overlaps ------------------------------------------------------------


def crowded() -> MapView:
    """Return the zone with everything named as long as people name things."""
    legend = [replace(entry, title=entry.title + " theo kết quả đo đạc địa chính năm 2026") for entry in zone().legend]
    past = replace(zone(), as_of=date(2026, 5, 1), as_of_is_today=False, known_at=datetime(2026, 6, 1, 3, tzinfo=UTC))
    return replace(past, title=LONG[:300], legend=legend, place_names=(PLACE, LONG[:200]), sources=(LONG[:300], MARKUP))


def one_parcel() -> MapView:
    return view_of([Polygon([(WEST, SOUTH), (WEST + 21, SOUTH + 2), (WEST + 19, SOUTH + 33), (WEST - 2, SOUTH + 30)])])


def far_apart() -> MapView:
    """Return parcels in two places 160 km from one another."""
    shapes = [
        box(WEST, SOUTH, WEST + 40, SOUTH + 30),
        box(WEST + 90_000, SOUTH + 130_000, WEST + 90_040, SOUTH + 130_030),
    ]
    return view_of([*shapes])


CASES: dict[str, Callable[[], MapView]] = {
    "zone": zone,
    "crowded": crowded,
    "one-parcel": one_parcel,
    "far-apart": far_apart,
}


@pytest.mark.parametrize(("paper", "orientation"), SIZES)
@pytest.mark.parametrize("name", CASES)
def test_no_text_is_cut_and_none_covers_another(name: str, paper: str, orientation: str):
    options = SheetOptions(paper, orientation)
    with drawing():
        page = draw_sheet(CASES[name](), options, VI)
        texts = page.text_boxes()
        (SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        picture = page.save("png", 80, title="", subject="", made_at=datetime(2026, 1, 1, tzinfo=UTC))
    (SCREENSHOTS / f"sheet-{name}-{paper}-{orientation}.png").write_bytes(picture)
    frame = options.page.inset(options.size.margin_mm / 2)
    outside = [text for text, at in texts if not at.within(frame)]
    assert not outside
    slim = [(text, Box(at.left + 0.1, at.bottom + 0.25, at.right - 0.1, at.top - 0.25)) for text, at in texts]
    assert not [(one, two) for (one, a), (two, b) in combinations(slim, 2) if a.overlaps(b)]


def test_a_name_of_300_letters_stands_there_whole():
    text = text_of(pdf(crowded(), paper="A4", orientation="portrait"))
    assert " ".join(LONG[:300].split()) in text


def test_text_from_data_is_text_never_markup():
    view = replace(zone(), title=MARKUP)
    text = text_of(pdf(view))
    assert r"$\frac{a}{b}$ <b>_x_^2</b> {0} %s \alpha ?? ?" in text


def test_a_past_day_and_what_was_known_then_are_said():
    text = text_of(pdf(crowded()))
    assert "Tính đến ngày 01/05/2026" in text
    assert "theo dữ liệu ghi nhận đến 01/06/2026 10:00" in text
    assert "không phải hiện trạng hôm nay" in text


def test_a_real_project_carries_no_stamp_of_made_up_data():
    view = replace(zone(), illustrative=False, title="Khu thực nghiệm", legend=zone().legend[:8], sources=())
    assert "minh hoạ" not in text_of(pdf(view))


def test_the_sheet_speaks_english_when_asked():
    data = render_sheet(english(zone()), SheetOptions(), words_in("en"))
    text = text_of(PdfReader(io.BytesIO(data)))
    for words in (
        "As of 23 Nov 2026",
        "Legend",
        "Not an extract of the cadastral map.",
        "Scale 1:",
        "Illustrative data",
    ):
        assert words in text


def test_the_dates_inside_the_file_are_the_views_not_the_clocks():
    metadata = pdf(zone()).metadata
    assert metadata is not None
    assert metadata.creation_date == datetime(2026, 11, 22, 17, tzinfo=UTC)  # midnight in Vietnam
    assert metadata.title == TITLE
    assert "/ModDate" not in metadata


def test_a_project_measured_in_another_country_is_drawn_in_its_own_metres():
    view = replace(zone(), survey_epsg=32649)
    text = text_of(pdf(view))
    assert "WGS 84 / UTM zone 49N (EPSG:32649)" in text
    assert "N về hướng bắc, E về hướng đông" in text
    assert re.search(r"E \d{3} \d{3}", text)


def test_a_survey_in_degrees_is_drawn_in_metres_all_the_same():
    assert "VN-2000 UTM 49N" in text_of(pdf(replace(zone(), survey_epsg=4326)))


def test_ten_thousand_parcels_are_drawn():
    shapes = [
        box(WEST + 30 * column, SOUTH + 40 * row, WEST + 30 * column + 29, SOUTH + 40 * row + 39)
        for column in range(100)
        for row in range(100)
    ]
    view = view_of(shapes)
    reader = pdf(replace(view, extent=bounds_of(shapes)))
    assert "10.000" in text_of(reader) or "10000" in text_of(reader)


def test_the_grid_names_northing_x_and_easting_y_as_vietnamese_paper_does():
    text = text_of(pdf(zone(), scale=2500))
    assert "Y 459 300" in text
    assert "X 1 218 400" in text
    assert f"EPSG:{EPSG}" in text
