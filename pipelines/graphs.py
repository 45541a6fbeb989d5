"""Who signs with whom, as a graph: GraphML for other programs, one self-contained HTML page to look at. Pure but for writing."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path
from xml.sax.saxutils import quoteattr

from pipelines.errors import UsageError
from pipelines.reports import json_text, safe
from pipelines.types import Json


def write_graph(agreements: Sequence[Json], parties: Sequence[Json], path: Path) -> tuple[int, int]:
    """Write the graph of agreements (as `Reading.agreements` gives them); how many parties and ties it has.

    A tie joins two parties that stand in one agreement; its weight is in how many. Raises UsageError for a file
    name that is neither .graphml nor .html.
    """
    writers = {".graphml": _graphml, ".html": _html}
    if path.suffix.lower() not in writers:
        raise UsageError(f"{path}: the ending says the format; known are .graphml and .html")
    about = {party["id"]: party for party in parties} | {party["name"]: party for party in parties}
    degree: Counter[str] = Counter()
    ties: Counter[tuple[str, str]] = Counter()
    told: dict[tuple[str, str], list[Json]] = {}
    for agreement in agreements:
        # One node a party, under whatever names the stories tell it; two parties may have one name.
        known = sorted({safe(one) for one in agreement.get("party_ids") or agreement["parties"]})
        degree.update(known)
        for pair in itertools.combinations(known, 2):
            ties[pair] += 1
            told.setdefault(pair, []).append(agreement)

    def name_of(one: str) -> str:
        return safe(about[one]["name"]) if one in about else one

    nodes = [
        {
            "key": one,
            "name": name_of(one),
            "id": about.get(one, {}).get("id", ""),
            "armed": bool(about.get(one, {}).get("armed")),
            "agreements": count,
        }
        for one, count in sorted(degree.items(), key=lambda item: (-item[1], name_of(item[0])))
    ]
    edges = [
        {
            "a": a,
            "b": b,
            "names": sorted((name_of(a), name_of(b))),
            "weight": weight,
            "agreements": told[a, b],
        }
        for (a, b), weight in sorted(ties.items())
    ]
    path.write_text(writers[path.suffix.lower()](nodes, edges), encoding="utf-8")
    return len(nodes), len(edges)


def _graphml(nodes: list[Json], edges: list[Json]) -> str:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
        '<key id="label" for="node" attr.name="label" attr.type="string"/>',
        '<key id="armed" for="node" attr.name="armed" attr.type="boolean"/>',
        '<key id="agreements" for="node" attr.name="agreements" attr.type="int"/>',
        '<key id="weight" for="edge" attr.name="weight" attr.type="double"/>',
        '<key id="periods" for="edge" attr.name="periods" attr.type="string"/>',
        '<graph id="kyket" edgedefault="undirected">',
    ]
    for node in nodes:
        lines += [
            f"<node id={quoteattr(node['key'])}>",
            f'<data key="label">{escape(node["name"])}</data>',
            f'<data key="armed">{str(node["armed"]).lower()}</data>',
            f'<data key="agreements">{node["agreements"]}</data>',
            "</node>",
        ]
    for edge in edges:
        periods = sorted({safe(one["period"]) for one in edge["agreements"] if one["period"]})
        lines += [
            f"<edge source={quoteattr(edge['a'])} target={quoteattr(edge['b'])}>",
            f'<data key="weight">{edge["weight"]}</data>',
            f'<data key="periods">{escape("; ".join(periods))}</data>',
            "</edge>",
        ]
    return "\n".join([*lines, "</graph>", "</graphml>", ""])


#: More parties than this in one picture are not told apart; the table under it has all.
_DRAWN = 500


def _html(nodes: list[Json], edges: list[Json]) -> str:
    """One page with picture and table that needs nothing else and loads nothing: its policy allows its own script only."""
    static = resources.files("pipelines") / "database" / "site" / "static"
    style = (static / "kyket.css").read_text(encoding="utf-8")
    script = (static / "graph.js").read_text(encoding="utf-8")
    drawn = {node["key"]: f"p{number}" for number, node in enumerate(nodes[:_DRAWN])}
    data = {
        "nodes": [
            {"id": drawn[node["key"]], "name": node["name"], "armed": node["armed"], "agreements": node["agreements"]}
            for node in nodes[:_DRAWN]
        ],
        "ties": [
            {"a": drawn[edge["a"]], "b": drawn[edge["b"]], "weight": edge["weight"]}
            for edge in edges
            if edge["a"] in drawn and edge["b"] in drawn
        ],
    }  # fmt: skip
    parts = {
        "POLICY": f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'",
        "STYLE": style,
        "SOME": f"Hình vẽ {_DRAWN} bên ký nhiều nhất trong {len(nodes)}." if len(nodes) > _DRAWN else "",
        "ROWS": "".join(
            _row(edge) for edge in sorted(edges, key=lambda edge: (-edge["weight"], edge["names"]))
        ),
        # Inside a script element only "<" can end it; everything else of JSON is inert there.
        "DATA": json_text(data).replace("<", "\\u003c"),
        "SCRIPT": script,
    }
    page = (resources.files("pipelines") / "graph.html").read_text(encoding="utf-8")
    # One pass: what is put in is never searched again, whatever a name looks like.
    return re.sub(r"<!--([A-Z]+)-->", lambda found: parts[found[1]], page)


def _row(edge: Json) -> str:
    periods = "; ".join(sorted({safe(one["period"]) for one in edge["agreements"] if one["period"]}))
    return (
        f'<tr><td data-name="Bên">{escape(edge["names"][0])}</td><td data-name="Bên">{escape(edge["names"][1])}</td>'
        f'<td class="num" data-name="Số">{edge["weight"]}</td><td data-name="Giai đoạn">{escape(periods)}</td></tr>'
    )


def _hash(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
