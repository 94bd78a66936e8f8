from __future__ import annotations

import json
from itertools import product

import pytest

from geodata import shipped
from geodata.errors import LawDataInvalid, UnknownState
from monitoring.stages import Stages


def test_the_stages_stand_in_the_order_of_the_status_codes(stages):
    assert stages.order == (
        *("not_started", "noticed", "inventoried", "planning", "approved", "recovered", "handed_over"),
        *("suspended", "withdrawn"),
    )
    assert stages.counted == stages.order[:-1]
    assert stages.done == "handed_over"


def test_every_case_state_of_the_law_stands_in_one_stage(stages, workflow):
    stages.check_covers(workflow.states)
    with pytest.raises(LawDataInvalid):
        stages.check_covers([*workflow.states, "NEW_STATE"])


@pytest.mark.parametrize(
    ("states", "stage"),
    [
        ([], "not_started"),
        (["HANDED_OVER"], "handed_over"),
        (["HANDED_OVER", "INVENTORY"], "inventoried"),
        (["HANDED_OVER", "WITHDRAWN"], "handed_over"),
        (["WITHDRAWN", "WITHDRAWN"], "withdrawn"),
        (["SUSPENDED", "DRAFT"], "suspended"),
        (["SUSPENDED", "WITHDRAWN"], "suspended"),
        (["CONSENT_PERSUASION"], "approved"),
        (["ENFORCED"], "recovered"),
        (["DIALOGUE", "PLAN_APPROVED"], "planning"),
    ],
)
def test_a_parcel_has_the_stage_of_its_least_advanced_case(stages, states, stage):
    assert stages.of_parcel(states) == stage
    assert stages.of_parcel(reversed(states)) == stage


def test_status_codes_are_one_letter_and_come_back(stages):
    codes = {stages.code(stage, stuck): (stage, stuck) for stage, stuck in product(stages.order, (False, True))}
    assert "".join(codes) == "0123456789abcdefgh"
    assert all(stages.decode(code) == status for code, status in codes.items())
    with pytest.raises(ValueError, match="i"):
        stages.decode("i")


def test_an_unknown_state_has_no_stage(stages):
    with pytest.raises(UnknownState):
        stages.stage_of("NOWHERE")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda table: table.update(schema="matbang-stages/2"),
        lambda table: table["order"].append(table["order"][0]),
        lambda table: table["order"][0].update(states=[]),
        lambda table: table["order"][0].update(label_en=None),
        lambda table: table["aside"].pop(),
        lambda table: table.update(order=[]),
    ],
)
def test_stages_that_do_not_hold_together_are_refused(spoil):
    table = json.loads(shipped.stages())
    spoil(table)
    with pytest.raises(LawDataInvalid):
        Stages.parse(json.dumps(table))


def test_each_stage_is_named_in_both_languages(stages):
    assert stages["handed_over"].label_vi == "Đã bàn giao mặt bằng"
    assert all(stage.label_vi and stage.label_en for stage in stages.all)
    with pytest.raises(LawDataInvalid):
        Stages.parse("no json")
