"""The present of a project, kept in memory between requests.

After a change the store is asked for the cases of the changed parcels only; codes, legend and headline of 100,000
parcels are worked out anew from what is held here, without reading the project again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from geodata.records import CaseRow, Moment, ParcelRow, Project
from monitoring import operations
from monitoring.office import Office
from monitoring.permissions import Actor, ensure
from monitoring.progress import Figures, StatusArray, status_array

NOW: Final = Moment()
KEPT: Final = 4
"""Projects that are held at once; one of 100,000 parcels takes some 60 MB."""


@dataclass(frozen=True, slots=True)
class Present:
    """How a project stands after everything up to ``seq``."""

    array: StatusArray
    codes: Mapping[int, str]
    """Status code of each parcel by its id."""

    @property
    def legend(self) -> Mapping[str, int]:
        """Return parcels per stage."""
        return self.array.legend

    @property
    def figures(self) -> Figures:
        """Return the figures of the headline."""
        return self.array.figures


class Board:
    """Parcels and present case states of one geometry version of a project. Thread-safe."""

    def __init__(self, actor: Actor, office: Office, project: Project) -> None:
        self._actor, self._office, self._code = actor, office, project.code
        self._lock = threading.Lock()
        self.geometry_version = project.geometry_version
        self._seq = office.store.last_seq()  # read first: what comes in between is read twice, never missed
        self._parcels: Sequence[ParcelRow] = office.store.parcel_rows(project.id)
        self._cases: dict[int, CaseRow] = {row.case_id: row for row in office.store.case_rows(project.id, NOW)}
        self._present: Present | None = None

    def present(self) -> Present:
        """Return the project as it stands, after reading what was written since the last call."""
        with self._lock:
            changed = self._advance()
            if self._present is None or changed or self._present.array.as_of != self._office.today():
                self._present = self._work_out()
            return self._present

    def _advance(self) -> bool:
        store = self._office.store
        seq = store.last_seq()
        if seq == self._seq:
            return False
        changes = operations.changes_since(self._actor, self._office, self._seq)
        touched = sorted({change.parcel_id for change in changes if change.project_code == self._code})
        if touched:
            self._cases.update((row.case_id, row) for row in store.case_rows_of(touched, NOW))
        self._seq = seq
        return True

    def _work_out(self) -> Present:
        cases = self._cases.values()
        today = self._office.today()
        array = status_array(self._office.stages, self._code, self._seq, today, self._parcels, cases)
        return Present(array, dict(zip(array.ids, array.codes, strict=True)))


class Boards:
    """The boards of the projects that were looked at last. Thread-safe."""

    def __init__(self, actor: Actor, office: Office, kept: int = KEPT) -> None:
        self._actor, self._office, self._kept = actor, office, kept
        self._lock = threading.Lock()
        self._boards: OrderedDict[str, Board] = OrderedDict()

    def present(self, project: str) -> Present:
        """Return a project as it stands; raises UnknownProject, NotAllowed."""
        ensure(self._actor, "statuses", project)
        return self._board(self._office.store.project(project)).present()

    def _board(self, project: Project) -> Board:
        with self._lock:  # one reader of a whole project at a time
            board = self._boards.get(project.code)
            if board is None or board.geometry_version != project.geometry_version:
                board = self._boards[project.code] = Board(self._actor, self._office, project)
            self._boards.move_to_end(project.code)
            while len(self._boards) > self._kept:
                self._boards.popitem(last=False)
            return board
