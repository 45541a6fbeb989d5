"""Agreements: who agreed what with whom, read from a story's words, each field with the span it came from."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.agreements import read_agreement
from pipelines.evaluation.agreements import evaluate, same_party, story_of
from pipelines.institutions import Registry
from pipelines.types import Act, Agreement, Evidence, Kind, Match, Precision, Story


def story(title: str, text: str, published: str | None = "2024-03-15T10:00:00+00:00", **more: str) -> Story:
    return Story(
        url=more.pop("url", "https://bao.example/tin"),
        title=title,
        text=text,
        published=datetime.fromisoformat(published).astimezone(UTC) if published else None,
        outlet=more.get("outlet"),
    )


def read(title: str, text: str, **more: str) -> Agreement:
    return read_agreement(story(title, text, **more))


def names(agreement: Agreement) -> list[str]:
    return [party.name for party in agreement.parties]


def test_a_signing_is_read_whole() -> None:
    found = read(
        "Quân khu 1 và Đại học Thái Nguyên ký chương trình phối hợp",
        "Sáng 14/3, tại Thái Nguyên, Bộ Tư lệnh Quân khu 1 và Đại học Thái Nguyên ký kết chương trình phối hợp "
        "giai đoạn 2024-2029.\nTrung tướng Lê Văn Hải, Tư lệnh Quân khu 1 và ông Trần Quốc Minh, Giám đốc Đại học "
        "Thái Nguyên đã ký văn bản.",
    )
    assert found.acts == (Act.KY_KET,)
    assert found.kind is Kind.CHUONG_TRINH_PHOI_HOP
    assert found.period == "2024-2029"
    assert (found.event_date, found.event_date_precision) == ("2024-03-14", Precision.DAY)
    assert found.place == "Thái Nguyên"
    assert [party.key for party in found.parties] == ["quan_khu:1", "dai_hoc:thai-nguyen"]
    assert [party.armed for party in found.parties] == [True, False]
    assert [(s.name, s.rank) for s in found.signatories] == [
        ("Lê Văn Hải", "Trung tướng"),
        ("Trần Quốc Minh", None),
    ]
    assert found.signatories[0].office == "Tư lệnh Quân khu 1"


def test_every_field_points_at_its_words() -> None:
    text = "Ngày 12/3, Công an tỉnh Sơn La và Sở Y tế tỉnh Sơn La ký kết quy chế phối hợp năm 2024."
    title = "Hai ngành phối hợp"
    found = read(title, text)
    told = {"title": title, "text": text}
    words = {name: told[span.field][span.start : span.end] for name, span in found.spans.items()}
    assert words["kind"] == "quy chế"
    assert words["period"] == "2024"
    assert "12/3" in words["event_date"]
    assert words["acts"] == "ký kết"
    assert [text[p.span.start : p.span.end] for p in found.parties if p.span] == [
        "Công an tỉnh Sơn La",
        "Sở Y tế tỉnh Sơn La",
    ]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Quân khu 9 ký kết thỏa thuận với Viettel, Trường Đại học Cần Thơ và Sở Y tế TP Cần Thơ.",
         ["Quân khu 9", "Viettel", "Trường Đại học Cần Thơ", "Sở Y tế TP Cần Thơ"]),
        ("Lễ ký kết quy chế giữa Quân khu 4 và 6 tỉnh khu vực Bắc Trung bộ diễn ra sáng nay.",
         ["Quân khu 4", "6 tỉnh khu vực Bắc Trung bộ"]),
        ("Công an hai tỉnh Lào Cai và Yên Bái ký kết quy chế phối hợp.",
         ["Công an tỉnh Lào Cai", "Công an tỉnh Yên Bái"]),
        ("UBND và Hội CCB huyện Bình Gia ký kết quy chế phối hợp.",
         ["UBND huyện Bình Gia", "Hội CCB huyện Bình Gia"]),
        ("Bộ Chỉ huy BĐBP Khánh Hòa và Bình Thuận ký kết kế hoạch phối hợp.",
         ["Bộ Chỉ huy BĐBP Khánh Hòa", "Bộ Chỉ huy BĐBP Bình Thuận"]),
        ("Bộ Quốc phòng hai nước Việt Nam và Campuchia ký kế hoạch hợp tác.",
         ["Bộ Quốc phòng Việt Nam", "Bộ Quốc phòng Campuchia"]),
        ("Sở Ngoại vụ Huế và hai sở (Cao Bằng, Hà Giang) ký bản ghi nhớ.",
         ["Sở Ngoại vụ Huế", "Sở Ngoại vụ Cao Bằng", "Sở Ngoại vụ Hà Giang"]),
        ("Lữ đoàn 146, Vùng 4 Hải quân và Trường Đại học Nha Trang ký kết chương trình phối hợp.",
         ["Lữ đoàn 146", "Trường Đại học Nha Trang"]),
    ],
)  # fmt: skip
def test_lists_of_parties(sentence: str, expected: list[str]) -> None:
    assert names(read("Tin trong ngày", sentence)) == expected


def test_guests_and_superiors_are_no_parties() -> None:
    found = read(
        "Đồn Biên phòng Ba Sơn và Trường THPT Cao Lộc ký kết",
        "Đồn Biên phòng Ba Sơn (BĐBP Lạng Sơn) và Trường THPT Cao Lộc ký kết chương trình phối hợp tại Công an huyện.\n"
        "Dự lễ có đại diện Huyện ủy Cao Lộc, UBND huyện Cao Lộc.",
    )
    assert names(found) == ["Đồn Biên phòng Ba Sơn", "Trường THPT Cao Lộc"]


def test_both_parties_of_an_unnamed_pair_are_found_elsewhere() -> None:
    found = read(
        "Bộ CHQS tỉnh Hà Tĩnh và Bộ CHQS tỉnh Bolikhamxay hội đàm",
        "Hai bên đã ký kết biên bản ghi nhớ hợp tác năm 2024.",
    )
    assert names(found) == ["Bộ CHQS tỉnh Hà Tĩnh", "Bộ CHQS tỉnh Bolikhamxay"]
    assert found.kind is Kind.BIEN_BAN_GHI_NHO


def test_a_provincial_body_takes_the_province_of_the_story_or_of_its_outlet() -> None:
    beside = read("Tin", "Sở Y tế và Công an tỉnh Sơn La ký kết quy chế phối hợp.")
    assert [party.key for party in beside.parties] == ["so:y-te:son-la", "cong_an:son-la"]
    outlet = read("Tin", "Sở Y tế và Công an tỉnh ký kết quy chế phối hợp.", outlet="baohagiang.vn")
    assert [party.key for party in outlet.parties] == ["so:y-te:ha-giang", "cong_an:ha-giang"]


@pytest.mark.parametrize(
    ("sentence", "acts"),
    [
        ("Hai trường gia hạn thỏa thuận hợp tác đến năm 2028.", (Act.GIA_HAN,)),
        ("Hai bên trao đổi văn kiện hợp tác tại trụ sở.", (Act.TRAO_DOI,)),
        ("Hội nghị sơ kết một năm thực hiện quy chế phối hợp.", (Act.SO_KET,)),
        ("Hội nghị tổng kết chương trình phối hợp và ký kết chương trình mới.", (Act.TONG_KET, Act.KY_KET)),
        ("Thỏa thuận sẽ tự động gia hạn mỗi năm, hai bên ký kết sáng nay.", (Act.KY_KET,)),
        ("Định kỳ hằng năm sẽ tổng kết, hai bên ký kết quy chế phối hợp sáng nay.", (Act.KY_KET,)),
    ],
)
def test_acts(sentence: str, acts: tuple[Act, ...]) -> None:
    assert read("Tin trong ngày", sentence).acts == acts


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Hội nghị tổng kết chương trình phối hợp năm 2023, ký kết chương trình phối hợp năm 2024.", "2024"),
        ("Hai bên ký kết quy chế phối hợp giai đoạn 2021 – 2025.", "2021-2025"),
        ("Hội nghị tổng kết chương trình phối hợp giai đoạn 2012-2017.", "2012-2017"),
        ("Hai bên ký kết quy chế phối hợp, sau Thông tư liên tịch năm 2015.", None),
        ("Hai bên gia hạn biên bản ghi nhớ đã ký năm 2019.", None),
        ("Hai bên ký kết quy chế phối hợp.", None),
    ],
)
def test_period(text: str, period: str | None) -> None:
    assert read("Tin trong ngày", text).period == period


def test_twinning_outranks_a_programme_but_not_a_memorandum() -> None:
    programme = read("Tin", "Quân khu 7 và Quân đoàn 34 ký kết chương trình phối hợp hoạt động kết nghĩa.")
    memorandum = read("Tin", "Quân khu 7 và Quân đoàn 34 ký kết bản ghi nhớ hoạt động kết nghĩa.")
    assert (programme.kind, memorandum.kind) == (Kind.KET_NGHIA, Kind.BIEN_BAN_GHI_NHO)


def test_a_story_of_something_else_gives_nothing() -> None:
    assert (
        read(
            "Mưa lớn ở miền Trung", "Sáng nay mưa lớn gây ngập nhiều tuyến đường, học sinh nghỉ học."
        ).parties
        == ()
    )
    assert read("Mưa lớn ở miền Trung", "Mưa lớn gây ngập nhiều tuyến đường.").acts == ()


def test_the_matchers_sentence_is_read_wherever_it_stands() -> None:
    filler = "\n".join(f"Đoạn văn thứ {n} kể chuyện khác." for n in range(60))
    deciding = "Cục Quân y và Bệnh viện Chợ Rẫy ký kết biên bản ghi nhớ."
    text = f"{filler}\n{deciding}"
    start = text.index(deciding)
    evidence = Evidence(
        phrase="ký kết", sentence=deciding, field="text", start=start + 35, end=start + 41,
        sentence_start=start, sentence_end=len(text),
    )  # fmt: skip
    match = Match(score=0.9, threshold=0.5, evidence=(evidence,))
    found = read_agreement(story("Hợp tác quân dân y", text), match)
    assert names(found) == ["Cục Quân y", "Bệnh viện Chợ Rẫy"]


@pytest.mark.parametrize("title", ["", "KÝ KẾT", "(((", "giữa", "Công an", "năm 2024 - 2023", "“”" * 40])
def test_odd_words_do_no_harm(title: str) -> None:
    assert isinstance(read(title, title * 3), Agreement)


def test_evaluation_judges_only_what_a_row_gives() -> None:
    row = {
        "id": "1",
        "title": "Tin",
        "text": "Công an huyện Mai Sơn và Hội CCB huyện Mai Sơn ký kết quy chế phối hợp.",
    }
    result = evaluate(
        [{**row, "acts": ["ky_ket"], "kind": "ket_nghia", "parties": ["Công an huyện Mai Sơn"]}, row]
    )
    assert (result["n"], result["act"], result["kind"]) == (1, 1.0, 0.0)
    assert (result["period"], result["event_date"], result["place"]) == (None, None, None)
    assert (result["party_precision"], result["party_recall"]) == (0.5, 1.0)
    assert {error["field"] for error in result["errors"]} == {"kind", "parties"}


def test_a_date_whose_year_nobody_tells_is_not_judged() -> None:
    row = {"id": "1", "title": "Tin", "text": "Ngày 3/2, hai bên ký kết.", "event_date": "2021-02-03"}
    assert evaluate([row])["event_date"] is None
    assert evaluate([{**row, "published": "2021-02-03T08:00:00+07:00"}])["event_date"] == 1.0


def test_two_names_of_a_party_need_the_same_head() -> None:
    registry = Registry.load()
    assert same_party("Bộ CHQS tỉnh", "Bộ Chỉ huy quân sự tỉnh Sơn La", registry)
    assert same_party("Sở GD&ĐT Đắk Lắk", "Sở Giáo dục và Đào tạo tỉnh Đắk Lắk", registry)
    assert not same_party("Sơn La", "Bộ CHQS tỉnh Sơn La", registry)
    assert not same_party("Công an tỉnh Sơn La", "Công an tỉnh Lai Châu", registry)


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-27T19:18:17+07:00",
        "Mon, 27 Jul 2026 19:18:17 +07:00",
        "27/07/2026 19:18:17",
        "Mon, 27 Jul 2026 19:18:17 +07",
        "2026-07-27T12:18:17+00:00",
    ],
)
def test_publication_times_are_read_in_every_usual_form(text: str) -> None:
    assert story_of({"id": "1", "published": text}).published == datetime(2026, 7, 27, 12, 18, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (
            "Bộ CHQS tỉnh Kon Tum đón đoàn Bộ CHQS tỉnh Attapeu, hai bên ký kết bản ghi nhớ.",
            ["host", "counterpart"],
        ),
        ("Quân khu 5 tổ chức lễ ký kết quy chế phối hợp với Đại học Huế.", ["host", "counterpart"]),
        ("Quân khu 5 và Đại học Huế tổ chức lễ ký kết quy chế phối hợp.", [None, None]),
        ("Quân khu 5 và Đại học Huế ký kết quy chế phối hợp.", [None, None]),
    ],
)
def test_roles_are_told_not_guessed(text: str, roles: list[str | None]) -> None:
    assert [party.role for party in read("Tin trong ngày", text).parties] == roles


@pytest.mark.parametrize(
    "text",
    [
        "ký kết (giữa " * 20_000,
        "Công an tỉnh Gia Lai, Kon Tum và " * 10_000,
        "Ký kết với A.\n" * 20_000,
        "A" * 200_000,
    ],
    ids=["brackets", "list", "lines", "word"],
)
def test_hostile_texts_are_read_no_further_than_they_deserve(text: str) -> None:
    from pipelines.reading.units import LONGEST, MOST, units_of

    units = units_of(story("Tin", text))
    assert len(units) <= MOST + 1
    assert max(len(unit.text) for unit in units) <= LONGEST
    assert isinstance(read("Tin", text), Agreement)
