"""Helpers: whole crawls in child processes, against the sample press on loopback or an archive."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from crawler.bookkeeping import CrawlReport
from crawler.press.server import SamplePress
from crawler.session import CrawlOptions

PROJECT = Path(__file__).resolve().parents[1]
_CHILD = """
import pickle, sys
from pathlib import Path
from crawler.run import run_crawl
from pipelines.errors import KyketError
options = pickle.loads(Path(sys.argv[1]).read_bytes())
try:
    result = run_crawl(options)
except KyketError as error:
    result = error
Path(sys.argv[2]).write_bytes(pickle.dumps(result))
"""


class Child:
    """A crawl that runs in a process of its own."""

    def __init__(self, folder: Path, options: CrawlOptions) -> None:
        number = len(list(folder.glob("child-*.options")))
        self._result = folder / f"child-{number}.result"
        self.log = folder / f"child-{number}.log"
        given = folder / f"child-{number}.options"
        given.write_bytes(pickle.dumps(options))
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _CHILD, str(given), str(self._result)],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONWARNINGS": "default"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def report(self, timeout: float = 120) -> CrawlReport:
        """Wait for the crawl's end. Raises what `run_crawl` raised."""
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        assert self._result.exists(), self.log.read_text("utf-8", "replace")
        result = pickle.loads(self._result.read_bytes())
        if isinstance(result, Exception):
            raise result
        assert isinstance(result, CrawlReport)
        return result


def options_for(press: SamplePress, folder: Path, **changes: Any) -> CrawlOptions:
    """A quick crawl of the sample press into `folder/kyket.db`."""
    catalogue = folder / "press.toml"
    catalogue.write_text(press.catalogue_toml(), "utf-8")
    settings: Mapping[str, Any] = {"KYKET_READ_IN_PROCESS": True, **changes.pop("settings", {})}
    return replace(
        CrawlOptions(db=folder / "kyket.db", catalogue=(catalogue,), delay=0.0, settings=settings), **changes
    )


def crawl(press: SamplePress, folder: Path, **changes: Any) -> CrawlReport:
    """One crawl of the sample press, to its end."""
    return Child(folder, options_for(press, folder, **changes)).report()


def rows(folder: Path, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """What the database of `folder` says."""
    from pipelines.database import Store

    with Store(folder / "kyket.db", readonly=True) as store:
        return [tuple(row) for row in store.rows(sql, parameters)]


def outcomes(folder: Path) -> dict[str, int]:
    """How many URLs ended how."""
    return dict(rows(folder, "SELECT outcome, count(*) FROM urls GROUP BY outcome"))  # type: ignore[arg-type]
