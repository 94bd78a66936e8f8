"""Recording work from the panel: saved, refused, stale, corrected, stuck and freed."""

from __future__ import annotations

from datetime import date

from geodata.records import Moment
from monitoring import operations
from monitoring.office import EventRequest
from monitoring.permissions import LOCAL
from tests.pages.conftest import CODE, case_of, offers_of, parcel_id, words_on

SHEET, NUMBER = "1", "3"


def panel(open_page, office, number=NUMBER, opened="record_0", **more):
    """Open the map page with a parcel chosen and one drawer of its panel pulled out."""
    page = open_page("map", parcel=parcel_id(office, SHEET, number), **more)
    if opened and not more:
        page.session_state[opened] = True
        page.run()
    return page


def button(page, label):
    return next(button for button in page.button if button.label == label)


def field(widgets, key):
    return next(widget for widget in widgets if str(widget.key).startswith(key))


def events(office, number=NUMBER):
    return office.store.case_file(case_of(office, SHEET, number), Moment()).events


def somebody_else_records(office, number=NUMBER):
    case_id = case_of(office, SHEET, number)
    offer = next(offer for offer in offers_of(office, case_id) if not offer.to_state)
    request = EventRequest(
        project=CODE, case_id=case_id, event=offer.event, occurred_on=date(2026, 11, 22), note="của họ"
    )
    return operations.record_event(LOCAL, office, request)


def test_the_panel_says_sheet_number_area_and_who_has_to_act(office, open_page):
    words = words_on(panel(open_page, office))
    assert "Tờ 1 · Thửa 3" in words
    assert "1.040,5 m²" in words
    assert "Đang chờ" in words


def test_text_from_data_is_never_markup(office, open_page):
    words = words_on(panel(open_page, office, "1"))
    assert "Đã gửi &lt;i&gt;tận nơi&lt;/i&gt;" in words
    assert "Dự án <b>thử</b>" not in words_on(open_page("overview"))


def test_the_next_event_is_recorded_with_its_date_and_note(office, open_page):
    page = panel(open_page, office)
    chosen = field(page.radio, "event_moves").value
    field(page.text_area, "note").set_value("giao tận tay")
    field(page.date_input, "on").set_value(date(2026, 11, 20))
    page = button(page, "Ghi").click().run()
    recorded = events(office)[-1]
    assert (recorded.event, recorded.occurred_on, recorded.note) == (chosen.event, date(2026, 11, 20), "giao tận tay")
    assert "Đã ghi" in page.toast[0].value
    assert not page.exception


def test_an_event_that_moves_no_state_is_in_a_group_of_its_own(office, open_page):
    page = panel(open_page, office)
    page = field(page.button_group, "group").set_value("others").run()
    chosen = field(page.selectbox, "event_others").value.event
    button(page, "Ghi").click().run()
    assert events(office)[-1].event == chosen
    assert events(office)[-1].to_state is None


def test_a_date_before_the_last_event_is_refused_in_one_sentence(office, open_page):
    page = panel(open_page, office, "1")
    field(page.date_input, "on").set_value(date(2026, 10, 1))
    page = button(page, "Ghi").click().run()
    assert "sớm hơn" in page.error[0].value
    assert len(events(office, "1")) == 1


def test_the_second_of_two_writers_sees_both_versions_and_may_add_hers(office, open_page):
    page = panel(open_page, office)
    theirs = somebody_else_records(office)
    field(page.text_area, "note").set_value("của tôi")
    page = button(page, "Ghi").click().run()
    assert [event.id for event in events(office)] == [theirs.id]
    assert "của họ" in words_on(page)
    assert "của tôi" in words_on(page)
    page = button(page, "Ghi thêm việc của tôi").click().run()
    assert not page.exception
    assert [event.note for event in events(office)] == ["của họ", "của tôi"]


def test_the_second_of_two_writers_may_keep_theirs(office, open_page):
    page = panel(open_page, office)
    somebody_else_records(office)
    page = button(page, "Ghi").click().run()
    page = button(page, "Giữ bản của họ").click().run()
    assert len(events(office)) == 1
    assert not page.warning


def test_an_obstacle_is_recorded_and_closed(office, open_page):
    page = panel(open_page, office, opened="report_0")
    page = button(page, "Ghi vướng mắc").click().run()
    file = office.store.case_file(case_of(office, SHEET, NUMBER), Moment())
    assert len(file.obstacles) == 1
    assert "Vướng:" in words_on(page)
    page.session_state[f"close_{file.obstacles[0].id}_{file.case.id}_1"] = True
    page.run()
    page = button(page, "Gỡ vướng mắc").click().run()
    assert not page.exception
    assert office.store.case_file(case_of(office, SHEET, NUMBER), Moment()).obstacles[0].until_on == date(2026, 11, 23)


def test_a_wrong_entry_is_withdrawn_with_a_reason_and_stays_readable(office, open_page):
    page = panel(open_page, office, "1", opened="correct_0")
    page = field(page.button_group, "way").set_value("withdraw").run()
    page = button(page, "Ghi đính chính").click().run()
    assert "lý do" in page.warning[0].value
    field(page.text_input, "fix_").set_value("ghi nhầm thửa")
    page = button(page, "Ghi đính chính").click().run()
    assert not page.exception
    rows = events(office, "1")
    assert rows[-1].withdraws
    assert rows[-1].corrects == rows[0].id
    assert "mb-void" in words_on(page)


def test_a_wrong_date_is_replaced_by_a_new_entry(office, open_page):
    page = panel(open_page, office, "1", opened="correct_0")
    next(w for w in page.date_input if str(w.key).startswith("fix_")).set_value(date(2026, 10, 7))
    next(w for w in page.text_input if str(w.key).endswith("_reason")).set_value("nhầm ngày")
    page = button(page, "Ghi đính chính").click().run()
    rows = events(office, "1")
    assert rows[-1].occurred_on == date(2026, 10, 7)
    assert rows[-1].corrects is not None


def test_recording_is_off_while_a_past_day_is_shown(office, open_page):
    page = panel(open_page, office, as_of=date(2026, 10, 20))
    assert not [button for button in page.button if button.label == "Ghi"]
    assert "Đang xem tính đến ngày 20/10/2026" in words_on(page)
    assert "Ghi việc đã làm" not in [expander.label for expander in page.expander]
    page = next(button for button in page.button if button.label == "Về hôm nay").click().run()
    assert "Ghi việc đã làm" in [expander.label for expander in page.expander]
