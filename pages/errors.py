"""The page's table of refusals: class → how it is shown. The sentences themselves are shared by all doors."""

from __future__ import annotations

import hashlib
import logging
import traceback
from typing import Final, Literal

import streamlit as st

from geodata import errors
from geodata.errors import MatbangError
from layers.sentences import sentence
from pages import look
from pages.context import PageContext, current

LOG: Final = logging.getLogger("matbang.pages")
Tone = Literal["wait", "ask", "refuse"]

TARGETS: Final = {
    "sheet": "Map sheet",
    "number": "Parcel number",
    "land_types": "Land types",
    "registered_area_m2": "Area on paper",
    "recovered_area_m2": "Area recovered",
    "holder": "Holder",
    "address": "Holder's address",
    "commune": "Commune",
}
"""What a field of a survey file is for, by its code."""

TONES: Final[dict[type[MatbangError], Tone]] = {
    errors.MatbangError: "refuse",
    errors.StoreBusy: "wait",
    errors.StaleRecord: "ask",
    errors.FieldMissing: "ask",
    errors.CrsMissing: "ask",
    errors.LayerAmbiguous: "ask",
    errors.RecordingOffInPast: "ask",
    errors.ProjectEmpty: "ask",
}
"""How a refusal is shown: refused (red), a question that the person can answer (yellow), or busy (blue)."""


def tone(error: MatbangError) -> Tone:
    """Return how this refusal is shown."""
    return next(TONES[kind] for kind in type(error).__mro__ if kind in TONES)


def labels(context: PageContext) -> dict[str, str]:
    """Return what people read in place of a code: the law's label of a state or event, the name of a field."""
    workflow = context.office.workflow
    law = {code: item.label_vi for table in (workflow.states, workflow.events) for code, item in table.items()}
    return {**law, **TARGETS}


def show(context: PageContext, error: MatbangError) -> None:
    """Show a refusal as one sentence that says what is wrong and where."""
    line = look.text(sentence(error, context.words, labels(context)))
    box = {"refuse": st.error, "ask": st.warning, "wait": st.info}[tone(error)]
    box(line)


def code_of(error: BaseException) -> str:
    """Return a short code for a fault of the program: the same fault gives the same code."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return hashlib.sha256(f"{type(error).__name__}{place}".encode()).hexdigest()[:6].upper()


def on_script_error(error: Exception) -> bool:
    """Show a fault as a plain sentence with its code, and log where it happened, without what people wrote."""
    if isinstance(error, MatbangError):
        show(current(), error)
        return True
    code = code_of(error)
    trail = " < ".join(
        f"{frame.filename}:{frame.lineno}" for frame in reversed(traceback.extract_tb(error.__traceback__))
    )
    LOG.error("fault %s: %s at %s", code, type(error).__name__, trail)
    context = current()
    st.error(look.text(context.say("Something went wrong here (code {code}). What was saved is kept.", code=code)))
    return True
