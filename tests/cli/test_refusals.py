"""Bad input: one line that says what is wrong and where, exit code 2, nothing written."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from shapely.geometry import LineString

from geodata.demonstration import PROJECT_CODE
from tests.cli.terminal import Answer, Terminal
from tests.geodata import surveys

Inside = Callable[..., Answer]


def missing_part(folder: Path, part: str) -> Path:
    return surveys.zipped(surveys.shapefile(folder), without=(part,))


def no_index(folder: Path) -> Path:
    return missing_part(folder, ".shx")


def no_projection(folder: Path) -> Path:
    return missing_part(folder, ".prj")


def empty_file(folder: Path) -> Path:
    (folder / "rong.zip").touch()
    return folder / "rong.zip"


def text_named_zip(folder: Path) -> Path:
    (folder / "chu.zip").write_text("đây là chữ\n" * 50, encoding="utf-8")
    return folder / "chu.zip"


def zip_bomb(folder: Path) -> Path:
    """Return a small archive that says it unpacks to five gigabytes of zeros."""
    path = folder / "bom.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for ending in (".shx", ".dbf", ".prj"):
            packed.writestr(f"thua{ending}", b"x")
        with packed.open("thua.shp", "w", force_zip64=True) as member:
            block = bytes(1 << 24)
            for _ in range(5 * 64):
                member.write(block)
    return path


def climbing(folder: Path) -> Path:
    path = surveys.zipped(surveys.shapefile(folder))
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("../../ngoai.shp", b"x")
    return path


def lines_layer(folder: Path) -> Path:
    shapes = [LineString([(surveys.EAST, surveys.NORTH), (surveys.EAST + 9, surveys.NORTH)])]
    return surveys.write(folder / "duong.gpkg", shapes, surveys.rows(1), geometry="LineString")


def self_crossing(folder: Path) -> Path:
    shapes = [surveys.square(3), surveys.bow_tie()]
    return surveys.write(folder / "cheo.gpkg", shapes, surveys.rows(2))


def far_away(folder: Path) -> Path:
    shapes = [surveys.square(east=surveys.EAST + 3_000_000)]
    return surveys.write(folder / "xa.gpkg", shapes, surveys.rows(1))


def repeated_number(folder: Path) -> Path:
    table = [*surveys.rows(2), *surveys.rows(1)]
    return surveys.write(folder / "trung.gpkg", [surveys.square(at) for at in range(3)], table)


def not_there(folder: Path) -> Path:
    return folder / "khong-co.zip"


BAD_FILES: dict[str, tuple[Callable[[Path], Path], tuple[str, ...]]] = {
    "a missing .shx": (no_index, ("thua.zip", ".shx")),
    "a missing .prj": (no_projection, ("thua.zip", ".prj")),
    "an empty file": (empty_file, ("rong.zip",)),
    "a text file named .zip": (text_named_zip, ("chu.zip",)),
    "a zip bomb of 5 GB": (zip_bomb, ("bom.zip", "GB")),
    "a path that climbs out": (climbing, ("thua.zip", "../../ngoai.shp")),
    "a layer of lines": (lines_layer, ("duong.gpkg", "thua", "LineString")),
    "a ring that crosses itself": (self_crossing, ("cheo.gpkg", "thua", "dòng 2")),
    "coordinates far from the zone": (far_away, ("xa.gpkg", "thua", "dòng 1")),
    "a number that repeats in a sheet": (repeated_number, ("trung.gpkg", "thua", "dòng 3", "12")),
    "a file that is not there": (not_there, ("khong-co.zip",)),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gets_one_line_and_writes_nothing(demo: Terminal, tmp_path: Path, name: str):
    make, telling = BAD_FILES[name]
    file, seq = make(tmp_path), demo.seq()
    refusal = demo("import-parcels", file, "--project", "MOI", "--create").refusal
    for words in telling:
        assert words in refusal
    assert demo.seq() == seq
    assert "MOI" in demo("progress", "--project", "MOI").refusal


@pytest.mark.parametrize("name", [name for name in BAD_FILES if "bomb" not in name])
def test_a_trial_refuses_the_same_in_english(demo: Terminal, inside: Inside, tmp_path: Path, name: str):
    file = BAD_FILES[name][0](tmp_path)
    wanted = ("--project", "MOI", "--create", "--dry-run")
    refusal = inside(demo, "import-parcels", file, *wanted, MATBANG_LANGUAGE="en").refusal
    assert file.name in refusal
    assert refusal.isascii() or "“" in refusal


EVENT = ("--event", "notice_issued", "--on", "2026-11-20")
REFUSED: dict[str, tuple[tuple[object, ...], str]] = {
    "an unknown project": (("progress", "--project", "KHAC"), "KHAC"),
    "an unknown parcel": (("record-event", "--project", PROJECT_CODE, "--parcel", "99/1", *EVENT), "99/1"),
    "no address of a parcel": (("record-event", "--project", PROJECT_CODE, "--parcel", "118", *EVENT), "118"),
    "an unknown state": (
        ("change-status", "--project", PROJECT_CODE, "--parcel", "12/1", "--to", "XONG", "--on", "2026-11-20"),
        "XONG",
    ),
    "an unknown event": (
        ("record-event", "--project", PROJECT_CODE, "--parcel", "12/1", "--event", "xong", "--on", "2026-11-20"),
        "xong",
    ),
    "a day to come": (
        ("record-event", "--project", PROJECT_CODE, "--parcel", "12/1", "--event", "notice_issued", "--on", "1/1/2999"),
        "01/01/2999",
    ),
    "a day that is none": (
        ("record-event", "--project", PROJECT_CODE, "--parcel", "12/1", "--event", "x", "--on", "31/02/2026"),
        "--on",
    ),
    "a day shown that has not come": (("progress", "--project", PROJECT_CODE, "--as-of", "2999-01-01"), "01/01/2999"),
    "a time without its zone": (
        ("progress", "--project", PROJECT_CODE, "--known-at", "2026-01-01T00:00:00"),
        "--known-at",
    ),
    "an unknown format": (("snapshot", "--project", PROJECT_CODE, "--out", "a.svg"), "svg"),
    "no format": (("snapshot", "--project", PROJECT_CODE, "--out", "a"), "pdf, png"),
    "an unknown paper": (("snapshot", "--project", PROJECT_CODE, "--out", "a.pdf", "--paper", "B5"), "B5"),
    "a scale that does not fit": (("snapshot", "--project", PROJECT_CODE, "--out", "a.pdf", "--scale", 200), "1:200"),
    "a scale that is none": (("snapshot", "--project", PROJECT_CODE, "--out", "a.pdf", "--scale", 0), "--scale"),
    "a folder that is not there": (("snapshot", "--project", PROJECT_CODE, "--out", "/khong/co/a.pdf"), "a.pdf"),
    "an unknown orientation": (
        ("snapshot", "--project", PROJECT_CODE, "--out", "a.pdf", "--orientation", "ngang"),
        "--orientation",
    ),
    "a command that does not exist": (("deadlines", "--project", PROJECT_CODE), "deadlines"),
    "an option that does not exist": (("progress", "--project", PROJECT_CODE, "--nam"), "--nam"),
    "an option that is missing": (("progress",), "--project"),
    "an argument too many": (("progress", "--project", PROJECT_CODE, "x"), "x"),
    "no command": ((), "--help"),
    "a project that exists": (
        ("import-parcels", "tests/data/fields/nl_brp_2023.gpkg", "--project", PROJECT_CODE, "--create"),
        PROJECT_CODE,
    ),
    "a project that does not exist": (("import-parcels", "x.gpkg", "--project", "KHAC"), "KHAC"),
    "an import field that is none": (("import-parcels", "x.gpkg", "--project", "A", "--field", "so=1"), "so=1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_one_line_with_exit_code_2_and_nothing_is_written(
    demo: Terminal, inside: Inside, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.chdir(demo.store.parent)
    arguments, telling = REFUSED[name]
    seq, files = demo.seq(), sorted(demo.store.parent.glob("a*"))
    assert telling in inside(demo, *arguments).refusal
    assert demo.seq() == seq
    assert sorted(demo.store.parent.glob("a*")) == files


@pytest.mark.parametrize("name", ["an unknown project", "a day that is none", "a command that does not exist"])
def test_a_refusal_of_a_real_process_is_one_line_too(demo: Terminal, name: str):
    assert REFUSED[name][1] in demo(*REFUSED[name][0]).refusal


def test_an_unknown_coordinate_system_is_refused(demo: Terminal, inside: Inside, tmp_path: Path):
    file = surveys.write(tmp_path / "thua.gpkg", [surveys.square()], surveys.rows(1))
    for system in ("EPSG:999999", "abc", "EPSG:"):
        assert inside(demo, "import-parcels", file, "--project", "M", "--create", "--crs", system).refusal


def test_a_field_that_nobody_mapped_is_named_with_those_that_are_there(demo: Terminal, tmp_path: Path, inside: Inside):
    file = surveys.write(
        tmp_path / "la.gpkg", [surveys.square()], [{"a": "1", "b": "2"}], schema={"a": "str", "b": "str"}
    )
    refusal = inside(demo, "import-parcels", file, "--project", "M", "--create").refusal
    assert all(words in refusal for words in ("la.gpkg", "sheet", "a, b"))


def test_parcels_that_the_project_has_already_are_refused_even_on_trial(demo: Terminal, inside: Inside, tmp_path: Path):
    file = surveys.write(tmp_path / "thua.gpkg", [surveys.square()], surveys.rows(1))
    assert inside(demo, "import-parcels", file, "--project", "M", "--create").code == 0
    for trial in (("--dry-run",), ()):
        refusal = inside(demo, "import-parcels", file, "--project", "M", *trial).refusal
        assert "12" in refusal


def test_the_store_itself_is_neither_imported_nor_written_over(demo: Terminal, inside: Inside):
    seq = demo.seq()
    assert demo.store.name in inside(demo, "import-parcels", demo.store, "--project", "M", "--create").refusal
    assert demo.store.name in inside(demo, "export-parcels", "--project", PROJECT_CODE, demo.store).refusal
    assert demo.seq() == seq


def test_a_wrong_setting_is_named(demo: Terminal):
    assert "MATBANG_PORT" in demo("progress", "--project", PROJECT_CODE, MATBANG_PORT="tám").refusal
    assert "MATBANG_LANGUAGE" in demo("progress", "--project", PROJECT_CODE, MATBANG_LANGUAGE="fr").refusal
    assert "postgres" in demo("progress", "--project", PROJECT_CODE, MATBANG_STORE="postgres://x").refusal


def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(tmp_path: Path):
    terminal = Terminal(tmp_path / "anh.gpkg")
    terminal.store.write_bytes(b"this is a picture of a buffalo" * 100)
    before = terminal.store.read_bytes()
    assert "anh.gpkg" in terminal("progress", "--project", "A").refusal
    assert terminal.store.read_bytes() == before


def test_a_fault_of_the_program_is_one_line_with_exit_code_1(
    demo: Terminal, inside: Inside, monkeypatch: pytest.MonkeyPatch
):
    from monitoring import operations

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret of a person")

    monkeypatch.setattr(operations, "progress", broken)
    answer = inside(demo, "progress", "--project", PROJECT_CODE)
    assert answer.code == 1
    assert len(answer.err.splitlines()) == 1
    assert "RuntimeError" in answer.err
    assert "secret" not in answer.err
