"""Cleaning, folding, syllables and sentences: the one place where Vietnamese is taken apart."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.vietnamese import (
    clean,
    fold,
    harmless,
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


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\x1b[1;31mký\x1b[0m kết", "ký kết"),
        ("\x1b]0;tên cửa sổ\x07ký kết", "ký kết"),
        ("\x1b]8;;http://x.example\x1b\\ký\x1b]8;;\x1b\\ kết", "ký kết"),
        ("\x1bPq hình \x1b\\ký kết", "ký kết"),
        ("\x1bcký \x1b(Bkết", "ký kết"),
        ("\x1b]không có chỗ hết", "không có chỗ hết"),
        ("\x9b2Jký kết", "ký kết"),
        ("â\x80\x9bký kết", "âký kết"),
        ("[1m] trong ngoặc", "[1m] trong ngoặc"),
    ],
)
def test_escape_sequences_go_whole_and_words_stay(text: str, left: str) -> None:
    assert clean(text) == left


@given(st.text(alphabet="\x1b[]\x9b\x9c\x07;0m\\aBđ\n\r\u202e", max_size=40))
def test_what_is_shown_is_harmless_once_and_for_all(text: str) -> None:
    shown = harmless(text)
    assert harmless(shown) == shown
    assert all(char == "\n" or char.isprintable() for char in shown)


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
