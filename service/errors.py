"""The HTTP door's table of refusals: class → status. The sentences are shared by all doors."""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response

from geodata import errors
from geodata.errors import MatbangError
from layers.sentences import sentence
from service.languages import words_of

BAD, FORBIDDEN, MISSING, CONFLICT, TOO_LARGE, UNPROCESSABLE = 400, 403, 404, 409, 413, 422
FAULT, UNAVAILABLE = 500, 503

STATUSES: Final[dict[type[MatbangError], int]] = {
    # files
    errors.FileFault: UNPROCESSABLE,
    errors.FileMissing: MISSING,
    errors.FileEmpty: UNPROCESSABLE,
    errors.FileIsStore: BAD,
    errors.FormatUnknown: UNPROCESSABLE,
    errors.ArchiveBroken: UNPROCESSABLE,
    errors.ArchiveTooLarge: TOO_LARGE,
    errors.ArchiveCrowded: TOO_LARGE,
    errors.ArchivePathEscapes: UNPROCESSABLE,
    errors.FileDamaged: UNPROCESSABLE,
    errors.PartMissing: UNPROCESSABLE,
    errors.LayerAmbiguous: UNPROCESSABLE,
    errors.LayerUnknown: UNPROCESSABLE,
    errors.FieldOptionInvalid: BAD,
    errors.CrsMissing: UNPROCESSABLE,
    errors.CrsUnknown: BAD,
    errors.LayerFault: UNPROCESSABLE,
    errors.LayerEmpty: UNPROCESSABLE,
    errors.LayerNotPolygon: UNPROCESSABLE,
    errors.FieldMissing: UNPROCESSABLE,
    errors.RowFault: UNPROCESSABLE,
    errors.GeometryMissing: UNPROCESSABLE,
    errors.GeometryInvalid: UNPROCESSABLE,
    errors.OutsideZone: UNPROCESSABLE,
    errors.ValueInvalid: UNPROCESSABLE,
    errors.DuplicateParcel: CONFLICT,
    # records
    errors.UnknownProject: MISSING,
    errors.ProjectExists: CONFLICT,
    errors.ProjectCodeInvalid: BAD,
    errors.ProjectArchived: CONFLICT,
    errors.ProjectEmpty: CONFLICT,
    errors.UnknownParcel: MISSING,
    errors.AmbiguousParcel: CONFLICT,
    errors.UnknownCase: MISSING,
    errors.UnknownObstacle: MISSING,
    errors.ObstacleAlreadyClosed: CONFLICT,
    errors.UnknownRegime: BAD,
    errors.LawDataInvalid: FAULT,
    errors.UnknownEvent: BAD,
    errors.UnknownState: BAD,
    errors.EventNotAllowed: CONFLICT,
    errors.StateNotReachable: CONFLICT,
    errors.DateInFuture: BAD,
    errors.DateBeforePrevious: CONFLICT,
    errors.DateAfterNext: CONFLICT,
    errors.CorrectionBreaksHistory: CONFLICT,
    errors.UnknownCaseEvent: MISSING,
    errors.StaleRecord: CONFLICT,
    errors.NotAllowed: FORBIDDEN,
    errors.RecordingOffInPast: CONFLICT,
    # store and drawing
    errors.StoreBusy: UNAVAILABLE,
    errors.StoreMissing: UNAVAILABLE,
    errors.StoreUnusable: UNAVAILABLE,
    errors.StoreTooNew: UNAVAILABLE,
    errors.OutputUnwritable: UNPROCESSABLE,
    errors.SnapshotFormatUnknown: BAD,
    errors.PaperUnknown: BAD,
    errors.ScaleTooLarge: UNPROCESSABLE,
    errors.BrowserLibrariesMissing: UNAVAILABLE,
}
"""A class that is not here has the status of its base class; a test keeps the table whole."""


def status_of(error: MatbangError) -> int:
    """Return the HTTP status of a refusal."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), FAULT)


def refusal(error: MatbangError, request: HTTPConnection) -> Response:
    """Return a refusal as JSON: its class, and a sentence in the reader's language."""
    status = status_of(error)
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Language"}
    if status == UNAVAILABLE:
        headers["Retry-After"] = "2"
    body = {"error": type(error).__name__, "message": sentence(error, words_of(request))}
    return JSONResponse(body, status, headers)


def refused(request: HTTPConnection, status: int, error: str, msgid: str, **values: object) -> Response:
    """Return a refusal that only this door knows: a malformed address, a tile that is not there yet."""
    body = {"error": error, "message": words_of(request).text(msgid).format(**values)}
    return JSONResponse(body, status, {"Cache-Control": "no-store", "Vary": "Accept-Language"})
