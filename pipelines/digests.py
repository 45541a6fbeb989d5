"""The daily report: one value, written as text, HTML for mail clients, Atom or JSON. Pure."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pipelines import health_words
from pipelines.vietnamese import harmless

VIETNAM = timezone(timedelta(hours=7))
ACTS = {
    "ky_ket": "ký kết", "so_ket": "sơ kết", "tong_ket": "tổng kết", "gia_han": "gia hạn", "trao_doi": "trao đổi",
}  # fmt: skip
KINDS = {
    "chuong_trinh_phoi_hop": "chương trình phối hợp", "quy_che_phoi_hop": "quy chế phối hợp",
    "bien_ban_phoi_hop": "biên bản phối hợp", "bien_ban_ghi_nho": "biên bản ghi nhớ",
    "thoa_thuan_hop_tac": "thỏa thuận hợp tác", "ket_nghia": "kết nghĩa", "khac": "văn bản hợp tác khác",
}  # fmt: skip
_BARS = "▁▂▃▄▅▆▇█"
#: A mail of more events than this is cut by mail clients (about 100 KB); the rest is named by its number.
MOST_EVENTS = 60
#: Width of the text report.
WIDTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One day's report."""

    day: date
    """The local day it is sent on."""
    made_at: datetime
    events: Sequence[Mapping[str, Any]] = ()
    """One match an event, nearest to the seeds first, as `Reading.new` gives them."""
    health: Sequence[Mapping[str, Any]] = ()
    """Changes of outlets: outlet, source, state, was, why, advice."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """matches, stories, pages: today's numbers; trend: matches of the last days, oldest first."""
    note: str | None = None

    @property
    def title(self) -> str:
        """The subject line."""
        day = f"{self.day:%d/%m/%Y}"
        sick = {change["outlet"] for change in self.health if not change.get("recovered")}
        broken = len(sick - {health_words.NETWORK})
        extra = f", {broken} báo cần xem" if broken else ""
        extra += ", máy từng mất mạng" if health_words.NETWORK in sick else ""
        if not self.events:
            return f"Kyket {day}: không có tin mới{extra}"
        return f"Kyket {day}: {len(self.events)} sự kiện mới{extra}"


def spark(values: Sequence[float]) -> str:
    """A trend as block characters."""
    top = max(values, default=0)
    if top <= 0:
        return _BARS[0] * len(values)
    return "".join(_BARS[round(value / top * (len(_BARS) - 1))] for value in values)


def who_with_whom(parties: Sequence[str]) -> str:
    """`A – B – C`; long lists end in their number."""
    if len(parties) > 4:
        return " – ".join(parties[:3]) + f" và {len(parties) - 3} bên khác"
    return " – ".join(parties)


def facts(event: Mapping[str, Any]) -> list[str]:
    """What is known of the agreement, in words: kind with period, act, date, place."""
    found = []
    kind = KINDS.get(event.get("kind") or "")
    period = event.get("period")
    if kind:
        found.append(f"{kind} {period}" if period else kind)
    elif period:
        found.append(str(period))
    if act := ACTS.get(event.get("act") or ""):
        found.append(act)
    if day := _local_date(event.get("event_date")):
        found.append(day)
    if place := event.get("place"):
        found.append(str(place))
    return found


def _local_date(value: Any) -> str | None:
    if not value:
        return None
    parts = str(value).split("-")
    return "/".join(reversed(parts))


def outlets_of(event: Mapping[str, Any]) -> list[str]:
    """The outlets that told it."""
    found = (event.get("event") or {}).get("outlets") or [event.get("outlet")]
    return [str(outlet) for outlet in found if outlet]


def deciding_sentence(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """(sentence, phrase) of the first evidence."""
    evidence = event.get("evidence") or []
    return (evidence[0]["sentence"], evidence[0]["phrase"]) if evidence else None


def safe_link(url: Any) -> str | None:
    """The URL if a reader may follow it: http(s) only."""
    text = str(url or "")
    return text if text.startswith(("https://", "http://")) else None


# -- text --------------------------------------------------------------------------------------------------------


def as_text(digest: Digest) -> str:
    """Plain text, for a terminal or a chat. No control characters."""
    lines = [digest.title, ""]
    for number, event in enumerate(digest.events[:MOST_EVENTS], 1):
        lines += _wrapped(f"{number}. {event['title']}", "   ", first="")
        if parties := who_with_whom(event.get("parties") or []):
            lines += _wrapped(parties)
        if known := facts(event):
            lines += _wrapped(" · ".join(known))
        if sentence := deciding_sentence(event):
            lines += _wrapped(f"“{sentence[0]}”")
        told = ", ".join(outlets_of(event))
        grew = " (thêm báo đưa tin)" if event.get("news") == "grew" else ""
        lines += _wrapped(f"{told}{grew} · {event['id']}")
        if link := safe_link(event.get("url")):
            lines.append(f"   {link}")
        lines.append("")
    if more := _more(digest):
        lines += [more, ""]
    if not digest.events:
        lines += ["Không có sự kiện mới.", ""]
    if digest.health:
        lines.append("Tình trạng nguồn tin")
        for line in health_lines(digest.health):
            lines += _wrapped(line, "    ", first="  ")
        lines.append("")
    if digest.figures:
        lines += _wrapped(_figures_line(digest.figures), "")
    if digest.note:
        lines += _wrapped(digest.note, "")
    return harmless("\n".join(lines).rstrip() + "\n")


def _wrapped(text: str, indent: str = "   ", *, first: str | None = None) -> list[str]:
    """Lines of at most WIDTH columns; a word that is longer stays whole."""
    return textwrap.wrap(
        " ".join(text.split()), WIDTH, initial_indent=indent if first is None else first, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _more(digest: Digest) -> str | None:
    left = len(digest.events) - MOST_EVENTS
    return f"… và {left} sự kiện nữa: kyket matches" if left > 0 else None


def health_lines(changes: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line a fault of an outlet, however many of its sources show it; what broke goes first."""
    grouped: dict[tuple[bool, str, str], list[Mapping[str, Any]]] = {}
    for change in changes:
        key = (bool(change.get("recovered")), str(change["outlet"]), str(change["state"]))
        grouped.setdefault(key, []).append(change)
    lines = []
    for (recovered, outlet, state), own in sorted(grouped.items()):
        many = f" ({len(own)} nguồn)" if len(own) > 1 else ""
        ours = outlet == health_words.NETWORK
        name = "Mạng của máy này" if ours else outlet
        if recovered:
            lines.append(f"✓ {name}: {'đã có lại' if ours else 'hoạt động lại'}{many}")
            continue
        facts = own[0].get("facts")
        why = health_words.why(state, facts) if facts else own[0].get("why")
        advice = health_words.advice(state)
        said = f"! {name}: {health_words.state_name(state)}{many}"
        lines.append(said + (f" – {why}" if why else "") + (f". {advice[0].upper()}{advice[1:]}" if advice else ""))
    return lines


def _figures_line(figures: Mapping[str, Any]) -> str:
    trend = figures.get("trend") or []
    line = f"24 giờ qua: {figures.get('matches', 0)} tin khớp, {figures.get('stories', 0)} tin lưu, {figures.get('pages', 0)} trang đọc"
    return (
        f"{line}. {len(trend)} ngày: {spark(trend)} {trend[-1] if trend else ''}".rstrip() if trend else line
    )


# -- HTML --------------------------------------------------------------------------------------------------------

_FONT = "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"


def as_html(digest: Digest) -> str:
    """A page for mail clients and phones: inline styles, no script, nothing remote."""
    body = "".join(_event_html(event) for event in digest.events[:MOST_EVENTS]) or (
        '<p style="margin:16px 0;color:#444">Không có sự kiện mới.</p>'
    )
    if more := _more(digest):
        body += f'<p style="margin:16px 0;color:#444">{html.escape(more)}</p>'
    health = "".join(f'<li style="margin:4px 0">{html.escape(line)}</li>' for line in health_lines(digest.health))
    if health:
        health = (
            '<h2 style="font-size:16px;margin:24px 0 8px;color:#1a1a1a">Tình trạng nguồn tin</h2>'
            f'<ul style="margin:0;padding-left:20px;color:#333">{health}</ul>'
        )
    figures = ""
    if digest.figures:
        figures = f'<p style="margin:24px 0 0;color:#555;font-size:13px">{html.escape(_figures_line(digest.figures))}</p>'
    note = f'<p style="color:#555;font-size:13px">{html.escape(digest.note)}</p>' if digest.note else ""
    return (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light">'
        f"<title>{html.escape(digest.title)}</title></head>"
        f'<body style="margin:0;padding:0;background:#f4f4f2;overflow-wrap:anywhere;{_FONT}">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f4f4f2">'
        '<tr><td align="center" style="padding:16px 8px">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" '
        'style="max-width:640px;background:#ffffff;border:1px solid #dddddd;border-radius:6px">'
        '<tr><td style="padding:20px 20px 24px;font-size:15px;line-height:1.5;color:#1a1a1a">'
        f'<h1 style="font-size:20px;line-height:1.3;margin:0 0 8px">{html.escape(digest.title)}</h1>'
        f"{body}{health}{figures}{note}"
        "</td></tr></table></td></tr></table></body></html>\n"
    )


def _event_html(event: Mapping[str, Any]) -> str:
    title = html.escape(str(event["title"]))
    link = safe_link(event.get("url"))
    if link:
        title = f'<a href="{html.escape(link)}" rel="noopener noreferrer nofollow" style="color:#0b4f8a;text-decoration:none">{title}</a>'
    parties = html.escape(who_with_whom(event.get("parties") or []))
    known = html.escape(" · ".join(facts(event)))
    sentence = deciding_sentence(event)
    told = html.escape(", ".join(outlets_of(event)))
    grew = " (thêm báo đưa tin)" if event.get("news") == "grew" else ""
    rows = [f'<h2 style="font-size:17px;line-height:1.35;margin:0 0 4px">{title}</h2>']
    if parties:
        rows.append(f'<p style="margin:0 0 4px;font-weight:600;color:#333">{parties}</p>')
    if known:
        rows.append(f'<p style="margin:0 0 4px;color:#333">{known}</p>')
    if sentence:
        rows.append(
            '<blockquote style="margin:6px 0;padding:2px 0 2px 12px;border-left:3px solid #c9a227;color:#333">'
            f"{_marked(*sentence)}</blockquote>"
        )
    rows.append(f'<p style="margin:4px 0 0;color:#666;font-size:13px">{told}{grew}</p>')
    return f'<div style="padding:14px 0;border-top:1px solid #e6e6e6">{"".join(rows)}</div>'


def _marked(sentence: str, phrase: str) -> str:
    at = sentence.find(phrase)
    if at < 0:
        return html.escape(sentence)
    before, after = sentence[:at], sentence[at + len(phrase) :]
    return (
        f'{html.escape(before)}<mark style="background:#fff2b8;color:#1a1a1a">{html.escape(phrase)}</mark>'
        f"{html.escape(after)}"
    )


# -- Atom and JSON -----------------------------------------------------------------------------------------------


def as_atom(digest: Digest, *, feed_id: str = "urn:kyket:digest") -> str:
    """An Atom feed with one entry an event."""
    made = digest.made_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    entries = "".join(_entry(event, made) for event in digest.events)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi">'
        f"<id>{escape(feed_id)}</id><title>{_xml(digest.title)}</title><updated>{made}</updated>"
        f"<author><name>Kyket</name></author>{entries}</feed>\n"
    )


def _entry(event: Mapping[str, Any], made: str) -> str:
    link = safe_link(event.get("url"))
    number = (event.get("event") or {}).get("id") or event["id"]
    summary = " · ".join(part for part in (who_with_whom(event.get("parties") or []), *facts(event)) if part)
    sentence = deciding_sentence(event)
    content = f"{summary}\n{sentence[0]}" if sentence else summary
    # An event that grew is an entry with a new date, not a new entry.
    return (
        f"<entry><id>urn:kyket:event:{escape(str(number))}</id><title>{_xml(str(event['title']))}</title>"
        f"<updated>{escape(str(event.get('found_at') or made))}</updated>"
        + (f"<link href={quoteattr(link)}/>" if link else "")
        + f'<content type="text">{_xml(content)}</content></entry>'
    )


def _xml(text: str) -> str:
    """Escaped, and without what a reader would obey and the characters that XML cannot hold."""
    return escape(
        "".join(
            c
            for c in harmless(text)
            if c in "\t\n\r" or 0x20 <= ord(c) <= 0xD7FF or 0xE000 <= ord(c) <= 0xFFFD or ord(c) > 0xFFFF
        )
    )


def as_json(digest: Digest) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "day": digest.day.isoformat(),
        "made_at": digest.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "title": digest.title,
        "events": [dict(event) for event in digest.events],
        "health": [dict(change) for change in digest.health],
        "figures": dict(digest.figures),
        "note": digest.note,
    }
