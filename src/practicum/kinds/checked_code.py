"""Kinds that are answered with code: the solution passes the check, the start and the mutants fail it."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from practicum.formatting import join_words, truncate
from practicum.kinds import blind_answers
from practicum.kinds.base import IncompleteAnswer, Kind, PartMistake, normalize_text, variant_finding
from practicum.kinds.run_agreement import forbidden_run, stop_reason
from practicum.kinds.stdout_text import normalize_stdout
from practicum.model import (
    CaseResult,
    Observation,
    Observations,
    Plan,
    Problem,
    Run,
    TestCase,
    Variant,
    VariantFinding,
    Verdict,
)
from practicum.python_source.parsing import error_line, parse_module

MAX_CASES = 20


class CheckedCode(Kind):
    """An answer is right if `check`, run after it, raises nothing."""

    roles = frozenset({"run", "setup", "start", "solution", "check", "mutant"})
    needs_start = True
    answer_is_code = True
    has_tests = True
    rejects_blind_answers = False
    """Whether the check must reject answers that ignore their input, since a learner may write any function."""
    proof_summary = "The solution passed the check, and the wrong answers that were tried failed it"

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[PartMistake]:
        if variant.options:
            message = f"a `{self.name}` problem is answered with code: remove its options"
            yield PartMistake("option 1", "options-not-allowed", message)
        if variant.proof:
            message = f"a `{self.name}` problem is proved by its solution, start and mutants: remove `[proof]`"
            yield PartMistake("proof", "proof-not-allowed", message)
        needed = ["solution"] + ["check"] * (not variant.tests) + ["start"] * self.needs_start
        for role in needed:
            if not getattr(variant, role).strip():
                message = f"a `{self.name}` problem needs a ```` ```python {role} ```` fence"
                yield PartMistake("title", f"missing-{role}", message)
        if not variant.mutants and not variant.depends:
            message = "add a ```` ```python mutant ```` fence with a plausible wrong answer that `check` must reject"
            yield PartMistake("title", "missing-mutant", message)
        if variant.check.strip() and not variant.tests and not can_fail(variant.setup + "\n" + variant.check):
            message = (
                "this check asserts nothing, so every answer passes it: write `assert`, with a message for learners"
            )
            yield PartMistake("check", "check-without-assert", message)
        yield from _case_mistakes(variant)
        written = {"setup": variant.setup, "solution": variant.solution, "check": variant.check}
        written |= {f"mutant {number}": code for number, code in enumerate(variant.mutants, 1)}
        for part, code in written.items():
            yield from syntax_mistakes(part, code)

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        answers = self.proving_answers(variant)
        runs = [run for name, code in answers.items() for run in checked_runs(variant, name, code)]
        return Plan((*runs, *self._blind_runs(variant)))

    def judge(self, problem: Problem, variant: Variant, observations: Observations) -> VariantFinding:
        if forbidden := forbidden_run(observations.runs):
            name, why = forbidden
            return variant_finding(variant, Verdict.ERROR, "run-stopped", f"{_subject(name)}: {why}", name)
        runs = {
            name: [observations.runs[run.name] for run in checked_runs(variant, name, code)]
            for name, code in self.proving_answers(variant).items()
        }
        for name, repeated in runs.items():
            reason = next(filter(None, map(stop_reason, repeated)), None)
            if reason and self.must_pass(name):
                why = f"{_subject(name)} was stopped before its end: {reason}"
                return variant_finding(variant, Verdict.ERROR, "run-stopped", why, "solution")
            if finding := self._judge_answer(variant, name, repeated):
                return finding
        for run in self._blind_runs(variant):
            if passing := blind_answers.first_accepted(observations.runs[run.name][0]):
                why = f"{checks_name(variant)} also passes if {passing}: test more, such as other input"
                return variant_finding(variant, Verdict.REFUTED, "blind-answer-passes", why, "check")
        return variant_finding(variant, Verdict.PROVED)

    def _blind_runs(self, variant: Variant) -> tuple[Run, ...]:
        """The run of answers that ignore their input, checked by all test cases at once, if it can be made.

        It cannot where cases have their own stdin, or compare what is printed: a replaced function prints nothing.
        """
        cases = _cases(variant)
        if not self.rejects_blind_answers or any(case.stdin or case.prints is not None for case in cases):
            return ()
        runs = checked_runs(variant, "solution", variant.solution)
        blind = blind_answers.blind_run(replace(runs[0], check="\n".join(run.check for run in runs)))
        return (blind,) if blind else ()

    # --- answering: the learner's code is run before the check, as the solution was

    def proving_answers(self, variant: Variant) -> dict[str, str]:
        """The code that is checked to prove a variant, by its name."""
        answers = {"solution": variant.solution}
        if variant.start.strip():
            answers["start"] = variant.start
        return answers | {f"mutant {number}": code for number, code in enumerate(variant.mutants, 1)}

    def must_pass(self, name: str) -> bool:
        """Whether, of the code that is checked, the one with this name must pass. All other code must fail."""
        return name == "solution"

    def objection(self, variant: Variant, name: str, failure: str) -> tuple[str, str, str] | None:
        """The code, reason and part for code that does not do with the check what it must; None for the usual ones.

        Args:
            failure: How it fails the check; empty if it passes, and must not.
        """
        return None

    def _judge_answer(
        self, variant: Variant, name: str, repeated: Sequence[Sequence[Observation]]
    ) -> VariantFinding | None:
        """The finding if one piece of code does not do with the check what it must; otherwise None.

        Args:
            repeated: The observations of each test case.
        """
        passes = []
        for case, observations in zip(_cases(variant), repeated, strict=True):
            results = {_passes(case, observation) for observation in observations}
            if len(results) > 1:
                failure = _first_failure(case, observations)
                why = f"whether {_subject(name)} passes {_check_name(case)} depends on chance: sometimes {failure}"
                return variant_finding(variant, Verdict.UNSTABLE, "depends-on-chance", why, name)
            passes.append(True in results)
            if self.must_pass(name) and not passes[-1]:
                failure = f"fails {_check_name(case)}: {_first_failure(case, observations)}"
                found = ("solution-fails", f"the solution {failure}", name)
                code, why, part = self.objection(variant, name, failure) or found
                return variant_finding(variant, Verdict.REFUTED, code, why, part)
        if self.must_pass(name) or not all(passes):
            return None
        code, why, part = self.objection(variant, name, "") or _passing_objection(variant, name)
        return variant_finding(variant, Verdict.REFUTED, code, why, part)

    @abstractmethod
    def full_code(self, variant: Variant, answer: tuple[str, ...]) -> str:
        """All of a learner's code."""

    def grading_runs(self, variant: Variant, answer: tuple[str, ...]) -> tuple[Run, ...]:
        return checked_runs(variant, "answer", self.full_code(variant, answer))

    def grade(
        self,
        variant: Variant,
        answer: tuple[str, ...],
        finding: VariantFinding | None,
        observations: Sequence[Observation] = (),
    ) -> bool:
        cases = _cases(variant)
        return len(observations) == len(cases) and all(map(_passes, cases, observations))

    def hides_run(self, variant: Variant, name: str) -> bool:
        return any(case.hidden and name.endswith(f", test case {n}") for n, case in enumerate(variant.tests, 1))

    def case_results(self, variant: Variant, observations: Sequence[Observation]) -> tuple[CaseResult, ...]:
        return tuple(map(_case_result, variant.tests, observations))

    def answer_text(self, variant: Variant, answer: tuple[str, ...]) -> str:
        return self.full_code(variant, answer)

    def solution_text(self, variant: Variant, finding: VariantFinding | None) -> str:
        return variant.solution


class EditedStart(CheckedCode):
    """The learner edits the start; the whole text is the answer."""

    has_editor = True
    rejects_blind_answers = True
    rules = 1

    def form_context(
        self, problem: Problem, variant: Variant, order: Sequence[int], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        return {"value": fields[0] if fields else variant.start, "start": variant.start}

    def read_answer(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        if len(fields) > 1:
            raise ValueError("the form has one field")
        code = normalize_text(fields[0]) if fields else ""
        if code and code.strip() == variant.start.strip():
            message = "The code is unchanged. Change it, then answer."
            raise IncompleteAnswer("start-unchanged", message)
        return (code,) if code.strip() else ()

    def full_code(self, variant: Variant, answer: tuple[str, ...]) -> str:
        return answer[0]


def can_fail(code: str) -> bool:
    """Whether code contains an `assert`, a `raise` or a call such as `numpy.testing.assert_allclose`.

    Code that is not Python counts as if it did: that is another mistake.
    """
    try:
        tree = parse_module(code)
    except SyntaxError:
        return True
    return any(isinstance(node, ast.Assert | ast.Raise) or _is_assert_name(node) for node in ast.walk(tree))


def _is_assert_name(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return "assert" in name.casefold() or name == "fail"


def syntax_mistakes(part: str, code: str) -> Iterator[PartMistake]:
    """The syntax error in the code of a part, if there is one."""
    try:
        parse_module(code)
    except SyntaxError as reason:
        message = f"this {part.split()[0]} is not valid Python: {reason.msg}"
        yield PartMistake(part, "invalid-python", message, error_line(reason, code))


def _case_mistakes(variant: Variant) -> Iterator[PartMistake]:
    """The mistakes in the test cases."""
    names: set[str] = set()
    if len(variant.tests) > MAX_CASES:
        message = f"there are {len(variant.tests)} test cases: at most {MAX_CASES} are allowed"
        yield PartMistake("tests", "too-many-tests", message)
    for number, case in enumerate(variant.tests, 1):
        part = f"tests.{number}"
        if case.name in names:
            yield PartMistake(f"{part}.name", "repeated-name", f"`{case.name}` is the name of two test cases")
        names.add(case.name)
        yield from syntax_mistakes(f"{part}.check", case.check)
        if case.prints is None and not can_fail("\n".join((variant.setup, variant.check, case.check))):
            message = "this test case asserts nothing: add `prints`, or a `check` with an `assert`"
            yield PartMistake(part, "test-without-assert", message)


def _passing_objection(variant: Variant, name: str) -> tuple[str, str, str]:
    """The code, reason and part for code that passes the check, and must not."""
    check = checks_name(variant)
    if name == "start":
        return "start-passes", f"the start already passes {check}, so the learner has nothing to do", name
    which = "one of which" if variant.tests else "which"
    why = f"{_subject(name)} passes {check}, {which} must reject it"
    return "mutant-passes", why, name


def checks_name(variant: Variant) -> str:
    """The check, or the test cases, in words."""
    return "every test case" if variant.tests else "the check"


def _subject(name: str) -> str:
    return name if name.startswith(("mutant", "distractor")) else f"the {name}"


def _cases(variant: Variant) -> tuple[TestCase, ...]:
    """The test cases; of a problem without any, the one that its check is."""
    return variant.tests or (TestCase(""),)


def _check_name(case: TestCase) -> str:
    return f"the test case `{case.name}`" if case.name else "the check"


def checked_runs(variant: Variant, name: str, code: str) -> tuple[Run, ...]:
    """The runs of code after all that precedes it in the problem, each followed by the check of one test case."""
    setup = "\n".join(part for part in (variant.setup, variant.snippet) if part)
    return tuple(
        Run(
            f"{name}, test case {number}" if variant.tests else name,
            code,
            setup,
            check="\n".join(part for part in (variant.check, case.check) if part.strip()),
            quiet=True,
            stdin=case.stdin or variant.stdin,
        )
        for number, case in enumerate(_cases(variant), 1)
    )


def _passes(case: TestCase, observation: Observation) -> bool:
    return observation.failure is None and observation.stopped is None and _prints_right(case, observation)


def _prints_right(case: TestCase, observation: Observation) -> bool:
    return case.prints is None or normalize_stdout(case.prints) == normalize_stdout(observation.stdout)


def _case_result(case: TestCase, observation: Observation) -> CaseResult:
    passed = _passes(case, observation)
    message = "" if passed else observation.stopped or (observation.failure and str(observation.failure)) or ""
    return CaseResult(case, passed, observation.stdout if case.prints is not None else "", message)


def _proxy_advice(observation: Observation) -> str:
    """What to do about objects that the check compared, and that are only represented in it."""
    if not observation.compared:
        return ""
    objects = join_words(observation.compared)
    return (
        f". The check compares {objects}, or tests its class. The object stays in the process of the code, so in the "
        "check it equals only itself: compare what it contains, such as an attribute or the result of a method"
    )


def _first_failure(case: TestCase, observations: Sequence[Observation]) -> str:
    failed = next((observation for observation in observations if observation.failure), None)
    if failed is not None and (failure := failed.failure):
        place = f" at line {failure.line} of the {failure.where}" if failure.line else ""
        return f"{failure}{place}{_proxy_advice(failed)}"
    if stopped := stop_reason(observations):
        return f"it is stopped: {stopped}"
    wrong = next((observation for observation in observations if not _prints_right(case, observation)), None)
    if wrong is None:
        return "it runs to its end"
    return f"it prints {truncate(repr(wrong.stdout), 200)}, not {truncate(repr(case.prints), 200)}"
