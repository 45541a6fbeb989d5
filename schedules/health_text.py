"""`kyket health` for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.reports import local_time, safe


def as_text(report: Mapping[str, Any], *, every: bool = False) -> str:
    """Outlets that need a person first, each source with its state, why, and what to do; then the rest in a line."""
    outlets = report["outlets"]
    if not outlets:
        return "No outlet was asked yet; start with: kyket crawl"
    sick = [outlet for outlet in outlets if outlet["needs_person"]]
    well = [outlet for outlet in outlets if not outlet["needs_person"]]
    lines = []
    for outlet in sick:
        lines += [f"! {safe(outlet['outlet'])} ({safe(outlet['name'])})", *_details(outlet, broken_only=not every)]
    if every:
        for outlet in well:
            lines += [f"✓ {safe(outlet['outlet'])} ({safe(outlet['name'])})", *_details(outlet, broken_only=False)]
    else:
        watched = [s for outlet in well for s in outlet["sources"] if s["state"] not in ("verified", "quiet")]
        lines += [f"? {safe(s['source'])}: {s['state']}, {safe(s['why'])}" for s in watched]
    lines.append(f"{len(well)} of {len(outlets)} outlets are well." + ("" if every else " (--all shows them)"))
    return "\n".join(lines)


def _details(outlet: Mapping[str, Any], *, broken_only: bool) -> list[str]:
    lines = []
    for source in outlet["sources"]:
        if broken_only and not source["broken"]:
            continue
        lines.append(f"    {source['state']}: {safe(source['source'])}")
        lines.append(f"        {safe(source['why'])}")
        if source["broken"] and source["advice"]:
            lines.append(f"        → {safe(source['advice'])}")
    fresh = outlet["freshness"]
    delay = f"; found {fresh['median_minutes']:.0f} min after publication (95 %: {fresh['p95_minutes']:.0f})" if fresh else ""
    looked = local_time(outlet["last_look"]) or "never"
    found = local_time(outlet["last_new_story"]) or "never"
    lines.append(f"    last look {looked}, last new story {found}; {outlet['requests_per_day']:g} requests a day{delay}")
    recall = outlet["recall"]
    if recall["estimated_missed"] is not None and recall["stories"]:
        lines.append(f"    {recall['stories']} stories in a week, about {recall['estimated_missed']:g} missed by all sources")
    return lines
