"""The sidebar of every page: project, date, language, the pages, and who is signed in."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import Page

from pages import look
from pages.context import LANGUAGES, PageContext, choose_day, choose_project


def render(context: PageContext, pages: Sequence[Page], *, is_live: bool) -> None:
    """Draw the sidebar; ``is_live`` leaves room for the state of the live connection, which the map writes there."""
    with st.sidebar:
        st.html('<p class="mb-brand">Mặt Bằng</p>')
        _project(context)
        _day(context)
        _language(context)
        with st.container(key="mb_pages", gap=None):
            for page in pages:
                st.page_link(page, width="stretch")
        _foot(context, is_live=is_live)


def _project(context: PageContext) -> None:
    names = {project.code: project.name for project in context.projects}
    if context.project is None:
        look.quiet(context.say("No project yet"))
        return
    st.session_state["sidebar_project"] = context.project.code
    st.selectbox(
        context.say("Project"),
        list(names),
        format_func=lambda code: names.get(code, code),
        key="sidebar_project",
        on_change=lambda: choose_project(st.session_state["sidebar_project"]),
    )


def _day(context: PageContext) -> None:
    st.session_state["sidebar_day"] = context.shown_day
    st.date_input(
        context.say("As of"),
        max_value=context.today,
        format="DD/MM/YYYY",
        key="sidebar_day",
        on_change=lambda: choose_day(st.session_state["sidebar_day"]),
    )
    if context.as_of is not None:
        st.button(
            context.say("Back to today"), icon=":material/today:", on_click=choose_day, args=(None,), key="today_side"
        )


def _language(context: PageContext) -> None:
    st.session_state["sidebar_language"] = context.language
    st.segmented_control(
        context.say("Language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key="sidebar_language",
        on_change=_choose_language,
        required=True,
    )


def _choose_language() -> None:
    st.session_state["language"] = st.session_state["sidebar_language"] or st.session_state.get("language")


def _foot(context: PageContext, *, is_live: bool) -> None:
    who = context.say("this computer") if context.actor.name == "local" else context.actor.name
    live = '<p class="mb-quiet" data-matbang-live></p>' if is_live else ""
    with st.container(key="mb_foot"):
        st.html(f'<p class="mb-quiet">{look.safe(context.say("Signed in: {name}", name=who))}</p>{live}')


def day_bar(context: PageContext) -> None:
    """Say on every page that a past day is shown, with the way back.

    Its place is kept also while nothing stands in it: what follows, the map above all, would else be mounted anew.
    """
    place = st.container(key="mb_past_place", gap=None)
    if context.as_of is None:
        return
    with place, st.container(horizontal=True, vertical_alignment="center", key="mb_past_bar"):
        line = context.say("Shown as of {day}. Recording is off.", day=context.words.day(context.as_of))
        st.html(f'<p class="mb-past">{look.safe(line)}</p>', width="stretch")
        st.button(
            context.say("Back to today"), icon=":material/today:", on_click=choose_day, args=(None,), key="today_bar"
        )
