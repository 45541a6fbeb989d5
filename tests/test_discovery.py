"""Bytes of a source → links: every article link and no other, whatever the source's quirks."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler import discovery, discovery_links
from crawler.catalogue import Catalogue, load_catalogue
from crawler.discovery import (
    MAX_LINKS,
    MAX_PAGES,
    Listing,
    dated_urls,
    first_url,
    next_page,
    owns,
    parse_source,
    search_url,
    should_stop,
)
from pipelines.types import Link, Outlet, PageRules, Source, SourceKind

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)
OUTLET = Outlet(
    id="songcai",
    name="Báo Sông Cái",
    domain="songcai.test",
    home="https://songcai.test/",
    kind="national",
    article=r"-post\d+\.html$",
)
VCCORP = Outlet(
    id="cuabien",
    name="Cửa Biển",
    domain="cuabien.test",
    home="https://cuabien.test/",
    kind="national",
    article=r"-\d{14,20}\.htm$",
    rules=PageRules(
        published_in_url=r"-\d{3}(?P<y>\d{2})(?P<m>\d{2})(?P<d>\d{2})(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})\d*\.htm$"
    ),
)


def source(kind: SourceKind = SourceKind.FEED, url: str = "https://songcai.test/rss/home.rss", **more: object) -> Source:
    return Source(id=f"songcai:{kind}:{url}", outlet="songcai", kind=kind, url=url, **more)  # type: ignore[arg-type]


def read(body: bytes | str, kind: SourceKind = SourceKind.FEED, outlet: Outlet = OUTLET, **more: object) -> Listing:
    raw = body.encode() if isinstance(body, str) else body
    url = str(more.pop("url", "https://songcai.test/rss/home.rss"))
    return parse_source(raw, source(kind, url, **more), outlet, url=url, now=NOW)


def item(number: int, date: str | None = "Sun, 20 Sep 2026 08:30:00 +0700", title: str | None = None, extra: str = "") -> str:
    dated = f"<pubDate>{date}</pubDate>" if date else ""
    return (
        f"<item><title><![CDATA[{title or f'Hai đơn vị ký kết quy chế phối hợp số {number}'}]]></title>"
        f"<link>https://songcai.test/hai-don-vi-ky-ket-so-{number}-post{number}.html</link>{dated}"
        f"<description><![CDATA[<a href='x'><img src='y.jpg'/></a> Tóm tắt số {number}.]]></description>{extra}</item>"
    )


def rss(*items: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Báo Sông Cái</title>{head}'
        + "".join(items)
        + "</channel></rss>"
    )


def numbers(listing: Listing) -> list[int]:
    return [int(link.url.rpartition("-post")[2].partition(".")[0]) for link in listing.links]


# ------------------------------------------------------------------------------------------------------ feeds


def test_a_feed_gives_title_summary_date_and_where_it_was_read() -> None:
    listing = read(rss(item(11)))
    (link,) = listing.links
    assert link.url == "https://songcai.test/hai-don-vi-ky-ket-so-11-post11.html"
    assert link.title == "Hai đơn vị ký kết quy chế phối hợp số 11"
    assert link.summary == "Tóm tắt số 11."
    assert link.published == datetime(2026, 9, 20, 1, 30, tzinfo=UTC)
    assert (link.published_raw, link.published_from) == ("Sun, 20 Sep 2026 08:30:00 +0700", "feed")
    assert (link.outlet, link.source) == ("songcai", "songcai:feed:https://songcai.test/rss/home.rss")
    assert (listing.problem, listing.complete, listing.title) == (None, True, "Báo Sông Cái")


@pytest.mark.parametrize(
    ("date", "utc"),
    [
        ("Mon, 14 Sep 2026 18:48:23 +07:00", "2026-09-14T11:48:23"),
        ("Mon, 14 Sep 2026 19:46:22 +07", "2026-09-14T12:46:22"),
        ("Mon, 14 Sep 26 09:13:00 +0700", "2026-09-14T02:13:00"),
        ("9/14/2026 6:44:00 PM", "2026-09-14T11:44:00"),
        ("9/14/2026 6:44:00\u202fPM", "2026-09-14T11:44:00"),
        ("Mon, 14 Sep 2026 11:48:23 GMT", "2026-09-14T11:48:23"),
        ("2026-09-14T18:48:23+07:00", "2026-09-14T11:48:23"),
        ("2026-09-14 18:48:23", "2026-09-14T11:48:23"),
    ],
)
def test_every_way_the_press_writes_a_feed_date_is_read(date: str, utc: str) -> None:
    (link,) = read(rss(item(1, date))).links
    assert link.published == datetime.fromisoformat(utc + "+00:00")


def test_one_date_that_can_only_be_american_settles_the_others_of_the_feed() -> None:
    listing = read(rss(item(1, "9/14/2026 18:44"), item(2, "9/5/2026 08:00")))
    assert [link.published.month for link in listing.links if link.published] == [9, 9]


def test_a_date_in_the_future_is_not_believed() -> None:
    listing = read(rss(item(1, "Sun, 20 Sep 2037 08:30:00 +0700")))
    assert listing.links[0].published is None
    assert listing.undated == 1


def test_links_come_newest_first_and_an_undated_one_stays_beside_its_neighbour() -> None:
    listing = read(
        rss(
            item(1, "Fri, 18 Sep 2026 08:00:00 +0700"),
            item(2, None),
            item(3, "Sun, 20 Sep 2026 08:00:00 +0700"),
            item(4, "Sat, 19 Sep 2026 08:00:00 +0700"),
        )
    )
    assert numbers(listing) == [3, 4, 1, 2]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("rss 0.91", f'<rss version="0.91"><channel><title>a</title>{item(5)}</channel></rss>'),
        (
            "rdf",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>a</title></channel>'
            '<item rdf:about="https://songcai.test/a-post5.html"><title>Ký kết</title>'
            "<link>https://songcai.test/a-post5.html</link><dc:date>2026-09-20T08:30:00+07:00</dc:date></item></rdf:RDF>",
        ),
        (
            "atom",
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>a</title><entry><title type="html">Ký &lt;b&gt;kết&lt;/b&gt;</title>'
            '<link rel="alternate" href="/a-post5.html"/><id>urn:5</id><published>2026-09-20T08:30:00+07:00</published>'
            "<updated>2026-09-20T10:30:00+07:00</updated></entry></feed>",
        ),
        (
            "json feed",
            json.dumps(
                {
                    "version": "https://jsonfeed.org/version/1.1",
                    "title": "a",
                    "items": [
                        {"id": "5", "url": "https://songcai.test/a-post5.html", "title": "Ký kết",
                         "date_published": "2026-09-20T08:30:00+07:00", "summary": "Tóm tắt"}
                    ],
                }
            ),
        ),
    ],
)  # fmt: skip
def test_every_kind_of_feed_is_read(name: str, body: str) -> None:
    listing = read(body)
    assert listing.problem is None
    assert numbers(listing) == [5]
    assert listing.links[0].title and "<" not in listing.links[0].title
    assert listing.links[0].published == datetime(2026, 9, 20, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("claims utf-16", rss(item(7)).replace("UTF-8", "utf-16").encode()),
        ("is utf-16", rss(item(7)).replace("UTF-8", "utf-16").encode("utf-16")),
        ("has a byte order mark", b"\xef\xbb\xbf" + rss(item(7)).encode()),
        ("begins with blank lines", b"\r\n\r\n" + rss(item(7)).encode()),
        ("is gzip", gzip.compress(rss(item(7)).encode())),
        ("is gzip twice", gzip.compress(gzip.compress(rss(item(7)).encode()))),
        ("begins with a comment", ("<!-- <html> -->" + rss(item(7))[38:]).encode()),
        ("has a stylesheet", rss(item(7)).replace("?><rss", '?><?xml-stylesheet href="a.xsl"?><rss').encode()),
        ("has an undefined entity", rss(item(7, extra="<author>A &nbsp; B</author>")).encode()),
        ("has a bare ampersand", rss(item(7, extra="<guid>https://x.test/?a=1&b=2</guid>")).encode()),
        ("has control characters", rss(item(7, extra="<author>A\x0bB</author>")).encode()),
    ],
)
def test_a_feed_is_read_however_it_lies_about_its_bytes(name: str, body: bytes) -> None:
    listing = read(body)
    assert numbers(listing) == [7]
    assert listing.links[0].title == "Hai đơn vị ký kết quy chế phối hợp số 7"
    assert listing.complete


@pytest.mark.parametrize(
    "title",
    [
        "Ký kết quy chế phối hợp".encode().decode("latin-1"),
        "K&amp;yacute; k&amp;#7871;t quy chế phối hợp",
        "K&#253; k&#7871;t quy chế phối hợp",
        "Ky\u0301 kê\u0301t quy chế phối hợp",
        "Ký\u034f kết\u200b quy  chế\n phối hợp",
        "<b>Ký kết</b> quy chế phối hợp",
    ],
)
def test_a_title_is_clean_text_however_it_was_encoded(title: str) -> None:
    assert read(rss(item(1, title=title))).links[0].title == "Ký kết quy chế phối hợp"


def test_an_item_off_the_pattern_is_kept_for_the_feed_itself_calls_it_a_story() -> None:
    body = rss(item(1), "<item><title>Phóng sự ảnh</title><link>https://songcai.test/anh/mot-bo-anh-99</link></item>")
    listing = read(body)
    assert len(listing.links) == 2
    assert (listing.off_pattern, listing.off_pattern_urls) == (1, ("https://songcai.test/anh/mot-bo-anh-99",))


def test_items_of_other_sites_are_counted_and_left_out() -> None:
    listing = read(rss(item(1), "<item><title>x</title><link>https://other.test/a-post9.html</link></item>"))
    assert numbers(listing) == [1]
    assert listing.off_site == 1


def test_one_story_listed_twice_is_one_link_that_takes_what_either_tells() -> None:
    twice = item(1, None) + item(1).replace("https://songcai", "http://www.songcai")
    (link,) = read(rss(twice)).links
    assert link.url.startswith("https://songcai.test/")
    assert link.published is not None


def test_an_item_without_an_address_is_counted_and_does_no_harm() -> None:
    listing = read(rss(item(1), "<item><title>Không có địa chỉ</title><link>\n</link></item>"))
    assert numbers(listing) == [1]
    assert (listing.items, listing.off_pattern) == (2, 1)


def test_tracking_parts_are_dropped_from_addresses() -> None:
    body = rss(item(1).replace("post1.html", "post1.html?utm_source=rss&amp;utm_medium=feed#top"))
    assert read(body).links[0].url == "https://songcai.test/hai-don-vi-ky-ket-so-1-post1.html"


@pytest.mark.parametrize(
    ("head", "minutes"),
    [
        ("<ttl>15</ttl>", 15.0),
        ("<ttl>999999</ttl>", 1440.0),
        ("<ttl>often</ttl>", None),
        ('<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">hourly</sy:updatePeriod>', 60.0),
        ("", None),
    ],
)
def test_a_feed_may_say_how_long_it_need_not_be_asked(head: str, minutes: float | None) -> None:
    assert read(rss(item(1), head=head)).ttl_minutes == minutes


# ------------------------------------------------------------------------------------------------ what is wrong


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "the answer is empty"),
        (b"\r\n  \x00", "the answer is empty"),
        (rss().encode(), "the feed is empty"),
        (rss()[:90].encode(), "the feed is cut off before its first item"),
        (b"<html><head><title>404 Not Found</title></head><body>x</body></html>", "answers an HTML page instead of a feed (“404 Not Found”)"),
        (b"<!DOCTYPE html><script>document.cookie='a=1'</script>", "answers an HTML page instead of a feed"),
        (b"Service unavailable", "the answer is neither a feed, a sitemap, JSON nor a page"),
        (b"%PDF-1.4 ...", "the answer is no text but a file of another kind"),
        (b'{"error": "zone not found"}', "the JSON holds no list of stories but says “zone not found”"),
        (b'{"data": [', "the JSON cannot be read (cut off or broken)"),
        (rss("<item><link>https://other.test/a</link></item>").encode(), "none of its 1 entries lead to the outlet's own site"),
        (gzip.compress(rss(item(1)).encode(), mtime=0)[:40], "the answer is empty"),
    ],
)  # fmt: skip
def test_a_source_that_does_not_work_says_why(body: bytes, problem: str) -> None:
    listing = read(body)
    assert listing.links == ()
    assert listing.problem is not None and listing.problem.startswith(problem)


def test_a_truncated_feed_gives_its_whole_items_and_is_not_complete() -> None:
    whole = rss(*(item(number) for number in range(1, 6)))
    listing = read(whole[: whole.index("post4.html")])
    assert {1, 2, 3} <= set(numbers(listing))
    assert listing.problem is None and not listing.complete


def test_entities_of_a_feed_are_not_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("bí mật")
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha ha ha">{bomb}<!ENTITY x SYSTEM "file://{secret}">]>'
        + rss(item(1, title="a"), "<item><title>&l9; &x;</title><link>https://songcai.test/b-post2.html</link></item>")[38:]
    )
    listing = read(body)  # expanded, it would be a billion words
    assert sorted(numbers(listing)) == [1, 2]
    assert all("bí mật" not in (link.title or "") and len(link.title or "") < 600 for link in listing.links)


def test_a_gzip_bomb_is_opened_only_up_to_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "MAX_BYTES", 100_000)
    bomb = gzip.compress(rss(item(1)).encode() + b" " * 5_000_000)
    listing = read(bomb)
    assert numbers(listing) == [1] and not listing.complete


def test_a_feed_over_the_cap_is_read_up_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "MAX_PAGE_BYTES", 5_000)
    listing = read(rss(*(item(number) for number in range(1, 200))))
    assert 5 < len(listing.links) < 30 and not listing.complete


def test_links_of_a_feed_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery_links, "MAX_LINKS", 50)
    listing = read(rss(*(item(number) for number in range(1, 100))))
    assert len(listing.links) == 50 and not listing.complete


@pytest.mark.parametrize("kind", list(SourceKind))
@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\x00\x00", b"<", b"<rss", b"<urlset>", b"{", b"[]", b"[[[[", b"null", b'"a"', b"<html>", b"<a href=",
        b"<rss><channel><item><link>http://[::1</link></item></channel></rss>", b"[" * 100_000, b"<a>" * 50_000,
        b'{"items": [{"url": null}, 5, {"url": {"a": 1}}]}', b"<urlset><url><loc></loc></url></urlset>",
        b"<a href='http://songcai.test:99999/a-post1.html'>x</a>", b"\x1f\x8b\x08", bytes(range(256)) * 20,
    ],
)  # fmt: skip
def test_no_bytes_make_a_parser_raise(kind: SourceKind, body: bytes) -> None:
    listing = read(body, kind)
    assert listing.links == () and listing.problem


# ---------------------------------------------------------------------------------------------------- sitemaps

URLSET = '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {}>{}</urlset>'
NEWS_NS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'


def test_a_news_sitemap_gives_titles_and_publication_dates() -> None:
    entry = (
        "<url><loc>https://songcai.test/a-post1.html</loc><lastmod>2026-09-20T11:00:00+07:00</lastmod>"
        "<image:image><image:loc>https://cdn.test/a.jpg</image:loc><image:title>Ảnh</image:title></image:image>"
        "<news:news><news:publication><news:name>Báo Sông Cái</news:name><news:language>vi</news:language></news:publication>"
        "<news:publication_date>2026-09-20T08:30:00+07:00</news:publication_date><news:title>Ký kết</news:title></news:news></url>"
    )
    listing = read(URLSET.format(NEWS_NS, entry), SourceKind.NEWS_SITEMAP)
    (link,) = listing.links
    assert (link.url, link.title, link.published_from) == ("https://songcai.test/a-post1.html", "Ký kết", "sitemap")
    assert link.published == datetime(2026, 9, 20, 1, 30, tzinfo=UTC)
    assert listing.modified[link.url] == datetime(2026, 9, 20, 4, tzinfo=UTC)


def test_a_bare_ampersand_in_a_sitemap_costs_nothing() -> None:
    body = URLSET.format(
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"',
        "<url><loc>https://songcai.test/a-post1.html</loc><news:news><news:title>Đất & người; A&amp;B&nbsp;C</news:title></news:news></url>"
        "<url><loc>https://songcai.test/xem?muc=1&id=2-post3.html</loc></url>",
    )
    listing = read(body, SourceKind.NEWS_SITEMAP)
    assert [link.url for link in listing.links] == ["https://songcai.test/a-post1.html", "https://songcai.test/xem?muc=1&id=2-post3.html"]
    assert listing.links[0].title == "Đất & người; A&B C"


def test_a_feed_that_counts_its_readers_elsewhere_names_the_story_itself() -> None:
    counted = "<link>https://dem.test/~r/songcai/1</link>"
    told = '<f:origLink xmlns:f="http://rssnamespace.org/feedburner/ext/1.0">https://songcai.test/a-post1.html</f:origLink>'
    listing = read(rss(f"<item><title>Hai đơn vị ký kết</title>{counted}{told}</item>"))
    assert [link.url for link in listing.links] == ["https://songcai.test/a-post1.html"]


def test_a_sitemap_lists_only_what_fits_the_pattern_and_lastmod_is_no_publication_date() -> None:
    body = URLSET.format(
        "",
        "<url><loc>https://songcai.test/thoi-su/</loc></url>"
        "<url><loc>https://songcai.test/a-post1.html</loc><lastmod>2026-09-18</lastmod></url>"
        "<url><loc> https://songcai.test/b-post2.html </loc><lastmod>2026-09-19</lastmod></url>"
        "<url><loc>https://other.test/c-post3.html</loc></url>",
    )
    listing = read(body, SourceKind.SITEMAP)
    assert numbers(listing) == [2, 1]
    assert all(link.published is None for link in listing.links)
    assert (listing.items, listing.off_pattern, listing.off_site) == (4, 1, 1)


def test_a_sitemap_index_gives_its_shards_newest_first() -> None:
    shards = "".join(
        f"<sitemap><loc>https://songcai.test/sitemaps/news-2026-{month}.xml</loc></sitemap>" for month in (7, 9, 8)
    )
    body = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{shards}<sitemap><loc>https://other.test/a.xml</loc></sitemap></sitemapindex>'
    listing = read(body, SourceKind.SITEMAP)
    assert listing.problem is None and listing.links == ()
    assert [url[-5] for url in listing.next_urls] == ["9", "8", "7"]
    assert [f"{when:%d.%m}" for when in listing.next_modified if when] == ["30.09", "31.08", "31.07"], "when the month was over"


@pytest.mark.parametrize(
    ("name", "over"),
    [
        ("/sitemaps/news-2026-7.xml", "2026-07-31"), ("/sitemaps/news-2026-12.xml", "2026-12-31"),
        ("/sitemaps/sitemaps-2026-7-21-25.xml", "2026-07-25"), ("/sitemaps/2026/7/article.xml", "2026-07-31"),
        ("/sitemap-article-2026-02.xml", "2026-02-28"), ("/sitemap-2025.xml", "2025-12-31"),
        ("/sitemaps/20260914.xml", "2026-09-14"), ("/sitemap-202609.xml", "2026-09-30"), ("/sitemap-posts-1.xml", None),
        ("/sitemap-55654858362.xml", None),
    ],
)  # fmt: skip
def test_a_shard_is_as_new_as_the_last_day_that_its_name_tells(name: str, over: str | None) -> None:
    body = f"<sitemapindex><sitemap><loc>https://songcai.test{name}</loc></sitemap></sitemapindex>"
    (when,) = read(body, SourceKind.SITEMAP).next_modified
    assert (f"{when - timedelta(hours=1):%Y-%m-%d}" if when else None) == over


def test_shards_are_ordered_by_their_last_change_where_the_index_gives_it() -> None:
    body = (
        "<sitemapindex><sitemap><loc>/a.xml</loc><lastmod>2026-01-01</lastmod></sitemap>"
        "<sitemap><loc>/b.xml</loc><lastmod>2026-08-01</lastmod></sitemap></sitemapindex>"
    )
    listing = read(body, SourceKind.SITEMAP, url="https://songcai.test/sitemap.xml")
    assert listing.next_urls == ("https://songcai.test/b.xml", "https://songcai.test/a.xml")


def test_a_truncated_sitemap_gives_what_it_has_and_is_not_complete() -> None:
    whole = URLSET.format("", "".join(f"<url><loc>https://songcai.test/a-post{n}.html</loc></url>" for n in range(50)))
    listing = read(whole[:2000], SourceKind.SITEMAP)
    assert 10 < len(listing.links) < 50
    assert not listing.complete and listing.problem is None


def test_a_feed_where_a_sitemap_was_expected_is_read_as_what_it_is() -> None:
    assert numbers(read(rss(item(3)), SourceKind.SITEMAP)) == [3]


def test_a_plain_text_sitemap_is_read() -> None:
    body = "https://songcai.test/thoi-su/\nhttps://songcai.test/a-post1.html\r\nhttps://songcai.test/b-post2.html\n"
    assert numbers(read(body, SourceKind.SITEMAP)) == [1, 2]


def test_a_gzipped_sitemap_is_opened() -> None:
    body = gzip.compress(URLSET.format("", "<url><loc>https://songcai.test/a-post1.html</loc></url>").encode())
    assert numbers(read(body, SourceKind.SITEMAP)) == [1]


def test_a_sitemap_of_more_addresses_than_the_protocol_allows_is_cut() -> None:
    entries = "".join(f"<url><loc>https://songcai.test/tin-so-{n}-post{n}.html</loc></url>" for n in range(60_000))
    listing = read(URLSET.format("", entries), SourceKind.SITEMAP)
    assert len(listing.links) == discovery.MAX_SITEMAP_LINKS and not listing.complete


# -------------------------------------------------------------------------------------------------------- APIs


def test_an_epi_listing_is_read_by_its_format() -> None:
    form = {"list": "data.contents", "url": "url", "title": "title", "date": "date", "summary": "description"}
    body = {"error_code": 0, "data": {"contents": [
        {"title": "Ký kết", "url": "/a-post1.html", "date": 1789867800, "description": "<p>Tóm tắt</p>"},
        {"title": "Sơ kết", "url": "https://songcai.test/b-post2.html", "date": 1789871400},
    ]}}  # fmt: skip
    listing = read(json.dumps(body), SourceKind.API, format=form)
    assert numbers(listing) == [2, 1]
    assert listing.links[1].published == datetime.fromtimestamp(1789867800, UTC)
    assert (listing.links[1].summary, listing.links[1].published_from) == ("Tóm tắt", "api")


def test_a_listing_with_a_list_elsewhere_is_still_found() -> None:
    body = {"status": 1, "result": {"rows": [{"link": "/a-post1.html", "name": "Ký kết"}], "tags": [{"id": "x"}]}}
    listing = read(json.dumps(body), SourceKind.API, format={"list": "data"})
    assert numbers(listing) == [1]


def test_an_address_may_be_built_from_several_fields() -> None:
    outlet = Outlet(id="s", name="S", domain="songcai.test", home="https://songcai.test/", kind="national", article=r"/tin-bai/[^/]+/[^/]+$")
    form = {"list": "data", "url": "/tin-bai/{category.slug}/{slug}"}
    body = {"data": [{"slug": "ky-ket", "category": {"slug": "thoi-su"}}, {"slug": None}]}
    listing = read(json.dumps(body), SourceKind.API, outlet, format=form)
    assert [link.url for link in listing.links] == ["https://songcai.test/tin-bai/thoi-su/ky-ket"]


def test_html_inside_json_and_html_itself_are_read_as_a_list() -> None:
    markup = '<li><h3><a href="/a-post1.html">Hai tỉnh ký kết chương trình phối hợp</a></h3></li>'
    assert numbers(read(json.dumps({"html": markup}), SourceKind.API)) == [1]
    assert numbers(read(markup, SourceKind.API)) == [1]


def test_an_empty_listing_says_so() -> None:
    listing = read('{"data": {"contents": []}}', SourceKind.API, format={"list": "data.contents"})
    assert listing.problem == "the listing is empty"


# ------------------------------------------------------------------------------------------------------- pages

PAGE = """<!DOCTYPE html><html><head><title>Thời sự - Báo Sông Cái</title></head><body>
<nav class="menu"><a href="/">Trang chủ</a><a href="/thoi-su/">Thời sự</a><a href="/quoc-phong/">Quốc phòng</a></nav>
<div class="hero"><a href="/mot-post1.html"><img src="1.jpg" alt="Ảnh của bài một"></a>
 <h2 class="story__title"><a href="/mot-post1.html" title="Một">Hai tỉnh ký kết chương trình phối hợp</a></h2>
 <div class="sapo">Sáng nay, lãnh đạo hai tỉnh đã ký chương trình phối hợp giai đoạn mới.</div>
 <a href="/mot-post1.html#comments">12 bình luận</a></div>
<ul class="list">
 <li><a href="//songcai.test/hai-post2.html?utm_source=box"><h3>Sơ kết quy chế phối hợp ba đơn vị</h3><p>Hội nghị sơ kết diễn ra chiều qua tại trụ sở Bộ Chỉ huy.</p></a></li>
 <li><a href="ba-post3.html"><img alt="Ba đơn vị trao biên bản ghi nhớ hợp tác" src="3.jpg"></a></li>
 <li><a href="/the-tag4.html">ký kết</a> <a href="/su-kien/dai-hoi-7.html">Đại hội</a> <a href="mailto:a@b.c">Gửi</a>
     <a href="javascript:void(0)">X</a> <a href="https://facebook.com/x-post9.html">f</a></li>
</ul>
<script>document.write('<a href="/gia-post5.html">x</a>')</script><template><a href="/mau-post6.html">mẫu</a></template>
<!-- <a href="/an-post7.html">ẩn</a> -->
<div class="paging"><a href="/thoi-su/trang-1.html">1</a><a href="/thoi-su/trang-2.html">2</a><a href="/thoi-su/trang-9.html">»</a></div>
</body></html>"""


def test_a_section_page_gives_every_article_link_and_no_other() -> None:
    listing = read(PAGE, SourceKind.SECTION, url="https://songcai.test/thoi-su/")
    assert [link.url.rpartition("/")[2] for link in listing.links] == ["mot-post1.html", "hai-post2.html", "ba-post3.html"]
    assert listing.off_site == 1
    assert set(listing.off_pattern_urls) >= {"https://songcai.test/thoi-su/", "https://songcai.test/the-tag4.html"}
    assert listing.title == "Thời sự - Báo Sông Cái"


def test_a_section_page_gives_headlines_and_summaries() -> None:
    one, two, three = read(PAGE, SourceKind.SECTION, url="https://songcai.test/thoi-su/").links
    assert one.title == "Hai tỉnh ký kết chương trình phối hợp"
    assert one.summary == "Sáng nay, lãnh đạo hai tỉnh đã ký chương trình phối hợp giai đoạn mới."
    assert two.title == "Sơ kết quy chế phối hợp ba đơn vị"
    assert two.summary == "Hội nghị sơ kết diễn ra chiều qua tại trụ sở Bộ Chỉ huy."
    assert (three.title, three.summary) == ("Ba đơn vị trao biên bản ghi nhớ hợp tác", None)


def test_the_page_itself_names_its_next_page() -> None:
    listing = read(PAGE, SourceKind.SECTION, url="https://songcai.test/thoi-su/")
    assert listing.next_urls == ("https://songcai.test/thoi-su/trang-2.html",)
    with_rel = PAGE.replace("</head>", '<link rel="next" href="/thoi-su/?page=2"></head>')
    assert read(with_rel, SourceKind.SECTION, url="https://songcai.test/thoi-su/").next_urls == ("https://songcai.test/thoi-su/?page=2",)


ZONED = source(SourceKind.SECTION, "https://cuabien.test/thoi-su.htm", paging="https://cuabien.test/timelinelist/{zone}/{page}.htm")


@pytest.mark.parametrize(
    ("url", "markup", "following"),
    [
        (ZONED.url, '<input type="hidden" name="hdZoneId" id="hdZoneId" value="18831" />', "/timelinelist/18831/2.htm"),
        (ZONED.url, "<input value='77' type='hidden' id='hdZoneId'>", "/timelinelist/77/2.htm"),
        (ZONED.url, '<a class="more" data-page="/timelinelist/55/2.htm">Xem thêm</a><i data-zoneid="9">', "/timelinelist/55/2.htm"),
        (ZONED.url, '<div data-zoneid="86"></div>', None),
        ("https://cuabien.test/timelinelist/18831/2.htm", "", "/timelinelist/18831/3.htm"),
        (f"https://cuabien.test/timelinelist/18831/{MAX_PAGES}.htm", "", None),
    ],
)
def test_a_listing_by_number_of_section_goes_on_by_the_number_that_the_page_tells(url: str, markup: str, following: str | None) -> None:
    stories = "".join(f'<a href="/hai-don-vi-ky-ket-{n}-27726092008300{n}123.htm">Hai đơn vị ký kết số {n}</a>' for n in range(3))
    listing = parse_source(f"<html><body>{markup}{stories}</body></html>".encode(), ZONED, VCCORP, url=url, now=NOW)
    assert listing.next_urls == ((f"https://cuabien.test{following}",) if following else ())
    assert next_page(ZONED, VCCORP, 2) is None, "the address of a section does not tell its number"


@pytest.mark.parametrize(
    ("link", "following"),
    [
        ('<a href="/thoi-su?page=2">2</a>', "/thoi-su?page=2"),
        ('<a href="/thoi-su/page/2">2</a>', "/thoi-su/page/2"),
        ('<a href="/thoi-su/trang-2">2</a>', "/thoi-su/trang-2"),
        ('<a href="/thoi-su/trang2.htm">›</a>', "/thoi-su/trang2.htm"),
        ('<a href="/thoi-su-p2">Trang sau</a>', "/thoi-su-p2"),
        ('<a href="/thoi-su/p2.html">2</a>', "/thoi-su/p2.html"),
        ('<a href="/thoi-su?p=2">Trang tiếp</a>', "/thoi-su?p=2"),
        ('<a href="/thoi-su?pageIndex=2">Tiếp »</a>', "/thoi-su?pageIndex=2"),
        ('<a class="load-more" href="/thoi-su?trang=2">Xem thêm tin</a>', "/thoi-su?trang=2"),
        ('<button class="more" data-url="/ajax/tin-tiep?cate=4&page=2">Tải thêm</button>', "/ajax/tin-tiep?cate=4&page=2"),
        ('<link rel="next" href="/thoi-su-page1">', "/thoi-su-page1"),
        ('<a href="/kinh-te?page=2">2</a>', None),
        ('<a href="/thoi-su?page=3">3</a>', None),
        ('<a href="/thoi-su/xem-them">Xem thêm</a>', None),
        ('<button data-url="https://quangcao.test/?page=2">Xem</button>', None),
    ],
)
def test_every_form_of_paging_is_recognised_by_the_pages_own_links(link: str, following: str | None) -> None:
    url = "https://songcai.test/thoi-su"
    listing = read(f'<html><body><a href="/a-post1.html">Một</a>{link}</body></html>', SourceKind.SECTION, url=url)
    assert listing.next_urls == ((f"https://songcai.test{following}",) if following else ())


def test_a_json_listing_tells_what_follows() -> None:
    items = '"items": [{"url": "https://songcai.test/a-post1.html", "title": "Hai đơn vị ký kết"}]'
    url = "https://songcai.test/api/tin"
    listing = read(f'{{{items}, "next_url": "/api/tin?after=1"}}', SourceKind.API, url=url)
    assert listing.next_urls == ("https://songcai.test/api/tin?after=1",)
    listing = read(f'{{{items}, "links": {{"next": "/api/tin?page=2"}}}}', SourceKind.API, url=url, format={"next": "links.next"})
    assert listing.next_urls == ("https://songcai.test/api/tin?page=2",)
    assert read(f'{{{items}, "next_url": "https://khac.test/"}}', SourceKind.API, url=url).next_urls == ()


def test_relative_links_follow_the_base_of_the_page() -> None:
    page = PAGE.replace("<title>", '<base href="https://songcai.test/luu-tru/"><title>')
    urls = [link.url for link in read(page, SourceKind.SECTION, url="https://songcai.test/thoi-su/").links]
    assert "https://songcai.test/luu-tru/ba-post3.html" in urls


@pytest.mark.parametrize("encoding", ["windows-1258", "utf-16"])
def test_a_section_page_is_read_in_any_encoding(encoding: str) -> None:
    import unicodedata

    text = unicodedata.normalize("NFD", PAGE) if encoding == "windows-1258" else PAGE
    # windows-1258 has precomposed vowels and combining tones: let Python choose what it can encode.
    body = "".join(_for_1258(unicodedata.normalize("NFC", text))).encode("cp1258") if encoding == "windows-1258" else text.encode("utf-16")
    listing = parse_source(body, source(SourceKind.SECTION, "https://songcai.test/thoi-su/"), OUTLET, content_type=f"text/html; charset={encoding}", now=NOW)
    assert listing.links[0].title == "Hai tỉnh ký kết chương trình phối hợp"


def _for_1258(text: str) -> list[str]:
    import unicodedata

    out = []
    for char in text:
        try:
            char.encode("cp1258")
            out.append(char)
        except UnicodeEncodeError:
            base, *marks = unicodedata.normalize("NFD", char)
            tones = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
            letter = unicodedata.normalize("NFC", base + "".join(mark for mark in marks if mark not in tones))
            out.append(letter + "".join(tones))
    return out


def test_the_address_of_a_story_may_carry_its_time() -> None:
    page = '<a href="/hai-tinh-ky-ket-quy-che-196260919083015123.htm">Hai tỉnh ký kết quy chế phối hợp</a>'
    listing = parse_source(page.encode(), source(SourceKind.SECTION, "https://cuabien.test/thoi-su.htm"), VCCORP, now=NOW)
    (link,) = listing.links
    assert (link.published, link.published_from) == (datetime(2026, 9, 19, 1, 30, 15, tzinfo=UTC), "url")


def test_a_page_without_stories_says_whether_links_or_pattern_are_missing() -> None:
    assert "holds no links" in (read("<html><title>Lỗi</title></html>", SourceKind.SECTION).problem or "")
    listing = read("<a href='/thoi-su/'>Thời sự</a>", SourceKind.SECTION)
    assert listing.problem == "none of the 1 links of the page fit the article pattern"


def _changed_site(shape: str) -> str:
    words = ["tinh", "ky", "ket", "chuong", "trinh", "phoi", "hop", "bao", "ve", "bien", "gioi", "giai", "doan", "moi"]
    rows = "".join(
        f'<h3><a href="{shape.format(slug="-".join(words[n % 5:n % 5 + 7]) + f"-{chr(97 + n)}", id=700100 + n)}">'
        f"Hai tỉnh ký kết chương trình phối hợp bảo vệ biên giới số {n}</a></h3>"
        for n in range(20)
    )
    menu = "".join(f'<a href="/{name}">{name}</a>' for name in ("thoi-su", "kinh-te", "quoc-phong", "van-hoa"))
    return f"<nav>{menu}</nav>{rows}<a href='/tag/ky-ket-12'>ký kết</a>"


@pytest.mark.parametrize("shape", ["/{slug}-{id}.html", "/tin/{slug}-d{id}.html", "/xa-hoi/202609/{slug}-{id}/"])
def test_a_paper_that_changed_its_system_does_not_fall_silent(shape: str) -> None:
    listing = read(_changed_site(shape), SourceKind.SECTION, url="https://songcai.test/thoi-su")
    assert len(listing.links) == 20
    assert listing.inferred and listing.problem is None


def test_an_outlet_without_a_pattern_lists_what_reads_like_stories() -> None:
    from dataclasses import replace

    listing = read(_changed_site("/{slug}"), SourceKind.SECTION, replace(OUTLET, article=None), url="https://songcai.test/thoi-su")
    assert len(listing.links) == 20


def test_a_page_of_thousands_of_links_is_capped() -> None:
    body = "".join(f'<a href="/tin-so-{n}-post{n}.html">Tin số {n}</a>' for n in range(MAX_LINKS + 500))
    listing = read(body, SourceKind.SECTION)
    assert len(listing.links) == MAX_LINKS and not listing.complete


# ------------------------------------------------------------------------------------------------------ paging


def test_pages_follow_the_template_up_to_the_cap() -> None:
    section = source(SourceKind.SECTION, "https://songcai.test/thoi-su/", paging="https://songcai.test/thoi-su/?p={page}")
    assert next_page(section, OUTLET, 1) == "https://songcai.test/thoi-su/"
    assert next_page(section, OUTLET, 2) == "https://songcai.test/thoi-su/?p=2"
    assert next_page(section, OUTLET, MAX_PAGES) == f"https://songcai.test/thoi-su/?p={MAX_PAGES}"
    assert next_page(section, OUTLET, MAX_PAGES + 1) is None


def test_offsets_count_stories() -> None:
    section = source(SourceKind.SECTION, "https://songcai.test/thoi-su", paging="https://songcai.test/thoi-su&BRSR={offset}", page_step=15)
    assert [next_page(section, OUTLET, page) for page in (2, 3)] == [
        "https://songcai.test/thoi-su&BRSR=15",
        "https://songcai.test/thoi-su&BRSR=30",
    ]


def test_a_listing_may_begin_at_page_zero() -> None:
    api = source(SourceKind.API, "https://songcai.test/api/{page}.html", paging="https://songcai.test/api/{page}.html", first_page=0)
    assert first_url(api) == "https://songcai.test/api/0.html"
    assert next_page(api, OUTLET, 2) == "https://songcai.test/api/1.html"


def test_a_source_without_a_template_has_no_next_page() -> None:
    assert next_page(source(), OUTLET, 2) is None


def link(number: int, published: datetime | None = None) -> Link:
    return Link(url=f"https://songcai.test/a-post{number}.html", outlet="songcai", published=published)


OLD, NEW = NOW - timedelta(days=3), NOW - timedelta(hours=1)
SWEPT = NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("name", "links", "known", "swept_to", "this_sweep", "stops"),
    [
        ("wholly known and older", [link(1, OLD), link(2, OLD)], [1, 2], SWEPT, [], True),
        ("one new", [link(1, OLD), link(2, OLD)], [1], SWEPT, [], False),
        ("known but newer than the sweep", [link(1, NEW)], [1], SWEPT, [], False),
        ("known, never swept", [link(1, OLD)], [1], None, [], False),
        ("known and undated", [link(1), link(2)], [1, 2], SWEPT, [], True),
        ("a box of fresh stories on every page", [link(9, NEW), link(1, OLD)], [9, 1], SWEPT, [9], True),
        ("nothing of its own", [link(1, NEW)], [], SWEPT, [1], True),
        ("empty", [], [], SWEPT, [], True),
    ],
)
def test_paging_stops_at_a_page_that_is_wholly_known_and_older_than_the_last_sweep(
    name: str, links: list[Link], known: list[int], swept_to: datetime | None, this_sweep: list[int], stops: bool
) -> None:
    def urls(which: list[int]) -> set[str]:
        return {link(one).url for one in which}

    listing = Listing(links=tuple(links))
    assert should_stop(listing, known=urls(known), swept_to=swept_to, this_sweep=urls(this_sweep)) is stops


@pytest.mark.parametrize(
    ("template", "addresses"),
    [
        ("https://x.test/sitemaps/news-{yyyy}-{m}.xml", ["news-2026-3.xml", "news-2026-2.xml"]),
        (
            "https://x.test/sitemaps-{yyyy}-{m}-{d1}-{d2}.xml",
            ["sitemaps-2026-3-1-5.xml", "sitemaps-2026-2-26-28.xml", "sitemaps-2026-2-21-25.xml"],
        ),
        ("https://x.test/d{dd}-{mm}-{yyyy}.htm?p={page}", [f"d{day}.htm?p={{page}}" for day in
         ("02-03-2026", "01-03-2026", "28-02-2026", "27-02-2026", "26-02-2026", "25-02-2026")]),
    ],
)  # fmt: skip
def test_a_dated_archive_is_walked_from_the_newest_to_the_oldest(template: str, addresses: list[str]) -> None:
    since, until = datetime(2026, 2, 25, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    made = list(dated_urls(source(SourceKind.SITEMAP, template), since, until))
    assert [url.rpartition("/")[2] for url in made] == addresses


def test_days_in_unix_time_cover_the_local_day() -> None:
    (url,) = dated_urls(source(SourceKind.SECTION, "https://x.test/{unix_from}/{unix_to}"), NOW, NOW)
    start, end = (int(part) for part in url.split("/")[-2:])
    assert datetime.fromtimestamp(start, UTC) == datetime(2026, 9, 19, 17, tzinfo=UTC)
    assert end - start == 86_399


def test_a_search_phrase_is_quoted_into_its_address() -> None:
    search = source(SourceKind.SEARCH, "https://songcai.test/tim?q={q}&p={page}")
    assert search_url(search, "ký kết", 2) == "https://songcai.test/tim?q=k%C3%BD%20k%E1%BA%BFt&p=2"


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://songcai.test/a", True),
        ("https://m.songcai.test/a", True),
        ("https://old.test/a", True),
        ("https://tuoi.test/song/a", True),
        ("https://tuoi.test/a", False),
        ("https://tuoi.test/songs/a", False),
        ("https://notsongcai.test/a", False),
        ("https://songcai.test.evil.test/a", False),
        ("http://[broken", False),
    ],
)
def test_an_outlet_owns_its_domain_subdomains_and_former_places(url: str, ours: bool) -> None:
    from dataclasses import replace

    assert owns(replace(OUTLET, former_domains=("old.test", "tuoi.test/song")), url) is ours


def test_outlets_on_ports_of_one_host_do_not_own_each_others_pages() -> None:
    from dataclasses import replace

    outlet = replace(OUTLET, domain="127.0.0.1:8001")
    assert owns(outlet, "http://127.0.0.1:8001/a")
    assert not owns(outlet, "http://127.0.0.1:8002/a")


# ------------------------------------------------------------------------------------------- real captured sources


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.mark.shared
def test_every_item_of_the_captured_feeds_is_a_dated_titled_link(shared: Path, catalogue: Catalogue) -> None:
    seen = 0
    for line in (shared / "press/feeds/index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] not in ("rss", "rss-reconstructed"):
            continue
        outlet = catalogue.outlet_of(f"https://{row['outlet']}/")
        assert outlet is not None
        body = (shared / "press/feeds" / row["file"]).read_bytes()
        feed = Source(id="x", outlet=outlet.id, kind=SourceKind.FEED, url=row["url"] or outlet.home)
        listing = parse_source(body, feed, outlet, now=datetime(2026, 11, 21, tzinfo=UTC))
        items = body.count(b"<item>") + body.count(b"<item ")
        without_address = sum(url == "" for url in listing.off_pattern_urls)
        assert len(listing.links) == listing.items - without_address == items - without_address, row["file"]
        assert listing.undated == 0 and listing.off_site == 0 and listing.complete, row["file"]
        assert all(link.title for link in listing.links), row["file"]
        seen += 1
    assert seen > 40


#: Article links on the captured lists, counted by hand: distinct stories, videos and topic pages left out.
CAPTURED_LISTS = {
    "baocantho.com.vn__2.html": 78, "baochinhphu.vn__2.html": 34, "cafef.vn__1.html": 54, "dantri.com.vn__1.html": 129,
    "dantri.com.vn__3.html": 44, "dantri.com.vn__4.html": 129, "dantri.com.vn__6.html": 125, "soha.vn__1.html": 67,
    "thanhnien.com.vn__1.html": 116, "tuoitre.vn__2.html": 15, "tuoitre.vn__4.html": 132, "vietnamnet.vn__3.html": 31,
    "vnexpress.net__6.html": 50, "vnexpress.net__8.html": 116, "znews.vn__2.html": 65,
}  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize("file", sorted(CAPTURED_LISTS))
def test_the_captured_lists_give_every_article_link_and_no_other(shared: Path, catalogue: Catalogue, file: str) -> None:
    rows = map(json.loads, (shared / "press/pages/index.jsonl").read_text(encoding="utf-8").splitlines())
    row = next(row for row in rows if row["file"] == file)
    url = row["url"] or f"https://{row['outlet']}/"
    outlet = catalogue.outlet_of(url)
    assert outlet is not None
    section = Source(id="x", outlet=outlet.id, kind=SourceKind.SECTION, url=url)
    listing = parse_source((shared / "press/pages" / file).read_bytes(), section, outlet, url=url, now=NOW)
    assert len(listing.links) == CAPTURED_LISTS[file]
    assert listing.inferred is None
    assert sum(link.title is None for link in listing.links) <= 3


def test_a_page_of_endless_anchors_is_looked_at_up_to_a_cap() -> None:
    body = '<a href="/mot-post1.html">Một tin</a>' + '<a href="/thoi-su/">x</a>' * 6_000 + '<a href="/hai-post2.html">Hai tin</a>'
    listing = read(body, SourceKind.SECTION)
    assert numbers(listing) == [1] and not listing.complete


def test_the_headline_is_found_though_a_story_is_linked_a_thousand_times() -> None:
    body = '<h2><a href="/mot-post1.html">Hai đơn vị ký kết quy chế</a></h2>' + '<a href="/mot-post1.html">xem thêm</a>' * 1_000
    assert read(body, SourceKind.SECTION).links[0].title == "Hai đơn vị ký kết quy chế"
