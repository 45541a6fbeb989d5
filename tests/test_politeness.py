"""What newspapers may expect of us: robots.txt, pauses, Retry-After, conditional requests, no private addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from crawling import Child, crawl, options_for, outcomes, rows

from crawler import addresses, backoff, robots, validators
from crawler.backoff import Refused
from crawler.press import faults
from crawler.press.server import SamplePress
from pipelines.types import Outcome

NOW = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)


# ------------------------------------------------------------------------------------------------ Retry-After


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 2 ", 2.0),
        ("1.5", 1.5),
        (format_datetime(NOW + timedelta(minutes=3), usegmt=True), 180.0),
        (format_datetime(NOW - timedelta(minutes=3), usegmt=True), 0.0),
        ("999999999", 86_400.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str | None, seconds: float | None) -> None:
    assert backoff.parse_retry_after(value, NOW) == seconds


def test_a_429_always_asks_for_a_pause_and_a_503_only_with_retry_after() -> None:
    assert backoff.pause_asked(429, None, NOW) == backoff.DEFAULT_PAUSE
    assert backoff.pause_asked(429, "7", NOW) == 7
    assert backoff.pause_asked(503, "7", NOW) == 7
    assert backoff.pause_asked(503, None, NOW) is None
    assert backoff.pause_asked(200, "7", NOW) is None


# ------------------------------------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "not an address",
    ],
)  # fmt: skip
def test_private_addresses_are_not_public(address: str) -> None:
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "113.160.0.1", "2001:4860:4860::8888", "64:ff9b::8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert addresses.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://[::1]/", "http://localhost/", "http://cong.localhost/", "http://router.lan/",
        "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1:80/", "https://bao.vn:22/", "http://u:p@bao.vn/",
    ],
)  # fmt: skip
def test_urls_that_lead_into_private_networks_are_refused(url: str) -> None:
    with pytest.raises(Refused) as refused:
        addresses.check_address(url, frozenset())
    assert refused.value.outcome is Outcome.PRIVATE_ADDRESS


def test_a_loopback_host_that_was_named_is_let_through_and_its_neighbour_port_is_not() -> None:
    allowed = frozenset({"127.0.0.1:8001"})
    addresses.check_address("http://127.0.0.1:8001/tin", allowed)
    with pytest.raises(Refused):
        addresses.check_address("http://127.0.0.1:8002/tin", allowed)


def test_a_public_name_that_resolves_to_a_private_address_is_refused_when_connecting() -> None:
    resolver = addresses.GuardedResolver(SimpleNamespace(nameResolver=None), 10)
    resolver.allowed = frozenset({"press.test", "::1"})
    assert resolver.may_connect("113.160.0.1", "bao.vn") and resolver.may_connect("2405:4800::1", "bao.vn")
    assert not resolver.may_connect("127.0.0.1", "bao.vn") and not resolver.may_connect("fd00::1", "bao.vn")
    assert resolver.may_connect("127.0.0.1", "press.test") and resolver.may_connect("::1", "bao.vn")
    failure = addresses.PrivateAddressError("bao.vn resolves to 127.0.0.1")
    assert backoff.outcome_of_error(failure)[0] is Outcome.PRIVATE_ADDRESS


# ------------------------------------------------------------------------------------------------ robots.txt


@pytest.mark.parametrize(
    ("status", "body", "allowed"),
    [
        (200, "User-agent: *\nDisallow: /", False),
        (200, "User-agent: Kyket\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        (200, "User-agent: Googlebot\nDisallow: /", True),
        (200, "<html>not found</html>", True),
        (404, "", True),
        (403, "", True),
        (429, "", False),
        (500, "User-agent: *\nAllow: /", False),
        (None, None, False),
    ],
)
def test_robots_rules_follow_rfc_9309(status: int | None, body: str | None, allowed: bool) -> None:
    rules = robots.read_rules(status, body, expires_at=NOW)
    if allowed:
        rules.check("https://bao.vn/tin-1.html")
    else:
        with pytest.raises(Refused):
            rules.check("https://bao.vn/tin-1.html")


@pytest.mark.slow
def test_nothing_slips_through_while_robots_txt_loads(tmp_path: Path) -> None:
    with SamplePress(only=["songcai", "cuabien"]) as press:
        slow_rules = faults.rules("User-agent: *\nDisallow: /\n")
        press.misbehave(None, lambda *a: _late(slow_rules(*a), 0.7), on="robots")
        report = crawl(press, tmp_path, settings={"CONCURRENT_REQUESTS_PER_DOMAIN": 8})
        assert {request.path for request in press.requests()} == {"/robots.txt"}
    assert set(report.failures) == {"songcai", "cuabien"}
    assert {row[0] for row in rows(tmp_path, "SELECT DISTINCT outcome FROM polls")} == {"robots"}


def _late(answer: object, seconds: float) -> object:
    from dataclasses import replace

    return replace(answer, delay=seconds)  # type: ignore[type-var]


@pytest.mark.slow
def test_robots_that_fail_forbid_everything_those_that_are_missing_nothing_and_all_are_asked_once_a_day(
    tmp_path: Path,
) -> None:
    with SamplePress(only=["songcai", "dongdoi"]) as press:
        press.misbehave("songcai", faults.status(500), on="robots")
        press.misbehave("dongdoi", faults.status(404), on="robots")
        for _ in range(2):
            report = crawl(press, tmp_path)
            assert set(report.failures) == {"songcai"}
            assert report.failures["songcai"].startswith("robots-unreachable")
        assert [request.path for request in press.requests("songcai")] == ["/robots.txt"]
        assert len(press.requests("dongdoi", on="robots")) == 1
        assert press.requests("dongdoi", on="article")


@pytest.mark.slow
def test_a_host_is_asked_one_at_a_time_and_no_faster_than_its_delay_by_two_crawls_together(tmp_path: Path) -> None:
    with SamplePress(only=["dongdoi"]) as press:
        press.misbehave("dongdoi", faults.slow(0.15), on="section")
        first = Child(tmp_path, options_for(press, tmp_path, delay=0.3))
        second = Child(tmp_path, options_for(press, tmp_path, delay=0.3))
        first.report()
        second.report()
        log = sorted(press.requests("dongdoi"), key=lambda request: request.at)
        assert len(log) > 10
        for before, after in pairwise(log):
            assert before.done is not None
            assert after.at - before.done >= 0.28, (before, after)


@pytest.mark.slow
def test_crawl_delay_is_obeyed_where_it_is_longer_than_ours(tmp_path: Path) -> None:
    with SamplePress(only=["kinhky"]) as press:
        press.misbehave("kinhky", faults.rules("User-agent: *\nCrawl-delay: 0.5\n"), on="robots")
        crawl(press, tmp_path, delay=0.05, limit=2)
        pauses = press.pauses("kinhky")
        assert len(pauses) > 4
        assert min(pauses[1:]) >= 0.48


@pytest.mark.slow
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_short_retry_after_is_waited_out_and_the_page_asked_for_again(tmp_path: Path, form: str) -> None:
    with SamplePress(only=["dongdoi"]) as press:
        fault = faults.busy(2, code=429) if form == "seconds" else _busy_until_soon
        press.misbehave("dongdoi", fault, on="article", times=1)
        crawl(press, tmp_path, delay=0.05)
        busy = [request for request in press.requests("dongdoi", on="article") if request.status in (429, 503)]
        assert len(busy) == 1
        after = [request for request in press.requests("dongdoi") if request.at > busy[0].at]
        assert after[0].at - busy[0].at >= 1.9
        assert any(request.target == busy[0].target for request in after)
    assert ("deferred", 1) in rows(tmp_path, "SELECT outcome, count(*) FROM visits GROUP BY 1")
    assert "deferred" not in outcomes(tmp_path)


def _busy_until_soon(site: Any, request: Any, seen: Any) -> Any:
    return faults.busy(until=datetime.now(UTC) + timedelta(seconds=4))(site, request, seen)


@pytest.mark.slow
def test_a_long_retry_after_binds_the_next_process_too_and_leaves_the_links_pending(tmp_path: Path) -> None:
    with SamplePress(only=["dongdoi"]) as press:
        press.misbehave("dongdoi", faults.busy(3600, code=429), on="article")
        crawl(press, tmp_path, delay=0.05)
        assert len(press.requests("dongdoi", on="article")) == 1
        press.behave()
        press.forget()
        crawl(press, tmp_path, delay=0.05)
        assert press.requests("dongdoi") == []
    assert set(outcomes(tmp_path)) <= {"pending", "deferred"}
    assert rows(tmp_path, "SELECT count(*) FROM urls WHERE next_try IS NULL") == [(0,)]


@pytest.mark.slow
def test_a_304_of_a_trusted_source_costs_no_link_and_a_crawl_again_adds_no_rows(tmp_path: Path) -> None:
    from pipelines.database import Store

    with SamplePress(only=["songcai"]) as press:
        crawl(press, tmp_path)
        before = rows(tmp_path, "SELECT (SELECT count(*) FROM urls), (SELECT count(*) FROM stories)")
        press.forget()
        crawl(press, tmp_path)
        assert not [request for request in press.requests() if request.status == 304], "nothing was earned yet"
        with Store(tmp_path / "kyket.db") as store:
            for source in store.ledger.sources():
                if source.content_hash:
                    record = validators.Record(stayed=validators.TRUST_AFTER, moved=validators.TRUST_AFTER)
                    earned = replace(validators.from_columns(source), etags=record, dates=record, opened=validators.OPENED)
                    store.ledger.set_source(source.id, **validators.to_columns(earned))
        press.forget()
        crawl(press, tmp_path)
        assert [request for request in press.requests("songcai", on="feed") if request.status == 304]
        assert not press.requests("songcai", on="article")
    assert rows(tmp_path, "SELECT (SELECT count(*) FROM urls), (SELECT count(*) FROM stories)") == before


def test_the_turn_of_a_killed_process_ends_after_the_pause_and_that_of_a_living_one_does_not(tmp_path: Path) -> None:
    import subprocess
    import sys

    from crawler.pacing import holder_name
    from pipelines.database import Store

    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    machine, _, pid = holder_name().rpartition(":")
    with Store(tmp_path / "kyket.db") as store:

        def wait(host: str, now: float) -> float:
            return store.hosts.try_turn(host, delay=2.0, hold=60.0, now=now, holder="other:1")

        for host, holder in (("dead.vn", f"{machine}:{child.pid}"), ("alive.vn", f"{machine}:{pid}")):
            assert store.hosts.try_turn(host, delay=2.0, hold=60.0, now=1000.0, holder=holder) == 0.0
        assert wait("dead.vn", 1000.5) == pytest.approx(1.5)
        assert wait("dead.vn", 1002.1) == 0.0
        assert wait("alive.vn", 1002.1) == pytest.approx(57.9)
        store.hosts.finish_turn("alive.vn", delay=2.0, now=1003.0, holder=f"{machine}:{pid}")
        assert wait("alive.vn", 1004.0) == pytest.approx(1.0)
        assert wait("alive.vn", 1005.0) == 0.0


# ------------------------------------------------------------------------------------------------ hostile answers


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.redirect("http://10.255.255.1/tin.html"), Outcome.PRIVATE_ADDRESS),
        (faults.redirect_loop(), Outcome.REDIRECT_LOOP),
        (faults.redirect("http://[::1]:9/"), Outcome.PRIVATE_ADDRESS),
    ],
    ids=["into a private network", "in a circle", "to this machine"],
)
def test_redirects_that_lead_nowhere_good_have_their_outcome(tmp_path: Path, fault: faults.Fault, expected: Outcome) -> None:
    with SamplePress(only=["suoinguon"]) as press:
        press.misbehave("suoinguon", fault, on="article")
        crawl(press, tmp_path, limit=2)
    ended = {row[0] for row in rows(tmp_path, "SELECT DISTINCT outcome FROM visits")}
    assert ended <= {str(expected), "headline"}
    assert ended


@pytest.mark.slow
def test_every_hostile_answer_ends_in_its_own_outcome(tmp_path: Path) -> None:
    wanted = {
        "songcai": (faults.gzip_bomb(64), {"too-large"}),
        "cuabien": (faults.truncated(0.5), {"truncated"}),
        "dongdoi": (faults.drip(64, 0.3), {"timeout"}),
        "lamson": (faults.reset(), {"unreachable"}),
        "vungthan": (faults.challenge(), {"challenge"}),
        "quankhu": (faults.huge(30), {"too-large"}),
        "kinhky": (faults.status(410), {"gone"}),
        "vamco": (faults.status(500), {"http-500"}),
    }
    with SamplePress(only=list(wanted)) as press:
        for outlet, (fault, _) in wanted.items():
            press.misbehave(outlet, fault, on="article")
        report = crawl(press, tmp_path, limit=3, settings={"DOWNLOAD_TIMEOUT": 3})
    assert report.errors == []
    for outlet, (_, expected) in wanted.items():
        ended = {
            row[0]
            for row in rows(
                tmp_path,
                "SELECT visits.outcome FROM visits JOIN urls USING (url) WHERE urls.outlet = ?",
                outlet,
            )
        }
        assert ended, outlet
        assert ended <= expected | {"headline", "duplicate"}, outlet  # two links may carry one headline


@pytest.mark.slow
def test_an_endless_calendar_ends(tmp_path: Path) -> None:
    with SamplePress(only=["lamson"]) as press:
        press.misbehave("lamson", faults.endless(), on="section")
        report = crawl(press, tmp_path, limit=1, settings={"KYKET_FIRST_SWEEP_PAGES": 4})
        assert report.status == "finished"
        sections = len(press.outlet("lamson").sections)
        assert len(press.requests("lamson", on="section")) <= 4 * (sections + 1)  # and the list of all that is new
