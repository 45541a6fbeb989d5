"""Institutions: all spellings of a body have one key, and names are found whole."""

from __future__ import annotations

import pytest

from pipelines.institutions import Registry, RegistryError


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load()


@pytest.mark.parametrize(
    "names",
    [
        ("Bộ CHQS tỉnh Tuyên Quang", "BCHQS Tuyên Quang", "Bộ Chỉ huy quân sự tỉnh Tuyên Quang"),
        ("Quân khu 7", "QK7", "Bộ Tư lệnh Quân khu 7"),
        ("Sở GD&ĐT Đắk Lắk", "Sở Giáo dục và Đào tạo tỉnh Đắk Lắk", "Sở GD-ĐT Đắc Lắc"),
        ("Bộ đội Biên phòng tỉnh Hà Giang", "BĐBP Hà Giang", "Bộ Chỉ huy BĐBP tỉnh Hà Giang"),
        ("Công an TPHCM", "Công an thành phố Hồ Chí Minh", "Công an TP.HCM"),
        ("Bộ CHQS tỉnh Phongsaly", "Bộ CHQS tỉnh Phông Sa Lỳ"),
        ("Tiểu khu Quân sự Preah Vihear", "Tiểu khu quân sự tỉnh Preah Vihia"),
        ("Hội CCB Việt Nam", "Trung ương Hội Cựu chiến binh Việt Nam"),
        ("Tập đoàn Công nghiệp Cao su Việt Nam", "VRG"),
        ("SeABank", "Ngân hàng TMCP Đông Nam Á"),
        ("Bộ GD&ĐT", "Bộ Giáo dục và Đào tạo"),
    ],
    ids=lambda names: names[0],
)
def test_spellings_of_one_body_share_one_key(registry: Registry, names: tuple[str, ...]) -> None:
    assert len({registry.normalise(name).key for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Công an tỉnh Bắc Giang", "Công an tỉnh Bắc Ninh"),
        ("Công an xã Tam Hải", "Công an huyện Tam Hải"),
        ("Sở Y tế Cà Mau", "UBND tỉnh Cà Mau"),
        ("Quân khu 7", "Quân đoàn 7"),
        ("Bộ Công an", "Bộ Công an Trung Quốc"),
    ],
)
def test_different_bodies_have_different_keys(registry: Registry, one: str, other: str) -> None:
    assert registry.normalise(one).key != registry.normalise(other).key


def test_a_body_of_a_merged_province_keeps_itself_and_knows_its_successor(registry: Registry) -> None:
    old, new = registry.normalise("Công an tỉnh Hà Giang"), registry.normalise("Công an tỉnh Tuyên Quang")
    assert old.key != new.key
    assert old.successor == new.key
    assert new.successor is None


def test_a_list_of_places_is_as_many_bodies(registry: Registry) -> None:
    found = registry.find_parties("Công an các quận 1, 3, Phú Nhuận và Công an TP Thủ Đức họp bàn.")
    assert [mention.name for mention in found] == [
        "Công an quận 1",
        "Công an quận 3",
        "Công an quận Phú Nhuận",
        "Công an TP Thủ Đức",
    ]


def test_spans_point_at_the_words(registry: Registry) -> None:
    text = "Chiều qua, Bộ CHQS tỉnh Gia Lai làm việc với Binh đoàn 15."
    assert [text[m.start : m.end] for m in registry.find_parties(text)] == [
        "Bộ CHQS tỉnh Gia Lai",
        "Binh đoàn 15",
    ]


def test_everyday_words_are_no_institutions(registry: Registry) -> None:
    assert (
        registry.find_parties("Bộ đội và hội viên dự hội nghị, ban hành kế hoạch rồi bộ trưởng phát biểu.")
        == []
    )


def test_a_wrong_data_file_is_an_error_that_names_the_entry(tmp_path: object, registry: Registry) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "wrong.toml"
    file.write_text('[[head]]\nslug = "x"\nfull = "X"\ntake = "everything"\n', encoding="utf-8")
    with pytest.raises(RegistryError, match=r"wrong\.toml: head 'x': take"):
        Registry.load(file)
