"""Live events: what one process writes, every open map hears; nothing is lost between two connections."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from monitoring.permissions import LOCAL
from service.live import QUEUED_EVENTS, LiveEvent, LiveHub, Subscription
from tests.service.ground import CODE, Ground
from tests.service.server import serving

LIVE = f"/api/v1/projects/{CODE}/live"


# ---- through a server --------------------------------------------------------------------------


@dataclass
class Heard:
    name: str
    id: str
    data: dict[str, Any]
    at: float


def events(lines: Iterator[str]) -> Iterator[Heard]:
    """Read server-sent events, comments left out."""
    fields: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            yield Heard(fields["event"], fields["id"], json.loads(fields["data"]), time.time())
            fields = {}


@pytest.fixture
def served(ground: Ground) -> Iterator[str]:
    with serving(ground) as (base, _):
        yield base


def test_a_change_made_by_another_process_arrives_within_a_second(served: str, ground: Ground):
    with ThreadPoolExecutor(1) as pool, httpx.stream("GET", served + LIVE, timeout=30) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers
        heard = events(answer.iter_lines())
        waits = []
        for parcel_id in (4, 5, 6):  # the quickest counts: a busy machine may hold up one of them
            writer = pool.submit(ground.record_elsewhere, parcel_id)
            change = next(heard)
            waits.append(change.at - writer.result())
            assert change.name == "change"
            assert change.id == str(change.data["seq"])
            assert change.data["parcels"] == [[parcel_id, "2"]]
    assert change.data["seq"] == ground.office.store.last_seq()
    assert change.data["legend"]["noticed"] == 3
    assert set(change.data["headline_text"]) == {"vi", "en"}
    assert min(waits) < 1


def test_a_stream_that_comes_back_gets_what_it_missed(served: str, ground: Ground):
    seen = ground.office.store.last_seq()
    for parcel_id in (1, 2, 3):
        ground.record(parcel_id)
    for where in ({"headers": {"Last-Event-ID": str(seen)}}, {"params": {"last_event_id": seen}}):
        with httpx.stream("GET", served + LIVE, timeout=30, **where) as answer:
            missed = next(events(answer.iter_lines()))
        assert [parcel for parcel, _ in missed.data["parcels"]] == [1, 2, 3]
        assert missed.id == str(seen + 3)


def test_the_later_of_header_and_address_counts(served: str, ground: Ground):
    seen = ground.office.store.last_seq()
    ground.record(1)
    ground.record(2)
    headers = {"Last-Event-ID": str(seen + 1)}
    with httpx.stream("GET", served + LIVE, timeout=30, headers=headers, params={"last_event_id": seen}) as answer:
        assert next(events(answer.iter_lines())).data["parcels"] == [[2, "2"]]


def test_an_unknown_project_has_no_stream(served: str):
    assert httpx.get(f"{served}/api/v1/projects/NO/live").status_code == 404


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_told_to_end_does_not_wait_for_open_streams(ground: Ground, how: signal.Signals):
    with serving(ground) as (base, process), httpx.stream("GET", base + LIVE, timeout=30) as answer:
        lines = answer.iter_lines()
        next(lines)
        process.send_signal(how)
        assert process.wait(timeout=10) is not None  # without care it waits for ever
        list(lines)  # ended in order, not cut off


# ---- the hub itself ----------------------------------------------------------------------------


def with_hub(ground: Ground, play: Callable[[LiveHub], Awaitable[None]]) -> None:
    async def run() -> None:
        hub = LiveHub(LOCAL, ground.office, poll_s=0.02)
        try:
            await asyncio.wait_for(play(hub), 30)
        finally:
            await hub.close()

    asyncio.run(run())


async def coming(stream: AsyncIterator[LiveEvent]) -> LiveEvent:
    return await anext(stream)


def test_an_import_asks_to_load_the_new_tiles(ground: Ground):
    async def play(hub: LiveHub) -> None:
        async with aclosing(hub.stream(CODE, None)) as stream:
            waiting = asyncio.create_task(coming(stream))
            await asyncio.sleep(0.1)
            await asyncio.to_thread(ground.deliver, 3, "2", CODE, 11.2)
            event = await waiting
        assert event.name == "reload"
        assert json.loads(event.data)["version"] == ground.office.store.project(CODE).geometry_version

    with_hub(ground, play)


def test_another_projects_change_is_not_told(ground: Ground):
    ground.deliver(2, code="P2", north=11.3)
    other = ground.office.store.parcel_rows(2)[0].id

    async def play(hub: LiveHub) -> None:
        async with aclosing(hub.stream(CODE, None)) as stream:
            waiting = asyncio.create_task(coming(stream))
            await asyncio.sleep(0.1)
            await asyncio.to_thread(ground.record, other, "P2")
            await asyncio.to_thread(ground.record, 7)
            event = json.loads((await waiting).data)
        assert event["project"] == CODE
        assert event["parcels"] == [[7, "2"]]

    with_hub(ground, play)


def test_streams_that_open_while_others_write_miss_nothing(ground: Ground):
    async def listen(hub: LiveHub, seen: int, last: int) -> set[int]:
        told: set[int] = set()
        async with aclosing(hub.stream(CODE, seen)) as stream:
            async for event in stream:
                told |= {parcel for parcel, _ in json.loads(event.data)["parcels"]}
                if event.seq >= last:
                    return told
        return told

    async def play(hub: LiveHub) -> None:
        seen = ground.office.store.last_seq()
        listening = []
        for parcel_id in range(1, 9):
            listening.append(asyncio.create_task(listen(hub, seen, seen + 8)))
            await asyncio.to_thread(ground.record, parcel_id)
        assert all(told == set(range(1, 9)) for told in await asyncio.gather(*listening))

    with_hub(ground, play)


def test_a_store_that_went_back_asks_to_fetch_everything_again(ground: Ground):
    async def play(hub: LiveHub) -> None:
        async with aclosing(hub.stream(CODE, 999_999)) as stream:
            assert (await coming(stream)).name == "resync"

    with_hub(ground, play)


def test_a_browser_that_does_not_keep_up_is_told_to_fetch_everything_again():
    async def play() -> None:
        slow = Subscription(CODE)
        for seq in range(QUEUED_EVENTS + 1):
            slow.put(LiveEvent("change", seq, "{}"))
        assert slow.queue.qsize() == 1
        last = slow.queue.get_nowait()
        assert last is not None
        assert (last.name, last.seq) == ("resync", QUEUED_EVENTS)

    asyncio.run(play())


def test_nobody_watches_the_journal_when_nobody_listens(ground: Ground):
    async def play(hub: LiveHub) -> None:
        async with aclosing(hub.stream(CODE, 0)) as stream:
            await coming(stream)
            assert hub.listeners == 1
        await asyncio.sleep(0.2)
        assert hub.listeners == 0
        assert hub._watching is not None
        assert hub._watching.done()

    with_hub(ground, play)


def test_closing_the_hub_ends_its_streams(ground: Ground):
    async def play(hub: LiveHub) -> None:
        stream = hub.stream(CODE, None)
        waiting = asyncio.create_task(coming(stream))
        await asyncio.sleep(0.1)
        await hub.close()
        with pytest.raises(StopAsyncIteration):
            await waiting
        assert [event async for event in hub.stream(CODE, None)] == []

    with_hub(ground, play)
