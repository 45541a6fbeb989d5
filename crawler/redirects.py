"""Scrapy's redirect and decompression middlewares, with a name for each way they can end."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest

from crawler.backoff import Refused
from pipelines.types import Outcome

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


class NamedRedirectMiddleware(RedirectMiddleware):
    """Follows redirects, at most REDIRECT_MAX_TIMES and never in a circle. Each hop is a new request and passes
    robots.txt, the private-address guard and the pacing of its own host."""

    def _engine_started(self) -> None:
        """The base class looks for the Referer middleware here, which is off on purpose."""

    def handle_referer(self, request: Request, response: Response) -> None:
        request.headers.pop("Referer", None)

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        if redirected.url in (request.url, *request.meta.get("redirect_urls", ())):
            raise Refused(Outcome.REDIRECT_LOOP, f"redirects in a circle to {redirected.url}")
        try:
            following = super()._redirect(redirected, request, reason)
        except IgnoreRequest as error:
            raise Refused(Outcome.REDIRECT_LOOP, f"more than {self.max_redirect_times} redirects") from error
        for stale in ("download_slot", "wire", "retry_after"):
            following.meta.pop(stale, None)
        # Validators belong to the address that gave them.
        following.headers.pop("If-None-Match", None)
        following.headers.pop("If-Modified-Since", None)
        return following


class DecompressMiddleware(HttpCompressionMiddleware):
    """Opens compressed answers up to DOWNLOAD_MAXSIZE; a bomb or damage gets its outcome."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            raise Refused(Outcome.TOO_LARGE, "the answer is larger than the limit when decompressed") from error
        except (zlib.error, EOFError, gzip.BadGzipFile, ValueError) as error:
            raise Refused(Outcome.BAD_ENCODING, "the answer's compression is damaged") from error
