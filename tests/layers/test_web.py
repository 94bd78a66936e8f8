"""The map's script: constants only, our own files only, text as text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import folium
import pytest
import streamlit_folium
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.records import LngLatBbox
from layers import web
from layers.web import MapSpec, build_map, map_message, shown_layers

SPEC = MapSpec(project="KTN-CNSH", bounds=LngLatBbox(108.08, 11.03, 108.09, 11.04), illustrative=True)


def rendered(spec: MapSpec, message: folium.FeatureGroup | None = None) -> tuple[str, str, str, str]:
    """Return script, header, message and frame key, made as st_folium makes them."""
    chart = build_map(spec)
    chart.get_root().render()
    chart.render()
    header = streamlit_folium._get_header(chart)
    script = streamlit_folium._get_map_string(chart)
    said = streamlit_folium._get_feature_group_string(message, map=chart) if message else ""
    return script, header, said, streamlit_folium.generate_js_hash(script, "map")


def config_of(script: str) -> dict[str, object]:
    found = re.search(r"MatBang\.start\(map_div, (\{.*\})\);", script)
    assert found
    parsed: dict[str, object] = json.loads(found[1])
    return parsed


def links(chart: folium.Map) -> list[str]:
    return [address for element in (chart, *chart._children.values()) for _, address in own_links(element)]


def own_links(element: object) -> list[tuple[str, str]]:
    return [*getattr(element, "default_js", []), *getattr(element, "default_css", [])]


def test_every_file_that_the_map_loads_is_served_by_this_installation():
    found = links(build_map(SPEC))
    assert found
    assert all(address.startswith("/assets/") for address in found)
    script, header, _, _ = rendered(SPEC)
    assert "//" not in re.sub(r"https?://www\.w3\.org", "", script + header).replace("</", "")


def test_the_same_constants_give_the_same_script_and_frame():
    first, second = rendered(SPEC), rendered(replace(SPEC))
    assert first[0] == second[0]
    assert first[3] == second[3]


def test_selection_day_and_layers_do_not_touch_the_script():
    quiet = rendered(SPEC, map_message())
    spoken = rendered(
        SPEC,
        map_message(
            selected=7,
            as_of=date(2026, 3, 1),
            known_at=datetime(2026, 3, 2, tzinfo=UTC),
            focus=LngLatBbox(108, 11, 109, 12),
            layers=("communes",),
        ),
    )
    assert quiet[0] == spoken[0]
    assert quiet[3] == spoken[3]
    assert quiet[2] != spoken[2]


def test_two_projects_whose_codes_differ_after_an_underscore_have_two_frames():
    assert rendered(replace(SPEC, project="KTN_a"))[3] != rendered(replace(SPEC, project="KTN_b"))[3]


def test_a_message_holds_what_the_page_said():
    *_, said, _ = rendered(SPEC, map_message(selected=7, as_of=date(2026, 3, 1), focus=LngLatBbox(108, 11, 109, 12)))
    found = re.search(r"MatBang\.apply\((\{.*\})\);", said)
    assert found
    assert json.loads(found[1]) == {
        "selected": 7,
        "as_of": "2026-03-01",
        "known_at": None,
        "focus": [108, 11, 109, 12],
        "layers": None,
        "preview": None,
    }
    assert "map_div.addLayer(feature_group_feature_group_0)" in said


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40))
def test_text_from_data_stays_text(text):
    hostile = f"</script><img src=x>{{{{ 'alert' }}}}{{% raw %}}{{{{{{% {{#_abc {text}"
    script, _, said, _ = rendered(replace(SPEC, project=hostile), map_message(preview={"name": hostile}))
    assert config_of(script)["project"] == hostile
    assert "<" not in script
    assert "<" not in said


def test_a_run_sends_far_less_than_sixteen_kilobytes():
    script, header, said, _ = rendered(SPEC, map_message(selected=100_000, as_of=date(2026, 3, 1)))
    assert len(script) + len(header) + len(said) < 10_000


def test_the_stages_stand_in_the_order_of_the_status_codes():
    stages = config_of(rendered(SPEC)[0])["stages"]
    assert isinstance(stages, list)
    assert [stage["name"] for stage in stages] == [
        "not_started", "noticed", "inventoried", "planning", "approved", "recovered", "handed_over", "suspended",
        "withdrawn",
    ]  # fmt: skip
    assert [stage.get("outside", False) for stage in stages] == [False] * 7 + [True] * 2
    assert stages[8]["fill"] is None


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_map_speaks_the_readers_language(language):
    words = config_of(rendered(replace(SPEC, language=language))[0])["words"]
    assert isinstance(words, dict)
    assert words["live"] == {"vi": "Trực tiếp", "en": "Live"}[language]
    assert all(words.values())


def test_every_word_of_the_map_has_its_vietnamese():
    vietnamese, english = (config_of(rendered(replace(SPEC, language=lang))[0]) for lang in ("vi", "en"))
    ours, theirs = vietnamese["words"], english["words"]
    assert isinstance(ours, dict)
    assert isinstance(theirs, dict)
    same = {key for key, word in ours.items() if word == theirs[key]}
    assert same == {"building"}, "that one holds only blanks"


def test_a_map_without_parcels_shows_the_whole_country_with_its_islands():
    config = config_of(rendered(MapSpec(project=""))[0])
    bounds = config["bounds"]
    assert isinstance(bounds, list)
    west, south, east, north = bounds
    for _, longitude, latitude in web.ISLANDS:
        assert west < longitude < east
        assert south < latitude < north


def test_a_project_in_another_country_can_be_looked_at():
    dutch = LngLatBbox(4.9, 52.0, 5.2, 52.2)
    (south, west), (north, east) = web._limits(dutch)
    assert west < dutch.west < dutch.east < east
    assert south < dutch.south < dutch.north < north


def test_the_page_learns_which_layers_are_on():
    assert shown_layers(None) is None
    assert shown_layers({"last_clicked": None, "selected_layers": None}) is None
    assert shown_layers({"selected_layers": []}) == ()
    assert shown_layers({"selected_layers": [{"name": "communes", "url": ""}]}) == ("communes",)
