"""Small makers of the values that the store keeps, for its tests."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from pipelines.database import Store
from pipelines.database.ledger import Poll
from pipelines.database.stories import Saved
from pipelines.types import (
    Act,
    Agreement,
    Evidence,
    Kind,
    Link,
    Match,
    Nearness,
    Outlet,
    Page,
    Party,
    Precision,
    Source,
    SourceKind,
    Story,
)  # fmt: skip

NOW = datetime(2026, 8, 3, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

TEXT = (
    "Sáng 2-8, Bộ Tư lệnh Vùng Cửa Bạc và Hội Nông dân tỉnh Nam Sơn ký kết chương trình phối hợp giai đoạn 2026-2031.\n"
    "Hai bên sẽ cùng nhau dạy nghề cho bộ đội xuất ngũ, dựng nhà đồng đội và làm sạch bãi biển mỗi quý một lần.\n"
    "Đại tá Nguyễn Văn Lộc cho biết đơn vị đã dành quỹ đất để làm mô hình trồng rau trong nhà lưới cho hội viên."
)
OTHER = (
    "Trường Cao đẳng Y Hải Thanh khánh thành phòng thí nghiệm mới với mười hai máy đo huyết học vào sáng thứ hai.\n"
    "Thầy hiệu trưởng nói sinh viên năm cuối sẽ được thực hành tại chỗ thay vì đi nhờ bệnh viện tuyến trên như trước.\n"
    "Kinh phí do cựu sinh viên góp trong ba năm, phần còn lại vay quỹ tín dụng của ngành trong thời hạn tám năm."
)


@cache
def _empty_database() -> bytes:
    """A fresh database, made once: the migration costs a tenth of a second, and there are hundreds of tests."""
    with tempfile.TemporaryDirectory() as folder:
        Store(Path(folder) / "empty.db").close()
        return (Path(folder) / "empty.db").read_bytes()


def open_store(folder: Path, name: str = "kyket.db") -> Store:
    """The database `name` of a folder, an empty one where there is none."""
    if not (folder / name).exists():
        (folder / name).write_bytes(_empty_database())
    return Store(folder / name, busy_timeout=5)


def outlet(name: str = "namson") -> Outlet:
    return Outlet(
        id=name, name=f"Báo {name}", domain=f"{name}.example", home=f"https://{name}.example/", kind="provincial",
        sources=(source(name),),
    )  # fmt: skip


def source(name: str = "namson") -> Source:
    return Source(
        id=f"{name}:feed:https://{name}.example/rss", outlet=name, kind=SourceKind.FEED, url=f"https://{name}.example/rss",
        seen=True,
    )  # fmt: skip


def link(number: int | str, name: str = "namson", **more: object) -> Link:
    return Link(url=f"https://{name}.example/bai-{number}.html", outlet=name, **more)  # type: ignore[arg-type]


def poll(**more: object) -> Poll:
    return Poll(**{"outcome": "ok", "url": "https://namson.example/rss", **more})  # type: ignore[arg-type]


def story(
    number: int | str = 1, text: str = TEXT, title: str | None = None, name: str = "namson", **more: object
) -> Story:
    given = {
        "url": f"https://{name}.example/bai-{number}.html",
        "title": title or f"Vùng Cửa Bạc ký kết phối hợp với hội nông dân ({number})",
        "text": text,
        "outlet": name,
        "lead": text.split("\n")[0],
        "published": NOW - 3 * HOUR,
        "published_precision": Precision.MINUTE,
        **more,
    }
    return Story(**given)  # type: ignore[arg-type]


def evidence(of: Story, phrase: str = "ký kết") -> tuple[Evidence, ...]:
    start = of.text.find(phrase)
    if start < 0:
        return ()
    end = of.text.find("\n", start)
    end = len(of.text) if end < 0 else end
    begin = of.text.rfind("\n", 0, start) + 1
    return (
        Evidence(
            phrase=phrase, sentence=of.text[begin:end], field="lead", start=start, end=start + len(phrase),
            sentence_start=begin, sentence_end=end, act=Act.KY_KET, instrument="chuong_trinh_phoi_hop", weight=2.5,
        ),
    )  # fmt: skip


def judged(of: Story, score: float = 0.9, closeness: float = 0.5, threshold: float = 0.5) -> Match:
    return Match(
        score=score, threshold=threshold, closeness=closeness, evidence=evidence(of),
        nearest=(Nearness(seed="mau-mot", similarity=0.4), Nearness(seed="mau-hai", similarity=0.1)),
        reasons={"lead:deed": 2.5}, model="thử 1",
    )  # fmt: skip


def agreement(*names: str, **more: object) -> Agreement:
    given = {
        "acts": (Act.KY_KET,), "kind": Kind.CHUONG_TRINH_PHOI_HOP, "period": "2026-2031",
        "event_date": "2026-08-02", "event_date_precision": Precision.DAY, "place": "Nam Sơn",
        "parties": tuple(Party(name=name, key=name.lower()) for name in names or ("Vùng Cửa Bạc", "Hội Nông dân tỉnh Nam Sơn")),
        **more,
    }  # fmt: skip
    return Agreement(**given)  # type: ignore[arg-type]


def save(
    store: Store,
    of: Story,
    *,
    score: float = 0.9,
    crawl: int | None = None,
    now: datetime = NOW,
    **more: object,
) -> Saved:
    match = judged(of, score, float(more.pop("closeness", 0.5)))  # type: ignore[arg-type]
    told = more.pop("agreement", agreement() if match.is_match else None)
    return store.stories.save(of, match, told, crawl=crawl, now=now, **more)  # type: ignore[arg-type]


def page_of(of: Story, asked: str | None = None) -> Page:
    return Page(
        url=of.url, body=b"<html>", fetched_at=NOW, outlet=of.outlet, record="a.warc.gz#12",
        link=Link(url=asked or of.url, outlet=of.outlet or ""),
    )  # fmt: skip
