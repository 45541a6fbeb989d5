"""The sample outlets as a catalogue file, with the addresses at which they are served."""

from __future__ import annotations

import json
from collections.abc import Iterable

from .families.base import NEWEST
from .site import Site
from .world import Section


def entries_toml(sites: Iterable[Site]) -> str:
    """A TOML catalogue of these sites, in the format of the catalogue's own files."""
    return "\n".join(_entry(site) for site in sites)


def _entry(site: Site) -> str:
    outlet, family, base = site.outlet, site.family, site.base
    lines = [
        "[[outlet]]",
        f"id = {_string(outlet.id)}",
        f"name = {_string(outlet.name)}",
        f"domain = {_string(base.removeprefix('http://'))}",
        f"home = {_string(base + '/')}",
        f"kind = {_string(outlet.kind)}",
        f"family = {_string(outlet.family)}",
    ]
    if outlet.province:
        lines.append(f"province = {_string(outlet.province)}")
    lines.append(f"article = {_string(family.article_regex)}")
    if feed := family.feed_path(None):
        lines.append(_source("feed", base + feed, "trang chủ"))
    if family.news_sitemap:
        lines.append(_source("news-sitemap", base + family.news_sitemap))
    if family.sitemap:
        lines.append(_source("sitemap", base + family.sitemap))
    if family.search_template:
        lines.append(_source("search", base + family.search_template, "tìm kiếm"))
    for section in (*outlet.sections, NEWEST):
        lines.append(_section(site, section))
    return "\n".join(lines) + "\n"


def _section(site: Site, section: Section) -> str:
    family, base = site.family, site.base
    if family.api_template and section is NEWEST:
        url = base + family.api_template.format(zone=section.zone, page="{page}")
        inline = ", ".join(f"{key} = {_string(value)}" for key, value in family.api_format.items())
        return _source("api", url, section.name) + f"\nformat = {{ {inline} }}"
    text = _source("section", base + (family.section_path(section) or "/"), section.name)
    if family.paging_template:
        paging = family.paging_template.format(
            slug=section.slug, zone=section.zone, page="{page}", offset="{offset}"
        )
        text += f"\npaging = {_string(base + paging)}"
        if family.page_size:
            text += f"\npage_step = {family.page_size}"
    return text


def _source(kind: str, url: str, label: str | None = None) -> str:
    lines = ["", "[[outlet.sources]]", f"kind = {_string(kind)}", f"url = {_string(url)}", "seen = true"]
    if label:
        lines.append(f"label = {_string(label)}")
    return "\n".join(lines)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML basic string
