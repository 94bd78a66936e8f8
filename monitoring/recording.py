"""Operations that write: projects, imports, events of a case, corrections, obstacles."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date

from geodata.errors import (
    DateBeforePrevious,
    DateInFuture,
    ProjectArchived,
    ProjectCodeInvalid,
    RecordingOffInPast,
    StateNotReachable,
    UnknownCase,
    UnknownCaseEvent,
    UnknownObstacle,
)
from geodata.records import (
    CaseEvent,
    CaseFile,
    ImportResult,
    ImportSource,
    Moment,
    NewCaseEvent,
    NewObstacle,
    NewParcel,
    NewProject,
    Obstacle,
    ObstacleEnd,
    Project,
)
from monitoring.history import Correction, Standing, after_event, check_correction, check_next, standing
from monitoring.office import (
    CaseRequest,
    CorrectionRequest,
    EventRequest,
    ObstacleClosing,
    ObstacleRequest,
    Office,
    StatusRequest,
)
from monitoring.permissions import Actor, ensure

CaseWrite = NewCaseEvent | NewObstacle | ObstacleEnd
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def open_project(actor: Actor, office: Office, project: NewProject) -> Project:
    """Open a project; raises ProjectCodeInvalid, UnknownRegime, ProjectExists."""
    ensure(actor, "open_project", project.code)
    _check_new_project(office, project)
    return office.store.add_project(office.writer(actor), project)


def archive_project(actor: Actor, office: Office, project: str) -> Project:
    """Take a project out of lists and totals; it stays in history."""
    ensure(actor, "archive_project", project)
    _writable(office, project)
    return office.store.archive_project(office.writer(actor), project, office.today())


def import_parcels(
    actor: Actor, office: Office, project: NewProject | str, parcels: Iterable[NewParcel], source: ImportSource
) -> ImportResult:
    """Add surveyed parcels to a project, or to one that is opened in the same write.

    Raises UnknownProject, ProjectArchived, ProjectExists, ProjectCodeInvalid, DuplicateParcel and whatever
    reading ``parcels`` raises; then nothing is written.
    """
    code = project if isinstance(project, str) else project.code
    ensure(actor, "import_parcels", code)
    if isinstance(project, NewProject):
        ensure(actor, "open_project", code)
        _check_new_project(office, project)
    target = _writable(office, project) if isinstance(project, str) else project
    return office.store.import_parcels(office.writer(actor), target, parcels, source)


def record_event(actor: Actor, office: Office, request: EventRequest) -> CaseEvent:
    """Record what was done.

    Raises
    ------
    DateInFuture, DateBeforePrevious, UnknownEvent, EventNotAllowed, StaleRecord, UnknownProject,
    ProjectArchived, UnknownCase, RecordingOffInPast
    """
    ensure(actor, "record_event", request.project)
    project, file = _case_to_write(office, request)
    return _record(actor, office, project, file, request)


def change_status(actor: Actor, office: Office, request: StatusRequest) -> CaseEvent:
    """Record the one event that leads from the present state to another.

    Raises StateNotReachable, UnknownState and what :func:`record_event` raises.
    """
    ensure(actor, "change_status", request.project)
    office.workflow.state(request.state)
    project, file = _case_to_write(office, request)
    event = _only_event_to(office, project, file, request.state)
    wanted = EventRequest(
        project=request.project,
        case_id=request.case_id,
        event=event,
        occurred_on=request.occurred_on,
        note=request.note,
        document=request.document,
        to_state=request.state,
        expected_version=request.expected_version,
    )
    return _record(actor, office, project, file, wanted)


def correct_event(actor: Actor, office: Office, request: CorrectionRequest) -> CaseEvent:
    """Replace a wrong entry by one that names it, or withdraw it.

    Raises UnknownCaseEvent, DateInFuture, DateBeforePrevious, DateAfterNext, EventNotAllowed,
    CorrectionBreaksHistory and what :func:`record_event` raises of project and case.
    """
    ensure(actor, "correct_event", request.project)
    project, file = _case_to_write(office, request)
    wrong = next((row for row in file.events if row.id == request.corrects), None)
    if wrong is None:
        raise UnknownCaseEvent(request.corrects)
    occurred_on = request.occurred_on or wrong.occurred_on
    _not_in_future(office, occurred_on)
    correction = Correction(request.corrects, request.event, occurred_on, request.to_state)
    to_state, state = check_correction(office.workflow, project.regime, file.events, correction)
    new = NewCaseEvent(
        case_id=request.case_id,
        event=request.event or wrong.event,
        occurred_on=occurred_on,
        note=request.note,
        document=request.document,
        to_state=to_state,
        corrects=request.corrects,
        withdraws=request.event is None,
        reason=request.reason,
    )
    return office.store.record_event(office.writer(actor), new, expected_version=_version(file, request), state=state)


def open_obstacle(actor: Actor, office: Office, request: ObstacleRequest) -> Obstacle:
    """Record what holds a case up; raises DateInFuture and what :func:`record_event` raises of the case."""
    ensure(actor, "open_obstacle", request.project)
    _, file = _case_to_write(office, request)
    for on in filter(None, (request.from_on, request.asked_on)):
        _not_in_future(office, on)
    if request.asked_on is not None and request.answer_due_on is not None and request.answer_due_on < request.asked_on:
        raise DateBeforePrevious(request.answer_due_on, request.asked_on)
    new = NewObstacle(
        case_id=request.case_id,
        kind=request.kind,
        waits_for=request.waits_for,
        asked=request.asked,
        asked_on=request.asked_on,
        answer_due_on=request.answer_due_on,
        from_on=request.from_on,
        note=request.note,
    )
    return office.store.open_obstacle(office.writer(actor), new, expected_version=_version(file, request))


def close_obstacle(actor: Actor, office: Office, request: ObstacleClosing) -> Obstacle:
    """Record that an obstacle ended.

    Raises UnknownObstacle, ObstacleAlreadyClosed, DateInFuture, DateBeforePrevious (before it began) and
    what :func:`record_event` raises of the case.
    """
    ensure(actor, "close_obstacle", request.project)
    _, file = _case_to_write(office, request)
    obstacle = next((row for row in file.obstacles if row.id == request.obstacle_id), None)
    if obstacle is None:
        raise UnknownObstacle(request.obstacle_id)
    _not_in_future(office, request.until_on)
    if request.until_on < obstacle.from_on:
        raise DateBeforePrevious(request.until_on, obstacle.from_on)
    return office.store.close_obstacle(
        office.writer(actor),
        request.obstacle_id,
        until_on=request.until_on,
        note=request.note,
        expected_version=_version(file, request),
    )


def take_over_history(actor: Actor, office: Office, project: str, writes: Iterable[CaseWrite]) -> int:
    """Take over what was done before, in the order in which it was written down; return how many writes.

    One transaction: all of it or nothing. Each write is held to the same rules as one that a person makes.
    ``writes`` is walked once while the store writes, so a generator may move the office's clock.

    Raises
    ------
    DateInFuture, DateBeforePrevious, UnknownEvent, EventNotAllowed, UnknownProject, ProjectArchived,
    UnknownCase, UnknownObstacle
    """
    ensure(actor, "take_over_history", project)
    owner = _writable(office, project)
    mine = {row.case_id for row in office.store.case_rows(owner.id, Moment())}
    return office.store.take_over_history(office.writer(actor), _lawful(office, owner, mine, writes))


# ---- inside ------------------------------------------------------------------------------------


def _check_new_project(office: Office, project: NewProject) -> None:
    if not _CODE.fullmatch(project.code):
        raise ProjectCodeInvalid(project.code)
    office.workflow.regime(project.regime)


def _writable(office: Office, code: str) -> Project:
    project = office.store.project(code)
    if project.archived_on is not None:
        raise ProjectArchived(code)
    return project


def _not_in_future(office: Office, on: date) -> None:
    today = office.today()
    if on > today:
        raise DateInFuture(on, today)


def _case_to_write(office: Office, request: CaseRequest) -> tuple[Project, CaseFile]:
    """Return project and case as they are, unless somebody wrote since the person looked."""
    if request.as_of is not None and request.as_of != office.today():
        raise RecordingOffInPast(request.as_of)
    project = _writable(office, request.project)
    file = office.store.case_file(request.case_id, Moment())
    if file.case.project_id != project.id:
        raise UnknownCase(request.case_id)
    if request.expected_version is not None:
        office.store.check_version(request.case_id, request.expected_version)
    return project, file


def _version(file: CaseFile, request: CaseRequest) -> int:
    return file.case.version if request.expected_version is None else request.expected_version


def _record(actor: Actor, office: Office, project: Project, file: CaseFile, request: EventRequest) -> CaseEvent:
    office.workflow.event(request.event)
    _not_in_future(office, request.occurred_on)
    to_state = check_next(
        office.workflow, project.regime, file.events, request.event, request.occurred_on, request.to_state
    )
    new = NewCaseEvent(
        case_id=request.case_id,
        event=request.event,
        occurred_on=request.occurred_on,
        note=request.note,
        document=request.document,
        to_state=to_state,
    )
    state = to_state or standing(office.workflow, file.events).state
    return office.store.record_event(office.writer(actor), new, expected_version=_version(file, request), state=state)


def _lawful(
    office: Office, project: Project, mine: Collection[int], writes: Iterable[CaseWrite]
) -> Iterator[CaseWrite]:
    """Yield the writes with the state that each event leads to; raise at the first that may not be."""
    standings: dict[int, Standing] = {}
    for write in writes:
        if write.case_id not in mine:
            raise UnknownCase(write.case_id)
        if not isinstance(write, NewCaseEvent):
            _not_in_future(office, write.until_on if isinstance(write, ObstacleEnd) else write.from_on)
            yield write
            continue
        _not_in_future(office, write.occurred_on)
        before = standings.get(write.case_id) or _standing(office, write.case_id)
        now = after_event(office.workflow, project.regime, before, write.event, write.occurred_on, write.to_state)
        standings[write.case_id] = now
        yield replace(write, to_state=None if now.state == before.state else now.state)


def _standing(office: Office, case_id: int) -> Standing:
    return standing(office.workflow, office.store.case_file(case_id, Moment()).events)


def _only_event_to(office: Office, project: Project, file: CaseFile, state: str) -> str:
    now = standing(office.workflow, file.events)
    offers = office.workflow.offers(now.state, project.regime, now.previous_state)
    leading = [offer.event for offer in offers if offer.to_state == state]
    if len(leading) != 1:
        reachable = tuple(dict.fromkeys(offer.to_state for offer in offers if offer.to_state))
        raise StateNotReachable(state, now.state, reachable)
    return leading[0]
