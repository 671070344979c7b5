"""Repeats a check for each pattern of each name. Runs in the check's process; nothing imports it."""

import itertools
import random
import sys
from collections.abc import Callable, Iterable
from typing import Any


def repeat_check(
    namespace: dict[str, Any],
    check: str,
    metric: str,
    names: Iterable[str],
    patterns: Iterable[str],
    choose: Callable[[str, str], None],
) -> list[tuple[str, str, Any]]:
    """Return each name and pattern with which the check passes, and what the metric is after it.

    Before that, the check runs once with the functions themselves and another hidden seed, so that their first results
    are what may be known without this check's data.
    """
    seeds = _Seeds()
    hidden_seed = namespace["hidden_seed"]
    namespace["hidden_seed"] = hidden_seed + 1
    _metric_after(namespace, check, metric)
    namespace["hidden_seed"] = hidden_seed
    passing = []
    for name, pattern in itertools.product(names, patterns):
        seeds.restore()
        try:
            choose(name, pattern)
            namespace.pop(name, None)
            passing.append((name, pattern, _metric_after(namespace, check, metric)))
        except Exception:
            continue
        finally:
            choose(name, "")
            namespace.pop(name, None)
    return passing


def _metric_after(namespace: dict[str, Any], check: str, metric: str) -> Any:
    exec(compile(check, "<check>", "exec"), namespace)  # noqa: S102 - a check runs as the runner runs it
    return eval(metric, namespace)  # noqa: S307


class _Seeds:
    """The states of the generators that a run seeds, so that each repetition draws what the check alone would draw."""

    def __init__(self) -> None:
        self._state = random.getstate()
        self._numpy = sys.modules.get("numpy")
        self._numpy_state = self._numpy and self._numpy.random.get_state()

    def restore(self) -> None:
        random.setstate(self._state)
        if self._numpy:
            self._numpy.random.set_state(self._numpy_state)
