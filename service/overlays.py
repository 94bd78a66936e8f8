"""Overlays of the map as GeoJSON, fetched by address and kept by the browser."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from layers import overlays
from monitoring import operations
from service.answers import answer, body_of
from service.context import NO_CACHE, ServiceContext
from service.errors import refused

GEOJSON: Final = "application/geo+json"
BOUNDARY: Final = "boundary"


def overlay(context: ServiceContext, request: Request) -> Response:
    """Answer ``/overlays/{name}.geojson``: a shipped overlay, or ``boundary`` with ``?project=CODE``."""
    name = str(request.path_params["name"])
    if name == BOUNDARY:
        return _boundary(context, request)
    if name not in overlays.NAMES:
        return refused(request, 404, "UnknownOverlay", "There is no such overlay.")
    body = context.answers.get(("overlay", name), lambda: body_of(overlays.overlay_bytes(name), GEOJSON))
    return answer(request, body, NO_CACHE)


def _boundary(context: ServiceContext, request: Request) -> Response:
    code = request.query_params.get("project", "")
    project = operations.get_project(context.actor, context.office, code)
    return answer(request, body_of(overlays.as_bytes(overlays.boundary_overlay(project)), GEOJSON), NO_CACHE)
