"""Timings, and how they are told: medians with their number, as ratios to a reference measured in the same run."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path


@dataclass(frozen=True)
class Timing:
    """Seconds of several runs of one thing."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return self._below(0.95)

    @property
    def p99(self) -> float:
        return self._below(0.99)

    @property
    def n(self) -> int:
        return len(self.seconds)

    def _below(self, share: float) -> float:
        return sorted(self.seconds)[min(len(self.seconds) - 1, round(share * len(self.seconds)))]


def timed(action: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def milliseconds(seconds: float) -> str:
    """Three figures: `6.52`, `119`, `3055`."""
    value = seconds * 1000
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio(value: float) -> str:
    return f"{value:.2f}×" if value < 10 else f"{value:.0f}×"


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    rule = ["---", *["---:"] * (len(headings) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (headings, rule, *rows))


def machine() -> str:
    """What it was measured on: processor, cores, memory, versions, day."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    memory = next((int(line.split()[1]) >> 20 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    names = ("tensorflow", "keras", "numpy", "starlette", "uvicorn", "nbclient", "ipykernel")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    today = datetime.now(UTC).date().isoformat()
    return (
        f"{model}, {os.cpu_count()} cores, {memory} GiB; {platform.system()} {platform.release().split('-')[0]}; "
        f"Python {platform.python_version()}, {versions}. Measured on {today}."
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
