"""Every word of ours on a page, in Vietnamese and English, and how dates and numbers are written. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LANGUAGES = ("vi", "en")

PHRASES: dict[str, tuple[str, str]] = {
    "tagline": ("Ai ký kết với ai trên báo chí Việt Nam", "Who signs with whom in the Vietnamese press"),
    "skip": ("Đến nội dung", "Skip to content"),
    "menu": ("Trình đơn chính", "Main menu"),
    "today": ("Hôm nay", "Today"),
    "agreements": ("Thỏa thuận", "Agreements"),
    "parties": ("Các bên", "Parties"),
    "search": ("Tìm kiếm", "Search"),
    "outlets": ("Báo, đài", "Outlets"),
    "crawls": ("Lần quét", "Crawls"),
    "data": ("Dữ liệu", "Data"),
    "language": ("English", "Tiếng Việt"),
    "language_label": ("Switch to English", "Chuyển sang tiếng Việt"),
    "dark": ("Nền tối", "Dark"),
    "light": ("Nền sáng", "Light"),
    "auto": ("Theo máy", "As the system"),
    "theme": ("Màu nền", "Colours"),
    "new_since": ("Mới từ hôm qua", "New since yesterday"),
    "events_new": (
        "{n} sự kiện mới từ hôm qua, gần tin mẫu nhất trước.",
        "{n} new events since yesterday, nearest to the seeds first.",
    ),
    "events_day": ("{n} sự kiện được báo chí đưa ngày {day}.", "{n} events told on {day}."),
    "nothing_new": (
        "Từ hôm qua không có sự kiện mới. Đây là những sự kiện gần đây nhất.",
        "Nothing new since yesterday. These are the latest events.",
    ),
    "nothing_day": ("Ngày {day} không có tin nào.", "No story on {day}."),
    "empty": (
        "Chưa có tin nào. Hãy chạy “kyket crawl” để bắt đầu, hoặc “kyket demo” để xem thử.",
        "There are no stories yet. Start with “kyket crawl”, or look at an example with “kyket demo”.",
    ),
    "calendar": ("Số tin khớp mỗi ngày", "Matches a day"),
    "matches_n": ("{n} tin khớp", "{n} matches"),
    "earlier": ("Trước đó", "Earlier"),
    "later": ("Sau đó", "Later"),
    "all_new": ("Về trang mới nhất", "Back to what is new"),
    "news_new-event": ("Mới", "New"),
    "news_grew": ("Thêm báo đưa", "More outlets"),
    "news_newly-matched": ("Mới khớp", "Newly matched"),
    "told_by": ("Báo đưa tin", "Told by"),
    "tellings": ("{n} bài", "{n} stories"),
    "accept": ("Đúng", "Accept"),
    "reject": ("Sai", "Reject"),
    "take_back": ("Bỏ đánh giá", "Take back"),
    "accepted": ("Đã xác nhận đúng", "Accepted"),
    "rejected": ("Đã bác", "Rejected"),
    "verdict": ("Đánh giá", "Verdict"),
    "verdict_of": ("Đánh giá tin: {title}", "Your verdict on: {title}"),
    "verdict_event": (
        "Đánh giá này tính cho mọi bài của sự kiện.",
        "A verdict covers all stories of the event.",
    ),
    "verdict_remote": (
        "Chỉ đánh giá được trên chính máy này, trừ khi người quản trị đặt mật khẩu.",
        "Verdicts can be given on this machine only, unless the operator sets a password.",
    ),
    "verdict_readonly": (
        "Tệp cơ sở dữ liệu này chỉ đọc được, nên không ghi đánh giá.",
        "This database can only be read here, so no verdicts are kept.",
    ),
    "verdict_stale": (
        "Trang đã cũ nên đánh giá chưa được ghi. Hãy quay lại, tải lại trang rồi thử lần nữa.",
        "The page was too old, and nothing was written. Go back, reload it and try again.",
    ),
    "saved": ("Đã ghi đánh giá.", "The verdict is kept."),
    "original": ("Bài gốc", "Original"),
    "read_original": ("Đọc bài gốc ở {outlet}", "Read it at {outlet}"),
    "no_link": ("(không có liên kết)", "(no link)"),
    "kind": ("Loại văn bản", "Kind"),
    "act": ("Việc", "Act"),
    "period": ("Giai đoạn", "Period"),
    "date": ("Ngày", "Date"),
    "event_date": ("Ngày ký", "Signed on"),
    "place": ("Nơi", "Place"),
    "outlet": ("Báo", "Outlet"),
    "published": ("Đăng lúc", "Published"),
    "found": ("Tìm thấy lúc", "Found"),
    "title": ("Tiêu đề", "Headline"),
    "who": ("Các bên", "Parties"),
    "signatories": ("Người ký", "Signatories"),
    "score": ("Điểm", "Score"),
    "threshold": ("ngưỡng", "threshold"),
    "closeness": ("Độ gần tin mẫu", "Closeness to the seeds"),
    "why_match": ("Vì sao khớp", "Why it matches"),
    "why_not": ("Chưa đạt ngưỡng khớp", "Below the threshold"),
    "evidence": ("Bằng chứng", "Evidence"),
    "text": ("Nội dung", "Text"),
    "legend": ("Chú giải", "Key"),
    "mark_evidence": ("cụm từ bằng chứng", "evidence"),
    "mark_sentence": ("câu quyết định", "deciding sentence"),
    "mark_party": ("bên ký", "party"),
    "mark_period": ("giai đoạn", "period"),
    "mark_date": ("ngày", "date"),
    "mark_place": ("nơi ký", "place"),
    "mark_signatory": ("người ký", "signatory"),
    "mark_kind": ("loại văn bản", "kind"),
    "mark_act": ("việc", "act"),
    "reasons": ("Điểm được cộng và trừ", "What moved the score"),
    "log_odds": ("log-odds", "log odds"),
    "reason": ("Đặc điểm", "Feature"),
    "seed_nearest": ("Tin mẫu gần nhất", "Nearest seed"),
    "this_story": ("Tin này", "This story"),
    "seed_no_text": (
        "Tin mẫu đi kèm chương trình chỉ có dữ kiện. “kyket seeds add” với địa chỉ bài đưa cả nội dung vào đây.",
        "The seeds that come with the program are facts only. “kyket seeds add” with the story's address brings its text.",
    ),
    "similarity": ("Giống", "Similarity"),
    "event": ("Sự kiện", "Event"),
    "same_event": ("Các bài khác về sự kiện này", "Other stories of this event"),
    "reprints": ("Bài đăng lại", "Reprints"),
    "retellings": ("Bài viết khác", "Retellings"),
    "is_reprint": ("Bài này đăng lại", "This story repeats"),
    "none": ("Không có.", "None."),
    "revisions": ("Các bản đã lưu", "Revisions"),
    "revision": ("Bản", "Revision"),
    "one_revision": ("Bài chưa đổi từ khi được lưu.", "The story has not changed since it was stored."),
    "diff": ("Thay đổi từ bản {a} sang bản {b}", "Changes from revision {a} to {b}"),
    "cause": ("Nguyên nhân", "Cause"),
    "provenance": ("Nguồn gốc", "Provenance"),
    "origin": ("Đến từ", "Origin"),
    "extractor": ("Bộ đọc trang", "Extractor"),
    "model": ("Mô hình", "Model"),
    "archive": ("Bản lưu trữ", "Archive record"),
    "crawl": ("Lần quét", "Crawl"),
    "sources": ("Nguồn", "Sources"),
    "source": ("Nguồn", "Source"),
    "visits": ("Các lần đọc", "Visits"),
    "aliases_url": ("Địa chỉ khác", "Other addresses"),
    "notes": ("Ghi chú", "Notes"),
    "published_from": ("Ngày đăng đọc từ", "Date read from"),
    "incomplete": ("Chỉ có tiêu đề và tóm tắt ({why})", "Headline and summary only ({why})"),
    "authors": ("Tác giả", "Authors"),
    "renews": ("Gia hạn, tiếp nối", "Renewals"),
    "filter": ("Lọc", "Filter"),
    "clear": ("Bỏ lọc", "Clear"),
    "from": ("Từ", "From"),
    "to": ("Đến", "To"),
    "party": ("Bên", "Party"),
    "any": ("Tất cả", "Any"),
    "year": ("Năm", "Year"),
    "words": ("Có các từ", "Words"),
    "agreements_n": ("{n} thỏa thuận", "{n} agreements"),
    "parties_n": ("{n} bên", "{n} parties"),
    "download": ("Tải bảng này", "Download this table"),
    "spreadsheet": ("Bảng tính (XLSX)", "Spreadsheet (XLSX)"),
    "no_agreements": ("Không có thỏa thuận nào như vậy.", "No agreement is like that."),
    "no_parties": ("Không có bên nào như vậy.", "No party is like that."),
    "page_of": ("Trang {page}/{pages}", "Page {page} of {pages}"),
    "pages": ("Các trang", "Pages"),
    "previous": ("Trang trước", "Previous"),
    "next": ("Trang sau", "Next"),
    "graph": ("Đồ thị", "Graph"),
    "who_with_whom": ("Ai ký với ai", "Who signs with whom"),
    "graph_all": ("Đồ thị ai ký với ai", "Graph of who signs with whom"),
    "graph_help": (
        "Kéo để dời; lăn chuột, chụm hai ngón hoặc dùng nút để phóng; chọn một bên để thấy đối tác. Bảng bên dưới nói cùng một điều.",
        "Drag to move; wheel, pinch or use the buttons to zoom; choose a party to see its partners. The table below says the same.",
    ),
    "graph_keys": (
        "Phím mũi tên để dời, + và - để phóng, 0 xem tất cả, j và k qua từng bên, Enter mở trang của bên ấy.",
        "Arrow keys move, + and - zoom, 0 shows all, j and k go through the parties, Enter opens a party's page.",
    ),
    "graph_some": ("{n} bên ký nhiều nhất trong {all}.", "The {n} busiest of {all} parties."),
    "graph_find": ("Tìm một bên trong đồ thị", "Find a party in the graph"),
    "graph_empty": ("Chưa có thỏa thuận nào giữa hai bên.", "There is no agreement between two parties yet."),
    "zoom_in": ("Phóng to", "Zoom in"),
    "zoom_out": ("Thu nhỏ", "Zoom out"),
    "zoom_all": ("Xem tất cả", "Show all"),
    "armed": ("Lực lượng vũ trang", "Armed forces"),
    "civil": ("Dân sự", "Civil"),
    "also_called": ("Còn gọi là", "Also called"),
    "timeline": ("Dòng thời gian", "Timeline"),
    "partners": ("Ký với ai", "Who it signs with"),
    "partners_table": ("Bảng đối tác", "Table of partners"),
    "times": ("Số lần", "Times"),
    "first": ("Lần đầu", "First"),
    "last": ("Gần nhất", "Last"),
    "chains": ("Các giai đoạn tiếp nối", "Renewed periods"),
    "then": ("tiếp nối", "then"),
    "no_partners": ("Chưa rõ ký với ai.", "No partner is known."),
    "query": ("Từ khóa", "Query"),
    "query_help": (
        'Có dấu hay không dấu đều được. "cụm từ", AND OR NOT, phối*, title:…, party:"Quân khu 7", outlet:…, kind:…, from:2024-01, to:2024-06.',
        'With or without accents. "phrases", AND OR NOT, prefix*, title:…, party:"Quân khu 7", outlet:…, kind:…, from:2024-01, to:2024-06.',
    ),
    "matches_only": ("Chỉ tin khớp", "Matches only"),
    "hits": ("{n} tin", "{n} stories"),
    "hits_more": ("Hơn {n} tin", "More than {n} stories"),
    "no_hits": ("Không tìm thấy tin nào.", "Nothing found."),
    "is_match": ("tin khớp", "match"),
    "facet_outlet": ("Theo báo", "By outlet"),
    "facet_year": ("Theo năm", "By year"),
    "facet_kind": ("Theo loại", "By kind"),
    "facet_act": ("Theo việc", "By act"),
    "facets_newest": ("Đếm trong {n} tin mới nhất.", "Counted among the newest {n} stories."),
    "narrow": ("Thu hẹp", "Narrow down"),
    "feed": ("Theo dõi bằng Atom", "Follow by Atom"),
    "health": ("Tình trạng", "Health"),
    "well": ("Tốt", "Well"),
    "look_at": ("Cần xem", "Needs a look"),
    "not_asked": ("Chưa quét", "Not asked yet"),
    "last_look": ("Lần xem cuối", "Last look"),
    "last_new": ("Tin mới cuối", "Last new story"),
    "a_day": ("Tin mỗi ngày, 30 ngày", "Stories a day, 30 days"),
    "funnel": ("Phễu {days} ngày", "Funnel, {days} days"),
    "funnel_one_day": ("Phễu 1 ngày", "Funnel, 1 day"),
    "funnel_links": ("{n} liên kết mới", "{n} new links"),
    "window": ("Khoảng thời gian", "Window"),
    "one_day": ("1 ngày", "1 day"),
    "days_n": ("{n} ngày", "{n} days"),
    "outlets_well": (
        "{well} trên {all} báo, đài đã quét đang tốt.",
        "{well} of {all} outlets that were asked are well.",
    ),
    "no_outlets": ("Chưa có báo, đài nào trong cơ sở dữ liệu.", "No outlet is in the database yet."),
    "never_asked": ("Chưa quét lần nào ({n})", "Never asked ({n})"),
    "state": ("Trạng thái", "State"),
    "since": ("Từ", "Since"),
    "why": ("Lý do", "Why"),
    "next_look": ("Xem lại lúc", "Next look"),
    "looks": ("Các lần xem gần nhất", "Last looks"),
    "links": ("Liên kết", "Links"),
    "new_links": ("Mới", "New"),
    "known": ("Đã biết", "Known"),
    "outcome": ("Kết quả", "Outcome"),
    "stories": ("Tin", "Stories"),
    "latest_stories": ("Tin mới nhất", "Latest stories"),
    "home_page": ("Trang chủ", "Home page"),
    "started": ("Bắt đầu", "Started"),
    "took": ("Mất", "Took"),
    "command": ("Lệnh", "Command"),
    "status": ("Tình hình", "Status"),
    "errors": ("Lỗi", "Errors"),
    "count": ("Số", "Count"),
    "no_crawls": ("Chưa quét lần nào.", "Nothing was crawled yet."),
    "running": ("đang chạy", "running"),
    "replay": ("từ bản lưu", "from archives"),
    "new_matches": ("Tin khớp mới", "New matches"),
    "outcomes_by_outlet": ("Kết quả theo báo", "Outcomes by outlet"),
    "source_looks": ("Các nguồn đã xem", "Looks at sources"),
    "options": ("Tùy chọn", "Options"),
    "sql_note": (
        "Bảng gốc, truy vấn SQL, CSV và JSON. Tên bảng và cột được giải thích bằng tiếng Anh.",
        "The plain tables, SQL, CSV and JSON.",
    ),
    "questions": ("Các câu hỏi thường gặp", "Common questions"),
    "not_found": ("Không có trang này", "There is no such page"),
    "not_found_story": ("Không có {id} trong cơ sở dữ liệu.", "There is no {id} in the database."),
    "trouble": ("Không làm được", "That did not work"),
    "too_slow": (
        "Câu hỏi này mất quá nhiều thời gian. Hãy thu hẹp nó lại.",
        "That question takes too long. Narrow it down.",
    ),
    "footer": (
        "{stories} tin, {matches} tin khớp. Lần quét cuối: {crawl}.",
        "{stories} stories, {matches} matches. Last crawl: {crawl}.",
    ),
    "never": ("chưa", "never"),
    "unknown": ("không rõ", "unknown"),
    "columns": ("Các cột", "Columns"),
    "more_filters": ("Lọc thêm", "More filters"),
    "data_home": ("trang đầu", "home"),
    "data_sql": ("Truy vấn SQL của bạn", "Custom SQL query"),
    "data_run": ("Chạy SQL", "Run SQL"),
    "data_queries": ("Câu hỏi có sẵn", "Queries"),
    "data_tables": ("Các bảng", "Tables"),
    "data_views": ("Các khung nhìn", "Views"),
    "data_edit": ("Xem và sửa SQL", "View and edit SQL"),
    "data_apply": ("Áp dụng", "Apply"),
    "data_descending": ("giảm dần", "descending"),
    "data_pick": ("- cột -", "- column -"),
    "data_order": ("Sắp xếp…", "Sort..."),
    "data_by": ("Xếp theo", "Sort by"),
    "data_as": ("Tải bảng này:", "This data as"),
    "data_advanced": ("Tải về tùy chọn", "Advanced export"),
    "data_next": ("Trang sau", "Next page"),
    "data_suggested": ("Có thể nhóm theo:", "Suggested facets:"),
    "data_rows": ("dòng", "rows"),
    "data_none": ("Không có dòng nào", "0 records"),
    "column": ("Cột", "Column"),
    "comparison": ("Phép so sánh", "Comparison"),
    "value": ("Giá trị", "Value"),
    "sort": ("Sắp xếp", "Sort"),
    "share": ("Tỷ lệ", "Share"),
}

KINDS: dict[str, tuple[str, str]] = {
    "chuong_trinh_phoi_hop": ("chương trình phối hợp", "coordination programme"),
    "quy_che_phoi_hop": ("quy chế phối hợp", "coordination rules"),
    "bien_ban_phoi_hop": ("biên bản phối hợp", "minutes of coordination"),
    "bien_ban_ghi_nho": ("biên bản ghi nhớ", "memorandum of understanding"),
    "thoa_thuan_hop_tac": ("thỏa thuận hợp tác", "cooperation agreement"),
    "ket_nghia": ("kết nghĩa", "twinning"),
    "khac": ("văn bản khác", "other"),
}
ACTS: dict[str, tuple[str, str]] = {
    "ky_ket": ("ký kết", "signing"),
    "so_ket": ("sơ kết", "interim review"),
    "tong_ket": ("tổng kết", "final review"),
    "gia_han": ("gia hạn", "extension"),
    "trao_doi": ("trao đổi", "exchange"),
}
OUTCOMES: dict[str, tuple[str, str]] = {
    "pending": ("chờ đọc", "pending"),
    "stored": ("tin khớp", "matches"),
    "no-match": ("không khớp", "no match"),
    "gated": ("không liên quan", "gated"),
    "duplicate": ("trùng", "duplicates"),
    "headline": ("chỉ có tiêu đề", "headline only"),
    "alias": ("địa chỉ khác", "aliases"),
    "gone": ("đã gỡ", "gone"),
}
FUNNEL: dict[str, tuple[str, str]] = {
    "polls": ("lần xem nguồn", "looks at sources"),
    "polls_failed": ("lần xem hỏng", "looks that failed"),
    "listed": ("liên kết thấy", "links listed"),
    "known": ("đã biết", "known"),
    "new": ("mới", "new"),
    "visited": ("đã đọc", "visited"),
    "stored": ("tin lưu lại", "stories stored"),
    "still_pending": ("còn chờ đọc", "still pending"),
}
STATUSES: dict[str, tuple[str, str]] = {
    "running": ("đang chạy", "running"),
    "finished": ("xong", "finished"),
    "failed": ("hỏng", "failed"),
    "killed": ("bị ngắt", "killed"),
}
STATES: dict[str, tuple[str, str]] = {
    "verified": ("tốt", "verified"),
    "quiet": ("im ắng", "quiet"),
    "unverified": ("chưa rõ", "unverified"),
    "empty": ("trống", "empty"),
    "frozen": ("đứng yên", "frozen"),
    "moved": ("đã chuyển", "moved"),
    "wrong-section": ("sai chuyên mục", "wrong section"),
    "challenged": ("bị thử thách", "challenged"),
    "blocked": ("bị chặn", "blocked"),
    "unreachable": ("không tới được", "unreachable"),
    "changed": ("đã đổi dạng", "changed"),
    "pattern-too-narrow": ("mẫu quá hẹp", "pattern too narrow"),
    "pattern-too-wide": ("mẫu quá rộng", "pattern too wide"),
    "extraction-poor": ("đọc trang kém", "extraction poor"),
}
#: States that need nobody.
CALM = frozenset({"verified", "quiet", "unverified"})
_NAMES = {
    "kind": KINDS,
    "act": ACTS,
    "outcome": OUTCOMES,
    "state": STATES,
    "funnel": FUNNEL,
    "status": STATUSES,
}


def speaker(language: str) -> Callable[..., str]:
    """`t(key, **values)` of one language."""
    place = LANGUAGES.index(language)

    def t(key: str, **values: Any) -> str:
        return PHRASES[key][place].format(**values) if values else PHRASES[key][place]

    return t


def namer(language: str) -> Callable[[str, Any], str]:
    """`name(sort, slug)`: a kind, act, outcome or state in words; a slug without words as it is."""
    place = LANGUAGES.index(language)

    def name(sort: str, slug: Any) -> str:
        if slug is None:
            return ""
        words = _NAMES[sort].get(str(slug))
        return words[place] if words else str(slug).replace("_", " ")

    return name


def day_words(language: str) -> Callable[[Any], str]:
    """`day(value)`: an ISO date, as far as it goes, or a database time, as people write a date; "" for none."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

    def day(value: Any) -> str:
        text = str(value or "")
        if "T" in text:
            moment = _moment(text)
            text = text if moment is None else moment.date().isoformat()
        parts = text.split("-")
        if not all(part.isdigit() for part in parts) or len(parts) > 3:
            return text
        if language == "vi" or len(parts) == 1:
            return "/".join(reversed(parts))
        month = months[int(parts[1]) - 1] if 1 <= int(parts[1]) <= 12 else parts[1]
        return " ".join([*(str(int(part)) for part in parts[2:]), month, parts[0]])

    return day


def time_words(language: str) -> Callable[[Any], str]:
    """`at(value)`: a database time in Hanoi, date and time of day; "" for none."""
    day = day_words(language)

    def at(value: Any) -> str:
        moment = _moment(str(value or ""))
        return str(value or "") if moment is None else f"{day(moment.date().isoformat())} {moment:%H:%M}"

    return at


def number_words(language: str) -> Callable[[Any], str]:
    """`number(n)`: with the language's separator of thousands."""

    def number(value: Any) -> str:
        text = f"{value:,}"
        return text.replace(",", ".") if language == "vi" else text

    return number


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(HANOI)
