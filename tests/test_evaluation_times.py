"""Labelled stories are measured whatever way their maker wrote the time, and without text, title or time too."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.commands_data import evaluate
from pipelines.evaluation.times import published_of
from pipelines.types import Precision

MOMENT = datetime(2020, 8, 5, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2020-08-05T10:00:00+07:00",
        "2020-08-05T03:00:00Z",
        "2020-08-05 10:00",
        "2020-08-05T10:00:00.000+0700",
        "Wed, 05 Aug 2020 10:00:00 +0700",
        "Thứ Tư, 5/8/2020, 10:00 (GMT+7)",
        "05/08/2020 10:00",
        "1596596400",
        1596596400,
        1596596400.0,
        1596596400000,
    ],
)
def test_a_time_is_read_in_every_usual_form(written: object) -> None:
    told = published_of(written)
    assert (told.value, told.unreadable) == (MOMENT, False)


@pytest.mark.parametrize(
    ("written", "last", "precision"),
    [
        ("2020-08", datetime(2020, 8, 31, 16, 59, 59, tzinfo=UTC), Precision.MONTH),
        ("8/2020", datetime(2020, 8, 31, 16, 59, 59, tzinfo=UTC), Precision.MONTH),
        ("2020-12", datetime(2020, 12, 31, 16, 59, 59, tzinfo=UTC), Precision.MONTH),
        ("2020", datetime(2020, 12, 31, 16, 59, 59, tzinfo=UTC), Precision.YEAR),
        (2020, datetime(2020, 12, 31, 16, 59, 59, tzinfo=UTC), Precision.YEAR),
    ],
)
def test_a_month_or_a_year_is_read_as_its_end(written: object, last: datetime, precision: Precision) -> None:
    """A story of that month may tell of any day in it, and of none after it."""
    assert published_of(written) == (last, precision, False)


@pytest.mark.parametrize("written", [None, "", "  "])
def test_no_time_is_nothing_to_complain_about(written: object) -> None:
    assert published_of(written) == (None, None, False)


@pytest.mark.parametrize("written", ["hôm qua", "garbage", "2020-13", "0000-00-00", 0, [], "2 giờ trước"])
def test_what_is_no_date_is_no_date(written: object) -> None:
    assert published_of(written) == (None, None, True)


def _evaluated(tmp_path: Path, rows: list[dict[str, object]]) -> tuple[dict[str, float], str]:
    file = tmp_path / "stories.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    result = CliRunner().invoke(evaluate, ["events", str(file), "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout), result.stderr


def test_events_are_measured_whatever_the_rows_lack(tmp_path: Path) -> None:
    page = "Sáng nay hai đơn vị khởi công cây cầu treo qua suối Nậm Pha để bà con đi chợ không còn phải vòng qua đèo."
    rows: list[dict[str, object]] = [
        {"id": 1, "event": "a", "title": "Khởi công cầu treo Nậm Pha", "text": page, "published": "2020-08"},
        {"id": 2, "event": "a", "title": None, "text": page, "published": "mùa thu"},
        {"id": 3, "event": "b", "title": "Giá cà phê lập đỉnh", "published": 2020},
        {"id": 4, "event": "c", "published": "mùa thu"},
        {"id": 5, "event": "d", "text": None, "url": None},
    ]
    figures, complaint = _evaluated(tmp_path, rows)
    assert figures["n"] == 5
    assert figures["bcubed_f1"] == 1.0
    assert complaint.count("mùa thu") == 1
    assert "undated" in complaint


def test_readable_times_are_passed_in_silence(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id": 1, "event": "a", "title": "Một", "text": "Hai", "published": "2020"}
    ]
    assert _evaluated(tmp_path, rows)[1] == ""
