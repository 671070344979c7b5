"""From a plan's runs to observations: each is made in fresh interpreters, with different random and hash seeds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from practicum.kinds.experiment_calls import has_other_uses
from practicum.model import Failure, Measured, Measurement, Observation, Run, Topic
from practicum.prove import experiment_stub
from practicum.prove.experiment_files import experiment_files
from practicum.python_source.names import mentioned_names, public_functions
from practicum.runner.cancellation import Cancellation
from practicum.runner.environment import Environment
from practicum.runner.events import OnEvent
from practicum.runner.inside.input_shift import ALTERNATIVES
from practicum.runner.job import InputShift, Job, Limits, Result
from practicum.runner.required_imports import starts_slowly

QUICK = 0.1
"""Seconds up to which a run is repeated the full number of times."""
BRISK = 2.0
"""Seconds up to which it is repeated the middle number of times."""
REPEATS = (5, 3, 2)
"""A quick run is made the middle number of times if its interpreter, one for each hash seed, takes seconds to start."""

MEMORY = 16 << 30
"""Bytes of address space for a run of a proof, which may load more than a learner's run may."""


class RunJob(Protocol):
    """Runs a job to its end, as `Pool.run` does."""

    def __call__(self, job: Job, on_event: OnEvent | None = None, cancel: Cancellation | None = None) -> Result:
        """Run the job and return its result. Call `on_event` with each event; setting `cancel` ends the job."""


class ProofCancelled(Exception):
    """Proving was cancelled by the person who started it."""


@dataclass(frozen=True)
class ExecutionContext:
    """How the runs of a topic's proofs are made."""

    run: RunJob
    topic: Topic
    seconds: float = 60.0
    """Wall-clock time that one run may take."""
    cancel: Cancellation | None = None
    on_event: OnEvent | None = None
    environment: Environment = field(default_factory=Environment.current)
    """The packages that the runs use."""


@dataclass(frozen=True)
class KnownExperiments:
    """A topic's experiments, and what was measured of them before the runs."""

    measured: Mapping[Measurement, Measured] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


def observe(
    run: Run, execution: ExecutionContext, known: KnownExperiments, once: bool = False
) -> tuple[Observation, ...]:
    """Make a run as often as chance may matter to it, or just `once`. Raises ProofCancelled.

    All but the first have shifted inputs: another date, time zone, locale, folder …
    """
    if once or not run.repeat:
        return (_observe(run, execution, known, 0),)
    first = _observe(run, execution, known, 0)
    count = len(run.seeds) or _repeats(first, starts_slowly(_job(run, execution, known, 0, 0)[0]))
    return (first, *(_observe(run, execution, known, index, shift_of(index)) for index in range(1, count)))


def observe_unshifted(
    run: Run, execution: ExecutionContext, known: KnownExperiments, repeated: Sequence[Observation]
) -> tuple[Observation, ...]:
    """Make the repeats of a run again, with the same seeds and without shifted inputs. The first is kept."""
    return (repeated[0], *(_observe(run, execution, known, index) for index in range(1, len(repeated))))


def observe_shifted(
    run: Run, execution: ExecutionContext, known: KnownExperiments, index: int, name: str
) -> Observation:
    """Make one repeat of a run again, with the same seeds and one shifted input."""
    return _observe(run, execution, known, index, replace(shift_of(index), inputs=(name,)))


def shift_of(index: int) -> InputShift:
    """Return the shift of a repeat, from 1: each has another alternative of every input, as far as there are more."""
    return InputShift((index - 1) % ALTERNATIVES + 1)


def experiment_names(topic: Topic) -> frozenset[str]:
    """Return the names of the topic's experiments."""
    return public_functions(topic.experiments)


def _repeats(first: Observation, is_slow_to_start: bool) -> int:
    if first.stopped:
        return 1
    if first.seconds > BRISK:
        return REPEATS[2]
    return REPEATS[1] if is_slow_to_start or first.seconds > QUICK else REPEATS[0]


def _observe(
    run: Run, execution: ExecutionContext, known: KnownExperiments, index: int, shift: InputShift | None = None
) -> Observation:
    """Make the repeat of a run with this index."""
    seed = run.seeds[index] if run.seeds else index
    job, added_lines = _job(run, execution, known, seed, index % REPEATS[0])
    job = replace(job, input_shift=shift)
    if starts_slowly(job):
        job = replace(job, hash_seed=index % REPEATS[1])
    result = execution.run(job, on_event=execution.on_event, cancel=execution.cancel)
    if result.stopped == "cancelled":
        raise ProofCancelled
    return Observation(
        seed=seed,
        hash_seed=job.hash_seed,
        stdout=result.printed,
        values=result.values,
        failure=_in_original_lines(result.failure, added_lines),
        stopped=result.why if result.stopped else None,
        is_forbidden=result.stopped in ("forbidden", "unavailable"),
        stderr=result.stderr,
        compared=result.compared,
        seconds=result.seconds,
        figures=tuple(figure.png for figure in result.figures),
    )


def _job(run: Run, execution: ExecutionContext, known: KnownExperiments, seed: int, hash_seed: int) -> tuple[Job, int]:
    """Return the job, and the number of lines added above its setup."""
    setup, added_lines = run.setup, 0
    files, claims = {}, run.values.values()
    check_codes = (run.setup, run.snippet, run.check, *run.check_values.values())
    if any(not known.names.isdisjoint(mentioned_names(claim)) for claim in claims):
        files = experiment_stub.stub_files(known.names, known.measured.values())
        setup, added_lines = experiment_stub.PRELUDE + setup, 1
    if any(has_other_uses(claim, known.names) for claim in claims):
        files["experiments.py"] = execution.topic.experiments
    else:
        files |= experiment_files(execution.topic, run.setup, run.snippet, *claims)
    # Claims share one namespace. Evaluated in both orders, a claim that changes what the next one sees is found.
    values = dict(list(run.values.items())[:: -1 if hash_seed % 2 else 1])
    job = Job(
        code=run.snippet,
        setup=setup,
        check=run.check,
        values=values,
        check_values=dict(run.check_values),
        files=files,
        check_files=experiment_files(execution.topic, *check_codes) if run.check else {},
        data=run.data,
        seed=seed,
        hash_seed=hash_seed,
        expose_seed=bool(run.seeds),
        hidden_seed=_hidden_seed(seed),
        limits=Limits(seconds=execution.seconds, memory=MEMORY),
        quiet=run.quiet,
        echo=run.echo,
        stdin=run.stdin,
        environment=execution.environment,
    )
    return job, added_lines


def _hidden_seed(seed: int) -> int:
    """Return what the check finds as `hidden_seed`: as large as a learner's, and the same in every proof."""
    return int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:16])


def _in_original_lines(failure: Failure | None, added_lines: int) -> Failure | None:
    if failure is None or failure.line is None or failure.where != "setup":
        return failure
    return replace(failure, line=max(1, failure.line - added_lines))
