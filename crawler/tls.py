"""Old servers: TLS 1.0, old ciphers and the old way of renegotiating, for hosts that a catalogue entry names, and no other.

`legacy_tls = true` says that a person knows the newspaper's server to be old. Certificates are verified all the same: the
reader of an old connection may be overheard, but nobody may pretend to be the newspaper without breaking it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from OpenSSL import SSL
from scrapy.core.downloader.contextfactory import (
    _get_creator_context,  # knows Twisted's old and new shape of it
)
from twisted.internet.ssl import TLSVersion, optionsForClientTLS
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from pipelines.types import Outlet
from pipelines.urls import same_site

#: OpenSSL 3 refuses servers without RFC 5746 unless this is set (SSL_OP_LEGACY_SERVER_CONNECT; not named in pyOpenSSL).
_LEGACY_SERVER_CONNECT = 0x4
#: Level 0 admits what TLS 1.0 needs: SHA-1 signatures and short keys.
_OLD_CIPHERS = b"DEFAULT:@SECLEVEL=0"


def legacy_hosts(outlets: Iterable[Outlet]) -> list[str]:
    """The hosts whose servers may be spoken to in the old way, without ports."""
    return sorted(
        {place.partition("/")[0].partition(":")[0] for one in outlets if one.legacy_tls for place in (one.domain, *one.former_domains)}
    )


@implementer(IPolicyForHTTPS)
class LegacyTls:
    """Scrapy's policy for HTTPS, relaxed for some hosts and their subdomains."""

    def __init__(self, policy: Any, hosts: Iterable[str]) -> None:
        self.policy = policy
        self.hosts = tuple(hosts)

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802 (Twisted's name)
        name = hostname.decode("ascii")
        if not any(name == host or same_site(f"https://{name}/", host) for host in self.hosts):
            return self.policy.creatorForNetloc(hostname, port)
        creator = optionsForClientTLS(
            hostname=name, extraCertificateOptions={"insecurelyLowerMinimumTo": TLSVersion.TLSv1_0, "fixBrokenPeers": True}
        )
        context: SSL.Context = _get_creator_context(creator)
        context.set_cipher_list(_OLD_CIPHERS)
        context.set_options(_LEGACY_SERVER_CONNECT)
        return creator
