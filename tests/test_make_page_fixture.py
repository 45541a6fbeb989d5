"""The script that turns a captured page into a test page keeps its structure and none of its words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from make_page_fixture import KEPT, main, rewrite

from pipelines.extract import extract_story
from pipelines.types import Page, Story
from pipelines.vietnamese import syllables

PAGES = Path(__file__).parent / "pages"
NOW = datetime(2026, 9, 20, 3, 0, tzinfo=UTC)
ENTRIES = {
    row["file"]: row for row in map(json.loads, (PAGES / "index.jsonl").read_text("utf-8").splitlines())
}


def read(body: bytes, url: str) -> Story:
    story = extract_story(Page(url=url, body=body, fetched_at=NOW), now=NOW)
    assert isinstance(story, Story), story
    return story


@pytest.mark.parametrize(
    "file", ["onecms_2025.html", "vccorp_2026.html", "army_paper.html", "quang_ninh_table.html"]
)
def test_a_rewritten_page_reads_like_the_original_with_other_words(file: str) -> None:
    body, url = (PAGES / file).read_bytes(), ENTRIES[file]["url"]
    page, new_url = rewrite(body, url)
    before, after = read(body, url), read(page.encode(), new_url)
    assert [len(line.split()) for line in after.text.split("\n")] == [
        len(line.split()) for line in before.text.split("\n")
    ]
    assert after.published == before.published
    assert len(after.captions) == len(before.captions)
    assert after.title != before.title
    kept = {word for phrase in KEPT for word in syllables(phrase)}
    old = [word for word in syllables(before.text) if not word.isdigit()]
    runs = {tuple(old[index : index + 5]) for index in range(len(old) - 4)}
    new = [word for word in syllables(after.text) if not word.isdigit()]
    same = [run for index in range(len(new) - 4) if (run := tuple(new[index : index + 5])) in runs]
    assert [run for run in same if not set(run) <= kept] == []


def test_rewriting_is_the_same_every_time() -> None:
    body, url = (PAGES / "epi_2018.html").read_bytes(), ENTRIES["epi_2018.html"]["url"]
    assert rewrite(body, url) == rewrite(body, url)


def test_scripts_comments_and_foreign_addresses_do_not_survive() -> None:
    page, url = rewrite(
        '<html><head><title>Một bài</title><script>var secret = "lời người khác";</script></head><body><!-- ghi chú riêng -->'
        '<a href="https://nguoikhac.vn/bai-cua-ho">liên kết</a><p onclick="x()">Thư tới ai@bao.vn, số 0912345678</p></body></html>'.encode(),
        "https://www.baogoc.vn/thoi-su/mot-bai-123456.html",
    )  # fmt: skip
    for word in ("secret", "riêng", "nguoikhac", "onclick", "ai@bao", "0912345678", "baogoc"):
        assert word not in page + url
    assert url.endswith("-123456.html")


def test_the_command_writes_the_page_and_prints_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(
            [
                str(PAGES / "onecms_2025.html"),
                ENTRIES["onecms_2025.html"]["url"],
                "--name",
                "moi",
                "--folder",
                str(tmp_path),
            ]
        )
        == 0
    )
    line = json.loads(capsys.readouterr().out)
    assert line["file"] == "moi.html" and (tmp_path / "moi.html").exists()
    assert line["title"] and line["text"] and line["published"]
