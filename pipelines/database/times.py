"""Times as the database keeps them: ISO 8601 UTC text to the second, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime


def to_db(moment: datetime) -> str:
    """`2024-01-10T03:04:05Z` of an aware datetime.

    Raises ValueError for a naive one: guessing a zone would shift a story by seven hours unnoticed.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    utc = moment.astimezone(UTC)
    # strftime does not pad years below 1000 on every platform, and such years do come out of broken pages.
    return f"{utc.year:04d}-{utc.month:02d}-{utc.day:02d}T{utc.hour:02d}:{utc.minute:02d}:{utc.second:02d}Z"


def to_db_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else to_db(moment)


def from_db(text: str) -> datetime:
    """The aware UTC datetime of `to_db`'s text."""
    # Ten times as fast as strptime, and the watch over outlets reads hundreds of thousands of them.
    return datetime.fromisoformat(text).astimezone(UTC)


def from_db_or_none(text: str | None) -> datetime | None:
    return None if text is None else from_db(text)
