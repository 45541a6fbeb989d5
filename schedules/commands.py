"""This room's part of the command line: schedule, digest, health. Imports wait until a command runs."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pipelines.config import Config
    from schedules.jobs import Schedule

db_option = click.option(
    "--db", type=click.Path(path_type=Path), help="The database (default: $KYKET_DB, else kyket.db or what kyket.toml says)."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _schedule(config: Config) -> Schedule:
    """What `kyket.toml` says of schedule and report, checked; raises ConfigError that names the key."""
    from schedules.jobs import read_schedule

    file = str(config.file or "kyket.toml")
    plan = read_schedule(config.sections.get("schedule", {}), file)
    if "digest" in config.sections:
        from schedules.notify import read_digest_config

        if read_digest_config(config.sections["digest"], file).to:
            return plan
    # Without an address there is nothing to deliver each morning, and nothing that failed.
    return replace(plan, jobs=tuple(replace(job, enabled=False) if job.name == "digest" else job for job in plan.jobs))


@click.group(epilog="Example: kyket schedule run")
def schedule() -> None:
    """The daemon that crawls, reports and keeps the house; its jobs; what happens next."""


@schedule.command("run", epilog="Example: kyket schedule run --db /var/lib/kyket/kyket.db")
@db_option
@click.option("--catalogue", "catalogues", multiple=True, type=click.Path(path_type=Path), help="Watch these outlets instead of the bundled ones.")
def run_command(db: Path | None, catalogues: tuple[Path, ...]) -> None:
    """Start the daemon. It runs until SIGTERM or Ctrl-C; SIGHUP reads kyket.toml again.

    Every crawl is a child process with a time limit. One daemon may watch a database; a second one refuses.
    """
    import logging

    from pipelines.config import load_config
    from schedules.daemon import Daemon

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    # That a crawl outlasts the minute between two looks is ordinary; the daemon logs by itself what is not.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def load() -> Schedule:
        return _schedule(load_config())

    base = tuple(part for path in catalogues for part in ("--catalogue", str(path)))
    Daemon(load_config().db_path(db), load, base=base).run()


@schedule.command("list", epilog="Example: kyket schedule list --json")
@db_option
@json_option
def list_command(db: Path | None, as_json: bool) -> None:
    """All jobs: when each runs, when it ran last and how that ended."""
    from pipelines.config import load_config
    from schedules.plan import now_utc

    config = load_config()
    rows = _jobs(config, db, now_utc())
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        last = f"last {row['last_at']} {row['last_status']}" if row["last_at"] else "never run"
        detail = f" ({row['last_detail']})" if row["last_detail"] else ""
        state = row["next_at"] or "off"
        click.echo(f"{row['job']:<14} {row['when']:<14} next {state:<17} {last}{detail}")


@schedule.command("next", epilog="Example: kyket schedule next")
@db_option
@json_option
@click.option("--limit", default=15, show_default=True, type=click.IntRange(min=1), help="How many sources to list.")
def next_command(db: Path | None, as_json: bool, limit: int) -> None:
    """What happens next: the next jobs, and the sources that will be asked first."""
    from pipelines.config import load_config
    from schedules.plan import now_utc

    now = now_utc()
    config = load_config()
    jobs = sorted((row for row in _jobs(config, db, now) if row["next_at"]), key=lambda row: row["next_at"])
    sources = _next_sources(config, db, now)[:limit]
    if as_json:
        click.echo(json.dumps({"jobs": jobs, "sources": sources}, ensure_ascii=False))
        return
    for row in jobs:
        click.echo(f"{row['next_at']}  {row['job']}")
    if sources:
        click.echo("\nSources, soonest first:")
    for source in sources:
        click.echo(f"{source['at'] or 'now':<17} {source['source']}")


@schedule.command("once", epilog="Example: kyket schedule once maintenance")
@click.argument("job", type=click.Choice(["health", "maintenance"]))
@db_option
def once_command(job: str, db: Path | None) -> None:
    """Do one job of the daemon now, here."""
    from pipelines.config import load_config
    from pipelines.database import Store
    from schedules.plan import now_utc
    from schedules.upkeep import maintain
    from schedules.watch import watch_health

    config = load_config()
    plan = _schedule(config)
    with Store(config.db_path(db)) as store:
        if job == "maintenance":
            for line in maintain(store, config, plan.job("maintenance").options, now=now_utc()):
                click.echo(line)
            return
        for change in watch_health(store, now=now_utc()):
            click.echo(f"{change['outlet']}: {change['state']}: {change['why']}")
        failed = [sent for sent in _send(store, config, plan, resend=False, only_failed=True) if sent.status == "failed"]
    for sent in failed:
        click.echo(f"the report to {sent.address} is refused still: {sent.why}")
    if failed:
        raise SystemExit(1)


@click.command(epilog="Example: kyket digest --format html --out report.html")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="What was found on this local day (default: since the last delivered report).")
@click.option("--format", "form", type=click.Choice(["text", "html", "atom", "json"]), default="text", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@click.option("--send", is_flag=True, help="Deliver to each address of [digest] to in kyket.toml.")
@click.option("--resend", is_flag=True, help="Deliver again what is unconfirmed.")
@json_option
@db_option
def digest(
    day: datetime | None, form: str, out: Path | None, send: bool, resend: bool, as_json: bool, db: Path | None
) -> None:
    """The daily report: new events, who with whom, the deciding sentence; what changed in outlets' health; figures."""
    from pipelines.config import load_config
    from pipelines.database import Store
    from pipelines.errors import UsageError
    from schedules.digest import digest_of_day, make_digest, since_last_report
    from schedules.plan import now_utc

    config = load_config()
    plan = _schedule(config)
    now = now_utc()
    path = config.db_path(db)
    if send or resend:
        if day or out:
            raise UsageError("--send delivers today's report; it goes with neither --date nor --out")
        with Store(path, create=False) as store:
            done = _send(store, config, plan, resend=True) if resend else []
            done += _send(store, config, plan, resend=False) if send else []
            _report_sent(done, as_json=as_json, resend=resend and not send)
        return
    with Store(path, readonly=True) as store:
        if day:
            made = digest_of_day(store, day.date(), zone=plan.zone, now=now)
        else:
            made = make_digest(store, since=since_last_report(store, now=now), zone=plan.zone, now=now)
    text = _render(made, "json" if as_json else form)
    if out is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})") from None
    click.echo(f"Wrote {out}: {made.title}", err=True)


def _render(made: Any, form: str) -> str:
    from pipelines import digests

    if form == "html":
        return digests.as_html(made)
    if form == "atom":
        return digests.as_atom(made)
    if form == "json":
        return json.dumps(digests.as_json(made), ensure_ascii=False)
    return digests.as_text(made)


def _send(store: Any, config: Config, plan: Schedule, *, resend: bool, only_failed: bool = False) -> list[Any]:
    """Deliver today's report; `only_failed` tries again what services refused today, `resend` what is unconfirmed."""
    from pipelines.errors import ConfigError
    from schedules.digest import make_digest
    from schedules.notify import one_sender, public_address, read_digest_config, send
    from schedules.plan import now_utc

    file = str(config.file or "kyket.toml")
    own = read_digest_config(config.sections.get("digest", {}), file)
    now = now_utc()
    today = now.astimezone(plan.zone).date().isoformat()
    if only_failed and (not own.to or not store.jobs.deliveries_of(today, status="failed")):
        return []
    if not own.to:
        raise ConfigError(f"{file}: digest.to: no address to deliver to; e.g. to = [\"mailto://user:pass@example.org\"]")
    latest = store.notices.last()

    def make(since: int, upto: int) -> Any:
        return make_digest(store, since=since, upto=upto, zone=plan.zone, now=now)

    def make_of(day: date) -> Any:
        return lambda since, upto: replace(make(since, upto), day=day)

    with one_sender(store.path):
        store.jobs.mark_unconfirmed()
        if resend:
            sent = []
            for report in sorted({one.report for one in store.jobs.deliveries(status="unconfirmed")}):
                sent += send(
                    store, own, make_of(date.fromisoformat(report)),
                    report=report, upto=latest, clock=now_utc, resend=True, only="unconfirmed",
                )  # fmt: skip
            return sent
        if own.empty == "nothing" and not only_failed:
            made = make(min(store.jobs.delivered_upto(public_address(url), today) for url in own.to), latest)
            if not made.events and not made.health:
                return []
        only = "failed" if only_failed else None
        return send(store, own, make, report=today, upto=latest, clock=now_utc, only=only)


def _report_sent(sent: list[Any], *, as_json: bool, resend: bool) -> None:
    words = {
        "delivered": "delivered", "already": "was delivered already", "failed": "failed",
        "unconfirmed": "unconfirmed",
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps([{"address": s.address, "status": s.status, "why": s.why} for s in sent], ensure_ascii=False))
    else:
        for one in sent:
            click.echo(f"{one.address}: {words[one.status]}" + (f" ({one.why})" if one.why else ""))
        if not sent:
            told = "No delivery is unconfirmed. What a service refused goes out again with: kyket digest --send"
            click.echo(told if resend else "Nothing new, nothing sent.")
    if any(one.status in ("failed", "unconfirmed") for one in sent):
        raise SystemExit(1)


def _jobs(config: Config, db: Path | None, now: datetime) -> list[dict[str, Any]]:
    from pipelines.database import Store

    plan = _schedule(config)
    path = config.db_path(db)
    rows = []
    store = Store(path, readonly=True) if path.exists() else None
    try:
        for spec in plan.jobs:
            last = store.jobs.last(spec.name) if store else None
            at = _next_time(plan, spec, last.started_at if last else None, now) if spec.enabled else None
            rows.append(
                {
                    "job": spec.name,
                    "when": spec.expression,
                    "next_at": f"{at:%Y-%m-%d %H:%M}" if at else None,
                    "last_at": f"{last.started_at.astimezone(plan.zone):%Y-%m-%d %H:%M}" if last else None,
                    "last_status": last.status if last else None,
                    "last_detail": last.detail if last else None,
                }
            )
    finally:
        if store:
            store.close()
    return rows


def _next_time(plan: Schedule, spec: Any, last: datetime | None, now: datetime) -> datetime | None:
    if spec.every is not None:
        every: timedelta = spec.every
        return max((last or now) + every, now).astimezone(plan.zone)
    found: datetime | None = spec.trigger(plan.zone).get_next_fire_time(None, now)
    return found


def _next_sources(config: Config, db: Path | None, now: datetime) -> list[dict[str, Any]]:
    from pipelines.database import Store
    from schedules.plan import check_after

    path = config.db_path(db)
    if not path.exists():
        return []
    plan = _schedule(config)
    with Store(path, readonly=True) as store:
        planned = [(look, look.next_check or check_after(store, plan, look, now=now)) for look in store.jobs.looks()]
    planned.sort(key=lambda pair: (pair[1] or now - timedelta(days=1), pair[0].source))
    return [
        {"source": look.source, "at": f"{at.astimezone(plan.zone):%Y-%m-%d %H:%M}" if at else None} for look, at in planned
    ]


@click.command(epilog="Example: kyket health --json")
@db_option
@json_option
@click.option("--all", "every", is_flag=True, help="Also outlets that are well.")
def health(db: Path | None, as_json: bool, every: bool) -> None:
    """How each outlet does: last crawl, last new story, what broke, since when, what to do. Exit 1 if a person is needed."""
    from pipelines.config import load_config
    from pipelines.database import Store
    from schedules.plan import now_utc
    from schedules.watch import health_report

    config = load_config()
    _schedule(config)  # whoever asks how things are learns of a mistake before the daemon's next start does
    with Store(config.db_path(db), readonly=True) as store:
        report = health_report(store, now=now_utc())
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        from schedules.health_text import as_text

        click.echo_via_pager(as_text(report, every=every)) if sys.stdout.isatty() else click.echo(as_text(report, every=every))
    if report["offline"] or any(outlet["needs_person"] for outlet in report["outlets"]):
        raise SystemExit(1)
