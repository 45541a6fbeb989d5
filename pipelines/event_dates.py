"""When it happened: a date in a story's words, resolved against the publication.

"Sáng 3-1", "Ngày 9/4", "hôm qua 22.2", "chiều nay (15/7)", "ngày 19 tháng 4 năm 2017". Day comes before month. The
result is never after publication, and says how much of it is known. Without a year in the words and without a
publication time there is no date: empty rather than guessed. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from pipelines.reading.words import even, pattern
from pipelines.types import Precision

#: Vietnam has had no daylight saving time and one zone since 1975.
_LOCAL = timezone(timedelta(hours=7))
#: A date without a year that would lie further back than this was no report of what happened but a plan.
_FURTHEST_BACK = timedelta(days=200)

_CUE = r"(?P<cue>ngày|chủ nhật|thứ (?:hai|ba|tư|năm|sáu|bảy)|sáng|trưa|chiều|tối|đêm|hôm|hôm qua|hôm nay|sáng nay|chiều nay|tối nay|sáng qua|chiều qua|tối qua|khuya)"
_DATE = pattern(
    r"(?:" + _CUE + r",?\s*(?:mùng\s*)?\(?|\(\s*)(?:ngày\s*)?(?:(?:từ|thứ \w+),?\s*(?:ngày\s*)?)?"
    r"(?P<d>[0-3]?\d)(?:\s*(?:-|–|và|đến)\s*(?:ngày\s*)?[0-3]?\d(?=\s*[/.]\s*[01]?\d\b(?!\s*[/.-]\s*[01]?\d[/.-])))?"
    r"\s*(?:[/.\-–]\s*|\s*tháng\s*)(?P<m>[01]?\d)(?!\d)(?:\s*(?:[/.\-–]|,?\s*năm)\s*(?P<y>(?:19|20)\d\d|(?<=[/.])\d\d(?!\d)))?(?!\s*(?:%|tỷ|tỉ|triệu))"
)
_RELATIVE = pattern(
    r"\b(?P<word>hôm nay|sáng nay|trưa nay|chiều nay|tối nay|đêm nay|hôm qua|sáng qua|chiều qua|tối qua|đêm qua|hôm kia|ngày hôm qua|ngày hôm nay)\b"
)
#: "sáng thứ Ba", "hôm Chủ nhật tuần trước"; "lần thứ ba" has no time of day before it.
_WEEKDAY = pattern(
    r"\b(?:sáng|trưa|chiều|tối|đêm|hôm|ngày) (?:thứ (?P<day>hai|ba|tư|năm|sáu|bảy)|chủ nhật)(?P<before> tuần (?:trước|qua|rồi))?(?! tuần (?:này|tới|sau)|[ ,(]*(?:ngày )?\d| (?:hằng|hàng|tới|sau))\b"
)
_WEEKDAYS = {None: 6, "hai": 0, "ba": 1, "tư": 2, "năm": 3, "sáu": 4, "bảy": 5}
_STAMP = re.compile(r"(?P<d>[0-3]?\d)[/.\-](?P<m>[01]?\d)[/.\-](?P<y>20\d\d)\b")
_STAMP_NEAR = pattern(
    r"\d{1,2}[:h]\d\d|cập nhật|ngày đăng|đăng ngày|thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật|xuất bản|gmt"
)
_URL_MONTH = re.compile(r"/(20[0-3]\d)[/-]?(0[1-9]|1[0-2])(?:[/-]?(0[1-9]|[12]\d|3[01]))?/")
#: Before a date: it is that of a paper or of a founding, or the beginning of a span, not of the event.
_OTHER = pattern(
    r"(?:quyết định|nghị quyết|nghị định|thông tư|chỉ thị|kế hoạch|công văn|văn bản|hướng dẫn|luật|quy chế|chương trình|thông cáo|biên bản|kết luận|sắc lệnh)(?![^.;]*(?:hội đàm|hội nghị|cuộc|buổi|lễ))[^.;]{0,45}$"
    r"|(?:kể từ|từ|trước|đến|hết|thành lập|truyền thống|kỷ niệm|sinh|hạn)\s*$|(?<!\w)(?:số|qđ|nq|ct|tt)[^ )]*\s*$|\d năm(?: ngày)?[^.;,]{0,40}$"
)
#: So close to the publication a date after a paper's name is that of the event ("ký biên bản ghi nhớ tại Hà Nội ngày 20/7").
_RECENT = timedelta(days=20)
_NOT_THEN = pattern(
    r"(?:quyết định|nghị quyết|nghị định|thông tư|chỉ thị|công văn|hướng dẫn|luật|kết luận|sắc lệnh)[^.;]{0,45}$"
    r"|(?:kể từ|từ|trước|đến|hết|thành lập|truyền thống|kỷ niệm|sinh|hạn|số)\s*$|\d năm ngày[^.;,]{0,40}$"
)
_OLD_SIGNING = pattern(r"(?:đã ký|được ký|ký|ban hành)\s*$")


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date and the words that say it (offsets into the text it was read from)."""

    value: date
    precision: Precision
    start: int
    end: int
    year_told: bool
    """The year stands in the words; else it came from the publication."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The day against which relative dates are read."""

    day: date
    exact: bool = True
    """False: only the month or year is known; `day` is then its last day."""
    deduced: bool = False
    """It comes from the agreement's own years and must not contradict a date that tells its year."""


def reference_of(published: datetime | None, text: str = "", url: str = "") -> Reference | None:
    """The publication day: the story's own, else the time stamp that the page printed into its text, else the URL's.

    A URL that holds only year and month gives a reference that is not exact: it bounds a date, "hôm nay" stays unknown.
    """
    if published is not None:
        return Reference(published.astimezone(_LOCAL).date())
    head = even(text[:220])
    for stamp in _STAMP.finditer(head):
        around = head[max(0, stamp.start() - 30) : stamp.end() + 20]
        if _STAMP_NEAR.search(around):
            day = _day(int(stamp["y"]), int(stamp["m"]), int(stamp["d"]))
            if day is not None:
                return Reference(day)
    found = _URL_MONTH.search(url)
    if found:
        year, month = int(found[1]), int(found[2])
        if found[3]:
            day = _day(year, month, int(found[3]))
            return Reference(day) if day else None
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return Reference(last, exact=False)
    return None


def deduced_reference(
    period: str | None, reviewed_year: int | None, *, year_summed_up: int | None = None
) -> Reference | None:
    """The year that the agreement's own years imply, for a story whose publication is unknown.

    A paper for 2021–2025 is signed in 2021, a review of the first half of 2024 is held in 2024. It bounds a date by the
    end of that year; whoever knows the publication should pass it instead. `year_summed_up`: the meeting reviews that
    year and plans the next one, so it is held from the autumn of the one to the summer of the other.
    """
    if period is not None and year_summed_up is not None and int(period[:4]) == year_summed_up + 1:
        return Reference(date(year_summed_up + 1, 9, 30), exact=False, deduced=True)
    if period is not None and (reviewed_year is None or reviewed_year <= int(period[-4:])):
        return Reference(date(int(period[:4]), 12, 31), exact=False, deduced=True)
    if reviewed_year is not None:
        return Reference(date(reviewed_year, 12, 31), exact=False, deduced=True)
    return None


def dates_in(text: str, reference: Reference | None, *, low: str | None = None) -> Iterable[DateFound]:
    """The dates told in a sentence that may be that of the event, in order of place. `low`: its even form, where known."""
    low = even(text) if low is None else low
    out: list[DateFound] = []
    for match in _DATE.finditer(low):
        before = low[: match.start()]
        told = match["y"] is not None
        if _is_stamp(low, match):
            continue
        value = _resolve(match, reference)
        if value is None:
            continue
        recent = reference is not None and reference.exact and reference.day - value <= _RECENT
        other = _OTHER.search(before) or (told and _OLD_SIGNING.search(before))
        if not other or (recent and not _NOT_THEN.search(before)):
            out.append(DateFound(value, Precision.DAY, match.start(), match.end(), told))
    if not out and reference is not None and reference.exact:
        for match in _RELATIVE.finditer(low):
            back = 2 if "kia" in match["word"] else 1 if "qua" in match["word"] else 0
            out.append(
                DateFound(
                    reference.day - timedelta(days=back), Precision.DAY, match.start(), match.end(), False
                )
            )
        for match in _WEEKDAY.finditer(low) if not out else ():
            back = (reference.day.weekday() - _WEEKDAYS[match["day"]]) % 7
            if match["before"]:  # counted from the Monday of the publication's week
                back = reference.day.weekday() + 7 - _WEEKDAYS[match["day"]]
            out.append(
                DateFound(
                    reference.day - timedelta(days=back), Precision.DAY, match.start(), match.end(), False
                )
            )
    return out


def _is_stamp(low: str, match: re.Match[str]) -> bool:
    """A page's own time stamp stands at the beginning with a clock time beside it."""
    around = low[max(0, match.start() - 12) : match.end() + 12]
    return match.start() < 60 and re.search(r"\d{1,2}:\d\d|ngày đăng|cập nhật ngày", around) is not None


def _resolve(match: re.Match[str], reference: Reference | None) -> date | None:
    day, month = int(match["d"]), int(match["m"])
    if match["y"] is not None:
        year = int(match["y"])
        value = _day(year + 2000 if year < 100 else year, month, day)
        bound = reference is not None and not reference.deduced
        if value is None or (bound and reference is not None and value > reference.day):
            return None
        return value
    if reference is None:
        return None
    value = _day(reference.day.year, month, day)
    if value is not None and value > reference.day:
        value = _day(reference.day.year - 1, month, day)
    if value is None or (reference.exact and reference.day - value > _FURTHEST_BACK):
        return None
    return value


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
