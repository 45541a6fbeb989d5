"""Countries inside names: "Bộ Công an Việt Nam", "Bộ Quốc phòng hai nước Việt Nam và Lào"."""

from __future__ import annotations

from pipelines.institutions import Head, Mention, Registry
from pipelines.reading.inner_letters import printed
from pipelines.reading.words import Token, joined


def is_national(tokens: list[Token], at: int) -> bool:
    """Does "Việt Nam" stand here, with nothing but a space before it?"""
    return (
        at + 1 < len(tokens)
        and tokens[at].gap == " "
        and tokens[at].low == "việt"
        and tokens[at + 1].low == "nam"
    )


def country_after(tokens: list[Token], after: int, registry: Registry) -> tuple[int, bool, str | None]:
    """(index after the country that stands behind a name, is it Việt Nam, its name); None where there is none."""
    stop, national, country = after, False, None
    step = stop + 1 if stop < len(tokens) and tokens[stop].low == "nước" and tokens[stop].gap == " " else stop
    if step < len(tokens) and tokens[step].gap in (" ", " ("):
        found = registry.place_index.longest(tokens, step)
        if found and found[1].kind == "country":
            stop, country = found[0], found[1].name
            national = country == "Việt Nam"
    return stop, national, country


def countries_at(tokens: list[Token], at: int, registry: Registry) -> tuple[list[tuple[int, int, str]], int]:
    """A list of countries ("Việt Nam và Campuchia", "Việt Nam - Indonesia") and the index after it."""
    out: list[tuple[int, int, str]] = []
    stop = at
    while stop < len(tokens):
        step = stop
        if out:
            if tokens[step].low in ("và", "với") and tokens[step].gap == " ":
                step += 1
            elif tokens[step].gap not in (", ", " - ", " – ", "-"):
                break
        elif tokens[step].gap != " ":
            break
        found = registry.place_index.longest(tokens, step) if step < len(tokens) else None
        if found is None or found[1].kind != "country":
            break
        out.append((step, found[0], found[1].name))
        stop = found[0]
    return out, stop


def of_countries(
    tokens: list[Token], at: int, after: int, head: Head, text: str, countries: list[tuple[int, int, str]]
) -> list[Mention]:
    """The same body of each of the listed countries, each at the place of its country's name."""
    lead = printed(text[tokens[at].start : tokens[after - 1].end])
    return [
        Mention(
            name=f"{lead[:1].upper()}{lead[1:]} {joined(text[tokens[first].start : tokens[stop - 1].end])}",
            start=tokens[first].start,
            end=tokens[stop - 1].end,
            head=head,
            country=country,
            national=country == "Việt Nam",
        )
        for first, stop, country in countries
    ]
