"""Rows → CSV, JSON lines, XLSX or Parquet: complete, streamed, and never a formula."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines.errors import KyketError, UsageError
from pipelines.reports import json_text
from pipelines.types import Json
from pipelines.vietnamese import clean

Column = tuple[str, Callable[[Json], Any]]

#: A cell that begins so acts as a formula in Excel, LibreOffice or Google Sheets (OWASP "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
#: What one XLSX cell can hold.
_XLSX_CELL = 32_767
_BATCH = 1_000


def _joined(key: str) -> Callable[[Json], str]:
    return lambda row: "; ".join(str(part) for part in row[key] or ())


def _of(key: str, inner: str) -> Callable[[Json], Any]:
    return lambda row: (row[key] or {}).get(inner)


def _plain(key: str) -> Column:
    return key, lambda row: row[key]


MATCH_COLUMNS: tuple[Column, ...] = (
    *map(
        _plain,
        ("id", "url", "outlet", "title", "lead", "published", "found_at", "incomplete", "score", "threshold"),
    ),
    ("sentence", lambda row: row["evidence"][0]["sentence"] if row["evidence"] else None),
    ("phrases", lambda row: "; ".join(one["phrase"] for one in row["evidence"])),
    ("nearest_seed", _of("nearest_seed", "id")),
    ("similarity", _of("nearest_seed", "similarity")),
    *map(_plain, ("act", "kind", "period", "event_date", "place")),
    ("parties", _joined("parties")),
    ("event", _of("event", "id")),
    ("event_size", _of("event", "size")),
    ("event_outlets", lambda row: "; ".join((row["event"] or {}).get("outlets", ()))),
    *map(_plain, ("duplicate_of", "verdict")),
)
AGREEMENT_COLUMNS: tuple[Column, ...] = (
    *map(_plain, ("id", "event_date", "act", "kind", "period", "place")),
    ("parties", _joined("parties")),
    ("event", _of("event", "id")),
    ("event_outlets", lambda row: "; ".join((row["event"] or {}).get("outlets", ()))),
    *map(_plain, ("story", "title", "url", "outlet", "published")),
)
PARTY_COLUMNS: tuple[Column, ...] = (
    *map(_plain, ("id", "name", "short", "full", "head", "armed", "agreements", "first", "last")),
    ("aliases", _joined("aliases")),
)


def export(rows: Iterable[Json], path: Path, columns: Sequence[Column], *, bom: bool = True) -> int:
    """Write rows to a file whose name says the format (.csv, .jsonl, .xlsx, .parquet); how many there were.

    JSON lines hold the rows as they are, the other formats one column a field. The file appears when it is whole.
    Raises UsageError for another ending, KyketError when a library for it is not installed.
    """
    writers: dict[str, Callable[[Iterable[Json], Path, Sequence[Column]], int]] = {
        ".csv": lambda rows, path, columns: _write_csv(rows, path, columns, bom=bom),
        ".jsonl": _write_jsonl,
        ".xlsx": _write_xlsx,
        ".parquet": _write_parquet,
    }
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise UsageError(f"{path}: the ending says the format; known are {', '.join(writers)}")
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        count = writer(rows, unfinished, columns)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def cell(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula and no reader stumbles over.

    Text that would act as one is preceded by an apostrophe, the spreadsheets' own sign for "this is text".
    """
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA_STARTS) or text.startswith("\t") else text


def _write_csv(rows: Iterable[Json], path: Path, columns: Sequence[Column], *, bom: bool) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([name for name, _ in columns])
        for row in rows:
            writer.writerow([cell(read(row)) for _, read in columns])
            count += 1
    return count


def _write_jsonl(rows: Iterable[Json], path: Path, columns: Sequence[Column]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json_text(row) + "\n")
            count += 1
    return count


def _write_xlsx(rows: Iterable[Json], path: Path, columns: Sequence[Column]) -> int:
    try:
        from openpyxl import Workbook
    except ImportError:
        raise KyketError("XLSX needs the extra `xlsx`: pip install 'kyket[xlsx]'") from None
    book = Workbook(write_only=True)
    sheet = book.create_sheet("kyket")
    sheet.freeze_panes = "A2"
    sheet.append([name for name, _ in columns])
    count = 0
    for row in rows:
        sheet.append([_xlsx(read(row)) for _, read in columns])
        count += 1
    with path.open("wb") as file:
        book.save(file)
    return count


#: What XML has no place for although it is no control.
_NO_XML = dict.fromkeys((0xFFFE, 0xFFFF))


def _xlsx(value: Any) -> Any:
    """A cell of XLSX: as `cell`, as long as one may be, and nothing that is taken for one of Excel's errors."""
    value = cell(value)
    if not isinstance(value, str):
        return value
    value = value[:_XLSX_CELL].translate(_NO_XML)
    return f"'{value}" if value.startswith("#") else value


def _write_parquet(rows: Iterable[Json], path: Path, columns: Sequence[Column]) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise KyketError("Parquet needs the extra `parquet`: pip install 'kyket[parquet]'") from None
    kinds = {
        "score": pa.float64(), "threshold": pa.float64(), "similarity": pa.float64(), "event_size": pa.int64(),
        "agreements": pa.int64(), "armed": pa.bool_(),
    }  # fmt: skip
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name, _ in columns])
    count = 0
    with pq.ParquetWriter(path, schema) as writer:
        for batch in _batches(rows):
            # Parquet has types and no formulas: values stay what they are.
            data = {name: [read(row) for row in batch] for name, read in columns}
            writer.write_table(pa.Table.from_pydict(data, schema=schema))
            count += len(batch)
    return count


def _batches(rows: Iterable[Json]) -> Iterator[list[Json]]:
    batch: list[Json] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
