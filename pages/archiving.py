"""Taking a project out of lists and totals; it stays in history."""

from __future__ import annotations

import streamlit as st

from geodata.errors import MatbangError
from monitoring import operations
from pages import errors, look
from pages.context import PageContext, current


def render(context: PageContext) -> None:
    """Draw the choice of a project to archive; a separate confirmation is needed."""
    if not context.projects or context.as_of is not None:
        return
    if done := st.session_state.pop("archived", None):
        st.toast(look.text(done), icon=":material/inventory_2:")
    if refusal := st.session_state.pop("archive_refusal", None):
        errors.show(context, refusal)
    names = {project.code: project.name for project in context.projects}
    with st.expander(context.say("Archive a project"), icon=":material/inventory_2:"):
        look.quiet(context.say("An archived project leaves lists and totals. All that was recorded stays in history."))
        code = st.selectbox(
            context.say("Project to archive"),
            list(names),
            index=None,
            placeholder=context.say("Choose"),
            format_func=lambda code: names.get(code, code),
            key="archive_project",
        )
        sure = st.checkbox(context.say("Yes, archive it"), key="archive_sure", disabled=code is None)
        st.button(
            context.say("Archive"),
            key="archive",
            disabled=not (code and sure),
            on_click=_archive,
            args=(code, names.get(code or "", "")),
        )


def _archive(code: str, name: str) -> None:
    context = current()
    try:
        operations.archive_project(context.actor, context.office, code)
    except MatbangError as refusal:
        st.session_state["archive_refusal"] = refusal
        return
    st.session_state["archived"] = context.say("Archived: {name}", name=name)
    st.session_state.pop("archive_project", None)
    st.session_state.pop("archive_sure", None)
