"""Vietnamese text as survey programs wrote it before Unicode: TCVN3 (ABC), VNI, and what came after.

The conversion tables are viparse's, read from real documents; the two rows that its VNI table lacks are added
here from the VNI-Windows layout. Legacy text is held as Latin-1 text: one character per byte.

TCVN3 has no capitals with a tone mark: its fonts have a second, capital face instead. Writing therefore turns
``Ộ`` into ``ộ``; reading turns it back where a word shows that it was set in capitals (``NGUYÔN`` is
``NGUYỄN``), and leaves it small where nothing shows it. Small letters always survive a round trip.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final, Literal

from viparse.normalize.tables import Charmap, build_charmap, convert
from viparse.normalize.tcvn3 import TCVN3
from viparse.normalize.vni import VNI as _VIPARSE_VNI

Encoding = Literal["auto", "utf-8", "tcvn3", "vni"]
ENCODINGS: Final[tuple[Encoding, ...]] = ("auto", "utf-8", "tcvn3", "vni")

VNI: Final = build_charmap(
    "vni", [*_VIPARSE_VNI.pairs, ("aú", "ẳ"), ("AÚ", "Ẳ"), ("î", "ỵ"), ("Î", "Ỵ"), ("ì", "ì"), ("í", "í")]
)
_CHARMAPS: Final[Mapping[str, Charmap]] = {"tcvn3": TCVN3, "vni": VNI}

_CODE_PAGES: Final[Mapping[str, str]] = {
    "utf-8": "utf-8", "utf8": "utf-8", "65001": "utf-8", "cp65001": "utf-8",
    "1258": "cp1258", "cp1258": "cp1258", "windows-1258": "cp1258", "ansi 1258": "cp1258",
    "1252": "cp1252", "cp1252": "cp1252", "windows-1252": "cp1252", "ansi 1252": "cp1252",
    "iso-8859-1": "cp1252", "iso88591": "cp1252", "88591": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "tcvn3": "tcvn3", "tcvn-3": "tcvn3", "abc": "tcvn3", "vni": "vni", "vni-windows": "vni",
}  # fmt: skip
"""What a .cpg file may say. A Latin code page says little: survey programs write it over TCVN3 text too."""

_SAYS_LITTLE: Final = frozenset({"cp1252"})
_DAMAGED_SHARE: Final = 0.05
"""Share of broken characters that still counts as UTF-8: a field's end may cut a letter in two."""
_READABLE_SHARE: Final = 0.5
"""Share of the words beyond ASCII that must be Vietnamese syllables before a reading is believed."""

_SYLLABLE: Final = re.compile(
    "(b|ch?|d|đ|gh?|gi|h|kh?|l|m|ngh?|nh?|ph?|qu?|r|s|th?|tr|v|x)?"
    "(a[iouy]?|ă|â[uy]?|eo?|êu?|i[au]?|iêu?|oa[ioy]?|oă|oeo?|oi?|oo|ôi?|ơi?|u[aei]?|uây?|uê|uôi?|uơ|uy[au]?|uyê"
    "|ư[aiu]?|ươ[iu]?|y|yêu?)"
    "(ch?|m|ng?|nh|p|t)?"
)
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"

_WORD: Final = re.compile(r"[^\W\d_]+")
_PLAIN: Final = frozenset("ăâêôơưđĂÂÊÔƠƯĐ")


def decode(raw: bytes, encoding: str) -> str:
    """Return the text of a field's bytes, NFC.

    Parameters
    ----------
    raw
        Bytes as they stand in the file.
    encoding
        ``utf-8``, ``tcvn3``, ``vni``, ``cp1258`` or ``cp1252``. Bytes that mean nothing become U+FFFD.
    """
    if encoding in _CHARMAPS:
        return from_legacy(raw.decode("latin-1"), encoding)
    return unicodedata.normalize("NFC", raw.decode(encoding, errors="replace"))


def from_legacy(text: str, encoding: str) -> str:
    """Return legacy text, one character per byte, as Unicode (NFC); ``encoding`` is ``tcvn3`` or ``vni``."""
    if text.isascii():
        return text
    converted = convert(text, _CHARMAPS[encoding])
    return _capitals_restored(converted) if encoding == "tcvn3" else converted


def to_tcvn3(text: str) -> str:
    """Return text as TCVN3 holds it, one character per byte; capitals with a tone mark become small.

    Raises
    ------
    UnicodeEncodeError
        A character is not in TCVN3.
    """
    table = _tcvn3_writing()
    written = "".join(table.get(letter, letter) for letter in unicodedata.normalize("NFC", text))
    beyond = next((at for at, letter in enumerate(written) if ord(letter) > 0xFF), None)
    if beyond is not None:
        raise UnicodeEncodeError("tcvn3", text, beyond, beyond + 1, "not a letter of TCVN3")
    return written


def detect(samples: Iterable[bytes], code_page: str | None) -> str:
    """Return the encoding of a table's text fields.

    The table's own .cpg decides unless it names a Latin code page; then valid UTF-8; then the reading that
    looks most like Vietnamese; ``cp1252`` when nothing does.

    Parameters
    ----------
    samples
        Contents of text fields.
    code_page
        What stands in the .cpg file, None without one.
    """
    named = _CODE_PAGES.get((code_page or "").strip().lower())
    if named and named not in _SAYS_LITTLE:
        return named
    telling = [sample for sample in samples if not sample.isascii()]
    if not telling or _is_utf8(telling):
        return "utf-8"
    return _best_reading(b" \n".join(telling))


def _is_utf8(samples: Iterable[bytes]) -> bool:
    text = "".join(sample.decode("utf-8", errors="replace") for sample in samples)
    letters = sum(not letter.isascii() for letter in text)
    return text.count("\ufffd") <= _DAMAGED_SHARE * letters


def _best_reading(raw: bytes) -> str:
    readings = ("cp1252", "tcvn3", "vni", "cp1258")
    shares = {name: _vietnamese_share(decode(raw, name)) for name in readings}
    best = max(readings, key=lambda name: shares[name])
    return best if shares[best] >= _READABLE_SHARE else "cp1252"


def _vietnamese_share(text: str) -> float:
    """Return how many of the words with letters beyond ASCII are Vietnamese syllables, between 0 and 1."""
    words = [word for word in re.findall(r"[^\W\d_]*[^\x00-\x7f\s][^\s\d]*", text) if word.strip()]
    return sum(_is_syllable(word) for word in words) / len(words) if words else 0.0


def _is_syllable(word: str) -> bool:
    marked = unicodedata.normalize("NFD", word.strip(".,;:-()'\"").lower())
    plain = "".join(letter for letter in marked if letter not in _TONES)
    return len(marked) - len(plain) <= 1 and _SYLLABLE.fullmatch(unicodedata.normalize("NFC", plain)) is not None


@cache
def _tcvn3_writing() -> Mapping[str, str]:
    small = {letter: byte for byte, letter in TCVN3.pairs}
    return {**{letter.upper(): byte for letter, byte in small.items()}, **small}


def _capitals_restored(text: str) -> str:
    """Give a word set in the capital face its capitals back.

    A word shows the capital face when two of its letters are certain capitals and none is certainly small,
    for only letters with a tone mark are uncertain. Where no word of the text is certainly small, the
    short words beside such a word are in capitals as well.
    """
    words = _WORD.findall(text)
    if not any(_set_in_capitals(word) for word in words):
        return text
    everywhere = not any(letter.islower() for word in words for letter in word if _certain(letter))
    return _WORD.sub(lambda at: at[0].upper() if everywhere or _set_in_capitals(at[0]) else at[0], text)


def _set_in_capitals(word: str) -> bool:
    certain = [letter for letter in word if _certain(letter)]
    mixed = len(certain) < len(word)
    return mixed and len(certain) >= 2 and all(letter.isupper() for letter in certain)


def _certain(letter: str) -> bool:
    return letter.isascii() or letter in _PLAIN
