"""Refusals and faults as people see them."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from geodata import errors as failures
from geodata.errors import MatbangError
from layers.sentences import SENTENCES
from layers.words import Words
from pages import errors, look

SAMPLES = {"int": 1, "float": 1.5, "date": date(2026, 1, 1), "str": "x", "tuple[str, ...]": ("a", "b")}


def every_class(kind: type[MatbangError] = MatbangError) -> list[type[MatbangError]]:
    return [kind] + [each for child in kind.__subclasses__() for each in every_class(child)]


def an_error(kind: type[MatbangError]) -> MatbangError:
    types: list[str] = []
    if dataclasses.is_dataclass(kind):
        types = [str(field.type) for field in dataclasses.fields(kind)]
    return kind(*(SAMPLES.get(name, ()) for name in types))


@pytest.mark.parametrize("kind", every_class(), ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_tone(kind):
    assert errors.tone(an_error(kind)) in {"refuse", "ask", "wait"}


def test_every_refusal_that_is_raised_has_a_sentence():
    leaves = [kind for kind in every_class() if not kind.__subclasses__() and kind.__module__ == failures.__name__]
    assert not [kind.__name__ for kind in leaves if kind not in SENTENCES]


def test_text_is_shown_as_it_is():
    assert look.text("*a* [b](c) <i> :red[x] $y$ #1") == ("\\*a\\* \\[b\\]\\(c\\) \\<i\\> \\:red\\[x\\] \\$y\\$ \\#1")
    assert look.safe("<b>&") == "&lt;b&gt;&amp;"


def test_the_same_fault_has_the_same_short_code():
    def fault(value: str) -> BaseException:
        try:
            int(value)
        except ValueError as error:
            return error
        raise AssertionError

    assert errors.code_of(fault("a")) == errors.code_of(fault("b"))
    assert len(errors.code_of(fault("a"))) == 6


def test_a_fault_is_logged_without_what_people_wrote(caplog, office, open_page, monkeypatch):
    monkeypatch.setattr("streamlit.error", lambda line: None)
    assert errors.on_script_error(ValueError("Nguyễn Văn A"))
    assert "Nguyễn" not in caplog.text
    assert "ValueError" in caplog.text


def test_the_sentence_of_a_fault_is_translated():
    said = Words("vi").text("Something went wrong here (code {code}). What was saved is kept.")
    assert said.startswith("Có lỗi")
