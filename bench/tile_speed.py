"""Tiles of 100,000 parcels drawn in a child process, and how usable the pages stay meanwhile."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench import servers


def tile_build(folder: Path) -> dict[str, Any]:
    """Serve a freshly filled store; return seconds of the build and the slowest answers meanwhile."""
    with servers.our_program(folder) as url:
        status = f"{url}/api/v1/projects/{servers.PROJECT}/tiles"
        start = time.perf_counter()
        slowest = {"page": 0.0, "health": 0.0, "tile_state": 0.0}
        percents: list[int] = []
        while True:
            state = json.loads(_timed(status, slowest, "tile_state"))
            percents.append(state["percent"])
            if state["state"] in {"ready", "error"}:
                break
            _timed(f"{url}/healthz", slowest, "health")
            _timed(url, slowest, "page")
            time.sleep(0.05)
    return {
        "state": state["state"], "build_s": time.perf_counter() - start, "progress_steps": len(set(percents)),
        **{f"slowest_{name}_s": seconds for name, seconds in slowest.items()},
    }  # fmt: skip


def _timed(address: str, slowest: dict[str, float], name: str) -> bytes:
    start = time.perf_counter()
    with urllib.request.urlopen(address, timeout=60) as answer:
        body: bytes = answer.read()
    slowest[name] = max(slowest[name], time.perf_counter() - start)
    return body
