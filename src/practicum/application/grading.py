"""Grading an answer: at once where the key is known, else by running it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from practicum import kinds
from practicum.application import error_explanations
from practicum.application.case_report import report_cases
from practicum.application.importable_packages import importable_packages
from practicum.application.learner_jobs import (
    MAX_CODE,
    author_code,
    course_environment,
    hide_check_data,
    learner_job,
    run_for_learner,
    with_hidden_seed,
)
from practicum.application.limits import SHORT
from practicum.application.run_report import Ending, RunReport, report_run
from practicum.application.site import Site
from practicum.kinds.base import IncompleteAnswer, MissingKey
from practicum.model import Failure, Observation, Problem, Topic, Variant, VariantFinding, Verdict
from practicum.prove.catalogue import Catalogue, Entry
from practicum.runner import Cancellation, Client, OnEvent, Output, Result

_OWN_LINE = re.compile(r'File "<snippet>", line (\d+)')
_UNDEFINED_NAME = re.compile(r"name '(\w+)' is not defined")


@dataclass(frozen=True)
class AskedProblem:
    """One variant of a problem, as a learner was asked it."""

    catalogue: Catalogue
    topic: Topic
    entry: Entry
    number: int
    """The index of the variant."""
    order: tuple[int, ...]
    """The order in which its options or lines were shown."""

    @property
    def problem(self) -> Problem:
        return self.entry.problem

    @property
    def kind(self) -> kinds.Kind:
        return kinds.get(self.problem.kind)

    @property
    def variant(self) -> Variant:
        return self.problem.variants[self.number]

    @property
    def finding(self) -> VariantFinding | None:
        return finding_of(self.entry, self.number)

    @property
    def is_run(self) -> bool:
        """Whether an answer must be run to grade it."""
        return self.kind.answer_is_run(self.variant)

    def read(self, fields: list[str]) -> tuple[str, ...]:
        """Return the answer that a form's fields mean. Raises ValueError and IncompleteAnswer, as the kind does."""
        size = sum(map(len, fields))
        if size > MAX_CODE:
            raise IncompleteAnswer(
                "answer-too-long", f"The answer has {size:,} characters. It may have up to {MAX_CODE:,}."
            )
        return self.kind.read_answer(self.variant, self.order, fields)


@dataclass(frozen=True)
class Grade:
    """The result of grading an answer."""

    right: bool | None
    """None if it could not be graded, which costs the learner nothing."""
    reason: str = ""
    """Why it could not be graded."""
    report: RunReport | None = None
    """The report of its run, if it was run: nothing in it is the author's but the message of a check."""
    hint: str = ""
    """What is off about a wrong answer, without the key; empty if that is not known."""


def finding_of(entry: Entry, number: int) -> VariantFinding | None:
    """Return the finding about that variant, if the evidence is of this version of the problem."""
    if entry.evidence is None or entry.verdict is Verdict.UNPROVED:
        return None
    params = entry.problem.variants[number].params
    return next((finding for finding in entry.evidence.variants if dict(finding.params) == dict(params)), None)


def grade(
    site: Site,
    asked: AskedProblem,
    answer: tuple[str, ...],
    client: Client,
    on_event: OnEvent | None = None,
    cancel: Cancellation | None = None,
) -> Grade:
    """Grade an answer. Blocks while it is run: call it in a thread. Jobs of different clients take turns."""
    runs = asked.kind.grading_runs(asked.variant, answer)
    if not runs:
        return grade_by_key(asked, answer)
    if site.pool is None or not site.runs_code:
        return Grade(None, "Code is not run here. The page of the scratch pad explains why.")
    environment = course_environment(asked.catalogue)
    if isinstance(environment, Result):
        return Grade(None, environment.why)
    results: list[Result] = []
    for run, case in zip(runs, asked.variant.tests or (None,), strict=True):
        report = _without_output(on_event) if case and case.hidden else on_event
        job = learner_job(
            replace(run, data=asked.problem.data), asked.topic, environment, SHORT, author_code(asked.variant)
        )
        job = hide_check_data(job) if case and case.hidden else with_hidden_seed(job)
        result = run_for_learner(site.pool, job, report, cancel, client)
        result = replace(result, failure=_learners_failure(result), traceback="", stderr="", figures=())
        results.append(result)
        if not _is_gradable(result):
            break
    return _judge(asked, answer, runs[0].snippet, results, site.isolated)


def _without_output(on_event: OnEvent | None) -> OnEvent | None:
    """Report the events of a hidden test case, but not its output: it may contain what the case gives to the code."""
    return on_event and (lambda event: None if isinstance(event, Output) else on_event(event))


def _is_gradable(result: Result) -> bool:
    return not result.stopped and not (result.failure and result.failure.running == "setup")


def grade_by_key(asked: AskedProblem, answer: tuple[str, ...]) -> Grade:
    """Grade an answer whose key is known."""
    try:
        if asked.kind.grade(asked.variant, answer, asked.finding):
            return Grade(True)
        return Grade(False, hint=asked.kind.wrong_answer_hint(asked.variant, answer, asked.finding))
    except MissingKey as reason:
        return Grade(None, f"The right answer is not known here: {reason}.")


def _judge(asked: AskedProblem, answer: tuple[str, ...], code: str, results: Sequence[Result], isolated: bool) -> Grade:
    last, cases = results[-1], asked.variant.tests
    if last.stopped:
        hidden = bool(cases) and cases[len(results) - 1].hidden
        return Grade(None, last.why, report_run(replace(last, stdout="") if hidden else last, code, isolated))
    if not _is_gradable(last):
        return Grade(None, "The problem's own setup did not run here. Your code is not the cause.")
    observations = [
        Observation(0, 0, result.printed, result.values, result.failure, seconds=result.seconds) for result in results
    ]
    right = asked.kind.grade(asked.variant, answer, asked.finding, observations)
    outcomes = asked.kind.case_results(asked.variant, observations)
    reports = [_report(result, code, asked, isolated) for result in results]
    return Grade(right, "", report_cases(outcomes, reports) if outcomes else reports[0])


def _report(result: Result, code: str, asked: AskedProblem, isolated: bool) -> RunReport:
    # An exception of the learner's own function is reported at its line, even if the check calls the function.
    if result.failure and result.failure.running == "check" and result.failure.where != "snippet":
        return _check_report(result, code, asked.variant)
    return report_run(result, code, isolated, packages=partial(importable_packages, asked.catalogue))


def _learners_failure(result: Result) -> Failure | None:
    """The failure; where the learner's code called a function of the setup that failed, at the learner's line."""
    failure = result.failure
    if failure is None or failure.where != "setup":
        return failure
    lines = _OWN_LINE.findall(result.traceback)
    return replace(failure, where="snippet", line=int(lines[-1])) if lines else failure


def _check_report(result: Result, code: str, variant: Variant) -> RunReport:
    """The report of an answer that fails its check. The check's message is for learners; its code and lines are not."""
    failure = result.failure
    assert failure is not None
    report = report_run(replace(result, failure=None), code)
    message = _check_message(failure, variant)
    return replace(report, ending=Ending.FAILED, heading="", message=message, lines=(), hint="", error_line=None)


def _check_message(failure: Failure, variant: Variant) -> str:
    if failure.type == "AssertionError":
        return failure.message or "It runs, but does not yet do what is asked."
    if failure.type == "NameError" and (found := _UNDEFINED_NAME.search(failure.message)):
        # A name that the learner does not know of may be the answer to a blank.
        if re.search(rf"\b{found[1]}\b", variant.statement + variant.start):
            return f"It runs, but does not define {found[1]}, which is needed."
        return "It runs, but does not define everything that is needed."
    message = error_explanations.plain(failure.message)
    return f"It runs, but the check cannot use its result. {failure.type}: {message}"
