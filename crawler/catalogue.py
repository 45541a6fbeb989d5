"""The catalogue: TOML files → outlets, every key checked.

An outlet is data: who it is, where its stories are listed (`sources`), what an article's address looks like
and how its pages are read. A family (`[family.<id>]`) supplies defaults that an outlet may override. Users add
outlets, or change single keys of the bundled ones, in `kyket.toml` or files of their own:

    bundled families + outlets  →  the user's files, in order  →  overrides (tables of kyket.toml)

A later entry with a known id overrides only the keys it gives; its `sources` are merged by address.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, overload
from urllib.parse import urljoin, urlsplit

from pipelines.errors import CatalogueError
from pipelines.types import Outlet, PageRules, Source, SourceKind

#: Where the bundled catalogue lies.
OUTLETS = Path(__file__).parent / "outlets"

#: Kinds of outlet; a closed list, so that a typo does not make a kind of its own.
KINDS = (
    "national", "party", "armed_forces", "police", "sectoral", "business", "provincial", "city", "broadcast",
    "ministry", "agency", "other",
)  # fmt: skip

PLACEHOLDERS = frozenset({"page", "offset", "zone", "q", "yyyy", "mm", "dd", "m", "d", "d1", "d2", "unix_from", "unix_to"})
_DATED = frozenset({"yyyy", "mm", "dd", "m", "d", "d1", "d2", "unix_from", "unix_to"})
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*\Z")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?::\d+)?\Z")

_OUTLET_KEYS: dict[str, type | tuple[type, ...]] = {
    "id": str, "name": str, "domain": str, "former_domains": list, "home": str, "kind": str, "province": str,
    "family": str, "article": str, "enabled": bool, "delay": (int, float), "legacy_tls": bool, "notes": str, "sources": list,
    "rules": dict,
}  # fmt: skip
_SOURCE_KEYS: dict[str, type | tuple[type, ...]] = {
    "kind": str, "url": str, "label": str, "seen": bool, "enabled": bool, "paging": str, "page_step": int,
    "first_page": int, "format": dict,
}  # fmt: skip
_FAMILY_KEYS: dict[str, type | tuple[type, ...]] = {
    "name": str, "article": str, "published_in_url": str, "markers": list, "paging": str, "page_step": int,
    "first_page": int, "feed_shape": str, "feeds": list, "news_sitemaps": list, "sitemaps": list, "shards": str, "listing": str,
    "format": dict, "rules": dict,
}  # fmt: skip
RULE_KEYS = tuple(one.name for one in fields(PageRules))
_TYPE_WORDS = {str: "text", bool: "true or false", list: "a list", dict: "a table", int: "a whole number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A content management system that several outlets share, and its conventions."""

    id: str
    name: str
    article: str | None = None
    published_in_url: str | None = None
    markers: tuple[str, ...] = ()
    """Strings in a page's HTML that point to this system."""
    paging: str | None = None
    """Template of page n of a section; {section} is the section's address without ending slash or `.htm(l)`."""
    page_step: int = 1
    first_page: int = 1
    feed_shape: str | None = None
    """Regex of the addresses of its feeds; tells families apart that share an article pattern."""
    feeds: tuple[str, ...] = ()
    """Conventional paths to try."""
    news_sitemaps: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    shards: str | None = None
    """Template of a dated shard of the sitemap archive."""
    listing: str | None = None
    """Template of the listing behind a section; {zone} is the section's number."""
    format: Mapping[str, str] = field(default_factory=dict)
    rules: PageRules = field(default_factory=PageRules)
    file: str | None = None


class Catalogue(Mapping[str, Outlet]):
    """Outlets by id, in the order of their files."""

    def __init__(self, outlets: Iterable[Outlet], families: Mapping[str, Family] | None = None) -> None:
        self._outlets = {outlet.id: outlet for outlet in outlets}
        self.families: dict[str, Family] = dict(families or {})
        self._by_folded = {outlet_id.casefold(): outlet_id for outlet_id in self._outlets}
        self._places: dict[str, str] = {}  # host, or host/path, → outlet id
        for outlet in self._outlets.values():  # former domains first: a present domain outranks another's past
            for place in outlet.former_domains:
                self._places[_bare(place)] = outlet.id
        for outlet in self._outlets.values():
            self._places[_bare(outlet.domain)] = outlet.id

    def __getitem__(self, outlet_id: str) -> Outlet:
        return self._outlets[outlet_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._outlets)

    def __len__(self) -> int:
        return len(self._outlets)

    def __repr__(self) -> str:
        return f"<Catalogue of {len(self)} outlets>"

    @property
    def enabled(self) -> list[Outlet]:
        """The outlets that a crawl without names visits."""
        return [outlet for outlet in self._outlets.values() if outlet.enabled]

    @overload  # type: ignore[override]
    def get(self, id_or_domain: str, default: None = None) -> Outlet | None: ...
    @overload
    def get(self, id_or_domain: str, default: Outlet) -> Outlet: ...
    def get(self, id_or_domain: str, default: Outlet | None = None) -> Outlet | None:
        """The outlet of an id (any case), a domain, a former domain or an address."""
        word = id_or_domain.strip()
        known = self._by_folded.get(word.casefold())
        if known is not None:
            return self._outlets[known]
        if "." in word or ":" in word:
            return self.outlet_of(word if "://" in word else f"https://{word}") or default
        return default

    def resolve(self, names: Iterable[str]) -> list[Outlet]:
        """The outlets a person named, each once, in the given order.

        Raises CatalogueError for a name that is no outlet, with the nearest ids.
        """
        found: dict[str, Outlet] = {}
        for name in names:
            outlet = self.get(name)
            if outlet is None:
                words = [*self._by_folded, *self._places]
                raise CatalogueError(
                    f"no outlet is called “{name}”{_did_you_mean(name.casefold(), words)} "
                    "(`kyket outlets list` shows all)"
                )
            found.setdefault(outlet.id, outlet)
        return list(found.values())

    def outlet_of(self, url: str) -> Outlet | None:
        """The outlet on whose domain, subdomain or former domain an address lies; the most specific wins."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").casefold()
            port = parts.port
        except ValueError:
            return None
        if not host:
            return None
        first_segment = parts.path.split("/")[1] if parts.path.count("/") else ""
        labels = host.split(".")
        for start in range(len(labels)):
            name = ".".join(labels[start:])
            places = [f"{name}/{first_segment}", name]
            if port is not None:
                places.insert(0, f"{name}:{port}")
            for place in places:
                if place in self._places:
                    return self._outlets[self._places[place]]
        return None


def is_article(url: str, outlet: Outlet) -> bool:
    """True when an address looks like an article of the outlet, by its pattern.

    An outlet without a pattern accepts any address below its home: its lists alone tell what is a story.
    """
    if outlet.article is None:
        return urlsplit(url).path.strip("/") != ""
    return re.search(outlet.article, url) is not None


def is_dated(source: Source) -> bool:
    """True for an archive address with a date in it: for backfill, never for polling."""
    return bool(_DATED & set(_PLACEHOLDER.findall(source.url)))


def is_polled(source: Source) -> bool:
    """True for what a regular crawl asks: enabled feeds, news sitemaps, listings and sections."""
    if not source.enabled or source.kind in (SourceKind.SITEMAP, SourceKind.SEARCH):
        return False
    return not is_dated(source) and "{q}" not in source.url


def load_catalogue(
    files: Sequence[Path] | None = None,
    overrides: Sequence[Mapping[str, Any]] | None = None,
    *,
    user_files: Sequence[Path] = (),
    overrides_from: str = "kyket.toml",
) -> Catalogue:
    """Read and check a catalogue.

    `files`: outlets instead of the bundled ones (bundled families stay known); `user_files`: the user's own
    entries on top; `overrides`: `[[outlet]]` tables already read from the file named `overrides_from`.

    Raises CatalogueError, which names file, outlet and key.
    """
    builder = _Builder()
    builder.add_file(OUTLETS / "families.toml")
    chosen = sorted(OUTLETS.glob("*.toml")) if files is None else [Path(one) for one in files]
    for path in chosen:
        if path != OUTLETS / "families.toml":
            builder.add_file(path)
    for path in user_files:
        builder.add_file(Path(path), may_override=True)
    if overrides:
        builder.add_outlets(list(overrides), overrides_from, may_override=True)
    return builder.build()


class _Builder:
    """Collects raw tables, merges overrides, and builds the checked values at the end."""

    def __init__(self) -> None:
        self.families: dict[str, Family] = {}
        self.raw: dict[str, dict[str, Any]] = {}
        self.files: dict[str, str] = {}

    def add_file(self, path: Path, *, may_override: bool = False) -> None:
        tables = _read(path)
        # A user's file may be kyket.toml itself: its other tables are not ours to judge.
        unknown = [key for key in tables if key not in ("outlet", "family")]
        if unknown and not may_override:
            raise CatalogueError(
                f"{path}: unknown key “{unknown[0]}”{_did_you_mean(unknown[0], ['outlet', 'family'])}; "
                "a catalogue file holds [[outlet]] and [family.<id>] tables"
            )
        families = tables.get("family", {})
        if not isinstance(families, dict):
            raise CatalogueError(f"{path}: family must be tables [family.<id>]")
        for family_id, table in families.items():
            self.families[family_id] = _family(family_id, table, f"{path}: family {family_id}", str(path))
        outlets = tables.get("outlet", [])
        self.add_outlets(outlets, str(path), may_override=may_override)

    def add_outlets(self, tables: Any, file: str, *, may_override: bool) -> None:
        if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
            raise CatalogueError(f"{file}: outlets are written as [[outlet]] tables")
        here: set[str] = set()
        for number, table in enumerate(tables, 1):
            outlet_id = table.get("id")
            if not isinstance(outlet_id, str) or not _ID.match(outlet_id):
                raise CatalogueError(
                    f"{file}: outlet number {number}: id must be lower-case letters, digits, “-”, “_” or “.”, "
                    f"not {outlet_id!r}"
                )
            where = f"{file}: outlet {outlet_id}"
            _check_keys(table, _OUTLET_KEYS, where)
            if outlet_id in here or (outlet_id in self.raw and not may_override):
                other = file if outlet_id in here else self.files[outlet_id]
                raise CatalogueError(f"{where}: the id is used twice (also in {other})")
            here.add(outlet_id)
            for source_number, source in enumerate(table.get("sources", []), 1):
                _check_source_table(source, f"{where}: source {source_number}")
            if outlet_id in self.raw:
                self.raw[outlet_id] = merged(self.raw[outlet_id], table)
                self.files[outlet_id] = file
            else:
                self.raw[outlet_id] = dict(table)
                self.files[outlet_id] = file

    def build(self) -> Catalogue:
        outlets = [
            _outlet(table, self.families, f"{self.files[outlet_id]}: outlet {outlet_id}", self.files[outlet_id])
            for outlet_id, table in self.raw.items()
        ]
        by_domain: dict[str, Outlet] = {}
        for outlet in outlets:
            twin = by_domain.setdefault(_bare(outlet.domain), outlet)
            if twin is not outlet:
                raise CatalogueError(
                    f"{outlet.file}: outlet {outlet.id}: domain {outlet.domain} is already that of {twin.id} "
                    f"({twin.file})"
                )
        return Catalogue(outlets, self.families)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CatalogueError(f"{path}: no such file") from None
    except OSError as error:
        raise CatalogueError(f"{path}: cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise CatalogueError(f"{path}: is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{path}: is not valid TOML: {error}") from None


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=2, cutoff=0.6)
    return f"; did you mean {' or '.join(f'“{one}”' for one in near)}?" if near else ""


def _check_keys(table: Any, keys: Mapping[str, type | tuple[type, ...]], where: str) -> None:
    if not isinstance(table, Mapping):
        raise CatalogueError(f"{where}: must be a table, not {table!r}")
    for key, value in table.items():
        if key not in keys:
            raise CatalogueError(f"{where}: unknown key “{key}”{_did_you_mean(key, keys)}")
        wanted = keys[key]
        is_number = isinstance(value, bool) is False
        if not isinstance(value, wanted) or (wanted is not bool and not is_number):
            kind = "a number" if isinstance(wanted, tuple) else _TYPE_WORDS[wanted]
            raise CatalogueError(f"{where}: {key} must be {kind}, not {value!r}")
        if value == "":
            raise CatalogueError(f"{where}: {key} is empty; leave it out instead")


def _strings(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = table.get(key, [])
    if isinstance(values, str):  # one selector needs no brackets
        values = [values]
    if not isinstance(values, list) or not all(isinstance(one, str) and one for one in values):
        raise CatalogueError(f"{where}: {key} must be a list of texts, not {values!r}")
    return tuple(values)


def _regex(pattern: str | None, where: str, key: str) -> str | None:
    if pattern is None:
        return None
    try:
        re.compile(pattern)
    except re.error as error:
        raise CatalogueError(f"{where}: {key} is not a valid regular expression: {error}") from None
    return pattern


def _format(table: Mapping[str, Any], where: str) -> dict[str, str]:
    value = table.get("format", {})
    known = ("list", "url", "title", "date", "summary", "next")
    for key, path in value.items():
        if key not in known:
            raise CatalogueError(f"{where}: format has an unknown key “{key}”{_did_you_mean(key, known)}")
        if not isinstance(path, str) or not path:
            raise CatalogueError(f"{where}: format.{key} must be a dotted path, not {path!r}")
    return dict(value)


def _rules(table: Mapping[str, Any], where: str, base: PageRules) -> PageRules:
    changes: dict[str, Any] = {}
    for key in table:
        if key not in RULE_KEYS:
            raise CatalogueError(f"{where}: rules has an unknown key “{key}”{_did_you_mean(key, RULE_KEYS)}")
        if key == "published_in_url":
            pattern = table[key]
            if not isinstance(pattern, str):
                raise CatalogueError(f"{where}: rules.published_in_url must be text, not {pattern!r}")
            changes[key] = _date_regex(pattern, where)
        else:
            changes[key] = _strings(table, key, f"{where}: rules")
            _check_selectors(changes[key], f"{where}: rules.{key}")
    return replace(base, **changes)


def _check_selectors(selectors: Iterable[str], where: str) -> None:
    from cssselect import HTMLTranslator, SelectorError

    translator = HTMLTranslator()
    for selector in selectors:
        try:
            translator.css_to_xpath(selector)
        except SelectorError as error:
            raise CatalogueError(f"{where}: “{selector}” is not a CSS selector: {error}") from None


def _date_regex(pattern: str, where: str) -> str:
    _regex(pattern, where, "published_in_url")
    groups = set(re.compile(pattern).groupindex)
    if not groups & {"Y", "y"} or groups - set("YymdHMS"):
        raise CatalogueError(f"{where}: published_in_url wants named groups Y (or y), m, d, H, M, S; it has {groups}")
    return pattern


def _family(family_id: str, table: Any, where: str, file: str) -> Family:
    _check_keys(table, _FAMILY_KEYS, where)
    if "name" not in table:
        raise CatalogueError(f"{where}: name is missing")
    published_in_url = table.get("published_in_url")
    if published_in_url is not None:
        _date_regex(published_in_url, where)
    return Family(
        id=family_id,
        name=table["name"],
        article=_regex(table.get("article"), where, "article"),
        published_in_url=published_in_url,
        markers=_strings(table, "markers", where),
        paging=table.get("paging"),
        page_step=table.get("page_step", 1),
        first_page=table.get("first_page", 1),
        feed_shape=_regex(table.get("feed_shape"), where, "feed_shape"),
        feeds=_strings(table, "feeds", where),
        news_sitemaps=_strings(table, "news_sitemaps", where),
        sitemaps=_strings(table, "sitemaps", where),
        shards=table.get("shards"),
        listing=table.get("listing"),
        format=_format(table, where),
        rules=_rules(table.get("rules", {}), where, PageRules(published_in_url=published_in_url)),
        file=file,
    )


def _outlet(table: Mapping[str, Any], families: Mapping[str, Family], where: str, file: str) -> Outlet:
    for key in ("name", "domain", "kind"):
        if key not in table:
            raise CatalogueError(f"{where}: {key} is missing")
    if table["kind"] not in KINDS:
        raise CatalogueError(
            f"{where}: kind “{table['kind']}” is unknown{_did_you_mean(table['kind'], KINDS)}; one of {', '.join(KINDS)}"
        )
    family_id = table.get("family")
    if family_id is not None and family_id not in families:
        raise CatalogueError(f"{where}: family “{family_id}” is unknown{_did_you_mean(family_id, families)}")
    family = families[family_id] if family_id else Family(id="", name="")
    domain = _domain(table["domain"], where, "domain")
    home = _address(table.get("home", f"https://{domain}/"), where, "home")
    outlet_id = table["id"]
    sources = tuple(
        _source(source, outlet_id, home, family, f"{where}: source {number}")
        for number, source in enumerate(table.get("sources", []), 1)
    )
    seen: dict[str, int] = {}
    for number, source in enumerate(sources, 1):
        if source.id in seen:
            raise CatalogueError(f"{where}: source {number} repeats source {seen[source.id]} ({source.url})")
        seen[source.id] = number
    delay = table.get("delay")
    if delay is not None and not 0 <= delay <= 3600:
        raise CatalogueError(f"{where}: delay must be seconds from 0 to 3600, not {delay}")
    return Outlet(
        id=outlet_id,
        name=table["name"],
        domain=domain,
        home=home,
        kind=table["kind"],
        family=family_id,
        province=table.get("province"),
        former_domains=tuple(
            _domain(one, where, "former_domains", path=True) for one in _strings(table, "former_domains", where)
        ),
        sources=sources,
        article=_regex(table.get("article", family.article), where, "article"),
        rules=_rules(table.get("rules", {}), where, family.rules),
        enabled=table.get("enabled", any(is_polled(source) for source in sources)),
        delay=float(delay) if delay is not None else None,
        legacy_tls=table.get("legacy_tls", False),
        file=file,
        notes=table.get("notes"),
    )


def _check_source_table(table: Any, where: str) -> None:
    _check_keys(table, _SOURCE_KEYS, where)
    if "url" not in table:
        raise CatalogueError(f"{where}: url is missing")
    kinds = [kind.value for kind in SourceKind]
    if "kind" in table and table["kind"] not in kinds:
        raise CatalogueError(
            f"{where}: kind “{table['kind']}” is unknown{_did_you_mean(table['kind'], kinds)}; one of {', '.join(kinds)}"
        )


def _source(table: Mapping[str, Any], outlet_id: str, home: str, family: Family, where: str) -> Source:
    if "kind" not in table:
        raise CatalogueError(f"{where}: kind is missing ({table['url']})")
    kind = SourceKind(table["kind"])
    url = _address(table["url"], where, "url", base=home)
    if kind is SourceKind.SEARCH and "{q}" not in url:
        raise CatalogueError(f"{where}: the address of a search needs {{q}} where the phrase goes: {url}")
    paging = table.get("paging")
    if paging is not None:
        paging = _address(paging, where, "paging", base=home)
        if not {"page", "offset"} & set(_PLACEHOLDER.findall(paging)):
            raise CatalogueError(f"{where}: paging needs {{page}} or {{offset}}: {paging}")
    elif kind is SourceKind.SECTION and family.paging and "{" not in url:
        paging = family.paging.replace("{section}", re.sub(r"(?:/|\.html?)$", "", url))
    elif kind is SourceKind.SECTION and family.listing and "{zone}" in family.listing and not family.format and "{" not in url:
        listing = re.sub(r"\.htm$", ".chn", family.listing) if url.endswith(".chn") else family.listing
        paging = _address(listing, where, "paging", base=url)
    elif "{page}" in url or "{offset}" in url:
        paging = url
    seen = table.get("seen", False)
    step, first = table.get("page_step", family.page_step), table.get("first_page", family.first_page)
    if step < 1 or first < 0:
        raise CatalogueError(f"{where}: page_step must be at least 1 and first_page at least 0")
    chosen_format = _format(table, where)
    return Source(
        id=f"{outlet_id}:{kind}:{url}",
        outlet=outlet_id,
        kind=kind,
        url=url,
        label=table.get("label"),
        seen=seen,
        enabled=table.get("enabled", seen),  # what nobody has seen work stays off until a check
        paging=paging,
        page_step=step,
        first_page=first,
        format=chosen_format or (dict(family.format) if kind is SourceKind.API else {}),
    )


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with the keys of a later one; sources merge by address, rules by key."""
    entry = {**old, **new}
    if "rules" in old and "rules" in new:
        entry["rules"] = {**old["rules"], **new["rules"]}
    if "sources" in old and "sources" in new:
        base = urljoin(entry.get("home", f"https://{entry.get('domain', '')}/"), "/")

        def key(source: Mapping[str, Any]) -> str:
            url = str(source["url"])
            return urljoin(base, url) if url.startswith("/") else url

        sources = {key(source): dict(source) for source in old["sources"]}
        for source in new["sources"]:
            sources[key(source)] = {**sources.get(key(source), {}), **source}
        entry["sources"] = list(sources.values())
    return entry


def _domain(value: str, where: str, key: str, *, path: bool = False) -> str:
    host, _, rest = value.partition("/")
    if not _DOMAIN.match(host) or (rest and not path) or value.startswith("www."):
        raise CatalogueError(
            f"{where}: {key} must be a bare host name in lower case such as “qdnd.vn” (no https://, no www.), "
            f"not {value!r}"
        )
    return value


def _address(value: str, where: str, key: str, *, base: str | None = None) -> str:
    if not isinstance(value, str):
        raise CatalogueError(f"{where}: {key} must be an address, not {value!r}")
    if base is not None and value.startswith("/"):
        scheme, host = urlsplit(base)[:2]
        value = f"{scheme}://{host}{value}"
    for placeholder in _PLACEHOLDER.findall(value):
        if placeholder not in PLACEHOLDERS:
            known = ", ".join(f"{{{one}}}" for one in sorted(PLACEHOLDERS))
            raise CatalogueError(
                f"{where}: {key} has an unknown placeholder {{{placeholder}}}"
                f"{_did_you_mean(placeholder, PLACEHOLDERS)}; known: {known}"
            )
    rest = _PLACEHOLDER.sub("0", value)
    try:
        parts = urlsplit(rest)
        parts.port  # noqa: B018  (raises for a port that is none)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        sound = False
    if not sound or re.search(r"[\s{}<>]", rest):
        raise CatalogueError(f"{where}: {key} is not an http(s) address: {value!r}")
    return value


def _bare(place: str) -> str:
    return place.casefold().removeprefix("www.").rstrip("/")


def source_of(table: Mapping[str, Any], outlet: Outlet, family: Family | None = None) -> Source:
    """One source table as a checked Source of the outlet; raises CatalogueError."""
    where = f"outlet {outlet.id}: source"
    _check_source_table(table, where)
    return _source(table, outlet.id, outlet.home, family or Family(id="", name=""), where)


def dump_outlet(outlet: Outlet, family: Family | None = None) -> str:
    """The outlet as the TOML text of one `[[outlet]]` entry, without what its family supplies."""
    from crawler.catalogue_text import dump_table, outlet_table

    text: str = dump_table(outlet_table(outlet, family))
    return text
