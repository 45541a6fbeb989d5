"""`kyket health` for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.reports import local_time, safe


def as_text(report: Mapping[str, Any], *, every: bool = False) -> str:
    """Outlets that need a person first, each source with its state, why, and what to do; then the rest in a line each."""
    outlets = report["outlets"]
    if not outlets:
        return "No outlet was asked yet; start with: kyket crawl"
    sick = [outlet for outlet in outlets if outlet["needs_person"]]
    well = [outlet for outlet in outlets if not outlet["needs_person"]]
    lines = []
    if report.get("offline"):
        lines.append(
            f"! This machine's own network: {report['offline']['outlets']} outlets became unreachable at once, "
            f"at {local_time(report['offline']['since'])}; no outlet is blamed"
        )
    for outlet in sick:
        lines += [f"! {safe(outlet['outlet'])} ({safe(outlet['name'])})", *_details(outlet, broken_only=not every)]
    if every:
        for outlet in well:
            lines += [f"✓ {safe(outlet['outlet'])} ({safe(outlet['name'])})", *_details(outlet, broken_only=False)]
    else:
        watched = [s for outlet in well for s in outlet["sources"] if s["state"] not in ("verified", "quiet")]
        lines += [f"? {safe(s['source'])}: {s['state']}, {safe(s['why'])}" for s in watched]
        lines += [f"✓ {safe(outlet['outlet'])}: {_figures(outlet)}" for outlet in well]
    lines.append(f"{len(well)} of {len(outlets)} outlets are well." + ("" if every else " (--all shows each source)"))
    return "\n".join(lines)


def _details(outlet: Mapping[str, Any], *, broken_only: bool) -> list[str]:
    lines = []
    for source in outlet["sources"]:
        if broken_only and not source["broken"]:
            continue
        since = f" since {local_time(source['since'])}" if source["since"] and source["state"] != "verified" else ""
        lines.append(f"    {source['state']}{since}: {safe(source['source'])}")
        lines.append(f"        {safe(source['why'])}")
        if source["rarely"]:
            again = f"; next look {local_time(source['next_check'])}" if source["next_check"] else ""
            lines.append(f"        asked rarely after {source['failures']} failed looks, and again as usual once it answers{again}")
        if source["advice"]:
            lines.append(f"        → {safe(source['advice'])}")
    looked, found = (local_time(outlet[key]) if outlet[key] else "never" for key in ("last_look", "last_new_story"))
    lines.append(f"    last look {looked}, last new story {found}; {_figures(outlet)}")
    if outlet["funnel"]:
        lines.append("    pages in a week: " + ", ".join(f"{count} {outcome}" for outcome, count in outlet["funnel"].items()))
    if recall := _recall(outlet["recall"]):
        lines.append(f"    {recall}")
    return lines


def _figures(outlet: Mapping[str, Any]) -> str:
    """Freshness, requests and 304s in a line."""
    fresh, share = outlet["freshness"], outlet["not_modified_share"]
    parts = []
    if fresh:
        parts.append(f"found {fresh['median_minutes']:.0f} min after publication (95 %: {fresh['p95_minutes']:.0f})")
    parts.append(f"{outlet['requests_per_day']:g} requests a day")
    if share is not None:
        parts.append(f"{share:.0%} of looks 304")
    return ", ".join(parts)


def _recall(recall: Mapping[str, Any]) -> str | None:
    """Who found what in the week, and what all are thought to have missed."""
    if not recall["stories"] or len(recall["found_by"]) < 2:
        return None
    told = ", ".join(f"{kind} {count} (alone {recall['only_by'][kind]})" for kind, count in recall["found_by"].items())
    missed = recall["estimated_missed"]
    guess = f"; about {missed:g} missed by all" if missed is not None else "; no overlap to estimate what all missed"
    return f"of {recall['stories']} stories in a week: {told}{guess}"
