"""The demonstration looks and reads like a surveyor's delivery, and is the same each time."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from pathlib import Path

import fiona
import numpy as np
import pytest
import shapely

from geodata import crs, demonstration, shipped
from geodata.survey import Survey, read_survey


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demonstration.deliver(tmp_path_factory.mktemp("demonstration"))


@pytest.fixture(scope="module")
def survey(delivery: Path) -> Survey:
    return read_survey(delivery)


def test_it_is_read_without_a_word_of_explanation(survey: Survey) -> None:
    assert 180 <= survey.rows <= 200
    assert survey.area_m2 / 10_000 == pytest.approx(25, abs=1)
    assert survey.survey_epsg == 9218
    assert survey.source.encoding == "tcvn3"
    assert {parcel.key.commune_code for parcel in survey.parcels} == {demonstration.COMMUNE_CODE}


def test_it_has_three_sheets_numbered_without_a_gap(survey: Survey) -> None:
    assert set(survey.sheets) == {"12", "13", "17"}
    for sheet in survey.sheets:
        numbers = sorted(int(parcel.key.number) for parcel in survey.parcels if parcel.key.sheet == sheet)
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) > 40


def test_a_hundred_and_twenty_households_hold_it_and_no_name_is_a_person_s(survey: Survey) -> None:
    holders = Counter(parcel.holder_name for parcel in survey.parcels)
    households = {name for name in holders if name and re.fullmatch(r"Hộ minh hoạ \d{3}", name)}
    assert len(households) == 120
    assert set(holders) - households == {"UBND xã - minh hoạ"}
    assert sum(holders[name] > 1 for name in households) > 20
    assert all("minh hoạ" in (parcel.holder_address or "") for parcel in survey.parcels)


def test_roads_and_the_canal_belong_to_the_commune(survey: Survey) -> None:
    for parcel in survey.parcels:
        assert (parcel.land_types in {"DGT", "DTL"}) == (parcel.holder_name == "UBND xã - minh hoạ")


def test_land_is_used_as_it_is_there(survey: Survey) -> None:
    area: Counter[str] = Counter()
    for parcel in survey.parcels:
        area[parcel.land_types] += int(parcel.measured_area_m2)
    assert set(area) == {"CLN", "HNK", "LUC", "ONT+CLN", "NTS", "DGT", "DTL"}
    assert area.most_common(1)[0][0] == "CLN"
    known = {kind.code for kind in shipped.land_types()}
    assert {code for types in area for code in types.split("+")} <= known


def test_neighbours_share_every_vertex_and_nothing_overlaps(survey: Survey) -> None:
    shapes = crs.from_wgs84(np.array([parcel.geometry for parcel in survey.parcels], object), 9218)
    assert shapely.is_valid(shapes).all()
    assert {shape.geom_type for shape in shapes} == {"Polygon"}
    assert float(shapely.area(shapes).sum() - shapely.union_all(shapes).area) < 0.01
    assert shapely.union_all(shapely.set_precision(shapes, 0.001)).geom_type == "Polygon"  # no gap parts it


def test_the_delivered_shapes_are_an_exact_coverage(delivery: Path) -> None:
    with fiona.open(f"zip://{delivery}") as found:
        shapes = np.array([shapely.geometry.shape(feature.geometry) for feature in found], object)
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.coverage_union_all(shapes)
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0


def test_it_lies_wholly_inside_the_commune(survey: Survey) -> None:
    commune = shipped.commune(demonstration.COMMUNE_CODE)
    assert commune is not None
    assert commune.geometry is not None
    assert all(commune.geometry.contains(parcel.geometry) for parcel in survey.parcels)


def test_areas_on_paper_differ_a_little_and_some_recoveries_are_partial_or_open(survey: Survey) -> None:
    paper = [parcel.registered_area_m2 or 0 for parcel in survey.parcels]
    measured = [parcel.measured_area_m2 for parcel in survey.parcels]
    apart = [abs(one / other - 1) for one, other in zip(paper, measured, strict=True)]
    assert max(apart) < 0.08
    assert sum(apart) > 0
    recovered = [parcel.recovered_area_m2 for parcel in survey.parcels]
    assert 3 <= recovered.count(None) <= 20
    partial = [a for a, b in zip(recovered, measured, strict=True) if a is not None and a < 0.95 * b]
    assert 10 <= len(partial) <= 60


def test_it_is_delivered_as_older_programs_do(delivery: Path) -> None:
    with zipfile.ZipFile(delivery) as archive:
        assert {Path(name).suffix for name in archive.namelist()} == {".shp", ".shx", ".dbf", ".prj"}
        assert b"UTF-8" not in archive.read("thua_dat.dbf")
    with fiona.open(f"zip://{delivery}") as found:
        names = ["SHBANDO", "SHTHUA", "DIENTICH", "DTTHUHOI", "KHLOAIDAT", "TENCHU", "DIACHI"]
        assert list(found.schema["properties"]) == names


def test_every_delivery_is_the_same_to_the_byte(delivery: Path, tmp_path: Path) -> None:
    assert demonstration.deliver(tmp_path).read_bytes() == delivery.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == [demonstration.FILE_NAME]
