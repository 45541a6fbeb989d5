"""What a key says of a body beside its name: the province where it lies, who took over its work and whose it took over. Pure."""

from __future__ import annotations

import functools
import re

from pipelines.institutions import Place, Registry, slug_of
from pipelines.reading.words import even, pattern

#: What follows in a key behind the province that tells apart bodies of one name ("cong_an:xa.tan-lap@tay-ninh").
PROVINCE_MARK = "@"


#: Keys of bodies whose names many provinces have: of a place below the province, schools for children, numbered areas.
_MANY = re.compile(
    r":(?:huyen|quan|thi-xa|thi-tran|xa|phuong|dac-khu|thanh-pho|ban|cum-ban|thon|khom|ap|buon)\.[^:]+\Z|"
    r"\A(?:truong:truong-(?:trung-hoc|tieu-hoc|mam-non)|ban_chi_huy_pkkv:)"
)


def needs_province(key: str) -> bool:
    """Is it the key of a body that another province may have too, by name?"""
    return _MANY.search(key) is not None


#: How the key of a body goes on whose place nobody told: it is that of no other story.
UNTOLD_MARK = f"{PROVINCE_MARK}?"


_UNTOLD = re.compile(r":(?:tinh|thanh-pho|huyen|quan|thi-xa|xa|phuong)\Z")


_CENTRAL_WORDS = pattern(r"việt nam|trung ương|\b(?:t\.ư|tư|tw)\b")


def untold(registry: Registry, key: str, name: str) -> bool:
    """Is it the key of a local body without its place: "Công an tỉnh" of no matter which province?"""
    if _UNTOLD.search(key):
        return True
    sort, _, topic = key.partition(":")
    head = next((head for head in registry.heads if head.slug == sort), None)
    if head is None or not head.local or PROVINCE_MARK in key or _CENTRAL_WORDS.search(even(name)):
        return False
    return (head.take == "place" and not topic and "Việt Nam" not in head.full) or (
        sort == "so" and ":" not in topic
    )


def in_province(key: str, full: str, place: Place) -> tuple[str, str]:
    """Key and full name of such a body in the province where it lies."""
    where = place.name if place.city else f"tỉnh {place.name}"
    return f"{key}{PROVINCE_MARK}{place.key}", f"{full}, {where}"


#: Bodies beside the local and the armed ones that went up in those of the larger province; a hospital or a school did not.
_GO_UP = frozenset({"tinh", "bao", "dai_ptth", "cuc", "cang_vu", "hai_quan_cua_khau"})


def heir_of(registry: Registry, key: str) -> str | None:
    """The key of the body that took over: listed as such, or that of the province that its own went up in."""
    for old, new in _heirs(registry):
        if key == old or key.startswith(old + ":"):
            return new + key[len(old) :]
    stem, where = _stem(registry, key)
    place = _provinces(registry).get(where)
    return f"{stem}{slug_of(place.successor)}" if place is not None and place.successor else None


def forerunners_of(registry: Registry, key: str) -> list[str]:
    """The keys of the bodies that the one of this key took over from, whether or not anybody ever named them."""
    out = [old + key[len(new) :] for old, new in _heirs(registry) if key == new or key.startswith(new + ":")]
    stem, where = _stem(registry, key)
    place = _provinces(registry).get(where)
    if place is not None:
        out += [f"{stem}{one.key}" for one in registry.places if one.successor == place.name]
    return out


def _stem(registry: Registry, key: str) -> tuple[str, str]:
    """A key up to its province, and the province; empty for a body that does not go up in that of a larger one."""
    if PROVINCE_MARK in key:
        stem, _, where = key.partition(PROVINCE_MARK)
        return stem + PROVINCE_MARK, where
    stem, _, where = key.rpartition(":")
    sort = stem.partition(":")[0]
    return (stem + ":", where) if sort in _merging_sorts(registry) else ("", "")


@functools.lru_cache(maxsize=4)
def _merging_sorts(registry: Registry) -> frozenset[str]:
    return _GO_UP | {head.slug for head in registry.heads if head.local or head.armed}


@functools.lru_cache(maxsize=4)
def _provinces(registry: Registry) -> dict[str, Place]:
    return {place.key: place for place in registry.places if place.kind == "province"}


@functools.lru_cache(maxsize=4)
def _heirs(registry: Registry) -> tuple[tuple[str, str], ...]:
    """Keys of bodies and of those that took over, without place. Read without heirs, so that none is looked for here."""
    from pipelines.party_keys import kind_of, topic_slug
    from pipelines.reading.naming import read_name

    def key_of(name: str) -> str:
        mention = read_name(name, registry)
        head = mention.head
        assert head is not None, name
        told = "-".join(
            filter(None, [kind_of(registry, mention, head), topic_slug(registry.expand(mention.topic))])
        )
        return f"{head.slug}:{told}" if told else head.slug

    return tuple((key_of(old), key_of(new)) for old, new in registry.heirs)
