"""Which stories a question is about: one set of filters for lists, exports, agreements and search."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines import vietnamese
from pipelines.database.party_identity import folded_name
from pipelines.database.times import to_db
from pipelines.database.trouble import unusable
from pipelines.errors import UsageError
from pipelines.types import Act, Kind

if TYPE_CHECKING:
    from pipelines.database.store import Store

#: How kinds and acts are written for people.
KIND_NAMES = {
    Kind.CHUONG_TRINH_PHOI_HOP: "chương trình phối hợp",
    Kind.QUY_CHE_PHOI_HOP: "quy chế phối hợp",
    Kind.BIEN_BAN_PHOI_HOP: "biên bản phối hợp",
    Kind.BIEN_BAN_GHI_NHO: "biên bản ghi nhớ",
    Kind.THOA_THUAN_HOP_TAC: "thỏa thuận hợp tác",
    Kind.KET_NGHIA: "kết nghĩa",
    Kind.KHAC: "khác",
}
ACT_NAMES = {
    Act.KY_KET: "ký kết",
    Act.SO_KET: "sơ kết",
    Act.TONG_KET: "tổng kết",
    Act.GIA_HAN: "gia hạn",
    Act.TRAO_DOI: "trao đổi",
}
SORTS = {
    "published": "coalesce(s.published, s.found_at) DESC, s.id DESC",
    "found": "s.found_at DESC, s.id DESC",
    "score": "m.score DESC, s.id DESC",
    "nearest": "m.closeness DESC, m.score DESC, s.id DESC",
    "outlet": "s.outlet, coalesce(s.published, s.found_at) DESC, s.id DESC",
    "id": "s.id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a listed story must be; None asks for nothing."""

    since: datetime | None = None
    """Published (found, where no publication time is known) at or after this."""
    until: datetime | None = None
    """… and before this."""
    found_since: datetime | None = None
    outlets: tuple[str, ...] = ()
    """Ids, domains or names."""
    kind: str | None = None
    act: str | None = None
    parties: tuple[str, ...] = ()
    """Names or ids (`p3`); all of them must be parties."""
    min_score: float | None = None
    """Takes the place of the threshold: also stories below it that reach this."""
    text: str | None = None
    """A full-text query."""
    verdict: str | None = None
    """accept | reject | none"""
    with_seeds: bool = False
    everything: bool = False
    """All stored stories, not the matches only."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A WHERE clause over `stories s JOIN matches m`, with its parameters."""

    sql: str
    parameters: tuple[Any, ...]


def condition(store: Store, filters: Filters) -> Condition:
    """The SQL of filters. Raises StoreError or UsageError for an outlet, kind or party that does not exist."""
    parts: list[str] = []
    values: list[Any] = []

    def add(sql: str, *parameters: Any) -> None:
        parts.append(sql)
        values.extend(parameters)

    if not filters.with_seeds:
        add("s.origin <> 'seed'")
    if filters.verdict == "none":
        add("s.verdict IS NULL")
    elif filters.verdict is not None:
        add("s.verdict = ?", filters.verdict)
    if filters.min_score is not None:
        add("m.score >= ?", filters.min_score)
        if filters.verdict is None and not filters.everything:
            add("s.verdict IS NOT 'reject'")
    elif filters.verdict != "reject" and not filters.everything:
        add("m.listed = 1")
    if filters.since is not None:
        add("coalesce(s.published, s.found_at) >= ?", to_db(filters.since))
    if filters.until is not None:
        add("coalesce(s.published, s.found_at) < ?", to_db(filters.until))
    if filters.found_since is not None:
        add("s.found_at >= ?", to_db(filters.found_since))
    if filters.outlets:
        ids = sorted({found for name in filters.outlets for found in outlets_named(store, name)})
        add("s.outlet IN (SELECT value FROM json_each(?))", json.dumps(ids))
    if filters.kind is not None:
        add("s.id IN (SELECT story FROM agreements WHERE kind = ?)", kind_named(filters.kind))
    if filters.act is not None:
        add(
            "s.id IN (SELECT story FROM agreements, json_each(agreements.acts) WHERE json_each.value = ?)",
            act_named(filters.act),
        )
    for name in filters.parties:
        add(
            "s.id IN (SELECT a.story FROM agreement_parties ap JOIN agreements a ON a.id = ap.agreement "
            "WHERE ap.party IN (SELECT value FROM json_each(?)))",
            json.dumps(parties_named(store, name)),
        )
    if filters.text is not None:
        matching = store.search.matching(filters.text)
        add(matching.sql, *matching.parameters)
    return Condition(" AND ".join(parts) or "1", tuple(values))


def outlets_named(store: Store, name: str) -> list[str]:
    """The ids of the outlets that a person means by an id, a domain or a name.

    Raises StoreError when there is none, with the nearest ids.
    """
    wanted = name.strip().lower().removeprefix("www.")
    rows = store.rows("SELECT id, domain, name FROM outlets")
    exact = [row["id"] for row in rows if wanted in (row["id"], row["domain"])]
    if exact:
        return exact
    folded = f" {folded_name(name)} "
    found = [row["id"] for row in rows if folded.strip() and folded in f" {folded_name(row['name'])} "]
    if found:
        return found
    known = [row[0] for row in store.rows("SELECT DISTINCT outlet FROM stories WHERE outlet = ?", (wanted,))]
    if known:
        return known
    import difflib

    near = difflib.get_close_matches(wanted, [row["id"] for row in rows], 3)
    if near:
        meant = " or ".join(near)
        told = unusable(f"no outlet is called {name!r}; did you mean {meant}?")
        raise told.named("outlet_near", name=name, near=", ".join(near))
    raise unusable(f"no outlet is called {name!r}; `kyket outlets list` shows them").named("outlet", name=name)


def kind_named(name: str) -> str:
    """The slug of a kind given as slug or in words, with or without accents. Raises UsageError."""
    return _slug_named(name, "kind", {str(slug): words for slug, words in KIND_NAMES.items()})


def act_named(name: str) -> str:
    """The slug of an act given as slug or in words. Raises UsageError."""
    return _slug_named(name, "act", {str(slug): words for slug, words in ACT_NAMES.items()})


def _slug_named(name: str, what: str, names: dict[str, str]) -> str:
    wanted = folded_name(name.replace("_", " "))
    folded = {
        slug: (folded_name(slug.replace("_", " ")), folded_name(words)) for slug, words in names.items()
    }
    for slug, forms in folded.items():
        if wanted in forms:
            return slug
    inside = [slug for slug, forms in folded.items() if wanted and any(wanted in form for form in forms)]
    if len(inside) == 1:
        return inside[0]
    told = UsageError(f"no {what} is called {name!r}; known are {', '.join(names)}")
    raise told.named(what, name=name, known=", ".join(names.values()))


def parties_named(store: Store, name: str) -> list[int]:
    """The parties that a person means by `p3` or by a name, with all that were merged with them.

    A name means every party that is called so, in one of its spellings, or whose name holds it as whole words
    (a command's departments sign for it). Empty when nobody is called so.
    """
    number = re.fullmatch(r"p(\d+)", name.strip(), re.IGNORECASE)
    if number is not None:
        row = store.row("SELECT id, merged_into FROM parties WHERE id = ?", (int(number.group(1)),))
        if row is None:
            raise unusable(f"there is no party {name}; `kyket parties` lists them").named("party", name=name)
        roots = {row["merged_into"] or row["id"]}
    else:
        roots = {
            row[0]
            for row in store.rows(
                "SELECT DISTINCT coalesce(p.merged_into, p.id) FROM aliases a JOIN parties p ON p.id = a.party "
                "WHERE instr(' ' || a.folded || ' ', ?) > 0",
                (f" {folded_name(name)} ",),
            )
            if folded_name(name)
        }
        roots |= {
            row[0]
            for row in store.rows(
                "SELECT coalesce(merged_into, id) FROM parties WHERE key = ?",
                (_registry_key(vietnamese.squeeze(name)),),
            )
        }
    marks = json.dumps(sorted(roots))
    family = store.rows(
        "SELECT id FROM parties WHERE id IN (SELECT value FROM json_each(?)) "
        "OR merged_into IN (SELECT value FROM json_each(?))",
        (marks, marks),
    )
    return [row["id"] for row in family]


def _registry_key(name: str) -> str:
    from pipelines.institutions import Registry

    return Registry.load().normalise(name).key if name else ""
