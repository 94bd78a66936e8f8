"""This map against the obvious one: painted, one change of colour, websocket bytes, panning."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Frame, Page, ViewportSize

from bench import servers
from bench.browser import map_frame, pan, wait_until, watch_websockets
from geodata.records import Moment
from layers.palette import STYLES
from monitoring import operations
from monitoring.office import EventRequest
from monitoring.permissions import LOCAL

WINDOW: ViewportSize = {"width": 1366, "height": 768}
EMPTY_READY = "() => window.map_div && window.map_div._loaded && document.querySelector('.leaflet-control-zoom')"
PATHS_READY = "(n) => document.querySelectorAll('path.leaflet-interactive').length >= n"
TILES_READY = """() => {
  const map = window.map_div; if (!map || !map._loaded) return false;
  const tiles = [...document.querySelectorAll('canvas.leaflet-tile')].filter((c) => c.width > 0);
  if (!tiles.length) return false;
  const view = map.getContainer().getBoundingClientRect();
  const box = window.__bench_bounds;
  const nw = map.latLngToContainerPoint([box[3], box[0]]), se = map.latLngToContainerPoint([box[1], box[2]]);
  let wanted = 0, painted = 0;
  for (let i = 1; i < 6; i += 1) for (let j = 1; j < 6; j += 1) {
    const x = view.left + nw.x + (se.x - nw.x) * i / 6, y = view.top + nw.y + (se.y - nw.y) * j / 6;
    if (x < view.left || x > view.right || y < view.top || y > view.bottom) continue;
    wanted += 1;
    for (const tile of tiles) {
      const r = tile.getBoundingClientRect();
      if (x < r.left || x >= r.right || y < r.top || y >= r.bottom) continue;
      const p = tile.getContext('2d').getImageData((x - r.left) * tile.width / r.width,
        (y - r.top) * tile.height / r.height, 1, 1).data;
      if (p[3] > 200) { painted += 1; break; }
    }
  }
  return wanted > 8 && painted >= wanted * 0.9;
}"""
WATCH_COLOUR = """([lat, lng, wanted]) => {
  window.__changed = null;
  const look = () => {
    const map = window.map_div, view = map.getContainer().getBoundingClientRect();
    const at = map.latLngToContainerPoint([lat, lng]);
    for (const tile of document.querySelectorAll('canvas.leaflet-tile')) {
      const r = tile.getBoundingClientRect();
      const x = view.left + at.x - r.left, y = view.top + at.y - r.top;
      if (x < 1 || x >= r.width - 1 || y < 1 || y >= r.height - 1 || !tile.width) continue;
      const p = tile.getContext('2d').getImageData(x * tile.width / r.width, y * tile.height / r.height, 1, 1).data;
      if (Math.abs(p[0] - wanted[0]) + Math.abs(p[1] - wanted[1]) + Math.abs(p[2] - wanted[2]) < 40) {
        window.__changed = performance.timeOrigin + performance.now(); return;
      }
    }
    requestAnimationFrame(look);
  };
  look();
}"""
RED_PATH = (
    "() => [...document.querySelectorAll('path.leaflet-interactive')].some((p) => p.getAttribute('fill') === '#C8321F')"
)


def open_window(browser: Browser, url: str) -> Page:
    """Open a page in a context of its own, at laptop size."""
    return browser.new_context(viewport=WINDOW).new_page()


def empty_map(browser: Browser) -> float:
    """Return seconds until an empty st_folium map stands."""
    with servers.obvious_map(None) as url:
        best = []
        for _ in range(3):
            page = open_window(browser, url)
            start = time.perf_counter()
            page.goto(url)
            wait_until(map_frame(page), EMPTY_READY)
            best.append(time.perf_counter() - start)
            page.context.close()
    return sorted(best)[1]


def obvious(browser: Browser, geojson: Path, count: int) -> dict[str, Any]:
    """Measure folium.GeoJson in st_folium."""
    with servers.obvious_map(geojson) as url:
        warm = open_window(browser, url)
        warm.goto(url)
        map_frame(warm).wait_for_function(PATHS_READY, arg=count, timeout=240_000, polling=50)
        warm.context.close()
        page = open_window(browser, url)
        traffic = watch_websockets(page)
        start = time.perf_counter()
        page.goto(url)
        frame = map_frame(page)
        frame.wait_for_function(PATHS_READY, arg=count, timeout=240_000, polling=50)
        painted = time.perf_counter() - start
        page.wait_for_timeout(1500)
        panned = pan(page, frame)
        before = traffic.total
        start = time.perf_counter()
        page.get_by_role("button", name="change").click()
        deadline = time.perf_counter() + 240
        while time.perf_counter() < deadline:
            try:
                if map_frame(page).evaluate(RED_PATH):
                    break
            except Exception:
                pass
            page.wait_for_timeout(50)
        changed = time.perf_counter() - start
        page.wait_for_timeout(1000)
        result = {"painted_s": painted, "change_s": changed, "change_ws_bytes": traffic.total - before, **panned}
        page.context.close()
    return result


def ours(browser: Browser, folder: Path) -> dict[str, Any]:
    """Measure this map over a filled store, its tiles already drawn."""
    office = servers.office_of(folder)
    project = operations.get_project(LOCAL, office, servers.PROJECT)
    box = office.store.project_bounds(project.id)
    assert box is not None
    bounds = [box.west, box.south, box.east, box.north]
    with servers.our_program(folder) as url:
        wait_for_tiles(url)
        open_our_map(browser, url, bounds)[0].context.close()  # both servers are warm before anything is timed
        first, painted, traffic = open_our_map(browser, url, bounds)
        second, _, _ = open_our_map(browser, url, bounds)
        frames = [map_frame(first), map_frame(second)]
        first.wait_for_timeout(1500)
        panned = pan(first, frames[0])
        for page in (first, second):
            page.wait_for_timeout(500)
        before = traffic.total
        change = change_colour(office, project.id, frames)
        change_bytes = traffic.total - before
        before = traffic.total
        panel_s = click_parcel(first, frames[0])
        rerun_bytes = traffic.total - before
        for page in (first, second):
            page.context.close()
    office.store.close()
    return {
        "painted_s": painted, **change, "change_ws_bytes": change_bytes,
        "click_to_panel_s": panel_s, "rerun_ws_bytes": rerun_bytes, **panned,
    }  # fmt: skip


def wait_for_tiles(url: str) -> None:
    """Ask until the tile archive is drawn."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        with urllib.request.urlopen(f"{url}/api/v1/projects/{servers.PROJECT}/tiles", timeout=10) as answer:
            if json.load(answer)["state"] == "ready":
                return
        time.sleep(0.2)
    raise TimeoutError("tiles")


def open_our_map(browser: Browser, url: str, bounds: list[float]) -> tuple[Page, float, Any]:
    """Open the map page; return it with seconds until painted and its websocket traffic."""
    page = open_window(browser, url)
    page.add_init_script(f"window.__bench_bounds = {bounds};")
    traffic = watch_websockets(page)
    start = time.perf_counter()
    page.goto(f"{url}/ban-do?project={servers.PROJECT}")
    wait_until(map_frame(page), TILES_READY)
    return page, time.perf_counter() - start, traffic


def change_colour(office: Any, project_id: int, frames: list[Frame]) -> dict[str, float]:
    """Record one event from another process and return when each browser shows it."""
    rows = office.store.case_rows(project_id, Moment())
    middle = rows[len(rows) // 2 + 37]
    parcel = office.store.parcels(project_id, [middle.parcel_id])[0]
    colour = STYLES["noticed"].fill or ""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    point = parcel.geometry.representative_point()
    spot = [point.y + 0.00006, point.x + 0.00004]  # beside symbol and number
    for frame in frames:
        frame.evaluate("(spot) => window.map_div.setView(spot, 18, {animate: false})", spot)
        frame.wait_for_timeout(2500)
        frame.evaluate(WATCH_COLOUR, [*spot, wanted])
    request = EventRequest(
        project=servers.PROJECT, case_id=middle.case_id, event="notice_issued", occurred_on=office.today()
    )
    operations.record_event(LOCAL, office, request)
    written = time.time() * 1000
    seen = []
    for frame in frames:
        frame.wait_for_function("() => window.__changed !== null", timeout=30_000, polling=20)
        seen.append((frame.evaluate("() => window.__changed") - written) / 1000)
    return {"change_s": seen[0], "change_second_browser_s": seen[1]}


def click_parcel(page: Page, frame: Frame) -> float:
    """Click the middle of the map; return seconds until the panel names the parcel."""
    box = frame.frame_element().bounding_box()
    assert box is not None
    start = time.perf_counter()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_text("Ghi việc đã làm", exact=True).first.wait_for(timeout=30_000)
    seconds = time.perf_counter() - start
    page.wait_for_timeout(1500)
    return seconds
