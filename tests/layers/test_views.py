"""The map view of a real office: gathered through the operations, for those who may see it."""

from __future__ import annotations

from datetime import date

import pytest
from shapely.geometry import box

from geodata import shipped
from geodata.errors import NotAllowed, UnknownProject
from geodata.records import ImportSource, Moment, NewParcel, NewProject, ParcelKey, Writer
from layers.views import map_view
from layers.words import Words
from monitoring import operations
from monitoring.office import Office
from monitoring.permissions import LOCAL, Actor
from monitoring.stages import Stages
from monitoring.workflow import Workflow
from tests.fakes import MemoryStore, MovableClock

VI = Words("vi")
PROJECT = NewProject(
    code="KTN",
    name="Khu thực nghiệm",
    commune_code="23095",
    regime="LDD2024_D",
    regime_reason="test",
    illustrative=True,
)


def surveyed(number: int) -> NewParcel:
    west = 108.05 + number * 0.0004
    return NewParcel(
        key=ParcelKey("23095", "1", str(number)),
        land_types="CLN",
        registered_area_m2=None,
        measured_area_m2=1900.0,
        recovered_area_m2=None,
        geometry=box(west, 11.02, west + 0.0004, 11.0204),
        holder_name=f"Hộ số {number}",
    )


@pytest.fixture
def office() -> Office:
    clock = MovableClock()
    workflow = Workflow.parse(shipped.workflow_text())
    office = Office(MemoryStore(clock), workflow, Stages.parse(shipped.stages()), clock, door="test")
    source = ImportSource("thua.zip", "0" * 64, "thua", "EPSG:9218", "utf-8")
    office.store.import_parcels(Writer("local", "test"), PROJECT, [surveyed(n) for n in (1, 2, 3)], source)
    return office


def test_the_view_tells_what_the_operations_tell(office: Office):
    view = map_view(LOCAL, office, "KTN", Moment(), VI)
    told = operations.progress(LOCAL, office, "KTN").as_json()
    assert view.headline.parcels == told["parcels"] == 3
    assert view.legend[0].count == 3
    assert (view.as_of, view.as_of_is_today) == (office.today(), True)
    assert view.title == "Khu thực nghiệm – dữ liệu minh hoạ"
    assert view.headline_text.startswith("0 / 3 thửa, 0 / 3 hộ đã bàn giao · 0 / 0,57 ha (một phần theo số đo)")


def test_a_past_day_is_said_on_the_view(office: Office):
    view = map_view(LOCAL, office, "KTN", Moment(date(2026, 11, 1)), VI, layers=())
    assert (view.as_of, view.as_of_is_today) == (date(2026, 11, 1), False)
    assert [layer.name for layer in view.layers] == ["parcels", "sheets", "boundary"]


def test_a_project_of_others_is_not_shown(office: Office):
    stranger = Actor("stranger", frozenset({"viewer"}), frozenset({"ANOTHER"}))
    with pytest.raises(NotAllowed):
        map_view(stranger, office, "KTN", Moment(), VI)


def test_an_unknown_project_is_refused(office: Office):
    with pytest.raises(UnknownProject):
        map_view(LOCAL, office, "NONE", Moment(), VI)
