"""Deliveries: once, confirmed, retried, and honest about what a kill left open. The service is a real one on loopback."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipelines.database import Store
from pipelines.digests import Digest
from pipelines.errors import ConfigError, StoreError
from schedules.notify import (
    DigestConfig,
    one_sender,
    public_address,
    read_digest_config,
    send,
    stable_message_id,
)

NOW = datetime(2026, 8, 19, 23, 30, tzinfo=UTC)


class Service:
    """A web hook that keeps what it was sent and refuses as often as it was told to."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.refusals = 0
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if service.refusals > 0:
                    service.refusals -= 1
                    self.send_error(503)
                    return
                service.received.append(json.loads(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server.server_port}/hook"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()
    yield running
    running.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "kyket.db") as opened:
        yield opened


def deliver(store: Store, *urls: str, report: str = "2026-08-20", upto: int = 5, resend: bool = False) -> list[str]:
    sent = send(
        store, DigestConfig(to=urls), lambda since, upto: Digest(day=date(2026, 8, 20), made_at=NOW, note=f"since {since} upto {upto}"),
        report=report, upto=upto, clock=lambda: NOW, resend=resend, pause=lambda seconds: None,
    )  # fmt: skip
    return [one.status for one in sent]


def test_a_confirmed_report_is_never_sent_again(store: Store, service: Service) -> None:
    assert deliver(store, service.url) == ["delivered"]
    assert deliver(store, service.url) == ["already"]
    assert deliver(store, service.url, resend=True) == ["already"]
    assert len(service.received) == 1


def test_a_refusal_is_tried_again_at_once_and_in_later_runs(store: Store, service: Service) -> None:
    service.refusals = 1
    assert deliver(store, service.url) == ["delivered"]
    service.refusals = 3
    assert deliver(store, service.url, report="2026-08-21") == ["failed"]
    assert deliver(store, service.url, report="2026-08-21") == ["delivered"]
    assert len(service.received) == 2


def test_one_services_failure_holds_up_no_other(store: Store, service: Service) -> None:
    assert deliver(store, "json://127.0.0.1:1/nobody", service.url) == ["failed", "delivered"]


def test_a_kill_between_call_and_confirmation_leaves_unconfirmed_until_a_person_resends(
    store: Store, service: Service
) -> None:
    address = public_address(service.url)
    store.jobs.begin_delivery("2026-08-20", address, stable_message_id("2026-08-20", address), upto=5, now=NOW)
    assert deliver(store, service.url) == ["unconfirmed"]
    assert service.received == []
    assert deliver(store, service.url, resend=True) == ["delivered"]
    assert len(service.received) == 1


def test_the_next_report_begins_where_the_delivered_one_ended(store: Store, service: Service) -> None:
    deliver(store, service.url, upto=5)
    deliver(store, service.url, report="2026-08-21", upto=9)
    assert "since 5" in service.received[1]["message"]


def test_an_address_that_failed_gets_what_it_missed(store: Store, service: Service) -> None:
    service.refusals = 3
    deliver(store, service.url, upto=5)
    deliver(store, service.url, report="2026-08-21", upto=9)
    assert "since 0" in service.received[0]["message"]


def test_what_is_resent_is_the_report_that_may_be_lost_and_not_what_came_after_it(store: Store, service: Service) -> None:
    deliver(store, service.url, report="2026-08-19", upto=3)
    address = public_address(service.url)
    store.jobs.begin_delivery("2026-08-20", address, stable_message_id("2026-08-20", address), upto=5, now=NOW)
    deliver(store, service.url, upto=9, resend=True)
    assert "since 3 upto 5" in service.received[1]["message"]
    deliver(store, service.url, report="2026-08-21", upto=9)
    assert "since 5 upto 9" in service.received[2]["message"]


def test_a_later_try_brings_what_the_first_would_have_brought(store: Store, service: Service) -> None:
    service.refusals = 3
    deliver(store, service.url, upto=5)
    deliver(store, service.url, upto=8)
    assert "since 0 upto 5" in service.received[0]["message"]


def test_a_new_address_does_not_get_the_whole_past(store: Store, service: Service) -> None:
    deliver(store, service.url, report="2026-08-20", upto=500)
    deliver(store, service.url, service.url + "colleague", report="2026-08-21", upto=510)
    assert ["since 500 upto 510" in one["message"] for one in service.received[1:]] == [True, True]


def test_an_address_that_failed_from_its_first_day_on_misses_nothing_since(store: Store, service: Service) -> None:
    deliver(store, service.url, report="2026-08-19", upto=100)
    for day, upto in (("2026-08-20", 110), ("2026-08-21", 120)):
        assert deliver(store, service.url, "json://127.0.0.1:1/", report=day, upto=upto) == ["delivered", "failed"]
    assert store.jobs.delivered_upto(public_address("json://127.0.0.1:1/"), "2026-08-22") == 100


def test_trying_again_leaves_addresses_alone_that_were_not_refused(store: Store, service: Service) -> None:
    assert deliver(store, "json://127.0.0.1:1/nobody") == ["failed"]
    sent = send(
        store, DigestConfig(to=("json://127.0.0.1:1/nobody", service.url)),
        lambda since, upto: Digest(day=date(2026, 8, 20), made_at=NOW), report="2026-08-20", upto=5,
        clock=lambda: NOW, only="failed", pause=lambda seconds: None,
    )  # fmt: skip
    assert [one.status for one in sent] == ["failed"]
    assert service.received == []


def test_the_daemon_gives_up_after_many_refusals_and_a_person_need_not(store: Store, service: Service) -> None:
    service.refusals = 3 * 4
    for _ in range(4):
        assert deliver(store, service.url) == ["failed"]
    (again,) = send(
        store, DigestConfig(to=(service.url,)), lambda since, upto: Digest(day=date(2026, 8, 20), made_at=NOW),
        report="2026-08-20", upto=5, clock=lambda: NOW, only="failed", pause=lambda seconds: None,
    )  # fmt: skip
    assert again.why is not None and again.why.startswith("given up after 12 tries")
    assert service.received == []
    assert deliver(store, service.url) == ["delivered"]


def test_an_address_given_twice_gets_one_report(store: Store, service: Service) -> None:
    assert deliver(store, service.url, service.url) == ["delivered"]
    assert len(service.received) == 1


class MailServer(socketserver.ThreadingTCPServer):
    """Enough of SMTP for one mail at a time; refuses as often as it was told to."""

    daemon_threads = True

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusals = 0
        super().__init__(("127.0.0.1", 0), _SmtpTalk)


class _SmtpTalk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                mail = message_from_bytes(body, policy=policy.default)
                assert isinstance(mail, EmailMessage)
                self.server.mails.append(mail)
                if self.server.refusals > 0:
                    self.server.refusals -= 1
                    self.wfile.write(b"451 later\r\n")
                    continue
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 fine\r\n")


def test_a_mail_that_is_tried_again_keeps_its_message_id_and_is_html_and_text(store: Store) -> None:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.refusals = 1
        url = f"mailto://127.0.0.1:{server.server_address[1]}/?from=kyket@example.org&to=reader@example.org&mode=insecure"
        assert deliver(store, url) == ["delivered"]
        server.shutdown()
    ids = [mail.get_all("Message-ID") for mail in server.mails]
    assert ids == [[stable_message_id("2026-08-20", public_address(url))]] * 2
    kinds = {part.get_content_type() for part in server.mails[1].walk()}
    assert "text/html" in kinds
    assert "Kyket 20/08/2026" in str(server.mails[1]["Subject"])


def test_a_message_id_is_the_same_for_every_try() -> None:
    assert stable_message_id("2026-08-20", "a") == stable_message_id("2026-08-20", "a")
    assert stable_message_id("2026-08-20", "a") != stable_message_id("2026-08-21", "a")


def test_no_secret_is_stored_or_shown(store: Store) -> None:
    shown = public_address("mailto://user:geheim@example.org")
    assert "geheim" not in shown
    assert shown != public_address("mailto://user:other@example.org")


def test_two_senders_do_not_send_at_once(tmp_path: Path) -> None:
    with one_sender(tmp_path / "a.db"), pytest.raises(StoreError, match="another process"), one_sender(tmp_path / "a.db"):
        pass


@pytest.mark.parametrize(
    ("section", "message"),
    [({"too": []}, "digest.too"), ({"to": [3]}, "digest.to"), ({"to": ["nonsense"]}, "address 1"), ({"empty": "x"}, "digest.empty")],
)
def test_a_wrong_digest_section_is_named(section: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_digest_config(section)
