"""Grading an answer: at once where the key is known, else by running it, with the first error explained."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from practicum import kinds
from practicum.kinds.base import IncompleteAnswer, MissingKey
from practicum.model import Failure, Observation, Problem, Run, Topic, Variant
from practicum.prove.catalogue import Catalogue, Entry
from practicum.runner import Cancellation, Limits, OnEvent, Result
from practicum.web import hints, outcome, proof, running, scratch
from practicum.web.site import Site

LIMITS = Limits()
CODE = scratch.CODE
"""Characters that an answer may have."""

_OWN_LINE = re.compile(r'File "<snippet>", line (\d+)')
_NAME = re.compile(r"name '(\w+)' is not defined")


@dataclass(frozen=True)
class Asked:
    """One variant of a problem, as somebody was asked it."""

    catalogue: Catalogue
    topic: Topic
    entry: Entry
    number: int
    """Of the variant, from 0."""
    order: tuple[int, ...]

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
    def is_run(self) -> bool:
        """Whether an answer must be run to grade it."""
        return self.kind.answer_is_code

    def read(self, fields: list[str]) -> tuple[str, ...]:
        """The answer that a form's fields mean. Raises ValueError, and IncompleteAnswer, as `Kind.read_answer` does."""
        size = sum(map(len, fields))
        if size > CODE:
            raise IncompleteAnswer("answer-too-long", f"The answer has {size:,} characters. Shorten it to {CODE:,}.")
        return self.kind.read_answer(self.variant, self.order, fields)


@dataclass(frozen=True)
class Graded:
    """What grading an answer gave."""

    right: bool | None
    """None if it could not be graded, which is nobody's mistake and costs nothing."""
    why: str = ""
    """Why it could not be graded."""
    outcome: outcome.Outcome | None = None
    """What its run said, if it was run: nothing in it is the author's but the message of a check."""


def grade(
    where: Site,
    asked: Asked,
    answer: tuple[str, ...],
    person: str,
    tell: OnEvent | None = None,
    cancel: Cancellation | None = None,
) -> Graded:
    """Grade an answer. Blocks while it is run: call it in a thread of its own. Jobs of one `person` take turns."""
    run = asked.kind.grading_run(asked.variant, answer)
    if run is None:
        return known(asked, answer)
    if where.pool is None or not scratch.is_offered(where):
        return Graded(None, "Nothing is run here: the scratch pad's page says why.")
    environment = running.environment(asked.catalogue)
    if isinstance(environment, Result):
        return Graded(None, environment.why)
    result = where.pool.run(running.job(run, asked.topic, environment, LIMITS), tell, cancel, person)
    return _judged(asked, answer, run, result, where.isolated)


def known(asked: Asked, answer: tuple[str, ...]) -> Graded:
    """Grade an answer whose key is known."""
    try:
        finding = proof.found(asked.entry, asked.number)
        return Graded(asked.kind.grade(asked.variant, answer, finding, None))
    except MissingKey as reason:
        return Graded(None, f"Nothing says what is right here: {reason}.")


def _judged(asked: Asked, answer: tuple[str, ...], run: Run, result: Result, isolated: bool) -> Graded:
    result = replace(result, failure=_own(result), traceback="", stderr="", figures=())
    if result.stopped:
        return Graded(None, result.why, outcome.outcome(result, run.snippet, isolated))
    if result.failure and result.failure.where == "setup":
        return Graded(None, "What the problem prepares did not run here, and that is not your code's fault.")
    seen = Observation(0, 0, result.stdout, result.values, result.failure, seconds=result.seconds)
    right = asked.kind.grade(asked.variant, answer, proof.found(asked.entry, asked.number), seen)
    if result.failure and result.failure.where == "check":
        return Graded(right, "", _of_check(result, run.snippet, asked.variant))
    return Graded(right, "", outcome.outcome(result, run.snippet, isolated))


def _own(result: Result) -> Failure | None:
    """The failure; where the learner's code has called something of the setup's that failed, at the learner's line."""
    failure = result.failure
    if failure is None or failure.where != "setup":
        return failure
    lines = _OWN_LINE.findall(result.traceback)
    return replace(failure, where="snippet", line=int(lines[-1])) if lines else failure


def _of_check(result: Result, code: str, variant: Variant) -> outcome.Outcome:
    """What a check says of an answer. Its message is for learners; its code, and where it stands there, are not."""
    failure = result.failure
    assert failure is not None
    plain = outcome.outcome(replace(result, failure=None), code)
    return replace(plain, css="wrong", head="", words=_said(failure, variant), lines=(), hint="", fault=None)


def _said(failure: Failure, variant: Variant) -> str:
    if failure.type == "AssertionError":
        return failure.message or "It runs, but does not yet do what is asked."
    if failure.type == "NameError" and (found := _NAME.search(failure.message)):
        # A name that the learner has not been told of may be what belongs into a blank.
        if re.search(rf"\b{found[1]}\b", variant.statement + variant.start):
            return f"It runs, but makes nothing that is called {found[1]}, which is needed."
        return "It runs, but does not make all that is needed."
    return f"It runs, but what it makes cannot be used as asked. {failure.type}: {hints.plain(failure.message)}"
