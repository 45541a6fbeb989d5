"""Datasette made to fit: its templates without inline style and with labels, its CSV without formulas."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from typing import Any

import jinja2

from pipelines.exports import cell

_STYLE_ATTRIBUTE = re.compile(r'\s+style="(?:\{\{.*?\}\}|\{%.*?%\}|[^"])*"')
_STYLE_ELEMENT = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)
#: What its templates say → what they say here. A replacement that no longer fits changes nothing.
_WORDS = (
    ("<h3", "<h2"),
    ("</h3>", "</h2>"),
    ('<dl class="column-descriptions">', '<details class="about-columns"><summary>{{ t("columns") }}</summary><dl class="column-descriptions">'),
    ("</dl>", "</dl></details>"),
    ('<select name="_filter_column', '<select aria-label="{{ t("column") }}" name="_filter_column'),
    ('<select name="_filter_op', '<select aria-label="{{ t("comparison") }}" name="_filter_op'),
    ('<select name="_sort"', '<select aria-label="{{ t("sort") }}" name="_sort"'),
    ('<input type="text" name="_filter_value', '<input type="text" aria-label="{{ t("value") }}" name="_filter_value'),
    ('<textarea id="sql-editor"', '<textarea id="sql-editor" aria-label="SQL" rows="8" spellcheck="false"'),
    # What is said in the language of the page.
    (">Custom SQL query", '>{{ t("data_sql") }}'),
    ('value="Run SQL"', 'value="{{ t(\'data_run\') }}"'),
    (">Queries</h2>", '>{{ t("data_queries") }}</h2>'),
    (">Tables</h2>", '>{{ t("data_tables") }}</h2>'),
    (">Views</h2>", '>{{ t("data_views") }}</h2>'),
    ("View and edit SQL", '{{ t("data_edit") }}'),
    ('value="Apply"', 'value="{{ t(\'data_apply\') }}"'),
    ("> descending</label>", '> {{ t("data_descending") }}</label>'),
    (">- column -</option>", '>{{ t("data_pick") }}</option>'),
    (">Sort...</option>", '>{{ t("data_order") }}</option>'),
    (">Sort by {{", '>{{ t("data_by") }} {{'),
    (">This data as ", '>{{ t("data_as") }} '),
    (">Advanced export<", '>{{ t("data_advanced") }}<'),
    (">Next page</a>", '>{{ t("data_next") }}</a>'),
    ("Suggested facets:", '{{ t("data_suggested") }}'),
    (">0 records</p>", '>{{ t("data_none") }}</p>'),
    (">0 results</p>", '>{{ t("data_none") }}</p>'),
    (">{{ item.label }}</a>", '>{{ t("data_home") if item.label == "home" else item.label }}</a>'),
    (" returning {% if truncated %}more than {% endif %}", ": {% if truncated %}&gt; {% endif %}"),
    *((" row{% if " + count + " == 1 %}{% else %}s{% endif %}", ' {{ t("data_rows") }}') for count in ("filtered_table_rows_count", "other.count", "table.count", "display_rows|length")),
    ('<div class="table-wrapper">', '<div class="table-wrapper" role="region" tabindex="0" aria-label="{{ t("data") }}">'),
)  # fmt: skip


def adapted(source: str) -> str:
    """A template's source without inline style, and with what it lacks for readers who do not see it."""
    source = _STYLE_ATTRIBUTE.sub("", _STYLE_ELEMENT.sub("", source))
    for told, meant in _WORDS:
        source = source.replace(told, meant)
    return source


class Adapted(jinja2.BaseLoader):
    """Loads as another loader does, and adapts the templates that come from one folder."""

    def __init__(self, loader: jinja2.BaseLoader, folder: str) -> None:
        self._loader = loader
        self._folder = folder

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, filename, fresh = self._loader.get_source(environment, template)
        if filename is not None and filename.startswith(self._folder):
            source = adapted(source)
        return source, filename, fresh

    def list_templates(self) -> list[str]:
        return self._loader.list_templates()


class PlainCsv:
    """Stands in for the module `csv` where Datasette writes tables: no cell of a stranger's is a formula."""

    @staticmethod
    def writer(file: Any) -> _PlainRows:
        return _PlainRows(csv.writer(file))


class _PlainRows:
    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def writerow(self, row: Iterable[Any]) -> Any:
        return self._writer.writerow([cell(value) for value in row])
