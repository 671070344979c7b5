"""`best`: each option is a value of one parameter; the key's must beat every other's with most seeds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import count, islice
from statistics import fmean
from typing import Any

from practicum.formatting import decimals, join_words
from practicum.kinds import validators
from practicum.kinds.base import PartMistake
from practicum.kinds.choice.proof_form import ProofForm
from practicum.kinds.experiment_calls import MeasuredNumber
from practicum.kinds.literals import parse_json_literal
from practicum.kinds.option_verdicts import settled, unsettled
from practicum.kinds.wording import numbered_options
from practicum.model import Json, Measured, Measurement, Observations, Option, Plan, Variant, VariantFinding, Verdict
from practicum.statistics.sign_test import (
    LOOKS,
    Boundary,
    boundaries,
    find_winner,
    is_better,
    is_open,
    median_difference,
)

_NEEDED = (("vary", "the parameter whose value each option states"), ("measure", "the number to compare"))


class BestProof(ProofForm):
    """An option is right if its value is better than every other's with significantly more than half of all seeds."""

    key = "best"
    schema = {
        "best": validators.dotted_name("the name of a function in `experiments.py`"),
        "vary": validators.dotted_name("the parameter whose value each option states"),
        "measure": validators.text("the number to compare"),
        "want": validators.one_of("highest", "lowest"),
        "seeds": validators.seeds,
        "given": validators.parameters,
    }

    def mistakes(self, variant: Variant) -> Iterator[PartMistake]:
        for key, meaning in _NEEDED:
            if key not in variant.proof:
                yield PartMistake("proof", f"missing-{key}", f"a `best` proof needs `{key}`, {meaning}")
        given = variant.proof.get("given")
        for name in {str(variant.proof.get("vary")), "seed"} & (given.keys() if isinstance(given, dict) else set()):
            message = f"`given` holds `{name}`, which the proof varies: remove it"
            yield PartMistake("proof.given", "varied-parameter", message)
        if sum(option.key for option in variant.options) != 1:
            message = "a `best` proof has one winner: mark exactly one option with `[x]`"
            yield PartMistake("option 1", "one-key", message)
        for number, option in enumerate(variant.options, 1):
            try:
                parse_json_literal(option.code or "")
            except ValueError as reason:
                problem = reason if option.code else "this option has no value"
                message = f"{problem}: write a Python literal in backticks, such as `1e-5`"
                yield PartMistake(f"option {number}", "invalid-literal" if option.code else "missing-code", message)

    def same_answer(self, variant: Variant, left: Option, right: Option) -> bool:
        try:
            return bool(parse_json_literal(left.code or "") == parse_json_literal(right.code or ""))
        except ValueError:
            return False

    def experiment_names(self, variant: Variant) -> frozenset[str]:
        return frozenset({variant.proof["best"]})

    def measured_numbers(
        self, variant: Variant, number: int, experiments: frozenset[str]
    ) -> tuple[MeasuredNumber, ...]:
        """The number that is compared: of the option and of the key, or of every option beside the key."""
        shown = range(len(variant.options)) if number == _key(variant) else (number, _key(variant))
        calls = [_measurement(variant, option, 0) for option in shown]
        measure = variant.proof["measure"]
        return tuple(MeasuredNumber(call.function, tuple(sorted(call.params.items())), measure) for call in calls)

    def measured_option(self, variant: Variant, measurement: Measurement) -> int | None:
        vary = variant.proof["vary"]
        if vary not in measurement.params:
            return None
        values = [_value(variant, number) for number in range(len(variant.options))]
        return values.index(measurement.params[vary]) if measurement.params[vary] in values else None

    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        return Plan(measurements=_measurements(variant, _first_seeds(variant)))

    def further_measurements(self, variant: Variant, observations: Observations) -> tuple[Measurement, ...]:
        """Those of the seeds up to the next look, until the options are decided or can no longer be."""
        scores = _scores(variant, observations)
        if observations.failed or not _comparable(scores):
            return ()
        measured, signed, looks = len(scores[0]), _signed(variant, scores), _looks(variant)
        if find_winner(signed, _look(variant, measured)) is not None or not is_open(signed, looks[-1]):
            return ()
        following = next(look.pairs for look in looks if look.pairs > measured)
        return _measurements(variant, _seeds(variant)[measured:following])

    def judge(self, variant: Variant, observations: Observations) -> VariantFinding:
        if observations.failed:
            reason = next(iter(observations.failed.values()))
            return unsettled(variant, Verdict.ERROR, "experiment-failed", reason, part="proof.best")
        measure = variant.proof["measure"]
        if missing := next((one for one in observations.measured.values() if measure not in one.numbers), None):
            why = _missing_number(missing, measure)
            return unsettled(variant, Verdict.ERROR, "missing-number", why, part="proof.measure")
        scores = _scores(variant, observations)
        if infinite := [n for n, score in enumerate(scores, 1) if not all(map(math.isfinite, score))]:
            why = f"`{measure}` of {numbered_options(infinite)} is not finite: measure a number that is always finite"
            observed = [f"{measure} {join_words(list(map(str, score)))}" for score in scores]
            return unsettled(variant, Verdict.REFUTED, "not-finite", why, observed, part="proof.measure")
        if len(scores[0]) == 1:  # a learner runs it again
            why = "one seed alone settles nothing; it shows one outcome"
            return unsettled(variant, Verdict.UNPROVED, "single-seed", why, _observed(variant, scores))
        return _compare(variant, scores)


Scores = list[list[float]]
"""Of each option, the measured number with each seed."""


def _compare(variant: Variant, scores: Scores) -> VariantFinding:
    """The finding from the scores with all seeds that were needed."""
    observed, key, numbers = _observed(variant, scores), _key(variant), range(len(scores))
    look, signed = _look(variant, len(scores[0])), _signed(variant, scores)
    winner = find_winner(signed, look)
    if winner is not None:
        name = f"`{variant.options[winner].code}` (option {winner + 1})"
        why = f"{name} is better than every other option: {observed[winner]}"
        return settled(variant, [number == winner for number in numbers], observed, why)
    beaten = [any(is_better(other, signed[number], look) for other in signed) for number in numbers]
    close = [n for n in numbers if n != key and not is_better(signed[key], signed[n], look)]
    rivals = numbered_options([number + 1 for number in close])
    why = f"over {look.pairs} seeds, the key is not clearly better than {rivals}: {observed[close[0]]}"
    options = settled(variant, [False if lost else None for lost in beaten], observed, "").options
    return VariantFinding(
        variant.params, Verdict.REFUTED, why, options, code="no-clear-winner", part=f"option {key + 1}"
    )


def _signed(variant: Variant, scores: Scores) -> Scores:
    """The scores so that higher is better."""
    sign = 1 if variant.proof.get("want", "highest") == "highest" else -1
    return [[sign * score for score in option] for option in scores]


def _key(variant: Variant) -> int:
    return next(number for number, option in enumerate(variant.options) if option.key)


def _first_seeds(variant: Variant) -> list[int]:
    """The seeds that the author chose; more may follow."""
    seeds: Any = variant.proof.get("seeds", LOOKS[0])
    return list(seeds) if isinstance(seeds, list) else list(range(seeds))


def _looks(variant: Variant) -> tuple[Boundary, ...]:
    """The numbers of seeds at which the comparison may end, the first of them after the author's own seeds."""
    first = max(len(_first_seeds(variant)), LOOKS[0])
    return boundaries((first, *(look for look in LOOKS if look > first)))


def _look(variant: Variant, seeds: int) -> Boundary:
    """The boundary at a number of seeds; one that cannot be reached if the comparison may not end there."""
    return next((look for look in _looks(variant) if look.pairs == seeds), Boundary(seeds, seeds + 1))


def _seeds(variant: Variant) -> list[int]:
    """The author's seeds and those that may follow: the smallest that are not among them."""
    own = _first_seeds(variant)
    most = _looks(variant)[-1].pairs
    following = (seed for seed in count() if seed not in own)
    return [*own, *islice(following, most - len(own))]


def _measurements(variant: Variant, seeds: Sequence[int]) -> tuple[Measurement, ...]:
    options = range(len(variant.options))
    return tuple(_measurement(variant, number, seed) for seed in seeds for number in options)


def _scores(variant: Variant, observations: Observations) -> Scores:
    """The scores with the seeds that were measured; NaN where an experiment returned no such number."""
    measure, found = variant.proof["measure"], observations.measured
    seeds = [seed for seed in _seeds(variant) if _measurement(variant, 0, seed) in found]
    return [
        [found[_measurement(variant, number, seed)].numbers.get(measure, math.nan) for seed in seeds]
        for number in range(len(variant.options))
    ]


def _comparable(scores: Scores) -> bool:
    return all(math.isfinite(score) for option in scores for score in option)


def _value(variant: Variant, number: int) -> Json:
    return parse_json_literal(variant.options[number].code or "")


def _measurement(variant: Variant, number: int, seed: int) -> Measurement:
    proof = variant.proof
    return Measurement(proof["best"], {**proof.get("given", {}), proof["vary"]: _value(variant, number)}, seed)


def _missing_number(measured: Measured, measure: str) -> str:
    names = join_words([f"`{name}`" for name in measured.numbers]) if measured.numbers else "none"
    curve = f"; `{measure}` is a curve, whose last value it may return" if measure in measured.curves else ""
    return f"{measured.measurement.function} returns no number `{measure}`; its numbers are {names}{curve}"


def _observed(variant: Variant, scores: Scores) -> list[str]:
    """Of each option: its mean and range, and how much better the key is, if it is not the key itself."""
    measure, key = variant.proof["measure"], _key(variant)
    seeds = _seeds(variant)[: len(scores[0])]
    if len(seeds) == 1:
        return [f"{measure} {decimals(score[0])} with seed {seeds[0]}" for score in scores]
    return [
        f"{measure} {decimals(fmean(score))} on average over {len(seeds)} seeds "
        f"({decimals(min(score))} to {decimals(max(score))})"
        + ("" if number == key else _lead(variant, scores, number))
        for number, score in enumerate(scores)
    ]


def _lead(variant: Variant, scores: Scores, number: int) -> str:
    """With how many seeds the key is better than a distractor, and by how much."""
    signed = _signed(variant, scores)
    key, other = signed[_key(variant)], signed[number]
    text = f"; the key is better with {sum(a > b for a, b in zip(key, other, strict=True))} of {len(key)} seeds"
    look = _look(variant, len(key))
    if look.wins > look.pairs:
        return text
    lead = median_difference(key, other, look)
    return f"{text}, by {decimals(lead.value)} in the median, 95 % CI {decimals(lead.low)} to {decimals(lead.high)}"
