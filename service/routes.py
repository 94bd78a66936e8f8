"""Every address that this server answers to programs."""

from __future__ import annotations

from starlette.routing import Route

from service.assets import asset
from service.context import Answer, ServiceContext, blocking
from service.health import health
from service.overlays import overlay
from service.statuses import statuses
from service.streams import live
from service.tiles import build_state, tile


def routes(context: ServiceContext | None = None) -> list[Route]:
    """Return the routes beside the pages.

    Parameters
    ----------
    context
        What they work with; None takes, at each request, what :func:`service.context.provide` was given, so that a
        door may build its routes before it opens the store.
    """

    def route(path: str, answer: Answer, *methods: str) -> Route:
        return Route(path, blocking(answer, context), methods=methods or ("GET",))

    return [
        route("/healthz", health),
        route("/assets/{path:path}", asset),
        route("/tiles/{project}/{version:int}/{z:int}/{x:int}/{y:int}.mvt", tile),
        route("/overlays/{name}.geojson", overlay),
        route("/api/v1/projects/{project}/statuses", statuses),
        route("/api/v1/projects/{project}/tiles", build_state, "GET", "POST"),
        Route("/api/v1/projects/{project}/live", live(context), methods=("GET",)),
    ]
