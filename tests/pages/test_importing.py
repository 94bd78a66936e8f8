"""The import page: check, preview, accept; a refusal in one sentence; nothing written before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitoring import operations
from monitoring.permissions import LOCAL
from tests.pages.conftest import CODE, words_on

FIELDS = Path(__file__).resolve().parents[1] / "data" / "fields"


def geojson(rows, **properties):
    def square(position):
        west, south = 108.06 + position * 0.001, 11.05
        ring = [
            [west, south],
            [west + 0.0008, south],
            [west + 0.0008, south + 0.0008],
            [west, south + 0.0008],
            [west, south],
        ]
        return {"type": "Polygon", "coordinates": [ring]}

    features = [
        {"type": "Feature", "properties": {"SOTO": 7, "SOTHUA": row, **properties}, "geometry": square(row)}
        for row in range(1, rows + 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def upload(page, name, content):
    return page.file_uploader[0].set_value((name, content, "application/octet-stream")).run()


def text_field(page, key):
    return next(widget for widget in page.text_input if widget.key == key)


def accept(page):
    return next(button for button in page.button if button.key == "accept")


def codes(office):
    return [project.code for project in operations.list_projects(LOCAL, office)]


def test_the_first_line_says_what_came_in_last(office, open_page):
    assert "Lần gần nhất: 6 dòng, 6 nhận (do-ve.zip" in words_on(open_page("import"))


def test_a_file_is_checked_and_nothing_is_written_before_it_is_accepted(office, open_page):
    page = upload(open_page("import"), "thua.geojson", geojson(4))
    assert not page.exception
    assert "mb-facts" in words_on(page)
    assert accept(page).disabled
    assert codes(office) == [CODE]


def test_a_new_project_is_opened_by_the_import(office, open_page):
    page = upload(open_page("import"), "thua.geojson", geojson(4))
    text_field(page, "new_code").set_value("MOI-2027")
    page = text_field(page, "new_name").set_value("Dự án mới").run()
    page = accept(page).click().run()
    assert not page.exception
    assert "MOI" in page.success[0].value
    assert codes(office) == ["MOI-2027", CODE]
    project = office.store.project("MOI-2027")
    assert len(office.store.parcel_rows(project.id)) == 4
    assert project.regime_reason


def test_parcels_are_added_to_a_project_that_exists(office, open_page):
    page = upload(open_page("import"), "thua.geojson", geojson(3))
    page = next(w for w in page.button_group if w.key == "import_way").set_value("existing").run()
    page = accept(page).click().run()
    assert not page.exception
    assert len(office.store.parcel_rows(office.store.project(CODE).id)) == 9


@pytest.mark.parametrize("name", ["ai4sf_vietnam_areas.gpkg", "nl_brp_2023.gpkg"])
def test_a_real_field_file_without_sheet_and_number_is_mapped_by_hand(office, open_page, name):
    page = upload(open_page("import"), name, (FIELDS / name).read_bytes())
    assert "không có trường nào" in page.warning[0].value
    text_field(page, "field_sheet").set_value(":1")
    page = text_field(page, "field_number").set_value(":row").run()
    assert not page.warning
    page = text_field(page, "new_code").set_value("THAT").run()
    page = accept(page).click().run()
    assert not page.exception
    assert len(office.store.parcel_rows(office.store.project("THAT").id)) == 100


def test_a_repeated_number_is_one_sentence_with_file_layer_and_row(office, open_page):
    page = upload(open_page("import"), "lap.geojson", geojson(3, SOTHUA="5"))
    said = page.error[0].value.replace("\\", "")
    assert "lap.geojson" in said
    assert "dòng 2" in said
    assert "số thửa 5 lặp lại trong tờ bản đồ 7" in said


@pytest.mark.parametrize("content", [b"", b"khong phai ban do"])
def test_a_file_that_is_none_is_refused_without_a_trace(office, open_page, content):
    page = upload(open_page("import"), "hong.zip", content)
    assert not page.exception
    assert page.error
    assert codes(office) == [CODE]


def test_a_project_is_archived_after_it_was_confirmed(office, open_page):
    page = open_page("import")
    page = next(w for w in page.selectbox if w.key == "archive_project").set_value(CODE).run()
    assert next(b for b in page.button if b.key == "archive").disabled
    page = next(w for w in page.checkbox if w.key == "archive_sure").check().run()
    page = next(b for b in page.button if b.key == "archive").click().run()
    assert not page.exception
    assert codes(office) == []
    assert "1 dự án đã lưu trữ" in [expander.label for expander in open_page("overview").expander]


def test_an_empty_office_says_what_to_do_first(empty_office, open_page):
    for name in ("overview", "map", "progress", "export"):
        page = open_page(name)
        assert not page.exception
        assert "Chưa có dự án" in words_on(page)
