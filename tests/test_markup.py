"""What is told of a page's bytes without parsing it, a parser would have told too."""

from __future__ import annotations

import random
import unicodedata

import pytest

from pipelines.gate import Gate
from pipelines.markup import Places, reveal
from pipelines.profile import load_profile

GATE = Gate(load_profile())
FILL = "<p>" + "Mưa lớn làm ngập nhiều tuyến đường ở phía nam thành phố, xe buýt đổi lộ trình từ trưa. " * 3 + "</p>\n"
RUNNING = "Chiều qua nhiều người đứng đợi xe dưới mái hiên "
SIGNING = "Hai ngành ký kết quy chế phối hợp"


def page(inside: str) -> bytes:
    return f"<!DOCTYPE html><html><head><title>Tin</title></head><body>{inside}{FILL * 3}</body></html>".encode()


SILENT = {
    "a list of links": f"<ul><li><a href='/1'>{SIGNING}</a></li><li><a href='/2'>{SIGNING}</a></li></ul>",
    "a picture link with its headline": f'<div><a href="/1"><img src="x"><h3><span>{SIGNING}</span></h3></a></div>',
    "a date before the link": f'<li><span class="date">12/03/2024 10:05</span> <a href="/1">{SIGNING}</a></li>',
    "the title of a link": f'<a href="/1" title="{SIGNING}">Xem</a>',
    "a script": f"<script>var tin = '{SIGNING}';</script>",
    "a comment": f"<!-- {SIGNING} -->",
    "a button": f"<button class='x'><span>{SIGNING}</span></button>",
    "entities in a link": "<li><a href='/1'>K&yacute; k&#7871;t quy ch&#x1EBF; phối hợp</a></li>",
    "combining marks in a link": f"<li><a href='/1'>{unicodedata.normalize('NFD', SIGNING)}</a></li>",
    "a phrase that breaks off at a tag": "<p>Theo nghị <b>sĩ</b> này, quy <i>mô</i> chợ đã đủ, hợp <span>lý</span> cả.</p>",
}


@pytest.mark.parametrize("where", SILENT)
def test_words_that_are_surely_no_storys_are_told_by_the_bytes(where: str) -> None:
    body = page(SILENT[where])
    assert not GATE.admits_bytes(body)
    assert not GATE.admits_markup(body)


SPEAKING = {
    "a paragraph": f"<p>{SIGNING}.</p>",
    "a link in running text": f"<p>{RUNNING}<a href='/1'>{SIGNING}</a> sáng nay.</p>",
    "a link after a stray end tag": f"<p>{RUNNING}</b><a href='/1'>{SIGNING}</a></p>",
    "a link between short pieces that are one": f"<div>Sáng 5-3, </i>hai <a href='/1'>{SIGNING}</a></div>",
    "a headline that is a link": f"<h1 class='t'><a href='/1'>{SIGNING}</a></h1>",
    "a caption that is a link": f"<figure><figcaption><a href='/1'>{SIGNING}</a></figcaption></figure>",
    "a description": f'<meta name="description" content="{SIGNING}">',
    "escaped data": f'<script type="application/ld+json">{{"headline": "{SIGNING}"}}</script>',
    "a script that was commented out": f"<!-- <script> --><p>{SIGNING}</p><script>1</script>",
    "after an attribute that holds markup": f'<div data-x="<script>"><p>{SIGNING}</p></div><script>1</script>',
    "a link that never ends": f"<p>{RUNNING}<a href='/1'>{SIGNING}</p>",
    "a table that never ends, in which end tags mean nothing": f"<button><table><tr><script>{SIGNING}</script></button>",
    "a table that hands its link out": f"<div>{RUNNING}<table><a href='/1'>{SIGNING}</a></table></div>",
}


@pytest.mark.parametrize("where", SPEAKING)
def test_words_that_may_be_a_storys_pass(where: str) -> None:
    assert GATE.admits_bytes(page(SPEAKING[where]))


def test_a_page_without_running_text_is_left_to_the_parser() -> None:
    body = f"<html><body><ul><li><a href='/1'>{SIGNING}</a></li></ul></body></html>".encode()
    assert GATE.admits_bytes(body)
    assert GATE.admits_page(body)


def test_reveal_shows_letters_and_leaves_markup_alone() -> None:
    body = "<p title='&lt;b&gt;'>k&yacute;\u200b ke\u0302\u0301t &amp; &#60;i&#62;</p>".encode()
    assert reveal(body) == "<p title='&lt;b&gt;'>ký kết &amp; &#60;i&#62;</p>".encode()
    assert reveal(b"<p>plain</p>") == b"<p>plain</p>"


def test_reveal_gives_up_where_it_would_change_a_tag() -> None:
    assert reveal("<b>\u0338".encode()) is not None  # between tags nothing joins
    assert reveal("<p>a > \u0338 k&yacute; 1 >\u0338</p>".encode()) is None or b"\xe2\x89\xaf" not in (
        reveal("<p>a > \u0338 k&yacute; 1 >\u0338</p>".encode()) or b""
    )
    assert reveal(b"<p>\x1b]0;k&yacute;</p>") is None


@pytest.mark.parametrize("low", [b"", b"<", b"<a", b"<a >", b"</h1>", b"<!--", b"<script", b">" * 50, b"<h1><h1>"])
def test_odd_markup_raises_nothing(low: bytes) -> None:
    Places(low).is_silent(0, len(low))


# ------------------------------------------------------------------------------- any markup, however badly nested

_PHRASES = (
    "ký kết", "quy chế phối hợp", "thỏa thuận hợp tác", "k&yacute; kết", "phối <b>hợp</b> và ký", "hợp <i>tác</i>, ký", "BẢN GHI NHỚ",
    "bản <a href='/z'>ghi</a> nhớ", "đối tác <br> ký", "MOU", "ky\u0301 kết", "quy <a href='/q'>chế</a> phối hợp", "thỏa <b></b>thuận giữa",
)  # fmt: skip
_TAGS = (
    "span", "b", "p", "div", "h3", "li", "td", "i", "section", "figure", "ul", "tr", "table", "font", "label",
    "h1", "button", "figcaption", "a", "article", "nav", "aside", "noscript", "template", "select", "svg", "form",
)  # fmt: skip
_ATTRIBUTES = ("", " class=x", " title='a b'", ' href="/a"', ' title="ký kết"', " data-x='a > b'", ' data-h="<b>ký kết</b>"')
_OTHERS = (
    "<br>", "<!-- x -->", "\n", " ", "&nbsp;", ", ", "<img src=x>", "12/03 10:05", RUNNING, "<!-->", "<script>if (a<b) {}</script>",
    "<script>document.write('<p>ký kết</p>')</script>", '<script type="application/ld+json">{"url":"x"}</script>', "<!-- <script> -->",
)  # fmt: skip


def _around(chance: random.Random, most: int) -> str:
    tags = _TAGS if chance.random() < 0.2 else _TAGS[:14]  # what surrounds whole pages makes them unclear
    return "".join(
        f"</{chance.choice(tags)}>" if kind < 0.35
        else f"<{chance.choice(tags)}{chance.choice(_ATTRIBUTES)}>" if kind < 0.7
        else chance.choice(_OTHERS)
        for kind in (chance.random() for _ in range(chance.randrange(most)))
    )  # fmt: skip


def _soup(chance: random.Random) -> bytes:
    """A phrase somewhere in tags that nobody closed properly, with paragraphs before or behind."""
    inside = f"{_around(chance, 3)} {chance.choice(_PHRASES)} {_around(chance, 3)}"
    core = chance.choice(
        (f"<a href=x>{inside}</a>", f"<a>{inside}</a>", f"<button>{inside}</button>", f"<script>{inside}</script>", f"<a href='x'>{inside}", inside)
    )
    soup = _around(chance, 7) + core + _around(chance, 7)
    before = chance.choice(("", FILL * 3, f"<ul><li><a href='/1'>{SIGNING}</a></li></ul>", "<ul><li>"))
    return f"<html><head><title>Tin</title></head><body>{before}{soup}{FILL * 4}</body></html>".encode()


@pytest.mark.parametrize("seed", range(8))
def test_the_bytes_never_refuse_what_a_parser_would_pass(seed: int) -> None:
    chance = random.Random(seed)
    refused = 0
    for _ in range(250):
        body = _soup(chance)
        if not GATE.admits_bytes(body):
            refused += 1
            assert not GATE.admits_markup(body), body.decode().replace(FILL, "¶")
    assert refused >= 5  # else nothing was tried
