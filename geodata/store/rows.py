"""Small things that cases and obstacles share."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, update

from geodata.store import schema


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that the running transaction may write to."""

    id: int
    project_id: int
    state: str
    version: int


def advance(connection: Connection, case: OpenCase, **values: Any) -> None:
    """Bring the case's row up to date and its version one further."""
    connection.execute(
        update(schema.clearance_case)
        .where(schema.clearance_case.c.id == case.id)
        .values(**values, version=case.version + 1)
    )


def fresh_salt() -> str:
    """Return 128 random bits in hexadecimal, for a commitment."""
    return secrets.token_hex(16)
