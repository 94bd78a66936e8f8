"""A real store with a small project, and a writer in a process of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
from shapely.geometry import box
from starlette.types import ASGIApp

from geodata import shipped
from geodata.ports import Clock
from geodata.records import ImportSource, NewParcel, NewProject, ParcelKey
from geodata.store import SystemClock, open_store
from geodata.tile_builds import TileBuilds
from monitoring import operations
from monitoring.office import EventRequest, Office
from monitoring.permissions import LOCAL
from monitoring.stages import Stages
from monitoring.workflow import Workflow
from service.context import ServiceContext
from service.live import LiveHub

ROOT = Path(__file__).resolve().parents[2]
CODE = "P1"
WEST, SOUTH, STEP = 108.0, 11.1, 0.0003
SOURCE = ImportSource("a.zip", "0" * 64, "parcels", "EPSG:9218", "utf-8")
FIRST_EVENT_ON = date(2026, 1, 5)


def parcels(count: int, sheet: str = "1", north: float = SOUTH) -> Iterator[NewParcel]:
    """Yield parcels in a row, with numbers from 1 on; every third has no known holder."""
    for index in range(count):
        west = WEST + (index % 100) * STEP
        south = north + (index // 100) * STEP
        yield NewParcel(
            key=ParcelKey("23095", sheet, str(index + 1)),
            land_types="CLN",
            registered_area_m2=None,
            measured_area_m2=1000.0,
            recovered_area_m2=None,
            geometry=box(west, south, west + STEP, south + STEP),
            holder_name=None if index % 3 == 0 else f"Hộ minh hoạ {index:03d}",
        )


def new_project(code: str = CODE) -> NewProject:
    return NewProject(code=code, name="Dự án thử", regime="LDD2024_D", regime_reason="thử")


def open_office(url: str, clock: Clock | None = None, door: str = "http") -> Office:
    clock = clock or SystemClock()
    workflow = Workflow.parse(shipped.workflow_text())
    return Office(open_store(url, clock), workflow, Stages.parse(shipped.stages()), clock, door)


@dataclass
class Ground:
    """A store file with project P1, and the service over it."""

    home: Path
    url: str
    office: Office
    context: ServiceContext

    def deliver(self, count: int, sheet: str = "1", code: str = CODE, north: float = SOUTH) -> None:
        known = [project.code for project in self.office.store.projects()]
        owner = code if code in known else new_project(code)
        operations.import_parcels(LOCAL, self.office, owner, parcels(count, sheet, north), SOURCE)

    def record(self, parcel_id: int, code: str = CODE) -> None:
        record(self.office, parcel_id, code)

    def record_elsewhere(self, parcel_id: int) -> float:
        """Record from another process; return the moment (Unix time) just after the write was acknowledged."""
        command = [sys.executable, "-m", "tests.service.ground", self.url, str(parcel_id)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
        return float(done.stdout.strip())


def record(office: Office, parcel_id: int, code: str = CODE) -> None:
    """Record the first event that moves the parcel's first case."""
    case = operations.parcel_panel(LOCAL, office, code, parcel_id).cases[0]
    offer = next(offer for offer in case.offers if offer.to_state)
    request = EventRequest(project=code, case_id=case.file.case.id, event=offer.event, occurred_on=FIRST_EVENT_ON)
    operations.record_event(LOCAL, office, request)


class Caller:
    """Asks an application in this process, without a server."""

    def __init__(self, app: ASGIApp, base_url: str = "http://127.0.0.1:8501") -> None:
        self.app, self.base_url = app, base_url

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, headers)

    def post(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("POST", path, headers)

    def ask(self, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
        named = {"accept-language": "en"} | {name.replace("_", "-"): value for name, value in headers.items()}

        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=self.base_url) as client:
                return await client.request(method, path, headers=named)

        # In a thread of its own: a test of the browser may have left a running loop in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, call()).result()


def make_ground(home: Path) -> Ground:
    url = f"sqlite:///{home / 'store.gpkg'}"
    office = open_office(url)
    tiles = TileBuilds(home, url, office.store.identity)
    return Ground(home, url, office, ServiceContext(office, LOCAL, tiles, LiveHub(LOCAL, office)))


if __name__ == "__main__":
    import time

    record(open_office(sys.argv[1]), int(sys.argv[2]))
    print(time.time())
