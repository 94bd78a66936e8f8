"""Reading values out of parsed JSON tables, with a place name for what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from geodata.errors import LawDataInvalid

Row = Mapping[str, object]


class TableReader:
    """Reads typed values from one table; every complaint names the table and the row."""

    def __init__(self, table: str) -> None:
        self.table = table

    def fail(self, row: str, explanation: str) -> LawDataInvalid:
        """Return the refusal for one row."""
        return LawDataInvalid(self.table, row, explanation)

    def text(self, row: Row, name: str, key: str) -> str:
        """Return a text that must not be empty."""
        value = row.get(key)
        if not isinstance(value, str) or not value:
            raise self.fail(name, f"{key} must be a text")
        return value

    def optional_text(self, row: Row, name: str, key: str) -> str | None:
        """Return a text, or None where there is none."""
        value = row.get(key)
        if value is not None and not isinstance(value, str):
            raise self.fail(name, f"{key} must be a text or null")
        return value

    def texts(self, row: Row, name: str, key: str) -> tuple[str, ...]:
        """Return a list of texts; a missing or null one is empty."""
        value = row.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fail(name, f"{key} must be a list of texts")
        return tuple(value)

    def day(self, row: Row, name: str, key: str) -> date | None:
        """Return a date written as YYYY-MM-DD, or None."""
        value = self.optional_text(row, name, key)
        try:
            return None if value is None else date.fromisoformat(value)
        except ValueError:
            raise self.fail(name, f"{key} must be a date YYYY-MM-DD") from None

    def flag(self, row: Row, name: str, key: str) -> bool:
        """Return a true or false; a missing one is false."""
        value = row.get(key, False)
        if not isinstance(value, bool):
            raise self.fail(name, f"{key} must be true or false")
        return value

    def rows(self, row: Row, name: str, key: str) -> Sequence[Row]:
        """Return a list of objects; a missing one is empty."""
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fail(name, f"{key} must be a list of objects")
        return value

    def mapping(self, row: Row, name: str, key: str) -> Row:
        """Return an object; a missing one is empty."""
        value = row.get(key, {})
        if not isinstance(value, dict):
            raise self.fail(name, f"{key} must be an object")
        return value
