"""Every outlet's article pattern against the addresses that were seen of it: stories taken, lists refused."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from crawler.catalogue import Catalogue, is_article, load_catalogue
from pipelines.urls import canonical

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def facts(shared: Path) -> list[dict[str, Any]]:
    return [
        outlet
        for path in sorted((shared / "outlets").glob("*.toml"))
        for outlet in tomllib.loads(path.read_text(encoding="utf-8"))["outlet"]
    ]


@pytest.fixture(scope="module")
def bundled() -> Catalogue:
    return load_catalogue()


def test_every_outlet_that_facts_are_known_of_is_in_the_catalogue(
    facts: list[dict[str, Any]], bundled: Catalogue
) -> None:
    assert len(facts) >= 190
    assert [fact["id"] for fact in facts if fact["id"] not in bundled] == []


def test_every_outlets_pattern_takes_its_stories(facts: list[dict[str, Any]], bundled: Catalogue) -> None:
    seen = [(bundled[fact["id"]], url) for fact in facts for url in fact.get("example_urls", ())]
    assert len(seen) > 400
    assert [url for outlet, url in seen if not is_article(canonical(url, outlet), outlet)] == []


def test_every_outlets_pattern_refuses_its_home_sections_feeds_and_sitemaps(
    facts: list[dict[str, Any]], bundled: Catalogue
) -> None:
    lists = [
        (bundled[fact["id"]], entry["url"] if isinstance(entry, dict) else entry)
        for fact in facts
        for key in ("sections", "feeds", "sitemaps")
        for entry in (*fact.get(key, ()), fact["home"])
    ]
    assert len(lists) > 900
    patterned = [(outlet, url) for outlet, url in lists if outlet.article]
    assert len(patterned) > 0.9 * len(lists)
    assert [url for outlet, url in patterned if is_article(canonical(url, outlet), outlet)] == []


@pytest.mark.parametrize(
    "path", ["/tag/ky-ket/", "/tags/ky-ket-hop-tac", "/rss", "/rss/home.rss", "/tim-kiem?q=ky+ket", "/tac-gia/lo-van-quy", "/", "/video"]
)  # fmt: skip
def test_no_outlets_pattern_takes_tags_searches_or_feeds(bundled: Catalogue, path: str) -> None:
    taken = []
    for outlet in bundled.values():
        if outlet.article and is_article(canonical(outlet.home.rstrip("/") + path), outlet):
            taken.append(outlet.id)
    assert taken == []
