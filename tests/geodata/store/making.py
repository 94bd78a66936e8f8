"""Small parcels on a grid, and what a store is asked with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from shapely import box

from geodata.ports import Store
from geodata.records import ImportSource, NewCaseEvent, NewObstacle, NewParcel, NewProject, ParcelKey, Writer

WRITER = Writer("lan", "page")
SOURCE = ImportSource("giao-nhan.zip", "ab" * 32, "thua_dat", "EPSG:9218", "tcvn3")
WEST, SOUTH, SIDE = 108.1, 11.1, 0.0005


def url_of(path: Path, **query: object) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"sqlite:///{path}{'?' + asked if asked else ''}"


def new_project(code: str = "HTB-01") -> NewProject:
    return NewProject(code=code, name="Khu thử nghiệm", regime="LDD2024_D", regime_reason="thử", budget_vnd=10**12)


def grid(
    count: int, *, columns: int = 10, sheet: str = "12", commune: str = "23095", east: int = 0
) -> Iterator[NewParcel]:
    """Make square parcels from the south-west corner eastwards, held by pairs of households."""
    for index in range(count):
        west, south = WEST + (index % columns + east) * SIDE, SOUTH + index // columns * SIDE
        yield NewParcel(
            key=ParcelKey(commune, sheet, str(index + 1)),
            land_types="CLN",
            registered_area_m2=None,
            measured_area_m2=3000.0,
            recovered_area_m2=1000.0 if index % 2 else None,
            geometry=box(west, south, west + SIDE, south + SIDE),
            holder_name=f"Hộ minh hoạ {index // 2}",
            holder_address="thôn 1",
        )


def middle_of(index: int, *, columns: int = 10) -> tuple[float, float]:
    return WEST + (index % columns + 0.5) * SIDE, SOUTH + (index // columns + 0.5) * SIDE


def filled(store: Store, count: int = 20, code: str = "HTB-01") -> int:
    """Import parcels into a new project and return its id."""
    store.import_parcels(WRITER, new_project(code), grid(count), SOURCE)
    return store.project(code).id


def event(case_id: int, to_state: str | None = "NOTICE_ISSUED", *, on: date = date(2026, 1, 5), **more) -> NewCaseEvent:
    return NewCaseEvent(
        case_id=case_id, event=more.pop("event", "notice_issued"), occurred_on=on, to_state=to_state, **more
    )


def obstacle(case_id: int, *, on: date = date(2026, 2, 1), **more) -> NewObstacle:
    return NewObstacle(case_id=case_id, kind="origin", waits_for="UBND xã", from_on=on, **more)
