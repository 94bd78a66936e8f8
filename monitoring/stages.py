"""Stages: the grouping of the law's case states that people see, as data (schema ``matbang-stages/1``)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from geodata.errors import LawDataInvalid, UnknownState
from monitoring.lawdata import Row, TableReader

SCHEMA = "matbang-stages/1"
SUSPENDED = "suspended"
WITHDRAWN = "withdrawn"
CODE_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_read = TableReader("stages.json")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage; ``counts`` is false for what leaves the figures."""

    name: str
    label_vi: str
    label_en: str
    states: tuple[str, ...]
    counts: bool


@dataclass(frozen=True)
class Stages:
    """Steps in order of advance, then the two aside: suspended and withdrawn."""

    all: tuple[Stage, ...]
    steps: int
    """How many of them are steps; the last step is the site handed over."""

    @classmethod
    def parse(cls, text: str) -> Stages:
        """Return the stages of a JSON text; raises LawDataInvalid."""
        try:
            table = json.loads(text)
        except json.JSONDecodeError as fault:
            raise _read.fail("", f"not JSON: {fault.msg} at line {fault.lineno}") from None
        if not isinstance(table, dict) or table.get("schema") != SCHEMA:
            raise _read.fail("schema", f"must be {SCHEMA}")
        steps = [_stage(row, counts=True) for row in _read.rows(table, "", "order")]
        aside = [_stage(row, counts=_read.flag(row, "aside", "counts")) for row in _read.rows(table, "", "aside")]
        stages = cls((*steps, *aside), len(steps))
        stages._check()
        return stages

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Return all names in the order of their index in the compact status array."""
        return tuple(stage.name for stage in self.all)

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """Return the names of the stages that sum to all parcels in the figures."""
        return tuple(stage.name for stage in self.all if stage.counts)

    @property
    def done(self) -> str:
        """Return the name of the last step."""
        return self.all[self.steps - 1].name

    @cached_property
    def index_of_state(self) -> Mapping[str, int]:
        """Return the stage index of each case state."""
        return {state: index for index, stage in enumerate(self.all) for state in stage.states}

    def __getitem__(self, name: str) -> Stage:
        """Return a stage by its name."""
        return self.all[self.order.index(name)]

    def stage_of(self, state: str) -> str:
        """Return the name of a case state's stage; raises UnknownState."""
        if state not in self.index_of_state:
            raise UnknownState(state)
        return self.order[self.index_of_state[state]]

    def of_parcel(self, states: Iterable[str]) -> str:
        """Return the stage of a parcel from the states of its cases.

        Withdrawn cases leave the counts: the parcel is withdrawn when no other is left. A suspended case
        may not move, whatever the others do, so it makes the parcel suspended. Otherwise the least
        advanced case decides. A parcel without cases has not started.
        """
        indices = [self.index_of_state[state] for state in states]
        return self.order[min(indices, key=self.rank.__getitem__, default=0)]

    @cached_property
    def rank(self) -> Sequence[int]:
        """Return for each stage index its rank: of a parcel's cases the one of the lowest rank decides."""
        aside = [-1 if stage.counts else len(self.all) for stage in self.all[self.steps :]]
        return (*range(self.steps), *aside)

    def code(self, stage: str, stuck: bool) -> str:
        """Return the one-character status code of a parcel: stage index x 2 + stuck, in base 36."""
        return CODE_DIGITS[self.order.index(stage) * 2 + int(stuck)]

    def decode(self, code: str) -> tuple[str, bool]:
        """Return stage and stuck of a status code; raises ValueError for what is none."""
        number = CODE_DIGITS.index(code)
        if number >= 2 * len(self.order):
            raise ValueError(code)
        return self.order[number // 2], bool(number % 2)

    def check_covers(self, states: Iterable[str]) -> None:
        """Raise LawDataInvalid unless each of the workflow's case states stands in exactly one stage."""
        missing = set(states) ^ set(self.index_of_state)
        if missing:
            raise _read.fail(", ".join(sorted(missing)), "stands in only one of workflow.json and stages.json")

    def _check(self) -> None:
        states = [state for stage in self.all for state in stage.states]
        if self.steps == 0 or len(set(states)) != len(states) or len(set(self.order)) != len(self.order):
            raise _read.fail("order", "names and states must stand there once")
        if self.order[self.steps :] != (SUSPENDED, WITHDRAWN):
            raise _read.fail("aside", f"must be {SUSPENDED} and {WITHDRAWN}")


def _stage(row: Row, *, counts: bool) -> Stage:
    name = _read.text(row, "order", "stage")
    if not _read.texts(row, name, "states"):
        raise LawDataInvalid("stages.json", name, "has no states")
    return Stage(
        name=name,
        label_vi=_read.text(row, name, "label_vi"),
        label_en=_read.text(row, name, "label_en"),
        states=_read.texts(row, name, "states"),
        counts=counts,
    )
