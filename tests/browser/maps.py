"""What tests read from the map: its frame, its pixels, its legend. Colours are read from the canvas itself."""

from __future__ import annotations

import time
from typing import cast

from playwright.sync_api import Frame, Page

from layers.palette import STYLES

PIXEL_AT = """([lat, lng]) => {
  const map = window.map_div, view = map.getContainer().getBoundingClientRect();
  const at = map.latLngToContainerPoint([lat, lng]);
  for (const tile of document.querySelectorAll('canvas.leaflet-tile')) {
    const r = tile.getBoundingClientRect();
    const x = view.left + at.x - r.left, y = view.top + at.y - r.top;
    if (x < 0 || x >= r.width || y < 0 || y >= r.height || !tile.width) continue;
    const p = tile.getContext('2d').getImageData(
      Math.floor(x * tile.width / r.width), Math.floor(y * tile.height / r.height), 1, 1).data;
    if (p[3] > 0) return [...p];
  }
  return null;
}"""


def map_frame(page: Page) -> Frame:
    """Return the frame of the map once the map in it has started."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        frame = next((frame for frame in page.frames if "streamlit_folium" in frame.url), None)
        if frame is not None:
            frame.wait_for_function("() => document.documentElement.dataset.matbang === 'started'", timeout=30_000)
            return frame
        page.wait_for_timeout(50)
    raise AssertionError("no map on the page")


def pixel_at(frame: Frame, latitude: float, longitude: float) -> tuple[int, int, int] | None:
    """Return the colour painted at a place, None where no parcel is painted."""
    found = cast("list[int] | None", frame.evaluate(PIXEL_AT, [latitude, longitude]))
    return (found[0], found[1], found[2]) if found else None


def stage_at(frame: Frame, latitude: float, longitude: float) -> str | None:
    """Return the stage whose colour is painted at a place."""
    pixel = pixel_at(frame, latitude, longitude)
    if pixel is None:
        return None
    return min(STAGE_COLOURS, key=lambda stage: _distance(STAGE_COLOURS[stage], pixel))


def wait_for_stage(frame: Frame, place: tuple[float, float], stage: str, seconds: float = 15) -> None:
    """Wait until a place is painted in a stage's colour."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if stage_at(frame, *place) == stage and _distance(STAGE_COLOURS[stage], pixel_at(frame, *place)) < 60:
            return
        frame.page.wait_for_timeout(50)
    raise AssertionError(f"{place} shows {stage_at(frame, *place)} {pixel_at(frame, *place)}, not {stage}")


def zoom_to(frame: Frame, latitude: float, longitude: float, zoom: int = 18) -> None:
    """Move the map as a person would end up after moving it."""
    frame.evaluate("([lat, lng, zoom]) => window.map_div.setView([lat, lng], zoom, {animate: false})",
                   [latitude, longitude, zoom])  # fmt: skip


def view_of(frame: Frame) -> tuple[float, float, float]:
    """Return the map's centre and zoom."""
    found = frame.evaluate(
        "() => { const c = window.map_div.getCenter(); return [c.lat, c.lng, window.map_div.getZoom()]; }"
    )
    return (round(found[0], 6), round(found[1], 6), found[2])


def click_on(page: Page, frame: Frame, latitude: float, longitude: float) -> None:
    """Click a place on the map with the mouse."""
    point = frame.evaluate(
        "([lat, lng]) => { const p = window.map_div.latLngToContainerPoint([lat, lng]);"
        "const r = window.map_div.getContainer().getBoundingClientRect(); return [p.x + r.left, p.y + r.top]; }",
        [latitude, longitude],
    )
    box = frame.frame_element().bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + point[0], box["y"] + point[1])


def legend_counts(frame: Frame) -> dict[str, int]:
    """Return the legend's figures by stage, as a person reads them."""
    frame.wait_for_function("() => document.querySelector('.matbang-count')?.textContent", timeout=20_000)
    rows: list[list[str]] = frame.evaluate(
        "() => [...document.querySelectorAll('.matbang-legend-row')].map((row) => "
        "[row.dataset.stage, row.querySelector('.matbang-count').textContent])"
    )
    return {stage: int(count.replace(".", "")) for stage, count in rows}


def _colour(stage: str) -> tuple[int, int, int]:
    fill = STYLES[stage].fill or "#FFFFFF"
    return (int(fill[1:3], 16), int(fill[3:5], 16), int(fill[5:7], 16))


def _distance(one: tuple[int, int, int], other: tuple[int, int, int] | None) -> int:
    return 999 if other is None else sum(abs(a - b) for a, b in zip(one, other, strict=True))


STAGE_COLOURS = {
    stage: _colour(stage)
    for stage in ("not_started", "noticed", "inventoried", "planning", "approved", "recovered", "handed_over")
}
