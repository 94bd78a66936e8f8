"""The palette: readable in grey, the same data for screen and paper."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest

from geodata import shipped
from geodata.records import Certainty, Place, Position
from layers import palette


@pytest.mark.parametrize("entry", [*palette.STAGES, palette.SUSPENDED], ids=lambda entry: entry.stage)
def test_the_stated_lightness_is_the_lightness_of_the_colour(entry: palette.StageColour):
    assert entry.colour is not None
    assert entry.lightness is not None
    assert palette.lightness(entry.colour) == pytest.approx(entry.lightness, abs=0.6)


def test_lightness_falls_as_work_advances_and_neighbours_can_be_told_apart_in_grey():
    values = [palette.lightness(entry.colour or "") for entry in palette.STAGES]
    assert all(before - after >= 6 for before, after in pairwise(values))


def test_black_and_white_have_the_lightness_that_they_must_have():
    assert palette.lightness("#000000") == pytest.approx(0)
    assert palette.lightness("#FFFFFF") == pytest.approx(100)


def test_the_stages_of_the_palette_are_those_of_the_shipped_grouping():
    grouping = json.loads(shipped.stages())
    assert [entry.stage for entry in palette.STAGES] == [entry["stage"] for entry in grouping["order"]]
    assert [entry.stage for entry in palette.ALL_STAGES[7:]] == [entry["stage"] for entry in grouping["aside"]]


def test_no_two_stages_share_a_symbol():
    symbols = [entry.symbol for entry in (*palette.STAGES, palette.SUSPENDED)]
    assert len(set(symbols)) == len(symbols)
    assert all(symbols)


@pytest.mark.parametrize("entry", palette.ALL_STAGES, ids=lambda entry: entry.stage)
def test_stuck_keeps_the_colour_and_the_symbol_of_the_stage_under_a_red_hatch(entry: palette.StageColour):
    plain = palette.STYLES[palette.stage_key(entry.stage)]
    stuck = palette.STYLES[palette.stage_key(entry.stage, stuck=True)]
    assert (stuck.fill, stuck.symbol) == (plain.fill, plain.symbol)
    assert (stuck.hatch, stuck.hatch_kind, stuck.stroke) == ("#C8321F", "slash", "#C8321F")


def test_suspended_is_crossed_and_withdrawn_is_only_an_outline():
    assert palette.STYLES["suspended"].hatch_kind == "cross"
    assert palette.STYLES["withdrawn"].fill is None
    assert palette.STYLES["withdrawn"].hatch is None


def test_the_boundary_of_the_project_is_a_dashed_line():
    style = palette.STYLES["boundary"]
    assert (style.fill, style.stroke, style.dashed) == (None, "#6A1B9A", True)


def test_every_colour_is_written_as_six_digits():
    for style in palette.STYLES.values():
        for colour in (style.fill, style.stroke, style.hatch):
            assert colour is None or re.fullmatch("#[0-9A-F]{6}", colour)


def test_every_shipped_place_has_a_style():
    assert {palette.place_key(place) for place in shipped.places()} <= set(palette.STYLES)


def place(layer: str, certainty: Certainty, position: Position) -> Place:
    return Place(id="x", layer=layer, name="x", geometry=None, certainty=certainty, position=position, located_by="")


def test_a_place_known_only_to_its_commune_looks_different_from_a_point():
    exact = palette.STYLES[palette.place_key(place("st_site", Certainty.SOURCED, Position.EXACT))]
    vague = palette.STYLES[palette.place_key(place("st_site", Certainty.SOURCED, Position.COMMUNE))]
    assert exact.fill is not None
    assert (vague.fill, vague.dashed, vague.symbol) == (None, True, exact.symbol)


def test_an_illustrative_gi_area_is_hatched_and_a_sourced_one_is_not():
    made_up = palette.STYLES[palette.place_key(place("gi_area", Certainty.ILLUSTRATIVE, Position.COMMUNE))]
    sourced = palette.STYLES[palette.place_key(place("gi_area", Certainty.SOURCED, Position.COMMUNE))]
    assert made_up.hatch is not None
    assert sourced.hatch is None


def test_a_symbol_is_dark_on_light_colours_and_light_on_dark_ones():
    assert palette.symbol_colour("#F3F0E4") == palette.DARK_SYMBOL
    assert palette.symbol_colour("#0B5345") == palette.LIGHT_SYMBOL
    assert palette.symbol_colour(None) == palette.DARK_SYMBOL
