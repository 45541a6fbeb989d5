"""Who signed, where a list tells once what its bodies share, or calls a body by a bare noun or by who leads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.evaluation.agreements import evaluate
from pipelines.institutions import Registry
from pipelines.reading.parties import find_parties
from pipelines.reading.units import units_of
from pipelines.types import Story

STORIES = Path(__file__).parent / "quality" / "agreement-lists.jsonl"


def names(text: str, title: str = "Tin trong ngày") -> list[str]:
    story = Story(url="https://bao.example/tin", title=title, text=text)
    return [party.name for party in find_parties(units_of(story), Registry.load())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Biên phòng, kiểm lâm và hải quan Sơn La hôm qua ký kết quy chế phối hợp.",
            ["Biên phòng Sơn La", "Kiểm lâm Sơn La", "Hải quan Sơn La"],
            id="three-forces-of-one-province",
        ),
        pytest.param(
            "Quân sự, Biên phòng, Công an tỉnh Sơn La ký quy chế phối hợp.",
            ["Bộ CHQS tỉnh Sơn La", "Biên phòng tỉnh Sơn La", "Công an tỉnh Sơn La"],
            id="the-military-of-a-province-is-its-command",
        ),
        pytest.param(
            "Công an, quân sự và kiểm lâm huyện Mai Sơn sơ kết quy chế phối hợp.",
            ["Công an huyện Mai Sơn", "Ban CHQS huyện Mai Sơn", "Kiểm lâm huyện Mai Sơn"],
            id="the-military-of-a-district-is-its-staff",
        ),
        pytest.param(
            "Ba bộ Quốc phòng, Công an, Ngoại giao ký quy chế phối hợp.",
            ["Bộ Quốc phòng", "Bộ Công an", "Bộ Ngoại giao"],
            id="three-ministries-under-one-noun",
        ),
        pytest.param(
            "Hai sở Y tế và Giáo dục và Đào tạo tỉnh Sơn La ký kế hoạch phối hợp.",
            ["Sở Y tế tỉnh Sơn La", "Sở Giáo dục và Đào tạo tỉnh Sơn La"],
            id="two-departments-under-one-noun",
        ),
        pytest.param(
            "Bộ Chỉ huy BĐBP tỉnh Sơn La cùng Bộ CHQS và Công an hai tỉnh Hủa Phăn, Luông Pha Bang ký bản ghi nhớ.",
            [
                "Bộ Chỉ huy BĐBP tỉnh Sơn La",
                "Bộ CHQS tỉnh Hủa Phăn",
                "Công an tỉnh Hủa Phăn",
                "Công an tỉnh Luông Pha Bang",
            ],
            id="the-nearest-place-for-a-head-right-before-a-list",
        ),
        pytest.param(
            "Công an các tỉnh, thành phố Long An, TP. Hồ Chí Minh, Bà Rịa - Vũng Tàu và Đồng Nai ký kế hoạch chung.",
            [
                "Công an tỉnh Long An",
                "Công an thành phố Hồ Chí Minh",
                "Công an tỉnh Bà Rịa - Vũng Tàu",
                "Công an tỉnh Đồng Nai",
            ],
            id="a-city-among-provinces",
        ),
        pytest.param(
            "Phòng An ninh Kinh tế Công an các tỉnh Long An, Tây Ninh và Đồng Nai cùng ký kế hoạch phối hợp.",
            [
                "Phòng An ninh Kinh tế Công an tỉnh Long An",
                "Phòng An ninh Kinh tế Công an tỉnh Tây Ninh",
                "Phòng An ninh Kinh tế Công an tỉnh Đồng Nai",
            ],
            id="one-department-of-each-police",
        ),
        pytest.param(
            "Đảng ủy Đồn Biên phòng Mường Mây và đảng ủy hai xã Nà Mây, Nà Sương ký kết quy chế.",
            ["Đảng ủy Đồn Biên phòng Mường Mây", "Đảng ủy xã Nà Mây", "Đảng ủy xã Nà Sương"],
            id="party-committees-of-a-post-and-of-communes",
        ),
        pytest.param(
            "Đoàn thanh niên xã Nà Mây và hai phường Tô Mây, Tô Sương ký kết nghĩa với Chi đoàn Đồn Biên phòng Mường Mây.",
            [
                "Đoàn thanh niên xã Nà Mây",
                "Đoàn thanh niên phường Tô Mây",
                "Đoàn thanh niên phường Tô Sương",
                "Chi đoàn Đồn Biên phòng Mường Mây",
            ],
            id="wards-behind-a-communes-union",
        ),
        pytest.param(
            "Xã Nà Mây sơ kết quy chế phối hợp với công an các xã Nà Sương, Nà Gió.",
            ["Công an xã Nà Mây", "Công an xã Nà Sương", "Công an xã Nà Gió"],
            id="a-commune-among-police-is-its-police",
        ),
        pytest.param(
            "Cục Thuế tỉnh Sơn La ký quy chế với Vietcombank Sơn La, BIDV Phố Mây, BIDV Bắc Sơn La và Agribank.",
            ["Cục Thuế tỉnh Sơn La", "Vietcombank Sơn La", "BIDV Phố Mây", "BIDV Bắc Sơn La", "Agribank"],
            id="branches-of-banks",
        ),
        pytest.param(
            "Công an tỉnh Sơn La ký quy chế với Công ty Điện lực Sơn La, Chi nhánh điện cao thế và Trung tâm thí nghiệm điện.",
            [
                "Công an tỉnh Sơn La",
                "Công ty Điện lực Sơn La",
                "Chi nhánh điện cao thế",
                "Trung tâm thí nghiệm điện",
            ],
            id="names-in-lower-case-behind-their-nouns",
        ),
        pytest.param(
            "Trung tâm huấn luyện Vùng 2 Hải quân và UBND xã Nà Mây ký kết nghĩa.",
            ["Trung tâm huấn luyện Vùng 2 Hải quân", "UBND xã Nà Mây"],
            id="a-centre-of-a-unit",
        ),
        pytest.param(
            "Viện Mây Xanh ký ghi nhớ hợp tác với School of Forestry and Land Use.",
            ["Viện Mây Xanh", "School of Forestry and Land Use"],
            id="foreign-names-go-on-over-their-joints",
        ),
    ],
)
def test_what_a_list_tells_once_belongs_to_all_of_it(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Viện Mây Xanh phụ trách vùng biển mới. Chiều qua, Viện cùng Tỉnh đoàn Sơn La ký kết chương trình phối hợp.",
            ["Viện Mây Xanh", "Tỉnh đoàn Sơn La"],
            id="the-institute-told-before",
        ),
        pytest.param(
            "Lễ kết nghĩa mở ở xã Nà Mây. Lãnh đạo xã và Công an tỉnh Sơn La ký biên bản kết nghĩa.",
            ["Xã Nà Mây", "Công an tỉnh Sơn La"],
            id="the-commune-told-before",
        ),
        pytest.param(
            "Tin từ Kho bạc Nhà nước tỉnh Sơn La: đơn vị vừa cùng Công an tỉnh ký kết quy chế mới.",
            ["Kho bạc Nhà nước tỉnh Sơn La", "Công an tỉnh Sơn La"],
            id="the-unit-that-tells-it",
        ),
        pytest.param(
            "Công an tỉnh Sơn La dẫn đoàn sang Hủa Phăn, Luông Pha Bang và Phongsaly (Lào). Công an tỉnh Sơn La và ba tỉnh Bắc Lào"
            " ký biên bản ghi nhớ.",
            [
                "Công an tỉnh Sơn La",
                "Công an tỉnh Hủa Phăn",
                "Công an tỉnh Luông Pha Bang",
                "Công an tỉnh Phongsaly",
            ],
            id="three-provinces-abroad-beside-a-police",
        ),
        pytest.param(
            "Hội nghị mở cho bốn xã gồm Nà Mây, Nà Sương, Nà Gió, Nà Khói. Công an các xã này ký kết quy chế phối hợp.",
            ["Công an xã Nà Mây", "Công an xã Nà Sương", "Công an xã Nà Gió", "Công an xã Nà Khói"],
            id="the-communes-that-a-count-lists",
        ),
        pytest.param(
            "Đại tá Lê Văn Mây (Công an tỉnh Sơn La) và ông Trần Sương (Tổng công ty Cảng Mây Xanh) chủ trì hội nghị ký kết quy chế.",
            ["Công an tỉnh Sơn La", "Tổng công ty Cảng Mây Xanh"],
            id="bodies-in-brackets-behind-who-speaks-for-them",
        ),
        pytest.param(
            "Đại tướng Lê Văn Mây hội đàm và ký kế hoạch hợp tác với Bộ trưởng Quốc phòng Campuchia.",
            ["Bộ Quốc phòng Việt Nam", "Bộ Quốc phòng Campuchia"],
            id="ministers-of-defence-stand-for-their-ministries",
        ),
        pytest.param(
            "Thượng tướng Trần Văn Gió hội đàm và ký kế hoạch hợp tác với Bộ trưởng Nội vụ Campuchia.",
            ["Bộ Công an Việt Nam", "Bộ Nội vụ Campuchia"],
            id="a-general-who-meets-a-minister-of-the-interior-is-of-the-police",
        ),
        pytest.param(
            "Viện Kiểm sát nhân dân TP Hà Nội chủ trì lễ ký kết quy chế. Cùng ký có Công an, Thanh tra, Cục Thuế thành phố.",
            [
                "Viện Kiểm sát nhân dân TP Hà Nội",
                "Công an TP Hà Nội",
                "Thanh tra TP Hà Nội",
                "Cục Thuế thành phố Hà Nội",
            ],
            id="who-signed-too",
        ),
        pytest.param(
            "Về phía Bộ CHQS tỉnh Sơn La có Đại tá Lê Mây; về phía Bộ CHQS tỉnh Hủa Phăn có Đại tá Khăm Sương. Hai bên ký biên bản.",
            ["Bộ CHQS tỉnh Sơn La", "Bộ CHQS tỉnh Hủa Phăn"],
            id="two-sides-of-a-table",
        ),
        pytest.param(
            "Ban Chỉ huy BĐBP (Bộ CHQS tỉnh Sơn La) hội đàm thường niên với Bộ CHQS tỉnh Hủa Phăn (Lào). Hai bên ký biên bản ghi nhớ.",
            ["Ban Chỉ huy BĐBP tỉnh Sơn La", "Bộ CHQS tỉnh Hủa Phăn"],
            id="the-superior-in-brackets-tells-the-place",
        ),
    ],
)
def test_a_bare_noun_or_a_leader_stands_for_a_body(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "Nhân 95 năm Công đoàn Việt Nam, Công an tỉnh Sơn La ký quy chế với Báo Mây Xanh.",
            id="whose-birthday-it-is",
        ),
        pytest.param(
            "Thủ tướng Malaysia Anwar Ibrahim đến thăm, Công an tỉnh Sơn La ký quy chế với Báo Mây Xanh.",
            id="a-statesman",
        ),
        pytest.param(
            "Trước sự chứng kiến của Sở Y tế và UBND xã Nà Mây, Công an tỉnh Sơn La và Báo Mây Xanh ký quy chế.",
            id="the-last-who-looked-on",
        ),
        pytest.param("Công an tỉnh Sơn La sang xã Nà Mây ký quy chế với Báo Mây Xanh.", id="where-they-went"),
        pytest.param(
            "Thực hiện chương trình của cấp tỉnh Lai Châu, Công an tỉnh Sơn La và Báo Mây Xanh ký quy chế.",
            id="whose-programme-it-carries-out",
        ),
    ],
)
def test_those_told_beside_the_signing_are_no_parties(text: str) -> None:
    assert names(text) == ["Công an tỉnh Sơn La", "Báo Mây Xanh"]


def test_the_pair_of_the_headline_outranks_another_pair() -> None:
    found = names(
        "Đồn Biên phòng Mường Mây kết nghĩa với Đại đội Biên phòng 311. Dịp này, BĐBP tỉnh Sơn La ký với Bộ CHQS và Sở An ninh tỉnh"
        " Hủa Phăn bản ghi nhớ.",
        title="Sơn La - Hủa Phăn ghi nhớ bảy nội dung giữ biên giới",
    )
    assert found == ["BĐBP tỉnh Sơn La", "Bộ CHQS tỉnh Hủa Phăn", "Sở An ninh tỉnh Hủa Phăn"]


def test_our_own_small_stories_come_out_with_their_parties() -> None:
    rows = [json.loads(line) for line in STORIES.read_text(encoding="utf-8").splitlines()]
    result = evaluate(rows)
    assert result["n"] == len(rows) > 100
    assert result["party_precision"] >= 0.96
    assert result["party_recall"] >= 0.96


def test_a_body_told_in_full_elsewhere_keeps_the_place_where_its_short_name_stands() -> None:
    text = (
        "Hôm 30/5, Phòng Cảnh sát giao thông Nà Mây ký quy chế phối hợp với Công ty Điện lực Nà Gió.\nXã hội\n"
        "Nà Mây,Công ty Điện lực,Ký kết"
    )
    story = Story(url="https://bao.example/tin", title="Hai bên ký quy chế", text=text)
    for party in find_parties(units_of(story), Registry.load()):
        assert party.span is not None
        told = (story.title if party.span.field == "title" else text)[party.span.start : party.span.end]
        assert told
        assert party.name.startswith(told)
