"""Names of parties end where the name ends, and parties told in roundabout ways are found all the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.agreements import read_agreement
from pipelines.institutions import Registry
from pipelines.reading.naming import find_mentions
from pipelines.reading.words import tokens_of
from pipelines.types import Act, Agreement, Story


def read(title: str, text: str, published: str | None = None) -> Agreement:
    when = datetime.fromisoformat(published).astimezone(UTC) if published else None
    return read_agreement(Story(url="https://bao.example/tin", title=title, text=text, published=when))


def names(text: str, title: str = "Tin trong ngày") -> list[str]:
    return [party.name for party in read(title, text).parties]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        pytest.param("Trường Đại học Sông Mơ tổ chức lễ ký", ["Trường Đại học Sông Mơ"], id="organises"),
        pytest.param("Tập đoàn Mây Xanh khẳng định việc ký", ["Tập đoàn Mây Xanh"], id="affirms"),
        pytest.param("Bộ Giáo dục và Đào tạo tổng kết", ["Bộ Giáo dục và Đào tạo"], id="reviews"),
        pytest.param("Công ty Cổ phần Hòn Gạch đầu tư trạm bơm", ["Công ty Cổ phần Hòn Gạch"], id="invests"),
        pytest.param("Tập đoàn Mây Xanh gia hạn thỏa thuận", ["Tập đoàn Mây Xanh"], id="extends"),
        pytest.param("Bệnh viện Quân y 120B và khách", ["Bệnh viện Quân y 120B"], id="number-with-letter"),
        pytest.param("Viện Cây lương thực ký", ["Viện Cây lương thực"], id="half-of-luong-thuc"),
        pytest.param("Công ty Cổ phần Nhựa tái chế Hạt Nắng ký", ["Công ty Cổ phần Nhựa tái chế Hạt Nắng"], id="tai-che"),
        pytest.param("Ban Thư ký Quốc hội Lào ký", ["Ban Thư ký Quốc hội Lào"], id="half-of-thu-ky"),
        pytest.param("Văn phòng Quốc hội Việt Nam ký", ["Văn phòng Quốc hội Việt Nam"], id="half-of-quoc-hoi"),
        pytest.param("Sở GD – ĐT tỉnh Sơn La ký", ["Sở GD – ĐT tỉnh Sơn La"], id="letters-with-dash"),
        pytest.param("Ban CHQS khu vực Hương Khê ký", ["Ban CHQS khu vực Hương Khê"], id="region-as-level"),
        pytest.param(
            "Trạm Kiểm soát Biên phòng Na Mơ ký", ["Trạm Kiểm soát Biên phòng Na Mơ"], id="checkpoint"
        ),
        pytest.param("Hội Chữ thập đỏ địa phương ký", ["Hội Chữ thập đỏ"], id="the-local-one"),
        pytest.param("Nhật báo Đông Hưng ký", ["Nhật báo Đông Hưng"], id="daily"),
        pytest.param(
            "Đoàn Thanh niên Công an tỉnh Sơn La ký", ["Đoàn Thanh niên Công an tỉnh Sơn La"], id="branch"
        ),
        pytest.param("Công an ba huyện Quảng Bình ký", ["Công an ba huyện Quảng Bình"], id="counted-districts"),
    ],
)  # fmt: skip
def test_a_name_ends_before_a_verb_and_not_inside_a_word(sentence: str, expected: list[str]) -> None:
    registry = Registry.load()
    assert [mention.name for mention in find_mentions(tokens_of(sentence), sentence, registry)] == expected


def test_words_that_are_works_stay_inside_longer_names() -> None:
    registry = Registry.load()
    for name in (
        "Công ty CP Đầu tư phát triển Cầu Mây",
        "Ban Tổ chức Tỉnh ủy Sơn La",
        "Công ty CP đầu tư tư vấn Bắc Mơ",
        "Quỹ Bảo trợ trẻ em Việt Nam",
    ):
        found = find_mentions(tokens_of(name), name, registry)
        assert found[0].name == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "BSL - Công an tỉnh Sơn La và Sở Y tế tỉnh Sơn La ký kết quy chế phối hợp.",
            ["Công an tỉnh Sơn La", "Sở Y tế tỉnh Sơn La"],
            id="dateline-is-no-party",
        ),
        pytest.param(
            "Tập đoàn Mây Xanh cho biết vừa ký biên bản ghi nhớ với GREENLEAF - doanh nghiệp hàng đầu Hàn Quốc.",
            ["Tập đoàn Mây Xanh", "GREENLEAF"],
            id="says-it-signed",
        ),
        pytest.param(
            "Sở Tài chính TP Hà Nội và sàn giao dịch BLUEBOARD ký kết biên bản ghi nhớ hợp tác.",
            ["Sở Tài chính TP Hà Nội", "BLUEBOARD"],
            id="described-brand",
        ),
        pytest.param(
            "Công ty Cổ phần Hạt Nắng đã ký kết thỏa thuận hợp tác với 2 doanh nghiệp hàng đầu châu Âu – "
            "Công ty TNHH Waldmann và Công ty Cổ phần Rossi.",
            ["Công ty Cổ phần Hạt Nắng", "Công ty TNHH Waldmann", "Công ty Cổ phần Rossi"],
            id="counted-then-named",
        ),
        pytest.param(
            "Lễ ký hiệp định hợp tác giữa Chính phủ Na Uy và Việt Nam diễn ra chiều nay.",
            ["Chính phủ Na Uy", "Việt Nam"],
            id="government-and-country",
        ),
        pytest.param(
            "Hội Cựu chiến binh và Ngân hàng Chính sách xã hội huyện Mai Sơn ký kết chương trình phối hợp.",
            ["Hội Cựu chiến binh huyện Mai Sơn", "Ngân hàng Chính sách xã hội huyện Mai Sơn"],
            id="policy-bank",
        ),
        pytest.param(
            "Lễ ký kết diễn ra sáng nay. Năm năm qua, theo Quy chế phối hợp số 03/QC-BCA-TLĐLĐ, hai lực lượng giúp nhau.",
            ["Bộ Công an", "Tổng Liên đoàn Lao động Việt Nam"],
            id="number-of-a-joint-paper",
        ),
    ],
)
def test_parties_told_in_roundabout_ways(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_two_ministries_that_sign_are_both_named() -> None:
    found = names(
        "Sáng 13/11 tại Tây Ninh, Đại tướng Lê Văn Hải hội đàm với Bộ trưởng Quốc phòng Campuchia, rồi hai bộ ký kế hoạch "
        "hợp tác năm 2027."
    )
    assert found == ["Bộ Quốc phòng Việt Nam", "Bộ Quốc phòng Campuchia"]


def test_ties_between_peoples_are_no_list_of_parties() -> None:
    found = names(
        "Hội Cựu chiến binh tỉnh Sơn La và Hội Cựu chiến binh tỉnh Hủa Phăn của Lào gặp mặt. Kết thúc cuộc gặp, đại diện hai bên ký "
        "biên bản ghi nhớ về xây dựng hội, mở rộng quan hệ giữa cựu chiến binh hai nước.",
        title="Hai hội ký ghi nhớ",
    )
    assert found == ["Hội Cựu chiến binh tỉnh Sơn La", "Hội Cựu chiến binh tỉnh Hủa Phăn"]


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        pytest.param(
            "Năm năm qua, Quân khu 7 và Tập đoàn Mây Xanh thực hiện chương trình phối hợp đã ký, cùng làm dân vận. "
            "Tại hội nghị, hai bên ký kết chương trình mới.",
            {Act.TONG_KET, Act.KY_KET},
            id="years-first",
        ),
        pytest.param(
            "Một năm qua, hai lực lượng định kỳ tuần tra chung. Hai bên ký biên bản ghi nhớ mới.",
            {Act.SO_KET, Act.KY_KET},
            id="one-year-first",
        ),
        pytest.param(
            "Chiều 25/4, Quân khu 7 và Tập đoàn Mây Xanh ký kết quy chế phối hợp. Năm năm qua, hai bên cùng làm dân vận.",
            {Act.KY_KET},
            id="signing-first-years-as-background",
        ),
        pytest.param(
            "Năm 2027, hai bên sẽ cùng tuần tra. Công an tỉnh Sơn La và Sở Y tế ký kết kế hoạch phối hợp.",
            {Act.KY_KET},
            id="a-plan-looks-ahead",
        ),
    ],
)
def test_an_opening_that_looks_back_tells_a_review(text: str, acts: set[Act]) -> None:
    assert set(read("Hai bên tăng cường phối hợp", text).acts) == acts


@pytest.mark.parametrize(
    ("text", "period"),
    [
        pytest.param(
            "Hội nghị rà soát kết quả kế hoạch hợp tác năm 2022 giữa Bộ Công an và Bộ Y tế. Bế mạc, hai bên ký kế hoạch hợp "
            "tác năm nay.",
            "2023",
            id="the-year-after-the-reviewed",
        ),
        pytest.param(
            "Bộ Công an và Tập đoàn Mây Xanh ký thỏa thuận hợp tác. Trong năm 2020-2021, hai bên đã cùng lập cơ sở dữ liệu.",
            None,
            id="what-was-done-in-those-years",
        ),
        pytest.param(
            "Hội nghị tổng kết chương trình phối hợp giai đoạn 2015-2020 giữa Công an tỉnh Sơn La và Sở Y tế tỉnh Sơn La. "
            "Hai bên ký kết chương trình mới.",
            None,
            id="signed-anew-without-a-term",
        ),
    ],
)
def test_periods_of_reviews_and_of_work_done(text: str, period: str | None) -> None:
    assert read("Hai bên phối hợp", text).period == period
