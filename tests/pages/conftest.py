"""Pages over a real store in a folder of their own, on the day 23/11/2026."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import streamlit as st
from shapely.geometry import box
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from geodata import shipped
from geodata.records import ImportSource, NewParcel, NewProject, ParcelKey
from geodata.store import open_store
from monitoring import operations
from monitoring.office import EventRequest, ObstacleRequest, Office
from monitoring.permissions import LOCAL
from monitoring.stages import Stages
from monitoring.workflow import Workflow
from pages.context import Foundation, provide
from tests.fakes import MovableClock

HOME = Path(__file__).resolve().parents[2] / "pages" / "home.py"
ADDRESSES = {"overview": "", "map": "ban-do", "progress": "tien-do", "import": "nhap-du-lieu", "export": "xuat-ban"}
CODE = "THU-NGHIEM"
NAME = "Dự án <b>thử</b> *nghiệm*"
BEGUN = date(2026, 9, 1)


def parcel(position: int) -> NewParcel:
    west, south = 108.05 + position * 0.001, 11.02
    return NewParcel(
        key=ParcelKey("23095", str(1 + position // 3), str(position + 1)),
        land_types="CLN",
        registered_area_m2=1000.0,
        measured_area_m2=1040.5,
        recovered_area_m2=None,
        geometry=box(west, south, west + 0.0009, south + 0.0009),
        holder_name=f"Hộ số {position // 2 + 1}",
    )


def fill(office: Office, clock: MovableClock) -> None:
    """Six parcels on two sheets, one noticed and stuck, since September."""
    clock.move_to(BEGUN)
    regime = office.workflow.regime_of_date(BEGUN).id
    project = NewProject(code=CODE, name=NAME, regime=regime, regime_reason="thử", planned_start_on=BEGUN,
                         planned_end_on=date(2026, 12, 31), illustrative=True)  # fmt: skip
    source = ImportSource("do-ve.zip", "0" * 64, "thua", "EPSG:9218", "utf-8")
    operations.import_parcels(LOCAL, office, project, [parcel(position) for position in range(6)], source)
    first = case_of(office, "1", "1")
    offer = next(offer for offer in offers_of(office, first) if offer.to_state)
    clock.move_to(date(2026, 10, 5))
    operations.record_event(
        LOCAL, office, EventRequest(project=CODE, case_id=first, event=offer.event, to_state=offer.to_state,
                                    occurred_on=date(2026, 10, 5), note="Đã gửi <i>tận nơi</i>"),
    )  # fmt: skip
    kind = shipped.obstacle_kinds()[0]
    operations.open_obstacle(
        LOCAL, office, ObstacleRequest(project=CODE, case_id=first, kind=kind.code, waits_for="UBND xã",
                                       from_on=date(2026, 10, 5)),
    )  # fmt: skip
    clock.move_to(date(2026, 11, 23))


def parcel_id(office: Office, sheet: str, number: str) -> int:
    return operations.find_parcel(LOCAL, office, CODE, ParcelKey("", sheet, number)).id


def case_of(office: Office, sheet: str, number: str) -> int:
    return office.store.cases_of_parcel(parcel_id(office, sheet, number))[0].id


def offers_of(office: Office, case_id: int):
    parcels = [
        row.parcel_id
        for row in office.store.case_rows(office.store.project(CODE).id, operations_now())
        if row.case_id == case_id
    ]
    return operations.parcel_panel(LOCAL, office, CODE, parcels[0]).cases[0].offers


def operations_now():
    from geodata.records import Moment

    return Moment()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def empty_office(tmp_path: Path, clock: MovableClock) -> Iterator[Office]:
    workflow, stages = Workflow.parse(shipped.workflow_text()), Stages.parse(shipped.stages())
    store = open_store(f"sqlite:///{tmp_path / 'kho.gpkg'}", clock, initial_state=workflow.initial_state)
    office = Office(store, workflow, stages, clock)
    provide(Foundation(office, LOCAL, "vi", tmp_path))
    st.cache_data.clear()
    yield office
    store.close()


@pytest.fixture
def office(empty_office: Office, clock: MovableClock) -> Office:
    fill(empty_office, clock)
    return empty_office


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """Run a page as a browser would find it."""

    def run(name: str, *, language: str = "vi", as_of: date | None = None, parcel: int | None = None) -> AppTest:
        page = AppTest.from_file(str(HOME), default_timeout=60)
        page._page_hash = calc_hash(ADDRESSES[name])
        page.session_state["language"] = language
        page.session_state["project"] = CODE
        if as_of:
            page.session_state["as_of"] = as_of
        if parcel:
            page.session_state["parcel"] = parcel
        return page.run()

    return run


def words_on(page: AppTest) -> str:
    """Return all text of a page's own HTML, as the browser gets it."""
    return "\n".join(element.proto.body for element in page.get("html"))
