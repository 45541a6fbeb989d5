"""The weekly upkeep of the house."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.config import Config
    from pipelines.database import Store

KEEP_RUNS = timedelta(days=30)
KEEP_POLLS = timedelta(days=120)


def maintain(store: Store, config: Config, options: Mapping[str, Any], *, now: datetime) -> list[str]:
    """Back up with rotation, tidy the full-text index, drop old rows, hold the archive to its cap. What was done."""
    folder = Path(options.get("folder") or store.path.absolute().parent / "backups")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{store.path.stem}-{now:%Y%m%dT%H%M%S}.db"
    size = store.backup(target)
    said = [f"backup {target.name}: {size / 1e6:.1f} MB"]
    old = sorted(folder.glob(f"{store.path.stem}-*T*.db"))[: -int(options.get("backups", 4))]
    for path in old:
        path.unlink(missing_ok=True)
    if old:
        said.append(f"{len(old)} older backups removed")
    store.optimise()
    runs = store.jobs.forget_runs(before=now - KEEP_RUNS)
    polls = store.health.old_records(now - KEEP_POLLS)
    said.append(f"search index tidied; {runs} old job runs and {polls} old looks dropped")
    said += _trim_archive(config.archive_path(store.path), config.archive_cap_gb)
    problems = store.check()
    if problems:
        said += [f"CHECK: {problem}" for problem in problems[:10]]
    return said


def _trim_archive(folder: Path, cap_gb: float) -> list[str]:
    if not folder.is_dir():
        return []
    files = sorted(folder.glob("*.warc.gz"), key=lambda path: path.name)
    total = sum(path.stat().st_size for path in files)
    gone = 0
    for path in files:
        if total <= cap_gb * 1e9:
            break
        total -= path.stat().st_size
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            gone += 1
    return [f"archive: {total / 1e9:.2f} GB" + (f", {gone} oldest files removed" if gone else "")]
