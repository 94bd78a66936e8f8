"""Whether the server can do its work."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from service.context import NO_STORE, ServiceContext


def health(context: ServiceContext, _request: Request) -> Response:
    """Answer ``/healthz``; a store that cannot be read becomes 503 with the reason in words."""
    store = context.office.store
    return JSONResponse({"status": "ok", "store": store.identity, "seq": store.last_seq()}, headers=NO_STORE)
