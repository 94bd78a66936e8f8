"""Our browser modules and the map's libraries, from the list in :mod:`layers.assets` and nothing else."""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from layers.assets import HASH_LENGTH
from service.answers import answer, body_of
from service.context import IMMUTABLE, NO_CACHE, ServiceContext
from service.errors import refused

HASHED: Final = re.compile(rf"([0-9a-f]{{{HASH_LENGTH}}})/(.+)")


def asset(context: ServiceContext, request: Request) -> Response:
    """Answer ``/assets/<hash>/<name>`` for ever, ``/assets/<name>`` or an older hash to be asked for again."""
    path = str(request.path_params["path"])
    hashed = HASHED.fullmatch(path)
    name = hashed[2] if hashed else path
    found = context.assets.get(name)
    if found is None:
        return refused(request, 404, "UnknownAsset", "There is no such file here.")
    current = hashed is not None and hashed[1] == found.group_hash
    body = context.answers.get(("asset", found.digest), lambda: body_of(found.content, found.media_type))
    return answer(request, body, IMMUTABLE if current else NO_CACHE)
