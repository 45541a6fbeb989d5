"""How a newspaper's server misbehaves: each fault turns a healthy answer into a bad one.

A fault is a function of the site, the request, how the site is seen, and a way to get the healthy answer.
`SamplePress.misbehave` says where and when it holds.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from .big import ordinary_story
from .furniture import ListView
from .site import Answer, Request, Seen, Site, new_path
from .world import VIETNAM

Fault = Callable[[Site, Request, Seen], Answer]

LIST_KINDS = frozenset({"feed", "news-sitemap", "sitemap", "shard", "section", "api", "home"})
_HTML = {"Content-Type": "text/html; charset=utf-8"}


def status(code: int, body: str = "", **headers: str) -> Fault:
    """Answer with this status."""
    text = body or f"<html><head><title>{code}</title></head><body><h1>{code}</h1></body></html>"
    answer = Answer(status=code, body=text.encode(), headers=_HTML).with_headers(**headers)
    return lambda site, request, seen: answer


def busy(seconds: float | None = None, until: datetime | None = None, code: int = 503) -> Fault:
    """503 (or 429) with Retry-After in `seconds`, or as an HTTP date `until`; neither: without the header."""
    if until is not None:
        return status(code, retry_after=format_datetime(until.astimezone(UTC), usegmt=True))
    return status(code, retry_after=f"{seconds:g}") if seconds is not None else status(code)


def slow(seconds: float) -> Fault:
    """A healthy answer, late."""
    return lambda site, request, seen: replace(site.answer(request, seen), delay=seconds)


def hang() -> Fault:
    """Accept the request and say nothing."""
    return lambda site, request, seen: Answer(hang=True)


def reset() -> Fault:
    """Reset the connection."""
    return lambda site, request, seen: Answer(reset=True)


def truncated(share: float = 0.5) -> Fault:
    """Close the connection after this share of the promised body."""

    def fault(site: Site, request: Request, seen: Seen) -> Answer:
        answer = site.answer(request, seen)
        return replace(answer, stop_after=int(len(answer.body) * share))

    return fault


def drip(size: int = 64, pause: float = 0.2) -> Fault:
    """The healthy body, `size` bytes each `pause` seconds."""
    return lambda site, request, seen: replace(site.answer(request, seen), drip=(size, pause))


def challenge() -> Fault:
    """A cookie challenge that answers 200 instead of the page."""
    script = (
        '<html><body><script>document.cookie="D1N=5f0c1b2a9d8e7f60718293a4b5c6d7e8"+"; expires=Fri, 31 Dec 2099 23:59:59 GMT; '
        'path=/";window.location.reload(true);</script></body></html>'
    )
    return lambda site, request, seen: Answer(body=script.encode(), headers={"Content-Type": "text/html"})


def redirect(location: str, code: int = 302) -> Fault:
    """Redirect everything to one address, e.g. into a private network."""
    return lambda site, request, seen: Answer(status=code, headers={"Location": location, **_HTML})


def redirect_loop() -> Fault:
    """Two addresses that redirect to each other for ever."""

    def fault(site: Site, request: Request, seen: Seen) -> Answer:
        path, _, query = request.target.partition("?")
        return Answer(
            status=302, headers={"Location": path + ("" if query == "lan=2" else "?lan=2"), **_HTML}
        )

    return fault


def moved(to: str, code: int = 301) -> Fault:
    """The outlet moved: every address redirects to the same path on `to` (`http://host:port`)."""
    return lambda site, request, seen: Answer(
        status=code, headers={"Location": to.rstrip("/") + request.target, **_HTML}
    )


def gzip_bomb(megabytes: int = 200) -> Fault:
    """A small gzip body that unpacks to this many megabytes of a page."""
    block = gzip.compress(
        b"<p>" + b" " * 1_048_573, compresslevel=9, mtime=0
    )  # gzip members may follow each other
    answer = Answer(body=block * megabytes, headers={**_HTML, "Content-Encoding": "gzip"})
    return lambda site, request, seen: answer


def huge(megabytes: int = 50) -> Fault:
    """A body of this many megabytes, not packed."""
    answer = Answer(body=b"<p>" + b"x" * (megabytes * 1_048_576), headers=_HTML)
    return lambda site, request, seen: answer


def charset(declared: str, encoding: str = "utf-8") -> Fault:
    """The header declares one charset, the bytes are in another."""

    def fault(site: Site, request: Request, seen: Seen) -> Answer:
        answer = site.answer(_plain(request), seen)
        kind = answer.headers.get("Content-Type", "text/html").split(";")[0]
        body = answer.body.decode("utf-8", "replace").encode(encoding, "xmlcharrefreplace")
        body = body.replace(b'encoding="utf-8"', f'encoding="{declared}"'.encode(), 1)
        return replace(
            answer, body=body, headers={**answer.headers, "Content-Type": f"{kind}; charset={declared}"}
        )

    return fault


def always_304() -> Fault:
    """Answer 304 to every conditional request, changed or not."""

    def fault(site: Site, request: Request, seen: Seen) -> Answer:
        if "if-none-match" in request.headers or "if-modified-since" in request.headers:
            return Answer(status=304, headers={"ETag": request.headers.get("if-none-match", '"x"')})
        return site.answer(request, seen)

    return fault


def same_etag(etag: str = '"khong-doi"') -> Fault:
    """The ETag stays although the content changes (and so a conditional request gets a false 304)."""
    return lambda site, request, seen: site.answer(request, replace(seen, etag=etag))


def frozen(at: datetime) -> Fault:
    """Lists show what they showed at that moment; pages are well."""

    def fault(site: Site, request: Request, seen: Seen) -> Answer:
        if site.route(request.target).kind in LIST_KINDS:
            seen = replace(seen, now=at)
        return site.answer(request, seen)

    return fault


def empty() -> Fault:
    """Lists are well formed, answer 200 and hold nothing."""
    return lambda site, request, seen: site.answer(request, replace(seen, empty=True))


def wrong_section(slug: str) -> Fault:
    """Every list shows the stories of this section."""
    return lambda site, request, seen: site.answer(request, replace(seen, only_section=slug))


def html_instead() -> Fault:
    """The front page, with 200, whatever was asked: a feed address that is no feed any more."""
    return lambda site, request, seen: site.answer(replace(_plain(request), target="/"), seen)


def xml_bomb() -> Fault:
    """A feed of nested entities ("billion laughs")."""
    entities = "".join(
        f'<!ENTITY c{n} "{"&c" + str(n - 1) + ";" if n else "cười"}{"&c" + str(n - 1) + ";" if n else ""}">'
        for n in range(40)
    )
    text = f'<?xml version="1.0"?><!DOCTYPE rss [{entities}]><rss version="2.0"><channel><title>&c39;</title></channel></rss>'
    answer = Answer(body=text.encode(), headers={"Content-Type": "application/rss+xml; charset=utf-8"})
    return lambda site, request, seen: answer


def external_entity(uri: str = "file:///etc/hostname") -> Fault:
    """A feed that wants a local file read into its title (XXE)."""
    text = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "{uri}">]><rss version="2.0"><channel><title>&x;</title>'
        "<item><title>&x;</title><link>/x</link></item></channel></rss>"
    )
    return lambda site, request, seen: Answer(
        body=text.encode(), headers={"Content-Type": "application/rss+xml"}
    )


def broken_xml() -> Fault:
    """Feeds and sitemaps end in the middle of a tag, with a bare & before."""

    def fault(site: Site, request: Request, seen: Seen) -> Answer:
        answer = site.answer(_plain(request), seen)
        body = answer.body.replace(b"<language>", b"<copyright>A & B</copyright><language>")
        return replace(answer, body=body[: len(body) * 4 // 5])

    return fault


def session_ids() -> Fault:
    """Every link of a page carries another session in its path, `/(X(1)S(…))/…`; such addresses answer always."""

    def fault(site: Site, request: Request, seen: Seen) -> Answer:
        answer = site.answer(_plain(request), seen)
        session = (
            f"/(X(1)S({hashlib.md5(str(request.at).encode(), usedforsecurity=False).hexdigest()[:24]}))/"
        )
        body = answer.body.replace(f"{site.base}/".encode(), (site.base + session).encode())
        return replace(answer, body=body)

    return fault


def new_addresses() -> Fault:
    """Lists link to stories under addresses of another shape, which the outlet's known pattern does not match."""

    def fault(site: Site, request: Request, seen: Seen) -> Answer:
        answer = site.answer(_plain(request), seen)
        body = answer.body
        for story in site.listed(seen.now):
            body = body.replace(site.family.article_path(story).encode(), new_path(story).encode())
        return replace(answer, body=body)

    return fault


def redesigned() -> Fault:
    """A page in markup that nobody knows: other class names, no paragraphs, no meta, no JSON-LD, no headings."""

    def fault(site: Site, request: Request, seen: Seen) -> Answer:
        answer = site.answer(_plain(request), seen)
        page = answer.body.decode("utf-8", "replace")
        page = re.sub(
            r'<script type="application/ld\+json">.*?</script>|<meta property="[^>]*>', "", page, flags=re.S
        )
        page = re.sub(r' (?:class|id|itemprop|data-role)="[^"]*"', "", page)
        page = re.sub(r"<(/?)(?:p|h1|h2|h3|article|figure|figcaption|time)\b[^>]*>", r"<\1div>", page)
        return replace(answer, body=page.encode())

    return fault


def rules(text: str) -> Fault:
    """Another robots.txt."""
    return lambda site, request, seen: Answer(body=text.encode(), headers={"Content-Type": "text/plain"})


def endless() -> Fault:
    """A calendar without end: every page of a section lists other old stories and has a next page.

    The stories exist: their addresses answer. They are ordinary news, each a day older than the last page's.
    """

    def fault(site: Site, request: Request, seen: Seen) -> Answer:
        route = site.route(request.target)
        if route.kind not in ("section", "api") or route.page == 1 or route.section is None:
            return site.answer(request, seen)
        section = route.section if route.section.zone else site.outlet.sections[0]
        stories = []
        for index in range(site.outlet.page_size):
            story = ordinary_story(
                route.page * 100 + index,
                outlet=site.outlet.id,
                section=section.slug,
                published=seen.now - timedelta(days=route.page + 30, minutes=index),
                seed=random.Random(f"endless/{site.outlet.id}/{section.slug}/{route.page}/{index}"),  # noqa: S311
            )
            site.invented[site.family.article_path(story)] = story
            stories.append(story)
        view = ListView(
            outlet=site.outlet,
            section=route.section,
            base=site.base,
            url=site.base + request.target,
            now=seen.now.astimezone(VIETNAM),
            page=route.page,
            teasers=[site.teaser(story) for story in stories],
            next_url=site.base + (site.family.section_path(route.section, route.page + 1) or "/"),
            most_read=[],
        )
        if route.kind == "api":
            return Answer(
                body=json.dumps(site.family.api_json(view)).encode(),
                headers={"Content-Type": "application/json"},
            )
        return Answer(body=site.family.listing(view).encode(), headers=_HTML)

    return fault


def _plain(request: Request) -> Request:
    """The request without conditions and without leave to pack the body."""
    headers = {
        name: value
        for name, value in request.headers.items()
        if name not in ("accept-encoding", "if-none-match", "if-modified-since")
    }
    return replace(request, headers=headers)
