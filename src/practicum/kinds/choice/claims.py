"""No `[proof]`: each option carries a claim of its own, an expression that is true if the option is right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Any

from practicum.kinds import settings
from practicum.kinds.base import Found
from practicum.kinds.comparison_sides import with_sides
from practicum.kinds.equality import shown
from practicum.kinds.experiment_calls import measurable_calls
from practicum.kinds.option_verdicts import judged, numbered, unsettled
from practicum.kinds.run_agreement import Witnessed, stopped, witnessed
from practicum.kinds.settings import Settings
from practicum.model import (
    Failure,
    Measurement,
    Observation,
    Observations,
    Option,
    Plan,
    Run,
    Variant,
    VariantFinding,
    Verdict,
)
from practicum.python_source.constants import is_decided
from practicum.python_source.parsing import error_line, parse_expression

_SEED = re.compile(r"(, )?\bseed=seed\b")
"""In what is observed over all seeds, the seed is no news."""

SEEDS = 5
"""Over how many seeds a claim about an experiment must hold, unless `[proof] seeds` says otherwise."""


class Claims:
    """A claim must hold, or fail, in every fresh run; about experiments, for every seed."""

    key = "claim"
    settings: Settings = {"seeds": settings.count_of_seeds}

    def mistakes(self, variant: Variant) -> Iterator[Found]:
        for number, option in enumerate(variant.options, 1):
            if option.claim is None:
                continue
            try:
                parse_expression(option.claim)
            except SyntaxError as reason:
                message = f"this claim is no Python expression: {reason.msg}"
                yield Found(f"claim {number}", message, error_line(reason, option.claim))

    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        if _constants(variant) or not any(option.claim for option in variant.options):
            return Plan()
        values = {
            _name(number): with_sides(option.claim) for number, option in enumerate(variant.options, 1) if option.claim
        }
        claims = [option.claim for option in variant.options if option.claim]
        calls = [call for claim in claims for call in measurable_calls(claim, experiments)]
        seeds = tuple(range(variant.proof.get("seeds", SEEDS))) if calls else ()
        measurements = dict.fromkeys(
            Measurement(call.function, dict(call.params), seed if call.seed is None else call.seed)
            for seed in seeds
            for call in calls
        )
        return Plan((Run("claims", variant.snippet, variant.setup, values, seeds=seeds),), tuple(measurements))

    def judge(self, variant: Variant, seen: Observations) -> VariantFinding:
        if constants := _constants(variant):
            claim = variant.options[constants[0] - 1].claim
            why = f"the claim of {numbered(constants)} is a constant: `{claim}` says the same whatever the run gives"
            return unsettled(variant, Verdict.ERROR, why)
        bare = [number for number, option in enumerate(variant.options, 1) if option.claim is None]
        if len(bare) == len(variant.options):
            why = "nothing to run was given: add a `[proof]`, or a ```` ```python claim ```` under each option"
            return unsettled(variant, Verdict.UNPROVED, why)
        observations = seen.runs.get("claims", ())
        if reason := next(iter(seen.failed.values()), None) or stopped(observations):
            return unsettled(variant, Verdict.ERROR, reason)
        if failure := next((observation.failure for observation in observations if observation.failure), None):
            why = f"the {failure.where} raises {failure}, so no claim could be looked at"
            return unsettled(variant, Verdict.REFUTED, why, str(failure))
        return self._settled(variant, observations, bare)

    def _settled(self, variant: Variant, observations: Sequence[Observation], bare: list[int]) -> VariantFinding:
        results = [
            [witnessed(observation.values.get(_name(number))) for observation in observations] if option.claim else []
            for number, option in enumerate(variant.options, 1)
        ]
        observed = [_observed(option, result) for option, result in zip(variant.options, results, strict=True)]
        for number, result in enumerate(results, 1):
            if broken := next((one for one in result if isinstance(one, Failure)), None):
                why = f"the claim of option {number} is neither true nor false, it raises {broken}"
                return unsettled(variant, Verdict.REFUTED, why, observed)
        holds = [[one.truth for one in result if isinstance(one, Witnessed)] for result in results]
        moving = [number for number, held in enumerate(holds, 1) if len(set(held)) > 1]
        if moving:
            number = moving[0]
            count = sum(holds[number - 1])
            why = f"the claim of option {number} holds in {count} of {len(observations)} runs: {observed[number - 1]}"
            return unsettled(variant, Verdict.UNSTABLE, why, observed)
        if bare:
            why = f"{numbered(bare)} has no claim: add a ```` ```python claim ```` under it"
            return unsettled(variant, Verdict.REFUTED, why, observed)
        details = [f"option {number}: {text}" for number, text in enumerate(observed, 1)]
        return judged(variant, [held[0] for held in holds], observed, "; ".join(details))


def _constants(variant: Variant) -> list[int]:
    code = variant.setup + "\n" + variant.snippet
    return [
        number for number, option in enumerate(variant.options, 1) if option.claim and is_decided(option.claim, code)
    ]


def _observed(option: Option, results: Sequence[Witnessed | Failure]) -> str:
    """What the sides of a claim's comparison were, over all runs; or just whether it held."""
    seen = [result for result in results if isinstance(result, Witnessed)]
    if len(seen) < len(results):
        return next(str(result) for result in results if isinstance(result, Failure))
    said = [
        f"`{_SEED.sub('', source)}` is {_range([one.sides[source] for one in seen if source in one.sides])}"
        for source in dict.fromkeys(source for one in seen for source in one.sides)
    ]
    if said or not seen:
        return ", ".join(said)
    truths = sorted({one.truth for one in seen})
    return f"`{option.claim}` is {' or '.join(map(str, truths))}"


def _range(values: Sequence[Any]) -> str:
    """One value, or the mean of many and how far they reach."""
    texts = list(dict.fromkeys(shown(value) for value in values))
    if len(texts) == 1:
        return _number(values[0])
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return f"{fmean(values):.3g} on average ({min(values):.3g} to {max(values):.3g} over {len(values)} runs)"
    return " or ".join(texts)


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else shown(value)


def _name(number: int) -> str:
    return f"option {number}"
