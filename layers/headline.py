"""The first line of the map page: the same sentence on screen, on paper and in a live change."""

from __future__ import annotations

from typing import Protocol

from layers.words import Words


class Counts(Protocol):
    """What the sentence needs; figures of monitoring and of a map view both have it."""

    @property
    def parcels(self) -> int:
        """Return the number of parcels, withdrawn ones left out."""
        ...

    @property
    def parcels_handed_over(self) -> int:
        """Return how many of them are handed over."""
        ...

    @property
    def households(self) -> int:
        """Return the number of known households."""
        ...

    @property
    def households_handed_over(self) -> int:
        """Return how many of them have handed over everything."""
        ...

    @property
    def area_m2(self) -> float:
        """Return the area in m²."""
        ...

    @property
    def area_handed_over_m2(self) -> float:
        """Return the area handed over in m²."""
        ...

    @property
    def stuck(self) -> int:
        """Return how many parcels have an open obstacle."""
        ...

    @property
    def area_partly_measured(self) -> bool:
        """Return whether measured areas stand in for recovered ones."""
        ...


def headline(counts: Counts, words: Words) -> str:
    """Return ``128 / 186 thửa, 74 / 121 hộ đã bàn giao · 17,4 / 24,9 ha · 9 thửa vướng``.

    Households are left out while none is known; an area that is partly measured says so.
    """
    if not counts.parcels:
        return words.text("No parcels yet")
    stuck = words.plural("{count} parcel stuck", "{count} parcels stuck", counts.stuck)
    return " · ".join((_handed_over(counts, words), _area(counts, words), stuck))


def _handed_over(counts: Counts, words: Words) -> str:
    if counts.households:
        message = words.text("{done} / {parcels} parcels, {homes} / {households} households handed over")
    else:
        message = words.text("{done} / {parcels} parcels handed over")
    return message.format(
        done=words.number(counts.parcels_handed_over),
        parcels=words.number(counts.parcels),
        homes=words.number(counts.households_handed_over),
        households=words.number(counts.households),
    )


def _area(counts: Counts, words: Words) -> str:
    area = f"{words.hectare_number(counts.area_handed_over_m2)} / {words.hectares(counts.area_m2)}"
    return words.text("{area} (partly measured)").format(area=area) if counts.area_partly_measured else area
