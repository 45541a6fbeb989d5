"""What a server's refusal means for us: how long to stay away, and the name of what went wrong. Pure.

A host that asks for time gets it: the pause is written into the table `hosts`, where it binds every process.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pipelines.types import Outcome

#: Statuses by which a host asks for patience (RFC 6585 § 4, RFC 9110 § 15.6.4).
BUSY_STATUSES = frozenset({429, 503})
#: A 429 without Retry-After: seconds to stay away. No standard names one; a minute is what most servers' windows last.
DEFAULT_PAUSE = 60.0
#: No Retry-After binds us longer than a day: a typing error must not silence an outlet for a year.
LONGEST_PAUSE = 86_400.0


class Refused(Exception):  # noqa: N818 (it is an ending, like Scrapy's IgnoreRequest)
    """A request that ended without a page, and the outcome that names why."""

    def __init__(self, outcome: Outcome, why: str, *, retry_after: datetime | None = None) -> None:
        super().__init__(why)
        self.outcome = outcome
        self.why = why
        self.retry_after = retry_after


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from a Retry-After header (RFC 9110 § 10.2.3): a number or an HTTP date.

    None when there is no header or nobody can read it; never negative, at most a day.
    """
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return min(float(text), LONGEST_PAUSE)
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), LONGEST_PAUSE)


def pause_asked(status: int, retry_after: str | None, now: datetime) -> float | None:
    """How long the host of this answer wants to be left alone, in seconds; None: it did not ask.

    A 503 without Retry-After is an ordinary fault of one page; a 429 always means the host.
    """
    if status not in BUSY_STATUSES:
        return None
    asked = parse_retry_after(retry_after, now)
    if asked is not None:
        return asked
    return DEFAULT_PAUSE if status == 429 else None


def outcome_of_error(error: BaseException | None) -> tuple[Outcome, str]:
    """Name the failure of a download. Everything has a name; `error` is left for faults of ours."""
    from scrapy import exceptions as scrapy

    if error is None:
        return Outcome.ERROR, "failed without saying why"
    if isinstance(error, Refused):
        return error.outcome, error.why
    words = _words(error)
    if type(error).__name__ == "PrivateAddressError" or "an address of a private network" in words:
        return Outcome.PRIVATE_ADDRESS, words
    if isinstance(error, scrapy.DownloadTimeoutError | TimeoutError):
        return Outcome.TIMEOUT, "no complete answer in time"
    if isinstance(error, scrapy.CannotResolveHostError):
        return Outcome.DNS, "the host's name cannot be resolved"
    if isinstance(error, scrapy.ResponseDataLossError):
        return Outcome.TRUNCATED, "the answer broke off before its end"
    if isinstance(error, scrapy.DownloadCancelledError):
        return Outcome.TOO_LARGE, "the answer is larger than the limit"
    if isinstance(error, scrapy.UnsupportedURLSchemeError | scrapy.NotSupported):
        return Outcome.NOT_HTML, words
    if isinstance(error, zlib.error | EOFError) or "gzip" in words.lower():
        return Outcome.BAD_ENCODING, "the answer's compression is damaged"
    text = f"{type(error).__name__} {words}"
    if any(sign in text for sign in ("SSL", "certificate", "TLS", "VerificationError", "CertificateError")):
        return Outcome.TLS, words
    if isinstance(error, scrapy.DownloadConnectionRefusedError):
        return Outcome.UNREACHABLE, "the host refused the connection"
    if isinstance(error, scrapy.DownloadFailedError):
        if "DataLoss" in words or "IncompleteRead" in words:
            return Outcome.TRUNCATED, "the answer broke off before its end"
        return Outcome.UNREACHABLE, "the connection broke: " + words
    if isinstance(error, OSError) or type(error).__module__.startswith("twisted.internet"):
        return Outcome.UNREACHABLE, words
    return Outcome.ERROR, text


def _words(error: BaseException) -> str:
    """The error in one short line, with the causes that Twisted wraps in lists."""
    parts = [str(error).strip() or type(error).__name__]
    reasons = getattr(error.__cause__, "reasons", None) or getattr(error, "reasons", None) or ()
    parts += [str(getattr(reason, "value", reason)) for reason in reasons]
    return " ".join(" ".join(parts).split())[:300]
