"""`value`, `prints`, `error`: each option names an outcome, and the run's outcome is compared with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from practicum.kinds import settings
from practicum.kinds.base import Found
from practicum.kinds.equality import literal, same, shown
from practicum.kinds.option_verdicts import judged, unsettled
from practicum.kinds.run_agreement import agreed, printed, stopped
from practicum.kinds.settings import Settings
from practicum.model import Failure, Observation, Observations, Opaque, Plan, Run, Variant, VariantFinding, Verdict
from practicum.python_source.constants import is_constant


class Compared:
    """What the three forms share; each says what a run's outcome is and when an option names it."""

    key: str
    settings: Settings

    def mistakes(self, variant: Variant) -> Iterator[Found]:
        if not variant.snippet.strip():
            yield Found("title", f"a `{self.key}` proof needs a snippet: add a ```` ```python run ```` fence")
        for number, option in enumerate(variant.options, 1):
            if option.code is None:
                yield Found(f"option {number}", f"this option has no code span; {self.wanted} stands in backticks")
            elif (wrong := self.unreadable(option.code)) is not None:
                yield Found(f"option {number}", wrong)

    wanted: str

    def unreadable(self, code: str) -> str | None:
        """Why an option's code cannot be an answer."""
        return None

    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        return Plan(runs=(Run("snippet", variant.snippet, variant.setup, self.values(variant)),))

    def values(self, variant: Variant) -> dict[str, str]:
        return {}

    def judge(self, variant: Variant, seen: Observations) -> VariantFinding:
        observations = seen.runs["snippet"]
        if reason := stopped(observations):
            return unsettled(variant, Verdict.ERROR, reason)
        outcome, moves = agreed(observations, self.outcome)
        if isinstance(outcome, Opaque):
            why = f"{self.gives(variant, outcome)}, a {outcome.type}: no literal says that, so compare something plain"
            return unsettled(variant, Verdict.REFUTED, why, outcome.text)
        if moves:
            return unsettled(variant, Verdict.UNSTABLE, f"the result depends on chance: {moves}", moves)
        if isinstance(outcome, Failure):
            return unsettled(variant, Verdict.REFUTED, _raised(outcome), str(outcome))
        holds = [self.names(variant, option.code or "", outcome) for option in variant.options]
        observed = self.shown(outcome)
        return judged(variant, holds, [observed] * len(holds), self.gives(variant, outcome))

    def outcome(self, observation: Observation) -> Any:
        """What one run gave, or the Failure that kept it from giving anything."""
        raise NotImplementedError

    def names(self, variant: Variant, code: str, outcome: Any) -> bool:
        """Whether an option's code names this outcome."""
        raise NotImplementedError

    def shown(self, outcome: Any) -> str:
        return str(outcome)

    def gives(self, variant: Variant, outcome: Any) -> str:
        """What the run gives, as half a sentence."""
        raise NotImplementedError


class Value(Compared):
    """Right if the Python literal in the option's first code span equals EXPR after the snippet."""

    key = "value"
    wanted = "the value, as a Python literal,"
    settings: Settings = {"value": settings.expression, "tolerance": settings.tolerance, "strict": settings.truth}

    def unreadable(self, code: str) -> str | None:
        try:
            literal(code)
        except ValueError as reason:
            return f"{reason}: write the value as Python would show it, such as `(None, 5)` or `'text'`"
        return None

    def values(self, variant: Variant) -> dict[str, str]:
        return {"value": variant.proof["value"]}

    def judge(self, variant: Variant, seen: Observations) -> VariantFinding:
        if is_constant(variant.proof["value"], variant.setup + "\n" + variant.snippet):
            why = f"`{variant.proof['value']}` is a constant: it is the same whatever the snippet does"
            return unsettled(variant, Verdict.ERROR, why)
        return super().judge(variant, seen)

    def outcome(self, observation: Observation) -> Any:
        return observation.failure or observation.values["value"]

    def names(self, variant: Variant, code: str, outcome: Any) -> bool:
        proof = variant.proof
        return same(literal(code), outcome, tolerance=proof.get("tolerance", 0), strict=proof.get("strict", False))

    def shown(self, outcome: Any) -> str:
        return shown(outcome)

    def gives(self, variant: Variant, outcome: Any) -> str:
        return f"`{variant.proof['value']}` gives `{shown(outcome)}`"


class Prints(Compared):
    """Right if the option's code is what the snippet prints, trailing white space apart."""

    key = "prints"
    wanted = "what is printed"
    settings: Settings = {"prints": settings.truth}

    def outcome(self, observation: Observation) -> Any:
        return observation.failure or printed(observation.stdout)

    def names(self, variant: Variant, code: str, outcome: Any) -> bool:
        return bool(printed(code) == outcome)

    def gives(self, variant: Variant, outcome: Any) -> str:
        if not outcome:
            return "the snippet prints nothing"
        return f"the snippet prints `{repr(outcome) if chr(10) in outcome else outcome}`"


class Error(Compared):
    """Right if the option's first code span names the exception that the snippet raises, or `none`."""

    key = "error"
    wanted = "the exception's name (or `none`)"
    settings: Settings = {"error": settings.truth}

    def unreadable(self, code: str) -> str | None:
        if _EXCEPTION.fullmatch(code.strip()):
            return None
        return f"`{code}` is no exception's name: write one such as `ValueError`, or `none`"

    def outcome(self, observation: Observation) -> Any:
        failure = observation.failure
        if failure is None:
            return "none"
        return failure if failure.where == "setup" else failure.type

    def names(self, variant: Variant, code: str, outcome: Any) -> bool:
        return _bare(code) == _bare(outcome)

    def judge(self, variant: Variant, seen: Observations) -> VariantFinding:
        found = super().judge(variant, seen)
        failure = seen.runs["snippet"][0].failure
        if failure is None or found.verdict not in (Verdict.PROVED, Verdict.REFUTED):
            return found
        return replace(found, options=tuple(replace(option, observed=str(failure)) for option in found.options))

    def gives(self, variant: Variant, outcome: Any) -> str:
        return "the snippet runs to the end" if outcome == "none" else f"the snippet raises `{outcome}`"


_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(\(\))?")


def _bare(name: str) -> str:
    """An exception's name without its module, as learners write it: `tf.errors.NotFoundError`, `None`."""
    return name.strip().removesuffix("()").rsplit(".", 1)[-1].casefold()


def _raised(failure: Failure) -> str:
    place = f" at line {failure.line}" if failure.line else ""
    what = {"setup": "the setup", "snippet": "the snippet"}.get(failure.where, "the expression")
    return f"{what} raises {failure}{place}, so there is nothing to compare the options with"
