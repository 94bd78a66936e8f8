"""Who is one claimant, and of which kind. Pure."""

from __future__ import annotations

import unicodedata

_ORGANISATIONS = (
    "công ty",
    "tổng công ty",
    "cty",
    "ubnd",
    "uỷ ban",
    "ủy ban",
    "doanh nghiệp",
    "hợp tác xã",
    "htx",
    "ban quản lý",
    "trung tâm",
    "trường",
    "chi nhánh",
    "ngân hàng",
    "tập đoàn",
    "sở",
    "hạt kiểm lâm",
    "trạm",
    "chùa",
    "nhà thờ",
    "giáo xứ",
)
"""How names of organisations begin, as surveyors write them; family names begin with none of these."""


def kind_of(name: str) -> str:
    """Return ``organisation`` or ``household``."""
    spoken = _folded(name)
    return "organisation" if any(f"{spoken} ".startswith(f"{start} ") for start in _ORGANISATIONS) else "household"


def match_key(name: str, address: str | None) -> str:
    """Return what is the same for the same holder: name and address without case and superfluous spaces."""
    return f"{_folded(name)}\n{_folded(address or '')}"


def tidy(words: str | None) -> str | None:
    """Return NFC text with single spaces, None when nothing is left."""
    return " ".join(unicodedata.normalize("NFC", words or "").split()) or None


def _folded(words: str) -> str:
    return (tidy(words) or "").casefold()
