"""The same text again is found however it was dressed up; another text in the same form is not."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import duplicates, vietnamese

TEXT = """Sáng 12/9, tại thành phố Buôn Ma Thuột, Bộ Tư lệnh Binh đoàn 16 và Công an tỉnh Đắk Nông ký quy chế phối hợp \
giữ gìn an ninh trật tự trên địa bàn đứng chân giai đoạn 2023 - 2027.
Thiếu tướng Phạm Văn Sơn Hải, Tư lệnh Binh đoàn và Đại tá Bùi Quang Trực, Giám đốc Công an tỉnh cùng chủ trì buổi lễ. \
Theo quy chế, hai bên trao đổi tình hình hằng tuần, cùng tuần tra ở các xã giáp biên, giúp đỡ đồng bào M'Nông phát \
triển kinh tế vườn rừng.
Mỗi quý, cán bộ hai đơn vị họp giao ban một lần, luân phiên tại Tuy Đức và Đắk R'lấp. Trung tá Lê Thị Hoài, Trưởng \
phòng Dân vận, cho biết 24 buôn đã đăng ký mô hình tự quản từ năm ngoái.
Kết thúc buổi lễ, hai đơn vị trao 40 suất quà tặng gia đình chính sách và khởi công một căn nhà đồng đội."""

PARAGRAPHS = TEXT.split("\n")


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(TEXT, id="unchanged"),
        pytest.param("(TTXVN) - " + TEXT, id="agency prefix"),
        pytest.param("\n".join(PARAGRAPHS[:2]), id="last paragraphs dropped"),
        pytest.param("\n".join(PARAGRAPHS[1:3]), id="lead and end dropped"),
        pytest.param(vietnamese.strip_marks(TEXT), id="typed without marks"),
        pytest.param(unicodedata.normalize("NFD", TEXT), id="decomposed marks"),
        pytest.param(TEXT.replace("Hoài", "Hòai").replace("kỳ", "kì"), id="tone marks put elsewhere"),
        pytest.param(
            f"{PARAGRAPHS[0]}\nXem thêm: 10 mẹo tiết kiệm điện mùa nóng, bấm vào đây để nhận quà\n"
            + "\n".join(PARAGRAPHS[1:]),
            id="advertisement put in",
        ),
        pytest.param(TEXT.upper(), id="in capitals"),
        pytest.param(TEXT.replace("Buôn Ma Thuột", "Ban Mê Thuột"), id="one name spelled another way"),
    ],
)
def test_a_reprint_is_the_same_text(copy: str) -> None:
    assert duplicates.verify(TEXT, vietnamese.clean(copy)) is not None


def test_a_brief_inside_a_long_page_is_contained() -> None:
    long = "\n".join(
        f"Ở chuyên mục số {n}, bạn đọc gửi về tòa soạn nhiều thắc mắc khác nhau quanh việc thứ {n} của khu phố mình ở."
        for n in range(60)
    )
    found = duplicates.verify(f"{long}\n{TEXT}\n{long}", TEXT)
    assert found is not None
    assert found.score == 1.0
    assert found.likeness < 0.5


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            {"12/9": "15/9", "2023 - 2027": "2024 - 2028", "Phạm Văn Sơn Hải": "Trần Đình Khoa", "24 buôn": "31 buôn"},
            id="next year's signing",
        ),
        pytest.param(
            {
                "Buôn Ma Thuột": "Pleiku", "Đắk Nông": "Gia Lai", "Bùi Quang Trực": "Rah Lan Thuần", "Tuy Đức": "Đức Cơ",
                "Đắk R'lấp": "Ia Grai",
            },
            id="the next province's signing",
        ),
    ],
)  # fmt: skip
def test_the_same_form_with_other_names_and_numbers_is_another_text(changes: dict[str, str]) -> None:
    other = TEXT
    for old, new in changes.items():
        other = other.replace(old, new)
    assert duplicates.verify(TEXT, other) is None
    assert duplicates.verify(other, TEXT) is None


def _gold(day: int, buy: str, sell: str) -> str:
    return (
        f"Giá vàng hôm nay {day}/6 tại các cửa hàng lớn ở Hà Nội được niêm yết mua vào {buy} triệu đồng một lượng, bán ra "
        f"{sell} triệu đồng một lượng. Chênh lệch giữa hai chiều mua bán vẫn ở mức cao, người mua nên cân nhắc trước khi "
        "xuống tiền. Trên thị trường thế giới, giá kim loại quý chịu sức ép từ đồng USD mạnh lên và lợi suất trái phiếu."
    )


def test_the_daily_price_report_is_new_every_day() -> None:
    assert duplicates.verify(_gold(3, "74,25", "76,10"), _gold(4, "75,40", "77,35")) is None


def _draw(day: int, weekday: str, last_day: int, last_weekday: str) -> str:
    """A draw's results beside those of the day before, as such pages print them: the numbers are the same stock."""
    rules = (
        "Người trúng thưởng mang vé còn nguyên vẹn cùng giấy tờ tùy thân đến đại lý hoặc công ty phát hành để đổi thưởng, "
        "chậm nhất ba mươi ngày kể từ lúc mở thưởng. Mỗi vé chỉ được nhận một giải cao nhất nếu trùng nhiều dãy số, vé rách "
        "hoặc tẩy xóa không có giá trị. Các giải nhỏ nhận tại đại lý, giải đặc biệt nhận tại trụ sở công ty. "
        "Người mua nên ghi tên lên mặt sau tờ vé, giữ vé nơi khô ráo và tự dò lại với bảng niêm yết ở đại lý vì kết quả "
        "trên báo chỉ để tham khảo. Khi có nghi ngờ về tính hợp lệ, công ty mời cơ quan giám định xác nhận trước khi trả "
        "thưởng, phí giám định do bên yêu cầu chịu. Tiền thưởng lớn phải nộp thuế theo quy định và được chuyển khoản."
    )
    drawn = {27: "giải tám 41, giải bảy 775, giải sáu 9031", 28: "giải tám 63, giải bảy 208, giải sáu 4417"}
    return (
        f"Kết quả mở thưởng {day}/8/2022. Hôm nay {weekday} ngày {day}/8, đài quay lúc 17h15. {drawn[28]}. "
        f"Thống kê cho thấy đầu số bốn về nhiều. Trước đó, {last_weekday} ngày {last_day}/8: {drawn[27]}. "
        f"Bảng ngày {day}/8 xem dưới đây, bảng hôm kia xem ở trang sau. {rules}"
    )


def test_results_that_stand_beside_those_of_the_day_before_are_new_every_day() -> None:
    today, yesterday = _draw(28, "chủ nhật", 27, "thứ bảy"), _draw(27, "thứ bảy", 28, "chủ nhật")
    assert duplicates.verify(today, yesterday) is None
    assert duplicates.verify(today, f"(TTXVN) - {today} Theo báo bạn.") is not None


def test_a_reprint_may_put_its_own_day_at_its_head() -> None:
    assert duplicates.verify(f"Ngày 12/9. {TEXT}", f"Ngày 13/9. {TEXT}") is not None


def _fuel(day: str) -> str:
    return (
        f"Hôm nay {day}, giá bán lẻ xăng dầu trong nước giữ nguyên so với kỳ trước. Xăng E5 không cao hơn 21.870 đồng một "
        "lít, dầu hỏa không cao hơn 18.400 đồng một lít. Quỹ bình ổn tiếp tục không trích lập, không chi sử dụng. Kỳ điều "
        "hành kế tiếp rơi vào thứ Năm tuần này, trừ khi trùng ngày nghỉ lễ theo quy định hiện hành."
    )


@pytest.mark.parametrize("other", ["2/7", "1/8", "(2/7)", "02/07/2024"])
def test_a_bulletin_that_says_the_same_on_another_day_is_new(other: str) -> None:
    assert duplicates.verify(_fuel("1/7"), _fuel(other)) is None


@pytest.mark.parametrize("other", ["01/7", "1-7", "01.07", "1/7/2024", "(1/7)", "ngày 1 tháng 7"])
def test_one_day_written_in_several_ways_parts_no_reprints(other: str) -> None:
    assert duplicates.verify(_fuel("1/7"), _fuel(other)) is not None


def test_papers_print_their_own_time_and_source_around_one_text() -> None:
    one = f"Cập nhật: 17:04, 18/01/2020 (GMT+7)\n{PARAGRAPHS[2]} {PARAGRAPHS[3]}\nHoàng Xuân Uyên\nNguồn: Báo Bình Minh"
    other = f"Cập nhật: 09:12, 19/01/2020 (GMT+7)\n{PARAGRAPHS[2]} {PARAGRAPHS[3]}\nTheo Đất Mũi Online"
    assert duplicates.verify(one, other) is not None


def test_each_papers_name_in_front_parts_no_reprints() -> None:
    brief = PARAGRAPHS[2]
    assert duplicates.verify(f"(Báo Lào Cai) - {brief}", f"(Báo Cà Mau) - {brief}") is not None


def test_each_papers_photo_credits_part_no_reprints() -> None:
    one, other = (
        "\n".join(line for number, part in enumerate(PARAGRAPHS) for line in (part, credit.format(number)))
        for credit in ("Ảnh: Lý Thị Mận/Báo Bình Minh {}", "Ảnh: Hồ Như Quý/Đất Mũi Online {}")
    )
    assert duplicates.verify(one, other) is not None


def test_the_same_instructions_for_another_matter_are_another_text() -> None:
    def guide(matter: str) -> str:
        return (
            f"Muốn {matter}, người dân làm theo các bước sau. Mở cổng dịch vụ công rồi nhập bằng tài khoản của mình, chọn "
            "nơi ở, điền biểu mẫu, gửi kèm ảnh chụp giấy tờ và nộp lệ phí bằng thẻ. Hồ sơ thiếu được báo lại trong một ngày "
            "làm việc, kết quả trả qua bưu điện. Ai không quen dùng máy có thể tới bộ phận một cửa để được giúp đỡ."
        )

    car, child = "sang tên xe máy", "khai sinh cho trẻ"
    titles = f"Thủ tục {car} gồm những gì?", f"Thủ tục {child} gồm những gì?"
    assert duplicates.verify(guide(car), guide(child), titles=titles) is None
    assert duplicates.verify(guide(car), f"(NDO) {guide(car)}", titles=titles) is not None


def test_a_short_text_is_a_duplicate_only_when_equal() -> None:
    short = "Chiều nay hai đơn vị ký kết chương trình phối hợp công tác năm tới tại hội trường tỉnh."
    assert duplicates.verify(short, short.replace("Chiều nay hai", "Chiều nay, hai")) is not None
    assert duplicates.verify(short, short + " Mời bạn đọc theo dõi.") is None


def test_nothing_is_a_duplicate_of_an_empty_text() -> None:
    assert duplicates.verify("", "") is None
    assert duplicates.verify(TEXT, "…") is None


def test_a_stock_line_needs_an_equal_headline_too() -> None:
    line = "Nội dung đang được cập nhật."
    assert not duplicates.same_brief("Ký kết ở Huế", line, "Mưa lớn ở Vinh", line)
    assert duplicates.same_brief("Ký kết ở Huế", line, "Ký kết ở  Huế", line)


def test_a_shows_stock_line_under_each_of_its_headlines_hides_none_of_them() -> None:
    line = "Mời quý vị đón xem bản tin chiều với những thông tin thời sự, kinh tế và thể thao đáng chú ý nhất trong ngày."
    assert not duplicates.same_brief(
        "Bản tin 18h: Lũ lên ở Huế", line, "Bản tin 18h: Khánh thành cầu Vàm", line
    )
    assert duplicates.same_brief("Bản tin 18h: Lũ lên ở Huế", line, "Bản tin 18h: Lũ lên nhanh ở Huế", line)


def test_a_stock_line_of_some_sentences_hides_no_headline_either() -> None:
    line = (
        "Chuyên mục Nhà nông hỏi của đài phát từ thứ hai đến thứ bảy, giải đáp những băn khoăn của bà con về giống, "
        "phân bón, sâu bệnh, giá nông sản và các chính sách mới dành cho khu vực nông thôn, miền núi, hải đảo."
    )
    assert len(vietnamese.syllables(line)) >= duplicates.SHORT
    one, other = (
        "Nhà nông hỏi 14.3: Vì sao quýt rụng trái non?",
        "Nhà nông hỏi ngày 2.9: Nuôi ốc hương lãi hay lỗ?",
    )
    assert not duplicates.same_brief(one, line, other, line.replace("phát từ", "phát sóng từ"))
    assert duplicates.same_brief("Bà con hỏi về giống, phân bón, sâu bệnh", line, other, line)


def test_a_headline_that_is_missing_or_says_nothing_does_not_part_equal_briefs() -> None:
    brief = "Chiều 9-4, Công an tỉnh Gia Lai và Hội Nông dân tỉnh ký kết chương trình phối hợp giữ gìn an ninh nông thôn."
    assert duplicates.same_brief("", brief, "Công an Gia Lai ký kết với Hội Nông dân", brief)
    assert duplicates.same_brief("Tin vắn", brief, "Tin tổng hợp trong ngày", brief)


def test_an_equal_brief_is_the_same_below_another_headline_that_it_takes_up() -> None:
    brief = "Chiều 9-4, Công an tỉnh Gia Lai và Hội Nông dân tỉnh ký kết chương trình phối hợp giữ gìn an ninh nông thôn."
    assert duplicates.same_brief(
        "Công an Gia Lai ký kết với Hội Nông dân", brief, "Giữ gìn an ninh nông thôn: hai bên phối hợp", brief
    )


def test_a_signature_never_changes() -> None:
    """The index of every database in use was written with these numbers."""
    signature = duplicates.signature(TEXT)
    assert (signature.syllables, signature.exact, signature.long) == (
        EXPECTED["syllables"],
        EXPECTED["exact"],
        True,
    )
    assert list(signature.coarse) == EXPECTED["coarse"]
    assert set(EXPECTED["kept by the first databases"]) <= set(signature.coarse)
    assert set(signature.keep) <= set(signature.lookup)


def test_a_few_sentences_of_a_long_page_meet_it_in_the_index() -> None:
    """Also when the page came first, which is kept under fewer hashes: any fifty syllables of it will do."""
    words = TEXT.split()
    page = duplicates.signature(TEXT)
    assert page.long
    for start in range(0, len(words) - 50, 5):
        part = duplicates.signature(" ".join(words[start : start + 50]))
        shared = set(page.keep) & set(part.coarse)
        assert len(shared) >= duplicates.hits_worth_checking(part, len(page.keep), page.long), start


def test_a_reprint_without_the_byline_and_with_counters_is_the_same_text() -> None:
    brief = "\n".join(PARAGRAPHS[2:])
    assert (
        duplicates.verify(f"{brief}\nLý Thanh Thắng", f"{brief}\nLượt xem: 5836 | Bình luận: 77") is not None
    )


def test_a_short_and_a_long_text_meet_in_the_index() -> None:
    """Half a page on its own is kept under more hashes than the page, which looks all of them up."""
    whole, part = duplicates.signature(TEXT), duplicates.signature(PARAGRAPHS[1])
    assert not part.long
    shared = set(whole.lookup) & set(part.keep)
    assert len(shared) >= duplicates.hits_worth_checking(whole, len(part.keep), part.long)


WORDS = [
    "ký",
    "kết",
    "phối",
    "hợp",
    "tỉnh",
    "ủy",
    "biên",
    "phòng",
    "quân",
    "khu",
    "năm",
    "2024",
    "Nguyễn",
    "Văn",
    "Hòa",
    "sáng",
    "12",
    "trao",
    "quà",
    "hội",
    "nghị",
    "Lào",
    "Cai",
]
texts = st.lists(st.sampled_from(WORDS), min_size=0, max_size=120).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(a=texts, b=texts)
def test_sameness_is_symmetric(a: str, b: str) -> None:
    one, other = duplicates.verify(a, b), duplicates.verify(b, a)
    assert (one is None) == (other is None)
    assert one is None or other is None or one.score == other.score


@settings(max_examples=40, deadline=None)
@given(a=texts)
def test_a_text_repeats_itself(a: str) -> None:
    assert (duplicates.verify(a, a) is not None) == bool(vietnamese.syllables(a))


@pytest.mark.shared
def test_of_two_thousand_real_stories_no_false_duplicate_and_nearly_all_true_ones(shared: Path) -> None:
    rows = [
        json.loads(line) for line in (shared / "corpus" / "events-dev.jsonl").read_text("utf-8").splitlines()
    ]
    shingles = []
    for row in rows:
        words = vietnamese.syllables(row["text"])
        shingles.append(
            {" ".join(words[i : i + 5]) for i in range(len(words) - 4)} if len(words) >= 40 else set()
        )
    holders: dict[str, list[int]] = {}
    for position, own in enumerate(shingles):
        for shingle in own:
            holders.setdefault(shingle, []).append(position)
    shared_count: dict[tuple[int, int], int] = {}
    for held in holders.values():
        for i, a in enumerate(held[:30]):
            for b in held[i + 1 : 30]:
                shared_count[a, b] = shared_count.get((a, b), 0) + 1
    close = [
        pair
        for pair, n in shared_count.items()
        if n >= 0.5 * min(len(shingles[pair[0]]), len(shingles[pair[1]]))
    ]
    contained = [
        (a, b) for a, b in close if shared_count[a, b] >= 0.8 * min(len(shingles[a]), len(shingles[b]))
    ]
    found = {pair for pair in close if duplicates.verify(rows[pair[0]]["text"], rows[pair[1]]["text"])}
    assert all(rows[a]["event"] == rows[b]["event"] for a, b in found)
    assert len(contained) >= 70
    assert sum(pair in found for pair in contained) >= 0.97 * len(contained)


EXPECTED = {
    "syllables": 166,
    "exact": 137682725516516,
    "coarse": [
        9446731277387,
        10147484621841,
        17154711304247,
        21171866650894,
        37761281719961,
        40978548918606,
        42154197644131,
        75449220739149,
        92092494645412,
        95687284196166,
        102184224058180,
        104996254965316,
        115012846593225,
        135415743185910,
        142176246712180,
        169109133354038,
        217540465714506,
        227805005247637,
        244018254847401,
        275129000665618,
    ],
    "kept by the first databases": [
        17154711304247,
        104996254965316,
        115012846593225,
        142176246712180,
        244018254847401,
    ],
}
