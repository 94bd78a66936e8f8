"""What the commands do, each as a real process over a real store."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from geodata.demonstration import PROJECT_CODE
from tests.cli.terminal import ROOT, Answer, Terminal

FIELDS = ROOT / "tests" / "data" / "fields"
Inside = Callable[..., Answer]
STAGES = ["not_started", "noticed", "inventoried", "planning", "approved", "recovered", "handed_over", "suspended"]


def figures(terminal: Terminal, *more: str) -> dict[str, object]:
    answer = terminal("progress", "--project", PROJECT_CODE, "--json", *more)
    assert answer.code == 0, answer
    found: dict[str, object] = json.loads(answer.out)
    return found


def first_not_started(terminal: Terminal) -> str:
    """Return the address of a parcel whose case is where the workflow begins."""
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        "print('/'.join(c.execute(\"select commune_code, sheet, number from parcel join clearance_case "
        "on clearance_case.parcel_id = parcel.id where state = 'DRAFT' limit 1\").fetchone()))"
    )
    return subprocess.run(
        [sys.executable, "-c", program, terminal.store], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_init_makes_the_store_and_the_demonstration_and_leaves_it_alone_the_second_time(demo: Terminal):
    seq = demo.seq()
    answer = demo("init")
    assert answer.code == 0
    assert PROJECT_CODE in answer.out
    assert demo.seq() == seq > 0


def test_an_empty_store_stays_empty(empty: Terminal):
    assert empty("init", "--empty").code == 0
    assert empty.store.exists()
    assert PROJECT_CODE in empty("progress", "--project", PROJECT_CODE).refusal
    assert empty.seq() == 0


def test_asking_for_the_demonstration_makes_it_as_the_first_start_would(empty: Terminal):
    answer = empty("progress", "--project", PROJECT_CODE, "--json")
    assert answer.code == 0
    assert json.loads(answer.out)["parcels"] > 150


def test_any_other_project_makes_no_store(empty: Terminal):
    assert "init" in empty("progress", "--project", "KHAC").refusal
    assert not empty.store.parent.exists()


@pytest.mark.parametrize(("file", "rows"), [("ai4sf_vietnam_areas.gpkg", 100), ("nl_brp_2023.gpkg", 100)])
def test_the_real_field_files_are_imported_as_a_hundred_parcels_each(empty: Terminal, file: str, rows: int):
    common = ("--project", "TEST", "--field", "number=:row", "--field", "sheet=:1", "--json")
    trial = empty("import-parcels", FIELDS / file, "--create", "--dry-run", *common)
    assert trial.code == 0, trial
    assert not empty.store.exists()
    answer = empty("import-parcels", FIELDS / file, "--create", *common)
    assert answer.code == 0, answer
    found = json.loads(answer.out)
    assert (found["rows_read"], found["parcels_added"], found["cases_opened"]) == (rows, rows, rows)
    assert {**json.loads(trial.out), "seq": 1, "dry_run": False} == found
    assert json.loads(empty("progress", "--project", "TEST", "--json").out)["parcels"] == rows


def test_progress_prints_the_documented_shape(demo: Terminal):
    found = figures(demo)
    assert list(found) == ["project", "as_of", "parcels", "households", "area_m2", "stuck", "stages", "money"]
    stages = found["stages"]
    assert isinstance(stages, list)
    assert [row["stage"] for row in stages] == STAGES
    assert all(list(row) == ["stage", "parcels", "area_m2"] for row in stages)
    assert sum(row["parcels"] for row in stages) == found["parcels"]
    assert list(found["money"]) == ["approved_vnd", "paid_vnd"]  # type: ignore[call-overload]


def test_progress_as_of_the_day_before_everything_began_knows_no_progress(demo: Terminal):
    found = figures(demo, "--as-of", "01/09/2025")
    assert found["as_of"] == "2025-09-01"
    assert found["stages"][0]["parcels"] == found["parcels"]  # type: ignore[index]


def test_progress_by_what_was_known_long_ago_knows_nothing(demo: Terminal):
    assert figures(demo, "--known-at", "2026-01-01T00:00:00+07:00") != figures(demo)


def test_progress_for_people_says_the_first_line_of_the_map(demo: Terminal):
    lines = demo("progress", "--project", PROJECT_CODE).out.splitlines()
    assert re.fullmatch(r"\d+ / \d+ thửa, \d+ / \d+ hộ đã bàn giao · .* thửa vướng", lines[1])
    assert "parcels" in demo("progress", "--project", PROJECT_CODE, MATBANG_LANGUAGE="en").out


def test_an_event_is_recorded_and_counts_at_once(demo: Terminal):
    parcel, before, seq = first_not_started(demo), figures(demo), demo.seq()
    answer = demo(
        "record-event", "--project", PROJECT_CODE, "--parcel", parcel, "--event", "notice_issued", "--on", "20/11/2026"
    )
    assert answer.code == 0, answer
    assert "NOTICE_ISSUED" in answer.out
    assert demo.seq() == seq + 1
    after = figures(demo)
    assert after["stages"][0]["parcels"] == before["stages"][0]["parcels"] - 1  # type: ignore[index]


def test_change_status_takes_the_one_event_that_leads_there(demo: Terminal):
    parcel = first_not_started(demo)
    answer = demo(
        "change-status", "--project", PROJECT_CODE, "--parcel", parcel, "--to", "NOTICE_ISSUED", "--on", "2026-11-20",
        "--note", "họp xã",
    )  # fmt: skip
    assert answer.code == 0, answer
    refusal = demo(
        "change-status", "--project", PROJECT_CODE, "--parcel", parcel, "--to", "CLOSED", "--on", "2026-11-20"
    ).refusal
    assert "CLOSED" in refusal
    assert "INVENTORY" in refusal


def test_two_people_at_two_terminals_both_get_their_entry_in_or_one_is_refused(demo: Terminal):
    parcel = first_not_started(demo)
    command: list[str | Path] = [
        sys.executable,
        ROOT / "cli.py",
        "record-event",
        "--project",
        PROJECT_CODE,
        "--parcel",
        parcel,
    ]
    command += ["--event", "notice_issued", "--on", "2026-11-20"]
    seq = demo.seq()
    both = [
        subprocess.Popen(command, env=demo.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    errors = [process.communicate()[1] for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes == [0, 2], errors
    assert demo.seq() == seq + 1
    assert not any("Traceback" in error for error in errors)


def test_a_snapshot_is_an_a3_page_that_can_be_searched_and_counts_what_progress_counts(demo: Terminal):
    out = demo.store.with_name("a3.pdf")
    answer = demo("snapshot", "--project", PROJECT_CODE, "--out", out, "--paper", "A3")
    assert answer.code == 0, answer
    (page,) = PdfReader(io.BytesIO(out.read_bytes())).pages
    size = (float(page.mediabox.width) / 72 * 25.4, float(page.mediabox.height) / 72 * 25.4)
    assert size == pytest.approx((420, 297), abs=0.1)
    lines = [" ".join(line.split()) for line in page.extract_text().splitlines()]
    text = " ".join(lines)
    for words in ("Hàm Thuận Bắc", "Hàm Liêm", "dữ liệu minh hoạ", "Chú giải"):
        assert words in text
    legend = text[text.index("Chú giải") :]
    counts = [row["parcels"] for row in figures(demo)["stages"]]  # type: ignore[attr-defined]
    assert [int(count) for count in re.findall(r"(\d+) [\d.,]+ ha", legend)][: len(counts)] == counts


def test_a_snapshot_of_a_past_day_says_so(demo: Terminal, inside: Inside):
    out = demo.store.with_name("past.pdf")
    assert inside(demo, "snapshot", "--project", PROJECT_CODE, "--out", out, "--as-of", "2026-05-01").code == 0
    assert "Tính đến ngày 01/05/2026" in PdfReader(out).pages[0].extract_text()


def test_a_snapshot_takes_paper_orientation_scale_and_language(demo: Terminal, inside: Inside):
    out = demo.store.with_name("a4.PNG")
    wanted = ("--paper", "a4", "--orientation", "portrait", "--scale", "6000", "--lang", "en")
    assert inside(demo, "snapshot", "--project", PROJECT_CODE, "--out", out, *wanted).code == 0
    assert out.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["out.gpkg", "out.zip", "out.geojson"])
def test_what_is_exported_can_be_imported_again(demo: Terminal, inside: Inside, name: str):
    out = demo.store.with_name(name)
    assert inside(demo, "export-parcels", "--project", PROJECT_CODE, out).code == 0
    answer = inside(demo, "import-parcels", out, "--project", "AGAIN", "--create", "--json")
    assert answer.code == 0, answer
    again = json.loads(answer.out)
    once = json.loads(inside(demo, "progress", "--project", PROJECT_CODE, "--json").out)
    assert again["parcels_added"] >= once["parcels"]


def test_a_trial_import_writes_nothing(demo: Terminal, inside: Inside):
    seq, project = demo.seq(), ("--project", "MOI", "--create")
    file = FIELDS / "nl_brp_2023.gpkg"
    wanted = (*project, "--field", "number=:row", "--field", "sheet=:1", "--dry-run")
    answer = inside(demo, "import-parcels", file, *wanted)
    assert answer.code == 0, answer
    assert "100" in answer.out
    assert demo.seq() == seq
    assert "MOI" in inside(demo, "progress", "--project", "MOI").refusal


def test_help_speaks_the_readers_language(demo: Terminal, inside: Inside):
    assert "Xuất bản đồ" in inside(demo, "--help").out
    assert "Draw the map" in inside(demo, "--help", MATBANG_LANGUAGE="en").out


def test_only_commands_that_work_are_offered(demo: Terminal, inside: Inside):
    listed = re.findall(r"^  ([a-z][a-z-]+)  ", inside(demo, "--help").out, re.MULTILINE)
    assert listed == [
        "init", "import-parcels", "export-parcels", "record-event", "change-status", "progress", "snapshot",
    ]  # fmt: skip


def test_the_default_store_lies_beside_the_program_wherever_one_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    from cli import store_url
    from settings import Settings

    monkeypatch.delenv("MATBANG_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert store_url(Settings()) == f"sqlite:///{ROOT.as_posix()}/data/matbang.gpkg"
