"""Many hosts at once, each on an address of its own: every one is left in peace, and a slow one holds up itself alone.

More of them, and longer, by hand: KYKET_HOSTS=106 KYKET_HOST_DELAY=2 KYKET_HOST_LINKS=15 pytest -s tests/test_many_hosts.py
"""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
import time
from collections import defaultdict
from pathlib import Path

import pytest
from crawling import Child

from crawler.session import CrawlOptions

pytestmark = pytest.mark.slow
HOSTS = int(os.environ.get("KYKET_HOSTS", "16"))
DELAY = float(os.environ.get("KYKET_HOST_DELAY", "0.4"))
LINKS = int(os.environ.get("KYKET_HOST_LINKS", "4"))
#: Every eighth host takes so long for each answer.
SLOW = 3 * DELAY
_PAGE = ("<html><head><title>Tin</title></head><body><h1>Mưa lớn</h1>" + "<p>Mưa làm ngập nhiều đường.</p>" * 40 + "</body></html>").encode()


class Hosts:
    """127.0.0.2, 127.0.0.3 …, and when each was asked and had answered."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()), daemon=True)

    @property
    def addresses(self) -> list[str]:
        return [f"127.0.0.{number}" for number in range(2, HOSTS + 2)]

    def __enter__(self) -> Hosts:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    def is_slow(self, host: str) -> bool:
        return int(host.rpartition(".")[2]) % 8 == 0

    async def _serve(self) -> None:
        servers = []
        for host in self.addresses:
            servers.append(await asyncio.start_server(self._answer, host, self.port))
            self.port = self.port or servers[0].sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        for server in servers:
            server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        try:
            while True:
                path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1]
                began = time.time()
                if self.is_slow(host):
                    await asyncio.sleep(SLOW)
                kind, body = self._page(host, path)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (kind, len(body), body))
                self.asked[host].append((began, time.time()))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    def _page(self, host: str, path: bytes) -> tuple[bytes, bytes]:
        if path == b"/robots.txt":
            return b"text/plain", b"User-agent: *\nDisallow: /tim-kiem\n"
        if path == b"/rss":
            items = "".join(
                f"<item><title>Tin {n}</title><link>http://{host}:{self.port}/mua-lon-o-phia-nam-{n}.html</link></item>"
                for n in range(100_000, 100_000 + LINKS)
            )
            return b"text/xml", f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()
        return b"text/html; charset=utf-8", _PAGE

    def catalogue(self, folder: Path) -> Path:
        path = folder / "hosts.toml"
        path.write_text(
            "\n".join(
                f'[[outlet]]\nid = "o{number}"\nname = "O{number}"\ndomain = "{host}:{self.port}"\nhome = "http://{host}:{self.port}/"\n'
                f"kind = \"national\"\narticle = '-\\d+\\.html$'\n"
                f'[[outlet.sources]]\nkind = "feed"\nurl = "http://{host}:{self.port}/rss"\nseen = true\n'
                for number, host in enumerate(self.addresses)
            ),
            "utf-8",
        )
        return path


def test_each_host_is_asked_one_at_a_time_with_its_pause_and_no_slow_one_holds_up_the_others(tmp_path: Path) -> None:
    with Hosts() as hosts:
        child = Child(tmp_path, CrawlOptions(db=tmp_path / "kyket.db", catalogue=(hosts.catalogue(tmp_path),), delay=DELAY))
        report = child.report(timeout=600)
    assert (report.status, report.errors, report.left) == ("finished", [], 0)
    assert sum(report.outcomes.values()) == HOSTS * LINKS
    assert len(hosts.asked) == HOSTS
    pauses = []
    for host, asked in hosts.asked.items():
        assert len(asked) == LINKS + 2, host  # robots.txt and the feed, each once
        pauses += [later[0] - earlier[1] for earlier, later in itertools.pairwise(asked)]
    assert min(pauses) >= DELAY
    # A slow host's answers come while the others go on: it alone takes longer.
    first = min(asked[0][0] for asked in hosts.asked.values())
    ended = {host: asked[-1][1] - first for host, asked in hosts.asked.items()}
    quick, slow = ([t for host, t in ended.items() if hosts.is_slow(host) is kind] for kind in (False, True))
    assert sorted(quick)[len(quick) // 2] < min(slow)
    print(f"{len(pauses)} pauses, least {min(pauses):.3f} s; quick hosts done after {max(quick):.1f} s, slow ones after {max(slow):.1f} s")
