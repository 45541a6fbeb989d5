"""Walls: pages that answer instead of the page asked for. Pure, and fast enough for every page fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping

_CHALLENGE = re.compile(
    rb"document\.cookie\s*=[^;]{0,200};?[\s\S]{0,300}?(?:location\.(?:reload|href|replace)|window\.location)|"
    rb"cf-browser-verification|cf_chl_|/cdn-cgi/challenge-platform|challenge-form|Just a moment\.\.\.|Checking your browser|"
    rb"Attention Required! \| Cloudflare|__ddg\d|ddos-guard|_Incapsula_Resource|Request unsuccessful\. Incapsula|"
    rb"g-recaptcha|h-captcha|hcaptcha\.com/1|captcha-delivery|px-captcha|_pxhd|sucuri_cloudproxy|"
    rb"toNumbers\([^)]{0,80}\)|slowAES\.decrypt|Enable JavaScript and cookies to continue|"
    rb"This (?:website|site) requires? (?:JavaScript|cookies)|Access denied|Access Denied|The requested URL was rejected|"
    rb"Web Application Firewall|VNIS|Please verify you are (?:a )?human|are you a robot|BKAV|D1N=|Bot Verification|"
    rb"X\xc3\xa1c (?:minh|th\xe1\xbb\xb1c) (?:b\xe1\xba\xa1n|truy c\xe1\xba\xadp)",
    re.IGNORECASE,
)
_VISIBLE = re.compile(
    rb"<(script|style|noscript)\b[\s\S]*?(?:</\1\s*>|\Z)|<!--[\s\S]*?(?:-->|\Z)|<[^>]*>", re.IGNORECASE
)
#: A challenge shows hardly any words; a story of 25 kB that speaks of captchas is a story.
_CHALLENGE_MAX_BYTES = 120_000
_CHALLENGE_MAX_WORDS = 900  # bytes of visible text


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
    if not _CHALLENGE.search(head):
        return len(body) < 4000 and _redirects_by_script(head)
    if len(body) < 3000:
        return True
    return len(b" ".join(_VISIBLE.sub(b" ", body).split())) < _CHALLENGE_MAX_WORDS


def _redirects_by_script(head: bytes) -> bool:
    """A tiny page without words that reloads itself or goes elsewhere by script."""
    if not re.search(
        rb"location(?:\.href|\.replace|\.reload)?\s*[=(]|http-equiv=.?refresh", head, re.IGNORECASE
    ):
        return False
    return len(b" ".join(_VISIBLE.sub(b" ", head).split())) < 80
