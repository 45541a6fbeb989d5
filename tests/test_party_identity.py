"""What a person says of parties reaches the events: merged parties sign together, split ones do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import storing
from storing import HOUR, NOW

from pipelines.database import Store

FIRST = (
    "Sáng 2-8, Trung tâm Dạy nghề Bến Sỏi và Hội Người cao tuổi ký bản ghi nhớ về lớp đan lưới cho người già neo đơn.\n"
    "Mỗi lớp có mười lăm học viên, học ba buổi một tuần, được cấp sợi cước và kim đan; sản phẩm do hợp tác xã mua lại."
)
RETOLD = (
    "Các cụ ông, cụ bà ở phường Hòa Lợi sắp được học nghề gần nhà, theo thỏa thuận giữa TTDN Bến Sỏi và NCT Hòa Lợi.\n"
    "Sau khóa đầu, ban tổ chức sẽ mở gian hàng ở chợ phiên để bán lưới do học viên làm ra, lấy tiền lời góp quỹ chung."
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with storing.open_store(tmp_path) as opened:
        yield opened
        assert opened.check() == []


def _tell_twice(store: Store) -> dict[str, int]:
    """Two tellings whose parties nobody knows to be the same; the number of each party."""
    one = storing.story(1, FIRST, title="Người già học đan lưới")
    other = storing.story(2, RETOLD, title="Lớp nghề gần nhà", name="haithanh", published=NOW + HOUR)
    storing.save(store, one, agreement=storing.agreement("Trung tâm Bến Sỏi", "Hội Người cao tuổi"))
    storing.save(store, other, agreement=storing.agreement("TTDN Bến Sỏi", "NCT Hòa Lợi"))
    return {party["name"]: int(party["id"][1:]) for party in store.reading.parties()}


def _merge(store: Store, numbers: dict[str, int]) -> None:
    store.agreements.merge_parties(
        numbers["Trung tâm Bến Sỏi"], [numbers["TTDN Bến Sỏi"]], now=NOW + timedelta(hours=2)
    )
    store.agreements.merge_parties(
        numbers["Hội Người cao tuổi"], [numbers["NCT Hòa Lợi"]], now=NOW + timedelta(hours=2)
    )


def _event(store: Store, story: int) -> int | None:
    return store.grouper.standing(story)[1]


def test_merging_parties_brings_their_tellings_together(store: Store) -> None:
    numbers = _tell_twice(store)
    apart = (_event(store, 1), _event(store, 2))
    assert apart[0] != apart[1]
    _merge(store, numbers)
    assert _event(store, 1) == _event(store, 2)
    kept = _event(store, 1)
    assert kept is not None
    assert {store.grouper.current(event) for event in apart if event is not None} == {kept}


def test_a_story_to_come_is_compared_by_the_party_that_its_name_was_merged_into(store: Store) -> None:
    numbers = _tell_twice(store)
    _merge(store, numbers)
    third = storing.story(
        3,
        "Đoàn liên ngành đã xem chỗ đặt khung cửi và hứa cho mượn hai gian nhà kho bỏ trống suốt mùa mưa năm nay.",
        title="Xem chỗ đặt khung cửi",
        published=NOW + 3 * HOUR,
    )
    storing.save(store, third, agreement=storing.agreement("TTDN Bến Sỏi", "NCT Hòa Lợi"))
    facts = store.value("SELECT facts FROM event_digests WHERE story = 3")
    keys = {
        store.value("SELECT key FROM parties WHERE id = ?", (numbers[name],))
        for name in ("Trung tâm Bến Sỏi", "Hội Người cao tuổi")
    }
    assert all(key in facts for key in keys)


def test_merging_parties_never_undoes_what_a_person_split(store: Store) -> None:
    numbers = _tell_twice(store)
    kept = store.grouper.merge(_event(store, 1), [_event(store, 2)], at="2026-08-03T01:30:00Z")
    store.grouper.split(kept, [2], at="2026-08-03T01:40:00Z")
    apart = (_event(store, 1), _event(store, 2))
    _merge(store, numbers)
    assert (_event(store, 1), _event(store, 2)) == apart
    assert apart[0] != apart[1]


def test_merging_parties_never_undoes_what_a_person_merged(store: Store) -> None:
    numbers = _tell_twice(store)
    kept = store.grouper.merge(_event(store, 1), [_event(store, 2)], at="2026-08-03T01:30:00Z")
    store.agreements.merge_parties(numbers["Trung tâm Bến Sỏi"], [numbers["NCT Hòa Lợi"]], now=NOW + 2 * HOUR)
    assert {_event(store, 1), _event(store, 2)} == {kept}


def test_splitting_a_merged_party_lets_its_facts_be_its_own_again(store: Store) -> None:
    numbers = _tell_twice(store)
    before = store.value("SELECT facts FROM event_digests WHERE story = 2")
    _merge(store, numbers)
    assert store.value("SELECT facts FROM event_digests WHERE story = 2") != before
    for name in ("TTDN Bến Sỏi", "NCT Hòa Lợi"):
        store.agreements.split_party(numbers[name], now=NOW + 3 * HOUR)
    assert store.value("SELECT facts FROM event_digests WHERE story = 2") == before
