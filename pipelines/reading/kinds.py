"""Kind: what paper it is (a programme, a regulation, a memorandum …)."""

from __future__ import annotations

import re

from pipelines.reading.acts import BACKGROUND, SIGN, ActFound, holds_sign, weight_of
from pipelines.reading.units import Unit
from pipelines.reading.words import even, pattern
from pipelines.types import Act, Kind

#: Words of which a paper's name holds at least one; the patterns of a kind are tried only where one of its own stands.
_PAPER_WORDS = tuple(
    even(word)
    for word in (
        "ghi nhớ", "mou", "memorandum", "biên bản", "hợp đồng", "văn bản", "chế", "kế hoạch", "ý định thư", "tuyên bố",
        "liên tịch", "hiệp", "nghị định thư", "cam kết", "giao ước", "văn kiện", "ký", "kí", "chương trình", "thỏa thuận",
        "thoả thuận", "hợp tác", "đối tác", "kết nghĩa", "ghi nhận", "quy định", "phương án",
    )
)  # fmt: skip


def _needs(words: str) -> frozenset[str]:
    """The paper words that occur in a kind's pattern: a text without any of them cannot match it."""
    low = even(words)
    return frozenset(word for word in _PAPER_WORDS if word in low)


#: Evidence that names no paper outright weighs this much or less.
_WEAK = 0.6
#: "chương trình" with nothing after it that says what for.
_BARE = 0.4

_KINDS: tuple[tuple[Kind, float, re.Pattern[str], frozenset[str]], ...] = tuple(
    (kind, weight, pattern(words), _needs(words))
    for kind, weight, words in (
        (Kind.BIEN_BAN_GHI_NHO, 1.2, r"biên bản ghi nhớ|bản ghi nhớ|văn bản ghi nhớ|bản ghi nhận|ghi nhớ|\bmou\b|memorandum"),
        (Kind.THOA_THUAN_HOP_TAC, 1.0, r"biên bản (?:hợp tác|thỏa thuận|thoả thuận)|hợp đồng (?:nguyên tắc|hợp tác)"),
        (Kind.BIEN_BAN_PHOI_HOP, 1.0, r"biên bản (?:hiệp đồng|(?!hội đàm|hội nghị|làm việc|kết nghĩa|ký kết|vi phạm))"),
        (Kind.BIEN_BAN_PHOI_HOP, 0.45, r"văn bản (?:phối hợp|hiệp đồng)|biên bản (?:hội đàm|hội nghị|làm việc)"),
        (Kind.QUY_CHE_PHOI_HOP, 1.0, r"(?:quy chế|qui chế)(?! (?:thực hành|biên giới|thi|hoạt động của))"),
        (Kind.KHAC, 1.0, r"kế hoạch (?:phối hợp|hợp tác|liên tịch|liên ngành|hiệp đồng|chung)|ý định thư|tuyên bố (?:chung|tầm nhìn)|nghị quyết liên tịch(?! (?:\w+ ){0,3}(?:về|ban hành) (?:việc )?(?:thực hiện )?(?:chương trình|quy chế))|(?:ký|kí)(?: kết)? liên tịch|thông tư liên tịch|hiệp đồng|hiệp ước|nghị định thư|hiệp định (?:thương mại|tự do|cptpp|evfta|rcep|đối tác (?:toàn diện|kinh tế))|cam kết (?:chung|phối hợp|liên ngành)|phương án (?:phối hợp|hiệp đồng|chung)|quy định (?:số|phối hợp|liên ngành|liên tịch)"),
        (Kind.KHAC, 0.6, r"(?:ký|kí)(?: kết)?(?: các)? kế hoạch(?! (?:phối hợp|hợp tác|liên|hiệp|chung))|kế hoạch (?:hoạt động|năm|công tác)|giao ước|hợp đồng (?!lao động|nguyên tắc|hợp tác)|văn kiện|(?:ký|kí) kết (?:thực hiện )?(?:cam kết|dự án)"),
        (Kind.CHUONG_TRINH_PHOI_HOP, 1.0, r"chương trình (?:số|phối hợp|hợp tác|hoạt động|công tác|liên tịch|liên kết|liên ngành|giai đoạn|năm|\d+ năm|chung|ký kết)(?<!tổ chức chương trình ký kết)"),
        (Kind.CHUONG_TRINH_PHOI_HOP, 0.5, r"(?:ký|kí)(?: kết)? (?:(?:các |\w+ )?nội dung |công tác )?phối hợp"),
        (Kind.CHUONG_TRINH_PHOI_HOP, 0.4, r"(?<!tổ chức )chương trình"),
        (Kind.THOA_THUAN_HOP_TAC, 1.0, r"(?:thỏa thuận|thoả thuận|hiệp định) (?:\w+ ){0,2}(?:hợp tác|phối hợp|hữu nghị|liên kết|chiến lược|khung)|(?:thỏa thuận|thoả thuận)"),
        (Kind.THOA_THUAN_HOP_TAC, 0.45, r"hiệp định|(?:ký|kí)(?: kết)? (?:\w+ )?(?:liên kết|hợp tác|đối tác)|hợp tác chiến lược|hợp tác toàn diện|đối tác chiến lược|văn bản hợp tác"),
        (Kind.KET_NGHIA, 1.0, r"kết nghĩa"),
    )
)  # fmt: skip


def find_kind(units: list[Unit], acts: list[ActFound]) -> tuple[Kind, Unit, int, int] | None:
    """The kind of paper, and the words that say so: the paper named nearest to the act, title and lead first."""
    scores: dict[Kind, float] = {}
    where: dict[Kind, tuple[float, Unit, int, int]] = {}
    #: What names a paper outright, where it is not an older one: mere "ký kết hợp tác" gives way to it.
    named: dict[Kind, float] = {}
    deciding = {id(found.unit) for found in acts}
    for unit in units:
        if unit.index > 12 and id(unit) not in deciding and not unit.caption and not unit.pointed:
            continue
        told = {word for word in _PAPER_WORDS if word in unit.low}
        if not told:
            continue
        signs = [(s.start(), s.end()) for s in SIGN.finditer(unit.low)] if holds_sign(unit.low) else []
        background = BACKGROUND.search(unit.low) if signs else None
        told_at = [e for _, e in signs] + [a.end for a in acts if a.unit is unit and a.act in _REVIEWS]
        witnessed = _witnessed(unit.low, signs)
        base = weight_of(unit) * (1.5 if id(unit) in deciding else 1.0)
        taken: list[tuple[int, int]] = []
        for kind, weight, words, needs in _KINDS:
            if needs.isdisjoint(told):
                continue
            for found in words.finditer(unit.low):
                start, end = found.span()
                if any(s <= start < e for s, e in taken):
                    continue
                taken.append((start, end))
                if weight == _BARE and unit.index and not any(0 <= start - e < 40 for e in told_at):
                    continue  # some programme, not that which is signed
                after = [start - e for _, e in signs if start >= e - 12]
                before = [s - end for s, _ in signs if s >= end]
                near = min([*(d for d in after if d < 40), 999])
                nearness = (
                    3.0 if near <= 14 else 2.0 if near < 40 else 1.2 if any(d < 60 for d in before) else 0.5
                )
                old = background and background.start() - 60 <= start <= background.end() + 60
                score = weight * base * nearness * (0.4 if old else 1.0)
                if witnessed is not None and start >= witnessed:
                    score *= 0.3
                scores[kind] = scores.get(kind, 0.0) + score
                if weight > _WEAK and not old:
                    named[kind] = named.get(kind, 0.0) + score
                if kind not in where or score > where[kind][0]:
                    where[kind] = (score, unit, start, end)
    if not scores:
        return _without_paper(acts)
    kind = max(scores, key=lambda k: (scores[k], -list(Kind).index(k)))
    if kind not in named and max(named.values(), default=0.0) > 0.05 * scores[kind]:
        kind = max(named, key=lambda k: (named[k], -list(Kind).index(k)))
    short = kind is Kind.BIEN_BAN_PHOI_HOP or where[kind][1].low.startswith(_RECORD, where[kind][2])
    if short and scores.get(Kind.BIEN_BAN_GHI_NHO, 0.0) >= 0.15 * scores[kind]:
        kind = Kind.BIEN_BAN_GHI_NHO  # "biên bản" is short for it
    if kind in _MAY_BE_TWINNING and scores.get(Kind.KET_NGHIA, 0.0) >= 0.5 * scores[kind]:
        kind = Kind.KET_NGHIA
    _, unit, start, end = where[kind]
    return kind, unit, start, end


_REVIEWS = (Act.SO_KET, Act.TONG_KET)
_RECORD = even("biên bản")
_WITNESS = pattern(r"(?:chứng kiến|dự khán)[^.;]{0,45}\Z")


def _witnessed(low: str, signs: list[tuple[int, int]]) -> int | None:
    """Where the papers begin of which others sign while those of the story look on ("ký kế hoạch, chứng kiến lễ ký …")."""
    seen = [start for start, _ in signs if _WITNESS.search(low, 0, start)]
    return seen[0] if seen and signs[0][0] < seen[0] else None


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
