"""What exists in the sample press: outlets, stories, and when each was published. Pure: `now` is an argument.

Stories are data (`stories/*.toml`), dated relative to a given `now`, so that the news is always of the last few
days. Each carries what is true of it (label, event, parties …), so that a test can judge the whole job.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
LABELS = frozenset({"core", "civil", "near", "neg"})
QUIRKS = frozenset(
    {
        "nfd",  # the page is in decomposed Unicode
        "windows-1258",  # the page is encoded so, and says so
        "double-sapo",  # the body repeats the lead
        "double-caption",  # a caption is printed twice
        "zero-width",  # zero-width characters and U+034F inside words
        "entities",  # letters beyond ASCII as numeric character references
        "old-tones",  # hòa, thúy
        "new-tones",  # hoà, thuý
        "no-lead",  # the page has no sapo: the lead is the first paragraph
        "no-meta",  # no meta dates and no JSON-LD: only the visible dateline
        "modified",  # JSON-LD and meta also tell a later date of change
        "header-charset",  # the charset stands in the HTTP header only
        "gone",  # still listed, answers 410
        "unlisted",  # in no feed, section or sitemap: linked from other pages only
    }
)
_WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")
_PLACEHOLDER = re.compile(r"\{(d-m-y|d/m/y|d-m|d/m|d\.m|d tháng m|iso|m/y|y|thứ)([+-]\d+)?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    slug: str
    name: str
    zone: int
    """The number under which the system knows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PressOutlet:
    """One invented newspaper."""

    id: str
    name: str
    family: str
    """As in the catalogue's families."""
    kind: str
    slogan: str
    sections: tuple[Section, ...]
    province: str | None = None
    prefix: str | None = None
    """What opens its leads, e.g. `(SCO) -`."""
    robots: str = ""
    """Text of robots.txt; {base} is the outlet's address."""
    feed_dates: str = "rfc822"
    """rfc822 | gmt | short-year | us | bare-zone | colon-zone"""
    feed_query: str | None = None
    """What its feed adds to links, e.g. `utm_source=rss`."""
    feed_double_titles: bool = False
    """Titles in its feed are escaped twice."""
    validators: str = "both"
    """both | etag | last-modified | none: what its pages and lists carry."""
    gzip: bool = True
    page_size: int = 6
    feed_size: int = 30
    weight_kb: int = 30
    """Style and script furniture in every page."""
    header_clock: bool = True

    def section(self, slug: str) -> Section:
        for section in self.sections:
            if section.slug == slug:
                return section
        raise KeyError(f"outlet {self.id} has no section {slug!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a story's body."""

    kind: str
    """paragraph | caption | heading | row"""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PressStory:
    """One article and what is true of it."""

    id: str
    outlet: str
    section: str
    title: str
    lead: str | None
    blocks: tuple[Block, ...]
    published: datetime
    """Aware; to the second."""
    label: str
    """core | civil | near | neg, as an analyst labels stories."""
    event: str | None = None
    """Stories of one event share it."""
    authors: tuple[str, ...] = ()
    byline: str | None = None
    """As printed at the end; the authors' names if None."""
    acts: tuple[str, ...] = ()
    kind: str | None = None
    parties: tuple[str, ...] = ()
    period: str | None = None
    event_date: str | None = None
    place: str | None = None
    reprint_of: str | None = None
    tags: tuple[str, ...] = ()
    quirks: frozenset[str] = frozenset()
    note: str | None = None
    """What the story is there to show."""
    updated: datetime | None = None
    revision: int = 1

    @property
    def number(self) -> int:
        """The id its newspaper's system gave it: six digits, stable."""
        return 100_000 + zlib.crc32(f"{self.outlet}/{self.id}".encode()) % 900_000

    @property
    def slug(self) -> str:
        return slugify(self.title)

    @property
    def local(self) -> datetime:
        """Publication time on a Vietnamese clock."""
        return self.published.astimezone(VIETNAM)

    @property
    def is_match(self) -> bool:
        return self.label in ("core", "civil")

    @property
    def captions(self) -> tuple[str, ...]:
        return tuple(b.text for b in self.blocks if b.kind == "caption")

    @property
    def text(self) -> str:
        """What a clean extraction yields: lead once, paragraphs and captions in order, one a line."""
        lines = [self.lead] if self.lead else []
        lines += [block.text for block in self.blocks]
        return "\n".join(lines)


def slugify(text: str, most: int | None = 110) -> str:
    """ASCII words joined by hyphens, as the papers' systems make them from a headline; at most that many characters."""
    text = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    slug = "-".join(re.findall(r"[a-z0-9]+", text.encode("ascii", "ignore").decode()))
    if most is not None and len(slug) > most:
        slug = slug[:most].rsplit("-", 1)[0]
    return slug or "tin"


def fill_dates(text: str, day: date) -> str:
    """Replace `{d-m}`, `{d/m/y+7}` (days later), `{y-1}`, `{iso}` … by what a Vietnamese desk prints for `day`."""

    def value(match: re.Match[str]) -> str:
        form, shift = match[1], int(match[2] or 0)
        if form == "y":
            return str(day.year + shift)
        that = day + timedelta(days=shift)
        return {
            "d-m": f"{that.day}-{that.month}",
            "d/m": f"{that.day}/{that.month}",
            "d.m": f"{that.day}.{that.month}",
            "d tháng m": f"{that.day} tháng {that.month}",
            "d-m-y": f"{that.day}-{that.month}-{that.year}",
            "d/m/y": f"{that.day}/{that.month}/{that.year}",
            "m/y": f"{that.month}/{that.year}",
            "iso": that.isoformat(),
            "thứ": _WEEKDAYS[that.weekday()],
        }[form]

    return _PLACEHOLDER.sub(value, text)


def weekday(moment: datetime) -> str:
    return _WEEKDAYS[moment.weekday()]


def parse_blocks(text: str) -> tuple[Block, ...]:
    """One block a line; `[ảnh] …` a photograph's caption, `## …` a heading, `| a | b |` a row of a table."""
    blocks = []
    for line in text.strip().splitlines():
        line = line.strip()
        if not line:
            continue
        if line.startswith("[ảnh]"):
            blocks.append(Block(kind="caption", text=line.removeprefix("[ảnh]").strip()))
        elif line.startswith("## "):
            blocks.append(Block(kind="heading", text=line[3:].strip()))
        elif line.startswith("|"):
            blocks.append(Block(kind="row", text=line.strip("| ")))
        else:
            blocks.append(Block(kind="paragraph", text=line))
    return tuple(blocks)


_OLD_TO_NEW = {
    old: new
    for plain in ("oa", "oe", "uy")
    for tone in "\u0300\u0301\u0303\u0309\u0323"
    for old, new in [
        (unicodedata.normalize("NFC", plain[0] + tone + plain[1]), unicodedata.normalize("NFC", plain + tone))
    ]
}
_OLD = re.compile(r"(?<![qQ])(" + "|".join(_OLD_TO_NEW) + r")\b")
_NEW = re.compile(r"(?<![qQ])(" + "|".join(_OLD_TO_NEW.values()) + r")\b")
_NEW_TO_OLD = {new: old for old, new in _OLD_TO_NEW.items()}


def tone_style(text: str, *, new: bool) -> str:
    """Lower-case open oa, oe, uy with the tone mark on the second vowel (`new`, hoà) or on the first (hòa)."""
    if new:
        return _OLD.sub(lambda m: _OLD_TO_NEW[m[1]], text)
    return _NEW.sub(lambda m: _NEW_TO_OLD[m[1]], text)


def make_story(
    entry: Mapping[str, Any],
    *,
    now: datetime,
    originals: Mapping[str, PressStory],
    event_days: dict[str, date] | None = None,
) -> PressStory:
    """A story from its TOML entry.

    `hours` before `now` is its publication (negative: still to come); the event was `event_day` days from then
    (-1 if absent). A `reprint_of` takes all that it does not say itself from the original, which must come first, but for the
    last `drop` blocks.
    `event_days` keeps the day of each event, so that all who tell it print one date although midnight lay between.
    """
    where = f"story {entry.get('id', '?')!r}"
    unknown = entry.keys() - _KEYS
    if unknown:
        raise ValueError(f"{where}: unknown key {sorted(unknown)[0]!r}")
    published = (now - timedelta(hours=float(entry["hours"]))).replace(microsecond=0)
    original = None
    if "reprint_of" in entry:
        original = originals[entry["reprint_of"]]
    day = published.astimezone(VIETNAM).date() + timedelta(days=entry.get("event_day", -1))

    event = entry.get("event", entry["id"])
    if event_days is not None and original is None:
        day = event_days.setdefault(event, day)

    def filled(key: str) -> str | None:
        return fill_dates(entry[key], day).strip() if key in entry else None

    quirks = frozenset(entry.get("quirks", ()))
    if quirks - QUIRKS:
        raise ValueError(f"{where}: unknown quirk {sorted(quirks - QUIRKS)[0]!r}")
    if original is not None:
        return replace(
            original,
            id=entry["id"],
            outlet=entry["outlet"],
            section=entry["section"],
            title=filled("title") or original.title,
            lead=filled("lead") or original.lead,
            blocks=original.blocks[: len(original.blocks) - int(entry.get("drop", 0))],
            published=published,
            authors=tuple(entry.get("authors", original.authors)),
            byline=filled("byline") or original.byline,
            reprint_of=original.id,
            quirks=quirks,
            note=entry.get("note"),
        )
    if entry["label"] not in LABELS:
        raise ValueError(f"{where}: label {entry['label']!r} is not one of {sorted(LABELS)}")
    matches = entry["label"] in ("core", "civil")
    title, lead, text = filled("title"), filled("lead"), filled("text")
    assert title and text, where
    if style := quirks & {"old-tones", "new-tones"}:
        new = "new-tones" in style
        title, text = tone_style(title, new=new), tone_style(text, new=new)
        lead = tone_style(lead, new=new) if lead else None
    return PressStory(
        id=entry["id"],
        outlet=entry["outlet"],
        section=entry["section"],
        title=title,
        lead=lead,
        blocks=parse_blocks(text),
        published=published,
        label=entry["label"],
        event=entry.get("event", entry["id"] if matches else None),
        authors=tuple(entry.get("authors", ())),
        byline=filled("byline"),
        acts=tuple(entry.get("acts", ())),
        kind=entry.get("kind"),
        parties=tuple(entry.get("parties", ())),
        period=filled("period"),
        event_date=filled("event_date"),
        place=entry.get("place"),
        tags=tuple(entry.get("tags", ())),
        quirks=quirks,
        note=entry.get("note"),
    )


_KEYS = frozenset(
    [
        "id",
        "outlet",
        "section",
        "title",
        "lead",
        "text",
        "hours",
        "event_day",
        "label",
        "event",
        "authors",
        "byline",
        "acts",
        "kind",
        "parties",
        "period",
        "event_date",
        "place",
        "reprint_of",
        "drop",
        "tags",
        "quirks",
        "note",
    ]
)


@cache
def _entries() -> tuple[dict[str, Any], ...]:
    folder = files(__package__).joinpath("stories")
    entries: list[dict[str, Any]] = []
    for path in sorted((p for p in folder.iterdir() if p.name.endswith(".toml")), key=lambda p: p.name):
        entries += tomllib.loads(path.read_text("utf-8"))["story"]
    return tuple(entries)


@cache
def load_outlets() -> tuple[PressOutlet, ...]:
    """The sample newspapers, from `outlets.toml`."""
    data = tomllib.loads(files(__package__).joinpath("outlets.toml").read_text("utf-8"))
    outlets = []
    for entry in data["outlet"]:
        sections = tuple(Section(slug=s[0], name=s[1], zone=s[2]) for s in entry["sections"])
        outlets.append(PressOutlet(**{**entry, "sections": sections}))
    return tuple(outlets)


def load_stories(now: datetime) -> tuple[PressStory, ...]:
    """All stories of the sample press, dated relative to `now`; originals before their reprints."""
    stories: dict[str, PressStory] = {}
    event_days: dict[str, date] = {}
    for entry in sorted(_entries(), key=lambda e: "reprint_of" in e):
        if entry["id"] in stories:
            raise ValueError(f"story {entry['id']!r} appears twice")
        stories[entry["id"]] = make_story(entry, now=now, originals=stories, event_days=event_days)
    return tuple(stories.values())


@dataclass(slots=True, kw_only=True)
class World:
    """Outlets and stories; what a visitor can see depends on the moment."""

    outlets: dict[str, PressOutlet]
    stories: dict[str, PressStory] = field(default_factory=dict)
    history: dict[str, tuple[PressStory, ...]] = field(default_factory=dict)
    """Earlier revisions of a changed story."""
    _ordered: tuple[dict[str, PressStory], dict[str, list[PressStory]]] = field(default=({}, {}), repr=False)

    @classmethod
    def load(cls, now: datetime) -> World:
        return cls(
            outlets={outlet.id: outlet for outlet in load_outlets()},
            stories={story.id: story for story in load_stories(now)},
        )

    def add(self, story: PressStory) -> None:
        """Put a story into the world, or a new revision of one that is there."""
        outlet = self.outlets[story.outlet]
        outlet.section(story.section)
        known = self.stories.get(story.id)
        if known is not None:
            self.history[story.id] = (*self.history.get(story.id, ()), known)
            story = replace(story, revision=known.revision + 1)
        self.stories = {
            **self.stories,
            story.id: story,
        }  # replaced whole: readers in other threads see old or new

    def add_many(self, stories: Iterable[PressStory]) -> None:
        """Put new stories into the world at once."""
        self.stories = {**self.stories, **{story.id: story for story in stories}}

    def remove(self, story_id: str) -> None:
        self.stories = {key: story for key, story in self.stories.items() if key != story_id}

    def visible(self, outlet: str, now: datetime, section: str | None = None) -> list[PressStory]:
        """What the outlet lists at `now`, newest first."""
        return [
            story
            for story in self._of(outlet)
            if story.published <= now
            and (section is None or story.section == section)
            and "unlisted" not in story.quirks
        ]

    def _of(self, outlet: str) -> list[PressStory]:
        """The outlet's stories, newest first; sorted once for each state of the world."""
        stories, ordered = self._ordered
        if stories is not self.stories:
            stories, ordered = self.stories, {}
            for story in newest_first(stories.values()):
                ordered.setdefault(story.outlet, []).append(story)
            self._ordered = (stories, ordered)
        return ordered.get(outlet, [])


def newest_first(stories: Iterable[PressStory]) -> list[PressStory]:
    return sorted(stories, key=lambda story: (story.published, story.id), reverse=True)
