"""Bodies of kinds without an entry of their own, and the many ways in which the press joins two parties."""

from __future__ import annotations

import pytest

from pipelines.agreements import read_agreement
from pipelines.institutions import Registry
from pipelines.types import Story

POLICE = "Công an huyện Vụ Bản"
ARMY = "Ban CHQS huyện Mỹ Lộc"
WOMEN = "Hội LHPN huyện Ý Yên"
BORDER = "Đồn Biên phòng Quất Lâm"


def parties(text: str, title: str = "Ký kết quy chế phối hợp") -> list[str]:
    story = Story(url="https://bao.example/tin", title=title, text=text)
    return [party.name for party in read_agreement(story).parties]


@pytest.mark.parametrize(
    "name",
    [
        "Đội Kiểm lâm cơ động và PCCCR số 2",
        "Đại đội Bảo vệ biên giới 311",
        "Đồn Cảnh sát bảo vệ biên giới Bo Heng",
        "Tiểu đoàn Cảnh sát bảo vệ biên giới số 623",
        "Cụm đặc nhiệm phòng chống tội phạm ma túy số 3",
        "Chi đội Kiểm ngư số 4",
        "Tỉnh đội Chăm Pa Sắc",
        "Đoàn An điều dưỡng 16",
        "Vườn quốc gia Phong Nha - Kẻ Bàng",
        "Ban Quản lý rừng phòng hộ Nam Đông",
        "Trung tâm Giáo dục nghề nghiệp - Giáo dục thường xuyên huyện Mộc Châu",
        "Hội Nạn nhân chất độc da cam/dioxin tỉnh Bình Phước",
        "Hội Hữu nghị Việt Nam - Lào tỉnh Sơn La",
        "Liên hiệp các tổ chức hữu nghị tỉnh Quảng Ninh",
        "Nhà xuất bản Quân đội nhân dân",
        "Phòng Cảnh sát điều tra tội phạm về ma túy Công an tỉnh Hà Tĩnh",
        "Ban Tuyên huấn Tỉnh ủy Xiêng Khoảng",
        "Ngân hàng Nhà nước khu vực 10",
        "Kiểm toán Nhà nước khu vực XI",
        "Thuế cơ sở 3",
        "Viện kiểm sát quân sự khu vực 52",
        "Tòa án quân sự Quân khu 1",
        "Chi đoàn Đồn Biên phòng Lũng Cú",
        "Trại tạm giam Công an tỉnh Lào Cai",
        "Mặt trận Lào xây dựng đất nước tỉnh Salavan",
        "Hội Phụ nữ Campuchia vì Hòa bình và Phát triển tỉnh Kandal",
        "Cơ sở cai nghiện ma túy số 2",
        "Văn phòng Đoàn ĐBQH và HĐND tỉnh Thái Nguyên",
        "Đặc khu Phú Quốc",
        "Tổ chức Tầm nhìn Thế giới",
    ],
)
def test_a_body_is_read_whole_whatever_its_kind(name: str) -> None:
    assert parties(f"Sáng 12/5, {name} và {POLICE} ký kết quy chế phối hợp.") == [name, POLICE]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("{A} và {B} vừa ký quy chế phối hợp.", "AB"),
        ("Trong khuôn khổ hội nghị, {A} đã cùng {B} ký kết quy chế.", "AB"),
        ("Đại diện {A}, ông Nguyễn Văn Nam và đại diện {B}, ông Lê Hải ký quy chế phối hợp.", "AB"),
        ("Thay mặt {A}, Đại tá Nam; thay mặt {B}, Trung tá Hải đã ký kết.", "AB"),
        ("Bên A là {A}, bên B là {B} cùng ký thỏa thuận.", "AB"),
        ("{A} ký kết phối hợp cùng lúc với {B} lẫn {C}.", "ABC"),
        ("Hai đơn vị ({A} và {B}) ký quy chế phối hợp.", "AB"),
        ("Đoàn công tác của {A} sang thăm và ký kết biên bản ghi nhớ với {B}.", "AB"),
        ("{A} do Đại tá Nam làm trưởng đoàn đến làm việc với {B}, hai bên ký biên bản.", "AB"),
        ("{A} họp liên ngành với {B} để đánh giá quy chế phối hợp và ký kế hoạch.", "AB"),
        ("Thực hiện quy chế đã ký với {B}, sáng 5/3 {A} tổ chức sơ kết.", "AB"),
        ("{A} tổ chức ký kết với 3 đơn vị. Đó là {B}, {C} và {D}.", "ABCD"),
        ("{A} vừa tổ chức lễ ký kết quy chế phối hợp. Đơn vị ký kết là {B}.", "AB"),
        ("Chỉ huy {A} và Ban Giám đốc {D} ký kết.", "AD"),
        ("Sáng 5/3, tại trụ sở {A} diễn ra lễ ký kết quy chế phối hợp giữa đơn vị này với {B}.", "AB"),
        ("Có sự chứng kiến của lãnh đạo {C}, đại diện {A} và {B} đã ký quy chế.", "AB"),
        ("Hội nghị của {A} và {B} ký quy chế phối hợp.", "AB"),
    ],
)
def test_parties_are_found_however_they_are_joined(sentence: str, expected: str) -> None:
    bodies = {"A": POLICE, "B": ARMY, "C": WOMEN, "D": BORDER}
    assert set(parties(sentence.format(**bodies))) == {bodies[letter] for letter in expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Hội nghị ký kết kế hoạch giữa Công an các quận như: 1, 3, Phú Nhuận và Công an TP Thủ Đức.",
            ["Công an quận 1", "Công an quận 3", "Công an quận Phú Nhuận", "Công an TP Thủ Đức"],
            id="colon-after-nhu",
        ),
        pytest.param(
            "Ba đồn biên phòng: Nậm Mây, Pa Hạ, Sín Lủng ký kết nghĩa với Đại đội Biên phòng 534.",
            [
                "Đồn biên phòng Nậm Mây",
                "Đồn biên phòng Pa Hạ",
                "Đồn biên phòng Sín Lủng",
                "Đại đội Biên phòng 534",
            ],
            id="counted-head-and-colon",
        ),
        pytest.param(
            "Vùng Cảnh sát biển 2 và các Đài Phát thanh - truyền hình (PT-TH) Quảng Nam, Quảng Trị ký quy chế.",
            [
                "Vùng Cảnh sát biển 2",
                "Đài Phát thanh - truyền hình Quảng Nam",
                "Đài Phát thanh - truyền hình Quảng Trị",
            ],
            id="letters-before-the-list",
        ),
        pytest.param(
            "Hội nghị ký kết giữa Hạt Kiểm lâm các huyện Ba Tơ, Đức Phổ và Công an huyện Vụ Bản.",
            ["Hạt Kiểm lâm huyện Ba Tơ", "Hạt Kiểm lâm huyện Đức Phổ", "Công an huyện Vụ Bản"],
            id="a-place-that-begins-like-a-country",
        ),
        pytest.param(
            "Công an 3 huyện của tỉnh Sơn La với An ninh huyện Xiềng Khọ ký kết biên bản ghi nhớ.",
            ["Công an 3 huyện", "An ninh huyện Xiềng Khọ"],
            id="whose-they-are-stands-between",
        ),
        pytest.param(
            "Chiều 28/8, tại Lữ đoàn 297 diễn ra lễ kết nghĩa giữa Lữ đoàn và phường Vân Phú.",
            ["Lữ đoàn 297", "Phường Vân Phú"],
            id="the-noun-alone-means-the-one-told-before",
        ),
        pytest.param(
            "Bộ Y tế và T.Ư Hội Cựu chiến binh Việt Nam ký nghị quyết liên tịch.",
            ["Bộ Y tế", "Hội Cựu chiến binh Việt Nam"],
            id="letters-of-the-central-committee",
        ),
        pytest.param(
            "Công an huyện Vụ Bản đã ký kết quy chế thực hiện chương trình PT-PC với Hội LHPN huyện Ý Yên.",
            ["Công an huyện Vụ Bản", "Hội LHPN huyện Ý Yên"],
            id="a-programme-is-no-party",
        ),
    ],
)
def test_lists_and_relations_are_read_as_the_press_writes_them(text: str, expected: list[str]) -> None:
    assert parties(text) == expected


def test_what_is_founded_at_the_ceremony_signs_nothing() -> None:
    text = (
        "UBND xã Hòn Gạch và Trường Đại học Mây Xanh ra mắt Hợp tác xã Lúa Vàng và ký kết thỏa thuận hợp tác."
    )
    assert "Hợp tác xã Lúa Vàng" not in parties(text)


def test_an_open_noun_names_nobody_before_a_verb_or_a_date() -> None:
    registry = Registry.load()
    for text in (
        "Tổ chức lễ ký kết sáng nay",
        "Đội đã về nhất",
        "Hội nghị diễn ra ngày 5/6",
        "Cơ sở vật chất",
    ):
        assert registry.find_parties(text) == []


def test_one_key_for_an_open_body_found_in_a_text_and_named_alone() -> None:
    registry = Registry.load()
    (found,) = registry.find_parties("Sáng nay, Chi đội Kiểm ngư số 4 ra khơi.")
    assert registry.describe(found).key == registry.normalise("Chi đội Kiểm ngư số 4").key
