"""Chains: names that stand in one list, and how much their place in a sentence says that they are the parties.

Names are linked by what stands between them ("giữa A với B, C và D"; "A ký kết … với B"). Attendees, witnesses and older
papers make a chain doubtful.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from pipelines.reading.bodies import SIGNED
from pipelines.reading.candidates import MINISTERS, Named
from pipelines.reading.candidates import WITH as _WITH
from pipelines.reading.shared_heads import with_shared_head
from pipelines.reading.superiors import with_superiors
from pipelines.reading.units import Unit
from pipelines.reading.words import pattern

_SIGN = pattern(
    r"\b(?:ký|kí)\b(?: kết)?|kết nghĩa|gia hạn|bắt tay|hợp tác|trao (?:đổi )?(?:biên bản|bản|văn kiện|thỏa thuận)|tổng kết|sơ kết|phối hợp|hội đàm|đánh giá|kiểm điểm|hiệp đồng|liên kết|thống nhất|công bố|nhìn lại|rà soát"
)
_LINK = pattern(
    r"[\s\"“”']*(?:\([^()]{0,80}\)|\)|)[\s\"“”']*(?:,|;|và|lẫn|cùng|với|cùng với|(?:đã|vừa|sẽ) (?:cùng|với|phối hợp với|phối hợp)|phối hợp với|phối hợp cùng|phối hợp|(?:đã |vừa )?(?:đứng ra )?mời|-|–|—|&|/|, và|; và|và các|hợp tác với|hợp tác cùng|(?:đã |vừa |chính thức )*bắt tay(?: với| cùng)?|kết nghĩa với|hội đàm với|(?:đã |vừa )?hội đàm|đồng thời với|liên kết với|gồm|gồm:|, gồm|là|:|cũng như|, cùng|ký với|ký kết với|ký cùng|(?:đã |vừa |chính thức )*(?:ký(?: kết)? )?hợp tác(?: chiến lược)?|['‘’\"“”]*bắt tay['‘’\"“”]*(?: với)?|đón đoàn|(?:vừa |đã )?(?:đón|tiếp)|đón tiếp đoàn|tiếp đoàn|làm việc với|tiếp và làm việc với|(?:đã |vừa )?(?:có buổi |tổ chức |đến |sang |tới |sang thăm và |đến thăm và )?(?:họp|hội đàm|họp liên ngành|làm việc|gặp gỡ|trao đổi|giao lưu|thảo luận)(?: thường niên| định kỳ| hằng năm| hàng năm| song phương| trực tuyến| cấp cao| lần thứ \w+)? (?:với|cùng)|(?:đã |vừa )?gặp(?: gỡ)?)[\s\"“”']*(?:(?:với|các|\d{1,2}|ba|bốn|năm|đoàn(?: (?:công tác|đại biểu|cán bộ))?(?: của)?|hai|đại diện(?: cho)?|thay mặt|lãnh đạo|chỉ huy|thủ trưởng|ban giám đốc|ban giám hiệu|ban chỉ huy|ban thường vụ|ban thường trực|thường trực|ban chấp hành|t\.ư|tư|tw|trung ương|phía|bên|đơn vị|lực lượng|cơ quan|nhà trường|(?:một )?bên(?: [ab])? là|thủ đô|tỉnh|thành phố|tp\.?|xã|huyện|quận|phường|thị xã|thị trấn|đảng ủy,|cấp ủy,|đảng bộ,|hđnd,|đối tác(?: \w+ \w+)? là)[\s\"“”']*){0,3}\Z"
)
_INK = pattern(r"\b(?:ký|kí)\b")
_PRESIDING = pattern(r"hội đàm|chủ trì")
_REVIEWS = pattern(r"tổng kết|sơ kết|đánh giá|kiểm điểm|rà soát|nhìn lại|(?:lễ|hội nghị) ký")
_BETWEEN = pattern(
    r"(?:\bgiữa|ký kết (?:của|giữa)|\bbên gồm|các bên(?: là|:)?|bên là|đơn vị gồm|đơn vị:)\s*[\"“]?(?:hai (?:bên|đơn vị|cơ quan|ngành)[:,]?\s*|lãnh đạo |đại diện |phía |đơn vị |lực lượng |cơ quan |ngành |đoàn (?:đại biểu |công tác |cán bộ )?(?:của )?|(?:một )?bên là |(?:hãng|nhãn hàng|thương hiệu|sàn|startup|nhà|chuỗi|ứng dụng)(?: [^\W\d_]+){1,5} )?\Z"
)
_ATTENDING = pattern(
    r"(?<!\w)(?:dự có|tham dự|đến dự|cùng dự|dự hội nghị|dự lễ|dự buổi|về dự|chứng kiến|sự có mặt|sự hiện diện|có sự tham gia|khách mời|dự và|dưới sự chỉ đạo|phát biểu|chỉ đạo của|giám sát của|bảo trợ|chủ trương của|trực thuộc|thuộc(?! về)|trình bày)\b[^.;]{0,70}\Z|\b(?:kỷ niệm|chào mừng|dịp)\b[^.;,]{0,70}\Z"
)
#: An older paper that the new one carries out: "nhằm triển khai quy chế giữa Bộ A và Hội B".
_OLDER = pattern(
    r"(?:số \S+|ngày \d{1,2}[/-]\d{1,2}[/-]\d{4}|\d{4}|ký),? giữa\s*\Z|(?:theo|căn cứ|triển khai|cụ thể hóa|nằm trong|trên cơ sở|từ)\b[^.;,]{0,60}(?:quy chế|chương trình|biên bản|thỏa thuận|nghị quyết|bản ghi nhớ|thông tư|kế hoạch|ký)\b[^.;,]{0,60}giữa\s*\Z"
)
#: The treaty that all on the border keep.
_TREATY = pattern(r"\b(?:hiệp định|nghị định thư|hiệp ước)\b[^.;]{0,130}giữa\s*\Z")
#: The paper between them has a number or date: it is one that others carry out.
_NUMBERED = pattern(r"(?:\bsố \S+|ngày \d{1,2}[/-]\d{1,2}[/-]\d{4})[^.;]{0,40}giữa\s*\Z")
#: "thắt chặt quan hệ giữa cựu chiến binh hai nước": what the paper is for.
_TIES = pattern(r"(?:quan hệ|đoàn kết|hữu nghị|gắn bó|tình cảm)(?: \w+){0,4} giữa\s*\Z")
#: "Triển khai quy chế mà | A và B | đã ký ngày 4/9/2019, …": an older paper, told in a clause of its own.
_MADE_BY = pattern(
    r"\b(?:quy chế|chương trình|biên bản|thỏa thuận|nghị quyết|bản ghi nhớ|thông tư|kế hoạch)\b[^.;,]{0,40}\bmà \Z"
)
_LONG_AGO = pattern(r"\A (?:đã )?(?:ký|kí)(?: kết)? (?:ngày|năm|từ|hồi|trước đó)\b")
_SIGNED_BEFORE = pattern(r"(?<!lễ )(?<!nghị )\b(?:ký|kí) giữa\s*\Z")
_ATTENDED = pattern(
    r"\b(?:dự có|tham dự|đến dự|cùng dự|về dự|chứng kiến của|sự chứng kiến|sự có mặt|sự hiện diện|khách mời)"
)


@dataclass(slots=True)
class Chain:
    """Names that stand in one list."""

    members: list[Named]
    unit: Unit
    score: float = 0.0
    between: bool = False
    doubtful: bool = False
    """Guests, an older paper or another agreement: it may be the list of parties, it completes no other list."""


def chains_of(unit: Unit, names: list[Named]) -> list[Chain]:
    """The lists that the names of a sentence form, each with its score."""
    owners = [named for named in names if named.inside]
    names = with_superiors(unit, [named for named in names if not named.inside])
    if not names:
        return []
    low = unit.low
    out: list[Chain] = []
    current = [names[0]]
    for before, here in pairwise(names):
        between = _without_owners(unit, before.stop, here.mention.start, owners)
        if (
            len(current) == 1
            and before.bare
            and not before.place
            and out
            and _LED.match(low[out[-1].members[-1].stop :])
        ):
            # The one who led them stands between: "đoàn A do ông B dẫn đầu làm việc với C".
            led = out[-1].members[-1]
            if before.stop < len(low) and _linked(low[led.stop : here.mention.start], here):
                current = [*out.pop().members, here]
                continue
        onlooker = _ONLOOKERS.search(low[: current[0].mention.start][-40:])
        if _linked(between, here) and not (
            (onlooker and _NOW_THE_SIGNERS.match(between)) or _last_onlooker(low, before, between)
        ):
            current.append(here)
        else:
            out.append(Chain(current, unit))
            current = [here]
    out.append(Chain(current, unit))
    signed = SIGNED.search(low) is not None
    for chain in out:
        chain.members = with_shared_head(chain.members)
        last = chain.members[-1].stop
        following = [n.mention.start for n in names if n.mention.start >= last and not n.office]
        _judge(chain, min(following, default=len(low)), signed=signed)
    _with_the_subject(out, low)
    _without_numbered_papers(out, low)
    sides = [named for named in names if _is_a_side(named)]
    if len(sides) > 1:
        out.append(Chain(sides, unit, score=1.6 + (0.4 if unit.lead else 0.0)))
    offices = _offices(unit, names, signed=signed)
    return [*out, offices] if offices is not None else out


def _without_numbered_papers(chains: list[Chain], low: str) -> None:
    """ "A và B tổng kết … nghị quyết liên tịch số 01 giữa | hai bộ": whose paper it is, where others are the subject."""
    subject = [chain for chain in chains if len(chain.members) > 1 and not chain.between]
    for chain in chains:
        start = chain.members[0].mention.start
        told = any(other.members[-1].stop < start for other in subject)
        if chain.between and told and _PAPER_NUMBER.search(low[:start][-60:]):
            chain.score -= 3.0
            chain.doubtful = True


def _offices(unit: Unit, names: list[Named], *, signed: bool) -> Chain | None:
    """The bodies whose leaders sign or preside: those named after the last witness. None where they only attend."""
    low = unit.low
    seen = [found.end() for found in _WITNESSED.finditer(low)]
    offices = [named for named in names if named.office and (not seen or named.mention.start >= seen[-1])]
    if len({named.mention.name for named in offices}) < 2 or _ATTENDED.search(low):
        return None
    if signed:
        at_once = _SIGNS_AT_ONCE.search(low[offices[-1].stop : offices[-1].stop + 60])
        score = 1.6 + (1.4 if at_once else 0.0) + (0.9 if unit.lead and at_once else 0.5 if unit.lead else 0.0)
        return Chain(offices, unit, score=score)
    if _PRESIDING.search(low):
        return Chain(offices, unit, score=1.2 + (0.5 if unit.lead else 0.0))
    return None


#: "về phía | Bộ CHQS tỉnh | có Đại tá …": who sat on one side of the table.
_SIDE = pattern(r"\bphía (?:đoàn |bạn |lãnh đạo )?\Z")
_SAT = pattern(r"\A(?: \([^()]*\))? (?:có|gồm|do)\b")


def _is_a_side(named: Named) -> bool:
    low, start = named.unit.low, named.mention.start
    return (
        _SIDE.search(low[max(0, start - 24) : start]) is not None
        and _SAT.match(low[named.stop :]) is not None
    )


_ONLOOKERS = pattern(r"\b(?:sự chứng kiến|sự có mặt|sự hiện diện|sự tham dự)\b")
#: "trước sự chứng kiến của A, | đại diện B và C ký".
_NOW_THE_SIGNERS = pattern(r"\s*,\s*(?:đại diện|thay mặt)\b")
#: "dưới sự chứng kiến của Thủ tướng A, đại diện | B và C đặt bút ký".
_SIGNERS_NOW = pattern(r",\s*(?:đại diện|thay mặt)(?: lãnh đạo)?\s*\Z")
_TOGETHER = pattern(r"(?:,|\b(?:rồi|đó|đã|vừa|sẽ)) (?:cùng|cùng với|phối hợp với) \Z")


def _with_the_subject(chains: list[Chain], low: str) -> None:
    """ "Điện lực Mường Lát đưa điện lên chốt, nhân đó cùng | A và B ký …": who the sentence began with."""
    first = chains[0].members[0]
    if len(chains[0].members) > 1 or first.office or first.place or first.group or chains[0].doubtful:
        return
    for chain in chains[1:]:
        start, stop = chain.members[0].mention.start, chain.members[-1].stop
        if _TOGETHER.search(low[:start]) and SIGNED.search(low[stop : stop + 40]) and not chain.between:
            if not SIGNED.search(low[first.stop : start]):
                chain.members.insert(0, first)
                chain.score += 0.6
            return


_AND = pattern(r"\bvà (?:đại diện |lãnh đạo |chính quyền |các )*\Z")


def _last_onlooker(low: str, before: Named, between: str) -> bool:
    """ "trước sự chứng kiến của A và B, | C và D ký": a comma behind the last of those who looked on."""
    start = before.mention.start
    if between.strip() != "," or not _AND.search(low[max(0, start - 30) : start]):
        return False
    looked = _ONLOOKERS.search(low[:start])
    return looked is not None and not SIGNED.search(low, looked.end(), start)


_PAPER_NUMBER = pattern(r"\bsố \S+[^.;]{0,30}\bgiữa\s*\Z")
#: "… Phó Chính ủy Quân chủng Hải quân | Nguyễn Văn A đã ký kết".
_SIGNS_AT_ONCE = pattern(r"\A[^,;:]{0,30}?\b(?:đã |cùng |chính thức |đại diện [^,;]{0,20})*(?:ký|kí)\b")
#: Another agreement beside the one that the story is about.
_ALSO_SIGN = pattern(r"[^.;,]{0,30}\bcũng (?:\w+ ){0,2}(?:ký|kí)\b")
_BESIDE = pattern(r"\A(?:cũng |nhân |trong |tại )*(?:dịp này|dịp đó|bên cạnh đó|ngoài ra)\b")
#: Those named before it looked on; those named after it signed.
_WITNESSED = pattern(r"(?<!sự )\bchứng kiến\b")


_BRACKETS = re.compile(r"\([^()]*\)")
#: What follows is what the partners want, not who they are.
_AIM = pattern(r"\b(?:để|nhằm|hướng đến|hướng tới|qua đó)\b")
_ANOTHER_SPEAKER = pattern(r";|: |\b(?:ông(?! lớn)|bà|nói|cho biết|khẳng định|nhấn mạnh|cho rằng|đề nghị)\b")
_APPOSITION = pattern(r"\A\s*(?:\([^()]*\)\s*)?[-–,] [^.;]{5,140}? [-–] ?,?\s*(?=(?:và|với|cùng)\b)")


#: "A cho biết vừa ký … với B".
_SAYS = pattern(
    r"\A\s*(?:vừa |mới )?(?:cho biết|cho hay|thông báo|công bố)[,:]?\s+(?=(?:đã |vừa |mới |chính thức )*(?:ký|kí)\b)"
)
_NOUNS = (
    r"sàn|nhãn hàng|hãng|thương hiệu|mạng|nền tảng|chuỗi|hệ thống|nhà|startup|tập đoàn|công ty|doanh nghiệp|tổ chức|đơn vị"
    r"|giải|kênh|ứng dụng|liên doanh|siêu thị|cơ quan|lực lượng|ngành|hội|nhóm|ông lớn|gã khổng lồ|trường|câu lạc bộ|đối tác"
)
#: "Sở Tài chính và sàn giao dịch | NASDAQ": what the second is stands in lower case before its name.
_KIND_OF = pattern(
    rf"\A\s*(?:\([^()]*\)\s*)?(?:,|và|cùng|cùng với|với)\s+(?:{_NOUNS})(?: (?!ký|kí|đã|vừa|sẽ|của|tại|về|trong|để|nhằm)[^\W\d_]+){{0,10}}\s*\Z"
)
#: "… ký kết với hai doanh nghiệp hàng đầu thế giới – | A và B".
_COUNTED = pattern(
    rf"\b(?:với|cùng)\s+(?:\d+|hai|ba|bốn|năm|sáu|các|những|một số|nhiều)\s+(?:{_NOUNS}|ngân hàng|bệnh viện|địa phương)[^.;()]{{0,80}}?(?:[-–:]|\blà|\bgồm|\bgồm:|\bgồm có)\s*\Z"
)


_SEAT = re.compile(r"\s*,\s*(?:tỉnh|huyện|thành phố|TP\.?|thị xã|quận)\s+")


def _without_seat(unit: Unit, start: int, stop: int) -> str:
    """What stands between two names, without where the first one is (", tỉnh An Giang")."""
    found = _SEAT.match(unit.text, start, stop)
    if found is None or found.end() >= stop:
        return unit.low[start:stop]
    position = found.end()
    for word in re.finditer(r"\S+", unit.text[position:stop]):
        if not word.group()[0].isupper():
            break
        position = found.end() + word.end()
        if word.group()[-1] in ",;)":
            position -= 1
            break
    return unit.low[position:stop]


_OWNED = pattern(r"\s*(?:của|thuộc|trực thuộc)\s+\Z")


def _without_owners(unit: Unit, start: int, stop: int, owners: list[Named]) -> str:
    """What stands between two names, without whose the first one is: "Công an ba huyện | của tỉnh Sơn La | với …"."""
    for owner in owners:
        mention = owner.mention
        if (
            start <= mention.start
            and mention.end <= stop
            and _OWNED.fullmatch(unit.low, start, mention.start)
        ):
            start = mention.end
    return _without_seat(unit, start, stop)


#: "A và ba đơn vị bạn là | B, C".
_OTHERS = pattern(
    rf"\s*(?:và|với|cùng|cùng với|phối hợp với) (?:\d+|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|các) (?:{_NOUNS}|tỉnh|xã|huyện|phường|sở|ngân hàng|bệnh viện)(?: [^\W\d_]+){{0,6}}(?:,? (?:gồm|là|gồm có|bao gồm)|:)\s*\Z"
)
#: Names further apart are no list.
_FURTHEST = 400


#: ", ông Nguyễn Văn A | và đại diện B": who spoke for the first one.
_SPOKESMAN = pattern(
    r"\A\s*,?\s*(?:do\s+)?(?:ông|bà|đồng chí|đ/c|(?:đại|thượng|trung|thiếu) (?:tướng|tá|úy)|tiến sĩ|ts|thạc sĩ|bác sĩ)\b[^;:.()]{2,90}?(?=(?:, |; | )(?:(?:và|với|cùng) (?:đại diện|thay mặt|phía|lãnh đạo|đoàn)\b|thay mặt\b|đại diện\b|và\s*\Z|với\s*\Z))"
)


#: "đoàn A | do Phó Thị trưởng B dẫn đầu | đến làm việc với C".
_LED = pattern(r"\A\s*(?:\([^()]{2,60}\)\s*)?,?\s*do [^;.()]{3,110}? (?:dẫn đầu|làm trưởng đoàn),?")


#: "LLVT | huyện | và các đồn", "BĐBP tỉnh Kon Tum | Việt Nam | do Đại tá … làm trưởng đoàn".
_COUNTRY = pattern(
    r"\A (?:việt nam|lào|campuchia|trung quốc)(?= )|\A (?:tỉnh|huyện|thị xã|thành phố|xã|phường)(?= (?:và|với|cùng) )"
)
#: "Bệnh viện 108 | của Việt Nam | và Bệnh viện 103 …": whose the first one is.
_OF_SOMEBODY = pattern(r"\A\s*(?:của|thuộc)\s+[^,;.():]{2,45}?(?=\s*(?:\bvà|\bvới|\bcùng)\b)")


def _linked(between: str, here: Named) -> bool:
    if here.office:
        return False
    between = _OF_SOMEBODY.sub("", _COUNTRY.sub("", between))
    between = _SPOKESMAN.sub(" ", _LED.sub(" ", between))
    between = _BRACKETS.sub(" ", between)
    if len(between) > _FURTHEST:
        return False
    if between.rstrip().endswith(":"):
        if len(between) < 120 and _COUNTED.search(between) and not _ATTENDED.search(between):
            return True  # "A với các trường: B, C"
        between = between.rstrip()[:-1] + " "  # "với các đối tác: A, B và C"
    if between.count("“") != between.count("”") or between.count('"') % 2:
        return False  # the name stands inside a quoted title
    if (here.bare or here.group) and _AIM.search(between):
        return False
    between = _SAYS.sub(" ", between)
    if _LINK.match(between) or _OTHERS.match(between):
        return True
    between = _APPOSITION.sub(" ", between)
    if _LINK.match(between):
        return True
    if here.bare and _KIND_OF.match(between):
        return True
    if _ANOTHER_SPEAKER.search(between.rstrip().removesuffix(":")):
        return False
    if (
        len(between) < 240
        and _COUNTED.search(between)
        and _SIGN.search(between)
        and not _ATTENDED.search(between)
    ):
        return True
    return bool(
        len(between) < 170
        and _WITH.search(between)
        and _SIGN.search(between)
        and not _ATTENDED.search(between)
    )


def _judge(chain: Chain, following: int, *, signed: bool) -> None:
    """How much its place in the sentence says that the chain lists the parties.

    `following`: where the next name begins. `signed`: the sentence tells a signing somewhere.
    """
    unit, low = chain.unit, chain.unit.low
    first, last = chain.members[0], chain.members[-1]
    before, after = low[: first.mention.start], low[last.stop : max(following, last.stop)]
    score = 0.0
    chain.between = _BETWEEN.search(before[-90:]) is not None
    if chain.between:
        score += 2.7
    inner = signed and any(SIGNED.search(low[a.stop : b.mention.start]) for a, b in pairwise(chain.members))
    if inner:
        score += 3.0
    follows = SIGNED.search(after[:110]) if signed else None
    witnessed = _WITNESSED.search(after[:70])
    if witnessed and follows and witnessed.start() < follows.start() and not inner:
        chain.doubtful = True
        score -= 5.0  # "lãnh đạo hai tỉnh chứng kiến lễ ký kết giữa …"
    if (inner or follows) and _INK.search(low):
        score += 0.3
    if not inner and _announces(chain):
        score += 1.4
    if follows and not inner:
        score += 2.6 if follows.start() < 60 else 1.8
    elif _SIGN.search(after[:60]) and not inner:
        score += 1.3
    if signed and not inner and _SIGNERS.search(before[-160:]):
        score += 2.6
    if signed and not inner and not follows and SIGNED.search(before[-120:]):
        score += 1.2 if chain.between else 0.6
    if chain.between and _TIES.search(before[-60:]) and all(named.mention.count for named in chain.members):
        score -= 4.5
    if unit.field == "title":
        score += 0.4
    elif unit.lead:
        score += 0.9
    if unit.pointed:
        score += 0.3
    if unit.caption:
        score += 0.1
    if _BESIDE.search(low) or _ALSO_SIGN.match(after):
        chain.doubtful = True
        score -= 2.4 if _ALSO_SIGN.match(after) else 0.0
    onlookers = _ONLOOKERS.search(before)
    listed = len(chain.members) > 1 and onlookers is not None and "," in before[onlookers.end() :]
    if onlookers and listed and follows and follows.start() < 60:
        score += 0.6  # "có sự chứng kiến của A và cấp trên, B và C ký"
    elif onlookers and not chain.between and not SIGNED.search(before, onlookers.end()):
        chain.doubtful = True  # "trước sự chứng kiến của A, B và đại diện C, D ký …": who of them signed?
    signers = listed and follows is not None and _SIGNERS_NOW.search(before[-30:]) is not None
    if not signers and _ATTENDING.search(before[-110:]) and not chain.between:
        score -= 2.8
        chain.doubtful = True
    if (
        (chain.between and _SIGNED_BEFORE.search(before[-40:]))
        or (chain.between and _OLDER.search(before[-240:]) and not _REVIEWS.search(before[-90:]))
        or (chain.between and _TREATY.search(before[-160:]) and not SIGNED.search(before[-160:]))
    ):
        score -= 3.0
        chain.doubtful = True
    elif chain.between and _NUMBERED.search(before[-160:]):
        score -= 1.6
    if _MADE_BY.search(before[-80:]) and _LONG_AGO.match(after):
        score -= 3.0
        chain.doubtful = True
    if len(chain.members) == 1 and not chain.between and SIGNED_WITH.search(before[-120:]):
        score += 1.2
    if first.office and not low.startswith(MINISTERS, first.mention.start):
        score -= 1.5
    if first.place and all(named.place or named.group for named in chain.members):
        score -= 2.6 if chain.between else 1.8
    elif all(named.mention.head is not None and named.mention.head.take == "unit" for named in chain.members):
        score -= 0.8
    elif all(named.bare for named in chain.members):
        score -= 0.6
    elif (
        sum(named.mention.head is not None and named.mention.head.take != "unit" for named in chain.members)
        >= 2
    ):
        score += 0.5
    if any(_of_friends(named) for named in chain.members):
        score -= 2.6  # the text names them
    if inner and all(named.group or named.mention.count for named in chain.members):
        score -= 1.5
    alone = len(chain.members) == 1 and (first.mention.count or "").lower() in ("các", "những")
    if alone and chain.between and not signed:
        score -= 2.0  # "trao đổi đoàn giữa công an các tỉnh biên giới"
    count = len({named.mention.name for named in chain.members})
    if count == 1 and not _implies_two(chain.members[0]):
        score -= 1.8
    else:
        score += min(count, 5) * 0.1
    chain.score = score


#: "hai cơ quan dưới quyền ký quy chế: | A và B", "Cùng ký có | A, B và C".
_SIGNERS = pattern(
    r"\b(?:hai|ba|bốn|\d+) (?:cơ quan|đơn vị|bên|ngành)[^.;:]{0,60}\b(?:ký|kí)\b[^.;:]{0,60}:\s*\Z"
    r"|\b(?:cùng|đồng|tham gia) (?:ký|kí)(?: kết)?(?: còn)? (?:có|là|gồm)(?: có)?:?\s*\Z"
)
#: "Thực hiện quy chế đã ký với | B, A tổ chức sơ kết", "Đơn vị ký kết là | B".
SIGNED_WITH = pattern(
    r"\b(?:quy chế|chương trình|kế hoạch|thỏa thuận|biên bản|ghi nhớ)[^.;,]{0,40}(?:đã |được )?(?:ký|kí)(?: kết)? (?:với|cùng)\s*\Z|(?:đơn vị|bên|đối tác)(?: cùng)? (?:ký|kí)(?: kết)? là\s*\Z"
)


def _of_friends(named: Named) -> bool:
    """ "công an tỉnh bạn": told without its place."""
    mention = named.mention
    friends = f" {mention.level} bạn"
    told = friends in named.unit.low[mention.start : named.stop + len(friends)]
    return told and mention.place is None


def _implies_two(named: Named) -> bool:
    return named.mention.count is not None and not named.group


_ANNOUNCES = pattern(r"hợp tác|bắt tay|liên kết|công bố|đồng hành")


def _announces(chain: Chain) -> bool:
    """Between two of the names stands that they cooperate, without a word of signing."""
    low = chain.unit.low
    pairs = pairwise(chain.members)
    return any(_ANNOUNCES.search(low[a.stop : b.mention.start]) for a, b in pairs)
