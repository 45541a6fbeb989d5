"""Walls: pages that answer instead of the page asked for. Pure, and fast enough for every page fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping

import ahocorasick_rs

# What only a challenge does: set a cookie and load itself again, call a gate-keeper's script. Lower case; one pass of
# an automaton finds them all, where one regex of forty alternatives took 45 ms a page.
_CHALLENGES = (
    b"cf-browser-verification", b"cf_chl_", b"/cdn-cgi/challenge-platform", b"challenge-form", b"just a moment...",
    b"checking your browser", b"attention required! | cloudflare", b"ddos-guard", b"_incapsula_resource",
    b"request unsuccessful. incapsula", b"captcha-delivery", b"px-captcha", b"_pxhd", b"sucuri_cloudproxy",
    b"slowaes.decrypt", b"enable javascript and cookies to continue", b"the requested url was rejected",
    b"please verify you are human", b"please verify you are a human", b"bot verification", b"d1n=",
)  # fmt: skip
# Of these the sign alone is common; the rest of the line decides.
_CHALLENGE_FORMS = {
    b"document.cookie": re.compile(
        rb"document\.cookie\s*=[^;]{0,200};?[\s\S]{0,300}?(?:location\.(?:reload|href|replace)|window\.location)"
    ),
    b"__ddg": re.compile(rb"__ddg\d"),
    b"tonumbers(": re.compile(rb"tonumbers\([^)]{0,80}\)"),
}
# What a story's page may hold too (a captcha by its comment form): a wall only if there are hardly any words.
_HINTS = (
    b"g-recaptcha", b"h-captcha", b"hcaptcha.com/1", b"access denied", b"web application firewall", b"vnis",
    b"are you a robot", b"bkav",
    *(
        b"this %b require%b %b" % (place, ending, what)
        for place in (b"website", b"site") for ending in (b"", b"s") for what in (b"javascript", b"cookies")
    ),
    *(
        f"xác {what} {whom}".encode()
        for what in ("minh", "thực") for whom in ("bạn", "truy cập")
    ),
)  # fmt: skip
_SIGNS = (*_CHALLENGES, *_CHALLENGE_FORMS, *_HINTS)
_AUTOMATON = ahocorasick_rs.BytesAhoCorasick(list(_SIGNS))
_VISIBLE = re.compile(
    rb"<(script|style|noscript)\b[\s\S]*?(?:</\1\s*>|\Z)|<!--[\s\S]*?(?:-->|\Z)|<[^>]*>", re.IGNORECASE
)
#: A challenge shows hardly any words; a story of 25 kB that speaks of captchas is a story. Bytes of visible text.
_CHALLENGE_WORDS = 900
_HINT_WORDS = 300
_CHALLENGE_MAX_BYTES = 80_000


def looks_like_challenge(body: bytes, headers: Mapping[str, str] | None = None, status: int = 200) -> bool:
    """Did a wall answer instead of the page: a cookie or JavaScript challenge, Cloudflare and its kin, a captcha?

    Fast: larger pages are no challenges, and smaller ones are looked through for a few words. `headers` have lower-case names.
    """
    headers = headers or {}
    if headers.get("cf-mitigated", "").lower() == "challenge" or (
        "x-datadome" in headers and status in (403, 429)
    ):
        return True
    if len(body) > _CHALLENGE_MAX_BYTES:
        return False
    lower = body.lower()
    found = {_SIGNS[index] for index, _, _ in _AUTOMATON.find_matches_as_indexes(lower, overlapping=True)}
    if any(sign in _CHALLENGES or _holds_form(sign, lower) for sign in found):
        return _visible_bytes(body) < _CHALLENGE_WORDS
    if not found.isdisjoint(_HINTS):
        return _visible_bytes(body) < _HINT_WORDS
    return len(body) < 4000 and _redirects_by_script(body)


def _holds_form(sign: bytes, lower: bytes) -> bool:
    form = _CHALLENGE_FORMS.get(sign)
    return form is not None and form.search(lower) is not None


def _visible_bytes(body: bytes) -> int:
    return len(b" ".join(_VISIBLE.sub(b" ", body).split()))


def _redirects_by_script(head: bytes) -> bool:
    """A tiny page without words that reloads itself or goes elsewhere by script."""
    if not re.search(
        rb"location(?:\.href|\.replace|\.reload)?\s*[=(]|http-equiv=.?refresh", head, re.IGNORECASE
    ):
        return False
    return _visible_bytes(head) < 80
