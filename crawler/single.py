"""Single pages by their addresses, asked for with all the manners of a crawl. For `kyket seeds add URL…`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import InputError
from pipelines.types import Outlet, Page

if TYPE_CHECKING:
    from crawler.checking import Answer, Ask
    from crawler.session import CrawlOptions


def fetch_pages(
    urls: Sequence[str], *, db: Path, replay: Sequence[Path] = ()
) -> list[tuple[Page, Outlet | None]]:
    """The page at each address, and the outlet whose rules read it. One call a process (Scrapy's reactor).

    robots.txt, delays and refusals of private addresses hold as in a crawl. Raises InputError, which names the
    address, for the first that cannot be had.
    """
    from crawler.catalogue import load_catalogue
    from crawler.inquiry import run_inquiry
    from crawler.session import CrawlOptions
    from pipelines.config import load_config

    config = load_config()
    overrides = tuple(config.sections.get("outlet", ()))
    options: CrawlOptions = CrawlOptions(
        db=db, user_files=config.catalogue_files, overrides=overrides, contact=config.contact, replay=tuple(replay),
        command="seeds",
    )  # fmt: skip
    catalogue = load_catalogue(None, list(overrides) or None, user_files=config.catalogue_files)
    answers = run_inquiry(options, [_job(url) for url in urls])
    return [
        (_page(url, answer), catalogue.outlet_of(answer.url))
        for url, answer in zip(urls, answers, strict=True)
    ]


def _job(url: str):  # type: ignore[no-untyped-def]  # the type lives beside Scrapy, which is not imported yet
    async def ask_once(ask: Ask) -> Answer:
        return await ask(url)

    return ask_once


def _page(url: str, answer: Answer) -> Page:
    if answer.outcome is not None:
        raise InputError(f"{url} cannot be had: {answer.outcome}; save the page and give the file")
    return Page(
        url=answer.url, body=answer.body, status=answer.status, headers=answer.headers,
        fetched_at=answer.at or datetime.now(UTC), gated_in=True,
    )  # fmt: skip
