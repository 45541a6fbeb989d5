"""One function a page: what was asked and a read-only Store → the template's values."""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pipelines.database.filters import Filters
from pipelines.database.site import marking
from pipelines.database.site.marking import Mark
from pipelines.database.site.phrases import ACTS, HANOI, KINDS
from pipelines.database.site.questions import Questions, Telling
from pipelines.digests import safe_link
from pipelines.errors import KyketError, UsageError
from pipelines.types import Json

if TYPE_CHECKING:
    from pipelines.database.store import Store

CARDS = 30
ROWS = 50
HITS = 20
#: Parties in the graph of all: as many as can still be told apart.
GRAPH = 500
_DEEPEST_PAGE = 2_000


class NotThereError(KyketError):
    """What the address names does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, without anything of HTTP."""

    now: datetime
    args: Mapping[str, str] = field(default_factory=dict)
    """The query string, the first value of each name."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """What the address itself named."""

    def get(self, name: str) -> str | None:
        """An argument without white space around it; None when it is empty."""
        return " ".join(self.args.get(name, "").split())[:400] or None

    @property
    def page(self) -> int:
        text = self.args.get("page", "1")
        return min(max(int(text), 1), _DEEPEST_PAGE) if text.isascii() and text.isdigit() else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Where a list is: page `number` of `count`, and the addresses of its neighbours."""

    number: int
    count: int
    previous: str | None
    next: str | None


def leafing(asked: Asked, total: int, size: int) -> Pages | None:
    """The neighbours of this page; None when there is only one."""
    count = max(1, math.ceil(total / size))
    if count == 1:
        return None

    def address(number: int) -> str:
        kept = {name: value for name, value in asked.args.items() if name != "page" and value}
        return "?" + urlencode({**kept, "page": number})

    here = asked.page
    return Pages(
        number=here,
        count=count,
        previous=address(min(here, count + 1) - 1) if here > 1 else None,
        next=address(here + 1) if here < count else None,
    )


def with_arg(asked: Asked, **changes: str | None) -> str:
    """This page's query string with some arguments changed and the first page of it."""
    kept = {name: value for name, value in asked.args.items() if name != "page" and value}
    kept |= {name: value for name, value in changes.items() if value}
    for name, value in changes.items():
        if not value:
            kept.pop(name, None)
    return "?" + urlencode(kept) if kept else "?"


# -- today -----------------------------------------------------------------------------------------------------


def today(store: Store, asked: Asked) -> Json:
    """New events since yesterday, or the events of one day; a strip of days."""
    questions = Questions(store)
    local = asked.now.astimezone(HANOI).date()
    chosen = _day(asked.get("day"))
    offset = (asked.page - 1) * CARDS
    quiet = False
    if chosen is not None:
        total, tellings = questions.told_on(chosen, limit=CARDS, offset=offset)
    else:
        since = datetime(local.year, local.month, local.day, tzinfo=HANOI) - timedelta(days=1)
        total, tellings = questions.news_since(since, limit=CARDS, offset=offset)
        if not tellings and asked.page == 1:
            tellings, quiet = questions.latest(CARDS // 2), True
    return {
        "chosen": chosen.isoformat() if chosen else None,
        "total": total,
        "quiet": quiet and bool(tellings),
        "empty": questions.newest_day() is None,
        "cards": cards(store, questions, tellings),
        "strip": _strip(questions, local, chosen),
        "pages": None if quiet else leafing(asked, total, CARDS),
        "totals": questions.totals(),
    }


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"{text!r} is no day; write it as 2024-01-31").named("day", value=text) from None
    # SQLite's and Python's calendars agree on these years, and no newspaper is outside them.
    if found is not None and not 1900 <= found.year <= 2200:
        raise UsageError(f"{text!r} is no day that a story could be of").named("day", value=text)
    return found


def _strip(questions: Questions, local: date, chosen: date | None) -> Json:
    last = local
    if chosen is not None and (local - chosen).days > 27:
        last = chosen + timedelta(days=13)
    elif chosen is None:
        newest = questions.newest_day()
        if newest is not None and (local - date.fromisoformat(newest)).days > 27:
            last = date.fromisoformat(newest)
    first = last - timedelta(days=27)
    counts = questions.matches_a_day(first, last)
    top = max(counts.values(), default=0)
    days = [(first + timedelta(days=n)).isoformat() for n in range(28)]
    return {
        "days": [
            {
                "day": day,
                "number": int(day[8:]),
                "month": int(day[5:7]) if day[8:] == "01" or day == days[0] else None,
                "count": counts.get(day, 0),
                "height": round(34 * counts.get(day, 0) / top) if top else 0,
                "weekend": date.fromisoformat(day).weekday() >= 5,
                "here": chosen is not None and day == chosen.isoformat(),
            }
            for day in days
        ],
        "before": (first - timedelta(days=1)).isoformat(),
        "after": (last + timedelta(days=1)).isoformat() if last < local else None,
    }


def cards(store: Store, questions: Questions, tellings: Sequence[Telling]) -> list[Json]:
    """Each event as a card shows it."""
    ids = [telling.story for telling in tellings]
    stories = {int(story["id"][1:]): story for story in store.reading.of(ids)}
    named = questions.party_ids(ids)
    names = questions.outlet_names()
    found = []
    for telling in tellings:
        story = stories.get(telling.story)
        if story is None:
            continue
        event = story["event"] or {"id": None, "size": 1, "outlets": [story["outlet"]]}
        found.append(
            {
                **_line(story, named.get(telling.story, [])),
                "news": telling.news,
                "event": event["id"],
                "size": event["size"],
                "outlets": [{"id": one, "name": names.get(one, one)} for one in event["outlets"] if one],
                "verdict": story["verdict"],
                "sentence": deciding(story),
            }
        )
    return found


def _line(story: Json, named: Sequence[tuple[int, str]]) -> Json:
    """What every list says of a story."""
    return {
        "id": story["id"],
        "title": story["title"],
        "link": safe_link(story["url"]),
        "outlet": story["outlet"],
        "kind": story["kind"],
        "act": story["act"],
        "period": story["period"],
        "event_date": story["event_date"],
        "place": story["place"],
        "published": story["published"],
        "told": story["published"] or story["found_at"],
        "precision": story["published_precision"],
        "incomplete": story["incomplete"],
        "score": story["score"],
        "parties": [{"id": f"p{number}", "name": name} for number, name in named],
    }


def deciding(story: Json) -> list[marking.Segment]:
    """The deciding sentence with its phrase marked, another than the headline where there is one; empty without any."""
    if not story["evidence"]:
        return []
    sentences = [one["sentence"] for one in story["evidence"]]
    sentence = next((one for one in sentences if one != story["title"]), sentences[0])
    phrases = {one["phrase"] for one in story["evidence"] if one["sentence"] == sentence}
    marks = [mark for phrase in phrases for mark in marking.occurrences(sentence, phrase, "evidence")]
    return marking.segments(sentence, marks)


# -- one story -------------------------------------------------------------------------------------------------

#: Span names of agreements → how they are marked.
_SPANS = {"party": "party", "signatory": "signatory", "period": "period", "event_date": "date", "place": "place",
          "kind": "kind", "act": "act"}  # fmt: skip


def story(store: Store, asked: Asked) -> Json:
    """One story with everything that is known of it."""
    number = int(asked.parts["number"])
    if not _exists(store, number):
        raise NotThereError(f"s{number}")
    questions = Questions(store)
    told = store.reading.show(number)
    agreement = told["agreement"]
    title_marks, text_marks = _marks(told, agreement)
    nearest = _nearest_seed(questions, told)
    renewed = None
    if told["event"]:
        renewed = _chains(questions, [int(told["event"]["id"][1:])])
    if agreement is not None:
        named = [(party["id"], party["canonical"]) for party in agreement["parties"]]
    else:
        named = []
    revisions = questions.revision_texts(number)
    return {
        "story": {**_line(told, named), "verdict": told["verdict"], "captions": told["captions"]},
        "told": told,
        "agreement": agreement,
        "title_segments": marking.segments(told["title"], title_marks),
        "paragraphs": marking.paragraphs(told["text"], text_marks),
        "sorts": [
            sort for sort in ("evidence", "sentence", *dict.fromkeys(_SPANS.values()))
            if any(mark.sort == sort for mark in (*title_marks, *text_marks))
        ],
        "reasons": sorted(told["reasons"].items(), key=lambda one: -abs(one[1]))[:16],
        "seed": nearest,
        "is_match": told["verdict"] == "accept" or (told["score"] >= told["threshold"] and told["verdict"] != "reject"),
        "names": questions.outlet_names(),
        "chains": renewed,
        "revisions": revisions,
        "diffs": [
            {
                "old": old["number"], "new": new["number"],
                "title": marking.changes(old["title"], new["title"]) if old["title"] != new["title"] else [],
                "text": marking.shortened(marking.changes(old["text"], new["text"])),
            }
            for old, new in itertools.pairwise(revisions)
            if (old["title"], old["text"]) != (new["title"], new["text"])
        ][-5:],
    }  # fmt: skip


def _exists(store: Store, number: int) -> bool:
    return bool(store.reading.of([number]))


def _marks(told: Json, agreement: Json | None) -> tuple[list[Mark], list[Mark]]:
    """(marks of the title, marks of the text)."""
    title: list[Mark] = []
    text: list[Mark] = []
    for place, one in enumerate(told["evidence"]):
        where = title if one["field"] == "title" else text
        where.append(Mark(one["start"], one["end"], "evidence", one["phrase"]))
        if place == 0:
            where.append(Mark(one["sentence_start"], one["sentence_end"], "sentence"))
    if agreement is not None:
        for name, (where_name, start, end) in agreement["spans"].items():
            base, _, position = name.partition(" ")
            sort = _SPANS.get(base)
            if sort is None:
                continue
            label, href = None, None
            if sort == "party" and position.isdigit() and 0 < int(position) <= len(agreement["parties"]):
                party = agreement["parties"][int(position) - 1]
                label, href = party["canonical"], f"/p{party['id']}"
            (title if where_name == "title" else text).append(Mark(start, end, sort, label, href))
    return title, text


def _nearest_seed(questions: Questions, told: Json) -> Json | None:
    """The nearest seed: its words where the database holds them, its known facts otherwise."""
    near = told["nearest_seed"]
    if near is None:
        return None
    found = questions.seed(near["id"])
    facts = _shipped_seeds().get(near["id"], {})
    seed: Json = {
        "title": None,
        "url": facts.get("url"),
        "outlet": facts.get("outlet"),
        "text": None,
        "story": None,
        "facts": facts,
    }
    if found is not None:
        seed |= {key: value for key, value in found.items() if value}
    return {
        **seed,
        "id": near["id"],
        "similarity": near["similarity"],
        "link": safe_link(seed["url"]),
        "lines": seed["text"].split("\n") if seed["text"] else [],
        "others": told["nearest_seeds"][1:5],
    }


@functools.cache
def _shipped_seeds() -> dict[str, Json]:
    """Facts of the seeds that come with the program, by id."""
    from pipelines.profile import load_profile

    return {facts["id"]: dict(facts) for facts in load_profile().seed_facts}


def _chains(questions: Questions, events: Sequence[int]) -> list[list[Json]]:
    """Renewals among these events and their kin, each a chain of periods."""
    renews = questions.renewals(events)
    chains = marking.chains(renews)
    lines = questions.event_lines(sorted({event for chain in chains for event in chain}))
    return [
        [{"event": event, **lines[event]} for event in chain if event in lines]
        for chain in chains
        if sum(event in lines for event in chain) > 1
    ]


def event(store: Store, asked: Asked) -> Json:
    """An event: the stories that tell it."""
    number = int(asked.parts["number"])
    if store.grouper.root(number) is None:
        raise NotThereError(f"e{number}")
    told = store.reading.event(number)
    questions = Questions(store)
    ids = [int(one["id"][1:]) for one in told["stories"]]
    named = questions.party_ids(ids)
    root = int(told["id"][1:])
    return {
        "event": told,
        "stories": [{**_line(one, named.get(int(one["id"][1:]), [])), "duplicate_of": one["duplicate_of"],
                     "sentence": deciding(one), "verdict": one["verdict"]} for one in told["stories"]],
        "verdict": _common_verdict(told["stories"]),
        "chains": _chains(questions, [root]),
        "names": questions.outlet_names(),
    }  # fmt: skip


def _common_verdict(stories: Sequence[Json]) -> str | None:
    said = {one["verdict"] for one in stories}
    return said.pop() if len(said) == 1 else None


# -- agreements and parties ------------------------------------------------------------------------------------


def agreement_filters(asked: Asked) -> tuple[Filters, str | None]:
    """(filters, year) of the agreements that were asked for. Raises UsageError for what is no date."""
    from pipelines.dates_typed import day_range

    def day(name: str, place: int) -> datetime | None:
        text = asked.get(name)
        try:
            return None if text is None else day_range(text, now=asked.now)[place]
        except UsageError as error:
            raise error.named("date", value=text) from None

    party = asked.get("party")
    outlet, year = asked.get("outlet"), asked.get("year")
    return (
        Filters(
            since=day("since", 0),
            until=day("until", 1),
            parties=() if party is None else (party,),
            kind=asked.get("kind"),
            act=asked.get("act"),
            outlets=() if outlet is None else (outlet,),
            text=asked.get("q"),
        ),
        year if year and re.fullmatch(r"\d{4}", year) else None,
    )


def agreements(store: Store, asked: Asked) -> Json:
    """One row an agreement, the newest first, with facets."""
    questions = Questions(store)
    total, ids, facets, problem = 0, [], {"kind": {}, "act": {}, "year": {}}, None  # type: ignore[var-annotated]
    try:
        filters, year = agreement_filters(asked)
        total, ids, facets = questions.agreements(
            filters, year=year, limit=ROWS, offset=(asked.page - 1) * ROWS
        )
    except KyketError as error:
        problem = error
    return {
        "rows": rows_of(store, questions, ids),
        "total": total,
        "facets": facets,
        "problem": problem,
        "asked": {
            name: asked.get(name) or ""
            for name in ("party", "since", "until", "kind", "act", "outlet", "q", "year")
        },
        "kinds": list(KINDS),
        "acts": list(ACTS),
        "query": with_arg(asked),
        "narrowed": any(
            asked.get(name) for name in ("party", "since", "until", "kind", "act", "outlet", "q", "year")
        ),
        "narrow": {
            name: {value: with_arg(asked, **{name: value}) for value in counts}
            for name, counts in facets.items()
        },
        "widen": {name: with_arg(asked, **{name: None}) for name in facets},
        "pages": leafing(asked, total, ROWS),
    }


def rows_of(store: Store, questions: Questions, ids: Sequence[int]) -> list[Json]:
    """Stories as rows of a table, in the order given."""
    named = questions.party_ids(ids)
    found = store.reading.of(list(ids))
    return [
        {
            **_line(one, named.get(int(one["id"][1:]), [])),
            "event": one["event"]["id"] if one["event"] else None,
            "size": one["event"]["size"] if one["event"] else 1,
        }
        for one in found
    ]


def parties(store: Store, asked: Asked) -> Json:
    """The organisations that sign, the most frequent first."""
    sort = asked.get("sort")
    armed = {"armed": True, "civil": False}.get(sort or "")
    problem = None
    total, rows = 0, list[Json]()
    try:
        total, rows = Questions(store).parties(
            asked.get("q"), armed, limit=ROWS, offset=(asked.page - 1) * ROWS
        )
    except KyketError as error:
        problem = error
    return {
        "rows": rows,
        "total": total,
        "problem": problem,
        "asked": {"q": asked.get("q") or "", "sort": sort or ""},
        "pages": leafing(asked, total, ROWS),
    }


def party(store: Store, asked: Asked) -> Json:
    """A party: its agreements in time, its partners, its renewals."""
    number = int(asked.parts["number"])
    questions = Questions(store)
    found = questions.party(number)
    if found is None:
        raise NotThereError(f"p{number}")
    total, ids, facets = questions.agreements(
        Filters(parties=(f"p{found['id']}",)), year=None, limit=200, offset=0
    )
    rows = rows_of(store, questions, ids)
    years: dict[str, list[Json]] = {}
    for row in rows:
        years.setdefault(str(row["event_date"] or row["told"])[:4], []).append(row)
    partners = questions.partners(found["id"])
    events = [int(row["event"][1:]) for row in rows if row["event"]]
    counted = sorted(facets["year"].items())
    return {
        "party": found,
        "total": total,
        "years": years,
        "shown": len(rows),
        "partners": partners,
        "bars": counted,
        "most": max(facets["year"].values(), default=1),
        "chains": _chains(questions, events),
        "graph_url": f"/graph.json?party=p{found['id']}",
    }


def graph(store: Store, asked: Asked) -> Json:
    """The page of the graph of all; the table says what the picture says."""
    nodes, ties, total = Questions(store).ties(most=GRAPH)
    names = {node["id"]: node["name"] for node in nodes}
    return {
        "nodes": len(nodes),
        "all": total,
        "ties": [{**tie, "a_name": names[tie["a"]], "b_name": names[tie["b"]]} for tie in ties[:1000]],
        "graph_url": "/graph.json",
    }


def graph_data(store: Store, asked: Asked) -> Json:
    """The graph itself: all parties, or those around one."""
    named = re.fullmatch(r"p(\d{1,15})", asked.args.get("party", ""))
    only = int(named.group(1)) if named else None
    if only is not None:
        found = Questions(store).party(only)
        if found is None:
            raise NotThereError(f"p{only}")
        only = found["id"]
    nodes, ties, total = Questions(store).ties(most=GRAPH, party=only)
    return {"nodes": nodes, "ties": ties, "all": total, "centre": None if only is None else f"p{only}"}


# -- search ----------------------------------------------------------------------------------------------------


def search(store: Store, asked: Asked) -> Json:
    """Full text with facets."""
    query = asked.get("q")
    only = asked.get("matches") == "1"
    result: Json = {"hits": [], "total": 0, "total_is_exact": True, "facets": {}}
    problem = None
    if query is not None:
        try:
            result = store.search.search(
                query, matches_only=only, limit=HITS, offset=(asked.page - 1) * HITS, facets=True
            )
        except KyketError as error:
            problem = error
    questions = Questions(store)
    named = questions.party_ids([int(hit["id"][1:]) for hit in result["hits"]])
    return {
        "q": query or "",
        "only": only,
        "asked": query is not None,
        "problem": problem,
        "total": result["total"],
        "exact": result["total_is_exact"],
        "hits": [
            {
                **_line(hit, named.get(int(hit["id"][1:]), [])),
                "is_match": hit["is_match"],
                "title_segments": marking.segments(
                    hit["title"], [Mark(a, b, "hit") for a, b in hit["title_highlights"]]
                ),
                "snippet": marking.segments(
                    hit["snippet"], [Mark(a, b, "hit") for a, b in hit["highlights"]]
                ),
            }
            for hit in result["hits"]
        ],
        "facets": {
            name: [
                {
                    "value": value,
                    "count": count,
                    "href": with_arg(asked, q=_narrowed(query or "", name, value)),
                }
                for value, count in counts.items()
            ][:14]
            for name, counts in result["facets"].items()
        },
        "names": questions.outlet_names(),
        "pages": leafing(asked, min(result["total"], HITS * 100), HITS),
        "feed": "/feed/search.atom" + with_arg(asked),
    }


def _narrowed(query: str, name: str, value: str) -> str:
    if name == "year":
        return f"{query} from:{value} to:{value}"
    return f'{query} {name}:"{value}"' if re.search(r"\W", value) else f"{query} {name}:{value}"
