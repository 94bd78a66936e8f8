"""Vector tiles by version, and how far their building is."""

from __future__ import annotations

import gzip
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from geodata.records import Project
from geodata.tile_builds import BuildFailure, BuildStage, BuildState
from monitoring import operations
from service.answers import takes_gzip
from service.context import IMMUTABLE, NO_STORE, ServiceContext, project_code
from service.errors import refused

MVT: Final = "application/vnd.mapbox-vector-tile"
NOT_YET, GONE = 503, 404
STAGES: Final[dict[BuildStage, str]] = {
    BuildStage.NONE: "This project has no parcels yet.",
    BuildStage.QUEUED: "Waiting to draw the map",
    BuildStage.READING: "Reading the parcels",
    BuildStage.PREPARING: "Preparing the parcels",
    BuildStage.DRAWING: "Drawing the map",
    BuildStage.WRITING: "Saving the map",
    BuildStage.DONE: "The map is drawn.",
}
FAILURES: Final[dict[BuildFailure, str]] = {
    BuildFailure.CRASHED: "Drawing the map broke off; nothing was lost. Try again; if it breaks off again, look at "
    "the server's log.",
    BuildFailure.DISK_FULL: "The map could not be saved: the disk is full. Make room, then try again.",
    BuildFailure.STORE: "The data file could not be read while the map was drawn. Try again in a moment.",
}


def tile(context: ServiceContext, request: Request) -> Response:
    """Answer ``/tiles/{project}/{version}/{z}/{x}/{y}.mvt``.

    The address names the geometry, so a tile never changes. 204 where nothing is drawn, 503 with the build's
    progress while the present version is being drawn, 404 for a version that there is not.
    """
    project = operations.get_project(context.actor, context.office, project_code(request))
    version, z, x, y = (int(request.path_params[name]) for name in ("version", "z", "x", "y"))
    archive = context.tiles.archive(project, version)
    if archive is None:
        return _not_there(context, request, project, version)
    content = archive.tile(z, x, y)
    if content is None:
        return Response(status_code=204, headers=IMMUTABLE)
    headers = {**IMMUTABLE, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if archive.gzipped and takes_gzip(request):
        headers["Content-Encoding"] = "gzip"
    elif archive.gzipped:
        content = gzip.decompress(content)
    return Response(content, media_type=MVT, headers=headers)


def build_state(context: ServiceContext, request: Request) -> Response:
    """Answer ``/api/v1/projects/{project}/tiles``; GET begins a missing build, POST tries a failed one again."""
    project = operations.get_project(context.actor, context.office, project_code(request))
    state = context.tiles.state(project, retry=request.method == "POST")
    return JSONResponse(_described(project, state, request), headers=NO_STORE)


def _not_there(context: ServiceContext, request: Request, project: Project, version: int) -> Response:
    if version != project.geometry_version or not version:
        return refused(request, GONE, "UnknownTiles", "There are no tiles of this version; load the map again.")
    state = context.tiles.state(project)
    status = GONE if state.word == "absent" else NOT_YET
    headers = {**NO_STORE, "Retry-After": "1"}
    return JSONResponse(_described(project, state, request), status, headers)


def _described(project: Project, state: BuildState, request: Request) -> dict[str, object]:
    from service.languages import words_of

    words = words_of(request)
    return {
        "project": project.code,
        "state": state.word,
        "ready": state.ready,
        "percent": state.percent,
        "stage": state.stage.value,
        "version": state.version,
        "error": state.failure.value or None,
        "message": words.text(FAILURES[state.failure] if state.failure else STAGES[state.stage]),
    }
