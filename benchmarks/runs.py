"""One run of a snippet: through the runner, and through all that one would use instead."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

from benchmarks.contestants import Cold, Contestant, Forked, NewKernel, Notebook, Practicum, WarmKernel
from benchmarks.progress import bar
from benchmarks.snippets import BUILD, FIT, MOBILENET, PLAIN, SNIPPETS
from benchmarks.table import Timing, markdown, milliseconds, ratio, timed

ROUNDS, FEW = 30, 5
SPARES = 2
OURS, LIMIT = "practicum, from a spare", "warm kernel: the limit"
FIELD: Mapping[str, Callable[[], Contestant]] = {
    OURS: lambda: Practicum(SPARES),
    "practicum, without spares": lambda: Practicum(0),
    LIMIT: WarmKernel,
    "forkserver, preloaded": Forked,
    "new kernel": NewKernel,
    "nbclient": Notebook,
    "cold `python -c`": Cold,
}
AIMS = {PLAIN: 2.0, BUILD: 1.5, MOBILENET: 1.3, FIT: 1.0}
"""Times the warm kernel's median, at most."""
Found = dict[str, dict[str, Timing]]
"""Timings by snippet and by contestant."""


def measure(rounds: int) -> Found:
    """All contestants in turn (A B C A B C …), the machine quiet before each."""
    contestants = {name: make() for name, make in FIELD.items()}
    try:
        with bar(len(SNIPPETS) * len(FIELD) * rounds) as step:
            return {name: _race(contestants, name, code, rounds, step) for name, code in SNIPPETS.items()}
    finally:
        for contestant in contestants.values():
            contestant.close()


def _race(
    contestants: Mapping[str, Contestant], snippet: str, code: str, rounds: int, step: Callable[[str], None]
) -> dict[str, Timing]:
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for contestant in contestants.values():
        contestant.prepare(code)
    for _ in range(rounds):
        for name, contestant in contestants.items():
            step(f"{snippet}: {name}")
            taken[name].append(timed(functools.partial(contestant.run, code)))
            contestant.rest()
    return {name: Timing(tuple(seconds)) for name, seconds in taken.items()}


def report(quick: bool = False) -> str:
    """The section of `docs/benchmarks.md`."""
    rounds = FEW if quick else ROUNDS
    found = measure(rounds)
    times = [[name, *(_cell(found[snippet][name]) for snippet in SNIPPETS)] for name in FIELD]
    ratios = [
        [name, *(ratio(found[snippet][name].median / found[snippet][LIMIT].median) for snippet in SNIPPETS)]
        for name in FIELD
        if name != LIMIT
    ]
    ratios.append(["aim", *(f"{AIMS[snippet]:.1f}×" if snippet in AIMS else "" for snippet in SNIPPETS)])
    return (
        "## One run\n\n"
        "What one learner waits for who runs something now and then: the contestants run in turn, and before each run "
        "the machine is quiet: the spare children that the last run has used up are there again, nothing else runs. "
        "(With many at once there is no such rest: that is the next table.) Practicum runs each in a fresh, isolated "
        f"interpreter; with `spares={SPARES}` it is forked and warmed before it is needed. The warm kernel is one "
        "process for all, without isolation: the least that it can take. The forkserver is the standard library's, "
        "with NumPy, or TensorFlow and Keras, preloaded where the snippet needs them: a process for each run, no "
        "isolation. A new kernel is timed up to its answer, nbclient to its end. TensorFlow computes in one thread in "
        "practicum's runs, and in as many as it likes in the others.\n\n"
        f"{markdown([f'median (p95) in ms, n = {rounds}', *SNIPPETS], times)}\n\n"
        f"{markdown(['median, to a warm kernel', *SNIPPETS], ratios)}\n"
    )


def _cell(timing: Timing) -> str:
    return f"{milliseconds(timing.median)} ({milliseconds(timing.p95)})"
