"""Every Vietnamese letter survives the encodings of old survey programs."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata import encodings
from geodata.encodings import VNI, decode, detect, from_legacy, to_tcvn3

SMALL = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
CAPITAL = SMALL.upper()
CAPITALS_OF_TCVN3 = "ĂÂÊÔƠƯĐ"
TEXTS = (
    "Hộ minh hoạ 001",
    "Xã Hàm Liêm, tỉnh Lâm Đồng",
    "thửa đất nuôi thuỷ sản",
    "UBND xã - minh hoạ",
    "Đất trồng lúa",
)


def to_vni(text: str) -> bytes:
    table = {letter: sequence for sequence, letter in reversed(VNI.pairs)}
    return "".join(table.get(letter, letter) for letter in text).encode("latin-1")


def to_cp1258(text: str) -> bytes:
    """Write as Windows does: the letter, then its tone mark."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    written = []
    for letter in text:
        marks = unicodedata.normalize("NFD", letter)
        tone = "".join(mark for mark in marks if mark in tones)
        written.append(unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in tones)) + tone)
    return "".join(written).encode("cp1258")


WRITERS: dict[str, Callable[[str], bytes]] = {
    "tcvn3": lambda text: to_tcvn3(text).encode("latin-1"),
    "vni": to_vni,
    "utf-8": str.encode,
    "cp1258": to_cp1258,
}


def test_there_are_134_letters() -> None:
    assert len(set(SMALL + CAPITAL)) == 134


@pytest.mark.parametrize("letter", SMALL + CAPITALS_OF_TCVN3)
def test_a_letter_of_tcvn3_survives_writing_and_reading(letter: str) -> None:
    assert len(to_tcvn3(letter)) == 1
    assert from_legacy(to_tcvn3(letter), "tcvn3") == letter


@pytest.mark.parametrize("letter", sorted(set(CAPITAL) - set(CAPITALS_OF_TCVN3)))
def test_a_capital_with_a_tone_mark_becomes_small_in_tcvn3_for_its_capitals_are_a_font(letter: str) -> None:
    assert from_legacy(to_tcvn3(letter), "tcvn3") == letter.lower()


@pytest.mark.parametrize("letter", SMALL + CAPITAL)
@pytest.mark.parametrize("encoding", ["vni", "utf-8", "cp1258"])
def test_a_letter_is_read_from_other_encodings(encoding: str, letter: str) -> None:
    assert decode(WRITERS[encoding](letter), encoding) == letter


@pytest.mark.parametrize(
    "text", ["NGUYỄN VĂN TÚ", "UBND XÃ HÀM LIÊM", "HỘ NGUYỄN THỊ BƯỞI", "Hộ ABC", "UBND xã Hàm Liêm", "CLN"]
)
def test_words_set_in_the_capital_font_get_their_capitals_back(text: str) -> None:
    assert from_legacy(to_tcvn3(text), "tcvn3") == text


@pytest.mark.parametrize("encoding", WRITERS)
def test_the_encoding_is_found_from_what_is_written(encoding: str) -> None:
    samples = [WRITERS[encoding](text) for text in TEXTS]
    assert detect(samples, None) == encoding
    assert tuple(decode(sample, encoding) for sample in samples) == TEXTS


def test_the_code_page_file_decides_unless_it_names_plain_latin() -> None:
    tcvn3 = [WRITERS["tcvn3"](text) for text in TEXTS]
    assert detect(tcvn3, "UTF-8") == "utf-8"
    assert detect(tcvn3, "1258") == "cp1258"
    assert detect(tcvn3, "ISO-8859-1") == "tcvn3"
    assert detect(tcvn3, "nonsense") == "tcvn3"


def test_utf8_cut_at_the_end_of_a_field_is_still_utf8() -> None:
    texts = ["Đất trồng cây lâu năm, xã Hàm Liêm, tỉnh Lâm Đồng".encode()] * 20
    assert detect([*texts, texts[0][:-2]], None) == "utf-8"


def test_other_languages_are_left_as_they_are() -> None:
    samples = ["Grünland, Fläche für Straßen".encode("cp1252"), "forêt à côté de la rivière".encode("cp1252")]
    assert detect(samples, None) == "cp1252"


def test_what_tcvn3_does_not_have_is_not_written() -> None:
    with pytest.raises(UnicodeEncodeError):
        to_tcvn3("minh hoạ – nháp")


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "tcvn3", "vni", "cp1258", "cp1252"]))
def test_any_bytes_become_some_text(raw: bytes, encoding: str) -> None:
    assert isinstance(decode(raw, encoding), str)


@given(st.lists(st.binary(max_size=60), max_size=8), st.none() | st.text(max_size=12))
def test_any_samples_lead_to_an_encoding_that_can_be_read(samples: list[bytes], code_page: str | None) -> None:
    found = detect(samples, code_page)
    assert isinstance(decode(b"".join(samples), found), str)


@given(st.text(alphabet=SMALL + CAPITALS_OF_TCVN3 + "abc XYZ 0123", max_size=80))
def test_any_small_text_survives_tcvn3(text: str) -> None:
    assert from_legacy(to_tcvn3(text), "tcvn3").lower() == text.lower()


def test_the_names_of_encodings_are_those_of_the_terminal() -> None:
    assert encodings.ENCODINGS == ("auto", "utf-8", "tcvn3", "vni")
