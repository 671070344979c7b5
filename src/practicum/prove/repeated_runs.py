"""From a plan's runs to observations: each in fresh interpreters, with other random and hash seeds each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from practicum.kinds.experiment_calls import has_other_uses
from practicum.model import Failure, Measured, Measurement, Observation, Run, Topic
from practicum.prove import experiment_stub
from practicum.python_source.names import mentioned_names, public_functions
from practicum.runner.cancellation import Cancellation
from practicum.runner.environment import Environment
from practicum.runner.events import OnEvent
from practicum.runner.job import Job, Limits, Result

QUICK = 0.1
"""Seconds up to which a run is repeated the full number of times."""
BRISK = 2.0
"""Seconds up to which it is repeated the middle number of times."""
REPEATS = (5, 3, 2)

MEMORY = 16 << 30
"""Bytes of address space: a proof may load what a learner's run may not."""

RunJob = Callable[..., Result]
"""`Pool.run`."""


class Stopped(Exception):
    """The person who asked for the proof asked for it to end."""


@dataclass(frozen=True)
class Bench:
    """Where runs are made: the pool's `run`, the topic they belong to, and what ends them."""

    run: RunJob
    topic: Topic
    seconds: float = 60.0
    """Wall-clock time that one run may take."""
    cancel: Cancellation | None = None
    on_event: OnEvent | None = None
    environment: Environment = field(default_factory=Environment.current)
    """Where they are made."""


@dataclass(frozen=True)
class Context:
    """What a plan's runs find: the experiments' names, and what was measured of them."""

    measured: Mapping[Measurement, Measured] = field(default_factory=dict)
    experiments: frozenset[str] = frozenset()


def observe(run: Run, bench: Bench, context: Context, once: bool = False) -> tuple[Observation, ...]:
    """Run it as often as chance demands, or just `once`."""
    if once or not run.repeat:
        seeds = run.seeds[:1] or (0,)
    elif run.seeds:
        seeds = run.seeds
    else:
        first = _observe(run, bench, context, 0, 0)
        return (first, *(_observe(run, bench, context, seed, seed) for seed in range(1, _repeats(first))))
    return tuple(_observe(run, bench, context, seed, at % REPEATS[0]) for at, seed in enumerate(seeds))


def _repeats(first: Observation) -> int:
    if first.stopped:
        return 1
    return REPEATS[0] if first.seconds <= QUICK else REPEATS[1] if first.seconds <= BRISK else REPEATS[2]


def _observe(run: Run, bench: Bench, context: Context, seed: int, hash_seed: int) -> Observation:
    job, shifted = _job(run, bench, context, seed, hash_seed)
    result = bench.run(job, on_event=bench.on_event, cancel=bench.cancel)
    if result.stopped == "cancelled":
        raise Stopped
    return Observation(
        seed=seed,
        hash_seed=hash_seed,
        stdout=result.stdout,
        values=result.values,
        failure=_unshifted(result.failure, shifted),
        stopped=result.why if result.stopped else None,
        seconds=result.seconds,
        figures=tuple(figure.png for figure in result.figures),
    )


def _job(run: Run, bench: Bench, context: Context, seed: int, hash_seed: int) -> tuple[Job, int]:
    """The job, and by how many lines its setup was moved down."""
    setup, shifted = run.setup, 0
    files: dict[str, str] = {}
    code = "\n".join((run.setup, run.snippet, run.check))
    mentioned = mentioned_names(code)
    experiments = context.experiments
    if any(not experiments.isdisjoint(mentioned_names(value)) for value in run.values.values()):
        files[f"{experiment_stub.MODULE}.py"] = experiment_stub.module(experiments, context.measured.values())
        setup, shifted = experiment_stub.PRELUDE + setup, 1
    real = any(has_other_uses(value, experiments) for value in run.values.values())
    if "experiments" in mentioned or real:
        files["experiments.py"] = bench.topic.experiments
    # Claims share one namespace; looked at in both directions, one that changes what the next one sees shows.
    values = dict(list(run.values.items())[:: -1 if hash_seed % 2 else 1])
    limits = Limits(seconds=bench.seconds, memory=MEMORY)
    job = Job(
        code=run.snippet,
        setup=setup,
        check=run.check,
        values=values,
        files=files,
        seed=seed,
        hash_seed=hash_seed,
        limits=limits,
        quiet=run.quiet,
    )
    of_check = dict(run.check_values)
    return replace(job, expose_seed=bool(run.seeds), environment=bench.environment, check_values=of_check), shifted


def _unshifted(failure: Failure | None, shifted: int) -> Failure | None:
    if failure is None or failure.line is None or failure.where != "setup":
        return failure
    return replace(failure, line=max(1, failure.line - shifted))


def experiment_names(topic: Topic) -> frozenset[str]:
    """The names of the topic's experiments."""
    return public_functions(topic.experiments)
