"""Addresses: one spelling a story, and the keys that join its copies."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from pipelines import urls
from pipelines.types import Outlet

OUTLET = Outlet(
    id="cand",
    name="CAND",
    domain="cand.example.vn",
    home="https://cand.example.vn/",
    kind="armed_forces",
    former_domains=("cand.example.com.vn",),
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("HTTPS://Bao.Example.VN:443/Tin/A-1.html#top", "https://bao.example.vn/Tin/A-1.html"),
        ("http://bao.example.vn:80", "http://bao.example.vn/"),
        ("http://bao.example.vn:8080/a", "http://bao.example.vn:8080/a"),
        ("//bao.example.vn/a", "https://bao.example.vn/a"),
        ("  https://bao.example.vn/a\n", "https://bao.example.vn/a"),
        ("https://bao.example.vn/a?utm_source=zalo&id=5&fbclid=xyz", "https://bao.example.vn/a?id=5"),
        ("https://bao.example.vn/a?zarsrc=30&utm_medium=zalo", "https://bao.example.vn/a"),
        ("https://m.baocantho.com.vn/x-a196670.html", "https://baocantho.com.vn/x-a196670.html"),
        ("https://amp.cand.example.vn/x-post12345.html", "https://cand.example.vn/x-post12345.html"),
        ("https://bao.example.vn/amp/x-12345.html", "https://bao.example.vn/x-12345.html"),
        ("https://bao.example.vn/x-12345.html?amp", "https://bao.example.vn/x-12345.html"),
        ("https://bao.example.vn/x-12345.amp.html", "https://bao.example.vn/x-12345.html"),
        ("https://bao.example.vn/x-12345.html?print=1", "https://bao.example.vn/x-12345.html"),
        ("http://qk.example.vn/(X(1)S(k2j4))/tin/x-99.aspx", "http://qk.example.vn/tin/x-99.aspx"),
        ("http://bao.example.vn/x.jsp;jsessionid=AB12?id=7", "http://bao.example.vn/x.jsp?id=7"),
        ("https://bao.example.vn/a//b/../c/./d", "https://bao.example.vn/a/c/d"),
        ("https://bao.example.vn/tin/index.html", "https://bao.example.vn/tin/"),
        ("https://bao.example.vn/index.php?id=9", "https://bao.example.vn/index.php?id=9"),
        ("https://bao.example.vn/k%c3%bd-k%e1%ba%bft", "https://bao.example.vn/k%C3%BD-k%E1%BA%BFt"),
        ("https://bao.example.vn/ký kết", "https://bao.example.vn/k%C3%BD%20k%E1%BA%BFt"),
        ("https://bao.example.vn/%61bc", "https://bao.example.vn/abc"),
        ("https://báo.vn/a", "https://xn--bo-mia.vn/a"),
        ("mailto:a@b.vn", "mailto:a@b.vn"),
        ("http://[bad/", "http://[bad/"),
    ],
)
def test_canonical_keeps_what_identifies_and_drops_what_does_not(raw: str, expected: str) -> None:
    assert urls.canonical(raw) == expected


def test_the_identity_of_a_portal_page_in_its_query_survives() -> None:
    raw = "http://mod.example.vn/wps/portal/?1dmy&page=tin&urile=wcm%3apath%3a/mod/sa-tt/x&current=true"
    assert "urile=wcm%3Apath%3A/mod/sa-tt/x" in urls.canonical(raw)


@settings(max_examples=300, deadline=None)
@given(
    st.builds(
        lambda host, path, query: f"https://{host}.vn/{path}?{query}",
        st.sampled_from(["m.bao", "www.m.bao", "amp.bao.com", "bao", "beta.amp.bao"]),
        st.text("abcký%2/().;=-_~0 ", max_size=24),
        st.text("abutm_=&;%20ý?/1", max_size=24),
    )
)
def test_canonical_of_canonical_is_canonical(url: str) -> None:
    once = urls.canonical(url)
    assert urls.canonical(once) == once


def test_a_former_host_becomes_the_present_one_only_for_its_outlet() -> None:
    old = "http://cand.example.com.vn/tin/x-post777.html"
    assert urls.host(urls.canonical(old, OUTLET)) == "cand.example.vn"
    assert urls.host(urls.canonical(old)) == "cand.example.com.vn"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://znews.vn/gia-post1613516.html", "znews.vn:post1613516"),
        ("https://m.znews.vn/slug-moi-post1613516.html?amp", "znews.vn:post1613516"),
        ("https://baocantho.com.vn/x-a196670.html", "baocantho.com.vn:a196670"),
        ("https://baodautu.vn/x-d538952.html", "baodautu.vn:d538952"),
        ("https://tuoitre.vn/x-20260307075519174.htm", "tuoitre.vn:20260307075519174"),
        ("https://thethao.vnexpress.net/x-4672302.html", "vnexpress.net:4672302"),
        ("https://baotuyenquang.com.vn/a/202407/x-e635eaf/", "baotuyenquang.com.vn:e635eaf"),
        ("http://bacgiang.vn/bg/x-postid329841.bbg", "bacgiang.vn:postid329841"),
        ("http://mod.vn/?urile=wcm:x", "mod.vn:urile=wcm:x"),
        ("https://kinhtedothi.vn/hai-ben-ky-ket.html", None),
        ("https://vnexpress.net/kinh-doanh", None),
        ("https://bao.vn/thoi-su/202407/", None),
    ],
)
def test_a_storys_key_is_its_site_and_the_systems_id(url: str, key: str | None) -> None:
    assert urls.story_key(url) == key


def test_same_site_compares_whole_labels() -> None:
    assert urls.same_site("https://thethao.bao.vn/x", "bao.vn")
    assert not urls.same_site("https://xbao.vn/x", "bao.vn")
    assert not urls.same_site("https://bao.vn.evil.example/x", "bao.vn")


def test_lookup_key_ignores_scheme_and_www() -> None:
    assert urls.lookup_key("http://www.bao.vn/a-1.html") == urls.lookup_key("https://bao.vn/a-1.html")


def _declared(href: str, url: str, outlet: Outlet | None = None) -> str | None:
    tree = html.fromstring(
        f'<html><head><link rel="canonical" href="{href}"></head><body><p>x</p></body></html>'
    )
    return urls.declared_canonical(tree, url, outlet)


STORY = "https://bao.example.vn/hai-ben-ky-ket-123456.html"


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://bao.example.vn/slug-da-sua-123456.html", "https://bao.example.vn/slug-da-sua-123456.html"),
        ("/hai-ben-ky-ket-123456.html", STORY),
        ("https://bao.example.vn/", None),
        ("https://bao.example.vn/hai-ben-ky-ket.html", None),
        ("https://bao.example.vn/tin-khac-999999.html", None),
        ("https://khac.example.com/hai-ben-ky-ket-123456.html", None),
        ("javascript:void(0)", None),
        ("", None),
    ],
)
def test_a_declared_canonical_is_believed_only_if_it_can_be_the_same_story(
    href: str, expected: str | None
) -> None:
    assert _declared(href, STORY) == expected


def test_og_url_is_asked_only_for_a_variant() -> None:
    head = '<meta property="og:url" content="https://bao.example.vn/ngan-123456.html">'
    tree = html.fromstring(f"<html><head>{head}</head><body><p>x</p></body></html>")
    assert urls.declared_canonical(tree, STORY) is None
    assert urls.declared_canonical(tree, STORY.replace("//", "//m.")) == "https://bao.example.vn/ngan-123456.html"


def test_a_slug_only_story_keeps_its_slug_in_the_declared_canonical() -> None:
    own = "https://bao.example.vn/hai-ben-ky-ket-chuong-trinh.html"
    assert _declared("https://bao.example.vn/thoi-su/hai-ben-ky-ket-chuong-trinh.html", own)
    assert _declared("https://bao.example.vn/thoi-su.html", own) is None
