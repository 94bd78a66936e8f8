"""Operations that read: projects, parcels, case files, statuses, figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from geodata.errors import AmbiguousParcel, DateInFuture, UnknownParcel
from geodata.records import (
    Case,
    CaseEvent,
    CaseFile,
    ImportRecord,
    LngLatBbox,
    Moment,
    Parcel,
    ParcelChange,
    ParcelKey,
    Project,
)
from monitoring import curve as curves
from monitoring.addresses import parcel_address
from monitoring.history import counting, standing
from monitoring.obstacles import ObstacleGroup, group_obstacles
from monitoring.office import Office
from monitoring.permissions import Actor, ensure
from monitoring.progress import (
    Figures,
    ParcelStatus,
    Progress,
    StatusArray,
    add_figures,
    figures_of,
    parcel_statuses,
    progress_of,
    status_array,
    tally,
)
from monitoring.workflow import Offer

NOW = Moment()


@dataclass(frozen=True, slots=True)
class CasePanel:
    """One case of the selected parcel, with what may be recorded next."""

    file: CaseFile
    state: str
    state_label_vi: str
    stage: str
    counting: frozenset[int]
    """Ids of the events that count; the others were corrected or withdrawn."""
    offers: Sequence[Offer]
    """What may be recorded now; empty while another moment is shown."""
    next_actor: str
    waiting_since: date | None
    """The day since which the case stands in its state."""


@dataclass(frozen=True, slots=True)
class ParcelPanel:
    """All that the panel beside the map says of one parcel."""

    project: Project
    parcel: Parcel
    status: ParcelStatus
    cases: Sequence[CasePanel]


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures over all projects that are neither illustrative nor archived."""

    projects: Sequence[str]
    figures: Figures


def list_projects(actor: Actor, office: Office, *, include_archived: bool = False) -> Sequence[Project]:
    """Return the projects that the actor has to do with, by code."""
    ensure(actor, "list_projects")
    return [row for row in office.store.projects(include_archived=include_archived) if actor.sees(row.code)]


def get_project(actor: Actor, office: Office, project: str) -> Project:
    """Return one project; raises UnknownProject."""
    ensure(actor, "get_project", project)
    return office.store.project(project)


def imports(actor: Actor, office: Office, project: str | None = None) -> Sequence[ImportRecord]:
    """Return past imports of a project, or of all that the actor sees, newest first."""
    ensure(actor, "imports", project)
    return [row for row in office.store.imports(project) if actor.sees(row.project_code)]


def moment_at(actor: Actor, office: Office, as_of: date | None = None, known_at: datetime | None = None) -> Moment:
    """Return the moment of a day and of what was recorded by an instant; today is the present.

    Raises DateInFuture.
    """
    ensure(actor, "moment_at")
    today = office.today()
    if as_of is not None and as_of > today:
        raise DateInFuture(as_of, today)
    known_seq = None if known_at is None else office.store.seq_at(known_at)
    return Moment(None if as_of == today else as_of, known_seq)


def parcels(actor: Actor, office: Office, project: str, parcel_ids: Sequence[int] | None = None) -> Sequence[Parcel]:
    """Return parcels with their geometry, all or some."""
    ensure(actor, "parcels", project)
    return office.store.parcels(office.store.project(project).id, parcel_ids)


def find_parcel(actor: Actor, office: Office, project: str, key: ParcelKey) -> Parcel:
    """Return one parcel; raises UnknownProject, UnknownParcel, AmbiguousParcel."""
    ensure(actor, "find_parcel", project)
    return office.store.find_parcel(office.store.project(project).id, key)


def parcel_at(actor: Actor, office: Office, project: str, longitude: float, latitude: float) -> Parcel | None:
    """Return the parcel that covers a WGS 84 point."""
    ensure(actor, "parcel_at", project)
    return office.store.parcel_at(office.store.project(project).id, longitude, latitude)


def project_bounds(actor: Actor, office: Office, project: str) -> LngLatBbox | None:
    """Return the extent of the project's parcels in WGS 84, None without parcels."""
    ensure(actor, "project_bounds", project)
    return office.store.project_bounds(office.store.project(project).id)


def find_case(actor: Actor, office: Office, project: str, key: ParcelKey, holder: str | None = None) -> Case:
    """Return the case of a parcel; ``holder`` (a name, or a position from 1) picks one of several.

    Raises AmbiguousParcel, whose choices are positions: a refusal names no person.
    """
    ensure(actor, "find_case", project)
    parcel = office.store.find_parcel(office.store.project(project).id, key)
    cases = office.store.cases_of_parcel(parcel.id)
    fitting = cases if holder is None else [case for case in cases if _is_held_by(office, case, holder)]
    positions = {str(position): case for position, case in enumerate(cases, start=1)}
    if not fitting and holder in positions:
        return positions[holder]
    if not fitting:
        raise UnknownParcel(project, parcel_address(key))
    if len(fitting) > 1:
        raise AmbiguousParcel(project, parcel_address(key), tuple(positions))
    return fitting[0]


def parcel_panel(actor: Actor, office: Office, project: str, parcel_id: int, moment: Moment = NOW) -> ParcelPanel:
    """Return a parcel with its case files and what may be recorded next; raises UnknownParcel."""
    ensure(actor, "parcel_panel", project)
    owner = office.store.project(project)
    found = office.store.parcels(owner.id, [parcel_id])
    if not found:
        raise UnknownParcel(project, str(parcel_id))
    rows = office.store.case_rows_of([parcel_id], moment)
    files = [office.store.case_file(row.case_id, moment) for row in rows]
    cases = [_case_panel(office, owner, file, moment) for file in files]
    return ParcelPanel(owner, found[0], parcel_statuses(office.stages, [parcel_id], rows)[0], cases)


def statuses(actor: Actor, office: Office, project: str, moment: Moment = NOW) -> StatusArray:
    """Return the compact statuses of a project with legend counts and figures."""
    ensure(actor, "statuses", project)
    owner = office.store.project(project)
    # The seq is read first: a change that comes in between is then sent once more, never missed.
    seq = office.store.last_seq() if moment.known_seq is None else moment.known_seq
    parcel_rows = office.store.parcel_rows(owner.id)
    case_rows = office.store.case_rows(owner.id, moment)
    return status_array(office.stages, owner.code, seq, _shown_on(office, moment), parcel_rows, case_rows)


def status_of_parcels(
    actor: Actor, office: Office, project: str, parcel_ids: Sequence[int], moment: Moment = NOW
) -> Sequence[ParcelStatus]:
    """Return the status of some parcels of the project, in the order asked for; others are left out."""
    ensure(actor, "status_of_parcels", project)
    here = {row.id for row in office.store.parcels(office.store.project(project).id, parcel_ids)}
    wanted = [parcel_id for parcel_id in parcel_ids if parcel_id in here]
    return parcel_statuses(office.stages, wanted, office.store.case_rows_of(wanted, moment))


def changes_since(actor: Actor, office: Office, after: int) -> Sequence[ParcelChange]:
    """Return the parcels touched by journal entries after a seq, in order, of the projects that the actor sees."""
    ensure(actor, "changes_since")
    return [row for row in office.store.changes(after=after) if actor.sees(row.project_code)]


def progress(actor: Actor, office: Office, project: str, moment: Moment = NOW) -> Progress:
    """Return how far a project is, by stage and by map sheet."""
    ensure(actor, "progress", project)
    owner = office.store.project(project)
    return progress_of(
        office.stages,
        owner.code,
        _shown_on(office, moment),
        office.store.parcel_rows(owner.id),
        office.store.case_rows(owner.id, moment),
    )


def progress_curve(actor: Actor, office: Office, project: str, moment: Moment = NOW) -> curves.ProgressCurve:
    """Return sites handed over by day, the planned line, and how far behind it the work is."""
    ensure(actor, "progress_curve", project)
    owner = office.store.project(project)
    parcel_rows = office.store.parcel_rows(owner.id)
    case_rows = office.store.case_rows(owner.id, moment)
    events = office.store.events_of_project(owner.id, moment)
    points = curves.curve(office.stages, office.workflow.initial_state, parcel_rows, case_rows, events)
    figures = figures_of(office.stages, parcel_rows, tally(office.stages, case_rows))
    return curves.drawn_curve(owner, figures, points, _shown_on(office, moment))


def totals(actor: Actor, office: Office, moment: Moment = NOW) -> Totals:
    """Return the figures over all projects; illustrative and archived ones are left out."""
    ensure(actor, "totals")
    owners = [row for row in list_projects(actor, office) if not row.illustrative]
    parts = [progress(actor, office, row.code, moment).figures for row in owners]
    return Totals([row.code for row in owners], add_figures(office.stages, parts))


def obstacles(actor: Actor, office: Office, project: str, moment: Moment = NOW) -> Sequence[ObstacleGroup]:
    """Return open obstacles by kind and by whom they wait for, the one that holds up most parcels first."""
    ensure(actor, "obstacles", project)
    owner = office.store.project(project)
    case_rows = office.store.case_rows(owner.id, moment)
    rows = office.store.obstacles_of_project(owner.id, moment)
    return group_obstacles(office.stages, case_rows, rows, _shown_on(office, moment))


# ---- inside ------------------------------------------------------------------------------------


def _shown_on(office: Office, moment: Moment) -> date:
    return office.today() if moment.as_of is None else moment.as_of


def _is_held_by(office: Office, case: Case, holder: str) -> bool:
    claimant = office.store.case_file(case.id, NOW).claimant
    return claimant is not None and claimant.name.casefold() == holder.strip().casefold()


def _case_panel(office: Office, project: Project, file: CaseFile, moment: Moment) -> CasePanel:
    workflow = office.workflow
    count = counting(file.events, moment.as_of)
    now = standing(workflow, file.events, moment.as_of)
    may_record = moment.is_now and project.archived_on is None
    return CasePanel(
        file=file,
        state=now.state,
        state_label_vi=workflow.state(now.state).label_vi,
        stage=office.stages.stage_of(now.state),
        counting=frozenset(row.id for row in count),
        offers=workflow.offers(now.state, project.regime, now.previous_state) if may_record else (),
        next_actor=workflow.next_actor(now.state, project.regime),
        waiting_since=_since(count),
    )


def _since(count: Sequence[CaseEvent]) -> date | None:
    moves = [row.occurred_on for row in count if row.to_state is not None]
    return moves[-1] if moves else None
