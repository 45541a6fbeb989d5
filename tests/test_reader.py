"""The reader's process: what it answers, and what its death or silence costs."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import reader as module
from pipelines.errors import ReaderError
from pipelines.flow import Processed
from pipelines.reader import Reader
from pipelines.types import Link, Outcome, Page, Rejected

NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)
TEXT = "Sáng 5-3, Công an huyện Ba Lòng và Hạt Kiểm lâm ký kết quy chế phối hợp giữ rừng đầu nguồn. "


def _page(number: int, text: str = TEXT) -> Page:
    title = f"Giữ rừng đầu nguồn ở Ba Lòng, kỳ {number}"
    paragraphs = (
        text,
        "Ông Trần Văn Lực, người của xã, kể rằng mùa khô năm ngoái lửa cháy suốt ba ngày ở triền núi phía tây.",
        "Từ nay mỗi tháng hai tổ đi tuần một lượt, gặp người lạ vào rừng thì báo ngay cho trạm gác đầu dốc.",
        "Dân trong bản góp thêm dao phát, bình nước và gùi gạo cho những ngày ngủ lại ở lán trên cao.",
    )
    article = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f'<title>{title}</title><meta property="article:published_time" content="2026-03-05T07:00:00+07:00">'
    body = f"<html><head>{head}</head><body><article><h1>{title}</h1>{article}</article></body></html>"
    return Page(url=f"https://song-cai.example/giu-rung-dau-nguon-o-ba-long-ky-{number}-10{number}.html", body=body.encode(), fetched_at=NOW)


def _run(folder: Path, work: Callable[[Reader], Awaitable[None]]) -> None:
    async def whole() -> None:
        reader = Reader(folder / "kyket.db", "cooperation", "near")
        try:
            await work(reader)
        finally:
            reader.close()
            await asyncio.sleep(0)

    asyncio.run(whole())


def _process_of(reader: Reader) -> int:
    assert reader._line is not None
    return reader._line._process.pid


def test_pages_and_headlines_are_answered_each_with_its_own(tmp_path: Path) -> None:
    async def work(reader: Reader) -> None:
        dull = _page(3, "Mưa lớn làm ngập nhiều tuyến đường.")
        link = Link(url="https://song-cai.example/tin-4.html", outlet="songcai", title=TEXT)
        first, second, third, headline = await asyncio.gather(
            reader.page(_page(1), None, NOW), reader.page(_page(2), None, NOW), reader.page(dull, None, NOW),
            reader.headline(link, "http-403", NOW),
        )  # fmt: skip
        assert isinstance(first, Processed) and isinstance(second, Processed) and isinstance(headline, Processed)
        assert (first.story.title, second.story.title) == ("Giữ rừng đầu nguồn ở Ba Lòng, kỳ 1", "Giữ rừng đầu nguồn ở Ba Lòng, kỳ 2")
        assert isinstance(third, Rejected) and third.outcome is Outcome.GATED
        assert headline.story.incomplete == "http-403"

    _run(tmp_path, work)


def test_a_reader_that_is_killed_costs_the_page_in_hand_and_no_other(tmp_path: Path) -> None:
    async def work(reader: Reader) -> None:
        assert isinstance(await reader.page(_page(0), None, NOW), Processed)
        os.kill(_process_of(reader), signal.SIGSTOP)  # the jobs wait in its socket
        jobs = [asyncio.ensure_future(reader.page(_page(number), None, NOW)) for number in range(1, 4)]
        await asyncio.sleep(0)
        os.kill(_process_of(reader), signal.SIGKILL)
        lost, *others = await asyncio.gather(*jobs)
        assert isinstance(lost, Rejected) and lost.outcome is Outcome.EXTRACT_FAILED
        assert all(isinstance(other, Processed) for other in others)

    _run(tmp_path, work)


def test_a_page_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_EVERY", 0.05)

    async def work(reader: Reader) -> None:
        assert isinstance(await reader.page(_page(0), None, NOW), Processed)
        os.kill(_process_of(reader), signal.SIGSTOP)
        stalled = asyncio.ensure_future(reader.page(_page(1), None, NOW))
        behind = asyncio.ensure_future(reader.page(_page(2), None, NOW))
        await asyncio.sleep(0)
        monkeypatch.setattr(module, "READ_LIMIT", 0.2)
        lost = await stalled
        monkeypatch.setattr(module, "READ_LIMIT", 60.0)
        assert isinstance(lost, Rejected) and "longer than" in lost.why
        assert isinstance(await behind, Processed)

    _run(tmp_path, work)


def test_a_reader_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "kyket.db").write_text("no database at all, only words" * 50)

    async def work(reader: Reader) -> None:
        with pytest.raises(ReaderError, match="database"):
            await reader.page(_page(1), None, NOW)

    _run(tmp_path, work)


def test_a_process_that_is_not_ready_in_time_is_a_fault_of_ours_and_no_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_EVERY", 0.01)
    monkeypatch.setattr(module, "START_LIMIT", 0.0)

    async def work(reader: Reader) -> None:
        with pytest.raises(ReaderError, match="not ready"):
            await reader.page(_page(1), None, NOW)

    _run(tmp_path, work)


def test_the_process_ends_when_the_crawl_is_gone(tmp_path: Path) -> None:
    async def work(reader: Reader) -> None:
        await reader.page(_page(1), None, NOW)
        line = reader._line
        assert line is not None and line._process.stdin is not None
        line._process.stdin.close()  # what the end of our process does
        async with asyncio.timeout(30):
            while line._process.poll() is None:
                await asyncio.sleep(0.01)

    _run(tmp_path, work)
