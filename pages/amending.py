"""The forms beside the record of work: obstacles opened and closed, and a wrong entry corrected by a new one."""

from __future__ import annotations

from typing import Final

import streamlit as st

from geodata import shipped
from geodata.records import CaseEvent, Obstacle, Project
from monitoring import operations
from monitoring.operations import CorrectionRequest, ObstacleClosing, ObstacleRequest
from monitoring.reading import CasePanel
from pages import look
from pages.context import PageContext, current
from pages.recording import Draft, event_label, form_round, key_of, obstacle_label, save, state_label

REPLACE: Final = "replace"
WITHDRAW: Final = "withdraw"


# ---- obstacles ---------------------------------------------------------------------------------


def obstacles(context: PageContext, project: Project, case: CasePanel) -> None:
    """List what holds the case up, with a way to close each, and the form for a new one."""
    for obstacle in case.file.obstacles:
        if obstacle.until_on is None:
            _open_one(context, project, case, obstacle)
    drawer = look.drawer(context.say("Report an obstacle"), ":material/report:", f"report_{form_round()}")
    if drawer.open:
        with drawer:
            _new_obstacle(context, project, case)


def _open_one(context: PageContext, project: Project, case: CasePanel, obstacle: Obstacle) -> None:
    key = key_of(case.file.case.id, f"close_{obstacle.id}")
    title = context.say("Close the obstacle: {kind}", kind=obstacle_label(context, obstacle.kind))
    drawer = look.drawer(title, ":material/task_alt:", f"{key}_{form_round()}")
    if not drawer.open:
        return
    with drawer, st.form(key, border=False):
        st.date_input(
            context.say("Resolved on"),
            value=context.today,
            min_value=min(obstacle.from_on, context.today),
            max_value=context.today,
            format="DD/MM/YYYY",
            key=f"{key}_on",
        )
        st.text_input(context.say("How it was resolved"), key=f"{key}_note", max_chars=500)
        st.form_submit_button(
            context.say("Close the obstacle"),
            width="stretch",
            on_click=_close,
            args=(project.code, case.file.case.id, case.file.case.version, obstacle.id, key),
        )


def _close(project: str, case_id: int, version: int, obstacle_id: int, key: str) -> None:
    request = ObstacleClosing(
        project=project,
        case_id=case_id,
        obstacle_id=obstacle_id,
        until_on=st.session_state[f"{key}_on"],
        note=st.session_state[f"{key}_note"].strip(),
        expected_version=version,
    )
    save(Draft(current().say("obstacle closed"), request, operations.close_obstacle))


def _new_obstacle(context: PageContext, project: Project, case: CasePanel) -> None:
    case_id = case.file.case.id
    kinds = {kind.code: kind for kind in shipped.obstacle_kinds()}
    kind = st.selectbox(
        context.say("What holds it up"),
        list(kinds),
        format_func=lambda code: obstacle_label(context, code),
        key=key_of(case_id, "kind"),
    )
    with st.form(key_of(case_id, f"obstacle_{kind}"), border=False):
        st.text_input(
            context.say("Waits for whom"),
            value=kinds[kind].waits_for_vi,
            max_chars=200,
            key=key_of(case_id, f"waits_{kind}"),
        )
        st.date_input(
            context.say("Since"),
            value=context.today,
            max_value=context.today,
            format="DD/MM/YYYY",
            key=key_of(case_id, "obstacle_from"),
        )
        st.text_input(context.say("What was asked of them"), max_chars=500, key=key_of(case_id, "asked"))
        st.date_input(
            context.say("Answer due (if known)"), value=None, format="DD/MM/YYYY", key=key_of(case_id, "answer_due")
        )
        st.text_input(context.say("Note"), max_chars=2000, key=key_of(case_id, "obstacle_note"))
        st.form_submit_button(
            context.say("Record the obstacle"),
            type="primary",
            width="stretch",
            on_click=_open,
            args=(project.code, case_id, case.file.case.version, kind),
        )


def _open(project: str, case_id: int, version: int, kind: str) -> None:
    asked = st.session_state[key_of(case_id, "asked")].strip()
    from_on = st.session_state[key_of(case_id, "obstacle_from")]
    request = ObstacleRequest(
        project=project,
        case_id=case_id,
        kind=kind,
        waits_for=st.session_state[key_of(case_id, f"waits_{kind}")].strip(),
        asked=asked,
        asked_on=from_on if asked else None,
        answer_due_on=st.session_state[key_of(case_id, "answer_due")],
        from_on=from_on,
        note=st.session_state[key_of(case_id, "obstacle_note")].strip(),
        expected_version=version,
    )
    save(Draft(obstacle_label(current(), kind), request, operations.open_obstacle))


# ---- corrections -------------------------------------------------------------------------------


def correction_form(context: PageContext, project: Project, case: CasePanel) -> None:
    """Correct a wrong entry by a new one that names it; the wrong one stays readable."""
    entries = {entry.id: entry for entry in reversed(case.file.events) if entry.id in case.counting}
    if not entries:
        return
    drawer = look.drawer(context.say("Correct a wrong entry"), ":material/edit_note:", f"correct_{form_round()}")
    if drawer.open:
        with drawer:
            _choose_wrong(context, project, case, entries)


def _choose_wrong(context: PageContext, project: Project, case: CasePanel, entries: dict[int, CaseEvent]) -> None:
    case_id = case.file.case.id
    wrong_id = st.selectbox(
        context.say("The wrong entry"),
        list(entries),
        format_func=lambda entry_id: _entry_label(context, entries.get(entry_id)),
        key=key_of(case_id, "wrong"),
    )
    ways = {REPLACE: context.say("Replace it"), WITHDRAW: context.say("It did not happen")}
    way = st.segmented_control(
        context.say("How"),
        list(ways),
        format_func=ways.__getitem__,
        default=REPLACE,
        required=True,
        key=key_of(case_id, "way"),
        label_visibility="collapsed",
    )
    _correction(context, project, case, entries[wrong_id], way or REPLACE)


def _entry_label(context: PageContext, entry: CaseEvent | None) -> str:
    return f"{context.words.day(entry.occurred_on)} · {event_label(context, entry.event)}" if entry else ""


def _correction(context: PageContext, project: Project, case: CasePanel, wrong: CaseEvent, way: str) -> None:
    key = key_of(case.file.case.id, f"fix_{wrong.id}_{way}")
    with st.form(key, border=False):
        if way == REPLACE:
            _replacement(context, project, wrong, key)
        st.text_input(context.say("Why (required)"), key=f"{key}_reason", max_chars=500)
        st.form_submit_button(
            context.say("Record the correction"),
            width="stretch",
            on_click=_correct,
            args=(project.code, case.file.case.id, case.file.case.version, wrong, way, key),
        )


def _replacement(context: PageContext, project: Project, wrong: CaseEvent, key: str) -> None:
    workflow = context.office.workflow
    choices = workflow.offers(wrong.from_state, project.regime) if wrong.from_state else ()
    labels = {
        (offer.event, offer.to_state): event_label(context, offer.event)
        + (f" → {state_label(context, offer.to_state)}" if offer.to_state else "")
        for offer in choices
    }
    labels.setdefault((wrong.event, wrong.to_state), event_label(context, wrong.event))
    options = sorted(labels, key=lambda pair: pair != (wrong.event, wrong.to_state))
    st.selectbox(context.say("Work done"), options, format_func=lambda pair: labels.get(pair, ""), key=f"{key}_event")
    st.date_input(
        context.say("Date it happened"),
        value=wrong.occurred_on,
        max_value=context.today,
        format="DD/MM/YYYY",
        key=f"{key}_on",
    )
    st.text_input(context.say("Document (number, date)"), value=wrong.document, max_chars=200, key=f"{key}_document")
    st.text_input(context.say("Note"), value=wrong.note, max_chars=2000, key=f"{key}_note")


def _correct(project: str, case_id: int, version: int, wrong: CaseEvent, way: str, key: str) -> None:
    reason = st.session_state[f"{key}_reason"].strip()
    if not reason:
        st.session_state["asked"] = current().say("Say why the entry is wrong; nothing was saved.")
        return
    replaced = way == REPLACE
    event, to_state = st.session_state[f"{key}_event"] if replaced else (None, None)
    request = CorrectionRequest(
        project=project,
        case_id=case_id,
        corrects=wrong.id,
        event=event,
        to_state=to_state,
        occurred_on=st.session_state[f"{key}_on"] if replaced else wrong.occurred_on,
        document=st.session_state[f"{key}_document"].strip() if replaced else "",
        note=st.session_state[f"{key}_note"].strip() if replaced else "",
        reason=reason,
        expected_version=version,
    )
    label = event_label(current(), event or wrong.event)
    save(Draft(current().say("correction: {what}", what=label), request, operations.correct_event))
