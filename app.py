"""The browser's door: wires the rooms together and serves them.

``python app.py`` and ``streamlit run app.py`` both end here.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import streamlit as st
from pydantic import ValidationError
from starlette.middleware import Middleware
from streamlit import config

from geodata.errors import MatbangError
from geodata.store import SystemClock
from geodata.tile_builds import TileBuilds
from layers.sentences import sentence
from layers.words import Words
from monitoring.permissions import LOCAL
from pages.context import Foundation, provide
from pages.errors import code_of, on_script_error
from service import context as services
from service.context import ServiceContext
from service.guard import LoopbackGuard
from service.hosts import is_loopback
from service.libraries import bring_libraries, missing_libraries
from service.live import LiveHub
from service.opening import open_office
from service.preloads import PreloadLinks
from service.routes import routes
from settings import Settings

STREAMLIT_SCRIPTS = Path(st.__file__).parent / "static/static/js"


def read_settings() -> Settings:
    """Return the settings of the environment; a wrong one ends the program with one line."""
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors()[0]
        refuse(f"MATBANG_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}")


def refuse(line: str) -> NoReturn:
    """End the program with one plain line and exit code 2, from wherever the start has come to."""
    print(line, file=sys.stderr, flush=True)
    os._exit(2)


def port_is_free(host: str, port: int) -> bool:
    """Return whether the server may listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def check_address(settings: Settings, words: Words, address: str | None, port: int) -> None:
    """Refuse an address that others reach, and a port other than the one that was set."""
    if not is_loopback(address or ""):
        line = "{address} can be reached from other computers, and there are no accounts yet: use 127.0.0.1."
        refuse(words.text(line).format(address=address or "0.0.0.0"))  # noqa: S104
    if "port" in settings.model_fields_set and port != settings.port:
        line = "MATBANG_PORT is {port}: start with “python app.py”, or give Streamlit --server.port {port} as well."
        refuse(words.text(line).format(port=settings.port))


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open the store, on first start with its demonstration, give the rooms what they need, and close at the end."""
    logging.getLogger("streamlit.error_util").disabled = True  # pages.errors logs faults, without what people wrote
    settings = read_settings()
    words = Words(settings.language)
    port = int(config.get_option("server.port"))
    check_address(settings, words, config.get_option("server.address"), port)
    try:
        office = open_office(settings.store, SystemClock(), say=lambda line: print(words.text(line), flush=True))
    except MatbangError as error:
        refuse(sentence(error, words))
    except Exception as fault:  # noqa: BLE001 - whatever it is, a person gets one line
        line = words.text("Mặt Bằng cannot start: {kind} (code {code}).")
        refuse(line.format(kind=type(fault).__name__, code=code_of(fault)))
    provide(Foundation(office, LOCAL, settings.language, settings.home))
    tiles = TileBuilds(settings.home, settings.store, office.store.identity)
    service = ServiceContext(office, LOCAL, tiles, LiveHub(LOCAL, office))
    services.provide(service)
    print(f"Mặt Bằng: http://{config.get_option('server.address')}:{port}", flush=True)
    try:
        yield
    finally:
        await service.close()
        office.store.close()


app = st.App(
    "pages/home.py",
    lifespan=lifespan,
    routes=routes(),
    middleware=[Middleware(LoopbackGuard), Middleware(PreloadLinks, static=STREAMLIT_SCRIPTS)],
    on_script_error=on_script_error,
)


def main() -> None:
    """Serve on the address of the settings, after bringing what is missing."""
    settings = read_settings()
    words = Words(settings.language)
    check_address(settings, words, settings.host, settings.port)
    if not port_is_free(settings.host, settings.port):
        line = "Port {port} is taken by another program, or by another Mặt Bằng; set MATBANG_PORT to another one."
        refuse(words.text(line).format(port=settings.port))
    if missing_libraries():
        print(words.text("Bringing the browser libraries (once, needs the network) …"), flush=True)
        try:
            bring_libraries()
        except MatbangError as error:
            refuse(sentence(error, words))
    app.run(config={"server.address": settings.host, "server.port": settings.port})


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent)
    main()
