"""Cleaning, folding, syllables and sentences: the one place where Vietnamese is taken apart."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.vietnamese import (
    clean,
    fold,
    marked_syllables,
    new_style_tones,
    sentences,
    squeeze,
    syllables,
    tidy,
)


@pytest.mark.parametrize(
    "written", ["ký kết", "Ký  Kết", "KÝ KẾT", "kí kết", "ky ket", unicodedata.normalize("NFD", "ký kết"), "k\u034fý k\u200bết"]
)
def test_all_spellings_of_signing_fold_to_one(written: str) -> None:
    assert syllables(clean(written)) == ["ki", "ket"]


@pytest.mark.parametrize(("one", "other"), [("quân đội", "quan doi"), ("hòa bình", "hoà bình"), ("quy chế", "qui chế"), ("Mỹ", "Mĩ")])
def test_two_spellings_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_uy_and_ui_stay_two_sounds() -> None:
    assert fold("thúy") != fold("thúi")


@given(st.text(max_size=200))
def test_folding_a_cleaned_text_keeps_its_length(text: str) -> None:
    cleaned = clean(text)
    assert len(fold(cleaned)) == len(cleaned)


@given(st.text(max_size=200))
def test_cleaning_is_idempotent_and_leaves_no_control(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert "\x1b" not in cleaned
    assert "\u200b" not in cleaned


@given(st.text(max_size=200))
def test_tidy_and_squeeze_are_idempotent(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert squeeze(squeeze(text)) == squeeze(text)


@given(st.text(max_size=300))
def test_sentences_are_where_they_say(text: str) -> None:
    cleaned = clean(text)
    last = 0
    for sentence in sentences(cleaned):
        assert cleaned[sentence.start : sentence.end] == sentence.text
        assert sentence.start >= last
        last = sentence.end


def test_tone_marks_of_old_and_new_style_compare_equal() -> None:
    assert marked_syllables("hòa khỏe thúy") == marked_syllables("hoà khoẻ thuý")
    assert new_style_tones("quý") == "quý"


CASES = {
    "initials and towns": ("Tại TP. Vinh, ông Nguyễn A. B ký. Hai bên cùng dự.", 2),
    "numbers": ("Chi 1.000 đồng. Hết.", 2),
    "no space": ("Giá tăng mạnh.Hai bên ký kết.", 2),
    "no space before a small letter with a mark": ("Trang a.ấn phẩm có bài.", 1),
    "quotes": ("“Rất tốt!” ông nói. Họ về.", 2),
    "lines": ("Dòng một\nDòng hai", 2),
    "central bodies": ("Dự có T.Ư Đảng và Th.S Lê. Hết.", 2),
}


@pytest.mark.parametrize("name", CASES)
def test_a_full_stop_ends_a_sentence_where_a_reader_would(name: str) -> None:
    text, count = CASES[name]
    assert len(list(sentences(text))) == count, list(sentences(text))
