"""The live stream of a project as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from geodata.errors import MatbangError
from monitoring import operations
from service.context import Endpoint, ServiceContext, current, project_code
from service.errors import refusal
from service.live import LiveEvent

HEARTBEAT_S: Final = 15
SEND_TIMEOUT_S: Final = 60
"""A browser that takes nothing for so long is gone; it comes back by itself and catches up."""
RETRY_MS: Final = 1000
GOODBYE_S: Final = 1.0
"""A server that is told to end waits so long at most for its streams to end themselves."""


def live(context: ServiceContext | None) -> Endpoint:
    """Return the endpoint ``/api/v1/projects/{project}/live``.

    Resumed by the ``Last-Event-ID`` header, or ``?last_event_id=`` for a tab that takes over; the later one counts.
    """

    async def endpoint(request: Request) -> Response:
        present = context or current()
        code = project_code(request)
        try:
            await run_in_threadpool(operations.get_project, present.actor, present.office, code)
        except MatbangError as error:
            return refusal(error, request)
        stop = anyio.Event()
        return EventSourceResponse(
            _spoken(present.live.stream(code, last_seen(request), stop)),
            ping=HEARTBEAT_S,
            send_timeout=SEND_TIMEOUT_S,
            sep="\n",
            shutdown_event=stop,
            shutdown_grace_period=GOODBYE_S,
        )

    return endpoint


async def _spoken(events: AsyncGenerator[LiveEvent, None]) -> AsyncGenerator[ServerSentEvent, None]:
    async with aclosing(events):
        yield ServerSentEvent(comment="live", retry=RETRY_MS)
        async for event in events:
            yield ServerSentEvent(data=event.data, event=event.name, id=str(event.seq))


def last_seen(request: Request) -> int | None:
    """Return the seq that the browser saw last, None when it names none."""
    named = (request.headers.get("last-event-id", ""), request.query_params.get("last_event_id", ""))
    seqs = [int(text) for text in named if text.isascii() and text.isdecimal() and len(text) < 19]
    return max(seqs, default=None)
