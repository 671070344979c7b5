"""What a learner's code is run as: a job among the packages of its course."""

from __future__ import annotations

from practicum.model import Run, Topic
from practicum.prove.catalogue import Catalogue
from practicum.python_source.names import mentioned_names
from practicum.runner import Job, Limits, Result
from practicum.runner.environment import Environment


def environment(catalogue: Catalogue) -> Environment | Result:
    """The course's; or, where there is none, the result of a run that could not be made, which says why."""
    from practicum.environments.selection import NoEnvironment, environment_for

    try:
        return environment_for(catalogue.course, catalogue.root)
    except NoEnvironment as reason:
        return Result(stopped="unavailable", why=f"Nothing was run: {reason}.")


def job(run: Run, topic: Topic, environment: Environment, limits: Limits, seed: int | None = None) -> Job:
    """The run as the prover makes it, but with a learner's limits, its setup unheard.

    With a `seed` the code finds it under that name.
    """
    pieces = (run.setup, run.snippet, run.check)
    mentioned = frozenset().union(*map(mentioned_names, pieces))
    return Job(
        code=run.snippet,
        setup=run.setup,
        check=run.check,
        values=run.values,
        check_values=run.check_values,
        files={"experiments.py": topic.experiments} if "experiments" in mentioned else {},
        seed=seed or 0,
        expose_seed=seed is not None,
        limits=limits,
        quiet=True,
        environment=environment,
    )
