"""Real files come in whole; every kind of bad one is refused with file, layer, row and field."""

from __future__ import annotations

import io
import random
import sqlite3
import struct
import unicodedata
import zipfile
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, mapping

from geodata import crs
from geodata.encodings import to_tcvn3
from geodata.errors import (
    CrsMissing,
    CrsUnknown,
    DuplicateParcel,
    FieldMissing,
    FileDamaged,
    FileEmpty,
    FileFault,
    FileMissing,
    FormatUnknown,
    GeometryInvalid,
    GeometryMissing,
    LayerAmbiguous,
    LayerEmpty,
    LayerNotPolygon,
    LayerUnknown,
    MatbangError,
    OutsideZone,
    PartMissing,
    ValueInvalid,
)
from geodata.survey import Survey, SurveyOptions, parse_field_options, read_survey
from tests.geodata.surveys import EAST, NORTH, bow_tie, geojson, rows, shapefile, square, write, zipped

FIELDS = Path(__file__).parents[1] / "data" / "fields"
BY_ROW = parse_field_options(["number=:row", "sheet=:1"])


Refusal = TypeVar("Refusal", bound=MatbangError)


def refused(kind: type[Refusal], path: Path, **options: Any) -> Refusal:
    with pytest.raises(kind) as refusal:
        read_survey(path, SurveyOptions(**options))
    assert type(refusal.value) is kind
    return refusal.value


# ---- what comes in -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "layer", "epsg", "area_ha"),
    [("ai4sf_vietnam_areas", "reference", 32648, 52.9), ("nl_brp_2023", "brp_gewas", 28992, 63.2)],
)
@pytest.mark.parametrize("said", [True, False])
def test_the_two_real_field_files_give_a_hundred_parcels_each(
    name: str, layer: str, epsg: int, area_ha: float, said: bool
) -> None:
    options = SurveyOptions(crs=f"EPSG:{epsg}" if said else None, fields=BY_ROW)
    survey = read_survey(FIELDS / f"{name}.gpkg", options)
    assert (survey.rows, survey.survey_epsg, survey.source.layer) == (100, epsg, layer)
    assert [parcel.key.number for parcel in survey.parcels] == [str(row) for row in range(1, 101)]
    assert survey.sheets == ("1",)
    assert survey.area_m2 / 10_000 == pytest.approx(area_ha, abs=0.1)
    for parcel in survey.parcels[::10]:
        assert parcel.measured_area_m2 == pytest.approx(crs.geodesic_area_m2(parcel.geometry), rel=0.002)
        assert parcel.key.commune_code == ""


def test_a_zipped_shapefile_is_read_with_its_commune_and_areas(tmp_path: Path) -> None:
    survey = read_survey(zipped(shapefile(tmp_path), prefix="giao nộp/"))
    first = survey.parcels[0]
    assert (first.key.commune_code, first.key.sheet, first.key.number) == ("23095", "12", "1")
    assert first.holder_name == "Hộ minh hoạ 001"
    assert first.registered_area_m2 == 900.5
    assert first.measured_area_m2 == pytest.approx(900, abs=1e-6)
    assert first.recovered_area_m2 is None
    assert (survey.survey_epsg, survey.source.crs, survey.source.encoding) == (9218, "EPSG:9218", "utf-8")
    assert survey.recovered_area_m2 == survey.area_m2 == pytest.approx(2700, abs=1e-5)
    assert survey.holders == 3
    assert survey.bounds.west < survey.bounds.east


def test_a_bare_shapefile_geopackage_and_geojson_say_the_same(tmp_path: Path) -> None:
    shp = shapefile(tmp_path)
    shapes = [square(at) for at in range(3)]
    gpkg = write(tmp_path / "a.gpkg", shapes, rows())
    there = [mapping(crs.to_wgs84(shape, 9218)) for shape in shapes]
    js = geojson(tmp_path / "a.geojson", list(zip(there, rows(), strict=True)))
    js.rename(tmp_path / "a.json")
    surveys = [read_survey(path) for path in (shp, gpkg, tmp_path / "a.json")]
    for survey in surveys[1:]:
        for one, other in zip(survey.parcels, surveys[0].parcels, strict=True):
            assert one.key == other.key
            assert one.geometry.normalize().equals_exact(other.geometry.normalize(), 1e-8)
            assert one.measured_area_m2 == pytest.approx(other.measured_area_m2, abs=0.001)
    assert surveys[2].survey_epsg == 9218  # a file in degrees is measured in the survey's zone


def test_texts_in_tcvn3_without_a_code_page_are_read(tmp_path: Path) -> None:
    table = [{**row, "TENCHU": to_tcvn3(row["TENCHU"])} for row in rows()]
    shp = write(tmp_path / "t.shp", [square(at) for at in range(3)], table, encoding="ISO-8859-1")
    survey = read_survey(zipped(shp, without=[".cpg"]))
    assert survey.source.encoding == "tcvn3"
    assert survey.parcels[2].holder_name == "Hộ minh hoạ 003"
    said = read_survey(zipped(shp, target=tmp_path / "u.zip"), SurveyOptions(encoding="tcvn3"))
    assert said.parcels[2].holder_name == "Hộ minh hoạ 003"


def test_every_byte_of_a_table_passes_through_gdal_as_it_is(tmp_path: Path) -> None:
    letters = "".join(chr(code) for code in range(0xA1, 0x100))
    row = {**rows(1)[0], "TENCHU": ""}
    schema = {"SHBANDO": "str:20", "SHTHUA": "str:20", "DIENTICH": "str:30", "TENCHU": "str:120"}
    shp = write(tmp_path / "t.shp", [square()], [{**row, "TENCHU": letters}], schema=schema, encoding="ISO-8859-1")
    shp.with_suffix(".cpg").write_text("1258")
    expected = unicodedata.normalize("NFC", letters.encode("latin-1").decode("cp1258", "replace"))
    assert read_survey(shp).parcels[0].holder_name == expected


def test_areas_as_vietnamese_people_write_them_are_read(tmp_path: Path) -> None:
    written = ["1.240,5", "1240,5", "1240.5", "1.240", "", "0"]
    table = [{**row, "DIENTICH": area} for row, area in zip(rows(6), written, strict=True)]
    survey = read_survey(write(tmp_path / "a.gpkg", [square(at) for at in range(6)], table))
    assert [parcel.registered_area_m2 for parcel in survey.parcels] == [1240.5, 1240.5, 1240.5, 1240, None, None]


def test_heights_are_dropped_and_multipolygons_kept(tmp_path: Path) -> None:
    high = Polygon([(EAST, NORTH, 9), (EAST + 9, NORTH, 9), (EAST + 9, NORTH + 9, 9)])
    both = MultiPolygon([square(2), square(4)])
    path = write(tmp_path / "a.gpkg", [high, both], rows(2), geometry="Unknown")
    first, second = (parcel.geometry for parcel in read_survey(path).parcels)
    assert (first.geom_type, first.has_z) == ("Polygon", False)
    assert (second.geom_type, len(second.geoms)) == ("MultiPolygon", 2)


def test_the_commune_may_be_said_or_written_with_its_old_code(tmp_path: Path) -> None:
    schema = {"SHBANDO": "str", "SHTHUA": "str", "MAXA": "str"}
    table = [{"SHBANDO": "1", "SHTHUA": "1", "MAXA": "23095"}, {"SHBANDO": "1", "SHTHUA": "2", "MAXA": "?"}]
    path = write(tmp_path / "a.gpkg", [square(0), square(1)], table, schema=schema)
    assert [p.key.commune_code for p in read_survey(path).parcels] == ["23095", "23095"]
    said = read_survey(path, SurveyOptions(commune_code="22918"))
    assert {p.key.commune_code for p in said.parcels} == {"22918"}


def test_a_missing_prj_is_no_matter_when_the_system_is_said(tmp_path: Path) -> None:
    archive = zipped(shapefile(tmp_path), without=[".prj"])
    survey = read_survey(archive, SurveyOptions(crs="EPSG:9218"))
    assert (survey.rows, survey.file_crs, survey.source.crs) == (3, None, "EPSG:9218")


def test_a_file_keeps_the_name_that_the_person_knows(tmp_path: Path) -> None:
    stored = zipped(shapefile(tmp_path), target=tmp_path / "upload-7f3a")
    survey = read_survey(stored, SurveyOptions(display_name="Tờ 12.ZIP"))
    assert survey.source.file_name == "Tờ 12.ZIP"
    stored.write_bytes(b"")
    assert refused(FileEmpty, stored, display_name="Tờ 12.ZIP").file == "Tờ 12.ZIP"


def test_tables_without_shapes_beside_the_layer_do_not_disturb(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", [square()], rows(1))
    write(path, [None], [{"x": "1"}], layer="danh_muc", geometry="None", schema={"x": "str"}, crs=None)
    assert read_survey(path).source.layer == "thua"


# ---- what is refused ---------------------------------------------------------------------------


def test_a_missing_file_an_empty_one_and_an_unknown_kind(tmp_path: Path) -> None:
    assert refused(FileMissing, tmp_path / "a.gpkg").file == "a.gpkg"
    (tmp_path / "b.gpkg").touch()
    assert refused(FileEmpty, tmp_path / "b.gpkg").file == "b.gpkg"
    (tmp_path / "c.dwg").write_bytes(b"AC1027")
    assert refused(FormatUnknown, tmp_path / "c.dwg").file == "c.dwg"
    (tmp_path / "d.gpkg").write_text("sheet;number\n")
    assert refused(FormatUnknown, tmp_path / "d.gpkg").file == "d.gpkg"


@pytest.mark.parametrize("part", [".shx", ".dbf", ".prj"])
@pytest.mark.parametrize("bare", [True, False])
def test_a_missing_part_of_a_shapefile_is_named(part: str, bare: bool, tmp_path: Path) -> None:
    shp = shapefile(tmp_path)
    path = shp if bare else zipped(shp, without=[part])
    shp.with_suffix(part).unlink()
    refusal = refused(PartMissing, path)
    assert (refusal.file, refusal.part) == (path.name, part)


@pytest.mark.parametrize(
    ("shape", "kind"), [(Point(EAST, NORTH), "Point"), (LineString([(EAST, NORTH), (EAST + 9, NORTH)]), "LineString")]
)
def test_a_layer_of_something_else_is_refused(shape: Any, kind: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", [shape], rows(1), geometry=kind)
    refusal = refused(LayerNotPolygon, path)
    assert (refusal.file, refusal.layer, refusal.geometry_type) == ("a.gpkg", "thua", kind)


def test_a_point_among_polygons_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", [square(), Point(EAST, NORTH)], rows(2), geometry="Unknown")
    assert refused(LayerNotPolygon, path).geometry_type == "Point"


def test_a_ring_that_crosses_itself_is_refused_with_row_and_place(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", [square(3), bow_tie()], rows(2))
    refusal = refused(GeometryInvalid, path)
    assert (refusal.file, refusal.layer, refusal.row) == ("a.gpkg", "thua", 2)
    assert refusal.explanation == "Self-intersection @ 454515.00, 1218015.00"


def test_a_ring_that_is_none_is_refused_with_its_row(tmp_path: Path) -> None:
    good = mapping(crs.to_wgs84(square(), 9218))
    bad = {"type": "Polygon", "coordinates": [[[108.08, 11.01], [108.09, 11.01], [108.08, 11.01]]]}
    path = geojson(tmp_path / "a.geojson", [(good, rows(1)[0]), (bad, {**rows(1)[0], "SHTHUA": "9"})])
    assert refused(GeometryInvalid, path).row == 2


def test_a_row_without_a_shape_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", [square(), None], rows(2))
    assert refused(GeometryMissing, path).row == 2


@pytest.mark.parametrize(
    ("epsg", "said"),
    [
        (5899, "EPSG:9218"),  # the next zone: 82 km east, in the sea
        (32648, "EPSG:9218"),
        (4326, "EPSG:9218"),  # degrees taken for metres
        (9218, "EPSG:28992"),
    ],
)
def test_coordinates_far_from_the_declared_zone_are_refused(epsg: int, said: str, tmp_path: Path) -> None:
    shape = crs.from_wgs84(crs.to_wgs84(square(), 9218), epsg)
    path = write(tmp_path / "a.gpkg", [shape], rows(1), crs=f"EPSG:{epsg}")
    assert read_survey(path).rows == 1
    refusal = refused(OutsideZone, path, crs=said)
    assert (refusal.file, refusal.layer, refusal.row, refusal.crs) == ("a.gpkg", "thua", 1, said)
    assert -180 <= refusal.longitude <= 180
    assert -90 <= refusal.latitude <= 90


def test_northing_and_easting_exchanged_are_refused(tmp_path: Path) -> None:
    exchanged = Polygon([(y, x) for x, y in square().exterior.coords])
    assert refused(OutsideZone, write(tmp_path / "a.gpkg", [exchanged], rows(1))).row == 1


@pytest.mark.parametrize("x", [float("inf"), float("nan"), 1e300])
def test_coordinates_that_are_no_place_are_refused(x: float, tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", [Polygon([(EAST, NORTH), (EAST + 7, NORTH), (EAST + 5, NORTH + 5)])], rows(1))
    path.write_bytes(path.read_bytes().replace(struct.pack("<d", EAST + 7), struct.pack("<d", x)))
    with pytest.raises((OutsideZone, GeometryInvalid)) as refusal:
        read_survey(path)
    assert refusal.value.row == 1


def test_a_number_that_repeats_inside_a_sheet_is_refused_with_the_second_row(tmp_path: Path) -> None:
    table = [*rows(2), rows(2)[1]]
    refusal = refused(DuplicateParcel, write(tmp_path / "a.gpkg", [square(at) for at in range(3)], table))
    assert (refusal.layer, refusal.row, refusal.sheet, refusal.number) == ("thua", 3, "12", "2")


def test_the_same_number_on_another_sheet_is_another_parcel(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", [square(0), square(1)], [*rows(1, "12"), *rows(1, "13")])
    assert read_survey(path).sheets == ("12", "13")


@pytest.mark.parametrize("written", ["nhiều", "-5", "1.2.3", "1e5", "NaN", "--", "12,5,3"])
def test_an_area_that_is_none_is_refused_with_row_and_field(written: str, tmp_path: Path) -> None:
    table = [rows(1)[0], {**rows(2)[1], "DIENTICH": written}]
    refusal = refused(ValueInvalid, write(tmp_path / "a.gpkg", [square(0), square(1)], table))
    assert (refusal.row, refusal.field, refusal.value) == (2, "DIENTICH", written)


def test_a_row_without_a_number_is_refused(tmp_path: Path) -> None:
    table = [rows(1)[0], {**rows(1)[0], "SHTHUA": " "}]
    refusal = refused(ValueInvalid, write(tmp_path / "a.gpkg", [square(0), square(1)], table))
    assert (refusal.row, refusal.field, refusal.value) == (2, "SHTHUA", "")


def test_several_layers_want_a_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", [square()], rows(1), layer="to_12")
    write(path, [square()], rows(1), layer="to_13")
    assert refused(LayerAmbiguous, path).layers == ("to_12", "to_13")
    assert refused(LayerUnknown, path, layer="to_14").available == ("to_12", "to_13")
    assert read_survey(path, SurveyOptions(layer="to_13")).source.layer == "to_13"


def test_a_layer_without_rows_is_refused(tmp_path: Path) -> None:
    assert refused(LayerEmpty, write(tmp_path / "a.gpkg", [], [])).layer == "thua"


def test_unknown_fields_are_refused_and_what_there_is_is_listed(tmp_path: Path) -> None:
    real = FIELDS / "nl_brp_2023.gpkg"
    refusal = refused(FieldMissing, real)
    assert (refusal.layer, refusal.field) == ("brp_gewas", "sheet")
    assert refusal.available == ("category", "gewas", "gewascode", "jaar", "status")
    assert refused(FieldMissing, real, fields={"sheet": ":1"}).field == "number"
    assert refused(FieldMissing, real, fields={"sheet": ":1", "number": "SOTHUA"}).field == "SOTHUA"


def test_a_system_that_is_not_said_or_not_known_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", [square()], rows(1), crs=None)
    assert refused(CrsMissing, path).file == "a.gpkg"
    assert refused(CrsUnknown, path, crs="EPSG:1").crs == "EPSG:1"
    assert read_survey(path, SurveyOptions(crs="EPSG:9218")).rows == 1


def test_a_shapefile_cut_short_is_refused(tmp_path: Path) -> None:
    for part in (".shp", ".shx", ".dbf"):
        shp = shapefile(tmp_path)
        cut = shp.with_suffix(part)
        cut.write_bytes(cut.read_bytes()[:-40])
        assert refused(FileDamaged, shp).file == "thua.shp"


def test_a_geopackage_whose_layer_name_is_no_text_ends_only_the_reader(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", [square()], rows(1))
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"thua", b"th\x81a"))
    assert isinstance(outcome(path), MatbangError)


def test_gdal_says_nothing_on_standard_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.geojson").write_text('{"type": "FeatureCollection", "features": [{"type": 3')
    (tmp_path / "a.gpkg").write_bytes((FIELDS / "nl_brp_2023.gpkg").read_bytes()[:30_000])
    for name in ("a.geojson", "a.gpkg"):
        assert isinstance(outcome(tmp_path / name), FileFault)
    assert capfd.readouterr() == ("", "")


def test_a_survey_is_never_mistaken_when_it_is_a_database_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE x (y)")
    other.commit()
    other.close()
    assert refused(FormatUnknown, path).file == "a.gpkg"


# ---- whatever the file -------------------------------------------------------------------------


def outcome(path: Path) -> Survey | MatbangError:
    """Return what came of reading; anything that is neither a survey nor a refusal fails the test."""
    try:
        return read_survey(path, SurveyOptions(fields=BY_ROW))
    except (FileFault, CrsUnknown) as refusal:
        return refusal


def _sources(folder: Path) -> dict[str, bytes]:
    shapes = [square(at) for at in range(3)]
    there = [(mapping(crs.to_wgs84(shape, 9218)), row) for shape, row in zip(shapes, rows(), strict=True)]
    return {
        ".zip": zipped(shapefile(folder)).read_bytes(),
        ".gpkg": write(folder / "s.gpkg", shapes, rows()).read_bytes(),
        ".geojson": geojson(folder / "s.geojson", there).read_bytes(),
    }


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return _sources(tmp_path_factory.mktemp("sources"))


@pytest.mark.parametrize("suffix", [".zip", ".gpkg", ".geojson"])
@settings(max_examples=8)
@given(content=st.binary(min_size=1, max_size=600))
def test_random_bytes_are_refused(suffix: str, content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("random") / f"a{suffix}"
    path.write_bytes(content)
    assert isinstance(outcome(path), FileFault)


@pytest.mark.parametrize("suffix", [".zip", ".gpkg", ".geojson"])
@settings(max_examples=8)
@given(share=st.floats(0.001, 0.99))
def test_a_file_cut_short_is_refused(
    suffix: str, share: float, sources: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("cut") / f"a{suffix}"
    path.write_bytes(sources[suffix][: max(1, int(len(sources[suffix]) * share))])
    assert isinstance(outcome(path), FileFault)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".zip", ".gpkg", ".geojson", ".shp"])
@settings(max_examples=12)
@given(seed=st.integers(0, 1 << 30), changes=st.sampled_from([1, 5, 60]))
def test_a_damaged_file_is_read_or_refused(
    suffix: str, seed: int, changes: int, sources: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, chance = tmp_path_factory.mktemp("damaged"), random.Random(seed)
    if suffix == ".shp":
        zipfile.ZipFile(io.BytesIO(sources[".zip"])).extractall(folder)
        path = folder / "thua.shp"
        damaged = chance.choice(sorted(folder.iterdir()))
    else:
        path = damaged = folder / f"a{suffix}"
        path.write_bytes(sources[suffix])
    raw = bytearray(damaged.read_bytes())
    for _ in range(changes):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    damaged.write_bytes(raw)
    found = outcome(path)
    assert isinstance(found, Survey | FileFault | CrsUnknown)
