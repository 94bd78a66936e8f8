"""The letters on paper: whole TrueType files of Be Vietnam Pro, used privately by their paths.

The fonts split for browsers break Vietnamese in a PDF, so the whole files of ``fontpkg-be-vietnam-pro`` are taken;
nothing is registered with matplotlib's font manager, so no other drawing in the process changes.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

import fontpkg
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.textpath import text_to_path

from reports.paper import MM_PER_POINT

FAMILY: Final = "Be Vietnam Pro"
REGULAR: Final = 400
MEDIUM: Final = 500
BOLD: Final = 700
MISSING: Final = "?"
"""Stands for a letter that the font does not have (an emoji, a Chinese character)."""
LIKE: Final = {"\u2032": "'", "\u2033": '"', "\u2212": "-", "\u2011": "-"}
"""Signs that the font does not have, and what is written in their place: prime, double prime, minus, hard hyphen."""


@cache
def font_file(weight: int = REGULAR) -> Path:
    """Return the TrueType file of a weight."""
    return Path(fontpkg.path(FAMILY, weight))


def font(weight: int = REGULAR) -> FontProperties:
    """Return a font as matplotlib wants it; a new one each time since it can be changed."""
    return FontProperties(fname=str(font_file(weight)))


@cache
def _letters(weight: int) -> frozenset[int]:
    return frozenset(get_font(str(font_file(weight))).get_charmap())


def printable(text: str, weight: int = REGULAR) -> str:
    """Return the text composed (NFC), without control characters, and with letters that the font has only."""
    known = _letters(weight)
    composed = unicodedata.normalize("NFC", text)
    kept = ("" if unicodedata.category(letter) == "Cf" else letter for letter in composed)
    plain = "".join(" " if letter and unicodedata.category(letter)[0] in "CZ" else letter for letter in kept)
    return "".join(letter if ord(letter) in known else LIKE.get(letter, MISSING) for letter in " ".join(plain.split()))


@cache
def _em_widths(weight: int, text: str) -> float:
    return float(text_to_path.get_text_width_height_descent(text, _sized(weight), ismath=False)[0]) / 100


def _sized(weight: int) -> FontProperties:
    return FontProperties(fname=str(font_file(weight)), size=100)


def width_mm(text: str, size_pt: float, weight: int = REGULAR) -> float:
    """Return how wide a line of text is on paper, in mm."""
    return _em_widths(weight, text) * size_pt * MM_PER_POINT if text else 0.0


def wrap(text: str, size_pt: float, width: float, weight: int = REGULAR) -> list[str]:
    """Break a text into lines of at most ``width`` mm: between words, inside one only when it is too long."""
    lines: list[str] = []
    line = ""
    for word in printable(text, weight).split(" "):
        longer = f"{line} {word}" if line else word
        if width_mm(longer, size_pt, weight) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = _broken(word, size_pt, width, weight)
        lines.extend(whole)
    if line:
        lines.append(line)
    return lines


def _broken(word: str, size_pt: float, width: float, weight: int) -> list[str]:
    """Cut one word into pieces that fit."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_mm(pieces[-1] + letter, size_pt, weight) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def fit(
    text: str, sizes_pt: tuple[float, ...], width: float, max_lines: int, weight: int = REGULAR
) -> tuple[float, list[str]]:
    """Return the first of the sizes (largest first) at which the text takes at most ``max_lines``.

    A text too long even at the last size takes more lines: nothing is ever cut.
    """
    lines: list[str] = []
    for size in sizes_pt:
        lines = wrap(text, size, width, weight)
        if len(lines) <= max_lines:
            return size, lines
    return sizes_pt[-1], lines
