"""An outlet's health in words, Vietnamese and English: what is wrong, what shows it, what to do. Pure.

Whoever judges gives a state and the facts it rests on; every page, report and command words them here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

VIETNAM = timezone(timedelta(hours=7))
#: The source of a notice about this machine's own network.
NETWORK = "network"

#: State → (Vietnamese, English).
STATES: dict[str, tuple[str, str]] = {
    "verified": ("hoạt động", "works"),
    "quiet": ("yên ắng", "quiet"),
    "empty": ("không có tin nào", "empty"),
    "frozen": ("đứng im", "frozen"),
    "wrong-section": ("nhầm chuyên mục", "wrong section"),
    "moved": ("đã chuyển địa chỉ", "moved"),
    "challenged": ("bị chặn bằng thử thách", "challenged"),
    "blocked": ("từ chối truy cập", "blocked"),
    "unreachable": ("không truy cập được", "unreachable"),
    "changed": ("đổi cấu trúc trang", "pages changed"),
    "pattern-too-narrow": ("đổi dạng địa chỉ bài", "addresses changed"),
    "offline": ("mất mạng", "offline"),
}
_ADVICE: dict[str, tuple[str, str]] = {
    "empty": (
        "kyket outlets check cho biết nguồn khác đã thay thế chưa",
        "kyket outlets check says whether another source took its place",
    ),
    "frozen": (
        "xem báo có đăng ở chỗ khác không: kyket outlets check",
        "see whether the paper publishes elsewhere: kyket outlets check",
    ),
    "wrong-section": (
        "địa chỉ hoặc mã chuyên mục sai: kyket outlets check",
        "the section's address or number is wrong: kyket outlets check",
    ),
    "moved": (
        "tìm địa chỉ mới, rồi ghi lại: kyket outlets check --apply",
        "look for its new address and write it down: kyket outlets check --apply",
    ),
    "challenged": (
        "không bao giờ lách thử thách: xin báo cho phép, hoặc dựa vào các nguồn khác của báo",
        "a challenge is never evaded: ask the paper for access, or rely on its other sources",
    ),
    "blocked": ("hỏi thưa hơn (delay), hoặc viết thư cho báo", "ask less often (delay), or write to the paper"),
    "unreachable": ("xem trang có sập với mọi người không", "see whether the site is down for everybody"),
    "changed": (
        "báo đã đổi trang: kyket outlets check, rồi đọc docs/adding-an-outlet.md về quy tắc trang",
        "the paper changed its pages: kyket outlets check, then docs/adding-an-outlet.md on page rules",
    ),
    "pattern-too-narrow": (
        "báo đổi dạng địa chỉ: kyket outlets check --apply",
        "the paper changed its addresses: kyket outlets check --apply",
    ),
    "offline": ("kiểm tra mạng của máy này; các báo không bị tính lỗi", "look at this machine's network; no outlet is blamed"),
}


#: What the page of outlets calls its figures.
FIGURES: dict[str, tuple[str, str]] = {
    "freshness": ("Độ trễ", "Delay"),
    "requests": ("Yêu cầu", "Requests"),
    "median": ("{n} phút sau khi đăng", "{n} min after publication"),
    "p95": ("95 %: {n} phút", "95 %: {n} min"),
    "a_day": ("{n} mỗi ngày", "{n} a day"),
    "unmodified": ("{n} % trả lời 304", "{n} % answered 304"),
    "missed": ("ước chừng sót {n} tin", "about {n} stories missed by all"),
    "found_by": ("{kind} {n}", "{kind} {n}"),
    "rarely": ("hỏi thưa sau {n} lần lỗi", "asked rarely after {n} failures"),
    "offline": ("Mạng của máy này đang đứt", "This machine's own network is down"),
    "do": ("Nên làm", "What to do"),
    "since": ("từ", "since"),
    "watched": ("Đang theo dõi", "Watched"),
}
#: Kinds of source as a reader calls them.
KINDS: dict[str, tuple[str, str]] = {
    "feed": ("RSS", "feed"), "section": ("chuyên mục", "section"), "news-sitemap": ("sơ đồ tin", "news sitemap"),
    "sitemap": ("sơ đồ trang", "sitemap"), "api": ("API", "API"), "search": ("tìm kiếm", "search"),
}  # fmt: skip


def figure(key: str, *, english: bool = False, **values: Any) -> str:
    """A figure in words."""
    return FIGURES[key][english].format(**values)


def state_name(state: str, *, english: bool = False) -> str:
    """The state in a few words."""
    words = STATES.get(state)
    return state if words is None else words[english]


def advice(state: str, *, english: bool = False) -> str | None:
    """What a person can do; None where nothing is to be done."""
    words = _ADVICE.get(state)
    return None if words is None else words[english]


def why(state: str, facts: Mapping[str, Any], *, english: bool = False) -> str:
    """What shows the state, in one sentence."""
    since = _time(facts.get("since"), english=english)
    get = facts.get
    if get("asked") is False:
        return "not asked yet" if english else "chưa hỏi lần nào"
    if get("offline"):
        return (
            f"no look since {since} reached any outlet: this machine's own network"
            if english
            else f"từ {since} không tới được báo nào: mạng của chính máy này"
        )
    if state == "offline":
        outlets = get("outlets", 0)
        return (
            f"{outlets} outlets became unreachable at once, at {since}" if english else f"{outlets} báo cùng lúc mất liên lạc, từ {since}"
        )
    if get("host"):
        return f"it redirects to {facts['host']}" if english else f"chuyển hướng sang {facts['host']}"
    if get("outcome"):
        looks, outcome = get("looks", 1), facts["outcome"]
        if english:
            return f"{outcome} at {looks} look{'s' if looks != 1 else ''} since {since}"
        return f"{outcome} ở {looks} lần hỏi từ {since}"
    if state == "pattern-too-narrow":
        count = get("off_pattern", 0)
        return (
            f"{count} links, none of them fits the article pattern, since {since}"
            if english
            else f"{count} liên kết, không liên kết nào đúng dạng địa chỉ bài, từ {since}"
        )
    if state == "empty":
        note = f" ({get('note')})" if get("note") else ""
        said = f"it answers without a single story since {since}" if english else f"trả lời mà không có tin nào từ {since}"
        return said + note
    if state == "wrong-section":
        shared, links, label, other = get("shared", 0), get("links", 0), get("label"), get("other")
        return (
            f"{shared} of its {links} links are those of “{label}” ({other})"
            if english
            else f"{shared} trong {links} liên kết là của mục “{label}” ({other})"
        )
    if state == "changed":
        bad, pages = get("bad", 0), get("pages", 0)
        return f"{bad} of the outlet's last {pages} pages could not be read" if english else f"không đọc được {bad} trong {pages} trang gần nhất"
    if state in ("frozen", "quiet"):
        return _silence(facts, since, english=english)
    links = get("links", 0)
    return f"{links} links at the last look" if english else f"{links} liên kết ở lần hỏi gần nhất"


def _silence(facts: Mapping[str, Any], since: str, *, english: bool) -> str:
    said = f"nothing new since {since}" if english else f"không có gì mới từ {since}"
    if missed := facts.get("missed"):
        beside = facts.get("beside")
        return said + (
            f"; {missed} stories that it would usually show stand in {beside}"
            if english
            else f"; {missed} tin thường có ở đây lại chỉ có trong {beside}"
        )
    if usual := facts.get("usual_hours"):
        return said + (
            f"; its pauses are shorter than {usual:.0f} hours, 95 times in 100"
            if english
            else f"; thường 95 trên 100 quãng nghỉ ngắn hơn {usual:.0f} giờ"
        )
    return said


def _time(value: Any, *, english: bool) -> str:
    """A moment as people here read it."""
    if not value:
        return "?"
    at = (value if isinstance(value, datetime) else datetime.fromisoformat(str(value))).astimezone(VIETNAM)
    return f"{at:%Y-%m-%d %H:%M}" if english else f"{at:%H:%M %d/%m/%Y}"
