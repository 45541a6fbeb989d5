"""The catalogue as text: entries for `outlets add` and `outlets check --apply`. Reading is `catalogue`'s work.

A user's file is edited block by block: comments and entries of others stay as they are.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from crawler.catalogue import RULE_KEYS, Family, is_polled, merged, source_of
from pipelines.errors import CatalogueError
from pipelines.types import Outlet, PageRules, Source


def outlet_table(outlet: Outlet, family: Family | None = None) -> dict[str, Any]:
    """The entry that would load as this outlet: only what differs from the defaults and its family's."""
    table: dict[str, Any] = {"id": outlet.id, "name": outlet.name, "domain": outlet.domain}
    if outlet.former_domains:
        table["former_domains"] = list(outlet.former_domains)
    if outlet.home != f"https://{outlet.domain}/":
        table["home"] = outlet.home
    table["kind"] = outlet.kind
    for key in ("province", "family"):
        if getattr(outlet, key):
            table[key] = getattr(outlet, key)
    if outlet.article and outlet.article != (family.article if family else None):
        table["article"] = outlet.article
    if outlet.enabled != any(is_polled(source) for source in outlet.sources):
        table["enabled"] = outlet.enabled
    if outlet.delay is not None:
        table["delay"] = outlet.delay
    if outlet.legacy_tls:
        table["legacy_tls"] = True
    if outlet.notes:
        table["notes"] = outlet.notes
    if outlet.sources:
        table["sources"] = [_source_table(source, outlet, family) for source in outlet.sources]
    base = family.rules if family else PageRules()
    rules = {
        key: value if isinstance(value, str) else list(value)
        for key in RULE_KEYS
        if (value := getattr(outlet.rules, key)) != getattr(base, key) and value is not None
    }
    if rules:
        table["rules"] = rules
    return table


def _source_table(source: Source, outlet: Outlet, family: Family | None) -> dict[str, Any]:
    home = "{0.scheme}://{0.netloc}".format(urlsplit(outlet.home))

    def short(url: str) -> str:
        return url.removeprefix(home) if url.startswith(home + "/") else url

    table: dict[str, Any] = {"kind": str(source.kind), "url": short(source.url)}
    if source.label:
        table["label"] = source.label
    bare = source_of({"kind": str(source.kind), "url": source.url}, outlet, family)
    for key in ("paging", "page_step", "first_page", "format"):
        value = getattr(source, key)
        if value != getattr(bare, key) and value is not None:
            table[key] = short(value) if key == "paging" else dict(value) if key == "format" else value
    table["seen"] = source.seen
    if source.enabled != source.seen:
        table["enabled"] = source.enabled
    return table


def dump_table(table: Mapping[str, Any]) -> str:
    """One `[[outlet]]` entry; sources one a line, rules as a table of their own at the end."""
    lines = ["[[outlet]]"]
    for key, value in table.items():
        if key == "rules":
            continue
        if key == "sources":
            lines.append("sources = [")
            lines.extend(f"    {_toml(source)}," for source in value)
            lines.append("]")
        else:
            lines.append(f"{key} = {_toml(value)}")
    if "rules" in table:
        lines += ["", "[outlet.rules]", *(f"{key} = {_toml(value)}" for key, value in table["rules"].items())]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _toml_string(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_toml_key(key)} = {_toml(one)}" for key, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    return "[" + ", ".join(_toml(one) for one in cast("Sequence[Any]", value)) + "]"


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _toml_string(key)


def _toml_string(text: str) -> str:
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"  # a literal string keeps a regex readable
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


#: A line that begins an entry of its own, or another table: where a block of the file ends.
_BLOCK = re.compile(r"^[ \t]*\[(?!\[?[ \t]*outlet[ \t]*\.)", re.MULTILINE)


def save_entry(path: Path, table: Mapping[str, Any]) -> None:
    """Write an entry into a user's catalogue file: merged into the one of the same id, else at the end.

    The keys of `table` win; sources merge by address. The rest of the file keeps its text. The file is replaced in
    one step, so that nobody reads half of it.

    Raises CatalogueError when the file is no catalogue or cannot be written.
    """
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError(f"{path}: cannot be read as a catalogue: {error}") from None
    starts = [match.start() for match in _BLOCK.finditer(text)]
    for start, end in pairwise([*starts, len(text)]):
        block = text[start:end]
        entries = tomllib.loads(block).get("outlet") if re.match(r"\s*\[\[\s*outlet\s*\]\]", block) else None
        if entries and entries[0].get("id") == table["id"]:
            gap = block[len(block.rstrip()) :] or "\n"
            text = text[:start] + dump_table(merged(entries[0], table)).rstrip() + gap + text[end:]
            break
    else:
        text = (text.rstrip() + "\n\n" if text.strip() else "") + dump_table(table)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise CatalogueError(f"{path}: cannot be written ({error.strerror or error})") from None
