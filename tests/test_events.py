"""One line an event: who joins what, which ids stay, what a person said, and that order matters little."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from pipelines import event_digests, events
from pipelines.database.group_tables import SCHEMA
from pipelines.database.grouping import Grouped, Grouper
from pipelines.errors import StoreError
from pipelines.evaluation import events as evaluation
from pipelines.types import Act, Agreement, Party, Precision, Story

NOON = datetime(2024, 5, 20, 5, 0, tzinfo=UTC)

SIGNING = """Sáng 20/5, tại thị trấn Cái Rồng, Đồn Biên phòng Ngọc Vừng và Hợp tác xã nuôi biển Thắng Lợi ký chương trình \
phối hợp bảo vệ bãi triều, vùng nuôi hàu. Theo đó, tổ tuần tra gồm sáu chiến sĩ và mười xã viên trực mỗi đêm, \
báo tin qua bộ đàm. Thiếu tá Ngô Đức Thịnh, Đồn trưởng, nói nạn trộm hàu giống đã khiến nhiều hộ mất trắng vốn liếng. \
Chương trình kéo dài ba năm, cuối mỗi vụ hai bên ngồi lại rút kinh nghiệm."""
RETOLD = """Mười xã viên nuôi hàu ở Cái Rồng từ nay thay phiên đi tuần ban đêm cùng chiến sĩ Đồn Biên phòng Ngọc Vừng. \
Đó là kết quả buổi ký kết hôm nay giữa đồn và Hợp tác xã nuôi biển Thắng Lợi, sau nhiều vụ trộm hàu giống. \
Đồn trưởng Ngô Đức Thịnh mong bà con yên tâm bám vùng nuôi trong ba năm tới."""
ELSEWHERE = """Trận mưa đá chiều qua làm hơn ba trăm mái nhà ở huyện Mộc Châu thủng lỗ chỗ, nhiều vườn mận sắp thu hoạch \
rụng trắng gốc. Chính quyền đã cấp bạt che tạm cho các gia đình có người già, trẻ nhỏ. Thiệt hại ban đầu ước tính mười \
hai tỷ đồng, chưa kể diện tích rau trong nhà lưới bị đổ sập."""


class Desk:
    """A database with stories and a grouper over them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.db = connection
        self.grouper = Grouper(connection)
        self.stories: dict[int, tuple[Story, bool, Agreement | None]] = {}

    def add(
        self,
        number: int,
        title: str,
        text: str,
        *,
        published: datetime | None = NOON,
        is_match: bool = False,
        agreement: Agreement | None = None,
    ) -> Grouped:
        story = Story(url=f"https://bao.example/{number}", title=title, text=text, published=published)
        self.db.execute(
            "INSERT INTO stories (id, title, text) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET title = ?2, text = ?3",
            (number, title, text),
        )
        return self.grouper.add(number, story, is_match, agreement)

    def event(self, number: int) -> int | None:
        return self.grouper.standing(number)[1]

    def original(self, number: int) -> int | None:
        return self.grouper.standing(number)[0]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.db.execute(sql).fetchall()

    def everything(self) -> dict[str, list[tuple[object, ...]]]:
        tables = (
            "duplicate_bands",
            "duplicates",
            "event_stories",
            "event_terms",
            "event_pairs",
            "event_digests",
        )
        return {table: sorted(self.rows(f"SELECT * FROM {table}"), key=repr) for table in tables}


@pytest.fixture
def desk() -> Iterator[Desk]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript("CREATE TABLE stories (id INTEGER PRIMARY KEY, title TEXT, text TEXT);" + SCHEMA)
    yield Desk(connection)
    connection.close()


def signing(
    *parties: str,
    day: str | None = None,
    acts: Sequence[Act] = (Act.KY_KET,),
    period: str | None = None,
) -> Agreement:
    return Agreement(
        acts=tuple(acts),
        parties=tuple(Party(name=key, key=key) for key in parties),
        event_date=day,
        event_date_precision=Precision.DAY if day else None,
        period=period,
    )


def test_a_retelling_joins_and_another_matter_founds(desk: Desk) -> None:
    first = desk.add(1, "Biên phòng và hợp tác xã giữ vùng nuôi hàu", SIGNING)
    second = desk.add(2, "Xã viên nuôi hàu đi tuần cùng bộ đội", RETOLD)
    third = desk.add(3, "Mưa đá ở Mộc Châu", ELSEWHERE)
    assert second.event == first.event != third.event
    assert any("wording" in reason for reason in second.joined.reasons)
    assert desk.rows(f"SELECT size FROM events WHERE id = {first.event}") == [(2,)]


def test_why_a_story_joined_is_stored(desk: Desk) -> None:
    desk.add(1, "Biên phòng và hợp tác xã giữ vùng nuôi hàu", SIGNING)
    joined = desk.add(2, "Xã viên nuôi hàu đi tuần cùng bộ đội", RETOLD).joined
    [(reasons, score)] = desk.rows("SELECT reasons, score FROM event_stories WHERE story = 2")
    assert json.loads(str(reasons)) == list(joined.reasons)
    assert score == joined.score


def test_a_reprint_is_a_duplicate_and_joins_its_original(desk: Desk) -> None:
    first = desk.add(1, "Giữ vùng nuôi hàu", SIGNING)
    again = desk.add(2, "Đêm đêm giữ hàu", "(Tin tổng hợp) " + SIGNING, published=NOON + timedelta(hours=3))
    assert again.duplicate_of == 1
    assert again.event == first.event
    assert again.duplicate_reason


def test_the_first_published_is_the_original_whenever_it_arrives(desk: Desk) -> None:
    desk.add(1, "Chép lại", SIGNING, published=NOON + timedelta(hours=5))
    desk.add(2, "Chép lại nữa", SIGNING, published=NOON + timedelta(hours=9))
    first = desk.add(3, "Bản gốc", SIGNING, published=NOON)
    assert first.duplicate is None
    assert [desk.original(number) for number in (1, 2, 3)] == [3, 3, None]
    assert len({desk.event(number) for number in (1, 2, 3)}) == 1


def test_when_the_original_goes_the_next_earliest_takes_its_place(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.add(number, "Giữ hàu", SIGNING, published=NOON + timedelta(hours=number))
    desk.grouper.remove(1)
    assert [desk.original(number) for number in (2, 3)] == [None, 2]


def test_the_same_text_years_later_is_still_a_duplicate(desk: Desk) -> None:
    desk.add(1, "Giữ hàu", SIGNING)
    assert desk.add(2, "Giữ hàu", SIGNING, published=NOON + timedelta(days=900)).duplicate_of == 1


def test_parties_and_day_join_what_is_told_in_quite_other_words(desk: Desk) -> None:
    facts = signing("don_bien_phong:ngoc-vung", "name:thang-loi", day="2024-05-20")
    first = desk.add(1, "Giữ vùng nuôi hàu", SIGNING, is_match=True, agreement=facts)
    other = desk.add(
        2,
        "Thêm yên tâm bám biển",
        "Đồn Biên phòng Ngọc Vừng vừa có thỏa thuận với Hợp tác xã Thắng Lợi: người nuôi góp xuồng, đồn cử lính gác đêm. "
        "Cách làm ấy khiến kẻ gian chùn tay.",
        is_match=True,
        agreement=facts,
    )
    assert other.event == first.event
    assert "the same parties" in other.joined.reasons[0]


@pytest.mark.parametrize(
    ("later", "facts"),
    [
        pytest.param(2, signing("cong_an:ha-tinh", "mttq:ha-tinh", day="2024-05-22"), id="another province"),
        pytest.param(370, signing("cong_an:nghe-an", "mttq:nghe-an", day="2025-05-25"), id="a year later"),
        pytest.param(9, signing("cong_an:nghe-an", "mttq:nghe-an", day="2024-05-29"), id="another day"),
    ],
)
def test_alike_wording_with_other_facts_is_another_event(desk: Desk, later: int, facts: Agreement) -> None:
    text = (
        "Hội nghị sơ kết chương trình phối hợp xây dựng phong trào toàn dân bảo vệ an ninh Tổ quốc diễn ra trong không khí sôi "
        "nổi. {} Các đại biểu thảo luận ba nhóm giải pháp, thống nhất nhân rộng mô hình tự quản ở khu dân cư, biểu dương "
        "những tập thể làm tốt."
    )
    first = desk.add(
        1, "Sơ kết phối hợp Công an - Mặt trận", text.format("Nghệ An có 1.200 mô hình, 9.000 nguồn tin."),
        is_match=True, agreement=signing("cong_an:nghe-an", "mttq:nghe-an", day="2024-05-20"),
    )  # fmt: skip
    place = "Hà Tĩnh" if "ha-tinh" in facts.parties[0].key else "Nghệ An"
    second = desk.add(
        2, "Sơ kết phối hợp Công an - Mặt trận", text.format(f"{place} có 876 mô hình, giảm bảy phần trăm số vụ án."),
        published=NOON + timedelta(days=later), is_match=True, agreement=facts,
    )  # fmt: skip
    assert second.duplicate is None
    assert second.event != first.event


def test_what_the_paper_is_called_is_no_key(desk: Desk) -> None:
    """One outlet's kế hoạch is another's chương trình; Agreement.kind takes no part."""
    assert "kind" not in event_digests.Facts.__dataclass_fields__


def test_a_renewal_is_its_own_event_and_links_to_what_it_renews(desk: Desk) -> None:
    parties = ("vung_canh_sat_bien:2", "ubnd:quang-nam")
    first = desk.add(
        1, "Ký chương trình", SIGNING, is_match=True, agreement=signing(*parties, day="2024-05-20")
    )
    renewal = desk.add(
        2, "Gia hạn chương trình", RETOLD, published=NOON + timedelta(days=1095), is_match=True,
        agreement=signing(*parties, day="2027-05-20", acts=(Act.GIA_HAN,)),
    )  # fmt: skip
    assert renewal.event != first.event
    [(renews, why)] = desk.rows(f"SELECT renews, renews_reason FROM events WHERE id = {renewal.event}")
    assert renews == first.event
    assert "3.0 years" in str(why)


def test_a_review_renews_nothing(desk: Desk) -> None:
    parties = ("vung_canh_sat_bien:2", "ubnd:quang-nam")
    desk.add(1, "Ký chương trình", SIGNING, is_match=True, agreement=signing(*parties))
    review = desk.add(
        2, "Sơ kết", ELSEWHERE, published=NOON + timedelta(days=400), is_match=True,
        agreement=signing(*parties, acts=(Act.SO_KET,)),
    )  # fmt: skip
    assert desk.rows(f"SELECT renews FROM events WHERE id = {review.event}") == [(None,)]


def test_judging_again_changes_nothing(desk: Desk) -> None:
    facts = signing("don_bien_phong:ngoc-vung", "name:thang-loi", day="2024-05-20")
    desk.add(1, "Giữ vùng nuôi hàu", SIGNING, is_match=True, agreement=facts)
    desk.add(2, "Xã viên đi tuần", RETOLD)
    desk.add(3, "Chép lại", SIGNING, published=NOON + timedelta(hours=4))
    before = desk.everything()
    desk.add(2, "Xã viên đi tuần", RETOLD)
    after = desk.everything()
    for tables in (before, after):
        # Why it belongs there is told anew: the event has grown meanwhile.
        tables["event_stories"] = [row[:2] for row in tables["event_stories"]]
    assert after == before


def test_a_story_judged_again_alone_keeps_its_event_id(desk: Desk) -> None:
    first = desk.add(1, "Giữ vùng nuôi hàu", SIGNING)
    assert desk.add(1, "Mưa đá ở Mộc Châu", ELSEWHERE).event == first.event
    desk.grouper.remove(1)
    assert desk.add(1, "Giữ vùng nuôi hàu", SIGNING).event == first.event


def test_a_story_that_moves_leads_its_old_empty_event_along(desk: Desk) -> None:
    first = desk.add(1, "Giữ vùng nuôi hàu", SIGNING)
    alone = desk.add(2, "Mưa đá", ELSEWHERE)
    assert desk.add(2, "Xã viên nuôi hàu đi tuần", RETOLD).event == first.event
    assert desk.grouper.root(alone.event) == first.event


def test_removing_leaves_nothing_in_the_index(desk: Desk) -> None:
    desk.add(1, "Giữ vùng nuôi hàu", SIGNING, is_match=True, agreement=signing("a:b", "c:d"))
    desk.grouper.remove(1)
    left = desk.everything()
    assert left.pop("event_digests")[0][2] is None
    assert all(not rows for rows in left.values())


def test_a_person_merges_and_the_machine_keeps_it(desk: Desk) -> None:
    kept = desk.add(1, "Giữ vùng nuôi hàu", SIGNING).event
    other = desk.add(2, "Mưa đá ở Mộc Châu", ELSEWHERE).event
    assert desk.grouper.merge(kept, [other], "2024-05-21T00:00:00Z") == kept
    assert desk.grouper.root(other) == kept
    assert desk.add(2, "Mưa đá ở Mộc Châu", ELSEWHERE).event == kept


def test_a_person_splits_and_the_machine_keeps_it(desk: Desk) -> None:
    event = desk.add(1, "Giữ vùng nuôi hàu", SIGNING).event
    desk.add(2, "Xã viên nuôi hàu đi tuần", RETOLD)
    founded = desk.grouper.split(event, [2], "2024-05-21T00:00:00Z")
    assert (desk.event(1), desk.event(2)) == (event, founded)
    for _ in range(2):
        desk.add(2, "Xã viên nuôi hàu đi tuần", RETOLD)
        desk.add(1, "Giữ vùng nuôi hàu", SIGNING)
    assert desk.event(1) != desk.event(2)
    desk.add(3, "Bộ đội và xã viên giữ hàu", RETOLD + " Đêm qua tổ tuần tra đầu tiên đã xuất phát.")
    assert desk.event(1) != desk.event(2)


def test_a_later_merge_by_a_person_outranks_the_split(desk: Desk) -> None:
    event = desk.add(1, "Giữ vùng nuôi hàu", SIGNING).event
    desk.add(2, "Xã viên nuôi hàu đi tuần", RETOLD)
    founded = desk.grouper.split(event, [2])
    desk.grouper.merge(event, [founded])
    desk.add(2, "Xã viên nuôi hàu đi tuần", RETOLD)
    assert desk.event(2) == desk.event(1) == event


def test_a_split_that_leaves_nothing_is_refused(desk: Desk) -> None:
    event = desk.add(1, "Giữ vùng nuôi hàu", SIGNING).event
    with pytest.raises(StoreError, match="some that stay"):
        desk.grouper.split(event, [1])
    with pytest.raises(StoreError, match="no event e99"):
        desk.grouper.merge(event, [99])


def test_nothing_is_committed_by_the_grouper(desk: Desk) -> None:
    desk.db.execute("BEGIN IMMEDIATE")
    desk.add(1, "Giữ vùng nuôi hàu", SIGNING)
    desk.db.execute("ROLLBACK")
    assert all(not rows for rows in desk.everything().values())
    assert desk.add(1, "Mưa đá ở Mộc Châu", ELSEWHERE).duplicate is None


def test_stories_of_unknown_time_are_grouped_too(desk: Desk) -> None:
    first = desk.add(1, "Giữ vùng nuôi hàu", SIGNING, published=None)
    assert desk.add(2, "Xã viên nuôi hàu đi tuần", RETOLD, published=None).event == first.event
    assert desk.add(3, "Chép lại", SIGNING).event == first.event


def test_two_events_that_a_late_story_shows_to_be_one_become_one(desk: Desk) -> None:
    kept = desk.add(1, "Biên phòng và hợp tác xã giữ vùng nuôi hàu", SIGNING).event
    apart = desk.add(2, "Mưa đá ở Mộc Châu", ELSEWHERE).event
    desk.grouper.remove(2)
    desk.add(3, "Xã viên nuôi hàu đi tuần cùng bộ đội", RETOLD)
    # What was the other event tells the same now: judged again, it leads to the event that stands.
    assert desk.add(2, "Tuần tra đêm giữ vùng nuôi hàu", RETOLD + " " + SIGNING.split(". ")[2]).event == kept
    assert desk.grouper.root(apart) == kept


def test_a_story_that_is_no_match_moves_to_where_it_fits_better() -> None:
    def told(text: str) -> event_digests.Digest:
        return event_digests.digest(Story(url="https://bao.example/1", title="Tin", text=text))

    story, near, far = told(SIGNING), told(RETOLD), told(ELSEWHERE)
    assert events.fits_better(story, [far], [near])
    assert not events.fits_better(story, [near], [far])


def test_stories_without_words_and_without_end_are_taken_too(desk: Desk) -> None:
    empty, other = desk.add(1, "", ""), desk.add(2, "", "")
    assert empty.event != other.event
    assert other.duplicate is None
    endless = " ".join(f"chữ{n} số{n * 7}" for n in range(70_000))
    desk.add(3, "Bảng số", endless)
    assert desk.add(4, "Bảng số chép lại", endless).duplicate_of == 3


def test_terms_survive_storing() -> None:
    story = Story(url="https://bao.example/1", title="Giữ vùng nuôi hàu", text=SIGNING)
    terms = event_digests.digest(story).terms
    again = event_digests.unpack(event_digests.pack(terms))
    assert list(again) == list(terms)
    assert max(abs(again[term] - terms[term]) for term in terms) < 1e-4
    assert event_digests.digest(story).terms == terms


def test_comparing_is_symmetric() -> None:
    one, other = (
        event_digests.digest(Story(url="https://bao.example/1", title="Giữ hàu", text=text))
        for text in (SIGNING, RETOLD)
    )
    assert events.compare(one, other).wording == pytest.approx(events.compare(other, one).wording)


def test_bcubed_of_a_known_grouping() -> None:
    precision, recall = evaluation.bcubed([1, 1, 2, 3], ["a", "a", "a", "b"])
    assert precision == 1.0
    assert recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert evaluation.bcubed([], []) == (1.0, 1.0)


def test_evaluating_counts_duplicates_in_pairs() -> None:
    rows = [
        {
            "id": "1",
            "title": "Giữ hàu",
            "text": SIGNING,
            "event": "a",
            "published": "Mon, 20 May 2024 05:00:00 +0700",
        },
        {"id": "2", "title": "Mưa đá", "text": ELSEWHERE, "event": "b"},
        {"id": "3", "title": "Chép lại", "text": SIGNING, "event": "a"},
        {"id": "4", "title": "Chép nữa", "text": "(Tin nhanh) " + SIGNING, "event": "z"},
    ]
    report = evaluation.evaluate(rows, judge=evaluation.by_wording)
    assert (report["n"], report["events"], report["duplicate_pairs"]) == (4, 2, 3)
    assert report["duplicate_precision"] == pytest.approx(1 / 3, abs=1e-4)


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        # Two bodies of one province sign with others on the same day: the province's name alone joins nothing.
        (("cong_an:song-cai", "dai_hoc:ben-thuong"), ("hoi_ccb:song-cai", "cong_an:song-cai"), False),
        (("bo_chqs:song-cai", "tieu_khu:nam-chau"), ("hoi_ccb:song-cai", "cong_an:song-cai"), False),
        # One paper's "UBND tỉnh" is the next one's "tỉnh".
        (("ubnd:song-cai", "tap_doan:sao-khue"), ("tinh:song-cai", "tap_doan:sao-khue"), True),
    ],
)
def test_a_place_that_another_body_explains_names_no_party(
    one: tuple[str, ...], other: tuple[str, ...], joined: bool
) -> None:
    from pipelines.event_digests import Digest, Facts
    from pipelines.events import compare

    words = dict.fromkeys(range(9), 1 / 12**0.5)
    place = {zlib.crc32(b"song cai"): 1 / 12**0.5}

    def told(parties: tuple[str, ...]) -> Digest:
        return Digest(
            terms=words | place, at=1e9, is_match=True,
            facts=Facts(parties=frozenset(parties), acts=frozenset({"ky_ket"}), date="2026-08-12"),
        )  # fmt: skip

    assert (compare(told(one), told(other)).same_signing is True) is joined
