"""What a person types into the search → a checked query. Pure: no SQL is run here, and no typed text becomes any.

ký kết                      both words            "ký kết"            the phrase
phối* (quân OR công an)     prefix, either        NOT bóng, -bóng     without
title:"biên phòng"          in the headline       party:"Quân khu 7" outlet:qdnd kind:ket_nghia act:so_ket
from:2024-01 to:2024-06     published then
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pipelines import vietnamese
from pipelines.errors import UsageError

FIELDS = ("party", "outlet", "kind", "act", "from", "to")
#: The letters whose open syllable is written with i or y (`vietnamese.fold` treats both as one).
_I_OR_Y = re.compile(r"(h|k|l|m|s|t|v|qu|th|tr)[iy]")
#: A phrase with more such syllables than this keeps the others as typed: every one doubles the spellings.
_MOST_DOUBTS = 6
_MOST_TERMS = 64
_DEEPEST = 20
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(
    r"""\s+ | (?P<open>\() | (?P<close>\)) | (?P<minus>-(?=[\w"(]))
    | (?P<name>[A-Za-z]+):(?=["(\w]) | "(?P<phrase>[^"]*)(?P<end>"?)(?P<star>\*?) | (?P<word>[^\s()"]+)""",
    re.VERBOSE,
)


class QueryError(UsageError):
    """A search that cannot be understood; the message says what to write instead."""


#: What may be wrong with a search. The pages have the same sentences in Vietnamese (`site/troubles.py`).
REFUSALS = {
    "empty": 'there is nothing to look for; write some words, as in: kyket search "ký kết" biên phòng',
    "long": "that is more than {most} words; look for fewer",
    "closed_twice": "there is a closing parenthesis too many; remove it, or open one before",
    "open_quote": 'a quotation mark is not closed; write "{phrase}"',
    "space_after_field": '{field} wants a word or a "phrase" right after it, without a space',
    "deep": "the parentheses go deeper than {most}; write it simpler",
    "lonely_operator": "{word} stands between two things to look for; for the word itself write {lower}",
    "unfinished": "the query ends in the middle: after AND, OR, NOT or `title:` comes what to look for",
    "empty_parentheses": "there is nothing between the parentheses, or one closes that was not opened",
    "open_parenthesis": "a parenthesis is not closed; add ) at the end",
    "no_field": "there is no field {name}:; did you mean {near}:?",
    "field_value": '{name}: wants a word or a "phrase" after it',
    "inside_title": "{name}: cannot stand inside title:( … ); write it beside it",
    "filter_place": (
        "party:, outlet:, kind:, act:, from: and to: hold for the whole query; write them outside OR and ( )"
    ),
    "only_not": "NOT takes away from something: write what to look for before it, as in: ký kết NOT bóng đá",
    "not_not": "NOT NOT says nothing; leave both out",
    "no_date": "{name}:{value} is no date; write {name}:2024, {name}:2024-01 or {name}:2024-01-31",
}


def refusal(code: str, **values: object) -> QueryError:
    """The error of one of the `REFUSALS`."""
    return QueryError(REFUSALS[code].format(**values)).named(f"query_{code}", **values)


@dataclass(frozen=True, slots=True)
class Term:
    """Syllables in a row, in the headline or anywhere."""

    marked: tuple[str, ...]
    """As typed, lower case, for preferring exact accents."""
    prefix: bool = False
    """The last syllable may go on."""
    title: bool = False

    @property
    def plain(self) -> tuple[str, ...]:
        """Without marks."""
        return tuple(vietnamese.strip_marks(syllable) for syllable in self.marked)

    @property
    def accented(self) -> bool:
        return self.plain != self.marked


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """`outlet:qdnd` and the like."""

    name: str
    value: str


Node = Term | Not | Every | Either | Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query taken apart."""

    words: Node | None
    """What the text must hold; None when only filters were given."""
    filters: tuple[tuple[str, str, bool], ...] = ()
    """Name, value, and whether it must hold (False: NOT)."""
    terms: tuple[Term, ...] = field(default=())
    """The terms that should be highlighted: those not excluded."""


def parse(text: str) -> Query:
    """Take a query apart.

    Raises QueryError with a sentence that suggests what to write.
    """
    text = vietnamese.clean(text).replace("“", '"').replace("”", '"').replace("„", '"')
    tokens = list(_tokens(text))
    if not tokens:
        raise refusal("empty")
    if len(tokens) > _MOST_TERMS * 2:
        raise refusal("long", most=_MOST_TERMS)
    parser = _Parser(tokens)
    node = parser.either(0)
    if parser.peek() is not None:
        raise refusal("closed_twice")
    words, filters = _separate(node)
    if words is not None:
        _check_positive(words, alone=not filters)
    terms = tuple(_positive_terms(words)) if words is not None else ()
    return Query(words=words, filters=tuple(filters), terms=terms)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """(kind, text): open, close, not, and, or, field, phrase, prefix-phrase, word."""
    for found in _TOKEN.finditer(text):
        kind, value = found.lastgroup, found.group()
        if kind is None:
            continue
        if found["phrase"] is not None:
            if not found["end"]:
                raise refusal("open_quote", phrase=found["phrase"].strip())
            if _WORD.search(found["phrase"]):
                yield ("prefix-phrase" if found["star"] else "phrase"), found["phrase"]
        elif kind in ("open", "close"):
            yield kind, value
        elif kind == "minus":
            yield "not", value
        elif found["name"] is not None:
            yield "field", found["name"].lower()
        elif value.endswith(":") and value[:-1].lower() in ("title", *FIELDS):
            raise refusal("space_after_field", field=value)
        elif value in ("AND", "OR", "NOT"):
            yield value.lower(), value
        elif _WORD.search(value):
            # `phối-hợp` and `24/4` are several syllables in a row; only a star at the very end means a prefix.
            yield ("prefix-word" if value.endswith("*") else "word"), value


class _Parser:
    """Recursive descent: OR binds loosest, then AND (or nothing), then NOT."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def peek(self) -> str | None:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else None

    def take(self) -> tuple[str, str]:
        self._at += 1
        return self._tokens[self._at - 1]

    def either(self, depth: int) -> Node:
        parts = [self.both(depth)]
        while self.peek() == "or":
            self.take()
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self, depth: int) -> Node:
        parts = [self.one(depth)]
        while self.peek() not in (None, "close", "or"):
            if self.peek() == "and":
                self.take()
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def one(self, depth: int, title: bool = False) -> Node:
        if depth > _DEEPEST:
            raise refusal("deep", most=_DEEPEST)
        kind = self.peek()
        if kind in ("and", "or"):
            raise refusal("lonely_operator", word=kind.upper(), lower=kind)
        if kind is None:
            raise refusal("unfinished")
        if kind == "close":
            raise refusal("empty_parentheses")
        kind, value = self.take()
        if kind == "not":
            return Not(self.one(depth + 1, title))
        if kind == "open":
            inside = self.either(depth + 1)
            if self.peek() != "close":
                raise refusal("open_parenthesis")
            self.take()
            return _in_title(inside) if title else inside
        if kind == "field":
            return self._field(value, depth, title)
        marked = tuple(word.lower() for word in _WORD.findall(value))
        return Term(marked, prefix=kind.startswith("prefix"), title=title)

    def _field(self, name: str, depth: int, title: bool) -> Node:
        if name == "title":
            return self.one(depth + 1, title=True)
        if name not in FIELDS:
            # `Hà Nội:` in running text is no field: take the name for a word.
            import difflib

            near = difflib.get_close_matches(name, ("title", *FIELDS), 1, 0.7)
            if near:
                raise refusal("no_field", name=name, near=near[0])
            return Term((name,), title=title)
        if self.peek() not in ("word", "prefix-word", "phrase"):
            raise refusal("field_value", name=name)
        return Filter(name, self.take()[1].strip())


def _in_title(node: Node) -> Node:
    if isinstance(node, Term):
        return Term(node.marked, prefix=node.prefix, title=True)
    if isinstance(node, Not):
        return Not(_in_title(node.part))
    if isinstance(node, (Every, Either)):
        return type(node)(tuple(_in_title(part) for part in node.parts))
    raise refusal("inside_title", name=node.name)


def _separate(node: Node) -> tuple[Node | None, list[tuple[str, str, bool]]]:
    """The filters of the top level, and what is left."""
    parts = node.parts if isinstance(node, Every) else (node,)
    filters: list[tuple[str, str, bool]] = []
    words: list[Node] = []
    for part in parts:
        inner = part.part if isinstance(part, Not) else part
        if isinstance(inner, Filter):
            filters.append((inner.name, inner.value, inner is part))
        elif _holds_filter(part):
            raise refusal("filter_place")
        else:
            words.append(part)
    if not words:
        return None, filters
    return (words[0] if len(words) == 1 else Every(tuple(words))), filters


def _holds_filter(node: Node) -> bool:
    if isinstance(node, Filter):
        return True
    if isinstance(node, Not):
        return _holds_filter(node.part)
    return isinstance(node, (Every, Either)) and any(_holds_filter(part) for part in node.parts)


def _check_positive(node: Node, *, alone: bool) -> None:
    """An excluded word needs something that it is excluded from."""
    if isinstance(node, Either):
        for part in node.parts:
            _check_positive(part, alone=True)
    elif isinstance(node, Not):
        if alone:
            raise refusal("only_not")
        _check_inside(node.part)
    elif isinstance(node, Every):
        if alone and all(isinstance(part, Not) for part in node.parts):
            raise refusal("only_not")
        for part in node.parts:
            if isinstance(part, Not):
                _check_inside(part.part)
            else:
                _check_positive(part, alone=True)


def _check_inside(node: Node) -> None:
    if isinstance(node, Not):
        raise refusal("not_not")
    _check_positive(node, alone=True)


def _positive_terms(node: Node) -> Iterator[Term]:
    if isinstance(node, Term):
        yield node
    elif isinstance(node, (Every, Either)):
        for part in node.parts:
            yield from _positive_terms(part)


# -- FTS5 ------------------------------------------------------------------------------------------------------


def fts(node: Node) -> str:
    """The FTS5 expression of a checked node; only letters, digits and our own quotes are in it."""
    if isinstance(node, Term):
        return _fts_term(node)
    if isinstance(node, Either):
        return "(" + " OR ".join(fts(part) for part in node.parts) + ")"
    if isinstance(node, Every):
        wanted = [fts(part) for part in node.parts if not isinstance(part, Not)]
        unwanted = [fts(part.part) for part in node.parts if isinstance(part, Not)]
        both = "(" + " AND ".join(wanted) + ")"
        return both if not unwanted else f"({both} NOT ({' OR '.join(unwanted)}))"
    raise refusal("only_not")


def _fts_term(term: Term) -> str:
    phrases = ['"' + " ".join(one) + '"' for one in _spellings(term.plain)]
    if term.prefix:
        # `ky*` is every syllable that begins so, and the other spelling of the syllable itself.
        goes_on = '"' + " ".join(term.plain) + '" *'
        phrases = [goes_on, *(phrase for phrase in phrases if phrase != goes_on[:-2])]
        if len(term.plain) > 1:
            phrases += [
                '"' + " ".join((*one, term.plain[-1])) + '" *'
                for one in _spellings(term.plain[:-1])
                if one != term.plain[:-1]
            ]
    column = "title_d : " if term.title else ""
    return column + (phrases[0] if len(phrases) == 1 else "(" + " OR ".join(phrases) + ")")


def _spellings(syllables: tuple[str, ...]) -> list[tuple[str, ...]]:
    """A phrase in every spelling with i and y that means the same."""
    doubts = 0
    options: list[tuple[str, ...]] = []
    for syllable in syllables:
        if _I_OR_Y.fullmatch(syllable) and doubts < _MOST_DOUBTS:
            doubts += 1
            options.append((syllable[:-1] + "i", syllable[:-1] + "y"))
        else:
            options.append((syllable,))
    return list(itertools.product(*options))


# -- matching in the text itself: highlights, and accents ------------------------------------------------------


def spans(terms: tuple[Term, ...], text: str) -> list[tuple[int, int, int]]:
    """Where terms stand in a cleaned text: (start, end, number of the term), ascending; offsets are the text's own."""
    folded = vietnamese.fold(text)
    return sorted(
        (*found.span(), number)
        for number, term in enumerate(terms)
        for found in _pattern(term).finditer(folded)
    )


@lru_cache(maxsize=256)
def _pattern(term: Term) -> re.Pattern[str]:
    folded = [vietnamese.fold(syllable) for syllable in term.plain]
    tail = r"[^\W_]*" if term.prefix else ""
    if term.prefix and folded[-1] != term.plain[-1]:
        # `ky*`: the syllable itself in either spelling, or whatever begins as typed.
        last = f"(?:{folded[-1]}|{term.plain[-1]}{tail})"
    else:
        last = folded[-1] + tail
    body = r"[\W_]+".join([*folded[:-1], last])
    return re.compile(rf"(?<![^\W_]){body}(?![^\W_])")


class Accents:
    """Does a text hold the terms with the very accents that were typed? False when none were typed."""

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self._patterns = [_marked_pattern(term) for term in terms if term.accented]

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def share(self, text: str) -> float:
        """Of the terms that were typed with accents, the share that the text holds with the same ones, 0 … 1."""
        lower = text.lower()
        return sum(pattern.search(lower) is not None for pattern in self._patterns) / len(self._patterns)


_TONE_LESS = str.maketrans("", "", "\u0300\u0301\u0303\u0309\u0323")
_TONE_MARKS = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_TWO_STYLES = re.compile("(?<!q)(oa|oe|uy)$")


def _marked_pattern(term: Term) -> re.Pattern[str]:
    syllables = [f"(?:{'|'.join(sorted(_marked_spellings(one)))})" for one in term.marked]
    tail = "" if term.prefix else r"(?![^\W_])"
    return re.compile(r"(?<![^\W_])" + r"[\W_]+".join(syllables) + tail)


def _marked_spellings(syllable: str) -> set[str]:
    """The ways to write one marked syllable: hoà and hòa, ký and kí."""
    found = {syllable}
    decomposed = unicodedata.normalize("NFD", syllable)
    tone = _TONE_MARKS.search(decomposed)
    bare = unicodedata.normalize("NFC", decomposed.translate(_TONE_LESS))
    if tone is not None and _TWO_STYLES.search(bare):
        start, end = bare[:-2], bare[-2:]
        for marked in (end[0] + tone.group() + end[1], end + tone.group()):
            found.add(unicodedata.normalize("NFC", start + marked))
    if _I_OR_Y.fullmatch(vietnamese.strip_marks(syllable)):
        last = decomposed.rfind("y") if "y" in decomposed else decomposed.rfind("i")
        other = "i" if decomposed[last] == "y" else "y"
        found.add(unicodedata.normalize("NFC", decomposed[:last] + other + decomposed[last + 1 :]))
    return found
