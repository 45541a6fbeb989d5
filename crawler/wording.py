"""Words that several commands share."""

from __future__ import annotations


def many(count: int, one: str, more: str | None = None) -> str:
    """`1 page`, `1,200 pages`; `more` where an s does not make the plural."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"
