"""One small class per failure. Doors turn them into words; see the table of each door.

A class carries what a person needs to find the fault (file, layer, row, field); never personal data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from geodata.records import CaseEvent, Obstacle


class MatbangError(Exception):
    """The root of every refusal that a door must put into words."""


# ---- files -------------------------------------------------------------------------------------


@dataclass(eq=False)
class FileFault(MatbangError):
    """A file that cannot be taken in; ``file`` is its name as the person knows it."""

    file: str


class FileMissing(FileFault):
    """There is no such file."""


class FileEmpty(FileFault):
    """The file has no bytes."""


class FileIsStore(FileFault):
    """The file is the store's own: it is neither read as a survey nor written over."""


class FormatUnknown(FileFault):
    """Neither a zipped Shapefile nor a GeoPackage nor GeoJSON."""


class ArchiveBroken(FileFault):
    """Named .zip and not a zip archive, or a damaged one."""


@dataclass(eq=False)
class ArchiveTooLarge(FileFault):
    """The archive unpacks to more than is allowed."""

    unpacked_bytes: int
    limit_bytes: int


@dataclass(eq=False)
class ArchiveCrowded(FileFault):
    """The archive has more members than is allowed."""

    members: int
    limit: int


@dataclass(eq=False)
class ArchivePathEscapes(FileFault):
    """A member's path climbs out of the archive."""

    member: str


@dataclass(eq=False)
class PartMissing(FileFault):
    """A Shapefile lacks a part such as .shx, .dbf or .prj."""

    part: str


@dataclass(eq=False)
class LayerAmbiguous(FileFault):
    """The file holds several layers or Shapefiles and none was named."""

    layers: tuple[str, ...]


class FileDamaged(FileFault):
    """The file begins as it should and cannot be read to its end."""


class CrsMissing(FileFault):
    """The file does not say its coordinate system and none was given."""


@dataclass(eq=False)
class CrsUnknown(MatbangError):
    """No such coordinate system."""

    crs: str


@dataclass(eq=False)
class LayerFault(FileFault):
    """Something wrong with a layer as a whole."""

    layer: str


@dataclass(eq=False)
class LayerUnknown(LayerFault):
    """The file has no layer of this name."""

    available: tuple[str, ...]


class LayerEmpty(LayerFault):
    """The layer has no rows."""


@dataclass(eq=False)
class LayerNotPolygon(LayerFault):
    """The layer holds another kind of geometry."""

    geometry_type: str


@dataclass(eq=False)
class FieldMissing(LayerFault):
    """A field that is needed (sheet, number …) was neither found nor mapped."""

    field: str
    available: tuple[str, ...]


@dataclass(eq=False)
class RowFault(LayerFault):
    """Something wrong with one row; ``row`` counts from 1."""

    row: int


@dataclass(eq=False)
class GeometryMissing(RowFault):
    """The row has no geometry."""


@dataclass(eq=False)
class GeometryInvalid(RowFault):
    """A ring crosses itself, or the polygon is otherwise not valid."""

    explanation: str


@dataclass(eq=False)
class OutsideZone(RowFault):
    """The coordinates are far from where the declared coordinate system is used."""

    crs: str
    longitude: float
    latitude: float


@dataclass(eq=False)
class ValueInvalid(RowFault):
    """A field's value cannot be read as what it must be."""

    field: str
    value: str


@dataclass(eq=False)
class DuplicateParcel(RowFault):
    """A number repeats inside a sheet, in the file or with the project; ``row`` 0 when met in the store."""

    sheet: str
    number: str


@dataclass(eq=False)
class FieldOptionInvalid(MatbangError):
    """A field option is not ``target=source`` with a known target."""

    option: str
    targets: tuple[str, ...]


# ---- records -----------------------------------------------------------------------------------


@dataclass(eq=False)
class UnknownProject(MatbangError):
    """No project has this code."""

    code: str


@dataclass(eq=False)
class ProjectExists(MatbangError):
    """A project has this code already."""

    code: str


@dataclass(eq=False)
class ProjectCodeInvalid(MatbangError):
    """The code is not made of letters, digits, dot, dash and underscore."""

    code: str


@dataclass(eq=False)
class ProjectArchived(MatbangError):
    """The project is archived: nothing is recorded there."""

    code: str


@dataclass(eq=False)
class ProjectEmpty(MatbangError):
    """The project has no parcels, so there is nothing to draw."""

    code: str


@dataclass(eq=False)
class UnknownParcel(MatbangError):
    """No such parcel in the project."""

    project: str
    parcel: str


@dataclass(eq=False)
class AmbiguousParcel(MatbangError):
    """Several communes or holders fit; name one."""

    project: str
    parcel: str
    choices: tuple[str, ...]


@dataclass(eq=False)
class UnknownCase(MatbangError):
    """No such case."""

    case_id: int


@dataclass(eq=False)
class UnknownObstacle(MatbangError):
    """No such obstacle."""

    obstacle_id: int


@dataclass(eq=False)
class ObstacleAlreadyClosed(MatbangError):
    """The obstacle was closed before."""

    obstacle_id: int


@dataclass(eq=False)
class UnknownEvent(MatbangError):
    """The workflow has no such event."""

    event: str


@dataclass(eq=False)
class UnknownState(MatbangError):
    """The workflow has no such state."""

    state: str


@dataclass(eq=False)
class EventNotAllowed(MatbangError):
    """The event does not belong to the case's present state; ``allowed`` are the ones that do."""

    event: str
    state: str
    allowed: tuple[str, ...]


@dataclass(eq=False)
class StateNotReachable(MatbangError):
    """No single event leads from the present state to this one, or more than one does."""

    state: str
    present: str
    reachable: tuple[str, ...]


@dataclass(eq=False)
class DateInFuture(MatbangError):
    """The date has not come yet."""

    on: date
    today: date


@dataclass(eq=False)
class DateBeforePrevious(MatbangError):
    """The date lies before the event that came before."""

    on: date
    previous: date


@dataclass(eq=False)
class DateAfterNext(MatbangError):
    """A correction's date lies after the event that followed."""

    on: date
    next: date


@dataclass(eq=False)
class CorrectionBreaksHistory(MatbangError):
    """Later events build on the one to be corrected; correct those first."""

    event_id: int


@dataclass(eq=False)
class UnknownCaseEvent(MatbangError):
    """No such event in the case's history, or it was corrected already."""

    event_id: int


@dataclass(eq=False)
class StaleRecord(MatbangError):
    """Somebody else wrote to the case since it was read; ``theirs`` is what they recorded."""

    case_id: int
    seen_version: int
    present_version: int
    present_state: str
    theirs: tuple[CaseEvent | Obstacle, ...]


@dataclass(eq=False)
class NotAllowed(MatbangError):
    """The actor lacks the right for this operation."""

    actor: str
    operation: str


@dataclass(eq=False)
class RecordingOffInPast(MatbangError):
    """A past date is shown: recording is off until one goes back to today."""

    as_of: date


@dataclass(eq=False)
class UnknownRegime(MatbangError):
    """The workflow has no such legal regime; ``known`` are the ones that it has."""

    regime: str
    known: tuple[str, ...]


@dataclass(eq=False)
class LawDataInvalid(MatbangError):
    """A shipped table of rules does not hold together; ``row`` names where."""

    table: str
    row: str
    explanation: str


# ---- store and drawing -------------------------------------------------------------------------


@dataclass(eq=False)
class StoreBusy(MatbangError):
    """Another program holds the store locked for too long."""

    store: str


@dataclass(eq=False)
class StoreMissing(MatbangError):
    """There is no store at this address yet, and the operation is not one that makes it."""

    store: str


@dataclass(eq=False)
class StoreUnusable(MatbangError):
    """The store cannot be opened or written: read-only, full disk, not a Mặt Bằng file."""

    store: str
    explanation: str


@dataclass(eq=False)
class StoreTooNew(MatbangError):
    """The store was written by a newer release."""

    store: str
    found: int
    supported: int


@dataclass(eq=False)
class OutputUnwritable(FileFault):
    """The file that should be made cannot be written: no such folder, no right, no room."""

    explanation: str


@dataclass(eq=False)
class SnapshotFormatUnknown(MatbangError):
    """No snapshot is made in this format."""

    format: str
    known: tuple[str, ...]


@dataclass(eq=False)
class PaperUnknown(MatbangError):
    """No such paper size."""

    paper: str
    known: tuple[str, ...]


@dataclass(eq=False)
class ScaleTooLarge(MatbangError):
    """The project does not fit on the paper at this scale; ``fitting`` is the largest that does."""

    scale: int
    fitting: int


@dataclass(eq=False)
class BrowserLibrariesMissing(MatbangError):
    """The browser libraries were not brought in; ``make run`` or ``npm ci`` does it."""

    missing: tuple[str, ...]
