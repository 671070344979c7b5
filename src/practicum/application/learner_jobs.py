"""Jobs for the runner: a learner's code in the environment of its course."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace

from practicum.model import Run, Topic, Variant
from practicum.prove.catalogue import Catalogue
from practicum.prove.experiment_files import experiment_files
from practicum.runner import Cancellation, Client, Environment, Job, Limits, OnEvent, Pool, Result

NOT_STARTED = "The run was not started. Try again in a minute, or tell the operator: the log has the cause."
_OF_THE_MACHINE = ("cannot-start", "died", "no-bubblewrap", "no-seccomp", "not-started")
"""Codes of runs whose reason may contain paths of the server."""
MAX_CODE = 50_000
"""Characters of code that a run takes."""
HIDDEN_SEED_BITS = 128
"""Bits of a hidden seed: too many to try them all."""


def course_environment(catalogue: Catalogue) -> Environment | Result:
    """Return the course's environment; without one, the result of a run that could not be made, which says why."""
    from practicum.environments.selection import NoEnvironment, environment_for

    try:
        return environment_for(catalogue.course, catalogue.root)
    except NoEnvironment as reason:
        return Result(stopped="unavailable", why=f"Nothing was run: {reason.lack}, which the server does not have.")


def run_for_learner(
    pool: Pool,
    job: Job,
    on_event: OnEvent | None = None,
    cancel: Cancellation | None = None,
    client: Client = Client(),  # noqa: B008
) -> Result:
    """Run a job like `Pool.run`, without reasons that are for the operator."""
    return hide_machine_faults(pool.run(job, on_event, cancel, client))


def hide_machine_faults(result: Result) -> Result:
    """Return the result without why the machine could not start it, which is for the operator: it is logged."""
    if result.stopped != "unavailable" or result.code not in _OF_THE_MACHINE:
        return result
    logging.getLogger(__name__).error("A run was not started: %s", result.why)
    return replace(result, why=NOT_STARTED)


def learner_job(
    run: Run,
    topic: Topic,
    environment: Environment,
    limits: Limits,
    author_code: Sequence[str] = (),
    seed: int | None = None,
) -> Job:
    """Return the job of a run as the prover makes it, but with a learner's limits and without the setup's output.

    Args:
        author_code: What the page's author wrote in place of the learner's code. The code may import the experiments
            that it names, and no others.
        seed: What the code finds under that name, if anything.
    """
    return Job(
        code=run.snippet,
        setup=run.setup,
        check=run.check,
        values=run.values,
        check_values=run.check_values,
        files=experiment_files(topic, *author_code, *run.values.values()),
        check_files=experiment_files(topic, *author_code, run.check, *run.check_values.values()),
        data=run.data,
        seed=seed or 0,
        expose_seed=seed is not None,
        limits=limits,
        quiet=True,
        echo=run.echo,
        stdin=run.stdin,
        environment=environment,
    )


def with_hidden_seed(job: Job) -> Job:
    """Return the job with a seed for its check that the code cannot guess: it is drawn for this job alone."""
    return replace(job, hidden_seed=secrets.randbits(HIDDEN_SEED_BITS))


def hide_check_data(job: Job) -> Job:
    """Return the job with such a seed, and without reports of what the check gives the code."""
    return replace(with_hidden_seed(job), hides_inputs=True)


def author_code(variant: Variant) -> tuple[str, ...]:
    """Return the code of a problem that a learner sees or writes, as its author wrote it."""
    return (variant.setup, variant.snippet, variant.start, variant.solution)


def code_problem(code: str, size: int | None = None) -> str:
    """Return why code is not run, as a sentence; empty if it is. `size`: its characters with what runs before it."""
    if not code.strip():
        return "There is no code to run yet."
    total = len(code) if size is None else size
    if total > MAX_CODE:
        return f"The code has {total:,} characters. A run takes up to {MAX_CODE:,}."
    return ""
