"""One module a family of content management systems: addresses, page markup and lists true to the real one."""

from __future__ import annotations

from .base import Family
from .daily import DateDirectory, QuangNinh, SlugIdHtm
from .small import DId, SlugOnly, Vdoc, WordPress
from .wide import Epi, MasterCms, OneCms, VcCorp

FAMILIES: dict[str, Family] = {
    family.id: family
    for family in (
        Epi(), VcCorp(), MasterCms(), OneCms(), DId(), Vdoc(), DateDirectory(), SlugIdHtm(), QuangNinh(), SlugOnly(), WordPress(),
    )
}  # fmt: skip

__all__ = ["FAMILIES", "Family"]
