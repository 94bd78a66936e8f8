"""Keeps the tile archives of a store: builds missing ones in child processes, one after the other, and serves tiles.

The pages stay usable meanwhile: the child is another process, and a polite one. Half an archive is never seen, since
the child renames a finished file into its place. A child that fails or is killed leaves an error that is kept until
somebody asks for another try.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from geodata.records import Project
from geodata.tiles import TileArchive, TileJob, archive_path

LOG: Final = logging.getLogger(__name__)
ROOT: Final = Path(__file__).resolve().parents[1]
OPEN_ARCHIVES: Final = 16
UNASKED_S: Final = 120.0
"""An older archive goes when nobody has asked for it for so many seconds and a newer one is ready."""
STALE_PART_S: Final = 3600.0
"""A part that a killed child left behind goes after so many seconds."""
CHILD: Final = (sys.executable, "-m", "geodata.tiles")
ZOOM_LINE: Final = re.compile(r"^\s*Zoom\s+(\d+)/(\d+):")
"""How freestiler tells that it begins a zoom level, on standard error."""
DRAWING_PERCENT: Final = (65, 97)


class BuildStage(StrEnum):
    """What a build is at."""

    NONE = "none"
    QUEUED = "queued"
    READING = "reading"
    PREPARING = "preparing"
    DRAWING = "drawing"
    WRITING = "writing"
    DONE = "done"


class BuildFailure(StrEnum):
    """Why a build ended without an archive."""

    NONE = ""
    CRASHED = "crashed"
    DISK_FULL = "disk_full"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class BuildState:
    """How far the tiles of one geometry version are."""

    version: int
    stage: BuildStage
    percent: int = 0
    failure: BuildFailure = BuildFailure.NONE

    @property
    def ready(self) -> bool:
        """Whether tiles can be asked for."""
        return self.stage is BuildStage.DONE

    @property
    def word(self) -> str:
        """Return ``ready``, ``building``, ``error``, or ``absent`` for a project without parcels."""
        if self.failure:
            return "error"
        if self.stage is BuildStage.NONE:
            return "absent"
        return "ready" if self.ready else "building"


class TileBuilds:
    """The tile archives of one store. Thread-safe.

    Parameters
    ----------
    home
        Folder of the installation; archives lie in ``tiles/<store identity>/``.
    store_url
        Address that a child opens the store by.
    store_identity
        The store's identity, part of each archive's path.
    child
        Command that draws the job on its standard input.
    """

    def __init__(self, home: Path, store_url: str, store_identity: str, child: tuple[str, ...] = CHILD) -> None:
        self._home, self._url, self._identity, self._child = home, store_url, store_identity, child
        self._lock = threading.RLock()
        self._one_at_a_time = threading.Lock()
        self._builds: dict[int, BuildState] = {}
        self._children: dict[int, subprocess.Popen[str]] = {}
        self._open: OrderedDict[Path, TileArchive] = OrderedDict()
        self._asked: dict[Path, float] = {}
        self._closed = False

    def state(self, project: Project, *, retry: bool = False) -> BuildState:
        """Return how far the project's tiles are, and begin to build them when they are missing.

        A failure stays until ``retry`` asks for another try or the geometry changes.
        """
        version = project.geometry_version
        if not version:
            return BuildState(0, BuildStage.NONE)
        if self.archive(project, version) is not None:
            self._sweep(project.id, version)
            return BuildState(version, BuildStage.DONE, 100)
        with self._lock:
            known = self._builds.get(project.id)
            if known and known.version == version and not known.ready and not (known.failure and retry):
                return known
            return self._begin(project)

    def archive(self, project: Project, version: int) -> TileArchive | None:
        """Return a finished archive, None while there is none; an unreadable one is thrown away."""
        path = self._path(project.id, version)
        with self._lock:
            found = self._open.get(path) or _opened(path)
            if found is None:
                return None
            self._asked[path] = time.monotonic()
            self._open[path] = found
            self._open.move_to_end(path)
            while len(self._open) > OPEN_ARCHIVES:
                self._open.popitem(last=False)
            return found

    def close(self) -> None:
        """End the children; what they had begun is built anew when asked for."""
        with self._lock:
            self._closed = True
            children = list(self._children.values())
            self._open.clear()
        for child in children:
            child.kill()

    def _path(self, project_id: int, version: int) -> Path:
        return archive_path(self._home, self._identity, project_id, version)

    def _begin(self, project: Project) -> BuildState:
        """Start a build in the background; one of an older version of the project ends."""
        state = BuildState(project.geometry_version, BuildStage.QUEUED)
        if self._closed:
            return state
        old = self._children.get(project.id)
        if old is not None:
            old.kill()
        self._builds[project.id] = state
        threading.Thread(target=self._build, args=(project,), daemon=True, name=f"tiles-{project.id}").start()
        return state

    def _build(self, project: Project) -> None:
        version = project.geometry_version
        with self._one_at_a_time:
            if not self._current(project.id, version):
                return
            try:
                failure = self._run_child(project)
            except OSError as refused:
                LOG.warning("No child to draw tiles could be started: %s", refused.strerror)
                failure = BuildFailure.CRASHED
        if failure is None:  # the geometry moved: whoever asks next names the new version
            with self._lock:
                self._builds.pop(project.id, None)
        elif failure:
            self._note(project.id, version, failure=failure)
        else:
            self._note(project.id, version, stage=BuildStage.DONE, percent=100)

    def _run_child(self, project: Project) -> BuildFailure | None:
        """Draw in a child; return how it ended, None when the geometry had moved on meanwhile."""
        path = self._path(project.id, project.geometry_version)
        _drop_stale_parts(path.parent)
        job = TileJob(self._url, project.code, project.geometry_version, str(path))
        last_lines: deque[str] = deque(maxlen=12)
        told: dict[str, object] = {}
        with self._running(project.id) as child:
            if child.stdin is None or child.stdout is None:
                return BuildFailure.CRASHED
            with suppress(BrokenPipeError), child.stdin as stdin:
                stdin.write(job.to_json() + "\n")
            for line in child.stdout:
                last_lines.append(line.rstrip())
                self._hear(project, line, told)
        if child.returncode == 0 and path.exists():
            return BuildFailure.NONE
        if told.get("failure") == "moved" or not self._current(project.id, project.geometry_version):
            return None
        LOG.warning("Tiles of project %s: child ended with %s: %s", project.id, child.returncode, list(last_lines))
        return _failure(told)

    @contextmanager
    def _running(self, project_id: int) -> Iterator[subprocess.Popen[str]]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), *_python_path())))}
        with subprocess.Popen(
            self._child,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as child:
            with self._lock:
                self._children[project_id] = child
                if self._closed:
                    child.kill()
            try:
                yield child
            finally:
                with self._lock:
                    self._children.pop(project_id, None)

    def _hear(self, project: Project, line: str, told: dict[str, object]) -> None:
        """Take in one line of a child: its own JSON, or freestiler's word on a zoom level."""
        version = project.geometry_version
        if line.startswith("{"):
            with suppress(ValueError):
                told.update(json.loads(line))
                if "stage" in told and "failure" not in told:
                    stage, percent = BuildStage(str(told["stage"])), _whole(told.get("percent"))
                    self._note(project.id, version, stage=stage, percent=percent)
            return
        zoom = ZOOM_LINE.match(line)
        if zoom:
            first = _whole(told.setdefault("first_zoom", int(zoom[1])))
            share = (int(zoom[1]) - first) / (int(zoom[2]) - first + 1)
            begin, end = DRAWING_PERCENT
            self._note(project.id, version, stage=BuildStage.DRAWING, percent=int(begin + (end - begin) * share))

    def _current(self, project_id: int, version: int) -> bool:
        with self._lock:
            known = self._builds.get(project_id)
            return not self._closed and known is not None and known.version == version

    def _note(
        self,
        project_id: int,
        version: int,
        *,
        stage: BuildStage = BuildStage.QUEUED,
        percent: int = 0,
        failure: BuildFailure = BuildFailure.NONE,
    ) -> None:
        with self._lock:
            known = self._builds.get(project_id)
            if known and known.version == version:
                self._builds[project_id] = replace(known, stage=stage, percent=percent, failure=failure)

    def _sweep(self, project_id: int, newest: int) -> None:
        """Remove older archives of a project that nobody has asked for lately."""
        now = time.monotonic()
        for path in self._path(project_id, newest).parent.glob(f"{project_id}-*.pmtiles"):
            version = path.stem.partition("-")[2]
            if not version.isdigit() or int(version) >= newest:
                continue
            with self._lock:
                if now - self._asked.setdefault(path, now) < UNASKED_S:
                    continue
                self._open.pop(path, None)
                self._asked.pop(path, None)
            with suppress(OSError):  # Windows keeps a file that is still mapped; the next sweep takes it
                path.unlink()


def _opened(path: Path) -> TileArchive | None:
    try:
        return TileArchive(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        LOG.warning("Tile archive %s cannot be read and is built anew", path.name)
        with suppress(OSError):
            path.unlink()
        return None


def _drop_stale_parts(folder: Path) -> None:
    oldest = time.time() - STALE_PART_S
    for part in folder.glob("*.part.pmtiles"):
        with suppress(OSError):
            if part.stat().st_mtime < oldest:
                part.unlink()


def _failure(told: dict[str, object]) -> BuildFailure:
    if told.get("errno") == errno.ENOSPC:
        return BuildFailure.DISK_FULL
    if str(told.get("failure", "")).startswith("Store"):
        return BuildFailure.STORE
    return BuildFailure.CRASHED


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _python_path() -> list[str]:
    return [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
