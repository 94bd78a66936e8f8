"""What goes out can be read by others, and by this program again."""

from __future__ import annotations

import zipfile
from pathlib import Path

import fiona
import pyogrio
import pytest
import shapely

from geodata import crs
from geodata.errors import FormatUnknown, OutputUnwritable
from geodata.export import ExportedParcel, export_parcels
from geodata.records import Parcel, ParcelKey
from geodata.survey import read_survey
from tests.geodata.surveys import square


def exported(at: int) -> ExportedParcel:
    shape = crs.to_wgs84(square(at), 9218)
    parcel = Parcel(
        id=at + 1,
        project_id=1,
        key=ParcelKey("23095", "12", str(at + 1)),
        land_types="ONT+CLN",
        land_circular="tt08_2024",
        registered_area_m2=None if at else 905.5,
        measured_area_m2=900.0,
        recovered_area_m2=450.25,
        geometry=shape,
        label_point=shape.representative_point(),
    )
    return ExportedParcel(parcel, "approved", stuck=at == 1, holders="Hộ minh hoạ 001")


ROWS = [exported(at) for at in range(3)]


@pytest.mark.parametrize("name", ["a.gpkg", "a.zip", "a.geojson", "A.JSON"])
def test_what_was_exported_can_be_imported(name: str, tmp_path: Path) -> None:
    path = export_parcels(ROWS, tmp_path / name, survey_epsg=9218)
    survey = read_survey(path)
    assert [parcel.key for parcel in survey.parcels] == [row.parcel.key for row in ROWS]
    for found, row in zip(survey.parcels, ROWS, strict=True):
        assert found.holder_name == "Hộ minh hoạ 001"
        assert found.land_types == "ONT+CLN"
        assert found.recovered_area_m2 == 450.25
        assert found.registered_area_m2 == row.parcel.registered_area_m2
        assert found.measured_area_m2 == pytest.approx(900, abs=0.01)
        assert shapely.symmetric_difference(found.geometry, row.parcel.geometry).area < 1e-11


def test_the_geopackage_is_in_the_survey_system_with_stage_and_obstacle(tmp_path: Path) -> None:
    path = export_parcels(ROWS, tmp_path / "a.gpkg", survey_epsg=9218)
    frame = pyogrio.read_dataframe(path)
    assert frame.crs.to_epsg() == 9218
    assert list(frame["stage"]) == ["approved"] * 3
    assert list(frame["stuck"]) == [0, 1, 0]
    assert frame.geometry.area.tolist() == pytest.approx([900] * 3, abs=0.001)


def test_geojson_is_in_wgs84_whatever_the_survey_s_system(tmp_path: Path) -> None:
    with fiona.open(export_parcels(ROWS, tmp_path / "a.geojson", survey_epsg=9218)) as found:
        assert found.crs.to_epsg() == 4326
        assert 108 < found.bounds[0] < 109


def test_the_shapefile_has_short_names_and_says_that_it_is_utf8(tmp_path: Path) -> None:
    path = export_parcels(ROWS, tmp_path / "a.zip", survey_epsg=9218, layer="thua_dat")
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == [f"thua_dat.{part}" for part in ("cpg", "dbf", "prj", "shp", "shx")]
        assert archive.read("thua_dat.cpg").strip() == b"UTF-8"
    with fiona.open(f"zip://{path}") as found:
        assert all(len(name) <= 10 for name in found.schema["properties"])
        assert next(iter(found)).properties["TENCHU"] == "Hộ minh hoạ 001"


def test_a_former_file_is_replaced_only_by_a_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_text("former")
    broken = [ROWS[0], None]
    with pytest.raises(AttributeError):
        export_parcels(broken, path, survey_epsg=9218)  # type: ignore[arg-type]
    assert path.read_text() == "former"
    export_parcels(ROWS, path, survey_epsg=9218)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.gpkg"]
    assert len(pyogrio.read_dataframe(path)) == 3


def test_no_parcels_make_an_empty_layer(tmp_path: Path) -> None:
    assert len(pyogrio.read_dataframe(export_parcels([], tmp_path / "a.gpkg", survey_epsg=9218))) == 0


def test_another_ending_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown):
        export_parcels(ROWS, tmp_path / "a.dwg", survey_epsg=9218)
    with pytest.raises(OutputUnwritable) as refusal:
        export_parcels(ROWS, tmp_path / "none" / "a.gpkg", survey_epsg=9218)
    assert refusal.value.file == "a.gpkg"
    assert list(tmp_path.iterdir()) == []
