"""Atom feeds of today, of a search, of a party. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from pipelines.digests import _xml, deciding_sentence, facts, safe_link, who_with_whom
from pipelines.types import Json


def atom(title: str, about: str, stories: Sequence[Json], *, now: datetime) -> str:
    """A feed with one entry a story; `about` names what it is of and makes its id, which never changes.

    An entry's id is its story's: a reader of feeds shows it once, however the feed's order changes.
    """
    updated = max((str(story["found_at"]) for story in stories), default=now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi">'
        f"<id>urn:kyket:{escape(quote(about))}</id><title>{_xml(title)}</title><updated>{updated}</updated>"
        f"<author><name>Kyket</name></author>{''.join(_entry(story) for story in stories)}</feed>\n"
    )


def _entry(story: Json) -> str:
    link = safe_link(story["url"])
    summary = " · ".join(part for part in (who_with_whom(story["parties"]), *facts(story)) if part)
    sentence = deciding_sentence(story)
    lines = [
        line for line in (summary, sentence[0] if sentence else story.get("snippet") or story["lead"]) if line
    ]
    return (
        f"<entry><id>urn:kyket:story:{escape(story['id'])}</id><title>{_xml(story['title'])}</title>"
        f"<updated>{escape(story['found_at'])}</updated>"
        + (f"<published>{escape(story['published'])}</published>" if story["published"] else "")
        + (f"<link href={quoteattr(_xml_attribute(link))}/>" if link else "")
        + f'<content type="text">{_xml(chr(10).join(lines))}</content></entry>'
    )


def _xml_attribute(link: str) -> str:
    """An address without characters that XML cannot hold; an address has no use for them."""
    return "".join(char for char in link if char.isprintable())
