"""The daemon's jobs as data: what `[schedule]` of `kyket.toml` says, checked key by key. Pure."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.errors import ConfigError
from schedules.due import Policy

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

DEFAULT_ZONE = "Asia/Ho_Chi_Minh"
#: Where the search for a cron expression's first moment begins.
_SOME_DAY = datetime(2024, 1, 1, tzinfo=UTC)
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: A job that comes less often than this was hardly meant.
LONGEST = timedelta(days=366)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """One job: what it does and when."""

    name: str
    cron: str | None = None
    """Five fields, in the schedule's zone; weekdays as names or 0-7 with 0 and 7 Sunday, as in crontab."""
    every: timedelta | None = None
    enabled: bool = True
    options: Mapping[str, Any]
    """The job's own settings, e.g. `days` of `resweep`."""

    @property
    def expression(self) -> str:
        """When it runs, as a person wrote it."""
        return self.cron or f"every {_spell(self.every or timedelta())}"

    def trigger(self, zone: ZoneInfo) -> BaseTrigger:
        """The APScheduler trigger."""
        if self.every is not None:
            from apscheduler.triggers.interval import IntervalTrigger

            return IntervalTrigger(seconds=int(self.every.total_seconds()), timezone=zone)
        from apscheduler.triggers.cron import CronTrigger

        assert self.cron is not None
        return CronTrigger.from_crontab(crontab_weekdays(self.cron), timezone=zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Everything the daemon follows."""

    zone: ZoneInfo
    jobs: tuple[JobSpec, ...]
    policy: Policy
    outlet_policies: Mapping[str, Policy]
    quiet: tuple[time, time] | None = None
    """No crawl begins between these local times; reports and upkeep go on."""
    outlet_quiet: Mapping[str, tuple[time, time]]
    crawl_limit: timedelta = timedelta(minutes=15)
    """A crawl's child process is asked to stop after this, and killed when it has not within 20 seconds."""

    def policy_of(self, outlet: str) -> Policy:
        """The polling policy of an outlet."""
        return self.outlet_policies.get(outlet, self.policy)

    def is_quiet(self, now: datetime, outlet: str | None = None) -> bool:
        """Is it a quiet hour, for an outlet or for all?"""
        local = now.astimezone(self.zone).time()
        hours = [self.quiet] if self.quiet else []
        if outlet is not None and outlet in self.outlet_quiet:
            hours.append(self.outlet_quiet[outlet])
        return any(_within(local, begin, end) for begin, end in hours)

    def job(self, name: str) -> JobSpec:
        """The job of that name."""
        return next(job for job in self.jobs if job.name == name)


#: What runs without any configuration.
DEFAULT_JOBS = (
    JobSpec(name="crawl-due", every=timedelta(minutes=1), options={}),
    JobSpec(name="resweep", cron="30 2 * * *", options={"days": 3}),
    JobSpec(name="digest", cron="30 6 * * *", options={}),
    JobSpec(name="health", every=timedelta(minutes=30), options={}),
    JobSpec(name="check-outlets", cron="0 3 * * sun", options={}),
    JobSpec(name="maintenance", cron="0 4 * * sun", options={"backups": 4}),
)
_JOB_OPTIONS = {"resweep": {"days"}, "maintenance": {"backups", "folder"}}
_TOP_KEYS = {"timezone", "quiet_hours", "crawl_minutes", "outlets"} | {
    "looks_per_day", "floor_minutes", "ceiling_hours",
}  # fmt: skip
_POLICY_KEYS = {"looks_per_day", "floor_minutes", "ceiling_hours"}


def read_schedule(section: Mapping[str, Any], file: str = "kyket.toml") -> Schedule:
    """The schedule that `[schedule]` describes; defaults where it is silent.

    Raises ConfigError, which names the file and the key.
    """
    if not isinstance(section, Mapping):
        raise ConfigError(f"{file}: schedule: must be a section, [schedule]")
    names = {job.name for job in DEFAULT_JOBS}
    _only(section, _TOP_KEYS | names, f"{file}: schedule.")
    zone_name = _typed(section, "timezone", str, DEFAULT_ZONE, f"{file}: schedule.")
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"{file}: schedule.timezone: {zone_name!r} is no time zone; e.g. {DEFAULT_ZONE!r}") from None
    policy = _policy(section, Policy(), f"{file}: schedule.")
    outlets = _typed(section, "outlets", dict, {}, f"{file}: schedule.")
    policies: dict[str, Policy] = {}
    quiet_outlets: dict[str, tuple[time, time]] = {}
    for outlet, table in outlets.items():
        where = f"{file}: schedule.outlets.{outlet}."
        if not isinstance(table, Mapping):
            raise ConfigError(f"{where[:-1]}: must be a table")
        _only(table, _POLICY_KEYS | {"quiet_hours"}, where)
        policies[outlet] = _policy(table, policy, where)
        if quiet := _quiet(table, where):
            quiet_outlets[outlet] = quiet
    minutes = _number(section, "crawl_minutes", 15, f"{file}: schedule.", least=1)
    return Schedule(
        zone=zone,
        jobs=tuple(_job(job, section.get(job.name), zone, f"{file}: schedule.{job.name}") for job in DEFAULT_JOBS),
        policy=policy,
        outlet_policies=policies,
        quiet=_quiet(section, f"{file}: schedule."),
        outlet_quiet=quiet_outlets,
        crawl_limit=timedelta(minutes=minutes),
    )


def _job(default: JobSpec, table: Any, zone: ZoneInfo, where: str) -> JobSpec:
    if table is None:
        return default
    if table is False:
        return replace(default, enabled=False)
    if not isinstance(table, Mapping):
        raise ConfigError(f"{where}: must be a table, or false to turn the job off")
    own = _JOB_OPTIONS.get(default.name, set())
    _only(table, {"cron", "every", "enabled"} | own, f"{where}.")
    if "cron" in table and "every" in table:
        raise ConfigError(f"{where}: give cron or every, not both")
    options = {**default.options, **{key: table[key] for key in own if key in table}}
    for key in ("days", "backups"):
        if key in options:
            _number(options, key, 1, f"{where}.", least=1)
    spec = replace(default, enabled=_typed(table, "enabled", bool, True, f"{where}."), options=options)
    if "cron" in table:
        spec = replace(spec, cron=_typed(table, "cron", str, "", f"{where}."), every=None)
        try:
            trigger = spec.trigger(zone)
        except (ValueError, KeyError) as error:
            raise ConfigError(f"{where}.cron: {table['cron']!r} is no cron expression ({error})") from None
        if trigger.get_next_fire_time(None, _SOME_DAY) is None:
            raise ConfigError(f"{where}.cron: {table['cron']!r} names a moment that never comes")
    if "every" in table:
        spec = replace(spec, cron=None, every=_duration(table["every"], f"{where}.every"))
    return spec


def crontab_weekdays(expression: str) -> str:
    """A cron expression with numeric weekdays written as names.

    crontab counts from Sunday, APScheduler from Monday: left alone, `1` would be Tuesday.
    """
    fields = expression.split()
    if len(fields) == 5:
        # `*/2` and the step of `1-5/2` are counts, not days.
        fields[4] = re.sub(r"(?<!/)\b([0-7])\b", lambda m: _WEEKDAYS[int(m.group(1))], fields[4])
        # "fri-sun" style ranges that began as 5-7 are fine; "sun-wed" (0-3) must start the week anew.
        fields[4] = re.sub(r"\bsun-(\w{3})\b", lambda m: f"sun,mon-{m.group(1)}" if m.group(1) != "sun" else "*", fields[4])
    return " ".join(fields)


def _duration(value: Any, where: str) -> timedelta:
    match = re.fullmatch(r"(\d+)\s*([smhd])", value.strip()) if isinstance(value, str) else None
    if match is None or int(match.group(1)) == 0:
        raise ConfigError(f"{where}: {value!r} is no interval; write e.g. \"90s\", \"5m\", \"2h\" or \"1d\"")
    seconds = int(match.group(1)) * _UNITS[match.group(2)]
    if seconds > LONGEST.total_seconds():
        raise ConfigError(f"{where}: {value!r} is longer than {LONGEST.days} days; `false` turns the job off")
    return timedelta(seconds=seconds)


def _spell(interval: timedelta) -> str:
    seconds = int(interval.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


def _quiet(table: Mapping[str, Any], where: str) -> tuple[time, time] | None:
    if "quiet_hours" not in table:
        return None
    value = table["quiet_hours"]
    match = re.fullmatch(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", value) if isinstance(value, str) else None
    try:
        if match is None:
            raise ValueError
        hours = [int(part) for part in match.groups()]
        begin, end = time(hours[0], hours[1]), time(hours[2], hours[3])
    except ValueError:
        raise ConfigError(f"{where}quiet_hours: {value!r} is no span of the day; write e.g. \"23:00-05:00\"") from None
    if begin == end:
        raise ConfigError(f"{where}quiet_hours: begins when it ends; leave it out for none")
    return begin, end


def _within(local: time, begin: time, end: time) -> bool:
    return begin <= local < end if begin < end else local >= begin or local < end


def _policy(table: Mapping[str, Any], base: Policy, where: str) -> Policy:
    return replace(
        base,
        looks_per_day=float(_number(table, "looks_per_day", base.looks_per_day, where, least=1)),
        floor=timedelta(minutes=_number(table, "floor_minutes", base.floor.total_seconds() / 60, where, least=1)),
        ceiling=timedelta(hours=_number(table, "ceiling_hours", base.ceiling.total_seconds() / 3600, where, least=0.5)),
    )


def _number(table: Mapping[str, Any], key: str, default: float, where: str, *, least: float) -> float:
    value = table.get(key, default)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not least <= value < math.inf:
        raise ConfigError(f"{where}{key}: must be a number of at least {least:g}")
    return value


def _typed(table: Mapping[str, Any], key: str, kind: type, default: Any, where: str) -> Any:
    value = table.get(key, default)
    if not isinstance(value, kind):
        names = {str: "a text", dict: "a table", bool: "true or false"}
        raise ConfigError(f"{where}{key}: must be {names[kind]}")
    return value


def _only(table: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known))}"
            raise ConfigError(f"{where}{key}: unknown key; {hint}")
