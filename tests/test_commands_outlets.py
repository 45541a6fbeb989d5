"""`kyket outlets` at the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.catalogue import load_catalogue
from crawler.commands_outlets import outlets
from crawler.press import SamplePress, faults
from crawler.validators import Record, Validators, to_columns
from pipelines.database import Store
from pipelines.database.ledger import Poll
from pipelines.errors import CatalogueError

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> Result:
    return CliRunner().invoke(outlets, list(words), catch_exceptions=False)


def test_the_list_tells_what_is_on() -> None:
    text = run("list", "--kind", "armed_forces").output
    assert "qdnd" in text and "Quân đội nhân dân" in text and "tuoitre" not in text


def test_the_list_as_json_is_whole() -> None:
    rows = json.loads(run("list", "--json").output)
    assert len(rows) == 192 and {"id", "enabled", "family", "sources_on"} <= set(rows[0])


def test_what_is_shown_can_be_loaded(tmp_path: Path) -> None:
    text = run("show", "QDND").output
    (tmp_path / "copy.toml").write_text(text, encoding="utf-8")
    assert load_catalogue([tmp_path / "copy.toml"])["qdnd"].sources == load_catalogue()["qdnd"].sources


def test_what_was_learnt_of_a_source_stands_below_its_entry(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    qdnd = load_catalogue()["qdnd"]
    source = qdnd.sources[0]
    with Store(tmp_path / "kyket.db") as store:
        store.ledger.sync_catalogue([qdnd], now=now)
        crawl = store.ledger.begin_crawl("crawl", [], {}, now=now)
        for _ in range(5):
            poll = Poll(outcome="ok", url=source.url, status=200, etag='"a"', content_hash="h")
            store.ledger.record_poll(crawl, source, poll, [], now=now, keep_validators=True)
        earned = Validators(agreed=4, etags=Record(stayed=2, moved=2), opened=2)
        store.ledger.set_source(source.id, **to_columns(earned))
        store.ledger.finish_crawl(crawl, status="finished", reason="finished", now=now)
    text = run("show", "qdnd").output
    assert f"# {source.url}: unverified; last look {now:%Y-%m-%dT%H}" in text
    assert "304 believed (ETag): 4 answers agreed" in text
    (tmp_path / "copy.toml").write_text(text, encoding="utf-8")
    assert load_catalogue([tmp_path / "copy.toml"])["qdnd"].sources == qdnd.sources


def test_a_source_that_fails_for_days_is_shown_as_asked_rarely_since_when_and_why(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    qdnd = load_catalogue()["qdnd"]
    source = qdnd.sources[0]
    with Store(tmp_path / "kyket.db") as store:
        store.ledger.sync_catalogue([qdnd], now=now)
        crawl = store.ledger.begin_crawl("crawl", [], {}, now=now)
        for _ in range(9):
            poll = Poll(outcome="timeout", url=source.url)
            store.ledger.record_poll(crawl, source, poll, [], now=now, keep_validators=True)
        store.health.write([(source.id, "unreachable", "timeout at 9 looks", "{}", True)], [], now=now)
        store.ledger.set_source(source.id, next_check=now)
    text = run("show", "qdnd").output
    assert f"# {source.url}: unreachable since {now:%Y-%m-%d}" in text
    assert f"(timeout at 9 looks); asked rarely after 9 failed looks, next {now:%Y-%m-%d}" in text


@pytest.mark.slow
def test_a_source_that_was_off_is_asked_again_by_itself_after_a_check_that_passed(tmp_path: Path) -> None:
    """What the daemon does on Sundays, and what its next crawl makes of it."""
    with SamplePress(only=["songcai"]) as press:
        text = press.catalogue_toml().replace("seen = true", "seen = false")
        (tmp_path / "press.toml").write_text(text, encoding="utf-8")

        def kyket(*words: str) -> str:
            done = subprocess.run(
                [sys.executable, "-m", "schedules", *words, "--catalogue", "press.toml", "--delay", "0"], cwd=tmp_path,
                capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(PROJECT)},
            )  # fmt: skip
            return done.stdout + done.stderr

        assert "no outlet is enabled" in kyket("crawl", "--due")
        assert "1 outlet changed" in kyket("outlets", "check", "--all", "--switch-on")
        press.forget()
        assert "Crawl 1: 1 outlet" in kyket("crawl", "--due", "--limit", "1")
        assert press.requests("songcai", on="feed")


def test_an_unknown_outlet_is_answered_with_the_nearest() -> None:
    with pytest.raises(CatalogueError, match="did you mean “qdnd”"):
        run("show", "qdn")


def test_entries_of_kyket_toml_are_listed(tmp_path: Path) -> None:
    (tmp_path / "kyket.toml").write_text(
        '[[outlet]]\nid = "baomoi"\nname = "Báo Mới"\ndomain = "baomoi.test"\nkind = "other"\n', encoding="utf-8"
    )
    assert "baomoi" in run("list").output


# ------------------------------------------------------------------------------------ through the real crawler


@pytest.fixture(scope="module")
def press() -> Iterator[SamplePress]:
    with SamplePress(only=["vamco"]) as world:
        yield world


def kyket(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from schedules.cli import main; main()", *words],
        cwd=folder, capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip


@pytest.mark.slow
def test_a_check_through_the_crawler_verifies_and_switches_on(press: SamplePress, tmp_path: Path) -> None:
    own = press.catalogue_toml().replace("seen = true", "seen = false")
    (tmp_path / "press.toml").write_text(own, encoding="utf-8")
    (tmp_path / "kyket.toml").write_text('catalogue = ["press.toml"]\n', encoding="utf-8")
    done = kyket("outlets", "check", "vamco", "--switch-on", "--delay", "0", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)
    assert {one["state"] for one in found["sources"] if ":search:" not in one["source"]} <= {"verified", "quiet"}
    (search,) = [one for one in found["sources"] if ":search:" in one["source"]]
    assert (search["state"], search["evidence"]) == ("blocked", "robots.txt forbids its search")
    assert load_catalogue([tmp_path / "press.toml"])["vamco"].enabled


@pytest.mark.slow
def test_a_check_that_finds_a_fault_says_so_and_exits_1(press: SamplePress, tmp_path: Path) -> None:
    (tmp_path / "press.toml").write_text(press.catalogue_toml(), encoding="utf-8")
    rule = press.misbehave("vamco", faults.status(404), on="feed")
    try:
        done = kyket("outlets", "check", "vamco", "--catalogue", "press.toml", "--delay", "0", folder=tmp_path)
    finally:
        rule.stop()
    assert done.returncode == 1, done.stderr
    assert "moved" in done.stdout and "http-404" in done.stdout and "verified" in done.stdout


@pytest.mark.slow
def test_an_outlet_is_added_through_the_crawler(press: SamplePress, tmp_path: Path) -> None:
    base = press.base("vamco")
    done = kyket("outlets", "add", base + "/", "--id", "vamco", "--allow-private", "--delay", "0", folder=tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "written to kyket.toml" in done.stderr
    import tomllib

    (entry,) = tomllib.loads((tmp_path / "kyket.toml").read_text(encoding="utf-8"))["outlet"]
    assert (entry["id"], entry["family"], entry["name"]) == ("vamco", "vdoc", "Báo Vàm Cỏ")
    assert {source["kind"] for source in entry["sources"]} >= {"feed", "section"}


@pytest.mark.slow
def test_an_address_that_does_not_answer_writes_nothing(tmp_path: Path) -> None:
    done = kyket("outlets", "add", "http://127.0.0.1:9/", "--id", "x", "--allow-private", "--delay", "0", folder=tmp_path)
    assert done.returncode == 1
    assert "nothing was written" in done.stderr and not (tmp_path / "kyket.toml").exists()
