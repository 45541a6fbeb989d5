"""Turn a captured page into a test page: its structure kept, every word of it replaced by one of ours.

    python tests/make_page_fixture.py CAPTURED.html https://bao.vn/thoi-su/mot-bai-123456.html --name bao_2026

writes `tests/pages/bao_2026.html` and prints the line for `tests/pages/index.jsonl`: what Kyket reads now. Compare it with the
original, mend what was read wrongly (that is why the page became a test), then append it.

Words are replaced syllable by syllable, the same one always by the same one, so that a headline still equals its
`og:title`, its address and its repetition in the text. Tags, classes, ids, dates, punctuation, capitals and the words
that label furniture ("Xem thêm", "Ảnh:", "Cập nhật") stay; scripts, styles, comments, addresses of other sites and long numbers do not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree, html

from pipelines import encodings
from pipelines.dates import VIETNAM, parse_date
from pipelines.extract import extract_story, parse
from pipelines.types import Page, Precision, Story
from pipelines.vietnamese import fold

#: Ours: everyday syllables without a story in them.
_OUR_WORDS = """
sông núi làng bản rừng đồi suối hồ biển đảo cầu đường chợ trường lớp thầy cô trò sách vở bàn ghế nhà cửa
sân vườn cây hoa lá quả lúa ngô khoai sắn chè cam quýt mận đào trâu bò lợn gà vịt cá tôm cua thuyền bè
lưới chài xe tàu ga bến phố ngõ xóm ấp đình chùa hội hè múa hát sáo khèn trống chiêng sáng trưa chiều tối
xuân hạ thu đông mưa nắng gió mây sương tuyết trăng sao đỏ vàng xanh tím hồng trắng cao thấp dài ngắn
rộng hẹp sâu nông vui mừng hiền lành khỏe mạnh giỏi khéo chăm siêng bền chắc đẹp xinh tươi thơm ngọt bùi
cay đắng ấm mát trong đi đứng ngồi chạy nhảy bơi trèo trồng gặt hái cấy cày bừa dệt thêu đan may vá nấu
nướng xây dựng sửa đắp gánh vác nâng đỡ mời gọi hỏi thăm kể nghe nhìn ngắm
"""
SYLLABLES = tuple(_OUR_WORDS.split())
#: Labels of furniture, bylines and datelines; what tells them must survive.
_LABEL_WORDS = """
ảnh tin bài theo nguồn xem thêm đọc tiếp liên quan chia sẻ bình luận gmt thứ hai ba tư năm sáu bảy chủ
nhật ngày tháng cập lúc giờ phút trước am pm sa ch từ khóa tag tags chuyên mục cùng mới hơn khác trang về
đầu video clip audio lượt báo tạp chí điện tử tổng biên tập tòa soạn hotline gửi ý kiến quảng cáo đăng ký
nhận đường dây nóng thích lưu in facebook zalo twitter google news rss nhiều nhất mời bạn quý vị độc giả
các leftcenterrightdel
"""
KEPT = frozenset(_LABEL_WORDS.split())
_STRUCTURE = """
class id style itemprop itemtype itemscope type rel name property http-equiv charset datetime hidden
aria-hidden data-role align colspan rowspan lang
"""
_ATTRIBUTES = frozenset(_STRUCTURE.split())
_WORD = re.compile(r"[^\W\d_]+")
_WEB = re.compile(r"^(?:https?:)?//|^/[^\s]*$")


class Rewriter:
    """Replaces words; one instance a page, so that equal words stay equal."""

    def __init__(self, url: str) -> None:
        self.host = (urlsplit(url).hostname or "").removeprefix("www.")

    def syllable(self, word: str) -> str:
        """Ours for a word of theirs, with its capitals."""
        low = word.lower()
        if low in KEPT:
            return word
        digest = hashlib.sha256(fold(low).encode()).digest()
        new = SYLLABLES[int.from_bytes(digest[:4], "big") % len(SYLLABLES)]
        if word.isupper():
            return new.upper() if len(word) > 1 else new[0].upper()
        return new.capitalize() if word[0].isupper() else new

    def text(self, text: str) -> str:
        """A text in our words; a dateline stays as it is."""
        if re.search(r"\d", text) and len(text) < 80 and parse_date(text, now=datetime.now(UTC)):
            return text
        text = re.sub(r"(?:https?://|www\.)\S+|\S+@\S+", "example.vn", text)
        text = re.sub(r"\d{5,}", lambda found: "1" * len(found[0]), text)
        return _WORD.sub(lambda found: self.syllable(found[0]), text)

    def slug(self, text: str) -> str:
        """A part of an address: words of letters alone; ids and file endings stay."""
        return re.sub(
            r"(?<![^\W_])[a-z]+(?![^\W_])",
            lambda found: (
                found[0] if found[0] in _ENDINGS else fold(self.syllable(found[0])).replace(" ", "")
            ),
            text,
        )

    def url(self, url: str) -> str:
        """An address on the example's host, or on another's."""
        parts = urlsplit(url.strip())
        if parts.scheme and parts.scheme not in ("http", "https"):
            return "#"
        host = (parts.hostname or "").removeprefix("www.")
        own = not host or host == self.host or host.endswith("." + self.host)
        path = self.slug(parts.path) + (f"?{self.slug(parts.query)}" if parts.query else "")
        if not host:
            return path or "#"
        return f"https://{'bao.example.vn' if own else 'other.example'}{path}"

    def value(self, value: Any, key: str = "") -> Any:
        """JSON-LD: the types and dates stay."""
        if isinstance(value, dict):
            return {name: self.value(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner, key) for inner in value]
        if not isinstance(value, str) or key in ("@type", "@context"):
            return value
        return self.url(value) if _WEB.match(value.strip()) else self.text(value)


_ADDRESS_PARTS = """
htm html chn amp post vnp tpo ldo aspx php news d a p
"""
_ENDINGS = frozenset(_ADDRESS_PARTS.split())


def rewrite(body: bytes, url: str) -> tuple[str, str]:
    """(page, address) with the structure of the captured ones and none of their words."""
    tree = parse(encodings.decode(body, None))
    own = Rewriter(url)
    etree.strip_tags(tree, etree.Comment)
    for node in list(tree.iter("script", "style", "noscript", "iframe", "svg", "link")):
        if node.tag == "script" and (node.get("type") or "").lower() == "application/ld+json":
            try:
                told = own.value(json.loads(node.text or "", strict=False))
            except ValueError:
                node.drop_tree()
                continue
            node.text = json.dumps(told, ensure_ascii=False)
            node.attrib.clear()
            node.set("type", "application/ld+json")
        elif node.tag != "link" or node.get("rel") != "canonical":
            node.drop_tree()
    for node in tree.iter():
        if not isinstance(node.tag, str):
            continue
        if node.tag != "script":
            node.text = own.text(node.text) if node.text else node.text
        node.tail = own.text(node.tail) if node.tail else node.tail
        _rewrite_attributes(node, own)
    page = etree.tostring(tree, encoding="unicode", method="html", doctype="<!DOCTYPE html>")
    return page, own.url(url)


def _rewrite_attributes(node: html.HtmlElement, own: Rewriter) -> None:
    for name, value in list(node.attrib.items()):
        if name == "href":
            node.set(name, own.url(value))
        elif name in ("src", "data-src"):
            node.set(name, "x.jpg")
        elif name in ("content", "alt", "title") or (
            name.startswith("data-") and parse_date(value, now=datetime.now(UTC))
        ):
            node.set(name, own.value(value))
        elif name not in _ATTRIBUTES or (name == "style" and "url(" in value):
            del node.attrib[name]


def entry(name: str, page: str, url: str, *, now: datetime) -> dict[str, Any]:
    """The line of `index.jsonl`: what is read now, to be compared with the original by a person."""
    result = extract_story(Page(url=url, body=page.encode(), fetched_at=now), now=now)
    line: dict[str, Any] = {"file": f"{name}.html", "url": url}
    if not isinstance(result, Story):
        return line | {"outcome": str(result.outcome)}
    line["title"] = result.title
    if result.published is not None:
        local = result.published.astimezone(VIETNAM)
        form = {Precision.DAY: "%Y-%m-%d", Precision.MINUTE: "%Y-%m-%dT%H:%M+07:00"}
        line["published"] = local.strftime(
            form.get(result.published_precision or Precision.SECOND, "%Y-%m-%dT%H:%M:%S+07:00")
        )
    return line | {"authors": list(result.authors), "text": result.text}


def main(arguments: list[str] | None = None) -> int:
    """The command line; see the module's first words."""
    parser = argparse.ArgumentParser(description="Turn a captured page into a test page in our own words.")
    parser.add_argument("page", type=Path, help="the captured HTML")
    parser.add_argument("url", help="where it was captured")
    parser.add_argument("--name", required=True, help="name of the new page, without .html")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "pages")
    options = parser.parse_args(arguments)
    page, url = rewrite(options.page.read_bytes(), options.url)
    (options.folder / f"{options.name}.html").write_text(page, encoding="utf-8")
    print(json.dumps(entry(options.name, page, url, now=datetime.now(UTC)), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
