"""Refuses whoever calls this server by a name that is not this machine's, while no account exists.

Listening on loopback keeps other machines out, but not a web page in the same browser whose own name is made to
point at 127.0.0.1 (DNS rebinding): its requests carry its own name in ``Host``. Websockets are covered too.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from service.hosts import host_of, is_loopback

REFUSAL: Final = (
    "Máy chủ này chỉ trả lời trên chính máy đang chạy nó: hãy mở http://127.0.0.1.\n"
    "This server answers only on the machine it runs on: open http://127.0.0.1.\n"
)
MISDIRECTED: Final = 421


class LoopbackGuard:
    """ASGI middleware: ``st.App(…, middleware=[Middleware(LoopbackGuard)])``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when its ``Host`` is this machine, else refuse it."""
        if scope["type"] not in {"http", "websocket"} or self._is_local(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(REFUSAL, MISDIRECTED)(scope, receive, send)

    @staticmethod
    def _is_local(scope: Scope) -> bool:
        """Return whether the one Host header names this machine; several, or none, is nobody's browser."""
        hosts = Headers(scope=scope).getlist("host")
        return len(hosts) == 1 and is_loopback(host_of(hosts[0]))
