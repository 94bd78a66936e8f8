"""Every page at both window sizes: it says its answer, fits, and is looked at."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from tests.browser.conftest import LAPTOP, PHONE, ROOT, RunningApp
from tests.browser.maps import legend_counts, map_frame, view_of

pytestmark = pytest.mark.browser
PAGES = {
    "overview": ("/", "Vướng nhất"),
    "map": ("/ban-do?project=KTN-CNSH", "đã bàn giao"),
    "progress": ("/tien-do?project=KTN-CNSH", "30 ngày"),
    "import": ("/nhap-du-lieu", "Lần gần nhất"),
    "export": ("/xuat-ban?project=KTN-CNSH", "Bản đồ"),
}


@pytest.mark.parametrize(("size_name", "size"), [("laptop", LAPTOP), ("phone", PHONE)])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_its_answer_first_and_fits_the_window(
    name: str, size_name: str, size: Any, open_page: Callable[..., Page], screenshot: Callable[[Page, str], Path]
) -> None:
    address, answer = PAGES[name]
    page = open_page(address, size)
    first = page.locator(".mb-answer").first
    first.wait_for()
    assert answer in first.inner_text()
    page.wait_for_timeout(3500)
    assert page.locator('[data-testid="stException"]').count() == 0
    width = page.evaluate("() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    assert width <= size["width"]
    screenshot(page, f"{name}-{size_name}")


def test_buttons_on_a_phone_are_large_enough_for_a_finger(open_page: Callable[..., Page]) -> None:
    page = open_page("/ban-do?project=KTN-CNSH", PHONE)
    page.locator(".mb-answer").first.wait_for()
    page.wait_for_timeout(3000)
    small = page.evaluate(
        "() => [...document.querySelectorAll('[data-testid=\"stMain\"] button')].filter((b) => b.offsetParent)"
        ".map((b) => [b.innerText, b.getBoundingClientRect().height]).filter(([, h]) => h > 0 && h < 43.5)"
    )
    assert not small


def test_the_switch_turns_every_word_to_english(
    open_page: Callable[..., Page], screenshot: Callable[[Page, str], Path]
) -> None:
    page = open_page("/ban-do?project=KTN-CNSH")
    map_frame(page)
    page.wait_for_timeout(1500)
    before = view_of(map_frame(page))
    page.get_by_text("English", exact=True).click()
    page.get_by_text("handed over", exact=False).first.wait_for()
    page.wait_for_timeout(2500)
    frame = map_frame(page)
    assert legend_counts(frame)["handed_over"] > 0
    after = view_of(frame)
    assert after[2] == before[2]
    assert abs(after[0] - before[0]) < 5e-4  # the English first line is longer, the map a little lower
    assert abs(after[1] - before[1]) < 5e-4
    page.wait_for_timeout(2000)
    screenshot(page, "map-english-laptop")


def test_the_sheet_is_saved_from_the_page(open_page: Callable[..., Page]) -> None:
    page = open_page("/xuat-ban?project=KTN-CNSH")
    button = page.get_by_role("button", name="Tải", exact=False).first
    button.wait_for(timeout=60_000)
    with page.expect_download(timeout=60_000) as download:
        button.click()
    sheet = PdfReader(io.BytesIO(Path(download.value.path()).read_bytes())).pages[0]
    millimetres = [round(float(side) * 25.4 / 72) for side in (sheet.mediabox.width, sheet.mediabox.height)]
    assert millimetres == [420, 297]
    assert "Hàm Thuận Bắc" in sheet.extract_text()


def test_a_survey_is_checked_shown_and_accepted_into_a_new_project(
    app: RunningApp, open_page: Callable[..., Page], screenshot: Callable[[Page, str], Path]
) -> None:
    page = open_page("/nhap-du-lieu")
    page.locator('input[type="file"]').first.set_input_files(ROOT / "tests/data/fields/ai4sf_vietnam_areas.gpkg")
    page.locator('[data-testid="stAlert"]', has_text="ai4sf_vietnam_areas.gpkg").first.wait_for()
    screenshot(page, "import-field-missing-laptop")
    for label, value in (("Số thửa", ":row"), ("Tờ bản đồ", ":1"), ("Mã dự án", "RUONG-100")):
        field = page.get_by_label(label, exact=True)
        field.fill(value)
        field.press("Enter")
        page.wait_for_timeout(1200)
    accept = page.locator(".st-key-accept button")
    accept.wait_for()
    assert "100" in accept.inner_text()
    page.wait_for_timeout(3000)
    accept.scroll_into_view_if_needed()
    screenshot(page, "import-preview-laptop")
    assert "RUONG-100" not in app.cli("progress", "--project", "KTN-CNSH", "--json").stdout
    assert app.cli("progress", "--project", "RUONG-100").returncode == 2
    accept.click()
    page.locator('[data-testid="stAlert"]', has_text="RUONG-100").first.wait_for()
    assert json.loads(app.cli("progress", "--project", "RUONG-100", "--json").stdout)["parcels"] == 100
    page.goto(f"{app.url}/ban-do?project=RUONG-100")
    frame = map_frame(page)
    assert legend_counts(frame)["not_started"] == 100
    page.wait_for_timeout(2500)
    screenshot(page, "import-on-the-map-laptop")


def test_a_file_that_is_no_archive_gets_one_clear_sentence(open_page: Callable[..., Page], tmp_path: Path) -> None:
    wrong = tmp_path / "ban-do.zip"
    wrong.write_text("không phải tệp nén", encoding="utf-8")
    page = open_page("/nhap-du-lieu")
    page.locator('input[type="file"]').first.set_input_files(wrong)
    page.locator('[data-testid="stAlert"]', has_text="ban-do.zip").first.wait_for()
    assert page.locator('[data-testid="stException"]').count() == 0
