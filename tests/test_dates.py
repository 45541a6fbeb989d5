"""Dates: every form the press prints, and which witness of a page is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from pipelines import dates
from pipelines.types import Link, Outlet, PageRules, Precision

NOW = datetime(2026, 9, 20, 3, 0, tzinfo=UTC)


def local(text: str | None, **kwargs: bool) -> str | None:
    parsed = dates.parse_date(text, now=NOW, **kwargs)
    if parsed is None:
        return None
    form = {"second": "%Y-%m-%d %H:%M:%S", "minute": "%Y-%m-%d %H:%M", "day": "%Y-%m-%d", "month": "%Y-%m"}
    return parsed.value.astimezone(dates.VIETNAM).strftime(form[parsed.precision])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Thứ tư, 10/01/2024, 17:05 (GMT+7)", "2024-01-10 17:05"),
        ("17:13 10/01/2026", "2026-01-10 17:13"),
        ("Cập nhật: 17:04, 18/01/2020 (GMT+7)", "2020-01-18 17:04"),
        ("10/01/2024 03:38:00 PM", "2024-01-10 15:38:00"),
        ("19:52 | 24/07/2024", "2024-07-24 19:52"),
        ("Thứ Ba, ngày 17/06/2025 | 08:39", "2025-06-17 08:39"),
        ("Thứ 7, 01/01/2022 | 16:18:49", "2022-01-01 16:18:49"),
        ("Thứ Sáu, 19/08/2016 08:28 SA", "2016-08-19 08:28"),
        ("19/08/2016 08:28 CH", "2016-08-19 20:28"),
        ("24/12/2012, 12:04 AM", "2012-12-24 00:04"),
        ("28-07-2018 - 00:35 AM", "2018-07-28 00:35"),
        ("22:45, ngày 22-11-2020", "2020-11-22 22:45"),
        ("17h05 ngày 10/1/2024", "2024-01-10 17:05"),
        ("8 giờ:5 phút Chủ nhật, ngày 14 tháng 4 , 2019", "2019-04-14 08:05"),
        ("Ngày 10 tháng Giêng năm 2024", "2024-01-10"),
        ("Thứ Sáu, 19/05/2017, 10:07 [GMT+7]", "2017-05-19 10:07"),
        ("Trọng Bảo - 15:15, 27/07/2023", "2023-07-27 15:15"),
        ("- 07/03/2026 08:47", "2026-03-07 08:47"),
        ("Thứ bảy, 7-2-26 20:07:31", "2026-02-07 20:07:31"),
        ("16/07/2026 (GMT+7)", "2026-07-16"),
        ("2012-12-23T14:02+07:00", "2012-12-23 14:02"),
        ("2026-03-07T08:52:11.000 +07:00", "2026-03-07 08:52:11"),
        ("2025-10-11T10:02:08+0700", "2025-10-11 10:02:08"),
        ("2026-07-20T10:00:00+07", "2026-07-20 10:00:00"),
        ("2026-07-20T03:00:00Z", "2026-07-20 10:00:00"),
        ("2018-07-28T00:35:00", "2018-07-28 00:35:00"),
        ("2026/07/20 10:00", "2026-07-20 10:00"),
        ("Mon, 14 Sep 26 10:11:12 +0700", "2026-09-14 10:11:12"),
        ("Mon, 14 Sep 2026 10:11:12 +07", "2026-09-14 10:11:12"),
        ("Mon, 14 Sep 2026 10:11:12 +07:00", "2026-09-14 10:11:12"),
        ("Mon, 14 Sep 2026 03:11:12 GMT", "2026-09-14 10:11:12"),
        ("Mon, 14 Sep 2026 10:11:12 GMT+7", "2026-09-14 10:11:12"),
        ("March 7, 2026 8:07 AM", "2026-03-07 08:07"),
        ("1698934268", "2023-11-02 21:11:08"),
        ("1698934268000", "2023-11-02 21:11:08"),
        ("9/14/2026 6:44:00 PM", "2026-09-14 18:44:00"),
        ("9/14/2026 6:44:00\u202fPM", "2026-09-14 18:44:00"),
        ("9/5/2026 6:44:00 PM", "2026-09-05 18:44:00"),
        ("Cập nhật: Thứ sáu, 12/4/2024 | 1:17:16 PM", "2024-04-12 13:17:16"),
        ("07/2026", "2026-07"),
        ("Copyright 2019", None),
        ("0001-01-01T00:00:00", None),
        ("31/02/2024", None),
        ("25:61 10/01/2024", "2024-01-10"),
        ("Phóng viên", None),
        ("", None),
        (None, None),
    ],
)
def test_every_form_of_the_press_is_read(raw: str | None, expected: str | None) -> None:
    assert local(raw) == expected


def test_day_stands_before_month_unless_the_text_or_the_caller_says_otherwise() -> None:
    assert local("05/09/2026") == "2026-09-05"
    assert local("09/05/2026", month_first=True) == "2026-09-05"
    assert local("Thứ ba, 09/04/2024") == "2024-04-09"


def test_the_weekday_decides_between_two_possible_orders() -> None:
    # 7 April 2025 was a Monday, 4 July 2025 a Friday.
    assert local("Fri 07/04/2025") == "2025-07-04"
    assert local("Thứ hai, 07/04/2025") == "2025-04-07"


def test_a_date_in_the_future_is_read_the_other_way_or_not_at_all() -> None:
    assert local("09/11/2026") == "2026-09-11"
    assert local("25/12/2026") is None
    assert local((NOW + timedelta(minutes=5)).isoformat()) is not None


def test_local_time_mislabelled_as_utc_is_read_as_local_when_utc_would_be_the_future() -> None:
    assert local("2026-09-20T09:50:00Z") == "2026-09-20 09:50:00"


def test_one_proof_settles_the_order_of_a_whole_feed() -> None:
    assert dates.prefers_month_first(["9/5/2026 6:44:00 PM", "9/14/2026 6:44:00 PM"])
    assert not dates.prefers_month_first(["5/9/2026", "14/9/2026"])
    assert not dates.prefers_month_first([None, "", "Mon, 14 Sep 2026"])


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_the_parser_or_leads_into_the_future(raw: str) -> None:
    parsed = dates.parse_date(raw, now=NOW)
    assert parsed is None or parsed.value <= NOW + dates.FUTURE_TOLERANCE


@settings(deadline=None)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2026, 9, 1)), st.sampled_from(["%d/%m/%Y %H:%M", "%H:%M, %d-%m-%Y", "%d.%m.%Y | %H:%M", "%Y-%m-%dT%H:%M:00+07:00"]))  # fmt: skip  # noqa: DTZ001
def test_what_was_written_is_what_is_read(moment: datetime, form: str) -> None:
    parsed = dates.parse_date(moment.strftime(form), now=NOW)
    assert parsed is not None
    assert parsed.value.astimezone(dates.VIETNAM).replace(tzinfo=None) == moment.replace(
        second=0, microsecond=0
    )


# --- the witnesses of a page ---------------------------------------------------------------------------------------

URL = "https://bao.example.vn/hai-ben-ky-ket-chuong-trinh-123456.html"


def find(
    head: str = "", body: str = "", *, url: str = URL, link: Link | None = None, outlet: Outlet | None = None
) -> dates.Published:
    tree = html.document_fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    title = tree.find(".//h1")
    return dates.find_published(tree, url=url, now=NOW, link=link, outlet=outlet, title=title)


def shown(published: dates.Published) -> str | None:
    return (
        published.value.astimezone(dates.VIETNAM).strftime("%Y-%m-%d %H:%M:%S") if published.value else None
    )


def meta(value: str) -> str:
    return f'<meta property="article:published_time" content="{value}">'


def test_the_clock_in_the_header_is_not_the_publication_time() -> None:
    body = '<div class="header"><span>Chủ nhật, 20/09/2026, 09:59 (GMT+7)</span></div><h1>Hai bên ký kết</h1><div>Thứ hai, 22/12/2025, 12:10 (GMT+7)</div><p>Nội dung.</p>'
    assert shown(find(body=body)) == "2025-12-22 12:10:00"


def test_seconds_come_from_the_witness_that_agrees_with_the_print() -> None:
    found = find(meta("2026-03-07T08:01:53+07:00"), "<h1>Hai bên</h1><time>07/03/2026 08:01 GMT+7</time>")
    assert shown(found) == "2026-03-07 08:01:53"
    assert found.source == "meta"
    assert found.disagreements == ()


def test_a_wrong_zone_in_the_metadata_is_mended_by_the_print() -> None:
    found = find(
        meta("2018-09-29T12:40:25+08:00"),
        "<h1>Hai bên</h1><span class='time'>29/9/2018, 12:40 (GMT+7)</span>",
    )
    assert shown(found) == "2018-09-29 12:40:25"


def test_a_print_that_contradicts_the_metadata_is_believed_and_the_quarrel_recorded() -> None:
    found = find(
        '<meta itemprop="dateCreated" content="2012-12-23T14:02+07:00">',
        "<h1>Hai bên</h1><div class='publication_date'>Thứ Hai, 24/12/2012, 03:04 AM (GMT+7)</div>",
    )
    assert shown(found) == "2012-12-24 03:04:00"
    assert found.source == "page"
    assert "meta 2012-12-23 14:02" in found.disagreements[0]


def test_updated_is_not_published() -> None:
    found = find(
        meta("2023-03-25T09:00:10+07:00"), "<h1>Hai bên</h1><p class='date'>Cập nhật lúc 16:14 26/03/2023</p>"
    )
    assert shown(found) == "2023-03-25 09:00:10"


def test_updated_counts_when_it_is_the_only_time_there_is() -> None:
    assert (
        shown(find(body="<h1>Hai bên</h1><p>Cập nhật: 17:04, 18/01/2020 (GMT+7)</p>"))
        == "2020-01-18 17:04:00"
    )


def test_a_printed_time_that_repeats_the_modified_one_is_not_published() -> None:
    ld = '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2024-05-01T08:00:00+07:00","dateModified":"2024-05-03T10:30:00+07:00"}</script>'
    assert (
        shown(find(ld, "<h1>Hai bên</h1><span class='date'>03/05/2024 10:30</span>")) == "2024-05-01 08:00:00"
    )


def test_a_bare_day_in_json_ld_yields_to_the_printed_minute() -> None:
    ld = '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-01-08"}</script>'
    found = find(ld, "<h1>Hai bên</h1><span class='pubdate'>08/01/2026 - 18:21</span>")
    assert (shown(found), found.precision) == ("2026-01-08 18:21:00", Precision.MINUTE)


def test_the_time_in_the_address_is_used_when_nothing_else_speaks() -> None:
    url = "https://bao.example.vn/hai-ben-ky-100260307075519174.htm"
    found = find(body="<h1>Hai bên</h1>", url=url)
    assert (shown(found), found.source) == ("2026-03-07 07:55:19", "url")


def test_an_outlets_pattern_reads_the_month_of_a_dated_directory() -> None:
    rules = PageRules(published_in_url=r"/(?P<Y>\d{4})(?P<m>\d{2})/")
    outlet = Outlet(
        id="x",
        name="x",
        domain="bao.example.vn",
        home="https://bao.example.vn/",
        kind="provincial",
        rules=rules,
    )
    found = find(body="<h1>Hai bên</h1>", url="https://bao.example.vn/tin/202407/x-e635eaf/", outlet=outlet)
    assert (shown(found), found.precision) == ("2024-07-01 00:00:00", Precision.MONTH)


def test_a_rule_that_also_fits_the_headers_clock_still_finds_the_dateline() -> None:
    outlet = Outlet(
        id="x",
        name="x",
        domain="bao.example.vn",
        home="https://bao.example.vn/",
        kind="provincial",
        rules=PageRules(published=(".date",)),
    )
    body = "<div class='top'><span class='date'>Chủ nhật, 20/09/2026, 09:59</span></div><p>Tin nhanh</p><h1>Hai bên</h1><div class='date'>17:54, 08/04/2024</div>"
    assert shown(find(body=body, outlet=outlet)) == "2024-04-08 17:54:00"


def test_a_date_far_from_the_headline_does_not_outvote_the_metadata() -> None:
    body = "<h1>Hai bên ký kết</h1>" + "<p>Nội dung của câu chuyện.</p>" * 80 + "<div><b>Lịch họp</b> <span>09:00 12/03/2026</span></div>"
    assert shown(find(meta("2026-03-07T08:01:53+07:00"), body)) == "2026-03-07 08:01:53"


def test_the_feeds_time_is_the_last_witness() -> None:
    link = Link(
        url=URL,
        outlet="x",
        published=datetime(2026, 3, 1, 2, 0, tzinfo=UTC),
        published_raw="01/03/2026 09:00",
        published_from="feed",
    )
    assert find(body="<h1>Hai bên</h1>", link=link).source == "feed"
    assert find(meta("2026-02-01T10:00:00+07:00"), "<h1>Hai bên</h1>", link=link).source == "meta"


def test_dates_of_related_stories_are_not_the_storys() -> None:
    body = "<h1>Hai bên ký kết</h1><p>Nội dung.</p><div class='related'><ul><li><a href='/a'>Tin khác</a> <span>(07/04/2024)</span></li></ul></div>"
    assert find(body=body).value is None


def test_a_page_without_any_date_has_none() -> None:
    found = find(body="<h1>Hai bên ký kết</h1><p>Copyright 2019</p>")
    assert found == dates.Published()
