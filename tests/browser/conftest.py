"""The running program and a real Chromium that reaches nothing but loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
LAPTOP: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
CUT_OFF = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class RunningApp:
    """A served program over a store of its own."""

    url: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "MATBANG_STORE": f"sqlite:///{self.folder / 'matbang.gpkg'}",
            "MATBANG_HOME": str(self.folder),
        }

    def cli(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "cli.py", *words],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip


def wait_until_served(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    folder = tmp_path_factory.mktemp("running")
    port = free_port()
    running = RunningApp(f"http://127.0.0.1:{port}", folder)
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env={**running.environment, "MATBANG_PORT": str(port)},
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            wait_until_served(running.url, process, log)
            yield running
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CUT_OFF)
        yield browser
        browser.close()


@dataclass
class Watched:
    """What a page did that it should not have."""

    outside: list[str]
    errors: list[str]


@pytest.fixture
def open_page(chromium: Browser, app: RunningApp) -> Iterator[Callable[..., Page]]:
    """Open a page of the program in a browser context of its own; nothing outside may be asked for."""
    contexts: list[BrowserContext] = []
    watched = Watched([], [])

    def note_request(address: str) -> None:
        if not address.startswith((app.url, "data:", "blob:", app.url.replace("http", "ws"))):
            watched.outside.append(address)

    def opened(path: str = "/", size: ViewportSize = LAPTOP) -> Page:
        context = chromium.new_context(viewport=size, has_touch=size is PHONE, is_mobile=size is PHONE)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: note_request(request.url))
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        page.set_default_timeout(30_000)
        page.goto(app.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not watched.outside
    assert not watched.errors


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Page, str], Path]:
    def take(page: Page, name: str) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path)
        return path

    return take
