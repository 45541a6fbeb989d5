"""Acts, kind, period, date and place in the many forms in which the press tells them: small stories of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.agreements import read_agreement
from pipelines.evaluation.agreements import story_of
from pipelines.types import Act, Agreement, Kind

STORIES = [
    json.loads(line)
    for line in (Path(__file__).parent / "quality" / "agreement-forms.jsonl")
    .read_text(encoding="utf-8")
    .split("\n")
    if line.strip()
]


def read(text: str, title: str = "Tin trong ngày", **more: str) -> Agreement:
    return read_agreement(story_of({"title": title, "text": text, **more}))


@pytest.mark.parametrize("row", STORIES, ids=[row["title"] for row in STORIES])
def test_a_story_is_read_field_by_field(row: dict[str, Any]) -> None:
    found = read_agreement(story_of(row))
    told = {
        "acts": sorted(found.acts),
        "kind": found.kind,
        "period": found.period,
        "event_date": found.event_date,
        "place": found.place,
    }
    expected = {**row, "acts": sorted(row["acts"])}
    assert told == {field: expected.get(field, value) for field, value in told.items()}


BOTH = "Công an huyện Mai Sơn và Hội CCB huyện Mai Sơn"


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        # reviewed is the cooperation …
        (f"{BOTH} tổng kết giai đoạn 2019-2024 rồi ký kết quy chế mới.", {Act.TONG_KET, Act.KY_KET}),
        (f"{BOTH} sơ kết những việc đã làm và ký quy chế phối hợp.", {Act.SO_KET, Act.KY_KET}),
        # … or something that no two bodies have agreed
        (f"{BOTH} ký quy chế phối hợp; các đại biểu sơ kết một năm Chỉ thị 12.", {Act.KY_KET}),
        ("Công an huyện Mai Sơn tổng kết phong trào và ký quy chế phối hợp với Hội CCB.", {Act.KY_KET}),
        # counted together
        (
            f"{BOTH} hội đàm.\nHai bên đã gặp nhau 12 lần, tuần tra 30 lượt.\nKết thúc, hai bên ký biên bản ghi nhớ.",
            {Act.SO_KET, Act.KY_KET},
        ),
        # told of another time
        (f"{BOTH} ký quy chế, thay quy chế cũ đã được hai bên tổng kết hồi tháng 5.", {Act.KY_KET}),
        (f"{BOTH} tổng kết quy chế phối hợp, sẽ ký quy chế mới trong tháng 6.", {Act.TONG_KET}),
        (f"{BOTH} sơ kết quy chế phối hợp ký đầu năm 2025.", {Act.SO_KET}),
        (f"{BOTH} sơ kết quy chế phối hợp, chưa ký văn bản mới.", {Act.SO_KET}),
        (
            f"{BOTH} ký quy chế phối hợp.\nĐại tá Nam đánh giá việc phối hợp thời gian qua là tốt.",
            {Act.KY_KET},
        ),
        (f"{BOTH} ký quy chế phối hợp, sau hội nghị đánh giá chương trình phối hợp.", {Act.KY_KET}),
        # no word of signing
        (f"{BOTH} vừa cùng ban hành quy chế phối hợp.", {Act.KY_KET}),
        (f"{BOTH} sẽ ký kết quy chế phối hợp vào ngày mai.", {Act.KY_KET}),
        # one ceremony
        (f"{BOTH} ký kết và trao biên bản ghi nhớ.", {Act.KY_KET}),
        (f"{BOTH} trao biên bản ghi nhớ đã ký.", {Act.TRAO_DOI, Act.KY_KET}),
    ],
)
def test_a_review_is_told_from_what_stands_beside_a_signing(text: str, acts: set[Act]) -> None:
    assert set(read(text).acts) == acts


def test_a_review_that_the_text_names_outright_outweighs_a_vague_headline() -> None:
    text = f"{BOTH} tổng kết 10 năm Nghị quyết liên tịch số 01 và ký nghị quyết liên tịch mới."
    assert set(read(text, title="Hai ngành tổng kết nghị quyết").acts) == {Act.TONG_KET, Act.KY_KET}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"{BOTH} ký kết phối hợp bảo vệ rừng. Quy chế này gồm bảy điều.", Kind.QUY_CHE_PHOI_HOP),
        (f"{BOTH} ký văn bản phối hợp; thỏa thuận này gồm sáu điều.", Kind.THOA_THUAN_HOP_TAC),
        (f"{BOTH} ký biên bản hiệp đồng tìm kiếm cứu nạn.", Kind.BIEN_BAN_PHOI_HOP),
        (f"{BOTH} ký kế hoạch hợp tác rồi chứng kiến hai trường ký bản ghi nhớ.", Kind.KHAC),
        (f"{BOTH} tổ chức chương trình ký kết quy chế phối hợp.", Kind.QUY_CHE_PHOI_HOP),
        (f"{BOTH} ký nghị quyết liên tịch ban hành quy chế phối hợp.", Kind.QUY_CHE_PHOI_HOP),
        (f"{BOTH} ký kết liên tịch về giáo dục thanh niên.", Kind.KHAC),
        (f"{BOTH} ký kết 5 nội dung phối hợp.", Kind.CHUONG_TRINH_PHOI_HOP),
        (f"{BOTH} làm lễ kết nghĩa, ký bản giao ước.", Kind.KET_NGHIA),
        (f"{BOTH} ký hợp đồng tín dụng và thỏa thuận hợp tác chiến lược.", Kind.THOA_THUAN_HOP_TAC),
    ],
)
def test_the_noun_that_names_the_paper_decides_the_kind(text: str, kind: Kind) -> None:
    assert read(text).kind is kind


@pytest.mark.parametrize(
    ("text", "period"),
    [
        (f"{BOTH} ký kết quy chế mới sau khi tổng kết quy chế giai đoạn 2019-2024.", None),
        (f"{BOTH} sơ kết quy chế phối hợp, thông qua kế hoạch cuối năm 2020, năm 2021.", "2021"),
        (f"{BOTH} sơ kết quy chế phối hợp 6 tháng đầu năm 2024.", "2024"),
        (f"{BOTH} sơ kết quy chế phối hợp quý I/2024.", "2024"),
        (f"{BOTH} ký bản ghi nhớ, áp dụng từ 1/4/2025 đến 31/3/2027.", "2025-2027"),
        (f"Kết quả phối hợp năm 2014 được {BOTH} đánh giá, nội dung năm 2015 được chốt.", "2015"),
        (f"Thỏa thuận hợp tác năm 2022 đã được {BOTH} ký sáng nay.", "2022"),
        (f"{BOTH} ký nghị quyết liên tịch phối hợp cho năm 2025.", "2025"),
        (f"{BOTH} tổng kết công tác phối hợp năm 2020.", "2020"),
        (f"{BOTH} ký quy chế phối hợp mới thay quy chế năm 2010.", None),
        (f"{BOTH} ký bản ghi nhớ, thời hạn kéo dài tới năm 2028.", None),
        (f"{BOTH} ký thỏa thuận trong thời hạn 5 năm.", None),
    ],
)
def test_the_period_is_that_of_the_new_paper_as_stated(text: str, period: str | None) -> None:
    assert read(text).period == period


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (f"{BOTH} ký quy chế sáng thứ Ba.", "2025-03-18"),
        (f"Sáng Chủ nhật tuần trước, {BOTH} ký quy chế.", "2025-03-16"),
        (f"{BOTH} (Viettel) ngày 18/3 ký thỏa thuận.", "2025-03-18"),
        (f"{BOTH} ký biên bản ghi nhớ tại Hà Nội ngày 19/3.", "2025-03-19"),
        (f"Lần thứ ba {BOTH} ký quy chế.", None),
        (f"Mới đây, {BOTH} ký quy chế.", None),
        (f"Vừa qua, {BOTH} ký quy chế.", None),
        (f"Trong tháng 3, {BOTH} ký quy chế.", None),
        (f"Thứ Ba hằng tuần {BOTH} sẽ họp theo quy chế vừa ký.", None),
    ],
)
def test_the_date_is_resolved_or_left_empty(text: str, day: str | None) -> None:
    assert read(text, published="2025-03-20T09:00:00+07:00").event_date == day


def test_a_meeting_that_sums_up_one_year_and_plans_the_next_is_held_between_them() -> None:
    story = f"Chiều 9/12, {BOTH} tổng kết quy chế phối hợp năm 2022 và ký kết quy chế phối hợp năm 2023."
    assert read(story).event_date == "2022-12-09"
    assert read(story.replace("9/12", "9/1")).event_date == "2023-01-09"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"Hải Phòng, chiều 20/11. {BOTH} ký kết quy chế phối hợp.", "Hải Phòng"),
        (f"Kỳ Sơn (Nghệ An), chiều 18/11: {BOTH} ký kết quy chế phối hợp.", "Kỳ Sơn (Nghệ An)"),
        (f"{BOTH} gặp nhau tại thành phố Chí Linh và ký kết quy chế phối hợp.", "Chí Linh"),
        (f"Tại thị xã Ba Đồn, {BOTH} ký kết quy chế phối hợp.", "Ba Đồn"),
        (f"{BOTH} ngày 14-3 tại Cam Ranh ký kết quy chế phối hợp.", "Cam Ranh"),
        (f"Thành phố Thái Nguyên ngày 27/4 là nơi {BOTH} ký kết quy chế phối hợp.", "Thái Nguyên"),
        (f"{BOTH} ký kết quy chế phối hợp.", None),
    ],
)
def test_the_place_is_read_where_it_is_told(text: str, place: str | None) -> None:
    assert read(text).place == place


def test_a_provincial_paper_tells_of_its_own_province() -> None:
    text = f"{BOTH} ký kết quy chế phối hợp."
    assert read(text, url="https://baosonla.vn/an-ninh/ky-ket").place == "Sơn La"
    assert read(text, url="https://baodientu.example/ky-ket").place is None


def test_the_year_of_an_aim_is_not_the_year_of_the_signing() -> None:
    found = read(
        "Ngày 17/6, Viện Cơ khí và Viện Giao thông ký thỏa thuận hợp tác. Tàu sẽ chạy vào năm 2040.",
        title="Hai viện ký thỏa thuận hợp tác làm tàu điện",
    )

    assert found.event_date is None


def test_a_review_called_by_its_name_outranks_a_headline_that_only_looks_back() -> None:
    found = read(
        "Tám mươi căn nhà là phần thấy được trong báo cáo tổng kết chương trình phối hợp giai đoạn 2017 - 2022 giữa "
        "Công an tỉnh Mẫu Sơn và Hội Nông dân tỉnh. Ngay tại hội nghị, hai đơn vị ký chương trình giai đoạn 2023 - 2027.",
        title="Mẫu Sơn: công an và nông dân nhìn lại năm năm sát cánh",
    )

    assert set(found.acts) == {Act.TONG_KET, Act.KY_KET}


def test_an_outlets_letters_in_brackets_before_a_date_name_no_paper() -> None:
    found = read("(CTV) Ngày 30/01/2015 tại Yên Bái, Công an tỉnh và Tỉnh đoàn ký kết quy chế phối hợp.")

    assert found.event_date == "2015-01-30"


def test_an_outlook_of_a_strategy_and_a_programmes_beginning_are_no_period() -> None:
    outlook = read(
        "Sáng 14/4/2022, UBND tỉnh và Tập đoàn Sao Khuê ký kết thỏa thuận hợp tác xây dựng chiến lược số đến năm 2025, "
        "định hướng 2030."
    )
    began = read(
        "Chiều 8/8/2022, Công an tỉnh và Tỉnh đoàn tổng kết chương trình phối hợp giai đoạn 2018-2022. "
        "Ông Nam cho hay chương trình bắt đầu từ giai đoạn 2013-2017."
    )

    assert outlook.period is None
    assert began.period == "2018-2022"
