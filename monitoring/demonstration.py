"""The made-up history of the demonstration: fourteen months, every step one that the workflow offers.

Nothing here is a rule: days are drawn so that they look like the work of an office. Each text that it makes
says that it is illustrative.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from geodata.records import NewCaseEvent, NewProject, ParcelKey
from monitoring.demonstration_story import STORIES, Story, tell
from monitoring.demonstration_walk import END, ILLUSTRATIVE, START, Chance, Kind, PlannedWrite, Walk
from monitoring.progress import natural
from monitoring.workflow import Workflow

PLANS_APPROVED_FROM = date(2026, 3, 1)
"""When the demonstration's first plans are approved: it decides the legal regime."""

REASON_VI = (
    "Dữ liệu minh hoạ: các phương án bồi thường được phê duyệt trong năm 2026, sau ngày chuyển tiếp, "
    "nên áp dụng chế độ có hiệu lực khi phê duyệt phương án."
)

SHARES: Mapping[str, float] = {
    "handed_over": 0.455,
    "recovered": 0.08,
    "approved": 0.08,
    "planning": 0.13,
    "origin_awaited": 0.205,
    "inventory": 0.03,
}
"""Which share of the parcels ends where; the rest has had its notice or not even that."""

DOCUMENTS: Mapping[str, str] = {
    "notice_issued": "TB-UBND",
    "notice_reissued": "TB-UBND",
    "notice_sent": "BB-UBND",
    "notice_media_published": "BB-UBND",
    "inventory_started": "TB-TTPTQĐ",
    "origin_confirmed": "XN-UBND",
    "plan_drafted": "PA-TTPTQĐ",
    "plan_finalised": "BC-TTPTQĐ",
    "appraisal_file_complete": "GTN-SNNMT",
    "appraisal_result": "TĐ-SNNMT",
    "plan_approved": "QĐ-UBND",
    "recovery_decided": "QĐ-UBND",
    "suspension_decided": "QĐ-UBND",
    "suspension_lifted": "QĐ-UBND",
    "case_withdrawn": "QĐ-UBND",
    "records_sent": "PC-TTPTQĐ",
}
"""Signs of the papers; every other event is shown by minutes (BB)."""

EFFECTS: Mapping[str, str] = {"plan_approval_effective": "plan_approved", "recovery_effective": "recovery_decided"}
"""Events that stand in the paper of another one."""


@dataclass(frozen=True, slots=True)
class DemonstrationCase:
    """A case as far as the planning needs it."""

    case_id: int
    key: ParcelKey
    claimant_id: int | None


@dataclass(frozen=True, slots=True)
class Household:
    """Cases that move together, and how early their sheet's turn comes (0 first)."""

    case_ids: tuple[int, ...]
    known: bool
    turn: int


def demonstration_project(workflow: Workflow, code: str, name: str, commune_code: str, survey_epsg: int) -> NewProject:
    """Return the demonstration's project; its regime follows from when its plans are approved."""
    return NewProject(
        code=code,
        name=name,
        owner="Sở Khoa học và Công nghệ (minh hoạ)",
        commune_code=commune_code,
        survey_epsg=survey_epsg,
        regime=workflow.regime_of_date(PLANS_APPROVED_FROM).id,
        regime_reason=REASON_VI,
        planned_start_on=START,
        planned_end_on=date(2027, 9, 30),
        illustrative=True,
    )


def plan_history(
    cases: Sequence[DemonstrationCase], workflow: Workflow, regime: str, kinds: Sequence[Kind], rng: Chance
) -> Sequence[PlannedWrite]:
    """Return what was done and written down, in the order in which it was written.

    Equal arguments give equal histories.

    Raises
    ------
    EventNotAllowed
        A story does not fit the workflow under this regime.
    """
    known_kinds = {kind.code: kind for kind in kinds}
    writes: list[PlannedWrite] = []
    for household, story in _casting(_households(cases), rng):
        walk = Walk(workflow, regime, household.case_ids, rng, story.stop_at)
        tell(walk, story, household.turn, known_kinds)
        writes += walk.writes
    numbered = _numbered(sorted(writes, key=lambda row: _happened(row.write)))
    return sorted(numbered, key=lambda row: row.recorded_at)


# ---- who ends where ----------------------------------------------------------------------------


def _households(cases: Sequence[DemonstrationCase]) -> Sequence[Household]:
    """Return the households by their first parcel; a case without a known holder stands alone."""
    ordered = sorted(cases, key=lambda case: (natural((case.key.commune_code, case.key.sheet)), case.case_id))
    sheets = list(dict.fromkeys(case.key.sheet for case in ordered))
    groups: dict[tuple[str, int], list[DemonstrationCase]] = {}
    for case in ordered:
        holder = ("case", case.case_id) if case.claimant_id is None else ("holder", case.claimant_id)
        groups.setdefault(holder, []).append(case)
    return [
        Household(tuple(case.case_id for case in rows), key[0] == "holder", sheets.index(rows[0].key.sheet))
        for key, rows in groups.items()
    ]


def _casting(households: Sequence[Household], rng: Chance) -> Iterator[tuple[Household, Story]]:
    """Give every household a story: sheets whose turn comes early get further."""
    total = sum(len(household.case_ids) for household in households)
    ranked = sorted(((0.45 * household.turn + rng.random(), household) for household in households), key=_by_rank)
    names = _endings(total)
    told: dict[str, int] = {}
    for _, household in ranked:
        name = next(names) if household.known else "holder_unknown"
        for _ in household.case_ids[1:] if household.known else ():
            next(names)
        round_before, place = divmod(told.get(name, 0), len(STORIES[name]))
        story = STORIES[name][place]
        yield household, story.eased() if round_before else story
        told[name] = told.get(name, 0) + 1


def _by_rank(ranked: tuple[float, Household]) -> tuple[float, tuple[int, ...]]:
    return ranked[0], ranked[1].case_ids


def _endings(total: int) -> Iterator[str]:
    """Yield for each parcel, the furthest first, where it ends."""
    for name, share in SHARES.items():
        yield from [name] * round(share * total)
    while True:
        yield "early"


# ---- papers ------------------------------------------------------------------------------------


def _happened(write: object) -> date:
    return write.occurred_on if isinstance(write, NewCaseEvent) else END


def _numbered(writes: Sequence[PlannedWrite]) -> Iterator[PlannedWrite]:
    """Give each event its paper; numbers run through a year in the order of the days."""
    last: dict[tuple[str, int], int] = {}
    papers: dict[tuple[str, date], str] = {}
    for row in writes:
        if not isinstance(row.write, NewCaseEvent):
            yield row
            continue
        event, on = EFFECTS.get(row.write.event, row.write.event), row.write.occurred_on
        if (event, on) not in papers:
            series = (DOCUMENTS.get(event, "BB-TTPTQĐ"), on.year)
            last[series] = last.get(series, 100) + 1
            papers[event, on] = f"{last[series]}/{series[0]} ({ILLUSTRATIVE})"
        note = row.write.note or "Dữ liệu minh hoạ"
        yield replace(row, write=replace(row.write, document=papers[event, on], note=note))
