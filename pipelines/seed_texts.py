"""The text of a seed as a person hands it over → Story. Pure.

People paste a story with what stood around it: a line `date 2024-01` before it, captions between the
paragraphs, the byline and the site's links after it. The headline may be missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipelines import vietnamese
from pipelines.errors import InputError
from pipelines.types import Precision, Story

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")

_DATE = re.compile(r"\A\s*date\s+(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?!\d)\s*", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…:;][\"”’)\]]*$")
#: How a report begins that has no headline: "Sáng 3-1", "Ngày 9/4", "(HTV) -", "- Chiều nay".
_DATELINE = re.compile(
    r"(?:\(?[A-ZĐ][\w. ]{1,20}\)?\s*[-–]\s|[-–]\s|(?:sáng|trưa|chiều|tối|ngày|vừa qua|mới đây)\b)",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"(?:tin|bài|ảnh|tin,? ảnh|bài,? ảnh|tin và ảnh|bài và ảnh|theo|nguồn|tác giả|thực hiện)\s*:\s*(.*)",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"(?:>>|»|tin cùng chuyên mục|tin liên quan|bài liên quan|bài viết liên quan|tin khác|các tin khác|tin mới|"
    r"xem thêm|đọc thêm|chia sẻ|bình luận|từ khóa|từ khoá|tags?\b|in bài|gửi bình luận|mời quý vị)",
    re.IGNORECASE,
)
#: A headline is rarely longer; the longest of 1,616 labelled headlines has 31 syllables.
_LONGEST_TITLE = 32
_LONGEST_CAPTION = 45


def read_seed(raw: str, *, name: str, facts: Mapping[str, Any] | None = None) -> Story:
    """The story in a pasted text. `facts` (url, outlet, published, title) fill in what the text does not say.

    `name` names the file or address in messages. Raises InputError when no story is left.
    """
    facts = facts or {}
    raw = vietnamese.clean(raw)
    dated = _DATE.match(raw)
    lines = vietnamese.tidy(raw[dated.end() :] if dated else raw).split("\n")
    lines, authors = _without_furniture([line for line in lines if line])
    if not lines or len(vietnamese.syllables(" ".join(lines))) < 8:
        raise InputError(f"{name} holds no story; give the text of one, or its address")
    title, body = _title(lines, facts)
    captions = tuple(line for line in body[1:] if _is_caption(line))
    if body and _is_caption(body[0], first=True) and len(body) > 1:
        captions = (body[0], *captions)
    lead = next((line for line in body if line not in captions), None)
    published, raw_date, precision = _published(dated, facts, name)
    return Story(
        url=str(facts.get("url") or f"seed:{name}"),
        title=title,
        text="\n".join(body),
        outlet=facts.get("outlet"),
        lead=lead,
        captions=captions,
        authors=authors,
        published=published,
        published_raw=raw_date,
        published_from=None if published is None else "file",
        published_precision=precision,
        extractor="seed-text",
        origin="seed",
    )


def _without_furniture(lines: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """The lines without what stands after the story; the authors that its byline names."""
    authors: list[str] = []
    while len(lines) > 1:
        last = lines[-1]
        byline = _BYLINE.fullmatch(last)
        if byline is not None:
            authors.insert(0, byline.group(1).strip())
        elif _is_name(last):
            authors.insert(0, last)
        elif not _FURNITURE.match(last):
            break
        lines = lines[:-1]
    return lines, tuple(author for author in authors if author)


def _is_name(line: str) -> bool:
    words = line.replace(",", " ").replace("-", " ").split()
    return 1 < len(words) <= 6 and all(word[0].isupper() for word in words) and not _SENTENCE_END.search(line)


def _title(lines: list[str], facts: Mapping[str, Any]) -> tuple[str, list[str]]:
    first = lines[0]
    looks_like_one = (
        len(lines) > 1
        and len(vietnamese.syllables(first)) <= _LONGEST_TITLE
        and not _SENTENCE_END.search(first)
        and not _DATELINE.match(first)
    )
    if looks_like_one:
        return vietnamese.squeeze(first), lines[1:]
    if facts.get("title"):
        return vietnamese.squeeze(str(facts["title"])), lines
    slug = _slug_words(str(facts.get("url") or ""))
    for number, line in enumerate(lines):
        # The address repeats the headline: a line that says the same is the headline, wherever it stands.
        words = [vietnamese.strip_marks(word) for word in re.findall(r"[^\W_]+", line)]
        if len(words) >= 5 and words == slug[: len(words)] and len(slug) - len(words) <= 1:
            return vietnamese.squeeze(line), lines[:number] + lines[number + 1 :]
    opening = next(iter(vietnamese.sentences(first))).text
    words_of_opening = opening.split()
    if len(words_of_opening) > _LONGEST_TITLE:
        opening = " ".join(words_of_opening[:_LONGEST_TITLE]) + " …"
    return vietnamese.squeeze(opening).rstrip("."), lines


def _slug_words(url: str) -> list[str]:
    tail = url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    return re.sub(r"\.\w+$", "", tail).lower().split("-")


def _is_caption(line: str, *, first: bool = False) -> bool:
    short = len(vietnamese.syllables(line)) <= (20 if first else _LONGEST_CAPTION)
    return short and (first or not _SENTENCE_END.search(line))


def _published(
    dated: re.Match[str] | None, facts: Mapping[str, Any], name: str
) -> tuple[datetime | None, str | None, Precision | None]:
    stated = facts.get("published")
    if stated:
        day = datetime.fromisoformat(str(stated))
        return (day if day.tzinfo else day.replace(tzinfo=HANOI)), str(stated), Precision.DAY
    if dated is None:
        return None, None, None
    year, month, day_of_month = dated.groups()
    try:
        moment = datetime(int(year), int(month), int(day_of_month or 1), tzinfo=HANOI)
    except ValueError:
        raise InputError(f"{name}: {dated.group().strip()!r} is no date") from None
    return moment, dated.group().strip(), Precision.DAY if day_of_month else Precision.MONTH
