"""Reading an archive anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from crawling import crawl, rows

from crawler.catalogue import load_catalogue
from crawler.press.server import SamplePress
from crawler.reprocessing import Reprocessor
from pipelines.database import Store
from pipelines.database.times import from_db
from pipelines.flow import Flow


@pytest.mark.slow
def test_the_lists_in_an_archive_become_no_stories_and_a_lost_story_comes_back(tmp_path: Path) -> None:
    with SamplePress(only=["vamco"]) as press:
        assert crawl(press, tmp_path, archive=tmp_path / "archive").errors == []
    stories = {url for (url,) in rows(tmp_path, "SELECT url FROM stories")}
    lists = {url for (url,) in rows(tmp_path, "SELECT url FROM polls")}
    assert stories
    assert lists
    assert not stories & lists
    (at,) = rows(tmp_path, "SELECT max(at) FROM polls")[0]
    # The bundled catalogue does not know this paper: what is a list, the ledger alone can tell.
    for catalogue in (load_catalogue([tmp_path / "press.toml"]), load_catalogue()):
        with Store(tmp_path / "kyket.db") as store:
            profile = store.seeds.profile()
            flow = Flow(profile, store.seeds.corpus(profile), keep="near")
            work = Reprocessor(store, flow, catalogue, tmp_path / "archive", crawl=None)
            assert [change.url for change in work.archived(now=from_db(at))] == []
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    with Store(empty / "kyket.db") as store:
        profile = store.seeds.profile()
        flow = Flow(profile, store.seeds.corpus(profile), keep="near")
        catalogue = load_catalogue([tmp_path / "press.toml"])
        work = Reprocessor(store, flow, catalogue, tmp_path / "archive", crawl=None)
        assert {change.url for change in work.archived(now=from_db(at))} == stories
