"""Choosing: what the lists left is taken where fewer than two parties are known; names that compete are one party."""

from __future__ import annotations

import pytest

from pipelines.agreements import read_agreement
from pipelines.institutions import Registry
from pipelines.reading import choosing
from pipelines.reading.candidates import names_in
from pipelines.reading.choosing import Body, Surveyed, Told, competes, probability
from pipelines.reading.choosing_fit import MODELS, Example, examples_of, fit, party_f1
from pipelines.reading.units import units_of
from pipelines.types import Story

REGISTRY = Registry.load()
STORY = {
    "id": "one",
    "title": "Sông Gió và Đá Cuội bắt tay",
    "text": "Công an tỉnh Sơn La và Sở Y tế tỉnh Sơn La ký kết quy chế phối hợp. Tỉnh ủy Sơn La dự.",
    "parties": ["Công an tỉnh Sơn La", "Sở Y tế tỉnh Sơn La"],
}


def told(text: str) -> list[Body]:
    """One body a name of the sentence."""
    units = units_of(Story(url="https://bao.example/tin", title="", text=text))
    return [
        Body(told=[Told(named, REGISTRY.describe(named.mention), None)])
        for unit in units
        for named in names_in(unit, REGISTRY)
    ]


def names(title: str, text: str) -> list[str]:
    story = Story(url="https://bao.example/tin", title=title, text=text)
    return [party.name for party in read_agreement(story).parties]


def test_the_weights_know_the_three_models_and_no_sign_by_another_name() -> None:
    assert set(choosing.shipped()) == set(MODELS)
    assert all("bias" in weights for weights in choosing.shipped().values())


def test_a_probability_lies_between_none_and_sure_and_unknown_signs_say_nothing() -> None:
    plain = probability("missing", frozenset())
    assert 0.0 < plain < 1.0
    assert probability("missing", frozenset({"no such sign"})) == plain


def test_a_signing_nearby_speaks_for_a_body() -> None:
    signing = probability("missing", frozenset({"signed", "with", "with, signed"}))
    assert signing > probability("missing", frozenset({"signed", "attends"}))


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        pytest.param(
            "Thanh niên Sơn La hợp tác với thanh niên VTV",
            "Tỉnh đoàn Sơn La vừa đón Đoàn Thanh niên Đài Truyền hình Việt Nam. Ngày 26-11, hai tổ chức Đoàn ký kết chương trình phối hợp.",
            ["Tỉnh đoàn Sơn La", "Đoàn Thanh niên Đài Truyền hình Việt Nam"],
            id="the-longer-name-in-the-stead-of-the-short-one",
        ),
        pytest.param(
            "Tiểu đoàn 7 kết nghĩa với xã Mường Mây",
            "Sáng nay, Đảng ủy Tiểu đoàn 7 và Đảng ủy xã Mường Mây đã làm lễ ký kết kết nghĩa.",
            ["Đảng ủy Tiểu đoàn 7", "Đảng ủy xã Mường Mây"],
            id="the-committees-and-not-what-they-lead",
        ),
    ],
)
def test_the_likelier_of_two_names_that_compete_is_the_party(
    title: str, text: str, expected: list[str]
) -> None:
    assert names(title, text) == expected


def test_a_name_and_the_longer_one_around_it_compete() -> None:
    unit, committee = told("Tiểu đoàn 1 họp. Đảng ủy Tiểu đoàn 1 họp.")[:2]
    assert competes(unit, committee) and competes(committee, unit)


def test_two_bodies_of_one_province_do_not_compete() -> None:
    police, health = told("Công an tỉnh Sơn La và Sở Y tế tỉnh Sơn La họp.")[:2]
    assert not competes(police, health)


def test_two_parties_that_nothing_competes_with_stay_as_the_lists_tell_them() -> None:
    assert names(STORY["title"], STORY["text"]) == STORY["parties"]  # type: ignore[arg-type]


def test_each_party_keeps_the_place_where_it_stands() -> None:
    text = (
        "Chiều 3-4, Thiếu tướng Lê Văn A, Tư lệnh Quân đoàn 4, tiếp ông Trần Văn B. Hai bên ký kết nghĩa. "
        "Tập đoàn Công nghiệp Cao su Việt Nam sẽ đón bộ đội đến học nghề."
    )
    story = Story(url="https://bao.example/tin", title="Quân đoàn 4 và ngành cao su kết nghĩa", text=text)
    found = read_agreement(story).parties
    assert [party.name for party in found][:1] == ["Quân đoàn 4"]
    for party in found:
        assert party.span is not None
        source = story.title if party.span.field == "title" else text
        assert source[party.span.start : party.span.end] in party.name


def test_signs_compare_a_body_with_what_was_chosen() -> None:
    bodies = told("Tiểu đoàn 1 và xã Sam Mứn kết nghĩa.")
    assert any("twins" in Surveyed(bodies, []).signs(body) for body in bodies)


def test_a_labelled_story_gives_examples_of_every_reading() -> None:
    examples = list(examples_of([STORY], REGISTRY))
    assert {example.weight for example in examples} == {1.0, 0.5}
    assert sum(example.party for example in examples if example.weight == 1.0) == 2


def test_asking_counts_right_found_and_expected_parties() -> None:
    assert party_f1([STORY], REGISTRY, None) == (2, 2, 2)
    assert party_f1([STORY], REGISTRY, choosing.shipped()) == (2, 2, 2)


def test_a_fit_learns_the_sign_that_tells_parties_apart() -> None:
    pytest.importorskip("sklearn")
    examples = [
        Example(model, frozenset({"good"} if party else {"bad"}), party, 1.0, str(number))
        for model in MODELS
        for number in range(10)
        for party in (True, False)
    ]
    for weights in fit(examples).values():
        assert weights["good"] > 0 > weights["bad"]
