"""Running a proof again for a learner who has answered: what a run shows is the key."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import partial

from practicum import practice
from practicum.application.clock import now
from practicum.application.grading import AskedProblem
from practicum.application.learner_jobs import run_for_learner
from practicum.application.learner_sitting import LearnerSitting
from practicum.application.refusals import Link, Reason, Refused
from practicum.application.run_report import shortened
from practicum.application.runs import FAULT
from practicum.model import VariantFinding, Verdict
from practicum.runner import Cancellation, Client, OnEvent, Output, Pool, RunEvent, Started
from practicum.runner.ansi import render

STOPPED = "it was stopped"


@dataclass(frozen=True)
class ProofRerun:
    """The proof of a problem that is to be run again."""

    asked: AskedProblem
    path: str
    """The path of the problem."""
    pool: Pool
    client: Client


@dataclass(frozen=True)
class RerunResult:
    """The finding of this time, and what was printed meanwhile."""

    finding: VariantFinding
    printed: str = ""
    seconds: float = 0.0
    """Of one that was stopped: since it began to run."""


def prepare_rerun(at: LearnerSitting, number: int, client: Client) -> ProofRerun:
    """Return what is to be run. Raises Refused (conflict) while the problem is open, or where nothing is run."""
    site, index = at.context.site, at.index(number)
    state = practice.as_of(at.sitting, now()).items[index]
    path = at.problem_path(index)
    if not state.status.closed:
        raise Refused(
            Reason.CONFLICT, "answer-first", "Answer first", "You can run this again after you answer.", at.current_link
        )
    asked = at.asked(index)
    if site.pool is None or asked.finding is None:
        raise Refused(
            Reason.CONFLICT,
            "no-runner",
            "This cannot be run here",
            "The service was started without a runner.",
            Link(path, "Back"),
        )
    return ProofRerun(asked, path, site.pool, client)


def execute_rerun(rerun: ProofRerun, on_event: OnEvent, cancel: Cancellation) -> RerunResult:
    """Run the proof again. Where the runner itself fails, that too is a finding, and not a broken page."""
    from practicum.prove.repeated_runs import ProofCancelled
    from practicum.prove.rerun import rerun_variant  # Its imports take a tenth of the time to the first page.

    printed: list[str] = []
    began: list[float] = []

    def note(event: RunEvent) -> None:
        if isinstance(event, Started):
            began.append(time.monotonic())
        if isinstance(event, Output):
            if hides_output:
                return
            printed.append(event.text)
        on_event(event)

    asked = rerun.asked
    hides_output = any(case.hidden for case in asked.variant.tests)
    run = partial(run_for_learner, rerun.pool, client=rerun.client)
    try:
        finding = rerun_variant(asked.catalogue, asked.entry, asked.number, run, on_event=note, cancel=cancel)
        return RerunResult(finding, shortened(render("".join(printed))))
    except ProofCancelled:
        why = STOPPED
    except Exception:
        logging.getLogger(__name__).exception("A proof could not be run again")
        why = FAULT
    seconds = time.monotonic() - began[0] if began else 0.0
    finding = VariantFinding(asked.variant.params, Verdict.ERROR, why)
    return RerunResult(finding, shortened(render("".join(printed))), seconds)
