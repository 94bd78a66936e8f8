"""Every refusal has its HTTP status and is told in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata import errors
from geodata.errors import MatbangError
from service.errors import STATUSES, status_of
from service.languages import preferred


def subclasses(kind: type[MatbangError]) -> Iterator[type[MatbangError]]:
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield below
            yield from subclasses(below)


def test_every_refusal_has_its_status():
    assert {kind.__name__ for kind in subclasses(MatbangError)} - {kind.__name__ for kind in STATUSES} == set()


def test_the_table_holds_no_class_that_is_no_more():
    assert set(STATUSES) <= set(subclasses(MatbangError))


def test_every_status_is_one_of_a_refusal():
    assert all(400 <= status < 600 for status in STATUSES.values())


def test_a_class_that_the_table_does_not_know_has_the_status_of_its_base():
    class Newer(errors.UnknownProject):
        pass

    assert status_of(Newer("X")) == 404
    assert status_of(MatbangError()) == 500


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "vi"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en-US,en;q=0.9,vi;q=0.8", "en"),
        ("vi;q=0.2, en;q=0.4", "en"),
        ("fr, de;q=0.5", "vi"),
        ("fr, en;q=0.5", "en"),
        ("EN", "en"),
        ("en;q=oops, vi", "vi"),
        ("*", "vi"),
    ],
)
def test_the_language_is_the_one_that_the_browser_likes_best(header: str, language: str):
    assert preferred(header) == language


@given(st.text())
def test_no_header_whatever_upsets_the_choice_of_language(header: str):
    assert preferred(header) in {"vi", "en"}
