"""A small database for the pages, and a visitor who asks for them without a network."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import storing

from pipelines.database import Store
from pipelines.types import Agreement, Party, Precision, Span

#: Monday 3 August 2026, nine in the morning in Hanoi.
NOW = datetime(2026, 8, 3, 2, 0, tzinfo=UTC)
HOME = "http://127.0.0.1:8001"

#: What strangers might put into a headline.
WICKED = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "</title></textarea><svg onload=alert(3)>",
    "=cmd|'/C calc'!A1",
    "{{ 7*7 }} {% raw %} ${7*7}",
    "\x1b[31mđỏ\x1b[0m \x9b31m\x07",
    "\u202egnol\u202c \u2066x\u2069 \u200f",
    "' OR 1=1 --",
    "]]></entry><entry>",
)


def fill(path: Path) -> None:
    """Seven stories: two of one signing, a renewal after another, one of long ago, one without a match, one revised."""
    with Store(path) as store:
        crawl = store.ledger.begin_crawl("crawl", ["namson"], {"keep": "near"}, now=NOW - storing.HOUR)
        store.ledger.sync_catalogue([storing.outlet(), storing.outlet("cuabac")], now=NOW)
        parties = (
            Party(
                name="Bộ CHQS tỉnh Nam Sơn",
                key="bo chqs nam son",
                armed=True,
                span=Span(field="text", start=10, end=30),
            ),
            Party(
                name="Hội Nông dân tỉnh Nam Sơn",
                key="hoi nong dan nam son",
                span=Span(field="text", start=34, end=59),
            ),
        )
        text = (
            "Sáng 2-8, Bộ CHQS tỉnh Nam Sơn và Hội Nông dân tỉnh Nam Sơn ký kết chương trình phối hợp giai đoạn 2026-2031.\n"
            "Hai bên sẽ cùng làm đường, trồng rừng và dạy nghề cho bộ đội xuất ngũ trong năm năm tới ở bảy xã vùng cao."
        )
        told = Agreement(
            acts=storing.agreement().acts, kind=storing.agreement().kind, parties=parties, period="2026-2031",
            event_date="2026-08-02", event_date_precision=Precision.DAY, place="Nam Sơn",
            spans={"period": Span(field="text", start=99, end=108)},
        )  # fmt: skip
        storing.save(
            store,
            storing.story(1, text, "Quân sự và nông dân Nam Sơn ký kết phối hợp"),
            agreement=told,
            crawl=crawl,
            now=NOW - storing.HOUR,
        )
        storing.save(
            store,
            storing.story(2, text.replace("Sáng 2-8, ", "Hôm qua tại Nam Sơn, ") + "\nLễ ký có đại diện hai bên.", "Nam Sơn: ký kết giữa bộ đội và nông dân", name="cuabac"),
            agreement=storing.agreement("Bộ CHQS tỉnh Nam Sơn", "Hội Nông dân tỉnh Nam Sơn"), crawl=crawl, now=NOW - storing.HOUR,
        )  # fmt: skip
        storing.save(
            store,
            storing.story(3, "Ngày 5-6-2021, Quân khu 7 và Tỉnh đoàn Hải Thanh ký kết chương trình phối hợp giai đoạn 2021-2026 tại Hải Thanh.\n" + storing.OTHER, "Quân khu 7 ký kết với Tỉnh đoàn Hải Thanh", published=datetime(2021, 6, 5, 3, tzinfo=UTC)),
            agreement=storing.agreement("Quân khu 7", "Tỉnh đoàn Hải Thanh", period="2021-2026", event_date="2021-06-05", place="Hải Thanh"),
            crawl=crawl, now=NOW - timedelta(days=900),
        )  # fmt: skip
        storing.save(
            store,
            storing.story(4, "Ngày 1-8-2026, Quân khu 7 và Tỉnh đoàn Hải Thanh ký kết chương trình phối hợp giai đoạn 2026-2031 sau năm năm làm chung.\nTuổi trẻ hai nơi sẽ trồng một vạn cây ngập mặn và dựng chín cầu nhỏ qua các con rạch trong vùng.", "Quân khu 7 và Tỉnh đoàn Hải Thanh ký tiếp năm năm", published=NOW - timedelta(days=2)),
            agreement=storing.agreement("Quân khu 7", "Tỉnh đoàn Hải Thanh", event_date="2026-08-01", place="Hải Thanh"),
            crawl=crawl, now=NOW - timedelta(days=2),
        )  # fmt: skip
        storing.save(
            store,
            storing.story(5, storing.OTHER, "Trường Y khánh thành phòng thí nghiệm"),
            score=0.1,
            crawl=crawl,
            now=NOW,
        )
        revised = storing.story(
            6,
            "Chiều 30-7, Công an tỉnh Nam Sơn và Sở Y tế ký kết quy chế phối hợp giai đoạn 2026-2030.\nBệnh viện nào cũng sẽ có một tổ trực chung suốt ngày đêm.",
            "Công an và y tế Nam Sơn ký quy chế",
            published=NOW - timedelta(days=4),
        )
        storing.save(
            store,
            revised,
            agreement=storing.agreement("Công an tỉnh Nam Sơn", "Sở Y tế"),
            crawl=crawl,
            now=NOW - timedelta(days=4),
        )
        again = storing.story(
            6,
            revised.text.replace("suốt ngày đêm", "suốt bảy ngày trong tuần"),
            revised.title,
            published=revised.published,
        )
        storing.save(
            store,
            again,
            agreement=storing.agreement("Công an tỉnh Nam Sơn", "Sở Y tế"),
            crawl=crawl,
            now=NOW - timedelta(days=3),
        )


def spoil(path: Path) -> None:
    """Put every wicked text into every place where a stranger's words are shown, past all cleaning."""
    wicked = " ".join(WICKED)
    with Store(path) as store, store.transaction() as db:
        db.execute(
            "UPDATE stories SET title = ? || id, text = ? || char(10) || text, authors = json_array(?), section = ?",
            (wicked, wicked, wicked, wicked),
        )
        db.execute("UPDATE stories SET url = 'javascript:alert(4)//' || id WHERE id IN (1, 4)")
        db.execute(
            "UPDATE revisions SET cause = ?, text = CASE WHEN text IS NULL THEN NULL ELSE ? END",
            (wicked, wicked),
        )
        db.execute("UPDATE evidence SET phrase = ?, sentence = ?", (WICKED[0], f"Trước {wicked} sau"))
        db.execute("UPDATE agreements SET place = ?, period = ?", (wicked, WICKED[1]))
        db.execute("UPDATE parties SET name = ? || id", (wicked,))
        db.execute("UPDATE agreement_parties SET name = ?", (wicked,))
        db.execute("UPDATE aliases SET name = ?", (wicked,))
        db.execute("UPDATE outlets SET name = ?, home = 'javascript:alert(5)', domain = ?", (wicked, wicked))
        db.execute(
            "UPDATE sources SET label = ?, url = 'data:text/html,<script>alert(6)</script>', state_why = ?, checked_at = '2026-08-03T00:00:00Z', state = 'frozen'",
            (wicked, wicked),
        )
        db.execute("UPDATE crawls SET command = ?, finish_reason = ?", (wicked, wicked))
        db.execute("UPDATE visits SET why = ?", (wicked,))


class Visitor:
    """Asks an application as a browser on some machine would; keeps cookies."""

    def __init__(
        self, app: Any, *, machine: str = "127.0.0.1", base: str = HOME, headers: dict[str, str] | None = None
    ) -> None:
        self._loop = asyncio.new_event_loop()
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, client=(machine, 50000)), base_url=base, headers=headers
        )

    def get(self, address: str, **more: Any) -> httpx.Response:
        return self._loop.run_until_complete(self._client.get(address, **more))

    def post(self, address: str, **more: Any) -> httpx.Response:
        return self._loop.run_until_complete(self._client.post(address, **more))

    def ask(self, method: str, address: str, **more: Any) -> httpx.Response:
        return self._loop.run_until_complete(self._client.request(method, address, **more))

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def close(self) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
