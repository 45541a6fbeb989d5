"""Bytes and text in every encoding the Vietnamese press has used."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import encodings

LINE = (
    "Sáng 10-3, Bộ Chỉ huy quân sự tỉnh và Hội Nông dân tỉnh ký kết chương trình phối hợp; "
    "lãnh đạo của hai cơ quan đã thống nhất những việc được giao cho các đơn vị ở cơ sở."
)
PAGE = f"<html><head><title>{LINE}</title></head><body><p>{LINE}</p></body></html>"


def as_1258(text: str) -> bytes:
    """windows-1258 writes a letter and its tone as two characters."""
    out = []
    for char in text:
        try:
            char.encode("cp1258")
            out.append(char)
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            tone = [mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323"]
            out.append(
                unicodedata.normalize("NFC", "".join(p for p in parts if p not in tone)) + "".join(tone)
            )
    return "".join(out).encode("cp1258")


TCVN3 = str.maketrans(encodings._TCVN3_VIET, encodings._TCVN3_LATIN)
VNI = {viet: typed for typed, viet in encodings._VNI.items()}


def as_vni(text: str) -> str:
    return "".join(VNI.get(char, char) for char in text)


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (PAGE.encode(), None),
        (PAGE.encode(), "text/html; charset=utf-16"),
        (PAGE.encode(), "text/html; charset=iso-8859-1"),
        (b"\xef\xbb\xbf" + PAGE.encode(), None),
        (PAGE.encode("utf-16"), None),
        (PAGE.encode("utf-16-le"), None),
        (PAGE.encode("utf-16-be"), "text/html; charset=utf-8"),
        (as_1258(PAGE), "text/html; charset=windows-1258"),
        (as_1258(PAGE), "text/html; charset=utf-8"),
        (as_1258(PAGE), None),
        (PAGE.translate(TCVN3).encode("latin-1"), "text/html; charset=iso-8859-1"),
        (as_vni(PAGE).encode("latin-1"), None),
    ],
    ids=["utf-8", "claims utf-16", "claims latin-1", "mark", "utf-16", "utf-16-le bare", "utf-16-be bare", "1258",
         "1258 claims utf-8", "1258 silent", "tcvn3", "vni"],
)  # fmt: skip
def test_a_page_reads_the_same_whatever_it_claims(body: bytes, header: str | None) -> None:
    assert LINE in encodings.decode(body, header)


def test_a_few_broken_bytes_do_not_cost_the_page_its_encoding() -> None:
    body = PAGE.encode()[:-30] + b"\xe1\xba"
    assert LINE in encodings.decode(body + b"\xff", None)


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from([None, "text/html; charset=x-unknown", "charset=utf-32"]))
def test_decode_never_fails(body: bytes, header: str | None) -> None:
    assert isinstance(encodings.decode(body, header), str)


def test_a_title_encoded_twice_is_mended() -> None:
    assert encodings.mend(LINE.encode().decode("latin-1")) == LINE
    assert encodings.mend("Ký kết".encode().decode("cp1252")) == "Ký kết"


def test_tcvn3_and_vni_text_in_a_unicode_page_is_mended() -> None:
    assert encodings.mend(LINE.translate(TCVN3)) == LINE
    assert encodings.mend(as_vni(LINE)) == LINE


@pytest.mark.parametrize(
    "text",
    [LINE, "Ký kết", "Café Olé à la carte", "Việt Nam - España: señor Núñez", "AT&T", "10 m² ± 5 µm", ""],
)
def test_text_that_is_right_stays_as_it_is(text: str) -> None:
    assert encodings.mend(text) == text


def test_references_escaped_twice_are_resolved() -> None:
    assert encodings.unescape("Chi&amp;#7871;n s&amp;#7921;") == "Chiến sự"


def test_vietnamese_is_told_from_other_languages_also_without_marks() -> None:
    assert encodings.is_vietnamese(LINE)
    assert encodings.is_vietnamese(
        "Hai ben ky ket chuong trinh phoi hop cua cac don vi trong tinh va thanh pho nam nay"
    )
    assert not encodings.is_vietnamese(
        "The two commands signed a plan of coordination for the coming years on Tuesday"
    )
    assert not encodings.is_vietnamese("两国签署了合作协议")
    assert not encodings.is_vietnamese("")
