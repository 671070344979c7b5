"""Measuring experiments: each call once, many in one interpreter, so that models are compiled once for all seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from practicum.course.images import ImageError, encode
from practicum.kinds.literals import value_text
from practicum.model import NOTHING, Failure, Image, Measured, Measurement, Topic
from practicum.prove.evidence_hash import code_digest
from practicum.prove.repeated_runs import MEMORY, ExecutionContext, ProofCancelled, shift_of
from practicum.runner.events import Evaluated, RunEvent
from practicum.runner.job import Job, Limits

SECONDS = 900.0
"""Wall-clock time that one call of an experiment may take."""

OnMeasured = Callable[[Measurement, Measured | str], None]
"""Called with a call and its result as soon as it is known; with a sentence if the call failed."""


def batches(measurements: Iterable[Measurement], jobs: int) -> list[list[Measurement]]:
    """Return the calls of each function in up to `jobs` groups of neighbouring seeds, each to be made by one run."""
    groups: list[list[Measurement]] = []
    ordered = sorted(dict.fromkeys(measurements), key=lambda call: (call.function, call.seed, call.call))
    for _, calls in groupby(ordered, key=lambda call: call.function):
        listed = list(calls)
        size = math.ceil(len(listed) / max(1, min(jobs, len(listed) // 2)))
        groups += [listed[start : start + size] for start in range(0, len(listed), size)]
    return groups


def measure(
    calls: Sequence[Measurement], execution: ExecutionContext, on_measured: OnMeasured, repeat: int = 0
) -> None:
    """Make the calls of one experiment, in order, in one interpreter, and report each result as it comes.

    Args:
        repeat: The number of the repeat: from 1, it has another hash seed and shifted inputs.

    Raises:
        ProofCancelled: The proof was cancelled.
    """
    if not execution.topic.experiments:
        for call in calls:
            on_measured(call, f"{call.function} is not defined: the topic has no experiments.py")
        return
    by_name = {f"call {number}": call for number, call in enumerate(calls)}
    reported: set[str] = set()
    code = code_digest(execution.topic, frozenset({calls[0].function}))

    def on_event(event: RunEvent) -> None:
        if isinstance(event, Evaluated) and event.name in by_name and event.name not in reported:
            reported.add(event.name)
            call = by_name[event.name]
            on_measured(call, _measured(call, event.value, event.seconds, code))
        elif execution.on_event:
            execution.on_event(event)

    job = Job(
        code="import experiments",
        values={name: f"experiments.{call.call}" for name, call in by_name.items()},
        files={"experiments.py": execution.topic.experiments},
        limits=Limits(seconds=SECONDS * len(calls), memory=MEMORY),
        hash_seed=repeat,
        input_shift=shift_of(repeat) if repeat else None,
        environment=execution.environment,
    )
    result = execution.run(job, on_event=on_event, cancel=execution.cancel)
    if result.stopped == "cancelled":
        raise ProofCancelled
    why = f"experiments.py: {result.failure}" if result.failure else result.why or "the run returned nothing"
    for name, call in by_name.items():
        if name not in reported:
            on_measured(call, f"{call.call} could not be measured: {why}")


def reusable(topic: Topic, known: Iterable[Measured]) -> dict[Measurement, Measured]:
    """Return the results whose experiments' code has not changed since they were measured."""
    digests: dict[str, str] = {}
    found: dict[Measurement, Measured] = {}
    for result in known:
        function = result.measurement.function
        if function not in digests:
            digests[function] = code_digest(topic, frozenset({function}))
        if result.code == digests[function]:
            found[result.measurement] = result
    return found


def _measured(call: Measurement, value: Any, seconds: float, code: str) -> Measured | str:
    if isinstance(value, Failure):
        place = f" (line {value.line})" if value.line else ""
        return f"{call.call} raises {value}{place}"
    if not isinstance(value, dict):
        return f"{call.call} returns {value_text(value)[:80]}; it must return a dict of numbers, lists and images"
    numbers: dict[str, float] = {}
    curves: dict[str, tuple[float, ...]] = {}
    images: dict[str, Image] = {}
    ran_on: dict[str, str] = {}
    for name, part in value.items():
        if not isinstance(name, str):
            return f"{call.call} returns a dict with the key {value_text(name)[:80]}; keys must be strings"
        if _is_number(part):
            numbers[name] = _rounded(part)
        elif isinstance(part, (list, tuple)) and all(map(_is_number, part)):
            curves[name] = tuple(map(_rounded, part))
        elif isinstance(part, str) and name in ("weights", "data"):
            ran_on[name] = part
        elif isinstance(part, bytes):
            try:
                images[name] = Image.from_png(name, encode(part, "PNG")[0])
            except ImageError as error:
                return f"{call.call} returns {name}, which is not a PNG file that can be shown: {error}"
        else:
            accepted = "it may return numbers, lists of numbers and PNG files"
            return f"{call.call} returns {name} = {value_text(part)[:80]}; {accepted}"
    return Measured(call, numbers, curves, ran_on or NOTHING, seconds, code, images or NOTHING)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _rounded(value: float) -> float:
    """Return a number rounded to the seven digits of a 32-bit float: 0.86 for 0.8600000143."""
    return float(f"{value:.7g}")
