"""The watch over outlets: what is true of each source, what is new about that, and what `kyket health` shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from crawler.condition import (
    BESIDE_LAG,
    GOOD,
    NETWORK,
    READABLE,
    UNREADABLE,
    Beside,
    Condition,
    History,
    Seen,
    condition,
    looks_alike,
)
from crawler.diagnosis import SourceState
from crawler.rhythm import LEAST_SILENCE, estimate_seconds, strangeness
from pipelines import health_words
from pipelines.database.times import to_db
from pipelines.health_words import NETWORK as OWN_NETWORK
from schedules.plan import HISTORY, OUTAGE_LOOKS, network_down

if TYPE_CHECKING:
    from pipelines.database import Store
    from pipelines.database.health import OutletFigures, PollRow, SourceHealthRow

#: After a notice that a source broke, no second one within this time, however it flickers.
COOL_DOWN = timedelta(hours=24)
WINDOW = timedelta(days=7)
#: Pages that tell whether an outlet can be read are looked at so far back.
PAGES_FOR = timedelta(days=60)
#: A silence that is at least this share of a strange one is compared with the outlet's other sources.
COMPARE_FROM = 0.2
#: Failed looks in a row after which a source counts as switched off: asked rarely until it answers.
RARELY = 6
_WITH_NEWS = ("feed", "section", "api", "news-sitemap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The conditions of all sources, and whether our own network is down."""

    sources: Mapping[str, tuple[SourceHealthRow, Condition]]
    outage: tuple[datetime, int] | None
    """(since when, how many outlets cannot be reached)."""


def judge_sources(store: Store, *, now: datetime) -> Judged:
    """The condition of every source that is asked."""
    health = store.health
    sources, domains = health.sources(), health.domains()
    outage = network_down(store, now=now)
    outages = health.outages() + ([(outage[0], None)] if outage else [])
    pages = health.pages_read(READABLE | UNREADABLE, since=now - PAGES_FOR)
    labels = {source.id: source.label for source in sources}
    looks = {source.id: health.polls(source.id) for source in sources}
    listed = {source.id: _listed_now(store, source.id, looks[source.id]) for source in sources}
    states = {source.id: source.state for source in sources}
    by_outlet: dict[str, list[str]] = {}
    for source in sources:
        by_outlet.setdefault(source.outlet, []).append(source.id)
    found = {}
    for source in sources:
        mine = listed[source.id]
        others = {
            other: (labels[other], frozenset(listed[other]))
            for other in by_outlet[source.outlet]
            if other != source.id and not _is_copy(other, source.id, listed, states)
        }
        times = health.published(source.id, since=now - HISTORY)
        rhythm = estimate_seconds(times, now=now.timestamp())
        past = [at for at in times if at <= now.timestamp()]
        last_story = datetime.fromtimestamp(max(past), now.tzinfo) if past and source.kind in _WITH_NEWS else None
        seen = [_seen(poll) for poll in looks[source.id] if not _ours(poll, outages)]
        history = History(
            source=source.id,
            domain=domains.get(source.outlet, ""),
            label=source.label,
            looks=seen,
            rhythm=rhythm,
            last_story=last_story,
            links_now=frozenset(mine),
            others_now=others,
            alone=_alone(store, source, mine, others, looks),
            pages=pages.get(source.outlet, ()),
            state_since=(source.state, source.state_since) if source.state_since else None,
        )
        if last_story is not None and seen and others:
            odd = strangeness(rhythm, last_story, min(now, seen[-1].at))
            if odd >= COMPARE_FROM and now - last_story > LEAST_SILENCE / 4:
                history = _with_beside(store, history, source, seen, now)
        verdict = condition(history, now=now)
        if outage and looks[source.id] and _ours(looks[source.id][-1], outages):
            verdict = Condition(state=SourceState.UNREACHABLE, facts={"offline": True, "since": outage[0]})
        found[source.id] = (source, verdict)
    return Judged(sources=found, outage=outage)


def _seen(poll: PollRow) -> Seen:
    return Seen(
        at=poll.at, outcome=poll.outcome, links=poll.links, new=poll.new, off_pattern=poll.off_pattern,
        final_url=poll.final_url, why=poll.why,
    )  # fmt: skip


def _ours(poll: PollRow, outages: Sequence[tuple[datetime, datetime | None]]) -> bool:
    """Did the look fail because our own network was down?"""
    return poll.outcome in NETWORK and any(
        since <= poll.at and (until is None or poll.at <= until) for since, until in outages
    )


def _listed_now(store: Store, source: str, looks: Sequence[PollRow]) -> dict[str, str]:
    """The links that the last full answer, and the pages after it, showed → when the source first did."""
    full = next((poll for poll in reversed(looks) if poll.outcome == "ok"), None)
    return store.health.listed_since(source, full.at) if full is not None else {}


def _is_copy(other: str, source: str, listed: Mapping[str, Mapping[str, str]], states: Mapping[str, str]) -> bool:
    """Of two sources with one list: is the other the one that shows what this one had before?"""
    wrong = str(SourceState.WRONG_SECTION)
    if (states[other] == wrong) != (states[source] == wrong):
        return states[other] == wrong
    mine, theirs = listed[source], listed[other]
    lead = sum((mine[url] < theirs[url]) - (mine[url] > theirs[url]) for url in mine.keys() & theirs.keys())
    return lead > 0


def _alone(
    store: Store,
    source: SourceHealthRow,
    mine: Mapping[str, str],
    others: Mapping[str, tuple[str | None, frozenset[str]]],
    looks: Mapping[str, Sequence[PollRow]],
) -> frozenset[str]:
    """Of a list that seems to be another's: the links that it had before the others were looked at, and alone has."""
    alike = looks_alike(source.label, frozenset(mine), others)
    if not alike:
        return frozenset()
    seen = min(to_db(looks[other][-1].at) for other, _, _ in alike if looks[other])
    old = {url for url, first in mine.items() if first < seen}
    return frozenset(old - store.health.shown_elsewhere(source.id, old))


def _with_beside(store: Store, history: History, source: SourceHealthRow, seen: Sequence[Seen], now: datetime) -> History:
    """The history with what the source's nearest sibling showed meanwhile."""
    from dataclasses import replace

    good = next((look.at for look in reversed(seen) if look.outcome in GOOD), None)
    if good is None:
        return history
    rows = [
        Beside(source=other, before=before or 0, shared=shared or 0, since=since or 0)
        for other, before, shared, since in store.health.beside(
            source.id, source.outlet, since=now - HISTORY, upto=good - BESIDE_LAG
        )
    ]
    best = max(rows, key=lambda one: one.since * one.shared / (one.before + 1), default=None)
    return replace(history, beside=best)


def watch_health(store: Store, *, now: datetime) -> list[dict[str, Any]]:
    """Judge all sources, write their states, and note what broke or recovered: one notice each, with a cool-down.

    While our own network is down, that is the one notice; what failed meanwhile is forgiven when it is back.
    """
    judged = judge_sources(store, now=now)
    told = store.health.last_notes()
    states, changes = [], []
    for source, verdict in judged.sources.values():
        states.append((source.id, str(verdict.state), verdict.why, _json(verdict.facts), verdict.broken))
        last = told.get(source.id)
        told_broken = last is not None and last[0] == "broken"
        if verdict.broken and not told_broken:
            if last is None or now - last[1] >= COOL_DOWN:
                changes.append(_change(source.outlet, source.id, verdict, recovered=False))
        elif told_broken and not verdict.broken and verdict.state in ("verified", "quiet"):
            changes.append({**_change(source.outlet, source.id, verdict, recovered=True), "was": source.state})
    changes += _network_change(judged.outage, told.get(OWN_NETWORK))
    notes = [
        ("recovered" if one["recovered"] else "broken", one["outlet"], {k: v for k, v in one.items() if k not in ("outlet", "recovered")})
        for one in changes
    ]
    store.health.write(states, notes, now=now)
    if judged.outage is None and told.get(OWN_NETWORK, ("", now))[0] == "broken":
        store.health.forgive(NETWORK, since=told[OWN_NETWORK][1] - OUTAGE_LOOKS, now=now)
    return changes


def _change(outlet: str, source: str, verdict: Condition, *, recovered: bool) -> dict[str, Any]:
    return {
        "outlet": outlet, "recovered": recovered, "source": source, "state": str(verdict.state), "why": verdict.why,
        "advice": verdict.advice, "facts": json.loads(_json(verdict.facts)),
    }  # fmt: skip


def _network_change(outage: tuple[datetime, int] | None, last: tuple[str, datetime] | None) -> list[dict[str, Any]]:
    """The one notice of an outage of our own, or of its end."""
    told = last is not None and last[0] == "broken"
    if (outage is not None) == told:
        return []
    facts = {"since": to_db(outage[0]), "outlets": outage[1]} if outage else {}
    return [
        {
            "outlet": OWN_NETWORK, "recovered": outage is None, "source": OWN_NETWORK, "state": "offline", "facts": facts,
            "why": health_words.why("offline", facts, english=True) if outage else None,
            "advice": health_words.advice("offline", english=True) if outage else None,
        }
    ]  # fmt: skip


def _json(facts: Mapping[str, Any]) -> str:
    told = {key: to_db(value) if isinstance(value, datetime) else value for key, value in facts.items() if value is not None}
    return json.dumps(told, ensure_ascii=False)


def health_report(store: Store, *, now: datetime) -> dict[str, Any]:
    """Everything `kyket health` shows, outlet by outlet."""
    judged = judge_sources(store, now=now)
    own: dict[str, list[tuple[SourceHealthRow, Condition]]] = {}
    for source, verdict in judged.sources.values():
        own.setdefault(source.outlet, []).append((source, verdict))
    outlets = [_outlet(figures, own.get(figures.outlet, [])) for figures in store.health.figures(since=now - WINDOW)]
    outage = judged.outage
    return {
        "at": to_db(now),
        "offline": {"since": to_db(outage[0]), "outlets": outage[1]} if outage else None,
        "outlets": outlets,
    }


def _outlet(figures: OutletFigures, own: Sequence[tuple[SourceHealthRow, Condition]]) -> dict[str, Any]:
    fresh = None
    if figures.delays:
        fresh = {
            "median_minutes": figures.median_minutes, "p95_minutes": figures.p95_minutes, "stories": len(figures.delays),
        }  # fmt: skip
    return {
        "outlet": figures.outlet,
        "name": figures.name,
        "last_look": _iso(figures.last_look),
        "last_new_story": _iso(figures.last_new),
        "needs_person": any(verdict.broken for _, verdict in own),
        "sources": [
            {
                "source": source.id, "state": str(verdict.state), "why": verdict.why, "advice": verdict.advice,
                "broken": verdict.broken, "since": _iso(_since(source, verdict)), "next_check": _iso(source.next_check),
                "rarely": source.failures >= RARELY, "failures": source.failures,
            }
            for source, verdict in own
        ],
        "funnel": dict(figures.funnel),
        "freshness": fresh,
        "requests_per_day": round((figures.polls + figures.pages) / (WINDOW / timedelta(days=1)), 1),
        "not_modified_share": figures.unmodified_share,
        "recall": figures.recall,
    }  # fmt: skip


def _since(source: SourceHealthRow, verdict: Condition) -> datetime | None:
    """Since when the state lasts: what shows it, else when the watch first saw it so."""
    begun = verdict.facts.get("since")
    if isinstance(begun, datetime):
        return begun
    return source.state_since if source.state == verdict.state else None


def _iso(at: datetime | None) -> str | None:
    return to_db(at) if at else None
