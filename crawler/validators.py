"""When may a source's 304 be believed? Pure: the decision only; the figures live in the table `sources`.

Some servers repeat an ETag although the feed has changed, and a crawler that trusts them goes blind at HTTP 200's
silent cousin. So the right to answer 304 is earned: only after ETag or Last-Modified told the same story as the
content several times in a row is a request made conditional; now and then it is made whole again; the first lie costs
all trust for a month.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipelines.types import Link

#: Whole answers in a row whose validators and content agreed before a 304 is believed.
TRUST_AFTER = 3
#: Every so many answers the whole source is asked for although it is trusted.
RECHECK_EVERY = 12
#: How long a lie is remembered. Servers get mended; a month is longer than any cache's life.
DISTRUST_FOR = timedelta(days=30)


class Agreement(StrEnum):
    """What a whole answer said of the validators that came with the one before."""

    AGREED = "agreed"  # same validator and same content, or both changed
    LIED = "lied"  # same validator, other content
    SILENT = "silent"  # nothing to compare: the first answer, or no validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a source's last whole answer carried, and how far it is trusted."""

    etag: str | None = None
    last_modified: str | None = None
    content_hash: str | None = None
    agreed: int = 0
    """Answers in a row that agreed; a believed 304 counts too."""
    lied_at: datetime | None = None


def conditional_headers(known: Validators, *, now: datetime) -> dict[str, str]:
    """The headers that make the next request conditional; empty when the source must answer in full."""
    if known.content_hash is None or known.agreed < TRUST_AFTER or known.agreed % RECHECK_EVERY == 0:
        return {}
    if known.lied_at is not None and now - known.lied_at < DISTRUST_FOR:
        return {}
    headers = {}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    return headers


def compare(known: Validators, *, etag: str | None, last_modified: str | None, content_hash: str) -> Agreement:
    """Judge a whole answer against the one before.

    The ETag speaks where there is one; else Last-Modified. A changed validator over unchanged content is no lie:
    it costs a download, never a story.
    """
    if known.content_hash is None:
        return Agreement.SILENT
    if etag and known.etag:
        same = etag == known.etag
    elif last_modified and known.last_modified:
        same = last_modified == known.last_modified
    else:
        return Agreement.SILENT
    if same and content_hash != known.content_hash:
        return Agreement.LIED
    return Agreement.AGREED


def learn(known: Validators, seen: Agreement, *, now: datetime) -> tuple[int, datetime | None]:
    """The new (`agreed`, `lied_at`) after a whole answer."""
    if seen is Agreement.LIED:
        return 0, now
    if seen is Agreement.AGREED:
        return known.agreed + 1, known.lied_at
    return known.agreed, known.lied_at


def hash_of_links(links: Iterable[Link], body: bytes) -> str:
    """The content of a list as far as we care: its links and headlines, not its build date or advertisements.

    A list without links is hashed whole, so that an error page differs from another.
    """
    digest = hashlib.sha256()
    empty = True
    for link in links:
        empty = False
        digest.update(f"{link.url}\x1f{link.title or ''}\x1f{link.published or ''}\x1e".encode())
    if empty:
        digest.update(body)
    return digest.hexdigest()[:32]


def trust_in_words(known: Validators, *, now: datetime) -> str:
    """How far a source's 304 is believed, for a person."""
    if known.content_hash is None:
        return "not read yet"
    if known.lied_at is not None and now - known.lied_at < DISTRUST_FOR:
        return f"304 not believed: on {known.lied_at:%Y-%m-%d} the validator stayed and the content changed"
    if not (known.etag or known.last_modified):
        return "sends no validators"
    if known.agreed < TRUST_AFTER:
        return f"304 not believed yet: {known.agreed} of {TRUST_AFTER} whole answers agreed"
    return f"304 believed: {known.agreed} answers agreed"
