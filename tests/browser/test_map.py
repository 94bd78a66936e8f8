"""The map in real Chromium, cut off from every network but loopback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from geodata.records import Moment, Parcel, Project
from geodata.store import SystemClock, open_store
from tests.browser.conftest import LAPTOP, PHONE, RunningApp
from tests.browser.maps import (
    click_on,
    legend_counts,
    map_frame,
    pixel_at,
    stage_at,
    view_of,
    wait_for_stage,
    zoom_to,
)

pytestmark = pytest.mark.browser
CODE = "KTN-CNSH"
NEXT = {
    "DRAFT": ("notice_issued", "not_started", "noticed", "Ban hành thông báo thu hồi đất"),
    "NOTICE_ISSUED": ("inventory_started", "noticed", "inventoried", "Bắt đầu điều tra"),
    "ORIGIN_CONFIRMED": ("plan_drafted", "inventoried", "planning", "Lập xong phương án"),
    "RECOVERY_DECIDED": ("handed_over", "recovered", "handed_over", "Bàn giao đất"),
}


class Ground:
    """What the store holds, to know where to click; read by a process of its own, like any other reader."""

    def __init__(self, app: RunningApp) -> None:
        self.store = open_store(app.environment["MATBANG_STORE"], SystemClock())
        self.project: Project = self.store.project(CODE)
        self.taken: set[int] = set()

    def parcel_in(self, *states: str) -> tuple[Parcel, str]:
        """Return a roomy parcel whose only case is in one of the states, none twice."""
        rows = self.store.case_rows(self.project.id, Moment())
        free = [
            row for row in rows if row.state in states and not row.open_obstacles and row.parcel_id not in self.taken
        ]
        parcels = self.store.parcels(self.project.id, [row.parcel_id for row in free])
        parcel = max(parcels, key=lambda found: found.measured_area_m2)
        self.taken.add(parcel.id)
        return parcel, next(row.state for row in free if row.parcel_id == parcel.id)


@pytest.fixture(scope="module")
def ground(app: RunningApp) -> Iterator[Ground]:
    ground = Ground(app)
    yield ground
    ground.store.close()


def beside_the_symbol(parcel: Parcel) -> tuple[float, float]:
    """Return a place inside a parcel that neither its symbol nor its number covers (latitude, longitude)."""
    inner = parcel.geometry.buffer(-0.00002)
    free = inner.difference(parcel.label_point.buffer(0.00013))
    point = (free if not free.is_empty else inner).representative_point()
    return (point.y, point.x)


def progress(app: RunningApp) -> dict[str, Any]:
    answer = app.cli("progress", "--project", CODE, "--json")
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


@pytest.mark.parametrize(("name", "size"), [("laptop", LAPTOP), ("phone", PHONE)])
def test_the_map_is_painted_and_its_legend_counts_as_progress_does(
    name: str,
    size: Any,
    app: RunningApp,
    ground: Ground,
    open_page: Callable[..., Page],
    screenshot: Callable[[Page, str], Path],
) -> None:
    page = open_page(f"/ban-do?project={CODE}", size)
    frame = map_frame(page)
    rows = {row.parcel_id: row for row in ground.store.case_rows(ground.project.id, Moment())}
    stages = json.loads(app.cli("progress", "--project", CODE, "--json").stdout)["stages"]
    state_stage = {"RECOVERY_DECIDED": "recovered", "HANDED_OVER": "handed_over", "ORIGIN_CONFIRMED": "inventoried"}
    seen = 0
    for parcel in sorted(ground.store.parcels(ground.project.id), key=lambda found: -found.measured_area_m2)[:60]:
        row = rows.get(parcel.id)
        if row is not None and row.state in state_stage and not row.open_obstacles and seen < 6:
            wait_for_stage(frame, beside_the_symbol(parcel), state_stage[row.state], 30)
            seen += 1
    assert seen >= 3
    counts = legend_counts(frame)
    for entry in stages:
        assert counts.get(entry["stage"], 0) == entry["parcels"]
    page.wait_for_timeout(600)
    screenshot(page, f"map-{name}")


def test_recorded_work_recolours_a_second_browser_and_no_map_is_reloaded(
    ground: Ground, open_page: Callable[..., Page], screenshot: Callable[[Page, str], Path]
) -> None:
    parcel, state = ground.parcel_in("RECOVERY_DECIDED", "ORIGIN_CONFIRMED", "NOTICE_ISSUED", "DRAFT")
    _, before, after, label = NEXT[state]
    place = beside_the_symbol(parcel)
    first, second = (open_page(f"/ban-do?project={CODE}") for _ in range(2))
    frames = [map_frame(page) for page in (first, second)]
    for frame in frames:
        zoom_to(frame, *place)
        wait_for_stage(frame, place, before)
        frame.evaluate("() => { window.__still_here = true; }")
    views = [view_of(frame) for frame in frames]

    click_on(first, frames[0], *place)
    first.get_by_text(f"Tờ {parcel.key.sheet} · Thửa {parcel.key.number}", exact=True).wait_for()
    first.get_by_text("Ghi việc đã làm", exact=True).click()
    first.get_by_role("radiogroup", name="Việc đã làm").get_by_text(label, exact=False).first.click()
    first.get_by_label("Ghi chú").first.fill("Thử <img src=x onerror=alert(1)> **đậm**")
    first.get_by_role("button", name="Ghi", exact=True).click()

    for frame in frames:
        wait_for_stage(frame, place, after, 5)
    first.locator(".mb-timeline").get_by_text("Thử <img src=x onerror=alert(1)> **đậm**").wait_for()
    first.wait_for_timeout(500)
    screenshot(first, "map-after-recording-laptop")
    assert [view_of(frame) for frame in frames] == views
    assert all(frame.evaluate("() => window.__still_here === true") for frame in frames)


def test_work_recorded_at_the_terminal_reaches_an_open_map(
    app: RunningApp, ground: Ground, open_page: Callable[..., Page]
) -> None:
    parcel, state = ground.parcel_in("RECOVERY_DECIDED", "ORIGIN_CONFIRMED", "NOTICE_ISSUED", "DRAFT")
    event, before, after, _ = NEXT[state]
    place = beside_the_symbol(parcel)
    page = open_page(f"/ban-do?project={CODE}")
    frame = map_frame(page)
    zoom_to(frame, *place)
    wait_for_stage(frame, place, before)
    counted = legend_counts(frame)
    today = page.evaluate("() => new Date(Date.now() + 7 * 3600e3).toISOString().slice(0, 10)")
    answer = app.cli(
        "record-event", "--project", CODE, "--parcel", f"{parcel.key.sheet}/{parcel.key.number}",
        "--event", event, "--on", today,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    wait_for_stage(frame, place, after, 5)
    assert legend_counts(frame)[after] == counted[after] + 1
    headline = page.locator("[data-matbang-headline]").inner_text()
    if after == "handed_over":
        assert headline.startswith(f"{counted[after] + 1} / ")


def test_zoom_and_layers_survive_another_page_and_back(ground: Ground, open_page: Callable[..., Page]) -> None:
    parcel = ground.store.parcels(ground.project.id)[40]
    page = open_page(f"/ban-do?project={CODE}")
    frame = map_frame(page)
    zoom_to(frame, parcel.label_point.y, parcel.label_point.x, 17)
    page.wait_for_timeout(800)
    view = view_of(frame)
    page.get_by_role("link", name="Tiến độ").click()
    page.locator(".mb-answer", has_text="30 ngày").wait_for()
    page.get_by_role("link", name="Bản đồ", exact=True).click()
    page.wait_for_timeout(1000)
    frame = map_frame(page)
    page.wait_for_timeout(1000)
    again = view_of(frame)
    assert again[2] == view[2]
    assert abs(again[0] - view[0]) < 1e-4
    assert abs(again[1] - view[1]) < 1e-4


def test_a_past_day_is_said_on_the_page_and_nothing_can_be_recorded(
    ground: Ground, open_page: Callable[..., Page], screenshot: Callable[[Page, str], Path]
) -> None:
    page = open_page(f"/ban-do?project={CODE}")
    frame = map_frame(page)
    now = legend_counts(frame)
    frame.evaluate("() => { window.__still_here = true; }")
    parts = page.locator('[data-testid="stSidebar"] [role="spinbutton"]')
    for index, value in enumerate(("15", "03", "2026")):
        parts.nth(index).click()
        parts.nth(index).press_sequentially(value)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_text("Đang xem tính đến ngày 15/03/2026", exact=False).wait_for()
    page.wait_for_timeout(1500)
    then = legend_counts(map_frame(page))
    assert then != now
    screenshot(page, "map-past-day-laptop")
    assert frame.evaluate("() => window.__still_here === true"), "the map was mounted anew"
    parcel = ground.store.parcels(ground.project.id)[40]
    zoom_to(frame, parcel.label_point.y, parcel.label_point.x, 18)
    click_on(page, frame, *beside_the_symbol(parcel))
    page.get_by_text("nên không ghi được việc", exact=False).first.wait_for()
    assert page.get_by_role("button", name="Ghi", exact=True).count() == 0
    page.get_by_role("button", name="Về hôm nay").first.click()
    page.wait_for_timeout(2000)
    assert legend_counts(map_frame(page)) == now


def test_overlays_are_switched_on_in_the_layer_control(
    open_page: Callable[..., Page], screenshot: Callable[[Page, str], Path]
) -> None:
    page = open_page(f"/ban-do?project={CODE}")
    frame = map_frame(page)
    frame.evaluate("() => window.map_div.setView([11.05, 108.1], 10, {animate: false})")
    frame.locator(".leaflet-control-layers").hover()
    for title in ("Cơ sở KH&CN", "Điểm chuyển giao", "Vùng chỉ dẫn địa lý"):
        box = frame.locator(".leaflet-control-layers-overlays label", has_text=title).locator("input")
        if not box.is_checked():
            box.check()
    frame.wait_for_function("() => document.querySelectorAll('.leaflet-interactive').length >= 10")
    page.mouse.move(5, 5)
    page.wait_for_timeout(1200)
    screenshot(page, "map-overlays-laptop")


def test_two_people_save_at_once_and_the_second_sees_both_versions(
    ground: Ground, open_page: Callable[..., Page], screenshot: Callable[[Page, str], Path]
) -> None:
    parcel, state = ground.parcel_in("RECOVERY_DECIDED", "ORIGIN_CONFIRMED", "NOTICE_ISSUED", "DRAFT")
    place = beside_the_symbol(parcel)
    pages = [open_page(f"/ban-do?project={CODE}") for _ in range(2)]
    for index, page in enumerate(pages):
        frame = map_frame(page)
        zoom_to(frame, *place)
        wait_for_stage(frame, place, NEXT[state][1])
        click_on(page, frame, *place)
        page.get_by_text(f"Tờ {parcel.key.sheet} · Thửa {parcel.key.number}", exact=True).wait_for()
        page.get_by_text("Ghi việc đã làm", exact=True).click()
        page.get_by_label("Ghi chú").first.fill(f"người thứ {index + 1}")
        page.wait_for_timeout(300)
    for page in pages:
        page.get_by_role("button", name="Ghi", exact=True).click()
        page.wait_for_timeout(1500)
    second = pages[1]
    second.get_by_text("Của người khác, đã lưu").wait_for()
    second.get_by_text("người thứ 1", exact=False).first.wait_for()
    second.get_by_text("Của bạn, chưa lưu").wait_for()
    screenshot(second, "map-two-versions-laptop")


def test_an_unpainted_place_has_no_parcel_colour(ground: Ground, open_page: Callable[..., Page]) -> None:
    box = ground.store.project_bounds(ground.project.id)
    assert box is not None
    page = open_page(f"/ban-do?project={CODE}")
    frame = map_frame(page)
    zoom_to(frame, box.north + 0.01, box.east + 0.01, 17)
    page.wait_for_timeout(800)
    assert pixel_at(frame, box.north + 0.01, box.east + 0.01) is None
    assert stage_at(frame, box.north + 0.01, box.east + 0.01) is None
