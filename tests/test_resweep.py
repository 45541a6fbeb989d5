"""A sweep since a day: it tells the lists of those days anew, although their stories are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from crawler.discovery import Listing
from crawler.lanes import Sweep
from crawler.session import Session
from crawler.sweeps import next_sweeps
from pipelines.types import Link, Outcome, Outlet, Source, SourceKind

NOW = datetime(2026, 8, 20, tzinfo=UTC)
SOURCE = Source(id="a:section:x", outlet="a", kind=SourceKind.SECTION, url="https://a.vn/tin", paging="https://a.vn/tin-p{page}")
OUTLET = Outlet(id="a", name="A", domain="a.vn", home="https://a.vn/", kind="provincial", sources=(SOURCE,))


def turns_the_page(*, since: datetime | None, oldest: datetime) -> bool:
    """Does a sweep go on after a page that is wholly known, swept an hour ago?"""
    options = SimpleNamespace(since=since, until=None, backfill=False)
    session: Any = SimpleNamespace(options=options, by_id={"a": OUTLET}, replay=None, sweep_pages=20, first_sweep_pages=3)
    links = [
        Link(url=f"https://a.vn/{n}.html", outlet="a", source=SOURCE.id, published=oldest + n * timedelta(hours=1))
        for n in range(10)
    ]
    sweep = Sweep(source=SOURCE, url="https://a.vn/tin", started=NOW, swept_to=NOW - timedelta(hours=1), sent={})
    known = {link.url: Outcome.NO_MATCH for link in links}
    following, _ = next_sweeps(cast(Session, session), sweep, Listing(links=tuple(links)), known)
    return bool(following)


def test_an_ordinary_sweep_ends_at_a_page_that_is_known() -> None:
    assert not turns_the_page(since=None, oldest=NOW - timedelta(days=1))


def test_a_sweep_since_a_day_goes_on_over_known_pages_to_that_day_and_no_further() -> None:
    since = NOW - timedelta(days=3)
    assert turns_the_page(since=since, oldest=NOW - timedelta(days=1))
    assert not turns_the_page(since=since, oldest=NOW - timedelta(days=5))
