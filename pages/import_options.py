"""What a person says about a file that the file does not say itself: encoding, coordinate system, fields."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from geodata.errors import CrsMissing, CrsUnknown, FieldMissing, LayerAmbiguous, MatbangError
from geodata.survey import Survey, SurveyOptions
from pages import look
from pages.context import PageContext
from pages.errors import TARGETS

ENCODINGS: Final = {"auto": "find out", "utf-8": "Unicode (UTF-8)", "tcvn3": "TCVN3 (ABC)", "vni": "VNI"}


def target_name(context: PageContext, target: str) -> str:
    """Return what a field is for, in the reader's language."""
    return context.say(TARGETS.get(target, target))


def chosen() -> SurveyOptions:
    """Return the options as the widgets stand; the widgets are drawn after the file was checked."""
    state = st.session_state
    fields = {target: str(state.get(f"field_{target}") or "").strip() for target in TARGETS}
    return SurveyOptions(
        crs=str(state.get("file_crs") or "").strip() or None,
        encoding=state.get("file_encoding") or "auto",
        layer=str(state.get("file_layer") or "").strip() or None,
        fields={target: source for target, source in fields.items() if source},
    )


def forget() -> None:
    """Start anew with the next file."""
    for key in ("file_crs", "file_encoding", "file_layer", *(f"field_{target}" for target in TARGETS)):
        st.session_state.pop(key, None)


def render(context: PageContext, survey: Survey | None, refusal: MatbangError | None) -> None:
    """Draw the options; open when an answer is needed."""
    needed = isinstance(refusal, FieldMissing | CrsMissing | CrsUnknown | LayerAmbiguous)
    touched = any((st.session_state.get(f"field_{target}") or "") for target in TARGETS)
    with st.expander(
        context.say("What the file does not say itself"), expanded=needed or touched, icon=":material/tune:"
    ):
        first = st.columns(3)
        first[0].text_input(
            context.say("Coordinate system"),
            key="file_crs",
            placeholder=_own_crs(context, survey),
            help=_crs_help(context),
        )
        first[1].selectbox(
            context.say("Text encoding"),
            list(ENCODINGS),
            format_func=lambda code: context.say(ENCODINGS[code]),
            key="file_encoding",
        )
        first[2].text_input(context.say("Layer"), key="file_layer", placeholder=survey.source.layer if survey else "")
        _fields(context, survey, refusal)


def _own_crs(context: PageContext, survey: Survey | None) -> str:
    return (survey.file_crs or "") if survey else context.say("for example EPSG:9218")


def _crs_help(context: PageContext) -> str:
    return look.text(context.say("Bình Thuận: EPSG:9218 (108°30′). Lâm Đồng: EPSG:5899 (107°45′)."))


def _fields(context: PageContext, survey: Survey | None, refusal: MatbangError | None) -> None:
    look.quiet(
        context.say(
            "Which field of the file gives what; leave empty what is found without you. "
            "“:1” is the constant 1, “:row” the row's position."
        )
    )
    if isinstance(refusal, FieldMissing) and refusal.available:
        look.quiet(context.say("Fields of the file: {names}", names=", ".join(refusal.available)))
    columns = st.columns(4)
    found: Any = survey.fields if survey else {}
    for position, target in enumerate(TARGETS):
        columns[position % 4].text_input(
            target_name(context, target), key=f"field_{target}", placeholder=found.get(target, ""), max_chars=60
        )
