"""`outlets check` and `outlets add`: what to ask of a newspaper's site, and in which order.

The network is a function: `ask(url)` gives an `Answer` and is polite; everything decided here is decided by the
pure modules (`discovery`, `diagnosis`, `patterns`). One outlet is asked one thing at a time.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from crawler.catalogue import Catalogue, Family, is_article, is_dated, source_of
from crawler.diagnosis import Diagnosis, Look, Observation, Sample, SourceState, diagnose
from crawler.discovery import (
    Listing,
    clean_address,
    dated_urls,
    first_url,
    owns,
    parse_source,
    same_story,
    search_url,
)
from crawler.discovery_pages import anchors, base_url, parse_html
from crawler.patterns import Found, Inferred, Survey, family_of_pages, feeds_of, infer, links_of, survey
from pipelines.encodings import decode
from pipelines.types import Link, Outcome, Outlet, Page, Rejected, Source, SourceKind, Story
from pipelines.urls import host, site
from pipelines.vietnamese import fold

#: Stories fetched for each source, and for an outlet in all: enough to judge, few enough to be polite.
SAMPLES_A_SOURCE = 3
SAMPLES_AN_OUTLET = 12
#: Candidates that `outlets add` tries, in the order of their promise.
TRIED_FEEDS, TRIED_SITEMAPS, TRIED_SECTIONS, TRIED_GUESSES = 10, 3, 8, 4
#: Sitemaps of an index that are read until one lists stories; an ordinary crawl reads as many.
TRIED_SHARDS = 2
#: Phrases that an outlet's own search is asked for until it lists something.
PHRASES_TRIED = 2
#: Section pages read to learn a pattern when the home page alone does not show one.
PAGES_TO_LEARN_FROM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What asking for an address gave."""

    url: str
    """The address that answered, after redirects."""
    body: bytes = field(default=b"", repr=False)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Lower-case names."""
    outcome: Outcome | None = None
    """Why there is no content; None when there is."""
    why: str | None = None
    """The same in words."""
    at: datetime | None = None
    """When it was given, if not now: a replayed answer has its own time."""

    @property
    def content_type(self) -> str | None:
        return self.headers.get("content-type")


Ask = Callable[[str], Awaitable[Answer]]
Read = Callable[[Page, Outlet, datetime], Story | Rejected]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found of one outlet."""

    outlet: Outlet
    diagnoses: tuple[Diagnosis, ...] = ()
    samples: tuple[Sample, ...] = ()
    fresh: tuple[Source, ...] = ()
    """Sources that the site names and the catalogue lacks (not tried)."""

    @property
    def works(self) -> bool:
        """Does any source give stories?"""
        return any(one.works for one in self.diagnoses)

    @property
    def switches(self) -> dict[str, Any] | None:
        """Only what a check that passed proves: sources that were off and work are switched on."""
        sources = [
            source
            for one in self.diagnoses
            if one.works
            for source in (one.changes or {}).get("sources", ())
            if source.get("enabled") or source.get("seen")
        ]
        return {"id": self.outlet.id, "sources": sources} if sources else None

    @property
    def changes(self) -> dict[str, Any] | None:
        """All proposals as one catalogue entry; None when there is nothing to change.

        A pattern or domain is proposed only if no working source contradicts it.
        """
        entry: dict[str, Any] = {"id": self.outlet.id}
        sources: dict[str, dict[str, Any]] = {}
        working = {one.state for one in self.diagnoses if one.works}
        for one in self.diagnoses:
            for key, value in (one.changes or {}).items():
                if key == "sources":
                    for source in value:
                        sources.setdefault(source["url"], {}).update(source)
                elif key == "article" or (key in ("domain", "former_domains") and not working):
                    entry.setdefault(key, value)
        if sources:
            entry["sources"] = list(sources.values())
        return entry if len(entry) > 1 else None


async def check_outlet(
    outlet: Outlet,
    ask: Ask,
    *,
    now: datetime,
    families: Mapping[str, Family] | None = None,
    history: Mapping[str, Sequence[Look]] | None = None,
    longest_gaps: Mapping[str, Any] | None = None,
    samples: int = SAMPLES_A_SOURCE,
    phrases: Sequence[str] = (),
    read: Read | None = None,
) -> Checked:
    """Try every source of an outlet and say what is true of it.

    `history`: earlier looks by source id; `longest_gaps`: the longest normal silence by source id (timedelta);
    `phrases`: what the outlet's own search is asked for (without any it is not tried).
    """
    reader = _Reader(outlet, ask, now, read or _extract)
    ask = reader.ask
    looks: dict[str, list[Look]] = {}
    for source in outlet.sources:
        if source.kind is SourceKind.SEARCH and not phrases:
            continue
        look = await _look(source, outlet, ask, now, phrases)
        if look.outcome is not Outcome.NOT_ARCHIVED:  # an archive that lacks it says nothing of it
            looks[source.id] = [*(history or {}).get(source.id, ()), look]
    named = await _named(outlet, ask, families)
    listings = {key: found[-1].listing for key, found in looks.items()}
    newest = {key: listing.newest for key, listing in listings.items() if listing and listing.newest}
    # An archive is as old as its stories: there a source is only compared with the outlet's other sources.
    replayed = max(newest.values(), default=None) if reader.archived else None
    diagnoses: list[Diagnosis] = []
    for source in outlet.sources:
        if source.id not in looks:
            continue
        listing = listings[source.id]
        tried = await reader.samples(listing.links, samples) if listing and listing.links else []
        if listing and listing.links and len(tried) < samples:
            tried += [one for one in reader.read_so_far if one not in tried][: samples - len(tried)]
        diagnoses.append(
            diagnose(
                Observation(
                    source=source,
                    outlet=outlet,
                    now=replayed or looks[source.id][-1].at,
                    looks=looks[source.id],
                    samples=tried,
                    others={
                        key: [link.url for link in other.links]
                        for key, other in listings.items()
                        if key != source.id and other is not None
                    },
                    labels={one.id: one.label for one in outlet.sources if one.label and one.id != source.id},
                    outlet_newest=max((when for key, when in newest.items() if key != source.id), default=None),
                    longest_gap=(longest_gaps or {}).get(source.id),
                    phrases=tuple(phrases[:PHRASES_TRIED]) if source.kind is SourceKind.SEARCH else (),
                    found=[one.url for one in named if one.kind == _plain_kind(source.kind)],
                )
            )
        )
    known = {same_story(source.url) for source in outlet.sources}
    fresh = [
        source_of({"kind": one.kind, "url": one.url, **({"label": one.label} if one.label else {})}, outlet)
        for one in named
        if one.kind != "section" and same_story(one.url) not in known
    ]
    return Checked(outlet=outlet, diagnoses=tuple(diagnoses), samples=tuple(reader.read_so_far), fresh=tuple(fresh))


def _plain_kind(kind: SourceKind) -> str:
    return str(SourceKind.SECTION if kind is SourceKind.API else kind)


async def _look(source: Source, outlet: Outlet, ask: Ask, now: datetime, phrases: Sequence[str] = ()) -> Look:
    if source.kind is SourceKind.SEARCH:
        look = Look(at=now, outcome=Outcome.NOT_ARCHIVED)
        for phrase in phrases[:PHRASES_TRIED]:  # a small paper may have nothing on the first
            look = await _look_at(source, outlet, ask, now, search_url(source, phrase))
            if look.outcome is not None or (look.listing is not None and look.listing.links):
                break
        return look
    url = first_url(source)
    if is_dated(source):
        url = first_url(replace(source, url=next(iter(dated_urls(source, now, now)), source.url)))
    look = await _look_at(source, outlet, ask, now, url)
    if source.kind in (SourceKind.SITEMAP, SourceKind.NEWS_SITEMAP) and look.listing and look.listing.next_urls and not look.listing.links:
        return await _into_index(look, look.listing, source, outlet, ask, now)
    return look


async def _into_index(look: Look, index: Listing, source: Source, outlet: Outlet, ask: Ask, now: datetime) -> Look:
    """An index proves nothing before one of its sitemaps was read, the newest first.

    Left as it is where none of those read lists stories and more are left: they may be of tags or pictures.
    """
    first: Look | None = None
    for url in index.next_urls[:TRIED_SHARDS]:
        shard = replace(await _look_at(source, outlet, ask, now, url), shard=url)
        if shard.outcome is Outcome.NOT_ARCHIVED:
            continue
        first = first or shard
        if shard.listing is not None and shard.listing.links:
            listing = replace(shard.listing, next_urls=index.next_urls, next_modified=index.next_modified)
            return replace(shard, final_url=look.final_url, listing=listing)
    return look if first is None or len(index.next_urls) > TRIED_SHARDS else first


async def _look_at(source: Source, outlet: Outlet, ask: Ask, now: datetime, url: str) -> Look:
    answer = await ask(url)
    moved = answer.url if same_story(answer.url) != same_story(url) else None
    now = answer.at or now
    if answer.outcome is not None:
        return Look(at=now, outcome=answer.outcome, why=answer.why, final_url=moved)
    listing = parse_source(
        answer.body, source, outlet, url=answer.url, content_type=answer.content_type, now=now
    )
    if not listing.links and not listing.next_urls and _is_challenge(answer):
        return Look(at=now, outcome=Outcome.CHALLENGE, final_url=moved)
    return Look(at=now, final_url=moved, listing=listing)


def _is_challenge(answer: Answer) -> bool:
    from pipelines.extract import looks_like_challenge

    return looks_like_challenge(answer.body, answer.headers, answer.status)


async def _named(outlet: Outlet, ask: Ask, families: Mapping[str, Family] | None) -> tuple[Found, ...]:
    """The sources that the site itself names now: on its home page and in robots.txt."""
    home = await ask(outlet.home)
    if home.outcome is not None or not owns(outlet, home.url):
        return ()
    robots = await ask("{0.scheme}://{0.netloc}/robots.txt".format(urlsplit(home.url)))
    seen = survey(home.body, home.url, robots.body if robots.outcome is None else None, families)
    return tuple(one for one in seen.sources if one.named)


class _Reader:
    """Fetches and reads sample stories, each at most once."""

    def __init__(self, outlet: Outlet, ask: Ask, now: datetime, read: Read) -> None:
        self.outlet, self.now, self.read = outlet, now, read
        self.known: dict[str, Sample] = {}
        self.answers: dict[str, tuple[Link, Answer]] = {}
        """The pages that were had, to be read anew under other rules."""
        self.archived = False
        """True once an answer came from an archive."""

        async def noting(url: str) -> Answer:
            answer = await ask(url)
            self.archived = self.archived or answer.at is not None
            return answer

        self.ask: Ask = noting

    @property
    def read_so_far(self) -> list[Sample]:
        return list(self.known.values())

    async def samples(self, links: Iterable[Link], wanted: int) -> list[Sample]:
        """Samples of a list: those read already, and new ones up to the cap of the outlet."""
        chosen: list[Sample] = []
        for link in links:
            if len(chosen) >= wanted:
                break
            if link.url not in self.known:
                if len(self.known) >= SAMPLES_AN_OUTLET:
                    continue
                self.known[link.url] = await self._sample(link)
            chosen.append(self.known[link.url])
        return chosen

    def reread(self, outlet: Outlet) -> None:
        """Read the pages again, by the rules of this outlet."""
        self.outlet = outlet
        for url, (link, answer) in self.answers.items():
            self.known[url] = self._judged(link, answer)

    async def _sample(self, link: Link) -> Sample:
        answer = await self.ask(link.url)
        if answer.outcome is None:
            self.answers[link.url] = (link, answer)
        return self._judged(link, answer)

    def _judged(self, link: Link, answer: Answer) -> Sample:
        if answer.outcome is not None:
            return Sample(url=link.url, outcome=answer.outcome, listed_title=link.title)
        if not owns(self.outlet, answer.url):
            return Sample(url=link.url, outcome=Outcome.OFF_SITE, listed_title=link.title)
        now = answer.at or self.now
        page = Page(
            url=answer.url, body=answer.body, fetched_at=now, outlet=self.outlet.id, status=answer.status,
            headers=answer.headers, link=link,
        )  # fmt: skip
        if _is_challenge(answer):
            return Sample(url=link.url, outcome=Outcome.CHALLENGE, listed_title=link.title)
        found = self.read(page, self.outlet, now)
        if isinstance(found, Rejected):
            return Sample(url=link.url, outcome=found.outcome, listed_title=link.title)
        return Sample(
            url=link.url, outcome=Outcome.STORED, title=found.title, listed_title=link.title, published=found.published,
            section=found.section or _section_of(answer, self.outlet), opening=(found.lead or found.text)[:200],
        )  # fmt: skip


_FURNITURE = re.compile(r"menu|(?:^|[-_ ])nav|footer|sidebar|most|related|box", re.IGNORECASE)


def _section_of(answer: Answer, outlet: Outlet) -> str | None:
    """The label of the section that a story's page links outside its menus: its breadcrumb."""
    tree = parse_html(decode(answer.body, answer.content_type))
    labels = {same_story(one.url): one.label for one in outlet.sources if one.kind is SourceKind.SECTION and one.label}
    if tree is None or not labels:
        return None
    base = base_url(tree, answer.url)
    for anchor in anchors(tree):
        address = clean_address(anchor.get("href") or "", base)
        label = labels.get(same_story(address)) if address else None
        around = [one for one in anchor.iterancestors() if one.tag not in ("body", "html")]
        if label and not any(
            one.tag in ("nav", "footer", "aside", "header")
            or _FURNITURE.search(f"{one.get('class') or ''} {one.get('id') or ''}")
            for one in around
        ):
            return label
    return None


def _extract(page: Page, outlet: Outlet, now: datetime) -> Story | Rejected:
    from pipelines.extract import extract_story

    return extract_story(page, outlet, now=now)


# --------------------------------------------------------------------------------------------------------- adding


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A new outlet as `outlets add` found it."""

    outlet: Outlet
    survey: Survey
    samples: tuple[Sample, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    problem: str | None = None
    """Why this is no usable outlet yet, in words."""


async def draft_outlet(
    url: str,
    ask: Ask,
    *,
    now: datetime,
    catalogue: Catalogue,
    outlet_id: str | None = None,
    name: str | None = None,
    read: Read | None = None,
) -> Draft:
    """Learn an outlet from its home page: pattern, family, sources that answer with stories, and a few of those."""
    home = await ask(url)
    domain = _domain_of(home.url if home.outcome is None else url)
    empty = Outlet(
        id=outlet_id or id_of(domain), name=name or domain, domain=domain, home=_root(home.url or url), kind="other"
    )
    if home.outcome is not None or _is_challenge(home):
        why = home.outcome or Outcome.CHALLENGE
        words = f"the home page answers {why}" + (f" ({home.why})" if home.why else "")
        return Draft(outlet=empty, survey=Survey(url=url, domain=domain), problem=words)
    twin = catalogue.outlet_of(home.url)
    if outlet_id is None and twin is not None and twin.domain == domain:  # the address leads to a paper that is known
        outlet_id = twin.id
        empty = replace(empty, id=twin.id)
    if not home.body.strip():
        return Draft(outlet=empty, survey=Survey(url=url, domain=domain), problem="the home page is empty")
    if "html" not in (home.content_type or "html") and b"<" not in home.body[:200]:
        return Draft(
            outlet=empty, survey=Survey(url=url, domain=domain), problem=f"the address answers {home.content_type}, no page"
        )
    robots = await ask(_root(home.url) + "robots.txt")
    families = catalogue.families
    seen = survey(home.body, home.url, robots.body if robots.outcome is None else None, families)
    seen = await _deepened(seen, home, ask, families)
    inferred = seen.inferred
    kind, province = kind_of(domain, catalogue)
    known = catalogue.get(outlet_id) if outlet_id else None
    if known is not None:  # what people wrote of it stands
        empty = replace(empty, id=known.id, former_domains=known.former_domains, delay=known.delay, notes=known.notes)
        kind, province, name = known.kind, known.province, name or known.name
    outlet = replace(
        empty,
        name=name or seen.name or domain,
        kind=kind,
        province=province,
        family=inferred.family,
        article=inferred.article,
        rules=families[inferred.family].rules if inferred.family in families else empty.rules,
    )
    if inferred.article is None:
        links = f"none of the {seen.links} links of its pages reads" if seen.links else "its pages have no links that read"
        return Draft(outlet=outlet, survey=seen, problem=f"{links} like stories, or too few do: is this the front page of a newspaper?")
    sources = [source async for source in _working(seen, outlet, ask, families, now)]
    if not any(source.seen for source, _ in sources):  # the home page itself lists stories
        family = families.get(outlet.family or "")
        front = source_of({"kind": "section", "url": home.url, "label": "trang chủ", "seen": True}, outlet, family)
        listing = parse_source(home.body, front, outlet, url=home.url, content_type=home.content_type, now=home.at or now)
        if listing.links:
            sources.append((front, listing))
    outlet = replace(
        outlet, sources=tuple(source for source, _ in sources), enabled=any(source.enabled for source, _ in sources)
    )
    reader = _Reader(outlet, ask, now, read or _extract)
    newest: dict[str, Link] = {}
    for _, listing in sources:
        for link in listing.links[:SAMPLES_A_SOURCE]:
            newest.setdefault(link.url, link)
    samples = await reader.samples(newest.values(), SAMPLES_A_SOURCE)
    told = family_of_pages([answer.body for _, answer in reader.answers.values()], families)
    if told is not None and told != outlet.family:
        outlet = replace(outlet, family=told, rules=families[told].rules)
        reader.reread(outlet)
        samples = [reader.known[sample.url] for sample in samples]
    diagnoses = tuple(
        diagnose(Observation(source=source, outlet=outlet, now=now, looks=[Look(at=now, listing=listing)]))
        for source, listing in sources
        if source.seen
    )
    problem = None if outlet.enabled else "none of its feeds, sitemaps and sections lists a story"
    return Draft(outlet=outlet, survey=seen, samples=tuple(samples), diagnoses=diagnoses, problem=problem)


async def _deepened(seen: Survey, home: Answer, ask: Ask, families: Mapping[str, Family]) -> Survey:
    """The survey with what the RSS page and, where the home page shows no pattern, some sections add."""
    feeds = list(seen.of_kind("feed"))
    for page in seen.feed_pages[:2]:
        answer = await ask(page)
        tree = parse_html(decode(answer.body, answer.content_type)) if answer.outcome is None else None
        if tree is not None:
            known = {one.url for one in feeds}
            feeds += [one for one in feeds_of(tree, base_url(tree, answer.url), seen.domain)[0] if one.url not in known]
    inferred = seen.inferred
    if not inferred.good:
        inferred = await _learned(seen, home, ask, families) or inferred
    feeds.sort(key=lambda one: not one.named)
    rest = tuple(one for one in seen.sources if one.kind != "feed")
    return replace(seen, inferred=inferred, sources=(*feeds, *rest))


async def _learned(seen: Survey, home: Answer, ask: Ask, families: Mapping[str, Family]) -> Inferred | None:
    pages = [home]
    for section in seen.of_kind("section")[:PAGES_TO_LEARN_FROM]:
        answer = await ask(section.url)
        if answer.outcome is None:
            pages.append(answer)
    links = []
    for page in pages:
        tree = parse_html(decode(page.body, page.content_type))
        if tree is not None:
            links += links_of(tree, base_url(tree, page.url), seen.domain)
    found = infer(links, families, html=decode(home.body, home.content_type), feeds=[one.url for one in seen.of_kind("feed")])
    return found if found.article else None


async def _working(  # type: ignore[no-untyped-def]
    seen: Survey, outlet: Outlet, ask: Ask, families: Mapping[str, Family], now: datetime
):
    """The candidates that list stories, as sources marked seen, with what they listed."""
    family = families.get(outlet.family or "")
    named = [one for one in seen.sources if one.named]
    chosen = [
        *[one for one in named if one.kind == "feed"][:TRIED_FEEDS],
        *[one for one in named if one.kind.endswith("sitemap")][:TRIED_SITEMAPS],
        *[one for one in named if one.kind == "section"][:TRIED_SECTIONS],
        *[one for one in seen.sources if not one.named][:TRIED_GUESSES],
    ]
    lists: list[set[str]] = []
    for one in chosen:
        table = {"kind": one.kind, "url": one.url, "seen": True, **({"label": one.label} if one.label else {})}
        source = source_of(table, outlet, family)
        look = await _look(source, outlet, ask, now)
        listing = look.listing
        if look.outcome is Outcome.NOT_ARCHIVED and one.named:
            yield replace(source, seen=False, enabled=False), Listing()  # the site names it; nobody could try it
        if listing is None or look.final_url is not None or not (listing.links or listing.next_urls):
            continue
        if not _fits(listing, outlet):
            continue
        links = {same_story(link.url) for link in listing.links}
        if one.kind == "feed" and links and links in lists:
            continue  # the same list under another address
        lists.append(links)
        yield source, listing


def _fits(listing: Listing, outlet: Outlet) -> bool:
    """Most of what it lists are stories by the outlet's pattern."""
    if not listing.links:
        return bool(listing.next_urls)
    return sum(is_article(link.url, outlet) for link in listing.links) >= 0.5 * len(listing.links)


def _root(url: str) -> str:
    return "{0.scheme}://{0.netloc}/".format(urlsplit(url))


def _domain_of(url: str) -> str:
    """The bare host of a home page; the port stays where there is one."""
    split = urlsplit(url)
    name = host(url)
    return f"{name}:{split.port}" if split.port else name


def id_of(domain: str) -> str:
    """An id from a domain: `baotuyenquang.com.vn` → `baotuyenquang`, `phuyen.baodaklak.vn` → `phuyen-baodaklak`."""
    name, _, port = domain.partition(":")
    registered = site(name)
    head = registered.split(".")[0] if not re.fullmatch(r"[\d.]+", registered) else registered
    below = name.removesuffix(registered).strip(".").replace(".", "-")
    return "-".join(part for part in (below, head, port) if part).lower()


_KINDS = (
    (r"quankhu|quandoi|qdnd|bienphong|haiquan|cuuchienbinh|canhsatbien|mod\.gov|quanchung|binhchung", "armed_forces"),
    (r"congan|cand\.|antv|anninh", "police"),
    (r"\.gov\.vn", "ministry"),
    (r"truyenhinh|phatthanh|tv\.(?:com\.|org\.)?vn|ptth", "broadcast"),
)


def kind_of(domain: str, catalogue: Catalogue) -> tuple[str, str | None]:
    """A guess at kind and province by the domain; a person may correct it."""
    provinces = {"".join(fold(one.province).split()): one.province for one in catalogue.values() if one.province}
    plain = fold(domain).replace("-", "")
    province = next((name for slug, name in provinces.items() if len(slug) >= 5 and slug in plain), None)
    for pattern, kind in _KINDS:
        if re.search(pattern, domain):
            return kind, province
    return ("provincial", province) if province else ("other", None)


__all__ = [
    "Answer", "Ask", "Checked", "Draft", "Read", "SourceState", "check_outlet", "draft_outlet", "id_of", "kind_of",
]  # fmt: skip
