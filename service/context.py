"""What the routes work with, and how a request becomes an answer or a refusal in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from geodata.errors import MatbangError
from geodata.tile_builds import TileBuilds
from layers.assets import ASSETS, Assets
from monitoring.office import Office
from monitoring.permissions import Actor
from service.answers import AnswerCache
from service.errors import refusal
from service.live import LiveHub


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """What the door provides once for the whole process."""

    office: Office
    actor: Actor
    tiles: TileBuilds
    live: LiveHub
    assets: Assets = ASSETS
    answers: AnswerCache = field(default_factory=AnswerCache)

    async def close(self) -> None:
        """End the event streams and the children that draw tiles; the store is the door's to close."""
        await self.live.close()
        self.tiles.close()


class _Provided:
    context: ServiceContext | None = None


def provide(context: ServiceContext) -> None:
    """Give the routes their context; called by the door before the first request."""
    _Provided.context = context


def current() -> ServiceContext:
    """Return what was provided."""
    if _Provided.context is None:
        raise RuntimeError("service.context.provide was not called by the door")
    return _Provided.context


Answer = Callable[[ServiceContext, Request], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def blocking(answer: Answer, context: ServiceContext | None) -> Endpoint:
    """Return an endpoint that works in a thread, since the store blocks, and puts refusals into words."""

    async def endpoint(request: Request) -> Response:
        try:
            return await run_in_threadpool(answer, context or current(), request)
        except MatbangError as error:
            return refusal(error, request)

    return endpoint


def project_code(request: Request) -> str:
    """Return the project's code from the path."""
    return str(request.path_params["project"])


NO_CACHE: Final[Mapping[str, str]] = {"Cache-Control": "no-cache"}
"""Kept by the browser, and asked for again each time (with its ETag)."""
IMMUTABLE: Final[Mapping[str, str]] = {"Cache-Control": "public, max-age=31536000, immutable"}
"""The address names the content: never asked for again."""
NO_STORE: Final[Mapping[str, str]] = {"Cache-Control": "no-store"}
