"""Dates as people type them, read in Hanoi's time. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.errors import UsageError

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def day_range(text: str, *, now: datetime) -> tuple[datetime, datetime]:
    """The first moment of a date in Hanoi, and the first after it.

    `2024`, `2024-01`, `2024-01-31`, `31/1/2024`, `1/2024`, a full ISO time, `today`, `yesterday`, `7d`, `24h`, `2w`.
    Raises UsageError.
    """
    text = text.strip().lower()
    today = now.astimezone(HANOI).replace(hour=0, minute=0, second=0, microsecond=0)
    named = {"today": 0, "hôm nay": 0, "yesterday": 1, "hôm qua": 1}.get(text)
    ago = re.fullmatch(r"(\d{1,5})\s*([dhw])", text)
    try:
        if named is not None:
            start = today - timedelta(days=named)
            return start, start + timedelta(days=1)
        if ago is not None:
            count = int(ago.group(1))
            if ago.group(2) == "h":
                return now - timedelta(hours=count), now
            start = today - timedelta(days=count * (7 if ago.group(2) == "w" else 1))
            return start, start + timedelta(days=1)
        return calendar_range(text)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{text!r} is no date; write 2024-01-31, 2024-01, 2024, 31/1/2024, today, yesterday, 7d or 24h"
        ) from None


def calendar_range(text: str) -> tuple[datetime, datetime]:
    """Like `day_range`, for dates that need no clock. Raises ValueError."""
    text = text.strip()
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}", text) or re.fullmatch(r"\d{1,2}[/.-]\d{4}", text):
        numbers.reverse()
    elif not re.fullmatch(r"\d{4}([-/]\d{1,2}([-/]\d{1,2})?)?", text):
        moment = datetime.fromisoformat(text.upper())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=HANOI)
        return moment, moment + timedelta(seconds=1)
    year, month, day = (*numbers, 1, 1)[:3]
    start = datetime(year, month, day, tzinfo=HANOI)
    if len(numbers) == 3:
        return start, start + timedelta(days=1)
    if len(numbers) == 2:
        return start, (start + timedelta(days=32)).replace(day=1)
    return start, start.replace(year=year + 1)
