"""What statuses and live changes say of a project as a whole, in the same words."""

from __future__ import annotations

from collections.abc import Mapping

from layers.headline import headline
from layers.words import LANGUAGES, words_in
from monitoring.progress import Figures


def counts(legend: Mapping[str, int], figures: Figures) -> dict[str, object]:
    """Return legend, stuck parcels and the headline, as values and as a sentence in each language."""
    return {
        "legend": dict(legend),
        "stuck": figures.stuck,
        "headline": headline_values(figures),
        "headline_text": {language: headline(figures, words_in(language)) for language in LANGUAGES},
    }


def headline_values(figures: Figures) -> dict[str, object]:
    """Return the figures by the names of :class:`layers.view.HeadlineFigures`."""
    return {
        "parcels": figures.parcels,
        "parcels_handed_over": figures.parcels_handed_over,
        "households": figures.households,
        "households_handed_over": figures.households_handed_over,
        "area_m2": round(figures.area_m2, 1),
        "area_handed_over_m2": round(figures.area_handed_over_m2, 1),
        "stuck": figures.stuck,
        "area_partly_measured": figures.area_partly_measured,
    }
