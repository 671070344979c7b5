"""Many at once: mixed jobs from 1, 2, 8 and 32 callers."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from benchmarks.contestants import Contestant, Forked, Practicum, WarmKernel
from benchmarks.progress import bar
from benchmarks.snippets import BUILD, FIT, NUMPY, SHARES, SMALL, SNIPPETS, mixed
from benchmarks.table import Timing, markdown, milliseconds, timed

CALLERS = (1, 2, 8, 32)
JOBS, FEW = 200, 40
ROOM = os.cpu_count() or 1
"""Jobs that run at a time, as in a pool by default."""
NAMES = {SMALL: "small plain Python", SNIPPETS[NUMPY]: "NumPy", SNIPPETS[BUILD]: BUILD, SNIPPETS[FIT]: FIT}


class Bounded:
    """A contestant that runs so many at a time; the others wait, as they do before a pool."""

    def __init__(self, contestant: Contestant, room: int) -> None:
        self._contestant = contestant
        self._room = threading.Semaphore(room)

    def run(self, code: str) -> None:
        with self._room:
            self._contestant.run(code)


@dataclass(frozen=True)
class Load:
    """What came of a load."""

    rate: float
    """Jobs a second."""
    latency: Timing
    """From the call to its return, the wait for a turn included."""


def load(run: Callable[[str], None], codes: list[str], callers: int) -> Load:
    """Each caller sends its next job when its last has ended."""
    started = time.perf_counter()
    with ThreadPoolExecutor(callers) as threads:
        taken = list(threads.map(lambda code: timed(lambda: run(code)), codes))
    return Load(len(codes) / (time.perf_counter() - started), Timing(tuple(taken)))


def _warm(contestant: Contestant) -> None:
    for code in (*SHARES, SNIPPETS[FIT]):  # which leaves the forkserver with all that is needed
        contestant.prepare(code)


def measure(jobs: int) -> dict[str, dict[int, Load]]:
    """Loads by contestant and number of callers."""
    codes = mixed(jobs)
    field: dict[str, Callable[[], Contestant]] = {
        "practicum, with spares": lambda: Practicum(spares=2 * ROOM, size=ROOM),
        "practicum, without spares": lambda: Practicum(spares=0, size=ROOM),
        "forkserver, preloaded": Forked,
        "warm kernel, one after the other: the limit": WarmKernel,
    }
    found: dict[str, dict[int, Load]] = {name: {} for name in field}
    with bar(len(CALLERS) * (len(field) - 1) + 1) as step:
        for name, make in field.items():
            with closing(make()) as contestant:
                _warm(contestant)
                bounded = isinstance(contestant, Forked)
                run = Bounded(contestant, ROOM).run if bounded else contestant.run
                for callers in CALLERS[:1] if isinstance(contestant, WarmKernel) else CALLERS:
                    step(f"{name}: {callers} callers")
                    contestant.rest()
                    found[name][callers] = load(run, codes, callers)
                contestant.rest()
    return found


def report(quick: bool = False) -> str:
    """The section of `docs/benchmarks.md`."""
    jobs = FEW if quick else JOBS
    found = measure(jobs)
    rows = [
        [
            name,
            str(callers),
            f"{load.rate:.1f}",
            milliseconds(load.latency.median),
            milliseconds(load.latency.p95),
        ]
        for name, loads in found.items()
        for callers, load in loads.items()
    ]
    mix = ", ".join(f"{share:.0%} {NAMES[code]}" for code, share in SHARES.items())
    return (
        "## Many at once\n\n"
        f"{jobs} jobs ({mix}; shuffled, the same list for all) from so many callers, each of whom sends the next when "
        f"the last has ended. {ROOM} run at a time, as many as there are processors; the others wait, and their "
        "waiting counts. Making spares takes processor time too, and is in these numbers. The forkserver preloads "
        "TensorFlow and Keras, and isolates nothing; nor does the warm kernel, which runs one after the other.\n\n"
        f"{markdown(['', 'callers', 'jobs a second', 'median ms', 'p95 ms'], rows)}\n"
    )
