"""The clock that the doors inject."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The machine's clock; satisfies :class:`geodata.ports.Clock`."""

    def now(self) -> datetime:
        """Return the present instant, UTC."""
        return datetime.now(UTC)
