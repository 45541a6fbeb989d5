"""Who is named: Vietnamese institutions found in a text, and one normal form for all spellings of a body.

Rules over head nouns ("Công an", "Bộ CHQS", "Sở", "Công ty") and what may follow them, not a statistical
recogniser: off-the-shelf Vietnamese models mark nearly all such bodies as places. The facts (heads, spellings,
provinces before and after July 2025, neighbours abroad) are in `institutions.toml`; the grammar that reads
names out of a text is in `reading/naming.py`, what makes two names one body in `party_keys.py`.
Pure but for reading its own data file once; imports the standard library and `vietnamese` only.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pipelines.errors import KyketError
from pipelines.reading.words import Token, WordIndex, even, joined, tokens_of
from pipelines.vietnamese import fold, squeeze

V = TypeVar("V")

DATA = Path(__file__).with_name("institutions.toml")

_TAKES = frozenset({"place", "number", "topic", "name", "none", "unit", "branch", "open"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A head noun of institutions' names."""

    slug: str
    full: str
    aliases: tuple[str, ...]
    take: str
    """What may follow it in a name: place | number | topic | name | none | unit | branch | open (any of these)."""
    local: bool = False
    """Without a place it is the body of the story's own province or district."""
    armed: bool = False
    usual: str | None = None
    """The usual short spelling, where none of the aliases is one for all bodies of the head."""
    kinds: tuple[str, ...] = ()
    """Those of its spellings that are sorts of bodies of their own: "Trường THPT" beside "Trường"."""

    def kind_of(self, name: str) -> str | None:
        """The one of its kinds that a name begins with, the longest first; None for a name of no special kind."""
        low = even(name) + " "
        return next(
            (kind for kind in sorted(self.kinds, key=len, reverse=True) if low.startswith(even(kind) + " ")),
            None,
        )

    @property
    def short(self) -> str:
        """The usual short spelling: the shortest that keeps a lower-case word or is all that there is."""
        return self.usual or _short_of(self.full, self.aliases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A province, neighbour province or country of the gazetteer."""

    name: str
    key: str
    kind: str
    """province | neighbour | country"""
    country: str
    successor: str | None = None
    """Name of the province that it became part of in July 2025."""
    city: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """A body's normal form. Equal keys are one body."""

    key: str
    full: str
    short: str
    head: str | None
    """Slug of the head noun, None for a name without one (a company's brand, a country)."""
    armed: bool
    place: str | None = None
    """Where it is, as the gazetteer or the text spells it."""
    successor: str | None = None
    """Key of the body that took over: that of the province that its own went up in in July 2025, or the ministry,
    department or corps that its work went to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name in a text."""

    name: str
    """As printed, white space folded; where the text leaves out head or place in a list, completed."""
    start: int
    end: int
    head: Head | None
    topic: str = ""
    """What follows the head and is no place: topic, number, proper name."""
    level: str | None = None
    """tỉnh, huyện, xã … as printed before the place, lower case."""
    place: str | None = None
    """The place's name as printed."""
    country: str | None = None
    within: str | None = None
    """The larger place told after it: "(Thăng Bình)", ", tỉnh Gia Lai"."""
    alias: str | None = None
    """Another name in brackets after it: "(BIDV)"."""
    count: str | None = None
    """For a group that the text counts instead of naming: "hai", "6", "các"."""
    national: bool = False
    """"Việt Nam" or "Trung ương" stands in the name."""

    @property
    def elliptic(self) -> bool:
        """A local body told without its place: "Công an tỉnh", "Sở GD&ĐT"."""
        return bool(self.head and self.head.local and not self.place and not self.national)


class RegistryError(KyketError):
    """The registry's data file is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Registry:
    """The heads, places and names; finds parties in a text and gives each its normal form."""

    heads: tuple[Head, ...]
    places: tuple[Place, ...]
    head_index: WordIndex[Head] = field(repr=False)
    open_index: WordIndex[Head] = field(repr=False)
    """Nouns that begin the names of bodies whose kind has no entry: "Đội", "Trạm", "Nhà xuất bản"."""
    place_index: WordIndex[Place] = field(repr=False)
    name_index: WordIndex[str] = field(repr=False)
    """Names of their own → the full name."""
    topic_index: WordIndex[str] = field(repr=False)
    lower_index: WordIndex[str] = field(repr=False)
    expansions: WordIndex[str] = field(repr=False)
    levels: frozenset[str]
    names: tuple[str, ...] = field(repr=False)
    """Full names of the bodies known by a name of their own."""
    spellings: tuple[tuple[str, Place], ...] = field(repr=False)
    """Every spelling of every place."""
    heirs: tuple[tuple[str, str], ...] = field(repr=False)
    """Names of bodies that are no more and of those that took over their work."""

    @classmethod
    def load(cls, file: Path | None = None) -> Registry:
        """The registry of the data file; the bundled one is read once.

        Raises RegistryError naming the file and the entry at fault.
        """
        return _bundled() if file is None else _read(file)

    def find_parties(self, text: str) -> list[Mention]:
        """Every institution named in a cleaned text, in order of place; offsets are code points."""
        from pipelines.reading.naming import find_mentions

        return find_mentions(tokens_of(text), text, self)

    def expand(self, name: str) -> str:
        """The name with every known abbreviation spelled out."""
        return _expanded(self, name)

    def _expand(self, name: str) -> str:
        tokens = tokens_of(name)
        out, at, position = [], 0, 0
        while at < len(tokens):
            found = self.expansions.longest(tokens, at)
            if found is None:
                at += 1
                continue
            stop, value = found
            out.append(name[position : tokens[at].start] + value)
            position = tokens[stop - 1].end
            at = stop
        return _INFANTRY.sub("Bộ binh ", joined("".join(out) + name[position:]))

    def place(self, name: str) -> Place | None:
        """The gazetteer's entry for a place's printed name, level words allowed before it."""
        return _placed(self, name)

    def _place(self, name: str) -> Place | None:
        tokens = tokens_of(name)
        for at in range(min(3, len(tokens))):
            found = self.place_index.longest(tokens, at)
            if found and found[0] == len(tokens):
                return found[1]
            if tokens[at].low not in self.levels and tokens[at].low not in ("thành", "phố"):
                return None
        return None

    def normalise(self, name: str) -> Institution:
        """The normal form of one name: "BCHQS Tuyên Quang" and "Bộ Chỉ huy quân sự tỉnh Tuyên Quang" are equal."""
        return _normal_forms(self, squeeze(name))

    def describe(self, mention: Mention) -> Institution:
        """The normal form of a mention that the text has already taken apart."""
        return _described(self, replace(mention, start=0, end=0))  # it is the same wherever it stands

    def head_of(self, name: str) -> str:
        """The head noun of a name for comparing: its slug, else the first folded word."""
        tokens = tokens_of(name)
        if len(tokens) > 2 and tokens[0].low == "trung" and tokens[1].low == "ương":
            inner = self.head_index.longest(tokens, 2)
            if inner:
                return inner[1].slug
        found = self.head_index.longest(tokens, 0) if tokens else None
        if found:
            return found[1].slug
        opened = self.open_index.longest(tokens, 0) if tokens else None
        if opened:
            return opened[1].slug
        own = self.name_index.longest(tokens, 0) if tokens else None
        if own and own[0] == len(tokens) and fold(own[1]) != fold(name):
            return self.head_of(own[1])
        return fold(tokens[0].text) if tokens else ""


@functools.lru_cache(maxsize=1024)
def _short_of(full: str, aliases: tuple[str, ...]) -> str:
    marked = [
        alias
        for alias in aliases
        if re.search(r"[A-ZĐ]{3}", alias) and len(alias) < len(full) and not alias.startswith("BTL")
    ]
    return marked[0] if marked else full


#: "BB1": the first infantry unit.
_INFANTRY = re.compile(r"\bBB(?=\d)")


@functools.lru_cache(maxsize=8192)
def slug_of(words: str) -> str:
    """Folded words with hyphens between."""
    return "-".join(re.findall(r"[^\W_]+", fold(words)))


@functools.lru_cache(maxsize=8192)
def _expanded(registry: Registry, name: str) -> str:
    return registry._expand(name)


@functools.lru_cache(maxsize=8192)
def _placed(registry: Registry, name: str) -> Place | None:
    return registry._place(name)


@functools.lru_cache(maxsize=8192)
def _normal_forms(registry: Registry, name: str) -> Institution:
    from pipelines.party_keys import form_of_name

    return form_of_name(registry, name)


@functools.lru_cache(maxsize=8192)
def _described(registry: Registry, mention: Mention) -> Institution:
    from pipelines.party_keys import form_of

    return form_of(registry, mention)


@functools.lru_cache(maxsize=1)
def _bundled() -> Registry:
    return _read(DATA)


def _read(file: Path) -> Registry:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise RegistryError(f"{file.name}: cannot be read: {error}") from error
    heads = tuple(_head(entry, file) for entry in data.get("head", []))
    places = tuple(_places(data))
    words = data.get("words", {})
    head_index: WordIndex[Head] = WordIndex()
    for head in heads:
        for spelling in (head.full, *head.aliases):
            head_index.add(spelling, head)
    spellings = tuple(
        (spelling, place) for place in places for spelling in (place.name, *_spellings(data, place))
    )
    place_index: WordIndex[Place] = _index(spellings)
    return Registry(
        heads=heads,
        places=places,
        head_index=head_index,
        open_index=_index((noun, _open_head(noun)) for noun in words.get("open_heads", [])),
        place_index=place_index,
        name_index=_index(_named(data, head_index)),
        topic_index=_index((topic, topic) for topic in words.get("topics", [])),
        lower_index=_index((topic, topic) for topic in words.get("lower_topics", [])),
        expansions=_index(data.get("abbreviations", {}).items()),
        levels=frozenset(words.get("levels", [])),
        names=tuple(data.get("named", {})),
        spellings=spellings,
        heirs=tuple(data.get("heirs", {}).items()),
    )


def _named(data: Mapping[str, Any], heads: WordIndex[Head]) -> Iterable[tuple[str, str]]:
    """Spelling → full name. A unit with a number ("Quân khu 7") is read by its head, only its short forms are names."""
    for full, shorts in data.get("named", {}).items():
        head = heads.longest(tokens_of(full), 0)
        if head is None or head[1].take != "number":
            yield full, full
        for short in shorts:
            yield short, full


def _open_head(noun: str) -> Head:
    return Head(slug=slug_of(noun), full=noun, aliases=(), take="open")


def _index(pairs: Iterable[tuple[str, V]]) -> WordIndex[V]:
    index: WordIndex[V] = WordIndex()
    for spelling, value in pairs:
        index.add(spelling, value)
    return index


def _head(entry: Mapping[str, Any], file: Path) -> Head:
    name = entry.get("slug", "?")
    unknown = set(entry) - {"slug", "full", "aliases", "take", "local", "armed", "usual", "kinds"}
    if unknown:
        raise RegistryError(f"{file.name}: head {name!r}: unknown key {sorted(unknown)[0]!r}")
    for key in ("slug", "full", "take"):
        if not isinstance(entry.get(key), str):
            raise RegistryError(f"{file.name}: head {name!r}: {key!r} is missing or no text")
    if entry["take"] not in _TAKES:
        raise RegistryError(
            f"{file.name}: head {name!r}: take = {entry['take']!r} is none of {', '.join(sorted(_TAKES))}"
        )
    return Head(
        slug=entry["slug"],
        full=entry["full"],
        aliases=tuple(entry.get("aliases", ())),
        take=entry["take"],
        local=bool(entry.get("local", False)),
        armed=bool(entry.get("armed", False)),
        usual=entry.get("usual"),
        kinds=tuple(entry.get("kinds", ())),
    )


def _places(data: Mapping[str, Any]) -> Iterable[Place]:
    for name, facts in data.get("provinces", {}).items():
        yield Place(
            name=name,
            key=slug_of(name),
            kind="province",
            country="Việt Nam",
            successor=facts.get("into"),
            city=bool(facts.get("city", False)),
        )
    for name, facts in data.get("neighbours", {}).items():
        yield Place(name=name, key=slug_of(name), kind="neighbour", country=facts["country"])
    for name in data.get("countries", {}):
        yield Place(name=name, key=slug_of(name), kind="country", country=name)


def _spellings(data: Mapping[str, Any], place: Place) -> Sequence[str]:
    if place.kind == "country":
        return tuple(data["countries"][place.name])
    table = data["provinces"] if place.kind == "province" else data["neighbours"]
    return tuple(table[place.name].get("also", ()))


__all__ = ["Head", "Institution", "Mention", "Place", "Registry", "RegistryError", "Token", "slug_of"]
