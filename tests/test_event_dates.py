"""Dates of events: day before month, never after publication, empty rather than guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pipelines.event_dates import Reference, dates_in, deduced_reference, reference_of

PUBLISHED = Reference(date(2024, 1, 10))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Sáng 3-1, hai đơn vị ký kết quy chế.", "2024-01-03"),
        ("Ngày 9/1, Sở Y tế làm việc với bệnh viện.", "2024-01-09"),
        ("Hôm qua 9.1, lễ ký diễn ra tại Huế.", "2024-01-09"),
        ("Chiều nay (10/1), Bộ CHQS tỉnh tổ chức hội nghị.", "2024-01-10"),
        ("Chiều nay, Bộ CHQS tỉnh tổ chức hội nghị.", "2024-01-10"),
        ("Hôm qua, hai bên gặp nhau.", "2024-01-09"),
        ("Ngày 28 tháng 12, lễ kết nghĩa diễn ra.", "2023-12-28"),
        ("Ngày 5 tháng 9 năm 2023 tại Hà Nội, hai bộ ký kết.", "2023-09-05"),
        ("Chủ nhật 7-1-2024, đoàn công tác đến thăm.", "2024-01-07"),
        ("Ngày 8 và 9/1, hội nghị diễn ra.", "2024-01-08"),
    ],
)
def test_a_date_is_read_against_the_publication(sentence: str, expected: str) -> None:
    assert [found.value.isoformat() for found in dates_in(sentence, PUBLISHED)] == [expected]


@pytest.mark.parametrize(
    "sentence",
    [
        "Ngày 15/1/2024, hai bên sẽ ký kết.",  # after publication
        "Ngày 20/5, hai bên gặp nhau.",  # would lie far back: it was a plan
        "Theo Quyết định số 12 ngày 4/1, quy chế có hiệu lực.",  # of a paper
        "Từ ngày 2/1 đơn vị ra quân.",  # the beginning of a span
        "Năm nay đơn vị đạt 3/4 chỉ tiêu.",
        "Ngày 31/2, không có ngày này.",
    ],
)
def test_what_is_no_past_event_gives_no_date(sentence: str) -> None:
    assert list(dates_in(sentence, PUBLISHED)) == []


def test_without_a_publication_a_date_without_year_stays_unknown() -> None:
    assert list(dates_in("Sáng 3-1, hai đơn vị ký kết.", None)) == []
    assert [d.value.year for d in dates_in("Sáng 3/1/2022, hai đơn vị ký kết.", None)] == [2022]


def test_the_publication_day_is_the_local_one() -> None:
    late = datetime(2024, 1, 9, 18, 30, tzinfo=UTC)  # 01:30 of the next day in Vietnam
    assert reference_of(late) == Reference(date(2024, 1, 10))


def test_a_printed_time_stamp_stands_in_for_the_publication() -> None:
    assert reference_of(None, "Cập nhật: 17:04, 18/01/2020 (GMT+7). Chiều 18/1, hai bên ký.") == Reference(
        date(2020, 1, 18)
    )
    assert reference_of(None, "Ngày 18/01/2020 hai bên ký.") is None


def test_a_url_with_year_and_month_bounds_a_date_but_knows_no_today() -> None:
    reference = reference_of(None, "", "https://bao.example/chinh-tri/202402/tin-1.html")
    assert reference == Reference(date(2024, 2, 29), exact=False)
    assert list(dates_in("Hôm nay hai bên ký.", reference)) == []
    assert [d.value for d in dates_in("Sáng 3-1 hai bên ký.", reference)] == [date(2024, 1, 3)]


def test_years_of_the_agreement_never_contradict_a_told_year() -> None:
    deduced = deduced_reference("2022-2030", None)
    assert [d.value for d in dates_in("Ngày 11/4/2023, hai bên ký.", deduced)] == [date(2023, 4, 11)]
    assert [d.value for d in dates_in("Ngày 11/4, hai bên ký.", deduced)] == [date(2022, 4, 11)]
