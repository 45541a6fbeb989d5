"""Superiors: a name right behind another that only says whose the first one is.

"Lữ đoàn 146, Vùng 4 Hải quân", "Khoa Luật, Trường Đại học Mây Xanh", "Trại giam số 5, Cục C10": one party each.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipelines.reading.candidates import Named
from pipelines.reading.units import Unit
from pipelines.reading.words import even, pattern

#: Units from small to large; a larger one right after a comma says whose the smaller one is.
_SIZES = {
    slug: size
    for size, slugs in enumerate(
        (
            ("dai_doi", "don_bien_phong", "hai_doi", "ban_chqs", "chi_khu"),
            ("tieu_doan",),
            ("trung_doan",),
            ("lu_doan", "su_doan", "hai_doan", "doan_trinh_sat"),
            (
                "vung_hai_quan",
                "vung_canh_sat_bien",
                "quan_doan",
                "bdbp",
                "bo_chqs",
                "binh_doan",
                "tieu_khu_quan_su",
            ),
            ("quan_khu", "luc_luong_quan_chung", "hai_quan", "canh_sat_bien", "bo_tu_lenh_bdbp", "quan_doi"),
            ("bo_quoc_phong", "bo_cong_an"),
        )
    )
    for slug in slugs
}


_UNDER_MINISTRY = frozenset(
    {"cuc", "vu", "vien", "tong_cuc", "trung_tam", "hoc_vien", "truong", "hai_quan_cua_khau"}
)
#: Parts that say nothing without the body that they are part of.
_PARTS = frozenset({"phong", "khoa", "cuc", "co_quan", "doi"})
_SCHOOLS = frozenset({"dai_hoc", "hoc_vien", "cao_dang", "truong", "benh_vien"})
#: What the staff of a command or of the police is called.
_STAFF = pattern(
    r"\A(?:cảnh sát|an ninh|tham mưu|chính trị|hậu cần|kỹ thuật|điều tra|dân vận|tuyên huấn|quân lực|tác chiến|chính sách|cán bộ|xây dựng phong trào|csđt|p[acvhx]\d)"
)
#: Universities that other universities are part of.
_NATIONAL = ("ĐHQG", "Đại học Quốc gia", "ĐH Quốc gia", "Đại học quốc gia")
_REGIONAL = frozenset(
    {"Đại học Huế", "Đại học Đà Nẵng", "Đại học Thái Nguyên", "ĐH Huế", "ĐH Đà Nẵng", "ĐH Thái Nguyên"}
)
_COMMANDS = frozenset(
    {"cong_an", "quan_khu", "quan_doan", "binh_doan", "bo_tu_lenh", "bo_tu_lenh_bdbp", "canh_sat_bien", "vung_canh_sat_bien",
     "vung_hai_quan", "hai_quan", "bdbp", "bo_chqs", "luc_luong_quan_chung", "bo_cong_an", "bo_quoc_phong"}
)  # fmt: skip
#: Branches of a union inside a unit.
_BRANCHES = frozenset({"doan_co_so", "chi-doan", "chi-bo", "lien-chi-doan", "chi-hoi"})
_MINISTRIES = frozenset({"bo", "bo_quoc_phong", "bo_cong_an"})


#: Places from small to large; a larger one right after a comma says where the smaller one is.
_LEVELS = {"ban_lang": 0, "xa": 1, "phuong": 1, "dac_khu": 1, "huyen": 2, "tinh": 3, "thanh_pho": 3}


#: What stands between a place and the larger one, which the reading of the first may have passed over.
_SEAT = re.compile(r",(?:\s*(?:huyện|quận|thị xã|thành phố|TP\.?)\s[^,;()]{2,30},)?")


#: A short name in brackets between the two.
_SHORT = re.compile(r"\A\s*\([^()]{1,20}\)")


def _lies_in(here: Named, before: Named) -> bool:
    """ "xã Mường Mây, | huyện Sốp Cộp, | tỉnh Sơn La, | Việt Nam": where the first one is."""
    size = _LEVELS.get(before.mention.head.slug) if before.mention.head else None
    if size is None:
        return False
    if here.place:
        return before.reach > 0 and here.mention.place == here.mention.country
    larger = _LEVELS.get(here.mention.head.slug) if here.mention.head else None
    return larger is not None and larger > size and not here.mention.count


def _commands(here: Named, before: Named) -> bool:
    school = before.mention.head is not None and before.mention.head.slug == "dai_hoc"
    if here.mention.head is None and school and here.mention.name.startswith(_NATIONAL):
        return not before.mention.name.startswith(_NATIONAL)
    if here.mention.head and before.mention.head:
        slug, under = here.mention.head.slug, before.mention.head.slug
        if (under == "khoa" and slug in _SCHOOLS) or (under == "trai_giam" and slug in ("cuc", "bo_cong_an")):
            return True
        if (
            under in ("phong", "cuc", "ban", "co_quan")
            and slug in _COMMANDS
            and _STAFF.match(even(before.mention.topic))
        ):
            return not here.mention.count
        if under in _BRANCHES and here.mention.head.armed:
            return True  # "Đoàn cơ sở Hải đoàn 21, Bộ Tư lệnh Vùng Cảnh sát biển 2"
        if under in _UNDER_MINISTRY and slug in _MINISTRIES and here.unit is before.unit:
            return here.unit.text[before.mention.end : here.mention.start].strip() in ("-", "–", "", ",")
        if under == "doi" and slug == "cong_an" and here.unit is before.unit:
            return here.unit.text[before.mention.end : here.mention.start].strip() == ""
        if (
            slug == under == "dai_hoc"
            and here.mention.name in _REGIONAL
            and before.mention.name.startswith("Tr")
        ):
            return True
        if slug == under == "dai_hoc" and here.mention.name.startswith(_NATIONAL):
            return not before.mention.name.startswith(_NATIONAL)
    if (
        here.mention.head
        and here.mention.head.slug == "quan_doi"
        and before.mention.head
        and before.mention.head.armed
    ):
        return True
    a = _SIZES.get(here.mention.head.slug if here.mention.head else "")
    b = _SIZES.get(before.mention.head.slug if before.mention.head else "")
    return a is not None and b is not None and a > b and b <= 3


def with_superiors(unit: Unit, names: list[Named]) -> list[Named]:
    """The names without those that only say whose the one before is: "Lữ đoàn 146, Vùng 4 Hải quân"."""
    out: list[Named] = []
    whole: Named | None = None
    for here in names:
        before = out[-1] if out else None
        if whole is not None and before is not None and _same_list(here, before, unit):
            out.append(_belonging(replace(whole, mention=replace(whole.mention, end=here.mention.end)), here))
            out[-1] = replace(
                out[-1], mention=replace(out[-1].mention, start=here.mention.start, end=here.mention.end)
            )
            continue
        whole = None
        if before is not None:
            between = _SHORT.sub("", unit.text[before.stop : here.mention.start]).strip()
            commands = between in (",", "-", "–", "") and _commands(here, before)
            if commands or (_SEAT.fullmatch(between) and _lies_in(here, before)):
                whole = before
                out[-1] = _belonging(before, here)
                continue
        out.append(here)
    return out


_LEVEL = pattern(r"(?:tỉnh|thành phố|tp|huyện|quận|thị xã|xã|phường)\.?\s*\Z")


def _same_list(here: Named, before: Named, unit: Unit) -> bool:
    """ "Phòng An ninh kinh tế | Công an các tỉnh A, | B và C": a department of each."""
    mention = here.mention
    alone = unit.text[mention.start : mention.end]
    between = _LEVEL.sub("", unit.low[before.stop : mention.start]).strip()
    return between in (",", "và", ";") and mention.head is not None and not mention.name.startswith(alone)


def _belonging(part: Named, superior: Named) -> Named:
    """A part of a body, with the body in its name where the part alone names nobody ("Khoa Luật", "Phòng Tham mưu")."""
    reached = replace(part, reach=superior.mention.end)
    mention, above = part.mention, superior.mention
    if mention.head is None or mention.head.slug not in _PARTS or above.head is None:
        return reached
    if mention.head.slug == "cuc" and above.head.slug in _MINISTRIES:
        return reached  # a ministry's department is known by its own name
    topic = " ".join(filter(None, [mention.topic, above.head.short, above.topic]))
    named = replace(
        mention,
        name=f"{mention.name} {above.name}",
        topic=topic,
        place=above.place,
        level=above.level,
        country=above.country,
    )
    return replace(reached, mention=named, whole=above.place is not None or not above.elliptic)
