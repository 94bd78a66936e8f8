"""Every refusal has its sentence, in both languages, on one line."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import string
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import geodata
import layers
import monitoring
from geodata import errors
from geodata.errors import MatbangError
from layers.sentences import GEOMETRY_FAULTS, REFUSED, SENTENCES, sentence

CATALOGUE = Path(__file__).parents[2] / "locale" / "vi" / "LC_MESSAGES" / "sentences.po"
ABSTRACT = {errors.FileFault, errors.LayerFault, errors.RowFault}


class Spoken:
    """The catalogue of sentences alone, so that this test needs no other room's words."""

    def __init__(self, language: str) -> None:
        self.language = language
        with CATALOGUE.open("rb") as file:
            messages = {str(entry.id): str(entry.string) for entry in read_po(file, locale="vi") if entry.id}
        self.messages = messages if language == "vi" else {}

    def text(self, msgid: str) -> str:
        return self.messages.get(msgid, msgid)

    def day(self, day: date) -> str:
        return f"{day:%d/%m/%Y}"


def descendants(kind: type[MatbangError]) -> Iterator[type[MatbangError]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


def every_class() -> set[type[MatbangError]]:
    for room in (geodata, monitoring, layers):
        for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
            importlib.import_module(module.name)
    return {kind for kind in descendants(MatbangError) if kind.__module__.split(".")[0] != "tests"} - ABSTRACT


def fields_of(kind: type[MatbangError]) -> list[dataclasses.Field[object]]:
    return list(dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else []


def by_name() -> list[type[MatbangError]]:
    return sorted(SENTENCES, key=str)


def example(kind: type[MatbangError], text: str = "abc") -> MatbangError:
    """Build an error with a plausible value in each of its fields."""
    values: dict[str, object] = {}
    for field in fields_of(kind):
        samples: dict[str, object] = {"int": 7, "float": 108.1234567, "date": date(2026, 11, 23)}
        kind_name = str(field.type)
        values[field.name] = (text, text) if kind_name.startswith("tuple[str") else samples.get(kind_name, text)
        if kind_name.startswith("tuple[CaseEvent"):
            values[field.name] = ()
    return kind(**values)


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_refusal_of_the_house_has_a_sentence() -> None:
    assert every_class() == set(SENTENCES)


@pytest.mark.parametrize("kind", by_name())
def test_a_sentence_names_only_fields_that_its_error_has(kind: type[MatbangError]) -> None:
    names = {field.name for field in fields_of(kind)}
    assert placeholders(SENTENCES[kind]) <= names


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", by_name())
def test_a_sentence_stays_on_one_line_whatever_a_file_puts_into_it(kind: type[MatbangError], language: str) -> None:
    said = sentence(example(kind, "a\nb\r\x1b[31m{x}\u2028" + "ă" * 5000), Spoken(language))
    assert len(said.splitlines()) == 1
    assert len(said) < 900
    assert said.isprintable()


@pytest.mark.parametrize("msgid", [*SENTENCES.values(), *GEOMETRY_FAULTS, REFUSED, "layer {layer}", "row {row}"])
def test_a_sentence_is_translated_with_the_same_placeholders(msgid: str) -> None:
    translated = Spoken("vi").text(msgid)
    assert translated != msgid
    assert placeholders(translated) == placeholders(msgid)


def test_a_row_fault_says_file_layer_row_and_field() -> None:
    error = errors.ValueInvalid(file="do-dac.zip", layer="thua", row=1204, field="DIENTICH", value="mười")
    said = sentence(error, Spoken("vi"))
    assert said == "do-dac.zip, lớp thua, dòng 1204: trường “DIENTICH” có giá trị “mười”, không đọc được."


def test_a_number_met_in_the_store_has_no_row_to_name() -> None:
    said = sentence(errors.DuplicateParcel(file="a.zip", layer="", row=0, sheet="3", number="118"), Spoken("en"))
    assert said == "a.zip: parcel number 118 appears more than once on sheet 3."


def test_sizes_and_coordinates_follow_the_language() -> None:
    bomb = errors.ArchiveTooLarge(file="b.zip", unpacked_bytes=5_400_000_000, limit_bytes=1_000_000_000)
    assert "5,4 GB" in sentence(bomb, Spoken("vi"))
    assert "5.4 GB" in sentence(bomb, Spoken("en"))
    far = errors.OutsideZone(file="x", layer="y", row=1, crs="EPSG:9218", longitude=5.25, latitude=51.5)
    assert "kinh độ 5,25, vĩ độ 51,5" in sentence(far, Spoken("vi"))


def test_where_people_read_the_law_has_labels_and_the_terminal_has_codes() -> None:
    error = errors.UnknownState(state="DRAFT")
    assert "“DRAFT”" in sentence(error, Spoken("vi"))
    assert "“Chuẩn bị”" in sentence(error, Spoken("vi"), {"DRAFT": "Chuẩn bị"})


def test_a_refusal_outside_the_table_still_says_something() -> None:
    assert sentence(MatbangError(), Spoken("vi")) == "Không thực hiện được (MatbangError)."
