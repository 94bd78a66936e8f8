"""A server in a process of its own, over a store file: ``python -m tests.service.server STORE_URL HOME PORT``."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from streamlit.web.server.starlette.starlette_gzip_middleware import SelectiveGZipMiddleware

from geodata.tile_builds import TileBuilds
from monitoring.permissions import LOCAL
from service.context import ServiceContext
from service.guard import LoopbackGuard
from service.live import LiveHub
from service.routes import routes
from tests.service.ground import ROOT, Ground, open_office


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(ground: Ground) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve the ground's store from another process; yield the address and the process."""
    port = free_port()
    command = [sys.executable, "-m", "tests.service.server", ground.url, str(ground.home), str(port)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            base = f"http://127.0.0.1:{port}"
            for _ in range(600):
                try:
                    httpx.get(f"{base}/healthz")
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            yield base, process
        finally:
            process.kill()


def main(url: str, home: str, port: str) -> None:
    office = open_office(url)
    context = ServiceContext(office, LOCAL, TileBuilds(Path(home), url, office.store.identity), LiveHub(LOCAL, office))
    middleware = [Middleware(LoopbackGuard), Middleware(SelectiveGZipMiddleware, minimum_size=1000, compresslevel=5)]
    uvicorn.run(Starlette(routes=routes(context), middleware=middleware), port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
