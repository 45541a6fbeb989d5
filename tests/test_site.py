"""The web pages, asked for without a browser: what they say, who may do what, and that hostile words stay words."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import visiting
from click.testing import CliRunner
from visiting import NOW, Visitor

from pipelines import commands_serve
from pipelines.database import Store
from pipelines.database.filters import Filters
from pipelines.database.query import REFUSALS
from pipelines.database.site import columns, guard, phrases, routes, troubles
from pipelines.database.site.app import application
from pipelines.database.site.routes import Readers, TooSlowError
from pipelines.database.trouble import writable
from pipelines.errors import KyketError, UsageError
from pipelines.profile import load_profile

PROJECT = Path(__file__).parents[1]
SITE = PROJECT / "pipelines" / "database" / "site"
ATOM = "{http://www.w3.org/2005/Atom}"

#: Pages that every database has, and pages of things that the small database holds.
ALWAYS = (
    "/",
    "/?day=2026-08-02",
    "/agreements",
    "/parties",
    "/graph",
    "/search",
    "/search?q=ky+ket",
    "/outlets",
    "/crawls",
    "/data",
)
FILLED = (
    "/s1",
    "/s3",
    "/s5",
    "/s6",
    "/e1",
    "/p1",
    "/outlet/namson",
    "/crawl/1",
    "/agreements?party=qu%C3%A2n+khu+7",
    "/outlets?days=365",
)
TABLES = (
    "/data/stories",
    "/data/stories/1",
    "/data/newest",
    "/data/pairs",
    "/data?sql=select+title,+url+from+stories",
    "/data/sources",
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "kyket.db"
    visiting.fill(path)
    return path


@pytest.fixture(scope="module")
def wicked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("wicked") / "kyket.db"
    visiting.fill(path)
    visiting.spoil(path)
    return path


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "kyket.db"
    Store(path).close()
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A database that a test may change."""
    visiting.fill(tmp_path / "kyket.db")
    return tmp_path / "kyket.db"


@pytest.fixture
def visit() -> Iterator[Callable[..., Visitor]]:
    """`visit(path)`: someone on this machine; `password=`, `machine=`, `base=` say otherwise."""
    visitors: list[Visitor] = []

    def come(path: Path, *, password: str | None = None, hosts: tuple[str, ...] = (), **more: Any) -> Visitor:
        visitors.append(Visitor(application(path, password=password, hosts=hosts, clock=lambda: NOW), **more))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.close()


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.inline: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = "inline" if tag in ("script", "style") and "src" not in dict(attrs) else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        (self.inline if self._inside else self.words).append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def links(self) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == "a"]


# -- every page ------------------------------------------------------------------------------------------------


def test_every_page_answers_in_both_languages(filled: Path, visit: Callable[..., Visitor]) -> None:
    visitor = visit(filled)
    for language in ("vi", "en"):
        assert visitor.get(f"/?lang={language}").status_code == 303
        for address in (*ALWAYS, *FILLED, *TABLES):
            answer = visitor.get(address)
            assert answer.status_code == 200, address
            assert f'<html lang="{language}"' in answer.text, address
            assert len(re.findall(r"<h1[ >]", answer.text)) == 1, address


def test_every_page_of_an_empty_database_says_so_and_fails_nowhere(
    empty: Path, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(empty)
    for address in (
        *ALWAYS,
        "/data/stories",
        "/graph.json",
        "/feed/today.atom",
        "/agreements.csv",
        "/agreements.xlsx",
    ):
        assert visitor.get(address).status_code == 200, address
    assert "kyket crawl" in Seen(visitor.get("/").text).text
    assert visitor.get("/graph.json").json() == {"nodes": [], "ties": [], "all": 0, "centre": None}


@pytest.mark.parametrize(
    "address",
    [
        "/s999",
        "/e999",
        "/p999",
        "/a999",
        "/crawl/999",
        "/outlet/nowhere",
        "/nothing",
        "/data/nothing",
        "/feed/p999.atom",
    ],
)
def test_what_is_not_there_is_404_and_a_page(
    filled: Path, visit: Callable[..., Visitor], address: str
) -> None:
    assert visit(filled).get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/../../etc/passwd", "/data.db", "/-/static/../../app.py",
     "/-/metadata.json", "/-/databases.json", "/-/threads", "/-/plugins.json", "/-/settings.json", "/-/messages", "/-/permissions"],
)  # fmt: skip
def test_no_path_leads_to_files_or_to_the_machinery(
    filled: Path, visit: Callable[..., Visitor], address: str
) -> None:
    answer = visit(filled).get(address)
    assert answer.status_code in (400, 403, 404), answer.text[:200]
    assert str(filled.parent) not in answer.text


@pytest.mark.parametrize("address", ["/?day=gestern", "/?day=0001-01-01", "/?page=-3", "/?page=99999999999999999999", "/agreements?since=x", "/agreements?kind=x",
                                     "/agreements?outlet=x", "/agreements?q=%22", "/search?q=%22offen", "/search?q=AND", "/search?q=%00%ff", "/parties?q=p99999"])  # fmt: skip
def test_nonsense_in_an_address_is_answered_in_words(
    filled: Path, visit: Callable[..., Visitor], address: str
) -> None:
    answer = visit(filled).get(address)
    assert answer.status_code in (200, 400)
    assert "Traceback" not in answer.text
    assert "sqlite3" not in answer.text


# -- what the pages say ----------------------------------------------------------------------------------------


def test_today_shows_one_card_an_event_with_its_deciding_sentence_marked(
    filled: Path, visit: Callable[..., Visitor]
) -> None:
    page = visit(filled).get("/").text
    with Store(filled, readonly=True) as store:
        new = {
            match["event"]["id"]
            for match in store.reading.new(0)[0]
            if match["found_at"] >= "2026-08-01T17:00:00Z"
        }
    assert set(re.findall(r'<article class="card[^"]*" id="(e\d+)"', page)) == new
    assert '<mark class="mark evidence">ký kết</mark>' in page
    assert "2 bài" in Seen(page).text


def test_the_calendar_counts_the_matches_of_each_day(filled: Path, visit: Callable[..., Visitor]) -> None:
    page = Seen(visit(filled).get("/").text).text
    with Store(filled, readonly=True) as store:
        days = [
            datetime.fromisoformat(match["published"])
            for match in store.reading.matches()
            if match["published"]
        ]
    told = [(d + timedelta(hours=7)).strftime("%d/%m/%Y") for d in days]
    recent = {day for day in told if day.endswith("2026")}
    assert recent
    for day in recent:
        assert f"({day}: {told.count(day)} tin khớp)" in page


def test_a_day_shows_what_was_told_on_it(filled: Path, visit: Callable[..., Visitor]) -> None:
    page = Seen(visit(filled).get("/?day=2021-06-05").text).text
    assert "Quân khu 7 ký kết với Tỉnh đoàn Hải Thanh" in page
    assert "nông dân" not in page


def test_when_nothing_is_new_the_latest_is_shown(own: Path, visit: Callable[..., Visitor]) -> None:
    with Store(own) as store, store.transaction() as db:
        db.execute("UPDATE notices SET at = '2020-01-01T00:00:00Z'")
    page = Seen(visit(own).get("/").text).text
    assert "Từ hôm qua không có sự kiện mới" in page
    assert "Quân khu 7 và Tỉnh đoàn Hải Thanh ký tiếp năm năm" in page


def test_a_story_shows_text_marks_parties_and_where_it_came_from(
    filled: Path, visit: Callable[..., Visitor]
) -> None:
    page = visit(filled).get("/s1").text
    assert '<mark class="mark period sentence">2026-2031</mark>' in page
    assert re.search(
        r'<a class="mark party sentence" href="/p\d+" title="Bộ CHQS tỉnh Nam Sơn">Bộ CHQS tỉnh Nam Sơn</a>',
        page,
    )
    seen = Seen(page)
    assert "Nam Sơn: ký kết giữa bộ đội và nông dân" in seen.text, "the other telling of the event"
    assert "https://namson.example/bai-1.html" in {link.get("href") for link in seen.links()}
    assert "/crawl/1" in {link.get("href") for link in seen.links()}


def test_marks_never_change_the_words_of_a_story(filled: Path, visit: Callable[..., Visitor]) -> None:
    visitor = visit(filled)
    with Store(filled, readonly=True) as store:
        for number in range(1, 7):
            text = store.reading.show(number)["text"]
            body = visitor.get(f"/s{number}").text.split('class="text">', 1)[1].split("</section>", 1)[0]
            shown = "".join(Seen(body.split("</h2>", 1)[1]).words)
            for line in text.split("\n"):
                assert line in shown


def test_a_revised_story_shows_what_went_and_what_came(filled: Path, visit: Callable[..., Visitor]) -> None:
    page = visit(filled).get("/s6").text
    assert "<del>" in page
    assert "".join(re.findall(r"<ins>([^<]*)</ins>", page)).replace(" ", "") == "bảytrongtuần"


def test_an_agreement_number_leads_to_its_story(filled: Path, visit: Callable[..., Visitor]) -> None:
    with Store(filled, readonly=True) as store:
        number = store.value("SELECT id FROM agreements WHERE story = 3")
    answer = visit(filled).get(f"/a{number}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/s3")


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("", Filters()),
        ("?party=Qu%C3%A2n+khu+7", Filters(parties=("Quân khu 7",))),
        (
            "?party=quan+khu+7&since=2022",
            Filters(parties=("Quân khu 7",), since=NOW.replace(year=2022, month=1, day=1)),
        ),
        ("?kind=ket_nghia", Filters(kind="ket_nghia")),
        ("?q=y+te", Filters(text="y te")),
    ],
)
def test_the_table_of_agreements_and_its_downloads_are_what_the_command_lists(
    filled: Path, visit: Callable[..., Visitor], query: str, filters: Filters
) -> None:
    with Store(filled, readonly=True) as store:
        wanted = {one["id"] for one in store.reading.agreements(filters)}
        stories = {one["story"] for one in store.reading.agreements(filters)}
    visitor = visit(filled)
    page = visitor.get(f"/agreements{query}").text
    assert set(re.findall(r'data-name="Tiêu đề"><a href="/(s\d+)"', page)) == stories
    assert f"{len(wanted)} thỏa thuận" in Seen(page).text
    rows = list(
        csv.DictReader(io.StringIO(visitor.get(f"/agreements.csv{query}").content.decode("utf-8-sig")))
    )
    assert {row["id"] for row in rows} == wanted
    assert len(visitor.get(f"/agreements.jsonl{query}").text.splitlines()) == len(wanted)


def test_the_spreadsheet_opens_and_holds_the_rows(filled: Path, visit: Callable[..., Visitor]) -> None:
    pytest.importorskip("openpyxl")
    answer = visit(filled).get("/agreements.xlsx?party=Qu%C3%A2n+khu+7")
    assert "attachment" in answer.headers["content-disposition"]
    sheet = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 3


def test_facets_narrow_and_their_counts_hold(filled: Path, visit: Callable[..., Visitor]) -> None:
    visitor = visit(filled)
    page = visitor.get("/agreements").text
    found = re.findall(r'<a href="(\?(?:kind|act|year)=[^"]+)">[^<]*</a> <span class="n">(\d+)</span>', page)
    assert len(found) >= 3
    for query, count in found:
        narrowed = Seen(visitor.get("/agreements" + query.replace("&amp;", "&")).text).text
        assert f"{count} thỏa thuận" in narrowed, query


def test_a_party_shows_partners_in_graph_and_table_and_its_renewals(
    own: Path, visit: Callable[..., Visitor]
) -> None:
    with Store(own) as store, store.transaction() as db:
        old, new = (
            store.value("SELECT event FROM event_stories WHERE story = ?", (story,)) for story in (3, 4)
        )
        db.execute("UPDATE events SET renews = NULL")
        db.execute("UPDATE events SET renews = ? WHERE id = ?", (old, new))
        number = store.value("SELECT id FROM parties WHERE name LIKE 'Quân khu 7%'")
    visitor = visit(own)
    page = visitor.get(f"/p{number}").text
    periods = re.findall(r'<span class="period">([^<]*)</span>', page)
    assert periods == ["2021–2026", "2026–2031"]
    data = visitor.get(f"/graph.json?party=p{number}").json()
    names = {node["name"] for node in data["nodes"]} - {"Quân khu 7"}
    assert (
        names
        == set(re.findall(r'<td data-name="Bên"><a href="/p\d+"><bdi>([^<]*)</bdi>', page))
        == {"Tỉnh đoàn Hải Thanh"}
    )
    assert data["ties"][0]["weight"] == 2


def test_search_marks_its_words_and_its_facets_are_queries(
    filled: Path, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(filled)
    page = visitor.get("/search?q=%22nong+dan%22").text
    assert '<mark class="mark hit">nông dân</mark>' in page
    facets = re.findall(r'<li><a href="(\?q=[^"]+)">', page)
    assert facets
    for query in facets:
        assert visitor.get("/search" + query.replace("&amp;", "&")).text.count('class="result"') >= 1
    wrong = Seen(visitor.get("/search?q=(ky").text).text
    assert "Có dấu ngoặc chưa đóng" in wrong


def test_outlets_tell_what_needs_a_look(own: Path, visit: Callable[..., Visitor]) -> None:
    with Store(own) as store, store.transaction() as db:
        db.execute("UPDATE sources SET checked_at = '2026-08-03T00:00:00Z', state = 'verified'")
        db.execute(
            "UPDATE sources SET state = 'frozen', state_why = 'nothing new for 20 days' WHERE outlet = 'cuabac'"
        )
    page = Seen(visit(own).get("/outlets?days=30").text).text
    assert "1 trên 2 báo, đài đã quét đang tốt" in page
    assert "đứng yên: nothing new for 20 days" in page


@pytest.mark.parametrize("address", ["/feed/today.atom", "/feed/search.atom?q=ky+ket", "/feed/p1.atom"])
def test_feeds_are_atom_with_an_entry_a_story(
    filled: Path, visit: Callable[..., Visitor], address: str
) -> None:
    answer = visit(filled).get(address)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.text)
    ids = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
    assert ids
    assert len(set(ids)) == len(ids)


def test_a_language_and_a_colour_once_chosen_stay(filled: Path, visit: Callable[..., Visitor]) -> None:
    visitor = visit(filled)
    answer = visitor.get("/search?q=ky+ket&lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=ky+ket")
    visitor.get("/?theme=dark")
    assert '<html lang="en" data-theme="dark">' in visitor.get("/agreements").text
    assert '<html lang="en" data-theme="dark">' in visitor.get("/?lang=<script>&theme=x").text


def test_every_phrase_of_the_templates_exists_in_both_languages() -> None:
    said = set()
    for template in (SITE / "templates").glob("*.html"):
        said |= set(re.findall(r"\bt\(\s*[\"']([^\"']+)[\"']\s*[,)]", template.read_text(encoding="utf-8")))
    assert said - set(phrases.PHRASES) == set()
    for key, (vietnamese, english) in phrases.PHRASES.items():
        assert vietnamese, key
        assert english, key
        assert set(re.findall(r"\{\w+\}", vietnamese)) == set(re.findall(r"\{\w+\}", english)), key


def test_the_explanations_of_columns_are_the_documents() -> None:
    document = (PROJECT / "docs" / "columns.md").read_text(encoding="utf-8")
    assert json.loads((SITE / "columns.json").read_text(encoding="utf-8")) == columns.read(document), (
        "docs/columns.md changed; run: python -m pipelines.database.site.columns"
    )


def test_the_tables_explain_their_columns(filled: Path, visit: Callable[..., Visitor]) -> None:
    assert "everything but the headline" in Seen(visit(filled).get("/data/stories").text).text


# -- hostile words ---------------------------------------------------------------------------------------------

EVERYWHERE = ("/", "/?day=2026-08-02", "/s1", "/s3", "/s6", "/e1", "/agreements", "/parties", "/p1", "/graph", "/search?q=ket", "/outlets?days=365",
              "/outlet/namson", "/crawls", "/crawl/1", "/data", *TABLES, "/data/parties", "/data/evidence")  # fmt: skip


@pytest.mark.parametrize("address", EVERYWHERE)
def test_stored_markup_is_shown_as_text(wicked: Path, visit: Callable[..., Visitor], address: str) -> None:
    answer = visit(wicked).get(address)
    assert answer.status_code == 200
    seen = Seen(answer.text)
    assert not [tag for tag, _ in seen.tags if tag in ("img", "iframe", "object", "embed", "base", "form-x")]
    for tag, attributes in seen.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (
            tag,
            attributes,
        )
        assert tag != "script" or (attributes.get("src") or "").startswith("/") or attributes == {}
    assert not [text for text in seen.inline if "alert" in text]
    assert not re.search(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", answer.text
    )
    if address != "/data":
        assert "<script>alert(1)</script>" in seen.text or "alert" not in answer.text


@pytest.mark.parametrize("address", EVERYWHERE)
def test_links_out_are_of_the_web_and_tell_nothing(
    wicked: Path, visit: Callable[..., Visitor], address: str
) -> None:
    for link in Seen(visit(wicked).get(address).text).links():
        href = link.get("href") or ""
        assert re.match(r"(?:https?://|[/?#])", href), href
        if href.startswith("http") and not href.startswith(visiting.HOME):
            assert {"noopener", "noreferrer", "nofollow"} <= set((link.get("rel") or "").split()), href


@pytest.mark.parametrize("address", ["/feed/today.atom", "/feed/search.atom?q=ket", "/feed/p1.atom"])
def test_feeds_of_hostile_words_are_still_xml(
    wicked: Path, visit: Callable[..., Visitor], address: str
) -> None:
    root = ElementTree.fromstring(visit(wicked).get(address).text)
    entries = list(root.iter(f"{ATOM}entry"))
    assert entries
    assert all("<script>" in (entry.findtext(f"{ATOM}title") or "") for entry in entries)
    assert not [link for link in root.iter(f"{ATOM}link") if not (link.get("href") or "").startswith("http")]


def test_downloaded_cells_are_no_formulas(wicked: Path, visit: Callable[..., Visitor]) -> None:
    with Store(wicked) as store, store.transaction() as db:
        db.execute("UPDATE agreements SET place = '=1+1'")
    rows = list(csv.DictReader(io.StringIO(visit(wicked).get("/agreements.csv").content.decode("utf-8-sig"))))
    assert {row["place"] for row in rows} == {"'=1+1"}


@pytest.mark.parametrize(
    "address", ["/data/agreements.csv?_stream=1", "/data.csv?sql=select+place+from+agreements"]
)
def test_the_plain_tables_csv_holds_no_formulas_either(
    own: Path, visit: Callable[..., Visitor], address: str
) -> None:
    with Store(own) as store, store.transaction() as db:
        db.execute("UPDATE agreements SET place = '=1+1'")
    rows = list(csv.DictReader(io.StringIO(visit(own).get(address).content.decode("utf-8-sig"))))
    assert {row["place"] for row in rows} == {"'=1+1"}


@pytest.mark.parametrize(
    "address", ["/", "/s3", "/agreements", "/p1", "/search?q=ket", "/feed/today.atom", "/data/stories"]
)
def test_nothing_is_left_of_a_terminals_commands(
    wicked: Path, visit: Callable[..., Visitor], address: str
) -> None:
    text = visit(wicked).get(address).text
    assert "đỏ" in text
    # Lists are kept as JSON, where an escape is six letters.
    text = re.sub(r"\\u00[0-9a-f]{2}(\[\d+m)?", "", text)
    assert re.findall("\\[(?:31|0)m|[\x1b\x9b\u202a-\u202e\u2066-\u2069]", text) == []


@pytest.mark.parametrize(
    "address", [*ALWAYS, *TABLES, "/graph.json", "/agreements.csv", "/nothing", "/static/kyket.css"]
)
def test_every_answer_has_a_strict_policy(filled: Path, visit: Callable[..., Visitor], address: str) -> None:
    answer = visit(filled).get(address)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none';")
    assert answer.headers["x-content-type-options"] == "nosniff"
    if "text/html" in answer.headers["content-type"]:
        seen = Seen(answer.text)
        for inline in seen.inline:
            assert guard.csp_hash(inline) in policy
        for tag, attributes in seen.tags:
            assert "style" not in attributes
            source = attributes.get("src") or (attributes.get("href") if tag == "link" else None) or "/"
            assert source.startswith("/"), "no remote assets"
            assert not source.startswith("//"), "no remote assets"


# -- verdicts --------------------------------------------------------------------------------------------------


def token(visitor: Visitor) -> str:
    found = re.search(r'name="csrftoken" value="([^"]+)"', visitor.get("/").text)
    assert found is not None
    return found.group(1)


def said(path: Path) -> dict[int, str | None]:
    with Store(path, readonly=True) as store:
        return store.pairs("SELECT id, verdict FROM stories")


def test_a_verdict_on_an_event_covers_its_stories_and_can_be_taken_back(
    own: Path, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(own)
    form = {"csrftoken": token(visitor), "id": "e1", "verdict": "reject", "next": "/?day=2026-08-02#e1"}
    answer = visitor.post("/verdict", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?day=2026-08-02#e1")
    assert (said(own)[1], said(own)[2], said(own)[3]) == ("reject", "reject", None)
    visitor.post("/verdict", data={**form, "verdict": "none"})
    assert said(own)[1] is None
    visitor.post("/verdict", data={**form, "id": "s5", "verdict": "accept"})
    assert said(own)[5] == "accept"
    assert 'aria-pressed="true"' in visitor.get("/s5").text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_a_verdict_leads_back_to_our_own_pages_only(
    own: Path, visit: Callable[..., Visitor], target: str
) -> None:
    visitor = visit(own)
    answer = visitor.post(
        "/verdict", data={"csrftoken": token(visitor), "id": "s1", "verdict": "accept", "next": target}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_form_of_another_site_changes_nothing(own: Path, visit: Callable[..., Visitor]) -> None:
    visitor = visit(own)
    form = {"id": "s1", "verdict": "accept", "next": "/"}
    assert visitor.post("/verdict", data=form).status_code == 403, (
        "a browser that was never here sends no cookie"
    )
    good = {**form, "csrftoken": token(visitor)}
    assert visitor.post("/verdict", data={**form, "csrftoken": "x"}).status_code == 403
    assert visitor.post("/verdict", data=good, headers={"origin": "https://evil.example"}).status_code == 403
    assert visitor.post("/verdict", data=good, headers={"origin": "null"}).status_code == 403
    assert visitor.post("/verdict", data=good, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert visitor.post("/verdict", json=good).status_code == 403
    assert visitor.get("/verdict?id=s1&verdict=accept").status_code == 303
    assert set(said(own).values()) == {None}
    assert (
        visitor.post(
            "/verdict", data=good, headers={"origin": visiting.HOME, "sec-fetch-site": "same-origin"}
        ).status_code
        == 303
    )
    assert said(own)[1] == "accept"


def test_other_machines_read_but_give_no_verdicts(own: Path, visit: Callable[..., Visitor]) -> None:
    for visitor in (
        visit(own, machine="192.168.1.7", base="http://192.168.1.5:8001"),
        visit(own, headers={"x-forwarded-for": "127.0.0.1"}),
        visit(own, headers={"forwarded": "for=127.0.0.1"}),
    ):
        page = visitor.get("/")
        assert page.status_code == 200
        assert "/verdict" not in page.text
        near = visit(own)
        form = {"csrftoken": token(near), "id": "s1", "verdict": "accept"}
        cookie = near.cookies["ds_csrftoken"]
        assert (
            visitor.post("/verdict", data=form, headers={"cookie": f"ds_csrftoken={cookie}"}).status_code
            == 403
        )
    assert set(said(own).values()) == {None}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_else_can_be_sent(filled: Path, visit: Callable[..., Visitor], method: str) -> None:
    assert visit(filled).ask(method, "/verdict").status_code == 405


@pytest.mark.parametrize("address", ["/data/stories", "/", "/data"])
def test_forms_go_to_one_place_only(filled: Path, visit: Callable[..., Visitor], address: str) -> None:
    assert visit(filled).post(address, data={"a": "b"}).status_code == 405


def test_the_tables_cannot_be_written(own: Path, visit: Callable[..., Visitor]) -> None:
    visitor = visit(own)
    for sql in (
        "delete from stories",
        "select 1; drop table stories",
        "pragma user_version=9",
        "attach 'x' as y",
        "insert into cursor values (1,2,3,4)",
    ):
        assert visitor.get("/data.json", params={"sql": sql}).status_code >= 400, sql
    assert len(said(own)) == 6


# -- who may ask -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("127.0.0.1:8001", True), ("localhost:8001", True), ("LOCALHOST", True), ("[::1]:8001", True), ("192.168.1.5", True),
     ("kyket.example", True), ("evil.example", False), ("127.0.0.1.evil.example", False), ("", False), ("a b", False),
     ("localhost@evil.example", False), ("localhost/evil", False)],
)  # fmt: skip
def test_only_names_of_ours_are_answered(
    filled: Path, visit: Callable[..., Visitor], host: str, allowed: bool
) -> None:
    answer = visit(filled, hosts=("kyket.example",)).get("/crawls", headers={"host": host})
    assert answer.status_code == (200 if allowed else 421)


def test_a_password_is_asked_of_everyone_and_then_allows_verdicts(
    own: Path, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_WRONG_PASSWORD_SECONDS", 0)
    away = visit(own, password="mật khẩu", machine="203.0.113.9", base="http://kyket.example")
    for address in ("/", "/data/stories.json", "/feed/today.atom", "/static/kyket.css", "/graph.json"):
        assert away.get(address).status_code == 401
        assert away.get(address, auth=("x", "falsch")).status_code == 401
        assert away.get(address, auth=("", "mật khẩu")).status_code == 200
    page = away.get("/", auth=("", "mật khẩu")).text
    found = re.search(r'name="csrftoken" value="([^"]+)"', page)
    assert found is not None
    form = {"csrftoken": found.group(1), "id": "s1", "verdict": "accept"}
    assert away.post("/verdict", data=form).status_code == 401
    assert away.post("/verdict", data=form, auth=("", "mật khẩu")).status_code == 303
    assert said(own)[1] == "accept"


# -- beside a crawl --------------------------------------------------------------------------------------------


def test_pages_are_read_while_a_crawl_writes_and_do_not_hold_it_up(
    own: Path, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(own)
    writer = sqlite3.connect(own, isolation_level=None, timeout=0)
    try:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE stories SET title = 'Đang viết dở' WHERE id = 1")
        assert "Đang viết dở" not in visitor.get("/s1").text
        for address in (*ALWAYS, *FILLED, "/data/stories"):
            assert visitor.get(address).status_code == 200, address
        writer.execute("COMMIT")
        assert "Đang viết dở" in visitor.get("/s1").text
        writer.execute("BEGIN IMMEDIATE")  # no reader left a lock behind
        writer.execute("ROLLBACK")
    finally:
        writer.close()


def test_a_page_sees_one_state_of_the_database(own: Path, visit: Callable[..., Visitor]) -> None:
    readers = Readers(own)

    def question(store: Store) -> tuple[int, int]:
        before = store.value("SELECT count(*) FROM stories")
        writer = sqlite3.connect(own)
        with writer:
            writer.execute("DELETE FROM notices")
            writer.execute("UPDATE cursor SET position = 0")
        writer.close()
        assert store.value("SELECT count(*) FROM notices") > 0
        return before, store.value("SELECT count(*) FROM stories")

    done: list[tuple[int, int]] = []
    thread = threading.Thread(target=lambda: done.append(readers._ask(question)))
    thread.start()
    thread.join()
    assert done == [(6, 6)]
    readers.close()


def test_a_question_that_takes_too_long_is_given_up_and_the_next_one_answered(filled: Path) -> None:
    readers = Readers(filled, seconds=0.05)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(TooSlowError):
        readers._ask(lambda store: store.value(endless))
    assert readers._ask(lambda store: store.value("SELECT 7")) == 7
    readers.close()


def test_a_slow_question_by_hand_is_ended(
    filled: Path, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.database.site.app.SQL_MILLISECONDS", 50)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    answer = visit(filled).get("/data.json", params={"sql": endless})
    assert answer.status_code == 400
    assert "took too long" in answer.text.lower() or "interrupted" in answer.text.lower()


def test_a_replaced_file_is_noticed(own: Path, visit: Callable[..., Visitor], tmp_path: Path) -> None:
    visitor = visit(own)
    assert visitor.get("/s3").status_code == 200
    Store(tmp_path / "other.db").close()
    (tmp_path / "other.db").replace(own)
    for leftover in ("-wal", "-shm"):
        own.with_name(own.name + leftover).unlink(missing_ok=True)
    assert visitor.get("/s3").status_code == 404


# -- the command -----------------------------------------------------------------------------------------------


def test_a_taken_port_and_a_missing_database_are_one_sentence_each(filled: Path, tmp_path: Path) -> None:
    with commands_serve._listen("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(commands_serve.serve, ["--db", str(filled), "--port", port])
    assert isinstance(result.exception, KyketError)
    assert str(result.exception) == f"port {port} is taken by another program; choose another with --port"
    result = CliRunner().invoke(commands_serve.serve, ["--db", str(tmp_path / "none.db")])
    assert isinstance(result.exception, KyketError)
    assert "there is no database at" in str(result.exception)
    assert not (tmp_path / "none.db").exists()


# -- what went wrong, in the reader's language ----------------------------------------------------------------------


def test_every_refusal_of_a_search_has_a_vietnamese_sentence_with_the_same_values() -> None:
    for code, sentence in REFUSALS.items():
        there = set(re.findall(r"\{(\w+)\}", troubles.SENTENCES[f"query_{code}"]))
        assert there == set(re.findall(r"\{(\w+)\}", sentence)), code


@pytest.mark.parametrize(
    ("address", "vietnamese", "english"),
    [
        (
            "/search?q=%22k%C3%BD",
            'Dấu ngoặc kép chưa đóng. Hãy viết "ký"',
            'A quotation mark is not closed; write "ký"',
        ),
        ("/search?q=titel:k%C3%BD", "có phải bạn muốn viết title:", "did you mean title:"),
        ("/search?q=from:xyz", "from:xyz không phải là ngày", "from:xyz is no date"),
        ("/search?q=outlet:namsun", "Có phải bạn muốn tìm: namson?", "did you mean namson?"),
        ("/search?q=kind:xyz", "Các loại: chương trình phối hợp", "known are chuong_trinh_phoi_hop"),
        ("/agreements?since=xyz", "“xyz” không phải là ngày", "is no date"),
        ("/agreements?outlet=xyz", "Không có báo, đài nào tên là “xyz”", "No outlet is called"),
        ("/agreements?q=NOT+a", "NOT chỉ loại bớt", "NOT takes away"),
        ("/agreements?party=p999", "Không có bên p999", "There is no party p999"),
        ("/?day=xyz", "“xyz” không phải là ngày", "is no day"),
        ("/feed/search.atom?q=(", "Câu tìm còn dở", "The query ends in the middle"),
    ],
)
def test_what_went_wrong_is_told_in_the_readers_language(
    filled: Path, visit: Callable[..., Visitor], address: str, vietnamese: str, english: str
) -> None:
    visitor = visit(filled)
    assert vietnamese in html.unescape(visitor.get(address).text)
    visitor.get("/?lang=en")
    assert english in html.unescape(visitor.get(address).text)


def test_the_nearest_seed_stands_beside_a_story_with_its_facts_and_its_text_where_it_was_added(
    own: Path, visit: Callable[..., Visitor]
) -> None:
    facts = dict(load_profile().seed_facts[0])
    with Store(own) as store, store.transaction() as db:
        db.execute("UPDATE matches SET nearest_seed = ? WHERE story = 1", (facts["id"],))
    page = Seen(visit(own).get("/s1").text)
    assert all(name in page.text for name in facts["parties"])
    assert facts["outlet"] in page.text
    assert "/".join(reversed(facts["published"].split("-"))) in page.text
    assert facts["url"] in [attributes.get("href") for _, attributes in page.tags]
    assert "kyket seeds add" in page.text
    with Store(own) as store, store.transaction() as db:
        db.execute("DELETE FROM seeds WHERE id = ?", (facts["id"],))
        db.execute(
            "INSERT INTO seeds (id, story, title, added_at) VALUES (?, 3, 'Tin mẫu', '2026-08-03T00:00:00Z')",
            (facts["id"],),
        )
    page = Seen(visit(own).get("/s1").text)
    assert "Ngày 5-6-2021, Quân khu 7 và Tỉnh đoàn Hải Thanh" in page.text
    assert "kyket seeds add" not in page.text


@pytest.mark.slow
def _as_at_a_terminal() -> None:
    """A job that a shell put in the background ignores SIGINT, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_any_free_port_is_told_when_the_pages_are_ready(filled: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from schedules.cli import main; main()",
        "serve",
        "--db",
        str(filled),
        "--port",
        "0",
    ]
    with subprocess.Popen(
        command, cwd=PROJECT, stderr=subprocess.PIPE, text=True, preexec_fn=_as_at_a_terminal
    ) as process:
        assert process.stderr is not None
        told = process.stderr.readline()
        found = re.match(r"http://127\.0\.0\.1:(\d+)/ shows ", told)
        assert found is not None, told
        assert int(found.group(1)) > 0
        with urllib.request.urlopen(told.split()[0]) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130


def test_a_database_that_cannot_be_written_is_read_and_takes_no_verdicts(
    own: Path, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "writable", lambda path: False)
    visitor = visit(own)
    page = visitor.get("/").text
    assert phrases.PHRASES["verdict_readonly"][0] in page
    assert 'action="/verdict"' not in page
    assert visitor.post("/verdict", data={"id": "s1", "verdict": "accept"}).status_code == 403


def test_a_file_in_a_folder_that_may_not_be_written_is_served(
    own: Path, visit: Callable[..., Visitor]
) -> None:
    own.chmod(0o444)
    own.parent.chmod(0o555)
    try:
        if writable(own):
            pytest.skip("this user may write everywhere")
        visitor = visit(own)
        for address in ("/", "/s1", "/search?q=ky+ket", "/data/stories", "/data/newest"):
            assert visitor.get(address).status_code == 200, address
    finally:
        own.parent.chmod(0o755)


def test_other_machines_are_let_in_with_a_password_only(filled: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        commands_serve.serve, ["--db", str(filled), "--host", "0.0.0.0", "--port", "0"]
    )
    assert isinstance(result.exception, UsageError)
    assert "--password-file" in str(result.exception)
    (tmp_path / "leer").write_text("\n")
    result = CliRunner().invoke(
        commands_serve.serve, ["--db", str(filled), "--password-file", str(tmp_path / "leer")]
    )
    assert isinstance(result.exception, UsageError)


def test_the_command_costs_nothing_before_it_is_used() -> None:
    script = (
        "import sys, pipelines.commands_serve; print({'datasette', 'uvicorn', 'jinja2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=PROJECT)
    assert done.stdout.strip() == "set()"
