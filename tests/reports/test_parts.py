"""Parts of a sheet: paper, type, labels, scales, grid, shapes, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from geodata import crs
from geodata.errors import OutputUnwritable, ScaleTooLarge
from geodata.records import LngLatBbox
from reports.files import write_whole
from reports.fonts import BOLD, MISSING, REGULAR, fit, font_file, printable, width_mm, wrap
from reports.furniture import bar_metres
from reports.grid import CLOSEST_MM, axis_names, grid_of, grouped, round_step
from reports.labels import Board, best_place, box_around
from reports.mapframe import ROUND_STEPS, MapFrame, drawing_epsg, round_scale
from reports.mapframe import fit as fit_frame
from reports.paper import PAPERS, Box, SheetOptions
from reports.shapes import HATCH_ANGLES, SYMBOLS, hatch_lines, path_of, polygons_of
from tests.reports.views import EPSG, SOUTH, WEST

A3_MAP = Box(15, 20, 305, 240)
VIETNAMESE = "ĂÂĐÊÔƠƯăâđêôơư" + "".join(
    letter + mark for letter in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY" for mark in "\u0300\u0301\u0303\u0309\u0323"
)
words = st.text(st.characters(codec="utf-8"), max_size=80)


def frame_at(scale: int) -> MapFrame:
    return MapFrame(A3_MAP, scale, WEST, SOUTH, EPSG)


# ---- type ----------------------------------------------------------------------------------------


def test_no_type_is_smaller_than_7_points():
    assert all(min(p.types.title, p.types.heading, p.types.body, p.types.small) >= 7 for p in PAPERS.values())


def test_every_vietnamese_letter_is_in_the_font_composed_or_not():
    for weight in (REGULAR, BOLD):
        assert MISSING not in printable(VIETNAMESE, weight)
        assert font_file(weight).suffix == ".ttf"


@given(words)
def test_what_is_printed_is_one_line_of_letters_that_the_font_has(text: str):
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    assert shown == printable(shown)


@given(words, st.floats(20, 200))
def test_a_wrapped_text_is_whole_and_no_line_is_too_wide(text: str, width: float):
    lines = wrap(text, 8, width)
    assert "".join(lines).replace(" ", "") == printable(text).replace(" ", "")
    assert all(width_mm(line, 8) <= width + 1e-9 for line in lines)


def test_a_text_takes_the_largest_type_that_fits_and_is_never_cut():
    assert fit("Khu", (14, 10), 100, 1)[0] == 14
    size, lines = fit("rất dài " * 60, (14, 10), 100, 2)
    assert size == 10
    assert " ".join(lines) == ("rất dài " * 60).strip()


# ---- scale and frame -----------------------------------------------------------------------------


@given(st.floats(0.001, 1e8))
def test_a_round_scale_is_round_and_just_large_enough(least: float):
    scale = round_scale(least)
    assert scale >= least * (1 - 1e-9)
    assert scale == 200 or float(f"{scale:e}".split("e")[0]) in ROUND_STEPS
    assert scale <= max(200, least * 1.6)


@given(st.sampled_from([200, 500, 1000, 2000, 5000, 25000]), st.floats(-500, 500), st.floats(-500, 500))
def test_one_metre_on_the_ground_is_1000_over_the_scale_millimetres_on_paper(scale: int, east: float, north: float):
    frame = frame_at(scale)
    x, y = frame.at(WEST + east, SOUTH + north)
    x0, y0 = frame.at(WEST, SOUTH)
    assert (x - x0, y - y0) == pytest.approx((east * 1000 / scale, north * 1000 / scale), abs=1e-6)


def test_a_parcel_keeps_its_area_on_paper():
    ground = box(WEST, SOUTH, WEST + 40, SOUTH + 30)
    frame = MapFrame(A3_MAP, 1000, WEST, SOUTH, EPSG)
    (shape,) = frame.on_page(np.array([crs.to_wgs84(ground, EPSG)], dtype=object))
    assert shape.area == pytest.approx(40 * 30, rel=1e-6)


def test_what_lies_far_outside_is_left_out_and_what_crosses_the_frame_is_cut():
    shapes = [box(108.0, 11.0, 108.0001, 11.0001), box(20, 50, 21, 51), box(-170, -80, 170, 80)]
    extent = LngLatBbox(107.99, 10.99, 108.01, 11.01)
    frame = fit_frame(extent, EPSG, A3_MAP, None)
    near, far, all_around = frame.on_page(np.array(shapes, dtype=object))
    assert not near.is_empty
    assert far.is_empty
    assert all_around.area == pytest.approx((A3_MAP.width + 6) * (A3_MAP.height + 6), rel=0.01)


def test_the_extent_lies_inside_the_frame_and_the_next_larger_scale_would_not_do():
    extent = LngLatBbox(108.08, 11.01, 108.10, 11.02)
    frame = fit_frame(extent, EPSG, A3_MAP, None)
    corners = crs.from_wgs84(box(extent.west, extent.south, extent.east, extent.north), EPSG)
    west, south, east, north = frame.ground()
    assert box(west, south, east, north).contains(corners)
    larger = max(scale for scale in (round_scale(step) for step in range(200, frame.scale)) if scale < frame.scale)
    with pytest.raises(ScaleTooLarge) as refusal:
        fit_frame(extent, EPSG, A3_MAP, larger)
    assert refusal.value.fitting == frame.scale


def test_a_single_point_is_shown_at_the_largest_scale():
    assert fit_frame(LngLatBbox(108.1, 11.1, 108.1, 11.1), EPSG, A3_MAP, None).scale == 200


def test_degrees_are_drawn_in_a_projected_system():
    assert drawing_epsg(4326, LngLatBbox(108.1, 11, 108.2, 11.1)) == 3406
    assert drawing_epsg(EPSG, LngLatBbox(108.1, 11, 108.2, 11.1)) == EPSG


# ---- grid and bar --------------------------------------------------------------------------------


@given(st.integers(200, 5_000_000))
def test_the_grid_has_round_steps_and_room_between_its_labels(scale: int):
    frame = frame_at(scale)
    grid = grid_of(frame)
    assert grid.step * frame.mm_per_unit >= CLOSEST_MM - 1e-6
    assert f"{grid.step:e}"[0] in "125"
    assert len(grid.eastings) >= 3
    assert len(grid.northings) >= 3
    west, south, east, north = frame.ground()
    assert all(west <= at <= east for at in grid.eastings)
    assert all(south <= at <= north for at in grid.northings)


@given(st.floats(1e-3, 1e7))
def test_a_round_step_is_the_smallest_that_is_enough(least: float):
    step = round_step(least)
    assert least * (1 - 1e-9) <= step <= least * 2.5 * (1 + 1e-9)


@given(st.integers(200, 5_000_000), st.floats(25, 80))
def test_the_scale_bar_has_round_metres_and_fits(scale: int, longest: float):
    metres = bar_metres(frame_at(scale), longest)
    assert f"{metres:e}"[0] in "125"
    assert longest / 2.5 - 1e-6 <= metres * 1000 / scale <= longest + 1e-6


def test_vietnamese_paper_calls_the_northing_x():
    assert axis_names(EPSG) == ("Y", "X")
    assert axis_names(28992) == ("E", "N")
    assert grouped(1227547.964) == "1 227 548"


# ---- labels --------------------------------------------------------------------------------------

boxes = st.builds(box_around, st.floats(20, 300), st.floats(25, 235), st.floats(1, 30), st.floats(1, 12))


@given(st.lists(boxes, max_size=40))
def test_taken_boxes_never_overlap_and_stay_in_the_frame(wanted: list[Box]):
    board = Board(A3_MAP)
    taken = [each for each in wanted if board.try_take(each)]
    assert all(each.within(A3_MAP) for each in taken)
    assert not any(one.overlaps(two) for index, one in enumerate(taken) for two in taken[:index])


def test_a_label_finds_room_beside_what_is_taken():
    board = Board(A3_MAP)
    board.take(Box(100, 100, 140, 140))
    found = best_place(board, box(90, 90, 150, 150), 12, 4)
    assert found is not None
    assert board.free(found)
    assert best_place(board, box(1000, 1000, 1100, 1100), 12, 4) is None


# ---- shapes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", HATCH_ANGLES)
def test_a_hatch_stays_inside_its_area_and_even_the_smallest_area_has_one(kind: str):
    for side in (0.3, 2, 40):
        area = box(50, 50, 50 + side, 50 + side)
        lines = hatch_lines(area, kind, 1.7)
        assert lines.length > 0
        assert area.buffer(1e-6).contains(lines)


def test_holes_stay_open_whatever_the_direction_of_their_rings():
    hole = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(4, 4), (6, 4), (6, 6), (4, 6)]])
    for shape in (hole, shapely.reverse(hole)):
        path = path_of([shape])
        assert path is not None
        outer, inner = (shapely.LinearRing(ring) for ring in path.to_polygons())
        assert outer.is_ccw  # a page is filled by winding number: a hole must run the other way round
        assert not inner.is_ccw
    assert path_of([]) is None


def test_lines_and_points_left_by_cutting_are_no_polygons():
    mixed = shapely.from_wkt("GEOMETRYCOLLECTION (POINT (1 1), LINESTRING (0 0, 1 1), POLYGON ((0 0, 1 0, 1 1, 0 0)))")
    assert len(polygons_of(mixed)) == 1
    assert polygons_of(MultiPolygon()) == []


@pytest.mark.parametrize("name", SYMBOLS)
def test_a_symbol_stays_inside_its_circle(name: str):
    for part in SYMBOLS[name](10, 20, 2):
        extent = part.path.get_extents()
        assert 8 - 1e-6 <= extent.x0 <= extent.x1 <= 12 + 1e-6
        assert 18 - 1e-6 <= extent.y0 <= extent.y1 <= 22 + 1e-6


# ---- options and files ---------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [{"orientation": "ngang"}, {"scale": 0}, {"dpi": 5}, {"dpi": 5000}])
def test_options_that_no_door_should_let_through_are_refused(wrong: dict[str, object]):
    with pytest.raises(ValueError, match=r"ngang|0|5"):
        SheetOptions(**wrong).check()  # type: ignore[arg-type]


def test_a_file_is_written_whole_or_the_old_one_stays(tmp_path: Path):
    target = tmp_path / "a.pdf"
    write_whole(target, b"one")
    write_whole(target, b"two")
    assert target.read_bytes() == b"two"
    with pytest.raises(OutputUnwritable):
        write_whole(tmp_path / "none" / "a.pdf", b"three")
    with pytest.raises(OutputUnwritable):
        write_whole(tmp_path, b"three")
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]
