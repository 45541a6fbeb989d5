"""`kyket outlets`: the catalogue at the command line: list, show, check, add."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.wording import many
from pipelines.vietnamese import harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.catalogue import Catalogue
    from crawler.checking import Checked, Draft
    from crawler.session import CrawlOptions
    from crawler.spiders.inquiry import Job
    from pipelines.config import Config
    from pipelines.types import Outlet

_PATH = click.Path(path_type=Path)
_CATALOGUE = click.option("--catalogue", multiple=True, type=_PATH, metavar="FILE", help="Use these outlets instead.")
_DB = click.option("--db", type=_PATH, help="The database (default: $KYKET_DB, kyket.toml, kyket.db).")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")


@click.group(epilog="Example: kyket outlets check qdnd")
def outlets() -> None:
    """The catalogue of newspapers: list, show, check, add."""


@outlets.command("list", epilog="Example: kyket outlets list --kind armed_forces")
@click.option("--kind", help="Only outlets of this kind: national, armed_forces, provincial …")
@click.option("--enabled/--off", "enabled", default=None, help="Only those that are on, or off.")
@_CATALOGUE
@_JSON
def list_(kind: str | None, enabled: bool | None, catalogue: Sequence[Path], as_json: bool) -> None:
    """All outlets, one a line: id, name, kind, system, sources that are on."""
    from crawler.catalogue import KINDS
    from pipelines.commands_common import look, pager
    from pipelines.errors import UsageError
    from pipelines.reports import table

    if kind is not None and kind not in KINDS:
        raise UsageError(f"--kind {kind}: one of {', '.join(KINDS)}")
    known, _ = _catalogue(catalogue)
    chosen = [one for one in known.values() if kind in (None, one.kind) and enabled in (None, one.enabled)]
    if as_json:
        _json([_row(one) for one in chosen])
        return
    rows = []
    for one in chosen:
        on = sum(source.enabled for source in one.sources)
        state = f"{on}/{len(one.sources)}" + ("" if one.enabled else " off")
        rows.append([one.id, harmless(one.name), one.kind, one.family or "", state])
    with pager(used=True):
        for line in table(rows, ["id", "name", "kind", "system", "sources on"], look()):
            click.echo(line)
    click.echo(f"{many(len(chosen), 'outlet')}, {sum(one.enabled for one in chosen)} on", err=True)


@outlets.command(epilog="Example: kyket outlets show baotuyenquang")
@click.argument("outlet")
@_CATALOGUE
@_DB
@_JSON
def show(outlet: str, catalogue: Sequence[Path], db: Path | None, as_json: bool) -> None:
    """One outlet as the crawler knows it, as TOML that can be copied and changed; what is known of its sources below."""
    from crawler.catalogue import dump_outlet

    known, _ = _catalogue(catalogue)
    (found,) = known.resolve([outlet])
    experience = _experience(found, db)
    if as_json:
        sources = [{**_source(one), **experience.get(one.id, {})} for one in found.sources]
        _json({**_row(found), "sources": sources, "article": found.article, "file": found.file})
        return
    click.echo(f"# from {found.file}; {'on' if found.enabled else 'off: none of its sources is on'}")
    click.echo(harmless(dump_outlet(found, known.families.get(found.family or ""))), nl=False)
    for one in found.sources:
        if seen := experience.get(one.id):
            click.echo(harmless(f"# {one.url}: {_state(seen)}; last look {seen['checked_at'] or 'never'}; {seen['trust']}"))


#: Failed looks in a row after which a source is as good as off: asked once a day, until it answers.
RARELY = 6


def _state(seen: dict[str, Any]) -> str:
    """A source's state, since when and why, and whether it is asked rarely."""
    said: str = seen["state"]
    if seen["since"] and said not in ("unverified", "verified"):
        said += f" since {seen['since']}" + (f" ({seen['why']})" if seen["why"] else "")
    if seen["failures"] >= RARELY:
        said += f"; asked rarely after {seen['failures']} failed looks, next {seen['next_check'] or 'with the next crawl'}"
    return said


def _utc(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def _experience(outlet: Outlet, db: Path | None) -> dict[str, dict[str, Any]]:
    """What the database learnt of an outlet's sources: state, last look, trust in their 304. Empty without a database."""
    from crawler.validators import from_columns, trust_in_words
    from pipelines.config import load_config
    from pipelines.database import Store

    path = load_config().db_path(db)
    if not path.exists():
        return {}
    now = datetime.now(UTC)
    with Store(path, readonly=True) as store:
        return {
            row.id: {
                "state": row.state,
                "since": _utc(row.state_since),
                "why": row.state_why,
                "checked_at": _utc(row.checked_at),
                "next_check": _utc(row.next_check),
                "failures": row.failures,
                "trust": trust_in_words(from_columns(row), now=now),
            }
            for row in store.ledger.sources([outlet.id])
            if row.checked_at is not None
        }  # fmt: skip


@outlets.command(epilog="Example: kyket outlets check qdnd baotuyenquang --apply")
@click.argument("names", metavar="[OUTLET]...", nargs=-1)
@click.option("--apply", "apply_", is_flag=True, help="Write what is proposed to your own catalogue file.")
@click.option("--switch-on", is_flag=True, help="Write only that sources which were off and work are on.")
@click.option("--all", "every", is_flag=True, help="Also the outlets that are off.")
@click.option("--replay", multiple=True, type=_PATH, metavar="FILE", help="Answer every request from these WARC files.")
@click.option("--samples", type=click.IntRange(0, 10), default=3, show_default=True, help="Stories read for each source.")
@click.option("--delay", type=click.FloatRange(min=0.0), help="Seconds between requests to one host.")
@_CATALOGUE
@_DB
@_JSON
def check(
    names: Sequence[str], apply_: bool, switch_on: bool, every: bool, replay: Sequence[Path], samples: int, delay: float | None,
    catalogue: Sequence[Path], db: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Try every source of the named outlets (default: all that are on) and say what is true of it.

    A source is verified, quiet, empty, frozen, moved, wrong-section, challenged, blocked, unreachable, changed, or its
    outlet's article pattern is too narrow or too wide, or its stories cannot be read; with the evidence and the
    change it proposes. --apply writes those to your own file, never into the package.
    """
    from crawler.checking import check_outlet
    from crawler.inquiry import run_inquiry
    from pipelines.profile import load_profile

    known, config = _catalogue(catalogue)
    options = _options(config, catalogue, db=db, replay=replay, delay=delay)
    chosen = known.resolve(names) if names else list(known.values()) if every else known.enabled
    if replay and not names:
        chosen = _archived(known, options.replay)
    now = _moment(options)
    phrases = load_profile(config.profile).searches

    def job(outlet: Outlet) -> Job:
        async def run(ask: Any) -> Checked:
            async def ask_for(url: str) -> Any:
                return await ask(url, outlet.id)

            found = await check_outlet(outlet, ask_for, now=now, families=known.families, samples=samples, phrases=phrases)
            if not as_json:
                _report(found)
            return found

        return run

    results: list[Checked] = run_inquiry(options, [job(outlet) for outlet in chosen])
    entries = [one.changes for one in results] if apply_ else [one.switches for one in results] if switch_on else []
    applied = _apply(config, [entry for entry in entries if entry]) if apply_ or switch_on else None
    if as_json:
        _json([_checked(one) for one in results])
    else:
        faults = sum(not one.works for found in results for one in found.diagnoses)
        working = sum(one.works for one in results)
        click.echo(
            f"{many(len(results), 'outlet')} checked, {'it works' if working == len(results) == 1 else f'{working} of them work'}; "
            f"{many(faults, 'source')} {'needs' if faults == 1 else 'need'} a look",
            err=True,
        )
        if applied:
            click.echo(f"{many(applied[1], 'outlet')} changed in {applied[0]}", err=True)
        elif any(one.changes for one in results) and not apply_:
            click.echo("--apply writes what is proposed to your own catalogue file", err=True)
    if any(not one.works for found in results for one in found.diagnoses if _is_on(found.outlet, one.source)):
        sys.exit(1)


@outlets.command(epilog="Example: kyket outlets add https://baotuyenquang.com.vn/")
@click.argument("url")
@click.option("--id", "outlet_id", help="The id of the new outlet (default: from its domain).")
@click.option("--name", help="Its name (default: what the site calls itself).")
@click.option("--replay", multiple=True, type=_PATH, metavar="FILE", help="Answer every request from these WARC files.")
@click.option("--out", type=_PATH, metavar="FILE", help="Write the entry there (default: your own catalogue file).")
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@click.option("--delay", type=click.FloatRange(min=0.0), help="Seconds between requests to the host.")
@click.option("--allow-private", is_flag=True, help="The address may lie in a private network (a test server).")
@_CATALOGUE
@_DB
@_JSON
def add(
    url: str, outlet_id: str | None, name: str | None, replay: Sequence[Path], out: Path | None, dry_run: bool,
    delay: float | None, allow_private: bool, catalogue: Sequence[Path], db: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Learn a new outlet from its home page: system, article pattern, feeds, sitemaps and sections that work.

    Shows a few of its stories as they were read, and writes the entry to your own catalogue file.
    """
    from urllib.parse import urlsplit

    from crawler.catalogue import dump_outlet
    from crawler.catalogue_text import outlet_table, save_entry
    from crawler.checking import draft_outlet
    from crawler.inquiry import run_inquiry
    from pipelines.errors import UsageError

    url = url if "://" in url else f"https://{url}"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url} is not the address of a home page")
    known, config = _catalogue(catalogue)
    twin = known.outlet_of(url)
    if twin is not None and outlet_id not in (None, twin.id) and twin.domain == parts.netloc.removeprefix("www."):
        raise UsageError(f"{twin.domain} is in the catalogue as {twin.id}; leave out --id, and what is found is merged over that entry")
    if twin is not None and outlet_id is None and twin.domain == parts.netloc.removeprefix("www."):
        outlet_id = twin.id
        click.echo(f"{url} is in the catalogue as {twin.id}: what is found is merged over that entry", err=True)
    options = _options(
        config, (), db=db, replay=replay, delay=delay, allow_private=(parts.netloc,) if allow_private else ()
    )
    now = _moment(options)

    async def job(ask: Any) -> Draft:
        return await draft_outlet(
            url, lambda address: ask(address, None), now=now, catalogue=known, outlet_id=outlet_id, name=name
        )

    (draft,) = run_inquiry(options, [job])
    family = known.families.get(draft.outlet.family or "")
    path = out or _own_file(config)
    written = not dry_run and draft.problem is None
    if written:
        save_entry(path, outlet_table(draft.outlet, family))
    if as_json:
        _json(_draft(draft, path if written else None))
    else:
        if draft.outlet.sources or draft.problem is None:
            click.echo(harmless(dump_outlet(draft.outlet, family)), nl=False)
        if parts.netloc.removeprefix("www.") not in (draft.outlet.domain, ""):
            click.echo(f"{url} leads to {draft.outlet.domain}", err=True)
        for sample in draft.samples:
            when = f"{sample.published.astimezone():%d/%m/%Y %H:%M}" if sample.published else "no time"
            click.echo(harmless(f"\n{sample.title or sample.listed_title or sample.url}\n  {when}, {sample.url}\n  {sample.opening or sample.outcome}"))
        if written:
            click.echo(f"\nwritten to {path}; `kyket outlets check {draft.outlet.id}` tries it again", err=True)
    if draft.problem:
        click.echo(f"{url}: {draft.problem}; nothing was written (docs/adding-an-outlet.md tells how to do it by hand)", err=True)
        sys.exit(1)


# ------------------------------------------------------------------------------------------------- what they share


def _catalogue(files: Sequence[Path]) -> tuple[Catalogue, Config]:
    from crawler.catalogue import load_catalogue
    from pipelines.config import load_config

    config = load_config()
    return (
        load_catalogue(
            list(files) or None,
            list(config.sections.get("outlet", ())) or None,
            user_files=config.catalogue_files,
            overrides_from=str(config.file or "kyket.toml"),
        ),
        config,
    )


def _options(
    config: Config, catalogue: Sequence[Path], *, db: Path | None, replay: Sequence[Path], delay: float | None,
    allow_private: tuple[str, ...] = (),
) -> CrawlOptions:  # fmt: skip
    from crawler.commands import files_of
    from crawler.session import CrawlOptions

    return CrawlOptions(
        db=config.db_path(db),
        catalogue=tuple(catalogue),
        user_files=config.catalogue_files,
        overrides=tuple(config.sections.get("outlet", ())),
        replay=files_of(tuple(replay)),
        delay=delay,
        contact=config.contact,
        allow_private=allow_private,
        profile=config.profile,
        command="check",
    )


def _moment(options: CrawlOptions) -> datetime:
    """Now; in a replay the time of the newest capture."""
    if not options.replay:
        return datetime.now(UTC)
    from crawler.archive import ReplayIndex

    return max((capture.at for capture in ReplayIndex(options.replay).pages()), default=datetime.now(UTC))


def _archived(known: Catalogue, files: Sequence[Path]) -> list[Outlet]:
    """The outlets of which the archives hold anything."""
    from crawler.archive import ReplayIndex

    held = {outlet.id for url in ReplayIndex(tuple(files)).addresses() if (outlet := known.outlet_of(url))}
    return [outlet for outlet in known.values() if outlet.id in held]


def _own_file(config: Config) -> Path:
    """The user's own catalogue file: the first that kyket.toml names, else kyket.toml itself."""
    return config.catalogue_files[0] if config.catalogue_files else config.file or Path("kyket.toml")


def _apply(config: Config, entries: Sequence[dict[str, Any]]) -> tuple[Path, int]:
    from crawler.catalogue_text import save_entry

    path = _own_file(config)
    for entry in entries:
        save_entry(path, entry)
    return path, len(entries)


def _is_on(outlet: Outlet, source_id: str) -> bool:
    return any(source.id == source_id and source.enabled for source in outlet.sources)


def _report(found: Checked) -> None:
    click.echo(harmless(f"{found.outlet.id} ({found.outlet.name})"))
    urls = {source.id: source.url for source in found.outlet.sources}
    for one in found.diagnoses:
        mark = "" if one.works else "!"
        click.echo(harmless(f" {mark:1} {one.state:18} {urls.get(one.source, one.source)}\n{'':22}{one.evidence}"))
        if one.proposal:
            click.echo(harmless(f"{'':22}→ {one.proposal}"))
    for source in found.fresh:
        click.echo(harmless(f"   not in the catalogue: {source.kind} {source.url}"))


def _row(outlet: Outlet) -> dict[str, Any]:
    return {
        "id": outlet.id, "name": outlet.name, "domain": outlet.domain, "home": outlet.home, "kind": outlet.kind,
        "province": outlet.province, "family": outlet.family, "enabled": outlet.enabled,
        "sources_on": sum(source.enabled for source in outlet.sources), "sources_all": len(outlet.sources), "notes": outlet.notes,
    }  # fmt: skip


def _source(source: Any) -> dict[str, Any]:
    return {
        "id": source.id, "kind": str(source.kind), "url": source.url, "label": source.label, "seen": source.seen,
        "enabled": source.enabled, "paging": source.paging,
    }  # fmt: skip


def _sample(sample: Any) -> dict[str, Any]:
    published = sample.published.isoformat() if sample.published else None
    return {"url": sample.url, "outcome": str(sample.outcome), "title": sample.title, "published": published}


def _checked(found: Checked) -> dict[str, Any]:
    return {
        "outlet": found.outlet.id,
        "works": found.works,
        "sources": [
            {"source": one.source, "state": str(one.state), "works": one.works, "evidence": one.evidence, "proposal": one.proposal}
            for one in found.diagnoses
        ],
        "samples": [_sample(one) for one in found.samples],
        "fresh": [_source(one) for one in found.fresh],
        "changes": found.changes,
    }


def _draft(draft: Draft, path: Path | None) -> dict[str, Any]:
    inferred = draft.survey.inferred
    return {
        **_row(draft.outlet),
        "article": draft.outlet.article,
        "precision": round(inferred.precision, 4),
        "recall": round(inferred.recall, 4),
        "sources": [_source(one) for one in draft.outlet.sources],
        "samples": [_sample(one) for one in draft.samples],
        "problem": draft.problem,
        "written": str(path) if path else None,
    }


def _json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
