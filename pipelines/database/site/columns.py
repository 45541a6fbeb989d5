"""What docs/columns.md says of every table and column, for programs: `python -m pipelines.database.site.columns`.

The file beside this one goes with the installed package, which has no docs; a test holds the two together.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from pipelines.types import Json


def read(text: str) -> Json:
    """Table → {about, columns: {column → meaning}} of the Markdown."""
    found: Json = {}
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        name, _, rest = part.partition("\n")
        about = rest.split("|", 1)[0].strip().split("\n## ")[0]
        rows = re.findall(r"^\| (\w+) \| (.+) \|$", rest, re.MULTILINE)
        found[name.strip()] = {
            "about": _plain(" ".join(about.split())),
            "columns": {column: _plain(meaning) for column, meaning in rows if column != "column"},
        }
    return found


def _plain(text: str) -> str:
    """Without the signs of Markdown that these tables use."""
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text).replace("`", "").replace("\\|", "|")


def write() -> None:
    """Bring columns.json up to date with the document."""
    here = Path(__file__)
    document = here.parents[3] / "docs" / "columns.md"
    found = read(document.read_text(encoding="utf-8"))
    here.with_name("columns.json").write_text(
        json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    write()
