"""Threads and processes race for the same case: one wins, the others see what the winner wrote."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from geodata.errors import StaleRecord
from geodata.ports import Store
from geodata.records import Moment
from geodata.store import open_store
from tests.fakes import MovableClock
from tests.geodata.store.making import WRITER, event, filled, url_of

NOW = Moment()


def test_of_threads_that_race_for_a_case_one_wins(store: Store, project_id: int) -> None:
    rows = store.case_rows(project_id, NOW)[:10]
    start = threading.Barrier(6)

    def race(_: int) -> tuple[int, int]:
        start.wait()
        won = lost = 0
        for row in rows:
            try:
                store.record_event(WRITER, event(row.case_id), expected_version=1, state="NOTICE_ISSUED")
                won += 1
            except StaleRecord as stale:
                assert len(stale.theirs) == 1
                assert stale.present_state == "NOTICE_ISSUED"
                lost += 1
        return won, lost

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(race, range(6)))
    assert sum(won for won, _ in results) == len(rows)
    assert sum(lost for _, lost in results) == 5 * len(rows)
    assert store.last_seq() == 1 + len(rows)
    assert [len(store.case_file(row.case_id, NOW).events) for row in rows] == [1] * len(rows)


RACER = """
import json, sys
from geodata.errors import StaleRecord
from geodata.records import Moment
from geodata.store import SystemClock, open_store
from tests.geodata.store.making import WRITER, event
store = open_store(sys.argv[1], SystemClock())
cases = [row.case_id for row in store.case_rows(1, Moment())]
print("ready", flush=True)
sys.stdin.readline()
won, lost = [], 0
for case_id in cases:
    for version in (1, 2, 3):
        try:
            done = store.record_event(WRITER, event(case_id), expected_version=version, state="NOTICE_ISSUED")
            won.append(done.id)
        except StaleRecord as stale:
            assert len(stale.theirs) == stale.present_version - version
            lost += 1
print(json.dumps([won, lost]), flush=True)
store.close()
"""


def test_of_processes_that_race_for_a_case_one_wins(store: Store, file: Path, project_id: int) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, url_of(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    answers = [json.loads(output) for output in together(racers)]
    acknowledged = [event_id for won, _ in answers for event_id in won]
    assert len(set(acknowledged)) == len(acknowledged) == 20 * 3
    assert sum(lost for _, lost in answers) == 20 * 3 * 2
    assert store.last_seq() == 1 + len(acknowledged)
    assert {row.state for row in store.case_rows(project_id, NOW)} == {"NOTICE_ISSUED"}


def together(racers: list[subprocess.Popen[str]]) -> list[str]:
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    outputs = [racer.communicate(timeout=120)[0] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0]
    return outputs


def test_processes_that_create_the_same_store_share_one(tmp_path: Path) -> None:
    program = "import sys; from geodata.store import *; s = open_store(sys.argv[1], SystemClock()); print(s.identity)"
    url = url_of(tmp_path / "neu" / "a.gpkg")
    makers = [
        subprocess.Popen([sys.executable, "-c", program, url], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    identities = {maker.communicate(timeout=60)[0] for maker in makers}
    assert [maker.returncode for maker in makers] == [0] * 4
    assert len(identities) == 1


def test_readers_in_other_threads_never_wait_and_never_see_halves(store: Store, project_id: int) -> None:
    rows = store.case_rows(project_id, NOW)
    done, seen = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            journal = store.last_seq()
            moved = sum(row.state == "NOTICE_ISSUED" for row in store.case_rows(project_id, NOW))
            seen.append(moved)
            assert moved >= journal - 1, "an entry is never seen before its write"

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for row in rows:
            store.record_event(WRITER, event(row.case_id), expected_version=1, state="NOTICE_ISSUED")
        done.set()
        for reader in readers:
            reader.result(timeout=30)
    assert seen


def test_two_stores_in_one_process_do_not_lose_each_other(file: Path) -> None:
    first, second = (open_store(url_of(file), MovableClock()) for _ in range(2))
    project_id = filled(first)
    rows = second.case_rows(project_id, NOW)
    with ThreadPoolExecutor(2) as pool:
        halves = [(first, rows[::2]), (second, rows[1::2])]
        done = [pool.submit(write_all, *half) for half in halves]
        assert [each.result(timeout=60) for each in done] == [10, 10]
    assert first.last_seq() == second.last_seq() == 21
    first.close()
    assert second.last_seq() == 21
    second.close()


def write_all(store: Store, rows) -> int:
    for row in rows:
        store.record_event(WRITER, event(row.case_id), expected_version=1, state="NOTICE_ISSUED")
    return len(rows)
