"""No request leads into a private network, whatever a link, a redirect or a name server says.

Three doors are watched: literal addresses in URLs (before the request), redirects (each is a new request and passes
the same door), and names: the resolver refuses private answers, and since Twisted connects to exactly the address that
the resolver returned, a name that changes its address between check and connection (DNS rebinding) gains nothing.

Loopback hosts that a catalogue file or `allow_private` names explicitly (the sample press) are let through.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IResolutionReceiver
from zope.interface import implementer

from crawler.backoff import Refused
from pipelines.types import Outcome

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from pipelines.types import Outlet

#: Ports that news sites answer on; others are refused, since a crawler could be led to probe services.
WEB_PORTS = frozenset({80, 443, 8080, 8443})
_SHARED = ipaddress.ip_network("100.64.0.0/10")  # carrier-grade NAT: not private to `ipaddress`, nobody's newspaper
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Is this IP address one of the open internet? Addresses hidden in IPv6 forms are unwrapped first."""
    try:
        ip = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        return ip.is_global and not ip.is_multicast
    return ip.is_global and not ip.is_multicast and ip not in _SHARED


def place(url: str) -> str:
    """`host` of a URL in lower case, with `:port` unless it is the scheme's own: one slot, one row in `hosts`.

    Raises Refused for what is no web address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(Outcome.PRIVATE_ADDRESS, f"{url} is no valid address") from error
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme not in ("http", "https") or not host:
        raise Refused(Outcome.NOT_HTML, f"{url} is no web address")
    if ":" in host:
        host = f"[{host}]"
    if port is None or port == {"http": 80, "https": 443}[parts.scheme]:
        return host
    return f"{host}:{port}"


def _is_local_name(host: str) -> bool:
    return host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".lan", ".home.arpa"))


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def is_private_place(host: str) -> bool:
    """A host that by its spelling alone lies in a private network or on this machine."""
    bare = host[1 : host.index("]")] if host.startswith("[") else host.partition(":")[0]
    return _is_local_name(bare) or (_is_literal(bare) and not is_public(bare))


def allowed_places(outlets: Iterable[Outlet], extra: Iterable[str] = ()) -> frozenset[str]:
    """The private hosts that a person named on purpose: `extra`, and outlets whose catalogue entry lies on one."""
    places = set(extra)
    for outlet in outlets:
        for url in (outlet.home, *(source.url for source in outlet.sources)):
            try:
                where = place(url)
            except Refused:
                continue
            if is_private_place(where):
                places.add(where)
    return frozenset(places)


def check_address(url: str, allowed: frozenset[str]) -> None:
    """Refuse a URL that by its spelling leads into a private network or to a port of no web server.

    Raises Refused with outcome `private-address`.
    """
    where = place(url)
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    if where in allowed or host in allowed:
        return
    if is_private_place(where):
        raise Refused(Outcome.PRIVATE_ADDRESS, f"{host} is an address of a private network")
    if parts.port is not None and parts.port not in WEB_PORTS:
        raise Refused(Outcome.PRIVATE_ADDRESS, f"port {parts.port} of {host} is no web server's")
    if parts.username or parts.password:
        raise Refused(Outcome.PRIVATE_ADDRESS, "the address carries a user name")


class PrivateAddressError(OSError):
    """A public-looking name that resolved to a private address."""


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Passes on the public addresses of a name, and keeps the others to say why none was left."""

    def __init__(self, receiver: Any, name: str, resolver: GuardedResolver) -> None:
        self.receiver, self.name, self.resolver = receiver, name, resolver
        self.passed = 0
        self.private: list[str] = []

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 (Twisted's names)
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if self.resolver.may_connect(address.host, self.name):
            self.passed += 1
            self.receiver.addressResolved(address)
        else:
            self.private.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        if self.private and not self.passed:
            self.resolver.refused[self.name] = self.private[0]
        else:
            self.resolver.refused.pop(self.name, None)
        self.receiver.resolutionComplete()


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's resolver for IPv4 and IPv6, which passes on public addresses only (KYKET_ALLOW_PRIVATE: exceptions).

    Twisted tries the addresses in turn, a fraction of a second apart, so that a host whose IPv6 is broken still answers.
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.allowed: frozenset[str] = frozenset()
        self.refused: dict[str, str] = {}
        """Names that had nothing but private addresses, and one of those."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> GuardedResolver:
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed = frozenset(
            _bare_host(host) for host in crawler.settings.getlist("KYKET_ALLOW_PRIVATE")
        )
        return resolver

    def may_connect(self, address: str, name: str) -> bool:
        """May a connection for this name go to this address?"""
        return name in self.allowed or address in self.allowed or is_public(address)

    def resolveHostName(self, resolutionReceiver: Any, hostName: str, *more: Any, **keywords: Any) -> Any:  # noqa: N802, N803
        receiver: Any = _PublicOnly(resolutionReceiver, hostName, self)
        return super().resolveHostName(receiver, hostName, *more, **keywords)


def _bare_host(place: str) -> str:
    """`127.0.0.1` of `127.0.0.1:8080`, `::1` of `[::1]:8080`."""
    return place[1 : place.index("]")] if place.startswith("[") else place.partition(":")[0]


class AddressMiddleware:
    """Every request, also after a redirect, passes `check_address`, and gets the slot of its own host."""

    def __init__(self, allowed: frozenset[str], reactor: Any = None) -> None:
        self.allowed = allowed
        self.reactor = reactor

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressMiddleware:
        from twisted.internet import reactor

        return cls(frozenset(crawler.settings.getlist("KYKET_ALLOW_PRIVATE")), reactor)

    def process_request(self, request: Request) -> None:
        check_address(request.url, self.allowed)
        # A redirected request inherits the slot of the host it left, and Scrapy's own key forgets the port.
        request.meta["download_slot"] = place(request.url)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """A name that could not be resolved because all its addresses are private is refused by that name."""
        name = (urlsplit(request.url).hostname or "").lower()
        address = getattr(getattr(self.reactor, "nameResolver", None), "refused", {}).get(name)
        if address is not None:
            raise PrivateAddressError(f"{name} resolves to {address}, an address of a private network") from exception
