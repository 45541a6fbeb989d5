"""Who may ask what: host names, a password, headers, and a Content-Security-Policy without exceptions.

Everything that a page shows was written by strangers. Escaping keeps it text; the policy here makes sure that
one forgotten escape would still run nothing, load nothing and send nothing anywhere.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import ipaddress
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Of Datasette's pages below `/-/`, what its own pages need. The others speak of plugins, threads and file names.
_OPEN_BELOW = ("/-/static/",)
#: Headers that a proxy adds: who really asks is then not known from the address.
_PROXIES = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via")
_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]{1,253})(?::\d{1,5})?")
#: Wait so long before telling that a password was wrong.
_WRONG_PASSWORD_SECONDS = 0.5
#: A form of ours is a few hundred bytes.
_LARGEST_FORM = 16_384
_INLINE = re.compile(r"<(script|style)(?P<attributes>[^>]*)>(?P<body>.*?)</\1>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the operator decided."""

    password: str | None = None
    hosts: tuple[str, ...] = ()
    """Host names, beside addresses and localhost, under which the pages may be asked for."""


def inline_hashes(sources: Iterable[str]) -> dict[str, list[str]]:
    """`script` and `style` → CSP hashes of the inline ones in template sources that hold no values of their own."""
    found: dict[str, set[str]] = {"script": set(), "style": set()}
    for source in sources:
        for match in _INLINE.finditer(source):
            body = match["body"]
            if not body or "src=" in match["attributes"]:
                continue
            bodies = [body]
            if "{{ datasette_allow_facet }}" in body:
                bodies = [body.replace("{{ datasette_allow_facet }}", value) for value in ("true", "false")]
            found[match[1].lower()].update(
                csp_hash(one) for one in bodies if "{{" not in one and "{%" not in one
            )
    return {name: sorted(hashes) for name, hashes in found.items()}


def csp_hash(body: str) -> str:
    """The source expression that allows exactly this inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"


def policy(hashes: Mapping[str, Iterable[str]]) -> str:
    """The Content-Security-Policy of every answer."""
    scripts = " ".join(["'self'", *hashes.get("script", ())])
    styles = " ".join(["'self'", *hashes.get("style", ())])
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )


#: Pages of Datasette that have inline scripts and are shown here; its debugging pages are not.
_SHOWN = ("table.html",)


def datasette_folder() -> Path:
    """Where Datasette's own templates are."""
    import datasette

    return Path(datasette.__file__).parent / "templates"


def datasette_templates() -> list[str]:
    """The sources of its templates whose inline scripts may run."""
    return [(datasette_folder() / name).read_text(encoding="utf-8") for name in _SHOWN]


def is_local(scope: Scope) -> bool:
    """Does this request come from this machine, and from no proxy on it?"""
    client = scope.get("client")
    names = {name.lower() for name, _ in scope.get("headers", ())}
    if client is None or names.intersection(_PROXIES):
        return False
    try:
        return ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False


def host_allowed(host: str | None, rules: Rules) -> bool:
    """May the pages be asked for under this Host header?

    A page elsewhere can make a browser ask us under a name of its own that leads here (DNS rebinding), never under
    an address. Where a password is set such a page has none to send.
    """
    found = _HOST.fullmatch(host or "")
    if found is None:
        return False
    name = found["name"].strip("[]").lower()
    if name == "localhost" or name in rules.hosts or rules.password is not None:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def password_right(header: str | None, password: str) -> bool:
    """Does a Basic `Authorization` header hold the password? The name before it is free."""
    sort, _, value = (header or "").partition(" ")
    if sort.lower() != "basic":
        return False
    try:
        _, _, given = base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given.encode(), password.encode())


def same_origin(headers: Mapping[str, str]) -> bool:
    """Was a form sent from a page of ours? Browsers say so themselves; the token in the form is asked for besides."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return site is not None or "referer" not in headers
    return origin.split("://", 1)[-1] == headers.get("host")


class Guard:
    """ASGI: refuses what may not be asked, and puts the headers on every answer."""

    def __init__(self, app: App, rules: Rules, csp: str, site: Any = None) -> None:
        self.inner = app
        """What is guarded; asked without the guard from within only."""
        self.site = site
        self._rules = rules
        self._headers = [
            (b"content-security-policy", csp.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            # Not no-referrer: browsers then hide the origin of our own forms from us.
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        names = {name for name, _ in self._headers}

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                own = [
                    (name, value) for name, value in message.get("headers") or [] if name.lower() not in names
                ]
                message = {**message, "headers": [*own, *self._headers]}
            await send(message)

        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        refused = self._refusal(scope, headers)
        if refused is not None:
            status, text = refused
            if status == 401:
                await asyncio.sleep(_WRONG_PASSWORD_SECONDS if "authorization" in headers else 0)
            await _answer(guarded, status, text)
            return
        await self.inner(scope, receive, guarded)

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> tuple[int, str] | None:
        """(status, why) of a request that goes no further."""
        path = scope["path"]
        if not host_allowed(headers.get("host"), self._rules):
            return (
                421,
                "This name is not one of this server's. Ask for it by its address, or start it with --name NAME.",
            )
        if self._rules.password is not None and not password_right(
            headers.get("authorization"), self._rules.password
        ):
            return 401, "This page asks for a password."
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, "Pages are read, and verdicts are sent; nothing else."
        if path.startswith("/-/") and not path.startswith(_OPEN_BELOW):
            return 404, "There is no such page."
        if scope["method"] == "POST":
            length = headers.get("content-length", "")
            if not length.isdigit() or int(length) > _LARGEST_FORM:
                return 413, "That is no form of these pages."
            if path != "/verdict":
                return 405, "Nothing can be sent there."
        return None


async def _answer(send: Send, status: int, text: str) -> None:
    body = text.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="Kyket", charset="UTF-8"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
