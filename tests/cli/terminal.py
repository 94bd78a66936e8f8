"""The terminal as tests use it: real processes over a store of their own, or the same door inside this process."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """Return the one line of a refusal; fails for anything else."""
        assert self.code == 2, self
        assert self.out == "", self
        assert self.err.endswith("\n"), self
        assert len(self.err.splitlines()) == 1, self
        assert "Traceback" not in self.err
        return self.err.rstrip("\n")


@dataclass(frozen=True)
class Terminal:
    """A terminal in front of one store."""

    store: Path

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MATBANG_")}
        return {**kept, "MATBANG_STORE": f"sqlite:///{self.store}", "PYTHONUTF8": "1"}

    def __call__(self, *arguments: object, **environment: str) -> Answer:
        """Run ``python cli.py …`` as a process of its own."""
        done = subprocess.run(
            [sys.executable, ROOT / "cli.py", *map(str, arguments)],
            env={**self.environment(), **environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def seq(self) -> int:
        """Return the journal's last seq, read as another program would read it."""
        if not self.store.exists():
            return 0
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as connection:
            (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()
        return int(last)
