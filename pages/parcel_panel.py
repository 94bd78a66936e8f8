"""The panel beside the map: what a parcel is, where it stands, who has to act, and what was done."""

from __future__ import annotations

from typing import Final

import streamlit as st

from geodata import shipped
from geodata.errors import MatbangError
from geodata.records import CaseEvent, Obstacle, Project
from monitoring import operations
from monitoring.obstacles import is_open
from monitoring.reading import CasePanel, ParcelPanel
from pages import amending, errors, figures, look, recording
from pages.context import PageContext, choose_parcel
from pages.recording import event_label, obstacle_label, who

LATEST: Final = 5
"""Entries shown at once; older ones are sent when somebody asks for them."""


def render(context: PageContext) -> None:
    """Draw the panel of the chosen parcel, or say how to choose one."""
    project = context.project
    if project is None:
        return
    if context.parcel_id is None:
        _nothing_chosen(context, project)
        return
    try:
        panel = operations.parcel_panel(context.actor, context.office, project.code, context.parcel_id, context.moment)
    except MatbangError as refusal:
        errors.show(context, refusal)
        choose_parcel(None)
        return
    _parcel(context, panel)
    case = _chosen_case(context, panel)
    if case is None:
        look.quiet(context.say("On this day the parcel had no case yet."))
        return
    _standing(context, panel, case)
    _forms(context, project, case)
    _timeline(context, case)


def _nothing_chosen(context: PageContext, project: Project) -> None:
    found = figures.progress(context, project).figures
    st.html(f'<p class="mb-title">{look.safe(project.name)}</p>')
    look.quiet(context.say("Click a parcel on the map to see its case and record work."))
    figures.stage_list(context, found)


def _parcel(context: PageContext, panel: ParcelPanel) -> None:
    parcel, words = panel.parcel, context.words
    title = context.say("Sheet {sheet} · Parcel {number}", sheet=parcel.key.sheet, number=parcel.key.number)
    st.html(f'<p class="mb-title">{look.safe(title)}</p>')
    commune = shipped.commune(parcel.key.commune_code) if parcel.key.commune_code else None
    parts = [words.area(parcel.figure_area_m2), parcel.land_types, commune.name if commune else ""]
    look.quiet(" · ".join(part for part in parts if part))


def _chosen_case(context: PageContext, panel: ParcelPanel) -> CasePanel | None:
    """Return the case to show; with several holders on one parcel the person chooses."""
    if len(panel.cases) < 2:
        return panel.cases[0] if panel.cases else None
    names = {case.file.case.id: _holder(context, case) for case in panel.cases}
    chosen = st.selectbox(
        context.say("Holder"),
        list(names),
        format_func=lambda case_id: names.get(case_id, ""),
        key=f"holder_{panel.parcel.id}",
    )
    return next((case for case in panel.cases if case.file.case.id == chosen), panel.cases[0])


def _holder(context: PageContext, case: CasePanel) -> str:
    return case.file.claimant.name if case.file.claimant else context.say("holder not known yet")


def _standing(context: PageContext, panel: ParcelPanel, case: CasePanel) -> None:
    """Say where the case stands, since when, what comes next and who has to act."""
    words = context.words
    colour = figures.COLOURS[case.stage]
    state = look.safe(context.words.law(case.state_label_vi))
    stage = look.safe(figures.stage_label(context, case.stage))
    st.html(
        f'<p class="mb-state"><i class="mb-dot" style="background:{colour}"></i><b>{state}</b>'
        f'<br><span class="mb-quiet">{stage}</span></p>'
    )
    standing = [row for row in case.file.obstacles if is_open(row, context.shown_day)]
    rows = [(context.say("Holder"), _holder(context, case))]
    if case.waiting_since:
        days = (context.shown_day - case.waiting_since).days
        since = words.plural("since {day}, {count} day", "since {day}, {count} days", days)
        rows.append((context.say("In this state"), since.format(day=words.day(case.waiting_since))))
    moving = next((offer for offer in case.offers if offer.to_state), None)
    if moving is not None:
        rows.append((context.say("Next"), words.law(moving.label_vi)))
    waits_for = next((obstacle.waits_for for obstacle in standing if obstacle.waits_for), case.next_actor)
    if waits_for:
        rows.append((context.say("Waits for"), words.law(waits_for)))
    look.facts(rows)
    for obstacle in standing:
        _open_obstacle(context, obstacle)


def _open_obstacle(context: PageContext, obstacle: Obstacle) -> None:
    days = (context.shown_day - obstacle.from_on).days
    line = context.words.plural("Stuck: {kind}, {count} day", "Stuck: {kind}, {count} days", days)
    said = line.format(kind=obstacle_label(context, obstacle.kind))
    note = " · ".join(part for part in (obstacle.asked, obstacle.note) if part)
    st.html(
        f'<p class="mb-stuck">{look.safe(said)}</p>' + (f'<p class="mb-quiet">{look.safe(note)}</p>' if note else "")
    )


def _forms(context: PageContext, project: Project, case: CasePanel) -> None:
    if context.as_of is not None:
        look.quiet(context.say("Recording is off while a past day is shown."))
        return
    recording.outcome(context, case)
    if recording.is_undecided(case):
        return
    with st.container(key="mb_record"):
        drawer = look.drawer(context.say("Record work done"), ":material/edit:", f"record_{recording.form_round()}")
    if drawer.open:
        with drawer:
            recording.event_form(context, project.code, case)
    amending.obstacles(context, project, case)
    amending.correction_form(context, project, case)


def _timeline(context: PageContext, case: CasePanel) -> None:
    """List what was done, the latest first; corrected entries stay readable, struck through."""
    entries = [((entry.occurred_on, entry.id), _event_line(context, case, entry)) for entry in case.file.events]
    entries += [((obstacle.from_on, 0), _obstacle_line(context, obstacle)) for obstacle in case.file.obstacles]
    st.html(f'<p class="mb-title mb-small">{look.safe(context.say("What was done"))}</p>')
    if not entries:
        look.quiet(context.say("Nothing recorded yet."))
        return
    lines = [line for _, line in sorted(entries, key=lambda entry: entry[0], reverse=True)]
    look.timeline(lines[:LATEST])
    older = lines[LATEST:]
    if not older:
        return
    title = context.words.plural("{count} older entry", "{count} older entries", len(older))
    drawer = look.drawer(title, ":material/history:", f"older_{case.file.case.id}")
    if drawer.open:
        with drawer:
            look.timeline(older)


def _event_line(context: PageContext, case: CasePanel, entry: CaseEvent) -> str:
    counts = entry.id in case.counting
    label = event_label(context, entry.event)
    if entry.withdraws:
        label = context.say("Withdrawn: {what}", what=label)
    elif entry.corrects is not None:
        label = context.say("Corrected: {what}", what=label)
    details = [entry.document, entry.note, entry.reason]
    written = context.say(
        "recorded {moment} by {name}",
        moment=context.words.moment(entry.recorded_at),
        name=who(context, entry.recorded_by),
    )
    return (
        f'<li class="{"" if counts else "mb-void"}"><b>{look.safe(label)}</b>'
        f" · {look.safe(context.words.day(entry.occurred_on))}"
        + "".join(f"<br>{look.safe(detail)}" for detail in details if detail)
        + f'<br><span class="mb-quiet">{look.safe(written)}</span></li>'
    )


def _obstacle_line(context: PageContext, obstacle: Obstacle) -> str:
    words = context.words
    until = words.day(obstacle.until_on) if obstacle.until_on else context.say("still open")
    what = context.say("Obstacle: {kind}", kind=obstacle_label(context, obstacle.kind))
    waits = context.say("waits for {name}", name=words.law(obstacle.waits_for)) if obstacle.waits_for else ""
    details = [waits, obstacle.asked, obstacle.note, obstacle.closing_note]
    return (
        f'<li class="mb-obstacle"><b>{look.safe(what)}</b>'
        f" · {look.safe(words.day(obstacle.from_on))} – {look.safe(until)}"
        + "".join(f"<br>{look.safe(detail)}" for detail in details if detail)
        + "</li>"
    )
