"""Every refusal in words: one table, class to sentence, that all doors share.

A door adds what only it needs (an HTTP status, an exit code, a button). The sentences carry no personal data
beyond what the error itself holds, and stay on one line whatever a file or a person put into the error.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, Protocol

from babel.numbers import format_decimal

from geodata import errors
from geodata.errors import MatbangError

LONGEST_VALUE: Final = 120
"""Characters of a value (a file name, a field's content) that a sentence repeats; more is cut with an ellipsis."""


class Speaker(Protocol):
    """What a sentence needs of :class:`layers.words.Words`."""

    @property
    def language(self) -> str:
        """Return ``vi`` or ``en``."""
        ...

    def text(self, msgid: str) -> str:
        """Return the message in this language, the msgid when none is known."""
        ...

    def day(self, day: date) -> str:
        """Return the date as people write it."""
        ...


SENTENCES: Final[Mapping[type[MatbangError], str]] = MappingProxyType(
    {
        # files
        errors.FileMissing: "there is no such file; check its name and folder.",
        errors.FileEmpty: "the file is empty (0 bytes); export it again from the survey program.",
        errors.FileIsStore: "this is the data file of this very program; choose another file.",
        errors.FormatUnknown: "this is neither a zipped Shapefile nor a GeoPackage nor GeoJSON.",
        errors.ArchiveBroken: "this is not a zip archive, or it is damaged; pack the Shapefile again.",
        errors.ArchiveTooLarge: "the archive unpacks to {unpacked_bytes}, more than the {limit_bytes} allowed.",
        errors.ArchiveCrowded: "the archive has {members} members, more than the {limit} allowed.",
        errors.ArchivePathEscapes: "the path “{member}” climbs out of the archive; such a file is not opened.",
        errors.PartMissing: "the Shapefile lacks its {part} part; put all its parts into the zip.",
        errors.LayerAmbiguous: "the file holds several layers ({layers}); name one of them.",
        errors.LayerUnknown: "the file has no such layer; it has: {available}.",
        errors.FileDamaged: "the file is damaged: it cannot be read to its end; export it again.",
        errors.CrsMissing: "the file does not say its coordinate system; name it, for example EPSG:9218.",
        errors.CrsUnknown: "There is no coordinate system “{crs}”; write it like EPSG:9218.",
        errors.LayerEmpty: "the layer has no rows.",
        errors.LayerNotPolygon: "the layer holds {geometry_type}, but parcels are polygons.",
        errors.FieldMissing: (
            "no field gives “{field}”; say which one does, or give a constant. The file has: {available}."
        ),
        errors.GeometryMissing: "the row has no shape.",
        errors.GeometryInvalid: "the shape is not valid: {explanation}. Correct it in the survey program.",
        errors.OutsideZone: (
            "the coordinates lie at longitude {longitude}, latitude {latitude}, far from where {crs} is used; "
            "the coordinate system is probably another one."
        ),
        errors.ValueInvalid: "field “{field}” holds “{value}”, which cannot be read.",
        errors.DuplicateParcel: "parcel number {number} appears more than once on sheet {sheet}.",
        errors.FieldOptionInvalid: (
            "“{option}” does not map a field; write it like number=SOTHUA, number=:row or sheet=:1, "
            "with one of: {targets}."
        ),
        # records
        errors.UnknownProject: "There is no project with the code “{code}”.",
        errors.ProjectExists: "There is a project with the code “{code}” already; choose another code.",
        errors.ProjectCodeInvalid: (
            "The project code “{code}” is not possible: use letters without accents, digits, dot, dash and underscore."
        ),
        errors.ProjectArchived: "Project “{code}” is archived: nothing more is recorded in it.",
        errors.ProjectEmpty: "Project “{code}” has no parcels yet; import them first.",
        errors.UnknownParcel: "There is no parcel {parcel} in project “{project}”.",
        errors.AmbiguousParcel: "Several fit parcel {parcel} in project “{project}”; name one of: {choices}.",
        errors.UnknownCase: "There is no case with the number {case_id}.",
        errors.UnknownObstacle: "There is no obstacle with the number {obstacle_id}.",
        errors.ObstacleAlreadyClosed: "This obstacle has been closed already.",
        errors.UnknownEvent: "The workflow has no event “{event}”.",
        errors.UnknownState: "The workflow has no state “{state}”.",
        errors.EventNotAllowed: "“{event}” does not follow from the present state “{state}”. Possible now: {allowed}.",
        errors.StateNotReachable: (
            "No single event leads from “{present}” to “{state}”, or more than one does. Reachable now: {reachable}."
        ),
        errors.DateInFuture: "The date {on} has not come yet; today is {today}.",
        errors.DateBeforePrevious: "The date {on} lies before what was recorded last ({previous}).",
        errors.DateAfterNext: "The date {on} lies after the event that followed ({next}).",
        errors.CorrectionBreaksHistory: "Later events build on this one; correct those first.",
        errors.UnknownCaseEvent: "This entry is not in the history, or it has been corrected already.",
        errors.StaleRecord: (
            "Somebody else has written to this case meanwhile; it is now “{present_state}”. "
            "Yours was not saved: look at both and choose."
        ),
        errors.NotAllowed: "“{actor}” has no right to do this ({operation}).",
        errors.RecordingOffInPast: "The map shows {as_of}: recording is off until you go back to today.",
        errors.UnknownRegime: "There is no legal regime “{regime}”; choose one of: {known}.",
        errors.LawDataInvalid: "The shipped table of rules “{table}” does not hold together at “{row}”: {explanation}",
        # store and drawing
        errors.StoreBusy: "Another program holds the data file locked ({store}); try again in a moment.",
        errors.StoreMissing: "There is no data file yet ({store}); “python cli.py init” makes it.",
        errors.StoreUnusable: "The data file cannot be used ({store}): {explanation}",
        errors.StoreTooNew: (
            "The data file ({store}) was written by a newer release (version {found}; this one knows {supported}); "
            "install the newer release."
        ),
        errors.OutputUnwritable: (
            "the file cannot be written ({explanation}); check the folder and the room on the disk."
        ),
        errors.SnapshotFormatUnknown: "No snapshot is made as “{format}”; choose one of: {known}.",
        errors.PaperUnknown: "There is no paper size “{paper}”; choose one of: {known}.",
        errors.ScaleTooLarge: (
            "The project does not fit on the paper at 1:{scale}; 1:{fitting} is the largest scale that fits."
        ),
        errors.BrowserLibrariesMissing: "The browser libraries are missing ({missing}); run “make run” or “npm ci”.",
    }
)
"""English sentence (the msgid) of each class. ``{name}`` is the error's field of that name."""

GEOMETRY_FAULTS: Final = (
    "Self-intersection",
    "Ring Self-intersection",
    "Hole lies outside shell",
    "Nested holes",
    "Nested shells",
    "Interior is disconnected",
    "Duplicate Rings",
    "Invalid Coordinate",
)
"""What GEOS calls the faults of a shape; each is translated."""

REFUSED: Final = "This was refused ({reason})."
"""For a class that the table does not know; a test keeps the table whole."""


def sentence(error: MatbangError, words: Speaker, labels: Mapping[str, str] | None = None) -> str:
    """Return what went wrong and where, in one line of the reader's language.

    Parameters
    ----------
    error : MatbangError
        The refusal.
    words : Speaker
        The language to speak, a :class:`layers.words.Words`.
    labels : Mapping of str to str, optional
        Label of each state and event code of the workflow, as the law has it; shown in place of the code where
        people read. The terminal leaves it out, since codes are what one types there.

    Returns
    -------
    str
        For a file: ``file, layer, row: sentence``; else the sentence alone.
    """
    template = next((SENTENCES[kind] for kind in type(error).__mro__ if kind in SENTENCES), None)
    if template is None:
        return words.text(REFUSED).format(reason=type(error).__name__)
    values = {name: _shown(name, value, words, labels or {}) for name, value in _fields(error).items()}
    said = words.text(template).format_map(values)
    where = _where(error, words)
    return f"{where}: {said}" if where else said


def _where(error: MatbangError, words: Speaker) -> str:
    """Return ``file, layer, row`` as far as the error knows them."""
    parts = []
    if isinstance(error, errors.FileFault) and error.file:
        parts.append(one_line(error.file))
    if isinstance(error, errors.LayerFault) and error.layer:
        parts.append(words.text("layer {layer}").format(layer=one_line(error.layer)))
    if isinstance(error, errors.RowFault) and error.row:
        parts.append(words.text("row {row}").format(row=error.row))
    return ", ".join(parts)


def _fields(error: MatbangError) -> dict[str, object]:
    if not dataclasses.is_dataclass(error):
        return {}
    return {field.name: getattr(error, field.name) for field in dataclasses.fields(error)}


def _shown(name: str, value: object, words: Speaker, labels: Mapping[str, str]) -> str:
    """Return one field of an error as a person reads it."""
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, tuple):
        return ", ".join(_shown(name, part, words, labels) for part in value) or "–"
    if isinstance(value, int):
        return _bytes(value, words) if name.endswith("_bytes") else str(value)
    if isinstance(value, float):
        return str(format_decimal(value, format="0.####", locale=words.language))
    text = str(value)
    if name == "explanation":
        return _explanation(text, words)
    return words.text(labels[text]) if text in labels else one_line(text)


def _explanation(text: str, words: Speaker) -> str:
    """Return why, in the reader's language; GEOS adds where: ``Self-intersection @ 456109, 1227547``."""
    kind, at, place = text.partition(" @ ")
    return f"{words.text(kind)} ({one_line(place)})" if at else one_line(words.text(text))


def _bytes(count: int, words: Speaker) -> str:
    """Return a size as people say it: ``5,4 GB``."""
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{format_decimal(size, format='#,##0.#', locale=words.language)} {unit}"


def one_line(text: str) -> str:
    """Return a value from outside without line breaks and control characters, cut to a readable length."""
    plain = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    plain = " ".join(plain.split())
    return plain if len(plain) <= LONGEST_VALUE else plain[: LONGEST_VALUE - 1] + "…"
