"""Every form in which the press writes a date, read by one parser. Pure: `now` is an argument."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from pipelines.types import Precision
from pipelines.vietnamese import squeeze, strip_marks

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""The press's own zone: what a text without one means."""

#: A server's clock may run a little ahead of ours; a story from further in the future has a wrong date.
FUTURE_TOLERANCE = timedelta(minutes=15)
#: Nothing on the web is older; `01/01/0001` and `1970` are empty fields of a content system.
OLDEST_YEAR = 1995


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDate:
    """A point in time as far as a text gave it."""

    value: datetime
    """Aware UTC; the start of what `precision` leaves open, local time (a day begins at 17:00 UTC the day before)."""
    precision: Precision
    raw: str
    """The text as it stood, white space folded."""


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
            "sep sept september", "oct october", "nov november", "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_VIET_MONTHS = {
    "gieng": 1, "mot": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
    "muoi": 10, "muoi mot": 11, "muoi hai": 12, "chap": 12,
}  # fmt: skip
_WEEKDAYS = (
    (re.compile(r"\b(?:thu hai|thu 2|t2|mon(?:day)?)\b"), 0),
    (re.compile(r"\b(?:thu ba|thu 3|t3|tue(?:s(?:day)?)?)\b"), 1),
    (re.compile(r"\b(?:thu tu|thu 4|t4|wed(?:nesday)?)\b"), 2),
    (re.compile(r"\b(?:thu nam|thu 5|t5|thu(?:rs)?(?:day)?(?=,))\b"), 3),
    (re.compile(r"\b(?:thu sau|thu 6|t6|fri(?:day)?)\b"), 4),
    (re.compile(r"\b(?:thu bay|thu 7|t7|sat(?:urday)?)\b"), 5),
    (re.compile(r"\b(?:chu nhat|cn|sun(?:day)?)\b"), 6),
)

# All patterns run on the text without marks, in lower case.
_MONTH_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_VIET_MONTH_NAME = "|".join(sorted(_VIET_MONTHS, key=len, reverse=True))
ISO_DAY = re.compile(r"(?<!\d)(?P<Y>(?:19|20)\d\d)([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?!\d)")
_COMPACT = re.compile(
    r"(?<!\d)(?P<Y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?:t?(?P<H>[01]\d|2[0-3])(?P<M>[0-5]\d)(?P<S>[0-5]\d)?)?(?!\d)"
)
_NUMERIC = re.compile(
    r"(?<![\d:])(?P<a>\d{1,2})\s?([-/.])\s?(?P<b>\d{1,2})\s?\2\s?(?P<Y>\d{4}|\d{2})(?![\d:])"
)
_WORDED = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})\s*(?:,|-|/)?\s*thang\s*(?P<m>\d{{1,2}}|{_VIET_MONTH_NAME})\s*(?:,|-|/)?\s*(?:nam\s*)?(?P<Y>\d{{4}})(?!\d)"
)
_DAY_NAME_YEAR = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?P<name>{_MONTH_NAME})\.?,?[\s-]+(?P<Y>\d{{4}}|\d{{2}})(?!\d)"
)
_NAME_DAY_YEAR = re.compile(
    rf"\b(?P<name>{_MONTH_NAME})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<Y>\d{{4}})(?!\d)"
)
_MONTH_YEAR = re.compile(
    r"(?<![\d/.-])(?:thang\s*)?(?P<m>0?[1-9]|1[0-2])\s*[-/]\s*(?P<Y>(?:19|20)\d\d)(?![\d/.-])"
)
CLOCK = re.compile(
    r"(?<![\d/.-])(?P<H>\d{1,2})\s*(?::|h|g|gio\s*:?)\s*(?P<M>\d{1,2})(?:\s*(?::|')\s*(?P<S>\d{1,2})(?:[.,]\d+)?)?(?!\d)"
    r"(?:\s*phut)?(?:\s*(?:gio\s*)?(?P<half>am|pm|sa|ch|sang|trua|chieu|toi|dem)\b|\s*(?P<halfdots>[ap]\.m\.))?"
)
_ZONE = re.compile(
    r"^\s*[,(\[]?\s*(?:(?P<z>z)\b|(?:gmt|utc|ut)?\s*(?P<sign>[+-])\s*(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?(?!\d)|(?P<name>gmt|utc|ut)\b)"
)
_ZONE_ANYWHERE = re.compile(r"\b(?:gmt|utc)\s*(?P<sign>[+-])\s*(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?(?!\d)")
_EPOCH = re.compile(r"(?:/date\()?(?P<n>\d{10}|\d{13})(?:[+-]\d{4})?(?:\)/)?")
# What the .NET runtime prints in its American culture: nothing padded, seconds, AM/PM.
_AMERICAN = re.compile(r"\d{1,2}/\d{1,2}/\d{4},? \d{1,2}:\d{2}:\d{2} [ap]m")
_PADDED = re.compile(r"\d{2}/\d{2}/\d{4},? \d{2}:\d{2}:\d{2} [ap]m")
_AMERICAN_ONLY = re.compile(r"(?:\b[1-9]/\d|/[1-9]/|,? [1-9]:\d{2}:)")
# "8:00 tới 10:00" is a span; without its marks the word is the evening's.
_UNTIL = re.compile(r"\btới\b", re.IGNORECASE)
_VIETNAMESE_WORDS = re.compile(r"\b(?:thu|chu nhat|ngay|cap nhat|dang|luc)\b")


def parse_date(raw: str | None, *, now: datetime, month_first: bool = False) -> ParsedDate | None:
    """The time a text gives, or None when it gives none that can be true.

    Reads ISO 8601 (any zone spelling, a space before it, bare `+07`), RFC 822 with two- or four-digit years, Vietnamese
    datelines in any order (`Thứ tư, 10/01/2024, 17:05 (GMT+7)`, `19:52 | 24/07/2024`, `8 giờ:5 phút … ngày 14 tháng 4,
    2019`), 12-hour clocks (AM/PM, SA/CH, sáng … tối), English month names, epoch seconds and milliseconds. A text without a zone is
    Vietnamese local time. Day stands before month unless `month_first`, the text is the .NET American form, the weekday
    in the text proves otherwise, or only the other order is possible. Never later than `now` plus a few minutes: a
    "UTC" time that lies in the future but is local time mislabelled is read as local time.
    """
    if not raw:
        return None
    shown = squeeze(raw)
    text = strip_marks(_UNTIL.sub("-", shown))
    if not text or len(text) > 400:
        return None
    latest = now + FUTURE_TOLERANCE
    for reading in _readings(text, month_first):
        if reading.value.year >= OLDEST_YEAR and reading.value <= latest:
            return ParsedDate(value=reading.value, precision=reading.precision, raw=shown)
    return None


@dataclass(frozen=True, slots=True)
class _Reading:
    value: datetime
    precision: Precision


def _readings(text: str, month_first: bool) -> Iterator[_Reading]:
    """The possible meanings of a text, likeliest first."""
    if epoch := _EPOCH.fullmatch(text):
        number = int(epoch["n"])
        yield _Reading(
            datetime.fromtimestamp(number / 1000 if number > 10**11 else number, UTC).replace(microsecond=0),
            Precision.SECOND,
        )
        return
    for day, start, end, clock in _days(text, month_first):
        time = clock or _clock(text, start, end)
        if time is None:
            yield _Reading(
                datetime(day.year, day.month, day.day, tzinfo=VIETNAM).astimezone(UTC), Precision.DAY
            )
            continue
        hour, minute, second, offset, precision = time
        local = datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 - the zone follows
        zones: list[timezone | ZoneInfo] = [VIETNAM] if offset is None else [timezone(offset), VIETNAM]
        for zone in zones:
            yield _Reading(local.replace(tzinfo=zone).astimezone(UTC), precision)
        return_day = day  # a date whose clock time lies in the future may still be right to the day
        yield _Reading(
            datetime(return_day.year, return_day.month, return_day.day, tzinfo=VIETNAM).astimezone(UTC),
            Precision.DAY,
        )
    if found := _MONTH_YEAR.search(text):
        first = datetime(int(found["Y"]), int(found["m"]), 1, tzinfo=VIETNAM)
        yield _Reading(first.astimezone(UTC), Precision.MONTH)


_Clock = tuple[int, int, int, timedelta | None, Precision]


def _days(text: str, month_first: bool) -> Iterator[tuple[date, int, int, _Clock | None]]:
    """The possible days with their place in the text; a compact form brings its own clock."""
    for pattern in (ISO_DAY, _WORDED, _DAY_NAME_YEAR, _NAME_DAY_YEAR):
        if found := pattern.search(text):
            groups = found.groupdict()
            if "name" in groups:
                month = _MONTHS[groups["name"]]
            else:
                month = int(groups["m"]) if groups["m"].isdigit() else _VIET_MONTHS[groups["m"]]
            if day := _day(_full_year(groups["Y"]), month, int(groups["d"])):
                yield day, found.start(), found.end(), None
                return
    if found := _NUMERIC.search(text):
        a, b, year = int(found["a"]), int(found["b"]), _full_year(found["Y"])
        orders = [_day(year, b, a), _day(year, a, b)]
        if (month_first or _is_american(text)) and a <= 12:
            orders.reverse()
        days = [day for day in orders if day is not None]
        if (weekday := _weekday(text)) is not None and len(days) == 2 and days[0] != days[1]:
            days.sort(key=lambda day: day.weekday() != weekday)
        for day in days:
            yield day, found.start(), found.end(), None
        return
    if found := _COMPACT.search(text):
        day = _day(int(found["Y"]), int(found["m"]), int(found["d"]))
        clock: _Clock | None = None
        if found["H"]:
            precision = Precision.SECOND if found["S"] else Precision.MINUTE
            clock = (
                int(found["H"]),
                int(found["M"]),
                int(found["S"] or 0),
                zone_at(text, found.end()),
                precision,
            )
        if day:
            yield day, found.start(), found.end(), clock


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full_year(digits: str) -> int:
    number = int(digits)
    return number if len(digits) == 4 else 2000 + number if number < 70 else 1900 + number


def _is_american(text: str) -> bool:
    found = _AMERICAN.search(text)
    return bool(
        found
        and not _PADDED.search(text)
        and _AMERICAN_ONLY.search(found[0])
        and not _VIETNAMESE_WORDS.search(text)
    )


def _weekday(text: str) -> int | None:
    found = [number for pattern, number in _WEEKDAYS if pattern.search(text)]
    return found[0] if len(found) == 1 else None


def _clock(text: str, start: int, end: int) -> _Clock | None:
    """The time of day that belongs to the date at `start:end`: the first after it, else the last before it."""
    after = next(iter(CLOCK.finditer(text, end)), None)
    before = None
    for found in CLOCK.finditer(text, 0, start):
        before = found
    if after is not None and before is not None:
        # Both sides: the nearer one, e.g. "08:47 07/03/2026 … 09:00"
        after = after if after.start() - end <= start - before.end() else None
    match = after or before
    if match is None:
        return None
    hour, minute, second = int(match["H"]), int(match["M"]), int(match["S"] or 0)
    half = (match["half"] or match["halfdots"] or "").replace(".", "")
    hour = _of_24(hour, half)
    if hour == 24:
        hour = 0
    if hour > 23 or minute > 59 or second > 59:
        return None
    return (
        hour,
        minute,
        second,
        zone_at(text, match.end()),
        Precision.SECOND if match["S"] else Precision.MINUTE,
    )


def _of_24(hour: int, half: str) -> int:
    """The hour of 24 that an hour of 12 means: "11:05 tối" is 23:05, "1:30 đêm" stays, "12:10 trưa" too."""
    if hour == 12:
        return 0 if half in ("am", "sa", "sang", "dem") else 12
    after_noon = (
        half in ("pm", "ch", "chieu", "toi") or (half == "trua" and hour < 4) or (half == "dem" and hour >= 6)
    )
    return hour + 12 if after_noon and hour < 12 else hour


def zone_at(text: str, position: int) -> timedelta | None:
    """The zone written after a clock time; None when there is none (Vietnamese local time)."""
    found = _ZONE.match(text[position : position + 24])
    if found is None:
        found = _ZONE_ANYWHERE.search(text)
        if found is None:
            return None
    groups = found.groupdict()
    if groups.get("z") or groups.get("name"):
        return timedelta(0)
    offset = timedelta(hours=int(groups["h"]), minutes=int(groups["m"] or 0))
    if offset > timedelta(hours=14):
        return None
    return -offset if groups["sign"] == "-" else offset


def prefers_month_first(raws: Iterable[str | None]) -> bool:
    """Do the dates of one feed write the month first? Proof from those that allow one order only.

    A feed writes all its dates alike, so one `9/14/2026` settles `9/5/2026` beside it.
    """
    first = second = 0
    for raw in raws:
        found = _NUMERIC.search(strip_marks(squeeze(raw))) if raw else None
        if found:
            first += int(found["a"]) > 12
            second += int(found["b"]) > 12
    return second > 0 and first == 0


# VCCorp and its kin: a site prefix and yyMMddHHmmss, or the full year, at the end of the slug.
_URL_TIMES = (
    re.compile(r"[-/](?:\d{3})?(?P<Y>20[0-3]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?P<H>[01]\d|2[0-3])(?P<M>[0-5]\d)(?P<S>[0-5]\d)\d{0,5}\.(?:htm|chn|html)$"),
    re.compile(r"-\d{3}(?P<y>[12]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?P<H>[01]\d|2[0-3])(?P<M>[0-5]\d)(?P<S>[0-5]\d)\d{3}\.(?:htm|chn|html)$"),
    re.compile(r"/(?P<Y>(?:19|20)\d\d)/?(?P<m>0[1-9]|1[0-2])/?(?P<d>0[1-9]|[12]\d|3[01])/"),
)  # fmt: skip


def url_time(url: str, pattern: str | None, now: datetime) -> ParsedDate | None:
    """The time written into an address, by the outlet's pattern or the general forms; None when there is none."""
    path = url.split("?", 1)[0].split("#", 1)[0]
    for form in ([re.compile(pattern)] if pattern else []) + list(_URL_TIMES):
        found = form.search(path)
        if not found:
            continue
        part = {key: value for key, value in found.groupdict().items() if value is not None}
        year = int(part["Y"]) if "Y" in part else 2000 + int(part["y"]) if "y" in part else None
        if year is None or "m" not in part:
            continue
        precision = (
            Precision.SECOND
            if "S" in part
            else Precision.MINUTE
            if "M" in part
            else Precision.DAY
            if "d" in part
            else Precision.MONTH
        )
        try:
            local = datetime(
                year, int(part["m"]), int(part.get("d", 1)),
                int(part.get("H", 0)), int(part.get("M", 0)), int(part.get("S", 0)), tzinfo=VIETNAM,
            )  # fmt: skip
        except ValueError:
            continue
        value = local.astimezone(UTC)
        if year >= OLDEST_YEAR and value <= now + FUTURE_TOLERANCE:
            return ParsedDate(value=value, precision=precision, raw=found[0].strip("-/"))
    return None
