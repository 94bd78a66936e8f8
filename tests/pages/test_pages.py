"""Every page, in both languages, today and on a past day."""

from __future__ import annotations

from datetime import date

import pytest

from tests.pages.conftest import ADDRESSES, words_on

PAST = date(2026, 9, 15)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("as_of", [None, PAST])
@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_opens_and_its_first_line_answers(office, open_page, name, language, as_of):
    page = open_page(name, language=language, as_of=as_of)
    assert not page.exception
    assert not page.error
    assert "mb-answer" in words_on(page)
