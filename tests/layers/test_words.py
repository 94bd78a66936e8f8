"""Words: every message translated, every translation used, numbers and dates as people write them."""

from __future__ import annotations

import ast
import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from geodata import shipped
from layers import words as words_module
from layers.words import LOCALE, Words, words_in

ROOT = LOCALE.parent
ROOMS = ("geodata", "monitoring", "layers", "reports", "service", "pages")
SPEAKING = {"text", "plural", "say"}
SILENT = {"st", "look", "page", "axes", "figure"}
"""Receivers whose ``text`` is not a message."""
FROM_GEOS = {
    *("Self-intersection", "Ring Self-intersection", "Hole lies outside shell", "Nested holes", "Nested shells"),
    *("Interior is disconnected", "Duplicate Rings", "Invalid Coordinate", "Too few points in geometry component"),
}
"""Messages that GEOS writes: no line of our code does."""

vi, en = Words("vi"), Words("en")


# ---- catalogues --------------------------------------------------------------------------------


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))
    yield from (path for path in (ROOT / "app.py", ROOT / "cli.py") if path.is_file())


def constants(tree: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def spoken(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Return each literal message of a module with its line; a plural is named by its singular."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        receiver, first = node.func.value, node.args[0]
        speaks = node.func.attr in SPEAKING and not (isinstance(receiver, ast.Name) and receiver.id in SILENT)
        if speaks and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value, node.lineno


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], abort_invalid=True)


def singular(msgid: object) -> str:
    return str(msgid[0]) if isinstance(msgid, tuple | list) else str(msgid)


def forms(translation: object) -> tuple[str, ...]:
    return tuple(translation) if isinstance(translation, tuple | list) else (str(translation),)


def messages(language: str) -> Iterator[tuple[Path, str, tuple[str, ...], bool]]:
    for path in sorted((LOCALE / language / "LC_MESSAGES").glob("*.po")):
        for message in catalogue(path):
            if message.id:
                yield path, singular(message.id), forms(message.string), message.fuzzy


def blanks(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


def test_every_message_in_the_code_has_a_vietnamese_translation():
    known = {msgid for _, msgid, _, _ in messages("vi")}
    missing = [
        f"{path.relative_to(ROOT)}:{line}: {msgid}"
        for path in sources()
        for msgid, line in spoken(ast.parse(path.read_text(encoding="utf-8")))
        if msgid and msgid not in known
    ]
    assert not missing, "\n".join(missing)


def test_no_vietnamese_translation_is_left_over():
    used = {text for path in sources() for text in constants(ast.parse(path.read_text(encoding="utf-8")))}
    unused = [f"{path.name}: {msgid}" for path, msgid, _, _ in messages("vi") if msgid not in used | FROM_GEOS]
    assert not unused, "\n".join(unused)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_translation_is_empty_or_fuzzy(language: str):
    bad = [f"{path.name}: {msgid}" for path, msgid, said, fuzzy in messages(language) if fuzzy or not all(said)]
    assert not bad, "\n".join(bad)


def test_a_message_is_translated_alike_wherever_it_stands():
    said: dict[str, set[tuple[str, ...]]] = {}
    for _, msgid, translation, _ in messages("vi"):
        said.setdefault(msgid, set()).add(translation)
    assert not {msgid: found for msgid, found in said.items() if len(found) > 1}


def test_a_translation_fills_the_same_blanks_as_its_message():
    wrong = [
        f"{path.name}: {msgid}"
        for path, msgid, said, _ in messages("vi")
        for form in said
        if blanks(form) - blanks(msgid)
    ]
    assert not wrong, "\n".join(wrong)


def test_locale_is_no_package_for_it_would_hide_the_standard_module():
    assert not list(LOCALE.rglob("__init__.py"))


# ---- the law's labels --------------------------------------------------------------------------


def law_labels() -> set[str]:
    law, stages = json.loads(shipped.workflow_text()), json.loads(shipped.stages())
    states = law["machines"]["case"]["states"]
    events = [event for event in law["events"] if event["subject"] == "case"]
    kinds = shipped.obstacle_kinds()
    return {
        *(row["label_vi"] for row in [*states, *events, *law["regimes"], *stages["order"], *stages["aside"]]),
        *(row["actor"] for row in states),
        *(text for row in events for text in (row["recorded_by"], row["document_vi"])),
        *(text for kind in kinds for text in (kind.label_vi, kind.waits_for_vi) if text),
    }


def test_every_label_of_the_law_and_the_office_has_an_english_one_and_none_is_left_over():
    assert {msgid for _, msgid, _, _ in messages("en")} == law_labels()


def test_a_label_of_the_law_stands_as_it_is_in_vietnamese_and_in_english_in_english():
    assert vi.law("Đã bàn giao mặt bằng") == "Đã bàn giao mặt bằng"
    assert en.law("Đã bàn giao mặt bằng") == "Site handed over"


def test_the_english_of_stages_and_obstacles_is_that_of_their_tables():
    stages = json.loads(shipped.stages())
    for row in [*stages["order"], *stages["aside"]]:
        assert en.law(row["label_vi"]) == row["label_en"]
    for kind in shipped.obstacle_kinds():
        assert en.law(kind.label_vi) == kind.label_en


def test_an_unknown_label_or_message_stands_as_it_is():
    assert en.law("Nhãn chưa có") == "Nhãn chưa có"
    assert vi.text("no such message") == "no such message"
    assert vi.text("") == ""


def test_there_is_no_third_language():
    with pytest.raises(ValueError, match="fr"):
        Words("fr")


# ---- numbers, money, days ----------------------------------------------------------------------


def test_areas_are_written_as_the_screens_page_says():
    assert (vi.area(1234.5), en.area(1234.5)) == ("1.234,5 m²", "1,234.5 m²")
    assert (vi.hectares(124_000), en.hectares(124_000)) == ("12,4 ha", "12.4 ha")


def test_less_than_a_hectare_has_two_decimals_and_nothing_is_a_plain_nought():
    assert vi.hectares(412) == "0,04 ha"
    assert vi.hectares(0) == "0 ha"
    assert f"{vi.hectare_number(174_300)} / {vi.hectares(249_000)}" == "17,4 / 24,9 ha"


@pytest.mark.parametrize(
    ("vnd", "said"),
    [
        (1_250_000_000, "1,25 tỷ đồng"),
        (42_100_000_000, "42,1 tỷ đồng"),
        (999_999_999, "1 tỷ đồng"),
        (420_000_000, "420 triệu đồng"),
        (996_000, "996.000 đồng"),
        (0, "0 đồng"),
        (-5_500_000, "-5,5 triệu đồng"),
        (Decimal("1250000000.4"), "1,25 tỷ đồng"),
    ],
)
def test_sums_are_told_in_billions_and_millions(vnd: int | Decimal, said: str):
    assert vi.money(vnd) == said


def test_a_sum_in_full_keeps_every_dong():
    assert vi.money_in_full(1_250_000_000) == "1.250.000.000 đồng"
    assert en.money(1_250_000_000) == "1.25 billion VND"


def test_days_are_written_as_the_screens_page_says():
    assert (vi.day(date(2026, 11, 23)), en.day(date(2026, 11, 23))) == ("23/11/2026", "23 Nov 2026")
    assert (vi.day(date(2026, 1, 5)), vi.short_day(date(2026, 12, 14))) == ("05/01/2026", "14/12")


def test_an_instant_is_told_in_the_time_of_vietnam():
    assert vi.moment(datetime(2026, 11, 23, 18, 30, tzinfo=UTC)) == "24/11/2026 01:30"
    with pytest.raises(ValueError, match="2026"):
        vi.moment(datetime(2026, 11, 23, 18, 30))


def test_halves_are_rounded_away_from_zero_and_zero_has_no_sign():
    assert vi.number(0.25, 1) == "0,3"
    assert vi.number(2.5) == "3"
    assert vi.number(-0.2) == "0"
    assert vi.percent(0.688) == "69%"


def test_a_count_stands_formatted_in_its_message():
    assert en.plural("{count} day of nothing", "{count} days of nothing", 1) == "1 day of nothing"
    assert en.plural("{count} day of nothing", "{count} days of nothing", 1234) == "1,234 days of nothing"


@given(st.integers(-(10**15), 10**15))
def test_a_sum_in_full_can_be_read_back(vnd: int):
    assert int(vi.money_in_full(vnd).removesuffix(" đồng").replace(".", "")) == vnd


@given(st.floats(0, 1e12))
def test_an_area_can_be_read_back_to_a_tenth(area: float):
    read = float(vi.area(area).removesuffix(" m²").replace(".", "").replace(",", "."))
    assert read == pytest.approx(area, abs=0.0501)


# ---- threads -----------------------------------------------------------------------------------


def test_many_threads_share_one_language_from_the_first_moment():
    words_in.cache_clear()
    words_module._catalogue.cache_clear()
    heard: list[str] = []
    threads = [
        threading.Thread(target=lambda: heard.append(words_in("en").law("Tạm dừng") + words_in("en").area(1.5)))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == ["Suspended1.5 m²"] * 16
