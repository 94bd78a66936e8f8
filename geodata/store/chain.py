"""Canonical text and hashes of the journal. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from geodata.store.schema import instant_text

GENESIS = "0" * 64
"""What the first entry names as the hash before it."""

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]


def canonical(value: Json) -> str:
    """Return the one JSON text of a value: keys sorted, no spaces, letters unescaped."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def entry_hash(
    *, prev_hash: str, seq: int, recorded_at: datetime, actor: str, door: str, action: str, subject: str, content: str
) -> str:
    """Return the SHA-256 that seals an entry: of ``prev_hash`` followed by its fields in canonical JSON."""
    fields: Mapping[str, Json] = {
        "seq": seq,
        "recorded_at": instant_text(recorded_at),
        "actor": actor,
        "door": door,
        "action": action,
        "subject": subject,
        "content": content,
    }
    return hashlib.sha256((prev_hash + canonical(fields)).encode()).hexdigest()


def commitment(salt: str, value: Json) -> str:
    """Return a salted SHA-256 of what may name people.

    The salt stands with the row, never in the journal: when row and salt are erased one day, the journal
    still verifies and tells nothing.
    """
    return hashlib.sha256((salt + canonical(value)).encode()).hexdigest()
