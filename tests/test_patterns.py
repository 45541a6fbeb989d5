"""An outlet's own pages tell its article pattern, family, feeds, sitemaps and sections."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.catalogue import Catalogue, is_article, load_catalogue
from crawler.discovery_pages import base_url, parse_html
from crawler.patterns import (
    Inferred,
    SeenLink,
    family_of_pages,
    infer,
    likeness,
    links_of,
    sitemaps_of,
    survey,
)
from crawler.press import SamplePress

STORY = "Hai tỉnh ký kết chương trình phối hợp bảo vệ biên giới"
WORDS = [
    "hai-tinh-ky-ket-chuong-trinh-phoi-hop", "so-ket-quy-che-phoi-hop-giua-ba-don-vi", "trao-bien-ban-ghi-nho-hop-tac-moi",
    "tong-ket-nam-nam-thuc-hien-quy-che", "bo-chi-huy-quan-su-tinh-lam-viec-voi-xa", "le-ket-nghia-giua-hai-don-vi-bien-phong",
]  # fmt: skip
LISTS = (
    "/", "/thoi-su", "/kinh-te/", "/van-hoa.html", "/quoc-phong.htm", "/the-thao/bong-da", "/tag/ky-ket", "/lien-he.html",
    "/ky-ket-chuong-trinh-phoi-hop-tag12345.html", "/su-kien/dai-hoi-dang-bo-tinh-lan-thu-nhat-12.html",
    "/chu-de/xay-dung-nong-thon-moi-nang-cao-35.html", "/gioi-thieu-ve-toa-soan-bao", "/rss", "/tim-kiem",
)  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def site(shape: str, count: int = 24, host: str = "https://songcai.test", more: tuple[str, ...] = ()) -> tuple[list[SeenLink], set[str]]:
    stories = {
        host
        + shape.format(
            slug=f"{WORDS[n % len(WORDS)]}-{'abcdefgh'[n % 8]}",
            id=731_204 + 37 * n,
            short=1_204 + 3 * n,
            time=f"2609{20 - n % 18:02}{8 + n % 12:02}{n * 2:02}17123",
            hex7=f"{0xE635EAF + 4099 * n:07x}",
            hex9=f"{0x1A2B3C4D5 + 65537 * n:09x}",
        )
        for n in range(count)
    }
    links = [SeenLink(url=url, text=f"{STORY} {n}") for n, url in enumerate(sorted(stories))]
    links += [SeenLink(url=host + path, text=path.strip("/-").replace("-", " ")[:18] or "Trang chủ", menu=True) for path in LISTS]
    links += [SeenLink(url=host + path, text="Trang chuyên đề của tòa soạn") for path in more]
    return links, stories


def judged(found: Inferred, stories: set[str], links: list[SeenLink]) -> tuple[float, float]:
    accepted = {link.url for link in links if found.article and re.search(found.article, link.url)}
    return (len(accepted & stories) / len(accepted) if accepted else 0.0, len(accepted & stories) / len(stories))


SHAPES = {
    "epi": "/{slug}-post{id}.html",
    "vccorp": "/{slug}-204{time}.htm",
    "vccorp in a section": "/xa-hoi/{slug}-204{time}.htm",
    "mastercms": "/{slug}-{id}.html",
    "d-id": "/{slug}-d{id}.html",
    "vdoc": "/{slug}-a{id}.html",
    "date directory": "/xa-hoi/202609/{slug}-{hex7}/",
    "date directory with digits": "/xa-hoi/202609/{slug}-{id}/",
    "slug-id .htm": "/{slug}-{id}.htm",
    "nine hex digits": "/{slug}-{hex9}.html",
    "bac giang": "/{slug}-postid{id}.bbg",
    "section and id": "/chinh-tri/{slug}-{id}",
    "short ids": "/chinh-tri/{slug}-{short}.html",
    "underscore": "/chinh-tri/{slug}_{id}.html",
    "id before the slug": "/news/12/{id}/{slug}",
    "id after the slug": "/chinh-tri/{slug}/{id}.html",
    "day directory": "/2026/09/18/{slug}.html",
    "section in the id": "/tin-tuc/{slug}-c46a{id}.html",
    "ar": "/{slug}-ar{id}.html",
    "query": "/Home/ViewDetailPost?idPost={id}",
    "id alone": "/tin/{id}.html",
    "bare slug .html": "/{slug}.html",
    "bare slug": "/{slug}/",
}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_the_pattern_of_every_shape_of_address_is_learned(catalogue: Catalogue, name: str) -> None:
    links, stories = site(SHAPES[name])
    found = infer(links, catalogue.families)
    precision, recall = judged(found, stories, links)
    assert precision >= 0.95 and recall >= 0.95, (found.article, found.doubtful)


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_learned_pattern_fits_stories_it_has_not_seen(name: str) -> None:
    links, stories = site(SHAPES[name])
    held_out = set(sorted(stories)[::3])
    found = infer([link for link in links if link.url not in held_out])
    assert found.article
    assert sum(bool(re.search(found.article, url)) for url in held_out) >= 0.95 * len(held_out)


@pytest.mark.parametrize(
    ("name", "family"),
    [("epi", "epi"), ("vccorp", "vccorp"), ("d-id", "d-id"), ("vdoc", "vdoc"), ("date directory", "date-directory"),
     ("bac giang", "bac-giang"), ("nine hex digits", "hex-id"), ("slug-id .htm", "slug-id-htm"), ("bare slug .html", "slug-only")],
)  # fmt: skip
def test_addresses_alone_may_tell_the_family(catalogue: Catalogue, name: str, family: str) -> None:
    assert infer(site(SHAPES[name])[0], catalogue.families).family == family


@pytest.mark.parametrize(
    ("html", "feeds", "family"),
    [
        ("<img src='https://cdn.1cdn.vn.test/.1cdn.vn/a.jpg'>", (), "onecms"),
        ("", ("https://songcai.test/rss/news/chinh-tri.rss",), "quang-ninh"),
        ("<a href='?s_cond=&BRSR=15'>", (), "mastercms"),
        ("", (), "slug-id"),
    ],
)
def test_systems_with_equal_addresses_are_told_apart_by_markup_and_feeds(
    catalogue: Catalogue, html: str, feeds: tuple[str, ...], family: str
) -> None:
    assert infer(site("/{slug}-{id}.html")[0], catalogue.families, html=html, feeds=feeds).family == family


def test_a_familys_own_pattern_is_preferred_when_it_does_as_well(catalogue: Catalogue) -> None:
    found = infer(site(SHAPES["vdoc"])[0], catalogue.families)
    assert found.by_family and found.article == catalogue.families["vdoc"].article and found.good


def test_topic_pages_with_long_names_are_no_articles_where_articles_have_ids() -> None:
    topics = tuple(f"/{words}-{letter}.htm" for words in WORDS for letter in "xy")
    links, stories = site("/{slug}-204{time}.htm", more=topics)
    assert judged(infer(links), stories, links) == (1.0, 1.0)


def test_topics_with_short_ids_of_the_same_form_are_told_by_their_digits() -> None:
    topics = tuple(f"/event/{words}-36{n:02}.htm" for n, words in enumerate(WORDS))
    links, stories = site("/xa-hoi/{slug}-204{time}.htm", more=topics)
    assert judged(infer(links), stories, links) == (1.0, 1.0)


def test_topics_whose_ids_look_alike_are_told_by_their_folder() -> None:
    topics = tuple(f"/su-kien/{words}-73{n:04}.html" for n, words in enumerate(WORDS))
    links, stories = site("/xa-hoi/{slug}-{id}.html", more=topics)
    found = infer(links)
    assert judged(found, stories, links) == (1.0, 1.0) and "su-kien" in (found.article or "")


def test_two_shapes_in_use_become_one_pattern() -> None:
    one, stories = site("/{slug}-d{id}.html", 16)
    two, others = site("/xa-hoi/202609/{slug}-{hex7}/", 16)
    links = one + two
    assert judged(infer(links), stories | others, links) == (1.0, 1.0)


def test_an_advertising_subdomain_does_not_spoil_the_pattern() -> None:
    links, stories = site("/{slug}-d{id}.html", 15)
    shop, goods = site("/ban/{slug}_{id}.html", 40, host="https://cho.songcai.test")
    found = infer(links + shop)
    assert judged(found, stories, links + shop) == (1.0, 1.0)
    assert not set(found.articles) & goods


def test_sections_on_subdomains_of_another_shape_belong_to_the_paper() -> None:
    links, stories = site("/xa-hoi/202609/{slug}-{hex7}/", 15)
    for name in ("thethao", "giaoduc", "giadinh"):
        more, others = site("/tin/{slug}-{id}.html", 8, host=f"https://{name}.songcai.test")
        links, stories = links + more, stories | others
    assert judged(infer(links), stories, links)[1] == 1.0


def test_too_few_links_prove_nothing(catalogue: Catalogue) -> None:
    found = infer(site(SHAPES["vdoc"], 4)[0], catalogue.families)
    assert found.article is None and not found.good


def test_menus_alone_prove_nothing() -> None:
    assert infer(site(SHAPES["vdoc"], 0)[0]).article is None


@pytest.mark.parametrize(
    ("path", "text", "story"),
    [
        ("/hai-tinh-ky-ket-chuong-trinh-phoi-hop-123456.html", STORY, True),
        ("/thoi-su/", "Thời sự", False),
        ("/ky-ket-chuong-trinh-phoi-hop-giai-doan-moi-tag123.html", "ký kết", False),
        ("/tag/ky-ket-chuong-trinh-phoi-hop-giai-doan-moi", STORY, False),
        ("/quoc-phong-an-ninh/quoc-phong-toan-dan", "Quốc phòng", False),
        ("/a/b.jpg", STORY, False),
        ("/", "Trang chủ", False),
    ],
)
def test_an_address_is_judged_by_its_words(path: str, text: str, story: bool) -> None:
    score = likeness(SeenLink(url="https://songcai.test" + path, text=text))
    assert score >= 0.7 if story else score <= 0.25


# ------------------------------------------------------------------------------------------------------ robots.txt


def test_robots_txt_names_sitemaps_news_first() -> None:
    robots = (
        "User-agent: *\nDisallow: /a\nSitemap: https://songcai.test/sitemap.xml\r\n sitemap : https://songcai.test/google-news.xml\n"
        "Sitemap: /relative.xml\nSitemap: https://other.test/s.xml\nSitemap: https://songcai.test/sitemap.xml\n"
    )
    assert [(one.kind, one.url) for one in sitemaps_of(robots, "songcai.test")] == [
        ("news-sitemap", "https://songcai.test/google-news.xml"),
        ("sitemap", "https://songcai.test/sitemap.xml"),
    ]
    assert sitemaps_of(None, "songcai.test") == () == sitemaps_of(b"\xff\xfe\x00", "songcai.test")


# ---------------------------------------------------------------------------------------------------------- survey

HOME = """<html><head><title>Báo Sông Cái - Tin tức mới nhất</title><meta property="og:site_name" content="Báo Sông Cái">
<link rel="alternate" type="application/rss+xml" title="Trang chủ" href="/rss/home.rss">
<link rel="alternate" type="application/rss+xml" href="https://songcai.test/comments/feed/">
<link rel="alternate" hreflang="en" href="https://songcai.test/en/">
</head><body><nav><a href="/">Trang chủ</a><a href="/the-thao/">Thể thao</a><a href="/quoc-phong/">QUỐC PHÒNG</a>
<a href="/video/">Video</a><a href="/lien-he">Liên hệ</a></nav>{stories}
<footer><a href="/rss.html">RSS</a><a href="/rss/the-thao-7.rss">Thể thao</a><a href="https://other.test/rss/a.rss">x</a></footer></body></html>"""


def home(shape: str = "/{slug}-post{id}.html") -> str:
    links, _ = site(shape)
    return HOME.format(stories="".join(f'<h3><a href="{one.url}">{one.text}</a></h3>' for one in links if one.text.startswith("Hai")))


def test_a_survey_finds_name_pattern_feeds_sitemaps_and_sections(catalogue: Catalogue) -> None:
    found = survey(home(), "https://songcai.test/", "Sitemap: https://songcai.test/sitemap.xml", catalogue.families)
    assert (found.name, found.domain) == ("Báo Sông Cái", "songcai.test")
    assert found.inferred.good and found.inferred.family == "epi"
    named = [(one.kind, one.url, one.label) for one in found.sources if one.named]
    assert ("feed", "https://songcai.test/rss/home.rss", "Trang chủ") in named
    assert ("feed", "https://songcai.test/rss/the-thao-7.rss", "Thể thao") in named
    assert ("sitemap", "https://songcai.test/sitemap.xml", None) in named
    assert [one.url for one in found.of_kind("section")][:2] == ["https://songcai.test/quoc-phong/", "https://songcai.test/the-thao/"]
    assert found.feed_pages == ("https://songcai.test/rss.html",)
    assert not any("other.test" in one.url or "comments" in one.url or "video" in one.url for one in found.sources)


def test_conventions_of_the_family_are_offered_as_unproven(catalogue: Catalogue) -> None:
    found = survey(home(), "https://songcai.test/", None, catalogue.families)
    guesses = {(one.kind, one.url) for one in found.sources if not one.named}
    assert ("news-sitemap", "https://songcai.test/google-news.xml") in guesses
    assert not any(url == "https://songcai.test/rss/home.rss" for _, url in guesses)


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"<html>", "Xin chào".encode(), b"<a href='http://[bad'>x</a>"])
def test_a_home_page_that_is_none_gives_an_empty_survey(body: bytes) -> None:
    found = survey(body, "https://songcai.test/")
    assert found.inferred.article is None and not any(one.named for one in found.sources)


# ------------------------------------------------------------------------------------------------ the sample press


@pytest.fixture(scope="module")
def press() -> Iterator[SamplePress]:
    with SamplePress() as world:
        yield world


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
    return body


def test_every_outlet_of_the_sample_press_is_recognised_from_its_home_page(press: SamplePress, catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "press.toml"
    path.write_text(press.catalogue_toml(), encoding="utf-8")
    for outlet in load_catalogue([path]).values():
        found = survey(fetch(outlet.home), outlet.home, fetch(outlet.home + "robots.txt"), catalogue.families)
        stories = {press.url_of(story.id) for story in press.stories if story.outlet == outlet.id}
        accepted = set(found.inferred.articles)
        assert found.inferred.good, outlet.id
        assert len(accepted & stories) >= 0.95 * len(accepted), (outlet.id, accepted - stories)
        tree = parse_html(fetch(outlet.home).decode())
        on_page = {link.url for link in links_of(tree, outlet.home, found.domain)} & stories  # type: ignore[arg-type]
        assert on_page <= accepted, outlet.id
        assert found.inferred.family == outlet.family, outlet.id
        assert found.name == outlet.name
        known = {source.url for source in outlet.sources}
        assert any(one.url in known for one in found.of_kind("feed") if one.named), outlet.id
        sections = {source.url for source in outlet.sources if source.kind == "section"}
        assert {one.url for one in found.of_kind("section")} >= sections, outlet.id


# ---------------------------------------------------------------------------------------------- real captured pages


@pytest.mark.shared
def test_the_pattern_of_every_captured_list_is_learned_from_it_alone(shared: Path, catalogue: Catalogue) -> None:
    """Against the catalogue's own patterns, on the links of each page."""
    seen = 0
    for line in (shared / "press/pages/index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        url = row["url"] or f"https://{row['outlet']}/"
        outlet = catalogue.outlet_of(url)
        if row["page_type"] == "article" or outlet is None:
            continue
        body = (shared / "press/pages" / row["file"]).read_bytes()
        found = survey(body, url, None, catalogue.families)
        tree = parse_html(body.decode("utf-8", "replace"))
        assert tree is not None
        links = links_of(tree, base_url(tree, url), found.domain)
        truth = {link.url for link in links if is_article(link.url, outlet)}
        accepted = set(found.inferred.articles)
        assert found.inferred.good, row["file"]
        assert len(accepted & truth) >= 0.95 * len(accepted), (row["file"], found.inferred.article)
        assert len(accepted & truth) >= 0.95 * len(truth), (row["file"], found.inferred.article)
        seen += 1
    assert seen >= 15


def test_the_news_of_a_station_may_all_stand_below_video(catalogue: Catalogue) -> None:
    links, stories = site("/video/{slug}-{id}.htm")
    precision, recall = judged(infer(links, catalogue.families), stories, links)
    assert precision >= 0.95 and recall >= 0.95
    mixed, news = site("/{slug}-{id}.htm")
    videos = [link for link in site("/video/{slug}-{short}.htm", count=6)[0] if "/video/" in link.url]
    found = infer([*mixed, *videos], catalogue.families)
    assert judged(found, news, mixed)[1] >= 0.95, "a paper with a few films is no station"


def _alike(example: str, number: int) -> tuple[str, str]:
    """Another address of the same shape, and its headline: other words in the slug, another id of the same length."""
    words = f"{WORDS[number % len(WORDS)]}-{'abcdefgh'[number % 8]}-{'abcdefgh'[number // 8 % 8]}"
    base, _, path = example.partition("://")[2].partition("/")
    path, _, query = path.partition("?")
    parts = path.split("/")
    place = max(range(len(parts)), key=lambda one: parts[one].count("-"))
    slug, ending = re.fullmatch(r"(.*?)((?:\.[a-z]{2,5}\d?)?)", parts[place]).groups()  # type: ignore[union-attr]
    joints = re.split(r"([-_])", slug)
    tail = []
    while len(joints) > 2 and re.search(r"\d{3,}|\d[a-f]|[a-f]\d", joints[-1]) and not re.fullmatch(r"(?:19|20)\d\d", joints[-1]):
        tail[:0] = joints[-2:]
        del joints[-2:]

    def other(text: str) -> str:
        digits = iter(f"{(number + 1) * 7919:020d}"[::-1])
        keep = 11 if re.search(r"\d{14}", text) else 2  # a time stays a time
        found = 0

        def change(digit: re.Match[str]) -> str:
            nonlocal found
            found += 1
            return digit[0] if found <= keep else next(digits)

        return re.sub(r"\d", change, text)

    parts[place] = (words if len(joints) > 3 else "".join(joints)) + "".join(other(one) for one in tail) + ending
    address = f"{example.partition('://')[0]}://{base}/" + "/".join(
        other(part) if index != place and re.search(r"\d{5,}", part) and not re.fullmatch(r"20\d{4}", part) else part
        for index, part in enumerate(parts)
    )
    return address + (f"?{other(query)}" if query else ""), f"{STORY} {words}"


@pytest.mark.shared
def test_the_pattern_of_every_known_outlet_is_learned_from_addresses_of_its_shape(shared: Path, catalogue: Catalogue) -> None:
    """One example an outlet, its own sections, and lists such as every paper has; the facts' own regex is the gold."""
    import tomllib

    judged_outlets, failed = 0, {}
    for file in sorted((shared / "outlets").glob("*.toml")):
        for fact in tomllib.loads(file.read_text(encoding="utf-8"))["outlet"]:
            gold = re.compile(fact.get("article_url_regex", r"\A\Z"))
            example = next((one for one in fact.get("example_urls", ()) if gold.search(one)), None)
            if example is None:
                continue
            stories = {url: text for url, text in (_alike(example, n) for n in range(40)) if gold.search(url)}
            if len(stories) < 10:
                continue  # its shape is beyond this test's imitation
            host = "/".join(example.split("/")[:3])
            lists = {one["url"] for one in fact.get("sections", ()) if "{" not in one["url"]} | {host + path for path in LISTS}
            links = [SeenLink(url=url, text=text) for url, text in stories.items()]
            links += [
                SeenLink(url=url, text=url.rstrip("/").rpartition("/")[2].partition(".")[0].replace("-", " ")[:20], menu=True)
                for url in sorted(lists)
                if not gold.search(url)
            ]
            precision, recall = judged(infer(links, catalogue.families), set(stories), links)
            judged_outlets += 1
            if min(precision, recall) < 0.95:
                failed[fact["id"]] = (precision, recall)
    assert judged_outlets >= 120
    assert len(failed) <= 0.05 * judged_outlets, failed


@pytest.mark.shared
def test_the_pages_of_captured_stories_name_their_system_or_none(shared: Path, catalogue: Catalogue) -> None:
    named = 0
    for line in (shared / "press/pages/index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        outlet = catalogue.outlet_of(row["url"]) if row["url"] else None
        if row["page_type"] != "article" or outlet is None:
            continue
        family = family_of_pages([(shared / "press/pages" / row["file"]).read_bytes()], catalogue.families)
        assert family in (None, outlet.family), row["file"]
        named += family is not None
    assert named >= 9


def test_pages_that_do_not_agree_name_no_system(catalogue: Catalogue) -> None:
    onecms = '<h1 class="c-detail-head__title">A</h1><div class="b-maincontent">B</div>'
    epi = '<h1 class="article__title">A</h1><div class="article__body">B</div><time class="time">C</time>'
    assert family_of_pages([onecms, onecms, epi], catalogue.families) == "onecms"
    assert family_of_pages([onecms, epi], catalogue.families) is None
    assert family_of_pages(["<p>A</p>", ""], catalogue.families) is None
    assert family_of_pages([], catalogue.families) is None
