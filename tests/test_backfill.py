"""Older stories: found in archives, by search and by paging; newest first, resumable, with an honest estimate."""

from __future__ import annotations

import http.server
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from crawling import Child, crawl, options_for, outcomes, rows

from crawler.backfill import resumed
from crawler.commands import backfill as backfill_command
from crawler.lanes import Lane, Sweep
from crawler.plan import (
    BackfillPlan,
    OutletPlan,
    clock,
    lists_to_page,
    plan_as_dict,
    plan_of,
    plan_sentences,
    seconds_each,
)
from crawler.press import SamplePress
from crawler.progress import Pace, Stopwatch, TimeLeft, time_left
from crawler.session import CrawlOptions
from pipelines.types import Link, Outlet, Source, SourceKind

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)
#: Far enough back for everything that the sample press keeps.
LONG = timedelta(days=400)


@pytest.fixture
def press() -> Iterator[SamplePress]:
    with SamplePress(only=["songcai", "vamco", "vungthan", "cuabien", "quankhu"]) as world:
        yield world


def targets(press: SamplePress, outlet: str | None = None) -> list[str]:
    """What was asked for, robots.txt aside, as `outlet path`."""
    return [
        f"{one.outlet} {one.target}"
        for one in press.requests()
        if one.target != "/robots.txt" and outlet in (None, one.outlet)
    ]


def stories_of(press: SamplePress, outlet: str) -> list[str]:
    pattern = press.sites[outlet].family.article_regex
    return [one for one in targets(press, outlet) if re.search(pattern, one)]


def back(press: SamplePress, folder: Path, **more: object) -> dict[str, int]:
    since = more.pop("since", press.now - LONG)
    crawl(press, folder, backfill=True, since=since, until=more.pop("until", press.now), command="backfill", **more)
    return outcomes(folder)


# -------------------------------------------------------------------------------------------------- where and what


def test_a_backfill_finds_what_no_front_list_shows_any_more_and_a_second_one_fetches_nothing_again(
    press: SamplePress, tmp_path: Path
) -> None:
    done = back(press, tmp_path)
    assert done.get("pending", 0) == 0 and done["stored"] > 0, done
    listed = {url for (url,) in rows(tmp_path, "SELECT url FROM urls")}
    every = {press.sites[one].url_of(story) for one in press.sites for story in press.sites[one].listed(press.now)}
    assert every <= listed, every - listed
    first = Counter(targets(press))
    assert max(first.values()) == 1, first.most_common(3)
    press.forget()
    back(press, tmp_path)
    again = [one for one in targets(press) if not one.endswith("/sitemap.xml")]
    assert again == [], "an index may name new archives; nothing else is asked for twice"


def test_stories_are_fetched_newest_first(press: SamplePress, tmp_path: Path) -> None:
    press.fill("songcai", 30, every=timedelta(days=4), until=press.now - timedelta(days=5))
    back(press, tmp_path, outlets=("songcai",))
    published = {press.url_of(story.id): story.published for story in press.stories if story.outlet == "songcai"}
    base = press.base("songcai")
    asked = [published[base + one.split(" ", 1)[1]] for one in stories_of(press, "songcai") if base + one.split(" ", 1)[1] in published]
    assert len(asked) > 30
    assert sum(later > earlier for earlier, later in pairwise(asked)) <= 0.1 * len(asked), asked


def test_a_window_is_kept_at_both_ends(press: SamplePress, tmp_path: Path) -> None:
    press.fill("songcai", 40, every=timedelta(days=1), until=press.now)
    since, until = press.now - timedelta(days=30), press.now - timedelta(days=20)
    back(press, tmp_path, since=since, until=until, outlets=("songcai",), delay=0.01)  # with a pause lists come one by one
    published = {press.url_of(story.id): story for story in press.stories if story.outlet == "songcai"}
    base = press.base("songcai")
    asked = {base + one.split(" ", 1)[1] for one in stories_of(press, "songcai")}
    inside = {url for url, story in published.items() if since < story.published < until}
    older = {url for url, story in published.items() if (story.updated or story.published) < since}
    assert len(inside) >= 9 and inside <= asked
    assert older and not older & asked, "what the archive shows to be older is not asked for"


def test_what_a_list_shows_to_be_older_ends_so_and_a_backfill_further_back_takes_it_up(press: SamplePress, tmp_path: Path) -> None:
    press.fill("songcai", 20, every=timedelta(days=2), until=press.now)
    near = back(press, tmp_path, since=press.now - timedelta(days=10), outlets=("songcai",), delay=0.01)
    assert near["too-old"] >= 5 and near.get("pending", 0) == 0, "nothing waits for ever"
    from pipelines.database import Store
    from pipelines.database.checks import check

    with Store(tmp_path / "kyket.db", readonly=True) as store:
        assert check(store) == []
    press.forget()
    far = back(press, tmp_path, since=press.now - timedelta(days=60), outlets=("songcai",))
    assert far.get("too-old", 0) < near["too-old"]
    assert len(stories_of(press, "songcai")) >= 5
    assert rows(tmp_path, "SELECT count(*) FROM urls WHERE outcome = 'pending'") == [(0,)]


def test_a_crawl_since_a_day_leaves_nothing_waiting_for_ever(press: SamplePress, tmp_path: Path) -> None:
    press.fill("songcai", 20, every=timedelta(days=2), until=press.now)
    crawl(press, tmp_path, since=press.now - timedelta(days=3), outlets=("songcai",))
    assert outcomes(tmp_path).get("pending", 0) == 0 and outcomes(tmp_path)["too-old"] > 3
    press.forget()
    crawl(press, tmp_path, outlets=("songcai",))
    assert stories_of(press, "songcai") == [], "what was too old then is not fetched by the next crawl"


def test_an_archive_by_date_is_asked_for_the_wanted_months_only(press: SamplePress, tmp_path: Path) -> None:
    base = press.base("songcai")
    entry = press.catalogue_toml().split("[[outlet]]")[1].split("[[outlet.sources]]")[0]
    source = f'kind = "sitemap"\nurl = "{base}/sitemaps/news-{{yyyy}}-{{m}}.xml"\nseen = true\n'
    options = options_for(press, tmp_path, backfill=True, since=press.now - timedelta(days=62), until=press.now, outlets=("songcai",))
    mine = tmp_path / "dated.toml"
    mine.write_text(f"[[outlet]]{entry}[[outlet.sources]]\n{source}", "utf-8")
    Child(tmp_path, replace(options, catalogue=(mine,), command="backfill")).report()
    asked = [one for one in targets(press) if "/sitemaps/" in one]
    assert 2 <= len(asked) <= 4 and len(set(asked)) == len(asked), asked
    assert stories_of(press, "songcai")


def test_site_search_is_asked_for_the_profiles_phrases_and_paged_where_robots_allow(press: SamplePress, tmp_path: Path) -> None:
    """One paper opens its search, another forbids it."""
    entries = [one for one in press.catalogue_toml().split("[[outlet]]") if 'id = "quankhu"' in one or 'id = "vamco"' in one]
    only = ""
    for entry in entries:
        head, *sources = entry.split("[[outlet.sources]]")
        search = next(one for one in sources if '"search"' in one)
        only += f"[[outlet]]{head}[[outlet.sources]]{search}\n"
    mine = tmp_path / "search.toml"
    mine.write_text(only, "utf-8")
    options = options_for(
        press, tmp_path, backfill=True, since=press.now - LONG, until=press.now, command="backfill", outlets=("vamco", "quankhu")
    )
    report = Child(tmp_path, replace(options, catalogue=(mine,))).report()
    asked = targets(press)
    assert sum("trang=1" in one for one in asked) >= 2, "each phrase"
    assert any("trang=2" in one for one in asked), "and the pages behind"
    assert any("tim-kiem" not in one for one in asked), "what the search listed was fetched"
    assert not any(one.startswith("vamco") for one in asked) and "robots" in report.failures["vamco"]


class Numbered(http.server.BaseHTTPRequestHandler):
    """A section of a paper whose pages go by the section's number, which the first page tells; two pages and no third."""

    def do_GET(self) -> None:
        page = {"/thoi-su.htm": 1, "/timelinelist/42/2.htm": 2}.get(self.path)
        if page is None and "-2" not in self.path:
            self.send_error(404)
            return
        links = "".join(
            f'<a href="/hai-tinh-ky-ket-quy-che-{page}{n}-20426092008{page}{n}15123.htm">Hai tỉnh ký kết quy chế {page}{n}</a>' for n in range(4)
        )
        body = f'<html><body><input id="hdZoneId" value="42">{links if page else "<p>Bài.</p>"}</body></html>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


def test_a_section_is_paged_back_by_the_number_its_page_tells_and_ends_where_no_page_follows(tmp_path: Path) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Numbered)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        base = f"http://127.0.0.1:{server.server_address[1]}"
        catalogue = tmp_path / "one.toml"
        catalogue.write_text(
            f'[[outlet]]\nid = "one"\nname = "One"\ndomain = "{base[7:]}"\nhome = "{base}/"\nkind = "other"\nfamily = "vccorp"\n'
            f'sources = [{{ kind = "section", url = "{base}/thoi-su.htm", seen = true }}]\n',
            "utf-8",
        )
        options = CrawlOptions(
            db=tmp_path / "kyket.db", catalogue=(catalogue,), delay=0.0, settings={"KYKET_READ_IN_PROCESS": True},
            backfill=True, since=datetime(2020, 1, 1, tzinfo=UTC), until=datetime(2030, 1, 1, tzinfo=UTC), command="backfill",
        )  # fmt: skip
        report = Child(tmp_path, options).report()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert report.ok and not report.unread, report
    assert rows(tmp_path, "SELECT count(*) FROM urls") == [(8,)]
    told = rows(tmp_path, "SELECT url, status, why FROM polls ORDER BY id")
    assert [url.removeprefix(base) for url, _, _ in told] == ["/thoi-su.htm", "/timelinelist/42/2.htm", "/timelinelist/42/3.htm"]
    assert told[-1][1:] == (404, "the list ends before this page")


def test_a_crawl_of_an_unknown_outlet_leaves_nothing_behind(tmp_path: Path) -> None:
    from pipelines.errors import CatalogueError

    with pytest.raises(CatalogueError, match="no outlet is called"):
        Child(tmp_path, CrawlOptions(db=tmp_path / "kyket.db", outlets=("saiten",), archive=tmp_path / "archive")).report()
    assert not (tmp_path / "kyket.db").exists() and not (tmp_path / "archive").exists()


# ---------------------------------------------------------------------------------------------------------- resuming


def test_a_killed_backfill_goes_on_where_it_was(press: SamplePress, tmp_path: Path) -> None:
    options = options_for(
        press, tmp_path, backfill=True, since=press.now - LONG, until=press.now, command="backfill", outlets=("songcai",),
        settings={"KYKET_DELAY": 0.05}, delay=0.05,
    )  # fmt: skip
    child = Child(tmp_path, options)
    deadline = time.monotonic() + 60
    while len(stories_of(press, "songcai")) < 4 and time.monotonic() < deadline:
        time.sleep(0.02)
    child.process.kill()
    child.process.wait()
    before = targets(press)
    visited = {url for (url,) in rows(tmp_path, "SELECT url FROM visits")}
    press.forget()
    Child(tmp_path, replace(options, delay=0.0)).report()
    again = [one for one in targets(press) if one in before and not one.endswith("/sitemap.xml")]
    base = press.base("songcai")
    assert not any(base + one.split(" ", 1)[1] in visited for one in again), "no finished visit is repeated"
    assert not any(re.search(r"/sitemaps/|/api/|tim-kiem", one) for one in again), again
    assert len(again) <= 3, "at most what was in hand when it was killed"
    assert outcomes(tmp_path).get("pending", 0) == 0
    twice = rows(tmp_path, "SELECT url, count(*) FROM visits GROUP BY url HAVING count(*) > 1")
    assert twice == []


def paged(number: int, **more: object) -> Sweep:
    source = Source(
        id="a:section:x", outlet="a", kind=SourceKind.SECTION, url="https://a.test/s", paging="https://a.test/s?page={page}", **more  # type: ignore[arg-type]
    )
    url = "https://a.test/s" if number == 1 else f"https://a.test/s?page={number}"
    return Sweep(source=source, url=url, page=number, started=NOW, cap=50)


OUTLET = Outlet(id="a", name="A", domain="a.test", home="https://a.test/", kind="national")


def test_a_paged_list_resumes_at_the_first_page_that_was_not_read() -> None:
    asked = {"https://a.test/s": False, "https://a.test/s?page=2": False, "https://a.test/s?page=3": False}
    going_on = resumed(paged(1), OUTLET, asked)
    assert going_on is not None and (going_on.url, going_on.page) == ("https://a.test/s?page=4", 4)
    assert resumed(paged(1), OUTLET, {"https://a.test/s": True}) is None, "it was read to its end"
    fresh = resumed(paged(1), OUTLET, {})
    assert fresh is not None and fresh.page == 1


def test_a_list_that_was_read_up_to_the_cap_is_done() -> None:
    asked = {"https://a.test/s": False, **{f"https://a.test/s?page={n}": False for n in range(2, 51)}}
    assert resumed(paged(1), OUTLET, asked) is None


# ------------------------------------------------------------------------------------------------------- the estimate


def test_a_plan_reads_the_archives_alone_and_the_backfill_begins_with_what_it_found(press: SamplePress, tmp_path: Path) -> None:
    options = options_for(
        press, tmp_path, backfill=True, since=press.now - LONG, until=press.now, command="backfill", lists_only=True,
        outlets=("songcai", "vamco"),
    )  # fmt: skip
    report = Child(tmp_path, options).report()
    assert not stories_of(press, "songcai") and not stories_of(press, "vamco"), "no story is fetched"
    plan = plan_of(options, report, 2.0)
    by_outlet = {one.outlet: one for one in plan.outlets}
    archived = len(press.sites["songcai"].listed(press.now))
    assert 0 < by_outlet["songcai"].pages <= archived
    assert by_outlet["vamco"].lists > 0 and by_outlet["vamco"].at_least, "searches hold an unknown number of pages"
    assert by_outlet["songcai"].seconds_each >= 2.0
    press.forget()
    Child(tmp_path, replace(options, lists_only=False)).report()
    assert not any("/sitemaps/" in one for one in targets(press)), "the archives were read"
    assert len(stories_of(press, "songcai")) >= by_outlet["songcai"].pages
    after = plan_of(options, report, 2.0)
    assert after.pages == 0


def test_the_plan_counts_the_window_and_the_limit(press: SamplePress, tmp_path: Path) -> None:
    options = options_for(
        press, tmp_path, backfill=True, since=press.now - LONG, until=press.now, command="backfill", lists_only=True,
        outlets=("cuabien",),
    )  # fmt: skip
    report = Child(tmp_path, options).report()
    whole = plan_of(options, report, 2.0)
    (known,) = whole.outlets
    dated = known.pages - known.undated
    few = plan_of(replace(options, since=press.now - timedelta(days=2)), report, 2.0).pages
    assert dated > 0 and known.undated < few < whole.pages
    assert plan_of(replace(options, limit=1), report, 2.0).pages == 1


def test_the_command_prints_the_plan_as_sentences_and_as_json(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plan = BackfillPlan(outlets=(OutletPlan(outlet="songcai", pages=1200, seconds_each=2.5),))
    seen: list[CrawlOptions] = []

    def crawled(options: CrawlOptions) -> object:
        from crawler.bookkeeping import CrawlReport

        seen.append(options)
        return CrawlReport(status="finished", crawl=1)

    monkeypatch.setattr("crawler.run.run_crawl", crawled)
    monkeypatch.setattr("crawler.plan.plan_of", lambda *_: plan)
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(backfill_command, ["--since", "2026-01-01", "--plan", "songcai"])
    assert told.exit_code == 0 and "1,200 pages known; about 50 min" in told.output, told.output
    assert seen[0].lists_only and seen[0].backfill
    told = CliRunner().invoke(backfill_command, ["--since", "2026-01-01", "--until", "2026-02-01", "--plan", "--json"])
    answer = json.loads(told.output)
    assert (answer["pages"], answer["seconds"], answer["at_least"], answer["slowest"]) == (1200, 3000, False, "songcai")


def test_a_plan_says_at_least_where_something_is_unknown_and_the_slowest_outlet_decides() -> None:
    quick = OutletPlan(outlet="quick", pages=100, seconds_each=2.0)
    slow = OutletPlan(outlet="slow", pages=90, lists=10, undated=3, seconds_each=10.0)
    mute = OutletPlan(outlet="mute", pages=0, seconds_each=2.0, problem="it has no archive")
    plan = BackfillPlan(outlets=(quick, slow, mute))
    assert plan.seconds == 1000 and plan.at_least and plan.slowest is slow
    said = plan_sentences(plan)
    assert said[0].startswith("slow: 90 pages known (3 without a date), 10 searches and sections to page back; at least 17 min")
    assert "quick: 100 pages known; about 4 min at 2.0 s a request" in said
    assert "it has no archive" in said[2]
    assert said[-1] == "190 pages of 3 outlets, which are asked side by side: at least 17 min, as long as slow takes."
    assert BackfillPlan(outlets=()).seconds == 0 and plan_sentences(BackfillPlan(outlets=())) == []
    assert plan_as_dict(plan, CrawlOptions(db=Path("x")))["outlets"][2]["problem"] == "it has no archive"


def test_each_search_phrase_and_each_paged_section_counts_as_a_list() -> None:
    def source(kind: SourceKind, url: str, **more: object) -> Source:
        return Source(id=f"a:{kind}:{url}", outlet="a", kind=kind, url=url, enabled=True, **more)  # type: ignore[arg-type]

    outlet = replace(
        OUTLET,
        sources=(
            source(SourceKind.SEARCH, "https://a.test/?s={q}"), source(SourceKind.FEED, "https://a.test/rss"),
            source(SourceKind.SECTION, "https://a.test/s", paging="https://a.test/s?p={page}"),
            source(SourceKind.SECTION, "https://a.test/t"), source(SourceKind.SITEMAP, "https://a.test/{yyyy}.xml"),
        ),
    )  # fmt: skip
    assert lists_to_page(outlet, ("ký kết", "quy chế phối hợp")) == 4


@pytest.mark.parametrize(("seconds", "said"), [(30, "1 min"), (3600, "60 min"), (3 * 3600, "3.0 h"), (72 * 3600, "3.0 days")])
def test_time_is_told_in_the_unit_that_fits(seconds: float, said: str) -> None:
    assert clock(seconds) == f"about {said}"
    assert clock(seconds, at_least=True) == f"at least {said}"


def test_a_measured_pace_is_believed_and_never_below_the_pause() -> None:
    assert seconds_each(2.0, 0, 0.0) == pytest.approx(2.75)
    assert seconds_each(2.0, 11, 50.0) == pytest.approx(5.0)
    assert seconds_each(2.0, 11, 5.0) == 2.0, "archives came from a cache; pages keep the pause"
    assert seconds_each(0.0, 0, 0.0) == 0.0


def lane(name: str, links: int, *, limit: int | None = None) -> Lane:
    outlet = replace(OUTLET, id=name)
    made = Lane(outlet, limit=limit, window=1)
    made.add(Link(url=f"https://a.test/{name}-{n}", outlet=name, source="s", published=NOW) for n in range(links))
    return made


def worked(lanes: Mapping[str, Lane], done: Mapping[str, int]) -> None:
    for name, count in done.items():
        for _ in range(count):
            assert lanes[name].next() is not None
            lanes[name].under_way -= 1


def test_time_left_is_that_of_the_slowest_outlet_at_its_own_pace() -> None:
    lanes = {"long-but-quick": lane("long-but-quick", 300), "short-but-slow": lane("short-but-slow", 60)}
    worked(lanes, {"long-but-quick": 100, "short-but-slow": 10})
    watch = Stopwatch()
    watch.paces(lanes.values(), {}, 1000.0)
    paces = watch.paces(lanes.values(), {}, 1099.0)
    assert paces["long-but-quick"].each == pytest.approx(1.0)
    assert paces["short-but-slow"].each == pytest.approx(11.0)
    left = time_left(lanes.values(), paces)
    assert left is not None and left.slowest == "short-but-slow"
    assert left.seconds == pytest.approx(50 * 11.0) and not left.at_least
    assert str(left) == "about 10 min"


def test_before_anything_was_measured_the_pause_tells() -> None:
    lanes = [lane("a", 100)]
    left = time_left(lanes, Stopwatch().paces(lanes, {"a": 2.0}, 0.0))
    assert left is not None and left.seconds == pytest.approx(275.0)
    assert time_left(lanes, {}) is None, "nobody can tell"


def test_lists_that_are_still_to_be_read_make_it_at_least() -> None:
    one = lane("a", 10)
    one.sweeps.append(paged(1))
    left = time_left([one], {"a": Pace(answers=20, seconds=38.0, delay=1.0)})
    assert left == TimeLeft(seconds=11 * 2.0, at_least=True, slowest="a")


def test_a_closed_or_finished_lane_and_the_pages_beyond_the_limit_take_no_time() -> None:
    closed = lane("a", 10)
    closed.closed = "dns 5 times in a row"
    capped = lane("b", 100, limit=5)
    paces = {name: Pace(answers=20, seconds=38.0, delay=1.0) for name in "ab"}
    left = time_left([closed, capped], paces)
    assert left is not None and left.seconds == pytest.approx(10.0)
    assert time_left([closed], paces) is None
