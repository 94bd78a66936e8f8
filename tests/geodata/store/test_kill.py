"""A writer that is killed loses nothing that it acknowledged, whoever else has the file open."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from geodata.records import JournalEntry, Moment
from geodata.store import open_store
from geodata.store.chain import GENESIS, entry_hash
from tests.fakes import MovableClock
from tests.geodata.store.making import filled, url_of

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TRIES = 30


def program(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", str(HERE / script), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def killed_after(writers: subprocess.Popen[str], seconds: float) -> list[tuple[int, str, int]]:
    """Start a writer, let it write, kill it, and return what it acknowledged."""
    assert writers.stdin is not None
    writers.stdin.write("go\n")
    writers.stdin.flush()
    process_id = int(line_of(writers))
    lines = [line_of(writers)]
    time.sleep(seconds)
    os.kill(process_id, signal.SIGKILL)
    while lines[-1] != "dead":
        lines.append(line_of(writers))
    told = [line.split() for line in lines[:-1] if line]
    return [(int(seq), kind, int(id_)) for seq, kind, id_ in told]


def check_nothing_lost(file: Path, acknowledged: list[tuple[int, str, int]]) -> None:
    store = open_store(url_of(file), MovableClock())
    with store._database.reading() as connection:  # type: ignore[attr-defined]
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert connection.exec_driver_sql("SELECT rtreecheck('rtree_parcel_geometry')").scalar_one() == "ok"
    seqs = {entry.seq for entry in store.journal(after=acknowledged[0][0] - 1, limit=100_000)}
    assert {seq for seq, _, _ in acknowledged} <= seqs
    project_id = store.project("HTB-01").id
    case_file = store.case_file(store.case_rows(project_id, Moment())[0].case_id, Moment())
    assert {id_ for _, kind, id_ in acknowledged if kind == "event"} <= {each.id for each in case_file.events}
    assert {id_ for _, kind, id_ in acknowledged if kind == "obstacle"} <= {each.id for each in case_file.obstacles}
    assert case_file.case.version == 1 + len(case_file.events) + len(case_file.obstacles)
    for _, kind, id_ in acknowledged:
        assert kind != "import" or len(store.parcel_rows(id_)) == 200
    store.close()


def check_chain(entries: list[JournalEntry]) -> None:
    previous = GENESIS
    for number, entry in enumerate(entries, start=1):
        fields = {
            name: getattr(entry, name) for name in ("recorded_at", "actor", "door", "action", "subject", "content")
        }
        assert entry.seq == number
        assert entry.hash == entry_hash(prev_hash=previous, seq=number, **fields)
        previous = entry.hash


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_killed_writer_loses_nothing_that_it_acknowledged(file: Path) -> None:
    store = open_store(url_of(file), MovableClock())
    filled(store)
    store.close()
    chance = random.Random(20261123)
    total = 0
    with ExitStack() as stack:
        readers = [program("foreign_reader.py", library, str(file), "--always") for library in ("fiona", "pyogrio")]
        for reader in readers:
            stack.callback(reader.kill)
            assert line_of(reader) == '"ready"'
        writers = program("killed_writer.py", url_of(file))
        stack.callback(writers.kill)
        assert line_of(writers) == "ready"
        for _ in range(TRIES):
            acknowledged = killed_after(writers, chance.uniform(0, 0.4))
            check_nothing_lost(file, acknowledged)
            total += len(acknowledged)
        writers.communicate(timeout=60)
        told = [json.loads(reader.communicate("enough\n", timeout=60)[0]) for reader in readers]
    assert all(each["reads"] >= TRIES for each in told), told
    assert [each["failures"] for each in told] == [[], []]
    store = open_store(url_of(file), MovableClock())
    assert store.last_seq() >= 1 + total
    check_chain(list(store.journal(limit=1_000_000)))
    store.close()
    assert total > TRIES
