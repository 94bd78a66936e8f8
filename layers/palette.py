"""Colours and shapes of the map, as data: one table that screen and paper read.

Lightness falls as work advances, so that a grey print can be read. Stuck is a red hatch over the stage's
colour, never a colour of its own. A place that stands on a stand-in point is drawn hollow with a dashed outline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from geodata.records import Certainty, Place, Position
from layers.view import AreaStyle


@dataclass(frozen=True, slots=True)
class StageColour:
    """How one stage looks; ``lightness`` is CIE L* of the colour, None for an outline."""

    stage: str
    colour: str | None
    lightness: int | None
    symbol: str


STAGES: Final[Sequence[StageColour]] = (
    StageColour("not_started", "#F3F0E4", 95, "open_circle"),
    StageColour("noticed", "#F2D98B", 87, "dot"),
    StageColour("inventoried", "#C3CF6B", 80, "lines"),
    StageColour("planning", "#84B95E", 70, "quarter_disc"),
    StageColour("approved", "#3E9A5F", 57, "half_disc"),
    StageColour("recovered", "#1B7A5A", 45, "square"),
    StageColour("handed_over", "#0B5345", 31, "check"),
)
"""The stages in the order of work."""

SUSPENDED: Final = StageColour("suspended", "#8C8C96", 58, "pause")
WITHDRAWN: Final = StageColour("withdrawn", None, None, "")
"""Left out of the counts, drawn as an outline."""

ALL_STAGES: Final[Sequence[StageColour]] = (*STAGES, SUSPENDED, WITHDRAWN)
"""In the order of the status codes 0 to 8."""

STUCK: Final = "stuck"
STUCK_COLOUR: Final = "#C8321F"
SUSPENDED_HATCH: Final = "#5A5A64"
PARCEL_OUTLINE: Final = "#55534A"
BOUNDARY: Final = "boundary"
BOUNDARY_COLOUR: Final = "#6A1B9A"
SHEETS: Final = "sheets"
LIGHT_SYMBOL: Final = "#FFFFFF"
DARK_SYMBOL: Final = "#26241C"

_CONTEXT: Final[Mapping[str, AreaStyle]] = {
    BOUNDARY: AreaStyle(fill=None, stroke=BOUNDARY_COLOUR, stroke_width_px=2.0, dashed=True),
    SHEETS: AreaStyle(fill=None, stroke="#7A7768", stroke_width_px=0.8, dashed=True),
    "communes": AreaStyle(fill=None, stroke="#8A8471", stroke_width_px=1.0),
    "provinces": AreaStyle(fill="#E9E5D8", stroke="#B3AC98", stroke_width_px=0.8),
    "land": AreaStyle(fill="#E9E5D8", stroke="#B9C4C9", stroke_width_px=0.5),
    "towns": AreaStyle(fill="#6B675B", stroke="#FFFFFF", stroke_width_px=0.8, symbol="dot"),
    "st_site": AreaStyle(fill="#1F5FA8", stroke="#FFFFFF", stroke_width_px=1.2, symbol="diamond"),
    "transfer_site": AreaStyle(fill="#B35C00", stroke="#FFFFFF", stroke_width_px=1.2, symbol="triangle"),
    "gi_area": AreaStyle(fill=None, stroke="#A0326E", stroke_width_px=1.2),
}
WATER: Final = "#E4EEF2"
"""Background of a map that shows land."""


def stage_key(stage: str, *, stuck: bool = False) -> str:
    """Return the style key of a parcel: ``planning`` or ``planning+stuck``."""
    return f"{stage}+{STUCK}" if stuck else stage


def place_key(place: Place) -> str:
    """Return the style key of a place: ``st_site``, ``st_site+approximate``, ``gi_area+illustrative``."""
    if place.certainty is Certainty.ILLUSTRATIVE:
        return f"{place.layer}+illustrative"
    exact = place.position is Position.EXACT or place.layer == "gi_area"
    return place.layer if exact else f"{place.layer}+approximate"


def symbol_colour(fill: str | None) -> str:
    """Return the colour in which a symbol can be read on a fill."""
    return LIGHT_SYMBOL if fill is not None and lightness(fill) < 60 else DARK_SYMBOL


def lightness(colour: str) -> float:
    """Return CIE L* (0 black to 100 white, D65) of an sRGB colour ``#RRGGBB``."""
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return float(116 * luminance ** (1 / 3) - 16) if luminance > 216 / 24389 else luminance * 24389 / 27


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _stage_style(entry: StageColour) -> AreaStyle:
    plain = AreaStyle(fill=entry.colour, stroke=PARCEL_OUTLINE, stroke_width_px=0.6, symbol=entry.symbol)
    if entry is SUSPENDED:
        return replace(plain, hatch=SUSPENDED_HATCH, hatch_kind="cross")
    return replace(plain, stroke="#8C8C96") if entry is WITHDRAWN else plain


def _stuck_style(style: AreaStyle) -> AreaStyle:
    return replace(style, stroke=STUCK_COLOUR, stroke_width_px=1.6, hatch=STUCK_COLOUR, hatch_kind="slash")


def _uncertain_styles() -> Mapping[str, AreaStyle]:
    """Return the styles of places whose position or extent is not known."""
    found: dict[str, AreaStyle] = {}
    for layer in ("st_site", "transfer_site"):
        hollow = replace(_CONTEXT[layer], fill=None, stroke=_CONTEXT[layer].fill or "", dashed=True)
        found |= {f"{layer}+approximate": hollow, f"{layer}+illustrative": hollow}
    area = _CONTEXT["gi_area"]
    found["gi_area+illustrative"] = replace(area, hatch=area.stroke, hatch_kind="backslash", dashed=True)
    return found


def _all_styles() -> Mapping[str, AreaStyle]:
    stages = {entry.stage: _stage_style(entry) for entry in ALL_STAGES}
    stuck = {stage_key(stage, stuck=True): _stuck_style(style) for stage, style in stages.items()}
    any_stuck = _stuck_style(AreaStyle(fill=None, stroke=STUCK_COLOUR, stroke_width_px=1.6))
    return {**stages, **stuck, STUCK: any_stuck, **_CONTEXT, **_uncertain_styles()}


STYLES: Final[Mapping[str, AreaStyle]] = MappingProxyType(_all_styles())
"""Every style by key. A symbol other than a stage's: ``diamond`` st_site, ``triangle`` transfer_site, ``dot`` town."""
