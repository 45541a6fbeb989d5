"""Why a story stands in its event, told to a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import storing

from pipelines import event_reasons


@pytest.mark.parametrize(
    ("noted", "told"),
    [
        (
            "the same parties (Bộ Y tế, Bộ Công an), 2026-11-21",
            "cùng các bên: Bộ Y tế, Bộ Công an; cùng ngày ký 21/11/2026",
        ),
        ("the same parties (Bộ Y tế)", "cùng các bên: Bộ Y tế"),
        ("wording 0.18 alike (needs 0.03), nearest 0.20", "lời văn giống 0,18 (cần 0,03)"),
        ("published within a day", "đăng cách nhau chưa đầy một ngày"),
        ("published 2.5 days apart", "đăng cách nhau 2,5 ngày"),
        ("published 3.0 days apart", "đăng cách nhau 3 ngày"),
        ("no earlier story tells this", "tin đầu tiên về sự kiện này"),
        ("a person split it off", "do người dùng tách"),
        ("fits e3 better than e9, now that s7 is known", "hợp với e3 hơn e9"),
        ("something new", "something new"),
    ],
)
def test_a_reason_is_told_in_the_words_of_the_pages(noted: str, told: str) -> None:
    assert event_reasons.told([noted]) == told


def test_parties_are_told_by_name_and_each_once() -> None:
    reason = "the same parties (bo:y-te, bo_cong_an, cong_an:tinh), 2026-11-21"
    assert event_reasons.keys_in([reason, "published within a day"]) == {
        "bo:y-te",
        "bo_cong_an",
        "cong_an:tinh",
    }
    names = {"bo:y-te": "Bộ Y tế", "bo_cong_an": "Bộ Công an", "cong_an:tinh": "Bộ Công an"}
    assert event_reasons.with_names(reason, names) == "the same parties (Bộ Y tế, Bộ Công an), 2026-11-21"
    assert event_reasons.with_names("published within a day", names) == "published within a day"


def test_the_report_stands_for_its_event_and_not_the_nearer_announcement(tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store:
        store.ledger.sync_catalogue([storing.outlet(), storing.outlet("dongbac")], now=storing.NOW)
        words = "Vùng Cửa Bạc và Hội Nông dân tỉnh Nam Sơn sẽ ký kết vào chủ nhật, mở đầu đợt dạy nghề cho bộ đội xuất ngũ."
        announced = storing.story(1, words, "Sắp ký kết phối hợp")
        announced = replace(announced, published=storing.NOW - timedelta(days=2))
        storing.save(store, announced, closeness=0.9, agreement=storing.agreement(event_date=None))
        storing.save(store, storing.story(2, name="dongbac"), closeness=0.2)
        shown, _ = store.reading.new(0)
        [event] = [match for match in shown if match["event"]["size"] == 2]
        assert event["id"] == "s2"
        assert event["event"]["outlets"] == ["dongbac", "namson"]


def test_a_retelling_says_by_name_whose_signing_it_tells(tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store:
        store.ledger.sync_catalogue([storing.outlet(), storing.outlet("dongbac")], now=storing.NOW)
        storing.save(store, storing.story(1))
        retold = "Hội Nông dân tỉnh Nam Sơn và Vùng Cửa Bạc bắt tay dạy nghề, làm sạch bãi biển theo bản ký hôm 2-8."
        storing.save(store, storing.story(2, retold, "Bộ đội xuất ngũ học nghề", name="dongbac"))
        [told] = store.reading.show(1)["retellings"]
        assert "the same parties (Hội Nông dân tỉnh Nam Sơn, Vùng Cửa Bạc), 2026-08-02" in told["reasons"]
