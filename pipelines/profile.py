"""The topic as data: what acts, instruments and confusers there are, the threshold, the fitted weights.

A profile is a TOML file that may name two JSON files beside it (weights, seed vectors) and a TOML file of
seed facts; `export_profile` writes them all into one JSON file that a colleague can import.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from pipelines.errors import ProfileError
from pipelines.matching.lexicon import Lexicon
from pipelines.types import Act
from pipelines.vietnamese import clean

_FORMAT = "kyket-profile"
_PHRASE_TABLES = ("acts", "instruments", "confusers", "time", "parties")
_KEYS = {
    "name", "version", "title", "threshold", "weights", "seeds", "seed_vectors", "gate", "strength", "searches", *_PHRASE_TABLES,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One topic, ready to be compiled into gate and judge."""

    name: str
    version: str
    title: str
    threshold: float
    """A story with at least this score is a match."""
    window: int
    """Characters within which act and instrument must stand for a story to pass the gate."""
    sufficient: tuple[str, ...]
    """Phrases that pass the gate alone."""
    gate_acts: tuple[str, ...]
    """Acts that the gate looks for beside an instrument."""
    gate_instruments: tuple[str, ...]
    """Instruments that the gate looks for beside an act."""
    acts: Mapping[str, tuple[str, ...]]
    """Act slug → phrases."""
    instruments: Mapping[str, tuple[str, ...]]
    confusers: Mapping[str, tuple[str, ...]]
    time: Mapping[str, tuple[str, ...]]
    parties: Mapping[str, tuple[str, ...]]
    strong_acts: frozenset[str]
    strong_instruments: frozenset[str]
    searches: tuple[str, ...] = ()
    """What an outlet's own site search is asked for in a backfill."""
    weights: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Fitted weights as `matching.fit` writes them; empty for a profile nobody fitted yet."""
    seed_facts: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    seed_vectors: Mapping[str, Any] = field(default_factory=dict, repr=False)
    source: str = ""
    """The file it was read from, for messages."""

    def lexicon(self) -> Lexicon:
        """All phrases compiled, each with its (category, slug) senses."""
        phrases: dict[str, list[tuple[str, str]]] = {}
        for category in _PHRASE_TABLES:
            for slug, listed in getattr(self, category).items():
                for phrase in listed:
                    phrases.setdefault(phrase, []).append((category, slug))
        return Lexicon(phrases)


def load_profile(name_or_path: str | Path = "cooperation") -> Profile:
    """The bundled profile of that name, or the profile in that file (TOML, or an exported JSON).

    Raises ProfileError naming file and key.
    """
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and not path.suffix and "/" not in name_or_path and not path.exists():
        bundled = resources.files("pipelines") / "profiles" / f"{name_or_path}.toml"
        if not bundled.is_file():
            raise ProfileError(f"no bundled profile is named {name_or_path!r}; name a file to use your own")
        path = Path(str(bundled))
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ProfileError(f"{path}: cannot be read: {error.strerror or error}") from error
    if path.suffix == ".json":
        return _from_export(raw, str(path))
    try:
        data = tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: not a TOML file: {error}") from error
    beside: dict[str, Any] = {
        key: _read_beside(path, data[key]) for key in ("weights", "seed_vectors", "seeds") if key in data
    }
    return _build(data, beside, str(path))


def export_profile(profile: Profile, path: Path, *, weights: Mapping[str, Any] | None = None) -> None:
    """Write everything of a profile, with fitted `weights` in place of its own if given, into one JSON file."""
    data = {
        "format": _FORMAT,
        "profile": {
            "name": profile.name, "version": profile.version, "title": profile.title, "threshold": profile.threshold,
            "searches": list(profile.searches),
            "gate": {
                "window": profile.window, "sufficient": list(profile.sufficient),
                "acts": list(profile.gate_acts),
                "instruments": list(profile.gate_instruments),
            },
            "strength": {
                "strong_acts": sorted(profile.strong_acts), "strong_instruments": sorted(profile.strong_instruments),
            },
            **{table: {k: list(v) for k, v in getattr(profile, table).items()} for table in _PHRASE_TABLES},
        },
        "weights": dict(weights if weights is not None else profile.weights),
        "seeds": {"seed": [dict(seed) for seed in profile.seed_facts]},
        "seed_vectors": dict(profile.seed_vectors),
    }  # fmt: skip
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def import_profile(path: Path) -> Profile:
    """A profile from an exported file; ProfileError if it is not one."""
    return load_profile(path)


def _from_export(raw: bytes, source: str) -> Profile:
    try:
        data = json.loads(raw)
    except ValueError as error:
        raise ProfileError(f"{source}: not a JSON file: {error}") from error
    if (
        not isinstance(data, dict)
        or data.get("format") != _FORMAT
        or not isinstance(data.get("profile"), dict)
    ):
        raise ProfileError(f"{source}: not an exported profile (its `format` should be {_FORMAT!r})")
    beside = {key: data.get(key) or {} for key in ("weights", "seed_vectors", "seeds")}
    return _build(data["profile"], beside, source)


def _read_beside(path: Path, name: object) -> dict[str, Any]:
    if not isinstance(name, str):
        raise ProfileError(f"{path}: weights, seeds and seed_vectors name files beside it")
    beside = path.parent / name
    try:
        raw = beside.read_bytes()
        return tomllib.loads(raw.decode()) if beside.suffix == ".toml" else json.loads(raw)
    except FileNotFoundError:
        raise ProfileError(f"{path}: names {name!r}, which is not beside it") from None
    except (OSError, ValueError) as error:
        raise ProfileError(f"{beside}: cannot be read: {error}") from error


def _build(data: Mapping[str, Any], beside: Mapping[str, Any], source: str) -> Profile:
    for key in data:
        if key not in _KEYS:
            raise ProfileError(f"{source}: unknown key {key!r}; known are {', '.join(sorted(_KEYS))}")
    name = data.get("name")
    if not isinstance(name, str) or not name:
        raise ProfileError(f"{source}: `name` must be a word")
    threshold = data.get("threshold", 0.5)
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 < threshold < 1:
        raise ProfileError(f"{source}: `threshold` must be a number between 0 and 1, not {threshold!r}")
    tables = {table: _phrase_table(data, table, source) for table in _PHRASE_TABLES}
    for required in ("acts", "instruments"):
        if not any(tables[required].values()):
            raise ProfileError(f"{source}: `[{required}]` must list at least one phrase")
    gate = _table(data, "gate", source)
    strength = _table(data, "strength", source)
    window = gate.get("window", 160)
    if isinstance(window, bool) or not isinstance(window, int) or not 10 <= window <= 2000:
        raise ProfileError(
            f"{source}: `gate.window` must be a number of characters from 10 to 2000, not {window!r}"
        )
    every_act = [phrase for phrases in tables["acts"].values() for phrase in phrases]
    every_instrument = [phrase for phrases in tables["instruments"].values() for phrase in phrases]
    seeds = beside.get("seeds", {}).get("seed", [])
    if not isinstance(seeds, list) or not all(
        isinstance(s, dict) and isinstance(s.get("id"), str) for s in seeds
    ):
        raise ProfileError(f"{source}: every `[[seed]]` of its seeds needs an `id`")
    weights = beside.get("weights", {})
    sufficient = _phrases(gate.get("sufficient", []), "gate.sufficient", source)
    return Profile(
        name=name,
        version=str(data.get("version", "1")),
        title=str(data.get("title", name)),
        threshold=float(weights.get("threshold", threshold)),
        window=window,
        sufficient=sufficient,
        gate_acts=_phrases(gate.get("acts", every_act), "gate.acts", source),
        gate_instruments=_phrases(gate.get("instruments", every_instrument), "gate.instruments", source),
        strong_acts=frozenset(
            _phrases(strength.get("strong_acts", every_act), "strength.strong_acts", source)
        ),
        strong_instruments=frozenset(
            _phrases(
                strength.get("strong_instruments", list(tables["instruments"])),
                "strength.strong_instruments",
                source,
            )
        ),
        searches=_phrases(data.get("searches", [p for p in sufficient if " " in p][:5]), "searches", source),
        weights=weights,
        seed_facts=tuple(seeds),
        seed_vectors=beside.get("seed_vectors", {}),
        source=source,
        **tables,
    )


def _table(data: Mapping[str, Any], key: str, source: str) -> Mapping[str, Any]:
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise ProfileError(f"{source}: `{key}` must be a table")
    return table


def _phrase_table(data: Mapping[str, Any], key: str, source: str) -> dict[str, tuple[str, ...]]:
    table = {
        slug: _phrases(listed, f"{key}.{slug}", source) for slug, listed in _table(data, key, source).items()
    }
    if key == "acts":
        known = {act.value for act in Act}
        for slug in table:
            if slug not in known:
                raise ProfileError(f"{source}: `acts.{slug}`: an act is one of {', '.join(sorted(known))}")
    return table


def _phrases(listed: object, key: str, source: str) -> tuple[str, ...]:
    if not isinstance(listed, list) or not all(
        isinstance(phrase, str) and phrase.strip() for phrase in listed
    ):
        raise ProfileError(f"{source}: `{key}` must be a list of phrases")
    return tuple(dict.fromkeys(" ".join(clean(phrase).lower().split()) for phrase in listed))
