"""Which sources are due: the policy of `due.py` applied to what the database remembers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.condition import NETWORK, Seen, own_outage
from crawler.rhythm import Rhythm, estimate
from schedules.due import Look, due, next_check

if TYPE_CHECKING:
    from pipelines.database import Store
    from pipelines.database.jobs import LastLook
    from schedules.jobs import Schedule

#: The estimate forgets with a half-life of three weeks; what is older than this weighs next to nothing.
HISTORY = timedelta(days=70)
#: Looks that tell whether our own network is down.
OUTAGE_LOOKS = timedelta(hours=2)
LINE_PAUSE = timedelta(minutes=10)
#: Longer than any wait that the policy gives.
FARTHEST = timedelta(days=3)


def plan(store: Store, schedule: Schedule, *, now: datetime, outlets: Sequence[str] | None = None) -> list[str]:
    """Set `next_check` of every source that was looked at since it was last planned; the ids of sources due now.

    A source never looked at is due. Sources of outlets in quiet hours are left out, not forgotten.
    """
    looks = store.jobs.looks(outlets)
    fresh = [look for look in looks if _unplanned(look, now)]
    lost = [look.source for look in fresh if look.outcome in NETWORK]
    if lost and network_down(store, now=now):
        # Our own line is down: nobody is asked less for it, and none of these looks counts as a failure.
        store.jobs.forget_failures(lost)
    else:
        lost = []
    checks = {
        look.source: _try_the_line(look, now) if look.source in lost else check_after(store, schedule, look, now=now)
        for look in fresh
    }
    if checks:
        store.jobs.set_next_checks(list(checks.items()))
    times = [(look.source, checks.get(look.source, look.next_check)) for look in looks]
    outlet_of = {look.source: look.outlet for look in looks}
    return [source for source in due(times, now) if not schedule.is_quiet(now, outlet_of[source])]


def plan_now(db: str | Path | None) -> None:
    """Plan the sources of a database as `kyket.toml` says, for a crawl by hand of what is due."""
    from pipelines.config import load_config
    from pipelines.database import Store
    from schedules.jobs import read_schedule

    config = load_config()
    path = config.db_path(db)
    if not path.exists():
        return
    schedule = read_schedule(config.sections.get("schedule", {}), str(config.file or "kyket.toml"))
    with Store(path) as store:
        plan(store, schedule, now=now_utc())


def check_after(store: Store, schedule: Schedule, look: LastLook, *, now: datetime) -> datetime | None:
    """When to look at one source again, or None for at once."""
    if look.checked_at is None:
        return None
    rhythm = rhythm_of(store, look.source, now=now)
    # A clock that was wrong and is set back must not put a source off for years.
    at = min(look.checked_at, now)
    return next_check(
        Look(
            at=at,
            listed=look.listed,
            known=look.known,
            failures=look.failures,
            ttl=timedelta(minutes=look.ttl_minutes) if look.ttl_minutes else None,
            retry_after=look.not_before,
        ),
        rhythm,
        schedule.policy_of(look.outlet),
        jitter=_jitter(look.source),
    )


def rhythm_of(store: Store, source: str, *, now: datetime) -> Rhythm:
    """How a source publishes, as far as the ledger knows."""
    return estimate(store.jobs.publications(source, since=now - HISTORY), now=now)


def network_down(store: Store, *, now: datetime) -> tuple[datetime, int] | None:
    """Is our own network down? (since when, outlets that cannot be reached), or None."""
    last: dict[str, list[Seen]] = {}
    lasting = [since for since, until in store.health.outages() if until is None]
    begin = min([now, *lasting]) - OUTAGE_LOOKS
    for outlet, at, outcome in store.health.recent_looks(since=begin):
        last.setdefault(outlet, []).append(Seen(at=at, outcome=outcome))
    return own_outage(last)


def _try_the_line(look: LastLook, now: datetime) -> datetime:
    """During an outage of our own each source is tried about every ten minutes; no request leaves the house."""
    return min(look.checked_at or now, now) + LINE_PAUSE * (0.5 + _jitter(look.source))


def _unplanned(look: LastLook, now: datetime) -> bool:
    if look.checked_at is None:
        return False
    if look.next_check is None or look.next_check <= look.checked_at <= now:
        return True
    # Planned by a clock that has been set back since: no policy waits that long, unless the host asked for it.
    return look.next_check > max(now + FARTHEST, look.not_before or now)


def _jitter(source: str) -> float:
    return hashlib.blake2b(source.encode(), digest_size=2).digest()[0] / 255


def now_utc() -> datetime:
    """The one clock of this room; everything else takes `now`."""
    return datetime.now(UTC)
