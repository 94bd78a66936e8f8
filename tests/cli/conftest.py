"""A demonstration and an empty store, made once by the terminal itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import cli
from tests.cli.terminal import Answer, Terminal


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store that holds the demonstration, closed, to be copied."""
    terminal = Terminal(tmp_path_factory.mktemp("made") / "demo.gpkg")
    answer = terminal("init")
    assert answer.code == 0, answer
    return terminal.store


@pytest.fixture
def demo(made: Path, tmp_path: Path) -> Terminal:
    """Return a terminal over a demonstration of its own."""
    store = tmp_path / "demo.gpkg"
    shutil.copyfile(made, store)
    return Terminal(store)


@pytest.fixture
def empty(tmp_path: Path) -> Terminal:
    """Return a terminal whose store is not there yet."""
    return Terminal(tmp_path / "new" / "empty.gpkg")


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Return the same door without a process: quick, for what needs no process."""

    def run(terminal: Terminal, *arguments: object, **environment: str) -> Answer:
        monkeypatch.setenv("MATBANG_STORE", f"sqlite:///{terminal.store}")
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return run
