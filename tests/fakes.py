"""Fakes that satisfy the real interfaces: a store in memory and a clock that moves when told.

They keep the contracts of :mod:`geodata.ports`; ``tests/store_contract.py`` holds them and the real store to it.
"""

from __future__ import annotations

import copy
import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from shapely import unary_union
from shapely.geometry import MultiPolygon, Point

from geodata.errors import (
    AmbiguousParcel,
    DuplicateParcel,
    ObstacleAlreadyClosed,
    ProjectArchived,
    ProjectExists,
    StaleRecord,
    UnknownCase,
    UnknownCaseEvent,
    UnknownObstacle,
    UnknownParcel,
    UnknownProject,
)
from geodata.records import (
    Case,
    CaseEvent,
    CaseFile,
    CaseRow,
    Claimant,
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

INITIAL_STATE = "DRAFT"
NOW = Moment()


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the instant it stands at, UTC."""
        return self._now

    def move_to(self, moment: datetime | date) -> None:
        """Stand at an instant, or at 09:00 in Vietnam on a day."""
        if not isinstance(moment, datetime):
            moment = datetime(moment.year, moment.month, moment.day, 2, 0, tzinfo=UTC)
        self._now = moment

    def move_by(self, step: timedelta) -> None:
        """Go on by a step."""
        self._now += step


@dataclass
class _Case:
    id: int
    project_id: int
    parcel_id: int
    claimant_id: int | None
    seq: int
    state: str = INITIAL_STATE
    version: int = 1
    events: list[CaseEvent] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    """As they were opened; their ends stand in ``closings``."""
    closings: dict[int, tuple[int, date, str]] = field(default_factory=dict)
    """Obstacle id → seq, until_on, note."""
    writes: list[tuple[int, int]] = field(default_factory=list)
    """(version that the write made, seq)."""


class MemoryStore:
    """A store in memory. Writes are serialised by a lock; a failed one leaves nothing behind."""

    def __init__(self, clock: MovableClock | None = None) -> None:
        self.clock = clock or MovableClock()
        self.calls = 0
        """How often anything was asked of the store."""
        self._lock = threading.RLock()
        self._ids: dict[str, Iterator[int]] = {}
        self._journal: list[JournalEntry] = []
        self._projects: dict[str, Project] = {}
        self._project_seq: dict[int, int] = {}
        self._parcels: dict[int, Parcel] = {}
        self._claimants: dict[int, Claimant] = {}
        self._cases: dict[int, _Case] = {}
        self._imports: list[ImportRecord] = []
        self._changes: list[ParcelChange] = []

    # ---- the store as a whole --------------------------------------------------------------

    @property
    def identity(self) -> str:
        """Return what tells this store from every other."""
        return f"memory-{id(self)}"

    def close(self) -> None:
        """Give back nothing."""

    def last_seq(self) -> int:
        """Return the journal's last seq."""
        return len(self._journal)

    def seq_at(self, known_at: datetime) -> int:
        """Return the last seq recorded at or before an instant."""
        return max((entry.seq for entry in self._journal if entry.recorded_at <= known_at), default=0)

    def journal(self, *, after: int = 0, limit: int = 1000) -> Sequence[JournalEntry]:
        """Return entries with seq > ``after``."""
        return self._journal[after : after + limit]

    def changes(self, *, after: int) -> Sequence[ParcelChange]:
        """Return parcels touched after a seq."""
        return [row for row in self._changes if row.seq > after]

    # ---- projects and parcels --------------------------------------------------------------

    def projects(self, *, include_archived: bool = False) -> Sequence[Project]:
        """Return projects by code."""
        rows = sorted(self._projects.values(), key=lambda row: row.code)
        return [row for row in rows if include_archived or row.archived_on is None]

    def project(self, code: str) -> Project:
        """Return one project."""
        self._count()
        if code not in self._projects:
            raise UnknownProject(code)
        return self._projects[code]

    def add_project(self, writer: Writer, project: NewProject) -> Project:
        """Open a project."""
        with self._write(writer, "add_project", f"project:{project.code}", asdict(project)) as seq:
            return self._open(project, seq)

    def archive_project(self, writer: Writer, code: str, on: date) -> Project:
        """Archive a project."""
        with self._write(writer, "archive_project", f"project:{code}", {"on": on}):
            project = self.project(code)
            if project.archived_on is not None:
                raise ProjectArchived(code)
            self._projects[code] = replace(project, archived_on=on)
            return self._projects[code]

    def project_bounds(self, project_id: int) -> LngLatBbox | None:
        """Return the extent of the parcels."""
        shapes = [row.geometry for row in self.parcels(project_id)]
        return LngLatBbox(*unary_union(shapes).bounds) if shapes else None

    def import_parcels(
        self, writer: Writer, project: NewProject | Project, parcels: Iterable[NewParcel], source: ImportSource
    ) -> ImportResult:
        """Add parcels, claimants and first cases."""
        new = list(parcels)
        with self._write(writer, "import_parcels", f"project:{project.code}", {"file": source.file_name}) as seq:
            self._check_keys(project, new, source)
            owner = self._open(project, seq) if isinstance(project, NewProject) else project
            claimants = len(self._claimants)
            for parcel in new:
                self._add_parcel(owner, parcel, seq)
            self._draw_boundary(owner, seq)
            now = self._journal[-1].recorded_at
            self._imports.insert(0, ImportRecord(seq, owner.code, now, source.file_name, len(new), len(new)))
            area = sum(row.measured_area_m2 for row in new)
            added = len(self._claimants) - claimants
            return ImportResult(owner.code, len(new), len(new), added, len(new), area, seq)

    def imports(self, project_code: str | None = None) -> Sequence[ImportRecord]:
        """Return past imports, newest first."""
        return [row for row in self._imports if project_code in (None, row.project_code)]

    def parcels(self, project_id: int, parcel_ids: Sequence[int] | None = None) -> Sequence[Parcel]:
        """Return parcels by id."""
        self._count()
        mine = [row for row in self._parcels.values() if row.project_id == project_id]
        return [row for row in mine if parcel_ids is None or row.id in set(parcel_ids)]

    def parcel_rows(self, project_id: int) -> Sequence[ParcelRow]:
        """Return parcels without geometry."""
        return [
            ParcelRow(row.id, row.key, row.land_types, row.figure_area_m2, row.recovered_area_m2 is None)
            for row in self.parcels(project_id)
        ]

    def find_parcel(self, project_id: int, key: ParcelKey) -> Parcel:
        """Return one parcel by its key."""
        found = [row for row in self.parcels(project_id) if _fits(row.key, key)]
        code = next((row.code for row in self._projects.values() if row.id == project_id), "")
        spoken = "/".join(filter(None, (key.commune_code, key.sheet, key.number)))
        if not found:
            raise UnknownParcel(code, spoken)
        if len(found) > 1:
            raise AmbiguousParcel(code, spoken, tuple(f"{row.key.commune_code}/{spoken}" for row in found))
        return found[0]

    def parcel_at(self, project_id: int, longitude: float, latitude: float) -> Parcel | None:
        """Return the parcel that covers a point."""
        point = Point(longitude, latitude)
        return next((row for row in self.parcels(project_id) if row.geometry.covers(point)), None)

    # ---- cases, read -----------------------------------------------------------------------

    def case_rows(self, project_id: int, moment: Moment) -> Sequence[CaseRow]:
        """Return every case's state at a moment."""
        return self._rows_where(lambda case: case.project_id == project_id, moment)

    def case_rows_of(self, parcel_ids: Sequence[int], moment: Moment) -> Sequence[CaseRow]:
        """Return the same for some parcels."""
        wanted = set(parcel_ids)
        return self._rows_where(lambda case: case.parcel_id in wanted, moment)

    def cases_of_parcel(self, parcel_id: int) -> Sequence[Case]:
        """Return the present cases of a parcel."""
        return [self._case(case, NOW) for case in self._cases.values() if case.parcel_id == parcel_id]

    def case_file(self, case_id: int, moment: Moment) -> CaseFile:
        """Return one case with its history."""
        self._count()
        case = self._cases.get(case_id)
        if case is None or not _known(case.seq, moment):
            raise UnknownCase(case_id)
        happened = {row.id for row in case.events if _happened(row.occurred_on, moment)}
        events = [row for row in case.events if row.id in happened or row.corrects in happened]
        shown = [row for row in _ordered(events) if _known(row.seq, moment)]
        claimant = None if case.claimant_id is None else self._claimants[case.claimant_id]
        return CaseFile(self._case(case, moment), claimant, shown, _obstacles(case, moment))

    def events_of_project(self, project_id: int, moment: Moment) -> Sequence[CaseEvent]:
        """Return the counting events that move a state, in order."""
        cases = [case for case in self._cases.values() if case.project_id == project_id]
        rows = [row for case in cases for row in _counting(case, moment) if row.to_state is not None]
        roots = {key: root for case in cases for key, root in _roots(case.events).items()}
        return sorted(rows, key=lambda row: (row.occurred_on, roots[row.id]))

    def claimant_count(self, project_id: int) -> int:
        """Return how many claimants a project has."""
        return sum(row.project_id == project_id for row in self._claimants.values())

    def obstacles_of_project(self, project_id: int, moment: Moment) -> Sequence[Obstacle]:
        """Return the obstacles known at a moment."""
        cases = [case for case in self._cases.values() if case.project_id == project_id]
        return sorted((row for case in cases for row in _obstacles(case, moment)), key=lambda row: row.id)

    # ---- cases, written --------------------------------------------------------------------

    def check_version(self, case_id: int, expected_version: int) -> None:
        """Refuse a stale reader."""
        with self._lock:
            self._claim(case_id, expected_version)

    def record_event(self, writer: Writer, event: NewCaseEvent, *, expected_version: int, state: str) -> CaseEvent:
        """Record an event."""
        with self._write(writer, "record_event", f"case:{event.case_id}", asdict(event)) as seq:
            case = self._claim(event.case_id, expected_version)
            wrong = self._to_correct(case, event.corrects)
            row = CaseEvent(
                **asdict(event),
                id=self._next("event"),
                recorded_at=self._journal[-1].recorded_at,
                recorded_by=writer.actor,
                from_state=case.state if wrong is None else wrong.from_state,
                seq=seq,
            )
            case.events.append(row)
            case.state = state
            self._touch(case, seq)
            return row

    def open_obstacle(self, writer: Writer, obstacle: NewObstacle, *, expected_version: int) -> Obstacle:
        """Record an obstacle."""
        with self._write(writer, "open_obstacle", f"case:{obstacle.case_id}", asdict(obstacle)) as seq:
            case = self._claim(obstacle.case_id, expected_version)
            row = Obstacle(
                **asdict(obstacle),
                id=self._next("obstacle"),
                until_on=None,
                closing_note="",
                recorded_at=self._journal[-1].recorded_at,
                recorded_by=writer.actor,
                seq=seq,
            )
            case.obstacles.append(row)
            self._touch(case, seq)
            return row

    def close_obstacle(
        self, writer: Writer, obstacle_id: int, *, until_on: date, note: str, expected_version: int
    ) -> Obstacle:
        """Record that an obstacle ended."""
        found = [case for case in self._cases.values() if any(row.id == obstacle_id for row in case.obstacles)]
        if not found:
            raise UnknownObstacle(obstacle_id)
        content = {"obstacle_id": obstacle_id, "until_on": until_on, "note": note}
        with self._write(writer, "close_obstacle", f"case:{found[0].id}", content) as seq:
            case = self._claim(found[0].id, expected_version)
            if obstacle_id in case.closings:
                raise ObstacleAlreadyClosed(obstacle_id)
            case.closings[obstacle_id] = (seq, until_on, note)
            self._touch(case, seq)
            return next(row for row in _obstacles(case, NOW) if row.id == obstacle_id)

    def take_over_history(self, writer: Writer, writes: Iterable[NewCaseEvent | NewObstacle | ObstacleEnd]) -> int:
        """Record many writes; a failure takes all of them back."""
        with self._lock:
            kept = copy.deepcopy((self._cases, self._journal, self._changes))
            try:
                return sum(self._write_one(writer, write) for write in writes)
            except BaseException:
                self._cases, self._journal, self._changes = kept
                raise

    def _write_one(self, writer: Writer, write: NewCaseEvent | NewObstacle | ObstacleEnd) -> int:
        case = self._cases.get(write.case_id)
        if case is None:
            raise UnknownCase(write.case_id)
        if isinstance(write, NewCaseEvent):
            state = write.to_state or case.state
            self.record_event(writer, write, expected_version=case.version, state=state)
        elif isinstance(write, NewObstacle):
            self.open_obstacle(writer, write, expected_version=case.version)
        else:
            found = [row for row in _obstacles(case, NOW) if row.kind == write.kind and row.until_on is None]
            if not found:
                raise UnknownObstacle(0)
            self.close_obstacle(
                writer, found[0].id, until_on=write.until_on, note=write.note, expected_version=case.version
            )
        return 1

    # ---- inside ----------------------------------------------------------------------------

    def _count(self) -> None:
        self.calls += 1

    def _next(self, table: str) -> int:
        return next(self._ids.setdefault(table, count(1)))

    @contextmanager
    def _write(self, writer: Writer, action: str, subject: str, content: Mapping[str, object]) -> Iterator[int]:
        """Hold the lock and write the journal entry, which is taken back when the write fails."""
        self._count()
        with self._lock:
            last = self._journal[-1] if self._journal else None
            now = self.clock.now() if last is None else max(self.clock.now(), last.recorded_at)
            text = json.dumps(content, default=str, sort_keys=True, ensure_ascii=False)
            prev_hash = last.hash if last else ""
            digest = hashlib.sha256(f"{prev_hash}{now}{action}{subject}{text}".encode()).hexdigest()
            seq = len(self._journal) + 1
            entry = JournalEntry(seq, now, writer.actor, writer.door, action, subject, text, prev_hash, digest)
            self._journal.append(entry)
            try:
                yield seq
            except BaseException:
                self._journal.pop()
                raise

    def _open(self, project: NewProject, seq: int) -> Project:
        if project.code in self._projects:
            raise ProjectExists(project.code)
        opened = Project(id=self._next("project"), **asdict(project))
        self._projects[project.code] = opened
        self._project_seq[opened.id] = seq
        return opened

    def _check_keys(self, project: NewProject | Project, new: Sequence[NewParcel], source: ImportSource) -> None:
        if isinstance(project, NewProject):
            if project.code in self._projects:
                raise ProjectExists(project.code)
            standing = set()
        else:
            if self.project(project.code).archived_on is not None:
                raise ProjectArchived(project.code)
            standing = {row.key for row in self._parcels.values() if row.project_id == project.id}
        for parcel in new:
            if parcel.key in standing:
                raise DuplicateParcel(source.file_name, source.layer, 0, parcel.key.sheet, parcel.key.number)
            standing.add(parcel.key)

    def _add_parcel(self, owner: Project, new: NewParcel, seq: int) -> None:
        parcel = Parcel(
            id=self._next("parcel"),
            project_id=owner.id,
            key=new.key,
            land_types=new.land_types,
            land_circular="",
            registered_area_m2=new.registered_area_m2,
            measured_area_m2=new.measured_area_m2,
            recovered_area_m2=new.recovered_area_m2,
            geometry=new.geometry,
            label_point=new.geometry.representative_point(),
        )
        self._parcels[parcel.id] = parcel
        case = _Case(self._next("case"), owner.id, parcel.id, self._claimant(owner, new), seq)
        self._cases[case.id] = case

    def _claimant(self, owner: Project, new: NewParcel) -> int | None:
        if new.holder_name is None:
            return None
        key = (owner.id, new.holder_name.casefold(), (new.holder_address or "").casefold())
        for row in self._claimants.values():
            if (row.project_id, row.name.casefold(), (row.address or "").casefold()) == key:
                return row.id
        claimant_id = self._next("claimant")
        self._claimants[claimant_id] = Claimant(
            id=claimant_id, project_id=owner.id, kind="household", name=new.holder_name, address=new.holder_address
        )
        return claimant_id

    def _draw_boundary(self, owner: Project, seq: int) -> None:
        union = unary_union([row.geometry for row in self._parcels.values() if row.project_id == owner.id])
        parts = union.geoms if isinstance(union, MultiPolygon) else [union]
        self._projects[owner.code] = replace(
            self._projects[owner.code], boundary=MultiPolygon(list(parts)), geometry_version=seq
        )

    def add_case(self, parcel_id: int, holder_name: str | None) -> Case:
        """Give a parcel one more case, as a second holder will get one."""
        parcel = self._parcels[parcel_id]
        owner = next(row for row in self._projects.values() if row.id == parcel.project_id)
        new = NewParcel(
            key=parcel.key,
            land_types=parcel.land_types,
            registered_area_m2=None,
            measured_area_m2=parcel.measured_area_m2,
            recovered_area_m2=None,
            geometry=parcel.geometry,
            holder_name=holder_name,
        )
        case = _Case(self._next("case"), owner.id, parcel_id, self._claimant(owner, new), self.last_seq())
        self._cases[case.id] = case
        return self._case(case, NOW)

    def _claim(self, case_id: int, expected_version: int) -> _Case:
        case = self._cases.get(case_id)
        if case is None:
            raise UnknownCase(case_id)
        owner = next(row for row in self._projects.values() if row.id == case.project_id)
        if owner.archived_on is not None:
            raise ProjectArchived(owner.code)
        if case.version != expected_version:
            newer = [_written(case, seq) for version, seq in case.writes if version > expected_version]
            # An obstacle opened and closed since then is one record, as it stands now.
            theirs = tuple(row for place, row in enumerate(newer) if row not in newer[place + 1 :])
            raise StaleRecord(case_id, expected_version, case.version, case.state, theirs)
        return case

    def _touch(self, case: _Case, seq: int) -> None:
        case.version += 1
        case.writes.append((case.version, seq))
        code = next(row.code for row in self._projects.values() if row.id == case.project_id)
        self._changes.append(ParcelChange(seq, code, case.parcel_id))

    def _to_correct(self, case: _Case, event_id: int | None) -> CaseEvent | None:
        if event_id is None:
            return None
        if any(row.corrects == event_id for row in case.events):
            raise UnknownCaseEvent(event_id)
        for row in case.events:
            if row.id == event_id:
                return row
        raise UnknownCaseEvent(event_id)

    def _rows_where(self, wanted: Callable[[_Case], bool], moment: Moment) -> Sequence[CaseRow]:
        self._count()
        cases = [case for case in self._cases.values() if wanted(case) and _known(case.seq, moment)]
        return [self._row(case, moment) for case in sorted(cases, key=lambda case: (case.parcel_id, case.id))]

    def _row(self, case: _Case, moment: Moment) -> CaseRow:
        moves = [row for row in _counting(case, moment) if row.to_state is not None]
        state = moves[-1].to_state if moves else INITIAL_STATE
        assert state is not None
        since = moves[-1].occurred_on if moves else None
        open_obstacles = sum(row.until_on is None for row in _obstacles(case, moment))
        return CaseRow(case.id, case.parcel_id, case.claimant_id, state, since, open_obstacles)

    def _case(self, case: _Case, moment: Moment) -> Case:
        row = self._row(case, moment)
        return Case(
            id=case.id,
            project_id=case.project_id,
            parcel_id=case.parcel_id,
            claimant_id=case.claimant_id,
            state=row.state,
            state_since=row.state_since,
            version=case.version,
        )


def _fits(key: ParcelKey, wanted: ParcelKey) -> bool:
    return wanted.commune_code in ("", key.commune_code) and (key.sheet, key.number) == (wanted.sheet, wanted.number)


def _known(seq: int, moment: Moment) -> bool:
    return moment.known_seq is None or seq <= moment.known_seq


def _happened(on: date, moment: Moment) -> bool:
    return moment.as_of is None or on <= moment.as_of


def _roots(events: Iterable[CaseEvent]) -> dict[int, int]:
    roots: dict[int, int] = {}
    for row in sorted(events, key=lambda row: row.id):
        roots[row.id] = row.id if row.corrects is None else roots[row.corrects]
    return roots


def _ordered(events: Iterable[CaseEvent]) -> Sequence[CaseEvent]:
    rows = list(events)
    firsts = {row.id: row.corrects for row in rows}

    def root(key: int) -> int:
        before = firsts.get(key)
        return key if before is None else root(before)

    return sorted(rows, key=lambda row: (row.occurred_on, root(row.id), row.id))


def _counting(case: _Case, moment: Moment) -> Sequence[CaseEvent]:
    known = [row for row in case.events if _known(row.seq, moment)]
    corrected = {row.corrects for row in known}
    return [
        row
        for row in _ordered(known)
        if row.id not in corrected and not row.withdraws and _happened(row.occurred_on, moment)
    ]


def _obstacles(case: _Case, moment: Moment) -> Sequence[Obstacle]:
    rows = []
    for row in case.obstacles:
        if not _known(row.seq, moment) or not _happened(row.from_on, moment):
            continue
        seq, until_on, note = case.closings.get(row.id, (0, None, ""))
        if until_on is not None and _known(seq, moment) and _happened(until_on, moment):
            rows.append(replace(row, until_on=until_on, closing_note=note))
        else:
            rows.append(row)
    return rows


def _written(case: _Case, seq: int) -> CaseEvent | Obstacle:
    for event in case.events:
        if event.seq == seq:
            return event
    closed = {found[0]: obstacle_id for obstacle_id, found in case.closings.items()}
    return next(row for row in _obstacles(case, NOW) if row.seq == seq or row.id == closed.get(seq))
