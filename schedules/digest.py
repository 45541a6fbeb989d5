"""The daily report from the database: new events since the last delivered one, outlets' changes, figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.digests import Digest

if TYPE_CHECKING:
    from pipelines.database import Store

#: Days of the trend.
TREND_DAYS = 14


def make_digest(store: Store, *, since: int, upto: int | None = None, zone: ZoneInfo, now: datetime) -> Digest:
    """The report of everything noted after notice `since` (up to `upto`)."""
    events, _ = store.reading.new(since, upto=upto)
    day = now.astimezone(zone).date()
    doubtful = [one for one in store.jobs.deliveries(status="unconfirmed") if one.report < day.isoformat()]
    note = "; ".join(f"báo cáo {one.report} tới {one.address}" for one in doubtful)
    return Digest(
        day=day,
        made_at=now,
        events=events,
        health=store.jobs.health_changes(since, upto),
        figures=store.jobs.figures(now=now, zone_hours=_offset_hours(zone, now), days=TREND_DAYS),
        note=f"Chưa rõ đã tới nơi: {note}. Gửi lại: kyket digest --resend" if note else None,
    )


def digest_of_day(store: Store, day: date, *, zone: ZoneInfo, now: datetime) -> Digest:
    """The report of what was found on one local day."""
    begin = datetime.combine(day, time(), zone).astimezone(UTC)
    since, upto = store.jobs.notices_between(begin, begin + timedelta(days=1))
    digest = make_digest(store, since=since, upto=upto, zone=zone, now=min(now, begin + timedelta(days=1)))
    return Digest(day=day, made_at=now, events=digest.events, health=digest.health, figures=digest.figures)


def since_last_report(store: Store, *, now: datetime) -> int:
    """The notice after which a report shown here begins: the last delivered one, else a day ago."""
    delivered = store.jobs.delivered_upto_any()
    return delivered if delivered is not None else store.jobs.notices_between(now - timedelta(days=1), now)[0]


def _offset_hours(zone: ZoneInfo, now: datetime) -> float:
    offset = now.astimezone(zone).utcoffset()
    return offset.total_seconds() / 3600 if offset else 0.0
