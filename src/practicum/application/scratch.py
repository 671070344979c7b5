"""The scratch pad: a learner's own code in a fresh interpreter. Nothing of it is kept."""

from __future__ import annotations

from practicum import practice
from practicum.application.clock import now
from practicum.application.grading import AskedProblem
from practicum.application.learner_jobs import MAX_CODE, course_environment, run_for_learner
from practicum.application.learner_sitting import LearnerSitting
from practicum.application.limits import SHORT
from practicum.application.refusals import Link, Reason, Refused
from practicum.model import Problem, Topic, Variant
from practicum.prove.catalogue import Catalogue
from practicum.runner import Cancellation, Client, Job, OnEvent, Pool, Result


def runnable_code(problem: Problem, variant: Variant, topic: Topic) -> str:
    """Return a problem's code as it runs in the topic's scratch pad; empty if it does not."""
    if not set(problem.data) <= set(topic.data):
        return ""
    code = "\n\n".join(part.strip("\n") for part in (variant.setup, variant.snippet) if part.strip())
    runs_alone = variant.snippet and not variant.stdin and "experiments" not in code and len(code) <= MAX_CODE
    return code + "\n" if runs_alone else ""


def closed_problem(at: LearnerSitting, number: int) -> AskedProblem:
    """Return a problem of a sitting that the learner has closed. Raises Refused (conflict) while it is open."""
    index = at.index(number)
    if not practice.as_of(at.sitting, now()).items[index].status.closed:
        raise Refused(
            Reason.CONFLICT, "answer-first", "Answer first", "You can try its code after you answer.", at.current_link
        )
    return at.asked(index)


def problem_code(at: LearnerSitting, number: int) -> tuple[Variant, str]:
    """Return a closed problem and its code. Raises Refused: conflict while it is open, not found if it has no code."""
    asked = closed_problem(at, number)
    variant = asked.variant
    code = runnable_code(asked.problem, variant, asked.topic)
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
    pool: Pool,
    catalogue: Catalogue,
    topic: Topic,
    code: str,
    client: Client,
    on_event: OnEvent,
    cancel: Cancellation,
) -> Result:
    """Run a learner's code in the environment of the course, beside the data files of the topic."""
    environment = course_environment(catalogue)
    if isinstance(environment, Result):
        return environment
    job = Job(code=code, data=topic.data, limits=SHORT, environment=environment, echo=True)
    return run_for_learner(pool, job, on_event, cancel, client)
