"""Who may do what: one table, asked by every operation before it does anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from geodata.errors import NotAllowed


class Role(StrEnum):
    """What an account is for."""

    VIEWER = "viewer"
    """Reads maps, figures and case files."""
    OFFICER = "officer"
    """Records what was done, and obstacles (cán bộ giải phóng mặt bằng)."""
    SURVEYOR = "surveyor"
    """Brings survey files in."""
    ADMIN = "admin"
    """Opens and archives projects."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts; ``projects`` None means all of them."""

    name: str
    roles: frozenset[str]
    projects: frozenset[str] | None = None

    def sees(self, project: str) -> bool:
        """Return whether the actor has to do with a project."""
        return self.projects is None or project in self.projects


LOCAL = Actor("local", frozenset(Role))
"""The one who sits at the machine while there are no accounts; the server answers loopback only."""

_READERS = frozenset(Role)
_RECORDERS = frozenset({Role.OFFICER, Role.ADMIN})
_ADMINS = frozenset({Role.ADMIN})

TABLE: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "list_projects": _READERS,
        "get_project": _READERS,
        "open_project": _ADMINS,
        "archive_project": _ADMINS,
        "import_parcels": frozenset({Role.SURVEYOR, Role.ADMIN}),
        "take_over_history": _ADMINS,
        "imports": _READERS,
        "moment_at": _READERS,
        "find_parcel": _READERS,
        "find_case": _READERS,
        "parcel_at": _READERS,
        "project_bounds": _READERS,
        "parcels": _READERS,
        "parcel_panel": _READERS,
        "statuses": _READERS,
        "status_of_parcels": _READERS,
        "changes_since": _READERS,
        "progress": _READERS,
        "progress_curve": _READERS,
        "totals": _READERS,
        "obstacles": _READERS,
        "record_event": _RECORDERS,
        "change_status": _RECORDERS,
        "correct_event": _RECORDERS,
        "open_obstacle": _RECORDERS,
        "close_obstacle": _RECORDERS,
    }
)
"""Operation → roles that may do it. What is not listed, nobody may do."""


def ensure(actor: Actor, operation: str, project: str | None = None) -> None:
    """Raise NotAllowed unless the actor may do the operation (in the project, where there is one)."""
    allowed = TABLE.get(operation, frozenset())
    if not actor.roles & allowed or (project is not None and not actor.sees(project)):
        raise NotAllowed(actor.name, operation)
