"""The period an agreement is for: "2022-2027" or "2024", as the text says it, else nothing.

A conference that reviews 2023 and signs for 2024 is about 2024; one that only reviews 2012–2017 is about 2012–2017.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.reading.units import Unit
from pipelines.reading.words import pattern
from pipelines.types import Act

_RANGE = re.compile(
    r"(?<![\d/.\-])(?:năm )?(?P<a>(?:19|20)\d\d)\s*(?:-|–|—|−|‑|đến hết|đến năm|đến|tới năm|tới)\s*(?P<b>(?:19|20)\d\d)(?![\d/]|\.\d)"
)
#: "từ 1/6/2016 – 1/6/2017": the years of two days.
_DAY_RANGE = re.compile(
    r"từ (?:ngày |tháng )?(?:\d{1,2}[/.-])?\d{1,2}[/.-](?P<a>20\d\d)\s*(?:-|–|—|đến hết|đến|tới)\s*(?:ngày |tháng )?(?:\d{1,2}[/.-])?\d{1,2}[/.-](?P<b>20\d\d)(?!\d)"
)
_SHORT_RANGE = re.compile(r"giai đoạn (?P<a>20\d\d)\s*[-–]\s*(?P<b>\d\d)(?!\d)")
_YEAR = pattern(r"năm (?P<a>20\d\d)(?![\d])(?!\s*[-–]\s*20\d\d)")
_BARE_YEAR = pattern(
    r"(?:hợp tác|phối hợp|kết nghĩa|trọng tâm|ghi nhớ|quy chế|chương trình|kế hoạch|thường niên|nhiệm vụ|hướng|\bsang)(?: năm| cho)? (?P<a>20\d\d)(?![\d/])(?!\s*[-–])"
)
_REVIEW_OF = pattern(r"(?:sơ|tổng) kết(?:(?!\bký\b)[^.;,]){0,110} năm $")
_QUARTER = pattern(r"quý (?:i{1,3}|iv|[1-4])(?:[-/ ]|,? năm )(?P<a>20\d\d)(?!\d)")
_THIS_YEAR = pattern(r"(?:kế hoạch|chương trình|hợp tác|phối hợp|nhiệm vụ)[^.,;]{0,40} năm nay|năm nay")

_SIGNED = pattern(r"\b(?:ký|kí)\b(?: kết)?|gia hạn|kéo dài")
_PLAN = pattern(
    r"phương hướng|bàn hướng|đặt hướng|định hướng|nhiệm vụ|kế hoạch|triển khai|thời gian tới|trọng tâm|thống nhất|phấn đấu|tiếp tục|sắp tới|tới đây|năm nay|cho giai đoạn|mở giai đoạn|bước vào|\bsang(?= (?:năm )?20\d\d)|chương trình hành động|\bchốt|(?:nội dung|công việc|việc|hướng|mục tiêu)(?= (?:của |cho )?năm )"
)
_REVIEW = pattern(
    r"sơ kết|tổng kết|đánh giá|kết quả|nhìn lại|kiểm điểm|rà soát|xem lại|báo cáo|năm qua|năm thực hiện|năm triển khai|đã thực hiện|hoạt động kết nghĩa từ"
)
_OLD = pattern(
    r"(?:từ|sau|trước|(?<!tháng )(?<!nửa )(?<!cho )(?<!hoạch )(?<!vụ )cuối|(?<!tháng )(?<!nửa )đầu|đến|tới|hết|tháng \d+|kể từ|thành lập|nghị quyết(?! liên tịch)|nghị định|thông tư|(?<!pháp )luật|chỉ thị|quyết định|ban hành|ký kết năm|ký năm|được ký)(?: |\W+$)(?:\w+ ){0,2}$"
)
#: "bản ghi nhớ năm 2021": an older paper, unless the same clause says that it is signed now.
_OLD_PAPER = pattern(r"(?:bản ghi nhớ|biên bản ghi nhớ)\W+(?:\w+\W+){0,2}$")
_TOGETHER = pattern(r"hợp tác|phối hợp|kết nghĩa")
#: "thỏa thuận hợp tác năm | 2026 | với tập đoàn".
_PAPER_FOR = pattern(
    r"(?:thỏa thuận|chương trình|kế hoạch|quy chế|biên bản) (?:hợp tác|phối hợp|ghi nhớ)(?: \w+){0,3} năm \Z"
)
#: "Thỏa thuận hợp tác năm | 2022 | đã được hai bên ký".
_IS_SIGNED = pattern(
    r"[^.;]{0,40}(?:đã|vừa|mới) được [^.;]{0,90}\b(?:ký|kí)\b(?! (?:từ|năm|ngày))|[^.;,]{0,80}(?:đã|vừa|mới) được (?:ký|kí)"
)
_WITH_WHOM = pattern(r" (?:với|giữa)\b")
_HALF_YEAR = pattern(r"(?:tháng|nửa) (?:đầu|cuối) năm\s*$|\bquý (?:i{1,3}|iv|[1-4])(?:[-/ ]|,? năm )$")
#: The year in which an older paper was signed.
_SIGNED_IN = pattern(
    r"\b(?:ký|kí)(?: kết| lại)? (?:từ |vào |trong )?(?:cuối |đầu |quý \w+[/ ]?)?(?:năm\s*)?$"
)
#: "thay quy chế năm 2010".
_REPLACED = pattern(
    r"\b(?:thay(?: thế)?(?: cho)?|bổ sung) (?:quy chế|chương trình|biên bản|thỏa thuận|kế hoạch|văn bản|bản)[^.;,]{0,30} năm $"
)
_NOT_A_PERIOD = pattern(
    r"(?:căn cứ|nằm trong|tầm nhìn|chiến lược|đề án|dự án|nghị quyết(?! liên tịch)|mục tiêu|tiêu chí|chương trình mục tiêu|chuẩn nghèo|quy hoạch|nhiệm kỳ|nối tiếp thỏa thuận|giai đoạn trước)[^.;:]{0,45}$|(?:căn cứ|nằm trong)[^.;:]{0,170}$"
    r"|đến (?:năm )?20\d\d,? (?:định hướng|tầm nhìn)[^.;:]{0,12}$|(?:bắt|khởi) đầu từ (?:giai đoạn )?$"
)


@dataclass(frozen=True, slots=True)
class PeriodFound:
    """A period that a sentence tells, and how much says that it is the paper's."""

    value: str
    unit: Unit
    start: int
    end: int
    score: float
    reviewed: bool


def find_period(units: list[Unit], acts: tuple[Act, ...], *, year: int | None = None) -> PeriodFound | None:
    """The period that the story states for the agreement. `year`: that of publication, for "năm nay"."""
    signs = bool({Act.KY_KET, Act.GIA_HAN, Act.TRAO_DOI} & set(acts))
    if year is None:
        last = year_summed_up(units)  # "rà soát kế hoạch năm 2022 … ký kế hoạch năm nay": the next one
        year = last + 1 if last is not None else None
    found = [candidate for unit in units if _worth(unit) for candidate in _candidates(unit, year)]
    if signs:
        forward = [c for c in found if not c.reviewed and c.score >= 2.0]
        if forward or not {Act.SO_KET, Act.TONG_KET} & set(acts):
            return max(forward, key=_rank, default=None)
        return None  # signed anew without saying for how long
    planned = [c for c in found if not c.reviewed and c.score >= 2.0]
    if planned:
        return max(planned, key=_rank)
    return _reviewed(found)


def _reviewed(found: list[PeriodFound]) -> PeriodFound | None:
    spans = [c for c in found if _half_year(c) or (c.reviewed and ("-" in c.value or _year_reviewed(c)))]
    return max(spans, key=lambda c: (c.score, c.value), default=None)


_LAST_YEAR = pattern(
    r"(?:rà soát|đánh giá|kiểm điểm|xem lại|nhìn lại|kiểm lại|sơ kết|tổng kết|kết quả)(?:(?!\bký\b)[^.;,]){0,60} năm (20\d\d)(?![\d/])"
)


def year_summed_up(units: list[Unit]) -> int | None:
    """The year that the opening says is reviewed: "rà soát kế hoạch năm 2022", "tổng kết … năm 2022"."""
    for unit in units[:4]:
        told = _LAST_YEAR.search(unit.low)
        if told:
            return int(told[1])
    return None


def _year_reviewed(candidate: PeriodFound) -> bool:
    """ "tổng kết công tác phối hợp năm 2020": the year that the meeting is about."""
    return _REVIEW_OF.search(candidate.unit.low[: candidate.start]) is not None


def _half_year(candidate: PeriodFound) -> bool:
    """ "6 tháng đầu năm 2024": a review of part of a year is about that year."""
    before = candidate.unit.low[: candidate.start]
    return _HALF_YEAR.search(before) is not None and _SIGNED_IN.search(before) is None


def _worth(unit: Unit) -> bool:
    return unit.index <= 14 or unit.pointed or unit.caption or _SIGNED.search(unit.low) is not None


def _rank(candidate: PeriodFound) -> tuple[float, str]:
    return (round(candidate.score, 1), candidate.value)


def _candidates(unit: Unit, year: int | None) -> list[PeriodFound]:
    low = unit.low
    out: list[PeriodFound] = []
    if "20" not in low and "19" not in low and "năm nay" not in low:
        return out
    taken: list[tuple[int, int]] = []
    for shape in (_RANGE, _DAY_RANGE, _SHORT_RANGE):
        for match in shape.finditer(low):
            first = int(match["a"])
            last = int(match["b"]) if len(match["b"]) == 4 else first // 100 * 100 + int(match["b"])
            if not first < last <= first + 25 or any(s <= match.start() < e for s, e in taken):
                continue
            taken.append(match.span())
            out.append(_judge(unit, match.start(), match.end(), f"{first}-{last}"))
    for shape in (_QUARTER, _YEAR, _BARE_YEAR):
        for match in shape.finditer(low):
            if any(s <= match.start("a") < e for s, e in taken):
                continue
            taken.append(match.span())
            out.append(_judge(unit, match.start("a"), match.end("a"), match["a"]))
    if year is not None:
        for match in _THIS_YEAR.finditer(low):
            out.append(_judge(unit, match.end() - len("năm nay"), match.end(), str(year)))
    return [candidate for candidate in out if candidate.score > 0]


def _judge(unit: Unit, start: int, end: int, value: str) -> PeriodFound:
    low = unit.low
    before = low[:start]
    clause = before[max(before.rfind(";"), before.rfind(":"), 0) :]
    score = 1.0
    sign = None
    for match in _SIGNED.finditer(clause):
        sign = match.end()
    review = None
    for match in _REVIEW.finditer(clause):
        review = match.end()
    plan = None
    for match in _PLAN.finditer(clause):
        near = review is not None and review - 20 <= match.start() <= review + 12
        if not near or "," in clause[review : match.start()]:
            plan = match.end()  # not the plan whose results are reviewed
    is_range = "-" in value
    if is_range:
        score += 1.2
    if sign is not None:
        score += 2.0 if len(clause) - sign < 130 else 0.8
    elif plan is not None:
        score += 1.3 if len(clause) - plan < 90 else 0.5
    elif unit.field == "title":
        score += 1.0
    elif _SIGNED.search(low, end) and is_range:
        score += 0.8
    if unit.field == "title":
        score += 0.8 if sign is not None or not _TOGETHER.search(clause) else 1.4
    elif unit.lead:
        score += 0.5
    elif unit.caption or unit.pointed:
        score += 0.3
    reviewed = review is not None and (sign is None or review > sign) and (plan is None or review > plan)
    if _NOT_A_PERIOD.search(before):
        score -= 2.2
    if is_range and (
        before.endswith("năm học ") or (low.startswith("năm ", start) and before.endswith("trong "))
    ):
        score -= 2.5  # what was done in those years
    if not is_range and sign is None and _PAPER_FOR.search(before):
        score += 2.0 if _WITH_WHOM.match(low, end) or _IS_SIGNED.match(low, end) else 0.0
    if not is_range and (_SIGNED_IN.search(before) or _REPLACED.search(before)):
        score -= 3.0
    since = before[: max(0, len(before) - (4 if low[start - 4 : start] == "năm " else 0))]
    if not is_range and ((sign is None and _OLD_PAPER.search(before)) or _OLD.search(since)):
        score -= 2.5
    if not is_range and sign is None and plan is None:
        score -= 1.0
    return PeriodFound(value, unit, start, end, score, reviewed)
