"""`best`: each option is a value of one parameter, and over the seeds the key's must beat every other's."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import fmean
from typing import Any

from practicum.kinds import settings
from practicum.kinds.base import Found
from practicum.kinds.option_verdicts import judged, listed, numbered, unsettled
from practicum.kinds.settings import Settings
from practicum.model import Measured, Measurement, Observations, Plan, Variant, VariantFinding, Verdict
from practicum.statistics.intervals import Interval, paired_difference


class Best:
    """Right if the option's value wins, the 95 % interval of each paired difference above 0."""

    key = "best"
    settings: Settings = {
        "best": settings.name("the name of a function in `experiments.py`"),
        "vary": settings.name("the parameter whose value each option gives"),
        "measure": settings.words("the number to compare"),
        "want": settings.one_of("highest", "lowest"),
        "seeds": settings.seeds,
        "given": settings.arguments,
    }

    def mistakes(self, variant: Variant) -> Iterator[Found]:
        for needed, what in (("vary", "the parameter whose value each option gives"), ("measure", "what to compare")):
            if needed not in variant.proof:
                yield Found("proof", f"a `best` proof needs `{needed}`, {what}")
        given = variant.proof.get("given")
        for name in {str(variant.proof.get("vary")), "seed"} & (given.keys() if isinstance(given, dict) else set()):
            yield Found("proof.given", f"`given` holds `{name}`, which the proof varies itself: take it away")
        if sum(option.key for option in variant.options) != 1:
            yield Found("option 1", "a `best` proof has one winner: mark exactly one option with `[x]`")
        for number, option in enumerate(variant.options, 1):
            try:
                settings.json_literal(option.code or "")
            except ValueError as reason:
                said = reason if option.code else "this option has no value"
                yield Found(f"option {number}", f"{said}: write a Python literal in backticks, such as `1e-5`")

    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        return Plan(
            measurements=tuple(
                self._measurement(variant, number, seed)
                for seed in _seeds(variant)
                for number in range(len(variant.options))
            )
        )

    def judge(self, variant: Variant, seen: Observations) -> VariantFinding:
        if seen.failed:
            return unsettled(variant, Verdict.ERROR, next(iter(seen.failed.values())))
        measure = variant.proof["measure"]
        scores: list[list[float]] = []
        for number in range(len(variant.options)):
            measured = [seen.measured[self._measurement(variant, number, seed)] for seed in _seeds(variant)]
            if reason := next((why for one in measured if (why := _nothing(one, measure))), None):
                return unsettled(variant, Verdict.ERROR, reason)
            scores.append([one.numbers[measure] for one in measured])
        if endless := [n for n, score in enumerate(scores, 1) if not all(map(math.isfinite, score))]:
            why = f"`{measure}` of {numbered(endless)} is no finite number: measure what can be compared when all fails"
            return unsettled(variant, Verdict.REFUTED, why, [f"{measure} {listed(list(map(str, s)))}" for s in scores])
        if len(_seeds(variant)) == 1:  # a learner has run it again
            observed = [_observed(variant, number, score, None) for number, score in enumerate(scores)]
            return unsettled(
                variant, Verdict.UNPROVED, "one seed alone settles nothing; it shows what happens", observed
            )
        return self._compared(variant, scores)

    def _compared(self, variant: Variant, scores: list[list[float]]) -> VariantFinding:
        sign = 1 if variant.proof.get("want", "highest") == "highest" else -1
        key = next(number for number, option in enumerate(variant.options) if option.key)
        ahead = [
            paired_difference([sign * s for s in scores[key]], [sign * s for s in score]) if number != key else None
            for number, score in enumerate(scores)
        ]
        observed = [_observed(variant, number, scores[number], ahead[number]) for number in range(len(scores))]
        if any(interval is not None and interval.high < 0 for interval in ahead):
            # The distractor with the best mean is the one that holds instead of the key.
            winner = max(range(len(scores)), key=lambda number: sign * fmean(scores[number]))
            holds: list[bool | None] = [number == winner for number in range(len(scores))]
            return judged(variant, holds, observed, f"{_said(variant, winner)} has {observed[winner]}")
        close = [number for number, interval in enumerate(ahead) if interval is not None and interval.low <= 0]
        if close:
            near = numbered([number + 1 for number in close])
            why = f"the winner cannot be told apart from {near} over {len(scores[key])} seeds: {observed[close[0]]}"
            holds_unsure = [None if number in (key, *close) else False for number in range(len(scores))]
            found = judged(variant, holds_unsure, observed, why)
            return VariantFinding(variant.params, Verdict.REFUTED, why, found.options)
        return judged(variant, [number == key for number in range(len(scores))], observed, "")

    def _measurement(self, variant: Variant, number: int, seed: int) -> Measurement:
        proof = variant.proof
        value = settings.json_literal(variant.options[number].code or "")
        return Measurement(proof["best"], {**proof.get("given", {}), proof["vary"]: value}, seed)


def _nothing(one: Measured, measure: str) -> str | None:
    """Why a measurement does not hold what is to be compared."""
    if measure in one.numbers:
        return None
    names = listed([f"`{name}`" for name in one.numbers]) if one.numbers else "none"
    curve = (
        f"; `{measure}` is a curve, of which the experiment may return the last value" if measure in one.curves else ""
    )
    return f"{one.measurement.function} gives no number `{measure}`; its numbers are {names}{curve}"


def _seeds(variant: Variant) -> list[int]:
    seeds: Any = variant.proof.get("seeds", 5)
    return list(seeds) if isinstance(seeds, list) else list(range(seeds))


def _said(variant: Variant, number: int) -> str:
    return f"`{variant.options[number].code}` (option {number + 1})"


def _observed(variant: Variant, number: int, scores: list[float], behind: Interval | None) -> str:
    if len(scores) == 1:
        return f"{variant.proof['measure']} {scores[0]:.3f} with seed {_seeds(variant)[0]}"
    mean = f"{variant.proof['measure']} {fmean(scores):.3f} on average over {len(scores)} seeds"
    spread = f" ({min(scores):.3f} to {max(scores):.3f})"
    if behind is None:
        return mean + spread
    verb = "better" if variant.proof.get("want", "highest") == "highest" else "lower"
    return (
        f"{mean}{spread}; the key is {verb} by {behind.value:.3f}, 95 % interval {behind.low:.3f} to {behind.high:.3f}"
    )
