"""What is read of a badly extracted text, and where it stands in the text as it was written."""

from __future__ import annotations

import pytest

from pipelines.matching.mending import Mended, Mender
from pipelines.matching.score import Judge
from pipelines.matching.similarity import SeedCorpus
from pipelines.profile import load_profile
from pipelines.types import Story

MENDER = Mender(
    ["ký kết", "chương trình phối hợp", "thỏa thuận hợp tác", "kết nghĩa", "mở rộng hợp tác", "vượt"]
)
ENGLISH = "The two sides met on Monday and signed the plan, officials of the province said."


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Công anký kết với Hội", "Công an ký kết với Hội"),
        ("chương trìnhphối hợp", "chương trình phối hợp"),
        ("thỏathuận hợptác", "thỏa thuận hợp tác"),
        ("UBNDký kết", "UBND ký kết"),
        ("th ỏa thu ận hợ p tác", "thỏa thuận hợp tác"),
        ("KÝKẾT NGHĨA", "KÝ KẾT NGHĨA"),
        ("kết ng hĩa", "kết nghĩa"),
    ],
)  # fmt: skip
def test_words_of_the_phrases_are_put_right(written: str, read: str) -> None:
    assert MENDER.mend(written).text == read


@pytest.mark.parametrize(
    "sound",
    [
        "Đồn biên phòng A Pa Chải ký kết với Hội Phụ nữ xã",
        "Airbus, Boeing và VietJet ký MoU",
        "hồ dài 52 m ở chân núi",
        "lạnh dưới 4 độ C ở đỉnh núi",
        "ky ket chuong trinh phoi hop",
        "Krông Pắc, Đắk Lắk, Plei Kần",
        "",
    ],
)
def test_sound_words_names_and_units_stay(sound: str) -> None:
    assert MENDER.mend(sound) == Mended(text=sound)


def test_english_sentences_are_left_out_of_a_vietnamese_text() -> None:
    text = f"{ENGLISH}\nHai bên ký kết chương trình phối hợp. {ENGLISH} Buổi lễ có 200 người dự."
    assert MENDER.mend(text).text == "Hai bên ký kết chương trình phối hợp. Buổi lễ có 200 người dự."


@pytest.mark.parametrize("text", [ENGLISH, f"{ENGLISH}\n{ENGLISH}"])
def test_a_text_all_in_english_stays(text: str) -> None:
    assert MENDER.mend(text).text == text


def test_a_line_without_marks_is_no_english() -> None:
    text = "Hai ben ky ket chuong trinh phoi hop on dinh bien gioi, be mac le ky.\nBuổi lễ diễn ra sáng nay."
    assert MENDER.mend(text).text == text


def test_each_place_that_is_read_leads_to_where_it_was_written() -> None:
    written = f"{ENGLISH}\nBộ CHQSký kếtchương trình phối hợ p với Hội."
    mended = MENDER.mend(written)
    for word in ("Bộ", "ký", "kết", "chương", "phối", "với", "Hội"):
        start = mended.text.index(word)
        low, high = mended.span(start, start + len(word))
        assert written[low:high] == word
    start = mended.text.index("hợp")
    low, high = mended.span(start, start + 3)
    assert written[low:high] == "hợ p"


def test_evidence_shows_the_words_as_they_were_written() -> None:
    profile = load_profile()
    text = f"{ENGLISH}\nSáng 5-6, Bộ CHQS tỉnh và Hội Nông dân tỉnhký kếtchương trình phối hợp giai đoạn 2024-2028.\nSau ký kết, hai bên chụp ảnh."
    match = Judge(profile, SeedCorpus.shipped(profile)).judge(Story(url="u", title="", text=text))
    first = match.evidence[0]
    assert first.phrase == text[first.start : first.end] == "ký kếtchương trình phối hợp"
    assert first.sentence == text[first.sentence_start : first.sentence_end] == text.split("\n")[1]
    assert first.field == "lead"
