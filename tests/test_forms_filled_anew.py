"""Forms that the press fills in every day or in every province: each filling is news, a reprint of one is not."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.database import in_memory
from pipelines.types import Story

PROVINCES = [
    "Lào Cai",
    "Hà Giang",
    "Nghệ An",
    "Kon Tum",
    "Gia Lai",
    "Đắk Lắk",
    "Tây Ninh",
    "Long An",
    "Cà Mau",
    "Bến Tre",
]
DISTRICTS = [
    "Bát Xát",
    "Con Cuông",
    "Sa Thầy",
    "Ea Súp",
    "Tân Biên",
    "Ba Tri",
    "Năm Căn",
    "Sìn Hồ",
    "Na Hang",
    "Cam Lâm",
]
FAMILIES = ["Nguyễn Văn", "Trần Thị", "Lê Đức", "Phạm Minh", "Hoàng Thu", "Đỗ Hữu", "Bùi Quang", "Lý Như"]
GIVEN = ["Hải", "Lan", "Sơn", "Thủy", "Cường", "Yến", "Khoa", "Giang", "Vinh", "Phúc"]
FILLINGS = 14

Form = Callable[[random.Random, int], tuple[str, str]]


def _person(chance: random.Random) -> str:
    return f"{chance.choice(FAMILIES)} {chance.choice(GIVEN)}"


def _signing(chance: random.Random, number: int) -> tuple[str, str]:
    province, year = PROVINCES[number % 10], 2012 + number
    return (
        "Ký kết chương trình phối hợp cho vay vốn",
        f"Vừa qua, Hội Nông dân tỉnh {province} và Ngân hàng Chính sách xã hội tỉnh {province} ký kết chương trình phối hợp "
        f"giai đoạn {year} - {year + 5} về cho vay vốn đối với hộ nghèo. Ông {_person(chance)}, Chủ tịch Hội, cho biết hai "
        "bên sẽ cùng bình xét cho vay công khai, kiểm tra việc dùng vốn và đôn đốc trả nợ đúng hạn, phấn đấu nợ quá hạn "
        "dưới mức quy định. Mỗi năm hai bên họp sơ kết một lần, khen thưởng tổ vay vốn làm tốt, kịp thời gỡ khó cho cơ sở.",
    )


def _fuel(chance: random.Random, number: int) -> tuple[str, str]:
    return (
        "Giá xăng dầu hôm nay",
        f"Hôm nay {number + 1}/7, giá bán lẻ xăng dầu trong nước giữ nguyên so với kỳ trước. Xăng E5 không cao hơn 21.870 "
        "đồng một lít, dầu hỏa không cao hơn 18.400 đồng một lít. Quỹ bình ổn tiếp tục không trích lập, không chi sử dụng. "
        "Kỳ điều hành kế tiếp rơi vào thứ Năm tuần này, trừ khi trùng ngày nghỉ lễ theo quy định hiện hành.",
    )


def _weather(chance: random.Random, number: int) -> tuple[str, str]:
    low = chance.randint(22, 25)
    return (
        f"Thời tiết ngày {number + 1}/8",
        f"Ngày {number + 1}/8, vùng núi phía bắc có mây, chiều tối mưa rào và dông vài nơi, thấp nhất {low} độ C, cao nhất "
        f"{low + chance.randint(6, 9)} độ C. Trong mưa dông đề phòng lốc, sét và gió giật mạnh. Từ Thanh Hóa đến Huế trời "
        f"nắng, cao nhất {chance.randint(32, 37)} độ C. Tây Nguyên mưa rào về chiều. Bà con ở ven suối cần chú ý lũ quét.",
    )


def _power(chance: random.Random, number: int) -> tuple[str, str]:
    return (
        f"Lịch ngừng cấp điện ở {PROVINCES[number % 10]}",
        f"Công ty Điện lực {PROVINCES[number % 10]} báo lịch ngừng cấp điện để bảo trì lưới. Từ {chance.randint(5, 8)} giờ "
        f"đến {chance.randint(11, 17)} giờ, mất điện ở {chance.choice(DISTRICTS)}; từ {chance.randint(5, 8)} giờ 30 đến "
        f"{chance.randint(11, 17)} giờ, mất điện ở {chance.choice(DISTRICTS)}. Xong việc sớm, ngành điện đóng điện lại trước "
        "giờ đã báo, mong khách hàng xem như lưới luôn có điện để bảo đảm an toàn và thông cảm vì sự bất tiện này.",
    )


def _match(chance: random.Random, number: int) -> tuple[str, str]:
    home, guest = chance.sample(DISTRICTS, 2)
    return (
        f"{home} thắng {guest}",
        f"Chiều qua, trên sân nhà, đội {home} gặp đội {guest} ở vòng {number + 1}. Hai đội nhập cuộc thận trọng và giữ chắc "
        f"cự ly. Phút {chance.randint(3, 44)}, {_person(chance)} mở tỉ số bằng cú sút từ ngoài vòng cấm. Phút "
        f"{chance.randint(46, 89)}, {_person(chance)} đánh đầu ghi bàn thứ hai và ấn định kết quả. {home} có "
        f"{chance.randint(3, 40)} điểm, tạm xếp thứ {chance.randint(1, 14)}, vòng tới phải làm khách và vắng một trụ cột.",
    )


def _mourning(chance: random.Random, number: int) -> tuple[str, str]:
    return (
        "Tin buồn",
        f"Huyện ủy {chance.choice(DISTRICTS)} và gia đình thương tiếc báo tin đồng chí {_person(chance)}, sinh năm "
        f"{chance.randint(1921, 1959)}, nguyên Bí thư Đảng ủy xã, huy hiệu {chance.choice((40, 50, 60, 70))} năm tuổi Đảng, từ "
        f"trần hồi {chance.randint(1, 23)} giờ ngày {number + 1}/{chance.randint(1, 12)}. Lễ viếng tại nhà riêng, truy điệu và "
        "đưa tang vào sáng hôm sau. Gia đình xin miễn chấp điếu và cáo lỗi nếu có điều gì sơ suất trong lúc tang gia bối rối.",
    )


FORMS = [_signing, _fuel, _weather, _power, _match, _mourning]


def _stories(form: Form, *, dressed: str = "{}", outlet: str = "mot") -> list[Story]:
    stories = []
    for number in range(FILLINGS):
        title, text = form(random.Random(f"{form.__name__} {number}"), number)
        published = datetime(2024, 7, 1, tzinfo=UTC) + timedelta(days=number)
        url = f"https://{outlet}.example/{form.__name__}/{number}"
        stories.append(Story(url=url, title=title, text=dressed.format(text), published=published))
    return stories


@pytest.mark.parametrize("form", FORMS)
def test_no_filling_of_a_form_repeats_another_and_each_reprint_its_own(form: Form) -> None:
    stories = _stories(form) + _stories(form, dressed="(Theo báo bạn) - {}\nLý Như Khoa", outlet="hai")
    _, repeats = in_memory.group((story, None, None) for story in stories)
    assert repeats == {FILLINGS + number: number for number in range(FILLINGS)}
