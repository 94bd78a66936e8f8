"""Headless Chromium cut off from every network but loopback, and clocks to read in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Frame, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
FRAME_SAMPLER = """() => { window.__gaps = []; let last = performance.now();
  const step = (t) => { window.__gaps.push(t - last); last = t; window.__raf = requestAnimationFrame(step); };
  window.__raf = requestAnimationFrame((t) => { last = t; step(t); }); }"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Traffic:
    """Bytes that went over the page's websockets."""

    received: int = 0
    sent: int = 0

    @property
    def total(self) -> int:
        return self.received + self.sent


def watch_websockets(page: Page) -> Traffic:
    """Count the bytes of every websocket of a page from now on."""
    traffic = Traffic()

    def size(payload: str | bytes) -> int:
        return len(payload if isinstance(payload, bytes) else payload.encode())

    def attach(socket: object) -> None:
        socket.on("framereceived", lambda p: setattr(traffic, "received", traffic.received + size(p)))  # type: ignore[attr-defined]
        socket.on("framesent", lambda p: setattr(traffic, "sent", traffic.sent + size(p)))  # type: ignore[attr-defined]

    page.on("websocket", attach)
    return traffic


def map_frame(page: Page, timeout_s: float = 120) -> Frame:
    """Return the frame of the map component once it is there."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        for frame in page.frames:
            if "streamlit_folium" in frame.url:
                return frame
        page.wait_for_timeout(20)
    raise TimeoutError("no map frame")


def wait_until(frame: Frame, script: str, timeout_s: float = 180) -> float:
    """Return seconds until a script answers true in a frame; asked ten times a second, so that asking costs little."""
    start = time.perf_counter()
    frame.wait_for_function(script, timeout=timeout_s * 1000, polling=100)
    return time.perf_counter() - start


def pan(page: Page, frame: Frame) -> dict[str, float]:
    """Drag the map 400 px and back; return frame gaps in milliseconds."""
    box = frame.frame_element().bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    frame.evaluate(FRAME_SAMPLER)
    start = time.perf_counter()
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 21):
        page.mouse.move(x + step * 20, y + step * 5)
    for step in range(20, -1, -1):
        page.mouse.move(x + step * 20, y + step * 5)
    page.mouse.up()
    seconds = time.perf_counter() - start
    page.wait_for_timeout(500)
    gaps = sorted(frame.evaluate("() => { cancelAnimationFrame(window.__raf); return window.__gaps; }"))
    return {"drag_s": seconds, "median_gap_ms": gaps[len(gaps) // 2], "worst_gap_ms": gaps[-1]}
