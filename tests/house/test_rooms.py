"""The house: which files may stand where, and which room may import which."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("geodata", "monitoring", "layers", "reports", "service", "pages")
DOORS = ("app.py", "cli.py", "settings.py")
TOP_LEVEL = {
    *ROOMS,
    *DOORS,
    *("tests", "bench", "locale", ".ci", ".streamlit", "docs"),
    *("requirements.txt", "requirements-dev.txt", "package.json", "package-lock.json", ".npmrc", "pyproject.toml"),
    *("Makefile", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "DESIGN.md"),
    *(".gitignore", ".gitattributes"),
}
DOOR_MAY_IMPORT = {
    "settings.py": set(),
    "app.py": {"settings", *ROOMS},
    "cli.py": {"settings", *ROOMS},
}
PLANTED = {
    "Rooms import downwards only": ("monitoring/planted.py", "import layers.view\n"),
    "Only layers.web knows Folium": ("layers/planted.py", "import folium\n"),
    "Only pages know Streamlit": ("service/planted.py", "import streamlit\n"),
    "Only the store knows SQLAlchemy": ("monitoring/planted.py", "import sqlalchemy\n"),
    "Only survey, export and tiles know GDAL and geopandas": ("geodata/planted.py", "import fiona\n"),
    "Only reports draw on paper": ("pages/planted.py", "import matplotlib\n"),
    "Monitoring and the map view are pure": ("monitoring/planted.py", "import starlette\n"),
    "Monitoring and the map view touch no system": ("monitoring/planted.py", "import random\n"),
    "No page imports another page": ("pages/overview.py", "import pages.map_page\n"),
}


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [Path(line) for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def imported_names(source: str) -> set[str]:
    """Return the first part of every absolute import in a module."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([str(linter), "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def copy_of_the_house(folder: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "data", "browser"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def strays(paths: list[Path]) -> set[str]:
    """Return the files that stand in no room, and Python that stands outside rooms, doors, tests and bench."""
    python_in = {*ROOMS, *DOORS, "tests", "bench"}
    return {
        str(path)
        for path in paths
        if path.parts[0] not in TOP_LEVEL or (path.suffix == ".py" and path.parts[0] not in python_in)
    }


def test_every_file_stands_in_a_room() -> None:
    assert not strays(tracked_files())


def test_the_words_folder_does_not_shadow_the_standard_module() -> None:
    assert not list((ROOT / "locale").rglob("*.py"))


@pytest.mark.parametrize("door", DOORS)
def test_a_door_imports_only_what_it_may(door: str) -> None:
    ours = imported_names((ROOT / door).read_text(encoding="utf-8")) & {*ROOMS, "settings", "app", "cli"}
    assert ours <= DOOR_MAY_IMPORT[door]


def test_no_room_imports_a_door() -> None:
    for path in tracked_files():
        if path.suffix == ".py" and path.parts[0] in ROOMS:
            doors = imported_names((ROOT / path).read_text(encoding="utf-8")) & {"app", "cli"}
            assert not doors, f"{path} imports {doors}"


def test_a_page_bears_no_name_of_a_room_or_of_a_standard_module() -> None:
    taken = {*ROOMS, *sys.stdlib_module_names, "settings", "app", "cli", "bench", "tests"}
    names = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"__init__"}
    assert not names & taken


def test_nothing_at_run_time_reads_the_shared_folder() -> None:
    for path in tracked_files():
        if path.suffix in {".py", ".js", ".toml"} and path.parts[0] not in {"tests", "bench"}:
            assert "../shared" not in (ROOT / path).read_text(encoding="utf-8"), path


def test_the_contracts_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


def test_every_contract_has_a_planted_violation() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contracts = tools["importlinter"]["contracts"]
    assert {contract["name"] for contract in contracts} == set(PLANTED)


@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_a_planted_violation_is_caught(contract: str, tmp_path: Path) -> None:
    folder = copy_of_the_house(tmp_path)
    target, text = PLANTED[contract]
    path = folder / target
    path.write_text((path.read_text(encoding="utf-8") if path.exists() else "") + "\n" + text, encoding="utf-8")
    result = lint(folder)
    assert result.returncode != 0
    assert f"{contract} BROKEN" in result.stdout


def test_a_stray_file_is_caught() -> None:
    planted = [Path("stray.py"), Path("helpers/thing.py"), Path("locale/vi/words.py"), Path("notes.txt")]
    assert strays([*tracked_files(), *planted]) == {str(path) for path in planted}
