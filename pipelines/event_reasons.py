"""Why a story joined its event, in the words of the pages: what `events` and `event_facts` noted, told in Vietnamese. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

#: What was noted → how it is told. The notes themselves stay as they were stored, for programs.
_TOLD: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"the same parties \((.*)\)(?:, (\d{4})-(\d\d)-(\d\d))?"),
        lambda m: f"cùng các bên: {m[1]}" + (f"; cùng ngày ký {m[4]}/{m[3]}/{m[2]}" if m[2] else ""),
    ),
    (
        re.compile(r"wording (\d)\.(\d+) alike \(needs (\d)\.(\d+)\), nearest .*"),
        lambda m: f"lời văn giống {m[1]},{m[2]} (cần {m[3]},{m[4]})",
    ),
    (re.compile(r"published within a day"), lambda m: "đăng cách nhau chưa đầy một ngày"),
    (
        re.compile(r"published (\d+)(?:\.(\d))? days apart"),
        lambda m: f"đăng cách nhau {m[1]}" + (f",{m[2]}" if m[2] and m[2] != "0" else "") + " ngày",
    ),
    (re.compile(r"no earlier story tells this"), lambda m: "tin đầu tiên về sự kiện này"),
    (re.compile(r"a person put it there"), lambda m: "do người dùng xếp"),
    (re.compile(r"a person split it off"), lambda m: "do người dùng tách"),
    (re.compile(r"others repeat its text"), lambda m: "tin khác đăng lại bài này"),
    (re.compile(r"fits e(\d+) better than e(\d+).*"), lambda m: f"hợp với e{m[1]} hơn e{m[2]}"),
)


def told(reasons: Iterable[str]) -> str:
    """The reasons as one line for people; what has no form here stands as it was noted."""
    return "; ".join(_one(reason) for reason in reasons)


def _one(reason: str) -> str:
    for form, words in _TOLD:
        match = form.fullmatch(reason)
        if match:
            return words(match)
    return reason


def with_names(reason: str, names: dict[str, str]) -> str:
    """A reason with the parties' names in place of their keys, as far as they are known; each name once."""
    match = re.fullmatch(r"(.*parties \()(.*)(\).*)", reason)
    if match is None:
        return reason
    keys = match[2].split(", ")
    return match[1] + ", ".join(dict.fromkeys(names.get(key, key) for key in keys)) + match[3]


def keys_in(reasons: Iterable[str]) -> set[str]:
    """The keys of parties that the reasons name."""
    found = (re.fullmatch(r".*parties \((.*)\).*", reason) for reason in reasons)
    return {key for match in found if match for key in match[1].split(", ")}
