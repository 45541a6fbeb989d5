"""Each way a source breaks is told from the others, with its evidence and what would mend it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.catalogue import load_catalogue
from crawler.catalogue_text import save_entry
from crawler.diagnosis import WORKING, Look, Observation, Sample, SourceState, diagnose
from crawler.discovery import Listing
from pipelines.types import Link, Outcome, Outlet, Source, SourceKind

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def source(kind: SourceKind = SourceKind.FEED, path: str = "/rss/quoc-phong.rss", label: str | None = "Quốc phòng", **more: bool) -> Source:
    url = f"https://songcai.test{path}"
    return Source(id=f"songcai:{kind}:{url}", outlet="songcai", kind=kind, url=url, label=label, **{"seen": True, "enabled": True, **more})


FEED = source()
SECTION = source(SourceKind.SECTION, "/quoc-phong/")
OUTLET = Outlet(
    id="songcai", name="Báo Sông Cái", domain="songcai.test", home="https://songcai.test/", kind="national",
    article=r"-post\d+\.html$", sources=(FEED, SECTION),
)  # fmt: skip

WORDS = ("hai-tinh-ky-ket-chuong-trinh-phoi-hop", "so-ket-quy-che-phoi-hop-ba-don-vi", "trao-bien-ban-ghi-nho-hop-tac-moi")


def links(count: int = 10, newest: datetime | None = NOW - HOUR, start: int = 100, shape: str = "/{slug}-post{id}.html") -> tuple[Link, ...]:
    return tuple(
        Link(
            url="https://songcai.test" + shape.format(slug=f"{WORDS[n % 3]}-{chr(97 + n % 26)}", id=start + n),
            outlet="songcai",
            title=f"Hai đơn vị ký kết chương trình phối hợp mới số {n}",
            published=newest - n * HOUR if newest else None,
        )
        for n in range(count)
    )


def listing(found: tuple[Link, ...] | None = None, **more: object) -> Listing:
    found = links() if found is None else found
    return Listing(links=found, **{"items": len(found), **more})  # type: ignore[arg-type]


def look(at: datetime = NOW, **more: object) -> Look:
    return Look(at=at, **({"listing": listing()} | more if "outcome" not in more else more))  # type: ignore[arg-type]


def observe(*looks: Look, of: Source = FEED, **more: object) -> Observation:
    return Observation(**{"source": of, "outlet": OUTLET, "now": NOW, "looks": looks or (look(),), **more})  # type: ignore[arg-type]


def failed(outcome: Outcome, times: int = 1, **more: object) -> tuple[Look, ...]:
    return tuple(Look(at=NOW - n * DAY, outcome=outcome, **more) for n in reversed(range(times)))  # type: ignore[arg-type]


def read(number: int, outcome: Outcome = Outcome.NO_MATCH, **more: object) -> Sample:
    known = {"title": "Hai đơn vị ký kết", "listed_title": "Hai đơn vị ký kết", "published": NOW} if outcome is Outcome.NO_MATCH else {}
    return Sample(url=f"https://songcai.test/a-post{number}.html", outcome=outcome, **{**known, **more})  # type: ignore[arg-type]


S = SourceState
CASES: list[tuple[str, Observation, SourceState, str]] = [
    ("works", observe(), S.VERIFIED, "it lists 10 stories, the newest of 2026-09-20"),
    ("works, samples read", observe(samples=[read(1), read(2)]), S.VERIFIED, "2 of 2 samples read"),
    ("not modified since", observe(look(NOW - HOUR), *failed(Outcome.NOT_MODIFIED)), S.VERIFIED, "it lists 10 stories"),
    ("a sitemap index", observe(look(listing=Listing(next_urls=("https://songcai.test/a.xml",), items=1)),
     of=source(SourceKind.SITEMAP, "/sitemap.xml")), S.VERIFIED, "it lists 1 sitemap"),
    ("an old archive is no frozen source", observe(look(listing=listing(links(newest=NOW - 400 * DAY))),
     of=source(SourceKind.SITEMAP, "/sitemap.xml")), S.VERIFIED, "it lists 10 stories"),
    ("never asked", Observation(source=FEED, outlet=OUTLET, now=NOW), S.UNREACHABLE, "never asked"),
    ("no such name", observe(*failed(Outcome.DNS, 4)), S.UNREACHABLE, "dns 4 times in a row, since 2026-09-17"),
    ("server error", observe(*failed(Outcome.HTTP_502)), S.UNREACHABLE, "http-502 now"),
    ("robots.txt cannot be had", observe(*failed(Outcome.ROBOTS_UNREACHABLE)), S.UNREACHABLE, "robots-unreachable"),
    ("challenge", observe(*failed(Outcome.CHALLENGE, 2)), S.CHALLENGED, "challenge answered 2 times in a row"),
    ("forbidden", observe(*failed(Outcome.HTTP_403, 3)), S.BLOCKED, "refuses with http-403 3 times"),
    ("robots.txt", observe(*failed(Outcome.ROBOTS)), S.BLOCKED, "robots.txt forbids it"),
    ("too many requests", observe(*failed(Outcome.HTTP_429)), S.BLOCKED, "http-429"),
    ("gone", observe(*failed(Outcome.HTTP_404, 2)), S.MOVED, "it answers http-404 2 times in a row"),
    ("circle", observe(*failed(Outcome.REDIRECT_LOOP)), S.MOVED, "redirects in a circle"),
    ("another paper's domain", observe(look(final_url="https://cuabien.test/rss/a.rss")), S.MOVED, "it redirects to cuabien.test"),
    ("off the site, refused", observe(*failed(Outcome.OFF_SITE, final_url="https://cuabien.test/")), S.MOVED, "cuabien.test"),
    ("to the home page", observe(look(final_url="https://songcai.test/")), S.MOVED, "redirects to the home page"),
    ("its entries lead elsewhere", observe(look(listing=Listing(items=8, off_site=8, problem="none of its 8 entries lead to the outlet's own site",
     off_site_urls=tuple(f"https://www.songmoi.test/a-{n}" for n in range(8))))), S.MOVED, "8 of 8 of its entries lead to songmoi.test"),
    ("an empty feed", observe(look(listing=Listing(problem="the feed is empty"))), S.EMPTY, "the feed is empty"),
    ("a page without links", observe(look(listing=Listing(problem="the page holds no links to the outlet's own site")), of=SECTION), S.EMPTY, "no links"),
    ("HTML instead of a feed", observe(look(listing=Listing(problem="answers an HTML page instead of a feed (“Lỗi”)"))), S.CHANGED, "an HTML page"),
    ("broken JSON", observe(look(listing=Listing(problem="the JSON cannot be read (cut off or broken)"))), S.CHANGED, "the JSON cannot be read"),
    ("frozen beside a living outlet", observe(look(listing=listing(links(newest=NOW - 10 * DAY))), outlet_newest=NOW - HOUR),
     S.FROZEN, "its newest story is of 2026-09-10, 10 days ago, while the outlet published on 2026-09-20"),
    ("frozen for a month", observe(look(listing=listing(links(newest=NOW - 30 * DAY)))), S.FROZEN, "30 days ago"),
    ("frozen without dates", observe(*(look(NOW - n * DAY, listing=listing(links(newest=None))) for n in (20, 10, 0))),
     S.FROZEN, "its list has not changed since 2026-08-31"),
    ("quiet over a holiday", observe(look(listing=listing(links(newest=NOW - 6 * DAY))), outlet_newest=NOW - 6 * DAY),
     S.QUIET, "as is the whole outlet"),
    ("quiet but not unusual", observe(look(listing=listing(links(newest=NOW - 5 * DAY))), longest_gap=3 * DAY, outlet_newest=NOW - HOUR),
     S.QUIET, "5 days ago"),
    ("slow by nature", observe(look(listing=listing(links(newest=NOW - 5 * DAY))), longest_gap=6 * DAY, outlet_newest=NOW - HOUR),
     S.VERIFIED, "it lists 10 stories"),
    ("undated and seen once", observe(look(listing=listing(links(newest=None)))), S.VERIFIED, "it lists 10 stories"),
    ("another section's list", observe(others={"songcai:feed:y": [one.url for one in links()]}, labels={"songcai:feed:y": "Thể thao"}),
     S.WRONG_SECTION, "its 10 stories are those of “Thể thao”"),
    ("another section's name", observe(look(listing=listing(title="Thể thao - Báo Sông Cái")), labels={"songcai:feed:y": "Thể thao"}),
     S.WRONG_SECTION, "it calls itself “Thể thao - Báo Sông Cái”"),
    ("its stories name its own section", observe(others={"songcai:feed:y": [one.url for one in links()]}, labels={"songcai:feed:y": "Thể thao"},
     samples=[replace(read(1, section="Quốc phòng"), url=links()[0].url), read(2)]), S.VERIFIED, "it lists"),
    ("it goes on from its own past", observe(look(NOW - HOUR, listing=listing(links(12))), look(),
     others={"songcai:feed:y": [one.url for one in links()]}, labels={"songcai:feed:y": "Thể thao"}), S.VERIFIED, "it lists"),
    ("a part of another section", observe(others={"songcai:feed:y": [one.url for one in links()]}, labels={"songcai:feed:y": "Quốc phòng - An ninh"}),
     S.VERIFIED, "it lists"),
    ("boxes that stand on every page", observe(others={f"songcai:section:{n}": [*(one.url for one in links()), f"https://songcai.test/x-post{n}.html"]
     for n in range(4)}, labels={f"songcai:section:{n}": f"Mục {n}" for n in range(4)}), S.VERIFIED, "it lists"),
    ("its own name", observe(look(listing=listing(title="Tin QUỐC PHÒNG - Thể thao")), labels={"songcai:feed:y": "Thể thao"}),
     S.VERIFIED, "it lists"),
    ("the list of everything may equal another", observe(of=source(label="tin mới"), others={"songcai:feed:y": [one.url for one in links()]},
     labels={"songcai:feed:y": "Thể thao"}), S.VERIFIED, "it lists"),
    ("a page in a new shape", observe(look(listing=listing(links(12, shape="/{slug}-d{id}.html"), inferred=r"-d\d{3,}\.html$")), of=SECTION),
     S.PATTERN_TOO_NARROW, "12 links read like stories"),
    ("a feed in a new shape", observe(look(listing=listing(links(12, shape="/{slug}-d{id}.html"), off_pattern=12,
     off_pattern_urls=tuple(one.url for one in links(12, shape="/{slug}-d{id}.html"))))), S.PATTERN_TOO_NARROW, "refuses 12 of 12 entries"),
    ("a feed with one odd entry", observe(look(listing=listing(off_pattern=1, off_pattern_urls=("https://songcai.test/anh/mot-bo",)))),
     S.VERIFIED, "it lists"),
    ("sample pages are no stories", observe(samples=[read(1), read(2, Outcome.NOT_ARTICLE), read(3, Outcome.NOT_ARTICLE)]),
     S.PATTERN_TOO_WIDE, "2 of 3 sample pages are no stories"),
    ("the pattern accepts a section", observe(look(listing=listing((*links(), Link(url=SECTION.url, outlet="songcai", published=NOW))))),
     S.PATTERN_TOO_WIDE, "it accepts 1 section pages, for example https://songcai.test/quoc-phong/"),
    ("the pattern accepts tags", observe(look(listing=listing((*links(6), *links(4, shape="/tag/{slug}-{id}.html")))), of=SECTION),
     S.PATTERN_TOO_WIDE, "4 of the 10 addresses it accepts read like lists"),
    ("nothing can be extracted", observe(samples=[read(1, Outcome.TOO_SHORT), read(2, Outcome.EXTRACT_FAILED), read(3)]),
     S.EXTRACTION_POOR, "2 of 3 sample stories cannot be read (too-short)"),
    ("the site's name as headline", observe(samples=[read(1, title="Báo Sông Cái điện tử"), read(2, title="Báo Sông Cái điện tử")]),
     S.EXTRACTION_POOR, "have another headline"),
    ("no times", observe(samples=[read(1, published=None), read(2, published=None)]), S.EXTRACTION_POOR, "have no publication time"),
    ("samples that could not be fetched prove nothing", observe(samples=[read(1, Outcome.TIMEOUT), read(2, Outcome.HTTP_404)]),
     S.VERIFIED, "it lists"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "seen", "state", "evidence"), CASES, ids=[case[0] for case in CASES])
def test_each_kind_of_source_is_told_apart(name: str, seen: Observation, state: SourceState, evidence: str) -> None:
    found = diagnose(seen)
    assert (found.state, found.source) == (state, seen.source.id), found
    assert evidence in found.evidence
    assert found.works == (state in WORKING)


def test_every_state_is_reached() -> None:
    assert {diagnose(case[1]).state for case in CASES} == set(SourceState)


def test_what_does_not_work_comes_with_a_proposal() -> None:
    for name, seen, state, _ in CASES:
        found = diagnose(seen)
        if state not in (*WORKING, SourceState.UNREACHABLE):
            assert found.proposal, name


def test_a_source_that_works_and_was_off_is_proposed_to_be_switched_on() -> None:
    unseen = source(seen=False, enabled=False)
    found = diagnose(observe(of=unseen))
    assert found.changes == {"id": "songcai", "sources": [{"url": unseen.url, "seen": True, "enabled": True}]}


def test_a_source_that_works_and_is_on_needs_no_change() -> None:
    found = diagnose(observe())
    assert (found.proposal, found.changes) == (None, None)


def test_a_gone_feed_is_replaced_by_the_nearest_that_the_site_names() -> None:
    named = ["https://songcai.test/rss/the-thao-7.rss", "https://songcai.test/rss/quoc-phong-21.rss", FEED.url]
    found = diagnose(observe(*failed(Outcome.HTTP_404), found=named))
    assert "https://songcai.test/rss/quoc-phong-21.rss" in (found.proposal or "")
    assert found.changes is not None
    off, new = found.changes["sources"]
    assert (off["url"], off["enabled"], new["url"], new["kind"]) == (FEED.url, False, named[1], "feed")


def test_a_redirect_within_the_site_that_works_is_verified_with_its_new_address() -> None:
    found = diagnose(observe(look(final_url="https://songcai.test/rss/quoc-phong-21.rss")))
    assert found.state is SourceState.VERIFIED
    assert "quoc-phong-21.rss" in (found.proposal or "")


def test_a_redirect_to_https_or_www_needs_no_change() -> None:
    assert diagnose(observe(look(final_url=FEED.url.replace("https://", "http://www.")))).proposal is None


def test_a_new_pattern_keeps_the_old_addresses() -> None:
    shape = "/{slug}-d{id}.html"
    seen = observe(look(listing=listing(links(12, shape=shape), off_pattern=12, off_pattern_urls=tuple(one.url for one in links(12, shape=shape)))))
    import re

    changes = diagnose(seen).changes or {}
    assert re.search(changes["article"], links(1, shape=shape)[0].url)
    assert re.search(changes["article"], links(1)[0].url)


def test_proposals_can_be_written_to_a_users_file_and_load(tmp_path) -> None:  # type: ignore[no-untyped-def]
    bundled = load_catalogue()
    outlet = bundled["baotuyenquang"]
    unseen = next(one for one in outlet.sources if not one.seen)
    found = diagnose(replace(observe(of=unseen), outlet=outlet))
    assert found.changes
    path = tmp_path / "outlets.toml"
    save_entry(path, found.changes)
    after = load_catalogue(user_files=[path])["baotuyenquang"]
    assert next(one for one in after.sources if one.url == unseen.url).enabled


def test_the_words_of_the_states_are_those_of_the_reports() -> None:
    assert [state.value for state in SourceState] == [
        "verified", "quiet", "empty", "frozen", "moved", "wrong-section", "challenged", "blocked", "unreachable",
        "changed", "pattern-too-narrow", "pattern-too-wide", "extraction-poor",
    ]  # fmt: skip
