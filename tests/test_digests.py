"""The daily report: what it says, and that nothing hostile gets through it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from datetime import UTC, date, datetime
from typing import Any

from pipelines.digests import Digest, as_atom, as_html, as_json, as_text, spark

NOW = datetime(2026, 8, 19, 23, 30, tzinfo=UTC)


def event(**changes: Any) -> dict[str, Any]:
    return {
        "id": "s1", "title": "Hai tỉnh ký chương trình phối hợp", "url": "https://songcai.example/a-1.html",
        "outlet": "songcai", "kind": "chuong_trinh_phoi_hop", "act": "ky_ket", "period": "2026-2030",
        "event_date": "2026-08-18", "place": "Hà Nội", "parties": ["Công an tỉnh A", "Đại học B"], "news": "new-event",
        "evidence": [{"phrase": "ký chương trình phối hợp", "sentence": "Hai bên ký chương trình phối hợp.", "field": "text"}],
        "event": {"id": "e1", "size": 2, "outlets": ["songcai", "lamson"]}, "found_at": "2026-08-19T01:00:00Z",
    } | changes  # fmt: skip


def digest(*events: dict[str, Any], **changes: Any) -> Digest:
    return Digest(day=date(2026, 8, 20), made_at=NOW, events=events, **changes)


def test_the_text_says_who_with_whom_what_when_where_and_who_told_it() -> None:
    text = as_text(digest(event()))
    for words in (
        "Công an tỉnh A – Đại học B", "chương trình phối hợp 2026-2030", "18/08/2026", "Hà Nội", "songcai, lamson",
        "“Hai bên ký chương trình phối hợp.”", "https://songcai.example/a-1.html",
    ):  # fmt: skip
        assert words in text


def test_a_day_without_news_is_a_quiet_line() -> None:
    assert digest().title == "Kyket 20/08/2026: không có tin mới"
    assert "Không có sự kiện mới." in as_text(digest())


HOSTILE = '<script>alert(1)</script> "x" \x1b[31mđỏ\x1b[0m \u202eabc ]]>'


def test_html_escapes_hostile_words_and_links_nowhere_but_http() -> None:
    page = as_html(digest(event(title=HOSTILE, parties=[HOSTILE, "B"], place=HOSTILE, url="javascript:alert(1)")))
    assert "<script" not in page
    assert "javascript:" not in page
    assert "&lt;script&gt;" in page


def test_html_has_no_remote_parts_and_no_script() -> None:
    page = as_html(digest(event())).lower()
    for remote in ("<img", "<link", "<script", "@import", "url(", "<iframe"):
        assert remote not in page


def test_text_carries_no_control_characters() -> None:
    text = as_text(digest(event(title=HOSTILE)))
    assert all(c == "\n" or c.isprintable() for c in text)


def test_the_deciding_phrase_is_marked() -> None:
    assert "<mark" in as_html(digest(event()))


def test_atom_is_well_formed_whatever_the_titles_hold() -> None:
    tree = ElementTree.fromstring(as_atom(digest(event(title=HOSTILE + "\x00\ufffe"), event(id="s2"))))
    assert len(tree.findall("{http://www.w3.org/2005/Atom}entry")) == 2


def test_json_is_plain_values() -> None:
    made = json.loads(json.dumps(as_json(digest(event()))))
    assert made["events"][0]["id"] == "s1"


def test_changes_of_health_are_told_with_the_reason() -> None:
    change = {"outlet": "songcai", "state": "frozen", "why": "nothing new since Monday", "recovered": False}
    assert "! songcai: đứng im – nothing new since Monday" in as_text(digest(health=[change]))
    assert "1 báo cần xem" in digest(event(), health=[change]).title
    assert "1 báo cần xem" in digest(health=[change]).title


def test_an_outlet_that_is_down_is_one_line_however_many_sources_it_has() -> None:
    down = [{"outlet": "songcai", "source": f"s{n}", "state": "unreachable", "why": "timeout"} for n in range(12)]
    back = {"outlet": "lamson", "source": "l", "state": "verified", "why": "20 links", "recovered": True}
    text = as_text(digest(health=[back, *down]))
    assert "! songcai: không truy cập được (12 nguồn) – timeout" in text
    assert text.index("songcai") < text.index("✓ lamson: hoạt động lại")


def test_the_text_fits_eighty_columns_but_for_links() -> None:
    long = event(title="Hai bên ký kết " * 12, parties=["Công an tỉnh A " * 5, "Đại học B " * 6], place="một nơi rất xa " * 5)
    long["evidence"] = [{"phrase": "ký kết", "sentence": "Hai bên ký kết chương trình phối hợp. " * 9, "field": "text"}]
    lines = as_text(digest(long, note="lời nhắn " * 30)).splitlines()
    assert max(len(line) for line in lines if "https://" not in line) <= 80


def test_a_mail_of_a_thousand_events_says_how_many_it_left_out() -> None:
    many = digest(*(event(id=f"s{n}") for n in range(1000)))
    assert len(as_html(many).encode()) < 102_000
    assert "và 940 sự kiện nữa" in as_html(many)
    assert "và 940 sự kiện nữa" in as_text(many)


def test_a_trend_is_drawn_to_its_highest_day() -> None:
    assert spark([0, 5, 10]) == "▁▅█"
    assert spark([0, 0]) == "▁▁"
    assert spark([]) == ""
