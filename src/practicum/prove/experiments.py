"""Measuring experiments: each call once, many in one interpreter, so that what is compiled once serves all seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from practicum.kinds.literals import value_text
from practicum.model import NOTHING, Failure, Measured, Measurement, Topic
from practicum.prove import evidence
from practicum.prove.repeated_runs import MEMORY, Bench, Stopped
from practicum.runner.events import Evaluated, RunEvent
from practicum.runner.job import Job, Limits

SECONDS = 900.0
"""Wall-clock time that one call of an experiment may take."""

OnMeasured = Callable[[Measurement, Measured | str], None]
"""Called as soon as a call has given its numbers, or with why it gave none."""


def batches(measurements: Iterable[Measurement], jobs: int) -> list[list[Measurement]]:
    """The calls of each function, in up to `jobs` runs of neighbouring seeds."""
    found: list[list[Measurement]] = []
    ordered = sorted(dict.fromkeys(measurements), key=lambda one: (one.function, one.seed, one.call))
    for _, calls in groupby(ordered, key=lambda one: one.function):
        listed = list(calls)
        size = math.ceil(len(listed) / max(1, min(jobs, len(listed) // 2)))
        found += [listed[start : start + size] for start in range(0, len(listed), size)]
    return found


def measure(calls: Sequence[Measurement], bench: Bench, on_measured: OnMeasured) -> None:
    """Make the calls, in order, in one interpreter; report each as it comes."""
    if not bench.topic.experiments:
        for call in calls:
            on_measured(call, f"{call.function} is not there: the topic has no experiments.py")
        return
    by_name = {f"call {number}": call for number, call in enumerate(calls)}
    reported: set[str] = set()
    code = evidence.code_digest(bench.topic, frozenset({calls[0].function}))

    def on_event(event: RunEvent) -> None:
        if isinstance(event, Evaluated) and event.name in by_name and event.name not in reported:
            reported.add(event.name)
            call = by_name[event.name]
            on_measured(call, _measured(call, event.value, event.seconds, code))
        elif bench.on_event:
            bench.on_event(event)

    job = Job(
        code="import experiments",
        values={name: f"experiments.{call.call}" for name, call in by_name.items()},
        files={"experiments.py": bench.topic.experiments},
        limits=Limits(seconds=SECONDS * len(calls), memory=MEMORY),
        environment=bench.environment,
    )
    result = bench.run(job, on_event=on_event, cancel=bench.cancel)
    if result.stopped == "cancelled":
        raise Stopped
    why = f"experiments.py: {result.failure}" if result.failure else result.why or "the run gave nothing"
    for name, call in by_name.items():
        if name not in reported:
            on_measured(call, f"{call.call} could not be measured: {why}")


def reusable(topic: Topic, known: Iterable[Measured]) -> dict[Measurement, Measured]:
    """Those measurements whose code is still what it was when they were made."""
    digests: dict[str, str] = {}
    found: dict[Measurement, Measured] = {}
    for one in known:
        function = one.measurement.function
        if function not in digests:
            digests[function] = evidence.code_digest(topic, frozenset({function}))
        if one.code == digests[function]:
            found[one.measurement] = one
    return found


def _measured(call: Measurement, value: Any, seconds: float, code: str) -> Measured | str:
    if isinstance(value, Failure):
        place = f" (line {value.line})" if value.line else ""
        return f"{call.call} raises {value}{place}"
    if not isinstance(value, dict):
        return f"{call.call} gives {value_text(value)[:80]}, not a dict of numbers and lists"
    numbers: dict[str, float] = {}
    curves: dict[str, tuple[float, ...]] = {}
    ran_on: dict[str, str] = {}
    for name, part in value.items():
        if not isinstance(name, str):
            return f"{call.call} gives a dict with the key {value_text(name)[:80]}: keys are names"
        if _is_number(part):
            numbers[name] = _rounded(part)
        elif isinstance(part, (list, tuple)) and all(map(_is_number, part)):
            curves[name] = tuple(map(_rounded, part))
        elif isinstance(part, str) and name in ("weights", "data"):
            ran_on[name] = part
        else:
            return f"{call.call} gives {name} = {value_text(part)[:80]}: only numbers and lists of numbers can be kept"
    return Measured(call, numbers, curves, ran_on or NOTHING, seconds, code)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _rounded(value: float) -> float:
    """Seven digits: all that a 32-bit float carries, so that 0.8600000143 is kept as 0.86."""
    return float(f"{value:.7g}")
