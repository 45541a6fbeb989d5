"""What went wrong, in Vietnamese: errors carry a code and values; the command line tells them in English. Pure."""

from __future__ import annotations

from pipelines.errors import KyketError

SENTENCES = {
    "query_empty": "Chưa có gì để tìm. Hãy gõ vài từ, chẳng hạn: “ký kết” biên phòng",
    "query_long": "Câu tìm có hơn {most} từ. Hãy bớt từ đi.",
    "query_closed_twice": "Thừa một dấu đóng ngoặc. Hãy bỏ nó đi, hoặc mở ngoặc ở phía trước.",
    "query_open_quote": 'Dấu ngoặc kép chưa đóng. Hãy viết "{phrase}"',
    "query_space_after_field": 'Ngay sau {field} phải là một từ hoặc một "cụm từ", không có dấu cách.',
    "query_deep": "Ngoặc lồng nhau quá {most} lớp. Hãy viết đơn giản hơn.",
    "query_lonely_operator": "{word} phải đứng giữa hai thứ cần tìm. Nếu muốn tìm chính từ ấy, hãy viết thường: {lower}",
    "query_unfinished": "Câu tìm còn dở: sau AND, OR, NOT hoặc title: phải có thứ cần tìm.",
    "query_empty_parentheses": "Trong ngoặc không có gì, hoặc có dấu đóng ngoặc mà chưa mở.",
    "query_open_parenthesis": "Có dấu ngoặc chưa đóng. Hãy thêm ) vào cuối.",
    "query_no_field": "Không có trường {name}: — có phải bạn muốn viết {near}: không?",
    "query_field_value": 'Sau {name}: phải có một từ hoặc một "cụm từ".',
    "query_inside_title": "{name}: không đặt được bên trong title:( … ). Hãy viết nó ở bên cạnh.",
    "query_filter_place": (
        "party:, outlet:, kind:, act:, from: và to: áp dụng cho cả câu tìm. Hãy viết chúng ở ngoài OR và ngoài ngoặc."
    ),
    "query_only_not": "NOT chỉ loại bớt: hãy viết thứ cần tìm trước nó, chẳng hạn: ký kết NOT bóng đá",
    "query_not_not": "NOT NOT không có nghĩa gì. Hãy bỏ cả hai.",
    "query_no_date": "{name}:{value} không phải là ngày. Hãy viết {name}:2024, {name}:2024-01 hoặc {name}:2024-01-31",
    "outlet": "Không có báo, đài nào tên là “{name}”. Trang Báo, đài liệt kê tất cả.",
    "outlet_near": "Không có báo, đài nào tên là “{name}”. Có phải bạn muốn tìm: {near}?",
    "kind": "Không có loại văn bản nào là “{name}”. Các loại: {known}.",
    "act": "Không có việc nào là “{name}”. Các việc: {known}.",
    "party": "Không có bên {name}. Trang Các bên liệt kê tất cả.",
    "date": "“{value}” không phải là ngày. Hãy viết 2024, 2024-01, 2024-01-31, 31/1/2024, hôm nay, hôm qua hoặc 7d.",
    "day": "“{value}” không phải là ngày. Hãy viết như 2024-01-31.",
    "locked": "Chương trình khác đang giữ cơ sở dữ liệu. Hãy thử lại sau ít phút.",
    "read_only": "Cơ sở dữ liệu chỉ đọc được, không ghi được.",
    "disk_full": "Ổ đĩa đã đầy. Những gì đã lưu vẫn còn nguyên.",
    "damaged": "Tệp cơ sở dữ liệu bị hỏng. Hãy khôi phục từ bản sao lưu.",
}


def told(error: KyketError, language: str) -> str:
    """An error as one sentence in a language; in English where it has no other."""
    if language == "vi" and error.code in SENTENCES:
        return SENTENCES[error.code].format(**error.values)
    text = str(error)
    # `from:x` and a file's name keep their first letter.
    return text[:1].upper() + text[1:] if text.split(" ")[0].isalpha() else text
