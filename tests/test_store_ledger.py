"""The ledger: no link is lost, every visit ends in one outcome, a crawl's funnel adds up."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import storing
from storing import HOUR, NOW

from pipelines.database.visits import MAX_ATTEMPTS, Visit
from pipelines.errors import StoreError
from pipelines.types import TRANSIENT, Outcome


@pytest.fixture
def store(tmp_path: Path):
    with storing.open_store(tmp_path) as opened:
        opened.ledger.sync_catalogue([storing.outlet()], now=NOW)
        yield opened


def begin(store, **more):
    return store.ledger.begin_crawl("crawl", ["namson"], {}, now=NOW, **more)


def show(store, crawl, *links, **more):
    return store.ledger.record_poll(
        crawl, storing.source(), storing.poll(**more), list(links), now=NOW, keep_validators=True
    )


def test_new_links_are_pending_and_returned_once(store) -> None:
    crawl = begin(store)
    links = [storing.link(n) for n in range(3)]
    assert show(store, crawl, *links) == links
    assert show(store, crawl, *links) == []
    assert store.ledger.known(one.url for one in links) == {one.url: Outcome.PENDING for one in links}


def test_a_link_listed_twice_in_one_poll_counts_once(store) -> None:
    crawl = begin(store)
    assert len(show(store, crawl, storing.link(1), storing.link(1))) == 1
    funnel = store.ledger.finish_crawl(crawl, status="finished", reason=None, now=NOW)
    assert (funnel["listed"], funnel["known"], funnel["new"]) == (1, 0, 1)


def test_pending_links_come_newest_published_first(store) -> None:
    old, new = storing.link("old", published=NOW - 9 * HOUR), storing.link("new", published=NOW - HOUR)
    show(store, begin(store), old, new)
    assert [one.url for one in store.ledger.pending({"namson"}, now=NOW)] == [new.url, old.url]
    assert [one.url for one in store.ledger.pending(None, now=NOW, limit=1)] == [new.url]
    assert store.ledger.pending({"another"}, now=NOW) == []


def test_what_one_source_left_out_another_may_tell(store) -> None:
    crawl = begin(store)
    show(store, crawl, storing.link(1))
    show(store, crawl, storing.link(1, title="Tiêu đề", published=NOW))
    assert store.ledger.link(storing.link(1).url).title == "Tiêu đề"
    assert store.ledger.link(storing.link(1).url).published == NOW


def test_links_and_validators_are_written_together_or_not_at_all(store) -> None:
    crawl = begin(store)
    store.connection.execute(
        "CREATE TRIGGER fault BEFORE UPDATE ON sources BEGIN SELECT RAISE(ABORT, 'fault'); END"
    )
    with pytest.raises(StoreError):
        show(store, crawl, storing.link(1), etag="e", content_hash="h")
    assert store.ledger.known([storing.link(1).url]) == {}
    assert store.value("SELECT count(*) FROM polls") == 0


def test_a_replay_leaves_the_source_as_it_was(store) -> None:
    crawl = begin(store, replay=True)
    before = store.ledger.source_state(storing.source().id)
    store.ledger.record_poll(
        crawl,
        storing.source(),
        storing.poll(etag="e", content_hash="h"),
        [storing.link(1)],
        now=NOW,
        keep_validators=False,
    )
    assert store.ledger.source_state(storing.source().id) == before


def test_the_last_whole_answer_and_when_it_changed_are_remembered(store) -> None:
    crawl = begin(store)
    for etag, content in (("e", "h"), ("f", "other")):
        show(store, crawl, etag=etag, content_hash=content)
    state = store.ledger.source_state(storing.source().id)
    assert (state.etag, state.content_hash) == ("f", "other")
    assert state.changed_at == NOW


def test_a_304_keeps_etag_and_counts_no_new(store) -> None:
    crawl = begin(store)
    show(store, crawl, storing.link(1), etag="e", content_hash="h")
    assert show(store, crawl, outcome=Outcome.NOT_MODIFIED, status=304) == []
    assert store.ledger.source_state(storing.source().id).etag == "e"


def test_failures_count_up_and_a_success_ends_the_count(store) -> None:
    crawl = begin(store)
    for _ in range(2):
        show(store, crawl, outcome=Outcome.HTTP_503, status=503)
    assert store.ledger.source_state(storing.source().id).failures == 2
    show(store, crawl)
    assert store.ledger.source_state(storing.source().id).failures == 0


@pytest.mark.parametrize(
    "outcome", sorted(TRANSIENT - {Outcome.PENDING, Outcome.DEFERRED, Outcome.NOT_ARCHIVED})
)
def test_what_may_get_better_is_tried_again_a_bounded_number_of_times(store, outcome: Outcome) -> None:
    crawl, url, now = begin(store), storing.link(1).url, NOW
    show(store, crawl, storing.link(1))
    pauses = []
    for _ in range(MAX_ATTEMPTS - 1):
        store.ledger.record_visit(crawl, url, outcome, now=now)
        due = store.value("SELECT next_try FROM urls WHERE url = ?", (url,))
        assert store.ledger.pending(None, now=now) == []
        now += timedelta(days=3)
        assert [one.url for one in store.ledger.pending(None, now=now)] == [url]
        pauses.append(due)
    assert len(set(pauses)) == len(pauses)
    store.ledger.record_visit(crawl, url, outcome, now=now)
    assert store.value("SELECT next_try FROM urls WHERE url = ?", (url,)) is None


def test_a_host_that_asks_to_wait_uses_up_no_attempt(store) -> None:
    crawl, url = begin(store), storing.link(1).url
    show(store, crawl, storing.link(1))
    for _ in range(MAX_ATTEMPTS * 2):
        store.ledger.record_visit(crawl, url, Outcome.DEFERRED, now=NOW, retry_after=NOW + 5 * HOUR)
    assert store.ledger.pending(None, now=NOW + 4 * HOUR) == []
    assert [one.url for one in store.ledger.pending(None, now=NOW + 5 * HOUR)] == [url]


@pytest.mark.parametrize(
    "outcome", [Outcome.GONE, Outcome.GATED, Outcome.ROBOTS, Outcome.TOO_SHORT, Outcome.NOT_HTML]
)
def test_a_final_outcome_is_not_tried_again(store, outcome: Outcome) -> None:
    crawl, url = begin(store), storing.link(1).url
    show(store, crawl, storing.link(1))
    store.ledger.record_visit(crawl, url, outcome, now=NOW, why="because", status=200)
    assert store.ledger.pending(None, now=NOW + timedelta(days=400)) == []
    assert store.ledger.known([url]) == {url: outcome}


def test_no_visit_ends_as_pending(store) -> None:
    with pytest.raises(StoreError, match="cannot end as pending"):
        store.ledger.record_visit(begin(store), storing.link(1).url, Outcome.PENDING, now=NOW)


def test_the_funnel_adds_up_and_is_kept(store) -> None:
    crawl = begin(store)
    show(store, crawl, *(storing.link(n) for n in range(5)))
    store.ledger.record_visits(
        crawl,
        [
            Visit(url=storing.link(n).url, outcome=outcome)
            for n, outcome in enumerate((Outcome.GATED, Outcome.GATED, Outcome.DNS))
        ],
        now=NOW,
    )
    storing.save(store, storing.story(3), crawl=crawl)
    funnel = store.ledger.finish_crawl(crawl, status="finished", reason="done", errors=0, now=NOW)
    assert funnel["listed"] == funnel["known"] + funnel["new"] == 5
    assert funnel["visited"] == sum(funnel["outcomes"].values()) == 4
    assert (funnel["stored"], funnel["still_pending"]) == (1, 1)
    assert store.ledger.crawl_outcomes(crawl) == {Outcome.GATED: 2, Outcome.DNS: 1, Outcome.STORED: 1}
    assert store.check() == []


def test_a_crawl_whose_process_died_is_closed_as_killed(store) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    first, second = begin(store), begin(store)
    store.connection.execute("UPDATE crawls SET pid = ? WHERE id = ?", (dead.pid, first))
    third = begin(store)
    status = dict(store.rows("SELECT id, status FROM crawls"))
    assert (status[first], status[second], status[third]) == ("killed", "running", "running")
    assert store.value("SELECT pid FROM crawls WHERE id = ?", (third,)) == os.getpid()
    assert store.check() == []


def test_the_catalogue_may_change_and_what_was_learnt_stays(store) -> None:
    store.ledger.set_source(storing.source().id, next_check=NOW, state="verified")
    store.ledger.sync_catalogue([storing.outlet()], now=NOW)
    state = store.ledger.source_state(storing.source().id)
    assert (state.next_check, state.state) == (NOW, "verified")


def test_a_source_has_no_columns_of_ones_own_making(store) -> None:
    with pytest.raises(StoreError, match="no colour"):
        store.ledger.set_source(storing.source().id, colour="red")


def turn(store, host="h", *, now, holder="x", delay=2.0):
    return store.hosts.try_turn(host, delay=delay, hold=60.0, now=now, holder=holder)


def test_a_slot_is_given_once_whoever_asks(store) -> None:
    assert [turn(store, now=1000.0, holder=str(n)) for n in range(3)] == [0.0, 60.0, 60.0]
    store.hosts.finish_turn("h", delay=2.0, now=1001.0, holder="0")
    assert turn(store, now=1001.5) == 1.5
    assert turn(store, now=1003.0) == 0.0
    assert turn(store, "another", now=1000.0) == 0.0


def test_crawl_delay_and_retry_after_bind_everybody(store, tmp_path: Path) -> None:
    store.hosts.save_robots("h", 200, "", now=NOW, expires_at=NOW + 99 * HOUR, crawl_delay=10.0)
    store.hosts.defer("h", 1500.0, "Retry-After")
    store.hosts.defer("h", 1200.0, "an earlier one does not shorten it")
    with storing.open_store(tmp_path) as other:
        assert turn(other, now=1000.0, delay=1.0) == 500.0
    assert turn(store, now=1500.0, holder="b", delay=1.0) == 0.0
    store.hosts.finish_turn("h", delay=1.0, now=1501.0, holder="b")
    assert turn(store, now=1501.0, delay=1.0) == 10.0
    assert store.hosts.not_before("h") == 1500.0


def test_robots_are_kept_for_a_day_at_most(store) -> None:
    store.hosts.save_robots("h", 200, "User-agent: *", now=NOW, expires_at=NOW + 99 * HOUR)
    assert store.hosts.robots("h", now=NOW + 23 * HOUR).body == "User-agent: *"
    assert store.hosts.robots("h", now=NOW + 25 * HOUR) is None
    assert store.hosts.robots("unknown", now=NOW) is None


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ("UPDATE urls SET outcome = 'gated' WHERE url LIKE '%bai-0%'", "nobody visited"),
        ("UPDATE urls SET next_try = NULL WHERE url LIKE '%bai-0%'", "no crawl would ever take up"),
        ("UPDATE urls SET outcome = 'nonsense' WHERE url LIKE '%bai-0%'", "no outcome"),
        ("UPDATE urls SET story = NULL WHERE url LIKE '%bai-1%'", "have none"),
        ("DELETE FROM visits", "nobody visited"),
        ("UPDATE crawls SET funnel = json_set(funnel, '$.new', 9)", "its rows say"),
        ("UPDATE polls SET known = 3", "links listed"),
        ("UPDATE matches SET listed = 0", "against their verdict"),
        ("UPDATE evidence SET start = 0", "not where it is said to be"),
        ("DELETE FROM revisions", "revisions are not complete"),
        ("DELETE FROM matches", "never judged"),
        ("DELETE FROM urls WHERE url LIKE '%bai-0%'", "lost"),
        ("INSERT INTO stories_fts(stories_fts) VALUES ('delete-all')", "full-text index"),
    ],
)
def test_check_notices_when_a_promise_is_broken(store, damage: str, complaint: str) -> None:
    crawl = begin(store)
    show(store, crawl, storing.link(0), storing.link(1))
    storing.save(store, storing.story(1), crawl=crawl)
    store.ledger.finish_crawl(crawl, status="finished", reason=None, now=NOW)
    assert store.check() == []
    store.connection.execute("PRAGMA foreign_keys = OFF")
    store.connection.execute(damage)
    assert any(complaint in problem for problem in store.check())


def test_repair_rebuilds_the_full_text_index(store) -> None:
    storing.save(store, storing.story(1))
    store.connection.execute("INSERT INTO stories_fts(stories_fts) VALUES ('delete-all')")
    assert store.check() != []
    store.repair()
    assert store.check() == []
    assert store.search.ids("nong dan") == [1]
