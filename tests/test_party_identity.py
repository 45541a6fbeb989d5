"""What a person says of parties reaches the events: merged parties sign together, split ones do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import storing
from storing import HOUR, NOW

from pipelines.database import Store
from pipelines.database.party_identity import standing
from pipelines.errors import StoreError
from pipelines.types import Party

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


def _parties(store: Store) -> dict[str, int]:
    """Names and numbers of the parties that stand for themselves."""
    return {party["name"]: int(party["id"][1:]) for party in store.reading.parties()}


def _three(store: Store) -> dict[str, int]:
    """Three stories of three bodies with one partner."""
    for number, name in enumerate(("Hội Sen Hồng", "Hội Sen Trắng", "Hội Sen Vàng"), start=1):
        text = f"Câu chuyện thứ {number} kể việc trồng sen ở một làng ven sông, mỗi nơi một cách làm riêng."
        told = storing.story(number, text, title=f"Làng sen {number}", name=f"bao{number}")
        storing.save(store, told, agreement=storing.agreement(name, "Hội Bến Nước"))
    return _parties(store)


def test_splitting_takes_out_what_had_been_merged_into_it_before(store: Store) -> None:
    numbers = _three(store)
    before = store.reading.parties()
    pink, white, yellow = (numbers[f"Hội Sen {colour}"] for colour in ("Hồng", "Trắng", "Vàng"))
    store.agreements.merge_parties(white, [yellow], now=NOW)
    store.agreements.merge_parties(pink, [white], now=NOW + HOUR)
    assert set(_parties(store)) == {"Hội Sen Hồng", "Hội Bến Nước"}
    store.agreements.split_party(white, now=NOW + 2 * HOUR)
    assert set(_parties(store)) == {"Hội Sen Hồng", "Hội Sen Trắng", "Hội Bến Nước"}
    store.agreements.split_party(yellow, now=NOW + 3 * HOUR)
    assert store.reading.parties() == before


def test_a_party_is_not_merged_into_itself(store: Store) -> None:
    number = _three(store)["Hội Sen Hồng"]
    with pytest.raises(StoreError, match="into itself"):
        store.agreements.merge_parties(number, [number], now=NOW)


def test_splitting_a_party_that_was_never_merged_says_what_was_merged_into_it(store: Store) -> None:
    numbers = _three(store)
    pink, white = numbers["Hội Sen Hồng"], numbers["Hội Sen Trắng"]
    store.agreements.merge_parties(pink, [white], now=NOW)
    with pytest.raises(StoreError, match=rf"merged into it \(p{white}\)"):
        store.agreements.split_party(pink, now=NOW)


def test_a_name_split_off_one_party_stays_with_the_others_that_are_called_so(store: Store) -> None:
    numbers = _three(store)
    for name in ("Hội Sen Hồng", "Hội Sen Trắng"):
        with store.transaction() as db:
            db.execute(
                "INSERT INTO aliases (name, folded, party) VALUES ('Hội Sen', 'hoi sen', ?)", (numbers[name],)
            )
    store.agreements.split_party(numbers["Hội Sen Hồng"], "Hội Sen", now=NOW)
    keys = [
        store.value("SELECT key FROM parties WHERE id = ?", (numbers[name],))
        for name in ("Hội Sen Hồng", "Hội Sen Trắng")
    ]
    split, kept = (standing(store.connection, Party(name="Hội Sen", key=key))[0] for key in keys)
    assert split.startswith("person:")
    assert kept == keys[1]


POLICE = Party(
    name="CA tỉnh Sơn La", key="cong_an:son-la", full="Công an tỉnh Sơn La", short="Công an tỉnh Sơn La", head="cong_an"
)  # fmt: skip


def _told(store: Store, number: int, *parties: Party) -> None:
    agreement = replace(storing.agreement("A", "B"), parties=parties)
    text = (
        f"Tin thứ {number} kể chuyện hai đơn vị dựng lán cho học sinh ở bản xa, thợ mộc làm việc suốt tuần."
    )
    storing.save(
        store,
        storing.story(number, text, title=f"Dựng lán {number}", name=f"bao{number}"),
        agreement=agreement,
    )


def test_what_a_person_merged_stays_merged_when_the_registry_reads_another_key(store: Store) -> None:
    """The key of an older registry; the body's full name has the new one today."""
    other = Party(name="Hội Gỗ", key="hoi:go", full="Hội Gỗ")
    _told(store, 1, replace(POLICE, key="police:son-la"), other)
    _told(store, 2, Party(name="Đội Dựng Lán", key="doi:dung-lan", full="Đội Dựng Lán"), other)
    numbers = _parties(store)
    police, team = numbers["Công an tỉnh Sơn La"], numbers["Đội Dựng Lán"]
    store.agreements.merge_parties(team, [police], now=NOW)
    store.agreements.split_party(police, "CA tỉnh Sơn La", now=NOW + HOUR)
    _told(store, 3, replace(POLICE, name="Công an Sơn La"), other)
    assert store.value("SELECT count(*) FROM parties WHERE key LIKE '%:son-la'") == 1
    assert store.value("SELECT key FROM parties WHERE id = ?", (police,)) == POLICE.key
    assert store.value("SELECT merged_into FROM parties WHERE id = ?", (police,)) == team
    _told(store, 4, POLICE, other)  # the name that was split off stays so under the new key
    assert store.value(
        "SELECT p.key LIKE 'person:%' FROM agreement_parties ap JOIN parties p ON p.id = ap.party "
        "JOIN agreements a ON a.id = ap.agreement WHERE a.story = 4 AND ap.position = 1"
    )
    person = next(one for one in store.reading.parties() if one["name"] == "CA tỉnh Sơn La")
    assert person["aliases"] == ["CA tỉnh Sơn La"]
    store.agreements.split_party(police, now=NOW + 2 * HOUR)
    assert store.value("SELECT merged_into FROM parties WHERE id = ?", (police,)) is None


def test_bodies_of_one_story_alone_stay_two_parties(store: Store) -> None:
    """Both are called "Công an tỉnh", and nobody knows which province's."""
    other = Party(name="Hội Gỗ", key="hoi:go", full="Hội Gỗ")
    for number, mark in ((1, "aaaa0001"), (2, "bbbb0002")):
        _told(
            store, number, Party(name="Công an tỉnh", key=f"cong_an:tinh@?{mark}", full="Công an tỉnh"), other
        )
    told = [party for party in store.reading.parties() if party["name"] == "Công an tỉnh"]
    assert [party["agreements"] for party in told] == [1, 1]
