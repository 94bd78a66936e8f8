from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from geodata import shipped
from geodata.errors import UnknownProject
from geodata.records import ImportSource, Moment, NewCaseEvent, NewObstacle, ObstacleEnd, ParcelKey
from geodata.store import open_store
from monitoring import operations
from monitoring.demonstration import DemonstrationCase, demonstration_project, plan_history
from monitoring.demonstration_story import STORIES
from monitoring.demonstration_walk import DAYS_OFF, END, START, working_day
from monitoring.history import Standing, after_event, at_start, standing
from monitoring.installation import WalkingClock, install_demonstration, write_history
from monitoring.office import LEGAL_ZONE, Office
from monitoring.permissions import LOCAL
from tests.fakes import MovableClock

from .conftest import REGIME, new_parcel

KINDS = shipped.obstacle_kinds()


def demonstration_cases(count=190):
    """Return parcels of three sheets, of households with one to three of them, a few without a known holder."""
    cases: list[DemonstrationCase] = []
    draw, holder = random.Random(3), 0
    while len(cases) < count:
        holder += 1
        sheet = str(12 + len(cases) * 3 // count)
        for _ in range(draw.choice((1, 1, 2, 2, 3))):
            key = ParcelKey("23095", sheet, str(len(cases) + 1))
            cases.append(DemonstrationCase(len(cases) + 1, key, None if holder % 50 == 0 else holder))
    return cases[:count]


@pytest.fixture(scope="module")
def planned(workflow):
    return plan_history(demonstration_cases(), workflow, REGIME, KINDS, random.Random(1))


@pytest.fixture(scope="module")
def final_states(planned, workflow):
    states = {case.case_id: workflow.initial_state for case in demonstration_cases()}
    for row in planned:
        if isinstance(row.write, NewCaseEvent) and row.write.to_state:
            states[row.write.case_id] = row.write.to_state
    return states


def test_equal_seeds_give_equal_histories_and_others_do_not(planned, workflow):
    assert plan_history(demonstration_cases(), workflow, REGIME, KINDS, random.Random(1)) == planned
    assert plan_history(demonstration_cases(), workflow, REGIME, KINDS, random.Random(2)) != planned


@pytest.mark.parametrize("seed", range(12))
def test_every_step_is_one_that_the_workflow_offers(workflow, seed):
    rows = plan_history(demonstration_cases(), workflow, REGIME, KINDS, random.Random(seed))
    standings: dict[int, Standing] = {}
    for row in rows:
        write = row.write
        if isinstance(write, NewCaseEvent):
            now = standings.get(write.case_id) or at_start(workflow)
            standings[write.case_id] = after_event(
                workflow, REGIME, now, write.event, write.occurred_on, write.to_state
            )


def test_it_lasts_fourteen_months_of_working_days(planned):
    days = {row.write.occurred_on for row in planned if isinstance(row.write, NewCaseEvent)}
    days |= {row.write.from_on for row in planned if isinstance(row.write, NewObstacle)}
    days |= {row.write.until_on for row in planned if isinstance(row.write, ObstacleEnd)}
    assert min(days) == START == date(2025, 9, 15)
    assert END - timedelta(days=14) <= max(days) <= END == date(2026, 11, 20)
    assert all(on.weekday() < 5 and on not in DAYS_OFF for on in days)
    assert working_day(date(2026, 2, 14)) == date(2026, 2, 23)


def test_what_happened_is_written_down_the_same_day_or_a_few_later(planned):
    instants = [row.recorded_at for row in planned]
    assert instants == sorted(instants)
    for row in planned:
        write = row.write
        on = {NewCaseEvent: "occurred_on", NewObstacle: "from_on", ObstacleEnd: "until_on"}[type(write)]
        late = row.recorded_at.astimezone(LEGAL_ZONE).date() - getattr(write, on)
        assert timedelta(0) <= late <= timedelta(days=14)


def test_nearly_half_is_handed_over_and_about_forty_wait_for_their_origin(final_states, stages):
    counts = Counter(stages.stage_of(state) for state in final_states.values())
    assert 0.42 <= counts["handed_over"] / len(final_states) <= 0.49
    assert 34 <= sum(state == "INVENTORY_DONE" for state in final_states.values()) <= 46
    assert counts["withdrawn"] >= 1
    assert counts["suspended"] >= 1
    assert set(counts) == set(stages.order)


def test_sheets_differ_in_progress(final_states, stages):
    shares = []
    for sheet in ("12", "13", "14"):
        mine = [final_states[case.case_id] for case in demonstration_cases() if case.key.sheet == sheet]
        shares.append(sum(stages.stage_of(state) == "handed_over" for state in mine) / len(mine))
    assert shares[0] > shares[1] > shares[2]


def test_parcels_of_one_household_move_together(final_states):
    together: dict[int, set[str]] = {}
    for case in demonstration_cases():
        if case.claimant_id is not None:
            together.setdefault(case.claimant_id, set()).add(final_states[case.case_id])
    assert all(len(states) == 1 for states in together.values())


def test_nine_to_fourteen_obstacles_are_open_and_some_were_resolved(planned):
    opened = {(row.write.case_id, row.write.kind) for row in planned if isinstance(row.write, NewObstacle)}
    ended = {(row.write.case_id, row.write.kind) for row in planned if isinstance(row.write, ObstacleEnd)}
    assert 9 <= len(opened - ended) <= 14
    assert len(ended) >= 3
    assert {kind for _, kind in opened} <= {kind.code for kind in KINDS}


def test_every_text_says_that_it_is_illustrative(planned):
    for row in planned:
        write = row.write
        assert "minh hoạ" in write.note
        if isinstance(write, NewCaseEvent):
            assert write.document.endswith("(minh hoạ)")
        if isinstance(write, NewObstacle):
            assert write.asked.endswith("(minh hoạ)")


def test_stories_name_events_states_and_kinds_that_exist(workflow):
    kinds = {kind.code for kind in KINDS}
    for story in (story for stories in STORIES.values() for story in stories):
        assert story.stop_at in workflow.states
        assert {row.kind for row in story.hindrances} <= kinds
        assert {row.after for row in story.hindrances} <= set(workflow.case_events)


def test_the_regime_is_the_one_under_which_the_plans_are_approved(workflow):
    project = demonstration_project(workflow, "KTN-CNSH", "Khu thực nghiệm", "23095", 9218)
    assert (project.regime, project.illustrative) == (REGIME, True)
    assert "minh hoạ" in project.regime_reason


# ---- into a real store ---------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path, workflow, stages):
    clock = WalkingClock(MovableClock())
    store = open_store(f"sqlite:///{tmp_path / 'matbang.gpkg'}", clock)
    office = Office(store, workflow, stages, clock, door="test")
    install(office, clock)
    yield office
    store.close()


def install(office, clock):
    parcels = [new_parcel(n, str(1 + n // 21), f"Hộ minh hoạ {n // 2:03}") for n in range(60)]
    source = ImportSource("minh-hoa.zip", "0" * 64, "thua_dat", "EPSG:9218", "TCVN3")
    project = demonstration_project(office.workflow, "KTN-CNSH", "Khu thực nghiệm", "23095", 9218)
    return install_demonstration(LOCAL, office, clock, project, parcels, source, KINDS, random.Random(7))


def test_the_installed_demonstration_stands_where_its_replay_does(installed):
    store, workflow = installed.store, installed.workflow
    for row in store.case_rows(1, Moment()):
        file = store.case_file(row.case_id, Moment())
        assert standing(workflow, file.events).state == row.state
        assert row.open_obstacles == sum(each.until_on is None for each in file.obstacles)
        last = max((each.occurred_on for each in file.events if each.to_state), default=None)
        assert row.state_since == last


def test_it_is_recorded_day_by_day_and_the_clock_tells_the_real_time_again(installed):
    entries = installed.store.journal(limit=5000)
    assert entries[0].action == "import_parcels"
    assert entries[0].recorded_at.astimezone(LEGAL_ZONE).date() == START
    assert entries[-1].recorded_at.astimezone(LEGAL_ZONE).date() <= END
    assert {row.door for row in entries} == {"test"}
    assert installed.today() == date(2026, 11, 23)


def test_each_day_of_the_past_shows_no_more_than_had_happened(installed):
    done = []
    for month in (1, 5, 7, 9, 11):
        moment = operations.moment_at(LOCAL, installed, date(2026, month, 20))
        done.append(operations.progress(LOCAL, installed, "KTN-CNSH", moment).figures.parcels_handed_over)
    assert done == sorted(done)
    assert done[0] == 0 < done[-1]


def test_a_history_that_could_not_be_written_is_written_later(tmp_path, workflow, stages):
    clock = WalkingClock(MovableClock())
    store = open_store(f"sqlite:///{tmp_path / 'matbang.gpkg'}", clock)
    office = Office(store, workflow, stages, clock)
    with pytest.raises(UnknownProject):
        write_history(LOCAL, office, clock, "KTN-CNSH", KINDS, random.Random(7))
    project = demonstration_project(workflow, "KTN-CNSH", "Khu thực nghiệm", "23095", 9218)
    source = ImportSource("minh-hoa.zip", "0" * 64, "thua_dat", "EPSG:9218", "TCVN3")
    operations.import_parcels(LOCAL, office, project, [new_parcel(n, holder=f"Hộ {n}") for n in range(5)], source)
    assert write_history(LOCAL, office, clock, "KTN-CNSH", KINDS, random.Random(7)) > 5
    store.close()
