"""The store over SQL: every method is one transaction over functions of the other modules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from shapely.geometry import Point
from sqlalchemy import func, select

from geodata.ports import Clock
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
from geodata.store import cases, history, importing, imports, journal, moments, obstacles, parcels, projects, schema
from geodata.store.database import Database


class SqlStore:
    """Satisfies :class:`geodata.ports.Store`; made by :func:`geodata.store.open_store`."""

    def __init__(self, database: Database, clock: Clock, identity: str, initial_state: str) -> None:
        self._database = database
        self._clock = clock
        self._identity = identity
        self._initial_state = initial_state

    @property
    def identity(self) -> str:
        """Return the UUID that the file got when it was created."""
        return self._identity

    def close(self) -> None:
        """Give back connections."""
        self._database.close()

    # ---- journal ---------------------------------------------------------------------------------

    def last_seq(self) -> int:
        """Return the journal's last seq, 0 when empty."""
        with self._database.reading() as connection:
            return journal.last_seq(connection)

    def seq_at(self, known_at: datetime) -> int:
        """Return the last seq recorded at or before ``known_at``."""
        with self._database.reading() as connection:
            return journal.seq_at(connection, known_at)

    def journal(self, *, after: int = 0, limit: int = 1000) -> Sequence[JournalEntry]:
        """Return entries with seq > ``after`` in order."""
        with self._database.reading() as connection:
            return journal.entries(connection, after=after, limit=limit)

    def changes(self, *, after: int) -> Sequence[ParcelChange]:
        """Return parcels touched by entries with seq > ``after``, in order; imports are left out."""
        with self._database.reading() as connection:
            return journal.changes(connection, after=after)

    # ---- projects --------------------------------------------------------------------------------

    def projects(self, *, include_archived: bool = False) -> Sequence[Project]:
        """Return projects ordered by code."""
        with self._database.reading() as connection:
            return projects.select_projects(connection, include_archived=include_archived)

    def project(self, code: str) -> Project:
        """Return one project; raises UnknownProject."""
        with self._database.reading() as connection:
            return projects.select_project(connection, code)

    def add_project(self, writer: Writer, project: NewProject) -> Project:
        """Open a project; raises ProjectExists."""
        with self._database.writing() as connection:
            return projects.add(connection, self._clock, writer, project)

    def archive_project(self, writer: Writer, code: str, on: date) -> Project:
        """Take a project out of lists; raises UnknownProject, ProjectArchived."""
        with self._database.writing() as connection:
            return projects.archive(connection, self._clock, writer, code, on)

    def project_bounds(self, project_id: int) -> LngLatBbox | None:
        """Return the extent of the project's parcels, None without parcels."""
        with self._database.reading() as connection:
            return projects.bounds(connection, project_id)

    # ---- parcels ---------------------------------------------------------------------------------

    def import_parcels(
        self, writer: Writer, project: NewProject | Project, parcels: Iterable[NewParcel], source: ImportSource
    ) -> ImportResult:
        """Add parcels with their claimants and first cases, as one journal entry.

        Raises
        ------
        UnknownProject, ProjectExists, ProjectArchived, DuplicateParcel
        """
        with self._database.writing() as connection:
            return importing.import_parcels(
                connection, self._clock, writer, project, parcels, source, initial_state=self._initial_state
            )

    def imports(self, project_code: str | None = None) -> Sequence[ImportRecord]:
        """Return past imports, newest first."""
        with self._database.reading() as connection:
            return imports.select_imports(connection, project_code)

    def parcels(self, project_id: int, parcel_ids: Sequence[int] | None = None) -> Sequence[Parcel]:
        """Return parcels with geometry ordered by id."""
        with self._database.reading() as connection:
            return parcels.select_parcels(connection, project_id, parcel_ids)

    def parcel_rows(self, project_id: int) -> Sequence[ParcelRow]:
        """Return parcels without geometry ordered by id."""
        with self._database.reading() as connection:
            return parcels.select_rows(connection, project_id)

    def find_parcel(self, project_id: int, key: ParcelKey) -> Parcel:
        """Return one parcel; raises UnknownParcel, AmbiguousParcel."""
        with self._database.reading() as connection:
            return parcels.find(connection, project_id, key)

    def parcel_at(self, project_id: int, longitude: float, latitude: float) -> Parcel | None:
        """Return the parcel that covers a WGS 84 point, by the R-tree."""
        with self._database.reading() as connection:
            return parcels.at(connection, project_id, Point(longitude, latitude))

    # ---- cases -----------------------------------------------------------------------------------

    def case_rows(self, project_id: int, moment: Moment) -> Sequence[CaseRow]:
        """Return every case's state at a moment, ordered by parcel and case id."""
        with self._database.reading() as connection:
            return moments.case_rows(connection, moments.Scope(project_id=project_id), moment)

    def case_rows_of(self, parcel_ids: Sequence[int], moment: Moment) -> Sequence[CaseRow]:
        """Return the same for some parcels."""
        with self._database.reading() as connection:
            return moments.case_rows_of(connection, parcel_ids, moment)

    def cases_of_parcel(self, parcel_id: int) -> Sequence[Case]:
        """Return the present cases of a parcel."""
        with self._database.reading() as connection:
            return cases.of_parcel(connection, parcel_id)

    def case_file(self, case_id: int, moment: Moment) -> CaseFile:
        """Return one case with its history; raises UnknownCase."""
        with self._database.reading() as connection:
            return cases.case_file(connection, case_id, moment)

    def events_of_project(self, project_id: int, moment: Moment) -> Sequence[CaseEvent]:
        """Return the events that count at a moment and move a state, by occurrence, then by their place that day."""
        with self._database.reading() as connection:
            return cases.events_of_project(connection, project_id, moment)

    def claimant_count(self, project_id: int) -> int:
        """Return how many claimants hold parcels of the project."""
        claimant = schema.claimant.c
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).where(claimant.project_id == project_id)).scalar_one()

    def check_version(self, case_id: int, expected_version: int) -> None:
        """Raise StaleRecord when the case's version is not ``expected_version``; UnknownCase, ProjectArchived."""
        with self._database.reading() as connection:
            cases.claim(connection, case_id, expected_version)

    def record_event(self, writer: Writer, event: NewCaseEvent, *, expected_version: int, state: str) -> CaseEvent:
        """Record an event and set the case to ``state``, atomically.

        Raises
        ------
        UnknownCase, ProjectArchived, StaleRecord
        UnknownCaseEvent
            When the event to correct is not the case's or was corrected already.
        """
        with self._database.writing() as connection:
            return cases.record_event(
                connection, self._clock, writer, event, expected_version=expected_version, state=state
            )

    def take_over_history(self, writer: Writer, writes: Iterable[NewCaseEvent | NewObstacle | ObstacleEnd]) -> int:
        """Record many writes in one transaction, each with its own journal entry and instant; return how many.

        Raises
        ------
        UnknownCase, UnknownObstacle, ProjectArchived
        UnknownCaseEvent
            When an event corrects another: corrections are not taken over.
        """
        with self._database.writing() as connection:
            return history.take_over(connection, self._clock, writer, writes)

    # ---- obstacles -------------------------------------------------------------------------------

    def open_obstacle(self, writer: Writer, obstacle: NewObstacle, *, expected_version: int) -> Obstacle:
        """Record an obstacle; raises UnknownCase, ProjectArchived, StaleRecord."""
        with self._database.writing() as connection:
            case = cases.claim(connection, obstacle.case_id, expected_version)
            return obstacles.open_obstacle(connection, self._clock, writer, obstacle, case)

    def close_obstacle(
        self, writer: Writer, obstacle_id: int, *, until_on: date, note: str, expected_version: int
    ) -> Obstacle:
        """Record that an obstacle ended.

        Raises
        ------
        UnknownObstacle, ProjectArchived, StaleRecord, ObstacleAlreadyClosed
        """
        with self._database.writing() as connection:
            case = cases.claim(connection, obstacles.case_of(connection, obstacle_id), expected_version)
            obstacles.ensure_not_closed(connection, obstacle_id)
            return obstacles.close_obstacle(
                connection, self._clock, writer, obstacle_id, case, until_on=until_on, note=note
            )

    def obstacles_of_project(self, project_id: int, moment: Moment) -> Sequence[Obstacle]:
        """Return the obstacles known at a moment, closed ones included (``until_on`` as known then)."""
        with self._database.reading() as connection:
            return obstacles.select_obstacles(connection, moments.Scope(project_id=project_id), moment)
