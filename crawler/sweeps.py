"""Looking at sources: which, from where on, how far, and what of it goes into the ledger.

A sweep of a source is its first page and as many more as hold news. Its validators are stored only with its last
page: a crawl that is killed in between asks again in full, so that no link hides behind a 304.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from crawler import discovery, validators
from crawler.backfill import RESUMED_WITHIN, first_address
from crawler.catalogue import is_article, is_dated, is_polled
from crawler.lanes import SECOND_CHANCES, Lane, Sweep
from pipelines.database.ledger import Poll, SourceRow
from pipelines.database.times import from_db_or_none, to_db
from pipelines.errors import UsageError
from pipelines.types import TRANSIENT, Link, Outcome, Outlet, Page, Source, SourceKind

if TYPE_CHECKING:
    from crawler.pacing import Wire
    from crawler.session import Session
    from pipelines.database import Store

#: Shards of a news sitemap's index that a regular crawl looks at: the newest two span every turn of day and month.
SHARDS = 2
#: A replayed page that no catalogue lists as a source: it may be a list, and is no finding when it is none.
GUESSED = "archived page"
#: No lane holds more links than this at once; the rest stays pending in the ledger for the next crawl.
MOST_LINKS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a source answered."""

    url: str
    status: int
    body: bytes = field(repr=False)
    at: datetime
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    wire: Wire | None = field(default=None, repr=False)
    retry_after: datetime | None = None


# ---------------------------------------------------------------------------------------------------- beginning


async def prepare(session: Session, lanes: dict[str, Lane], named: list[str], window: int) -> None:
    """Open the crawl in the ledger and give each outlet its lane: what is pending, what is due, what to poll."""
    options, desk = session.options, session.desk
    session.outlets[:] = choose_outlets(session, named)
    session.__dict__.pop("by_id", None)
    ids = [outlet.id for outlet in session.outlets]
    now = session.now()
    replay = session.replay is not None

    def begin(store: Store) -> tuple[int, dict[str, SourceRow], list[Link], list[Link]]:
        with store.transaction():
            store.ledger.sync_catalogue(session.outlets, now=now)
            crawl = store.ledger.begin_crawl(options.command, ids, options.for_ledger(), now=now, replay=replay)
        states = {row.id: row for row in store.ledger.sources(ids)}
        pending = store.ledger.pending(ids, now=now)
        if options.since is not None and not replay:
            pending += store.ledger.too_old(ids, since=options.since, until=options.until)
        refetch = [] if replay or options.backfill else store.stories.refetch_due(ids, now)
        if options.backfill:
            session.read_before.update(store.ledger.read_to_end(ids))
            if options.since is not None:
                since, after = options.since, now - RESUMED_WITHIN
                session.asked_before.update(store.ledger.asked_in_backfill(ids, since=since, after=after))
        return crawl, states, pending, refetch

    desk.crawl, states, pending, refetch = await desk.run(begin)
    for outlet in session.outlets:
        lane = lanes[outlet.id] = Lane(outlet, limit=0 if options.lists_only else options.limit, window=window)
        lane.sweeps.extend(first_sweeps(session, outlet, states))
    by_outlet: dict[str, list[Link]] = {}
    for link in pending:
        by_outlet.setdefault(link.outlet, []).append(link)
    for outlet_id, links in by_outlet.items():
        if outlet_id in lanes:
            lanes[outlet_id].add(wanted(session, links)[:MOST_LINKS])
    for link in refetch:
        if link.outlet in lanes:
            lanes[link.outlet].add([link], refetch=True)


def choose_outlets(session: Session, named: Iterable[str]) -> list[Outlet]:
    """The outlets of this crawl.

    Raises CatalogueError for a name that is no outlet, UsageError when nothing is left to crawl.
    """
    names = list(named) or list(session.options.outlets)
    if session.replay is not None:
        chosen = session.catalogue.resolve(names) if names else list(session.catalogue.values())
        held = {outlet.id for url in session.replay.addresses() if (outlet := session.catalogue.outlet_of(url))}
        return [outlet for outlet in chosen if outlet.id in held]
    chosen = session.catalogue.resolve(names) if names else session.catalogue.enabled
    if not chosen:
        raise UsageError("no outlet is enabled; `kyket outlets list` shows the catalogue, `kyket outlets check` tests it")
    return chosen


def first_sweeps(session: Session, outlet: Outlet, states: dict[str, SourceRow]) -> list[Sweep]:
    """The sweeps that an outlet's crawl begins with."""
    if session.options.backfill:
        from crawler.backfill import older_sweeps

        return older_sweeps(session, outlet, states)
    now = session.now()
    if session.replay is not None:
        return [
            Sweep(source=source, url=discovery.first_url(source), started=now, capture=number)
            for source in replayed_sources(session, outlet)
            for number in range(len(session.replay.captures(discovery.first_url(source))))
        ]
    sweeps = []
    for source in outlet.sources:
        state = states.get(source.id)
        if not is_polled(source):
            continue
        if session.options.due and state is not None and state.next_check is not None and state.next_check > now:
            continue
        known = known_validators(state)
        # Whoever names a day wants the lists since then told anew, not that their first page is unchanged.
        headers = {} if session.options.since else validators.conditional_headers(known, now=now)
        sweeps.append(
            Sweep(
                source=source,
                url=discovery.first_url(source),
                started=now,
                swept_to=from_db_or_none(state.swept_to) if state else None,
                sent=headers,
                conditional=bool(headers),
                known=known,
            )
        )
    return sweeps


def replayed_sources(session: Session, outlet: Outlet) -> list[Source]:
    """The outlet's sources that the archives hold, off ones too, and archived lists that no catalogue names."""
    index = session.replay
    assert index is not None
    sources = [
        source
        for source in outlet.sources
        if not is_dated(source) and "{q}" not in source.url and discovery.first_url(source) in index
    ]
    named = {discovery.first_url(source) for source in sources}
    for capture in index.pages():
        owner = session.catalogue.outlet_of(capture.url)
        if owner is None or owner.id != outlet.id or capture.url in named or is_article(capture.url, outlet):
            continue
        sources.append(
            Source(
                id=f"{outlet.id}:{SourceKind.SECTION}:{capture.url}", outlet=outlet.id, kind=SourceKind.SECTION,
                url=capture.url.replace("{", "%7B").replace("}", "%7D"), label=GUESSED, seen=True, enabled=False,
            )
        )  # fmt: skip
    return sources


def known_validators(state: SourceRow | None) -> validators.Validators:
    """What the ledger knows of a source's validators."""
    return validators.Validators() if state is None else validators.from_columns(state)


def too_old(session: Session, links: Iterable[Link], changed: Mapping[str, datetime]) -> list[Link]:
    """The links of a list that are older than this crawl wants, as far as the list tells.

    A page is not newer than its last change. Without an outcome of their own they would wait for ever, and a sitemap of
    ten years would come over the next crawl that names no day.
    """
    since = session.options.since
    if since is None:
        return []
    return [
        link for link in links if (when := link.published or changed.get(link.url)) is not None and when < since
    ]


def wanted(session: Session, links: Iterable[Link]) -> list[Link]:
    """The links that this crawl visits: in its window of time, and in a replay those that the archives hold."""
    options = session.options
    chosen = []
    for link in links:
        if link.published is not None and (
            (options.since is not None and link.published < options.since)
            or (options.until is not None and link.published > options.until)
        ):
            continue
        if session.replay is not None and link.url not in session.replay:
            continue
        chosen.append(link)
    return chosen


# -------------------------------------------------------------------------------------------------- one answer


async def take(session: Session, lane: Lane, sweep: Sweep, answer: Answer) -> None:
    """What a source answered → the ledger and the lane."""
    if answer.retry_after is not None:
        if sweep.attempts < SECOND_CHANCES:
            sweep.attempts += 1
            lane.sweeps.append(sweep)
            return
        await fail(session, lane, sweep, Outcome.DEFERRED, f"HTTP {answer.status}", status=answer.status)
    elif answer.status == 304:
        await _not_modified(session, lane, sweep, answer)
    elif answer.status in (404, 410) and sweep.page > 1:
        await _past_the_end(session, lane, sweep, answer)
    elif answer.status != 200:
        outcome = Outcome.GONE if answer.status in (404, 410) else Outcome.of_status(answer.status)
        await fail(session, lane, sweep, outcome, f"HTTP {answer.status}", status=answer.status)
    else:
        await _listing(session, lane, sweep, answer)


async def _not_modified(session: Session, lane: Lane, sweep: Sweep, answer: Answer) -> None:
    source, crawl = sweep.source, session.number
    if not sweep.sent:
        await fail(session, lane, sweep, Outcome.HTTP_OTHER, "HTTP 304 to a request that was not conditional", status=304)
        return
    lane.polls_ok += 1
    poll = Poll(outcome=Outcome.NOT_MODIFIED, url=sweep.url, status=304)
    doubtful = validators.needs_proof(sweep.known, now=answer.at)
    believed = sweep.known if doubtful else validators.after_304(sweep.known)

    def write(store: Store) -> None:
        with store.transaction():
            store.ledger.record_poll(crawl, source, poll, [], now=answer.at, keep_validators=True)
            store.ledger.set_source(source.id, **validators.to_columns(believed))

    await session.desk.run(write)
    if doubtful:
        lane.sweeps.appendleft(replace(sweep, sent={}, conditional=False, attempts=0, doubted_at=answer.at))


async def _past_the_end(session: Session, lane: Lane, sweep: Sweep, answer: Answer) -> None:
    """A page behind the last one of a list: that is how most lists end, and no fault of the source."""
    lane.polls_ok += 1
    crawl, source, swept = session.number, sweep.source, session.replay is None and not session.options.backfill
    poll = Poll(
        outcome="ok", url=sweep.url, status=answer.status, why="the list ends before this page",
        swept_to=to_db(sweep.started) if swept else None,
    )  # fmt: skip

    def write(store: Store) -> None:
        with store.transaction():
            store.ledger.record_poll(crawl, source, poll, [], now=answer.at, keep_validators=swept)
            if session.options.backfill:
                store.ledger.mark_read(source.id, first_address(sweep), sweep.first_hash or "ended")

    await session.desk.run(write)


async def _listing(session: Session, lane: Lane, sweep: Sweep, answer: Answer) -> None:
    source, outlet, crawl = sweep.source, lane.outlet, session.number
    replay = session.replay is not None
    listing = await asyncio.to_thread(
        discovery.parse_source,
        answer.body, source, outlet, url=answer.url, content_type=answer.content_type, now=answer.at,
    )  # fmt: skip
    if not listing.links and not listing.next_urls:
        if is_challenge(Page(url=answer.url, body=answer.body, fetched_at=answer.at)):
            await fail(session, lane, sweep, Outcome.CHALLENGE, "a challenge answered instead of the list", status=200)
            return
        if listing.problem is not None and sweep.page == 1 and sweep.depth == 0:
            await fail(session, lane, sweep, Outcome.EXTRACT_FAILED, listing.problem, status=200)
            return
    if session.archive is not None and answer.wire is not None:
        await session.archive.write(answer.wire)
    lane.polls_ok += 1
    links = [link if link.source else replace(link, source=source.id) for link in listing.links]
    if sweep.page == 1:
        sweep.first = answer
        sweep.first_hash = validators.hash_of_links(links, answer.body)
        sweep.whole = listing.complete
    known = await session.desk.run(lambda store: store.ledger.known([link.url for link in links]))
    if sweep.doubted_at is not None and sweep.page == 1:
        sweep.overdue = validators.is_overdue(links, known, since=sweep.doubted_at)
    following, swept = next_sweeps(session, sweep, listing, known)
    read_to_end = not following and sweep.whole and listing.complete
    last = read_to_end and sweep.depth == 0 and not session.options.backfill
    first = sweep.first
    poll = Poll(
        outcome="ok",
        url=sweep.url,
        final_url=answer.url if answer.url != sweep.url else None,
        status=answer.status,
        etag=first.etag if last and first else None,
        last_modified=first.last_modified if last and first else None,
        content_hash=sweep.first_hash if read_to_end else None,
        links=listing.items or None,
        off_pattern=listing.off_pattern,
        newest=listing.newest,
        why=listing.problem,
        ttl_minutes=listing.ttl_minutes,
        swept_to=to_db(sweep.started) if swept and not replay else None,
    )

    # A shard's or an archive's validators are not the source's.
    keeps_validators = not replay and not session.options.backfill and sweep.depth == 0

    def write(store: Store) -> tuple[list[Link], int]:
        with store.transaction():
            new = store.ledger.record_poll(
                crawl, source, poll, links, now=answer.at, keep_validators=keeps_validators
            )
            if session.options.backfill and read_to_end and sweep.page > 1:
                content = sweep.first_hash or validators.hash_of_links(links, answer.body)
                store.ledger.mark_read(source.id, first_address(sweep), content)
            if last and first and keeps_validators and sweep.first_hash is not None:
                learnt = validators.after_whole(
                    sweep.known, etag=first.etag, last_modified=first.last_modified, content_hash=sweep.first_hash,
                    now=answer.at, conditional=sweep.conditional, doubted=sweep.doubted_at is not None, overdue=sweep.overdue,
                )  # fmt: skip
                store.ledger.set_source(source.id, **validators.to_columns(learnt))
            old = [] if replay else too_old(session, new, listing.modified)
            store.ledger.record_too_old(crawl, old, listing.modified, now=answer.at)
            gone = {link.url for link in old}
            return [link for link in new if link.url not in gone], len(old)

    new, old = await session.desk.run(write)
    if old:
        session.desk.outcomes[Outcome.TOO_OLD] += old
    sweep.listed.update(link.url for link in links)
    lane.sweeps.extendleft(reversed(following))
    if replay:
        await _queue_replayed(session, lane, links, new, known)
    else:
        lane.add(wanted(session, new))


async def _queue_replayed(
    session: Session, lane: Lane, links: list[Link], new: list[Link], known: dict[str, Outcome]
) -> None:
    """In a replay every listed link is visited that has no lasting outcome yet; what the archives lack says so once."""
    fresh = {link.url for link in new}
    due = [
        link
        for link in links
        if link.url in fresh
        or known.get(link.url) is Outcome.PENDING
        or (known.get(link.url) in TRANSIENT and session.replay is not None and link.url in session.replay)
    ]
    options = session.options
    lane.add(
        link
        for link in due
        if link.published is None
        or not (
            (options.since is not None and link.published < options.since)
            or (options.until is not None and link.published > options.until)
        )
    )


def next_sweeps(
    session: Session, sweep: Sweep, listing: discovery.Listing, known: dict[str, Outcome]
) -> tuple[list[Sweep], bool]:
    """The further pages of a source that are wanted, and whether the sweep is complete without them."""
    source = sweep.source
    if listing.next_urls and source.kind in (SourceKind.NEWS_SITEMAP, SourceKind.SITEMAP):
        return _shards(session, sweep, listing), False
    if source.kind not in (SourceKind.SECTION, SourceKind.API, SourceKind.SEARCH) or sweep.capture is not None:
        return [], True
    options = session.options
    own = [link for link in listing.links if link.url not in sweep.listed]
    # A sweep since a day goes on over known pages down to that day: what was inserted late stands between known stories.
    reached = sweep.swept_to
    if reached is not None and options.since is not None:
        reached = min(reached, options.since)
    complete = discovery.should_stop(listing, known=known, swept_to=reached, this_sweep=sweep.listed)
    floor = options.since or sweep.floor
    if floor is not None:
        dated = [link.published for link in own if link.published]
        if dated and max(dated) < floor:
            complete = True
    if complete:
        return [], True
    if sweep.page >= page_cap(session, sweep):
        # Without an earlier sweep there is nothing to catch up with; else the gap stays open for the next crawl.
        return [], sweep.swept_to is None
    outlet = session.by_id[source.outlet]
    url = sweep.template(sweep.page + 1) if sweep.template else discovery.next_page(source, outlet, sweep.page + 1)
    if url is None and listing.next_urls:
        url = listing.next_urls[0]
    if url is None or (session.replay is not None and url not in session.replay):
        return [], True
    following = replace(sweep, url=url, page=sweep.page + 1, sent={}, attempts=0)
    following.listed = sweep.listed  # shared on purpose: all pages of the sweep
    following.listed.update(link.url for link in listing.links)
    return [following], False


def _shards(session: Session, sweep: Sweep, listing: discovery.Listing) -> list[Sweep]:
    if sweep.depth >= discovery.MAX_DEPTH:
        return []
    modified = [*listing.next_modified, *[None] * len(listing.next_urls)]
    chosen: list[str] = []
    floor = session.options.since or sweep.floor
    for url, changed in zip(listing.next_urls, modified, strict=False):
        if session.replay is not None and url not in session.replay:
            continue
        if changed is not None and floor is not None and changed < floor:
            continue
        read_at = session.read_before.get(url)
        if read_at is not None and changed is not None and changed < read_at:
            continue
        if session.asked_before.get(url) and (changed is None or changed > sweep.started):
            continue  # its days are not over, or nobody says what they are: read moments ago is read
        chosen.append(url)
    if not session.options.backfill:
        chosen = chosen[:SHARDS]
    return [
        replace(sweep, url=url, page=1, depth=sweep.depth + 1, sent={}, attempts=0, listed=sweep.listed, capture=None)
        for url in chosen
    ]


def page_cap(session: Session, sweep: Sweep) -> int:
    """How many pages a sweep may turn."""
    if sweep.cap is not None:
        return sweep.cap
    if sweep.swept_to is None and session.options.since is None:
        return session.first_sweep_pages
    return session.sweep_pages


async def fail(
    session: Session, lane: Lane, sweep: Sweep, outcome: Outcome, why: str, *, status: int | None = None
) -> None:
    """A source gave nothing."""
    if outcome is Outcome.PENDING:
        return  # the crawl is being stopped; nothing was asked
    if outcome is Outcome.DEFERRED and status is None:
        lane.closed = why
    if outcome is Outcome.NOT_ARCHIVED or sweep.source.label == GUESSED:
        return
    lane.polls_failed.append((sweep.url, outcome, why))
    poll = Poll(outcome=outcome, url=sweep.url, status=status, why=why)
    crawl, replay = session.number, session.replay is not None
    await session.desk.run(
        lambda store: store.ledger.record_poll(
            crawl, sweep.source, poll, [], now=session.now(), keep_validators=not replay
        )
    )


def is_challenge(page: Page) -> bool:
    """Did a wall answer instead of the page?"""
    from pipelines.extract import looks_like_challenge

    return looks_like_challenge(page.body, page.headers, page.status)

