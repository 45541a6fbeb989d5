"""Bodies of one name in several provinces, bodies told without their place, and brackets that hold no short name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.agreements import read_agreement
from pipelines.types import Agreement, Story


def read(text: str, *, title: str = "Ký kết quy chế phối hợp", host: str = "tin.example") -> Agreement:
    return read_agreement(
        Story(
            url=f"https://{host}/bai-1.html",
            title=title,
            text=text,
            lead=text.split("\n")[0],
            published=datetime(2025, 9, 3, 2, tzinfo=UTC),
        )
    )


def keys(*told: object, **more: str) -> list[str]:
    return [party.key for party in read(*told, **more).parties]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "host", "expected"),
    [
        pytest.param(
            "Công an xã Tân Lập, tỉnh Tây Ninh và Hội Nông dân xã Tân Lập, tỉnh Tây Ninh ký kết quy chế phối hợp.",
            "tin.example",
            ["cong_an:xa.tan-lap@tay-ninh", "hoi_nong_dan:xa.tan-lap@tay-ninh"],
            id="told-behind-the-name",
        ),
        pytest.param(
            "Sáng 3-9, Công an xã Tân Lập và Bộ CHQS tỉnh Thái Nguyên ký kết quy chế phối hợp giữ rừng.",
            "tin.example",
            ["cong_an:xa.tan-lap@thai-nguyen", "bo_chqs:thai-nguyen"],
            id="that-of-the-party-beside",
        ),
        pytest.param(
            "Sáng 3-9, Công an xã Ia Lâu và Hội Nông dân xã Ia Mơ ký kết quy chế phối hợp giữ rừng.",
            "baogialai.com.vn",
            ["cong_an:xa.ia-lau@gia-lai", "hoi_nong_dan:xa.ia-mo@gia-lai"],
            id="that-of-the-paper",
        ),
        pytest.param(
            "Sáng 3-9, Công an xã Tân Lập và Hội Nông dân xã Tân Tiến ký kết quy chế phối hợp giữ rừng.",
            "tin.example",
            ["cong_an:xa.tan-lap", "hoi_nong_dan:xa.tan-tien"],
            id="nobody-tells-it",
        ),
        pytest.param(
            "Sáng 3-9, Công an tỉnh và Sở Y tế ký kết quy chế phối hợp khám bệnh cho người già neo đơn.",
            "baogialai.com.vn",
            ["cong_an:gia-lai", "so:y-te:gia-lai"],
            id="the-province-of-a-provincial-paper",
        ),
    ],
)  # fmt: skip
def test_the_province_of_a_body_is_what_the_story_or_its_paper_tells(
    text: str, host: str, expected: list[str]
) -> None:
    assert sorted(keys(text, host=host)) == sorted(expected)


def test_bodies_whose_place_nobody_tells_are_those_of_their_story_alone() -> None:
    text = "Sáng 3-9, Công an tỉnh và Sở Y tế ký kết quy chế phối hợp khám bệnh cho người già neo đơn."
    one, other = keys(text, host="mot.example"), keys(text, host="hai.example")
    assert len(one) == 2
    assert not set(one) & set(other)
    assert one == keys(text, host="mot.example")


@pytest.mark.parametrize(
    "inside", ["Hàn Quốc", "HOSE: LTX", "tiền thân là Xưởng Gỗ Làng Tre", "Tập đoàn Vingroup"]
)
def test_a_remark_in_brackets_is_no_short_name(inside: str) -> None:
    text = (
        f"Sáng 3-9, Sở Y tế tỉnh Sơn La và Công ty cổ phần Gỗ Làng Tre ({inside}) ký kết thỏa thuận hợp tác về "
        "nhà tre cho trạm xá."
    )
    company = next(party for party in read(text).parties if party.head == "cong_ty")
    assert company.short in (None, "LTX", "Công ty Gỗ Làng Tre")


def test_a_short_name_in_brackets_is_one() -> None:
    text = (
        "Sáng 3-9, Sở Y tế tỉnh Sơn La và Công ty cổ phần Gỗ Làng Tre (viết tắt LTX) ký kết thỏa thuận hợp tác về "
        "nhà tre cho trạm xá."
    )
    assert "LTX" in [party.short for party in read(text).parties]
