"""The pages of the watch: outlets and crawls. See pages.py for how a page is made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.database.site import marking
from pipelines.database.site.pages import ROWS, Asked, NotThereError, leafing, rows_of, with_arg
from pipelines.database.site.phrases import CALM, HANOI
from pipelines.database.site.questions import Questions
from pipelines.digests import safe_link
from pipelines.types import Json

if TYPE_CHECKING:
    from pipelines.database.store import Store


def outlets(store: Store, asked: Asked) -> Json:
    """Every outlet: health, freshness, stories a day, funnel."""
    window = {"1": 1, "7": 7, "30": 30, "365": 365}.get(asked.get("days") or "", 7)
    rows = Questions(store).outlets(since=asked.now - timedelta(days=window), now=asked.now)
    used = [
        _outlet(row, asked.now) for row in rows if row["last_look"] or row["last_new"] or row["last_story"]
    ]
    used.sort(key=lambda row: (row["well"], str(row["name"])))
    return {
        "window": window,
        "windows": {n: with_arg(asked, days=str(n)) for n in (1, 7, 30, 365)},
        "rows": used,
        "well": sum(row["well"] for row in used),
        "others": [row for row in rows if not (row["last_look"] or row["last_new"] or row["last_story"])],
    }


def _outlet(row: Json, now: datetime) -> Json:
    local = now.astimezone(HANOI).date()
    days = [row["days"].get((local - timedelta(days=29 - n)).isoformat(), 0) for n in range(30)]
    broken = [one for one in row["sources"] if one["state"] not in CALM]
    total = sum(row["funnel"].values())
    return {
        **row,
        "well": not broken,
        "broken": broken,
        "spark": marking.sparkline(days),
        "spark_total": sum(days),
        "links": total,
        "parts": list(row["funnel"].items())[:4],
        "home_link": safe_link(row["home"]),
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
