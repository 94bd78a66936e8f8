"""What every store keeps to: run over the store in memory and over the real one, so that fakes do not drift.

A test class that inherits :class:`StoreContract` and gives a ``store`` and a ``clock`` fixture runs all of it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from shapely.geometry import box

from geodata.errors import (
    AmbiguousParcel,
    DuplicateParcel,
    ObstacleAlreadyClosed,
    ProjectArchived,
    ProjectExists,
    StaleRecord,
    UnknownCase,
    UnknownCaseEvent,
    UnknownObstacle,
    UnknownParcel,
    UnknownProject,
)
from geodata.ports import Store
from geodata.records import (
    ImportSource,
    Moment,
    NewCaseEvent,
    NewObstacle,
    NewParcel,
    NewProject,
    ObstacleEnd,
    ParcelKey,
    Writer,
)
from tests.fakes import MovableClock

WRITER = Writer("local", "test")
SOURCE = ImportSource("thua.zip", "0" * 64, "thua", "EPSG:9218", "utf-8")
NOW = Moment()
DAY = date(2026, 3, 2)


def project(code: str = "P1") -> NewProject:
    return NewProject(code=code, name=code, regime="LDD2024_D", regime_reason="thử")


def parcel(
    number: str, holder: str | None = "Hộ A", commune: str = "23095", recovered: float | None = 90.0
) -> NewParcel:
    west = 108.1 + int(number) * 1e-3
    return NewParcel(
        key=ParcelKey(commune, "1", number),
        land_types="CLN",
        registered_area_m2=100.0,
        measured_area_m2=101.5,
        recovered_area_m2=recovered,
        geometry=box(west, 11.1, west + 1e-3, 11.101),
        holder_name=holder,
    )


def event(code: str, on: str, to_state: str | None = None, **more: object) -> NewCaseEvent:
    return NewCaseEvent(case_id=1, event=code, occurred_on=date.fromisoformat(on), to_state=to_state, **more)  # type: ignore[arg-type]


class StoreContract:
    """The contract; case 1 belongs to parcel 1 of project P1."""

    @pytest.fixture
    def clock(self) -> MovableClock:
        return MovableClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))

    @pytest.fixture
    def zone(self, store: Store) -> Store:
        parcels = [parcel("1"), parcel("2"), parcel("3", "Hộ B", recovered=None), parcel("4", None)]
        store.import_parcels(WRITER, project(), parcels, SOURCE)
        return store

    def write(self, store: Store, new: NewCaseEvent, state: str | None = None):
        version = store.case_file(new.case_id, NOW).case.version
        present = store.case_file(new.case_id, NOW).case.state
        return store.record_event(WRITER, new, expected_version=version, state=state or new.to_state or present)

    # ---- projects and parcels --------------------------------------------------------------------

    def test_an_import_opens_project_claimants_and_cases(self, zone: Store):
        assert zone.project("P1").boundary is not None
        assert zone.claimant_count(1) == 2
        rows = zone.case_rows(1, NOW)
        assert [(row.case_id, row.parcel_id, row.claimant_id) for row in rows] == [
            (1, 1, 1),
            (2, 2, 1),
            (3, 3, 2),
            (4, 4, None),
        ]
        assert {(row.state, row.state_since, row.open_obstacles) for row in rows} == {("DRAFT", None, 0)}
        assert [(row.area_m2, row.area_is_measured) for row in zone.parcel_rows(1)][1:3] == [
            (90.0, False),
            (101.5, True),
        ]
        assert zone.imports("P1")[0].parcels_added == 4

    def test_a_refused_import_leaves_nothing(self, zone: Store):
        seq = zone.last_seq()
        for target in (zone.project("P1"), project("P2")):
            with pytest.raises(DuplicateParcel):
                zone.import_parcels(WRITER, target, [parcel("5"), parcel("6"), parcel("5")], SOURCE)
        with pytest.raises(DuplicateParcel):
            zone.import_parcels(WRITER, zone.project("P1"), [parcel("1")], SOURCE)
        with pytest.raises(ProjectExists):
            zone.import_parcels(WRITER, project("P1"), [parcel("9")], SOURCE)
        assert zone.last_seq() == seq
        assert len(zone.parcel_rows(1)) == 4
        with pytest.raises(UnknownProject):
            zone.project("P2")

    def test_an_archived_project_takes_nothing_more(self, zone: Store):
        zone.archive_project(WRITER, "P1", DAY)
        assert zone.projects() == []
        assert [row.archived_on for row in zone.projects(include_archived=True)] == [DAY]
        with pytest.raises(ProjectArchived):
            zone.archive_project(WRITER, "P1", DAY)
        with pytest.raises(ProjectArchived):
            self.write(zone, event("notice_issued", "2026-03-02", "NOTICE_ISSUED"))
        with pytest.raises(ProjectArchived):
            zone.import_parcels(WRITER, zone.project("P1"), [parcel("9")], SOURCE)

    def test_a_parcel_is_found_by_key_and_by_point(self, zone: Store):
        assert zone.find_parcel(1, ParcelKey("", "1", "2")).id == 2
        assert zone.find_parcel(1, ParcelKey("23095", "1", "2")).id == 2
        with pytest.raises(UnknownParcel):
            zone.find_parcel(1, ParcelKey("22918", "1", "2"))
        zone.import_parcels(WRITER, zone.project("P1"), [parcel("2", commune="22918")], SOURCE)
        with pytest.raises(AmbiguousParcel) as refusal:
            zone.find_parcel(1, ParcelKey("", "1", "2"))
        assert len(refusal.value.choices) == 2
        assert zone.parcel_at(1, 108.1035, 11.1005).id == 3  # type: ignore[union-attr]
        assert zone.parcel_at(1, 100.0, 11.0005) is None
        assert [row.id for row in zone.parcels(1, [3, 1, 99])] == [1, 3]

    # ---- events ----------------------------------------------------------------------------------

    def test_an_event_moves_its_case_and_is_stamped_by_the_clock(self, zone: Store, clock: MovableClock):
        clock.move_by(timedelta(hours=1))
        written = self.write(zone, event("notice_issued", "2026-03-02", "NOTICE_ISSUED", note="n", document="d"))
        assert (written.from_state, written.to_state, written.recorded_at) == ("DRAFT", "NOTICE_ISSUED", clock.now())
        assert (written.recorded_by, written.seq) == ("local", zone.last_seq())
        assert zone.cases_of_parcel(1)[0].version == 2
        assert zone.case_rows_of([1], NOW)[0].state_since == DAY

    def test_time_never_runs_backwards_in_the_journal(self, zone: Store, clock: MovableClock):
        latest = zone.journal()[-1].recorded_at
        clock.move_by(timedelta(days=-3))
        assert self.write(zone, event("notice_issued", "2026-03-02", "NOTICE_ISSUED")).recorded_at == latest
        assert zone.seq_at(latest) == zone.last_seq()
        assert zone.seq_at(latest - timedelta(seconds=1)) == 0

    def test_a_stale_writer_is_told_what_others_wrote(self, zone: Store):
        written = self.write(zone, event("notice_issued", "2026-03-02", "NOTICE_ISSUED"))
        opened = zone.open_obstacle(WRITER, self.obstacle(), expected_version=2)
        closed = zone.close_obstacle(WRITER, opened.id, until_on=DAY, note="xong", expected_version=3)
        with pytest.raises(StaleRecord) as refusal:
            zone.record_event(WRITER, event("x", "2026-03-02"), expected_version=1, state="DRAFT")
        with pytest.raises(StaleRecord) as check:
            zone.check_version(1, 1)
        zone.check_version(1, 4)
        for found in (refusal.value, check.value):
            assert (found.seen_version, found.present_version, found.present_state) == (1, 4, "NOTICE_ISSUED")
            assert found.theirs == (written, closed)
        with pytest.raises(UnknownCase):
            zone.check_version(99, 1)

    def test_a_correction_keeps_the_place_of_what_it_corrects(self, zone: Store):
        first = self.write(zone, event("notice_issued", "2026-03-02", "NOTICE_ISSUED"))
        second = self.write(zone, event("inventory_started", "2026-03-02", "INVENTORY"))
        fixed = self.write(zone, event("notice_issued", "2026-03-02", "NOTICE_ISSUED", corrects=first.id), "INVENTORY")
        assert fixed.from_state == "DRAFT"
        assert zone.case_rows_of([1], Moment(DAY))[0].state == "INVENTORY"
        assert zone.case_rows_of([1], NOW)[0].state == "INVENTORY"
        assert [row.id for row in zone.events_of_project(1, NOW)] == [fixed.id, second.id]
        assert [row.id for row in zone.case_file(1, NOW).events] == [first.id, fixed.id, second.id]
        with pytest.raises(UnknownCaseEvent):
            self.write(zone, event("notice_issued", "2026-03-02", "NOTICE_ISSUED", corrects=first.id), "INVENTORY")

    def test_what_was_withdrawn_counts_no_more_but_still_did_when_it_was_not_known(self, zone: Store):
        wrong = self.write(zone, event("notice_issued", "2026-03-02", "NOTICE_ISSUED"))
        known_then = zone.last_seq()
        gone = event("notice_issued", "2026-03-02", corrects=wrong.id, withdraws=True, reason="nhầm thửa")
        self.write(zone, gone, "DRAFT")
        assert zone.case_rows_of([1], NOW)[0].state == "DRAFT"
        assert zone.case_rows_of([1], Moment(known_seq=known_then))[0].state == "NOTICE_ISSUED"
        assert zone.events_of_project(1, NOW) == []
        assert len(zone.events_of_project(1, Moment(known_seq=known_then))) == 1
        assert len(zone.case_file(1, Moment(known_seq=known_then)).events) == 1

    def test_a_past_day_shows_what_had_happened_by_then(self, zone: Store):
        self.write(zone, event("notice_issued", "2026-03-02", "NOTICE_ISSUED"))
        self.write(zone, event("notice_sent", "2026-03-04"))
        late = self.write(zone, event("inventory_started", "2026-04-01", "INVENTORY"))
        fixed = self.write(zone, event("inventory_started", "2026-05-01", "INVENTORY", corrects=late.id), "INVENTORY")
        states = [zone.case_rows(1, Moment(date(2026, month, 3)))[0].state for month in (3, 4, 5)]
        assert states == ["NOTICE_ISSUED", "NOTICE_ISSUED", "INVENTORY"]
        april = zone.case_file(1, Moment(date(2026, 4, 3)))
        assert (april.case.state, april.case.state_since) == ("NOTICE_ISSUED", DAY)
        assert fixed.id in {row.id for row in april.events}

    def test_a_case_is_not_there_before_its_import_was_known(self, zone: Store):
        seq = zone.last_seq()
        zone.import_parcels(WRITER, zone.project("P1"), [parcel("7")], SOURCE)
        assert len(zone.case_rows(1, Moment(known_seq=seq))) == 4
        with pytest.raises(UnknownCase):
            zone.case_file(5, Moment(known_seq=seq))
        assert zone.case_rows(1, Moment(date(2000, 1, 1)))[0].state == "DRAFT"

    # ---- obstacles -------------------------------------------------------------------------------

    def obstacle(self, **more: object) -> NewObstacle:
        fields = {"case_id": 1, "kind": "mortgage", "waits_for": "Ngân hàng", "from_on": DAY, **more}
        return NewObstacle(**fields)  # type: ignore[arg-type]

    def test_an_obstacle_is_open_from_its_day_until_the_day_it_ends(self, zone: Store):
        opened = zone.open_obstacle(WRITER, self.obstacle(asked="?", asked_on=DAY), expected_version=1)
        known_open = zone.last_seq()
        zone.close_obstacle(WRITER, opened.id, until_on=date(2026, 3, 9), note="xong", expected_version=2)

        def count(moment: Moment) -> int:
            return zone.case_rows(1, moment)[0].open_obstacles

        days = [date(2026, 3, 1), DAY, date(2026, 3, 8), date(2026, 3, 9)]
        assert [count(Moment(on)) for on in days] == [0, 1, 1, 0]
        assert (count(NOW), count(Moment(known_seq=known_open))) == (0, 1)
        (closed,) = zone.obstacles_of_project(1, NOW)
        assert (closed.until_on, closed.closing_note) == (date(2026, 3, 9), "xong")
        assert zone.obstacles_of_project(1, Moment(date(2026, 3, 8)))[0].until_on is None
        assert zone.obstacles_of_project(1, Moment(date(2026, 3, 1))) == []
        with pytest.raises(ObstacleAlreadyClosed):
            zone.close_obstacle(WRITER, opened.id, until_on=DAY, note="", expected_version=3)
        with pytest.raises(UnknownObstacle):
            zone.close_obstacle(WRITER, 99, until_on=DAY, note="", expected_version=3)

    # ---- journal ---------------------------------------------------------------------------------

    def test_every_write_has_its_entry_and_touched_parcels_are_named(self, zone: Store):
        zone.add_project(WRITER, project("P2"))
        seq = zone.last_seq()
        self.write(zone, event("notice_issued", "2026-03-02", "NOTICE_ISSUED"))
        opened = zone.open_obstacle(WRITER, self.obstacle(case_id=2), expected_version=1)
        zone.close_obstacle(WRITER, opened.id, until_on=DAY, note="", expected_version=2)
        entries = zone.journal(after=seq)
        assert [row.action for row in entries] == ["record_event", "open_obstacle", "close_obstacle"]
        assert [row.subject for row in entries] == ["case:1", "case:2", "case:2"]
        assert [row.prev_hash for row in entries[1:]] == [row.hash for row in entries[:-1]]
        assert [(row.seq, row.project_code, row.parcel_id) for row in zone.changes(after=seq)] == [
            (seq + 1, "P1", 1), (seq + 2, "P1", 2), (seq + 3, "P1", 2),
        ]  # fmt: skip

    def test_a_refused_write_leaves_no_entry(self, zone: Store):
        seq = zone.last_seq()
        with pytest.raises(StaleRecord):
            zone.record_event(WRITER, event("x", "2026-03-02"), expected_version=7, state="DRAFT")
        with pytest.raises(ProjectExists):
            zone.add_project(WRITER, project("P1"))
        assert zone.last_seq() == seq

    # ---- a history taken over --------------------------------------------------------------------

    def test_a_history_taken_over_is_what_single_writes_would_have_made(self, zone: Store, clock: MovableClock):
        def history():
            for write in (
                event("notice_issued", "2026-03-02", "NOTICE_ISSUED"),
                event("notice_sent", "2026-03-03"),
                self.obstacle(),
                ObstacleEnd(case_id=1, kind="mortgage", until_on=date(2026, 3, 9), note="xong"),
                self.obstacle(case_id=2),
                event("inventory_started", "2026-03-10", "INVENTORY"),
            ):
                clock.move_by(timedelta(days=1))
                yield write

        seq, start = zone.last_seq(), clock.now()
        assert zone.take_over_history(WRITER, history()) == 6
        entries = zone.journal(after=seq)
        assert [row.recorded_at for row in entries] == [start + timedelta(days=day) for day in range(1, 7)]
        assert [row.prev_hash for row in entries[1:]] == [row.hash for row in entries[:-1]]
        file = zone.case_file(1, NOW)
        assert [(row.event, row.from_state, row.to_state) for row in file.events] == [
            ("notice_issued", "DRAFT", "NOTICE_ISSUED"),
            ("notice_sent", "NOTICE_ISSUED", None),
            ("inventory_started", "NOTICE_ISSUED", "INVENTORY"),
        ]
        assert (file.case.state, file.case.state_since, file.case.version) == ("INVENTORY", date(2026, 3, 10), 6)
        assert [(row.until_on, row.closing_note) for row in file.obstacles] == [(date(2026, 3, 9), "xong")]
        assert [row.open_obstacles for row in zone.case_rows(1, NOW)] == [0, 1, 0, 0]
        assert zone.case_rows(1, Moment(DAY))[0].state == "NOTICE_ISSUED"
        written = self.write(zone, event("inventory_signed", "2026-03-11", "INVENTORY_DONE"))
        assert written.from_state == "INVENTORY"

    def test_a_history_that_breaks_off_leaves_nothing(self, zone: Store):
        seq = zone.last_seq()
        good = event("notice_issued", "2026-03-02", "NOTICE_ISSUED")
        stranger = NewCaseEvent(case_id=99, event="x", occurred_on=DAY)
        with pytest.raises(UnknownCase):
            zone.take_over_history(WRITER, [good, stranger])
        with pytest.raises(UnknownObstacle):
            zone.take_over_history(WRITER, [good, ObstacleEnd(case_id=1, kind="mortgage", until_on=DAY)])
        assert zone.last_seq() == seq
        assert zone.case_file(1, NOW).case.version == 1
        assert zone.take_over_history(WRITER, []) == 0
