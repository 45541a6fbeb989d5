"""Nearness follows the seed corpus; a seed's own text is known again."""

from __future__ import annotations

import pytest

from pipelines.matching.similarity import SeedCorpus
from pipelines.profile import load_profile
from pipelines.vietnamese import strip_marks

SHIPPED = SeedCorpus.shipped(load_profile())
FOREST = (
    "Công an huyện và Hạt Kiểm lâm ký kết quy chế phối hợp bảo vệ rừng đầu nguồn, cùng tuần tra các tiểu khu rừng, "
    "chống khai thác gỗ trái phép và cháy rừng trong mùa khô, trao đổi thông tin về lâm tặc mỗi tuần một lần."
)
SCHOOL = "Sở Giáo dục và công ty phần mềm ký thỏa thuận dạy lập trình cho học sinh phổ thông, tặng phòng máy và giáo trình."


def test_a_seed_added_is_the_nearest_to_a_story_like_it() -> None:
    corpus = SHIPPED.with_seed("rung", None, FOREST).with_seed("truong", None, SCHOOL)
    near = corpus.nearness(
        "Giữ rừng", "Kiểm lâm và công an huyện khác ký quy chế phối hợp bảo vệ rừng, chống cháy rừng mùa khô."
    )
    assert near[0].seed == "rung"
    assert [one.similarity for one in near] == sorted((one.similarity for one in near), reverse=True)
    assert len(near) == len(SHIPPED.ids) + 2


def test_a_seed_removed_is_gone_with_its_vector() -> None:
    seed = SHIPPED.ids[0]
    rest = SHIPPED.without(seed)
    assert seed not in rest.ids
    assert seed in SHIPPED.ids
    assert all(near.seed != seed for near in rest.nearness("", FOREST))


def test_an_empty_corpus_has_no_nearness() -> None:
    assert SeedCorpus().nearness("a", "b") == ()
    assert SeedCorpus().recognise("a", "b") is None


def test_similarity_of_a_text_with_itself_is_one() -> None:
    near = SeedCorpus().with_seed("x", None, FOREST).nearness("", FOREST)
    assert near[0].similarity == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    "change",
    [lambda t: t, lambda t: "Đọc thêm. " + t + " Tin cùng mục.", strip_marks, str.upper, lambda t: t[: int(len(t) * 0.8)]],
    ids=["same", "furniture", "no marks", "capitals", "cut"],
)  # fmt: skip
def test_a_seed_is_known_again(change: object) -> None:
    corpus = SHIPPED.with_seed("rung", None, FOREST)
    assert corpus.recognise(None, change(FOREST)) == "rung"  # type: ignore[operator]
    assert corpus.recognise(None, SCHOOL) is None


def test_a_story_about_the_same_is_not_taken_for_the_seed() -> None:
    corpus = SHIPPED.with_seed("rung", None, FOREST)
    assert (
        corpus.recognise(
            None, "Công an huyện và Hạt Kiểm lâm họp bàn chống cháy rừng mùa khô, ký kết quy chế phối hợp."
        )
        is None
    )
