"""Story → Agreement: who agreed what with whom, when, where and for which period.

    units   = title and sentences, the matcher's evidence marked
    acts    = what the story says was done          kind = with what paper
    parties = the list of bodies whose place in its sentence says that they agreed
    period  = the years the paper is for            event date, place, signatories

Every field keeps the span it was read from; what the text does not say stays empty. Pure and without state.
"""

from __future__ import annotations

import re

from pipelines.event_dates import DateFound, Reference, dates_in, deduced_reference, reference_of
from pipelines.institutions import Registry
from pipelines.reading.acts import ActFound, find_acts
from pipelines.reading.kinds import find_kind
from pipelines.reading.parties import find_parties
from pipelines.reading.people import find_signatories
from pipelines.reading.periods import find_period, year_summed_up
from pipelines.reading.places import find_place, outlet_province
from pipelines.reading.roles import with_roles
from pipelines.reading.settling import settled
from pipelines.reading.units import Unit, units_of
from pipelines.reading.words import even
from pipelines.types import Act, Agreement, Kind, Match, Party, Span, Story


def read_agreement(
    story: Story, match: Match | None = None, *, registry: Registry | None = None
) -> Agreement:
    """What the story says was agreed. Without a `match` the deciding sentences are found here.

    A story that is no match gives whatever such words it holds; callers ask for matches.
    """
    registry = registry or Registry.load()
    units = units_of(story, match)
    acts_found = find_acts(units)
    acts = tuple(found.act for found in acts_found)
    spans: dict[str, Span] = {}
    if acts_found:
        spans["acts"] = acts_found[0].span
        for found in acts_found:
            spans[f"act:{found.act}"] = found.span
    kind = find_kind(units, acts_found)
    if kind is not None:
        spans["kind"] = kind[1].span(kind[2], kind[3])
        if not acts and match is not None and match.is_match:
            # A match that names a paper and no act tells of the paper's coming into being.
            acts = (Act.KY_KET,)
            spans["acts"] = spans["kind"]
    reference = reference_of(story.published, story.text, story.url)
    period = find_period(units, acts, year=reference.day.year if reference else None)
    if period is not None:
        spans["period"] = period.unit.span(period.start, period.end)
    if reference is None:
        reference = deduced_reference(
            period.value if period else None, _year_told(units), year_summed_up=year_summed_up(units)
        )
    dated = _event_date(units, acts_found, reference)
    if dated is not None:
        spans["event_date"] = dated[0].span(dated[1].start, dated[1].end)
    outlet = outlet_province(story, registry)
    parties = find_parties(units, registry, province=outlet)
    parties = with_roles(parties, units, registry)
    place = find_place(units, acts_found, parties, registry, outlet)
    if place is not None and place.span is not None:
        spans["place"] = place.span
    agreement = Agreement(
        acts=acts,
        kind=_kind(kind, parties, units),
        parties=parties,
        period=period.value if period else None,
        event_date=dated[1].value.isoformat() if dated else None,
        event_date_precision=dated[1].precision if dated else None,
        place=place.name if place else None,
        signatories=find_signatories(units, parties, registry),
        spans=spans,
    )
    return settled(agreement, units, registry, province=outlet, url=story.url)


def _kind(
    found: tuple[Kind, Unit, int, int] | None, parties: tuple[Party, ...], units: list[Unit]
) -> Kind | None:
    """The kind; a treaty between countries that does not call itself cooperation is another paper."""
    if found is None:
        return None
    kind, unit, start, end = found
    states = parties and all(party.key.startswith("country:") for party in parties)
    cooperation = "hợp tác" in unit.low[start : end + 25] or any(
        _COOPERATION.search(near.low) for near in units[:4]
    )
    if kind is Kind.THOA_THUAN_HOP_TAC and states and not cooperation:
        return Kind.KHAC
    return kind


_COOPERATION = re.compile(even("(?:thỏa thuận|hiệp định)(?: khung)? hợp tác"))
#: Not the years of aims: "đến năm 2030", "vào năm 2040", "tầm nhìn năm 2045".
_YEAR = re.compile(
    even(
        r"\b(?<!đến )(?<!tới )(?<!vào )(?<!trước )(?<!hết )(?<!nhìn )"
        r"(?:năm |quý (?:i{1,3}|iv|[1-4])[-/ ]|tháng \d\d?[-/ ])(20[0-4]\d)\b"
    )
)


def _year_told(units: list[Unit]) -> int | None:
    """The latest single year that the opening speaks of."""
    years = [int(year) for unit in units[:6] for year in _YEAR.findall(unit.low)]
    return max(years, default=None)


def _event_date(
    units: list[Unit], acts: list[ActFound], reference: Reference | None
) -> tuple[Unit, DateFound] | None:
    """The date told in the sentence that tells the act, else in the lead, else in the first sentences."""
    deciding = {id(found.unit) for found in acts}
    best: tuple[float, Unit, DateFound] | None = None
    for unit in units:
        if unit.index > 12 and id(unit) not in deciding and not unit.pointed:
            continue
        for found in dates_in(unit.text, reference, low=unit.low):
            score = 1.0
            if unit.lead or unit.index <= 3:
                score += 1.0
            if id(unit) in deciding:
                score += 1.0
            if unit.pointed:
                score += 0.4
            if found.start < 30:
                score += 0.4
            if (
                found.year_told
                and reference is not None
                and reference.exact
                and (reference.day - found.value).days > 120
            ):
                score -= 2.5
            score -= unit.index * 0.03
            if best is None or score > best[0]:
                best = (score, unit, found)
    return (best[1], best[2]) if best is not None and best[0] > 0.4 else None
