"""`raises` and `repairs`: each option proposes an edit to the snippet, and the edited snippet is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from practicum.kinds import expressions, fixes
from practicum.kinds.base import Found, LineOf
from practicum.kinds.choice.form import Settings
from practicum.kinds.equality import shown
from practicum.kinds.observed import agreed, stopped
from practicum.kinds.options import denied, judged, numbered, unsettled
from practicum.model import Failure, Observation, Observations, Opaque, Plan, Run, Variant, VariantFinding, Verdict


class Edited:
    """What both forms share: the snippet as it stands, and once more with each option's fix."""

    key: str
    settings: Settings

    def mistakes(self, variant: Variant, line_of: LineOf) -> Iterator[Found]:
        if not variant.snippet.strip():
            yield line_of("title"), f"a `{self.key}` proof needs a snippet: add a ```` ```python run ```` fence"
            return
        for option in variant.options:
            if option.fix is None:
                continue
            try:
                fixes.apply(option.fix, variant.snippet)
            except fixes.FixError as reason:
                yield option.fix.line + 1 + reason.line, str(reason)

    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        edited = [
            Run(_name(number), fixes.apply(option.fix, variant.snippet), variant.setup, self.values(variant))
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
            why = f"nothing settles {numbered(bare)}: give each a ```` ```diff fix ```` with the edit it proposes"
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


class Raises(Edited):
    """Right if the snippet raises the exception, and with the option's fix runs to the end."""

    key = "raises"
    settings: Settings = {
        "raises": (str, 'the name of an exception, such as "ValueError"'),
        "match": (str, "a pattern to be found in the message"),
    }

    def mistakes(self, variant: Variant, line_of: LineOf) -> Iterator[Found]:
        yield from super().mistakes(variant, line_of)
        try:
            re.compile(variant.proof.get("match", ""))
        except (re.error, RecursionError) as reason:
            yield line_of("proof.match"), f"`match` is no regular expression: {reason}"

    def must_fix(self, key: bool) -> bool:
        # The key holds by the snippet's raising; a distractor without a fix would hold by it too.
        return not key

    def objection(self, variant: Variant, plain: Sequence[Observation]) -> VariantFinding | None:
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
        if not (match in failure.message or re.search(match, failure.message)):
            why = f"the snippet raises {wanted}, but its message does not match `{match}`: {failure.message}"
            return denied(variant, why, str(failure))
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
    settings: Settings = {"repairs": (str, "a Python expression in quotes")}

    def mistakes(self, variant: Variant, line_of: LineOf) -> Iterator[Found]:
        yield from super().mistakes(variant, line_of)
        try:
            expressions.parsed(variant.proof["repairs"])
        except SyntaxError as reason:
            yield line_of("proof.repairs"), f"`{variant.proof['repairs']}` is no Python expression: {reason.msg}"

    def values(self, variant: Variant) -> dict[str, str]:
        return {"repaired": variant.proof["repairs"]}

    def objection(self, variant: Variant, plain: Sequence[Observation]) -> VariantFinding | None:
        expression = variant.proof["repairs"]
        if expressions.is_constant(expression, variant.setup + "\n" + variant.snippet):
            why = f"`{expression}` is a constant: it is the same whatever the snippet does"
            return unsettled(variant, Verdict.ERROR, why)
        before, moves = agreed(plain, self.result)
        if moves:
            return unsettled(variant, Verdict.UNSTABLE, f"the result depends on chance: {moves}", moves)
        if self.works(before):
            why = f"`{expression}` is true already after the snippet as it stands: there is nothing to repair"
            return unsettled(variant, Verdict.REFUTED, why, "true before any fix")
        return None

    def result(self, observation: Observation) -> object:
        return observation.failure or observation.values["repaired"]

    def works(self, result: object) -> bool:
        return not isinstance(result, (Failure, Opaque)) and bool(result)

    def said(self, result: object) -> str:
        if result is None:
            return ""
        if isinstance(result, Failure):
            return f"with this fix it raises {result}"
        return f"with this fix the expression is {shown(result)}"


def _name(number: int) -> str:
    return f"option {number}"
