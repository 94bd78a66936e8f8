"""The one place that knows how pages look: their first line, badges, bars, and the style sheet."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$:~^=&\"'/@])")

STYLE: Final = Path(__file__).with_name("look.css")


def text(value: str) -> str:
    """Return text from data so that Markdown shows it as it is: text is text, never markup."""
    return _MARKUP.sub(r"\\\1", " ".join(value.split()))


def safe(value: object) -> str:
    """Return text from data for use inside HTML."""
    return html.escape(str(value))


def style() -> None:
    """Put the style sheet on the page."""
    st.html(STYLE)


def answer(line: str, *, badge: str = "", attributes: str = "") -> None:
    """Show a page's first line: the answer to its question; ``badge`` marks made-up data."""
    mark = f' <span class="mb-badge">{safe(badge)}</span>' if badge else ""
    st.html(f'<div class="mb-answer"><span {attributes}>{safe(line)}</span>{mark}</div>')


def quiet(line: str) -> None:
    """Show a remark in small, calm type."""
    st.html(f'<p class="mb-quiet">{safe(line)}</p>')


def facts(rows: list[tuple[str, str]]) -> None:
    """Show pairs of a name and a value, as text."""
    body = "".join(f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>" for name, value in rows)
    st.html(f'<dl class="mb-facts">{body}</dl>')


def heading(line: str) -> None:
    """Show the heading of a part of a page."""
    st.html(f'<h2 class="mb-heading">{safe(line)}</h2>')


def table(names: list[str], rows: list[list[str]]) -> None:
    """Show a small table as text, the first column to the left and figures to the right; wide ones scroll inside."""
    head = "".join(f"<th>{safe(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{safe(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    whole = f'<table class="mb-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    st.html(f'<div class="mb-scroll">{whole}</div>')


def drawer(label: str, icon: str, key: str) -> ExpanderContainer:
    """Return a folded part of a page; what it holds is drawn, and sent, only while ``open``."""
    return st.expander(text(label), icon=icon, key=key, on_change="rerun")


def timeline(lines: Sequence[str]) -> None:
    """Show entries along a line; they are HTML whose text was made safe already."""
    st.html(f'<ul class="mb-timeline">{"".join(lines)}</ul>')


def uploader(button: str, hint: str) -> None:
    """Put the file chooser's own English words into the reader's language; the words are ours, never data."""
    zone = '[data-testid="stFileUploaderDropzone"]'
    label, note = f"{zone} button p", f'{zone} [data-testid="stFileUploaderDropzoneInstructions"] span'
    rules = "".join(
        f"{place} {{ font-size: 0; }} {place}::after {{ content: {words!r}; font-size: 0.95rem; }}"
        for place, words in ((label, button), (note, hint))
    )
    st.html(f"<style>{rules}</style>")
