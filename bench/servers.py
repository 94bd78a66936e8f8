"""Starts the program and the obvious map on loopback, each as its own process over its own data."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import shapely

from bench.field import SURVEY_EPSG, generated_parcels
from geodata import shipped
from geodata.records import ImportSource, NewProject
from geodata.store import SystemClock, open_store
from monitoring import operations
from monitoring.office import Office
from monitoring.permissions import LOCAL
from monitoring.stages import Stages
from monitoring.workflow import Workflow

ROOT = Path(__file__).resolve().parents[1]
PROJECT = "BENCH"


def office_of(folder: Path) -> Office:
    """Open the bench's store."""
    return Office(
        store=open_store(store_url(folder), SystemClock()),
        workflow=Workflow.parse(shipped.workflow_text()),
        stages=Stages.parse(shipped.stages()),
        clock=SystemClock(),
    )


def store_url(folder: Path) -> str:
    """Return the address of the bench's store."""
    return f"sqlite:///{folder / 'matbang.gpkg'}"


def fill(folder: Path, count: int) -> float:
    """Import generated parcels through the ordinary import; return seconds."""
    office = office_of(folder)
    regime = office.workflow.regime_of_date(datetime.now(UTC).date())
    project = NewProject(
        code=PROJECT, name=f"Đo tốc độ {count} thửa – dữ liệu minh hoạ", survey_epsg=SURVEY_EPSG,
        regime=regime.id, regime_reason="đo tốc độ", illustrative=True,
    )  # fmt: skip
    source = ImportSource("generated", "0" * 64, "parcels", f"EPSG:{SURVEY_EPSG}", "utf-8")
    parcels = list(generated_parcels(count))
    start = time.perf_counter()
    operations.import_parcels(LOCAL, office, project, parcels, source)
    seconds = time.perf_counter() - start
    office.store.close()
    return seconds


def write_geojson(path: Path, count: int) -> None:
    """Write the same parcels as the GeoJSON that the obvious map inlines."""
    parcels = list(generated_parcels(count))
    bounds = shapely.total_bounds([parcel.geometry for parcel in parcels]).tolist()
    features = [
        {
            "type": "Feature",
            "properties": {"id": index, "number": f"{parcel.key.sheet}/{parcel.key.number}"},
            "geometry": json.loads(shapely.to_geojson(shapely.set_precision(parcel.geometry, 1e-7, mode="pointwise"))),
        }
        for index, parcel in enumerate(parcels)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "bbox": bounds, "features": features}), encoding="utf-8")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(command: list[str], environment: dict[str, str], port: int, health: str) -> Iterator[str]:
    """Run a server until the block ends; yield its address once it answers."""
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until_healthy(url + health, process)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    """Ask until the server answers."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError("the server ended")
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(address)


@contextmanager
def our_program(folder: Path) -> Iterator[str]:
    """Serve this program over the bench's store."""
    port = free_port()
    environment = {"MATBANG_STORE": store_url(folder), "MATBANG_HOME": str(folder), "MATBANG_PORT": str(port)}
    with served([sys.executable, "app.py"], environment, port, "/healthz") as url:
        yield url


@contextmanager
def obvious_map(geojson: Path | None) -> Iterator[str]:
    """Serve folium.GeoJson in st_folium, or the empty map."""
    port = free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", "bench/baseline_app.py", "--server.port", str(port),
        "--server.address", "127.0.0.1", "--server.headless", "true", "--browser.gatherUsageStats", "false",
        "--server.fileWatcherType", "none",
    ]  # fmt: skip
    with leaflet() as libraries:
        environment = {"BENCH_GEOJSON": str(geojson or ""), "BENCH_LIBRARIES": libraries}
        with served(command, environment, port, "/_stcore/health") as url:
            yield url


@contextmanager
def leaflet() -> Iterator[str]:
    """Serve Leaflet on loopback, where the obvious map would ask a CDN."""
    port = free_port()
    folder = ROOT / "node_modules/leaflet/dist"
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)]
    with served(command, {}, port, "/leaflet.css") as url:
        yield url
