"""Rows → what people and programs read: lines for a terminal or a pipe, JSON. Pure.

Crawled text is hostile: nothing that a terminal would obey leaves this module.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipelines import event_reasons, vietnamese
from pipelines.types import Json

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")

#: What JSON strings may hold literally but terminals, browsers and line readers obey: DEL and C1 controls,
#: line separators, bidi and zero-width controls, lone surrogates.
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")

KINDS = {
    "chuong_trinh_phoi_hop": "chương trình phối hợp",
    "quy_che_phoi_hop": "quy chế phối hợp",
    "bien_ban_phoi_hop": "biên bản phối hợp",
    "bien_ban_ghi_nho": "biên bản ghi nhớ",
    "thoa_thuan_hop_tac": "thỏa thuận hợp tác",
    "ket_nghia": "kết nghĩa",
    "khac": "thỏa thuận khác",
}
ACTS = {
    "ky_ket": "ký kết", "so_ket": "sơ kết", "tong_ket": "tổng kết", "gia_han": "gia hạn", "trao_doi": "trao đổi",
}  # fmt: skip


def safe(text: object) -> str:
    """One line of text that a terminal only shows: no control, bidi or zero-width character, no line end."""
    return vietnamese.squeeze(str(text))


def json_text(value: Any, *, indent: int | None = None) -> str:
    """JSON with Vietnamese as is and every character escaped that something might obey."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


_PAINT = re.compile("\x1b\\[[0-9;]*m")
#: Of a word longer than this a cut shows the beginning.
_WORD_AT_MOST = 9


# -- the terminal ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How output looks: in columns and colour on a terminal, plain and unbroken in a pipe."""

    width: int | None = None
    """Columns of the terminal; None: a pipe, nothing is cut or wrapped."""
    colour: bool = False

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def strong(self, text: str) -> str:
        return self._paint("1", text)

    def faint(self, text: str) -> str:
        return self._paint("2", text)

    def name(self, text: str) -> str:
        return self._paint("36", text)

    def good(self, text: str) -> str:
        return self._paint("32", text)

    def bad(self, text: str) -> str:
        return self._paint("31", text)

    def mark(self, text: str) -> str:
        """A phrase that matters: coloured, or between asterisks where there is no colour."""
        return self._paint("1;33", text) if self.colour else f"*{text}*"

    def wrap(self, text: str, indent: str = "") -> str:
        """Text in lines that fit, each after `indent`; colours and combining marks take no room, wide characters two."""
        if self.width is None:
            return indent + text
        room = max(30, self.width) - columns(indent)
        lines: list[str] = []
        line, used = "", 0
        for word in text.split():
            wide = columns(_PAINT.sub("", word))
            if line and used + 1 + wide > room:
                lines.append(indent + line)
                line, used = "", 0
            line, used = (f"{line} {word}", used + 1 + wide) if line else (word, wide)
        return "\n".join([*lines, indent + line])

    def cut(self, text: str, room: int) -> str:
        """At most `room` columns of text, with an ellipsis where something is left out; whole in a pipe.

        Cut after a whole word where that costs little: half a syllable says nothing.
        """
        if self.width is None or columns(text) <= room:
            return text
        kept, used = 0, 0
        for char in text:
            used += _columns_of(char)
            if used > room - 1:
                break
            kept += 1
        shown = text[:kept]
        if (
            not text[kept].isspace()
            and (space := shown.rfind(" ")) >= kept - _WORD_AT_MOST
            and space > kept // 2
        ):
            shown = shown[:space]
        return shown.rstrip(" ,;–-·") + "…"


def columns(text: str) -> int:
    """How many terminal columns a text takes: wide characters two, combining marks none."""
    return sum(map(_columns_of, text))


def _columns_of(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad(text: str, room: int) -> str:
    """Text filled up with spaces to `room` columns."""
    return text + " " * max(0, room - columns(text))


def table(rows: Sequence[Sequence[str]], head: Sequence[str], look: Look) -> Iterable[str]:
    """Aligned columns on a terminal (the last one cut to fit), tab-separated values in a pipe."""
    if look.width is None:
        yield "\t".join(head)
        yield from ("\t".join(row) for row in rows)
        return
    widths = [max(columns(row[n]) for row in (head, *rows)) for n in range(len(head))]
    # The widest text column gives way, so that the table fits.
    while sum(widths) + 2 * (len(widths) - 1) > look.width and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    for number, row in enumerate((head, *rows)):
        cells = [pad(look.cut(cell, width), width) for cell, width in zip(row, widths, strict=True)]
        line = "  ".join(cells).rstrip()
        yield look.faint(line) if number == 0 else line


# -- dates and names -------------------------------------------------------------------------------------------


def local_time(text: str | None) -> str:
    """A database time in Hanoi, `10/01/2024 15:30`; `?` for none."""
    moment = _moment(text)
    return "?" if moment is None else moment.strftime("%d/%m/%Y %H:%M")


def local_day(text: str | None, precision: str | None = None) -> str:
    """The day in Hanoi of a database time, as far as it is known; `?` for none."""
    moment = _moment(text)
    if moment is None:
        return "?"
    return moment.strftime({"month": "%m/%Y", "year": "%Y"}.get(precision or "", "%d/%m/%Y"))


def iso_day(text: str | None) -> str | None:
    """`2024-01-10` → `10/01/2024`; shorter dates as far as they go."""
    return None if text is None else "/".join(reversed(text.split("-")))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).astimezone(HANOI)


def short_list(names: Sequence[str], most: int = 2, *, joint: str = " – ") -> str:
    """The first names, and how many more there are."""
    shown = joint.join(safe(name) for name in names[:most])
    return shown + (f" +{len(names) - most}" if len(names) > most else "")


# -- matches ---------------------------------------------------------------------------------------------------


def deciding_sentence(match: Json) -> str | None:
    """The sentence that made a story a match; where that is the headline, which stands there anyway, the next one."""
    sentences = [safe(one["sentence"]) for one in match["evidence"]]
    beyond = [one for one in sentences if one != safe(match["title"])]
    return next(iter(beyond or sentences), None)


def facts_of(match: Json, *, parties: int = 2) -> list[str]:
    """Who, what, which period, when, where; only what is known."""
    what = " ".join(filter(None, (ACTS.get(match["act"] or ""), KINDS.get(match["kind"] or ""))))
    signed = iso_day(match["event_date"])
    return [
        fact
        for fact in (
            short_list(match["parties"], parties),
            what,
            match["period"],
            signed and f"ngày {signed}",
            match["place"] and safe(match["place"]),
        )
        if fact
    ]


def outlets_of(match: Json, most: int = 3) -> str:
    """The outlets that told the event."""
    outlets = (match["event"] or {}).get("outlets") or [match["outlet"] or "?"]
    return short_list(outlets, most, joint=", ")


_NEWS = {"new-event": "mới", "grew": "thêm tin", "newly-matched": "chấm lại"}


def new_lines(match: Json, look: Look) -> Iterable[str]:
    """One event that is new: a line in a pipe; on a terminal headline, facts and sentence below one another."""
    event = (match["event"] or {}).get("id") or match["id"]
    news = _NEWS.get(match.get("news", ""), "")
    when = local_day(match["published"] or match["found_at"], match.get("published_precision"))
    title, sentence = safe(match["title"]), deciding_sentence(match)
    flags = [f"[chỉ có tiêu đề: {match['incomplete']}]"] if match["incomplete"] else []
    near = match["nearest_seed"]
    # The order's own measure: nearness to the seeds in wording and in kind of party.
    similarity = (
        f"gần tin mẫu {match['closeness']:.0%}" if near and match.get("closeness") is not None else ""
    )
    if look.width is None:
        parts = [
            event,
            when,
            news,
            outlets_of(match, 99),
            title,
            *facts_of(match, parties=99),
            *flags,
            similarity,
        ]
        yield " | ".join(part for part in parts if part) + (f" | “{sentence}”" if sentence else "")
        return
    yield f"{look.name(pad(event, 5))} {look.strong(look.cut(title, look.width - 6))}"
    details = [when, outlets_of(match), news, *facts_of(match), similarity, *flags]
    yield look.faint(look.wrap(" · ".join(part for part in details if part), "      "))
    if sentence:
        room = look.width * 2 - 16
        yield look.wrap(f"“{look.cut(sentence, room)}”", "      ")


def match_line(match: Json, look: Look) -> str:
    """One story of a list."""
    when = local_day(match["published"] or match["found_at"], match.get("published_precision"))
    verdict = {"accept": "✓", "reject": "✗"}.get(match["verdict"] or "", " ")
    outlet, title = safe(match["outlet"] or "?"), safe(match["title"])
    if look.width is None:
        facts = "; ".join(facts_of(match, parties=99))
        dup = f"bản sao của {match['duplicate_of']}" if match["duplicate_of"] else ""
        fields = [
            match["id"],
            when,
            f"{match['score']:.2f}",
            outlet,
            title,
            facts,
            dup,
            match["verdict"] or "",
            match["url"],
        ]
        return "\t".join(safe(field) for field in fields)
    head = f"{pad(match['id'], 6)} {when} {match['score']:.2f} {verdict} {pad(look.cut(outlet, 14), 14)} "
    copy = f" (= {match['duplicate_of']})" if match["duplicate_of"] else ""
    room = look.width - columns(head) - columns(copy)
    line = f"{look.name(head)}{look.cut(title, room)}{copy}"
    if look.width >= 140 and match["parties"]:
        line += "\n" + look.faint(look.cut(" " * columns(head) + " · ".join(facts_of(match)), look.width))
    return line


def highlighted(text: str, spans: Iterable[tuple[int, int]], look: Look) -> str:
    """A text with these stretches marked; overlapping ones, and those with only a space between, become one."""
    merged: list[list[int]] = []
    for start, end in sorted(spans):
        if merged and (start <= merged[-1][1] or text[merged[-1][1] : start] == " "):
            merged[-1][1] = max(merged[-1][1], end)
        elif start < end <= len(text):
            merged.append([start, end])
    out, position = [], 0
    for start, end in merged:
        out += [safe_piece(text[position:start]), look.mark(safe_piece(text[start:end]))]
        position = end
    out.append(safe_piece(text[position:]))
    return "".join(out)


def safe_piece(text: str) -> str:
    """A piece of a line: controls dropped, spaces and line ends kept."""
    return vietnamese.clean(text)


def story_lines(story: Json, look: Look) -> Iterable[str]:
    """Everything about one story, for `kyket show`."""
    title_spans = [(e["start"], e["end"]) for e in story["evidence"] if e["field"] == "title"]
    text_spans = [(e["start"], e["end"]) for e in story["evidence"] if e["field"] != "title"]
    title = look.wrap(highlighted(story["title"], title_spans, look), " " * (len(story["id"]) + 2))
    yield f"{look.name(story['id'])}  {look.strong(title.lstrip(' '))}"
    byline = [
        safe(story["outlet"] or "?"),
        local_time(story["published"])
        if story["provenance"]["published_precision"] not in ("day", "month", "year")
        else local_day(story["published"], story["provenance"]["published_precision"]),
        ", ".join(safe(author) for author in story["authors"]),
    ]
    yield look.faint(" · ".join(part for part in byline if part))
    yield safe(story["url"])
    if story["incomplete"]:
        yield look.bad(f"Chỉ có tiêu đề và tóm tắt: không lấy được trang ({safe(story['incomplete'])})")
    yield ""
    for line in highlighted(story["text"], text_spans, look).split("\n"):
        yield look.wrap(line)
    yield ""
    yield from _judgement_lines(story, look)
    yield from _agreement_lines(story, look)
    yield from _relation_lines(story, look)
    yield from _provenance_lines(story, look)


def _judgement_lines(story: Json, look: Look) -> Iterable[str]:
    verdict = {"accept": look.good("người đọc nhận"), "reject": look.bad("người đọc loại")}.get(
        story["verdict"] or ""
    )
    is_match = story["score"] >= story["threshold"]
    judged = look.good("là tin ký kết") if is_match else look.bad("không phải tin ký kết")
    yield (
        look.strong("Đánh giá")
        + f"  {story['score']:.2f} (ngưỡng {story['threshold']:.2f}): {judged}"
        + (f"; {verdict}" if verdict else "")
    )
    for one in story["evidence"]:
        where = {"title": "tiêu đề", "lead": "sapo", "caption": "chú thích ảnh"}.get(one["field"], "bài")
        yield look.wrap(
            f"{where}: {look.mark(safe(one['phrase']))} ({one['weight']:+.1f}) “{safe(one['sentence'])}”",
            "  ",
        )
    for near in story["nearest_seeds"][:3]:
        yield f"  mẫu {safe(near['id'])}: giống {near['similarity']:.2f}"


def _agreement_lines(story: Json, look: Look) -> Iterable[str]:
    agreement = story["agreement"]
    if agreement is None:
        return
    yield look.strong(f"Thỏa thuận a{agreement['id']}")
    acts = ", ".join(ACTS.get(act, act) for act in agreement["acts"])
    for label, value in (
        ("việc", acts),
        ("loại", KINDS.get(agreement["kind"] or "")),
        ("thời hạn", agreement["period"]),
        ("ngày", iso_day(agreement["event_date"])),
        ("nơi", agreement["place"]),
    ):
        if value:
            yield _labelled(label, safe(value), look)
    for party in agreement["parties"]:
        also = f" ({safe(party['canonical'])})" if party["canonical"] != party["name"] else ""
        role = {"host": ", chủ trì", "counterpart": ", đối tác"}.get(party["role"] or "", "")
        yield _labelled("bên", f"p{party['id']} {safe(party['name'])}{also}{role}", look)
    for one in agreement["signatories"]:
        who = ", ".join(safe(part) for part in (one["rank"], one["name"], one["office"]) if part)
        yield _labelled("người ký", who, look)


def _labelled(label: str, value: str, look: Look) -> str:
    """A value after its name; where it takes several lines, they stand below one another."""
    return f"  {pad(label, 9)} {look.wrap(value, ' ' * 12).lstrip(' ')}"


def _relation_lines(story: Json, look: Look) -> Iterable[str]:
    original = story["original"]
    if original is not None:
        yield look.strong("Bản sao của") + (
            f"  {original['original']} {safe(original['outlet'] or '?')}: {safe(original['title'])} "
            f"({safe(original['reason'])}; giống {original['score']:.2f})"
        )
    for name, stories in (("Bản sao", story["reprints"]), ("Cùng sự kiện", story["retellings"])):
        if stories:
            yield look.strong(name) + (
                f"  {story['event']['id']}" if name == "Cùng sự kiện" and story["event"] else ""
            )
        for one in stories:
            why = one.get("reason") or event_reasons.told(one.get("reasons", ()))
            yield look.wrap(
                f"{one['id']} {safe(one['outlet'] or '?')} {local_day(one['published'])}: {safe(one['title'])} "
                f"({safe(why)}; giống {one['score']:.2f})",
                "  ",
            )


def _provenance_lines(story: Json, look: Look) -> Iterable[str]:
    origin = story["provenance"]
    yield (
        look.strong("Nguồn gốc")
        + f"  {origin['origin']}, thấy lúc {local_time(story['found_at'])}"
        + (f", đợt quét {origin['crawl']}" if origin["crawl"] is not None else "")
    )
    for label, value in (
        ("ngày đăng", origin["published_raw"] and f"{origin['published_raw']} ({origin['published_from']})"),
        ("trích bởi", origin["extractor"]),
        ("lưu trữ", origin["archive_record"]),
        ("mô hình", origin["model"]),
        ("ghi chú", "; ".join(origin["notes"])),
    ):
        if value:
            yield f"  {pad(label, 10)} {safe(value)}"
    for sighting in origin["sightings"]:
        yield f"  thấy ở     {safe(sighting['source'])} ({local_time(sighting['first'])})"
    for visit in origin["visits"]:
        why = f" ({safe(visit['why'])})" if visit["why"] else ""
        yield f"  ghé        {local_time(visit['at'])} {visit['outcome']}{why}"
    for alias in origin["aliases"]:
        yield f"  địa chỉ khác {safe(alias)}"
    if len(story["revisions"]) > 1:
        for one in story["revisions"]:
            yield f"  bản {one['number']}      {local_time(one['at'])} ({one['cause']})"
    for one in story["verdicts"]:
        note = f" ({safe(one['note'])})" if one["note"] else ""
        yield f"  ý kiến     {local_time(one['at'])} {one['verdict']}{note}"


# -- agreements, parties, hits ---------------------------------------------------------------------------------


#: Narrower than this, an agreement takes two lines: forty columns do not hold who signs with whom.
_ONE_LINE = 120


def agreement_line(agreement: Json, look: Look) -> str:
    """One agreement of a list; on a narrow terminal the parties stand on a line of their own."""
    when = iso_day(agreement["event_date"]) or local_day(agreement["published"])
    what = " ".join(filter(None, (ACTS.get(agreement["act"] or ""), KINDS.get(agreement["kind"] or ""))))
    parties = short_list(agreement["parties"], 99 if look.width is None else 4)
    fields = [agreement["id"], when, what, agreement["period"] or "", parties]
    if look.width is None:
        fields += [
            agreement["place"] or "",
            outlets_of(agreement, 99),
            agreement["story"],
            agreement["title"],
        ]
        return "\t".join(safe(field) for field in fields)
    head = (
        f"{look.name(pad(fields[0], 6))} {pad(when, 10)} {pad(look.cut(what, 30), 30)} {pad(fields[3], 9)} "
    )
    who = parties or safe(agreement["title"])
    if look.width < _ONE_LINE:
        return f"{head.rstrip()}\n{look.wrap(who, ' ' * 7)}"
    return head + look.cut(who, look.width - 59)


def party_lines(party: Json, look: Look) -> Iterable[str]:
    """One party of a list, its other names below it."""
    others = [name for name in party["aliases"] if name != party["name"]]
    years = " – ".join(sorted({str(date)[:4] for date in (party["first"], party["last"]) if date}))
    if look.width is None:
        fields = [party["id"], str(party["agreements"]), party["name"], years, "; ".join(others)]
        yield "\t".join(safe(field) for field in fields)
        return
    yield f"{look.name(pad(party['id'], 6))} {party['agreements']:>4}  {look.strong(safe(party['name']))}  {look.faint(years)}"
    if others:
        yield look.faint(look.wrap("; ".join(safe(name) for name in others), " " * 13))
    for word, kin in (
        ("since then", [party["heir"]] if party["heir"] else []),
        ("before", party["forerunners"]),
    ):
        if kin:
            told = "; ".join(f"{one['id']} {safe(one['name'])}" for one in kin)
            yield look.faint(look.wrap(f"{word}: {told}", " " * 13))


def hit_lines(hit: Json, look: Look) -> Iterable[str]:
    """One hit of a search: which story, and the snippet with what was found marked."""
    when = local_day(hit["published"] or hit["found_at"], hit.get("published_precision"))
    star = "★" if hit["is_match"] else " "
    outlet = safe(hit["outlet"] or "?")
    snippet = highlighted(hit["snippet"], hit["highlights"], look).replace("\n", " ")
    title = highlighted(hit["title"], hit["title_highlights"], look)
    if look.width is None:
        yield "\t".join((hit["id"], when, outlet, "match" if hit["is_match"] else "", title, snippet))
        return
    lines = look.wrap(title, " " * 9).split("\n")
    yield f"{look.name(pad(hit['id'], 6))} {star} {look.strong(lines[0].lstrip())}"
    yield from (look.strong(line) for line in lines[1:])
    yield look.faint(f"         {when} · {outlet}")
    yield look.wrap(snippet, "         ")


def search_summary(result: Json) -> str:
    """How many there are and which are shown."""
    count = f"{result['total']:,}" if result["total_is_exact"] else f"more than {result['total']:,}"
    return f"{count} stories; {len(result['hits'])} shown"


def facet_lines(facets: Json, look: Look) -> Iterable[str]:
    """The counts of a search, a line each; in a pipe kinds keep the names that `kind:` takes."""
    for name, counts in facets.items():
        if counts:
            shown = {key: KINDS.get(key, key) if look.width is not None else key for key in counts}
            listed = ", ".join(f"{safe(shown[key])} {count}" for key, count in counts.items())
            yield look.wrap(f"{name}: {listed}")
