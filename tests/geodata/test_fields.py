"""Names and numbers as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import FieldMissing, FieldOptionInvalid
from geodata.fields import TARGETS, parse_field_options, read_area_m2, read_text, resolve_fields


def resolve(*names: str, **mapped: str) -> dict[str, str]:
    return dict(resolve_fields(names, mapped, file="a.zip", layer="thua"))


@pytest.mark.parametrize(
    "names",
    [
        ("SHBANDO", "SHTHUA", "DIENTICH", "KHLOAIDAT", "TENCHU", "DIACHI"),
        ("SoTo", "SoThua", "DTPHAPLY", "LoaiDat", "ChuSD", "DiaChi"),
        ("Tờ bản đồ", "Số thửa", "Diện tích", "MDSD", "TENCHUSD", "Địa chỉ"),
        ("sheet", "number", "registered_area_m2", "land_types", "holder", "address"),
    ],
)
def test_names_of_four_programs_are_recognised(names: tuple[str, ...]) -> None:
    found = resolve(*names)
    order = ("sheet", "number", "registered_area_m2", "land_types", "holder", "address")
    assert tuple(found[target] for target in order) == names


def test_the_legal_area_goes_before_the_plain_one() -> None:
    assert resolve("SHBANDO", "SHTHUA", "DIENTICH", "DTPHAPLY")["registered_area_m2"] == "DTPHAPLY"


def test_what_a_person_maps_wins_and_constants_need_no_field() -> None:
    found = resolve("SHBANDO", "SHTHUA", "gid", number="GID", sheet=":1")
    assert (found["number"], found["sheet"]) == ("gid", ":1")


def test_a_mapped_field_that_is_not_there_is_refused_even_if_it_is_not_needed() -> None:
    with pytest.raises(FieldMissing) as refusal:
        resolve("SHBANDO", "SHTHUA", holder="CHU")
    assert (refusal.value.field, refusal.value.available) == ("CHU", ("SHBANDO", "SHTHUA"))


def test_options_are_read_at_the_door() -> None:
    assert parse_field_options(["number=:row", "sheet = :1", "holder=A=B"]) == {
        "number": ":row",
        "sheet": ":1",
        "holder": "A=B",
    }


@pytest.mark.parametrize("options", [["number"], ["colour=x"], ["sheet="], ["sheet=:"], ["=x"], ["sheet=a", "sheet=b"]])
def test_an_option_that_maps_nothing_is_refused(options: list[str]) -> None:
    with pytest.raises(FieldOptionInvalid) as refusal:
        parse_field_options(options)
    assert refusal.value.option == options[-1]
    assert refusal.value.targets == TARGETS


@pytest.mark.parametrize(
    ("written", "area"),
    [
        ("1.240,5", 1240.5),
        ("1240,5", 1240.5),
        ("1240.5", 1240.5),
        ("1,240.5", 1240.5),
        ("1.240", 1240),
        ("0.125", 0.125),
        ("12.345.678", 12345678),
        ("1.234.567,25", 1234567.25),
        ("1 240,5", 1240.5),
        ("1\u00a0240", 1240),
        ("12,5 m2", 12.5),
        ("12 m²", 12),
        (900, 900),
        (900.25, 900.25),
        (0, 0),
        (None, None),
        ("", None),
        ("  ", None),
        (float("nan"), None),
    ],
)
def test_areas_are_read_as_they_are_meant(written: object, area: float | None) -> None:
    assert read_area_m2(written) == area


@pytest.mark.parametrize("written", ["x", "-1", -0.5, "1.2.3", "1,2,3", "1e5", "inf", float("inf"), "12 ha", "٣", True])
def test_what_is_no_area_is_refused(written: object) -> None:
    with pytest.raises(ValueError):
        read_area_m2(written)


@given(st.floats(0, 1e9).map(lambda area: round(area, 2)))
def test_an_area_written_the_vietnamese_way_is_read_back(area: float) -> None:
    written = f"{area:,.2f}".translate(str.maketrans(",.", ".,"))
    assert read_area_m2(written) == pytest.approx(area)


@given(st.text(max_size=40))
def test_any_text_is_an_area_or_is_refused(text: str) -> None:
    try:
        area = read_area_m2(text)
    except ValueError:
        return
    assert area is None or area >= 0


@pytest.mark.parametrize(("value", "text"), [(12.0, "12"), (12, "12"), (" 118 ", "118"), (None, ""), ("a\n b", "a b")])
def test_numbers_of_parcels_are_texts(value: object, text: str) -> None:
    assert read_text(value) == text
