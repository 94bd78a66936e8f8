"""Figures as plain text, for the terminal and for whatever takes text only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from layers.headline import headline
from layers.words import Words
from monitoring.progress import Progress
from monitoring.stages import Stages

LABEL_WIDTH: Final = 32
"""Letters; the longest label of a stage has fewer."""


def progress_lines(found: Progress, stages: Stages, words: Words) -> Sequence[str]:
    """Return how far a project is: the first line's figures, then stages, then map sheets."""
    labels = {stage.name: words.law(stage.label_vi) for stage in stages.all}
    by_stage = [
        f"  {labels[row.stage]:<{LABEL_WIDTH}} {words.number(row.parcels):>7}   {words.hectares(row.area_m2):>10}"
        for row in found.figures.stages
    ]
    by_sheet = [
        words.text("  Sheet {sheet}: {done} / {parcels} parcels handed over").format(
            sheet=row.sheet,
            done=words.number(row.figures.parcels_handed_over),
            parcels=words.number(row.figures.parcels),
        )
        for row in found.sheets
    ]
    as_of = words.text("As of {day}").format(day=words.day(found.as_of))
    return [f"{found.project} · {as_of}", headline(found.figures, words), *by_stage, *by_sheet]
