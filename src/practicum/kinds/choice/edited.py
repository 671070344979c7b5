"""`raises` and `repairs`: each option proposes an edit to the snippet, and the edited snippet is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from practicum.kinds import settings, snippet_edits
from practicum.kinds.base import Found
from practicum.kinds.comparison_sides import with_sides
from practicum.kinds.option_verdicts import denied, judged, numbered, unsettled
from practicum.kinds.run_agreement import Witnessed, agreed, stopped, witnessed
from practicum.kinds.settings import Settings
from practicum.model import Failure, Observation, Observations, Plan, Run, Variant, VariantFinding, Verdict
from practicum.python_source.constants import is_decided


class Edited:
    """What both forms share: the snippet as it stands, and once more with each option's fix."""

    key: str
    settings: Settings

    def mistakes(self, variant: Variant) -> Iterator[Found]:
        if not variant.snippet.strip():
            yield Found("title", f"a `{self.key}` proof needs a snippet: add a ```` ```python run ```` fence")
            return
        for number, option in enumerate(variant.options, 1):
            if option.fix is None:
                continue
            try:
                snippet_edits.apply(option.fix, variant.snippet)
            except snippet_edits.FixError as reason:
                yield Found(f"fix {number}", str(reason), reason.line)

    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        edited = [
            Run(_name(number), snippet_edits.apply(option.fix, variant.snippet), variant.setup, self.values(variant))
            for number, option in enumerate(variant.options, 1)
            if option.fix
        ]
        return Plan(runs=(Run("snippet", variant.snippet, variant.setup, self.values(variant)), *edited))

    def values(self, variant: Variant) -> dict[str, str]:
        return {}

    def judge(self, variant: Variant, seen: Observations) -> VariantFinding:
        for observations in seen.runs.values():
            if reason := stopped(observations):
                return unsettled(variant, Verdict.ERROR, reason)
        if objection := self.objection(variant, seen.runs["snippet"]):
            return objection
        results = [
            agreed(seen.runs[_name(number)], self.result) if option.fix else (None, None)
            for number, option in enumerate(variant.options, 1)
        ]
        observed = [self.said(result) for result, _ in results]
        moving = [f"with the fix of option {number}, {moves}" for number, (_, moves) in enumerate(results, 1) if moves]
        if moving:
            return unsettled(variant, Verdict.UNSTABLE, f"the result depends on chance: {'; '.join(moving)}", observed)
        bare = [n for n, option in enumerate(variant.options, 1) if not option.fix and self.must_fix(option.key)]
        if bare:
            each = "each" if len(bare) > 1 else "it"
            why = f"nothing settles {numbered(bare)}: give {each} a ```` ```diff fix ```` with the edit it proposes"
            return unsettled(variant, Verdict.UNPROVED, why, observed)
        holds = [
            self.works(result) if option.fix else option.key
            for option, (result, _) in zip(variant.options, results, strict=True)
        ]
        details = [f"option {number}'s fix: {text}" for number, text in enumerate(observed, 1) if text]
        return judged(variant, holds, observed, "; ".join(details))

    def must_fix(self, key: bool) -> bool:
        return True

    def objection(self, variant: Variant, plain: Sequence[Observation]) -> VariantFinding | None:
        """What is wrong with the snippet as it stands, before any fix."""
        raise NotImplementedError

    def result(self, observation: Observation) -> object:
        """What a run gave, as far as this form looks at it."""
        raise NotImplementedError

    def works(self, result: object) -> bool:
        """Whether that is what the right fix gives."""
        raise NotImplementedError

    def said(self, result: object) -> str:
        raise NotImplementedError


def _exception(value: Any) -> str | None:
    """The name of an exception that says something."""
    if value in ("Exception", "BaseException"):
        return f"must say which exception: any is an `{value}`"
    return settings.name("an exception's name")(value)


class Raises(Edited):
    """Right if the snippet raises the exception, and with the option's fix runs to the end."""

    key = "raises"
    settings: Settings = {"raises": _exception, "match": settings.pattern}

    def must_fix(self, key: bool) -> bool:
        # The key holds by the snippet's raising; a distractor without a fix would hold by it too.
        return not key

    def objection(self, variant: Variant, plain: Sequence[Observation]) -> VariantFinding | None:
        failures = [observation.failure for observation in plain if observation.failure]
        failure, moves = agreed(plain, lambda observation: observation.failure)
        if moves:
            why = f"whether the snippet raises depends on chance: {moves.replace('`None`', 'no exception')}"
            return unsettled(variant, Verdict.UNSTABLE, why)
        wanted = variant.proof["raises"]
        if failure is None:
            why = f"the claim is that the snippet raises {wanted}, but the code runs: it came to its end without one"
            return denied(variant, why, "the snippet runs to its end as it stands")
        if failure.where == "setup":
            return unsettled(variant, Verdict.REFUTED, f"the setup, not the snippet, raises {failure}", str(failure))
        if wanted.rsplit(".", 1)[-1] not in (failure.type.rsplit(".", 1)[-1], *failure.bases):
            why = f"the claim is that the snippet raises {wanted}, but it raises {failure}"
            return denied(variant, why, str(failure))
        match = variant.proof.get("match", "")
        for one in failures:
            if not (match in one.message or re.search(match, one.message)):
                why = f"the snippet raises {wanted}, but its message does not match `{match}`: {one.message}"
                return denied(variant, why, str(one))
        return None

    def result(self, observation: Observation) -> object:
        return observation.failure or "runs"

    def works(self, result: object) -> bool:
        return result == "runs"

    def said(self, result: object) -> str:
        if result is None:
            return ""
        return "with this fix the code runs to its end" if result == "runs" else f"with this fix it raises {result}"


class Repairs(Edited):
    """Right if EXPR is true after the snippet with the option's fix, and false after the snippet as it stands."""

    key = "repairs"
    settings: Settings = {"repairs": settings.expression}

    def values(self, variant: Variant) -> dict[str, str]:
        return {"repaired": with_sides(variant.proof["repairs"])}

    def objection(self, variant: Variant, plain: Sequence[Observation]) -> VariantFinding | None:
        expression = variant.proof["repairs"]
        if is_decided(expression, variant.setup + "\n" + variant.snippet):
            why = f"`{expression}` is a constant: it is the same whatever the snippet does"
            return unsettled(variant, Verdict.ERROR, why)
        before, moves = agreed(plain, self.result)
        if moves:
            return unsettled(variant, Verdict.UNSTABLE, f"the result depends on chance: {moves}", moves)
        if isinstance(before, Failure):
            what = before.where if before.where in ("setup", "snippet") else f"`{expression}`"
            advice = "; an exception to mend is for `raises`" if what == "snippet" else ""
            why = f"before any fix, {what} raises {before}, which is neither true nor false{advice}"
            return unsettled(variant, Verdict.REFUTED, why, str(before))
        if self.works(before):
            why = f"`{expression}` is true already after the snippet as it stands: there is nothing to repair"
            return unsettled(variant, Verdict.REFUTED, why, "true before any fix")
        return None

    def result(self, observation: Observation) -> object:
        return observation.failure or witnessed(observation.values["repaired"])

    def works(self, result: object) -> bool:
        return isinstance(result, Witnessed) and result.truth

    def said(self, result: object) -> str:
        if result is None:
            return ""
        if isinstance(result, Witnessed):
            sides = f": {result.said}" if result.said else ""
            return f"with this fix the expression is {result.truth}{sides}"
        return f"with this fix it raises {result}"


def _name(number: int) -> str:
    return f"option {number}"
