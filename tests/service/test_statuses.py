"""The compact status array, at any moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring import operations
from monitoring.permissions import LOCAL
from service.statuses import BadParameter, read_day, read_instant
from tests.service.ground import CODE, Caller, Ground

ADDRESS = f"/api/v1/projects/{CODE}/statuses"


def test_each_parcel_has_one_character_in_the_order_of_its_id(client: Caller, ground: Ground):
    ground.record(3)
    body = client.get(ADDRESS).json()
    ids = [first + step for first, count in body["ids"] for step in range(count)]
    assert ids == [row.id for row in ground.office.store.parcel_rows(1)]
    assert dict(zip(ids, body["codes"], strict=True))[3] == "2"
    assert body["codes"].count("0") == 11
    assert body["stages"][:2] == ["not_started", "noticed"]
    assert body["legend"]["noticed"] == 1
    assert body["headline"]["parcels"] == 12
    assert "12" in body["headline_text"]["vi"]
    assert body["headline_text"]["vi"] != body["headline_text"]["en"]


def test_the_kept_present_is_what_a_fresh_reading_gives(client: Caller, ground: Ground):
    for parcel_id in (1, 2, 5):
        client.get(ADDRESS)
        ground.record(parcel_id)
        fresh = operations.statuses(LOCAL, ground.office, CODE)
        body = client.get(ADDRESS).json()
        assert (body["codes"], body["seq"], body["legend"]) == (fresh.codes, fresh.seq, dict(fresh.legend))


def test_an_import_is_seen_at_once(client: Caller, ground: Ground):
    client.get(ADDRESS)
    ground.deliver(5, sheet="2", north=11.2)
    assert len(client.get(ADDRESS).json()["codes"]) == 17


def test_unchanged_statuses_are_not_sent_again(client: Caller, ground: Ground):
    first = client.get(ADDRESS)
    again = client.get(ADDRESS, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    ground.record(1)
    assert client.get(ADDRESS, if_none_match=first.headers["etag"]).status_code == 200


def test_a_past_day_shows_what_had_happened_by_then(client: Caller, ground: Ground):
    ground.record(1)
    assert client.get(f"{ADDRESS}?as_of=2026-01-04").json()["codes"].count("0") == 12
    assert client.get(f"{ADDRESS}?as_of=2026-01-05").json()["codes"].count("2") == 1


def test_known_at_leaves_out_what_was_recorded_later(client: Caller, ground: Ground):
    ground.record(1)
    before = datetime.now(UTC) - timedelta(days=1)
    body = client.get(f"{ADDRESS}?known_at={quote(before.isoformat())}").json()
    assert set(body["codes"]) <= {"0"}
    now = datetime.now(UTC) + timedelta(seconds=1)
    assert "2" in client.get(f"{ADDRESS}?known_at={quote(now.isoformat())}").json()["codes"]


@pytest.mark.parametrize(
    "query", ["as_of=yesterday", "as_of=2026-13-01", "known_at=2026-11-23T10:00:00", "known_at=x", "as_of=9999-01-01"]
)
def test_a_value_that_cannot_be_read_is_refused_in_words(client: Caller, query: str):
    answer = client.get(f"{ADDRESS}?{query}")
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_an_unknown_project_is_refused_in_the_readers_language(client: Caller):
    english = client.get("/api/v1/projects/NO/statuses")
    vietnamese = client.get("/api/v1/projects/NO/statuses", accept_language="vi")
    assert english.status_code == vietnamese.status_code == 404
    assert english.json()["error"] == vietnamese.json()["error"] == "UnknownProject"
    assert "NO" in vietnamese.json()["message"]
    assert english.json()["message"] != vietnamese.json()["message"]


def test_a_plus_that_became_a_space_is_still_a_time_zone():
    assert read_instant({"known_at": "2026-11-23T10:00:00 07:00"}) == datetime(2026, 11, 23, 3, tzinfo=UTC)


@given(st.text())
def test_any_text_is_a_moment_or_is_refused(text: str):
    for read, name in ((read_day, "as_of"), (read_instant, "known_at")):
        try:
            read({name: text})
        except BadParameter as bad:
            assert bad.name == name
