"""The browser's door: what it refuses at the start, in one plain line, with exit code 2."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def start(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    store = f"sqlite:///{folder / 'kho.gpkg'}"
    environment = {**os.environ, "MATBANG_STORE": store, "MATBANG_HOME": str(folder), **settings}
    return subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def assert_one_line(done: subprocess.CompletedProcess[str], said: str) -> None:
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_a_taken_port_is_one_line(tmp_path, taken_port):
    assert_one_line(start(tmp_path, MATBANG_PORT=str(taken_port)), str(taken_port))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", ""])
def test_an_address_that_others_reach_is_refused_without_accounts(tmp_path, free_port, host):
    assert_one_line(start(tmp_path, MATBANG_PORT=str(free_port), MATBANG_HOST=host), "127.0.0.1")


def test_a_port_that_is_no_number_is_one_line_that_names_the_setting(tmp_path):
    assert_one_line(start(tmp_path, MATBANG_PORT="abc"), "MATBANG_PORT")


def test_a_store_that_is_no_store_is_one_line_and_stays_as_it_was(tmp_path, free_port):
    path = tmp_path / "kho.gpkg"
    path.write_text("không phải kho dữ liệu", encoding="utf-8")
    done = start(tmp_path, MATBANG_PORT=str(free_port))
    assert_one_line(done, "kho.gpkg")
    assert path.read_text(encoding="utf-8") == "không phải kho dữ liệu"


def test_importing_the_door_builds_nothing(tmp_path):
    code = "import app; assert app.app is not None"
    environment = {**os.environ, "MATBANG_STORE": f"sqlite:///{tmp_path / 'kho.gpkg'}", "MATBANG_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir())
