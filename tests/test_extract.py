"""Pages become stories, or say by name why not. The pages in tests/pages are our own, in the forms of the real systems."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import extract
from pipelines.bylines import is_byline, names_in
from pipelines.dates import VIETNAM
from pipelines.errors import CatalogueError
from pipelines.evaluation import extraction
from pipelines.furniture_lines import is_furniture_line
from pipelines.page_parts import names_are_furniture
from pipelines.types import Link, Outcome, Outlet, Page, PageRules, Rejected, Story

PAGES = Path(__file__).parent / "pages"
NOW = datetime(2026, 9, 20, 3, 0, tzinfo=UTC)
ENTRIES: list[dict[str, Any]] = [
    json.loads(line) for line in (PAGES / "index.jsonl").read_text("utf-8").splitlines()
]
STORIES = [entry for entry in ENTRIES if "text" in entry]
NO_STORIES = [entry for entry in ENTRIES if "outcome" in entry]
URL = "https://bao.example.vn/hai-ben-ky-ket-chuong-trinh-phoi-hop-123456.html"


def page(body: str | bytes, url: str = URL, **kwargs: Any) -> Page:
    return Page(url=url, body=body if isinstance(body, bytes) else body.encode(), fetched_at=NOW, **kwargs)


def read(entry: dict[str, Any], outlet: Outlet | None = None) -> Story | Rejected:
    return extract.extract_story(page((PAGES / entry["file"]).read_bytes(), entry["url"]), outlet, now=NOW)


def story_of(body: str | bytes, outlet: Outlet | None = None, **kwargs: Any) -> Story:
    result = extract.extract_story(page(body, **kwargs), outlet, now=NOW)
    assert isinstance(result, Story), result
    return result


def outcome_of(body: str | bytes, url: str = URL, **kwargs: Any) -> Outcome:
    result = extract.extract_story(page(body, url, **kwargs), None, now=NOW)
    assert isinstance(result, Rejected), result
    return result.outcome


@pytest.mark.parametrize("entry", STORIES, ids=lambda entry: entry["file"])
def test_our_own_pages_are_read_word_for_word(entry: dict[str, Any]) -> None:
    row = extraction.judge(read(entry), entry, entry["text"])
    assert {key: value for key, value in row.items() if key != "token_f1"} == {
        key: True for key in ("title", "published", "authors") if key in entry
    }
    assert row["token_f1"] == 1.0


@pytest.mark.parametrize("entry", NO_STORIES, ids=lambda entry: entry["file"])
def test_what_is_no_story_is_refused_by_its_name(entry: dict[str, Any]) -> None:
    result = read(entry)
    assert isinstance(result, Rejected), result
    assert result.outcome == entry["outcome"]
    assert result.why


def test_lead_stands_first_and_once_and_captions_are_marked() -> None:
    entry = next(entry for entry in STORIES if entry["file"] == "doubled_sapo_and_captions.html")
    story = read(entry)
    assert isinstance(story, Story)
    assert story.lead is not None
    assert story.text.startswith(story.lead)
    assert story.text.count(story.lead) == 1
    assert len(story.captions) == 1
    assert all(caption in story.text.split("\n") for caption in story.captions)


def test_a_table_of_figures_stays_one_row_a_line() -> None:
    entry = next(entry for entry in STORIES if entry["file"] == "quang_ninh_table.html")
    story = read(entry)
    assert isinstance(story, Story)
    assert "Buổi tuyên truyền | 42 | 57" in story.text.split("\n")


PARAGRAPHS = [
    "Sáng 10-3, hai đơn vị đã ký kết chương trình phối hợp bảo vệ rừng trong giai đoạn 2026-2030 tại hội trường của tỉnh.",
    "Theo chương trình, lực lượng hai bên tuần tra chung mỗi tháng hai lần và báo cho nhau ngay khi có người vào rừng trái phép.",
    "Các đại biểu cho rằng cần đưa việc này vào quy ước của từng thôn để người dân cùng làm, cùng giám sát.",
]
MORE = "Sau lễ ký, lực lượng hai bên cùng đi thăm các chốt trên tuyến, tặng quà cho những gia đình nhận khoán rừng và trồng thêm hai trăm cây ở cửa rừng."
BODY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)


def simple(body: str = BODY, head: str = "", title: str = "Hai bên ký kết chương trình phối hợp") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body><div><h1>{title}</h1><div class='date'>10/03/2026 08:15</div>{body}</div></body></html>"


def test_the_story_knows_where_its_date_came_from() -> None:
    story = story_of(simple())
    assert story.published == datetime(2026, 3, 10, 1, 15, tzinfo=UTC)
    assert story.published_raw == "10/03/2026 08:15"
    assert story.published_from == "page"
    assert story.published_precision == "minute"
    assert story.found_at == NOW
    assert story.extractor and "trafilatura" in story.extractor


@pytest.mark.parametrize(
    "furniture",
    [
        "<p><a href='/khac-654321.html'>Phường Đông Hải ra quân dọn sạch bờ kênh trước mùa mưa</a></p>",
        "<p>&gt;&gt; <a href='/khac-654321.html'>Phường Đông Hải ra quân dọn sạch bờ kênh trước mùa mưa</a></p>",
        "<ul><li><a href='/a-654321.html'>Giá lúa đầu vụ nhích lên</a> (09/03/2026)</li></ul>",
        "<div class='box-tinlienquan'><h4>Tin liên quan</h4><p>Tóm tắt của một tin khác hẳn.</p></div>",
        "<div class='share-social'><span>Chia sẻ bài viết</span></div>",
        "<div><a href='/khac-654321.html'>Thêm một cây cầu dân sinh được đưa vào sử dụng</a><p>Cây cầu dài bốn mươi mét.</p></div>",
        "<p>leftcenterrightdel</p>",
        "<p>IMG_2024.jpg</p>",
        "<p>Xem thêm:</p>",
        "<p>Từ khóa: phối hợp, ký kết</p>",
        "<p>1.204 lượt xem</p>",
        "<p>Hotline: 0912 000 111</p>",
        "<p>Bình luận (0)</p>",
        "<p>Tiếng Việt | English</p>",
        "<div style='display: none'>Mật khẩu của trang quản trị</div>",
        "<script>var x = 'Tin liên quan';</script>",
        "<form class='search'><input><button>Tìm kiếm</button></form>",
        "<div class='comment-list'><p>Bài viết rất hay, cảm ơn tòa soạn.</p></div>",
        "<div class='vjs-control'><p>Current Time 0:00</p></div>",
        "<p style='text-align:right'><strong>Đỗ Thành Nam</strong></p>",
        "<p><strong>Tin, ảnh: Đỗ Thành Nam</strong></p>",
        "<p><em>Theo Báo Sông Thương</em></p>",
    ],
)
def test_furniture_at_the_end_of_the_text_is_left_out(furniture: str) -> None:
    assert story_of(simple(BODY + furniture)).text == "\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "kept",
    [
        "<p>Văn bản căn cứ <a class='link-inline-content' href='/nd'>Nghị định số 58/2026/NĐ-CP</a> của Chính phủ.</p>",
        "<p>Ông <span class='tag'>Nguyễn Văn Nam</span>, Chủ tịch xã, cho biết như vậy.</p>",
        "<h3>Cùng làm, cùng giám sát</h3>",
        "<blockquote><p>Chúng tôi sẽ làm đến cùng, ông Nam nói.</p></blockquote>",
        "<ul><li>Tuần tra chung mỗi tháng hai lần.</li><li>Báo tin trong ngày.</li></ul>",
        "<div class='VCSortableInPreviewMode' type='content'><p>Bản tin bên lề: rừng rộng 4.200 ha.</p></div>",
    ],
)
def test_words_of_the_story_stay_whatever_their_class(kept: str) -> None:
    story = story_of(simple(f"{BODY}{kept}<p>{PARAGRAPHS[2]} Hội nghị kết thúc lúc 11 giờ cùng ngày.</p>"))
    from lxml import html

    for line in html.fromstring(f"<div>{kept}</div>").text_content().split("."):
        assert line.strip() in story.text


def test_inline_elements_do_not_split_or_glue_words() -> None:
    story = story_of(simple(BODY + "<p>Hai <b>đơn</b> vị<br>cùng <i>ký</i>.</p>"))
    assert story.text.endswith("Hai đơn vị\ncùng ký.")


def test_words_set_apart_by_style_alone_do_not_grow_together() -> None:
    story = story_of(simple(f"<p><span class='location-stamp'>TP HCM</span>{PARAGRAPHS[0]}</p>" + BODY))
    assert "TP HCM Sáng 10-3" in story.text


def test_a_body_cut_in_two_by_an_advertisement_is_read_whole() -> None:
    cut = f"<div class='detail-content'>{BODY}</div><div class='ads-box'>Mua ngay</div><div class='detail-content'><p>{MORE}</p></div>"
    assert story_of(simple(cut)).text == "\n".join([*PARAGRAPHS, MORE])


def test_the_headline_is_neither_section_nor_site() -> None:
    head = '<meta property="og:title" content="Hai bên ký kết chương trình phối hợp | Báo Rừng Xanh">'
    body = f"<h1 class='logo'><a href='/'>Báo Rừng Xanh</a></h1><h1>Thời sự</h1><h2 class='tieude'>Hai bên ký kết chương trình phối hợp</h2>{BODY}"
    story = story_of(f"<html><head><title>Báo Rừng Xanh</title>{head}</head><body>{body}</body></html>")
    assert story.title == "Hai bên ký kết chương trình phối hợp"


def test_a_storm_in_the_title_is_not_a_newspaper() -> None:
    title = "Hai tỉnh ký kết phối hợp - ứng phó bão số 5"
    head = (
        f'<title>{title}</title><meta property="article:published_time" content="2026-03-10T08:15:00+07:00">'
    )
    assert story_of(f"<html><head>{head}</head><body><article>{BODY}</article></body></html>").title == title


def test_metadata_headline_loses_the_papers_name() -> None:
    head = '<title>Hai bên ký kết chương trình phối hợp - Báo Rừng Xanh điện tử</title><meta property="article:published_time" content="2026-03-10T08:15:00+07:00">'
    story = story_of(f"<html><head>{head}</head><body><div class='article-body'>{BODY}</div></body></html>")
    assert story.title == "Hai bên ký kết chương trình phối hợp"


def test_an_outlets_rules_come_before_everything_else() -> None:
    rules = PageRules(
        keep=(".la",),
        prune=(".bo",),
        title=(".ten",),
        lead=(".mo",),
        authors=(".ai",),
        published=(".khi",),
        caption=(".chu",),
    )
    outlet = Outlet(
        id="rx",
        name="Rừng Xanh",
        domain="bao.example.vn",
        home="https://bao.example.vn/",
        kind="provincial",
        rules=rules,
    )
    body = f"<h1>Không phải tên bài này đâu</h1><div class='ten'>Tên bài theo luật</div><i class='khi'>09/03/2026 07:00</i><b>10/03/2026 08:15</b><div class='mo'>Câu mở đầu đứng riêng một mình.</div><div class='la'>{BODY}<p class='bo'>Bỏ câu này đi nhé.</p><p class='chu'>Chú thích ảnh.</p></div><u class='ai'>Lê Na</u>"
    story = story_of(f"<html><body>{body}</body></html>", outlet)
    assert story.title == "Tên bài theo luật"
    assert story.lead == "Câu mở đầu đứng riêng một mình."
    assert story.text.split("\n") == [story.lead, *PARAGRAPHS, "Chú thích ảnh."]
    assert story.captions == ("Chú thích ảnh.",)
    assert story.authors == ("Lê Na",)
    assert story.published == datetime(2026, 3, 9, 0, 0, tzinfo=UTC)
    assert story.outlet == "rx"


def test_the_lead_of_another_story_further_down_is_not_this_ones() -> None:
    rules = PageRules(keep=(".la",), lead=(".mo",))
    outlet = Outlet(
        id="rx",
        name="Rừng Xanh",
        domain="bao.example.vn",
        home="https://bao.example.vn/",
        kind="provincial",
        rules=rules,
    )
    story = story_of(
        simple(
            f"<div class='la'>{BODY}</div><div><h3>Tin khác</h3><p class='mo'>Câu mở đầu của một tin khác hẳn nằm ở cuối trang.</p></div>"
        ),
        outlet,
    )
    assert story.text == "\n".join(PARAGRAPHS)


def test_a_wrong_selector_names_itself() -> None:
    outlet = Outlet(
        id="rx",
        name="x",
        domain="bao.example.vn",
        home="https://bao.example.vn/",
        kind="x",
        rules=PageRules(keep=("div[",)),
    )
    with pytest.raises(CatalogueError, match=r"div\["):
        extract.extract_story(page(simple()), outlet, now=NOW)


def test_text_only_in_json_ld_is_found_there_and_said_so() -> None:
    article = {
        "@type": "NewsArticle",
        "headline": "Hai bên ký kết",
        "articleBody": "\n".join(PARAGRAPHS),
        "datePublished": "2026-03-10T08:15:00+07:00",
    }
    story = story_of(
        f'<html><head><script type="application/ld+json">{json.dumps(article)}</script></head><body><h1>Hai bên ký kết</h1><div id="app"></div></body></html>'
    )
    assert story.text.split("\n") == PARAGRAPHS
    assert "articleBody" in " ".join(story.notes)


def test_the_declared_canonical_becomes_the_storys_address() -> None:
    head = '<link rel="canonical" href="https://bao.example.vn/slug-da-sua-123456.html">'
    assert (
        story_of(simple(head=head), url="https://m.bao.example.vn/slug-123456.html?utm_source=x").url
        == "https://bao.example.vn/slug-da-sua-123456.html"
    )


def test_reading_twice_gives_the_same_story() -> None:
    assert [story_of(simple()) for _ in range(5)].count(story_of(simple())) == 5


# --- refusals ----------------------------------------------------------------------------------------------------------


def test_an_empty_page_is_too_short() -> None:
    assert outcome_of(b"  ") == Outcome.TOO_SHORT


def test_a_picture_is_not_html() -> None:
    assert outcome_of(b"\x89PNG....", headers={"content-type": "image/png"}) == Outcome.NOT_HTML


def test_a_home_page_is_not_an_article_however_much_it_says() -> None:
    assert outcome_of(simple(BODY * 5), "https://bao.example.vn/") == Outcome.NOT_ARTICLE


def test_a_page_of_several_stories_is_mixed() -> None:
    body = "".join(f"<h2>Chuyện thứ {n}</h2><p>1{n}/03/2026 08:15</p>{BODY}" for n in range(4))
    head = '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-03-10T08:15:00+07:00"}</script>'
    assert outcome_of(simple(f"<div class='article-body'>{body}</div>", head)) == Outcome.MIXED


def test_an_endless_text_is_too_long() -> None:
    head = '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-03-10T08:15:00+07:00"}</script>'
    words = " ".join(PARAGRAPHS)
    body = "".join(f"<p>{number} {words}</p>" for number in range(1300))
    assert outcome_of(simple(body, head)) == Outcome.TOO_LONG


def test_a_page_beyond_the_size_limit_is_not_parsed() -> None:
    assert outcome_of(b"<p>" + b"a" * extract.MAX_HTML) == Outcome.TOO_LARGE


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 3000 + BODY + "</div>" * 3000,
        "<p><b><i>" * 800 + BODY,
        "<table><tr><td>" * 500 + BODY,
        BODY.replace("</p>", ""),
        "<![CDATA[ x ]]><!--" + BODY,
        BODY + "<!-- " * 500,
        "\x00\x01" + BODY + "\ufffe",
        "<svg><style><p>" + BODY,
        "<" * 5000 + BODY,
        "&#0;&#x110000;&bogus;" + BODY,
        '<script type="application/ld+json">' + "[" * 20_000 + "</script>" + BODY,
        '<script type="application/ld+json">{"@type": 7, "author": [null, 3, {"name": null}], "publisher": []}</script>' + BODY,
        "<a href='http://[broken'>x</a><a href='//'>Một dòng liên kết dài hơn hai mươi chữ</a>" + BODY,
        "<time datetime='99999-99-99'>32/13/2026 29:61</time>" + BODY,
    ],
    ids=["deep div", "unclosed inline", "nested tables", "unclosed p", "cdata", "open comments", "controls", "svg", "angles",
         "references", "deep json", "odd json", "broken links", "impossible time"],
)  # fmt: skip
def test_hostile_pages_end_in_a_story_or_a_named_outcome(body: str) -> None:
    result = extract.extract_story(page(simple(body)), None, now=NOW)
    assert isinstance(result, Story | Rejected)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=600))
def test_no_bytes_break_the_extractor(body: bytes) -> None:
    assert isinstance(extract.extract_story(page(b"<html><body>" + body), None, now=NOW), Story | Rejected)


# --- walls -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (
            b'<html><script>document.cookie="D1N=4a"+"; path=/";window.location.reload(true);</script></html>',
            {},
            200,
        ),
        (
            b"<html><title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x></script></html>",
            {},
            403,
        ),
        (b"<html>x</html>", {"cf-mitigated": "challenge"}, 403),
        (b"<html><script>location.href='/?x='+Math.random()</script></html>", {}, 200),
        (b"<html><body>Request unsuccessful. Incapsula incident ID: 1</body></html>", {}, 200),
    ],
)
def test_walls_are_recognised(body: bytes, headers: dict[str, str], status: int) -> None:
    assert extract.looks_like_challenge(body, headers, status)


def _readable() -> Iterator[bytes]:
    for entry in STORIES:
        yield (PAGES / entry["file"]).read_bytes()
    yield simple(
        BODY * 4
        + "<script src='https://www.google.com/recaptcha/api.js'></script><div class='g-recaptcha'></div>"
    ).encode()
    yield simple(BODY * 3, head="<meta http-equiv='refresh' content='1800'>").encode()


def test_stories_are_not_taken_for_walls() -> None:
    assert [body for body in _readable() if extract.looks_like_challenge(body, {}, 200)] == []


# --- bylines and lines --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("Tin, ảnh: Văn Sơn - Thu Hà", ("Văn Sơn", "Thu Hà")),
        ("Bài và ảnh: LÊ HIẾU", ("LÊ HIẾU",)),
        ("Hà Thu (theo Reuters)", ("Hà Thu",)),
        ("Theo Sầm Hoa (Vietnamnet/Reuters)", ("Sầm Hoa",)),
        ("Theo Reuters", ()),
        ("Đại tá, TS. PHẠM HỮU LỘC", ("PHẠM HỮU LỘC",)),
        ("Thực hiện: Bảo Bảo", ("Bảo Bảo",)),
        ("P.Y", ("P.Y",)),
        ("Quang Phong và Tùng Nguyên", ("Quang Phong", "Tùng Nguyên")),
        ("TTXVN", ("TTXVN",)),
        ("baodientu.vn", ()),
        ("https://www.facebook.com/bao", ()),
        ("", ()),
    ],
)
def test_names_are_taken_from_a_byline_as_printed(printed: str, names: tuple[str, ...]) -> None:
    assert names_in(printed) == names


@pytest.mark.parametrize(
    ("line", "emphasis", "expected"),
    [
        ("Đức Hưng", "strong", True),
        ("Đức Hưng", "", False),
        ("Tin, ảnh: Thu Hà", "", True),
        ("Theo TTXVN", "", True),
        ("Theo kế hoạch, hai bên sẽ gặp lại vào tháng sau.", "", False),
        ("Nhiệm vụ trọng tâm năm 2026", "strong", False),
        ("Hai bên cùng ký", "strong", False),
    ],
)
def test_a_signature_is_told_from_a_sentence(line: str, emphasis: str, expected: bool) -> None:
    assert is_byline(line, emphasis=emphasis) is expected


@pytest.mark.parametrize(
    "line", ["Xem thêm:", ">> Tin khác", "Tin liên quan", "Chia sẻ", "Tags: a, b", "© 2024 Báo X", "anh1.jpg"]
)
def test_furniture_lines_are_known(line: str) -> None:
    assert is_furniture_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "Xem thêm nội dung chương trình, các đại biểu đều nhất trí.",
        "Tin tưởng vào chương trình.",
        "Bài học kinh nghiệm",
        "Thẻ căn cước được cấp cho 40 người.",
        "Tổng biên tập báo bạn phát biểu tại lễ ra mắt.",
        "Đường dây nóng giữa hai đồn biên phòng được nối lại.",
    ],
)
def test_sentences_that_begin_like_furniture_stay(line: str) -> None:
    assert not is_furniture_line(line)


def test_names_of_boxes_are_judged_by_whole_words() -> None:
    assert names_are_furniture("article-share")
    assert names_are_furniture("box-tinlienquan")
    assert not names_are_furniture("stage-content")
    assert not names_are_furniture("heading")
    assert not names_are_furniture("PhotoCMS_Caption")


# --- headline stories --------------------------------------------------------------------------------------------------


def test_a_story_of_title_and_summary_says_that_it_is_incomplete() -> None:
    link = Link(
        url=URL, outlet="rx", title="Hai b&amp;#234;n k&#253; kết", summary="<p>Sáng 10-3, hai bên <b>ký kết</b>.</p><img src='x'>Đọc tiếp",
        published=NOW - timedelta(hours=1), published_raw="20/09/2026 09:00", published_from="feed",
    )  # fmt: skip
    story = extract.story_from_headline(link, Outcome.CHALLENGE, NOW)
    assert story.title == "Hai bên ký kết"
    assert story.text.startswith("Sáng 10-3, hai bên ký kết")
    assert "<" not in story.text
    assert story.incomplete == "challenge"
    assert story.published is not None and story.published.astimezone(VIETNAM).hour == 9


# --- the evaluation -----------------------------------------------------------------------------------------------------


def test_token_f1_counts_folded_syllables() -> None:
    assert extraction.token_f1("Ký kết", "ky ket") == 1.0
    assert extraction.token_f1("ký ký kết", "ký kết kết") == pytest.approx(2 / 3)
    assert extraction.token_f1("", "ký") == 0.0
    assert extraction.token_f1("", "") == 1.0


@pytest.mark.parametrize(
    ("gold", "right"),
    [
        ("2026-03-10T08:15+07:00", True),
        ("2026-03-10T08:15:00+07:00", False),
        ("2026-03-10", True),
        ("2026-03", True),
        ("2026-03-10T01:15Z", True),
        ("2026-03-11", False),
    ],
)
def test_times_are_compared_to_the_precision_given(gold: str, right: bool) -> None:
    assert extraction.same_time(datetime(2026, 3, 10, 1, 15, 33, tzinfo=UTC), gold) is right


def test_evaluation_judges_only_what_the_gold_gives(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(simple(), "utf-8")
    (tmp_path / "index.jsonl").write_text(
        json.dumps({"file": "a.html", "url": URL, "title": "Khác"})
        + "\n"
        + json.dumps({"file": "a.html", "url": URL})
        + "\n",
        "utf-8",
    )
    result = extraction.evaluate(tmp_path, now=NOW)
    assert result["n"] == 1
    assert result["title"] == 0.0
    assert result["token_f1"] is None
    assert result["published"] is None


def test_evaluation_names_the_line_at_fault(tmp_path: Path) -> None:
    from pipelines.errors import InputError

    (tmp_path / "index.jsonl").write_text('{"file": "missing.html", "url": "x", "title": "y"}\n', "utf-8")
    with pytest.raises(InputError, match=r"index\.jsonl:1"):
        extraction.evaluate(tmp_path, now=NOW)
    with pytest.raises(InputError, match=r"index\.jsonl"):
        extraction.evaluate(tmp_path / "nowhere", now=NOW)
