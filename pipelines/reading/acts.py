"""Acts: what was done with the paper (signed, reviewed, extended, exchanged)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipelines.reading.units import Unit
from pipelines.reading.words import even, pattern
from pipelines.types import Act, Span

_PAPERS = (
    r"chương trình|quy chế|qui chế|biên bản|bản ghi nhớ|ghi nhớ|mou\b|thỏa thuận|thoả thuận|kế hoạch|hợp đồng|hiệp định|hiệp ước|"
    r"ý định thư|tuyên bố|văn kiện|văn bản|nghị quyết|thông tư|hiệp đồng|nghị định thư|cam kết|giao ước|kết nghĩa|hợp tác|phối hợp|"
    r"liên kết|liên tịch|đối tác|dự án|bản ghi nhận|phương án"
)
#: "ký" as the verb of signing, not in "ký giả", "nhật ký", "chữ ký", "đăng ký", "thư ký".
SIGN = pattern(
    r"k[ýí](?<=\bk[ýí])(?<!nhật k[ýí])(?<!chữ k[ýí])(?<!đăng k[ýí])(?<!thư k[ýí])(?<!du k[ýí])(?<!tự k[ýí])(?<!hồi k[ýí])(?:(?<!bút k[ýí])|(?<=đặt bút k[ýí])|(?<=hạ bút k[ýí]))"
    r"\b(?! (?:giả|hiệu|ức|sự|túc|tên|tự|gửi|quỹ|sinh|danh|kết luận|thay))(?: kết)?"
)
_PAPER = pattern(_PAPERS)
_CEREMONY = pattern(r"lễ (?:ký|kí)(?: kết)?|hội nghị (?:ký|kí)(?: kết)?|buổi (?:ký|kí)(?: kết)?")
#: Marks of an older signing told as background.
BACKGROUND = pattern(
    r"được ký (?:kết )?(?:từ|năm|ngày \d)|(?:ký|kí)(?: kết)? (?:từ |vào |hồi )?(?:(?:đầu |giữa |cuối )?năm|tháng|ngày \d{1,2}[/-]\d{1,2}[/-]\d{4})"
    r"|(?:ký|kí) giữa|trước đó|trước đây|từng ký|(?:đến|tới) nay[^.;]{0,60}đã (?:ký|kí)|sau \w+ năm (?:ký|kí)|(?:mà|văn bản|thỏa thuận|biên bản|chương trình|quy chế|nội dung) (?:hai bên |các bên )?(?:đã )?(?:ký|kí)(?: kết)?(?= (?:trước|năm|từ|ngày))"
    r"|(?:thực hiện|triển khai)(?: tốt| hiệu quả| có hiệu quả| nghiêm túc| nghiêm| đầy đủ)? (?:các |những )?(?:chương trình|quy chế|biên bản|thỏa thuận|văn bản|kế hoạch|nội dung)[^.,;]{0,60}?(?:đã|được|từng) (?:ký|kí)|theo[^.,;]{0,60}?(?:đã|được) (?:ký|kí)|nối tiếp thỏa thuận"
    r"|thực hiện (?:các )?(?:hiệp định|chương trình|quy chế|biên bản|thỏa thuận) (?:ký|kí)"
)
_TO_COME = pattern(r"\b(?:sẽ|dự kiến|chuẩn bị|sắp) (?:\w+ ){0,3}\Z")
_BEFORE_THAT = pattern(r"\W*(?:trước đó|trước đây),[^.;]{0,20}\d")
#: "không ký văn bản mới", "chưa ký kết".
_NOT_SIGNED = pattern(r"\b(?:(?<!hàng )không|chưa) (?:tổ chức )?(?:lễ )?\Z")
_JUST = pattern(r"vừa (?:mới )?(?:được )?(?:chính thức )?\Z|mới (?:được )?\Z")
_EXTEND = pattern(
    r"gia hạn|kéo dài (?:thời hạn|thời gian (?:hiệu lực|thực hiện|hợp tác)|hiệu lực|bản ghi nhớ|thỏa thuận|biên bản|chương trình|quy chế|hợp đồng|hợp tác|thêm)|(?<!đăng )(?:ký|kí) lại|tái ký"
    r"|nối dài (?:thỏa thuận|chương trình|hợp tác|quan hệ|hợp đồng)|duy trì (?:hiệu lực )?(?:bản ghi nhớ|thỏa thuận|biên bản|chương trình|quy chế|hợp tác)[^.;]{0,40} thêm \w+ năm"
)
_NOT_EXTEND = pattern(
    r"tự(?: động)? gia hạn|gia hạn (?:nợ|thời gian nộp|visa|thị thực|hộ chiếu|giấy phép|hợp đồng lao động|tự động)|(?:có thể|sẽ)(?: xem xét)?(?: được)? (?:tự động )?gia hạn"
    r"|được (?:xem xét )?gia hạn[^.;]{0,40}(?:nếu|trừ khi)|(?:hiệu lực|thời hạn)[^.;]{0,60}(?:và|,|rồi)[^.;,]{0,25}được (?:xem xét )?gia hạn"
)
#: Signing in other words.
_PEN = pattern(r"(?:đặt|hạ) bút (?:vào|xuống)|mang chữ ký")
#: What is signed is the extension itself: "ký | gia hạn", "ký văn bản | kéo dài".
_OF_EXTENSION = pattern(
    r"(?: kết)?(?: (?:văn bản|phụ lục|nghị định thư|thỏa thuận|biên bản|hợp đồng|bổ sung|thư|về|việc|để|nhằm))* (?:gia hạn|kéo dài|nối dài)"
)
#: "ký lại năm 2011": an older renewal.
_IN_A_YEAR = pattern(r"(?: vào| từ)? (?:năm \d{4}|ngày \d{1,2}[/.-]\d{1,2}[/.-]\d{4})")
_EXCHANGE = pattern(
    r"(?:lễ )?(?:trao|trao đổi|tiến hành trao)(?: cho)?(?: nhau)? (?:các |\d+ |nhiều |những |bản |hai |ba |một số )?"
    r"(?:biên bản|bản ghi nhớ|ghi nhớ|văn kiện|thỏa thuận|văn bản (?:hợp tác|thỏa thuận|ghi nhớ|phối hợp|ký kết|đã ký)|hiệp định|mou|công hàm|bản ký kết|quy chế|chương trình (?:phối hợp|hợp tác)|thư (?:hợp tác|ghi nhớ|ý định|thỏa thuận))"
    r"|(?:biên bản|ghi nhớ|văn kiện|thỏa thuận)(?: hợp tác)? (?:đã |vừa )?được (?:hai bên |các bên )?trao(?! đổi)\b"
)
#: "ký kết và trao biên bản": one ceremony, the signing.
_SIGNED_AND = pattern(r"\b(?:ký|kí)(?: kết)?(?:,| và) \Z")
_NOT_REVIEW = pattern(
    r"(?:hằng|hàng|mỗi) (?:năm|quý|tháng|kỳ)|định kỳ|sẽ (?:tổ chức )?(?:sơ|tổng)|(?:sơ kết|tổng kết)[^.]{0,25} một lần"
    r"|sơ kết,? (?:và )?tổng kết,? (?:rút|chuyên|đánh|công tác)|tổng kết,? rút|(?<!nghe )báo cáo tổng kết|được[^.;,]{0,25}(?:sơ|tổng) kết (?:hồi|trong|từ|trước|tháng|năm)|tổng kết (?:chuyên|năm học|thực tiễn)|\d+ năm tổng kết|hội nghị tổng kết năm học|lễ tổng kết(?! (?:\d|chương trình|quy chế|công tác phối))|giao ban"
)


_TWINNING = pattern(
    r"(?:lễ|tổ chức|đã|chính thức|thiết lập|ký|quan hệ|làm lễ|hoạt động)[^.]{0,30}kết nghĩa|kết nghĩa với"
)


#: A meeting that looks back at the cooperation, in other words than "sơ kết" and "tổng kết".
_REVIEWED = pattern(
    r"(?:rà soát|soát lại|kiểm điểm|nhìn lại|điểm lại|xem lại|kiểm lại|(?<!được )đánh giá(?! cao))[^.;]{0,40}(?:kết quả|hợp tác|phối hợp|hiệp đồng|biên bản|quy chế|chương trình|thỏa thuận|kế hoạch|trong năm|năm 20\d\d)"
    r"|(?:nhìn lại|nhìn nhận|khép lại|kết thúc) (?:\d+|hai|ba|bốn|năm|mười|một) năm"
    r"|báo cáo (?:kết quả )?(?:\w+ ){0,3}(?:hợp tác|phối hợp|thực hiện (?:quy chế|chương trình|biên bản|thỏa thuận|kế hoạch))"
    r"|rút kinh nghiệm (?:\w+ ){0,3}(?:phối hợp|thực hiện|hợp tác|hiệp đồng)"
)
#: "Sau khi nghe đánh giá …, hai bên ký": what came before the signing, in half a sentence.
_AFTER_IT = pattern(r"\bsau (?:khi|phần|hội nghị|cuộc|buổi)\b[^,.;]{0,60}\Z")
#: A report whose results are told, not only mentioned.
_RESULTS_TOLD = pattern(
    r"[^.;]{0,90}(?:ghi nhận|cho thấy|cho biết|khẳng định|nêu|đánh giá|: |\d[\d.]* (?:lần|lượt|vụ|buổi|cuộc)\b)"
)
#: A meeting on how far a joint programme has come.
_PROGRESS = pattern(r"họp[^.;]{0,90}tiến độ[^.;]{0,40}(?:chương trình|quy chế|kế hoạch) phối hợp")
_COUNT = r"\d{1,2}|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười"
#: A sentence that tells what was done together in the years of the agreement.
_LOOKS_BACK = pattern(
    rf"(?:\A|[.;:,] ?|\bqua |\btrong |\bsau )(?:(?P<one>một|01|1)|(?:{_COUNT})) năm (?:qua|vừa qua|thực hiện|triển khai|phối hợp|làm theo|thi hành|kể từ)\b"
    rf"|\bcó (?:{_COUNT}) năm (?:qua )?cùng\b|\A(?:{_COUNT}) năm(?: \(|,)"
    r"|\A(?:trong )?(?P<part>(?:nửa năm|(?:ba|sáu|chín|tám|bảy|\d) tháng) (?:qua|đầu năm|vừa qua))"
    r"|\A(?:năm (?:20\d\d|qua|vừa qua|trước)|trong năm(?: qua| 20\d\d)?), "
    r"|hội nghị (?:cho biết|cho thấy|ghi nhận)[^.;]{0,20} giai đoạn 20\d\d"
)
_TOGETHER = pattern(
    r"\b(?:hai|các|những) (?:lực lượng|đơn vị|bên|ngành|cơ quan|tỉnh|hội)\b|đôi bên|\bcùng\b|phối hợp|chương trình|quy chế|biên bản|thỏa thuận|hội nghị|\bbạn\b"
)
_AHEAD = pattern(r"\bsẽ\b|tập trung|dự định|tiếp tục|phấn đấu")
_ALREADY = pattern(r"(?:\bđã|\bdự lễ|\bdự hội nghị|\bdự buổi) \Z")
_WHOLE_TERM = pattern(
    r"(?<!ký )năm (?:20\d\d|qua|vừa qua|trước)|(?:19|20)\d\d ?[-–] ?20\d\d|giai đoạn|cuối kỳ|\d+ năm|(?:hai|ba|bốn|mười) năm|thập kỷ"
)
_ONE_YEAR = pattern(r"\b(?:một|1|01) năm\b")
_PART_OF_YEAR = pattern(r"(?:\d+|sáu|chín|ba) tháng|(?:nửa|quý) (?:đầu|cuối|i)")
_PART_OF_TERM = pattern(r"(?:\d+|sáu|chín|ba) tháng(?! cuối)|(?:nửa|quý) (?:đầu|cuối|i)|\b(?:một|1|01) năm\b")
_GROUP_DID = pattern(
    rf"\W*(?:(?:trong|một|hai|ba|năm|thời gian|từ|qua|{_COUNT})[^,.;]{{0,30}}, )?(?:(?:hai|ba|bốn|các|đôi|\d+) (?:bên|đơn vị|lực lượng|ngành|cơ quan|tỉnh|hội|đồn|huyện)|đôi bên)\b"
)
_REPORTED = pattern(r"báo cáo (?:kết quả|cho thấy|cho biết)")
_COUNTED = pattern(
    r"\d[\d.]* (?:lần|lượt|vụ|bản tin|tin|buổi|cuộc|đợt|chuyến|đối tượng|hộ|ha|ngày công|căn nhà|đoàn)\b"
)
_WEIGHS = pattern(
    r"(?:rà soát|rà lại|kiểm điểm|nhìn lại|xem lại|kiểm lại|điểm lại|đánh giá|báo cáo kết quả|kết quả|ghi nhận|rút kinh nghiệm)[^.;]{0,60}(?:hợp tác|phối hợp|hiệp đồng|kết nghĩa|biên bản|quy chế|chương trình|thỏa thuận|kế hoạch)"
)
_MEETS_OVER = pattern(
    r"giao ban[^.;]{0,90}(?:phối hợp|giáp ranh|thực hiện)|(?:phối hợp|quy chế|chương trình)[^.;]{0,60}(?:thời gian qua|từ đầu năm|tháng đầu năm|trong năm)"
)
#: "Hội nghị của A và B cho thấy …", "được khen vì thành tích trong 10 năm".
_TOLD_AT = pattern(
    rf"(?:hội nghị|cuộc họp)[^.;]{{0,120}}cho (?:thấy|biết|hay)|(?:khen|thành tích)[^.;]{{0,40}} (?:{_COUNT}) năm"
)
#: "họp hội nghị lần thứ 15 về hợp tác … 6 tháng cuối năm 2019": the meeting on a time that is over.
_MEETS_ABOUT = pattern(
    r"(?:hội nghị|họp|hội đàm)[^.;]{0,40}về (?:hợp tác|phối hợp|công tác phối hợp)[^.;]{0,110}(?:6|sáu) tháng (?P<half>đầu|cuối) năm"
)
#: "Tại hội nghị, hai bên đã đánh giá kết quả …": the meeting itself looks back.
_AT_THE_MEETING = pattern(r"\W*tại (?:hội nghị|hội đàm|buổi hội đàm|cuộc hội đàm|cuộc họp)\b")
#: An agreement made known without the word of signing.
_ANNOUNCED = pattern(
    r"(?:công bố|thiết lập|thông qua|đạt(?: được)?|theo|một|về|bằng)(?: \w+){0,3} (?:thỏa thuận|thoả thuận|hợp tác chiến lược|quan hệ đối tác|hợp tác)|thỏa thuận (?:hợp tác|giữa)|thoả thuận (?:hợp tác|giữa)"
    r"|hợp tác (?:chiến lược|toàn diện)|bắt tay|quan hệ đối tác|đối tác chiến lược|nhà phân phối chiến lược|chương trình phối hợp"
    r"|mối kết nghĩa|kết nghĩa (?:với|giữa|đầu tiên)|(?:cùng|chung|vừa|liên tịch) (?:nhau )?ban hành|(?:quy chế|kế hoạch|nghị quyết|biên bản) (?:phối hợp|liên tịch|liên ngành|chung|hợp tác|ghi nhớ)|bản ghi nhớ"
)


@dataclass(frozen=True, slots=True)
class ActFound:
    """An act and the words that tell it."""

    act: Act
    unit: Unit
    start: int
    end: int
    strength: float
    firm: bool = True
    """False: a review of something else than the cooperation, which counts only where nothing speaks against it."""

    @property
    def span(self) -> Span:
        return self.unit.span(self.start, self.end)


def find_acts(units: list[Unit]) -> list[ActFound]:
    """The acts that the story itself reports, each once, the main one first."""
    best: dict[Act, ActFound] = {}
    signed_at: int | None = None
    for unit in units:
        for found in _acts_in(unit):
            if signed_at is None and found.act is Act.KY_KET and found.strength > 1.0 and unit.index > 0:
                signed_at = unit.index
            known = best.get(found.act)
            if known is None or (found.firm, found.strength) > (known.firm, known.strength):
                best[found.act] = found
    for act in (Act.SO_KET, Act.TONG_KET):
        if act in best and signed_at is not None and _said_of_it(best[act], signed_at):
            del best[act]
    if Act.SO_KET not in best and Act.TONG_KET not in best:
        looked_back = _opening_looks_back(units) or _results_counted(units)
        if (
            looked_back is None
            and (Act.KY_KET not in best or best[Act.KY_KET].strength <= 1.0)
            and len(best) < 2
        ):
            looked_back = _only_looks_back(units)
        if looked_back is not None:
            best[looked_back.act] = looked_back
    if Act.SO_KET in best and Act.TONG_KET in best:
        weaker, kept_one = sorted(
            (best[Act.SO_KET], best[Act.TONG_KET]), key=lambda found: (_is_named(found), found.strength)
        )
        del best[weaker.act]
        best[kept_one.act] = replace(kept_one, strength=max(weaker.strength, kept_one.strength))
    signed = best.get(Act.KY_KET)
    for act in (Act.SO_KET, Act.TONG_KET):
        if (
            signed is not None
            and signed.strength > 1.0
            and act in best
            and _of_something_else(best[act], units)
        ):
            del best[act]
    if signed is not None and len(best) > 1 and "nghĩa" in signed.unit.low[signed.start : signed.end]:
        del best[Act.KY_KET]  # "sơ kết hoạt động kết nghĩa" founds no twinning
    if Act.KY_KET in best and best[Act.KY_KET].strength <= 1.0 and len(best) > 1:
        del best[Act.KY_KET]  # a paper only named, in a story that tells another act
    exchanged = best.get(Act.TRAO_DOI)
    in_headline = exchanged is not None and exchanged.unit.index == 0 and Act.KY_KET in best
    if in_headline and not any(_EXCHANGE.search(unit.low) for unit in units[1:]):
        del best[Act.TRAO_DOI]  # the headline's word for the signing that the text tells
    if Act.GIA_HAN in best and Act.KY_KET in best and best[Act.KY_KET].strength < 2:
        del best[Act.KY_KET]
    kept = [found for found in best.values() if found.strength >= 1.0]
    if not kept:
        barely = _barely_told(units)
        kept = [barely] if barely is not None else []
    return sorted(kept, key=lambda found: _ORDER[found.act])


def _barely_told(units: list[Unit]) -> ActFound | None:
    """Where no sentence tells an act outright: a story whose opening speaks of joint work signs it or meets over it."""
    for unit in units[:6]:
        met = _MEETS_OVER.search(unit.low)
        if met:
            return ActFound(Act.SO_KET, unit, met.start(), met.end(), 1.0)
    for unit in units[:6]:
        signed = SIGN.search(unit.low) if holds_sign(unit.low) else None
        named = signed or _COOPERATION.search(unit.low)
        if named and not _NOT_SIGNED.search(unit.low, 0, named.start()):
            return ActFound(Act.KY_KET, unit, named.start(), named.end(), 1.0)
    return None


def _of_cooperation(low: str, at: int) -> bool:
    """Is what "sơ kết" or "tổng kết" reviews the paper or the cooperation ("tổng kết quy chế", not "sơ kết đợt cao điểm")?"""
    end = _CLAUSE_END.search(low, at + 8)
    begin = max(0, at - 60) if low.endswith(_PASSIVE, 0, at) else at  # "năm năm phối hợp được tổng kết"
    return _COOPERATION.search(low, begin, end.start() if end else len(low)) is not None or bool(
        _YEARS_AFTER.match(low, at)
        and not _ORDER_FROM_ABOVE.search(low, at, end.start() if end else len(low))
    )


def _said_of_it(review: ActFound, signed_at: int) -> bool:
    """After the signing is told, what somebody "đánh giá" is his speech, unless the sentence says that it came first."""
    low = review.unit.low
    return not _is_named(review) and review.unit.index > signed_at and _CAME_FIRST.search(low) is None


def _is_named(review: ActFound) -> bool:
    """Is it called "sơ kết" or "tổng kết" outright?"""
    return any(word in review.unit.low[review.start : review.end] for word, _ in _REVIEWS)


def _of_something_else(review: ActFound, units: list[Unit]) -> bool:
    """A review of one body's own work, and one of a field of work in a story whose headline tells only the signing."""
    if review.firm:
        return False
    low = review.unit.low
    if review.unit.index == 0 and SIGN.search(low):
        return False  # "Lễ sơ kết, ký kết của …"
    end = _CLAUSE_END.search(low, review.end)
    if _ORDER_FROM_ABOVE.search(low, review.end, end.start() if end else len(low)):
        return True
    together = _SEVERAL.search(low, 0, review.start) or _WITH.search(low, review.end)
    title = units[0].low
    return not together or (SIGN.search(title) is not None and not any(word in title for word, _ in _REVIEWS))


def _opening_looks_back(units: list[Unit]) -> ActFound | None:
    """A story whose text opens with the results of the years so far, before it tells of any new signing, tells a review."""
    for unit in units[1:4]:
        low = unit.low
        found = _LOOKS_BACK.search(low)
        signs = [sign.start() for sign in SIGN.finditer(low) if not _ALREADY.search(low[: sign.start()])]
        if BACKGROUND.search(low):
            signs = []
        if (
            found
            and (_TOGETHER.search(low) or _COUNTED.search(low))
            and not _AHEAD.search(low)
            and not any(s < found.start() for s in signs)
        ):
            act = Act.SO_KET if found["one"] or found["part"] else Act.TONG_KET
            return ActFound(act, unit, found.start(), found.end(), 1.1)
        if signs:
            return None
    return None


def _results_counted(units: list[Unit]) -> ActFound | None:
    """ "Hai bên đã hội đàm 54 lần, tuần tra chung 16 lần": a meeting that counts what was done together reviews it."""
    for unit in units[1:6]:
        low = unit.low
        who = _GROUP_DID.match(low) or _REPORTED.search(low)
        if who and len(_COUNTED.findall(low, who.end())) >= 2 and not _AHEAD.search(low):
            act = (
                Act.TONG_KET
                if _WHOLE_TERM.search(low, 0, who.end() + 12) or low.startswith("trong năm")
                else Act.SO_KET
            )
            return ActFound(act, unit, who.start(), who.end(), 1.1)
    return None


def _only_looks_back(units: list[Unit]) -> ActFound | None:
    """A story in which nothing is signed and whose opening weighs what the cooperation has brought."""
    for unit in units[:4]:
        found = _WEIGHS.search(unit.low) or _TOLD_AT.search(unit.low)
        if found:
            return ActFound(_act_of_span(unit.low[found.start() :]), unit, found.start(), found.end(), 1.1)
    return None


def _act_of_span(words: str) -> Act:
    """A year's work or a whole term is summed up, a part of one is reviewed."""
    return Act.TONG_KET if _WHOLE_TERM.search(words) and not _PART_OF_TERM.search(words) else Act.SO_KET


#: A conference reviews first and signs after it.
_ORDER = {Act.TONG_KET: 0, Act.SO_KET: 1, Act.KY_KET: 2, Act.GIA_HAN: 3, Act.TRAO_DOI: 4}


def weight_of(unit: Unit) -> float:
    """How much what a sentence says counts by where it stands: title, lead, opening, the rest."""
    if unit.field == "title":
        return 2.0
    if unit.lead:
        return 1.6
    return 1.2 if unit.caption or unit.pointed or unit.index <= 6 else 1.0


def holds_sign(low: str) -> bool:
    """May the verb of signing stand in an even text? Asked before any pattern is tried at every letter."""
    return "ký" in low or "kí" in low


_PASSIVE = even("được ")
_CLAUSE_END = pattern(
    r"[.;:]|,? (?:và|rồi|đồng thời|sau đó) (?:cùng )?(?:tổ chức )?(?:lễ )?(?:ký|kí)\b|,? (?:dịp này|nhân dịp)"
)
_COOPERATION = pattern(
    r"quy chế|chương trình|biên bản|thỏa thuận|kế hoạch|liên tịch|liên ngành|hợp tác|phối hợp|hiệp đồng|kết nghĩa|ghi nhớ|giao ước|giáp ranh|việc đã làm|năm thực hiện|tháng thực hiện"
)
#: "tổng kết giai đoạn 2011-2018": the years alone, so those of the paper.
_YEARS_AFTER = pattern(
    r"(?:sơ|tổng) kết (?:giai đoạn|năm|quý|nhiệm kỳ|chặng đường|\d+ năm|(?:một|hai|ba|bốn|năm|mười) năm|(?:6|sáu) tháng)\b"
)
#: What no two bodies have agreed.
_ORDER_FROM_ABOVE = pattern(
    r"chỉ thị|nghị quyết(?! liên tịch)|nghị định|đề án|\bluật\b|phong trào|cuộc vận động|cao điểm"
)
_CAME_FIRST = pattern(r"trước (?:khi|đó|lễ)|hội nghị|hội đàm|cuộc họp|cùng ngày|dịp này|cũng ")
_SEVERAL = pattern(r"\b(?:và|cùng|với|hai|đôi|ba|bốn|các|những|liên ngành)\b|[–-] ")
_WITH = pattern(r"\b(?:với|giữa|cùng)\b")
_REVIEWS = ((even("sơ kết"), Act.SO_KET), (even("tổng kết"), Act.TONG_KET))
_TWIN = even("kết nghĩa")
#: No sentence far from the opening tells an act without one of these.
_TELLS = pattern(r"\bký|\bkí|kết|gia hạn|kéo dài|nối dài|trao")


def _acts_in(unit: Unit) -> list[ActFound]:
    low = unit.low
    if unit.index > 5 and _TELLS.search(low) is None:
        return []
    out: list[ActFound] = []
    weight = weight_of(unit)
    signs = list(SIGN.finditer(low)) if holds_sign(low) else []
    background = BACKGROUND.search(low) if signs else None
    extend = _EXTEND.search(low)
    for sign in signs:
        if extend is not None and extend.start() <= sign.start() < extend.end():
            # "tái ký" signs again what ran out: both acts, whatever the sentence's place
            if not _IN_A_YEAR.match(low, extend.end()):
                out.append(ActFound(Act.KY_KET, unit, sign.start(), sign.end(), max(weight, 2.0)))
            continue
        if extend is not None and _OF_EXTENSION.match(low, sign.end()):
            continue  # "ký phụ lục gia hạn thỏa thuận" is the extension, no new signing
        if _NOT_SIGNED.search(low, max(0, sign.start() - 20), sign.start()):
            continue
        paper = _PAPER.search(low, sign.end(), min(len(low), sign.end() + 90)) or _PAPER.search(
            low, max(0, sign.start() - 90), sign.start()
        )
        ceremony = any(c.start() <= sign.start() < c.end() for c in _CEREMONY.finditer(low))
        told_before = (
            background is not None
            and (
                background.start() - 40 <= sign.start() <= background.end() + 10
                or _BEFORE_THAT.match(low) is not None
            )
            and not _JUST.search(low[: sign.start()])
        )
        if not paper and not ceremony and "kết" not in sign.group() and unit.field != "title":
            continue
        strength = weight * (1.3 if paper or ceremony else 1.0) * (0.35 if told_before else 1.0)
        if _TO_COME.search(low, 0, sign.start()):
            strength = min(strength, 1.0)  # a preview tells a signing, a review that promises one does not
        out.append(ActFound(Act.KY_KET, unit, sign.start(), sign.end(), strength))
    for word, act in _REVIEWS:
        at = low.find(word)
        if at >= 0:
            habit = _NOT_REVIEW.search(low)
            strength = weight * (0.3 if habit else 1.0) * (1.2 if unit.index <= 4 else 0.7)
            if _PAPER.search(low) is None and unit.index > 1:
                strength *= 0.7
            out.append(ActFound(act, unit, at, at + len(word), strength, _of_cooperation(low, at)))
    if (
        extend
        and not _NOT_EXTEND.search(low)
        and not _IN_A_YEAR.match(low, extend.end())
        and _PAPER.search(low)
    ):
        out.append(ActFound(Act.GIA_HAN, unit, extend.start(), extend.end(), weight))
    exchange = _EXCHANGE.search(low) if "trao" in low else None
    if exchange and not _SIGNED_AND.search(low, 0, exchange.start()):
        out.append(ActFound(Act.TRAO_DOI, unit, exchange.start(), exchange.end(), weight * 0.85))
    opening = unit.index <= 4
    review = _REVIEWED.search(low) if opening or (unit.index <= 8 and _AT_THE_MEETING.match(low)) else None
    after_it = review is not None and _AFTER_IT.search(low, 0, review.start()) is not None
    if review and not (after_it and any(sign.start() < review.start() for sign in signs)):
        end = _CLAUSE_END.search(low, review.end())
        comma = low.find(",", review.end())
        clause = low[: min(end.start() if end else len(low), comma if comma >= 0 else len(low))]
        whole = _WHOLE_TERM.search(clause) and not _PART_OF_YEAR.search(clause)
        act = Act.TONG_KET if whole and not _ONE_YEAR.search(clause, review.start()) else Act.SO_KET
        strength = max(weight * 0.75, 1.0)
        told = not review.group().startswith("báo cáo") or _RESULTS_TOLD.match(low, review.end()) is not None
        out.append(ActFound(act, unit, review.start(), review.end(), strength, told and not after_it))
    half = _MEETS_ABOUT.search(low) if unit.index <= 2 else None
    if half and not SIGN.search(low, half.start(), half.end()):
        act = Act.TONG_KET if half["half"] == "cuối" else Act.SO_KET
        out.append(ActFound(act, unit, half.start(), half.end(), max(1.1, weight * 0.75)))
    progress = _PROGRESS.search(low) if unit.index <= 4 else None
    if progress:
        out.append(ActFound(Act.SO_KET, unit, progress.start(), progress.end(), max(weight, 1.1)))
    pen = _PEN.search(low) if "bút" in low or "chữ" in low else None
    if pen and _PAPER.search(low):
        out.append(ActFound(Act.KY_KET, unit, pen.start(), pen.end(), weight))
    announced = _ANNOUNCED.search(low) if unit.index <= 5 else None
    if announced:
        out.append(ActFound(Act.KY_KET, unit, announced.start(), announced.end(), 1.0))
    twin = low.find(_TWIN)
    if twin >= 0 and _TWINNING.search(low):
        out.append(ActFound(Act.KY_KET, unit, twin, twin + 9, weight * 0.7))
    return out
