"""The forms of [Ghi việc đã làm]: an event, an obstacle, a correction; and what to do when two people save at once.

A form is saved by its button's callback, which runs before the page is drawn again: so the version of the case
that goes with the entry is the one that the person saw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from geodata import shipped
from geodata.errors import MatbangError, StaleRecord
from geodata.records import CaseEvent, Obstacle
from monitoring import operations
from monitoring.operations import CorrectionRequest, EventRequest, ObstacleClosing, ObstacleRequest, Office
from monitoring.permissions import Actor
from monitoring.reading import CasePanel
from monitoring.workflow import Offer
from pages import errors, look
from pages.context import PageContext, current

MOVES: Final = "moves"
OTHERS: Final = "others"
WRITTEN: Final = (
    "note",
    "document",
    "on",
    "group",
    "event_moves",
    "event_others",
    "obstacle_note",
    "asked",
    "obstacle_from",
    "wrong",
)
"""Fields that start anew after a save."""


def key_of(case_id: int, name: str) -> str:
    """Return the session key of one case's field."""
    return f"{name}_{case_id}"


# ---- saving ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person wants to record: the request, the operation that takes it, and words for it."""

    what: str
    request: EventRequest | CorrectionRequest | ObstacleRequest | ObstacleClosing
    operation: Callable[[Actor, Office, Any], object]


def save(draft: Draft) -> None:
    """Write, and keep for the next drawing what came of it: a toast, a refusal, or two versions."""
    context, case_id = current(), draft.request.case_id
    try:
        draft.operation(context.actor, context.office, replace(draft.request, as_of=context.as_of))
    except StaleRecord as stale:
        st.session_state["stale"] = (case_id, stale, draft)
    except MatbangError as refusal:
        st.session_state["refusal"] = (case_id, refusal)
    else:
        st.session_state["saved"] = context.say("Recorded: {what}", what=draft.what)
        st.session_state["saves"] = form_round() + 1
        for name in WRITTEN:
            st.session_state.pop(key_of(case_id, name), None)


def outcome(context: PageContext, case: CasePanel) -> None:
    """Show what came of the last save: a toast, a refusal, or the two versions to choose from."""
    if saved := st.session_state.pop("saved", None):
        st.toast(look.text(saved), icon=":material/check:")
    if asked := st.session_state.pop("asked", None):
        st.warning(look.text(asked))
    case_id, refusal = st.session_state.get("refusal", (None, None))
    if case_id == case.file.case.id and refusal is not None:
        del st.session_state["refusal"]
        errors.show(context, refusal)
    if is_undecided(case):
        _two_versions(context, case)


def is_undecided(case: CasePanel) -> bool:
    """Return whether two versions wait for the person's choice."""
    return bool(st.session_state.get("stale", (None,))[0] == case.file.case.id)


def _two_versions(context: PageContext, case: CasePanel) -> None:
    """Show what somebody else saved beside what was not saved, and let the person choose."""
    _, stale, draft = st.session_state["stale"]
    errors.show(context, stale)
    theirs, own = st.columns(2)
    with theirs:
        st.html(f"<b>{look.safe(context.say('Theirs, saved'))}</b>")
        for entry in stale.theirs:
            look.quiet(_described(context, entry))
        st.button(context.say("Keep theirs"), key="keep_theirs", on_click=_forget_mine, width="stretch")
    with own:
        st.html(f"<b>{look.safe(context.say('Yours, not saved'))}</b>")
        look.quiet(draft.what)
        if _still_follows(case, draft):
            st.button(
                context.say("Record mine on top"),
                key="mine_on_top",
                type="primary",
                width="stretch",
                on_click=_mine_on_top,
                args=(case.file.case.version,),
            )
        else:
            gone = context.say("From the new state yours does not follow any more; record it anew if it still holds.")
            look.quiet(gone)


def _still_follows(case: CasePanel, draft: Draft) -> bool:
    if not isinstance(draft.request, EventRequest):
        return True
    wanted = (draft.request.event, draft.request.to_state)
    return any((offer.event, offer.to_state) == wanted for offer in case.offers)


def _described(context: PageContext, entry: CaseEvent | Obstacle) -> str:
    if isinstance(entry, CaseEvent):
        label, on = event_label(context, entry.event), entry.occurred_on
    else:
        label, on = obstacle_label(context, entry.kind), entry.from_on
    parts = [label, context.words.day(on), entry.note, context.say("by {name}", name=who(context, entry.recorded_by))]
    return " · ".join(part for part in parts if part)


def _forget_mine() -> None:
    st.session_state.pop("stale", None)


def _mine_on_top(version: int) -> None:
    _, _, draft = st.session_state.pop("stale")
    save(replace(draft, request=replace(draft.request, expected_version=version)))


def form_round() -> int:
    """Return what tells the forms before a save from those after it: after a save they start folded and empty."""
    saves: int = st.session_state.get("saves", 0)
    return saves


# ---- words -------------------------------------------------------------------------------------


def event_label(context: PageContext, code: str) -> str:
    """Return an event's name as the law has it."""
    event = context.office.workflow.events.get(code)
    return context.words.law(event.label_vi) if event else code


def state_label(context: PageContext, code: str) -> str:
    """Return a state's name as the law has it."""
    state = context.office.workflow.states.get(code)
    return context.words.law(state.label_vi) if state else code


def obstacle_label(context: PageContext, code: str) -> str:
    """Return the name of a kind of obstacle."""
    kind = next((kind for kind in shipped.obstacle_kinds() if kind.code == code), None)
    if kind is None:
        return code
    return kind.label_en if context.language == "en" else kind.label_vi


def who(context: PageContext, name: str) -> str:
    """Return a writer's name as people read it."""
    return context.say("this computer") if name == "local" else name


# ---- an event ----------------------------------------------------------------------------------


def event_form(context: PageContext, project: str, case: CasePanel) -> None:
    """Offer the events that the workflow allows next, those that move no state in a group of their own."""
    case_id = case.file.case.id
    groups = {
        MOVES: [offer for offer in case.offers if offer.to_state],
        OTHERS: [offer for offer in case.offers if not offer.to_state],
    }
    names = {MOVES: context.say("Next step"), OTHERS: context.say("Other work")}
    filled = [name for name, offers in groups.items() if offers]
    if not filled:
        look.quiet(context.say("The case is closed: nothing more is recorded."))
        return
    group = st.segmented_control(
        context.say("What was done"),
        filled,
        format_func=names.__getitem__,
        default=filled[0],
        required=True,
        key=key_of(case_id, "group"),
        label_visibility="collapsed",
    )
    offers = groups[group or filled[0]]
    with st.form(key_of(case_id, f"form_{group}"), border=False):
        chosen = _choice(context, group or filled[0], offers, key_of(case_id, f"event_{group}"))
        st.date_input(
            context.say("Date it happened"),
            value=context.today,
            max_value=context.today,
            format="DD/MM/YYYY",
            key=key_of(case_id, "on"),
        )
        st.text_input(
            context.say("Document (number, date)"),
            key=key_of(case_id, "document"),
            max_chars=200,
            placeholder=_paper(context, chosen),
        )
        st.text_area(context.say("Note"), key=key_of(case_id, "note"), max_chars=2000, height=68)
        st.form_submit_button(
            context.say("Record it"),
            type="primary",
            width="stretch",
            on_click=_record,
            args=(project, case_id, case.file.case.version, group or filled[0]),
        )


def _choice(context: PageContext, group: str, offers: list[Offer], key: str) -> Offer | None:
    """Draw the events of a group: the few that move the state as a list to be read, the others to be searched."""
    label = context.say("Work done")
    if group == MOVES:
        return st.radio(label, offers, format_func=lambda offer: look.text(_offer_label(context, offer)), key=key)
    return st.selectbox(label, offers, format_func=lambda offer: _offer_label(context, offer), key=key)


def _offer_label(context: PageContext, offer: Offer) -> str:
    label = context.words.law(offer.label_vi)
    return f"{label} → {state_label(context, offer.to_state)}" if offer.to_state else label


def _paper(context: PageContext, offer: Offer | None) -> str:
    return context.words.law(offer.document_vi) if offer and offer.document_vi else ""


def _record(project: str, case_id: int, version: int, group: str) -> None:
    offer: Offer = st.session_state[key_of(case_id, f"event_{group}")]
    request = EventRequest(
        project=project,
        case_id=case_id,
        event=offer.event,
        to_state=offer.to_state,
        occurred_on=st.session_state[key_of(case_id, "on")],
        document=st.session_state[key_of(case_id, "document")].strip(),
        note=st.session_state[key_of(case_id, "note")].strip(),
        expected_version=version,
    )
    context = current()
    parts = [event_label(context, offer.event), context.words.day(request.occurred_on), request.note]
    save(Draft(" · ".join(filter(None, parts)), request, operations.record_event))
