"""Which field of a survey file says what, and how its values are read.

Survey programs of the last twenty-five years name the same things differently; their names are recognised
without regard to case, accents and underscores. A person maps what is not recognised: ``number=SO_TD``,
``sheet=:1`` (a constant), ``number=:row`` (the row's position).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from geodata.errors import FieldMissing, FieldOptionInvalid

ROW: Final = ":row"
"""Source that stands for the row's position, counted from 1."""

TARGETS: Final = (
    "sheet",
    "number",
    "land_types",
    "registered_area_m2",
    "recovered_area_m2",
    "holder",
    "address",
    "commune",
)
"""What a survey row can say; the first two are needed."""
NEEDED: Final = ("sheet", "number")

_KNOWN: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "sheet": ("sheet", "shbando", "soto", "sohieutobando", "sohieutobd", "sotobando", "tobando", "shto", "tobd"),
        "number": ("number", "shthua", "sothua", "sothututhua", "sothututhua", "sothutu", "sohieuthua", "thuadatso"),
        "land_types": (
            "landtypes", "khloaidat", "loaidat", "mdsd", "mdsd2003", "kyhieumdsd", "maloaidat", "mucdich", "khdat",
        ),
        "registered_area_m2": ("registeredaream2", "regaream2", "dtphaply", "dientichphaply", "dtpl", "dientich"),
        "recovered_area_m2": ("recoveredaream2", "recaream2", "dtthuhoi", "dientichthuhoi", "dtth"),
        "holder": ("holder", "tenchu", "tenchusd", "tenchusudung", "chusd", "chusudung", "hotenchu", "chusohuu"),
        "address": ("address", "diachi", "diachichu", "dchichu"),
        "commune": ("commune", "communecode", "maxa", "maphuongxa", "madvhcxa", "maxp"),
    }
)  # fmt: skip
"""Names by target, the most telling first, as :func:`_plain` writes them."""

_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", re.ASCII)
_UNIT: Final = re.compile(r"(m2|m²|m\^2)$", re.IGNORECASE)


def parse_field_options(options: Sequence[str]) -> Mapping[str, str]:
    """Return what ``--field`` options say: target to field name, ``:row`` or ``:constant``.

    Raises
    ------
    FieldOptionInvalid
        Not ``target=source``, an unknown target, or one named twice.
    """
    found: dict[str, str] = {}
    for option in options:
        target, equals, source = (part.strip() for part in option.partition("="))
        if not equals or target not in TARGETS or not source or source == ":" or target in found:
            raise FieldOptionInvalid(option, TARGETS)
        found[target] = source
    return MappingProxyType(found)


def resolve_fields(available: Sequence[str], mapped: Mapping[str, str], *, file: str, layer: str) -> Mapping[str, str]:
    """Return the source of each target that the file has: a field's exact name, ``:row`` or ``:constant``.

    Raises
    ------
    FieldMissing
        Sheet or number is neither recognised nor mapped, or a mapped field is not there.
    """
    found: dict[str, str] = {}
    by_plain_name = {_plain(name): name for name in reversed(available)}
    for target in TARGETS:
        source = mapped.get(target)
        if source is None:
            source = next((by_plain_name[name] for name in _KNOWN[target] if name in by_plain_name), None)
        elif not source.startswith(":"):
            source = _exact(source, available) or _missing(source, available, file, layer)
        if source is not None:
            found[target] = source
        elif target in NEEDED:
            _missing(target, available, file, layer)
    return MappingProxyType(found)


def read_text(value: object) -> str:
    """Return a field's value as text without surplus blanks; whole numbers lose their ``.0``."""
    if value is None or value != value:  # noqa: PLR0124 - not a number
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unicodedata.normalize("NFC", " ".join(str(value).replace("\x00", " ").split()))


def read_area_m2(value: object) -> float | None:
    """Return an area in square metres, None where nothing is written.

    Text is read as Vietnamese people write numbers: ``1.240,5`` and ``1.240`` have a thousands dot, ``1240,5``
    a decimal comma; ``1240.5`` and ``1,240.5`` are understood too.

    Raises
    ------
    ValueError
        Not a number, not finite, or negative.
    """
    text = _UNIT.sub("", read_text(value).replace(" ", ""))
    if not text:
        return None
    plain = _dotted(text)
    if not _NUMBER.fullmatch(plain):
        raise ValueError(text)
    area = float(plain)
    if not 0 <= area < 1e12:
        raise ValueError(text)
    return area


def _dotted(text: str) -> str:
    """Return a written number with a decimal dot and no grouping."""
    if _GROUPED.fullmatch(text):
        return text.replace(".", "")
    comma, dot = text.rfind(","), text.rfind(".")
    if comma > dot:
        return text.replace(".", "").replace(",", ".") if text.count(",") == 1 else text
    return text.replace(",", "") if comma >= 0 else text


def _plain(name: str) -> str:
    """Return a field's name in small ASCII letters and digits alone."""
    letters = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())


def _exact(source: str, available: Iterable[str]) -> str | None:
    names = list(available)
    same = [name for name in names if name == source] or [name for name in names if name.lower() == source.lower()]
    return same[0] if same else None


def _missing(field: str, available: Sequence[str], file: str, layer: str) -> str:
    raise FieldMissing(file, layer, field, tuple(available))
