from __future__ import annotations

import json
from datetime import date

import pytest

from geodata import shipped
from geodata.errors import EventNotAllowed, LawDataInvalid, UnknownEvent, UnknownRegime, UnknownState
from monitoring.workflow import Workflow

from .conftest import REGIME


def offered(workflow: Workflow, state: str, regime: str = REGIME, previous: str | None = None):
    return [(offer.event, offer.to_state) for offer in workflow.offers(state, regime, previous)]


def test_a_new_case_is_offered_its_notice_first(workflow):
    assert offered(workflow, workflow.initial_state)[0] == ("notice_issued", "NOTICE_ISSUED")


def test_events_that_move_the_state_stand_before_those_that_move_none(workflow):
    for state in workflow.states:
        moves = [offer.to_state is not None for offer in workflow.offers(state, REGIME, "INVENTORY")]
        assert moves == sorted(moves, reverse=True)


def test_sending_the_notice_moves_no_state_and_is_expected_once_the_notice_is_issued(workflow):
    still = [offer for offer in workflow.offers("NOTICE_ISSUED", REGIME) if offer.to_state is None]
    assert [offer.event for offer in still if offer.expected] == ["notice_sent", "notice_media_published"]
    assert any(not offer.expected for offer in still)


def test_closing_the_posting_is_expected_while_the_plan_is_posted(workflow):
    expected = {offer.event for offer in workflow.offers("PLAN_POSTED", REGIME) if offer.expected}
    assert "plan_posting_closed" in expected


def test_events_of_the_system_and_of_other_records_are_not_offered_for_a_case(workflow):
    for state in workflow.states:
        events = {event for event, _ in offered(workflow, state, REGIME, "INVENTORY")}
        assert not events & {"recovery_trigger", "payment_confirmed", "complaint_received", "public_meeting_held"}


def test_one_event_with_two_targets_is_offered_for_each(workflow):
    targets = {to_state for event, to_state in offered(workflow, "PLAN_APPROVED") if event == "decision_served"}
    assert targets == {"DECISION_SERVED", "RECOVERY_DECIDED"}


def test_what_was_recorded_before_decides_between_two_targets(workflow):
    def target(recorded):
        return workflow.target("PLAN_APPROVED", "decision_served", REGIME, None, recorded)

    assert target([]) == "DECISION_SERVED"
    assert target(["recovery_decided"]) == "RECOVERY_DECIDED"


def test_transitions_of_other_regimes_are_not_offered(workflow):
    assert ("recovery_decided", None) in offered(workflow, "PLAN_POSTED", "LDD2024_D")
    assert ("recovery_decided", None) not in offered(workflow, "PLAN_POSTED", "LDD2024_B")
    assert ("decision_served", "DECISION_SERVED") not in offered(workflow, "PLAN_APPROVED", "LDD2013")


def test_lifting_a_suspension_leads_back_to_where_the_case_stood(workflow):
    assert ("suspension_lifted", "PLAN_POSTED") in offered(workflow, "SUSPENDED", REGIME, "PLAN_POSTED")
    assert "suspension_lifted" not in {event for event, _ in offered(workflow, "SUSPENDED")}


def test_nothing_is_offered_in_a_final_state(workflow):
    finals = [state.code for state in workflow.states.values() if state.final]
    assert finals == ["CLOSED", "WITHDRAWN"]
    assert all(not workflow.offers(state, REGIME) and workflow.next_actor(state) == "" for state in finals)


def test_the_next_actor_is_who_records_the_next_step(workflow):
    assert workflow.next_actor("INVENTORY_DONE") == "UBND cấp xã"
    assert workflow.next_actor("SUSPENDED") == "người giải quyết khiếu nại"


def test_guards_are_kept_for_the_time_when_they_are_evaluated(workflow):
    (row,) = [row for row in workflow.transitions("NOTICE_ISSUED", REGIME) if row.on == "inventory_started"]
    assert row.requires


def test_a_day_falls_under_the_regime_of_its_time(workflow):
    assert workflow.regime_of_date(date(2025, 12, 31)).id == "LDD2024_B"
    assert workflow.regime_of_date(date(2026, 1, 1)).id == "LDD2024_C"
    assert workflow.regime_of_date(date(2030, 1, 1)).id == "LDD2024_D"
    with pytest.raises(UnknownRegime):
        workflow.regime_of_date(date(2014, 6, 30))


def test_unknown_names_are_refused(workflow):
    with pytest.raises(UnknownState):
        workflow.offers("NOWHERE", REGIME)
    with pytest.raises(UnknownRegime):
        workflow.offers("DRAFT", "LDD1993")
    with pytest.raises(UnknownEvent):
        workflow.target("DRAFT", "complaint_received", REGIME, None, [])
    with pytest.raises(EventNotAllowed) as refusal:
        workflow.target("DRAFT", "handed_over", REGIME, None, [])
    assert "notice_issued" in refusal.value.allowed


def test_each_reachable_state_that_is_not_final_has_a_way_on_under_each_regime(workflow):
    for regime in workflow.regimes:
        reached, wave = {workflow.initial_state}, [workflow.initial_state]
        while wave:
            ways = [to for _, to in offered(workflow, wave.pop(), regime, None) if to is not None]
            wave += [state for state in ways if state not in reached]
            reached |= set(ways)
        assert "CLOSED" in reached
        assert all(workflow.states[s].final or offered(workflow, s, regime, "DRAFT") for s in reached)


@pytest.mark.parametrize(
    ("path", "value", "row"),
    [
        (("schema",), "gpmb-workflow/3", "schema"),
        (("machines", "case", "initial"), "NOWHERE", "case"),
        (("machines", "case", "transitions", 0, "to"), "NOWHERE", "C01"),
        (("machines", "case", "transitions", 0, "on"), "no_event", "C01"),
        (("machines", "case", "transitions", 0, "from"), "CLOSED", "C01"),
        (("machines", "case", "transitions", 0, "regimes"), ["LDD1993"], "C01"),
        (("machines", "case", "transitions", 0, "requires"), [{"any_of": [{"event": "no_event"}]}], "C01"),
        (("machines", "case", "transitions", 0, "unless"), [{"rule": "R99"}], "C01"),
        (("machines", "case", "states", 0, "label_vi"), "", "DRAFT"),
        (("machines", "case", "states", 0, "final"), "no", "DRAFT"),
        (("events", 0, "subject"), "weather", "project_file_received"),
        (("events", 1, "code"), "project_file_received", "events/project_file_received"),
        (("events", 0, "moves_to"), [{"machine": "case", "to": "NOWHERE"}], "project_file_received"),
        (("regimes", 0, "from"), "1 July", "LDD2013"),
        (("regimes", 0, "from"), None, "LDD2013"),
        (("regimes", 0, "law"), "L13", "LDD2013"),
        (("conditions", "RT_A"), [], "RT_A"),
        (("conditions", "RT_A", "requires"), [{"event": "no_event"}], "RT_A"),
        (("deadline_rules", 0, "from_event"), "no_event", "R01_PLAN_CLEARANCE"),
        (("machines", "case", "transitions"), {}, "case"),
    ],
)
def test_a_table_that_does_not_hold_together_is_refused_by_name(path, value, row):
    table = json.loads(shipped.workflow_text())
    place = table
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(LawDataInvalid) as refusal:
        Workflow.parse(json.dumps(table))
    assert refusal.value.table == "workflow.json"
    assert refusal.value.row == row


def test_what_is_no_json_is_refused():
    with pytest.raises(LawDataInvalid):
        Workflow.parse("{")
