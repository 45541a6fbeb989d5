"""What the facts of two signings say of their being one: names told shorter, guessed years, other partners."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.event_digests import Digest, digest
from pipelines.event_facts import same_signing
from pipelines.types import Act, Agreement, Party, Precision, Story

NOON = datetime(2024, 5, 20, 5, 0, tzinfo=UTC)

MENTORS = (
    "Hội Khuyến học và ngành giáo dục cùng nuôi thư viện thôn, mỗi quý đổi sách một lần cho học sinh vùng xa."
)


def told(
    *parties: str,
    text: str = MENTORS,
    day: str | None = None,
    published: datetime | None = NOON,
    acts: tuple[Act, ...] = (Act.KY_KET,),
) -> Digest:
    """A story as it is kept, of an agreement with these parties (keys)."""
    story = Story(url="https://bao.example/1", title="Ký kết phối hợp", text=text, published=published)
    agreement = Agreement(
        acts=acts,
        parties=tuple(Party(name=key, key=key) for key in parties),
        event_date=day,
        event_date_precision=Precision.DAY if day else None,
    )
    return digest(story, is_match=True, agreement=agreement)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("so:giao-duc-dao-tao", "so:giao-duc-dao-tao:tp-ho-chi-minh"),
        ("hoi:khuyen-hoc:thanh-pho", "hoi:khuyen-hoc:tp-ho-chi-minh"),
        ("name:tap-doan-buu-chinh-vien-thong-viet-nam", "tap_doan:buu-chinh-vien-thong-viet-nam"),
        (
            "bo:gd-cong-dong-bang-new-south-wales:australia",
            "bo:giao-duc-cong-dong-bang-new-south-wales:australia",
        ),
        ("cong_an:huyen", "cong_an:huyen.cu-chi"),
    ],
    ids=[
        "without the place",
        "by its level",
        "with its sort in the name",
        "one word short",
        "level of a district",
    ],
)
def test_a_party_told_shorter_is_the_same_party(mine: str, theirs: str) -> None:
    a, b = told("hoi:chu-thap-do:ha-nam", mine), told("hoi:chu-thap-do:ha-nam", theirs)
    assert same_signing(a, b)[0] is True
    assert same_signing(b, a)[0] is True


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("so:giao-duc-dao-tao:ha-giang", "so:giao-duc-dao-tao:tp-ho-chi-minh"),
        ("hoi_ccb:huyen", "hoi_ccb:gia-lai"),
        ("cong_an:huyen", "cong_an:tinh"),
        ("cong_an:xa", "cong_an:huyen.cu-chi"),
        ("name:dien-luc-ha-nam", "name:dien-luc-ha-nam-2"),
        (
            "trung_doan:bo-binh-co-gioi-hoa-so-88",
            "trung_doan:bo-binh-co-gioi-hoa-so-66",
        ),
    ],
    ids=[
        "another province",
        "district and province",
        "two levels",
        "below",
        "another number",
        "number in a long name",
    ],
)
def test_a_party_of_another_place_level_or_number_is_another(mine: str, theirs: str) -> None:
    a, b = told("hoi:chu-thap-do:ha-nam", mine), told("hoi:chu-thap-do:ha-nam", theirs)
    assert same_signing(a, b)[0] is not True


def test_district_and_province_of_one_programme_are_two_events() -> None:
    province = told("hoi_ccb:gia-lai", "ban:an-toan-giao-thong:gia-lai")
    district = told("hoi_ccb:huyen", "ban:an-toan-giao-thong:huyen")
    assert same_signing(province, district)[0] is False


def test_one_host_with_another_partner_is_another_signing() -> None:
    card = told(
        "ngan_hang:song-hong", "cong_ty:the-phu-dong", text="Ngân hàng Sông Hồng và Công ty Thẻ Phù Đổng."
    )
    school = told("ngan_hang:song-hong", "dai_hoc:thien-mu", text="Ngân hàng Sông Hồng và Đại học Thiên Mụ.")
    same, why = same_signing(card, school)
    assert same is False
    assert why is not None and "other partners" in why


def test_a_partner_whose_name_the_other_story_holds_is_no_other_partner() -> None:
    report = told(
        "ngan_hang:song-hong", "cong_ty:the-phu-dong", text="Ngân hàng Sông Hồng và Công ty Thẻ Phù Đổng."
    )
    follow = told(
        "ngan_hang:song-hong",
        "dai_hoc:thien-mu",
        text="Thẻ Phù Đổng do Ngân hàng Sông Hồng phát hành đã đến tay sinh viên Đại học Thiên Mụ.",
    )
    assert same_signing(report, follow)[0] is not False


def test_a_year_that_was_only_deduced_does_not_set_two_tellings_apart() -> None:
    parties = ("cong_an:ha-nam", "hoi_ccb:ha-nam")
    deduced = told(*parties, day="2019-05-20", published=None)
    assert same_signing(deduced, told(*parties, day="2024-05-20"))[0] is True
    assert same_signing(deduced, told(*parties, day="2024-07-02"))[0] is False


def test_a_year_that_the_time_of_publication_bears_out_does() -> None:
    parties = ("cong_an:ha-nam", "hoi_ccb:ha-nam")
    last_year = told(*parties, day="2023-05-20", published=datetime(2023, 5, 20, 5, tzinfo=UTC))
    assert same_signing(last_year, told(*parties, day="2024-05-20"))[0] is False


def test_a_follow_up_that_names_both_parties_belongs_to_their_signing() -> None:
    report = told("cong_an:ha-nam", "so:giao-duc-dao-tao:ha-nam", day="2024-05-20")
    words = f"Tuần này, theo bản ký giữa Công an tỉnh Hà Nam và Sở Giáo dục và Đào tạo tỉnh Hà Nam: {MENTORS}"
    story = Story(url="https://bao.example/2", title="Đổi sách vùng xa", text=words, published=NOON)
    for days, same in ((5, True), (15, None)):
        later = digest(replace(story, published=NOON + timedelta(days=days)), topical=True)
        assert same_signing(report, later)[0] is same


def test_the_papers_of_a_visit_are_not_the_round_up_of_them() -> None:
    round_up = told(
        "country:viet-nam", "country:ai-cap", text="Hai Chủ tịch nước Việt Nam và Ai Cập chứng kiến."
    )
    paper = told(
        "cuc:duong-sat", "bo:giao-thong:ai-cap", text="Cục Đường sắt và Bộ Giao thông Ai Cập ký tại Cairo."
    )
    assert same_signing(round_up, paper)[0] is False


def test_two_states_may_stand_for_bodies_of_theirs_that_the_story_speaks_of() -> None:
    shortly = told(
        "country:viet-nam", "country:belarus", text="Quốc phòng Việt Nam - Belarus: Bộ Quốc phòng hai nước."
    )
    fully = told("bo_quoc_phong", "bo_quoc_phong:belarus", text="Bộ Quốc phòng Việt Nam ký với Belarus.")
    assert same_signing(shortly, fully)[0] is not False


def test_one_form_filled_in_by_two_provinces_is_two_events_though_nobody_read_its_parties() -> None:
    form = "Ngân hàng và Hội Nông dân tỉnh {} gia hạn thỏa thuận cho vay qua tổ đến năm 2029, dư nợ tăng mỗi quý."

    def brief(place: str) -> Digest:
        story = Story(
            url="https://bao.example/3", title="Cho vay qua tổ", text=form.format(place), published=NOON
        )
        return digest(story, topical=True)

    same, why = same_signing(brief("Đắk Nông"), brief("Kon Tum"))
    assert same is False
    assert why is not None and "provinces" in why
    assert same_signing(brief("Đắk Nông"), brief("Đắk Nông"))[0] is None
    # Đắk Nông became part of Lâm Đồng: one paper tells the old name, the other the new.
    assert same_signing(brief("Đắk Nông"), brief("Lâm Đồng"))[0] is None
    # A dateline is no place of the event.
    assert same_signing(brief("Hà Nội"), brief("Kon Tum"))[0] is None


def test_a_province_told_for_one_of_its_bodies_is_no_other_partner() -> None:
    commands = told(
        "bo_chqs:thanh-hoa", "bo_chqs:houaphanh", text="Bộ CHQS hai tỉnh Thanh Hóa - Hủa Phăn ký kết."
    )
    provinces = told("tinh:thanh-hoa", "tinh:houaphanh", text="Thanh Hóa và Hủa Phăn ký kết hợp tác quân sự.")
    assert same_signing(commands, provinces)[0] is not False


@pytest.mark.parametrize(
    ("place", "days", "same"),
    [
        ("Hà Nam", 0, True),
        ("Hà Nam", 10, True),
        ("khu phố", 0, True),
        ("khu phố", 10, None),
        ("Thái Bình", 0, False),
    ],
    ids=["named", "named, later", "none named", "none named, later", "another"],
)
def test_a_body_told_by_its_level_is_that_of_the_province_that_the_story_names(
    place: str, days: int, same: bool | None
) -> None:
    words = f"Công an tỉnh và Hội Chữ thập đỏ tỉnh ký phối hợp ở {place}. {MENTORS}"
    short = told("cong_an:tinh", "hoi_chu_thap_do:tinh", text=words, published=NOON + timedelta(days=days))
    full = told("cong_an:ha-nam", "hoi_chu_thap_do:ha-nam", text=f"Ký phối hợp ở Hà Nam. {MENTORS}")
    assert same_signing(short, full)[0] is same
    assert same_signing(full, short)[0] is same
