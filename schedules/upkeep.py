"""The watch over outlets and the weekly upkeep of the house."""

from __future__ import annotations

import contextlib
import statistics
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.condition import Condition, History, Seen, condition, estimate_missed
from crawler.rhythm import estimate
from schedules.plan import HISTORY

if TYPE_CHECKING:
    from pipelines.config import Config
    from pipelines.database import Store
    from pipelines.database.health import SourceHealthRow

#: After a notice that a source broke, no second one within this time, however it flickers.
COOL_DOWN = timedelta(hours=24)
WINDOW = timedelta(days=7)
KEEP_RUNS = timedelta(days=30)
KEEP_POLLS = timedelta(days=120)


def judge_sources(store: Store, *, now: datetime, domains: Mapping[str, str]) -> dict[str, tuple[SourceHealthRow, Condition]]:
    """The condition of every source that is asked."""
    found: dict[str, tuple[SourceHealthRow, Condition]] = {}
    listed: dict[str, dict[str, set[str]]] = {}
    pages: dict[str, dict[str, int]] = {}
    sources = store.health.sources()
    labels = {source.id: source.label for source in sources}
    for source in sources:
        outlet = source.outlet
        if outlet not in listed:
            listed[outlet] = store.health.listed_now(outlet)
            pages[outlet] = store.health.page_outcomes(outlet, since=now - timedelta(days=3))
        times = store.jobs.publications(source.id, since=now - HISTORY)
        history = History(
            source=source.id,
            domain=domains.get(outlet, ""),
            label=source.label,
            looks=[
                Seen(
                    at=poll.at, outcome=poll.outcome, links=poll.links, new=poll.new, off_pattern=poll.off_pattern,
                    final_url=poll.final_url, why=poll.why,
                )
                for poll in store.health.polls(source.id)
            ],
            rhythm=estimate(times, now=now),
            last_story=max((t for t in times if t <= now), default=None) if source.kind in ("feed", "section", "api", "news-sitemap") else None,
            links_now=frozenset(listed[outlet].get(source.id, ())),
            others_now={
                other: (labels.get(other), frozenset(links)) for other, links in listed[outlet].items() if other != source.id
            },
            page_outcomes=pages[outlet],
        )  # fmt: skip
        found[source.id] = (source, condition(history, now=now))
    return found


def watch_health(store: Store, config: Config, *, now: datetime) -> list[dict[str, Any]]:
    """Judge all sources, write their states, and note what broke or recovered: one notice each, with a cool-down."""
    judged = judge_sources(store, now=now, domains=store.health.domains())
    states, notes, changes = [], [], []
    for source, verdict in judged.values():
        states.append((source.id, str(verdict.state), verdict.why))
        last = store.health.last_note(source.id)
        told_broken = last is not None and last[0] == "broken"
        detail = {"source": source.id, "state": str(verdict.state), "why": verdict.why, "advice": verdict.advice}
        if verdict.broken and not told_broken:
            if last is not None and now - last[1] < COOL_DOWN:
                continue
            notes.append(("broken", source.outlet, detail))
        elif told_broken and not verdict.broken and verdict.state in ("verified", "quiet"):
            notes.append(("recovered", source.outlet, {**detail, "was": source.state}))
        else:
            continue
        changes.append({"outlet": source.outlet, "recovered": notes[-1][0] == "recovered", **detail})
    store.health.write(states, notes, now=now)
    return changes


def health_report(store: Store, config: Config, *, now: datetime) -> dict[str, Any]:
    """Everything `kyket health` shows, outlet by outlet."""
    judged = judge_sources(store, now=now, domains=store.health.domains())
    outlets = []
    for outlet in store.health.outlets():
        own = [(source, verdict) for source, verdict in judged.values() if source.outlet == outlet["id"]]
        looked, found = store.health.last_times(outlet["id"])
        polls, pages, unmodified = store.health.requests(outlet["id"], since=now - WINDOW)
        kinds = store.health.found_by(outlet["id"], since=now - WINDOW)
        outlets.append(
            {
                "outlet": outlet["id"],
                "name": outlet["name"],
                "last_look": _iso(looked),
                "last_new_story": _iso(found),
                "needs_person": any(verdict.broken for _, verdict in own),
                "sources": [
                    {
                        "source": source.id, "state": str(verdict.state), "why": verdict.why, "advice": verdict.advice,
                        "broken": verdict.broken, "since": _iso(source.state_since), "next_check": _iso(source.next_check),
                    }
                    for source, verdict in own
                ],
                "funnel": store.health.page_outcomes(outlet["id"], since=now - WINDOW),
                "freshness": _freshness(store.health.delays(outlet["id"], since=now - WINDOW)),
                "requests_per_day": round((polls + pages) / (WINDOW / timedelta(days=1)), 1),
                "not_modified_share": round(unmodified / polls, 3) if polls else None,
                "recall": _recall(kinds),
            }
        )  # fmt: skip
    return {"at": _iso(now), "outlets": outlets}


def _freshness(delays: list[float]) -> dict[str, Any] | None:
    """Minutes from publication to discovery: median, 95th percentile, and of how many stories."""
    if not delays:
        return None
    return {
        "median_minutes": round(statistics.median(delays), 1),
        "p95_minutes": round(delays[int(0.95 * (len(delays) - 1))], 1),
        "stories": len(delays),
    }


def _recall(found_by: list[frozenset[str]]) -> dict[str, Any]:
    """What each kind of source found in the last week, and an estimate of what all missed."""
    kinds = sorted({kind for found in found_by for kind in found})
    pairs = [(a, b) for i, a in enumerate(kinds) for b in kinds[i + 1 :]]
    estimates = [missed for a, b in pairs if (missed := estimate_missed(found_by, a, b)) is not None]
    return {
        "stories": len(found_by),
        "found_by": {kind: sum(kind in found for found in found_by) for kind in kinds},
        "only_by": {kind: sum(found == {kind} for found in found_by) for kind in kinds},
        "estimated_missed": round(min(estimates), 1) if estimates else None,
    }


def _iso(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


# -- maintenance -------------------------------------------------------------------------------------------------


def maintain(store: Store, config: Config, options: Mapping[str, Any], *, now: datetime) -> list[str]:
    """Back up with rotation, tidy the full-text index, drop old rows, hold the archive to its cap. What was done."""
    folder = Path(options.get("folder") or store.path.absolute().parent / "backups")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{store.path.stem}-{now:%Y%m%dT%H%M%S}.db"
    size = store.backup(target)
    said = [f"backup {target.name}: {size / 1e6:.1f} MB"]
    old = sorted(folder.glob(f"{store.path.stem}-*T*.db"))[: -int(options.get("backups", 4))]
    for path in old:
        path.unlink(missing_ok=True)
    if old:
        said.append(f"{len(old)} older backups removed")
    store.optimise()
    runs = store.jobs.forget_runs(before=now - KEEP_RUNS)
    polls = store.health.old_records(now - KEEP_POLLS)
    said.append(f"search index tidied; {runs} old job runs and {polls} old looks dropped")
    said += _trim_archive(config.archive_path(store.path), config.archive_cap_gb)
    problems = store.check()
    if problems:
        said += [f"CHECK: {problem}" for problem in problems[:10]]
    return said


def _trim_archive(folder: Path, cap_gb: float) -> list[str]:
    if not folder.is_dir():
        return []
    files = sorted(folder.glob("*.warc.gz"), key=lambda path: path.name)
    total = sum(path.stat().st_size for path in files)
    gone = 0
    for path in files:
        if total <= cap_gb * 1e9:
            break
        total -= path.stat().st_size
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            gone += 1
    return [f"archive: {total / 1e9:.2f} GB" + (f", {gone} oldest files removed" if gone else "")]
