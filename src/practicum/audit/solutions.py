"""Items whose answer is code: the solution is run with each of its tests."""

from __future__ import annotations

from dataclasses import replace

from practicum.audit.findings import Fault, ItemFinding, Settled
from practicum.audit.running import Runner
from practicum.exchange.bank import CodeAnswer, CodeTest
from practicum.kinds.stdout_text import normalize_stdout
from practicum.model import Observation, Run

_MISSING = {"ModuleNotFoundError": "a package", "ImportError": "a package", "FileNotFoundError": "a file"}


def audit_solution(answer: CodeAnswer, plain: ItemFinding, runner: Runner) -> ItemFinding:
    """Return whether the solution passes all tests. Raises ProofCancelled."""
    if not answer.language.lower().startswith(("python", "py")):
        return replace(plain, reason=f"it is about {answer.language}")
    if not answer.solution.strip() or not answer.tests:
        return replace(plain, reason="it has no solution, or no tests")
    reading = "the solution is run with each test"
    plain = replace(plain, reading=reading, code=answer.solution)
    for number, test in enumerate(answer.tests, 1):
        observed = runner.observe(_run(answer, test, number))
        if stopped := next((each.stopped for each in observed if each.stopped), None):
            return replace(plain, settled=Settled.COULD_NOT_RUN, reason=stopped)
        if missing := next(filter(None, map(_missing, observed)), ""):
            return replace(plain, settled=Settled.COULD_NOT_RUN, reason=missing)
        failed = [_failure(each, test) for each in observed]
        if all(failed):
            refuted = replace(plain, settled=Settled.REFUTED, gave=failed[0])
            return refuted.with_fault(Fault.WRONG_KEY, f"the solution fails test {number}: {failed[0]}")
        if any(failed):
            refuted = replace(plain, settled=Settled.REFUTED, gave=max(failed, key=len))
            return refuted.with_fault(Fault.UNSTABLE, f"the solution passes test {number} in some runs only")
    return replace(plain, settled=Settled.PROVED)


def _run(answer: CodeAnswer, test: CodeTest, number: int) -> Run:
    code = f"{answer.solution}\n{test.code}".rstrip("\n")
    return Run(f"test {number}", code, stdin=test.stdin)


def _missing(run: Observation) -> str:
    """Return what a run lacks that the bank does not contain, or nothing."""
    if run.failure is None or run.failure.type not in _MISSING:
        return ""
    return f"{_MISSING[run.failure.type]} is missing: {run.failure.message}"


def _failure(run: Observation, test: CodeTest) -> str:
    """Return how a run fails a test, or nothing."""
    if run.failure:
        return f"raises {run.failure}"
    if test.prints is not None and normalize_stdout(test.prints) != normalize_stdout(run.stdout):
        return f"prints {normalize_stdout(run.stdout)!r}, not {normalize_stdout(test.prints)!r}"
    return ""
