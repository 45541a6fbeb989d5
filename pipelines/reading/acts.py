"""Acts and kind: what was done (signed, reviewed, extended, exchanged) with what kind of paper."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.reading.units import Unit
from pipelines.reading.words import even, pattern
from pipelines.types import Act, Kind, Span

_PAPERS = (
    r"chương trình|quy chế|qui chế|biên bản|bản ghi nhớ|ghi nhớ|mou\b|thỏa thuận|thoả thuận|kế hoạch|hợp đồng|hiệp định|hiệp ước|"
    r"ý định thư|tuyên bố|văn kiện|văn bản|nghị quyết|thông tư|hiệp đồng|nghị định thư|cam kết|giao ước|kết nghĩa|hợp tác|phối hợp|"
    r"liên kết|liên tịch|đối tác|dự án|bản ghi nhận"
)
#: "ký" as the verb of signing, not in "ký giả", "nhật ký", "chữ ký", "đăng ký", "thư ký".
_SIGN = pattern(
    r"(?<!nhật )(?<!chữ )(?<!đăng )(?<!thư )(?<!du )(?<!tự )(?<!hồi )(?<!bút )\b(?:ký|kí)\b(?! (?:giả|hiệu|ức|sự|túc|tên|tự|gửi|quỹ|sinh|danh|kết luận|thay))(?: kết)?|đặt bút ký|tái ký"
)
_PAPER = pattern(_PAPERS)
_CEREMONY = pattern(r"lễ (?:ký|kí)(?: kết)?|hội nghị (?:ký|kí)(?: kết)?|buổi (?:ký|kí)(?: kết)?")
#: Marks of an older signing told as background.
_BACKGROUND = pattern(
    r"được ký (?:kết )?(?:từ|năm|ngày \d)|(?:ký|kí)(?: kết)? (?:từ |vào )?(?:năm|tháng|ngày \d{1,2}[/-]\d{1,2}[/-]\d{4})"
    r"|(?:ký|kí) giữa|trước đó|trước đây|từng ký|(?:mà|văn bản|thỏa thuận|biên bản|chương trình|quy chế|nội dung) (?:hai bên |các bên )?(?:đã )?(?:ký|kí)(?: kết)?(?= (?:trước|năm|từ|ngày))"
    r"|thực hiện (?:các |những )?(?:chương trình|quy chế|biên bản|thỏa thuận|văn bản|nội dung)[^.,;]{0,60}?(?:đã|được) (?:ký|kí)|theo[^.,;]{0,60}?(?:đã|được) (?:ký|kí)|nối tiếp thỏa thuận"
    r"|\Athực hiện (?:các )?(?:hiệp định|chương trình|quy chế|biên bản|thỏa thuận) (?:ký|kí)"
)
_JUST = pattern(r"vừa (?:mới )?(?:được )?(?:chính thức )?\Z|mới (?:được )?\Z")
_EXTEND = pattern(
    r"gia hạn|kéo dài (?:thời hạn|thời gian (?:hiệu lực|thực hiện|hợp tác)|hiệu lực|bản ghi nhớ|thỏa thuận|biên bản|chương trình|quy chế|hợp đồng|hợp tác|thêm)|(?:ký|kí) lại|tái ký"
    r"|nối dài (?:thỏa thuận|chương trình|hợp tác|quan hệ|hợp đồng)|duy trì (?:hiệu lực )?(?:bản ghi nhớ|thỏa thuận|biên bản|chương trình|quy chế|hợp tác)[^.;]{0,40} thêm \w+ năm"
)
_NOT_EXTEND = pattern(
    r"tự(?: động)? gia hạn|gia hạn (?:nợ|thời gian nộp|visa|thị thực|hộ chiếu|giấy phép|hợp đồng lao động|tự động)|(?:có thể|sẽ)(?: xem xét)?(?: được)? (?:tự động )?gia hạn"
    r"|được (?:xem xét )?gia hạn[^.;]{0,40}(?:nếu|trừ khi)|(?:hiệu lực|thời hạn)[^.;]{0,60}(?:và|,|rồi)[^.;,]{0,25}được (?:xem xét )?gia hạn"
)
#: What is signed is the extension itself: "ký | gia hạn", "ký văn bản | kéo dài".
_OF_EXTENSION = pattern(
    r"(?: kết)?(?: (?:văn bản|phụ lục|nghị định thư|thỏa thuận|biên bản|hợp đồng|bổ sung|thư|về|việc|để|nhằm))* (?:gia hạn|kéo dài|nối dài)"
)
_EXCHANGE = pattern(
    r"(?:lễ )?(?:trao|trao đổi|tiến hành trao)(?: cho nhau)? (?:các |\d+ |nhiều |những |bản |hai |ba |một số )?"
    r"(?:biên bản|bản ghi nhớ|ghi nhớ|văn kiện|thỏa thuận|văn bản (?:hợp tác|thỏa thuận|ghi nhớ|phối hợp|ký kết|đã ký)|hiệp định|mou|công hàm|bản ký kết|quy chế|chương trình (?:phối hợp|hợp tác)|thư)"
    r"|(?:biên bản|ghi nhớ|văn kiện|thỏa thuận)(?: hợp tác)? (?:đã |vừa )?được (?:hai bên |các bên )?trao(?! đổi)\b"
)
_NOT_REVIEW = pattern(
    r"(?:hằng|hàng|mỗi) (?:năm|quý|tháng|kỳ)|định kỳ|sẽ (?:tổ chức )?(?:sơ|tổng)|để (?:sơ|tổng)|(?:sơ kết|tổng kết)[^.]{0,25} một lần"
    r"|sơ kết,? (?:và )?tổng kết,? (?:rút|chuyên|đánh|công tác)|tổng kết,? rút|báo cáo tổng kết|tổng kết (?:chuyên|năm học|thực tiễn)|\d+ năm tổng kết|hội nghị tổng kết năm học|lễ tổng kết|giao ban"
)


_TWINNING = pattern(
    r"(?:lễ|tổ chức|đã|chính thức|thiết lập|ký|quan hệ|làm lễ|hoạt động)[^.]{0,30}kết nghĩa|kết nghĩa với"
)


#: A meeting that looks back at the cooperation, in other words than "sơ kết" and "tổng kết".
_REVIEWED = pattern(
    r"(?:rà soát|kiểm điểm|nhìn lại|xem lại|kiểm lại|(?<!được )đánh giá(?! cao))[^.;]{0,40}(?:kết quả|hợp tác|phối hợp|hiệp đồng|biên bản|quy chế|chương trình|thỏa thuận|kế hoạch|trong năm|năm 20\d\d)"
    r"|nhìn lại (?:\d+|hai|ba|bốn|năm|mười|một) năm"
    r"|báo cáo (?:kết quả )?(?:hợp tác|phối hợp)"
)
#: A meeting on how far a joint programme has come.
_PROGRESS = pattern(r"họp[^.;]{0,90}tiến độ[^.;]{0,40}(?:chương trình|quy chế|kế hoạch) phối hợp")
_COUNT = r"\d{1,2}|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười"
#: A sentence that tells what was done together in the years of the agreement.
_LOOKS_BACK = pattern(
    rf"(?:\A|[.;:,] ?|\bqua |\btrong |\bsau )(?:(?P<one>một|01|1)|(?:{_COUNT})) năm (?:qua|vừa qua|thực hiện|triển khai|phối hợp)\b"
    rf"|\bcó (?:{_COUNT}) năm (?:qua )?cùng\b"
    r"|\A(?:năm (?:20\d\d|qua|vừa qua|trước)|trong năm(?: qua| 20\d\d)?), "
    r"|hội nghị (?:cho biết|cho thấy|ghi nhận)[^.;]{0,20} giai đoạn 20\d\d"
)
_TOGETHER = pattern(
    r"\b(?:hai|các|những) (?:lực lượng|đơn vị|bên|ngành|cơ quan|tỉnh|hội)\b|đôi bên|\bcùng\b|phối hợp|chương trình|quy chế|biên bản|thỏa thuận|hội nghị|\bbạn\b"
)
_AHEAD = pattern(r"\bsẽ\b|tập trung|dự định|tiếp tục|phấn đấu")
_ALREADY = pattern(r"(?:\bđã|\bdự lễ|\bdự hội nghị|\bdự buổi) \Z")
_WHOLE_TERM = pattern(
    r"năm (?:20\d\d|qua|vừa qua|trước)|giai đoạn|cuối kỳ|\d+ năm|(?:hai|ba|bốn|mười) năm|thập kỷ"
)
_PART_OF_YEAR = pattern(r"(?:\d+|sáu|chín|ba) tháng|(?:nửa|quý) (?:đầu|cuối|i)")
#: "Tại hội nghị, hai bên đã đánh giá kết quả …": the meeting itself looks back.
_AT_THE_MEETING = pattern(r"\W*tại (?:hội nghị|hội đàm|buổi hội đàm|cuộc hội đàm|cuộc họp)\b")
#: An agreement made known without the word of signing.
_ANNOUNCED = pattern(
    r"(?:công bố|thiết lập|thông qua|đạt(?: được)?|theo|một|về|bằng)(?: \w+){0,3} (?:thỏa thuận|thoả thuận|hợp tác chiến lược|quan hệ đối tác|hợp tác)|thỏa thuận (?:hợp tác|giữa)|thoả thuận (?:hợp tác|giữa)"
    r"|hợp tác (?:chiến lược|toàn diện)|bắt tay|quan hệ đối tác|đối tác chiến lược|nhà phân phối chiến lược|chương trình phối hợp"
)


@dataclass(frozen=True, slots=True)
class ActFound:
    """An act and the words that tell it."""

    act: Act
    unit: Unit
    start: int
    end: int
    strength: float

    @property
    def span(self) -> Span:
        return self.unit.span(self.start, self.end)


def find_acts(units: list[Unit]) -> list[ActFound]:
    """The acts that the story itself reports, each once, the main one first."""
    best: dict[Act, ActFound] = {}
    for unit in units:
        for found in _acts_in(unit):
            known = best.get(found.act)
            if known is None or found.strength > known.strength:
                best[found.act] = found
    if Act.SO_KET not in best and Act.TONG_KET not in best:
        looked_back = _opening_looks_back(units)
        if looked_back is not None:
            best[looked_back.act] = looked_back
    if Act.SO_KET in best and Act.TONG_KET in best:
        weaker = min(best[Act.SO_KET], best[Act.TONG_KET], key=lambda found: found.strength)
        del best[weaker.act]
    signed = best.get(Act.KY_KET)
    if signed is not None and len(best) > 1 and "nghĩa" in signed.unit.low[signed.start : signed.end]:
        del best[Act.KY_KET]  # "sơ kết hoạt động kết nghĩa" founds no twinning
    if Act.KY_KET in best and best[Act.KY_KET].strength <= 1.0 and len(best) > 1:
        del best[Act.KY_KET]  # a paper only named, in a story that tells another act
    if Act.GIA_HAN in best and Act.KY_KET in best and best[Act.KY_KET].strength < 2:
        del best[Act.KY_KET]
    kept = [found for found in best.values() if found.strength >= 1.0]
    return sorted(kept, key=lambda found: _ORDER[found.act])


def _opening_looks_back(units: list[Unit]) -> ActFound | None:
    """A story whose text opens with the results of the years so far, before it tells of any new signing, tells a review."""
    for unit in units[1:4]:
        low = unit.low
        found = _LOOKS_BACK.search(low)
        signs = [sign.start() for sign in _SIGN.finditer(low) if not _ALREADY.search(low[: sign.start()])]
        if _BACKGROUND.search(low):
            signs = []
        if (
            found
            and _TOGETHER.search(low)
            and not _AHEAD.search(low)
            and not any(s < found.start() for s in signs)
        ):
            act = Act.SO_KET if found["one"] else Act.TONG_KET
            return ActFound(act, unit, found.start(), found.end(), 1.1)
        if signs:
            return None
    return None


#: A conference reviews first and signs after it.
_ORDER = {Act.TONG_KET: 0, Act.SO_KET: 1, Act.KY_KET: 2, Act.GIA_HAN: 3, Act.TRAO_DOI: 4}


def _weight(unit: Unit) -> float:
    if unit.field == "title":
        return 2.0
    if unit.lead:
        return 1.6
    return 1.2 if unit.caption or unit.pointed or unit.index <= 6 else 1.0


def holds_sign(low: str) -> bool:
    """May the verb of signing stand in an even text? Asked before any pattern is tried at every letter."""
    return "ký" in low or "kí" in low


_REVIEWS = ((even("sơ kết"), Act.SO_KET), (even("tổng kết"), Act.TONG_KET))
_TWIN = even("kết nghĩa")
#: No sentence far from the opening tells an act without one of these.
_TELLS = pattern(r"\bký|\bkí|kết|gia hạn|kéo dài|nối dài|trao")


def _acts_in(unit: Unit) -> list[ActFound]:
    low = unit.low
    if unit.index > 5 and _TELLS.search(low) is None:
        return []
    out: list[ActFound] = []
    weight = _weight(unit)
    signs = list(_SIGN.finditer(low)) if holds_sign(low) else []
    background = _BACKGROUND.search(low) if signs else None
    extend = _EXTEND.search(low)
    for sign in signs:
        if extend is not None and extend.start() <= sign.start() < extend.end():
            # "tái ký" signs again what ran out: both acts, whatever the sentence's place
            out.append(ActFound(Act.KY_KET, unit, sign.start(), sign.end(), max(weight, 2.0)))
            continue
        if extend is not None and _OF_EXTENSION.match(low, sign.end()):
            continue  # "ký phụ lục gia hạn thỏa thuận" is the extension, no new signing
        paper = _PAPER.search(low, sign.end(), min(len(low), sign.end() + 90)) or _PAPER.search(
            low, max(0, sign.start() - 90), sign.start()
        )
        ceremony = any(c.start() <= sign.start() < c.end() for c in _CEREMONY.finditer(low))
        told_before = (
            background is not None
            and background.start() - 40 <= sign.start() <= background.end() + 10
            and not _JUST.search(low[: sign.start()])
        )
        if not paper and not ceremony and "kết" not in sign.group() and unit.field != "title":
            continue
        strength = weight * (1.3 if paper or ceremony else 1.0) * (0.35 if told_before else 1.0)
        out.append(ActFound(Act.KY_KET, unit, sign.start(), sign.end(), strength))
    for word, act in _REVIEWS:
        at = low.find(word)
        if at >= 0:
            habit = _NOT_REVIEW.search(low)
            strength = weight * (0.3 if habit else 1.0) * (1.2 if unit.index <= 4 else 0.7)
            if _PAPER.search(low) is None and unit.index > 1:
                strength *= 0.7
            out.append(ActFound(act, unit, at, at + len(word), strength))
    if extend and not _NOT_EXTEND.search(low) and _PAPER.search(low):
        out.append(ActFound(Act.GIA_HAN, unit, extend.start(), extend.end(), weight))
    exchange = _EXCHANGE.search(low) if "trao" in low else None
    if exchange:
        out.append(ActFound(Act.TRAO_DOI, unit, exchange.start(), exchange.end(), weight * 0.85))
    opening = unit.index <= 4
    review = _REVIEWED.search(low) if opening or (unit.index <= 8 and _AT_THE_MEETING.match(low)) else None
    if review:
        act = Act.TONG_KET if _WHOLE_TERM.search(low) and not _PART_OF_YEAR.search(low) else Act.SO_KET
        strength = weight * 0.75 if opening else 1.0
        out.append(ActFound(act, unit, review.start(), review.end(), strength))
    progress = _PROGRESS.search(low) if unit.index <= 4 else None
    if progress:
        out.append(ActFound(Act.SO_KET, unit, progress.start(), progress.end(), max(weight, 1.1)))
    announced = _ANNOUNCED.search(low) if unit.index <= 5 else None
    if announced:
        out.append(ActFound(Act.KY_KET, unit, announced.start(), announced.end(), 1.0))
    twin = low.find(_TWIN)
    if twin >= 0 and _TWINNING.search(low):
        out.append(ActFound(Act.KY_KET, unit, twin, twin + 9, weight * 0.7))
    return out


# --- kind -------------------------------------------------------------------------------------------------------------

#: Words of which a paper's name holds at least one; the patterns of a kind are tried only where one of its own stands.
_PAPER_WORDS = tuple(
    even(word)
    for word in (
        "ghi nhớ", "mou", "memorandum", "biên bản", "hợp đồng", "văn bản", "chế", "kế hoạch", "ý định thư", "tuyên bố",
        "liên tịch", "hiệp", "nghị định thư", "cam kết", "giao ước", "văn kiện", "ký", "kí", "chương trình", "thỏa thuận",
        "thoả thuận", "hợp tác", "đối tác", "kết nghĩa",
    )
)  # fmt: skip


def _needs(words: str) -> frozenset[str]:
    """The paper words that occur in a kind's pattern: a text without any of them cannot match it."""
    low = even(words)
    return frozenset(word for word in _PAPER_WORDS if word in low)


_KINDS: tuple[tuple[Kind, float, re.Pattern[str], frozenset[str]], ...] = tuple(
    (kind, weight, pattern(words), _needs(words))
    for kind, weight, words in (
        (Kind.BIEN_BAN_GHI_NHO, 1.2, r"biên bản ghi nhớ|bản ghi nhớ|văn bản ghi nhớ|ghi nhớ|\bmou\b|memorandum"),
        (Kind.THOA_THUAN_HOP_TAC, 1.0, r"biên bản (?:hợp tác|thỏa thuận|thoả thuận)|hợp đồng (?:nguyên tắc|hợp tác)"),
        (Kind.BIEN_BAN_PHOI_HOP, 1.0, r"biên bản (?!hội đàm|hội nghị|làm việc|kết nghĩa|ký kết|vi phạm)|văn bản phối hợp"),
        (Kind.QUY_CHE_PHOI_HOP, 1.0, r"(?:quy chế|qui chế)(?! (?:thực hành|biên giới|thi|hoạt động của))"),
        (Kind.KHAC, 1.0, r"kế hoạch (?:phối hợp|hợp tác|liên tịch|liên ngành|hoạt động|hiệp đồng|năm|chung|công tác)|ý định thư|tuyên bố (?:chung|tầm nhìn)|nghị quyết liên tịch|thông tư liên tịch|hiệp đồng|hiệp ước|nghị định thư|hiệp định (?:thương mại|tự do)|cam kết chung"),
        (Kind.KHAC, 0.6, r"giao ước|hợp đồng (?!lao động|nguyên tắc|hợp tác)|văn kiện|(?:ký|kí) kết (?:cam kết|dự án)"),
        (Kind.CHUONG_TRINH_PHOI_HOP, 1.0, r"chương trình (?:số|phối hợp|hợp tác|hoạt động|công tác|liên tịch|liên kết|liên ngành|giai đoạn|năm|\d+ năm|chung|ký kết)"),
        (Kind.CHUONG_TRINH_PHOI_HOP, 0.5, r"(?:ký|kí)(?: kết)? phối hợp"),
        (Kind.CHUONG_TRINH_PHOI_HOP, 0.4, r"chương trình"),
        (Kind.THOA_THUAN_HOP_TAC, 1.0, r"(?:thỏa thuận|thoả thuận|hiệp định) (?:\w+ ){0,2}(?:hợp tác|phối hợp|hữu nghị|liên kết|chiến lược|khung)|(?:thỏa thuận|thoả thuận)"),
        (Kind.THOA_THUAN_HOP_TAC, 0.45, r"hiệp định|(?:ký|kí)(?: kết)? (?:\w+ )?(?:liên kết|hợp tác|đối tác)|hợp tác chiến lược|hợp tác toàn diện|đối tác chiến lược|văn bản hợp tác"),
        (Kind.KET_NGHIA, 1.0, r"kết nghĩa"),
    )
)  # fmt: skip


#: No paper of any kind is named without one of these.
_ANY_PAPER = pattern(
    r"ghi nhớ|\bmou\b|memorandum|biên bản|văn bản|hợp đồng|chế|kế hoạch|ý định thư|tuyên bố|nghị quyết|thông tư|hiệp|nghị định thư|cam kết|giao ước|văn kiện|chương trình|\bký|\bkí|thỏa thuận|thoả thuận|hợp tác|đối tác|kết nghĩa"
)


def find_kind(units: list[Unit], acts: list[ActFound]) -> tuple[Kind, Unit, int, int] | None:
    """The kind of paper, and the words that say so: the paper named nearest to the act, title and lead first."""
    scores: dict[Kind, float] = {}
    where: dict[Kind, tuple[float, Unit, int, int]] = {}
    deciding = {id(found.unit) for found in acts}
    for unit in units:
        if unit.index > 12 and id(unit) not in deciding and not unit.caption and not unit.pointed:
            continue
        if _ANY_PAPER.search(unit.low) is None:
            continue
        signs = [(s.start(), s.end()) for s in _SIGN.finditer(unit.low)] if holds_sign(unit.low) else []
        background = _BACKGROUND.search(unit.low) if signs else None
        base = _weight(unit) * (1.5 if id(unit) in deciding else 1.0)
        taken: list[tuple[int, int]] = []
        told = {word for word in _PAPER_WORDS if word in unit.low}
        for kind, weight, words, needs in _KINDS:
            if needs.isdisjoint(told):
                continue
            for found in words.finditer(unit.low):
                start, end = found.span()
                if any(s <= start < e for s, e in taken):
                    continue
                taken.append((start, end))
                after = [start - e for _, e in signs if start >= e - 12]
                before = [s - end for s, _ in signs if s >= end]
                near = min([*(d for d in after if d < 40), 999])
                nearness = (
                    3.0 if near <= 14 else 2.0 if near < 40 else 1.2 if any(d < 60 for d in before) else 0.5
                )
                score = (
                    weight
                    * base
                    * nearness
                    * (
                        0.4
                        if background and background.start() - 60 <= start <= background.end() + 60
                        else 1.0
                    )
                )
                scores[kind] = scores.get(kind, 0.0) + score
                if kind not in where or score > where[kind][0]:
                    where[kind] = (score, unit, start, end)
    if not scores:
        return _without_paper(acts)
    kind = max(scores, key=lambda k: (scores[k], -list(Kind).index(k)))
    if kind is Kind.BIEN_BAN_PHOI_HOP and scores.get(Kind.BIEN_BAN_GHI_NHO, 0.0) >= 0.15 * scores[kind]:
        kind = Kind.BIEN_BAN_GHI_NHO  # "biên bản" is short for it
    if kind in _MAY_BE_TWINNING and scores.get(Kind.KET_NGHIA, 0.0) >= 0.5 * scores[kind]:
        kind = Kind.KET_NGHIA
    _, unit, start, end = where[kind]
    return kind, unit, start, end


#: A paper of these kinds that is about twinning is a twinning; a memorandum on twinning stays a memorandum.
_MAY_BE_TWINNING = (
    Kind.CHUONG_TRINH_PHOI_HOP,
    Kind.THOA_THUAN_HOP_TAC,
    Kind.QUY_CHE_PHOI_HOP,
    Kind.BIEN_BAN_PHOI_HOP,
)


def _without_paper(acts: list[ActFound]) -> tuple[Kind, Unit, int, int] | None:
    """A ceremony of signing that names no paper signs an agreement to cooperate."""
    signed = next((found for found in acts if found.act is Act.KY_KET), None)
    if signed is None:
        reviewed = next(iter(acts), None)  # "sơ kết công tác phối hợp": there is a paper, it is not named
        return (Kind.KHAC, reviewed.unit, reviewed.start, reviewed.end) if reviewed else None
    return Kind.THOA_THUAN_HOP_TAC, signed.unit, signed.start, signed.end
