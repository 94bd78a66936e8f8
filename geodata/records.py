"""The records of the field, as frozen values. Field names carry unit and axis.

All geometries are WGS 84 (EPSG:4326, longitude latitude) unless a name says otherwise. Areas are
square metres, measured in the project's survey coordinate system. Money is integer đồng.
``*_on`` fields are legal dates in Asia/Ho_Chi_Minh; ``recorded_at`` is UTC and stamped by the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry


class Certainty(StrEnum):
    """How far a place can be trusted."""

    OFFICIAL = "official"
    SOURCED = "sourced"
    UNCERTAIN = "uncertain"
    ILLUSTRATIVE = "illustrative"


class Position(StrEnum):
    """How exactly a place is located."""

    EXACT = "exact"
    COMMUNE = "commune"
    DISTRICT = "district"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LngLatBbox:
    """A rectangle in WGS 84 degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Moment:
    """What had happened by ``as_of``, as far as the journal knew it at ``known_seq``.

    ``as_of`` None means today, as the present projection has it; ``known_seq`` None means all that is recorded.
    """

    as_of: date | None = None
    known_seq: int | None = None

    @property
    def is_now(self) -> bool:
        """Whether this is the present, with everything recorded."""
        return self.as_of is None and self.known_seq is None


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, and through which door: page, http, terminal, import."""

    actor: str
    door: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A clearance project (dự án, công trình)."""

    id: int
    code: str
    name: str
    owner: str | None = None
    commune_code: str | None = None
    boundary: MultiPolygon | None = None
    survey_epsg: int = 9218
    regime: str
    regime_reason: str
    planned_start_on: date | None = None
    planned_end_on: date | None = None
    budget_vnd: int | None = None
    illustrative: bool = False
    archived_on: date | None = None
    geometry_version: int = 0
    """Journal seq of the last write that changed parcel geometry; names the tiles of this project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProject:
    """What a person enters to open a project."""

    code: str
    name: str
    owner: str | None = None
    commune_code: str | None = None
    survey_epsg: int = 9218
    regime: str
    regime_reason: str
    planned_start_on: date | None = None
    planned_end_on: date | None = None
    budget_vnd: int | None = None
    illustrative: bool = False


@dataclass(frozen=True, slots=True, order=True)
class ParcelKey:
    """What names a parcel inside a project: the number is unique only inside one sheet of one commune."""

    commune_code: str
    """Code of the present commune (2025), or "" while it is unknown."""
    sheet: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParcel:
    """One surveyed parcel, checked, ready to be stored."""

    key: ParcelKey
    land_types: str
    """As written by the surveyor, for example ``ONT+CLN``."""
    registered_area_m2: float | None
    measured_area_m2: float
    recovered_area_m2: float | None
    geometry: Polygon | MultiPolygon
    holder_name: str | None = None
    """None while the holder is unknown: then one case with an unknown holder is opened."""
    holder_address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel (thửa đất)."""

    id: int
    project_id: int
    key: ParcelKey
    land_types: str
    land_circular: str
    registered_area_m2: float | None
    measured_area_m2: float
    recovered_area_m2: float | None
    geometry: Polygon | MultiPolygon
    label_point: Point
    parent_id: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def figure_area_m2(self) -> float:
        """The area that counts in figures: recovered, or measured until it is entered."""
        return self.measured_area_m2 if self.recovered_area_m2 is None else self.recovered_area_m2


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """A parcel without its geometry, for figures and lists."""

    id: int
    key: ParcelKey
    land_types: str
    area_m2: float
    """As :attr:`Parcel.figure_area_m2`."""
    area_is_measured: bool


@dataclass(frozen=True, slots=True)
class CaseRow:
    """The state of one case at a moment, for figures and statuses."""

    case_id: int
    parcel_id: int
    claimant_id: int | None
    state: str
    state_since: date | None
    open_obstacles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """A person, household or organisation whose land is recovered (người có đất thu hồi)."""

    id: int
    project_id: int
    kind: str
    name: str
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A parcel and its holder (hồ sơ). The workflow's states belong to it."""

    id: int
    project_id: int
    parcel_id: int
    claimant_id: int | None
    state: str
    state_since: date | None
    version: int
    """Grows by one with every write to the case; a writer names the one that it saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCaseEvent:
    """An event of the workflow that a person wants to record for a case."""

    case_id: int
    event: str
    occurred_on: date
    note: str = ""
    document: str = ""
    to_state: str | None = None
    """The state that the event leads to, None if it moves none."""
    corrects: int | None = None
    """Id of the event that this one replaces; the wrong one stays readable and counts no more."""
    withdraws: bool = False
    """With ``corrects``: the wrong event did not happen at all, nothing takes its place."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """A recorded event (việc đã làm)."""

    id: int
    case_id: int
    event: str
    occurred_on: date
    recorded_at: datetime
    recorded_by: str
    note: str
    document: str
    from_state: str | None
    to_state: str | None
    corrects: int | None
    withdraws: bool
    reason: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewObstacle:
    """What holds a case up (vướng mắc), as a person enters it."""

    case_id: int
    kind: str
    waits_for: str
    asked: str = ""
    asked_on: date | None = None
    answer_due_on: date | None = None
    from_on: date
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """A recorded obstacle; open while ``until_on`` is None."""

    id: int
    case_id: int
    kind: str
    waits_for: str
    asked: str
    asked_on: date | None
    answer_due_on: date | None
    from_on: date
    until_on: date | None
    note: str
    closing_note: str
    recorded_at: datetime
    recorded_by: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObstacleEnd:
    """The end of the open obstacle of a kind in a case, where its id is not known yet (a history taken over)."""

    case_id: int
    kind: str
    until_on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class ImportSource:
    """The file that an import came from."""

    file_name: str
    sha256: str
    layer: str
    crs: str
    encoding: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did."""

    project_code: str
    rows_read: int
    parcels_added: int
    claimants_added: int
    cases_opened: int
    area_m2: float
    seq: int


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One past import, for the import page's first line."""

    seq: int
    project_code: str
    recorded_at: datetime
    file_name: str
    rows_read: int
    parcels_added: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An S&T asset: site, transfer site or geographic-indication area."""

    id: str
    layer: str
    """``st_site``, ``transfer_site`` or ``gi_area``."""
    name: str
    geometry: BaseGeometry | None
    certainty: Certainty
    position: Position
    located_by: str
    """Name of the commune or old district that stands in for an unknown point, else ""."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminUnit:
    """An administrative unit; ``valid_to`` None while it exists."""

    code: str
    level: str
    name: str
    geometry: MultiPolygon | None
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One write, as the journal keeps it. ``content`` is canonical JSON text, hashed as stored."""

    seq: int
    recorded_at: datetime
    actor: str
    door: str
    action: str
    subject: str
    content: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class ParcelChange:
    """A parcel touched by a journal entry, for live maps."""

    seq: int
    project_code: str
    parcel_id: int


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One case with all that is recorded of it at a moment."""

    case: Case
    claimant: Claimant | None
    events: Sequence[CaseEvent]
    """Ordered by occurrence, then by recording; corrected and withdrawn ones included."""
    obstacles: Sequence[Obstacle]
