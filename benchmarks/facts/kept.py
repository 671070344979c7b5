"""Results of calls, kept on disk: an interruption loses nothing, and a table can be printed again without measuring."""

from __future__ import annotations

import functools
import inspect
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_USED: dict[Path, dict[str, Any]] = {}
"""What this process has measured or read."""


def folder() -> Path:
    """Where results lie: those of other versions lie elsewhere. Delete it to measure again."""
    return ROOT / ".facts" / "-".join(f"{name}-{metadata.version(name)}" for name in ("tensorflow", "keras", "numpy"))


def kept(measure: Callable[..., Any]) -> Callable[..., Any]:
    """Have the calls of `measure` kept, by its name and its arguments: those plain values, its result what JSON holds.

    A change of its code is not noticed: delete what it has kept.
    """

    signature = inspect.signature(measure)

    @functools.wraps(measure)
    def call(**given: str | int | float | bool) -> Any:
        bound = signature.bind(**given)
        bound.apply_defaults()
        path = folder() / f"{_call_name(measure, bound.arguments)}.json"
        if path not in _USED:
            if not path.exists():
                _write(path, _measured(measure, bound.arguments))
            _USED[path] = json.loads(path.read_text())
        return _USED[path]["result"]

    return call


def cost() -> str:
    """When this process's results were measured and how many seconds that took, in a sentence."""
    days = sorted({record["day"] for record in _USED.values()})
    seconds = sum(record["seconds"] for record in _USED.values())
    return f"Measured on {' and '.join(days)}: {len(_USED)} results in {seconds:.0f} s."


def _call_name(measure: Callable[..., Any], arguments: dict[str, Any]) -> str:
    """`rates.tuned(rate=0.1,seed=0)`: a file's name that says what it holds."""
    module = measure.__module__.rpartition(".")[2]
    return f"{module}.{measure.__name__}({','.join(f'{name}={value}' for name, value in arguments.items())})"


def _measured(measure: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
    started = time.perf_counter()
    result = measure(**arguments)
    seconds = time.perf_counter() - started
    print(f"  {seconds:6.1f} s  {_call_name(measure, arguments)}", file=sys.stderr, flush=True)
    return {"result": result, "seconds": seconds, "day": datetime.now(UTC).date().isoformat()}


def _write(path: Path, record: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text(json.dumps(record))
    half.replace(path)
