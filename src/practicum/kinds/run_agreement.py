"""Agreement of repeated runs: the result that all of them share, or how they differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from practicum.formatting import join_words, truncate
from practicum.kinds.conditions import Condition
from practicum.kinds.equality import is_equal
from practicum.kinds.literals import value_text
from practicum.model import Failure, Observation, Opaque


def stop_reason(observations: Sequence[Observation]) -> str | None:
    """Why a run was stopped (time, memory, crash), or None if all of them ended by themselves."""
    return next((observation.stopped for observation in observations if observation.stopped), None)


def forbidden_run(runs: Mapping[str, Sequence[Observation]]) -> tuple[str, str] | None:
    """The name of a run that tried what the sandbox does not allow, and that in a sentence; None if none did."""
    for name, observations in runs.items():
        for observation in observations:
            if observation.is_forbidden and observation.stopped:
                return name, observation.stopped
    return None


def agreed_value(observations: Sequence[Observation], read: Callable[[Observation], Any]) -> tuple[Any, str | None]:
    """The first run's value, and how the runs differ.

    Args:
        observations: The runs, at least one.
        read: The value to compare, taken from a run.

    Returns:
        The first run's value; and None if all runs agree, otherwise a sentence with the different values.
    """
    values = [read(observation) for observation in observations]
    if all(is_same_result(values[0], value) for value in values[1:]):
        return values[0], None
    different: list[Any] = []
    for value in values:
        if not any(is_same_result(value, known) for known in different):
            different.append(value)
    texts = [f"`{truncate(_result_text(value), 80)}`" for value in different]
    return values[0], f"{len(values)} fresh runs returned {join_words(texts)}"


def is_same_result(left: Any, right: Any) -> bool:
    """Whether two results are the same: equal values, exceptions of one class, or conditions that agree."""
    if isinstance(left, Failure) or isinstance(right, Failure):
        return isinstance(left, Failure) and isinstance(right, Failure) and left.type == right.type
    if isinstance(left, Condition) and isinstance(right, Condition):
        return left.holds is right.holds
    if isinstance(left, Opaque) and isinstance(right, Opaque):
        return left == right
    return is_equal(left, right, strict=True)


def _result_text(value: Any) -> str:
    if isinstance(value, Condition):
        return f"{value.holds} ({value.operands_text})" if value.operands else str(value.holds)
    return str(value) if isinstance(value, Failure) else value_text(value)
