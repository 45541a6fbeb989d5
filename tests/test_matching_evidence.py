"""Sentences are read: who did what with which instrument, and whether it is news, plan or past."""

from __future__ import annotations

import pytest

from pipelines.matching.evidence import Clue, Reader, signs
from pipelines.matching.lexicon import Lexicon, lowered, normal
from pipelines.profile import load_profile
from pipelines.types import Act
from pipelines.vietnamese import clean, strip_marks

READER = Reader(load_profile())


def clues(text: str, title: str = "") -> tuple[Clue, ...]:
    return READER.read(title, clean(text)).clues


@pytest.mark.parametrize(
    ("sentence", "act", "instrument", "phrase"),
    [
        ("Công an xã và trường học ký kết quy chế phối hợp.", Act.KY_KET, "quy_che_phoi_hop", "ký kết quy chế phối hợp"),
        ("Hai bên kí biên bản ghi nhớ về đào tạo.", Act.KY_KET, "bien_ban_ghi_nho", "kí biên bản ghi nhớ"),
        ("Hội nghị sơ kết chương trình phối hợp năm 2025.", Act.SO_KET, "chuong_trinh_phoi_hop", "sơ kết chương trình phối hợp"),
        ("Hai ngành tổng kết 5 năm thực hiện QCPH.", Act.TONG_KET, "quy_che_phoi_hop", "tổng kết 5 năm thực hiện QCPH"),
        ("Đồn biên phòng kết nghĩa với bản Nậm Pung.", Act.KY_KET, "ket_nghia", "kết nghĩa"),
        ("Đồn biên phòng ký kết nghĩa với Đại đội 12.", Act.KY_KET, "ket_nghia", "ký kết nghĩa"),
        ("Hai bên gia hạn thỏa thuận hợp tác thêm ba năm.", Act.GIA_HAN, "thoa_thuan_hop_tac", "gia hạn thỏa thuận hợp tác"),
        ("Hai trường trao đổi bản ghi nhớ.", Act.TRAO_DOI, "bien_ban_ghi_nho", "trao đổi bản ghi nhớ"),
        ("Thoả thuận hợp tác được ký sáng 5-3.", Act.KY_KET, "thoa_thuan_hop_tac", "Thoả thuận hợp tác được ký"),
        ("Ký kết chương trình phối hợpnhằm giữ rừng.", Act.KY_KET, "chuong_trinh_phoi_hop", "Ký kết chương trình phối hợp"),
    ],
)  # fmt: skip
def test_the_deed_is_found_with_its_instrument(sentence: str, act: Act, instrument: str, phrase: str) -> None:
    (clue,) = clues(sentence)
    assert (clue.act, clue.instrument) == (act, instrument)
    assert sentence[clue.start : clue.end] == phrase
    assert sentence[clue.sentence_start : clue.sentence_end] == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "Cụ ông đăng ký kết hôn ở tuổi 70.",
        "Thanh tra ký kết luận về sai phạm.",
        "Xã viên hợp tác xã được mùa.",
        "Hoa Kỳ và thời kỳ mới.",
        "Công an phối hợp bắt giữ nhóm trộm.",
        "Liên đoàn Lao động tổng kết 5 năm thực hiện quy chế dân chủ ở cơ sở.",
        "Các đơn vị đăng ký giao ước thi đua.",
    ],
)
def test_lookalikes_are_no_deed(sentence: str) -> None:
    assert not any(clue.tier in ("deed", "likely") for clue in clues(sentence))


@pytest.mark.parametrize(
    ("sentence", "mark"),
    [
        ("Hai bên dự kiến ký kết chương trình phối hợp.", "future"),
        ("Hai bên chưa ký thỏa thuận hợp tác.", "negation"),
        ("Theo thỏa thuận hợp tác ký năm 2016, cảng mở thêm bến.", "background"),
        ("Công an và Hội Cựu chiến binh ký kết quy chế phối hợp.", "armed"),
        ("Sáng 5-3, hai trường ký thỏa thuận hợp tác.", "dated"),
        ("Khối thi đua ký quy chế phối hợp và giao ước thi đua.", "pledge"),
    ],
)
def test_what_stands_around_a_deed_is_marked(sentence: str, mark: str) -> None:
    assert mark in clues(sentence)[0].marks


@pytest.mark.parametrize(
    ("sentence", "looks_back"),
    [
        ("Hai đơn vị ký kết biên bản ghi nhớ hoạt động kết nghĩa năm 2024.", False),
        ("Hai Bộ đã ký kế hoạch hợp tác năm 2017.", False),
        ("Hai bên ký thỏa thuận hợp tác vào năm 2016.", True),
        ("Thỏa thuận hợp tác được ký năm 2016.", True),
    ],
)
def test_a_year_in_a_documents_name_is_no_look_back(sentence: str, looks_back: bool) -> None:
    (clue,) = clues(sentence)
    assert bool(clue.marks & {"since", "year"}) == looks_back


def test_of_two_deeds_in_a_sentence_the_undoubted_one_is_the_news() -> None:
    text = "Bộ vừa ký kết thỏa thuận hợp tác với tổ chức này, theo biên bản ghi nhớ ký năm 2012."
    (clue,) = clues(text)
    assert text[clue.start : clue.end] == "ký kết thỏa thuận hợp tác"


def test_a_text_without_marks_is_read_like_one_with_marks() -> None:
    text = "Sang 5-3, cong an huyen va hat kiem lam ky ket quy che phoi hop bao ve rung."
    (clue,) = clues(text)
    assert (clue.act, clue.instrument, clue.tier) == (Act.KY_KET, "quy_che_phoi_hop", "deed")


def test_captions_and_places_are_told_apart() -> None:
    lines = ["Hội nghị diễn ra sáng qua.", "Đại diện hai bên ký kết quy chế phối hợp.", "Trời nắng."]
    reading = READER.read("Hội nghị", "\n".join(lines), captions=[lines[1]])
    assert [clue.field for clue in reading.clues] == ["caption"]


def test_offsets_point_into_the_story_however_long_it_is() -> None:
    filler = "Trời nắng đẹp, bà con ra đồng từ sớm.\n" * 900
    text = "Hai bên ký thỏa thuận hợp tác.\n" + filler + "Cuối buổi, hai bên ký biên bản ghi nhớ."
    found = clues(text)
    assert [text[c.start : c.end] for c in found] == ["ký thỏa thuận hợp tác", "ký biên bản ghi nhớ"]


def test_signs_are_small_named_numbers() -> None:
    found = signs(
        READER.read("Hai tỉnh ký thỏa thuận hợp tác", "Sáng nay hai tỉnh ký thỏa thuận hợp tác du lịch.")
    )
    assert found["title:deed"] == 1.0
    assert all(0 <= value <= 3 for value in found.values())
    assert found["title-overlap"] > 0.8


def test_normal_and_lowered_keep_the_length() -> None:
    for text in ("İSTANBUL ký", "HÒA BÌNH, hoà bình", "Kỹ sư Lý, kĩ sư Lí", "ﬁ ß ẞ"):
        assert len(normal(text)) == len(lowered(text)) == len(text)
    assert normal("HÒA Lý") == normal("hoà lí")


def test_longest_phrase_wins_and_words_are_whole() -> None:
    lexicon = Lexicon({"ký": [("acts", "a")], "đăng ký": [("confusers", "b")], "mou": [("instruments", "c")]})
    assert [hit.phrase for hit in lexicon.find("đăng ký")] == ["đăng ký"]
    assert lexicon.find("famous") == []
    assert [hit.phrase for hit in lexicon.find(strip_marks("Ký MOU"))] == ["ký", "mou"]


def test_what_was_just_signed_is_news_even_behind_according_to() -> None:
    marks = clues("Theo thỏa thuận hợp tác vừa được ký, cảng mở thêm bến.")[0].marks
    assert "just" in marks and "background" not in marks
    assert "background" in clues("Theo thỏa thuận hợp tác ký năm 2016, cảng mở thêm bến.")[0].marks


def test_a_caption_weighs_as_the_line_that_it_is() -> None:
    lines = [
        "Bà con xã đảo ra khơi đông hơn năm trước.",
        "Tàu nào cũng có bộ đàm.",
        "Chợ cá họp từ ba giờ sáng.",
        "Hội Nông dân và Bộ đội Biên phòng tỉnh ký kết chương trình phối hợp giai đoạn 2026-2030.",
        "Trời yên biển lặng.",
    ]
    text = "\n".join(lines)
    told = READER.read("Xã đảo yên vui", text)
    captioned = READER.read("Xã đảo yên vui", text, captions=[lines[3]])
    assert signs(told) == signs(captioned)
    assert [clue.field for clue in captioned.clues] == ["caption"]


def test_a_full_deed_is_known_wherever_it_stands() -> None:
    deed = "Sáng 5-3, Công an tỉnh ký kết quy chế phối hợp với Hội Nông dân."
    early = signs(READER.read("", f"{deed}\nTrời nắng.\nGió nhẹ.\nLúa chín."))
    late = signs(READER.read("", f"Trời nắng.\nGió nhẹ.\nLúa chín.\n{deed}"))
    assert early["any:full-armed"] == late["any:full-armed"] == 1.0
    assert "late-only:other" in late and "late-only:other" not in early


def test_a_deed_after_talks_is_told_from_other_late_deeds() -> None:
    talks = signs(
        READER.read(
            "Hai tỉnh hội đàm", "Hai bên nói về mùa màng.\nTrời nắng.\nGió nhẹ.\nHai bên ký biên bản ghi nhớ."
        )
    )
    assert talks["late-only:talks"] == 1.0
