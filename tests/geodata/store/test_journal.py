"""The journal tells every write, seals it, and names nobody whose land it is."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from geodata.ports import Store
from geodata.records import Moment
from geodata.store.chain import GENESIS, canonical, entry_hash
from tests.fakes import MovableClock
from tests.geodata.store.making import WRITER, event, filled, new_project, obstacle


@pytest.fixture
def written(store: Store) -> Store:
    project_id = filled(store)
    case_id = store.case_rows(project_id, Moment())[0].case_id
    store.record_event(
        WRITER, event(case_id, note="bà Minh Hoạ vắng nhà", document="TB 7"), expected_version=1, state="NOTICE_ISSUED"
    )
    stuck = store.open_obstacle(WRITER, obstacle(case_id, note="ông Minh Hoạ ở xa"), expected_version=2)
    store.close_obstacle(WRITER, stuck.id, until_on=date(2026, 3, 1), note="đã gặp Minh Hoạ", expected_version=3)
    store.add_project(WRITER, new_project("HTB-02"))
    store.archive_project(WRITER, "HTB-02", date(2026, 11, 1))
    return store


def test_each_write_is_one_entry(written: Store) -> None:
    entries = written.journal()
    assert [each.seq for each in entries] == [1, 2, 3, 4, 5, 6]
    assert [each.action for each in entries] == [
        "import_parcels",
        "record_event",
        "open_obstacle",
        "close_obstacle",
        "add_project",
        "archive_project",
    ]
    assert {(each.actor, each.door) for each in entries} == {("lan", "page")}
    assert written.last_seq() == 6
    assert [each.seq for each in written.journal(after=2, limit=2)] == [3, 4]
    assert written.journal(after=6) == []


def test_each_entry_seals_the_one_before(written: Store) -> None:
    previous = GENESIS
    for entry in written.journal():
        assert entry.prev_hash == previous
        sealed = entry_hash(
            prev_hash=previous,
            seq=entry.seq,
            recorded_at=entry.recorded_at,
            actor=entry.actor,
            door=entry.door,
            action=entry.action,
            subject=entry.subject,
            content=entry.content,
        )
        assert entry.hash == sealed
        previous = sealed


def test_the_seal_is_plain_sha256_of_plain_json(written: Store) -> None:
    entry = written.journal()[1]
    fields = {
        "seq": 2,
        "recorded_at": "2026-11-23T02:00:00.000Z",
        "actor": "lan",
        "door": "page",
        "action": "record_event",
        "subject": entry.subject,
        "content": entry.content,
    }
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert entry.hash == hashlib.sha256((entry.prev_hash + text).encode()).hexdigest()


def test_content_is_canonical_json(written: Store) -> None:
    for entry in written.journal():
        assert canonical(json.loads(entry.content)) == entry.content


def test_no_holder_and_no_free_text_enters_the_journal(written: Store) -> None:
    for entry in written.journal():
        for words in ("minh hoạ", "Minh Hoạ", "thôn 1", "giao-nhan", "UBND xã"):
            assert words not in entry.content


def test_an_import_is_one_entry_with_counts_and_digests(written: Store) -> None:
    content = json.loads(written.journal()[0].content)
    assert (content["parcels"], content["claimants"], content["cases"]) == (20, 10, 20)
    assert content["project"]["code"] == "HTB-01"
    assert len(content["parcels_sha256"]) == 64
    assert content["source_sha256"] == "ab" * 32


def test_time_in_the_journal_never_runs_backwards(store: Store, clock: MovableClock) -> None:
    clock.move_to(datetime(2026, 5, 1, 3, 0, 0, 123_987, tzinfo=UTC))
    store.add_project(WRITER, new_project("A"))
    clock.move_by(timedelta(days=-1))
    store.add_project(WRITER, new_project("B"))
    clock.move_by(timedelta(days=2))
    store.add_project(WRITER, new_project("C"))
    at = [each.recorded_at for each in store.journal()]
    assert at[0] == at[1] == datetime(2026, 5, 1, 3, 0, 0, 123_000, tzinfo=UTC)
    assert at[2] > at[1]


def test_clock_times_of_other_zones_are_written_in_utc(store: Store, clock: MovableClock) -> None:
    from zoneinfo import ZoneInfo

    clock.move_to(datetime(2026, 5, 1, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")))
    store.add_project(WRITER, new_project("A"))
    assert store.journal()[0].recorded_at == datetime(2026, 5, 1, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("table", ["journal", "case_event", "status_change", "obstacle", "obstacle_closing"])
def test_history_can_be_neither_changed_nor_deleted(written: Store, file: Path, table: str) -> None:
    connection = sqlite3.connect(file)
    assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(f"UPDATE {table} SET seq = seq")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(f"DELETE FROM {table}")
    connection.close()
