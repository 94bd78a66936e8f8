"""The page's document names what the browser will need, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from service.preloads import PARTS, PreloadLinks, link_header, parts_of
from tests.service.ground import Caller

STATIC = Path(streamlit.__file__).parent / "static/static/js"
SERVED = Starlette(
    routes=[
        Route("/ban-do", lambda _: HTMLResponse("<!doctype html>")),
        Route("/api/v1/thing", lambda _: JSONResponse({})),
        Route("/component/frame.html", lambda _: HTMLResponse("<!doctype html>")),
    ],
    middleware=[Middleware(PreloadLinks, static=STATIC)],
)


def test_every_part_is_a_file_of_this_streamlit() -> None:
    for part in PARTS:
        assert list(STATIC.glob(f"{part}.*.js")), part


def test_the_parts_bring_what_they_import() -> None:
    found = parts_of(STATIC)
    assert len(found) > len(PARTS)
    assert len(set(found)) == len(found)
    assert all((STATIC / name).is_file() for name in found)


def test_the_header_names_the_map_and_the_libraries() -> None:
    addresses = re.findall(r"<([^>]+)>; rel=(?:modulepreload|preload)", link_header(STATIC))
    assert any(address.endswith("/browser/map.js") for address in addresses)
    assert any(address.endswith("/leaflet/leaflet.js") for address in addresses)
    assert all(address.startswith(("/static/js/", "/assets/")) for address in addresses)


def test_a_folder_without_the_parts_preloads_none_of_them(tmp_path: Path) -> None:
    assert parts_of(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "expected"), [("/ban-do", True), ("/api/v1/thing", False), ("/component/frame.html", False)]
)
def test_only_a_page_carries_the_header(path: str, expected: bool) -> None:
    assert ("link" in Caller(SERVED).get(path).headers) is expected
