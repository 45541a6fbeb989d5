"""The commands that answer: what they print, for people and programs, and how they fail."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import storing
from storing import HOUR, NOW, OTHER, TEXT

from pipelines.database import Store
from pipelines.database.filters import Filters
from schedules import cli

PROJECT = Path(__file__).parents[1]
Kyket = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kyket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kyket:
    """Runs a command in an empty folder; (exit status, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KYKET_DB", raising=False)
    monkeypatch.delenv("KYKET_CONFIG", raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            cli.main(list(arguments))
        monkeypatch.delenv("KYKET_DB", raising=False)
        output = capsys.readouterr()
        return int(done.value.code or 0), output.out, output.err

    return run


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A database with three tellings of two events, a story that is no match, and an outlet."""
    with storing.open_store(tmp_path) as store:
        store.ledger.sync_catalogue([storing.outlet(), storing.outlet("dongbac")], now=NOW)
        storing.save(store, storing.story(1), closeness=0.2)
        storing.save(store, storing.story(2, name="dongbac", published=NOW - HOUR))
        other = storing.agreement("Trường Cao đẳng Y", "Bệnh viện Hải Thanh", place=None)
        storing.save(
            store,
            storing.story(3, OTHER + " Hai bên ký kết.", "Trường y bắt tay bệnh viện"),
            closeness=0.9,
            agreement=other,
        )
        near = "Xã Đồng Mây mừng nhà văn hóa mới, có sân bóng chuyền và tủ sách hai trăm cuốn do hội khuyến học tặng."
        storing.save(store, storing.story(4, near, "Nhà văn hóa mới"), score=0.1)
    return tmp_path / "kyket.db"


# -- new -------------------------------------------------------------------------------------------------------


def test_new_prints_one_line_an_event_nearest_first_with_the_deciding_sentence(
    kyket: Kyket, filled: Path
) -> None:
    code, out, err = kyket("new")
    assert (code, err) == (0, "")
    first, second = out.strip().split("\n")
    assert "Trường y bắt tay bệnh viện" in first
    assert "dongbac, namson" in second and "“Sáng 2-8, Bộ Tư lệnh Vùng Cửa Bạc" in second


def test_new_shows_a_thing_once_peek_does_not_count_and_undo_takes_back(kyket: Kyket, filled: Path) -> None:
    whole = kyket("new", "--peek")
    assert kyket("new") == whole
    assert kyket("new") == (0, "", "")
    assert kyket("new", "--undo")[0] == 0
    assert kyket("new") == whole


def test_new_has_the_documented_json(kyket: Kyket, filled: Path) -> None:
    found = json.loads(kyket("new", "--json")[1])
    needed = (
        "id, url, outlet, title, lead, published, found_at, incomplete, score, threshold, evidence, nearest_seed, act, "
        "kind, period, event_date, place, parties, event, duplicate_of, verdict"
    )
    assert set(needed.split(", ")) <= set(found[1])
    assert found[1]["event"] == {"id": found[1]["event"]["id"], "size": 2, "outlets": ["dongbac", "namson"]}
    assert set(found[1]["evidence"][0]) == {"phrase", "sentence", "field"}
    assert found[1]["nearest_seed"] == {"id": "mau-mot", "similarity": 0.4}
    assert json.loads(kyket("new", "--json")[1]) == []


@pytest.mark.slow
@pytest.mark.parametrize("target", ["closed pipe", "full device"])
def test_the_cursor_stays_when_the_output_was_not_written(filled: Path, target: str) -> None:
    script = f"from schedules.cli import main; main(['--db', {str(filled)!r}, 'new'])"
    command = [sys.executable, "-c", script]
    if target == "full device":
        if not Path("/dev/full").exists():
            pytest.skip("no /dev/full here")
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(command, cwd=PROJECT, stdout=full, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
    else:
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(command, cwd=PROJECT, stdout=writer, stderr=subprocess.PIPE, text=True)
        os.close(writer)
        assert (done.returncode, done.stderr) == (1, "")
    with Store(filled) as store:
        assert store.notices.position() == 0


# -- matches, show ---------------------------------------------------------------------------------------------


def test_matches_lists_reprints_too_and_json_lines_say_the_same(kyket: Kyket, filled: Path) -> None:
    lines = kyket("matches")[1].strip().split("\n")
    rows = [json.loads(line) for line in kyket("matches", "--jsonl")[1].strip().split("\n")]
    assert [line.split("\t")[0] for line in lines] == [row["id"] for row in rows]
    assert json.loads(kyket("matches", "--json")[1]) == rows
    assert {row["duplicate_of"] for row in rows} == {None, "s1"}


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--outlet", "dongbac"], {"s2"}),
        (["--party", "benh vien hai thanh"], {"s3"}),
        (["--text", '"vung cua bac"'], {"s1", "s2"}),
        (["--since", "2026-08-03", "--outlet", "dongbac"], {"s2"}),
        (["--since", "2031"], set()),
        (["--until", "2026-08-03"], {"s1", "s2", "s3"}),
        (["--min-score", "0.05"], {"s1", "s2", "s3", "s4"}),
        (["--limit", "1", "--sort", "nearest"], {"s3"}),
        (["--kind", "chương trình phối hợp", "--act", "ký kết"], {"s1", "s2", "s3"}),
        (["--verdict", "none", "--party", "Trường Cao đẳng Y"], {"s3"}),
    ],
)
def test_matches_filters(kyket: Kyket, filled: Path, options: list[str], found: set[str]) -> None:
    code, out, _ = kyket("matches", "--json", *options)
    assert code == 0
    assert {row["id"] for row in json.loads(out)} == found


def test_show_tells_everything(kyket: Kyket, filled: Path) -> None:
    out = kyket("show", "s1")[1]
    for part in (
        "*ký kết*", "https://namson.example/bai-1.html", "mẫu mau-mot", "Vùng Cửa Bạc", "2026-2031", "02/08/2026",
        "Bản sao", "s2", "thử 1", "ghé",
    ):  # fmt: skip
        assert part in out, part
    story = json.loads(kyket("show", "s1", "--json")[1])
    evidence = story["evidence"][0]
    assert story["text"][evidence["start"] : evidence["end"]] == "ký kết"
    assert story["reprints"][0]["id"] == "s2"


def test_show_knows_events_parties_and_agreements(kyket: Kyket, filled: Path) -> None:
    event = json.loads(kyket("show", "s1", "--json")[1])["event"]["id"]
    assert [story["id"] for story in json.loads(kyket("show", event, "--json")[1])["stories"]] == ["s1", "s2"]
    assert json.loads(kyket("show", "a1", "--json")[1])["id"] == "s1"
    party = json.loads(kyket("show", "p1", "--json")[1])
    assert party["name"] == "Vùng Cửa Bạc" and len(party["agreed"]) == 1
    assert kyket("show", event)[0] == kyket("show", "p1")[0] == kyket("show", "1")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["show", "s99"], "there is no story s99"),
        (["show", "e99"], "there is no event e99"),
        (["show", "p99"], "there is no party p99"),
        (["show", "a99"], "there is no agreement a99"),
        (["show", "x1"], "no id here"),
        (["show", "s" + "9" * 30], "no id here"),
        (["accept", "p1"], "no id here"),
        (["accept", "s1", "s99"], "there is no story s99"),
        (["matches", "--since", "bao giờ"], "is no date"),
        (["matches", "--outlet", "dongbak"], "did you mean dongbac"),
        (["matches", "--sort", "magic"], "magic"),
        (["search", '"ký kết'], "quotation mark"),
        (["serch", "x"], "Did you mean `kyket search`"),
        (["new", "--peek", "--undo"], "exclude each other"),
        (["export", "x.docx"], "the ending says the format"),
        (["agreements", "--graph", "x.png"], "known are .graphml and .html"),
    ],
)
def test_wrong_use_is_one_sentence_and_status_2(
    kyket: Kyket, filled: Path, arguments: list[str], sentence: str
) -> None:
    code, out, err = kyket(*arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.startswith("kyket: ") and len(err.strip().split("\n")) <= 2


def test_no_database_no_command_and_a_wrong_file_are_said(kyket: Kyket, tmp_path: Path) -> None:
    code, _, err = kyket("matches")
    assert code == 2 and "kyket demo" in err
    (tmp_path / "notes.txt").write_text("x" * 5000)
    code, _, err = kyket("--db", "notes.txt", "new")
    assert code == 2 and "not a SQLite database" in err
    assert not (tmp_path / "kyket.db").exists()


def test_a_locked_database_is_status_1(kyket: Kyket, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.database import store

    patient = store.Store.__init__

    def hasty(self, path, **options):
        patient(self, path, **{**options, "busy_timeout": 0.05})

    monkeypatch.setattr(store.Store, "__init__", hasty)
    with Store(filled) as holder, holder.transaction():
        code, _, err = kyket("accept", "s1")
        assert (code, "locked by another program" in err) == (1, True)
        assert kyket("matches")[0] == 0


def test_the_database_is_the_options_the_environments_the_folders_the_files(
    kyket: Kyket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("option", "environment", "configured")
    for name in names:
        with storing.open_store(tmp_path, f"{name}.db") as store:
            storing.save(store, storing.story(1, title=f"Bài của {name}"))
    (tmp_path / "kyket.toml").write_text('db = "configured.db"')
    assert "configured" in kyket("matches")[1]
    monkeypatch.setenv("KYKET_DB", "environment.db")
    assert "environment" in kyket("matches")[1]
    monkeypatch.setenv("KYKET_DB", "environment.db")
    assert "option" in kyket("matches", "--db", "option.db")[1]
    assert "option" in kyket("--db", "option.db", "matches")[1]


# -- hostile text ----------------------------------------------------------------------------------------------

HOSTILE = "\x1b[31mĐỏ\x1b[0m \x9b2J<script>alert(1)</script> \u202eabc\u202c =SUM(A1) \x07 \u2028 \ud800"


def _hostile(folder: Path) -> None:
    with storing.open_store(folder) as store:
        of = storing.story(1, HOSTILE + " ký kết", HOSTILE)
        match = storing.judged(of)
        told = storing.agreement("=cmd|' /C calc'!A0", "\x1b]0;x\x07Bên kia")
        store.stories.save(
            replace(of, text=HOSTILE.replace("\ud800", "") + " ký kết", title=HOSTILE.replace("\ud800", ""), lead=None),
            replace(match, evidence=()),
            told, crawl=None, now=NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ["new", "--peek"],
        ["matches"],
        ["show", "s1"],
        ["search", "ky ket"],
        ["agreements"],
        ["parties"],
        ["show", "p1"],
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"], ["--jsonl"]])
def test_no_control_character_reaches_the_output(
    kyket: Kyket, tmp_path: Path, arguments: list[str], form: list[str]
) -> None:
    _hostile(tmp_path)
    code, out, _ = kyket(*arguments, *form)
    assert (code == 0 and "Bên kia" in out) or "Đỏ" in out
    assert re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", out) == []
    if not form:  # JSON keeps what is stored, escaped
        assert re.findall(r"\[31m|\[0m|\b2J|\]0;x", out) == []
    if form == ["--jsonl"]:
        assert all(json.loads(line) for line in out.strip().split("\n"))


def test_cells_cannot_act_as_formulas(kyket: Kyket, tmp_path: Path) -> None:
    _hostile(tmp_path)
    assert kyket("agreements", "--out", "a.csv")[0] == 0
    [row] = csv.DictReader((tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True))
    assert row["parties"].startswith("'=cmd")
    assert not any(value.lstrip().startswith(("=", "+", "-", "@", "\t")) for value in row.values())


def test_a_spreadsheet_holds_whatever_a_title_holds(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    from pipelines.exports import export

    titles = [
        "=1+1",
        "#N/A",
        "#REF!",
        "\ufffe\uffffký",
        "\x1b[1mkết\x1b[0m",
        "dài " * 20_000,
        "+84",
        " @x",
        "bình thường",
    ]
    rows = [{"title": title} for title in titles]
    assert export(rows, tmp_path / "t.xlsx", [("title", lambda row: row["title"])]) == len(titles)
    cells = [row[0] for row in openpyxl.load_workbook(tmp_path / "t.xlsx")["kyket"].iter_rows(min_row=2)]
    assert {one.data_type for one in cells} == {"s"}
    assert [one.value for one in cells][:5] == ["'=1+1", "'#N/A", "'#REF!", "ký", "kết"]
    assert [one.value for one in cells][6:] == ["'+84", "' @x", "bình thường"]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx", "parquet"])
def test_an_export_takes_its_rows_one_after_another(tmp_path: Path, ending: str) -> None:
    """No more rows are alive than two batches, however many there are."""
    pytest.importorskip({"xlsx": "openpyxl", "parquet": "pyarrow"}.get(ending, "csv"))
    from pipelines.exports import _BATCH, export

    alive = 0
    most = 0

    class Row(dict[str, str]):
        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def rows() -> Iterator[Row]:
        nonlocal alive, most
        for number in range(3 * _BATCH):
            alive += 1
            most = max(most, alive)
            yield Row(title=f"Tin {number}")

    assert export(rows(), tmp_path / f"t.{ending}", [("title", lambda row: row["title"])]) == 3 * _BATCH
    assert most <= 2 * _BATCH + 2


@pytest.mark.parametrize(("ending", "missing"), [("xlsx", "openpyxl"), ("parquet", "pyarrow")])
def test_a_missing_extra_is_named_and_no_file_is_left(
    kyket: Kyket, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    code, _, err = kyket("export", f"m.{ending}")
    assert code == 1
    assert f"pip install 'kyket[{ending}]'" in err
    assert not list(tmp_path.glob("*m.*"))


# -- export ----------------------------------------------------------------------------------------------------


def test_exports_hold_what_matches_lists(kyket: Kyket, filled: Path, tmp_path: Path) -> None:
    ids = [row["id"] for row in json.loads(kyket("matches", "--json")[1])]
    for name in ("m.csv", "m.jsonl"):
        assert kyket("export", name) == (0, f"Wrote {len(ids)} stories to {name}.\n", "")
    raw = (tmp_path / "m.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(keepends=True)))
    assert [row["id"] for row in rows] == ids
    assert rows[-1]["parties"] == "Vùng Cửa Bạc; Hội Nông dân tỉnh Nam Sơn"
    assert [json.loads(line)["id"] for line in (tmp_path / "m.jsonl").read_text().splitlines()] == ids
    assert (
        kyket("export", "one.csv", "--party", "Bệnh viện Hải Thanh", "--no-bom")[1]
        == "Wrote 1 story to one.csv.\n"
    )
    assert (tmp_path / "one.csv").read_bytes().startswith(b"id,url")


def test_xlsx_and_parquet_hold_them_too(kyket: Kyket, filled: Path, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    pq = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")
    ids = [row["id"] for row in json.loads(kyket("matches", "--json")[1])]
    assert kyket("export", "m.xlsx")[0] == kyket("export", "m.parquet")[0] == 0
    import openpyxl

    sheet = openpyxl.load_workbook(tmp_path / "m.xlsx").active
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == ids
    assert pq.read_table(tmp_path / "m.parquet").column("id").to_pylist() == ids
    with zipfile.ZipFile(tmp_path / "m.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_a_failed_export_leaves_the_old_file(
    kyket: Kyket, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines import exports

    (tmp_path / "m.csv").write_text("mine")
    monkeypatch.setattr(exports, "cell", lambda value: 1 / 0)
    assert kyket("export", "m.csv")[0] == 1
    assert (tmp_path / "m.csv").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir() if "unfinished" in path.name) == []


# -- agreements, parties, search -------------------------------------------------------------------------------


def test_agreements_are_one_line_an_event(kyket: Kyket, filled: Path) -> None:
    found = json.loads(kyket("agreements", "--json")[1])
    assert len(found) == 2
    assert {tuple(one["parties"]) for one in found} == {
        ("Vùng Cửa Bạc", "Hội Nông dân tỉnh Nam Sơn"), ("Trường Cao đẳng Y", "Bệnh viện Hải Thanh"),
    }  # fmt: skip
    assert len(kyket("agreements")[1].strip().split("\n")) == 2
    assert len(json.loads(kyket("agreements", "--json", "--party", "nong dan")[1])) == 1


def test_graphs_are_well_formed_and_self_contained(kyket: Kyket, filled: Path, tmp_path: Path) -> None:
    from xml.etree import ElementTree

    assert kyket("agreements", "--graph", "g.graphml", "--party", "nong dan")[0] == 0
    graph = ElementTree.parse(tmp_path / "g.graphml").getroot()
    space = "{http://graphml.graphdrawing.org/xmlns}"
    assert len(graph.findall(f".//{space}node")) == 2 and len(graph.findall(f".//{space}edge")) == 1
    assert kyket("agreements", "--graph", "g.html")[0] == 0
    page = (tmp_path / "g.html").read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    assert "Hội Nông dân tỉnh Nam Sơn" in page and "default-src 'none'" in page


def test_hostile_names_do_not_leave_the_graphs_data(kyket: Kyket, tmp_path: Path) -> None:
    from xml.etree import ElementTree

    with storing.open_store(tmp_path) as store:
        storing.save(
            store, storing.story(1), agreement=storing.agreement("</script><script>x()", 'A "&" <b>')
        )
    assert kyket("agreements", "--graph", "g.html")[0] == kyket("agreements", "--graph", "g.graphml")[0] == 0
    assert "</script><script>x" not in (tmp_path / "g.html").read_text(encoding="utf-8")
    ElementTree.parse(tmp_path / "g.graphml")


def test_parties_count_the_agreements_that_the_filters_let_through(
    kyket: Kyket, filled: Path, tmp_path: Path
) -> None:
    assert {party["name"] for party in json.loads(kyket("parties", "--json", "--text", "vung cua bac")[1])} == {
        "Vùng Cửa Bạc", "Hội Nông dân tỉnh Nam Sơn",
    }  # fmt: skip
    assert json.loads(kyket("parties", "--json", "--since", "2031")[1]) == []
    [named] = json.loads(kyket("parties", "--json", "--party", "nong dan", "--since", "2031")[1])
    assert named["agreements"] == 0
    kyket("reject", "s1", "s2")
    assert len(json.loads(kyket("parties", "--json")[1])) == 2
    assert kyket("parties", "--out", "p.csv", "--graph", "p.graphml")[0] == 0
    assert (tmp_path / "p.csv").read_text(encoding="utf-8-sig").count("\n") == 3


def test_parties_merge_and_split_from_the_command_line(kyket: Kyket, filled: Path) -> None:
    assert kyket("parties", "merge", "p1", "p2")[0] == 0
    assert len(json.loads(kyket("parties", "--json")[1])) == 3
    assert kyket("parties", "split", "p2")[0] == 0
    assert len(json.loads(kyket("parties", "list", "--json")[1])) == 4
    assert kyket("parties", "merge", "p1", "p99")[0] == 2


def test_events_merge_and_split_from_the_command_line(kyket: Kyket, filled: Path) -> None:
    first, second = (json.loads(kyket("show", story, "--json")[1])["event"]["id"] for story in ("s1", "s3"))
    assert kyket("events", "merge", first, second)[0] == 0
    merged = json.loads(kyket("show", second, "--json")[1])
    assert (merged["id"], len(merged["stories"])) == (first, 3)
    assert kyket("events", "split", first, "s3")[0] == 0
    assert len(json.loads(kyket("show", first, "--json")[1])["stories"]) == 2
    assert kyket("db", "check")[0] == 0
    assert kyket("events", "merge", first, "e99")[0] != 0


def test_search_from_the_command_line(kyket: Kyket, filled: Path) -> None:
    result = json.loads(kyket("search", "--json", "vung", "cua", "bac")[1])
    assert result["total"] == 2 and set(result["facets"]) == {"outlet", "year", "kind"}
    assert kyket("search", "dong may")[1].startswith("s4\t")
    assert kyket("search", "--matches-only", "dong may") == (0, "", "")
    assert kyket("search", "khongco") == (0, "", "")
    assert "*Đồng Mây*" in kyket("search", "dong may")[1]
    assert json.loads(kyket("search", "--json", "ký", "kết", "-bạc")[1])["total"] == 1
    assert kyket("search", "ký", "--limti", "5")[0] == 2


# -- layout ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("colour", [True, False])
def test_lines_fit_the_terminal(filled: Path, width: int, colour: bool) -> None:
    from pipelines import reports

    look = reports.Look(width=width, colour=colour)
    with Store(filled) as store:
        matches = list(store.reading.matches())
        found, _ = store.reading.new(0)
        lines = [line for match in matches for line in reports.match_line(match, look).split("\n")]
        lines += [
            line for match in found for out in reports.new_lines(match, look) for line in out.split("\n")
        ]
        found = store.search.search("ky ket", facets=True)
        texts = [reports.agreement_line(one, look) for one in store.reading.agreements()]
        texts += [text for party in store.reading.parties() for text in reports.party_lines(party, look)]
        texts += [text for hit in found["hits"] for text in reports.hit_lines(hit, look)]
        texts += reports.facet_lines(found["facets"], look)
        lines += [line for text in texts for line in text.split("\n")]
        lines += [
            line for out in reports.story_lines(store.reading.show(1), look) for line in out.split("\n")
        ]
    for line in lines:
        plain = re.sub("\x1b\\[[0-9;]*m", "", line)
        assert "\x1b" not in plain
        assert (line == plain) or colour
        assert reports.columns(plain) <= width or " " not in plain.strip(), plain


def test_wide_and_combining_characters_are_counted_as_a_terminal_draws_them() -> None:
    from pipelines import reports

    assert [reports.columns(text) for text in ("ký kết", "ky\u0301", "中文", "")] == [6, 2, 4, 0]
    assert reports.Look(width=80).cut("中文中文", 5) == "中文…"
    assert reports.pad("中", 4) == "中  "
    wrapped = reports.Look(width=30, colour=True).wrap(
        "\x1b[1m" + "中文字 " * 12 + "ky\u0301 " * 12 + "\x1b[0m", "  "
    )
    plain = re.sub("\x1b\\[[0-9;]*m", "", wrapped).split("\n")
    assert all(20 < reports.columns(line) <= 30 for line in plain[:-1])
    assert " ".join(plain).split() == ["中文字"] * 12 + ["ky\u0301"] * 12


def test_a_cut_falls_between_words_where_that_costs_little() -> None:
    from pipelines import reports

    look = reports.Look(width=80)
    assert look.cut("Thắt chặt nghĩa tình Tuyên Quang", 25) == "Thắt chặt nghĩa tình…"
    assert look.cut("Rấtdàikhôngcódấucáchnào", 10) == "Rấtdàikhô…"


def test_on_a_narrow_terminal_it_is_still_seen_who_signs_with_whom(filled: Path) -> None:
    from pipelines import reports

    with Store(filled) as store:
        [one] = store.reading.agreements(Filters(parties=("bệnh viện",)))
    for width in (80, 160):
        assert "Trường Cao đẳng Y – Bệnh viện Hải Thanh" in reports.agreement_line(
            one, reports.Look(width=width)
        )


@pytest.mark.slow
def test_a_terminal_gets_colour_and_no_color_is_honoured(filled: Path) -> None:
    import pty

    def on_a_terminal(**environment: str) -> str:
        parent, child = pty.openpty()
        script = f"from schedules.cli import main; main(['--db', {str(filled)!r}, 'matches'])"
        given = {**os.environ, "PAGER": "", "TERM": "xterm", "PYTHONPATH": str(PROJECT), **environment}
        running = subprocess.Popen([sys.executable, "-c", script], stdout=child, stderr=child, env=given)
        os.close(child)
        output = b""
        while True:
            try:
                piece = os.read(parent, 4096)
            except OSError:
                break
            if not piece:
                break
            output += piece
        os.close(parent)
        running.wait()
        return output.decode()

    assert "\x1b[36m" in on_a_terminal()
    assert "\x1b" not in on_a_terminal(NO_COLOR="1")


def test_text_of_another_title_stays_itself() -> None:
    """The layout never loses a word: what a pipe gets is whole."""
    from pipelines import reports

    assert reports.Look().cut(TEXT, 10) == TEXT
