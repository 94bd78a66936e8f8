"""The language of a request, from its ``Accept-Language``."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from layers.words import Words


def words_of(request: HTTPConnection) -> Words:
    """Return the words of the language that the request likes best; Vietnamese unless it prefers English."""
    return Words(preferred(request.headers.get("accept-language", "")))


def preferred(header: str) -> str:
    """Return ``vi`` or ``en`` by an ``Accept-Language`` header; of equals the first, ``vi`` without any."""
    best, weight = "vi", 0.0
    for part in header.split(","):
        tag, _, quality = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        asked = _quality(quality)
        if language in {"vi", "en"} and asked > weight:
            best, weight = language, asked
    return best


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
