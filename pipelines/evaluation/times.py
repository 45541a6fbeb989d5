"""The `published` of a labelled row, in whatever form its maker wrote it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pipelines.date_forms import parse_date
from pipelines.dates_typed import calendar_range
from pipelines.types import Precision

#: Later than any story that a file of labelled stories can hold: a row is not refused for lying in the future.
_AFTER_ALL = datetime(2200, 1, 1, tzinfo=UTC)
_MONTH_OR_YEAR = re.compile(r"\d{4}|\d{4}[-/]\d{1,2}|\d{1,2}[-/.]\d{4}")


class Told(NamedTuple):
    """What a row says of its time."""

    value: datetime | None
    """Aware UTC; of a month or a year the last second, for no story tells of what comes after it."""
    precision: Precision | None
    unreadable: bool
    """Something is written, and it is no date."""


def published_of(written: object) -> Told:
    """ISO with or without zone (then Hanoi's), RFC 2822, seconds or milliseconds since 1970, day-first forms, a month, a year."""
    text = str(written if written is not None and not isinstance(written, bool) else "").strip()
    if isinstance(written, float):
        text = str(int(written)) if abs(written) < 1e15 else text
    if not text:
        return Told(None, None, False)
    if _MONTH_OR_YEAR.fullmatch(text):
        try:
            _, after = calendar_range(text)
        except (ValueError, OverflowError):
            return Told(None, None, True)
        precision = Precision.YEAR if len(text) == 4 else Precision.MONTH
        return Told(after.astimezone(UTC) - timedelta(seconds=1), precision, False)
    parsed = parse_date(text, now=_AFTER_ALL)
    if parsed is None or parsed.value.year >= _AFTER_ALL.year - 1:
        return Told(None, None, True)
    return Told(parsed.value, Precision(parsed.precision), False)
