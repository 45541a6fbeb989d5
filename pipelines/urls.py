"""Addresses: one canonical spelling a story, and the keys that join its copies.

Pure string work; nothing is looked up. Three levels of "the same":

- `canonical(url)` is an address that can still be fetched: tracking, sessions, fragments and the mobile, AMP and
  print variants are gone, everything that may identify the story stays.
- `lookup_key(url)` also drops the scheme and `www.`; for finding a page in an archive.
- `story_key(url)` is the site and the story's id alone; joins copies whose slug or section changed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from pipelines.types import Outlet

# Query keys that say how a reader came, never what is read. Only whole names: `id`, `p`, `page`, `cat`, `urile` stay.
_TRACKING = re.compile(
    r"(?:utm_\w+|ga_\w+|hsa_\w+|mc_[ce]id|mtm_\w+|pk_\w+|_ga|_gl|gclid|gclsrc|dclid|fbclid|msclkid|yclid|twclid|ttclid|igshid|"
    r"igsh|wbraid|gbraid|gidzl|zarsrc|zalo_\w+|zmp3?src|fb_(?:action|comment|ref|source)\w*|fbrefresh|ref_?src|ref_?url|"
    r"refer(?:r?er)?|spm|scid|_x_tr_\w+|ns_\w+|cmpid|campaign_?id|ito|gaa_\w+|vca_\w+|vgt|_trksid|s_cid|si|"
    r"from_?(?:app|social|zalo|fb)|share_?from|shared|phpsessid|jsessionid|aspsessionid\w*|sessionid|osm|itm_\w+|"
    r"rand|nocache|_t|isapp)",
    re.IGNORECASE,
)
# `amp`, `?print=1` and the like say how the page is drawn.
_VARIANT_KEY = re.compile(
    r"(?:amp|is_?amp|print|in_?bai|is_?print|outputtype|mobile|is_?mobile|m)", re.IGNORECASE
)
_VARIANT_VALUE = re.compile(r"(?:|0|1|true|yes|amp|print|mobile)", re.IGNORECASE)
_VIEW_KEY = re.compile(r"(?:view|mode|tmpl|layout|display|format|type)", re.IGNORECASE)
_VIEW_VALUE = re.compile(r"(?:amp|print|printable|mobile)", re.IGNORECASE)
# ASP.NET carries the session in a path segment of its own: /(X(1)S(abc))/tin/…
_SESSION_SEGMENT = re.compile(r"/\((?:[A-Z]\([^()/]*\))+\)(?=/|$)", re.IGNORECASE)
_SESSION_PARAM = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_VARIANT_HOST = re.compile(r"^(?:www\.)?(?:m|amp|mobile|wap|touch|beta|print)\.(?=[^.]+\.)", re.IGNORECASE)
_AMP_PATH = (
    (re.compile(r"^/(?:amp|print|mobile)(?=/[^/]+)", re.IGNORECASE), ""),
    (re.compile(r"(?<=[^/])/(?:amp|print)/?$", re.IGNORECASE), ""),
    (re.compile(r"\.amp(?=\.\w+$|$)", re.IGNORECASE), ""),
    (re.compile(r"[-.]amp(\.(?:html?|tpo|vnp|vov|chn|aspx))$", re.IGNORECASE), r"\1"),
)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}
_SECOND_LEVEL_TEXT = "com net org edu gov int ac biz info name pro health io ai id co"
_SECOND_LEVEL = frozenset(_SECOND_LEVEL_TEXT.split())  # of .vn, and of other two-letter domains


def host(url: str) -> str:
    """The host name in lower case without `www.` and port; "" when there is none."""
    return _host_of(url).removeprefix("www.")


def _host_of(url: str) -> str:
    text = url.strip()
    if text.startswith("//"):
        text = "https:" + text
    try:
        name = urlsplit(text).hostname or ""
    except ValueError:
        return ""
    return name.rstrip(".").lower()


def site(url_or_host: str) -> str:
    """The registrable name: `thethao.vnexpress.net` → `vnexpress.net`, `m.baocantho.com.vn` → `baocantho.com.vn`."""
    name = host(url_or_host) if "/" in url_or_host else url_or_host.lower().rstrip(".")
    labels = name.split(".")
    if len(labels) <= 2 or name.replace(".", "").isdigit():
        return name
    keep = 3 if len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-keep:])


def same_site(url: str, domain: str) -> bool:
    """Does `url` live on `domain` or one of its subdomains? Compares whole labels."""
    name, domain = host(url), domain.lower().removeprefix("www.").rstrip(".")
    return bool(name) and bool(domain) and (name == domain or name.endswith("." + domain))


def belongs_to(url: str, outlet: Outlet) -> bool:
    """Does `url` live on the outlet's domain or on one of its former domains?"""
    return any(same_site(url, domain) for domain in (outlet.domain, *outlet.former_domains))


def canonical(url: str, outlet: Outlet | None = None) -> str:
    """The one spelling of a story's address; idempotent.

    Dropped: fragment, tracking and session parts, default port, `m.`/`amp.`/print variants, empty query, dot segments.
    Normalised: case of scheme and host, percent-encoding (UTF-8, upper case). Kept as they are: scheme, `www.`,
    every other query key in its order (an id may live there), trailing slash. A text that is no web address is
    returned stripped.

    With an `outlet`, a former domain of it becomes its present one.
    """
    text = re.sub(r"[\t\r\n]", "", url.strip())
    if text.startswith("//"):
        text = "https:" + text
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORT or not parts.hostname:
        return text
    name = parts.hostname.rstrip(".").lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return text
    while (stripped := _VARIANT_HOST.sub("", name)) != name and "." in stripped:
        name = stripped
    if outlet is not None:
        name = _present_host(name, outlet)
    netloc = f"[{name}]" if ":" in name else name
    if port is not None and port != _DEFAULT_PORT[scheme]:
        netloc += f":{port}"
    path = _path(parts.path)
    query = _query(parts.query)
    if not query:
        path = _INDEX.sub("/", path)
    return urlunsplit((scheme, netloc, path, query, ""))


def _present_host(name: str, outlet: Outlet) -> str:
    for former in outlet.former_domains:
        former = former.lower().removeprefix("www.")
        if "/" in former or same_site(f"https://{outlet.domain}/", former):
            continue
        if name in (former, f"www.{former}"):
            return _host_of(outlet.home) or outlet.domain
        if name.endswith("." + former):
            return name.removesuffix(former) + outlet.domain
    return name


def _path(path: str) -> str:
    path = _requote(_SESSION_PARAM.sub("", _SESSION_SEGMENT.sub("", path)), "/:@!$&'()*+,;=~")
    path = re.sub(r"/{2,}", "/", path) or "/"
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if len(segments) > 1:
                segments.pop()
        elif segment != ".":
            segments.append(segment)
    if path.endswith(("/.", "/..")):
        segments.append("")
    path = "/".join(segments)
    path = path if path.startswith("/") else "/" + path
    before = None
    while before != path:  # /amp/print/… : until nothing changes, so that the whole is idempotent
        before = path
        for pattern, replacement in _AMP_PATH:
            path = pattern.sub(replacement, path) or "/"
    return path


def _query(query: str) -> str:
    kept = []
    for pair in query.replace("&amp;", "&").split("&"):
        key, _, value = pair.partition("=")
        if not pair or _TRACKING.fullmatch(key):
            continue
        if _VARIANT_KEY.fullmatch(key) and _VARIANT_VALUE.fullmatch(value):
            continue
        if _VIEW_KEY.fullmatch(key) and _VIEW_VALUE.fullmatch(value):
            continue
        kept.append(_requote(pair, "/:@!$'()*+,;=~?"))
    return "&".join(kept)


_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})|([^%]+)|(%)")


def _requote(text: str, safe: str) -> str:
    """Percent-encoding in its normal form (RFC 3986 § 6.2.2): unreserved bytes bare, others upper-case escapes."""

    def one(match: re.Match[str]) -> str:
        if match[1]:
            byte = unquote_to_bytes(match[0])
            return byte.decode("ascii") if byte[0] in _UNRESERVED else match[0].upper()
        return quote(match[2], safe=safe, errors="replace") if match[2] else "%25"

    return _ESCAPE.sub(one, text)


def lookup_key(url: str) -> str:
    """`canonical` without scheme and `www.`: under what an archive files a page. Not an address."""
    spelled = canonical(url)
    return re.sub(r"^https?://(?:www\.)?", "", spelled, flags=re.IGNORECASE)


_ID_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"[-/.](post(?:id)?\d{3,})(?=[./?#&_-]|$)",  # ePi, Bắc Giang type
        r"-c\d+([ae]\d{4,})(?=\.\w+$)",  # -c46a508182.html
        r"-([ad]\d{3,})(?=\.\w+$|/?$)",  # VDOC, d-id
        r"-(\d{3,})(?=\.\w+$|/?$)",  # VCCorp, MasterCMS, 1CMS, slug-ID, Quảng Ninh type, dated directories
        r"-([0-9a-f]{7}|[0-9a-f]{9})(?=\.\w+$|/(?:index\.html?)?$|$)",  # hexadecimal ids
        r"/(\d{4,})(?=\.\w+$|/[^/]*$|$)",  # /123456.vnp, /123456/slug
        r"[-_](\d{5,})[-_.]",
    )
)
_ID_QUERY = re.compile(r"(?:^|&)(urile|articleid|newsid|itemid|storyid|post_?id|id|p)=([^&]+)", re.IGNORECASE)
_YEAR_DIRECTORY = re.compile(r"(?:19|20)\d{2}(?:[01]\d(?:[0-3]\d)?)?")


def story_key(url: str) -> str | None:
    """`<site>:<id>` where the address carries the system's id, else None. Equal keys are copies of one story.

    The letter of the id form stays (`a196670`, `post12`): a site that changed its system may give a number twice.
    """
    spelled = canonical(url)
    try:
        parts = urlsplit(spelled)
    except ValueError:
        return None
    if not parts.hostname:
        return None
    for form in _ID_FORMS:
        found = form.search(parts.path)
        if not found:
            continue
        value = found[1].lower()
        if value.isalpha() or _YEAR_DIRECTORY.fullmatch(value):
            continue  # a word of the slug, or the year and month of a directory
        return f"{site(spelled)}:{value}"
    if found := _ID_QUERY.search(parts.query):
        return f"{site(spelled)}:{found[1].lower()}={found[2]}"
    return None


def declared_canonical(tree: HtmlElement, url: str, outlet: Outlet | None = None) -> str | None:
    """The address that the page itself calls canonical (`link rel=canonical`), or None.

    Believed only if it passes: it is on the same site (or on a domain of the outlet), it is not the home page or a
    section while `url` is deeper, and the story's id is not lost or changed. Templates with a wrong canonical
    link are common; believing one would fold different stories into one. `og:url` is asked only where `url` is a
    variant (a query, a mobile host): it often carries a shortened slug.
    """
    own = canonical(url)
    own_key = story_key(own)
    told = list(tree.xpath("//link[translate(@rel,'CANONIL','canonil')='canonical']/@href"))
    if "?" in url or _VARIANT_HOST.search(_host_of(url)):
        told += tree.xpath("//meta[@property='og:url' or @name='og:url']/@content")
    for raw in told:
        if not str(raw).strip():
            continue
        try:
            declared = canonical(urljoin(own, str(raw).strip()))
        except ValueError:
            continue
        if _sane(declared, own, own_key, outlet):
            return declared
    return None


def _sane(declared: str, own: str, own_key: str | None, outlet: Outlet | None) -> bool:
    there, here = urlsplit(declared), urlsplit(own)
    if there.scheme not in _DEFAULT_PORT or not there.hostname:
        return False
    related = site(declared) == site(own) or (
        outlet is not None and belongs_to(declared, outlet) and belongs_to(own, outlet)
    )
    if not related or there.port != here.port:
        return False
    if there.path.strip("/") == "" and (here.path.strip("/") or here.query):
        return False
    key = story_key(declared)
    if own_key is not None:
        return key is not None and key.partition(":")[2] == own_key.partition(":")[2]
    # Without an id the slug must stay: the last segment, or more of it.
    last = here.path.rstrip("/").rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    return not stem or stem in there.path or (bool(here.query) and key is not None)
