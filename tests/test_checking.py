"""`outlets check` tells each kind of broken source apart, and `outlets add` learns an outlet, on the sample press."""

from __future__ import annotations

import asyncio
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.catalogue import Catalogue, load_catalogue
from crawler.catalogue_text import save_entry
from crawler.checking import Answer, Checked, Draft, check_outlet, draft_outlet, id_of, kind_of
from crawler.diagnosis import SourceState
from crawler.press import SamplePress, faults
from pipelines.types import Outcome, Outlet, SourceKind

S = SourceState
NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)


async def ask(url: str) -> Answer:
    """A plain fetch from loopback: politeness is the crawler's work, not the check's."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return Answer(url=answer.url, body=answer.read(), headers={k.lower(): v for k, v in answer.headers.items()})
    except urllib.error.HTTPError as error:
        error.close()
        if "infinite loop" in str(error.reason or error.msg):
            return Answer(url=url, outcome=Outcome.REDIRECT_LOOP)
        return Answer(url=error.url, status=error.code, outcome=Outcome.of_status(error.code))
    except OSError:
        return Answer(url=url, outcome=Outcome.UNREACHABLE)


@pytest.fixture
def press() -> Iterator[SamplePress]:
    with SamplePress(only=["songcai", "vamco"]) as world:
        yield world


@pytest.fixture(scope="module")
def bundled() -> Catalogue:
    return load_catalogue()


def outlet_of(press: SamplePress, folder: Path, outlet_id: str = "songcai") -> Outlet:
    path = folder / "press.toml"
    path.write_text(press.catalogue_toml(), encoding="utf-8")
    return load_catalogue([path])[outlet_id]


def check(press: SamplePress, outlet: Outlet, **more: object) -> Checked:
    return asyncio.run(check_outlet(outlet, ask, now=press.now, **more))  # type: ignore[arg-type]


def states(found: Checked, kind: SourceKind | None = None) -> set[SourceState]:
    return {one.state for one in found.diagnoses if kind is None or f":{kind}:" in one.source}


def test_a_healthy_outlet_is_verified_source_by_source_with_samples_read(press: SamplePress, tmp_path: Path) -> None:
    outlet = outlet_of(press, tmp_path)
    found = check(press, outlet)
    assert states(found) <= {S.VERIFIED, S.QUIET}, found.diagnoses
    assert len(found.diagnoses) == len(outlet.sources)
    assert found.samples and all(sample.title and sample.published for sample in found.samples)
    assert found.changes is None


@pytest.mark.parametrize(
    ("name", "fault", "on", "state"),
    [
        ("403", faults.status(403), "feed", S.BLOCKED),
        ("404", faults.status(404), "feed", S.MOVED),
        ("500", faults.status(500), "feed", S.UNREACHABLE),
        ("circle", faults.redirect_loop(), "feed", S.MOVED),
        ("challenge", faults.challenge(), "feed", S.CHALLENGED),
        ("empty", faults.empty(), "feed", S.EMPTY),
        ("html instead", faults.html_instead(), "feed", S.CHANGED),
    ],
)
def test_each_kind_of_broken_feed_is_told_apart(
    press: SamplePress, tmp_path: Path, name: str, fault: faults.Fault, on: str, state: SourceState
) -> None:
    press.misbehave("songcai", fault, on=on)
    found = check(press, outlet_of(press, tmp_path))
    assert states(found, SourceKind.FEED) == {state}, found.diagnoses
    assert S.VERIFIED in states(found, SourceKind.SECTION)


def test_an_index_of_sitemaps_is_verified_by_the_stories_of_one_of_them(press: SamplePress, tmp_path: Path) -> None:
    (found,) = [one for one in check(press, outlet_of(press, tmp_path)).diagnoses if ":sitemap:" in one.source]
    assert found.state is S.VERIFIED
    assert re.match(r"it lists 1 sitemap, http://\S+ with \d+ stories; 3 of 3 samples read", found.evidence), found


@pytest.mark.parametrize(
    ("fault", "state", "evidence"),
    [
        (faults.status(404), S.MOVED, "it answers http-404 now"),
        (faults.status(500), S.UNREACHABLE, "http-500 now"),
        (faults.empty(), S.EMPTY, ""),
    ],
    ids=["404", "500", "empty"],
)
def test_an_index_whose_sitemaps_cannot_be_read_is_not_verified(
    press: SamplePress, tmp_path: Path, fault: faults.Fault, state: SourceState, evidence: str
) -> None:
    press.misbehave("songcai", fault, on="shard")
    (found,) = [one for one in check(press, outlet_of(press, tmp_path)).diagnoses if ":sitemap:" in one.source]
    assert found.state is state, found
    assert evidence in found.evidence and (not evidence or found.evidence.startswith("its newest sitemap, http")), found


def test_a_frozen_feed_is_told_from_a_living_outlet(press: SamplePress, tmp_path: Path) -> None:
    outlet = outlet_of(press, tmp_path)
    press.misbehave("songcai", faults.frozen(press.now - timedelta(days=9)), on="feed")
    found = check(press, outlet)
    feed = next(one for one in found.diagnoses if ":feed:" in one.source)
    assert feed.state in (S.FROZEN, S.EMPTY), feed
    assert S.VERIFIED in states(found, SourceKind.SECTION)


def test_a_section_that_shows_another_sections_stories_is_told(press: SamplePress, tmp_path: Path) -> None:
    outlet = outlet_of(press, tmp_path)
    wrong = next(one for one in outlet.sources if one.url.endswith("/quoc-phong/"))
    press.misbehave("songcai", faults.wrong_section("the-thao"), path="/quoc-phong/")
    found = check(press, outlet)
    assert {one.source for one in found.diagnoses if one.state is S.WRONG_SECTION} == {wrong.id}, found.diagnoses


def test_an_outlet_that_moved_to_another_host_is_told_with_the_host(press: SamplePress, tmp_path: Path) -> None:
    outlet = outlet_of(press, tmp_path)
    press.misbehave("songcai", faults.moved(press.base("vamco").replace("127.0.0.1", "localhost")))
    found = check(press, outlet)
    assert S.VERIFIED not in states(found)
    assert S.MOVED in states(found), found.diagnoses


def test_new_addresses_are_told_as_a_pattern_too_narrow_and_the_proposal_mends_it(press: SamplePress, tmp_path: Path) -> None:
    from dataclasses import replace

    outlet = replace(outlet_of(press, tmp_path), article=r"-kieucu\d+\.html$")
    found = check(press, outlet)
    assert S.PATTERN_TOO_NARROW in states(found), found.diagnoses
    assert found.changes and "article" in found.changes
    assert states(check(press, replace(outlet, article=found.changes["article"]))) <= {S.VERIFIED, S.QUIET}


def test_a_pattern_that_takes_sections_for_stories_is_too_wide(press: SamplePress, tmp_path: Path) -> None:
    from dataclasses import replace

    found = check(press, replace(outlet_of(press, tmp_path), article=r"/"))
    assert S.PATTERN_TOO_WIDE in states(found), found.diagnoses


def test_rules_that_miss_the_text_are_extraction_poor(press: SamplePress, tmp_path: Path) -> None:
    from pipelines.types import Rejected

    found = check(press, outlet_of(press, tmp_path), read=lambda *_: Rejected(outcome=Outcome.TOO_SHORT, why="ngắn"))
    assert {one.state for one in found.diagnoses if ":sitemap:" not in one.source} == {S.EXTRACTION_POOR}, found.diagnoses


def test_unverified_sources_that_pass_are_switched_on_in_the_users_file(press: SamplePress, tmp_path: Path) -> None:
    from dataclasses import replace

    outlet = outlet_of(press, tmp_path)
    off = replace(outlet, sources=tuple(replace(one, seen=False, enabled=False) for one in outlet.sources), enabled=False)
    found = check(press, off)
    assert found.changes
    mine = tmp_path / "mine.toml"
    text = (tmp_path / "press.toml").read_text(encoding="utf-8").replace("seen = true", "seen = false")
    (tmp_path / "off.toml").write_text(text, encoding="utf-8")
    save_entry(mine, found.changes)
    assert not load_catalogue([tmp_path / "off.toml"])["songcai"].enabled
    assert load_catalogue([tmp_path / "off.toml"], user_files=[mine])["songcai"].enabled


def test_a_search_is_tried_with_a_phrase_and_one_that_does_not_listen_is_told(tmp_path: Path) -> None:
    phrases = ("ký kết", "quy chế phối hợp", "kết nghĩa")
    with SamplePress(only=["quankhu"]) as press:
        outlet = outlet_of(press, tmp_path, "quankhu")
        assert states(check(press, outlet), SourceKind.SEARCH) == set(), "without a phrase there is nothing to ask"
        press.forget()
        found = check(press, outlet, phrases=phrases)
        assert states(found, SourceKind.SEARCH) == {S.VERIFIED}, found.diagnoses
        asked = [request.target for request in press.requests("quankhu") if "/tim-kiem" in request.target]
        assert 1 <= len(asked) <= 2 and len(asked) == len(set(asked))
        press.misbehave("quankhu", faults.html_instead(), path="/tim-kiem")
        found = check(press, outlet, phrases=("nuôi tôm công nghệ cao", "giải đua xe địa hình"))
        search = next(one for one in found.diagnoses if ":search:" in one.source)
        assert search.state is S.CHANGED and "nuôi tôm" in search.evidence, search
        assert found.changes and any("tim-kiem" in source["url"] and not source["enabled"] for source in found.changes["sources"])
        press.behave()
        press.misbehave("quankhu", faults.status(404), path="/tim-kiem")
        assert states(check(press, outlet, phrases=phrases), SourceKind.SEARCH) == {S.MOVED}


def test_a_check_is_sparing(press: SamplePress, tmp_path: Path) -> None:
    outlet = outlet_of(press, tmp_path)
    check(press, outlet)
    asked = [request.path for request in press.requests("songcai")]
    assert len(asked) == len(set(asked))
    assert len(asked) <= len(outlet.sources) + 2 + 12


# -------------------------------------------------------------------------------------------------------- adding


def draft(press: SamplePress, bundled: Catalogue, outlet: str) -> Draft:
    return asyncio.run(draft_outlet(press.base(outlet) + "/", ask, now=press.now, catalogue=bundled))


@pytest.mark.parametrize("outlet_id", ["songcai", "vamco"])
def test_an_outlet_is_learned_from_its_home_page(press: SamplePress, bundled: Catalogue, tmp_path: Path, outlet_id: str) -> None:
    truth = outlet_of(press, tmp_path, outlet_id)
    found = draft(press, bundled, outlet_id)
    assert found.problem is None
    assert (found.outlet.family, found.outlet.name) == (truth.family, truth.name)
    kinds = {source.kind for source in found.outlet.sources}
    assert {SourceKind.FEED, SourceKind.SECTION} <= kinds
    assert all(source.seen and source.enabled for source in found.outlet.sources)
    assert len(found.samples) == 3 and all(sample.title and sample.opening for sample in found.samples)


def test_what_was_learned_can_be_written_and_crawled(press: SamplePress, bundled: Catalogue, tmp_path: Path) -> None:
    from crawler.catalogue_text import outlet_table

    found = draft(press, bundled, "songcai")
    path = tmp_path / "mine.toml"
    save_entry(path, outlet_table(found.outlet, bundled.families.get(found.outlet.family or "")))
    again = load_catalogue([path])[found.outlet.id]
    assert (again.article, again.sources, again.enabled) == (found.outlet.article, found.outlet.sources, True)
    assert states(check(press, again)) <= {S.VERIFIED, S.QUIET}


@pytest.mark.parametrize(
    ("body", "kind", "problem"),
    [
        (b"", "text/html", "the home page is empty"),
        (b"%PDF-1.4 a file", "application/pdf", "the address answers application/pdf, no page"),
        (b"<html><body>" + b"<a href='/san-pham/ao'>Ao</a>" * 30 + b"</body></html>", "text/html", "none of the 1 links of its pages reads"),
        (b"<html><body><p>Xin ch\xc3\xa0o</p></body></html>", "text/html; charset=utf-8", "its pages have no links that read"),
    ],
)
def test_an_address_that_is_no_newspaper_says_so_in_a_sentence(bundled: Catalogue, body: bytes, kind: str, problem: str) -> None:
    async def one_page(url: str) -> Answer:
        if url == "https://cuahang.test/":
            return Answer(url=url, body=body, headers={"content-type": kind})
        return Answer(url=url, status=404, outcome=Outcome.HTTP_404)

    found = asyncio.run(draft_outlet("https://cuahang.test/", one_page, now=NOW, catalogue=bundled))
    assert found.problem and found.problem.startswith(problem), found.problem
    assert not found.outlet.sources


def test_the_pages_of_its_stories_name_the_system_where_addresses_do_not(bundled: Catalogue) -> None:
    """Addresses of a slug and a number may be of six systems; the classes of a story's page are of one."""
    numbers = range(700_100, 700_130)
    home = "".join(f'<h3><a href="/hai-tinh-ky-ket-quy-che-phoi-hop-moi-{n}.html">Hai tỉnh ký kết quy chế phối hợp số {n}</a></h3>' for n in numbers)
    story = (
        '<html><body><h1 class="c-detail-head__title">Hai tỉnh ký kết quy chế phối hợp số {n}</h1>'
        '<span class="c-detail-head__time">20/09/2026 08:30</span><div class="b-maincontent">' + "<p>Sáng 20/9, hai đơn vị ký kết quy chế.</p>" * 20
    )

    async def ask_site(url: str) -> Answer:
        path = url.removeprefix("https://songcai.test")
        if path == "/":
            return Answer(url=url, body=f"<html><body>{home}</body></html>".encode(), headers={"content-type": "text/html; charset=utf-8"})
        if "-7001" in path:
            return Answer(url=url, body=story.replace("{n}", path[-11:-5]).encode(), headers={"content-type": "text/html; charset=utf-8"})
        return Answer(url=url, status=404, outcome=Outcome.HTTP_404)

    found = asyncio.run(draft_outlet("https://songcai.test/", ask_site, now=NOW, catalogue=bundled))
    assert found.outlet.family == "onecms" and found.outlet.rules == bundled.families["onecms"].rules
    assert found.samples and all(sample.title and sample.published for sample in found.samples), found.samples


def test_an_address_that_leads_to_a_known_paper_is_merged_into_it(bundled: Catalogue) -> None:
    async def moved(url: str) -> Answer:
        return Answer(url="https://www.qdnd.vn/", body=b"<html><body>.</body></html>", headers={"content-type": "text/html"})

    found = asyncio.run(draft_outlet("https://quandoinhandan.test/", moved, now=NOW, catalogue=bundled))
    assert (found.outlet.id, found.outlet.domain) == ("qdnd", "qdnd.vn")


def test_a_home_page_that_cannot_be_had_says_why(press: SamplePress, bundled: Catalogue) -> None:
    press.misbehave("songcai", faults.status(503))
    assert draft(press, bundled, "songcai").problem == "the home page answers http-503"
    press.behave()
    press.misbehave("songcai", faults.challenge())
    assert draft(press, bundled, "songcai").problem == "the home page answers challenge"


@pytest.mark.parametrize(
    ("domain", "outlet_id"),
    [("baotuyenquang.com.vn", "baotuyenquang"), ("phuyen.baodaklak.vn", "phuyen-baodaklak"), ("vnexpress.net", "vnexpress")],
)
def test_an_id_is_made_from_the_domain(domain: str, outlet_id: str) -> None:
    assert id_of(domain) == outlet_id


@pytest.mark.parametrize(
    ("domain", "kind", "province"),
    [
        ("baohagiang.vn", "provincial", "Hà Giang"),
        ("baoquankhu8.vn", "armed_forces", None),
        ("congan.lamdong.vn", "police", "Lâm Đồng"),
        ("tintuc.test", "other", None),
    ],
)
def test_kind_and_province_are_guessed_from_the_domain(bundled: Catalogue, domain: str, kind: str, province: str | None) -> None:
    assert kind_of(domain, bundled) == (kind, province)
