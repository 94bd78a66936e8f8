"""A blank page to draw on, in millimetres from its lower left corner.

Only matplotlib's objects are used, never pyplot, whose figures are shared by all threads. Its settings (fonts kept as
TrueType) are global, so pages are written one at a time.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final, Literal

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import Stroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from reports.fonts import REGULAR, font, printable
from reports.paper import MM_PER_INCH, MM_PER_POINT, Box

DRAWING: Final = threading.Lock()
SETTINGS: Final[dict[str, Any]] = {
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "svg.hashsalt": "matbang",
    "text.hinting": "no_hinting",
}
"""Fonts stay TrueType (Type 3 cannot be searched everywhere), nothing random enters a file, and a line of letters is
as wide in a picture as in a PDF."""
INK: Final = "#1F2A2E"
SOFT_INK: Final = "#5B666B"
WHITE: Final = "#FFFFFF"
LEADING: Final = 1.32
"""Distance of two baselines, as a multiple of the type size; Vietnamese stacks marks on capitals."""


def line_mm(size_pt: float) -> float:
    """Return the distance of two baselines in mm."""
    return size_pt * MM_PER_POINT * LEADING


class Page:
    """One page. What is drawn later lies above what was drawn before."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self._figure = Figure(figsize=(box.width / MM_PER_INCH, box.height / MM_PER_INCH), facecolor=WHITE)
        self._mm = Affine2D().scale(1 / MM_PER_INCH) + self._figure.dpi_scale_trans
        self._depth = 0
        self._texts: list[Text] = []

    def _add(self, artist: Artist, clip: Box | None) -> None:
        self._depth += 1
        artist.set_zorder(self._depth)
        self._figure.add_artist(artist)
        if clip is not None:
            edge = Rectangle((clip.left, clip.bottom), clip.width, clip.height, transform=self._mm)
            artist.set_clip_path(edge)

    def path(
        self,
        path: Path,
        *,
        fill: str | None = None,
        stroke: str | None = None,
        width_pt: float = 0.5,
        dash: Sequence[float] | None = None,
        clip: Box | None = None,
    ) -> None:
        """Draw a path; ``dash`` is lengths on and off in multiples of the line's width."""
        patch = PathPatch(
            path,
            facecolor=fill or "none",
            edgecolor=stroke or "none",
            linewidth=width_pt if stroke else 0,
            linestyle=(0, tuple(dash)) if dash else "solid",
            joinstyle="round",
            capstyle="butt",
            transform=self._mm,
        )
        self._add(patch, clip)

    def line(
        self,
        points: Sequence[tuple[float, float]],
        *,
        stroke: str = INK,
        width_pt: float = 0.5,
        dash: Sequence[float] | None = None,
    ) -> None:
        """Draw a line through points."""
        self.path(Path(list(points)), stroke=stroke, width_pt=width_pt, dash=dash)

    def box_outline(
        self, box: Box, *, fill: str | None = None, stroke: str | None = INK, width_pt: float = 0.5
    ) -> None:
        """Draw a rectangle."""
        corners = [(box.left, box.bottom), (box.right, box.bottom), (box.right, box.top), (box.left, box.top)]
        self.path(Path([*corners, corners[0]], closed=True), fill=fill, stroke=stroke, width_pt=width_pt)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size_pt: float,
        *,
        weight: int = REGULAR,
        colour: str = INK,
        across: Literal["left", "center", "right"] = "left",
        rotation: float = 0,
        halo: str | None = None,
    ) -> None:
        """Write one line with its baseline at ``y``; it is text, never markup, and can be searched in a PDF."""
        shown = printable(text, weight)
        if not shown:
            return
        artist = Text(
            x,
            y,
            shown,
            color=colour,
            fontproperties=font(weight),
            fontsize=size_pt,
            horizontalalignment=across,
            verticalalignment="baseline",
            rotation=rotation,
            rotation_mode="anchor",
            parse_math=False,
            transform=self._mm,
        )
        if halo:
            self._add(self._halo(artist, halo), None)
        self._add(artist, None)
        self._texts.append(artist)

    def _halo(self, text: Text, colour: str) -> Text:
        """Return a thick copy to lie under a text; an effect on the text itself would turn it into shapes."""
        under = Text(
            *text.get_position(),
            text.get_text(),
            color=colour,
            fontproperties=text.get_fontproperties(),
            horizontalalignment=text.get_horizontalalignment(),
            verticalalignment="baseline",
            rotation=text.get_rotation(),
            rotation_mode="anchor",
            parse_math=False,
            transform=self._mm,
        )
        under.set_path_effects([Stroke(linewidth=1.8, foreground=colour)])
        return under

    def text_boxes(self) -> list[tuple[str, Box]]:
        """Return each line of text with the box that its letters take, in mm; turned ones included."""
        renderer = FigureCanvasAgg(self._figure).get_renderer()  # type: ignore[no-untyped-call]
        mm = MM_PER_INCH / self._figure.dpi
        extents = [(text.get_text(), text.get_window_extent(renderer)) for text in self._texts]
        return [(text, Box(at.x0 * mm, at.y0 * mm, at.x1 * mm, at.y1 * mm)) for text, at in extents]

    def save(self, format_name: str, dpi: int, *, title: str, subject: str, made_at: datetime) -> bytes:
        """Return the page as PDF or PNG; the same page gives the same bytes, whatever the clock says."""
        stream = io.BytesIO()
        if format_name == "pdf":
            metadata = {"Title": title, "Subject": subject, "Creator": "Mặt Bằng", "Producer": "Mặt Bằng"}
            FigureCanvasPdf(self._figure).print_figure(
                stream, format="pdf", metadata={**metadata, "CreationDate": made_at.astimezone(UTC)}, facecolor=WHITE
            )
        else:
            FigureCanvasAgg(self._figure).print_figure(
                stream, format="png", dpi=dpi, metadata={"Software": "Mặt Bằng", "Title": title}, facecolor=WHITE
            )
        return stream.getvalue()


@contextmanager
def drawing() -> Iterator[None]:
    """Draw and write pages in here: one at a time, with matplotlib's own settings whatever its user chose."""
    with DRAWING, mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)  # type: ignore[arg-type]
        yield
