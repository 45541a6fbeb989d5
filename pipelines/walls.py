"""Walls: pages that answer instead of the page asked for. Pure, and fast enough for every page fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping

# What only a challenge does: set a cookie and load itself again, call a gate-keeper's script.
_CHALLENGE = re.compile(
    rb"document\.cookie\s*=[^;]{0,200};?[\s\S]{0,300}?(?:location\.(?:reload|href|replace)|window\.location)|"
    rb"cf-browser-verification|cf_chl_|/cdn-cgi/challenge-platform|challenge-form|Just a moment\.\.\.|Checking your browser|"
    rb"Attention Required! \| Cloudflare|__ddg\d|ddos-guard|_Incapsula_Resource|Request unsuccessful\. Incapsula|"
    rb"captcha-delivery|px-captcha|_pxhd|sucuri_cloudproxy|toNumbers\([^)]{0,80}\)|slowAES\.decrypt|"
    rb"Enable JavaScript and cookies to continue|The requested URL was rejected|Please verify you are (?:a )?human|"
    rb"Bot Verification|D1N=",
    re.IGNORECASE,
)
# What a story's page may hold too (a captcha by its comment form): a wall only if there are hardly any words.
_HINT = re.compile(
    rb"g-recaptcha|h-captcha|hcaptcha\.com/1|This (?:website|site) requires? (?:JavaScript|cookies)|Access denied|"
    rb"Web Application Firewall|VNIS|are you a robot|BKAV|"
    rb"X\xc3\xa1c (?:minh|th\xe1\xbb\xb1c) (?:b\xe1\xba\xa1n|truy c\xe1\xba\xadp)",
    re.IGNORECASE,
)
_VISIBLE = re.compile(
    rb"<(script|style|noscript)\b[\s\S]*?(?:</\1\s*>|\Z)|<!--[\s\S]*?(?:-->|\Z)|<[^>]*>", re.IGNORECASE
)
#: A challenge shows hardly any words; a story of 25 kB that speaks of captchas is a story. Bytes of visible text.
_CHALLENGE_WORDS = 900
_HINT_WORDS = 300
_CHALLENGE_MAX_BYTES = 120_000


def looks_like_challenge(body: bytes, headers: Mapping[str, str] | None = None, status: int = 200) -> bool:
    """Did a wall answer instead of the page: a cookie or JavaScript challenge, Cloudflare and its kin, a captcha?

    Fast: a page of ordinary size costs one search of its first bytes. `headers` have lower-case names.
    """
    headers = headers or {}
    if headers.get("cf-mitigated", "").lower() == "challenge" or (
        "x-datadome" in headers and status in (403, 429)
    ):
        return True
    if len(body) > _CHALLENGE_MAX_BYTES:
        return False
    head = body[:60_000]
    if _CHALLENGE.search(head):
        return _visible_bytes(body) < _CHALLENGE_WORDS
    if _HINT.search(head):
        return _visible_bytes(body) < _HINT_WORDS
    return len(body) < 4000 and _redirects_by_script(head)


def _visible_bytes(body: bytes) -> int:
    return len(b" ".join(_VISIBLE.sub(b" ", body).split()))


def _redirects_by_script(head: bytes) -> bool:
    """A tiny page without words that reloads itself or goes elsewhere by script."""
    if not re.search(
        rb"location(?:\.href|\.replace|\.reload)?\s*[=(]|http-equiv=.?refresh", head, re.IGNORECASE
    ):
        return False
    return _visible_bytes(head) < 80
