"""Connections: IPv6 beside IPv4, nothing private behind a public name, and old servers only where a person says so."""

from __future__ import annotations

import http.server
import shutil
import socket
import ssl
import subprocess
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from crawling import Child, outcomes, rows
from scrapy import Request
from twisted.internet.address import IPv4Address, IPv6Address

from crawler.addresses import AddressMiddleware, GuardedResolver, PrivateAddressError
from crawler.catalogue import load_catalogue
from crawler.session import CrawlOptions
from crawler.tls import legacy_hosts

PAGE = (
    "<html><head><title>Hai tỉnh ký kết quy chế phối hợp</title></head><body><h1>Hai tỉnh ký kết quy chế phối hợp</h1>"
    + "<p>Sáng 20/9, Bộ Chỉ huy quân sự hai tỉnh ký kết quy chế phối hợp bảo vệ vùng giáp ranh, thống nhất trao đổi tin tức.</p>" * 6
    + "</body></html>"
)


class Paper(http.server.BaseHTTPRequestHandler):
    """A section with one story."""

    def do_GET(self) -> None:
        if self.path == "/robots.txt":
            self.send_error(404)
            return
        body = PAGE if "post" in self.path else '<a href="/hai-tinh-ky-ket-quy-che-phoi-hop-post1.html">Hai tỉnh ký kết quy chế phối hợp</a>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(f"<html><body>{body}</body></html>".encode())

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


class SixServer(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


def serving(server: http.server.HTTPServer) -> Iterator[http.server.HTTPServer]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def six() -> Iterator[http.server.HTTPServer]:
    try:
        server = SixServer(("::1", 0), Paper)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    yield from serving(server)


def crawl_of(folder: Path, domain: str, home: str, **more: object) -> dict[str, int]:
    catalogue = folder / "one.toml"
    legacy = "legacy_tls = true\n" if more.pop("legacy", False) else ""
    catalogue.write_text(
        f'[[outlet]]\nid = "one"\nname = "One"\ndomain = "{domain}"\nhome = "{home}"\nkind = "other"\n{legacy}'
        f"article = '-post\\d+\\.html$'\nsources = [{{ kind = \"section\", url = \"{home}\", seen = true }}]\n",
        "utf-8",
    )
    options = CrawlOptions(
        db=folder / "kyket.db", catalogue=(catalogue,), delay=0.0, settings={"KYKET_READ_IN_PROCESS": True}, **more  # type: ignore[arg-type]
    )
    Child(folder, options).report()
    return outcomes(folder)


def test_a_paper_that_answers_by_ipv6_only_is_read(six: http.server.HTTPServer, tmp_path: Path) -> None:
    found = crawl_of(tmp_path, "six.test", f"http://[::1]:{six.server_address[1]}/")
    assert rows(tmp_path, "SELECT outcome FROM polls") == [("ok",)]
    assert found.get("pending", 0) == 0 and sum(found.values()) == 1, found


class Names:
    """A resolver that knows two names."""

    KNOWN: ClassVar = {"bao.test": ["2405:4800::1", "113.160.0.1"], "trap.test": ["fd00::1", "127.0.0.1"], "mixed.test": ["::1", "113.160.0.1"]}

    def resolveHostName(self, receiver: Any, name: str, port: int = 0, *_: Any, **__: Any) -> Any:
        receiver.resolutionBegan(None)
        for address in self.KNOWN[name]:
            made = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(made("TCP", address, port))
        receiver.resolutionComplete()
        return receiver


class Receiver:
    def __init__(self) -> None:
        self.hosts: list[str] = []

    def resolutionBegan(self, resolution: Any) -> None:
        """Nothing to note."""

    def addressResolved(self, address: Any) -> None:
        self.hosts.append(address.host)

    def resolutionComplete(self) -> None:
        """Nothing to note."""


def test_a_name_gives_its_public_addresses_of_both_kinds_and_no_other() -> None:
    resolver = GuardedResolver(SimpleNamespace(nameResolver=Names()), 0)
    told = {}
    for name in (*Names.KNOWN, *Names.KNOWN):  # the second time from the cache
        receiver = Receiver()
        resolver.resolveHostName(receiver, name, 443)
        told[name] = receiver.hosts
    assert told == {"bao.test": ["2405:4800::1", "113.160.0.1"], "trap.test": [], "mixed.test": ["113.160.0.1"]}
    assert resolver.refused == {"trap.test": "fd00::1"}


def test_a_name_with_private_addresses_only_is_refused_by_that_name() -> None:
    resolver = GuardedResolver(SimpleNamespace(nameResolver=Names()), 0)
    resolver.resolveHostName(Receiver(), "trap.test", 443)
    door = AddressMiddleware(frozenset(), SimpleNamespace(nameResolver=resolver))
    with pytest.raises(PrivateAddressError, match=r"trap\.test resolves to fd00::1"):
        door.process_exception(Request("https://trap.test/a"), OSError("no results for hostname lookup"))
    door.process_exception(Request("https://bao.test/a"), OSError("no route to host"))  # not our business: no other error


def test_an_ipv6_address_of_this_machine_needs_a_persons_word(six: http.server.HTTPServer) -> None:
    from crawler.addresses import check_address
    from crawler.backoff import Refused

    with pytest.raises(Refused, match="private"):
        check_address(f"http://[::1]:{six.server_address[1]}/", frozenset())
    with pytest.raises(Refused, match="private"):
        check_address("http://[::ffff:127.0.0.1]/", frozenset())


# -------------------------------------------------------------------------------------------------------- old servers


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, certificate


@pytest.fixture
def old(certificate: tuple[Path, Path]) -> Iterator[http.server.HTTPServer]:
    """A server that speaks nothing newer than TLS 1.1."""
    key, chain = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the old versions are the subject
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Paper)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # refused handshakes are the test's subject
    yield from serving(server)


@pytest.mark.parametrize("legacy", [False, True])
def test_an_old_server_is_read_only_where_its_entry_says_so(
    old: http.server.HTTPServer, certificate: tuple[Path, Path], tmp_path: Path, legacy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))  # the newspaper's certificate is one that we trust
    port = old.server_address[1]
    found = crawl_of(tmp_path, f"localhost:{port}", f"https://localhost:{port}/", legacy=legacy)
    polls = {outcome for (outcome,) in rows(tmp_path, "SELECT outcome FROM polls")}
    assert polls == ({"ok"} if legacy else {"robots-unreachable"}), polls
    assert sum(found.values()) == (1 if legacy else 0), found


def test_a_false_certificate_is_refused_on_an_old_connection_too(old: http.server.HTTPServer, tmp_path: Path) -> None:
    port = old.server_address[1]
    crawl_of(tmp_path, f"localhost:{port}", f"https://localhost:{port}/", legacy=True)
    assert rows(tmp_path, "SELECT outcome FROM polls") == [("robots-unreachable",)]


def test_only_named_hosts_are_spoken_to_in_the_old_way(tmp_path: Path) -> None:
    from crawler.tls import LegacyTls

    class Policy:
        def creatorForNetloc(self, hostname: bytes, port: int) -> str:
            return f"strict {hostname.decode()}"

    policy = LegacyTls(Policy(), ["baocu.test"])
    assert policy.creatorForNetloc(b"baomoi.test", 443) == "strict baomoi.test"
    assert policy.creatorForNetloc(b"notbaocu.test", 443) == "strict notbaocu.test"
    assert not isinstance(policy.creatorForNetloc(b"www.baocu.test", 443), str)
    assert legacy_hosts(load_catalogue().values()) == ["baotintuc.vn"]
