"""The values that pass between the stages. Frozen, keyword-only; absent means None, never "".

All datetimes are aware UTC. All text is NFC without default-ignorable characters (`vietnamese.clean`);
offsets count its code points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """How a visit of a URL ended. Used alike as stat key, table value and report word.

    `PENDING` is the one that is not an end: the link is known and not visited yet.
    """

    PENDING = "pending"
    STORED = "stored"  # a story that matches
    NO_MATCH = "no-match"  # a story that passed the gate and scored below the threshold (kept as `keep` says)
    GATED = "gated"  # the page lacks the profile's necessary words; in the ledger only
    DUPLICATE = "duplicate"  # the same text as an earlier story; stored, linked to it
    REVISED = "revised"  # a known story whose text changed; a revision was stored
    UNCHANGED = "unchanged"  # a known story looked at again, the same
    HEADLINE = "headline"  # stored from title and summary alone; the page could not be had
    ALIAS = "alias"  # another address of a story that is in the ledger under its canonical URL
    NOT_MODIFIED = "not-modified"
    NOT_ARTICLE = "not-article"  # a section, tag, video or gallery page
    NOT_HTML = "not-html"
    NOT_VIETNAMESE = "not-vietnamese"
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    MOSTLY_LINKS = "mostly-links"
    MIXED = "mixed"  # a page that mixes several stories
    TOO_OLD = "too-old"  # published before --since
    OFF_SITE = "off-site"  # redirected to a host that is not the outlet's
    CHALLENGE = "challenge"  # a cookie or JavaScript challenge, or a wall, answered instead of the page
    ROBOTS = "robots"  # robots.txt forbids it
    ROBOTS_UNREACHABLE = "robots-unreachable"  # robots.txt answers 5xx or not at all: RFC 9309 says stay away
    DEFERRED = "deferred"  # the host asked to wait (Retry-After, 429, 503); stays to be visited
    GONE = "gone"  # 404 or 410
    HTTP_400 = "http-400"
    HTTP_401 = "http-401"
    HTTP_403 = "http-403"
    HTTP_404 = "http-404"
    HTTP_405 = "http-405"
    HTTP_410 = "http-410"
    HTTP_429 = "http-429"
    HTTP_451 = "http-451"
    HTTP_4XX = "http-4xx"
    HTTP_500 = "http-500"
    HTTP_502 = "http-502"
    HTTP_503 = "http-503"
    HTTP_504 = "http-504"
    HTTP_5XX = "http-5xx"
    HTTP_OTHER = "http-other"
    REDIRECT_LOOP = "redirect-loop"
    PRIVATE_ADDRESS = "private-address"  # refused: the name or redirect leads into a private network
    DNS = "dns"
    TLS = "tls"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    TRUNCATED = "truncated"
    TOO_LARGE = "too-large"
    BAD_ENCODING = "bad-encoding"
    NOT_ARCHIVED = "not-archived"  # replay: the URL is not in the archives
    EXTRACT_FAILED = "extract-failed"
    ERROR = "error"  # an unexpected fault of ours; the log has it

    @classmethod
    def of_status(cls, status: int) -> Outcome:
        """The outcome of an HTTP status that is not a success."""
        try:
            return cls(f"http-{status}")
        except ValueError:
            if 400 <= status < 500:
                return cls.HTTP_4XX
            if 500 <= status < 600:
                return cls.HTTP_5XX
            return cls.HTTP_OTHER


#: Outcomes after which a link is tried again in a later crawl (with back-off, a bounded number of times).
TRANSIENT: frozenset[Outcome] = frozenset(
    {
        Outcome.PENDING, Outcome.DEFERRED, Outcome.CHALLENGE, Outcome.ROBOTS_UNREACHABLE, Outcome.HTTP_403,
        Outcome.HTTP_429, Outcome.HTTP_500, Outcome.HTTP_502, Outcome.HTTP_503, Outcome.HTTP_504, Outcome.HTTP_5XX,
        Outcome.DNS, Outcome.TLS, Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.TRUNCATED, Outcome.NOT_ARCHIVED,
        Outcome.HEADLINE, Outcome.ERROR,
    }
)  # fmt: skip


class SourceKind(StrEnum):
    FEED = "feed"
    NEWS_SITEMAP = "news-sitemap"
    SITEMAP = "sitemap"  # an archive of everything, for backfill
    SECTION = "section"
    SEARCH = "search"
    API = "api"  # a listing that answers JSON


class Precision(StrEnum):
    """How much of a date is known."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Act(StrEnum):
    KY_KET = "ky_ket"
    SO_KET = "so_ket"
    TONG_KET = "tong_ket"
    GIA_HAN = "gia_han"
    TRAO_DOI = "trao_doi"


class Kind(StrEnum):
    CHUONG_TRINH_PHOI_HOP = "chuong_trinh_phoi_hop"
    QUY_CHE_PHOI_HOP = "quy_che_phoi_hop"
    BIEN_BAN_PHOI_HOP = "bien_ban_phoi_hop"
    BIEN_BAN_GHI_NHO = "bien_ban_ghi_nho"
    THOA_THUAN_HOP_TAC = "thoa_thuan_hop_tac"
    KET_NGHIA = "ket_nghia"
    KHAC = "khac"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """How to read an outlet's pages; CSS selectors, tried in order. A family supplies defaults."""

    keep: tuple[str, ...] = ()
    """Containers of the story's body; the first that matches is read."""
    prune: tuple[str, ...] = ()
    """Parts that never belong to the story."""
    title: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    caption: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    """Elements that print the publication time (text or `datetime`/`content` attribute)."""
    published_in_url: str | None = None
    """A regex with named groups (Y m d H M S) that reads the time from the URL, local time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One feed, sitemap, section, listing or search page of an outlet."""

    id: str
    """`<outlet id>:<kind>:<url>`, stable across catalogue edits of other keys."""
    outlet: str
    kind: SourceKind
    url: str
    """May hold {page}, {offset}, {q}, {yyyy}, {mm}, {dd}, {m}, {d}, {unix_from}, {unix_to} placeholders."""
    label: str | None = None
    seen: bool = False
    """True: known to have worked; False: unverified, off until a check passes."""
    enabled: bool = True
    paging: str | None = None
    """URL template of page n ≥ 2 of a section, with {page} or {offset}."""
    page_step: int = 1
    first_page: int = 1
    format: Mapping[str, str] = field(default_factory=dict)
    """Listing APIs: where in the JSON the list, title, url, date … are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A newspaper's or station's site."""

    id: str
    name: str
    domain: str
    """Registrable host, without `www.`; stories live on it or its subdomains."""
    home: str
    kind: str
    """national, armed_forces, provincial, ministry, agency …"""
    family: str | None = None
    province: str | None = None
    former_domains: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    article: str | None = None
    """Regex that the canonical URL of an article matches (`re.search`)."""
    rules: PageRules = PageRules()
    enabled: bool = True
    delay: float | None = None
    """Seconds between requests to one host; None: the default of the settings."""
    legacy_tls: bool = False
    """Its server speaks only what new systems refuse: TLS 1.0, old ciphers, old renegotiation."""
    file: str | None = None
    """The catalogue file it came from, for messages."""
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A story's address as a source listed it."""

    url: str
    """Canonical (`urls.canonical`)."""
    outlet: str
    source: str | None = None
    title: str | None = None
    summary: str | None = None
    published: datetime | None = None
    published_raw: str | None = None
    published_from: str | None = None
    """feed | sitemap | section | api | url"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of a server, or one saved document."""

    url: str
    """The address after redirects."""
    body: bytes = field(repr=False)
    fetched_at: datetime
    outlet: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Lower-case names."""
    link: Link | None = None
    record: str | None = None
    """Where the archive keeps it: `<file>#<offset>`."""
    crawl: int | None = None
    gated_in: bool = False
    """True: a person asked for this very page, and no gate is asked about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a page tells.

    `text` is everything but the title in reading order: lead first (once), paragraphs, captions where they
    stand, one a line (`\n` between). `lead` and `captions` repeat lines of `text` so that a reader of evidence
    knows which they are.
    """

    url: str
    title: str
    text: str = field(repr=False)
    outlet: str | None = None
    lead: str | None = field(default=None, repr=False)
    captions: tuple[str, ...] = field(default=(), repr=False)
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    published_raw: str | None = None
    published_from: str | None = None
    """json-ld | meta | page | url | feed | sitemap | section | api | import | file"""
    published_precision: Precision | None = None
    incomplete: str | None = None
    """Why only headline and summary are known (an outcome's word), else None."""
    section: str | None = None
    extractor: str | None = None
    """Name and version of what read the page."""
    notes: tuple[str, ...] = ()
    """Disagreements found on the way, e.g. `published: meta 2024-01-10 but page 2024-01-09`."""
    found_at: datetime | None = None
    origin: str = "crawl"
    """crawl | import | seed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A stage's refusal: the named outcome and why, in words."""

    outcome: Outcome
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One reason in the story's own words."""

    phrase: str
    sentence: str = field(repr=False)
    field: str
    """title | lead | text | caption"""
    start: int
    """Code-point offset of the phrase: into `title` when field is title, else into `text`."""
    end: int
    sentence_start: int
    sentence_end: int
    act: Act | None = None
    instrument: str | None = None
    weight: float = 0.0
    """How much it moved the score (log odds); the deciding sentence has the largest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    seed: str
    """The seed's id."""
    similarity: float
    """0 … 1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The judgement of one story."""

    score: float
    """Probability, 0 … 1, that the story is a match."""
    threshold: float
    evidence: tuple[Evidence, ...] = ()
    """The deciding sentence first."""
    nearest: tuple[Nearness, ...] = ()
    """All seeds, nearest first."""
    closeness: float = 0.0
    """0 … 1: how near to the seeds' kind of party and story; ranks core above civil among matches."""
    reasons: Mapping[str, float] = field(default_factory=dict)
    """What moved the score, feature → contribution in log odds."""
    model: str | None = None
    """Profile name and version of the weights."""

    @property
    def is_match(self) -> bool:
        return self.score >= self.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where a value was read."""

    field: str
    """title | text"""
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    name: str
    """As printed, whitespace folded."""
    key: str
    """The registry's normal form; equal keys are one party."""
    short: str | None = None
    full: str | None = None
    role: str | None = None
    """host | counterpart | None"""
    head: str | None = None
    """Slug of the head noun: quan_khu, bo_chqs, cong_an, ubnd …"""
    armed: bool = False
    """From the armed forces, police, border guard, coast guard, militia command or veterans."""
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    name: str
    rank: str | None = None
    office: str | None = None
    party_key: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Who agreed what with whom. Empty rather than guessed."""

    acts: tuple[Act, ...] = ()
    """The main act first."""
    kind: Kind | None = None
    parties: tuple[Party, ...] = ()
    period: str | None = None
    """`YYYY` or `YYYY-YYYY`"""
    event_date: str | None = None
    """ISO date, as far as `event_date_precision` says."""
    event_date_precision: Precision | None = None
    place: str | None = None
    signatories: tuple[Signatory, ...] = ()
    spans: Mapping[str, Span] = field(default_factory=dict)
    """Field name → where it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """Story `of` holds the same text."""

    of: int
    score: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Why a story joined an event."""

    event: int
    score: float
    reasons: tuple[str, ...] = ()


Json = dict[str, Any]
