"""Live changes: one watcher of the journal for the whole process, one stream of server-sent events per browser.

The journal is the memory. A stream that comes back names the last seq that it saw, and everything since is read
from the store: nothing is lost while a laptop sleeps, and no event has to be kept here.

Events (``id`` is the journal's seq): ``change``, parcels with their new codes, legend and headline; ``reload``, the
geometry changed and there are new tiles; ``resync``, too much was missed, fetch the statuses again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from geodata.errors import MatbangError
from geodata.records import ParcelChange
from monitoring import operations
from monitoring.office import Office
from monitoring.permissions import Actor
from service.board import Boards, Present
from service.headline import counts

LOG: Final = logging.getLogger(__name__)
POLL_S: Final = 0.25
AFTER_FAILURE_S: Final = 2.0
QUEUED_EVENTS: Final = 64
"""A browser that is further behind than this is told to fetch everything again."""
MOST_PARCELS: Final = 5000
"""A change of more parcels than this is told as ``resync``: the whole array is smaller."""


class Stop(Protocol):
    """An event that says: the server is about to end."""

    async def wait(self) -> object:
        """Return when it is set."""
        ...


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One event of one project."""

    name: str
    seq: int
    data: str


@dataclass(eq=False, slots=True)
class Subscription:
    """One open stream."""

    project: str
    queue: asyncio.Queue[LiveEvent | None] = field(default_factory=lambda: asyncio.Queue(QUEUED_EVENTS))

    def put(self, event: LiveEvent | None) -> None:
        """Add an event, None to end the stream; one that does not keep up gets ``resync`` in place of all."""
        with contextlib.suppress(asyncio.QueueFull):
            self.queue.put_nowait(event)
            return
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(event and resync(self.project, event.seq))


class LiveHub:
    """Watches the journal while somebody listens, and tells every stream what concerns it.

    Belongs to one event loop; the store is only asked in threads.
    """

    def __init__(self, actor: Actor, office: Office, *, poll_s: float = POLL_S) -> None:
        self._actor, self._office, self._poll_s = actor, office, poll_s
        self.boards: Final = Boards(actor, office)
        self._subscriptions: set[Subscription] = set()
        self._seen = 0
        self._watching: asyncio.Task[None] | None = None
        self._begun: asyncio.Event | None = None
        self._warming: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def listeners(self) -> int:
        """Return how many streams are open."""
        return len(self._subscriptions)

    async def stream(
        self, project: str, after: int | None, stop: Stop | None = None
    ) -> AsyncGenerator[LiveEvent, None]:
        """Yield the events of a project from ``after`` on, without gaps; from now on when it is None.

        Ends when ``stop`` is set or the hub is closed.
        """
        if self._closed:
            return
        subscription = Subscription(project)
        self._subscriptions.add(subscription)
        ending = asyncio.create_task(_end_at(stop, subscription)) if stop is not None else None
        try:
            await self._watch()
            reached = self._seen
            missed = await asyncio.to_thread(self._missed, project, after)
            if missed is not None:
                reached = missed.seq
                yield missed
            self._warm(project)
            while (event := await subscription.queue.get()) is not None:
                if event.name == "resync" or event.seq > reached:  # the catching up may have told it already
                    reached = event.seq
                    yield event
        finally:
            self._subscriptions.discard(subscription)
            if ending is not None:
                ending.cancel()

    async def close(self) -> None:
        """End every stream and the watching."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.put(None)
        tasks = [task for task in (self._watching, *self._warming) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ---- watching ------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Begin to watch unless that is done already; afterwards ``_seen`` is where the watching stands."""
        if self._watching is None or self._watching.done() or self._begun is None:
            self._begun = asyncio.Event()
            self._watching = asyncio.create_task(self._follow(self._begun), name="live")
        await self._begun.wait()

    async def _follow(self, begun: asyncio.Event) -> None:
        seq = await self._last_seq()
        while seq is None and self._subscriptions:
            await asyncio.sleep(AFTER_FAILURE_S)
            seq = await self._last_seq()
        self._seen = seq or 0
        begun.set()
        while self._subscriptions:
            await asyncio.sleep(self._poll_s)
            seq = await self._last_seq()
            if seq is None or (seq != self._seen and not await self._tell(seq)):
                await asyncio.sleep(AFTER_FAILURE_S)

    async def _last_seq(self) -> int | None:
        """Return the journal's last seq, None when the store cannot say."""
        try:
            return await asyncio.to_thread(self._office.store.last_seq)
        except MatbangError as failure:
            _warn(failure)
            return None

    async def _tell(self, seq: int) -> bool:
        """Pass on what happened up to ``seq`` and remember it as seen; return whether the store could say."""
        projects = frozenset(subscription.project for subscription in self._subscriptions)
        try:
            events = await asyncio.to_thread(self._events, projects, self._seen, seq)
        except MatbangError as failure:
            _warn(failure)
            return False
        self._seen = seq
        for subscription in self._subscriptions:
            for event in events.get(subscription.project, ()):
                subscription.put(event)
        return True

    def _warm(self, project: str) -> None:
        """Have the project at hand before its first change."""
        task = asyncio.create_task(asyncio.to_thread(self._look, project))
        self._warming.add(task)
        task.add_done_callback(self._warming.discard)

    def _look(self, project: str) -> None:
        try:
            self.boards.present(project)
        except MatbangError as failure:
            _warn(failure)

    # ---- in threads ----------------------------------------------------------------------------

    def _missed(self, project: str, after: int | None) -> LiveEvent | None:
        """Return one event for all that happened after a seq, None when nothing did."""
        seq = self._office.store.last_seq()
        if after is None or after == seq:
            return None
        return next(iter(self._events(frozenset({project}), after, seq).get(project, ())), None)

    def _events(self, projects: frozenset[str], before: int, seq: int) -> Mapping[str, Sequence[LiveEvent]]:
        """Return what happened to some projects after ``before``, up to ``seq``."""
        if before > seq:  # the store went back: another file, or a backup that was restored
            return {project: [resync(project, seq)] for project in projects}
        changes = operations.changes_since(self._actor, self._office, before)
        return {project: self._of_project(project, changes, before, seq) for project in projects}

    def _of_project(self, project: str, changes: Iterable[ParcelChange], before: int, seq: int) -> Sequence[LiveEvent]:
        version = operations.get_project(self._actor, self._office, project).geometry_version
        if version > before:
            return [reload(project, seq, version)]
        touched = sorted({change.parcel_id for change in changes if change.project_code == project})
        if len(touched) > MOST_PARCELS:
            return [resync(project, seq)]
        return [change_of(project, seq, touched, self.boards.present(project))] if touched else []


def change_of(project: str, seq: int, parcel_ids: Sequence[int], present: Present) -> LiveEvent:
    """Return the event of some changed parcels; a parcel that is no more is left out."""
    parcels = [[key, present.codes[key]] for key in parcel_ids if key in present.codes]
    told = counts(present.legend, present.figures)
    return _event("change", project, seq, {"parcels": parcels, **told})


def reload(project: str, seq: int, version: int) -> LiveEvent:
    """Return the event of a new geometry."""
    return _event("reload", project, seq, {"version": version})


def resync(project: str, seq: int) -> LiveEvent:
    """Return the event that asks to fetch everything again."""
    return _event("resync", project, seq, {})


def _event(name: str, project: str, seq: int, values: Mapping[str, object]) -> LiveEvent:
    body = {"seq": seq, "project": project, **values}
    return LiveEvent(name, seq, json.dumps(body, ensure_ascii=False, separators=(",", ":")))


async def _end_at(stop: Stop, subscription: Subscription) -> None:
    await stop.wait()
    subscription.put(None)


def _warn(failure: MatbangError) -> None:
    LOG.warning("The journal cannot be followed at the moment: %s", type(failure).__name__)
