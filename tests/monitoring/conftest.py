from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from shapely.geometry import box

from geodata import shipped
from geodata.records import ImportSource, Moment, NewParcel, NewProject, ParcelKey
from monitoring import operations
from monitoring.office import EventRequest, Office
from monitoring.permissions import LOCAL
from monitoring.stages import Stages
from monitoring.workflow import Workflow
from tests.fakes import MemoryStore, MovableClock

REGIME = "LDD2024_D"
SOURCE = ImportSource("thua.zip", "0" * 64, "thua", "EPSG:9218", "utf-8")


@pytest.fixture(scope="session")
def workflow() -> Workflow:
    return Workflow.parse(shipped.workflow_text())


@pytest.fixture(scope="session")
def stages() -> Stages:
    return Stages.parse(shipped.stages())


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))


@pytest.fixture
def office(workflow: Workflow, stages: Stages, clock: MovableClock) -> Office:
    """An office with an empty store in memory."""
    return Office(MemoryStore(clock), workflow, stages, clock, door="test")


def new_project(code: str = "P1", **more: object) -> NewProject:
    fields: dict[str, object] = {"code": code, "name": code, "regime": REGIME, "regime_reason": "thử", **more}
    return NewProject(**fields)  # type: ignore[arg-type]


def new_parcel(number: int, sheet: str = "1", holder: str | None = None, area_m2: float = 100.0) -> NewParcel:
    west = 108.1 + number * 1e-3
    return NewParcel(
        key=ParcelKey("23095", sheet, str(number)),
        land_types="CLN",
        registered_area_m2=area_m2,
        measured_area_m2=area_m2 + 1,
        recovered_area_m2=area_m2,
        geometry=box(west, 11.1, west + 1e-3, 11.101),
        holder_name=holder,
    )


@pytest.fixture
def zone(office: Office) -> Office:
    """Project P1 with parcels 1/1 and 1/2 of one household, 2/3 of another, 2/4 of an unknown holder."""
    parcels = [
        new_parcel(1, "1", "Hộ A"),
        new_parcel(2, "1", "Hộ A"),
        new_parcel(3, "2", "Hộ B"),
        new_parcel(4, "2", None),
    ]
    operations.import_parcels(LOCAL, office, new_project(), parcels, SOURCE)
    return office


Record = Callable[..., object]


@pytest.fixture
def record(zone: Office) -> Record:
    """Record events of a case of P1, given as (event, day) pairs."""

    def record_all(case_id: int, *events: tuple[str, str]) -> None:
        for event, on in events:
            request = EventRequest(project="P1", case_id=case_id, event=event, occurred_on=date.fromisoformat(on))
            operations.record_event(LOCAL, zone, request)

    return record_all


def case_state(office: Office, case_id: int, as_of: str | None = None) -> str:
    moment = Moment(None if as_of is None else date.fromisoformat(as_of))
    return office.store.case_file(case_id, moment).case.state
