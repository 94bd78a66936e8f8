"""Answers that are made once: bodies with their ETag, kept by all that decides them."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

KEPT_BYTES: Final = 32 * 1024 * 1024
SMALLEST_PACKED: Final = 1000
PACKING: Final = 5
ALREADY_PACKED: Final = ("image/png", "font/woff2")


@dataclass(frozen=True, slots=True)
class Body:
    """A finished body."""

    content: bytes
    media_type: str
    etag: str
    """Weak: the packed and the plain body are the same to whoever asks."""
    packed: bytes | None = None
    """The same, gzip-compressed once for all who ask; None where that gains nothing."""

    @property
    def size(self) -> int:
        """Return the bytes that keeping this takes."""
        return len(self.content) + len(self.packed or b"")


def body_of(content: bytes, media_type: str) -> Body:
    """Return a body with the ETag of its content."""
    worth_it = len(content) >= SMALLEST_PACKED and not media_type.startswith(ALREADY_PACKED)
    packed = gzip.compress(content, PACKING, mtime=0) if worth_it else None
    return Body(content, media_type, f'W/"{hashlib.sha256(content).hexdigest()[:32]}"', packed)


def json_body(value: object, media_type: str = "application/json") -> Body:
    """Return a value as compact JSON."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return body_of(text.encode(), media_type)


def answer(request: Request, body: Body, headers: Mapping[str, str]) -> Response:
    """Return the body, packed for whoever can unpack it, or 304 when the browser has it already."""
    headers = {**headers, "ETag": body.etag, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    asked = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    if body.etag in asked or "*" in asked:
        return Response(status_code=304, headers=headers)
    if body.packed is not None and takes_gzip(request):
        return Response(body.packed, media_type=body.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(body.content, media_type=body.media_type, headers=headers)


def takes_gzip(request: Request) -> bool:
    """Return whether the browser unpacks gzip."""
    return "gzip" in request.headers.get("accept-encoding", "")


class AnswerCache:
    """Bodies by a key of all that decides them; the longest unasked go first. Thread-safe.

    One maker at a time for a key: a map that opens in ten tabs at once is worked out once.
    """

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._bodies: OrderedDict[Hashable, Body] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Body]) -> Body:
        """Return the body of a key, made when it is not there."""
        with self._lock:
            found = self._find(key)
            if found is not None:
                return found
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                found = self._find(key)
            if found is not None:
                return found
            try:
                return self._keep(key, make())
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def _find(self, key: Hashable) -> Body | None:
        if key in self._bodies:
            self._bodies.move_to_end(key)
        return self._bodies.get(key)

    def _keep(self, key: Hashable, body: Body) -> Body:
        with self._lock:
            self._bodies[key] = body
            while len(self._bodies) > 1 and sum(kept.size for kept in self._bodies.values()) > self._kept_bytes:
                self._bodies.popitem(last=False)
        return body
