"""The page of outlets: freshness, requests, what is wrong and what to do, in both languages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import storing

from pipelines.database import Store
from pipelines.database.ledger import Poll
from pipelines.database.site import watch
from pipelines.database.site.pages import Asked
from pipelines.types import Json, Link, Outcome, Outlet, Source, SourceKind

NOW, HOUR = storing.NOW, storing.HOUR
FEED = Source(id="a:feed:x", outlet="a", kind=SourceKind.FEED, url="https://a.vn/rss", label="Tin mới")
SECTION = Source(id="a:section:y", outlet="a", kind=SourceKind.SECTION, url="https://a.vn/y", label="Quốc phòng")


@pytest.fixture
def row(tmp_path: Path) -> Json:
    """An outlet with a feed and a section: ten stories, each found half an hour after publication."""
    with storing.open_store(tmp_path) as store:
        outlet = Outlet(id="a", name="Báo A", domain="a.vn", home="https://a.vn/", kind="provincial", sources=(FEED, SECTION))
        store.ledger.sync_catalogue([outlet], now=NOW)
        for n in range(-1, 10):
            at = NOW + n * HOUR
            crawl = store.ledger.begin_crawl("crawl", ["a"], {}, now=at)
            link = Link(url=f"https://a.vn/{n}.html", outlet="a", published=at - HOUR / 2)
            for source in (FEED,) if n % 3 else (FEED, SECTION):
                store.ledger.record_poll(crawl, source, Poll(outcome="ok", url=source.url), [link], now=at, keep_validators=True)
            store.ledger.record_visit(crawl, link.url, Outcome.GATED, now=at, outlet="a")
            unmodified = Poll(outcome="not-modified", url=FEED.url, status=304)
            store.ledger.record_poll(crawl, FEED, unmodified, [], now=at, keep_validators=True)
        told = '{"since": "2026-08-01T00:00:00Z", "usual_hours": 9.2}'
        store.health.write([("a:feed:x", "frozen", "nothing new", told, True)], [], now=NOW)
        (found,) = watch.outlets(store, Asked(now=NOW + 10 * HOUR, args={"days": "7"}))["rows"]
        return found


def test_delay_requests_and_304s_of_the_window_are_told(row: Json) -> None:
    fresh = row["fresh"]
    assert (fresh["median"], fresh["p95"]) == (30, 30)
    assert fresh["requests"] == round((11 + 4 + 11 + 11) / 7)
    assert fresh["unmodified"] == round(100 * 11 / 26)


def test_the_recall_ledger_counts_by_kind_what_was_published_while_we_looked(row: Json) -> None:
    assert dict(row["fresh"]["found_by"]) == {"feed": 10, "section": 4}
    assert row["fresh"]["missed"] == 0


def test_what_is_wrong_and_what_to_do_stand_there_in_both_languages(row: Json) -> None:
    (fault,) = row["broken"]
    assert fault["why"][0].startswith("không có gì mới từ 07:00 01/08/2026")
    assert fault["why"][1].startswith("nothing new since 2026-08-01 07:00")
    assert all("kyket outlets check" in advice for advice in fault["advice"])


def test_the_sparkline_counts_all_new_links_of_thirty_days(row: Json) -> None:
    assert row["spark_total"] == 11
    assert len(row["spark"].split()) == 30


def test_our_own_outage_is_said_above_all(tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store:
        detail = {"source": "network", "state": "offline", "facts": {"since": "2026-08-01T00:00:00Z"}}
        store.health.write([], [("broken", "network", detail)], now=NOW)
        page = watch.outlets(store, Asked(now=NOW + timedelta(days=1)))
        assert page["offline"] == "2026-08-01T00:00:00Z"
        store.health.write([], [("recovered", "network", detail)], now=NOW)
        assert watch.outlets(store, Asked(now=NOW))["offline"] is None
    assert isinstance(store, Store)
