"""How well are pages read? Token F1 of the text, exact titles, times and authors, against a folder with gold."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.errors import InputError
from pipelines.types import Outlet, Page, Rejected, Story
from pipelines.vietnamese import clean, squeeze, syllables

Extractor = Callable[[Page, Outlet | None, datetime], Story | Rejected]


def evaluate(
    folder: str | Path,
    *,
    outlets: Iterable[Outlet] = (),
    now: datetime | None = None,
    extractor: Extractor | None = None,
) -> dict[str, Any]:
    """The metrics of `kyket evaluate extraction FOLDER`.

    `folder` holds `index.jsonl` of `{"file", "url", "title"?, "published"?, "authors"?, "text" | "text_file"?}` and the pages; a
    field that is absent is not judged, an entry without any is skipped. Text is compared as a bag of folded syllables
    (token F1); titles exactly after folding white space; `published` to the precision that is given;
    authors as sets, folded. A page that was rejected counts as empty. `outlets` supply page rules by domain; `now` is taken
    as the time of fetching (default: the present, since the pages are older); `extractor` replaces ours, for comparison.

    Returns shares of pages that are right (`title`, `published`, `authors`), `token_f1` (mean), `token_f1_min`, and the same a page.
    Raises InputError when the folder or its index cannot be read.
    """
    folder = Path(folder)
    now = now or datetime.now(UTC)
    read = extractor or _ours
    known = tuple(outlets)
    pages = []
    for number, entry in enumerate(_index(folder), start=1):
        if not any(key in entry for key in ("title", "published", "authors", "text", "text_file")):
            continue
        try:
            body = (folder / entry["file"]).read_bytes()
            gold_text = _gold_text(folder, entry)
        except (OSError, KeyError, UnicodeDecodeError) as fault:
            raise InputError(
                f"{folder / 'index.jsonl'}:{number}: cannot read the page or its text ({fault})"
            ) from None
        url = entry.get("url") or f"https://example.invalid/{entry['file']}"
        outlet = _outlet_of(url, known)
        page = Page(url=url, body=body, fetched_at=now, outlet=outlet.id if outlet else None)
        pages.append({"file": entry["file"], **judge(read(page, outlet, now), entry, gold_text)})
    return summary(pages)


def _ours(page: Page, outlet: Outlet | None, now: datetime) -> Story | Rejected:
    from pipelines.extract import extract_story

    return extract_story(page, outlet, now=now)


def _outlet_of(url: str, outlets: tuple[Outlet, ...]) -> Outlet | None:
    from pipelines.urls import belongs_to

    fitting = [outlet for outlet in outlets if belongs_to(url, outlet)]
    return max(fitting, key=lambda outlet: len(outlet.domain), default=None)


def _index(folder: Path) -> list[dict[str, Any]]:
    path = folder / "index.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"{path}: cannot be read ({fault})") from None
    entries = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError as fault:
            raise InputError(f"{path}:{number}: not a JSON object ({fault})") from None
        if not isinstance(entry, dict) or not isinstance(entry.get("file"), str):
            raise InputError(f'{path}:{number}: needs at least {{"file": …, "url": …}}')
        entries.append(entry)
    return entries


def _gold_text(folder: Path, entry: dict[str, Any]) -> str | None:
    if "text" in entry:
        return str(entry["text"] or "")
    if entry.get("text_file"):
        return (folder / str(entry["text_file"])).read_text(encoding="utf-8")
    return None


def judge(result: Story | Rejected, entry: dict[str, Any], gold_text: str | None) -> dict[str, Any]:
    """One page's figures; a field that the gold does not give is absent."""
    story = result if isinstance(result, Story) else None
    row: dict[str, Any] = {}
    if gold_text is not None:
        row["token_f1"] = round(token_f1(story.text if story else "", gold_text), 4)
    if entry.get("title") is not None:
        row["title"] = bool(story) and squeeze(story.title if story else "") == squeeze(entry["title"])
    if entry.get("published") is not None:
        row["published"] = bool(story) and same_time(story.published if story else None, entry["published"])
    if entry.get("authors") is not None:
        row["authors"] = _names(story.authors if story else ()) == _names(entry["authors"])
    if isinstance(result, Rejected):
        row["rejected"] = f"{result.outcome}: {result.why}"
    return row


def _names(names: Iterable[str]) -> set[str]:
    return {" ".join(syllables(clean(name))) for name in names}


def token_f1(text: str, gold: str) -> float:
    """F1 of two texts as bags of folded syllables, whatever their Unicode form; two empty texts are equal."""
    ours, theirs = Counter(syllables(clean(text))), Counter(syllables(clean(gold)))
    if not ours and not theirs:
        return 1.0
    shared = (ours & theirs).total()
    return 2 * shared / (ours.total() + theirs.total())


def same_time(value: datetime | None, gold: str) -> bool:
    """Does a time equal the gold text to its precision (year, month, day, minute or second; local Vietnamese time)?"""
    from pipelines.dates import VIETNAM

    if value is None:
        return False
    local = value.astimezone(VIETNAM)
    if len(gold) <= 10:
        return local.strftime("%Y-%m-%d").startswith(gold)
    expected = datetime.fromisoformat(gold)
    if expected.tzinfo is None:
        expected = expected.replace(tzinfo=VIETNAM)
    clock = gold[11:].split("+")[0].split("Z")[0].split("-")[0]
    form = "%Y-%m-%dT%H:%M:%S" if clock.count(":") == 2 else "%Y-%m-%dT%H:%M"
    return local.strftime(form) == expected.astimezone(VIETNAM).strftime(form)


def summary(pages: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures over all pages."""
    scores = [row["token_f1"] for row in pages if "token_f1" in row]
    result: dict[str, Any] = {
        "n": len(pages),
        "token_f1": round(sum(scores) / len(scores), 4) if scores else None,
        "token_f1_min": min(scores) if scores else None,
    }
    for key in ("title", "published", "authors"):
        judged = [bool(row[key]) for row in pages if key in row]
        result[key] = round(sum(judged) / len(judged), 4) if judged else None
    return result | {"pages": pages}
