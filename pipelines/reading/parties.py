"""Parties: which of the bodies named in a story are the ones that agreed.

Names that stand in a list ("giữa A với B, C và D"; "A và B ký kết"; "A ký kết … với B") form a chain (`chains.py`). The
chain whose place in its sentence says most that it is the list of parties wins; other chains may complete it. Attendees,
witnesses, superiors in brackets and the places where it happened are not parties.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipelines.institutions import Mention, Registry
from pipelines.reading.bodies import (
    OFFICIAL,
    SIGNED,
    Known,
    as_parties,
    both_ministries,
    for_ministries,
    issuers,
    same_body,
    two_states,
)
from pipelines.reading.candidates import Named, names_in
from pipelines.reading.chains import SIGNED_WITH, Chain, chains_of
from pipelines.reading.choosing import choose
from pipelines.reading.completing import Surroundings
from pipelines.reading.references import with_this_one
from pipelines.reading.units import Unit
from pipelines.reading.words import pattern
from pipelines.types import Party


def find_parties(
    units: Sequence[Unit], registry: Registry, *, province: str | None = None
) -> tuple[Party, ...]:
    """The parties of the agreement, first the one that is named first.

    `province`: that of the outlet, used for a local body told without its place when the story names no other.
    """
    read = [unit for unit in units if _worth(unit)]
    everyone = [named for unit in read for named in names_in(unit, registry)]
    short = _short_names(everyone)
    chains: list[Chain] = []
    for unit in read:
        names = _written_out(unit, names_in(unit, registry), short)
        found = chains_of(unit, names)
        for chain in found:
            with_this_one(chain, read, registry)
        if found and unit.text.rstrip().endswith(":"):
            _add_items(found[-1], units, registry)
        chains.extend(found)
    context = Surroundings(units, everyone, registry, province)
    parties = _listed(units, chains, everyone, context, registry)
    if len(parties) < 2:
        parties = _two_before(read, everyone, context, registry) or parties
    return choose(parties, chains, read, everyone, context, registry)


def _listed(
    units: Sequence[Unit],
    chains: list[Chain],
    everyone: list[Named],
    context: Surroundings,
    registry: Registry,
) -> tuple[Party, ...]:
    """The parties that the lists tell."""
    if not chains:
        return two_states(units, registry) or issuers(units, registry)
    _told_by_headline(chains, registry)
    for chain in chains:
        if context.of_localities(chain.members) is not chain.members:
            chain.score += _LOCALITIES_SIGN
        elif _talked_and_signed(chain, units):
            chain.score += _TALKS_SIGNED
    best = max(chains, key=_weight)
    states = len(best.members) > 1 and all(named.place for named in best.members)
    if best.score < (0.3 if states else 1.0):
        return two_states(units, registry) or issuers(units, registry)
    members = [(named, registry.describe(named.mention)) for named in context.resolved(best.members)]
    for chain in sorted(chains, key=lambda chain: -chain.score):
        if chain is not best and chain.score >= 1.0 and not (chain.doubtful and len(members) >= 2):
            _complete(
                members, [(n, registry.describe(n.mention)) for n in context.resolved(chain.members)], chain
            )
    _with_the_signing_one(members, best, chains, context, registry)
    parties = for_ministries(as_parties(members, everyone, registry), units, registry)
    return both_ministries(parties, units, registry)


_TWO_SIGN = pattern(
    r"\b(?:hai|đôi) (?:cơ quan|đơn vị|ngành|bên|lực lượng)(?: này)? (?:đã |vừa |cùng |chính thức )*(?:đặt bút )?(?:ký|kí)\b"
)


def _two_before(
    read: Sequence[Unit], everyone: list[Named], context: Surroundings, registry: Registry
) -> tuple[Party, ...]:
    """The only two bodies of the sentence before "hai cơ quan vừa ký", whatever each of them does in it."""
    for before, here in pairwise(read):
        if before.field == "title" or here.index != before.index + 1 or not _TWO_SIGN.search(here.low):
            continue
        named = [one for one in names_in(before, registry) if not (one.inside or one.office)]
        bodies = all(one.mention.head is not None and one.mention.head.take != "unit" for one in named)
        if len(named) == 2 and bodies and not any(one.group or one.mention.count for one in named):
            if any(not one.inside for one in names_in(here, registry)):
                continue  # the sentence names them itself
            found = [(one, registry.describe(one.mention)) for one in context.resolved(named)]
            if len(found) == 2 and not same_body(*found):
                return as_parties(found, everyone, registry)
    return ()


def _weight(chain: Chain) -> tuple[float, bool, int, int]:
    """What decides between lists: the score, then bodies before places, the longer, the earlier."""
    heads = [named.mention.head for named in chain.members if named.mention.head is not None]
    bodies = sum(head.slug not in OFFICIAL and head.take != "unit" for head in heads) > 1
    return round(chain.score, 2), bodies, len(chain.members), -chain.unit.index


def _told_by_headline(chains: list[Chain], registry: Registry) -> None:
    """Raise the lists whose bodies, or their places, are the pair that the headline names."""
    told = [chain for chain in chains if chain.unit.index == 0 and len(chain.members) > 1]
    for chain in chains:
        if chain.unit.index == 0 or len(chain.members) < 2 or all(named.bare for named in chain.members):
            continue
        bodies = [(named, registry.describe(named.mention)) for named in chain.members] if told else []
        for title in told:
            if sum(any(_is_told(named, body, registry) for body in bodies) for named in title.members) > 1:
                chain.score += _HEADLINE
                break


_HEADLINE = 0.8
_LOCALITIES_SIGN = 1.2
_TALKS_SIGNED = 1.2
_TALKS = pattern(r"\b(?:hội đàm|làm việc)\b")
_THEN_SIGN = pattern(
    r"\b(?:các|hai|đôi) (?:bên|đoàn)(?: (?:đã|cùng|đều|cũng|sẽ))* (?:ký|kí)\b|\bđoàn (?:đã |đều )+(?:ký|kí)\b"
)
_SOON_AFTER = 3


def _talked_and_signed(chain: Chain, units: Sequence[Unit]) -> bool:
    """ "A hội đàm với B, C và D. … Cuối buổi, các bên ký kết": the signing is told after the talks."""
    members, unit = chain.members, chain.unit
    if unit.index == 0 or len(members) < 2 or chain.doubtful or SIGNED.search(unit.low):
        return False
    if any(named.mention.head is None or named.mention.head.take == "unit" for named in members):
        return False
    if not _TALKS.search(unit.low[members[0].stop : members[-1].mention.start]):
        return False
    return any(_THEN_SIGN.search(later.low) for later in units[unit.index + 1 : unit.index + 1 + _SOON_AFTER])


def _is_told(named: Named, body: Known, registry: Registry) -> bool:
    """The name of a headline is the body's, or that of the place where the body is."""
    if same_body((named, registry.describe(named.mention)), body):
        return True
    place = body[0].mention.place
    if body[1].head in OFFICIAL:
        return False
    return named.place and place is not None and registry.place(place) == registry.place(named.mention.name)


_LISTS_THE_OTHERS = pattern(
    r"\A(?:đó là|gồm có|bao gồm|cụ thể là)\s*:?\s*\Z|(?:đơn vị|bên|doanh nghiệp|đối tác|cơ quan|trường|ngân hàng|địa phương|bệnh viện)[^.;]{0,40}?(?:gồm|là|gồm có|bao gồm)\s*:?\s*\Z"
)
_SIGNS_WITH_MANY = pattern(
    r"\A[^.;]{0,60}?\b(?:ký|kí)\b[^.;]{0,90}?\b(?:với|cùng) (?:\d+|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|các|nhiều) (?:đơn vị|doanh nghiệp|đối tác|cơ quan|trường|ngân hàng|địa phương|bệnh viện)"
)


_COSIGNERS = pattern(r"\b(?:cùng|đồng|tham gia) (?:ký|kí)(?: kết)?(?: còn)? (?:có|là|gồm)(?: có)?:?\s*\Z")


def _with_the_signing_one(
    members: list[Known], best: Chain, chains: list[Chain], context: Surroundings, registry: Registry
) -> None:
    """Put before a list of "the others" the one who signed with them: "A ký … với bốn đơn vị. Các đơn vị gồm B, C, D, E"."""
    if len(members) == 1 and not members[0][0].group:
        for chain in chains:
            before = chain.unit.low[
                max(0, chain.members[0].mention.start - 90) : chain.members[0].mention.start
            ]
            near = 0 <= chain.unit.index - best.unit.index <= 2
            if (
                chain is not best
                and near
                and (_LISTS_THE_OTHERS.search(before) or SIGNED_WITH.search(before))
            ):
                others = [
                    (named, registry.describe(named.mention)) for named in context.resolved(chain.members)
                ]
                members.extend(other for other in others if not same_body(other, members[0]))
                return
    low = best.unit.low
    if _COSIGNERS.search(low[: best.members[0].mention.start]):
        for chain in chains:
            one = chain.members[0]
            if chain.unit.index == best.unit.index - 1 and len(chain.members) == 1 and chain.score >= 1.0:
                members.insert(0, (one, registry.describe(one.mention)))
        return
    if not _LISTS_THE_OTHERS.search(
        low[max(0, best.members[0].mention.start - 90) : best.members[0].mention.start]
    ):
        return
    for chain in chains:
        one = chain.members[0]
        if chain.unit is best.unit or len(chain.members) != 1 or one.group or one.place:
            continue
        if _SIGNS_WITH_MANY.match(chain.unit.low[one.stop :]):
            (named,) = context.resolved([one])[:1]
            known = (named, registry.describe(named.mention))
            if not any(same_body(known, other) for other in members):
                members.insert(0, known)
            return


def _complete(members: list[Known], others: list[Known], chain: Chain) -> None:
    """Add what another list of the same parties has more, or the other side when the best list has one only."""
    shared = sum(any(same_body(other, known) for known in members) for other in others)
    new = [other for other in others if not any(same_body(other, known) for known in members)]
    if shared == 1 and len(members) == len(others) == 2 and len(new) == 1:
        (theirs,) = new
        mine = next((known for known in members if not any(same_body(known, o) for o in others)), None)
        if theirs[0].bare and not theirs[0].place and mine is not None and mine[0].mention.head is not None:
            return  # "UEH" in the headline is the other side of the same pair
    # A list of partners in a headline whose text only counts them, or one brand beside parties that are known.
    brands = chain.score >= 3.8
    one_more = chain.score >= 2.3 and len(chain.members) == shared + 1
    bodies = [
        other
        for other in new
        if not other[0].group
        and not _counts_them(other, members)
        and not other[0].place
        and not other[0].mention.count
        and (not other[0].bare or brands or one_more)
    ]
    enough = chain.score >= 3.3 or (one_more and all(other[0].bare for other in bodies))
    if shared and bodies and (enough or (shared >= 2 and chain.unit.index <= 6)):
        members.extend(bodies)
    elif not shared and len(members) < 2 and chain.score >= 2.0:
        members.extend(new)


_A_COUNT = pattern(r"\b(?:\d{1,2}|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|các|những) \Z")


#: "biên phòng ba tỉnh miền Trung".
_COUNTS_PLACES = pattern(
    r"\b(?:\d{1,2}|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|các) (?:tỉnh|thành phố|huyện|xã|phường)\b"
)


def _counts_them(other: Known, members: list[Known]) -> bool:
    """ "Ba đồn biên phòng Điện Biên" in a headline whose text names the three."""
    head, start = other[0].mention.head, other[0].mention.start
    alike = sum(known[0].mention.head == head for known in members)
    low = other[0].unit.low
    counted = _A_COUNT.search(low[max(0, start - 12) : start]) or _COUNTS_PLACES.search(
        low[start : other[0].mention.end]
    )
    return head is not None and alike > 1 and counted is not None


def _worth(unit: Unit) -> bool:
    return (
        unit.index <= 3
        or unit.pointed
        or unit.caption
        or (unit.index <= 40 and SIGNED.search(unit.low) is not None)
    )


#: A line of a list.
_ITEM = re.compile(r"\s*(?:[-–—•+*●▪✓]|\d{1,2}[.)])\s*(?=\w)")
_LONGEST_LIST = 40


def _add_items(chain: Chain, units: Sequence[Unit], registry: Registry) -> None:
    """Add the names that the lines of a list after the colon begin with: "với bảy doanh nghiệp: - Công ty …"."""
    if not chain.between and chain.score < 1.0 and not SIGNED.search(chain.unit.low):
        return
    for unit in units[chain.unit.index + 1 : chain.unit.index + 1 + _LONGEST_LIST]:
        item = _ITEM.match(unit.text)
        if item is None:
            break
        names = [named for named in names_in(unit, registry) if not named.inside]
        if names and names[0].mention.start <= item.end() + 4:
            chain.members.append(names[0])
            chain.score += 0.1 if len(chain.members) <= 5 else 0.0


#: A short name in brackets that stands for the whole one elsewhere: letters, or a brand.
_SHORT = re.compile(r"[A-ZĐ][\w&.-]*[A-ZĐ][\w&.-]*\Z")


def _short_names(everyone: Sequence[Named]) -> dict[str, Mention]:
    """Short names that the story gives in brackets behind a body's name → the body."""
    out: dict[str, Mention] = {}
    for named in everyone:
        alias = named.mention.alias
        if alias and not named.bare and not named.group and 3 <= len(alias) <= 16 and _SHORT.match(alias):
            out.setdefault(alias, named.mention)
    return out


def _written_out(unit: Unit, names: list[Named], short: dict[str, Mention]) -> list[Named]:
    """The names of a sentence, those short names among them that stand for a body told in full elsewhere."""
    if not short:
        return names
    out = [
        replace(
            named, mention=replace(short[name], start=named.mention.start, end=named.mention.end), bare=False
        )
        if named.bare and (name := named.mention.name) in short
        else named
        for named in names
    ]
    covered = [(named.mention.start, named.mention.end) for named in names]
    for alias, mention in short.items():
        at = unit.text.find(alias)
        end = at + len(alias)
        if at < 0 or unit.text[at - 1 : at] in ("(", "/", "-") or unit.text[end : end + 1].isalnum():
            continue
        if (at and unit.text[at - 1].isalnum()) or any(start < end and at < stop for start, stop in covered):
            continue
        out.append(Named(replace(mention, start=at, end=end), unit))
    return sorted(out, key=lambda named: named.mention.start)
