"""The sample press is a world that other tests trust: what it says of itself must be so."""

from __future__ import annotations

import ast
import gzip
import html
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest

from crawler.catalogue import is_article, load_catalogue
from crawler.press import PressStory, SamplePress, faults, parse_blocks
from crawler.press.families import FAMILIES
from crawler.press.site import encode_windows_1258
from crawler.press.world import VIETNAM, fill_dates, load_outlets, load_stories, tone_style
from pipelines.vietnamese import clean, squeeze, syllables

NOW = datetime(2026, 3, 5, 3, 30, tzinfo=UTC)
STORIES = {story.id: story for story in load_stories(NOW)}
OUTLETS = {outlet.id: outlet for outlet in load_outlets()}
ROOT = Path(__file__).parents[1]


@pytest.fixture
def press() -> Iterator[SamplePress]:
    with SamplePress(now=NOW) as running:
        yield running


@pytest.fixture(scope="module")
def calm() -> Iterator[SamplePress]:
    """A press that tests only read."""
    with SamplePress(now=NOW) as running:
        yield running


class Reply:
    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self) -> str:
        return self.body.decode()


def get(url: str, timeout: float = 5, **headers: str) -> Reply:
    """One GET without redirects; header names with _ for -."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target or "/", headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        body = answer.read()
        return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, body)
    finally:
        connection.close()


def feed_of(press: SamplePress, outlet: str) -> str:
    url = press.feed_url(outlet)
    assert url
    return url


def new_story(outlet: str = "songcai", section: str = "thoi-su", **changes: object) -> PressStory:
    story = PressStory(
        id="moi-ra",
        outlet=outlet,
        section=section,
        title="Tin vừa ra lò",
        lead="Một tin ngắn.",
        blocks=parse_blocks("Đoạn một.\n[ảnh] Một tấm ảnh.\nĐoạn hai."),
        published=NOW,
        label="neg",
    )
    return replace(story, **changes)


# What is told


def test_there_are_eighty_stories_and_every_label_and_family() -> None:
    labels = Counter(story.label for story in STORIES.values())
    assert len(STORIES) >= 80
    assert min(labels[label] for label in ("core", "civil", "near", "neg")) >= 15
    assert {outlet.family for outlet in OUTLETS.values()} == set(FAMILIES)
    assert {story.outlet for story in STORIES.values()} == set(OUTLETS)


@pytest.mark.parametrize("story", [s for s in STORIES.values() if s.is_match], ids=lambda s: s.id)
def test_a_match_says_what_its_text_says(story: PressStory) -> None:
    told = f"{story.title}\n{story.text}"
    words = set(syllables(clean(told)))
    assert story.acts and story.kind and len(story.parties) >= 2
    for party in story.parties:
        missing = set(syllables(party)) - words
        assert not missing, (party, missing)
    if story.period:
        assert all(year in told for year in story.period.split("-")), story.period
    if story.event_date:
        day = datetime.fromisoformat(story.event_date)
        assert re.search(rf"\b{day.day}[-/.]{day.month}\b", told), story.event_date


@pytest.mark.parametrize("story", [s for s in STORIES.values() if not s.is_match], ids=lambda s: s.id)
def test_what_is_no_match_claims_no_agreement(story: PressStory) -> None:
    assert not story.acts and not story.kind and not story.parties


def test_numbers_and_addresses_are_unique_within_an_outlet(calm: SamplePress) -> None:
    urls = [calm.url_of(story.id) for story in calm.stories]
    numbers = [(story.outlet, story.number) for story in calm.stories]
    assert len(set(urls)) == len(urls)
    assert len(set(numbers)) == len(numbers)


def test_no_story_is_dated_by_a_placeholder_left_over() -> None:
    assert not [s.id for s in STORIES.values() if re.search(r"\{[^}]*\}", s.title + s.text)]


@pytest.mark.parametrize("hour", [0, 3, 17, 18, 23])
def test_all_who_tell_an_event_print_one_date_whatever_the_hour(hour: int) -> None:
    dates: dict[str, set[str]] = {}
    for story in load_stories(datetime(2026, 3, 1, hour, 5, tzinfo=UTC)):
        if story.event and story.event_date:
            dates.setdefault(story.event, set()).add(story.event_date)
    assert {event: found for event, found in dates.items() if len(found) > 1} == {}


def test_dates_are_filled_in_as_a_desk_prints_them() -> None:
    day = datetime(2026, 3, 5, tzinfo=VIETNAM).date()
    text = "{d-m} {d/m+27} {d.m} {d-m-y} {y+5} {iso} {thứ} {m/y-5}"
    assert fill_dates(text, day) == "5-3 1/4 5.3 5-3-2026 2031 2026-03-05 Thứ năm 2/2026"


def test_tone_marks_move_in_open_syllables_only() -> None:
    assert tone_style("hòa thúy quý hoàn", new=True) == "hoà thuý quý hoàn"
    assert tone_style("hoà thuý quý hoàn", new=False) == "hòa thúy quý hoàn"


def test_retellings_use_other_words_and_reprints_the_same() -> None:
    first = STORIES["qk7-ket-nghia"]
    retold, reprinted = STORIES["qk7-ket-nghia-songcai"], STORIES["qk7-ket-nghia-dongdoi"]
    assert retold.event == first.event and not set(retold.text.split("\n")) & set(first.text.split("\n"))
    assert reprinted.text == first.text and reprinted.outlet != first.outlet


# What is served


@pytest.mark.parametrize(
    "story_id", [s.id for s in STORIES.values() if s.published <= NOW and "gone" not in s.quirks]
)
def test_a_page_shows_its_story_whole(calm: SamplePress, story_id: str) -> None:
    story = calm.world.stories[story_id]
    reply = get(calm.url_of(story_id))
    charset = "windows-1258" if "windows-1258" in story.quirks else "utf-8"
    text = squeeze(html.unescape(re.sub(r"<[^>]*>", " ", reply.body.decode(charset).split("</head>", 1)[1])))
    assert reply.status == 200
    assert 20_000 < len(reply.body) < 90_000 or {"entities", "nfd"} & story.quirks
    assert squeeze(story.title) in text
    for block in story.blocks:
        for cell in block.text.split("|"):
            assert squeeze(cell) in text
    assert not story.lead or squeeze(story.lead) in text


def test_pages_print_a_date_that_is_theirs_beside_a_clock_that_is_not(calm: SamplePress) -> None:
    story = calm.world.stories["giavang"]
    page = get(calm.url_of(story.id)).text
    assert f"{story.local:%d/%m/%Y %H:%M} GMT+7" in page
    assert f"{NOW.astimezone(VIETNAM):%d/%m/%Y, %H:%M}" in page


def test_quirks_reach_the_bytes(calm: SamplePress) -> None:
    def body(story_id: str) -> bytes:
        return get(calm.url_of(story_id)).body

    decomposed = body("tsq-doanhnghiep").decode()
    assert decomposed != unicodedata.normalize("NFC", decomposed)
    assert (
        "k\u0301" not in (legacy := body("bp-trungquoc").decode("windows-1258"))
        and "kê\u0301t nghi\u0303a" in legacy
    )
    assert "\u200b" in body("ccb-doantn").decode() and "\u034f" in body("ccb-doantn").decode()
    assert body("hq-vung5").isascii() and b"&#7843;" in body("hq-vung5")
    assert b"charset" not in body("bv-hanquoc").split(b"</head>")[0].split(b"<title>")[0]
    doubled, lead = body("csb-daihoc").decode().split("</head>")[1], STORIES["csb-daihoc"].lead or ""
    assert doubled.count(html.escape(lead)) == 2 and doubled.count('<p class="caption">') == 2
    assert "article:published_time" not in body("tayninh-campuchia").decode()


def test_windows_1258_survives_a_round_trip() -> None:
    text = "Đồn Biên phòng ký kết văn bản kết nghĩa hữu nghị: ẵ Ệ ữ ỹ ờ"
    assert unicodedata.normalize("NFC", encode_windows_1258(text).decode("cp1258")) == text


def test_a_hostile_headline_is_escaped_in_html_and_well_formed_in_xml(calm: SamplePress) -> None:
    page = get(calm.url_of("hostile-title")).text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page and "\x1b[31m" in page
    feed = feedparser.parse(get(feed_of(calm, "benthuong")).body)
    assert not feed.bozo and any("=cmd|" in entry.title for entry in feed.entries)


def test_stories_that_are_gone_unlisted_or_forbidden_are_as_they_say(calm: SamplePress) -> None:
    assert get(calm.url_of("bai-da-go")).status == 410
    assert calm.url_of("bai-da-go") in get(feed_of(calm, "cuabien")).text
    unlisted = calm.url_of("an-trong-trang")
    assert get(unlisted).status == 200 and unlisted not in get(feed_of(calm, "vungthan")).text
    assert unlisted in get(calm.url_of("mothan")).text
    assert "Disallow: /noi-bo/" in get(calm.base("vungthan") + "/robots.txt").text
    assert get(calm.base("songcai") + "/khong-co-gi-post999.html").status == 404


@pytest.mark.parametrize("outlet", OUTLETS)
def test_the_feed_lists_every_visible_story_with_its_time(calm: SamplePress, outlet: str) -> None:
    feed = feedparser.parse(get(feed_of(calm, outlet)).body)
    stories = {calm.url_of(s.id): s for s in calm.world.visible(outlet, NOW)}
    assert not feed.bozo
    links = [entry.link.split("?utm_")[0] for entry in feed.entries]
    assert sorted(links) == sorted(stories)
    if OUTLETS[outlet].feed_dates in ("rfc822", "gmt"):
        for link, entry in zip(links, feed.entries, strict=True):
            assert datetime(*entry.published_parsed[:6], tzinfo=UTC) == stories[link].published


@pytest.mark.parametrize("outlet", OUTLETS)
def test_every_outlet_has_a_page_that_names_its_feeds(calm: SamplePress, outlet: str) -> None:
    paths = re.findall(
        r'<li><a href="([^"]+)">[^<]*</a> <span class="rss-icon">', get(calm.base(outlet) + "/rss").text
    )
    assert len(paths) == len(OUTLETS[outlet].sections) + 1
    assert {get(calm.base(outlet) + path).text[:5] for path in paths} == {"<?xml"}


def test_some_feeds_add_tracking_and_escape_titles_twice(calm: SamplePress) -> None:
    assert "?utm_source=rss&amp;utm_medium=feed</link>" in get(feed_of(calm, "kinhky")).text
    titles = [
        entry.title
        for entry in feedparser.parse(get(feed_of(calm, "vungthan")).body, sanitize_html=False).entries
    ]
    assert "Tiếp bước chị em &quot;nơi đầu sóng&quot;" in titles


def test_a_site_search_finds_words_without_their_marks(calm: SamplePress) -> None:
    found = get(calm.base("dongdoi") + "/?s=cuu+chien+binh+ky+ket&paged=1").text
    assert calm.url_of("ccb-ca-tongket") in found.split("<aside>")[0]
    assert calm.url_of("tim-dong-doi") not in found.split("<aside>")[0]
    assert "post-list-item" not in get(calm.base("dongdoi") + "/?s=khong+co+gi+het").text


def test_a_session_in_the_path_changes_the_address_not_the_story(press: SamplePress) -> None:
    press.misbehave("quankhu", faults.session_ids(), on="section")
    url = press.section_url("quankhu", "tin-moi")
    assert url
    links = [set(re.findall(r'href="([^"]+/\(X\(1\)S\([^"]+\.html)"', get(url).text)) for _ in range(2)]
    assert links[0] and not links[0] & links[1]
    assert get(min(links[0])).status == 200


def test_feeds_date_their_items_in_the_forms_of_the_real_press(calm: SamplePress) -> None:
    def first_date(outlet: str) -> str:
        return re.findall(r"<pubDate>(.*?)</pubDate>", get(feed_of(calm, outlet)).text)[0]

    assert re.fullmatch(r"3/5/2026 \d+:\d\d:\d\d\u202f[AP]M", first_date("cuabien"))
    assert re.fullmatch(r"Thu, 05 Mar 26 [\d:]+ \+0700", first_date("dongnoi"))
    assert first_date("vamco").endswith(" +07") and first_date("lamson").endswith("+07:00")
    assert first_date("kinhky").endswith(" GMT")


@pytest.mark.parametrize("outlet", OUTLETS)
def test_paging_a_section_meets_every_story_once_and_ends(calm: SamplePress, outlet: str) -> None:
    family = FAMILIES[OUTLETS[outlet].family]
    base, wanted = calm.base(outlet), {calm.url_of(s.id) for s in calm.world.visible(outlet, NOW)}
    met: list[str] = []
    for page in range(1, 9):
        if family.api_template:
            listing = json.loads(get(base + family.api_template.format(zone=0, page=page)).body)
            rows = listing["data"]["contents"] if "error_code" in listing else listing["data"]
            links = [base + urlsplit(row.get("url") or row["link"]).path for row in rows]
        else:
            url = calm.section_url(outlet, "tin-moi", page)
            assert url
            text = get(url).text.split("<aside>")[0]
            links = list(
                dict.fromkeys(link for link in re.findall(r'href="([^"]+)"', text) if link in wanted)
            )
        if not links:
            break
        met += links
    assert page < 8
    assert sorted(met) == sorted(wanted)


@pytest.mark.parametrize("outlet", [o for o in OUTLETS if FAMILIES[OUTLETS[o].family].sitemap])
def test_sitemaps_lead_to_every_story(calm: SamplePress, outlet: str) -> None:
    index = get(calm.base(outlet) + FAMILIES[OUTLETS[outlet].family].sitemap).text
    shards = re.findall(r"<loc>(.*?)</loc>", index)
    listed = {url for shard in shards for url in re.findall(r"<loc>(.*?)</loc>", get(shard).text)}
    assert listed == {calm.url_of(s.id) for s in calm.world.visible(outlet, NOW)}


def test_a_news_sitemap_holds_two_days_with_titles_and_times(calm: SamplePress) -> None:
    text = get(calm.base("songcai") + "/google-news.xml").text
    recent = [s for s in calm.world.visible("songcai", NOW) if s.published > NOW - timedelta(days=2)]
    assert text.count("<news:title>") == len(recent)
    assert recent[0].local.strftime("%Y-%m-%dT%H:%M:%S+07:00") in text


def test_the_catalogue_loads_and_tells_articles_from_lists(calm: SamplePress, tmp_path: Path) -> None:
    file = tmp_path / "press.toml"
    file.write_text(calm.catalogue_toml(), "utf-8")
    catalogue = load_catalogue([file])
    assert set(catalogue) == set(OUTLETS)
    for story in calm.stories:
        url = calm.url_of(story.id)
        owner = catalogue.outlet_of(url)
        assert owner is not None and owner.id == story.outlet
        assert is_article(url, owner), url
    for outlet in catalogue.values():
        assert not [source.url for source in outlet.sources if is_article(source.url, outlet)]


# Validators


@pytest.mark.parametrize("outlet", ["songcai", "benthuong", "kinhky", "suoinguon"])
def test_an_unchanged_feed_answers_304_and_a_changed_one_does_not(press: SamplePress, outlet: str) -> None:
    url = feed_of(press, outlet)
    first = get(url)
    conditions = {
        name: first.headers[header]
        for name, header in (("If_None_Match", "etag"), ("If_Modified_Since", "last-modified"))
        if header in first.headers
    }
    assert conditions
    again = get(url, **conditions)
    assert (again.status, again.body) == (304, b"")
    press.publish(new_story(outlet, press.outlet(outlet).sections[0].slug))
    changed = get(url, **conditions)
    assert changed.status == 200 and "Tin vừa ra lò" in changed.text


def test_an_outlet_without_validators_sends_none(calm: SamplePress) -> None:
    reply = get(feed_of(calm, "vamco"))
    assert "etag" not in reply.headers and "last-modified" not in reply.headers
    assert get(feed_of(calm, "vamco"), If_Modified_Since="Thu, 05 Mar 2099 00:00:00 GMT").status == 200


def test_a_page_answers_304_until_a_revision(press: SamplePress) -> None:
    url = press.publish(new_story())
    etag = get(url).headers["etag"]
    assert get(url, If_None_Match=etag).status == 304
    press.publish(new_story(lead="Một tin đã sửa.", updated=NOW))
    revised = get(url, If_None_Match=etag)
    assert revised.status == 200 and "Một tin đã sửa." in revised.text
    assert "article:modified_time" in revised.text


def test_gzip_is_sent_to_who_accepts_it_only(calm: SamplePress) -> None:
    plain, packed = get(feed_of(calm, "songcai")), get(feed_of(calm, "songcai"), Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


# Time


def test_stories_appear_when_their_hour_comes(press: SamplePress) -> None:
    url = press.url_of("sap-toi-1")
    assert get(url).status == 404 and url not in get(feed_of(press, "quankhu")).text
    press.advance(hours=2)
    assert get(url).status == 200 and url in get(feed_of(press, "quankhu")).text
    assert press.now == NOW + timedelta(hours=2)


def test_a_withdrawn_story_is_not_found(press: SamplePress) -> None:
    url = press.url_of("giavang")
    press.withdraw("giavang")
    assert get(url).status == 404


def test_gold_names_what_is_out(press: SamplePress) -> None:
    gold = {row["id"]: row for row in press.gold()}
    assert "sap-toi-1" not in gold
    row = gold["qk7-ket-nghia"]
    assert (row["label"], row["period"], row["acts"]) == ("core", "2027", ("so_ket", "ky_ket"))
    assert row["text"].startswith("(QKMT Online) –") and row["captions"][0] in row["text"]


# Misbehaviour


def test_a_busy_outlet_says_when_to_come_back_as_often_as_told(press: SamplePress) -> None:
    url = feed_of(press, "songcai")
    press.misbehave("songcai", faults.busy(seconds=7), on="feed", times=2)
    replies = [get(url) for _ in range(3)]
    assert [r.status for r in replies] == [503, 503, 200]
    assert replies[0].headers["retry-after"] == "7"
    press.misbehave("songcai", faults.busy(until=NOW, code=429))
    assert get(url).headers["retry-after"] == "Thu, 05 Mar 2026 03:30:00 GMT"


def test_a_fault_holds_for_its_outlet_path_and_moments_only(press: SamplePress) -> None:
    press.misbehave(
        "songcai",
        faults.status(500),
        path=r"^/rss",
        since=NOW + timedelta(hours=1),
        until=NOW + timedelta(hours=2),
    )
    url = feed_of(press, "songcai")
    seen = [get(url).status]
    press.advance(hours=1)
    seen += [get(url).status, get(press.base("songcai") + "/").status, get(feed_of(press, "kinhky")).status]
    press.advance(hours=1)
    assert [*seen, get(url).status] == [200, 500, 200, 200, 200]


def test_rules_end_when_stopped_and_all_end_with_behave(press: SamplePress) -> None:
    url = feed_of(press, "songcai")
    rule = press.misbehave("songcai", faults.status(403))
    press.misbehave(None, faults.status(500), on="home")
    assert (get(url).status, get(press.base("lamson") + "/").status) == (403, 500)
    rule.stop()
    assert get(url).status == 200
    press.behave()
    assert get(press.base("lamson") + "/").status == 200


def test_a_truncated_page_promises_more_than_it_sends(press: SamplePress) -> None:
    press.misbehave("songcai", faults.truncated(0.25), on="article")
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(press.url_of("thoitiet"))
    assert 0 < len(caught.value.partial) < 30_000


def test_a_reset_connection_is_reset(press: SamplePress) -> None:
    press.misbehave("songcai", faults.reset())
    with pytest.raises(ConnectionError):
        get(feed_of(press, "songcai"))


def test_a_hanging_server_says_nothing_and_still_stops(press: SamplePress) -> None:
    press.misbehave("songcai", faults.hang())
    with pytest.raises(TimeoutError):
        get(feed_of(press, "songcai"), timeout=0.2)


def test_a_slow_drip_arrives_whole_in_the_end(press: SamplePress) -> None:
    url = press.base("songcai") + "/robots.txt"
    whole = get(url).body
    press.misbehave("songcai", faults.drip(size=40, pause=0.01), on="robots")
    assert get(url).body == whole
    press.misbehave("songcai", faults.slow(0.05), on="robots")
    assert get(url).body == whole


def test_a_challenge_answers_200_without_the_story(press: SamplePress) -> None:
    press.misbehave("songcai", faults.challenge(), on="article")
    reply = get(press.url_of("thoitiet"))
    assert reply.status == 200 and "document.cookie" in reply.text and "Không khí lạnh" not in reply.text


def test_redirects_lead_in_circles_away_or_into_private_networks(press: SamplePress) -> None:
    url = press.url_of("thoitiet")
    press.misbehave("songcai", faults.redirect_loop(), on="article", times=1)
    there = get(url).headers["location"]
    press.misbehave("songcai", faults.redirect_loop(), path="lan=2")
    back = get(press.base("songcai") + there).headers["location"]
    assert there == urlsplit(url).path + "?lan=2" and back == urlsplit(url).path
    press.misbehave("songcai", faults.redirect("http://10.0.0.1/"))
    assert get(url).headers["location"] == "http://10.0.0.1/"
    press.misbehave("songcai", faults.moved(press.base("kinhky")))
    assert get(url).headers["location"] == press.base("kinhky") + urlsplit(url).path


def test_a_frozen_feed_lists_what_it_listed_while_pages_live_on(press: SamplePress) -> None:
    press.misbehave("songcai", faults.frozen(at=NOW))
    before = get(feed_of(press, "songcai"))
    url = press.publish(new_story(published=NOW + timedelta(minutes=1)))
    press.advance(hours=1)
    after = get(feed_of(press, "songcai"))
    assert after.body == before.body and get(url).status == 200


def test_an_empty_list_is_well_formed(press: SamplePress) -> None:
    press.misbehave("songcai", faults.empty())
    feed = feedparser.parse(get(feed_of(press, "songcai")).body)
    assert not feed.bozo and feed.entries == []


def test_a_wrong_section_shows_anothers_stories(press: SamplePress) -> None:
    press.misbehave("songcai", faults.wrong_section("the-thao"), on="feed")
    feed = feedparser.parse(get(str(press.feed_url("songcai", "kinh-te"))).body)
    sports = {press.url_of(s.id) for s in press.world.visible("songcai", NOW, "the-thao")}
    assert {entry.link for entry in feed.entries} == sports != set()


def test_lying_validators_lie(press: SamplePress) -> None:
    url = feed_of(press, "songcai")
    press.misbehave("songcai", faults.always_304())
    assert get(url).status == 200 and get(url, If_None_Match='"cũ"'.encode().decode("latin-1")).status == 304
    press.misbehave("songcai", faults.same_etag('"x"'))
    first = get(url)
    press.publish(new_story())
    second = get(url)
    assert first.headers["etag"] == second.headers["etag"] == '"x"' and first.body != second.body
    assert get(url, If_None_Match='"x"').status == 304


def test_wrong_charsets_are_declared(press: SamplePress) -> None:
    press.misbehave("songcai", faults.charset("utf-16"), on="feed")
    reply = get(feed_of(press, "songcai"))
    assert "charset=utf-16" in reply.headers["content-type"] and "Không khí lạnh" in reply.body.decode()
    press.misbehave("songcai", faults.charset("utf-8", "utf-16"), on="article")
    assert get(press.url_of("thoitiet")).body.startswith(b"\xff\xfe")


def test_bombs_are_small_on_the_wire_and_large_inside(press: SamplePress) -> None:
    press.misbehave("songcai", faults.gzip_bomb(8), on="article")
    reply = get(press.url_of("thoitiet"))
    assert len(reply.body) < 100_000 and len(gzip.decompress(reply.body)) == 8 * 1_048_576
    press.misbehave("songcai", faults.xml_bomb(), on="feed")
    assert get(feed_of(press, "songcai")).text.count("<!ENTITY") == 40
    press.misbehave("songcai", faults.external_entity(), on="feed")
    assert "SYSTEM" in get(feed_of(press, "songcai")).text
    press.misbehave("songcai", faults.html_instead(), on="feed")
    assert get(feed_of(press, "songcai")).text.startswith("<!DOCTYPE html>")
    press.misbehave("songcai", faults.broken_xml(), on="feed")
    assert feedparser.parse(get(feed_of(press, "songcai")).body).bozo


def test_an_endless_calendar_never_ends_and_its_pages_exist(press: SamplePress) -> None:
    press.misbehave("lamson", faults.endless())
    links: set[str] = set()
    for page in (2, 3, 500):
        url = press.section_url("lamson", "thoi-su", page)
        assert url
        found = set(re.findall(r'href="(http[^"]+-\d{6}\.htm)"', get(url).text))
        assert len(found) == press.outlet("lamson").page_size and not found & links
        links |= found
    assert {get(link).status for link in links} == {200}


def test_robots_can_be_replaced(press: SamplePress) -> None:
    press.misbehave("songcai", faults.rules("User-agent: *\nDisallow: /\n"), on="robots")
    assert get(press.base("songcai") + "/robots.txt").text.endswith("Disallow: /\n")


def test_lists_may_link_to_addresses_of_a_new_shape_that_answer(press: SamplePress) -> None:
    press.misbehave("songcai", faults.new_addresses(), on="feed")
    links = re.findall(r"<link>(http[^<]+\.aspx)</link>", get(feed_of(press, "songcai")).text)
    assert len(links) == len(press.world.visible("songcai", NOW))
    assert {get(link).status for link in links} == {200}


def test_a_redesigned_page_holds_the_words_and_none_of_the_marks(press: SamplePress) -> None:
    press.misbehave("songcai", faults.redesigned(), on="article")
    page = get(press.url_of("thoitiet")).text
    assert "sương muối" in page and "article__body" not in page
    assert not re.search(r"<(p|h1|time|figure)\b|ld\+json|og:title", page)


# Publishing on the way


def test_telling_a_story_publishes_it_and_telling_it_again_revises_it(press: SamplePress) -> None:
    url = press.tell("lamson", "Một tin mới", "Đoạn một.\n[ảnh] Chú thích.", id="moi", lead="Mở đầu.")
    assert "Chú thích." in get(url).text and url in get(feed_of(press, "lamson")).text
    press.tell("lamson", "Một tin mới", "Đoạn một đã sửa.", id="moi")
    assert press.world.stories["moi"].revision == 2 and "đã sửa" in get(url).text


def test_filling_an_outlet_gives_it_a_rhythm_past_and_future(press: SamplePress) -> None:
    urls = press.fill(
        "benthuong", 40, every=timedelta(minutes=30), until=NOW + timedelta(hours=5), matches=0.2
    )
    assert len(set(urls)) == 40
    assert [get(urls[0]).status, get(urls[39]).status] == [404, 200]
    press.advance(hours=5)
    feed = [entry.link for entry in feedparser.parse(get(feed_of(press, "benthuong")).body).entries]
    assert set(feed) - {press.url_of(i) for i in STORIES if STORIES[i].outlet == "benthuong"} <= set(urls)
    assert get(urls[0]).status == 200 and feed[0] == urls[0]
    assert any(story.is_match for story in press.stories if press.url_of(story.id) in urls)


# The log and the server


def test_the_log_knows_who_was_asked_what_and_when(press: SamplePress) -> None:
    get(feed_of(press, "songcai"), User_Agent="thu")
    get(press.base("songcai") + "/khong-co")
    get(feed_of(press, "kinhky"))
    asked = press.requests("songcai")
    assert [(r.target, r.status) for r in asked] == [("/rss/home.rss", 200), ("/khong-co", 404)]
    assert asked[0].headers["user-agent"] == "thu" and asked[0].sent > 0
    assert len(press.requests()) == 3 and len(press.requests(on="feed")) == 2
    assert press.pauses("songcai")[0] > 0
    press.forget()
    assert press.requests() == []


def test_a_connection_serves_many_requests_and_head_has_no_body(calm: SamplePress) -> None:
    parts = urlsplit(calm.base("songcai"))
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    connection.request("GET", "/robots.txt")
    connection.getresponse().read()
    socket_before = connection.sock
    connection.request("HEAD", "/")
    head = connection.getresponse()
    assert head.read() == b"" and int(head.headers["content-length"]) > 20_000
    connection.request("POST", "/ajax/comment", body=b"noi dung")
    assert connection.getresponse().read() is not None
    connection.request("GET", "/robots.txt")
    assert connection.getresponse().status == 200
    assert connection.sock is socket_before
    connection.close()


def test_nonsense_is_answered_400(calm: SamplePress) -> None:
    parts = urlsplit(calm.base("songcai"))
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as raw:
        raw.sendall(b"xin chao\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 400")


def test_many_ask_at_once(calm: SamplePress) -> None:
    urls = [calm.url_of(s.id) for s in calm.world.visible("songcai", NOW)] * 3
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda u=url: statuses.append(get(u).status)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * len(urls)


def test_stopping_frees_the_ports_and_ends_the_threads() -> None:
    press = SamplePress(now=NOW).start()
    base = press.base("songcai")
    parts = urlsplit(base)
    idle = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    idle.request("GET", "/robots.txt")
    idle.getresponse().read()
    threads = list(press._connections.values())
    press.stop()
    press.stop()
    assert not any(thread.is_alive() for thread in threads)
    idle.close()
    with pytest.raises(ConnectionRefusedError):
        get(base)


def test_only_some_outlets_can_be_served_and_a_wrong_name_is_told() -> None:
    with SamplePress(now=NOW, only=["lamson"]) as press:
        assert list(press.bases()) == ["lamson"]
        assert {story.outlet for story in press.stories} == {"lamson"}
    with pytest.raises(KeyError, match="lamsom"):
        SamplePress(only=["lamsom"])


def test_the_worlds_clock_can_run_faster() -> None:
    press = SamplePress(now=NOW, speed=3_600_000)
    time.sleep(0.002)
    assert press.now > NOW + timedelta(hours=1)


# The big world


def test_a_big_world_has_as_many_distinct_pages_as_asked(tmp_path: Path) -> None:
    with SamplePress(now=NOW, big=1234, big_matches=0.02, only=["nghintrang"]) as press:
        shards = re.findall(r"<loc>(.*?)</loc>", get(press.base("nghintrang") + "/sitemap.xml").text)
        urls = [url for shard in shards for url in re.findall(r"<loc>(.*?)</loc>", get(shard).text)]
        assert len(set(urls)) == len(urls) == 1234
        pages = [get(url) for url in urls[:30]]
        assert {page.status for page in pages} == {200}
        assert all(25_000 < len(page.body) < 80_000 for page in pages)
        assert get(urls[0]).body == pages[0].body
        labels = Counter(press.sites["nghintrang"].listed(NOW)[n].label for n in range(1234))
        assert 5 < labels["core"] + labels["civil"] < 60
        last = press.section_url("nghintrang", "thoi-su", 9)
        beyond = press.section_url("nghintrang", "thoi-su", 10)
        assert last and beyond and "-1" in get(last).text
        assert "hot-list-item" not in get(beyond).text
        file = tmp_path / "big.toml"
        file.write_text(press.catalogue_toml(), "utf-8")
        outlet = load_catalogue([file])["nghintrang"]
        assert all(is_article(url, outlet) for url in urls)


@pytest.mark.slow
def test_it_serves_by_hand_from_a_process_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "press.toml"
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler.press", "--big", "50", "--catalogue", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        bases = json.loads(process.stdout.readline())
        assert get(bases["nghintrang"] + "/").status == 200
        assert set(load_catalogue([file])) == set(bases)
    finally:
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=10)
    assert (process.returncode, complaints) == (0, "")


def test_the_press_needs_the_standard_library_only() -> None:
    for path in sorted((ROOT / "crawler" / "press").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names, f"{path.name} imports {name}"
