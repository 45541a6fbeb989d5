"""Stories: one transaction each, revisions kept, verdicts above scores, duplicates and events linked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import storing
from storing import HOUR, NOW, OTHER, TEXT

from pipelines.database.stories import text_hash
from pipelines.errors import StoreError
from pipelines.types import Match, Outcome


@pytest.fixture
def store(tmp_path: Path):
    with storing.open_store(tmp_path) as opened:
        yield opened
        assert opened.check() == []


def test_a_story_is_read_back_as_it_was_written(store) -> None:
    written = storing.story(
        captions=("Chú thích",), authors=("Lê An",), section="Quân sự", published_raw="2/8", published_from="meta",
        extractor="x 1", notes=("n",), found_at=NOW,
    )  # fmt: skip
    saved = storing.save(store, written)
    assert saved.outcome is Outcome.STORED
    assert store.stories.story(saved.story_id) == written
    assert store.stories.match(saved.story_id) == storing.judged(written)
    assert store.agreements.read(saved.story_id) == storing.agreement()
    assert store.stories.by_url(written.url).id == saved.story_id


def test_a_story_below_the_threshold_is_kept_as_no_match(store) -> None:
    saved = storing.save(store, storing.story(), score=0.3)
    assert saved.outcome is Outcome.NO_MATCH
    assert list(store.reading.matches()) == []
    assert store.notices.since(0) == []
    assert store.ledger.known([storing.story().url]) == {storing.story().url: Outcome.NO_MATCH}


def test_saving_twice_adds_no_row_but_the_visit(store) -> None:
    crawl = store.ledger.begin_crawl("crawl", [], {}, now=NOW)
    storing.save(store, storing.story(), crawl=crawl)
    tables = (
        "stories",
        "revisions",
        "matches",
        "evidence",
        "agreements",
        "notices",
        "urls",
        "event_stories",
        "parties",
    )
    before = {table: store.rows(f"SELECT * FROM {table}") for table in tables if table != "urls"}
    saved = storing.save(store, storing.story(), crawl=crawl, now=NOW + HOUR)
    assert saved.outcome is Outcome.UNCHANGED
    assert {table: store.rows(f"SELECT * FROM {table}") for table in before} == before
    assert store.ledger.known([storing.story().url]) == {storing.story().url: Outcome.STORED}
    assert store.value("SELECT count(*) FROM visits") == 2


@pytest.mark.parametrize(
    "changed",
    [
        TEXT.replace("ký kết", "kí kết"),
        TEXT.replace("Hội", "HỘI"),
        TEXT.replace(", ", " ,  "),
        TEXT.replace("hòa", "hoà"),
    ],
)
def test_spelling_the_same_text_another_way_is_no_revision(store, changed: str) -> None:
    storing.save(store, storing.story())
    assert storing.save(store, storing.story(text=changed)).outcome is Outcome.UNCHANGED


def test_a_changed_text_makes_a_revision_and_the_old_one_is_kept(store) -> None:
    first = storing.save(store, storing.story())
    longer = storing.story(text=TEXT + "\nBổ sung: lễ ký có ba mươi đại biểu.")
    saved = storing.save(store, longer, now=NOW + HOUR, cause="extractor")
    assert (saved.outcome, saved.story_id, saved.revision) == (Outcome.REVISED, first.story_id, 2)
    old, new = store.rows("SELECT number, cause, text FROM revisions ORDER BY number")
    assert (old["text"], new["text"], new["cause"]) == (TEXT, None, "extractor")
    assert store.stories.story(1).text == longer.text
    assert store.search.ids("ba muoi dai bieu") == [1]
    assert {row[0] for row in store.rows("SELECT revision FROM evidence")} == {2}


def test_a_changed_headline_alone_is_a_revision_too(store) -> None:
    storing.save(store, storing.story(title="Ký kết ở Nam Sơn"))
    assert storing.save(store, storing.story(title="Nam Sơn: thêm một ký kết")).outcome is Outcome.REVISED


def test_a_revision_rejudges_the_story_but_never_the_verdict(store) -> None:
    storing.save(store, storing.story())
    store.verdicts.give("accept", stories=[1], events=[], now=NOW)
    storing.save(store, storing.story(text=OTHER), score=0.1, now=NOW + HOUR)
    [match] = store.reading.matches()
    assert (match["verdict"], match["score"]) == ("accept", 0.1)


def test_a_missing_publication_time_is_filled_in_and_a_known_one_stays(store) -> None:
    storing.save(store, storing.story(published=None))
    storing.save(store, storing.story(published=NOW, published_raw="hôm nay"))
    assert store.stories.story(1).published == NOW
    storing.save(store, storing.story(published=NOW - 99 * HOUR))
    assert store.stories.story(1).published == NOW


def test_another_address_of_a_story_is_an_alias(store) -> None:
    crawl = store.ledger.begin_crawl("crawl", [], {}, now=NOW)
    asked = "https://m.namson.example/bai-1.html"
    of = storing.story()
    assert storing.save(store, of, crawl=crawl, page=storing.page_of(of, asked)).outcome is Outcome.STORED
    assert (
        storing.save(store, of, crawl=crawl, page=storing.page_of(of, asked + "?amp")).outcome
        is Outcome.ALIAS
    )
    outcomes = store.ledger.known([asked, asked + "?amp", of.url])
    assert outcomes == {asked: Outcome.ALIAS, asked + "?amp": Outcome.ALIAS, of.url: Outcome.STORED}
    assert store.reading.show(1)["provenance"]["aliases"] == [asked, asked + "?amp"]


def test_an_alias_never_revises(store) -> None:
    storing.save(store, storing.story())
    short = storing.story(text=OTHER)
    assert (
        storing.save(store, short, page=storing.page_of(short, "https://m.namson.example/x")).outcome
        is Outcome.ALIAS
    )
    assert store.stories.story(1).text == TEXT


def test_a_reprint_links_to_the_first_and_is_not_dropped(store) -> None:
    storing.save(store, storing.story())
    saved = storing.save(store, storing.story(2, name="dongbac", title="Tít khác", published=NOW - HOUR))
    assert (saved.outcome, saved.duplicate_of) == (Outcome.DUPLICATE, 1)
    assert store.value("SELECT count(*) FROM stories") == 2
    [copy, first] = store.reading.matches()
    assert (copy["duplicate_of"], first["duplicate_of"]) == ("s1", None)
    assert copy["event"] == first["event"]
    assert copy["event"]["size"] == 2
    assert copy["event"]["outlets"] == ["dongbac", "namson"]
    [shown] = store.reading.show(1)["reprints"]
    assert shown["id"] == "s2" and shown["reason"]


def test_a_headline_story_is_completed_when_the_page_can_be_had(store) -> None:
    crawl = store.ledger.begin_crawl("crawl", [], {}, now=NOW)
    bare = storing.story(text="Ký kết chương trình phối hợp ở Nam Sơn", incomplete="challenge", lead=None)
    saved = storing.save(store, bare, crawl=crawl)
    assert saved.outcome is Outcome.HEADLINE
    assert [one.url for one in store.ledger.pending(None, now=NOW + HOUR)] == [bare.url]
    whole = storing.save(store, storing.story(), crawl=crawl, now=NOW + HOUR)
    assert (whole.outcome, whole.story_id, whole.revision) == (Outcome.STORED, saved.story_id, 2)
    assert store.stories.story(1).incomplete is None
    assert store.ledger.pending(None, now=NOW + 99 * HOUR) == []


def test_a_headline_story_moves_to_the_canonical_address_of_its_page(store) -> None:
    crawl = store.ledger.begin_crawl("crawl", [], {}, now=NOW)
    asked = "https://namson.example/?p=1"
    storing.save(store, storing.story(text="Ký kết ở Nam Sơn", incomplete="http-403", url=asked), crawl=crawl)
    of = storing.story()
    assert storing.save(store, of, crawl=crawl, page=storing.page_of(of, asked), now=NOW + HOUR).story_id == 1
    assert store.value("SELECT count(*) FROM stories") == 1


def test_a_wall_never_replaces_a_page_that_was_read(store) -> None:
    storing.save(store, storing.story())
    storing.save(store, storing.story(text="Ký kết ở Nam Sơn", incomplete="challenge"))
    assert store.stories.story(1).text == TEXT


def test_matches_are_looked_at_again_three_times(store) -> None:
    crawl = store.ledger.begin_crawl("crawl", [], {}, now=NOW)
    storing.save(store, storing.story(), crawl=crawl)
    storing.save(store, storing.story(2, OTHER), score=0.1, crawl=crawl)
    seen = []
    moment = NOW
    while (due := store.value("SELECT min(refetch_at) FROM stories")) is not None:
        assert store.stories.refetch_due(None, moment) == []
        seen.append(due)
        moment = NOW + (6 * HOUR, timedelta(days=1), timedelta(days=7))[len(seen) - 1]
        assert [one.url for one in store.stories.refetch_due(["namson"], moment)] == [storing.story().url]
        assert store.stories.refetch_due(["another"], moment) == []
        storing.save(store, storing.story(), crawl=crawl, now=moment)
    assert len(seen) == 3


def test_a_failed_second_look_waits_for_the_next_and_keeps_the_story(store) -> None:
    crawl = store.ledger.begin_crawl("crawl", [], {}, now=NOW)
    storing.save(store, storing.story(), crawl=crawl)
    store.ledger.record_visit(crawl, storing.story().url, Outcome.HTTP_503, now=NOW + 6 * HOUR)
    assert store.stories.refetch_due(None, NOW + 7 * HOUR) == []
    assert store.ledger.pending(None, now=NOW + 900 * HOUR) == []
    assert store.ledger.known([storing.story().url]) == {storing.story().url: Outcome.STORED}


def test_everything_of_a_story_or_nothing(store) -> None:
    store.connection.execute(
        "CREATE TRIGGER fault BEFORE INSERT ON notices BEGIN SELECT RAISE(ABORT, 'fault'); END"
    )
    with pytest.raises(StoreError):
        storing.save(store, storing.story())
    for table in (
        "stories",
        "matches",
        "evidence",
        "agreements",
        "urls",
        "visits",
        "event_stories",
        "duplicate_bands",
    ):
        assert store.value(f"SELECT count(*) FROM {table}") == 0, table


# -- verdicts --------------------------------------------------------------------------------------------------


def test_a_verdict_outranks_the_score_now_and_after_a_rescore(store) -> None:
    storing.save(store, storing.story())
    storing.save(store, storing.story(2, OTHER), score=0.2)
    store.verdicts.give("reject", stories=[1], events=[], now=NOW, note="quảng cáo")
    store.verdicts.give("accept", stories=[2], events=[], now=NOW)
    assert [match["id"] for match in store.reading.matches()] == ["s2"]
    store.stories.rescore(lambda of: (storing.judged(of, 0.99), storing.agreement()), now=NOW)
    assert [match["id"] for match in store.reading.matches()] == ["s2"]
    store.verdicts.give("none", stories=[1, 2], events=[], now=NOW)
    assert {match["id"] for match in store.reading.matches()} == {"s1", "s2"}
    assert [one["verdict"] for one in store.reading.show(1)["verdicts"]] == ["reject", "none"]


def test_a_verdict_on_an_event_covers_its_stories_also_later_ones(store) -> None:
    event = storing.save(store, storing.story()).event
    store.verdicts.give("reject", stories=[], events=[event], now=NOW)
    storing.save(store, storing.story(2, name="dongbac", published=NOW - HOUR))
    assert list(store.reading.matches()) == []
    assert [row[0] for row in store.rows("SELECT verdict FROM stories ORDER BY id")] == ["reject", "reject"]


def test_a_verdict_on_what_does_not_exist_changes_nothing(store) -> None:
    storing.save(store, storing.story())
    for stories, events in (([1, 99], []), ([1], [99])):
        with pytest.raises(StoreError, match="99"):
            store.verdicts.give("reject", stories=stories, events=events, now=NOW)
    assert store.value("SELECT count(*) FROM verdicts") == 0


def test_rescoring_reports_what_changed_and_tells_it_once(store) -> None:
    storing.save(store, storing.story(), score=0.2)
    storing.save(store, storing.story(2, OTHER), score=0.9, agreement=storing.agreement("Trường Y", "Sở Y"))
    assert [notice.kind for notice in store.notices.since(0)] == ["new-event"]

    def judge(of):
        match = storing.judged(of, 0.9 if of.text == TEXT else 0.1)
        return match, storing.agreement() if match.is_match else None

    assert store.stories.rescore(judge, now=NOW) == {"judged": 2, "became": 1, "stopped": 1}
    assert store.stories.rescore(judge, now=NOW) == {"judged": 2, "became": 0, "stopped": 0}
    assert [notice.kind for notice in store.notices.since(0)] == ["new-event", "newly-matched"]
    assert store.ledger.known([storing.story(1).url, storing.story(2).url]) == {
        storing.story(1).url: Outcome.STORED, storing.story(2).url: Outcome.NO_MATCH,
    }  # fmt: skip


def test_a_rescore_leaves_alone_what_was_revised_or_deleted_meanwhile(store) -> None:
    storing.save(store, storing.story())
    storing.save(store, storing.story(2, OTHER), score=0.1)
    known = store.stories.get(1)
    storing.save(store, storing.story(text=TEXT + "\nThêm một câu cuối bài."), now=NOW + HOUR)
    old = storing.judged(known.story, 0.1)
    assert not store.stories.rejudge(1, old, None, now=NOW, revision=known.revision)
    assert store.stories.match(1).score == 0.9
    store.stories.delete(2, now=NOW)
    with store.transaction() as db:
        db.execute("DELETE FROM visits WHERE url = ?", (storing.story(2).url,))
        db.execute("DELETE FROM urls WHERE url = ?", (storing.story(2).url,))
    assert not store.stories.rejudge(2, old, None, now=NOW)


def test_a_rescored_seed_stays_the_original_of_its_copies(store) -> None:
    seed = storing.story("mau", published=None, origin="seed", url="seed:mau")
    number = storing.save(store, seed).story_id
    copy = storing.save(store, storing.story(published=NOW - 9000 * HOUR))
    assert copy.duplicate_of == number
    for score in (0.1, 0.9):
        store.stories.rejudge(number, storing.judged(seed, score), None, now=NOW)
        assert dict(store.rows("SELECT story, original FROM duplicates")) == {copy.story_id: number}


def test_a_story_that_a_rescore_puts_into_a_rejected_event_is_rejected_with_it(store) -> None:
    event = storing.save(store, storing.story()).event
    store.verdicts.give("reject", stories=[], events=[event], now=NOW)
    late = storing.story(2, name="dongbac", published=NOW - HOUR)
    storing.save(store, late, score=0.1)
    store.stories.rejudge(2, storing.judged(late), storing.agreement(), now=NOW)
    assert store.stories.get(2).verdict == "reject"
    assert list(store.reading.matches()) == []


# -- what is new -----------------------------------------------------------------------------------------------


def test_new_shows_each_event_once_nearest_to_the_seeds_first(store) -> None:
    storing.save(store, storing.story(1), closeness=0.2)
    storing.save(
        store, storing.story(2, OTHER, name="haithanh"), closeness=0.9, agreement=storing.agreement("A", "B")
    )
    storing.save(store, storing.story(3, name="dongbac", published=NOW - HOUR))
    found, position = store.reading.new(0)
    assert [match["id"] for match in found] == ["s2", "s1"]
    assert found[1]["new_outlets"] == ["dongbac", "namson"]
    assert store.reading.new(position) == ([], position)


def test_an_event_that_grew_is_news_again(store) -> None:
    storing.save(store, storing.story(1))
    _, position = store.reading.new(0)
    storing.save(store, storing.story(3, name="dongbac", published=NOW - HOUR))
    [match], _ = store.reading.new(position)
    assert (match["news"], match["id"], match["new_stories"]) == ("grew", "s1", ["s2"])


def test_what_was_rejected_meanwhile_is_no_news(store) -> None:
    storing.save(store, storing.story(1))
    store.verdicts.give("reject", stories=[1], events=[], now=NOW)
    assert store.reading.new(0)[0] == []


def test_a_revision_is_no_news(store) -> None:
    storing.save(store, storing.story(1))
    _, position = store.reading.new(0)
    storing.save(store, storing.story(1, TEXT + "\nThêm một câu cuối bài."), now=NOW + HOUR)
    assert store.reading.new(position) == ([], position)


def test_the_cursor_moves_forward_and_back_once(store) -> None:
    storing.save(store, storing.story(1))
    store.notices.move(1, now=NOW)
    store.notices.move(0, now=NOW)
    assert store.notices.position() == 1
    assert store.notices.undo(now=NOW)
    assert store.notices.position() == 0
    assert not store.notices.undo(now=NOW)
    assert store.notices.position("another reader") == 0


# -- parties ---------------------------------------------------------------------------------------------------


def test_merged_parties_are_one_also_for_stories_to_come(store) -> None:
    storing.save(store, storing.story(1), agreement=storing.agreement("Vùng Cửa Bạc", "Hội Nông dân"))
    # A headline of its own: with the first one's, the merged party would make both one signing.
    school = storing.story(2, OTHER, title="Trường Y có phòng thí nghiệm mới")
    storing.save(store, school, agreement=storing.agreement("V. Cửa Bạc", "Trường Y"))
    names = {party["name"]: int(party["id"][1:]) for party in store.reading.parties()}
    store.agreements.merge_parties(names["Vùng Cửa Bạc"], [names["V. Cửa Bạc"]], now=NOW)
    merged = store.reading.parties("V. Cửa Bạc")
    assert [(party["name"], party["agreements"]) for party in merged] == [("Vùng Cửa Bạc", 2)]
    assert set(merged[0]["aliases"]) == {"Vùng Cửa Bạc", "V. Cửa Bạc"}
    third = "Hội Luật gia mở lớp phổ biến luật biển cho ngư dân; sau lớp học hai đơn vị ký kết quy chế phối hợp năm 2027."
    other = storing.story(3, third, title="Luật biển đến với ngư dân")
    storing.save(store, other, agreement=storing.agreement("V. Cửa Bạc", "Hội Luật gia"))
    assert store.reading.parties("Vùng Cửa Bạc")[0]["agreements"] == 3


def test_splitting_undoes_a_merge(store) -> None:
    storing.save(store, storing.story(1))
    first, second = (int(party["id"][1:]) for party in store.reading.parties())
    store.agreements.merge_parties(first, [second], now=NOW)
    assert len(store.reading.parties()) == 1
    assert store.agreements.split_party(second, now=NOW) == second
    assert len(store.reading.parties()) == 2
    with pytest.raises(StoreError, match="was not merged"):
        store.agreements.split_party(second, now=NOW)


def test_a_name_split_off_stays_apart_for_stories_to_come(store) -> None:
    storing.save(store, storing.story(1))
    party = next(one for one in store.reading.parties() if one["name"] == "Vùng Cửa Bạc")
    number = store.agreements.split_party(int(party["id"][1:]), "Vùng Cửa Bạc", now=NOW)
    assert store.agreements.of_story(1)["parties"][0]["id"] == number
    storing.save(store, storing.story(2, OTHER))
    assert store.agreements.of_story(2)["parties"][0]["id"] == number
    with pytest.raises(StoreError, match="nowhere called"):
        store.agreements.split_party(number, "Tên lạ", now=NOW)


def test_deleting_a_story_frees_its_reprints(store) -> None:
    storing.save(store, storing.story(1))
    storing.save(store, storing.story(2, name="dongbac", published=NOW - HOUR))
    with store.transaction() as db:
        db.execute("DELETE FROM visits WHERE url = ?", (storing.story(1).url,))
        db.execute("UPDATE urls SET story = NULL WHERE story = 1")
        db.execute("DELETE FROM urls WHERE url = ?", (storing.story(1).url,))
        store.stories.delete(1, now=NOW)
    [match] = store.reading.matches()
    assert (match["id"], match["duplicate_of"]) == ("s2", None)
    assert store.ledger.known([storing.story(2, name="dongbac").url]) == {
        storing.story(2, name="dongbac").url: Outcome.STORED
    }


# -- filters ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["s3", "s1"]),
        ({"since": NOW - 2 * HOUR}, ["s3"]),
        ({"until": NOW - 2 * HOUR}, ["s1"]),
        ({"outlets": ("haithanh",)}, ["s3"]),
        ({"outlets": ("haithanh", "namson")}, ["s3", "s1"]),
        ({"kind": "kết nghĩa"}, ["s3"]),
        ({"kind": "chuong_trinh_phoi_hop"}, ["s1"]),
        ({"act": "so ket"}, ["s3"]),
        ({"parties": ("nong dan",)}, ["s1"]),
        ({"parties": ("Vùng Cửa Bạc", "nong dan")}, ["s1"]),
        ({"parties": ("vung cua bac",)}, ["s3", "s1"]),
        ({"parties": ("Cửa",)}, ["s3", "s1"]),
        ({"parties": ("Cử",)}, []),
        ({"min_score": 0.3}, ["s3", "s2", "s1"]),
        ({"min_score": 0.95}, ["s3"]),
        ({"text": "phong thi nghiem"}, ["s3"]),
        ({"verdict": "accept"}, []),
        ({"verdict": "none"}, ["s3", "s1"]),
        ({"everything": True}, ["s3", "s2", "s1"]),
    ],
)
def test_filters(store, filters: dict, found: list[str]) -> None:
    from pipelines.database.filters import Filters
    from pipelines.types import Act, Kind

    storing.save(store, storing.story(1))
    near = "Chiều qua, xã Đồng Mây mừng nhà văn hóa mới xây bằng tiền góp của dân, có sân bóng chuyền và tủ sách hai trăm cuốn."
    storing.save(store, storing.story(2, near, published=NOW - 2.5 * HOUR), score=0.4)
    third = storing.agreement("Vùng Cửa Bạc", "Trường Y", kind=Kind.KET_NGHIA, acts=(Act.KY_KET, Act.SO_KET))
    storing.save(
        store, storing.story(3, OTHER, name="haithanh", published=NOW - HOUR), score=0.97, agreement=third
    )
    filters = Filters(**filters)
    assert [match["id"] for match in store.reading.matches(filters)] == found
    assert store.reading.count(filters) == len(found)


def test_an_outlet_a_kind_or_a_party_id_that_is_unknown_is_said_to_be(store) -> None:
    from pipelines.database.filters import Filters
    from pipelines.errors import KyketError

    store.ledger.sync_catalogue([storing.outlet()], now=NOW)
    for filters, hint in (
        ({"outlets": ("namsonn",)}, "did you mean namson"),
        ({"kind": "hôn thú"}, "known are"),
        ({"parties": ("p99",)}, "no party p99"),
    ):
        with pytest.raises(KyketError, match=hint):
            list(store.reading.matches(Filters(**filters)))


def test_agreements_are_one_an_event_and_the_fullest_telling(store) -> None:
    storing.save(store, storing.story(1), agreement=replace(storing.agreement(), period=None, kind=None))
    storing.save(store, storing.story(2, name="dongbac", published=NOW - HOUR))
    [only] = store.reading.agreements()
    assert (only["period"], only["event"]["size"]) == ("2026-2031", 2)


def test_text_hashes_ignore_what_does_not_matter_and_see_what_does() -> None:
    assert text_hash("Hoà bình, ký kết!") == text_hash("hòa  bình. Kí kết")
    assert text_hash("ký kết") != text_hash("kỳ kết")


def test_a_match_without_evidence_or_seeds_is_kept_too(store) -> None:
    bare = Match(score=0.0, threshold=0.5)
    assert store.stories.save(storing.story(), bare, None, crawl=None, now=NOW).outcome is Outcome.NO_MATCH
    assert store.stories.match(1) == bare
