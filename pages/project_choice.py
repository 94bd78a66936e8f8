"""Into which project a file goes: one that exists, or a new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from geodata.records import NewProject
from pages.context import PageContext

EXISTING: Final = "existing"
NEW: Final = "new"
SURVEY_SYSTEMS: Final = {None: "as the file", 9218: "VN-2000 108°30′ (EPSG:9218)", 5899: "VN-2000 107°45′ (EPSG:5899)"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where the parcels go."""

    code: str
    name: str
    new: NewProject | None
    survey_epsg: int | None
    missing: str
    """What is still to be filled in, "" when nothing is."""


def render(context: PageContext, suggestion: str) -> Target:
    """Draw the choice and return it."""
    ways = {EXISTING: context.say("A project that exists"), NEW: context.say("A new project")}
    options = list(ways) if context.projects else [NEW]
    way = st.segmented_control(
        context.say("Into which project"),
        options,
        format_func=ways.__getitem__,
        default=NEW,
        required=True,
        key="import_way",
    )
    return _existing(context) if way == EXISTING else _new(context, suggestion)


def _existing(context: PageContext) -> Target:
    projects = {project.code: project for project in context.projects}
    codes = list(projects)
    chosen = context.project.code if context.project else codes[0]
    code = st.selectbox(
        context.say("Project"),
        codes,
        index=codes.index(chosen),
        format_func=lambda code: projects[code].name if code in projects else code,
        key="import_project",
    )
    project = projects[code]
    return Target(project.code, project.name, None, project.survey_epsg, "")


def _new(context: PageContext, suggestion: str) -> Target:
    first = st.columns([2, 4, 3])
    code = (
        first[0].text_input(context.say("Project code"), key="new_code", max_chars=64, placeholder="KTN-2027").strip()
    )
    name = (
        first[1].text_input(context.say("Project name"), key="new_name", max_chars=200, placeholder=suggestion).strip()
    )
    epsg = first[2].selectbox(
        context.say("Survey coordinate system"),
        list(SURVEY_SYSTEMS),
        format_func=lambda epsg: context.words.text(SURVEY_SYSTEMS[epsg]),
        key="new_epsg",
    )
    regimes = context.office.workflow.regimes
    today = context.office.workflow.regime_of_date(context.today).id
    second = st.columns([5, 4])
    regime = second[0].selectbox(
        context.say("Legal regime"),
        list(regimes),
        index=list(regimes).index(today),
        format_func=lambda code: context.words.law(regimes[code].label_vi) if code in regimes else code,
        key="new_regime",
    )
    in_force = context.say("in force on the day the project was entered ({day})", day=context.words.day(context.today))
    reason = (
        second[1]
        .text_input(
            context.say("Why this regime"),
            value=in_force if regime == today else "",
            key=f"new_reason_{regime}",
            max_chars=300,
        )
        .strip()
    )
    third = st.columns([4, 2, 2, 2])
    owner = third[0].text_input(context.say("Project owner (if known)"), key="new_owner", max_chars=200).strip()
    start = third[1].date_input(context.say("Planned start"), value=None, format="DD/MM/YYYY", key="new_start")
    end = third[2].date_input(context.say("Planned end"), value=None, format="DD/MM/YYYY", key="new_end")
    illustrative = third[3].checkbox(context.say("Illustrative data"), key="new_illustrative")
    missing = _missing(context, code, reason)
    new = NewProject(
        code=code,
        name=name or code,
        owner=owner or None,
        regime=regime,
        regime_reason=reason,
        planned_start_on=start,
        planned_end_on=end,
        illustrative=illustrative,
    )
    return Target(code, name or code, new, epsg, missing)


def _missing(context: PageContext, code: str, reason: str) -> str:
    if not code:
        return context.say("Give the new project a code, then the file can be accepted.")
    return "" if reason else context.say("Say why this legal regime applies, then the file can be accepted.")
