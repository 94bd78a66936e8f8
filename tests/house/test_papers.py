"""The papers say what is there: every setting, command and page stands in the README, every library is pinned."""

from __future__ import annotations

import re
from pathlib import Path

import cli
from layers.words import words_in
from pages.home import PAGES
from settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_stands_in_the_readme_with_its_default() -> None:
    for name, field in Settings.model_fields.items():
        assert f"`MATBANG_{name.upper()}` | `{field.default}`" in README


def test_every_command_stands_in_the_readme() -> None:
    for command in cli.app.registered_commands:
        name = command.name or command.callback.__name__.replace("_", "-")  # type: ignore[union-attr]
        assert f"`python cli.py {name}" in README


def test_the_readme_names_no_command_that_is_absent() -> None:
    present = {command.name or command.callback.__name__.replace("_", "-") for command in cli.app.registered_commands}  # type: ignore[union-attr]
    assert set(re.findall(r"`python cli\.py ([a-z-]+)", README)) <= present


def test_every_page_stands_in_the_readme() -> None:
    words = words_in("vi")
    for _, _, title, _ in PAGES:
        assert words.text(title) in README


def test_every_library_is_pinned_to_one_version() -> None:
    for paper in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / paper).read_text(encoding="utf-8").splitlines():
            assert not line or line.startswith(("#", "-r ")) or re.fullmatch(r"[A-Za-z0-9._-]+==[0-9A-Za-z.]+", line), (
                line
            )


def test_the_libraries_of_the_card_are_all_there() -> None:
    pinned = (ROOT / "requirements.txt").read_text(encoding="utf-8") + (ROOT / "requirements-dev.txt").read_text(
        encoding="utf-8"
    )
    for name in ("geopandas", "folium", "shapely", "streamlit", "fiona", "pytest"):
        assert re.search(rf"^{name}==", pinned, re.MULTILINE)
