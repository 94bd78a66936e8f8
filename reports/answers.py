"""Answers as plain text and as JSON, for the terminal and for whatever takes text only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from geodata.records import CaseEvent, ImportResult
from geodata.survey import Survey
from layers.headline import headline
from layers.sentences import one_line
from layers.words import Words
from monitoring.progress import Progress
from monitoring.stages import Stages
from monitoring.workflow import Workflow

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


def import_facts(result: ImportResult, survey: Survey, *, dry_run: bool) -> dict[str, object]:
    """Return what ``import-parcels --json`` prints; areas in m²."""
    return {
        "project": result.project_code,
        "file": survey.source.file_name,
        "layer": survey.source.layer,
        "crs": survey.source.crs,
        "encoding": survey.source.encoding,
        "fields": dict(survey.fields),
        "rows_read": result.rows_read,
        "parcels_added": result.parcels_added,
        "claimants_added": result.claimants_added,
        "cases_opened": result.cases_opened,
        "area_m2": round(result.area_m2, 1),
        "seq": None if dry_run else result.seq,
        "dry_run": dry_run,
    }


def import_lines(result: ImportResult, words: Words, *, dry_run: bool) -> Sequence[str]:
    """Return in numbers what was brought in, or would be."""
    line = words.text("{project}: {rows} rows read, {parcels} parcels accepted, {holders} holders, {area}.").format(
        project=result.project_code,
        rows=words.number(result.rows_read),
        parcels=words.number(result.parcels_added),
        holders=words.number(result.claimants_added),
        area=words.hectares(result.area_m2),
    )
    return [line, words.text("This was a trial: nothing was written.")] if dry_run else [line]


def event_lines(done: CaseEvent, parcel: str, workflow: Workflow, words: Words) -> Sequence[str]:
    """Return what was recorded and where it led."""
    event = words.law(workflow.event(done.event).label_vi)
    line = words.text("Recorded for parcel {parcel}: {event}, {day}.")
    said = line.format(parcel=one_line(parcel), event=event, day=words.day(done.occurred_on))
    if done.to_state is None:
        return [said]
    label = words.law(workflow.state(done.to_state).label_vi)
    return [said, words.text("State: {label} ({code})").format(label=label, code=done.to_state)]
