"""Graphs of who signs with whom: every tie is in the file, and nothing that a name says acts in it."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pipelines.errors import UsageError
from pipelines.graphs import write_graph

SPACE = "{http://graphml.graphdrawing.org/xmlns}"
WICKED = '</script><script>alert(1)</script> "Hội" & <b>Nông dân</b> <!--ROWS--> \x1b[31m\u202e'


def agreement(number: int, *parties: str, period: str | None = "2024-2029") -> dict[str, Any]:
    return {
        "id": f"a{number}", "parties": list(parties), "period": period, "event_date": "2024-05-01", "title": f"Tin {number}",
    }  # fmt: skip


def party(name: str, armed: bool = False) -> dict[str, Any]:
    return {"id": "p1", "name": name, "armed": armed}


FOUND = [
    agreement(1, "Quân khu 7", "Tỉnh đoàn Nam Sơn"),
    agreement(2, "Tỉnh đoàn Nam Sơn", "Quân khu 7", period="2019-2024"),
    agreement(3, "Quân khu 7", "Hội Nông dân", "Sở Y tế"),
    agreement(4, "Một mình"),
]


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="graph-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))


def test_a_tie_weighs_as_many_agreements_as_name_both(tmp_path: Path) -> None:
    assert write_graph(FOUND, [party("Quân khu 7", armed=True)], tmp_path / "g.graphml") == (5, 4)
    root = ElementTree.parse(tmp_path / "g.graphml").getroot()
    ties = {
        frozenset((edge.get("source"), edge.get("target"))): [data.text for data in edge]
        for edge in root.iter(f"{SPACE}edge")
    }
    assert ties[frozenset(("Quân khu 7", "Tỉnh đoàn Nam Sơn"))] == ["2", "2019-2024; 2024-2029"]
    assert ties[frozenset(("Hội Nông dân", "Sở Y tế"))] == ["1", "2024-2029"]
    armed = {
        node.get("id"): node.find(f"{SPACE}data[@key='armed']").text for node in root.iter(f"{SPACE}node")
    }  # type: ignore[union-attr]
    assert armed["Quân khu 7"] == "true"
    assert armed["Sở Y tế"] == "false"


def test_picture_and_table_of_a_page_say_the_same(tmp_path: Path) -> None:
    write_graph(FOUND, [], tmp_path / "g.html")
    page = (tmp_path / "g.html").read_text(encoding="utf-8")
    data = data_of(page)
    names = {node["id"]: node["name"] for node in data["nodes"]}
    drawn = {(frozenset((names[tie["a"]], names[tie["b"]])), tie["weight"]) for tie in data["ties"]}
    rows = re.findall(
        r'<tr><td data-name="Bên">(.*?)</td><td data-name="Bên">(.*?)</td><td class="num" data-name="Số">(\d+)</td>',
        page,
    )
    assert drawn == {(frozenset((html.unescape(a), html.unescape(b))), int(weight)) for a, b, weight in rows}
    assert len(rows) == 4


def test_a_page_loads_nothing_and_runs_its_own_script_only(tmp_path: Path) -> None:
    write_graph(FOUND, [], tmp_path / "g.html")
    page = (tmp_path / "g.html").read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy.group(1).startswith("default-src 'none'")
    assert "unsafe" not in policy.group(1)
    assert not re.search(r'(?:src|href)\s*=\s*"', page.split("<script", 1)[0])


@pytest.mark.parametrize("ending", ["html", "graphml"])
def test_a_wicked_name_stays_a_name(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"g.{ending}"
    write_graph([agreement(1, WICKED, "Quân khu 7")], [], target)
    text = target.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", text)
    if ending == "graphml":
        ElementTree.fromstring(text)
    else:
        assert text.count("</script>") == 2
        assert any("<!--ROWS-->" in node["name"] for node in data_of(text)["nodes"])


def test_the_picture_holds_the_busiest_five_hundred_and_the_table_all(tmp_path: Path) -> None:
    many = [agreement(n, "Giữa", f"Bên {n:04d}") for n in range(700)]
    assert write_graph(many, [], tmp_path / "g.html") == (701, 700)
    page = (tmp_path / "g.html").read_text(encoding="utf-8")
    data = data_of(page)
    assert len(data["nodes"]) == 500
    assert data["nodes"][0]["name"] == "Giữa"
    assert page.count('<tr><td data-name="Bên">') == 700
    assert "500 bên ký nhiều nhất trong 701" in page


def test_no_agreement_makes_an_empty_graph(tmp_path: Path) -> None:
    assert write_graph([], [], tmp_path / "g.html") == (0, 0)
    assert data_of((tmp_path / "g.html").read_text(encoding="utf-8")) == {"nodes": [], "ties": []}


def test_another_ending_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.graphml and \.html"):
        write_graph([], [], tmp_path / "g.png")


def test_a_party_is_one_node_under_all_its_names_and_two_of_one_name_are_two(tmp_path: Path) -> None:
    """The numbers of the parties say who is who; the names are those of the registry."""
    found = [
        {**agreement(1, "BCHQS Nam Sơn", "Sở Y tế"), "party_ids": ["p1", "p2"]},
        {**agreement(2, "Bộ CHQS tỉnh Nam Sơn", "Sở Y tế"), "party_ids": ["p1", "p3"]},
    ]
    parties = [
        {"id": "p1", "name": "Bộ Chỉ huy Quân sự tỉnh Nam Sơn", "armed": True},
        {"id": "p2", "name": "Sở Y tế", "armed": False},
        {"id": "p3", "name": "Sở Y tế", "armed": False},
    ]
    assert write_graph(found, parties, tmp_path / "g.graphml") == (3, 2)
    root = ElementTree.parse(tmp_path / "g.graphml").getroot()
    labels = {
        node.get("id"): node.find(f"{SPACE}data[@key='label']").text  # type: ignore[union-attr]
        for node in root.iter(f"{SPACE}node")
    }
    assert labels == {"p1": "Bộ Chỉ huy Quân sự tỉnh Nam Sơn", "p2": "Sở Y tế", "p3": "Sở Y tế"}
    write_graph(found, parties, tmp_path / "g.html")
    drawn = data_of((tmp_path / "g.html").read_text(encoding="utf-8"))
    assert sorted(node["name"] for node in drawn["nodes"]) == sorted(labels.values())
    assert len(drawn["ties"]) == 2
