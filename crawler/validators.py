"""When may a source's 304 be believed? Pure: the decision only; the figures live in the table `sources`.

Some servers repeat an ETag although the list has changed, some answer 304 to whatever is asked, and a crawler that
trusts them goes blind at HTTP 200's silent cousin. So the right to answer 304 is earned, by each validator for itself:

- it must have stayed while the content stayed, and changed when the content changed, both more than once. One that
  only ever stayed may be a constant, one that changes with every answer says nothing;
- a 304 itself is believed only when the server has shown that it answers in full when there is news. Until then, after
  a run of 304s, and at least once a day, the list is asked for again at once and without conditions;
- the first lie costs the trust in what lied for a month.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.types import Link

if TYPE_CHECKING:
    from pipelines.database.ledger import SourceRow

#: A validator must have stayed with the same content, and moved with other content, so often before it is sent.
TRUST_AFTER = 2
#: Conditional requests that news answered in full, before a 304 is believed without asking again at once.
OPENED = 2
#: So many 304s in a row are proved by a whole answer. Looks follow the rhythm, so this is a silence of some stories.
RECHECK_EVERY = 8
#: A whole answer is read this often at least.
RECHECK_AFTER = timedelta(days=1)
#: How long a lie is remembered. Servers get mended; a month is longer than any cache's life.
DISTRUST_FOR = timedelta(days=30)
#: A story this much older than a 304 that did not know it proves the lie; a younger one may have come in between.
IN_BETWEEN = timedelta(minutes=2)
#: Whole answers without a single repeated validator after which a source is said to change them every time.
RESTLESS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one validator (ETag or Last-Modified) has shown of itself."""

    stayed: int = 0
    """Whole answers with the same validator and the same content as before."""
    moved: int = 0
    """Whole answers in which both had changed."""
    restless: int = 0
    """Whole answers with another validator over the same content: no lie, it costs a download and never a story."""
    lied_at: datetime | None = None

    def earned(self, now: datetime) -> bool:
        """May it be sent?"""
        if self.lied_at is not None and now - self.lied_at < DISTRUST_FOR:
            return False
        return self.stayed >= TRUST_AFTER and self.moved >= TRUST_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a source's last whole answer carried, and how far it is trusted."""

    etag: str | None = None
    last_modified: str | None = None
    content_hash: str | None = None
    agreed: int = 0
    """Answers in a row that agreed; a believed 304 counts too."""
    etags: Record = field(default_factory=Record)
    dates: Record = field(default_factory=Record)
    opened: int = 0
    """Conditional requests that were answered in full when the content had changed."""
    run: int = 0
    """304s since the last whole answer."""
    doubts: int = 0
    """Whole answers just after a 304 that differed, without proof that they differed before."""
    read_at: datetime | None = None
    """The last whole answer."""
    why: str | None = None
    """The last lie, in words."""

    @property
    def lied_at(self) -> datetime | None:
        """When anything last lied."""
        return max((one.lied_at for one in (self.etags, self.dates) if one.lied_at is not None), default=None)


def conditional_headers(known: Validators, *, now: datetime) -> dict[str, str]:
    """The headers that make the next request conditional: only validators that earned it; empty to ask in full."""
    if known.content_hash is None:
        return {}
    headers = {}
    if known.etag and known.etags.earned(now):
        headers["If-None-Match"] = known.etag
    if known.last_modified and known.dates.earned(now):
        headers["If-Modified-Since"] = known.last_modified
    return headers


def needs_proof(known: Validators, *, now: datetime) -> bool:
    """Must a 304 that came just now be proved by a whole answer?"""
    if known.opened < OPENED or known.run + 1 >= RECHECK_EVERY:
        return True
    return known.read_at is None or now - known.read_at >= RECHECK_AFTER


def after_304(known: Validators) -> Validators:
    """A 304 was taken for true."""
    return replace(known, run=known.run + 1, agreed=known.agreed + 1)


def after_whole(
    known: Validators,
    *,
    etag: str | None,
    last_modified: str | None,
    content_hash: str,
    now: datetime,
    conditional: bool = False,
    doubted: bool = False,
    overdue: bool = False,
) -> Validators:
    """What is known after a whole answer.

    `conditional`: the request was conditional, and the server answered in full. `doubted`: the answer proves a 304 of
    a moment ago; `overdue`: it holds a story that the 304 should have known (`is_overdue`).
    """
    changed = content_hash != known.content_hash
    fresh = replace(known, etag=etag, last_modified=last_modified, content_hash=content_hash, run=0, read_at=now)
    if known.content_hash is None:
        return fresh
    etags = _compare(known.etags, _bare(known.etag), _bare(etag), changed, now)
    dates = _compare(known.dates, known.last_modified, last_modified, changed, now)
    fresh = replace(fresh, etags=etags, dates=dates)
    if changed and doubted:
        fresh = _caught(known, fresh, overdue=overdue, now=now)
    elif changed and conditional:
        fresh = replace(fresh, opened=known.opened + 1)
    elif doubted:
        fresh = replace(fresh, doubts=0)
    if fresh.lied_at is not None and fresh.lied_at != known.lied_at:
        why = fresh.why if fresh.why != known.why else None
        liar = "ETag" if etags.lied_at == now else "Last-Modified"
        return replace(fresh, agreed=0, why=why or f"the {liar} stayed and the content changed")
    steady = etags.stayed + etags.moved + dates.stayed + dates.moved
    before = known.etags.stayed + known.etags.moved + known.dates.stayed + known.dates.moved
    return replace(fresh, agreed=known.agreed + (steady > before))


def _compare(record: Record, old: str | None, new: str | None, changed: bool, now: datetime) -> Record:
    if not old or not new:
        return record
    if old == new:
        if changed:
            return Record(lied_at=now, restless=record.restless)
        return replace(record, stayed=record.stayed + 1)
    if changed:
        return replace(record, moved=record.moved + 1)
    return replace(record, restless=record.restless + 1)


def _caught(known: Validators, fresh: Validators, *, overdue: bool, now: datetime) -> Validators:
    """A 304, and a moment later other stories. Once it may be chance: a story that came in between."""
    same = fresh.etags.lied_at == now or fresh.dates.lied_at == now
    if not (overdue or same) and known.doubts == 0:
        return replace(fresh, doubts=1)
    liar = Record(lied_at=now)
    return replace(
        fresh, etags=liar, dates=liar, opened=0, doubts=0,
        why="it answered 304, and a moment later, asked without conditions, it showed other stories",
    )  # fmt: skip


def is_overdue(links: Iterable[Link], known: Iterable[str], *, since: datetime) -> bool:
    """Is among a whole answer's links a new one that was published well before the 304 that came at `since`?"""
    had = set(known)
    return any(
        link.url not in had and link.published is not None and link.published < since - IN_BETWEEN for link in links
    )


#: What servers add to an ETag for a packed body; the content behind it is the same.
_PACKED = re.compile(r"(?:[-;:]+|--)(?:gzip|br|deflate|df|zstd)$", re.IGNORECASE)


def _bare(etag: str | None) -> str | None:
    """An ETag for comparison: weak or strong, packed or not, it names one content."""
    if not etag:
        return None
    return _PACKED.sub("", etag.strip().removeprefix("W/").strip('"')) or etag


def hash_of_links(links: Iterable[Link], body: bytes) -> str:
    """The content of a list as far as we care: its links and headlines, not its build date or advertisements.

    Times are left out: lists that say “5 minutes ago” would differ from one minute to the next. A list without links
    is hashed whole, so that an error page differs from another.
    """
    digest = hashlib.sha256()
    empty = True
    for link in links:
        empty = False
        digest.update(f"{link.url}\x1f{link.title or ''}\x1e".encode())
    if empty:
        digest.update(body)
    return digest.hexdigest()[:32]


def trust_in_words(known: Validators, *, now: datetime) -> str:
    """How far a source's 304 is believed, for a person."""
    if known.content_hash is None:
        return "not read yet"
    if not (known.etag or known.last_modified):
        return "sends no validators"
    sent = " and ".join(
        name
        for name, value, record in (("ETag", known.etag, known.etags), ("Last-Modified", known.last_modified, known.dates))
        if value and record.earned(now)
    )
    lied = known.lied_at
    caught = f"on {lied:%Y-%m-%d} {known.why}" if lied is not None and now - lied < DISTRUST_FOR else None
    if sent:
        proof = "" if known.opened >= OPENED else "; each is proved by a whole answer until news was answered in full twice"
        return f"304 believed ({sent}): {known.agreed} answers agreed{proof}" + (f"; {caught}" if caught else "")
    if caught:
        return f"304 not believed: {caught}; tried again from {lied + DISTRUST_FOR:%Y-%m-%d}" if lied else caught
    records = [record for value, record in ((known.etag, known.etags), (known.last_modified, known.dates)) if value]
    best = max(records, key=lambda one: (min(one.stayed, TRUST_AFTER) + min(one.moved, TRUST_AFTER), one.stayed + one.moved))
    if best.stayed == 0 and best.restless >= RESTLESS:
        return "its validators change with every answer; it is asked in full"
    return (
        f"304 not believed yet: validators stayed with the content {min(best.stayed, TRUST_AFTER)} of {TRUST_AFTER} times, "
        f"changed with it {min(best.moved, TRUST_AFTER)} of {TRUST_AFTER} times"
    )


# -- as the table `sources` keeps it -------------------------------------------------------------------------------


def to_columns(known: Validators) -> dict[str, Any]:
    """The columns of `sources` that say how far its validators are trusted."""
    told = {
        "etag": _told(known.etags), "modified": _told(known.dates), "opened": known.opened, "run": known.run,
        "doubts": known.doubts, "why": known.why,
    }  # fmt: skip
    return {
        "validators": json.dumps({key: value for key, value in told.items() if value}, ensure_ascii=False),
        "validators_agreed": known.agreed,
        "validators_lied_at": known.lied_at,
        "read_at": known.read_at,
    }


def from_columns(row: SourceRow) -> Validators:
    """The other way round."""
    told: Mapping[str, Any] = json.loads(row.validators)
    return Validators(
        etag=row.etag,
        last_modified=row.last_modified,
        content_hash=row.content_hash,
        agreed=row.validators_agreed,
        etags=_record(told.get("etag")),
        dates=_record(told.get("modified")),
        opened=told.get("opened", 0),
        run=told.get("run", 0),
        doubts=told.get("doubts", 0),
        why=told.get("why"),
        read_at=row.read_at,
    )


def _told(record: Record) -> dict[str, Any]:
    told = {"stayed": record.stayed, "moved": record.moved, "restless": record.restless}
    lied = {"lied": record.lied_at.astimezone(UTC).isoformat(timespec="seconds")} if record.lied_at else {}
    return {key: value for key, value in told.items() if value} | lied


def _record(told: Mapping[str, Any] | None) -> Record:
    told = told or {}
    lied = told.get("lied")
    return Record(
        stayed=told.get("stayed", 0), moved=told.get("moved", 0), restless=told.get("restless", 0),
        lied_at=datetime.fromisoformat(lied) if lied else None,
    )  # fmt: skip
