"""The pages of the watch: outlets and crawls. See pages.py for how a page is made."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines import health_words
from pipelines.database.site import marking
from pipelines.database.site.pages import ROWS, Asked, NotThereError, leafing, rows_of, with_arg
from pipelines.database.site.phrases import CALM, HANOI
from pipelines.database.site.questions import Questions
from pipelines.database.times import to_db
from pipelines.digests import safe_link
from pipelines.types import Json

if TYPE_CHECKING:
    from pipelines.database.health import OutletFigures
    from pipelines.database.store import Store


#: Failed looks in a row after which the page says that a source is asked rarely.
RARELY = 6


def outlets(store: Store, asked: Asked) -> Json:
    """Every outlet: health and what to do, freshness, requests, stories a day, funnel, what all sources missed."""
    window = {"1": 1, "7": 7, "30": 30, "365": 365}.get(asked.get("days") or "", 7)
    since = asked.now - timedelta(days=window)
    rows = Questions(store).outlets(since=since, now=asked.now)
    figures = {one.outlet: one for one in store.health.figures(since=since)}
    days = store.health.links_a_day(since=asked.now - timedelta(days=30))
    used = [
        _outlet({**row, "days": days.get(row["id"], {})}, figures.get(row["id"]), asked.now, window)
        for row in rows
        if row["last_look"] or row["last_new"] or row["last_story"]
    ]
    used.sort(key=lambda row: (row["well"], not row["broken"], str(row["name"])))
    offline = next((begun for begun, until in store.health.outages() if until is None), None)
    return {
        "window": window,
        "windows": {n: with_arg(asked, days=str(n)) for n in (1, 7, 30, 365)},
        "rows": used,
        "well": sum(row["well"] for row in used),
        "others": [row for row in rows if not (row["last_look"] or row["last_new"] or row["last_story"])],
        "offline": to_db(offline) if offline else None,
        "health": health_words,
    }


def _outlet(row: Json, figures: OutletFigures | None, now: datetime, window: int) -> Json:
    local = now.astimezone(HANOI).date()
    days = [row["days"].get((local - timedelta(days=29 - n)).isoformat(), 0) for n in range(30)]
    return {
        **row,
        "well": all(one["state"] in CALM for one in row["sources"]),
        "broken": [_fault(one) for one in _gravest(row["sources"])],
        "spark": marking.sparkline(days),
        "spark_total": sum(days),
        "links": sum(row["funnel"].values()),
        "parts": list(row["funnel"].items())[:4],
        "home_link": safe_link(row["home"]),
        "fresh": _fresh(figures, window) if figures is not None else None,
    }


def _gravest(sources: list[Json]) -> list[Json]:
    """The sources that are not well, one of each state, those that need a person first."""
    sick = sorted((one for one in sources if one["state"] not in CALM), key=lambda one: not one["needs_person"])
    return list({one["state"]: one for one in reversed(sick)}.values())[::-1]


def _fault(one: Json) -> Json:
    """A source's fault in both languages."""
    facts = json.loads(one["state_facts"])
    return {
        **one,
        "why": [health_words.why(one["state"], facts), health_words.why(one["state"], facts, english=True)]
        if facts
        else [one["state_why"] or ""] * 2,
        "advice": [health_words.advice(one["state"]), health_words.advice(one["state"], english=True)],
        "rarely": one["failures"] if one["failures"] >= RARELY else None,
    }


def _fresh(figures: OutletFigures, window: int) -> Json:
    """Delay, requests a day, share of 304 and the recall ledger of one outlet."""
    recall = figures.recall
    share = figures.unmodified_share
    return {
        "median": round(figures.median_minutes) if figures.median_minutes is not None else None,
        "p95": round(figures.p95_minutes) if figures.p95_minutes is not None else None,
        "requests": round((figures.polls + figures.pages) / window) if figures.polls else None,
        "unmodified": round(100 * share) if share is not None else None,
        "found_by": list(recall["found_by"].items()) if len(recall["found_by"]) > 1 else [],
        "missed": round(recall["estimated_missed"]) if recall["estimated_missed"] is not None else None,
    }


def outlet(store: Store, asked: Asked) -> Json:
    """One outlet: its sources, last looks, newest stories."""
    questions = Questions(store)
    name = asked.parts["name"]
    found = questions.outlet(name)
    if found is None:
        raise NotThereError(name)
    sources = questions.outlet_sources(name)
    for one in sources:
        one["link"] = safe_link(one["url"])
        one["calm"] = one["state"] in CALM
    days = questions.stories_a_day(since=asked.now - timedelta(days=30)).get(name, {})
    local = asked.now.astimezone(HANOI).date()
    counts = [days.get((local - timedelta(days=29 - n)).isoformat(), 0) for n in range(30)]
    return {
        "outlet": found,
        "home_link": safe_link(found["home"]),
        "sources": sources,
        "polls": questions.outlet_polls(name, 40),
        "stories": rows_of(store, questions, questions.newest_of_outlet(name, 30)),
        "spark": marking.sparkline(counts),
        "spark_total": sum(counts),
    }


def crawls(store: Store, asked: Asked) -> Json:
    """What each crawl did, newest first."""
    total, rows = Questions(store).crawls(limit=ROWS, offset=(asked.page - 1) * ROWS)
    for row in rows:
        row["took"] = _took(row)
        row["outcomes"] = _outcomes(row["funnel"])
    return {"rows": rows, "total": total, "pages": leafing(asked, total, ROWS)}


def _outcomes(funnel: Json) -> dict[str, int]:
    told = funnel.get("outcomes")
    return told if isinstance(told, dict) else {}


def _took(row: Json) -> str | None:
    if not row["finished_at"]:
        return None
    seconds = int(
        (
            datetime.fromisoformat(row["finished_at"]) - datetime.fromisoformat(row["started_at"])
        ).total_seconds()
    )
    minutes, seconds = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def crawl(store: Store, asked: Asked) -> Json:
    """One crawl."""
    questions = Questions(store)
    number = int(asked.parts["number"])
    found = questions.crawl(number)
    if found is None:
        raise NotThereError(f"#{number}")
    found["took"] = _took(found)
    columns: dict[str, int] = {}
    for counts in found["outcomes"].values():
        for outcome, count in counts.items():
            columns[outcome] = columns.get(outcome, 0) + count
    return {
        "crawl": found,
        "columns": sorted(columns, key=lambda one: -columns[one]),
        "sums": columns,
        "stories": rows_of(store, questions, found["stories"]),
        "names": questions.outlet_names(),
    }
