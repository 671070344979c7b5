"""`best`: each option is a value of one parameter; over the seeds, the key's value must beat every other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import fmean
from typing import Any

from practicum.formatting import join_words
from practicum.kinds import validators
from practicum.kinds.base import PartMistake
from practicum.kinds.choice.proof_form import ProofForm
from practicum.kinds.literals import parse_json_literal
from practicum.kinds.option_verdicts import settled, unsettled
from practicum.kinds.wording import numbered_options
from practicum.model import Json, Measured, Measurement, Observations, Option, Plan, Variant, VariantFinding, Verdict
from practicum.statistics.intervals import Interval, paired_difference

_NEEDED = (("vary", "the parameter whose value each option states"), ("measure", "the number to compare"))


class BestProof(ProofForm):
    """An option is right if its value wins: the 95 % CI of each paired difference lies above 0."""

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

    def measured_option(self, variant: Variant, measurement: Measurement) -> int | None:
        vary = variant.proof["vary"]
        if vary not in measurement.params:
            return None
        values = [_value(variant, number) for number in range(len(variant.options))]
        return values.index(measurement.params[vary]) if measurement.params[vary] in values else None

    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        return Plan(
            measurements=tuple(
                _measurement(variant, number, seed)
                for seed in _seeds(variant)
                for number in range(len(variant.options))
            )
        )

    def judge(self, variant: Variant, observations: Observations) -> VariantFinding:
        if observations.failed:
            reason = next(iter(observations.failed.values()))
            return unsettled(variant, Verdict.ERROR, "experiment-failed", reason, part="proof.best")
        measure = variant.proof["measure"]
        scores: list[list[float]] = []
        for number in range(len(variant.options)):
            measured = [observations.measured[_measurement(variant, number, seed)] for seed in _seeds(variant)]
            if missing := next((result for result in measured if measure not in result.numbers), None):
                return unsettled(
                    variant, Verdict.ERROR, "missing-number", _missing_number(missing, measure), part="proof.measure"
                )
            scores.append([result.numbers[measure] for result in measured])
        if infinite := [n for n, score in enumerate(scores, 1) if not all(map(math.isfinite, score))]:
            why = f"`{measure}` of {numbered_options(infinite)} is not finite: measure a number that is always finite"
            observed = [f"{measure} {join_words(list(map(str, score)))}" for score in scores]
            return unsettled(variant, Verdict.REFUTED, "not-finite", why, observed, part="proof.measure")
        if len(_seeds(variant)) == 1:  # a learner runs it again
            observed = [_observed(variant, score, None) for score in scores]
            why = "one seed alone settles nothing; it shows one outcome"
            return unsettled(variant, Verdict.UNPROVED, "single-seed", why, observed)
        return _compare(variant, scores)


def _compare(variant: Variant, scores: list[list[float]]) -> VariantFinding:
    """The finding from each option's scores, one per seed."""
    sign = 1 if variant.proof.get("want", "highest") == "highest" else -1
    key = next(number for number, option in enumerate(variant.options) if option.key)
    leads = [
        paired_difference([sign * s for s in scores[key]], [sign * s for s in score]) if number != key else None
        for number, score in enumerate(scores)
    ]
    observed = [_observed(variant, score, lead) for score, lead in zip(scores, leads, strict=True)]
    if any(lead is not None and lead.high < 0 for lead in leads):
        # the distractor with the best mean holds instead of the key
        winner = max(range(len(scores)), key=lambda number: sign * fmean(scores[number]))
        holds: list[bool | None] = [number == winner for number in range(len(scores))]
        name = f"`{variant.options[winner].code}` (option {winner + 1})"
        return settled(variant, holds, observed, f"{name} has {observed[winner]}")
    close = [number for number, lead in enumerate(leads) if lead is not None and lead.low <= 0]
    if close:
        rivals = numbered_options([number + 1 for number in close])
        seeds = len(scores[key])
        why = f"the winner is not significantly better than {rivals} over {seeds} seeds: {observed[close[0]]}"
        uncertain = [None if number in (key, *close) else False for number in range(len(scores))]
        options = settled(variant, uncertain, observed, "").options
        return VariantFinding(
            variant.params, Verdict.REFUTED, why, options, code="no-clear-winner", part=f"option {key + 1}"
        )
    return settled(variant, [number == key for number in range(len(scores))], observed, "")


def _value(variant: Variant, number: int) -> Json:
    return parse_json_literal(variant.options[number].code or "")


def _measurement(variant: Variant, number: int, seed: int) -> Measurement:
    proof = variant.proof
    return Measurement(proof["best"], {**proof.get("given", {}), proof["vary"]: _value(variant, number)}, seed)


def _missing_number(measured: Measured, measure: str) -> str:
    names = join_words([f"`{name}`" for name in measured.numbers]) if measured.numbers else "none"
    curve = f"; `{measure}` is a curve, whose last value it may return" if measure in measured.curves else ""
    return f"{measured.measurement.function} returns no number `{measure}`; its numbers are {names}{curve}"


def _seeds(variant: Variant) -> list[int]:
    seeds: Any = variant.proof.get("seeds", 5)
    return list(seeds) if isinstance(seeds, list) else list(range(seeds))


def _observed(variant: Variant, scores: list[float], lead: Interval | None) -> str:
    """An option's mean and range, and how far the key leads, if it is not the key itself."""
    measure = variant.proof["measure"]
    if len(scores) == 1:
        return f"{measure} {scores[0]:.3f} with seed {_seeds(variant)[0]}"
    mean = f"{measure} {fmean(scores):.3f} on average over {len(scores)} seeds"
    spread = f" ({min(scores):.3f} to {max(scores):.3f})"
    if lead is None:
        return mean + spread
    verb = "better" if variant.proof.get("want", "highest") == "highest" else "lower"
    return f"{mean}{spread}; the key is {verb} by {lead.value:.3f}, 95 % CI {lead.low:.3f} to {lead.high:.3f}"
