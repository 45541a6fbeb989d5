"""Addresses → pages: the plugin that Datasette asks, and what surrounds every page."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from datasette import Response, hookimpl
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError
from markupsafe import Markup

from pipelines.database.site import guard, pages, watch
from pipelines.database.site.pages import Asked, NotThereError
from pipelines.database.site.phrases import (
    LANGUAGES,
    day_words,
    namer,
    number_words,
    speaker,
    time_words,
)
from pipelines.database.site.questions import Questions
from pipelines.database.site.troubles import told
from pipelines.database.store import Store
from pipelines.database.trouble import writable
from pipelines.errors import KyketError, StoreError
from pipelines.types import Json
from pipelines.vietnamese import harmless

T = TypeVar("T")
log = logging.getLogger(__name__)

#: A page that asks the database for longer than this is given up: it would hold up the next reader.
PAGE_SECONDS = 8.0
#: Pages read at the same time; each has a connection of its own.
_READERS = 4
_YEAR = 365 * 86_400
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def shown(value: Any) -> Any:
    """What a template prints of a value: text without what reorders, hides or ends it; None as nothing."""
    if value is None:
        return ""
    if isinstance(value, str) and not value.isprintable():
        # What is escaped already stays so: taking characters away makes no markup of text.
        return type(value)(harmless(value))
    return value


class TooSlowError(KyketError):
    """The database was asked for longer than a page may ask it."""


@dataclass(slots=True, kw_only=True)
class _Open:
    store: Store
    file: tuple[int, int]
    deadline: float = 0.0


class Readers:
    """Threads that read the database, each through a connection that cannot write and gives up in time."""

    def __init__(self, path: Path, *, seconds: float = PAGE_SECONDS) -> None:
        self.path = path
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="kyket-pages")
        self._local = threading.local()

    async def ask(self, question: Callable[[Store], T]) -> T:
        """The answer to a question. Raises TooSlowError, or what the question raises."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, question)

    def _ask(self, question: Callable[[Store], T]) -> T:
        reader = self._reader()
        reader.deadline = time.monotonic() + self._seconds
        try:
            # One page sees one state of the database, whatever a crawl writes meanwhile.
            reader.store.connection.execute("BEGIN")
            return question(reader.store)
        except (StoreError, sqlite3.OperationalError) as error:
            if time.monotonic() >= reader.deadline:
                raise TooSlowError("that question takes too long; narrow it down") from error
            raise
        finally:
            reader.deadline = float("inf")
            if reader.store.connection.in_transaction:
                reader.store.connection.execute("ROLLBACK")

    def _reader(self) -> _Open:
        file = self.path.stat()
        reader: _Open | None = getattr(self._local, "reader", None)
        if reader is not None and reader.file != (file.st_dev, file.st_ino):
            # The file was replaced, as by a restored backup: the old connection would show the old one for ever.
            reader.store.close()
            reader = None
        if reader is None:
            reader = _Open(
                store=Store(self.path, readonly=True, busy_timeout=5), file=(file.st_dev, file.st_ino)
            )
            opened = reader
            reader.store.connection.set_progress_handler(lambda: time.monotonic() > opened.deadline, 20_000)
            self._local.reader = reader
        return reader

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Site:
    """What the plugin knows of one running application; kept as `datasette.kyket`."""

    def __init__(
        self, path: Path, rules: guard.Rules, *, clock: Callable[[], datetime] | None = None
    ) -> None:
        self.path = path
        self.rules = rules
        self.readers = Readers(path)
        self.clock = clock or (lambda: datetime.now(UTC))
        static = Path(__file__).parent / "static"
        newest = max((file.stat().st_mtime_ns for file in static.iterdir()), default=0)
        self.version = f"{newest:x}"[-8:]

    def may_judge(self, scope: Mapping[str, Any]) -> bool:
        """May this visitor give verdicts? On this machine, or with the password, which everyone here then had."""
        return self.closed(scope) is None

    def closed(self, scope: Mapping[str, Any]) -> str | None:
        """The phrase that says why no verdict can be given; None when one can."""
        if self.rules.password is None and not guard.is_local(scope):  # type: ignore[arg-type]
            return "verdict_remote"
        return None if writable(self.path) else "verdict_readonly"


# -- what Datasette asks ---------------------------------------------------------------------------------------


@hookimpl  # type: ignore[untyped-decorator]
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    """Our pages come before Datasette's own."""
    if not isinstance(getattr(datasette, "kyket", None), Site):
        return []
    routes = [(pattern, _page(function, template)) for pattern, function, template in PAGES]
    return [
        *routes,
        (r"^/agreements\.(?P<format>csv|jsonl|xlsx)$", download),
        (r"^/graph\.json$", graph_json),
        (r"^/feed/(?P<what>today|search|p\d{1,15})\.atom$", feed),
        (r"^/verdict$", verdict),
        (r"^/a(?P<number>\d{1,15})$", agreement),
        (r"^/robots\.txt$", robots),
    ]


@hookimpl  # type: ignore[untyped-decorator]
def extra_template_vars(request: Any, datasette: Any) -> dict[str, Any]:
    """What every template may use, Datasette's own included."""
    site = getattr(datasette, "kyket", None)
    if not isinstance(site, Site):
        return {}
    language = _choice(request, "lang", LANGUAGES)
    return {
        "t": speaker(language),
        "told_of": lambda error: told(error, language),
        "name": namer(language),
        "day": day_words(language),
        "at": time_words(language),
        "n": number_words(language),
        "lang": language,
        "theme": _choice(request, "theme", ("auto", "light", "dark")),
        "version": site.version,
        "path": request.path if request else "/",
        "here": _here(request),
        "closed": "verdict_remote" if request is None else site.closed(request.scope),
        "may_judge": request is not None and site.may_judge(request.scope),
        "switch": lambda **changes: _switched(request, **changes),
    }


@hookimpl  # type: ignore[untyped-decorator]
def handle_exception(request: Any, datasette: Any, exception: Exception) -> Any:
    """An error of the tables is told on a page like the others, or in JSON to a program; in place of Datasette's own
    handler, which prints every local variable to the terminal."""

    async def tell() -> Response:
        known = isinstance(exception, (Base400, DatasetteError))
        status: int = getattr(exception, "status", 500) if known else 500
        if not known:
            log.error("%s could not be answered", request.path, exc_info=exception)
        text = str(exception) if known else type(exception).__name__
        if request.path.endswith(".json"):
            return Response.json({"ok": False, "error": text, "status": status}, status=status)
        t = speaker(_choice(request, "lang", LANGUAGES))
        title = t("not_found") if status == 404 else t("trouble")
        values = {"title": title, "text": "" if status == 404 else text, "ours": True}
        html = await datasette.render_template("sorry.html", values, request=request)
        return Response.html(html, status=status, headers={"cache-control": "no-store"})

    return tell


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(value: Any, column: str) -> Any:
    """An address in a table is a link that tells the other side nothing, and only of the web; `s12` leads to its page."""
    if column == "id" and isinstance(value, str) and re.fullmatch(r"[sepa]\d{1,15}", value):
        return Markup('<a href="/{}">{}</a>').format(value, value)
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s\x00-\x1f]{1,2000}", value):
        return None
    short = value if len(value) <= 120 else value[:117] + "…"
    return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(value, shown(short))


def _choice(request: Any, name: str, known: tuple[str, ...]) -> str:
    chosen = request.cookies.get(f"kyket_{name}") if request is not None else None
    return chosen if chosen in known else known[0]


def _here(request: Any) -> str:
    """This page's own path and query, to come back to."""
    if request is None:
        return "/"
    path = request.path + ("?" + request.query_string if request.query_string else "")
    return path if _OWN_PATH.fullmatch(path) else "/"


def _switched(request: Any, **changes: str) -> str:
    pairs = [] if request is None else parse_qsl(request.query_string, keep_blank_values=True)[:50]
    return "?" + urlencode(
        [*((name, value) for name, value in pairs if name not in changes), *changes.items()]
    )


# -- pages -----------------------------------------------------------------------------------------------------

Question = Callable[[Store, Asked], Json]

PAGES: tuple[tuple[str, Question, str], ...] = (
    (r"^/$", pages.today, "today.html"),
    (r"^/s(?P<number>\d{1,15})$", pages.story, "story.html"),
    (r"^/e(?P<number>\d{1,15})$", pages.event, "event.html"),
    (r"^/agreements$", pages.agreements, "agreements.html"),
    (r"^/parties$", pages.parties, "parties.html"),
    (r"^/p(?P<number>\d{1,15})$", pages.party, "party.html"),
    (r"^/graph$", pages.graph, "graph.html"),
    (r"^/search$", pages.search, "search.html"),
    (r"^/outlets$", watch.outlets, "outlets.html"),
    (r"^/outlet/(?P<name>[A-Za-z0-9_.-]{1,100})$", watch.outlet, "outlet.html"),
    (r"^/crawls$", watch.crawls, "crawls.html"),
    (r"^/crawl/(?P<number>\d{1,15})$", watch.crawl, "crawl.html"),
)


def _page(question: Question, template: str) -> Callable[..., Any]:
    async def view(request: Any, datasette: Any) -> Response:
        preference = _preference(request)
        if preference is not None:
            return preference
        site: Site = datasette.kyket
        try:
            values = await site.readers.ask(lambda store: question(store, _asked(request, site)))
        except KyketError as error:
            return await _sorry(datasette, request, error)
        html = await datasette.render_template(template, {**values, "ours": True}, request=request)
        return Response.html(html, headers={"cache-control": "private, no-store"})

    return view


def _asked(request: Any, site: Site) -> Asked:
    pairs = parse_qsl(request.query_string, keep_blank_values=True)[:50]
    return Asked(now=site.clock(), args=dict(reversed(pairs)), parts=dict(request.url_vars))


def _preference(request: Any) -> Response | None:
    """`?lang=en` and `?theme=dark` are remembered in a cookie, and the page is shown without them."""
    wanted = dict(parse_qsl(request.query_string))
    known = {"lang": LANGUAGES, "theme": ("auto", "light", "dark")}
    chosen = {name: wanted[name] for name, values in known.items() if wanted.get(name) in values}
    if not chosen:
        return None
    rest = [
        (name, value)
        for name, value in parse_qsl(request.query_string, keep_blank_values=True)
        if name not in known
    ]
    target = request.path + ("?" + urlencode(rest) if rest else "")
    response = Response.redirect(target if _OWN_PATH.fullmatch(target) else "/", status=303)
    for name, value in chosen.items():
        response.set_cookie(f"kyket_{name}", value, max_age=_YEAR, httponly=True, samesite="lax")
    return response


async def _sorry(datasette: Any, request: Any, error: KyketError) -> Response:
    t = speaker(_choice(request, "lang", LANGUAGES))
    status, title, text = 400, t("trouble"), told(error, _choice(request, "lang", LANGUAGES))
    if isinstance(error, NotThereError):
        status, title, text = 404, t("not_found"), t("not_found_story", id=str(error))
    elif isinstance(error, TooSlowError):
        status, text = 503, t("too_slow")
    elif isinstance(error, StoreError) and error.exit_status == 1:
        status = 503
    html = await datasette.render_template(
        "sorry.html", {"title": title, "text": text, "ours": True}, request=request
    )
    return Response.html(html, status=status, headers={"cache-control": "no-store"})


async def agreement(request: Any, datasette: Any) -> Response:
    """`/a5` leads to the story that tells of it."""
    number = int(request.url_vars["number"])
    try:
        story = await datasette.kyket.readers.ask(lambda store: store.reading.story_of_agreement(number))
    except KyketError:
        return await _sorry(datasette, request, NotThereError(f"a{number}"))
    return Response.redirect(f"/s{story}", status=303)


async def graph_json(request: Any, datasette: Any) -> Response:
    """The graph that a page draws."""
    site: Site = datasette.kyket
    try:
        data = await site.readers.ask(lambda store: pages.graph_data(store, _asked(request, site)))
    except KyketError as error:
        return Response.json({"error": str(error)}, status=404 if isinstance(error, NotThereError) else 503)
    return Response.json(data, headers={"cache-control": "private, no-store"})


async def robots(request: Any) -> Response:
    """Nobody should index a copy of the newspapers' work."""
    return Response.text("User-agent: *\nDisallow: /\n")


# -- downloads and feeds ---------------------------------------------------------------------------------------


async def download(request: Any, datasette: Any) -> Response:
    """The table of agreements with the page's own filters: complete, and no cell a formula."""
    site: Site = datasette.kyket
    ending = request.url_vars["format"]
    try:
        body = await site.readers.ask(lambda store: _exported(store, _asked(request, site), ending))
    except KyketError as error:
        return await _sorry(datasette, request, error)
    return Response(
        body=body,
        content_type=_TYPES[ending],
        headers={
            "content-disposition": f'attachment; filename="kyket-agreements.{ending}"',
            "cache-control": "no-store",
        },
    )


def _exported(store: Store, asked: Asked, ending: str) -> bytes:
    from pipelines.exports import AGREEMENT_COLUMNS, export

    filters, year = pages.agreement_filters(asked)
    questions = Questions(store)
    _, ids, _ = questions.agreements(filters, year=year, limit=1_000_000, offset=0)

    def rows() -> Iterator[Json]:
        for start in range(0, len(ids), 200):
            chunk = ids[start : start + 200]
            numbers = questions.agreement_numbers(chunk)
            for one in store.reading.of(chunk):
                yield {**one, "id": f"a{numbers[int(one['id'][1:])]}", "story": one["id"]}

    with tempfile.TemporaryDirectory(prefix="kyket-") as folder:
        target = Path(folder) / f"agreements.{ending}"
        export(rows(), target, AGREEMENT_COLUMNS)
        return target.read_bytes()


async def feed(request: Any, datasette: Any) -> Response:
    """Atom: what is new, the newest hits of a search, the newest agreements of a party."""
    from pipelines.database.site.feeds import atom

    site: Site = datasette.kyket
    asked = _asked(request, site)
    try:
        title, about, stories = await site.readers.ask(lambda store: _fed(store, asked))
    except KyketError as error:
        text = told(error, _choice(request, "lang", LANGUAGES))
        return Response.text(f"{text}\n", status=404 if isinstance(error, NotThereError) else 400)
    text = harmless(atom(title, about, stories, now=asked.now))
    return Response(
        body=text, content_type="application/atom+xml; charset=utf-8", headers={"cache-control": "no-cache"}
    )


def _fed(store: Store, asked: Asked) -> tuple[str, str, list[Json]]:
    from pipelines.database.filters import Filters

    what = asked.parts["what"]
    if what == "today":
        return (
            "Kyket: sự kiện mới",
            "today",
            store.reading.of([one.story for one in Questions(store).latest(50)]),
        )
    if what == "search":
        query = asked.get("q") or ""
        only = asked.get("matches") == "1"
        if not only:
            store.search.matching(query)  # says what is wrong with a query before it is taken as a filter
        filters = Filters(text=query, everything=not only)
        return (
            f"Kyket: {query}",
            f"search:{query}:{'matches' if only else 'all'}",
            list(store.reading.matches(filters, limit=50)),
        )
    number = int(what[1:])
    found = Questions(store).party(number)
    if found is None:
        raise NotThereError(what)
    filters = Filters(parties=(f"p{found['id']}",))
    return f"Kyket: {found['name']}", f"party:{found['id']}", list(store.reading.matches(filters, limit=50))


# -- verdicts --------------------------------------------------------------------------------------------------


async def verdict(request: Any, datasette: Any) -> Response:
    """Keep a person's accept or reject, and go back to the page that it was given on."""
    site: Site = datasette.kyket
    t = speaker(_choice(request, "lang", LANGUAGES))
    if request.method != "POST":
        return Response.redirect("/", status=303)
    closed = site.closed(request.scope)
    if closed is not None:
        return Response.text(t(closed), status=403)
    form = await request.post_vars()
    # Datasette's own check lets a form without cookies pass; this one does not.
    cookie = request.cookies.get("ds_csrftoken")
    if not cookie or form.get("csrftoken") != cookie or not guard.same_origin(request.headers):
        return Response.text(t("verdict_stale"), status=403)
    told = re.fullmatch(r"([se])(\d{1,15})", form.get("id", ""))
    said = form.get("verdict", "")
    if told is None or said not in ("accept", "reject", "none"):
        return Response.text(t("trouble"), status=400)
    number = int(told.group(2))

    def keep() -> None:
        with Store(site.path, create=False, busy_timeout=10) as store:
            store.verdicts.give(
                said,
                stories=[number] if told.group(1) == "s" else [],
                events=[number] if told.group(1) == "e" else [],
                note="web",
                now=site.clock(),
            )

    try:
        await asyncio.get_running_loop().run_in_executor(None, keep)
    except KyketError as error:
        return await _sorry(datasette, request, error)
    back = form.get("next", "/")
    return Response.redirect(back if _OWN_PATH.fullmatch(back) else "/", status=303)
