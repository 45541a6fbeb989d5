"""Forms of pages that the press has used since 2012, each reduced to its core and set into one noisy frame. Our own writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from pipelines.dates import VIETNAM
from pipelines.evaluation.extraction import token_f1
from pipelines.extract import extract_story
from pipelines.types import Page, Story

NOW = datetime(2026, 9, 20, 3, 0, tzinfo=UTC)
TITLE = "Đồn biên phòng Sông Lục và ba xã ký quy chế phối hợp giữ bến"
LEAD = (
    "Sáng 12-3, tại nhà văn hóa xã Bến Lội, Đồn Biên phòng Sông Lục và ủy ban nhân dân ba xã ven sông cùng đặt bút "
    "ký quy chế phối hợp giai đoạn 2026-2030."
)
P1 = (
    "Theo quy chế, mỗi tháng hai bên họp một lần để trao đổi tình hình bến bãi, thuyền bè và người tạm trú. Xã nào có việc gấp "
    "thì gọi thẳng cho trực ban của đồn, không phải chờ công văn."
)
P2 = (
    "Thiếu tá Lò Văn Quý, Đồn trưởng, cho biết năm qua bộ đội đã cùng dân quân ba xã tuần tra hơn 120 lượt, đưa 14 "
    "thuyền mắc cạn về bờ an toàn."
)
P3 = "“Có giấy trắng mực đen, việc chung dễ làm hơn nhiều”, bà Hà Thị Mến, Chủ tịch UBND xã Bến Lội, nói."
P4 = (
    "Cũng tại buổi lễ, đồn tặng mười chiếc phao tròn cho các chủ đò, còn Hội Phụ nữ xã tặng lại bộ đội hai trăm cây "
    "giống để trồng quanh doanh trại."
)
BODY = (P1, P2, P3, P4)
CAPTION = "Đại diện hai bên ký quy chế tại nhà văn hóa xã. Ảnh: Lục Sơn"
PLAIN = "".join(f"<p>{text}</p>" for text in BODY)
URL = "https://baosongluc.example.vn/don-bien-phong-song-luc-va-ba-xa-ky-quy-che-phoi-hop-giu-ben-123456.html"

OTHERS = (
    ("Mưa đá làm hỏng hai trăm mái nhà ở vùng cao", "Cơn mưa kéo dài hai mươi phút vào đêm qua khiến nhiều nhà phải căng bạt ngủ tạm."),
    ("Học sinh bản Nà Pó có phòng đọc sách mới", "Phòng đọc do các thầy cô quyên góp, mở cửa cả chiều thứ bảy cho các em ở nội trú."),
    ("Giá mận hậu đầu mùa tăng gấp đôi năm trước", "Thương lái vào tận vườn đặt cọc, nhưng người trồng vẫn lo sương muối cuối vụ."),
    ("Thành phố mở thêm ba tuyến xe buýt điện", "Các tuyến mới chạy từ năm giờ sáng đến mười giờ đêm, mười lăm phút một chuyến."),
    ("Đội bóng miền núi vào chung kết giải trẻ", "Các cầu thủ mười sáu tuổi thắng ngược trong hiệp phụ trước sự cổ vũ của ba nghìn khán giả."),
)  # fmt: skip


def teasers(tag: str = "div", name: str = "item") -> str:
    return "".join(
        f'<{tag} class="{name}"><a href="/tin-{number}-9912{number}.html"><img src="/t{number}.jpg" alt=""></a>'
        f'<h3><a href="/tin-{number}-9912{number}.html">{title}</a></h3><span class="time">1{number}/03/2026 0{number}:15</span><p>{text}</p></{tag}>'
        for number, (title, text) in enumerate(OTHERS)
    )


def framed(core: str, head: str = "", page_title: str = f"{TITLE} | Báo Sông Lục") -> str:
    return (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{page_title}</title>{head}</head><body>'
        '<div class="top"><span class="clock">Chủ nhật, 20/09/2026 10:00</span><a class="logo" href="/"><img src="/logo.png" alt="Báo Sông Lục"></a>'
        '<ul class="menu"><li><a href="/thoi-su">Thời sự</a></li><li><a href="/kinh-te">Kinh tế</a></li><li><a href="/van-hoa">Văn hóa</a></li></ul></div>'
        f'<div class="wrap"><div class="path"><a href="/">Trang chủ</a> › <a href="/thoi-su">Thời sự</a></div><div class="left">{core}'
        f'<div class="bx-1"><h4>Tin mới hơn</h4>{teasers()}</div></div><div class="right"><h4>Đọc nhiều</h4><ul>{teasers("li", "")}</ul></div></div>'
        '<div class="bottom"><p>Cơ quan của Đảng bộ vùng Sông Lục. Tổng biên tập: Người Mẫu</p><p>Tòa soạn: số 1 phố Bến. Điện thoại: 0900 000 000</p></div>'
        "</body></html>"
    )


@dataclass(frozen=True, kw_only=True)
class Form:
    name: str
    page: str
    text: tuple[str, ...] = (LEAD, *BODY)
    title: str = TITLE
    published: str | None = "2026-03-12T16:45"
    captions: tuple[str, ...] | None = None
    lead: str | None = LEAD
    url: str = URL


DATE = '<div class="d">12/03/2026 16:45</div>'
H1 = f"<h1>{TITLE}</h1>"
SAPO = f'<p class="sapo">{LEAD}</p>'
FIGURE = f'<figure><img src="/a.jpg" alt=""><figcaption>{CAPTION}</figcaption></figure>'
JSON_TIME = (
    '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",'
    '"datePublished":"2026-03-12T16:45:00+07:00","dateModified":"2026-03-13T08:00:00+07:00"}</script>'
)
WITH_CAPTION = (LEAD, P1, CAPTION, P2, P3, P4)


def middle(between: str) -> str:
    return f'{H1}{DATE}{SAPO}<div class="nd"><p>{P1}</p>{between}<p>{P2}</p><p>{P3}</p><p>{P4}</p></div>'


FORMS = (
    Form(name="plain", page=framed(f'{H1}{DATE}{SAPO}<div class="nd">{PLAIN}</div>')),
    Form(name="no_box_of_its_own", page=framed(f"{H1}{DATE}<p><b>{LEAD}</b></p>{PLAIN}")),
    Form(name="lead_is_h2", page=framed(f"{H1}{DATE}<h2>{LEAD}</h2><div>{PLAIN}</div>")),
    Form(
        name="lead_with_bold_place",
        page=framed(f'{H1}{DATE}<div class="chapeau"><strong>SƠN LA - </strong>{LEAD}</div><div class="nd">{PLAIN}</div>'),
        text=(f"SƠN LA - {LEAD}", *BODY), lead=f"SƠN LA - {LEAD}",
    ),
    Form(
        name="lead_with_agency_in_span",
        page=framed(f'{H1}{DATE}<p class="sapo"><span class="agency">(BSL)</span> - {LEAD}</p><div class="nd">{PLAIN}</div>'),
        text=(f"(BSL) - {LEAD}", *BODY), lead=f"(BSL) - {LEAD}",
    ),
    Form(
        name="amp",
        page=framed(
            f'<amp-auto-ads></amp-auto-ads><article>{H1}<time datetime="2026-03-12T16:45:00+07:00">12/03/2026 16:45</time>{SAPO}'
            f'<amp-img src="/a.jpg" width="600" height="400"></amp-img><p>{P1}</p><amp-ad type="x"></amp-ad><p>{P2}</p><p>{P3}</p><p>{P4}</p></article>'
        ),
    ),
    Form(
        name="tables_and_fonts_of_2012",
        page=framed(
            f'<table width="100%"><tr><td><font size="4"><b>{TITLE}</b></font></td></tr><tr><td><font color="gray">Thứ năm, 12/03/2026, 04:45 PM</font></td></tr>'
            f'<tr><td><b>{LEAD}</b></td></tr><tr><td align="justify">{P1}<br><br>{P2}<br><br>{P3}<br><br>{P4}</td></tr></table>'
        ),
    ),
    Form(
        name="breaks_instead_of_paragraphs",
        page=framed(f'{H1}{DATE}{SAPO}<div class="nd">{P1}<br/><br/>{P2}<br/><br/>{P3}<br/><br/>{P4}</div>'),
    ),
    Form(
        name="divs_instead_of_paragraphs",
        page=framed(f'{H1}{DATE}{SAPO}<div class="nd">{"".join(f"<div><span>{text}</span></div>" for text in BODY)}</div>'),
    ),
    Form(
        name="caption_in_em",
        page=framed(middle(f'<p style="text-align:center"><img src="/a.jpg"></p><p><em>{CAPTION}</em></p>')),
        text=WITH_CAPTION, captions=(CAPTION,),
    ),
    Form(
        name="caption_in_same_paragraph",
        page=framed(middle(f'<p align="center"><img src="/a.jpg"><br><i>{CAPTION}</i></p>')),
        text=WITH_CAPTION, captions=(CAPTION,),
    ),
    Form(
        name="caption_in_table",
        page=framed(middle(f'<table class="picture"><tbody><tr><td class="pic"><img src="/a.jpg"></td></tr><tr><td>{CAPTION}</td></tr></tbody></table>')),
        text=WITH_CAPTION, captions=(CAPTION,),
    ),
    Form(
        name="caption_by_credit_alone",
        page=framed(middle(f'<div><img src="/a.jpg"></div><div>{CAPTION}</div>')),
        text=WITH_CAPTION, captions=(CAPTION,),
    ),
    Form(
        name="photo_story",
        page=framed(
            f'{H1}{DATE}{SAPO}<div class="nd">' + "".join(f'<figure><img src="/{n}.jpg"><figcaption>{text}</figcaption></figure>' for n, text in enumerate(BODY)) + "</div>"
        ),
        captions=BODY,
    ),
    Form(
        name="e_magazine",
        page=framed(
            f'<div class="e-magazine"><div class="cover"><h1 class="mag-title">{TITLE}</h1><div class="mag-date">12/03/2026 16:45</div></div>'
            f'<div class="mag-block"><p class="sapo">{LEAD}</p></div><div class="mag-block"><p>{P1}</p></div><div class="mag-img"><img src="/a.jpg"><p class="PhotoCMS_Caption">{CAPTION}</p></div>'
            f'<div class="mag-block"><p>{P2}</p></div><div class="mag-quote"><p>{P3}</p></div><div class="mag-block"><p>{P4}</p></div></div>'
        ),
        text=WITH_CAPTION, captions=(CAPTION,),
    ),
    Form(
        name="related_box_in_prose",
        page=framed(middle(f'<div class="ck-box"><div class="hd">Tin liên quan</div><ul><li><a href="/a-111111.html">{OTHERS[0][0]}</a></li><li><a href="/b-111112.html">{OTHERS[1][0]}</a></li></ul></div>')),
    ),
    Form(
        name="see_more_line_in_prose",
        page=framed(middle(f'<p><strong>Xem thêm:</strong> <a href="/a-111111.html">{OTHERS[0][0]}</a></p><p>&gt;&gt; <a href="/b-111112.html">{OTHERS[1][0]}</a></p>')),
    ),
    Form(
        name="teaser_with_summary_in_prose",
        page=framed(middle(f'<div class="insert"><a href="/a-111111.html"><img src="/x.jpg"></a><a href="/a-111111.html">{OTHERS[0][0]}</a><p>{OTHERS[0][1]}</p></div>')),
    ),
    Form(
        name="links_inside_sentences_stay",
        page=framed(middle("").replace("Thiếu tá Lò Văn Quý", '<a href="/tag/lo-van-quy">Thiếu tá Lò Văn Quý</a>').replace("dân quân ba xã", '<a class="tag-link" href="/dan-quan-99.html">dân quân ba xã</a>')),
    ),
    Form(
        name="list_and_quote",
        page=framed(
            f'{H1}{DATE}{SAPO}<div class="nd"><p>{P1}</p><ul><li>Tuần tra chung mỗi tuần hai buổi trên đoạn sông dài mười tám cây số.</li><li>Báo tin trong vòng ba mươi phút.</li></ul><blockquote><p>{P3}</p></blockquote><p>{P4}</p></div>'
        ),
        text=(LEAD, P1, "Tuần tra chung mỗi tuần hai buổi trên đoạn sông dài mười tám cây số.", "Báo tin trong vòng ba mươi phút.", P3, P4),
    ),
    Form(
        name="table_of_figures",
        page=framed(middle("<table><tr><th>Xã</th><th>Lượt tuần tra</th></tr><tr><td>Bến Lội</td><td>52</td></tr><tr><td>Nà Hin</td><td>41</td></tr></table>")),
        text=(LEAD, P1, "Xã | Lượt tuần tra", "Bến Lội | 52", "Nà Hin | 41", P2, P3, P4),
    ),
    Form(
        name="video_with_caption",
        page=framed(middle('<div class="VCSortableInPreviewMode" type="VideoStream"><video src="/v.mp4"></video><div class="VideoCMS_Caption">Video: Lễ ký tại xã</div></div>')),
    ),
    Form(
        name="author_box_with_life",
        page=framed(middle("") + '<div class="tac-gia-box"><img src="/u.jpg"><b>Lục Sơn</b><p>Phóng viên của báo từ năm 2011, viết về biên giới và đời sống các xã ven sông, từng nhận hai giải báo chí của tỉnh.</p></div>'),
    ),
    Form(
        name="newsletter_and_share_and_tags",
        page=framed(
            middle("") + '<div class="share-bar"><a href="#">Chia sẻ</a><a href="#">Zalo</a></div><div class="nhan-tin newsletter"><p>Đăng ký nhận bản tin của chúng tôi mỗi sáng, không bỏ lỡ tin nào quan trọng.</p></div>'
            '<div class="tags">Từ khóa: <a href="/tag/bien-phong">biên phòng</a>, <a href="/tag/ben">bến</a></div><div class="cm"><h3>Bình luận (0)</h3></div>'
        ),
    ),
    Form(
        name="furniture_lines_inside_body",
        page=framed(
            f'{H1}{DATE}{SAPO}<div class="nd">{PLAIN}<p style="text-align:right"><strong>Lục Sơn</strong></p><p>Mời bạn đọc theo dõi Báo Sông Lục trên Google News</p><p>Lượt xem: 1.204</p><p>Chia sẻ bài viết</p></div>'
        ),
    ),
    Form(
        name="pages_of_one_story",
        page=framed(middle("") + '<div class="phan-trang"><a href="?p=1">1</a> <a href="?p=2">2</a> <a href="?p=2">Trang sau</a></div>'),
    ),
    Form(
        name="lead_again_below_picture",
        page=framed(f'{H1}{DATE}{SAPO}<div class="nd"><p>{LEAD}</p>{PLAIN}</div>'),
    ),
    Form(
        name="title_in_og_only",
        page=framed(
            f'<div class="x1"><div class="x2">Thời sự</div>{DATE}{SAPO}<div class="nd">{PLAIN}</div></div>',
            head=f'<meta property="og:title" content="{TITLE}"><meta property="og:type" content="article">' + JSON_TIME,
        ),
    ),
    *(
        Form(
            name=f"site_name_after_{name}",
            page=framed(f'<div class="x2">Thời sự</div>{DATE}{SAPO}<div class="nd">{PLAIN}</div>', head=JSON_TIME, page_title=f"{TITLE}{mark}Báo Sông Lục điện tử"),
        )
        for name, mark in (("bar", " | "), ("hyphen", " - "), ("dash", " – "), ("em_dash", " — "), ("bullet", " • "), ("chevrons", " » "), ("tight_bar", "|"))
    ),
    Form(
        name="site_name_before",
        page=framed(f'<div class="x2">Thời sự</div>{DATE}{SAPO}<div class="nd">{PLAIN}</div>', head=JSON_TIME + '<meta property="og:site_name" content="Báo Sông Lục">', page_title=f"Báo Sông Lục - {TITLE}"),
    ),
    Form(
        name="section_then_site_after",
        page=framed(f'{DATE}{SAPO}<div class="nd">{PLAIN}</div>', head=JSON_TIME, page_title=f"{TITLE} - Thời sự - Báo Sông Lục"),
    ),
    Form(
        name="hyphen_inside_title_stays",
        page=framed(f'<h1>Việt Nam - Lào: {TITLE}</h1>{DATE}{SAPO}<div class="nd">{PLAIN}</div>', page_title=f"Việt Nam - Lào: {TITLE} - Báo Sông Lục"),
        title=f"Việt Nam - Lào: {TITLE}",
    ),
    Form(
        name="quotes_and_entities_in_title",
        page=framed(
            f'<h1>&ldquo;Giữ bến&rdquo; &amp; giữ lòng d&acirc;n: ba x&#227; k&yacute; quy chế</h1>{DATE}{SAPO}<div class="nd">{PLAIN}</div>',
            page_title="&quot;Giữ bến&quot; &amp;amp; giữ lòng dân: ba xã ký quy chế - Báo Sông Lục",
        ),
        title="“Giữ bến” & giữ lòng dân: ba xã ký quy chế",
    ),
    Form(
        name="logo_is_h1",
        page=framed(f'<h1 class="logo-text"><a href="/">Báo Sông Lục</a></h1><h2 class="tit">{TITLE}</h2>{DATE}{SAPO}<div class="nd">{PLAIN}</div>'),
    ),
    Form(
        name="section_is_h1",
        page=framed(f'<h1><a href="/thoi-su">Thời sự</a></h1><h2 class="tit">{TITLE}</h2>{DATE}{SAPO}<div class="nd">{PLAIN}</div>'),
    ),
    Form(
        name="kicker_above_title",
        page=framed(f'<h4 class="kicker">Xây dựng nền biên phòng toàn dân</h4>{H1}{DATE}{SAPO}<div class="nd">{PLAIN}</div>'),
    ),
    Form(
        name="form_of_aspnet",
        page=framed(f'<form id="aspnetForm" action="x.aspx"><input type="hidden" name="__VIEWSTATE" value="dDwt"><div id="ctl00_main">{H1}{DATE}{SAPO}<div id="ctl00_body">{PLAIN}</div></div></form>'),
    ),
    Form(
        name="related_leads_below_title",
        page=framed(f'{H1}{DATE}{SAPO}<ul class="rel3"><li><a href="/a-111111.html">{OTHERS[0][0]}</a></li><li><a href="/b-111112.html">{OTHERS[1][0]}</a></li></ul><div class="nd">{PLAIN}</div>'),
    ),
    Form(
        name="picture_between_title_and_lead",
        page=framed(f'{H1}{DATE}{FIGURE}{SAPO}<div class="nd">{PLAIN}</div>'),
        text=(LEAD, CAPTION, *BODY), captions=(CAPTION,),
    ),
    Form(
        name="sections_with_headings",
        page=framed(f'{H1}{DATE}{SAPO}<div class="nd"><p>{P1}</p><h3>Cùng giữ bến</h3><p>{P2}</p><p><strong>Cùng lo cho dân</strong></p><p>{P3}</p><p>{P4}</p></div>'),
        text=(LEAD, P1, "Cùng giữ bến", P2, "Cùng lo cho dân", P3, P4),
    ),
    Form(
        name="readers_comments_below",
        page=framed(
            middle("") + '<div class="list-y-kien"><h3>Ý kiến bạn đọc (2)</h3>'
            + "".join(f'<div class="cmt-item"><b>Bạn đọc {n}</b><p>Việc làm rất hay, quê tôi cũng có bến đò và cũng mong được các chú bộ đội giúp như vậy hàng năm.</p><a href="#">Trả lời</a></div>' for n in range(2))
            + "</div>"
        ),
    ),
)  # fmt: skip

COMMENTS = "".join(
    f'<div class="c1"><b>Bạn đọc {n}</b><span>1{n}/03/2026 1{n}:20</span><p>Việc làm rất hay, quê tôi có bến đò và cũng mong được giúp như vậy hàng năm số {n}.</p></div>'
    for n in range(4)
)  # fmt: skip


def dated(head: str = "", printed: str = "") -> str:
    return framed(f'{H1}<div class="meta-x">{printed}</div>{SAPO}<div class="nd">{PLAIN}</div>', head=head)


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


MORE_FORMS = (
    Form(name="one_paragraph_only", page=framed(f'{H1}{DATE}{SAPO}<div class="nd"><p>{P1}</p></div>'), text=(LEAD, P1)),
    Form(name="lead_only_and_picture", page=framed(f'{H1}{DATE}{SAPO}<div class="nd">{FIGURE}</div>'), text=(LEAD, CAPTION), captions=(CAPTION,)),
    Form(
        name="comments_with_dates_in_nameless_boxes",
        page=framed(middle("") + f'<div class="x9"><h3>Ý kiến bạn đọc (4)</h3>{COMMENTS}</div>'),
    ),
    Form(
        name="hours_of_a_running_report",
        page=framed(
            f'{H1}{DATE}{SAPO}<div class="nd">' + "".join(f"<p><b>1{n}:05 12/03/2026</b></p><p>{text}</p>" for n, text in enumerate(BODY)) + "</div>"
        ),
    ),
    Form(
        name="links_as_paragraphs_at_the_end",
        page=framed(f'{H1}{DATE}{SAPO}<div class="nd">{PLAIN}<h3>Tin liên quan</h3><p><a href="/a-111111.html">{OTHERS[0][0]}</a></p><p><a href="/b-111112.html">{OTHERS[1][0]}</a></p></div>'),
    ),
    Form(
        name="two_teasers_with_summaries_beside",
        page=framed(f'{H1}{DATE}{SAPO}<div class="nd">{PLAIN}</div><div class="y2">' + "".join(f'<div class="z"><a href="/q-11111{n}.html">{t}</a><p>{d}</p></div>' for n, (t, d) in enumerate(OTHERS[:2])) + "</div>"),
    ),
    Form(name="hidden_copy_for_print", page=framed(middle("") + f'<div style="display: none">{PLAIN}</div>')),
    Form(
        name="text_between_figures",
        page=framed(f'{H1}{DATE}{SAPO}<div class="nd">{P1}{FIGURE}{P2}<br>{P3}<br>{P4}</div>'), text=WITH_CAPTION, captions=(CAPTION,),
    ),
    Form(
        name="soft_hyphens_and_odd_spaces",
        page=framed(f'{H1}{DATE}{SAPO}<div class="nd">{PLAIN}</div>'.replace("quy chế phối hợp giai đoạn", "quy&nbsp;chế phối&shy; hợp\u200b giai\u2003đoạn")),
    ),
    Form(
        name="listen_box",
        page=framed(f'{H1}{DATE}{SAPO}<div class="nghe"><span>Nghe bài viết</span><span>0:00 / 3:24</span><span>Nữ miền Bắc</span><span>1x</span></div><div class="nd">{PLAIN}</div>'),
    ),
    Form(name="languages_above", page=framed(f'<div class="lang"><a href="/vi">Tiếng Việt</a> | <a href="/en">English</a></div>{H1}{DATE}{SAPO}<div class="nd">{PLAIN}</div>')),
    Form(name="sticky_headline_above", page=framed(f'<div class="sticky"><a href="/">Báo</a><span>{TITLE}</span></div>{H1}{DATE}{SAPO}<div class="nd">{PLAIN}</div>')),
    Form(name="two_h1", page=framed(f'<h1 class="sr-only">Báo Sông Lục - tin nhanh vùng sông</h1>{H1}{DATE}{SAPO}<div class="nd">{PLAIN}</div>')),
    Form(
        name="credit_line_above_text",
        page=framed(f'{H1}{DATE}{SAPO}<div class="nd"><p><b>Bài và ảnh: Lục Sơn</b></p>{PLAIN}</div>'),
    ),
    Form(
        name="views_and_print_under_title",
        page=framed(f'{H1}<div class="i"><span>12/03/2026 16:45</span><span>Lượt xem: 1204</span><a href="#">In trang</a><a href="#">A+</a><a href="#">A-</a></div>{SAPO}<div class="nd">{PLAIN}</div>'),
    ),
    Form(
        name="everything_in_list_items",
        page=framed(f'{H1}{DATE}{SAPO}<div class="nd"><ol>{"".join(f"<li>{text}</li>" for text in BODY)}</ol></div>'),
    ),
    Form(name="json_ld_in_graph", page=dated(ld('{"@context":"https://schema.org","@graph":[{"@type":"WebSite","name":"Báo"},{"@type":["NewsArticle"],"datePublished":"2026-03-12T09:45:00Z"}]}'))),
    Form(name="json_ld_in_array", page=dated(ld('[{"@type":"BreadcrumbList"},{"@type":"Article","datePublished":"2026-03-12T16:45:00+0700"}]'))),
    Form(name="json_ld_with_comma_and_newline", page=dated(ld('{"@type":"NewsArticle","headline":"Một\ndòng","datePublished":"2026-03-12T16:45:00+07:00",}'))),
    Form(name="json_ld_in_cdata", page=dated(ld('//<![CDATA[\n{"@type":"NewsArticle","datePublished":"2026-03-12T16:45:00+07:00"}\n//]]>'))),
    Form(name="json_ld_american", page=dated(ld('{"@type":"NewsArticle","datePublished":"3/12/2026 4:45:00 PM"}'))),
    Form(name="meta_without_zone", page=dated('<meta property="article:published_time" content="2026-03-12T16:45:00">')),
    Form(name="meta_with_gmt_words", page=dated('<meta property="article:published_time" content="Thu, 12 Mar 2026 16:45:00 GMT+7">')),
    Form(name="meta_itemprop_in_body", page=dated(printed='<meta itemprop="datePublished" content="2026-03-12 16:45">')),
    Form(name="day_printed_minute_in_meta", page=dated('<meta name="pubdate" content="2026-03-12T16:45:00+07:00">', "12/03/2026")),
    Form(name="published_and_updated", page=dated(printed="<span>Đăng ngày 12/03/2026 16:45</span><span>Cập nhật 13/03/2026 08:00</span>")),
    Form(name="updated_before_published", page=dated(printed="<span>Cập nhật: 08:00 13/03/2026</span> <span>Xuất bản: 16:45 12/03/2026</span>")),
    Form(name="modified_meta_and_updated_print", page=dated(JSON_TIME, "Cập nhật lúc 08:00 ngày 13/03/2026")),
    Form(name="clock_beside_section", page=framed(f'<div class="date">Chủ nhật, 20/09/2026 10:00</div><h4>Thời sự</h4>{H1}{DATE}{SAPO}<div class="nd">{PLAIN}</div>')),
    Form(name="dates_of_events_in_text", page=framed(f'{H1}{DATE}{SAPO}<div class="nd">{PLAIN}<p>Lễ ký lần trước diễn ra lúc 08:00 ngày 05/02/2021 tại xã Nà Hin.</p></div>'), text=(LEAD, *BODY, "Lễ ký lần trước diễn ra lúc 08:00 ngày 05/02/2021 tại xã Nà Hin.")),
    Form(
        name="magazine_without_h1",
        page=framed(
            f'<div class="emag"><img src="/cover-title.jpg" alt=""><div class="d">12/03/2026 16:45</div><div class="p"><p><b>{LEAD}</b></p></div>{"".join(f"<div class=p><p>{text}</p></div>" for text in BODY)}</div>',
            head=f'<meta property="og:title" content="{TITLE}">',
        ),
    ),
)  # fmt: skip


def read(form: Form) -> Story:
    story = extract_story(Page(url=form.url, body=form.page.encode(), fetched_at=NOW), now=NOW)
    assert isinstance(story, Story), story
    return story


@pytest.mark.parametrize("form", (*FORMS, *MORE_FORMS), ids=lambda form: form.name)
def test_a_form_of_page_is_read_whole_and_clean(form: Form) -> None:
    story = read(form)
    assert story.title == form.title
    assert story.text.split("\n") == list(form.text)
    assert token_f1(story.text, "\n".join(form.text)) == 1.0
    assert story.lead == form.lead, story.lead
    if form.captions is not None:
        assert story.captions == form.captions
    assert story.published is not None
    assert story.published.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M") == form.published


DATELINES = (
    ("Thứ năm, 12/03/2026, 16:45 (GMT+7)", "2026-03-12T16:45"),
    ("16:45 12/03/2026", "2026-03-12T16:45"),
    ("16:45 | 12/03/2026", "2026-03-12T16:45"),
    ("Thứ Năm, ngày 12/03/2026 - 16:45", "2026-03-12T16:45"),
    ("12-03-2026 04:45 PM", "2026-03-12T16:45"),
    ("12/3/2026 4:45:00 CH", "2026-03-12T16:45"),
    ("12/3/2026 9:05:00 SA", "2026-03-12T09:05"),
    ("16h45 ngày 12/03/2026", "2026-03-12T16:45"),
    ("16 giờ 45 phút, ngày 12 tháng 3 năm 2026", "2026-03-12T16:45"),
    ("Ngày đăng: 12/03/2026 16:45:09", "2026-03-12T16:45"),
    ("Đăng lúc: 16:45, 12/03/2026 (GMT+7)", "2026-03-12T16:45"),
    ("12/03/2026 lúc 16:45", "2026-03-12T16:45"),
    ("12.03.2026 | 16:45", "2026-03-12T16:45"),
    ("2026-03-12 16:45:00", "2026-03-12T16:45"),
    ("12 Tháng Ba, 2026 16:45", "2026-03-12T16:45"),
    ("T5, 12/03/2026 16:45", "2026-03-12T16:45"),
    ("Cập nhật: 16:45, 12/03/2026 (GMT+7)", "2026-03-12T16:45"),
    ("12/03/2026, 16:45\u202fGMT+7", "2026-03-12T16:45"),
    ("Lục Sơn - 12/03/2026 16:45", "2026-03-12T16:45"),
    ("12/03/2026 16:45 | 1.204 lượt xem", "2026-03-12T16:45"),
    ("6 giờ trước", "2026-09-20T00:00"),
    ("25 phút trước", "2026-09-20T09:35"),
)  # fmt: skip


@pytest.mark.parametrize(("printed", "local"), DATELINES, ids=[text for text, _ in DATELINES])
def test_a_printed_dateline_is_read_whatever_its_form(printed: str, local: str) -> None:
    page = framed(f'{H1}<div class="d">{printed}</div>{SAPO}<div class="nd">{PLAIN}</div>')
    story = extract_story(Page(url=URL, body=page.encode(), fetched_at=NOW), now=NOW)
    assert isinstance(story, Story)
    assert story.published is not None
    assert story.published.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M") == local
    assert story.text.split("\n") == [LEAD, *BODY]
