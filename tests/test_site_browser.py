"""The pages in a real browser: the system's Chromium, driven by Playwright. Skips where either is missing."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import visiting

from pipelines.database import Store
from pipelines.graphs import write_graph

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PAGES = (
    "/", "/?day=2021-06-05", "/s1", "/s6", "/e1", "/agreements", "/agreements?party=qu%C3%A2n+khu+7", "/parties", "/p1", "/graph", "/search",
    "/search?q=ky+ket", "/outlets?days=365", "/outlet/namson", "/crawls", "/crawl/1", "/data", "/data/stories", "/data/newest", "/nothing",
)  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this system; install it (Debian: apt install chromium)")
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: pip install 'kyket[test]'"
    )
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


class Served:
    """An application on a free port of this machine, in a thread."""

    def __init__(self, path: Path) -> None:
        import uvicorn

        from pipelines.commands_serve import _listen
        from pipelines.database.site.app import application

        self.path = path
        self._socket = _listen("127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        app = application(path, clock=lambda: visiting.NOW)
        self._server = uvicorn.Server(
            uvicorn.Config(app, log_level="error", lifespan="on", proxy_headers=False)
        )
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.02)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=20)
        self._socket.close()


def _serve(folder: Path, *, filled: bool = True, spoilt: bool = False) -> Iterator[Served]:
    path = folder / "kyket.db"
    if filled:
        visiting.fill(path)
    else:
        Store(path).close()
    if spoilt:
        visiting.spoil(path)
    served = Served(path)
    yield served
    served.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[Served]:
    yield from _serve(tmp_path_factory.mktemp("filled"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[Served]:
    yield from _serve(tmp_path_factory.mktemp("empty"), filled=False)


@pytest.fixture(scope="module")
def wicked(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[Served]:
    yield from _serve(tmp_path_factory.mktemp("wicked"), spoilt=True)


@pytest.fixture
def own(tmp_path: Path, browser: Any) -> Iterator[Served]:
    """A database that a test may change."""
    yield from _serve(tmp_path)


class Window:
    """One page of the browser, and everything that went wrong in it."""

    def __init__(self, browser: Any, **look: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **look})
        self.page = self.context.new_page()
        self.trouble: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("request", lambda request: self.asked.append(request.url))

    def _said(self, message: Any) -> None:
        # A page that is not there is told to the console as well; that is what was asked for.
        if message.type in ("error", "warning") and "status of 404" not in message.text:
            self.trouble.append(f"console: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.trouble.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@pytest.fixture
def window(browser: Any) -> Iterator[Any]:
    opened: list[Window] = []

    def open_one(**look: Any) -> Window:
        opened.append(Window(browser, **look))
        return opened[-1]

    yield open_one
    for one in opened:
        one.context.close()


PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("look", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_page_fits_its_window_and_complains_of_nothing(
    filled: Served, window: Any, look: dict[str, Any], scheme: str
) -> None:
    seen = window(**look, color_scheme=scheme)
    for address in PAGES:
        seen.page.goto(filled.base + address, wait_until="load")
        wide = seen.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{address} is {wide} px wider than the window"
        assert seen.trouble == [], address
        dark = seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 27)"
        assert dark == (scheme == "dark"), address
    assert all(url.startswith(filled.base) for url in seen.asked), "a page asked another server for something"


def test_the_pages_of_an_empty_database_complain_of_nothing(empty: Served, window: Any) -> None:
    seen = window(**PHONE)
    for address in (
        "/",
        "/agreements",
        "/parties",
        "/graph",
        "/search?q=ky+ket",
        "/outlets",
        "/crawls",
        "/data",
        "/data/stories",
    ):
        seen.page.goto(empty.base + address, wait_until="load")
        assert seen.trouble == [], address


def test_nothing_that_strangers_wrote_runs_loads_or_leads_astray(wicked: Served, window: Any) -> None:
    seen = window()
    for address in PAGES:
        seen.page.goto(wicked.base + address, wait_until="load")
        assert [one for one in seen.trouble if "Content Security" in one or "dialog" in one] == [], address
        astray = seen.page.eval_on_selector_all(
            "a[href]", "links => links.map(a => a.protocol).filter(p => !/^https?:$/.test(p))"
        )
        assert astray == [], address
    assert all(url.startswith(wicked.base) for url in seen.asked)
    seen.page.goto(wicked.base + "/s3")
    assert "<script>alert(1)</script>" in seen.page.inner_text("h1")


def test_a_verdict_is_given_with_the_mouse_and_taken_back(own: Served, window: Any) -> None:
    seen = window()
    seen.page.goto(own.base + "/")
    card = seen.page.locator(".card").first
    name = card.get_attribute("id")
    card.locator("button.accept").click()
    seen.page.wait_for_load_state()
    pressed = seen.page.locator(f"#{name} button.accept")
    assert pressed.get_attribute("aria-pressed") == "true"
    assert seen.page.url == f"{own.base}/#{name}"
    with Store(own.path, readonly=True) as store:
        assert store.value("SELECT count(*) FROM stories WHERE verdict = 'accept'") > 0
    pressed.click()
    seen.page.wait_for_load_state()
    assert seen.page.locator(f"#{name} button.accept").get_attribute("aria-pressed") == "false"
    assert seen.trouble == []


def test_a_form_on_another_site_cannot_give_a_verdict(own: Served, window: Any, tmp_path: Path) -> None:
    page = tmp_path / "evil.html"
    page.write_text(
        f'<form method="post" action="{own.base}/verdict"><input name="id" value="s1"><input name="verdict" value="accept">'
        '<input name="csrftoken" value="x"><button>Go</button></form>'
    )
    seen = window()
    seen.page.goto(own.base + "/")  # the cookie is there
    seen.page.goto(page.as_uri())
    seen.page.click("button")
    seen.page.wait_for_load_state()
    with Store(own.path, readonly=True) as store:
        assert store.value("SELECT count(*) FROM verdicts") == 0


def test_the_keyboard_alone_is_enough(filled: Served, window: Any) -> None:
    seen = window()
    seen.page.goto(filled.base + "/agreements")
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.className") == "skip"
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate("document.activeElement.id") == "content"
    seen.page.keyboard.press("j")
    first = seen.page.evaluate("document.activeElement.getAttribute('href')")
    seen.page.keyboard.press("j")
    assert re.fullmatch(r"/s\d+", first)
    assert seen.page.evaluate("document.activeElement.getAttribute('href')") != first
    seen.page.keyboard.press("k")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url(f"**{first}")
    seen.page.keyboard.press("/")
    seen.page.wait_for_url("**/search")
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("nông dân")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector(".result")


def test_the_switches_work_without_scripts(filled: Served, window: Any) -> None:
    seen = window(java_script_enabled=False, color_scheme="light")
    seen.page.goto(filled.base + "/agreements?kind=ket_nghia")
    seen.page.click("text=English")
    assert seen.page.inner_text("h1") == "Agreements"
    assert seen.page.url == filled.base + "/agreements?kind=ket_nghia"
    seen.page.click("text=Dark")
    assert seen.page.get_attribute("html", "data-theme") == "dark"


def test_the_graph_is_drawn_found_in_and_zoomed(filled: Served, window: Any) -> None:
    seen = window()
    seen.page.goto(filled.base + "/graph")
    seen.page.wait_for_selector(".graph[data-ready]")
    assert seen.page.locator(".graph circle").count() == int(seen.page.get_attribute(".graph", "data-ready"))
    seen.page.fill(".graph .find", "quan khu 7")
    assert "Tỉnh đoàn Hải Thanh" in seen.page.inner_text(".graph .about")
    before = seen.page.get_attribute(".graph svg > g", "transform")
    seen.page.click(".graph .in")
    assert seen.page.get_attribute(".graph svg > g", "transform") != before
    assert seen.trouble == []


def test_the_graph_is_used_with_the_keyboard_alone(filled: Served, window: Any) -> None:
    seen = window()
    seen.page.goto(filled.base + "/graph")
    seen.page.wait_for_selector(".graph[data-ready]")
    seen.page.focus(".graph svg")
    before = seen.page.get_attribute(".graph svg > g", "transform")
    for key in ("+", "ArrowLeft"):
        seen.page.keyboard.press(key)
        after = seen.page.get_attribute(".graph svg > g", "transform")
        assert after != before
        before = after
    seen.page.keyboard.press("j")
    first = seen.page.inner_text(".graph .about")
    seen.page.keyboard.press("j")
    assert first and seen.page.inner_text(".graph .about") != first
    seen.page.keyboard.press("k")
    assert seen.page.inner_text(".graph .about") == first
    name = first.split(" · ")[0]
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url(re.compile(r"/p\d+$"))
    assert seen.page.inner_text("h1") == name
    assert seen.trouble == []


def test_a_graph_of_five_hundred_parties_shows_labels_that_do_not_overlap(
    window: Any, tmp_path: Path
) -> None:
    found = [
        {
            "id": f"a{n}",
            "parties": [f"Hội đồng số {n % 23}", f"Đơn vị mang tên rất dài số {n}"],
            "period": None,
            "title": "Tin",
        }
        for n in range(480)
    ]
    write_graph(found, [], tmp_path / "graph.html")
    seen = window()
    seen.page.goto((tmp_path / "graph.html").as_uri())
    seen.page.wait_for_selector(".graph[data-ready]")
    boxes = seen.page.eval_on_selector_all(
        ".graph text[visibility=visible]",
        "all => all.map(one => { const b = one.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })",
    )
    assert len(boxes) >= 20
    # Glyphs reach a little beyond the line that was kept free for them.
    overlaps = [
        (a, b) for n, a in enumerate(boxes) for b in boxes[n + 1 :]
        if a[0] < b[2] - 1 and b[0] < a[2] - 1 and a[1] < b[3] - 4 and b[1] < a[3] - 4
    ]  # fmt: skip
    assert overlaps == []
    assert seen.trouble == []
