"""What the rooms above ask of a store. Engines live in :mod:`geodata.store`; fakes in tests satisfy this too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from geodata.records import (
    Case,
    CaseEvent,
    CaseFile,
    CaseRow,
    ImportRecord,
    ImportResult,
    ImportSource,
    JournalEntry,
    LngLatBbox,
    Moment,
    NewCaseEvent,
    NewObstacle,
    NewParcel,
    NewProject,
    Obstacle,
    ObstacleEnd,
    Parcel,
    ParcelChange,
    ParcelKey,
    ParcelRow,
    Project,
    Writer,
)


class Clock(Protocol):
    """Tells the time; the doors inject it."""

    def now(self) -> datetime:
        """Return the present instant, timezone-aware, UTC."""
        ...


class Store(Protocol):
    """Keeps every record. Thread-safe: one instance serves a whole process.

    Every write takes a :class:`Writer`, happens in one transaction with its journal entry, and either
    is wholly there when the call returns or raises a class of :mod:`geodata.errors` and leaves nothing.
    """

    @property
    def identity(self) -> str:
        """Return what tells this store from every other; part of each cache key."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...

    def last_seq(self) -> int:
        """Return the journal's last seq, 0 when empty. Cheap: polled four times a second."""
        ...

    def seq_at(self, known_at: datetime) -> int:
        """Return the last seq recorded at or before ``known_at``."""
        ...

    def journal(self, *, after: int = 0, limit: int = 1000) -> Sequence[JournalEntry]:
        """Return entries with seq > ``after`` in order."""
        ...

    def changes(self, *, after: int) -> Sequence[ParcelChange]:
        """Return parcels touched by entries with seq > ``after``, in order; imports are left out."""
        ...

    def projects(self, *, include_archived: bool = False) -> Sequence[Project]:
        """Return projects ordered by code."""
        ...

    def project(self, code: str) -> Project:
        """Return one project; raises UnknownProject."""
        ...

    def add_project(self, writer: Writer, project: NewProject) -> Project:
        """Open a project; raises ProjectExists."""
        ...

    def archive_project(self, writer: Writer, code: str, on: date) -> Project:
        """Take a project out of lists and totals; it stays in history."""
        ...

    def project_bounds(self, project_id: int) -> LngLatBbox | None:
        """Return the extent of the project's parcels, None without parcels."""
        ...

    def import_parcels(
        self, writer: Writer, project: NewProject | Project, parcels: Iterable[NewParcel], source: ImportSource
    ) -> ImportResult:
        """Add parcels with their claimants and first cases (DRAFT), as one journal entry.

        With a :class:`NewProject` the project is opened in the same transaction. Raises DuplicateParcel
        when a key repeats or already stands in the project. The boundary becomes the union of the parcels.
        """
        ...

    def imports(self, project_code: str | None = None) -> Sequence[ImportRecord]:
        """Return past imports, newest first."""
        ...

    def parcels(self, project_id: int, parcel_ids: Sequence[int] | None = None) -> Sequence[Parcel]:
        """Return parcels with geometry ordered by id."""
        ...

    def parcel_rows(self, project_id: int) -> Sequence[ParcelRow]:
        """Return parcels without geometry ordered by id."""
        ...

    def find_parcel(self, project_id: int, key: ParcelKey) -> Parcel:
        """Return one parcel; an empty commune code matches any commune if the rest is unique.

        Raises UnknownParcel or AmbiguousParcel.
        """
        ...

    def parcel_at(self, project_id: int, longitude: float, latitude: float) -> Parcel | None:
        """Return the parcel that covers a WGS 84 point, by the R-tree."""
        ...

    def case_rows(self, project_id: int, moment: Moment) -> Sequence[CaseRow]:
        """Return every case's state at a moment, ordered by parcel and case id.

        At a past moment cases exist from the first import on that the journal knew; a case without an
        event that counts is in the workflow's initial state.
        """
        ...

    def case_rows_of(self, parcel_ids: Sequence[int], moment: Moment) -> Sequence[CaseRow]:
        """Return the same for some parcels."""
        ...

    def cases_of_parcel(self, parcel_id: int) -> Sequence[Case]:
        """Return the present cases of a parcel."""
        ...

    def case_file(self, case_id: int, moment: Moment) -> CaseFile:
        """Return one case with its history; raises UnknownCase."""
        ...

    def events_of_project(self, project_id: int, moment: Moment) -> Sequence[CaseEvent]:
        """Return the events that count at a moment and move a state, by occurrence then id."""
        ...

    def claimant_count(self, project_id: int) -> int:
        """Return how many claimants hold parcels of the project."""
        ...

    def check_version(self, case_id: int, expected_version: int) -> None:
        """Raise StaleRecord, with what others wrote, when the case's version is not ``expected_version``.

        Asked before a request is judged by the present state, which the person may not have seen.
        """
        ...

    def record_event(self, writer: Writer, event: NewCaseEvent, *, expected_version: int, state: str) -> CaseEvent:
        """Record an event and set the case to ``state`` (its present state after replay), atomically.

        Raises StaleRecord when the case's version is not ``expected_version``.
        """
        ...

    def open_obstacle(self, writer: Writer, obstacle: NewObstacle, *, expected_version: int) -> Obstacle:
        """Record an obstacle; raises StaleRecord."""
        ...

    def close_obstacle(
        self, writer: Writer, obstacle_id: int, *, until_on: date, note: str, expected_version: int
    ) -> Obstacle:
        """Record that an obstacle ended; raises UnknownObstacle, ObstacleAlreadyClosed, StaleRecord."""
        ...

    def take_over_history(self, writer: Writer, writes: Iterable[NewCaseEvent | NewObstacle | ObstacleEnd]) -> int:
        """Record many writes in one transaction, each with its own journal entry and instant; return how many.

        ``writes`` is walked once, inside the transaction, and the clock is asked after each was taken, so a
        generator may move it. An event moves its case to ``to_state``; corrections are not taken over.
        Raises UnknownCase, UnknownObstacle, ProjectArchived and whatever ``writes`` raises; then nothing is
        written.
        """
        ...

    def obstacles_of_project(self, project_id: int, moment: Moment) -> Sequence[Obstacle]:
        """Return the obstacles known at a moment, closed ones included (``until_on`` as known then)."""
        ...
