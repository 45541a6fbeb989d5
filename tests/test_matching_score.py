"""The judge: one probability with true reasons, the same each time, in whatever form a story comes."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable

import pytest

from pipelines.evaluation.matches import average_precision, evaluate, figures, judge_rows
from pipelines.matching.evidence import Reader
from pipelines.matching.score import Judge
from pipelines.matching.similarity import SeedCorpus
from pipelines.matching.trees import Trees
from pipelines.profile import load_profile
from pipelines.types import Story
from pipelines.vietnamese import squeeze, strip_marks, tidy

PROFILE = load_profile()
JUDGE = Judge(PROFILE, SeedCorpus.shipped(PROFILE))

TITLE = "Công an huyện Ba Lòng và Hạt Kiểm lâm ký quy chế phối hợp"
TEXT = (
    "Sáng 5-3, Công an huyện Ba Lòng và Hạt Kiểm lâm huyện tổ chức lễ ký kết quy chế phối hợp bảo vệ rừng đầu nguồn "
    "giai đoạn 2025-2030.\nTheo quy chế, hai đơn vị trao đổi thông tin mỗi tuần một lần và cùng kiểm tra các điểm nóng.\n"
    "Hai bên giao ban định kỳ mỗi quý để rút kinh nghiệm."
)


def story(title: str = TITLE, text: str = TEXT) -> Story:
    return Story(url="u", title=squeeze(title), text=tidy(text))


def test_a_signing_is_a_match_and_its_first_evidence_is_the_deed() -> None:
    match = JUDGE.judge(story())
    assert match.is_match
    assert match.evidence[0].phrase.lower().endswith(("ký quy chế phối hợp", "ký kết quy chế phối hợp"))
    for evidence in match.evidence:
        source = TITLE if evidence.field == "title" else TEXT
        assert source[evidence.start : evidence.end] == evidence.phrase
        assert source[evidence.sentence_start : evidence.sentence_end] == evidence.sentence


def test_the_same_story_gets_the_same_judgement() -> None:
    assert JUDGE.judge(story()) == Judge(load_profile(), SeedCorpus.shipped(PROFILE)).judge(story())


def test_a_story_that_fails_the_gate_scores_nothing() -> None:
    match = JUDGE.judge(story("Mưa lớn", "Mưa lớn làm ngập đường."))
    assert match.score == 0
    assert not match.evidence


def test_the_reasons_are_parts_of_the_score() -> None:
    reading = Reader(PROFILE).read(TITLE, TEXT)
    found = JUDGE.signs_of(reading, JUDGE.seeds.nearness(TITLE, TEXT))
    logit, reasons = JUDGE._weigh(reading, found)
    start = JUDGE._trees.start if JUDGE._trees else JUDGE._bias
    assert math.isclose(start + sum(reasons.values()), logit, abs_tol=1e-6)
    assert math.isclose(JUDGE.judge(story()).score, 1 / (1 + math.exp(-logit)), abs_tol=1e-3)


FORMS: dict[str, Callable[[], Story]] = {
    "no headline": lambda: story(title=""),
    "no lead": lambda: story(text="Dự lễ ký có lãnh đạo hai đơn vị.\n" + TEXT.split("\n", 1)[1]),
    "capital headline": lambda: story(title=TITLE.upper()),
    "all capitals": lambda: story(TITLE.upper(), TEXT.upper()),
    "no marks": lambda: story(strip_marks(TITLE), strip_marks(TEXT)),
    "decomposed": lambda: story(unicodedata.normalize("NFD", TITLE), unicodedata.normalize("NFD", TEXT)),
    "kí": lambda: story(TITLE.replace("ký", "kí"), TEXT.replace("ký", "kí")),
    "joiners": lambda: story(text=TEXT.replace("h", "h\u034f")),
    "lead twice": lambda: story(text=TEXT.split("\n")[0] + "\n" + TEXT),
    "brief": lambda: story(text=TEXT.split("\n")[0]),
    "glued": lambda: story(text=TEXT.replace("phối hợp bảo vệ", "phối hợpbảo vệ")),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_signing_is_a_match_in_every_form(form: str) -> None:
    assert JUDGE.judge(FORMS[form]()).is_match


def test_a_long_feature_is_judged_and_quickly_enough_to_finish() -> None:
    long = (
        TEXT + "\n" + "\n".join(f"Câu chuyện thứ {n} của bà con trong xã kể về mùa màng." for n in range(900))
    )
    assert JUDGE.judge(story(text=long)).evidence


@pytest.mark.parametrize("text", ["", "\n", "?", "ký", "ký kết " * 4000, "𝐤ý" * 50])
def test_odd_texts_are_judged_without_fuss(text: str) -> None:
    match = JUDGE.judge(Story(url="u", title="", text=tidy(text)))
    assert 0 <= match.score <= 1


def test_armed_forces_are_closer_to_the_seeds_than_companies() -> None:
    civil = story(
        "Ngân hàng Sao Mai và hãng bay ký thỏa thuận hợp tác chiến lược",
        "Sáng 5-3, Ngân hàng Sao Mai và hãng bay Cánh Việt ký kết thỏa thuận hợp tác chiến lược phát hành thẻ.",
    )
    assert JUDGE.judge(story()).closeness > JUDGE.judge(civil).closeness


def test_trees_explain_every_step() -> None:
    trees = Trees(
        {"base": 0.5, "names": ["a", "b"], "trees": [[[0, 0.5, 1, 2, 0.1], [-1, 0, 0, 0, -0.4], [1, 1, 3, 4, 0.6], [-1, 0, 0, 0, 0.3], [-1, 0, 0, 0, 0.9]]]}
    )  # fmt: skip
    start, moves = trees.contributions({"a": 1.0, "b": 2.0})
    assert start == pytest.approx(0.6)
    assert moves == {"a": pytest.approx(0.5), "b": pytest.approx(0.3)}
    assert trees.contributions({}) == (pytest.approx(0.6), {"a": pytest.approx(-0.5)})


def row(label: str, number: int, **more: object) -> dict[str, object]:
    own = {"core": (TITLE, TEXT), "neg": ("Mưa lớn", "Mưa lớn làm ngập đường.")}[label]
    return {"id": f"{label}{number}", "title": own[0], "text": own[1], "label": label, **more}


def test_evaluate_gives_the_figures_of_the_contract() -> None:
    report = evaluate([row("core", 1), row("neg", 2, sure=False, stratum="x"), row("neg", 3)], JUDGE)
    assert set(report) == {"threshold", "all", "sure", "by_label", "by_stratum", "errors"}
    assert report["all"] == {
        "n": 3, "positives": 1, "precision": 1.0, "recall": 1.0, "f1": 1.0, "average_precision": 1.0, "core_auc": None,
    }  # fmt: skip
    assert report["sure"]["n"] == 2
    assert report["by_stratum"]["x"]["n"] == 1


def test_errors_say_why() -> None:
    wrong = {**row("neg", 1), "label": "core"}
    (error,) = evaluate([wrong], JUDGE)["errors"]
    assert set(error) >= {"id", "label", "score", "why"}
    assert "gate" in error["why"]


def test_figures_of_nothing_are_none_not_an_error() -> None:
    empty = figures([], 0.5)
    assert empty["precision"] is None
    assert empty["recall"] is None
    assert judge_rows([], JUDGE) == []


def test_average_precision_by_hand() -> None:
    assert average_precision([(0.9, True), (0.8, False), (0.7, True)]) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision([(0.5, True), (0.5, False)]) == pytest.approx(0.5)
    assert average_precision([(0.5, False)]) is None
