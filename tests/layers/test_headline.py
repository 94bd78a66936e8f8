"""The first line: figures as people say them."""

from __future__ import annotations

from dataclasses import replace

from layers.headline import headline
from layers.view import HeadlineFigures
from layers.words import Words

FIGURES = HeadlineFigures(
    parcels=186,
    parcels_handed_over=128,
    households=121,
    households_handed_over=74,
    area_m2=249_000,
    area_handed_over_m2=174_300,
    stuck=9,
    area_partly_measured=False,
)


def test_the_first_line_reads_as_on_the_screens_page():
    assert headline(FIGURES, Words("vi")) == "128 / 186 thửa, 74 / 121 hộ đã bàn giao · 17,4 / 24,9 ha · 9 thửa vướng"


def test_it_reads_in_english_too():
    said = headline(FIGURES, Words("en"))
    assert said == "128 / 186 parcels, 74 / 121 households handed over · 17.4 / 24.9 ha · 9 parcels stuck"
    assert headline(replace(FIGURES, stuck=1), Words("en")).endswith("1 parcel stuck")


def test_households_are_not_spoken_of_while_none_is_known():
    said = headline(replace(FIGURES, households=0, households_handed_over=0), Words("vi"))
    assert said.startswith("128 / 186 thửa đã bàn giao · ")


def test_an_area_that_is_partly_measured_says_so():
    assert "24,9 ha (một phần theo số đo)" in headline(replace(FIGURES, area_partly_measured=True), Words("vi"))


def test_an_empty_project_has_no_parcels_yet():
    assert headline(replace(FIGURES, parcels=0), Words("vi")) == "Chưa có thửa đất nào"
