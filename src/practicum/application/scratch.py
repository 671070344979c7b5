"""The scratch pad: a learner's own code in a fresh interpreter. Nothing of it is kept."""

from __future__ import annotations

from practicum import practice
from practicum.application.clock import now
from practicum.application.learner_jobs import MAX_CODE, course_environment
from practicum.application.learner_sitting import LearnerSitting
from practicum.application.refusals import Link, Reason, Refused
from practicum.model import Variant
from practicum.prove.catalogue import Catalogue
from practicum.runner import Cancellation, Job, Limits, OnEvent, Pool, Result

LIMITS = Limits()


def runnable_code(variant: Variant) -> str:
    """Return a problem's code as it runs by itself; empty if it does not."""
    code = "\n\n".join(part.strip("\n") for part in (variant.setup, variant.snippet) if part.strip())
    runs_alone = variant.snippet and not variant.stdin and "experiments" not in code and len(code) <= MAX_CODE
    return code + "\n" if runs_alone else ""


def closed_problem(at: LearnerSitting, number: int) -> Variant:
    """Return a problem of a sitting that the learner has closed. Raises Refused (conflict) while it is open."""
    index = at.index(number)
    if not practice.as_of(at.sitting, now()).items[index].status.closed:
        raise Refused(
            Reason.CONFLICT, "answer-first", "Answer first", "You can try its code after you answer.", at.current_link
        )
    return at.asked(index).variant


def problem_code(at: LearnerSitting, number: int) -> tuple[Variant, str]:
    """Return a closed problem and its code. Raises Refused: conflict while it is open, not found if it has no code."""
    variant = closed_problem(at, number)
    code = runnable_code(variant)
    if not code or not at.context.site.runs_code:
        raise Refused(
            Reason.NOT_FOUND,
            "no-code-to-try",
            "There is no code to try here",
            "This problem has no code that runs by itself.",
            Link(at.problem_path(at.index(number)), "Back"),
        )
    return variant, code


def run_code(
    pool: Pool, catalogue: Catalogue, code: str, queue_key: str, on_event: OnEvent, cancel: Cancellation
) -> Result:
    """Run a learner's code in the environment of the course."""
    environment = course_environment(catalogue)
    if isinstance(environment, Result):
        return environment
    return pool.run(Job(code=code, limits=LIMITS, environment=environment), on_event, cancel, queue_key)
