"""The stories that the demonstration's households go through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from monitoring.demonstration_walk import END, START, Halt, Kind, Walk, later, working_day

BATCHES = (
    date(2026, 2, 4),
    date(2026, 3, 11),
    date(2026, 4, 8),
    date(2026, 5, 6),
    date(2026, 6, 10),
    date(2026, 7, 22),
    date(2026, 9, 9),
    date(2026, 10, 7),
    date(2026, 11, 4),
)
"""Days on which plans were laid before the commune, many households at a time."""

WAVE_DAYS = 26
"""Days between the notices of one sheet and of the next."""

LATER_NOTICE_DAYS = 18
"""Days by which the notice comes later for each later batch of plans."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """An obstacle: its kind, what was asked, after which event it came up, and how long it lasted."""

    kind: str
    asked: str
    after: str
    days_after: int = 12
    lasts_days: int | None = None
    """None while it is open."""


@dataclass(frozen=True, slots=True)
class Story:
    """What becomes of a household."""

    stop_at: str
    batch: int = 0
    """The first batch of plans that it may be in."""
    slow_days: int = 0
    """Days by which its inventory came late."""
    persuaded: bool = False
    """Refused the inventory first."""
    dialogue: bool = False
    """Did not agree to the plan first."""
    suspended_at: str = ""
    """The state in which its case was suspended."""
    suspended_days: int | None = None
    """None while it is suspended."""
    hindrances: tuple[Hindrance, ...] = ()

    def eased(self) -> Story:
        """Return the story without what still holds it up, for the households that repeat it."""
        return replace(self, suspended_at="", hindrances=tuple(row for row in self.hindrances if row.lasts_days))


def _asked(kind: str, asked: str, after: str, **more: int) -> tuple[Hindrance, ...]:
    return (Hindrance(kind, asked, after, **more),)


_ORIGIN = "Đề nghị UBND xã xác nhận nguồn gốc đất"
_WAITING = Story("INVENTORY_DONE")

STORIES: Mapping[str, Sequence[Story]] = {
    "handed_over": (
        Story("RECORDS_UPDATED", batch=0),
        Story(
            "HANDED_OVER",
            batch=0,
            hindrances=_asked("origin_unconfirmed", _ORIGIN, "inventory_signed", lasts_days=25),
        ),
        Story("HANDED_OVER", batch=1),
        Story("RECORDS_UPDATED", batch=1, dialogue=True),
        Story("HANDED_OVER", batch=5),
        Story("HANDED_OVER", batch=2, persuaded=True),
        Story("RECORDS_UPDATED", batch=2),
        Story(
            "HANDED_OVER",
            batch=5,
            hindrances=_asked(
                "mortgage", "Đề nghị ngân hàng giải chấp một phần", "plan_approved", days_after=2, lasts_days=14
            ),
        ),
        Story("HANDED_OVER", batch=3),
        Story("HANDED_OVER", batch=5, slow_days=20),
        Story(
            "HANDED_OVER",
            batch=3,
            hindrances=_asked(
                "crops_standing",
                "Đề nghị thu hoạch xong trước khi bàn giao",
                "recovery_decided",
                days_after=2,
                lasts_days=12,
            ),
        ),
        Story("HANDED_OVER", batch=4),
        Story("HANDED_OVER", batch=0, suspended_at="PLAN_CONSULTED", suspended_days=30),
        Story("HANDED_OVER", batch=4, slow_days=30),
    ),
    "recovered": (
        Story("RECOVERY_DECIDED", batch=5),
        Story(
            "RECOVERY_DECIDED",
            batch=5,
            hindrances=_asked(
                "crops_standing", "Đề nghị thu hoạch thanh long trước khi bàn giao", "recovery_decided", days_after=4
            ),
        ),
        Story("HANDOVER_PERSUASION", batch=4),
        Story(
            "RECOVERY_DECIDED",
            batch=5,
            hindrances=_asked("graves", "Đề nghị vận động di dời mồ mả", "recovery_decided", days_after=6),
        ),
        Story("RECOVERY_DECIDED", batch=5, slow_days=10),
    ),
    "approved": (
        Story("DECISION_SERVED", batch=5),
        Story(
            "DECISION_SERVED",
            batch=6,
            hindrances=_asked("funds_short", "Đề nghị bố trí vốn chi trả", "decision_served", days_after=1),
        ),
        Story(
            "CONSENT_PERSUASION",
            batch=5,
            hindrances=_asked(
                "price_disagreed", "Đề nghị giải thích đơn giá bồi thường", "decision_served", days_after=5
            ),
        ),
        Story("PLAN_APPROVED", batch=6),
    ),
    "planning": (
        Story("PLAN_POSTED", batch=8),
        Story("APPRAISAL", batch=7),
        Story(
            "DIALOGUE",
            batch=7,
            hindrances=_asked("price_disagreed", "Đề nghị xem lại đơn giá cây trồng", "plan_consulted", days_after=2),
        ),
        Story(
            "APPRAISAL",
            batch=6,
            suspended_at="PLAN_CONSULTED",
            hindrances=_asked("grievance_pending", "Chờ kết quả giải quyết khiếu nại", "plan_consulted", days_after=3),
        ),
        Story("PLAN_FINALISED", batch=7),
        Story("PLAN_DRAFTED", batch=8),
        Story("APPRAISED", batch=7),
        Story("APPRAISAL", batch=7, suspended_at="PLAN_FINALISED"),
        Story("PLAN_CONSULTED", batch=7),
    ),
    "origin_awaited": (
        Story("INVENTORY_DONE", hindrances=_asked("origin_unconfirmed", _ORIGIN, "inventory_signed", days_after=15)),
        _WAITING,
        Story("INVENTORY_DONE", slow_days=60),
        Story("ORIGIN_CONFIRMED", slow_days=180),
        Story(
            "INVENTORY_DONE",
            slow_days=45,
            hindrances=_asked("origin_unconfirmed", _ORIGIN, "inventory_signed", days_after=20),
        ),
        Story("INVENTORY_DONE", slow_days=90),
        Story(
            "INVENTORY_DONE",
            hindrances=_asked("boundary_dispute", "Đề nghị hoà giải tranh chấp ranh giới", "inventory_signed"),
        ),
        _WAITING,
        Story("INVENTORY_DONE", slow_days=120),
        Story(
            "INVENTORY_DONE",
            slow_days=75,
            hindrances=_asked("papers_missing", "Đề nghị bổ sung giấy tờ nguồn gốc", "inventory_signed"),
        ),
        _WAITING,
        Story("INVENTORY_DONE", slow_days=30),
        Story("INVENTORY_DONE", slow_days=150),
        Story(
            "INVENTORY_DONE",
            hindrances=_asked("survey_mismatch", "Đề nghị kiểm tra diện tích theo giấy tờ", "inventory_signed"),
        ),
        *[_WAITING] * 10,
    ),
    "inventory": (
        Story(
            "INVENTORY_PERSUASION",
            slow_days=150,
            persuaded=True,
            hindrances=_asked(
                "inventory_refused", "Đề nghị phối hợp vận động kiểm đếm", "inventory_persuasion_started", days_after=3
            ),
        ),
        Story("INVENTORY", slow_days=280),
        Story("INVENTORY", slow_days=300),
    ),
    "early": (
        Story("WITHDRAWN", slow_days=60),
        Story("NOTICE_ISSUED", slow_days=330),
        Story("DRAFT"),
        Story("DRAFT"),
    ),
    "holder_unknown": (
        Story(
            "NOTICE_ISSUED",
            hindrances=_asked("absent_holder", "Đề nghị xác minh nơi ở của người có đất", "notice_issued"),
        ),
        Story("DRAFT"),
    ),
}
"""Stories by where they end; households of one ending take them in turn."""


def tell(walk: Walk, story: Story, turn: int, kinds: Mapping[str, Kind]) -> None:
    """Let a household go through its story as far as it leads, then put in what held it up."""
    if story.stop_at != walk.workflow.initial_state:
        try:
            for part in (_notice, _inventory, _origin, _plan, _approval, _handover):
                part(walk, story, turn)
        except Halt:
            _renew_notice(walk)
    for hindrance in story.hindrances:
        if hindrance.after in walk.days and hindrance.kind in kinds:
            on = later(walk.days[hindrance.after], hindrance.days_after)
            until_on = None if hindrance.lasts_days is None else later(on, hindrance.lasts_days)
            walk.hinder(kinds[hindrance.kind], hindrance.asked, on, until_on)


def _notice(walk: Walk, story: Story, turn: int) -> None:
    wave = later(START, WAVE_DAYS * turn + LATER_NOTICE_DAYS * story.batch)
    stop_at, walk.stop_at = walk.stop_at, ""
    walk.go("notice_issued", wave, note="Thông báo theo đợt (minh hoạ)")
    sent = "notice_media_published" if _is_absent(story) else "notice_sent"
    walk.go(sent, later(wave, walk.chance.randint(1, 8)))
    walk.stop_at = stop_at
    if walk.now.state == stop_at:
        raise Halt


def _is_absent(story: Story) -> bool:
    return any(hindrance.kind == "absent_holder" for hindrance in story.hindrances)


def _inventory(walk: Walk, story: Story, turn: int) -> None:
    begun = later(walk.today, walk.chance.randint(10, 24) + story.slow_days)
    if story.stop_at == "WITHDRAWN":
        walk.go("case_withdrawn", begun, note="Điều chỉnh ranh dự án (minh hoạ)")
    walk.go("inventory_started", begun)
    if story.persuaded:
        walk.go("inventory_persuasion_started", later(begun, 6), note="Chưa hợp tác kiểm đếm (minh hoạ)")
        walk.go("inventory_persuasion_ended", later(walk.today, 15))
        walk.go("inventory_resumed", later(walk.today, 3), note="Đã đồng ý phối hợp (minh hoạ)")
    walk.go("inventory_signed", later(walk.today, walk.chance.randint(3, 12)), note="Đã ký biên bản (minh hoạ)")


def _origin(walk: Walk, story: Story, turn: int) -> None:
    walk.go("origin_confirmed", later(walk.today, walk.chance.randint(18, 45)))


def _plan(walk: Walk, story: Story, turn: int) -> None:
    batch = next((on for on in BATCHES[story.batch :] if on > walk.today), END + timedelta(days=1))
    _step(walk, story, "plan_drafted", batch)
    _step(walk, story, "plan_posted", later(batch, 2))
    _step(walk, story, "plan_posting_closed", later(batch, 14))
    _step(walk, story, "plan_consulted", later(walk.today, 2))
    if story.dialogue or story.stop_at == "DIALOGUE":
        _step(walk, story, "dialogue_opened", later(batch, 19), "Chưa đồng ý phương án (minh hoạ)")
        _step(walk, story, "dialogue_closed", later(walk.today, walk.chance.randint(8, 20)))
    else:
        _step(walk, story, "plan_finalised", later(batch, 22))


def _approval(walk: Walk, story: Story, turn: int) -> None:
    _step(walk, story, "appraisal_file_complete", later(walk.today, 4))
    _step(walk, story, "appraisal_result", later(walk.today, 15))
    _step(walk, story, "plan_approved", later(walk.today, 4))
    _step(walk, story, "plan_approval_effective", walk.today)
    _step(walk, story, "decision_served", later(walk.today, 2))
    if story.stop_at == "CONSENT_PERSUASION":
        walk.go("consent_persuasion_started", later(walk.today, 6))


def _handover(walk: Walk, story: Story, turn: int) -> None:
    walk.go("recovery_decided", later(walk.today, 8))
    _step(walk, story, "recovery_effective", walk.today)
    if story.stop_at == "HANDOVER_PERSUASION":
        walk.go("handover_persuasion_started", later(walk.today, 10))
    walk.go("handed_over", later(walk.today, walk.chance.randint(14, 60)), note="Bàn giao mặt bằng sạch (minh hoạ)")
    walk.go("records_sent", later(walk.today, 3))
    walk.go("records_updated", later(walk.today, 6))


def _step(walk: Walk, story: Story, event: str, on: date, note: str = "") -> None:
    """Take a step of the plan; a case may be suspended after it, for a time or for good."""
    walk.go(event, on, note=note)
    if walk.now.state != story.suspended_at or "suspension_decided" in walk.days:
        return
    walk.go("suspension_decided", later(walk.today, 5), note="Tạm dừng theo khiếu nại (minh hoạ)")
    if story.suspended_days is None:
        raise Halt
    walk.go("suspension_lifted", later(walk.today, story.suspended_days))


def _renew_notice(walk: Walk) -> None:
    """Issue the notice again a year later where the land is not recovered by then."""
    issued = walk.days.get("notice_issued")
    if issued is None or "recovery_decided" in walk.days or not walk.may("notice_reissued"):
        return
    on = working_day(issued + timedelta(days=365))
    if walk.today <= on <= END:
        walk.stop_at = ""
        walk.go("notice_reissued", on, note="Thông báo ban hành lại (minh hoạ)")
