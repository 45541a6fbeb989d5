"""A replay runs the same spider without a network, and leaves what only a live crawl may change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from crawling import Child, crawl, options_for, outcomes, rows

from crawler.archive import Archive, ReplayIndex
from crawler.pacing import Wire
from crawler.press.server import SamplePress
from crawler.session import CrawlOptions
from pipelines.errors import ArchiveError, CatalogueError
from pipelines.urls import lookup_key

pytestmark = pytest.mark.slow


def _replay(folder: Path, *files: Path, **changes: object) -> CrawlOptions:
    return replace(
        CrawlOptions(db=folder / "kyket.db", replay=files, settings={"KYKET_READ_IN_PROCESS": True}),
        **changes,  # type: ignore[arg-type]
    )


@pytest.mark.shared
def test_every_captured_article_that_a_captured_list_names_ends_in_an_outcome_once(tmp_path: Path, shared: Path) -> None:
    archive = shared / "press" / "press.warc.gz"
    report = Child(tmp_path, _replay(tmp_path, archive)).report()
    assert report.ok, report
    visits = rows(tmp_path, "SELECT url, outcome FROM visits")
    assert len(visits) == len({lookup_key(url) for url, _ in visits})
    listed = {lookup_key(url) for (url,) in rows(tmp_path, "SELECT url FROM urls")}
    captured = ReplayIndex([archive])
    ended = {lookup_key(url): outcome for url, outcome in visits}
    articles = [
        row["url"]
        for line in (shared / "press" / "pages" / "index.jsonl").read_text("utf-8").splitlines()
        if (row := json.loads(line))["page_type"] == "article" and lookup_key(row["url"]) in listed
    ]
    assert len(articles) >= 20
    for url in articles:
        assert url in captured
        assert ended[lookup_key(url)] not in ("not-archived", "error", "extract-failed"), url
    again = Child(tmp_path, _replay(tmp_path, archive)).report()
    assert again.ok
    assert again.outcomes == {}
    assert rows(tmp_path, "SELECT count(*) FROM visits") == [(len(visits),)]


def test_what_a_crawl_archived_replays_to_the_same_stories_and_touches_no_socket(tmp_path: Path) -> None:
    live, replayed = tmp_path / "live", tmp_path / "replayed"
    live.mkdir()
    replayed.mkdir()
    with SamplePress(only=["songcai", "suoinguon"]) as press:
        report = crawl(press, live, archive=live / "archive")
        assert report.ok, report
        catalogue = live / "press.toml"
    files = tuple(sorted((live / "archive").glob("*.warc.gz")))
    again = Child(replayed, _replay(replayed, *files, catalogue=(catalogue,))).report()
    assert again.ok, again
    stories = "SELECT url, title, text_hash, published FROM stories ORDER BY url"
    assert rows(replayed, stories) == rows(live, stories)
    assert rows(replayed, "SELECT count(*) FROM hosts") == [(0,)]
    untouched = "SELECT count(*) FROM sources WHERE etag IS NOT NULL OR checked_at IS NOT NULL OR swept_to IS NOT NULL"
    assert rows(replayed, untouched) == [(0,)]
    assert rows(live, untouched) != [(0,)]


def test_the_warc_date_is_the_time_at_which_a_replayed_story_was_found(tmp_path: Path) -> None:
    with SamplePress(only=["suoinguon"]) as press:
        crawl(press, tmp_path, archive=tmp_path / "archive", limit=3)
        catalogue = tmp_path / "press.toml"
    files = tuple((tmp_path / "archive").glob("*.warc.gz"))
    dates = {capture.at for index in [ReplayIndex(files)] for capture in index.pages()}
    second = tmp_path / "second"
    second.mkdir()
    Child(second, _replay(second, *files, catalogue=(catalogue,))).report()
    found = {datetime.fromisoformat(at) for (at,) in rows(second, "SELECT found_at FROM stories")}
    assert found
    assert found <= {date.replace(microsecond=0) for date in dates}


def test_two_captures_of_one_feed_are_both_read(tmp_path: Path) -> None:
    catalogue = tmp_path / "one.toml"
    catalogue.write_text(
        '[[outlet]]\nid = "bao"\nname = "Báo"\ndomain = "bao.vn"\nhome = "https://bao.vn/"\nkind = "provincial"\n'
        "article = '-\\d+\\.html$'\n"
        '[[outlet.sources]]\nkind = "feed"\nurl = "https://bao.vn/rss"\nseen = true\n',
        "utf-8",
    )
    keeper = Archive(tmp_path / "archive", cap=10**9, software="Kyket/test", user_agent="Kyket/test")
    for number in (1, 2):
        feed = (
            '<?xml version="1.0"?><rss version="2.0"><channel><title>Báo</title><item>'
            f"<title>Tin thứ {number}</title><link>https://bao.vn/tin-{number}.html</link></item></channel></rss>"
        )
        keeper.write_now(
            Wire(
                url="https://bao.vn/rss", request_headers=(), status=200, headers=(("Content-Type", "text/xml"),),
                body=feed.encode(), at=datetime(2026, 7, number, tzinfo=UTC),
            )
        )  # fmt: skip
    keeper.close()
    files = tuple((tmp_path / "archive").glob("*.warc.gz"))
    report = Child(tmp_path, _replay(tmp_path, *files, catalogue=(catalogue,))).report()
    assert outcomes(tmp_path) == {"not-archived": 2}
    assert report.status == "finished"


def test_links_that_the_archive_lacks_are_still_due_for_a_live_crawl(tmp_path: Path) -> None:
    with SamplePress(only=["suoinguon"]) as press:
        crawl(press, tmp_path, archive=tmp_path / "archive", limit=1)
        left = {url for (url,) in rows(tmp_path, "SELECT url FROM urls WHERE outcome = 'pending'")}
        assert left
        Child(tmp_path, options_for(press, tmp_path, replay=tuple((tmp_path / "archive").glob("*.warc.gz")))).report()
    due = rows(tmp_path, "SELECT url FROM urls WHERE outcome = 'not-archived' AND next_try IS NOT NULL")
    assert {url for (url,) in due} == left


def test_a_file_that_is_no_archive_and_a_name_that_is_no_outlet_are_said_in_a_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "bad.warc.gz"
    bad.write_bytes(b"nothing")
    with pytest.raises(ArchiveError, match=r"bad\.warc\.gz"):
        Child(tmp_path, _replay(tmp_path, bad)).report()
    with pytest.raises(CatalogueError, match="no outlet is called"):
        Child(tmp_path, CrawlOptions(db=tmp_path / "kyket.db", outlets=("khongco",))).report()
