"""Parties as the press tells them: parts of bodies, lists under a colon, short names, onlookers, heads told once."""

from __future__ import annotations

import pytest

from pipelines.agreements import read_agreement
from pipelines.institutions import Registry
from pipelines.types import Act, Agreement, Story


def read(text: str, title: str = "Tin trong ngày") -> Agreement:
    return read_agreement(Story(url="https://bao.example/tin", title=title, text=text))


def names(text: str, title: str = "Tin trong ngày") -> list[str]:
    return [party.name for party in read(text, title).parties]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Ban Tuyên giáo Tỉnh ủy Sơn La và Lữ đoàn 125 Hải quân đã ký kết kế hoạch phối hợp.",
            ["Ban Tuyên giáo Tỉnh ủy Sơn La", "Lữ đoàn 125"],
            id="the-navy-behind-a-brigade-says-whose-it-is",
        ),
        pytest.param(
            "Khoa Trinh sát, Trường Đại học Mây Xanh kết nghĩa với Phòng Tham mưu, Công an tỉnh Sơn La.",
            ["Khoa Trinh sát Trường Đại học Mây Xanh", "Phòng Tham mưu Công an tỉnh Sơn La"],
            id="a-faculty-and-a-police-office-are-named-with-their-bodies",
        ),
        pytest.param(
            "Cục Hậu cần Quân khu 3 và Cục Hậu cần Bộ Tư lệnh Cảnh sát biển ký kết biên bản phối hợp.",
            ["Cục Hậu cần Quân khu 3", "Cục Hậu cần Bộ Tư lệnh Cảnh sát biển"],
            id="two-offices-of-one-name",
        ),
        pytest.param(
            "Phòng Tư pháp, Công an huyện Mai Sơn ký kết quy chế phối hợp.",
            ["Phòng Tư pháp huyện Mai Sơn", "Công an huyện Mai Sơn"],
            id="a-civil-office-beside-the-police-is-no-part-of-it",
        ),
        pytest.param(
            "BTL Bộ đội Biên phòng và BTL Quân khu 2 ký kết quy chế phối hợp. Bộ Tư lệnh Quân khu tặng hoa Bộ Tư lệnh Bộ đội Biên phòng.",
            ["BTL Bộ đội Biên phòng", "BTL Quân khu 2"],
            id="a-military-region-told-again-without-its-number",
        ),
    ],
)
def test_a_part_of_a_body_and_the_body_are_one_party(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Sáng nay diễn ra lễ ký kết hợp tác giữa Trường Đại học Mây Xanh với ba doanh nghiệp:\n\n"
            "- Công ty TNHH Hạt Nắng\n- Công ty Cổ phần Sông Gió\n- Tập đoàn Đá Cuội\n\nLễ ký mở ra nhiều cơ hội.",
            [
                "Trường Đại học Mây Xanh",
                "Công ty TNHH Hạt Nắng",
                "Công ty Cổ phần Sông Gió",
                "Tập đoàn Đá Cuội",
            ],
            id="lines-under-a-colon",
        ),
        pytest.param(
            "Viện Cây Xanh ký kết bản ghi nhớ với các trường: Đại học Mây Xanh, Cao đẳng Lương thực - Thực phẩm và Cao đẳng Hạt Nắng.",
            ["Viện Cây Xanh", "Đại học Mây Xanh", "Cao đẳng Lương thực - Thực phẩm", "Cao đẳng Hạt Nắng"],
            id="schools-after-a-colon",
        ),
        pytest.param(
            "Bộ Tư lệnh Vùng Cảnh sát biển 2 và lãnh đạo UBND 3 tỉnh, thành gồm Quảng Ngãi, Gia Lai, Đắk Lắk ký kết quy chế phối hợp.",
            [
                "Bộ Tư lệnh Vùng Cảnh sát biển 2",
                "UBND tỉnh Quảng Ngãi",
                "UBND tỉnh Gia Lai",
                "UBND tỉnh Đắk Lắk",
            ],
            id="committees-counted-then-named",
        ),
        pytest.param(
            "Hai bệnh viện Hạt Nắng và Mây Xanh ký kết thỏa thuận hợp tác.",
            ["Bệnh viện Hạt Nắng", "Bệnh viện Mây Xanh"],
            id="two-hospitals-with-one-head",
        ),
        pytest.param(
            "Vùng Cảnh sát biển 3 ký kết quy chế phối hợp với Cảng vụ Hàng hải Nha Trang, Bình Thuận, Vũng Tàu, Đồng Nai.",
            [
                "Vùng Cảnh sát biển 3",
                "Cảng vụ Hàng hải Nha Trang",
                "Cảng vụ Hàng hải Bình Thuận",
                "Cảng vụ Hàng hải Vũng Tàu",
                "Cảng vụ Hàng hải Đồng Nai",
            ],
            id="a-head-told-once-for-four-ports",
        ),
    ],
)
def test_lists_name_each_of_their_members(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Bộ CHQS tỉnh Tây Ninh và ba đơn vị bạn là Tiểu khu Quân sự Svay Rieng, Prey Veng và Tboung Khmum ký kết biên bản hợp tác.",
            [
                "Bộ CHQS tỉnh Tây Ninh",
                "Tiểu khu Quân sự Svay Rieng",
                "Tiểu khu Quân sự Prey Veng",
                "Tiểu khu Quân sự Tboung Khmum",
            ],
            id="in-the-same-breath",
        ),
        pytest.param(
            "Công an tỉnh Sơn La ký kết quy chế phối hợp với bốn đơn vị. Các đơn vị ký kết gồm: Sở Y tế, Sở Tư pháp, Viettel Sơn La và "
            "Điện lực Sơn La.",
            [
                "Công an tỉnh Sơn La",
                "Sở Y tế tỉnh Sơn La",
                "Sở Tư pháp tỉnh Sơn La",
                "Viettel Sơn La",
                "Điện lực Sơn La",
            ],
            id="in-the-next-sentence",
        ),
        pytest.param(
            "Công an xã Mường Cai, Trạm Y tế xã và Trường THCS Mường Cai ký kết quy chế phối hợp.",
            ["Công an xã Mường Cai", "Trạm Y tế xã Mường Cai", "Trường THCS Mường Cai"],
            id="bodies-of-a-commune",
        ),
        pytest.param(
            "Trại giam Yên Mây, Cục C10, Bộ Công an và Công an huyện Phù Yên ký kết quy chế phối hợp.",
            ["Trại giam Yên Mây", "Công an huyện Phù Yên"],
            id="a-prison-told-with-its-superiors",
        ),
        pytest.param(
            "Hiệp hội Doanh nghiệp tỉnh Sơn La và VCCI chi nhánh Hà Nội ký kết ghi nhớ hợp tác.",
            ["Hiệp hội Doanh nghiệp tỉnh Sơn La", "VCCI chi nhánh Hà Nội"],
            id="a-branch",
        ),
    ],
)
def test_the_others_are_resolved_to_their_names(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_bodies_said_above_are_those_that_an_earlier_sentence_lists() -> None:
    found = names(
        "Công an tỉnh Sơn La và Công an ba tỉnh Hủa Phăn, Phongsaly, Xiengkhouang giao ban. "
        "Công an tỉnh Sơn La ký biên bản ghi nhớ với Công an ba tỉnh nói trên.",
        title="Công an Sơn La ký ghi nhớ",
    )
    assert found == [
        "Công an tỉnh Sơn La",
        "Công an tỉnh Hủa Phăn",
        "Công an tỉnh Phongsaly",
        "Công an tỉnh Xiengkhouang",
    ]


def test_two_places_after_a_body_stay_places() -> None:
    """Fewer than three may sign for themselves: nothing is guessed."""
    found = names(
        "Cảng vụ Hàng hải Nha Trang, Bình Thuận ký kết quy chế phối hợp với Công an tỉnh Khánh Hòa."
    )
    assert "Cảng vụ Hàng hải Bình Thuận" not in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Đoàn đại biểu tỉnh Sơn La và tỉnh Hủa Phăn (Lào) đã chứng kiến lễ ký kết nghĩa giữa xã Mường Mây, huyện Sốp Cộp "
            "với cụm bản Noọng Sông, huyện Xốp Bau.",
            ["Xã Mường Mây", "Cụm bản Noọng Sông"],
            id="provinces-look-on-villages-sign",
        ),
        pytest.param(
            "Bộ trưởng Bộ Công Thương Trần Văn Mây cùng Chủ tịch Tập đoàn Đá Cuội vừa chứng kiến Tổng Giám đốc Công ty Dầu Hạt Nắng "
            "và Tổng Giám đốc Tập đoàn Sông Gió ký kết thỏa thuận hợp tác.",
            ["Công ty Dầu Hạt Nắng", "Tập đoàn Sông Gió"],
            id="ministers-look-on-directors-sign",
        ),
        pytest.param(
            "Chiều nay, tại số 58 Lá Bàng, Đài Tiếng nói Việt Nam và UBND tỉnh Sơn La ký kết chương trình hợp tác.",
            ["Đài Tiếng nói Việt Nam", "UBND tỉnh Sơn La"],
            id="an-address-is-no-brand",
        ),
        pytest.param(
            "Tại trụ sở UBND tỉnh Sơn La, Tập đoàn Mây Xanh và UBND tỉnh Sơn La ký kết thỏa thuận hợp tác.",
            ["Tập đoàn Mây Xanh", "UBND tỉnh Sơn La"],
            id="the-seat-of-a-committee-is-no-department",
        ),
        pytest.param(
            "Hội Cựu chiến binh và Công an huyện Mai Sơn tổng kết mười năm thực hiện Nghị quyết liên tịch số 01, giữa Hội Cựu chiến binh "
            "Việt Nam và Bộ Công an về phong trào bảo vệ an ninh Tổ quốc.",
            ["Hội Cựu chiến binh huyện Mai Sơn", "Công an huyện Mai Sơn"],
            id="who-issued-the-numbered-paper-is-not-who-reviews-it",
        ),
        pytest.param(
            "Cục Hải quan tỉnh Sơn La và Công an tỉnh Sơn La sơ kết quy chế phối hợp. Hai bên giữ nghiêm Hiệp định về quy chế quản lý "
            "biên giới giữa Chính phủ Việt Nam và Chính phủ Lào.",
            ["Cục Hải quan tỉnh Sơn La", "Công an tỉnh Sơn La"],
            id="the-treaty-that-all-keep",
        ),
        pytest.param(
            "Lễ ký kết nghĩa giữa xã Mường Mây, huyện Sốp Cộp, tỉnh Sơn La, Việt Nam với cụm bản Noọng Sông, huyện Xốp Bau, tỉnh Hủa Phăn.",
            ["Xã Mường Mây", "Cụm bản Noọng Sông"],
            id="where-the-villages-lie",
        ),
        pytest.param(
            "Công ty Mây Xanh ký kết biên bản ghi nhớ với đối tác Ai Cập là Tập đoàn Sông Gió.",
            ["Công ty Mây Xanh", "Tập đoàn Sông Gió"],
            id="where-a-partner-is-from",
        ),
    ],
)
def test_onlookers_addresses_and_issuers_are_no_parties(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        pytest.param(
            "Mây Xanh ký kết thỏa thuận hợp tác với ĐHQG-HCM",
            "Tại hội thảo do Đại học Quốc gia TP.HCM (ĐHQG-HCM) tổ chức, Công ty Cổ phần Mây Xanh đã ký kết thỏa thuận hợp tác với ĐHQG-HCM.",
            ["Công ty Cổ phần Mây Xanh", "Đại học Quốc gia TP.HCM"],
            id="letters-that-a-bracket-explains",
        ),
        pytest.param(
            "Sơ kết phối hợp giữa Mặt trận Tổ quốc và Viện Kiểm sát nhân dân",
            "Ban Thường trực Ủy ban Trung ương Mặt trận Tổ quốc (MTTQ) Việt Nam và Viện Kiểm sát nhân dân tối cao sơ kết một năm "
            "thực hiện quy chế phối hợp.",
            ["Ban Thường trực Ủy ban Trung ương Mặt trận Tổ quốc Việt Nam", "Viện Kiểm sát nhân dân tối cao"],
            id="central-bodies-behind-a-short-headline",
        ),
        pytest.param(
            "Ký quy chế phối hợp",
            "Đồng chí Lê Văn Mây và Viện trưởng VKSND Nguyễn Hòa Bình ký quy chế phối hợp giữa MTTQ và VKSND. Lễ ký ở tỉnh Sơn La.",
            ["MTTQ tỉnh Sơn La", "VKSND tỉnh Sơn La"],
            id="a-persons-given-names-are-no-province",
        ),
        pytest.param(
            "Công ty Mây Xanh hợp tác với Hạt Nắng",
            "BLUE Energy - thành viên Tập đoàn Mây Xanh - và GREEN Data ký kết biên bản ghi nhớ hợp tác.",
            ["BLUE Energy", "GREEN Data"],
            id="a-brand-of-two-words-opens-the-text",
        ),
    ],
)
def test_short_names_mean_the_bodies_that_the_story_tells(title: str, text: str, expected: list[str]) -> None:
    assert names(text, title) == expected


def test_secretaries_sign_for_the_committee_unless_another_office_follows() -> None:
    signing = names(
        "Bí thư Tỉnh ủy Sơn La Lê Văn Mây và Thiếu tướng Trần Văn Sông - Phó Chính ủy Quân chủng Hải quân đã ký kết chương trình phối hợp."
    )
    assert signing == ["Tỉnh ủy Sơn La", "Quân chủng Hải quân"]
    police = names(
        "Đại tá Lê Văn Mây, Phó Bí thư Tỉnh ủy, Giám đốc Công an tỉnh Sơn La và Giám đốc Sở Y tế tỉnh Sơn La ký kết quy chế phối hợp."
    )
    assert police == ["Công an tỉnh Sơn La", "Sở Y tế tỉnh Sơn La"]


def test_a_committee_stands_for_its_place() -> None:
    found = names(
        "Lữ đoàn 685 và Huyện ủy Mai Sơn ký kết chương trình kết nghĩa.",
        title="Lữ đoàn 685 kết nghĩa với huyện Mai Sơn",
    )
    assert found == ["Lữ đoàn 685", "Huyện ủy Mai Sơn"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Bộ Chỉ huy Quân sự (CHQS) tỉnh Sơn La ký", "Bộ Chỉ huy Quân sự tỉnh Sơn La", id="inside"
        ),
        pytest.param(
            "Liên đoàn Lao động (LĐLĐ) tỉnh Sơn La ký", "Liên đoàn Lao động tỉnh Sơn La", id="before-level"
        ),
        pytest.param(
            "Viện Dệt May - Da giầy và Thời trang ký", "Viện Dệt May - Da giầy và Thời trang", id="topics"
        ),
        pytest.param(
            "Ban Chỉ huy Phòng thủ khu vực 5 - Khe Mây ký",
            "Ban Chỉ huy Phòng thủ khu vực 5 - Khe Mây",
            id="region",
        ),
    ],
)
def test_letters_in_brackets_do_not_cut_a_name(text: str, expected: str) -> None:
    assert Registry.load().find_parties(text)[0].name == expected


def test_commas_behind_letters_in_brackets_still_part_names() -> None:
    text = "Bộ Chỉ huy Quân sự (CHQS) tỉnh Sơn La, Công an tỉnh Lai Châu, Sở Y tế Lào Cai"
    assert [found.name for found in Registry.load().find_parties(text)] == [
        "Bộ Chỉ huy Quân sự tỉnh Sơn La",
        "Công an tỉnh Lai Châu",
        "Sở Y tế Lào Cai",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Hai bên trao bản Thỏa thuận cho nhau.",
        "Thủ tướng Nhật Bản Aki Mori đến thăm.",
        "Lãnh đạo bàn về thị trường Việt Nam.",
        "Nhờ công ty thuần Việt đầu tiên này.",
    ],
)
def test_papers_markets_and_halves_of_words_are_no_bodies(text: str) -> None:
    assert [found.name for found in Registry.load().find_parties(text) if found.head is not None] == []


@pytest.mark.parametrize(
    ("sentence", "acts"),
    [
        pytest.param("Hai trường ký phụ lục gia hạn bản ghi nhớ thêm ba năm.", {Act.GIA_HAN}, id="an-annex-that-extends"),
        pytest.param("Hai bên vừa ký gia hạn hợp đồng hợp tác phân phối.", {Act.GIA_HAN}, id="signs-the-extension"),
        pytest.param("Hiệp định hợp tác được gia hạn đến năm 2030.", {Act.GIA_HAN}, id="is-extended"),
        pytest.param("Hai tỉnh nối dài quan hệ hợp tác theo bản ghi nhớ cũ.", {Act.GIA_HAN}, id="goes-on"),
        pytest.param("Hai đơn vị tái ký thỏa thuận hợp tác.", {Act.KY_KET, Act.GIA_HAN}, id="signs-anew"),
        pytest.param("Hai đơn vị ký quy chế, có hiệu lực ba năm và được gia hạn nếu không ai phản đối.", {Act.KY_KET}, id="a-clause"),
        pytest.param("Hai bên ký bổ sung quy chế phối hợp.", {Act.KY_KET}, id="a-supplement-is-signed"),
    ],
)  # fmt: skip
def test_an_extension_is_told_apart_from_a_signing(sentence: str, acts: set[Act]) -> None:
    assert set(read(sentence, title="Hai bên hợp tác").acts) == acts


def test_a_meeting_on_half_a_year_is_an_interim_review() -> None:
    found = read(
        "Giám đốc Công an tỉnh Sơn La và Giám đốc Sở Y tế chủ trì. Khách đến đông. Trời mưa to. Hội trường kín chỗ.\n"
        "Tại hội nghị, các đại biểu đánh giá kết quả công tác phối hợp trong sáu tháng đầu năm 2025. Hai bên ký kết biên bản ghi nhớ.",
        title="Công an và y tế phối hợp",
    )
    assert set(found.acts) == {Act.SO_KET, Act.KY_KET}


def test_documents_handed_over_in_the_body_of_a_story_are_an_exchange() -> None:
    found = read(
        "Đoàn đến thăm ba ngày. Khách gặp nhiều lãnh đạo. Trời đẹp. Tại diễn đàn, Tập đoàn Mây Xanh đã trao thỏa thuận hợp tác "
        "với Tập đoàn Sông Gió.",
        title="Tập đoàn Mây Xanh ký kết thỏa thuận hợp tác với Tập đoàn Sông Gió",
    )
    assert set(found.acts) == {Act.KY_KET, Act.TRAO_DOI}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Công an ba địa phương Mai Sơn, Yên Châu và Sông Mã ký kết quy chế phối hợp.",
            ["Công an Mai Sơn", "Công an Yên Châu", "Công an Sông Mã"],
            id="localities",
        ),
        pytest.param(
            "Công an tỉnh Sơn La ký kết quy chế phối hợp với hai hạt kiểm lâm khu vực Mường Mây, Mường Sông.",
            ["Công an tỉnh Sơn La", "Hạt kiểm lâm khu vực Mường Mây", "Hạt kiểm lâm khu vực Mường Sông"],
            id="the-count-before-the-head",
        ),
    ],
)
def test_a_count_opens_a_list_of_bodies(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_a_field_of_work_behind_and_belongs_to_the_name() -> None:
    found = names(
        'Bộ Tài nguyên và Môi trường ký "Bản ghi nhớ về địa chất" với Bộ Tài nguyên và Bảo vệ môi trường Belarus.'
    )
    assert found == ["Bộ Tài nguyên và Môi trường", "Bộ Tài nguyên và Bảo vệ môi trường Belarus"]


def test_those_who_also_sign_complete_no_other_list() -> None:
    found = names(
        "Nhân dịp này, Sở Y tế tỉnh Sơn La và Viettel Sơn La cũng ký kết kế hoạch phối hợp.",
        title="Công an tỉnh Sơn La và Viettel Sơn La ký kết quy chế phối hợp",
    )
    assert found == ["Công an tỉnh Sơn La", "Viettel Sơn La"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Công an Sơn La đứng ra mời công an Lai Châu, Yên Bái, Phú Thọ về ký kết kế hoạch phối hợp.",
            ["Công an Sơn La", "Công an Lai Châu", "Công an Yên Bái", "Công an Phú Thọ"],
            id="the-host-who-invites",
        ),
        pytest.param(
            "Quy chế ký giữa Công an thị xã Mây Trắng với Ban CHQS thị xã và các Lữ đoàn 18, 45, 302 đóng trên địa bàn.",
            [
                "Công an thị xã Mây Trắng",
                "Ban CHQS thị xã Mây Trắng",
                "Lữ đoàn 18",
                "Lữ đoàn 45",
                "Lữ đoàn 302",
            ],
            id="the-last-number-before-where-they-are",
        ),
        pytest.param(
            "Trung tướng Lê Văn Núi, Tư lệnh Cảnh sát cơ động, và Đại tá Trần Văn Suối, Giám đốc Công an tỉnh Sơn La, "
            "cùng đặt bút ký quy chế phối hợp.",
            ["Bộ Tư lệnh Cảnh sát cơ động", "Công an tỉnh Sơn La"],
            id="who-commands-the-mobile-police",
        ),
        pytest.param(
            "Đồn Biên phòng Sông Mây (BĐBP Long An) và Tiểu đoàn 32, tỉnh Prey Veng, Campuchia, ký kết biên bản hợp tác.",
            ["Đồn Biên phòng Sông Mây", "Tiểu đoàn 32"],
            id="the-province-abroad-where-the-neighbour-is",
        ),
        pytest.param(
            "Sân Lữ đoàn Công binh 77 sáng nay đông khách. Lữ đoàn làm lễ kết nghĩa với hai địa phương của tỉnh Sơn La "
            "là phường Chiềng Mây và xã Mường Gió.",
            ["Lữ đoàn Công binh 77", "Phường Chiềng Mây", "Xã Mường Gió"],
            id="a-brigade-told-again-by-its-noun",
        ),
        pytest.param(
            "Hội trường Đảng ủy phường Chiềng Mây chiều qua là nơi phường và Trung đoàn 754 ký kết chương trình kết nghĩa.",
            ["Phường Chiềng Mây", "Trung đoàn 754"],
            id="a-ward-told-by-its-hall",
        ),
        pytest.param(
            "Chỉ huy trưởng BĐBP tỉnh Bến Tre và Phó Chỉ huy trưởng BĐBP tỉnh Trà Vinh chủ trì cuộc họp. "
            "Lãnh đạo hai Bộ Chỉ huy sau đó ký kết hiệp đồng tuần tra.",
            ["BĐBP tỉnh Bến Tre", "BĐBP tỉnh Trà Vinh"],
            id="two-commands-named-before",
        ),
    ],
)
def test_plain_sentences_name_every_signer(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_a_headline_counts_those_whom_the_text_names() -> None:
    found = names(
        "Công an huyện Sông Mã (Sơn La) và Công an huyện Mường Ét (Hủa Phăn, Lào) mở hội nghị giao ban thường niên. "
        "Cuối buổi, hai bên ký kết biên bản ghi nhớ.",
        title="Sông Mã - Mường Ét: công an hai huyện giao ban và ký ghi nhớ",
    )
    assert found == ["Công an huyện Sông Mã", "Công an huyện Mường Ét"]


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        pytest.param(
            "Lễ ký ở cửa khẩu",
            "Triển khai quy chế mà Bộ Tư lệnh BĐBP và Tổng cục Hải quan đã ký ngày 4/9/2019, chiều nay Bộ Chỉ huy BĐBP tỉnh "
            "Sơn La và Cục Hải quan Điện Biên làm lễ ký kết quy chế phối hợp.",
            ["Bộ Chỉ huy BĐBP tỉnh Sơn La", "Cục Hải quan Điện Biên"],
            id="an-older-paper-in-a-clause",
        ),
        pytest.param(
            "Hai thành phố chị em",
            "Ngày 2/9, dưới sự chứng kiến của Thủ tướng Lê Văn Mây, đại diện TP.HCM và thành phố Lyon (Pháp) đặt bút ký bản ghi "
            "nhớ thiết lập quan hệ kết nghĩa.",
            ["TP.HCM", "Thành phố Lyon"],
            id="signers-behind-the-witness",
        ),
        pytest.param(
            "Điện Biên: biên phòng và công an tỉnh bạn ký ghi nhớ",
            "Đại tá Lê Văn Gió, Chỉ huy trưởng BĐBP tỉnh Điện Biên, hội đàm với Trung tướng Kham Đi, Giám đốc Công an tỉnh "
            "Phông Sa Lỳ (Lào). Hai trưởng đoàn ký kết biên bản ghi nhớ.",
            ["BĐBP tỉnh Điện Biên", "Công an tỉnh Phông Sa Lỳ"],
            id="the-friends-of-a-headline",
        ),
        pytest.param(
            "Dầu khí Mây Xanh và biên phòng ba tỉnh miền Trung ký quy chế",
            "Vừa qua, Công ty Dầu khí Mây Xanh ký quy chế phối hợp với Bộ Chỉ huy BĐBP ba tỉnh: Bình Thuận, Bình Định và Phú Yên.",
            [
                "Công ty Dầu khí Mây Xanh",
                "Bộ Chỉ huy BĐBP tỉnh Bình Thuận",
                "Bộ Chỉ huy BĐBP tỉnh Bình Định",
                "Bộ Chỉ huy BĐBP tỉnh Phú Yên",
            ],
            id="a-headline-that-counts-provinces",
        ),
        pytest.param(
            "Chung tay giúp phụ nữ vùng cao",
            "Sáng nay tại trụ sở UBND xã biên giới Mường Gió, Hội LHPN tỉnh Sơn La và Hội LHPN tỉnh Lai Châu ký kết chương trình.",
            ["Hội LHPN tỉnh Sơn La", "Hội LHPN tỉnh Lai Châu"],
            id="a-border-commune-is-where-they-met",
        ),
        pytest.param(
            "Chương trình liên tịch",
            "Bộ CHQS tỉnh Sơn La với Hội Cựu chiến binh, Tỉnh đoàn và Hội Chữ thập đỏ tỉnh ký kết chương trình phối hợp.",
            [
                "Bộ CHQS tỉnh Sơn La",
                "Hội Cựu chiến binh tỉnh Sơn La",
                "Tỉnh đoàn tỉnh Sơn La",
                "Hội Chữ thập đỏ tỉnh Sơn La",
            ],
            id="the-youth-union-is-no-level",
        ),
    ],
)
def test_who_only_stands_beside_the_signers_is_no_party(title: str, text: str, expected: list[str]) -> None:
    assert names(text, title) == expected


def test_towns_of_a_list_are_the_bodies_that_the_story_counts() -> None:
    found = names(
        "Mười xã giáp nhau của ba nơi có chung một quy chế. Văn bản dài 14 điều, được Công an ba địa phương ký kết chiều qua.",
        title="Sông Mã, Mai Sơn, Yên Châu bắt tay giữ trật tự",
    )
    assert found == ["Công an Sông Mã", "Công an Mai Sơn", "Công an Yên Châu"]


def test_two_bodies_of_one_sentence_are_those_who_sign_in_the_next() -> None:
    found = names(
        "Ban Tuyên giáo Tỉnh ủy Sơn La sẽ định hướng dư luận, Công an tỉnh sẽ cung cấp tư liệu. Đó là tinh thần của chương "
        "trình mà lãnh đạo hai cơ quan vừa ký kết.",
    )
    assert found == ["Ban Tuyên giáo Tỉnh ủy Sơn La", "Công an tỉnh Sơn La"]


def test_two_bodies_are_no_parties_where_the_next_sentence_names_another() -> None:
    found = names(
        "Sở Y tế tỉnh Sơn La sẽ tập huấn, Công an tỉnh sẽ canh gác. Hai đơn vị ký kết với Trường Đại học Mây Xanh sau đó ít lâu.",
    )
    assert "Trường Đại học Mây Xanh" in found


def test_talks_that_end_in_a_signing_name_the_signers() -> None:
    found = names(
        "Mùa xuân đã về trên biên cương. Đoàn do Phó Giám đốc Công an tỉnh Điện Biên dẫn đầu hội "
        "đàm lần lượt với Công an các tỉnh Bò Kẹo, Hủa Phăn và Phông Sa Lỳ. Ở mỗi tỉnh đoàn đều ký kết biên bản ghi nhớ.",
        title="Công an Điện Biên đi một vòng ba tỉnh bạn",
    )
    assert found == [
        "Công an tỉnh Điện Biên",
        "Công an tỉnh Bò Kẹo",
        "Công an tỉnh Hủa Phăn",
        "Công an tỉnh Phông Sa Lỳ",
    ]


def test_a_headline_tells_the_head_once_where_the_text_counts_the_bodies() -> None:
    found = names(
        "Đại tá Lê Văn Gió, Phó Giám đốc Công an tỉnh Sơn La, dẫn đoàn sang Bò Kẹo (Lào). Trong năm qua công an hai tỉnh trao "
        "đổi tin đều đặn. Cuộc làm việc kết thúc bằng lễ ký biên bản ghi nhớ.",
        title="Công an Sơn La, Bò Kẹo ký ghi nhớ",
    )
    assert found == ["Công an tỉnh Sơn La", "Công an tỉnh Bò Kẹo"]


def test_a_level_without_its_place_ends_no_list() -> None:
    found = names(
        "Hội nghị tổng kết chương trình phối hợp giữa Hội LHPN huyện Sông Mã với LLVT huyện và các Đồn Biên phòng 815, 817."
    )
    assert found == ["Hội LHPN huyện Sông Mã", "LLVT", "Đồn Biên phòng 815", "Đồn Biên phòng 817"]
