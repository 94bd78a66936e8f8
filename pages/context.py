"""What every page is given: the office, who looks, in which language, and what was chosen.

The session keeps choices only (project, parcel, date, layers, language). All but the date also stand in the
address, so that a link shows the same to somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import Page

from geodata.records import Moment, Project
from layers.words import Words, words_in
from monitoring import operations
from monitoring.operations import Office
from monitoring.permissions import Actor

LANGUAGES: Final = {"vi": "Tiếng Việt", "en": "English"}


Version = tuple[str, int, Actor]
"""Identity of the store, its last seq, and who looks."""


@dataclass(frozen=True, slots=True)
class Foundation:
    """What the door provides once for the whole process."""

    office: Office
    actor: Actor
    language: str
    """Language of a new session."""
    home: Path
    """Folder for temporary uploads."""


@dataclass(frozen=True, slots=True)
class PageContext:
    """What one run of a page works with."""

    office: Office
    actor: Actor
    words: Words
    home: Path
    today: date
    as_of: date | None
    """The day chosen in the sidebar; None while it is today."""
    projects: Sequence[Project]
    project: Project | None
    parcel_id: int | None
    layers: tuple[str, ...] | None
    """Names of the layers that are switched on; None before anyone chose."""
    links: Mapping[str, Page] = field(default_factory=dict)
    """Pages that a page may link to, by their address."""

    @property
    def language(self) -> str:
        """Return ``vi`` or ``en``."""
        return self.words.language

    @property
    def moment(self) -> Moment:
        """Return the moment that is shown."""
        return Moment(self.as_of)

    @property
    def shown_day(self) -> date:
        """Return the day that is shown, today or a past one."""
        return self.as_of or self.today

    @property
    def version(self) -> Version:
        """Return what keys every cached answer: which store, how far its journal is, who looks."""
        store = self.office.store
        return store.identity, store.last_seq(), self.actor

    def say(self, msgid: str, **values: object) -> str:
        """Return a message in the reader's language with its blanks filled."""
        return self.words.text(msgid).format(**values) if values else self.words.text(msgid)


class _Provided:
    foundation: Foundation | None = None


def provide(foundation: Foundation) -> None:
    """Give the pages their foundation; called by the door before the first page runs."""
    _Provided.foundation = foundation


def provided() -> Foundation:
    """Return what the door provided."""
    if _Provided.foundation is None:
        raise RuntimeError("pages.context.provide was not called by the door")
    return _Provided.foundation


def current() -> PageContext:
    """Return the context of this run, from the session's choices and the present time."""
    foundation = provided()
    language = st.session_state.get("language") or foundation.language
    today = foundation.office.today()
    as_of: date | None = st.session_state.get("as_of")
    projects = operations.list_projects(foundation.actor, foundation.office)
    return PageContext(
        office=foundation.office,
        actor=foundation.actor,
        words=words_in(language),
        home=foundation.home,
        today=today,
        as_of=as_of if as_of and as_of < today else None,
        projects=projects,
        project=_chosen_project(projects),
        parcel_id=st.session_state.get("parcel"),
        layers=st.session_state.get("layers"),
    )


def _chosen_project(projects: Sequence[Project]) -> Project | None:
    """Return the chosen project, the first one when none was chosen."""
    code = st.session_state.get("project")
    return next((project for project in projects if project.code == code), projects[0] if projects else None)


def choose_project(code: str) -> None:
    """Turn to another project; a chosen parcel belongs to the one before and is left."""
    if st.session_state.get("project") != code:
        st.session_state["project"] = code
        st.session_state["parcel"] = None


def choose_parcel(parcel_id: int | None) -> None:
    """Select a parcel, or none."""
    st.session_state["parcel"] = parcel_id


def choose_layers(names: tuple[str, ...] | None) -> None:
    """Remember which layers are switched on; None keeps what was chosen."""
    if names is not None:
        st.session_state["layers"] = names


def choose_day(day: date | None) -> None:
    """Show a past day; None goes back to today."""
    st.session_state["as_of"] = day


def read_address() -> None:
    """Take over what the address says, when it says something else than this session wrote there."""
    given = st.query_params.to_dict()
    if not given or given == st.session_state.get("address"):
        return
    if given.get("lang") in LANGUAGES:
        st.session_state["language"] = given["lang"]
    if given.get("project"):
        choose_project(given["project"])
    if given.get("parcel", "").isdecimal():
        choose_parcel(int(given["parcel"]))
    if "layers" in given:
        st.session_state["layers"] = tuple(name for name in given["layers"].split(",") if name)


def write_address() -> None:
    """Let the address say all choices but the date, so that a link shows the same."""
    context = current()
    chosen: dict[str, str] = {}
    if context.project is not None:
        chosen["project"] = context.project.code
    if context.parcel_id is not None:
        chosen["parcel"] = str(context.parcel_id)
    if st.session_state.get("language"):
        chosen["lang"] = context.language
    if st.session_state.get("layers") is not None:
        chosen["layers"] = ",".join(st.session_state["layers"])
    if st.query_params.to_dict() != chosen:
        st.query_params.from_dict(chosen)
    st.session_state["address"] = chosen
