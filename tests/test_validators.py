"""The right to answer 304 is earned: a real server on loopback misbehaves in every way that servers do."""

from __future__ import annotations

import hashlib
import itertools
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from crawling import crawl, rows

from crawler import validators
from crawler.press import SamplePress, faults
from crawler.validators import Record, Validators
from pipelines.types import Link

NOW = datetime(2026, 8, 19, 5, 0, tzinfo=UTC)
LOOK = timedelta(minutes=30)


@dataclass
class Paper:
    """What the server has and how it answers. `validators` gives (ETag, Last-Modified) of an answer, `fresh` decides
    on 304 from the request's headers and those."""

    stories: int = 10
    changed: datetime = NOW
    now: datetime = NOW
    answers: int = 0
    validators: Callable[[Paper], tuple[str | None, str | None]] = field(default=lambda paper: (None, None))
    fresh: Callable[[dict[str, str], str | None, str | None], bool] = field(
        default=lambda asked, etag, modified: (
            asked["if-none-match"] == etag if "if-none-match" in asked else asked.get("if-modified-since", "") == (modified or "-")
        )
    )

    @property
    def mark(self) -> str:
        return hashlib.sha1(str(self.stories).encode()).hexdigest()[:8]

    @property
    def links(self) -> list[Link]:
        """The newest ten, one new story an hour and a half."""
        return [Link(url=f"https://a.vn/{n}.html", outlet="a", title=f"Tin {n}") for n in range(self.stories, self.stories - 10, -1)]


@pytest.fixture
def serve() -> Iterator[Callable[[Paper], str]]:
    servers = []

    def start(paper: Paper) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                paper.answers += 1
                etag, modified = paper.validators(paper)
                asked = {name.lower(): value for name, value in self.headers.items()}
                unchanged = ("if-none-match" in asked or "if-modified-since" in asked) and paper.fresh(asked, etag, modified)
                body = b"" if unchanged else "\n".join(link.url for link in paper.links).encode()
                self.send_response(304 if unchanged else 200)
                if etag:
                    self.send_header("ETag", etag)
                if modified:
                    self.send_header("Last-Modified", modified)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/feed"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@dataclass
class Watched:
    """What came of a hundred looks."""

    known: Validators
    unchanged: int
    """304s."""
    latest: int
    """Looks that the latest story of all waited for, beyond the first one after it appeared."""
    asked: set[str]
    """Conditional headers that were ever sent."""


def watch(paper: Paper, url: str, looks: int = 100) -> Watched:
    """Look at the server as a crawl does: conditional where it was earned, proof where it is needed."""
    known, seen, latest, unchanged = Validators(), 0, 0, 0
    asked: set[str] = set()
    appeared: dict[int, int] = {}
    for number in range(looks):
        paper.now = NOW + number * LOOK
        if number % 3 == 1:
            paper.stories += 1
            paper.changed = paper.now
            appeared[paper.stories] = number
        headers = validators.conditional_headers(known, now=paper.now)
        asked |= headers.keys()
        doubted = False
        status, etag, modified = ask(url, headers)
        if status == 304:
            unchanged += 1
            if not validators.needs_proof(known, now=paper.now):
                known = validators.after_304(known)
                continue
            doubted = True
            status, etag, modified = ask(url, {})
        for story in range(seen + 1, paper.stories + 1):
            latest = max(latest, number - appeared.get(story, number))
        overdue = doubted and seen < paper.stories
        seen = paper.stories
        known = validators.after_whole(
            known, etag=etag, last_modified=modified, content_hash=validators.hash_of_links(paper.links, b""), now=paper.now,
            conditional=bool(headers), doubted=doubted, overdue=overdue,
        )  # fmt: skip
    return Watched(known=known, unchanged=unchanged, latest=latest, asked=asked)


def ask(url: str, headers: dict[str, str]) -> tuple[int, str | None, str | None]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.headers["ETag"], answer.headers["Last-Modified"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["ETag"], error.headers["Last-Modified"]


def date(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


_numbers = itertools.count()

#: name → (server, believed in the end, 304s at least, looks a story may be late, words that the operator reads)
SERVERS: dict[str, tuple[Paper, bool, int, int, str]] = {
    "honest ETag": (Paper(validators=lambda p: (f'"{p.mark}"', None)), True, 40, 0, "304 believed (ETag)"),
    "honest Last-Modified": (Paper(validators=lambda p: (None, date(p.changed))), True, 40, 0, "304 believed (Last-Modified)"),
    "honest in both": (
        Paper(validators=lambda p: (f'"{p.mark}"', date(p.changed))), True, 40, 0, "304 believed (ETag and Last-Modified)",
    ),
    "weak ETag": (Paper(validators=lambda p: (f'W/"{p.mark}"', None)), True, 40, 0, "304 believed (ETag)"),
    "ETag weak and strong by turns": (
        Paper(
            validators=lambda p: (f'{"W/" if p.answers % 2 else ""}"{p.mark}"', None),
            fresh=lambda asked, etag, modified: asked["if-none-match"].removeprefix("W/") == (etag or "").removeprefix("W/"),
        ), True, 40, 0, "304 believed (ETag)",
    ),
    "ETag with the packing's name, by turns": (
        Paper(validators=lambda p: (f'"{p.mark}{"-gzip" if p.answers % 2 else ""}"', None)), True, 0, 0, "304 believed (ETag)",
    ),
    "constant ETag": (Paper(validators=lambda p: ('"always"', None)), False, 0, 0, "the ETag stayed and the content changed"),
    "constant ETag, but for the packing": (
        Paper(validators=lambda p: (f'"always{"-gzip" if p.stories % 2 else ""}"', None)), False, 0, 0, "the ETag stayed",
    ),
    "another ETag every time": (
        Paper(validators=lambda p: (f'"{next(_numbers)}"', None)), False, 0, 0, "change with every answer",
    ),
    "Last-Modified is now": (
        Paper(validators=lambda p: (None, date(p.now))), False, 0, 0, "change with every answer",
    ),
    "Last-Modified never changes": (
        Paper(validators=lambda p: (None, date(NOW))), False, 0, 0, "the Last-Modified stayed and the content changed",
    ),
    "good ETag, Last-Modified never changes": (
        Paper(validators=lambda p: (f'"{p.mark}"', date(NOW))), True, 40, 0, "304 believed (ETag)",
    ),
    "good ETag, Last-Modified is now": (
        Paper(validators=lambda p: (f'"{p.mark}"', date(p.now))), True, 40, 0, "304 believed (ETag)",
    ),
    "fresh ETags, 304 to everything": (
        Paper(validators=lambda p: (f'"{p.mark}"', None), fresh=lambda *_: True), False, 1, 0, "it answered 304, and a moment later",
    ),
    "fresh dates, 304 to everything": (
        Paper(validators=lambda p: (None, date(p.changed)), fresh=lambda *_: True), False, 1, 0, "it answered 304",
    ),
    "no validators": (Paper(), False, 0, 0, "sends no validators"),
}  # fmt: skip


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_is_believed_as_far_as_it_deserves_and_no_story_is_late(serve: Callable[[Paper], str], name: str) -> None:
    model, believed, least, late, words = SERVERS[name]
    paper = replace(model)
    found = watch(paper, serve(paper))
    now = paper.now
    assert found.latest <= late
    assert found.unchanged >= least
    assert bool(validators.conditional_headers(found.known, now=now)) is believed
    assert words in validators.trust_in_words(found.known, now=now)


def test_a_validator_that_lies_beside_an_honest_one_is_never_sent(serve: Callable[[Paper], str]) -> None:
    paper = replace(SERVERS["good ETag, Last-Modified never changes"][0])
    assert watch(paper, serve(paper)).asked == {"If-None-Match"}


def test_a_server_that_turns_liar_after_weeks_of_truth_is_found_out_within_eight_looks(serve: Callable[[Paper], str]) -> None:
    honest = replace(SERVERS["honest ETag"][0])
    plain = honest.fresh
    honest.fresh = lambda asked, etag, modified: honest.now > NOW + 50 * LOOK or plain(asked, etag, modified)
    found = watch(honest, serve(honest))
    assert 0 < found.latest <= validators.RECHECK_EVERY
    assert found.known.lied_at is not None
    assert not validators.conditional_headers(found.known, now=honest.now)


def earned(**more: object) -> Validators:
    record = Record(stayed=3, moved=3)
    return Validators(etag='"a"', last_modified="x", content_hash="h", etags=record, opened=5, read_at=NOW, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "conditional"),
    [
        (Validators(), False),
        (earned(), True),
        (replace(earned(), etags=Record(stayed=9)), False),
        (replace(earned(), etags=Record(moved=9)), False),
        (replace(earned(), etags=Record(stayed=9, moved=9, lied_at=NOW - timedelta(days=1))), False),
        (replace(earned(), etags=Record(stayed=9, moved=9, lied_at=NOW - timedelta(days=60))), True),
        (replace(earned(), content_hash=None), False),
    ],
)
def test_a_304_is_asked_for_only_when_it_was_earned(known: Validators, conditional: bool) -> None:
    assert bool(validators.conditional_headers(known, now=NOW)) is conditional


def test_a_trusted_304_is_proved_after_a_run_of_them_and_once_a_day() -> None:
    assert not validators.needs_proof(earned(), now=NOW)
    assert validators.needs_proof(replace(earned(), run=validators.RECHECK_EVERY - 1), now=NOW)
    assert validators.needs_proof(earned(), now=NOW + timedelta(days=1))
    assert validators.needs_proof(replace(earned(), opened=0), now=NOW)


def test_a_story_that_came_in_between_is_a_doubt_once_and_a_lie_twice() -> None:
    def answer(known: Validators, number: int) -> Validators:
        return validators.after_whole(
            known, etag=f'"{number}"', last_modified=None, content_hash=str(number), now=NOW, doubted=True
        )

    once = answer(earned(), 1)
    assert (once.lied_at, once.doubts) == (None, 1)
    assert answer(once, 2).lied_at == NOW
    proved = validators.after_whole(once, etag='"1"', last_modified=None, content_hash="1", now=NOW, doubted=True)
    assert proved.doubts == 0


def test_a_new_story_that_is_older_than_the_304_proves_the_lie() -> None:
    old = Link(url="https://a.vn/1", outlet="a", published=NOW - timedelta(hours=1))
    young = Link(url="https://a.vn/2", outlet="a", published=NOW - timedelta(seconds=20))
    assert validators.is_overdue([old, young], [], since=NOW)
    assert not validators.is_overdue([old, young], [old.url], since=NOW)


def test_the_hash_of_a_list_ignores_everything_but_its_links() -> None:
    links = [Link(url="https://a.vn/1", outlet="a", title="Một")]
    assert validators.hash_of_links(links, b"built 8:00") == validators.hash_of_links(links, b"built 8:05")
    assert validators.hash_of_links([], b"one") != validators.hash_of_links([], b"two")
    dated = [replace(links[0], published=NOW)]
    assert validators.hash_of_links(links, b"") == validators.hash_of_links(dated, b"")


@pytest.mark.slow
def test_a_crawl_proves_a_304_at_once_and_what_it_hid_is_found(tmp_path: Path) -> None:
    from pipelines.database import Store

    with SamplePress(only=["songcai"]) as press:
        crawl(press, tmp_path)
        with Store(tmp_path / "kyket.db") as store:
            for source in store.ledger.sources():
                if source.content_hash:
                    state = replace(validators.from_columns(source), etags=Record(stayed=2, moved=2))
                    store.ledger.set_source(source.id, **validators.to_columns(state))
        press.misbehave("songcai", faults.always_304())
        press.tell("songcai", "Hội Nông dân xã Bãi Vàng trồng rừng", "Sáng nay, hội viên trồng năm nghìn cây keo ven sông.")
        press.forget()
        crawl(press, tmp_path)
        feeds = [request.status for request in press.requests("songcai", on="feed")]
        assert 304 in feeds and 200 in feeds
    assert rows(tmp_path, "SELECT count(*) FROM urls WHERE title LIKE '%Bãi Vàng%'") == [(1,)]
    caught = rows(tmp_path, "SELECT validators FROM sources WHERE validators_lied_at IS NOT NULL")
    assert caught and all("a moment later" in row[0] for row in caught)
