"""Claims: Python expressions, one per option, that are true if the option is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from statistics import fmean
from typing import Any

from practicum.kinds.base import PartMistake
from practicum.kinds.comparison_sides import with_sides
from practicum.kinds.conditions import Condition, read_condition
from practicum.kinds.experiment_calls import measurable_calls
from practicum.kinds.literals import value_text
from practicum.kinds.option_verdicts import code_part, settled, unsettled
from practicum.kinds.run_agreement import stop_reason
from practicum.kinds.wording import numbered_options
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

SEEDS = 5
"""The default number of seeds over which a claim about an experiment must hold."""

_SEED_ARGUMENT = re.compile(r"(, )?\bseed=seed\b")
"""Left out of what is observed, because it is about all seeds."""


def claim_mistakes(claim: str, part: str) -> Iterator[PartMistake]:
    """The syntax error in a claim, if there is one."""
    try:
        parse_expression(claim)
    except SyntaxError as reason:
        message = f"this claim is not a Python expression: {reason.msg}"
        yield PartMistake(part, "invalid-python", message, error_line(reason, claim))


def plan_claims(variant: Variant, experiments: frozenset[str], seeds: int = SEEDS) -> Plan:
    """The runs that evaluate the claims of a variant's options; none if they cannot be settled by running.

    Args:
        variant: The variant.
        experiments: The names of the functions in `experiments.py`.
        seeds: The number of seeds for claims that call experiments.
    """
    if _constant_claims(variant) or not any(option.claim for option in variant.options):
        return Plan()
    values = {
        _value_name(number): with_sides(option.claim)
        for number, option in enumerate(variant.options, 1)
        if option.claim
    }
    claims = [option.claim for option in variant.options if option.claim]
    calls = [call for claim in claims for call in measurable_calls(claim, experiments)]
    used_seeds = tuple(range(seeds)) if calls else ()
    measurements = dict.fromkeys(
        Measurement(call.function, dict(call.params), seed if call.seed is None else call.seed)
        for seed in used_seeds
        for call in calls
    )
    return Plan(
        (Run("claims", variant.snippet, variant.setup, values, seeds=used_seeds, stdin=variant.stdin),),
        tuple(measurements),
    )


def _claim_name(number: int) -> str:
    return f"the claim of option {number}"


def judge_claims(
    variant: Variant, observations: Observations, claim_name: Callable[[int], str] = _claim_name
) -> VariantFinding:
    """The verdict on the claims of a variant's options.

    Args:
        variant: The variant.
        observations: What the runs of `plan_claims` showed.
        claim_name: What to call the claim of an option (from 1) in the reason.
    """
    if constants := _constant_claims(variant):
        claim = variant.options[constants[0] - 1].claim
        why = f"{claim_name(constants[0])} is a constant: `{claim}` is the same whatever the run shows"
        return unsettled(variant, Verdict.ERROR, "constant-expression", why, part=f"claim {constants[0]}")
    missing = [number for number, option in enumerate(variant.options, 1) if option.claim is None]
    if len(missing) == len(variant.options):
        why = "there is nothing to run: add a `[proof]`, or a ```` ```python claim ```` fence under each option"
        return unsettled(variant, Verdict.UNPROVED, "nothing-to-run", why)
    repeated = observations.runs.get("claims", ())
    if reason := next(iter(observations.failed.values()), None):
        return unsettled(variant, Verdict.ERROR, "experiment-failed", reason)
    if reason := stop_reason(repeated):
        return unsettled(variant, Verdict.ERROR, "run-stopped", reason)
    if failure := next((observation.failure for observation in repeated if observation.failure), None):
        why = f"the {failure.running} raises {failure}, so no claim could be evaluated"
        return unsettled(variant, Verdict.REFUTED, "run-raises", why, str(failure), part=code_part(failure))
    return _judge_results(variant, repeated, missing, claim_name)


def _judge_results(
    variant: Variant, repeated: Sequence[Observation], missing: list[int], claim_name: Callable[[int], str]
) -> VariantFinding:
    results = [
        [read_condition(one.values.get(_value_name(number))) for one in repeated] if option.claim else []
        for number, option in enumerate(variant.options, 1)
    ]
    observed = [_observed(option, result) for option, result in zip(variant.options, results, strict=True)]
    for number, result in enumerate(results, 1):
        if failure := next((value for value in result if isinstance(value, Failure)), None):
            why = f"{claim_name(number)} is neither true nor false: it raises {failure}"
            return unsettled(variant, Verdict.REFUTED, "claim-raises", why, observed, part=f"claim {number}")
    holds = [[value.holds for value in result if isinstance(value, Condition)] for result in results]
    if unstable := [number for number, outcomes in enumerate(holds, 1) if len(set(outcomes)) > 1]:
        number = unstable[0]
        count = f"{sum(holds[number - 1])} of {len(repeated)} runs"
        why = f"{claim_name(number)} holds in {count}: {observed[number - 1]}"
        return unsettled(variant, Verdict.UNSTABLE, "depends-on-chance", why, observed, part=f"claim {number}")
    if missing:
        why = f"{numbered_options(missing)} has no claim: add a ```` ```python claim ```` fence under it"
        return unsettled(variant, Verdict.REFUTED, "missing-claim", why, observed, part=f"option {missing[0]}")
    details = [f"option {number}: {text}" for number, text in enumerate(observed, 1)]
    return settled(variant, [outcomes[0] for outcomes in holds], observed, "; ".join(details))


def _constant_claims(variant: Variant) -> list[int]:
    code = variant.setup + "\n" + variant.snippet
    return [
        number for number, option in enumerate(variant.options, 1) if option.claim and is_decided(option.claim, code)
    ]


def _observed(option: Option, results: Sequence[Condition | Failure]) -> str:
    """The operands of a claim's comparisons over all runs; without comparisons, whether it holds."""
    conditions = [result for result in results if isinstance(result, Condition)]
    if len(conditions) < len(results):
        return next(str(result) for result in results if isinstance(result, Failure))
    sources = dict.fromkeys(source for condition in conditions for source in condition.operands)
    values = {source: [c.operands[source] for c in conditions if source in c.operands] for source in sources}
    texts = [f"`{_SEED_ARGUMENT.sub('', source)}` is {_range_text(found)}" for source, found in values.items()]
    if texts or not conditions:
        return ", ".join(texts)
    truths = sorted({condition.holds for condition in conditions})
    return f"`{option.claim}` is {' or '.join(map(str, truths))}"


def _range_text(values: Sequence[Any]) -> str:
    """One value, or the mean and the range of several."""
    texts = list(dict.fromkeys(value_text(value) for value in values))
    if len(texts) == 1:
        return f"{values[0]:.4g}" if isinstance(values[0], float) else value_text(values[0])
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return f"{fmean(values):.3g} on average ({min(values):.3g} to {max(values):.3g} over {len(values)} runs)"
    return " or ".join(texts)


def _value_name(number: int) -> str:
    return f"option {number}"
