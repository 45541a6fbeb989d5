"""Deliveries of the daily report, one row an address, so that nobody gets it twice and no kill goes unnoticed.

`sending` is committed before the service is called and `delivered` after it confirmed. What a killed process left
`sending` becomes `unconfirmed`: it may have arrived, so it is reported and sent again only when a person says so.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.digests import Digest, as_html, as_text
from pipelines.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from pipelines.database import Store

#: Pauses before the second and third try of one run, in seconds; later runs try again.
RETRY_PAUSES = (5.0, 20.0)
#: After so many tries of one report the daemon waits for a person; what a person sends is tried all the same.
MAX_ATTEMPTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestConfig:
    """`[digest]` of kyket.toml."""

    to: tuple[str, ...] = ()
    """Apprise URLs: mailto://, tgram://, slack://, json:// …"""
    empty: str = "line"
    """What a day without news sends: `line` or `nothing`."""


def read_digest_config(section: Mapping[str, Any], file: str = "kyket.toml") -> DigestConfig:
    """Checked key by key; raises ConfigError that names file and key (never the secrets in an address)."""
    if not isinstance(section, Mapping):
        raise ConfigError(f"{file}: digest: must be a section, [digest]")
    for key in section:
        if key not in ("to", "empty"):
            raise ConfigError(f"{file}: digest.{key}: unknown key; known are empty, to")
    to = section.get("to", [])
    to = [to] if isinstance(to, str) else to
    if not isinstance(to, Sequence) or not all(isinstance(url, str) for url in to):
        raise ConfigError(f"{file}: digest.to: must be a list of addresses, e.g. [\"mailto://user:pass@example.org\"]")
    empty = section.get("empty", "line")
    if empty not in ("line", "nothing"):
        raise ConfigError(f"{file}: digest.empty: {empty!r} is neither 'line' nor 'nothing'")
    for number, url in enumerate(to, 1):
        if _service(url) is None:
            scheme = url.split(":", 1)[0][:20]
            raise ConfigError(f"{file}: digest.to: address {number} ({scheme}:…) is none that apprise can deliver to")
    return DigestConfig(to=tuple(to), empty=empty)


def _service(url: str) -> Any:
    """Apprise's service of one URL, or None when it knows none."""
    from apprise import Apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    return Apprise.instantiate(url, suppress_exceptions=True)


def public_address(url: str) -> str:
    """An address that may be shown and stored: secrets masked, told apart by a short hash."""
    service = _service(url)
    shown = service.url(privacy=True) if service is not None else url.split(":", 1)[0]
    digest = hashlib.blake2b(url.encode(), digest_size=4).hexdigest()
    return f"{shown.split('?')[0]}#{digest}"


@contextmanager
def one_sender(db: Path) -> Iterator[None]:
    """Only one process sends at a time; then a row that says `sending` was left by a dead one."""
    with db.with_name(db.name + ".digest.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreError(f"{db}: the report is being sent by another process right now") from None
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of the report at one address."""

    address: str
    status: str
    """delivered | failed | unconfirmed | already"""
    why: str | None = None


def send(
    store: Store,
    config: DigestConfig,
    make: Callable[[int, int], Digest],
    *,
    report: str,
    upto: int,
    clock: Callable[[], datetime],
    resend: bool = False,
    only: str | None = None,
    pause: Callable[[float], None] = time.sleep,
    pauses: Sequence[float] = RETRY_PAUSES,
) -> list[Sent]:
    """Deliver the report `report` (a day) to every address; one service's failure holds up no other.

    `make(since, upto)` gives the report of everything after the notice `since` up to `upto`: each address gets what it
    has not had. A later try brings what the first one would have brought, for a mail client may hide the second of
    two mails with one Message-ID. `resend` sends unconfirmed ones again; `only` takes no address whose delivery
    has another status. A SIGTERM ends it after the call under way. Call it holding `one_sender`.
    """
    with _call_in_hand() as stopping:
        return _send_all(
            store, config, make, report=report, upto=upto, clock=clock, resend=resend, only=only,
            pause=pause, pauses=pauses, stopping=stopping,
        )  # fmt: skip


def _send_all(
    store: Store,
    config: DigestConfig,
    make: Callable[[int, int], Digest],
    *,
    report: str,
    upto: int,
    clock: Callable[[], datetime],
    resend: bool,
    only: str | None,
    pause: Callable[[float], None],
    pauses: Sequence[float],
    stopping: threading.Event,
) -> list[Sent]:
    store.jobs.mark_unconfirmed()
    results: dict[str, Sent] = {}
    waiting = []
    # An address given twice gets one report.
    for address, url in {public_address(url): url for url in config.to}.items():
        done = store.jobs.delivery(report, address)
        if only is not None and (done is None or done.status != only):
            continue
        if done is not None and done.status == "delivered":
            results[address] = Sent(address=address, status="already")
        elif done is not None and done.status == "unconfirmed" and not resend:
            results[address] = Sent(
                address=address, status="unconfirmed", why=f"{done.why}; send it again with: kyket digest --resend"
            )
        elif only is not None and done is not None and done.attempts >= MAX_ATTEMPTS:
            results[address] = Sent(address=address, status="failed", why=f"given up after {done.attempts} tries: {done.why}")
        else:
            waiting.append((url, address))
    for delay in (0.0, *pauses):
        if not waiting:
            break
        if delay:
            pause(delay)
        still = []
        for url, address in waiting:
            if stopping.is_set():
                raise SystemExit(143)
            results[address] = _deliver(store, url, address, make, report, upto, clock)
            if results[address].status == "failed":
                still.append((url, address))
        waiting = still
    return list(results.values())


@contextmanager
def _call_in_hand() -> Iterator[threading.Event]:
    """SIGTERM and SIGINT wait until the service under way has answered: else its row would stay in doubt."""
    stopping = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return

    def ask(number: int, frame: Any) -> None:
        if stopping.is_set() or not _calling.is_set():
            raise SystemExit(128 + number)
        stopping.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


#: Set while a service is being called.
_calling = threading.Event()


def _deliver(
    store: Store,
    url: str,
    address: str,
    make: Callable[[int, int], Digest],
    report: str,
    upto: int,
    clock: Callable[[], datetime],
) -> Sent:
    earlier = store.jobs.delivery(report, address)
    upto = earlier.upto if earlier is not None else upto
    digest = make(store.jobs.delivered_upto(address, report), upto)
    message_id = stable_message_id(report, address)
    _calling.set()
    try:
        delivery = store.jobs.begin_delivery(report, address, message_id, upto=upto, now=clock())
        why = _call(url, digest, message_id)
        status = "failed" if why else "delivered"
        store.jobs.end_delivery(delivery.id, status=status, why=why, now=clock())
    finally:
        _calling.clear()
    return Sent(address=address, status=status, why=why)


def stable_message_id(report: str, address: str) -> str:
    """The same report to the same address has one Message-ID, so that a mail client shows a resend once."""
    digest = hashlib.blake2b(f"{report} {address}".encode(), digest_size=10).hexdigest()
    return f"<kyket-{report}-{digest}@kyket.invalid>"


class _Reasons(logging.Handler):
    """Keeps what apprise logs of a failure; it returns no reason."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def _call(url: str, digest: Digest, message_id: str) -> str | None:
    """Call the service; why it failed, or None."""
    from apprise import Apprise, NotifyFormat

    mail = url.lower().startswith("mailto")
    service = _service(url)
    if service is None:
        return "apprise does not know this kind of address"
    hub = Apprise()
    hub.add(service)
    reasons = _Reasons()
    logger = logging.getLogger("apprise")
    level, logger.propagate = logger.level, False
    logger.setLevel(logging.WARNING)
    logger.addHandler(reasons)
    try:
        with _message_id(message_id):
            sent = hub.notify(
                title=digest.title,
                body=as_html(digest) if mail else as_text(digest),
                body_format=NotifyFormat.HTML if mail else NotifyFormat.TEXT,
            )
    finally:
        logger.removeHandler(reasons)
        logger.setLevel(level)
        logger.propagate = True
    if sent:
        return None
    return (reasons.said[-1] if reasons.said else "the service refused it")[:300]


@contextmanager
def _message_id(message_id: str) -> Iterator[None]:
    """Mails sent inside have this Message-ID.

    Apprise makes a new one for every call and takes none from its caller (a header of that name would stand twice),
    so its helper is replaced for the length of the call; only one sender runs in a process.
    """
    import importlib

    base: Any = importlib.import_module("apprise.plugins.email.base")
    original = base.make_msgid
    base.make_msgid = lambda *_, **__: message_id
    try:
        yield
    finally:
        base.make_msgid = original
