"""One probability that a story is a match, with the reasons that moved it.

A linear model (logistic regression) over three kinds of named features: the signs of the evidence, the
words of the story, and its nearness to the seeds. Every feature's contribution is its weight times its
value, so what is shown as a reason is what decided. `matching.fit` finds the weights; this module only adds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.gate import Gate
from pipelines.matching.evidence import Clue, Reader, Reading, armed_signs, clue_signs, signs
from pipelines.matching.similarity import SeedCorpus
from pipelines.matching.terms import terms
from pipelines.profile import Profile
from pipelines.types import Evidence, Match, Nearness, Story

# A person reads at most this many sentences.
_SHOWN = 5
# Of the words, only the sum and the strongest few are reasons a person can use.
_WORDS_SHOWN = 6
_SIGNS_SHOWN = 12

# Weights for a profile that nobody has fitted yet: the plain reading of the evidence. A clear deed in headline
# or opening makes a match; confusers, doubt and a mere mention in the body do not.
_UNFITTED = {
    "title:deed:plain": 2.5, "title:likely:plain": 1.5, "lead:deed:plain": 2.5, "lead:likely:plain": 1.5, "body:deed:plain": 1.0,
    "last:deed:plain": 0.8, "caption:deed:plain": 1.2, "title:weak": 0.5, "lead:weak": 0.3, "title:deed:doubt": 0.8, "lead:deed:doubt": 0.6,
    "clean-deeds": 0.5, "lead:deed+joined": 0.5, "title:deed+joined": 0.5, "lead:deed+dated": 0.4, "no-deed": -1.5, "near-seed": 2.0,
}  # fmt: skip
_UNFITTED_BIAS = -3.0


class Judge:
    """Judges stories by one profile and one seed corpus. Holds no state that changes while it works."""

    def __init__(
        self, profile: Profile, seeds: SeedCorpus, *, weights: Mapping[str, Any] | None = None
    ) -> None:
        weights = weights if weights is not None else profile.weights
        self.profile = profile
        self.seeds = seeds
        self.gate = Gate(profile)
        self._reader = Reader(profile)
        self._signs: Mapping[str, float] = weights.get("signs") or _UNFITTED
        self._terms: Mapping[str, float] = weights.get("terms") or {}
        self._bias = float(weights.get("bias", _UNFITTED_BIAS))
        self._closeness: Mapping[str, float] = weights.get("closeness") or {}
        self.threshold = float(weights.get("threshold", profile.threshold))
        self.model = f"{profile.name} {profile.version}" + (
            f" ({weights['made']})" if "made" in weights else ""
        )

    def judge(self, story: Story) -> Match:
        """The judgement of one story. Its title and text are cleaned (`vietnamese.squeeze`, `tidy`)."""
        title, text = story.title or "", story.text
        nearest = self.seeds.nearness(title, text)
        if not self.gate.admits_text(title, text):
            return Match(score=0.0, threshold=self.threshold, nearest=nearest, model=self.model)
        reading = self._reader.read(title, text, captions=story.captions)
        found = self.signs_of(reading, nearest)
        weights = self._signs
        reasons = {name: weights[name] * value for name, value in found.items() if name in weights}
        words = (
            {t: w * v for t, v in terms(reading).items() if (w := self._terms.get(t))} if self._terms else {}
        )
        logit = self._bias + math.fsum(reasons.values()) + math.fsum(words.values())
        return Match(
            score=round(_logistic(logit), 4),
            threshold=self.threshold,
            evidence=tuple(self._evidence(reading)),
            nearest=nearest,
            closeness=round(self._close(reading, nearest), 4),
            reasons=_strongest(reasons, words),
            model=self.model,
        )

    @staticmethod
    def signs_of(reading: Reading, nearest: tuple[Nearness, ...]) -> dict[str, float]:
        """All dense features: the evidence's signs and the nearness to the nearest seed."""
        found = signs(reading)
        if nearest:
            found["near-seed"] = min(1.0, 2 * nearest[0].similarity)
        return found

    def features(self, story: Story) -> dict[str, float]:
        """What `matching.fit.refit` learns from: the signs, and the sum of the words as one feature `words`."""
        reading = self._reader.read(story.title or "", story.text, captions=story.captions)
        found = self.signs_of(reading, self.seeds.nearness(story.title, story.text))
        found["words"] = math.fsum(self._terms.get(t, 0.0) * v for t, v in terms(reading).items())
        return found

    def _close(self, reading: Reading, nearest: tuple[Nearness, ...]) -> float:
        """0 … 1: how near to the seeds in kind of party and story."""
        similarity = nearest[0].similarity if nearest else 0.0
        if not self._closeness:
            return similarity
        found = armed_signs(reading)
        found["similarity"] = min(1.0, 2 * similarity)
        weights = self._closeness
        return _logistic(
            weights.get("bias", 0.0) + math.fsum(weights.get(n, 0.0) * v for n, v in found.items())
        )

    def _evidence(self, reading: Reading) -> Iterator[Evidence]:
        """The sentences that speak for a match, the deciding one first."""
        weighed = sorted(
            ((self._weight(clue), -number, clue) for number, clue in enumerate(reading.clues)),
            key=lambda entry: (-_TIER_FIRST.get(entry[2].tier, 0), -entry[0], -entry[1]),
        )
        for weight, _, clue in weighed[:_SHOWN]:
            source = reading.title if clue.field == "title" else reading.text
            yield Evidence(
                phrase=source[clue.start : clue.end],
                sentence=source[clue.sentence_start : clue.sentence_end],
                field=clue.field,
                start=clue.start,
                end=clue.end,
                sentence_start=clue.sentence_start,
                sentence_end=clue.sentence_end,
                act=clue.act,
                instrument=clue.instrument,
                weight=round(weight, 3),
            )

    def _weight(self, clue: Clue) -> float:
        return math.fsum(self._signs.get(name, 0.0) for name in clue_signs(clue))


_TIER_FIRST = {"deed": 2, "likely": 2, "weak": 1, "act": 1, "noun": 0}


def _logistic(logit: float) -> float:
    if logit < -700:
        return 0.0
    return 1.0 / (1.0 + math.exp(-logit))


def _strongest(reasons: Mapping[str, float], words: Mapping[str, float]) -> dict[str, float]:
    """The reasons that moved the score most, signs before words; `words` is the sum of all words."""
    shown = dict(sorted(reasons.items(), key=lambda entry: (-abs(entry[1]), entry[0]))[:_SIGNS_SHOWN])
    if words:
        shown["words"] = math.fsum(words.values())
        shown.update(sorted(words.items(), key=lambda entry: (-abs(entry[1]), entry[0]))[:_WORDS_SHOWN])
    return {name: round(value, 3) for name, value in shown.items()}
