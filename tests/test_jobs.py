"""`[schedule]` of kyket.toml: what it may say, and what is said when it is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import ConfigError
from schedules.jobs import crontab_weekdays, read_schedule


def test_without_a_file_every_job_has_a_time() -> None:
    schedule = read_schedule({})
    assert [job.name for job in schedule.jobs] == ["crawl-due", "resweep", "digest", "health", "check-outlets", "maintenance"]
    assert all(job.enabled for job in schedule.jobs)


def test_the_report_goes_out_at_half_past_six_in_vietnam() -> None:
    schedule = read_schedule({})
    at = schedule.job("digest").trigger(schedule.zone).get_next_fire_time(None, datetime(2026, 8, 19, 20, tzinfo=UTC))
    assert at is not None
    assert at.astimezone(UTC) == datetime(2026, 8, 19, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "weekday"),
    [("0 6 * * 1", "mon"), ("0 6 * * 0", "sun"), ("0 6 * * 7", "sun"), ("0 6 * * sat", "sat")],
)
def test_numbers_of_weekdays_mean_what_they_mean_in_crontab(expression: str, weekday: str) -> None:
    schedule = read_schedule({"digest": {"cron": expression}})
    at = schedule.job("digest").trigger(schedule.zone).get_next_fire_time(None, datetime(2026, 8, 19, tzinfo=UTC))
    assert at is not None
    assert at.strftime("%a").lower() == weekday


def test_ranges_and_steps_of_weekdays() -> None:
    assert crontab_weekdays("0 6 * * 1-5") == "0 6 * * mon-fri"
    assert crontab_weekdays("0 6 * * 0-3") == "0 6 * * sun,mon-wed"
    assert crontab_weekdays("0 6 1-5 * */2") == "0 6 1-5 * */2"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "hour": ({"digest": {"cron": "0 25 * * *"}}, "schedule.digest.cron"),
    "four fields": ({"resweep": {"cron": "0 2 * *"}}, "schedule.resweep.cron"),
    "interval": ({"crawl-due": {"every": "soon"}}, "schedule.crawl-due.every"),
    "no interval": ({"crawl-due": {"every": "0m"}}, "schedule.crawl-due.every"),
    "both": ({"digest": {"cron": "0 6 * * *", "every": "1d"}}, "schedule.digest"),
    "zone": ({"timezone": "Asia/Hanoi2"}, "schedule.timezone"),
    "quiet hours": ({"quiet_hours": "23-5"}, "schedule.quiet_hours"),
    "clock": ({"quiet_hours": "25:00-05:00"}, "schedule.quiet_hours"),
    "job name": ({"digets": {}}, "did you mean 'digest'"),
    "job key": ({"digest": {"corn": "0 6 * * *"}}, "did you mean 'cron'"),
    "outlet key": ({"outlets": {"qdnd": {"looks": 3}}}, "schedule.outlets.qdnd.looks"),
    "number": ({"looks_per_day": "many"}, "schedule.looks_per_day"),
    "below the least": ({"floor_minutes": 0.1}, "schedule.floor_minutes"),
    "days": ({"resweep": {"days": 0}}, "schedule.resweep.days"),
    "no number": ({"looks_per_day": float("nan")}, "schedule.looks_per_day"),
    "endless": ({"ceiling_hours": float("inf")}, "schedule.ceiling_hours"),
    "for ages": ({"crawl-due": {"every": "99999999999999d"}}, "schedule.crawl-due.every"),
    "never": ({"digest": {"cron": "0 6 30 2 *"}}, "schedule.digest.cron"),
    "weekday": ({"digest": {"cron": "0 6 * * funday"}}, "schedule.digest.cron"),
    "zone's type": ({"timezone": 7}, "schedule.timezone"),
    "job's type": ({"digest": "06:30"}, "schedule.digest"),
    "cron's type": ({"digest": {"cron": 6}}, "schedule.digest.cron"),
    "outlet's type": ({"outlets": {"qdnd": 3}}, "schedule.outlets.qdnd"),
    "outlets' type": ({"outlets": [1]}, "schedule.outlets"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_key_is_named(name: str) -> None:
    section, message = WRONG[name]
    with pytest.raises(ConfigError, match=message):
        read_schedule(section)


def test_a_job_can_be_turned_off() -> None:
    assert not read_schedule({"check-outlets": False}).job("check-outlets").enabled


def test_quiet_hours_run_over_midnight() -> None:
    schedule = read_schedule({"quiet_hours": "23:00-05:00"})
    at = datetime(2026, 8, 19, 17, 0, tzinfo=UTC)  # midnight in Vietnam
    assert schedule.is_quiet(at)
    assert not schedule.is_quiet(at + timedelta(hours=5))


def test_an_outlet_may_have_its_own_budget_and_its_own_quiet() -> None:
    schedule = read_schedule({"outlets": {"qdnd": {"looks_per_day": 96, "quiet_hours": "00:00-04:00"}}})
    at = datetime(2026, 8, 19, 18, 0, tzinfo=UTC)
    assert schedule.policy_of("qdnd").looks_per_day == 96
    assert schedule.policy_of("vnexpress").looks_per_day == 38.4
    assert schedule.is_quiet(at, "qdnd")
    assert not schedule.is_quiet(at, "vnexpress")


MISTAKES = {
    "schedule = 3\n": "schedule: must be a section",
    "digest = []\n": "digest: must be a section",
    "[schedule]\ntimezone = 'Asia/Hanoi'\n": "schedule.timezone",
    "[schedule.digest]\ncron = '61 6 * * *'\n": "schedule.digest.cron",
    "[digest]\nsend_to = 'x'\n": "digest.send_to",
    "[digest]\nto = ['nothing://x']\n": "digest.to",
    "[digest]\nempty = 'never'\n": "digest.empty",
    "[health]\ncool_down = 3\n": "health: unknown key",
    "[schedule\n": "kyket.toml",
}


@pytest.mark.parametrize("text", MISTAKES)
@pytest.mark.parametrize("command", [["health"], ["schedule", "list"], ["schedule", "next"], ["schedule", "run"], ["digest"]])
def test_a_mistake_in_the_file_is_told_by_whatever_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, command: list[str]
) -> None:
    from pipelines.database import Store
    from schedules.cli import main

    monkeypatch.chdir(tmp_path)
    (tmp_path / "kyket.toml").write_text(text, "utf-8")
    Store(tmp_path / "kyket.db").close()
    with pytest.raises(SystemExit) as ended:
        main(command)
    assert ended.value.code == 2
    assert MISTAKES[text] in capsys.readouterr().err
