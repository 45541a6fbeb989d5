"""Every story of the sample press, read without any outlet's rules, against what is true of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.press import World
from crawler.press.site import Site
from crawler.press.world import PressOutlet, load_outlets
from pipelines.evaluation.extraction import token_f1
from pipelines.extract import extract_story
from pipelines.types import Page, Story
from pipelines.vietnamese import squeeze

NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return World.load(NOW)


@pytest.mark.parametrize("outlet", load_outlets(), ids=lambda outlet: outlet.id)
def test_every_story_of_an_outlet_is_read_word_for_word_without_rules(
    world: World, outlet: PressOutlet
) -> None:
    site = Site(outlet, world, f"https://bao{outlet.id}.vn")
    wrong: list[str] = []
    stories = [s for s in world.stories.values() if s.outlet == outlet.id and s.published <= NOW]
    for told in stories:
        if "gone" in told.quirks:
            continue
        page = Page(url=site.url_of(told), body=site.article_page(told, NOW), fetched_at=NOW)
        story = extract_story(page, now=NOW)
        if not isinstance(story, Story):
            wrong.append(f"{told.id}: {story.outcome}: {story.why}")
            continue
        if (score := token_f1(story.text, told.text)) < 0.99:
            wrong.append(f"{told.id}: text {score:.3f}")
        if story.title != squeeze(told.title):
            wrong.append(f"{told.id}: title {story.title}")
        if story.published is None or story.published.replace(second=0) != told.published.replace(second=0):
            wrong.append(f"{told.id}: published {story.published}")
        if story.captions != tuple(dict.fromkeys(squeeze(text) for text in told.captions)):
            wrong.append(f"{told.id}: captions {story.captions}")
    assert stories
    assert not wrong
