"""How near a story is to each seed, and which text is a seed's own.

A seed is known by a vector of weighted terms (folded syllables and pairs of them, weighted by how rare they
are in the press) and by a sketch of its text; the package ships both for the five seeds, never their texts.
Nearness is the cosine of the vectors (Salton and McGill, 1983).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import pairwise
from typing import Any

from pipelines.matching.terms import tokens
from pipelines.profile import Profile
from pipelines.types import Nearness
from pipelines.vietnamese import clean, syllables

# Beyond this a story's words say little about its opening's subject.
_SYLLABLES = 700
# A user's own seed keeps this many of its heaviest terms.
_VECTOR_TERMS = 160
_SHINGLE = 6
_SKETCH = 64
# A text that holds this share of a seed's sketch is that seed, cut or with furniture around it.
_SAME_TEXT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedCorpus:
    """The seeds that nearness is measured against. Immutable: adding and removing give a new corpus."""

    idf: Mapping[str, float] = field(default_factory=dict, repr=False)
    """Term → how rare it is in the press; a term that is not listed has `default_idf`."""
    default_idf: float = 5.0
    vectors: Mapping[str, Mapping[str, float]] = field(default_factory=dict, repr=False)
    """Seed id → term → weight, of length 1."""
    sketches: Mapping[str, frozenset[int]] = field(default_factory=dict, repr=False)
    _postings: Mapping[str, list[tuple[str, float]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """Term → the seeds that hold it, with its weight in each."""

    def __post_init__(self) -> None:
        postings: dict[str, list[tuple[str, float]]] = {}
        for seed, vector in self.vectors.items():
            for term, weight in vector.items():
                postings.setdefault(term, []).append((seed, weight))
        object.__setattr__(self, "_postings", postings)

    @classmethod
    def shipped(cls, profile: Profile) -> SeedCorpus:
        """The seeds that come with a profile."""
        data: Mapping[str, Any] = profile.seed_vectors
        return cls(
            idf=data.get("idf", {}),
            default_idf=float(data.get("default_idf", 5.0)),
            vectors=dict(data.get("vectors", {})),
            sketches={seed: frozenset(marks) for seed, marks in data.get("sketches", {}).items()},
        )

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self.vectors)

    def with_seed(self, seed: str, title: str | None, text: str) -> SeedCorpus:
        """This corpus and one more seed (or that seed anew)."""
        whole = clean(f"{title or ''}\n{text}")
        return replace(
            self,
            vectors={**self.vectors, seed: self.vector(whole, keep=_VECTOR_TERMS)},
            sketches={**self.sketches, seed: sketch(whole)},
        )

    def without(self, seed: str) -> SeedCorpus:
        """This corpus less one seed, its shipped vector too."""
        return replace(
            self,
            vectors={known: vector for known, vector in self.vectors.items() if known != seed},
            sketches={known: marks for known, marks in self.sketches.items() if known != seed},
        )

    def recognise(self, title: str | None, text: str) -> str | None:
        """The seed whose text this is, though cut, re-typed or with furniture around it; else None."""
        if not self.sketches:
            return None
        held = set(_shingles(clean(f"{title or ''}\n{text}")))
        best = max(self.sketches, key=lambda seed: (_share(self.sketches[seed], held), seed))
        return best if _share(self.sketches[best], held) >= _SAME_TEXT else None

    def vector(self, text: str, *, keep: int | None = None) -> dict[str, float]:
        """The weighted terms of a cleaned text, of length 1."""
        counts = _counts(text)
        idf, default = self.idf, self.default_idf
        weights = {term: (1 + math.log(count)) * idf.get(term, default) for term, count in counts.items()}
        if keep is not None and len(weights) > keep:
            heaviest = sorted(weights, key=lambda term: (-weights[term], term))[:keep]
            weights = {term: weights[term] for term in heaviest}
        norm = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {term: weight / norm for term, weight in weights.items()} if norm else {}

    def nearness(self, title: str | None, text: str) -> tuple[Nearness, ...]:
        """Every seed with its similarity to a cleaned story, nearest first."""
        if not self.vectors:
            return ()
        counts = _counts(f"{title or ''}\n{text[: _SYLLABLES * 6]}")
        idf, default, postings = self.idf, self.default_idf, self._postings
        shared: dict[str, float] = dict.fromkeys(self.vectors, 0.0)
        square = 0.0
        for term, count in counts.items():
            weight = idf.get(term, default)
            if count > 1:
                weight *= 1 + math.log(count)
            square += weight * weight
            for seed, other in postings.get(term, ()):
                shared[seed] += weight * other
        norm = math.sqrt(square) or 1.0
        found = [
            Nearness(seed=seed, similarity=round(min(1.0, dot / norm), 4)) for seed, dot in shared.items()
        ]
        return tuple(sorted(found, key=lambda near: (-near.similarity, near.seed)))


def _counts(text: str) -> Counter[str]:
    parts = tokens(text)[:_SYLLABLES]
    counts = Counter(f"{first} {second}" for first, second in pairwise(parts))
    counts.update(part for part in parts if part[0] != "<")
    return counts


def inverse_frequencies(texts: Iterable[str], *, least: int) -> tuple[dict[str, float], float]:
    """How rare each term is over cleaned texts; terms in fewer than `least` texts are left to the default."""
    seen: Counter[str] = Counter()
    total = 0
    for text in texts:
        total += 1
        seen.update(set(_counts(text)))
    idf = {t: round(math.log((1 + total) / (1 + n)), 3) for t, n in sorted(seen.items()) if n >= least}
    return idf, round(math.log((1 + total) / (1 + least / 2)), 3)


def sketch(text: str) -> frozenset[int]:
    """The smallest hashes of a text's shingles (Broder's min-wise sample, 1997): enough to know it again, not to read it."""
    return frozenset(sorted(set(_shingles(text)))[:_SKETCH])


def _shingles(text: str) -> Iterable[int]:
    parts = syllables(text)
    for i in range(len(parts) - _SHINGLE + 1):
        shingle = " ".join(parts[i : i + _SHINGLE])
        yield int.from_bytes(blake2b(shingle.encode(), digest_size=6).digest(), "big")


def _share(marks: frozenset[int], held: set[int]) -> float:
    return len(marks & held) / len(marks) if marks else 0.0
