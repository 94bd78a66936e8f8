"""Tells the browser with the page itself what it will need, so that it is fetched while Streamlit still boots.

Without this the map waits for a row of downloads that only begin one after the other: Streamlit's parts of the page,
the component's frame, then our modules. A part that a newer Streamlit names otherwise is simply not preloaded.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import starlette.datastructures
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geodata.errors import BrowserLibrariesMissing
from layers import assets

PARTS: Final = ("DateInput", "ComponentInstance", "Selectbox", "PageLink", "ButtonGroup", "Html")
"""Streamlit's own parts that every page draws, by the beginnings of their file names."""
LIBRARIES: Final = ("leaflet/leaflet.js", "protomaps-leaflet/protomaps-leaflet.js")
_IMPORT: Final = re.compile(r"""(?:from|import)\s*"\./([\w.-]+\.js)\"""")
MOST: Final = 120


class PreloadLinks:
    """ASGI middleware that adds a ``Link`` header to the page's document.

    Parameters
    ----------
    app
        The application behind.
    static
        Folder of Streamlit's own scripts.
    """

    def __init__(self, app: ASGIApp, static: Path) -> None:
        self.app, self.static = app, static

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; name the preloads in a document's answer."""
        if scope["type"] != "http" or not _asks_for_a_page(scope):
            await self.app(scope, receive, send)
            return

        async def send_with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = starlette.datastructures.MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("link", link_header(self.static))
            await send(message)

        await self.app(scope, receive, send_with_links)


def _asks_for_a_page(scope: Scope) -> bool:
    path = scope["path"]
    return "." not in path.rsplit("/", 1)[-1] and not path.startswith(("/component/", "/api/", "/tiles/", "/_stcore"))


@cache
def link_header(static: Path) -> str:
    """Return the header's value; the same for every page of one release."""
    links = [f"</static/js/{name}>; rel=modulepreload" for name in parts_of(static)]
    try:
        links += [f"<{assets.asset_url(name)}>; rel=preload; as=script" for name in LIBRARIES]
        own = sorted(name for name in assets.ASSETS.names() if name.startswith("browser/") and name.endswith(".js"))
        links += [f"<{assets.asset_url(name)}>; rel=modulepreload" for name in own]
    except BrowserLibrariesMissing:
        pass  # the page says it; there is nothing to preload
    return ", ".join(links)


def parts_of(static: Path) -> list[str]:
    """Return the script files that the parts need, those they import included."""
    wanted = [path.name for part in PARTS for path in sorted(static.glob(f"{part}.*.js"))]
    found: list[str] = []
    while wanted and len(found) < MOST:
        name = wanted.pop(0)
        if name in found or not (static / name).is_file():
            continue
        found.append(name)
        wanted += _IMPORT.findall((static / name).read_text(encoding="utf-8", errors="replace"))
    return found
