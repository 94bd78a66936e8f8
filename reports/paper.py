"""Paper: sizes, margins, type sizes and the boxes that a sheet is divided into. All lengths are millimetres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from geodata.errors import PaperUnknown, SnapshotFormatUnknown

MM_PER_INCH: Final = 25.4
MM_PER_POINT: Final = MM_PER_INCH / 72
FORMATS: Final = ("pdf", "png")
ORIENTATIONS: Final = ("landscape", "portrait")
LARGEST_DPI: Final = 600
"""Above this an A3 sheet would need more than 200 MB of memory."""


@dataclass(frozen=True, slots=True)
class TypeSizes:
    """Sizes of type in points; none is below 7, the least that an office printer keeps readable."""

    title: float
    heading: float
    body: float
    small: float


@dataclass(frozen=True, slots=True)
class PaperSize:
    """A sheet of paper, upright."""

    short_mm: float
    long_mm: float
    margin_mm: float
    panel_mm: float
    """Width of the column beside the map on a landscape sheet."""
    types: TypeSizes


PAPERS: Final[Mapping[str, PaperSize]] = MappingProxyType(
    {
        "A4": PaperSize(210, 297, 9, 66, TypeSizes(title=13.5, heading=9.5, body=8, small=7)),
        "A3": PaperSize(297, 420, 11, 92, TypeSizes(title=19, heading=12.5, body=10.5, small=8.5)),
    }
)


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle on the page; y grows upwards from the page's lower edge."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Return the width in mm."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Return the height in mm."""
        return self.top - self.bottom

    def inset(self, by: float) -> Box:
        """Return the box made smaller by ``by`` mm on each side."""
        return Box(self.left + by, self.bottom + by, self.right - by, self.top - by)

    def overlaps(self, other: Box) -> bool:
        """Return whether the two share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )

    def within(self, other: Box) -> bool:
        """Return whether this box lies wholly in ``other``."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.bottom >= other.bottom
            and self.top <= other.top
        )


@dataclass(frozen=True, slots=True)
class SheetOptions:
    """How the sheet is wanted.

    ``scale`` is the denominator (2000 for 1:2000), None for the largest round one that fits.
    """

    paper: str = "A3"
    orientation: str = "landscape"
    scale: int | None = None
    format: str = "pdf"
    dpi: int = 200
    """Of a PNG; a PDF is drawn as vectors."""

    def check(self) -> None:
        """Refuse what is not made; raises PaperUnknown, SnapshotFormatUnknown and ValueError."""
        if self.paper not in PAPERS:
            raise PaperUnknown(self.paper, tuple(PAPERS))
        if self.format not in FORMATS:
            raise SnapshotFormatUnknown(self.format, FORMATS)
        if self.orientation not in ORIENTATIONS:
            raise ValueError(self.orientation)
        if self.scale is not None and self.scale < 1:
            raise ValueError(self.scale)
        if not 36 <= self.dpi <= LARGEST_DPI:
            raise ValueError(self.dpi)

    @property
    def size(self) -> PaperSize:
        """Return the paper."""
        return PAPERS[self.paper]

    @property
    def page(self) -> Box:
        """Return the whole page."""
        if self.orientation == "landscape":
            return Box(0, 0, self.size.long_mm, self.size.short_mm)
        return Box(0, 0, self.size.short_mm, self.size.long_mm)
