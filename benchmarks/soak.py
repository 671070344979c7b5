"""Thousands of jobs and attacks, and what they have left behind."""

from __future__ import annotations

import ctypes
import dataclasses
import gc
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.runner.attacks.catalogue import Attack, World, attacks
from tests.runner.attacks.trial import world as make_world

from benchmarks import processes
from benchmarks.kept import interpreter, zygotes
from benchmarks.snippets import BUILD, FIT, NUMPY, SMALL, SNIPPETS
from benchmarks.table import markdown
from practicum.runner import Cancellation, Job, Limits, Pool, Preload, Result

JOBS, FEW = 5_000, 300
WARMING, FEW_WARMING = 300, 100
EVERY = 1_000
"""Jobs between two looks."""
CALLERS = 4
SPARES = 4
AIM = 5_000_000
"""Bytes of growth, at most."""

FIGURE = "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\naxes.plot([1, 2, 3])\nprint('drawn')"
PATIENT = Limits(seconds=60)
ORDINARY = {
    "small plain Python": Job(code=SMALL, values={"common": "common"}, limits=PATIENT),
    "NumPy": Job(code=SNIPPETS[NUMPY], values={"total": "total"}, limits=PATIENT),
    BUILD: Job(code=SNIPPETS[BUILD], limits=PATIENT),
    FIT: Job(code=SNIPPETS[FIT], limits=PATIENT),
    "a figure": Job(code=FIGURE, limits=PATIENT),
    "a check": Job(code="def double(x):\n    return 2 * x", check="assert double(4) == 8", limits=PATIENT),
}
FAILING = {
    "a typo": Job(code="total = 1\nprint(totl)"),
    "an endless loop": Job(code="while True:\n    pass", limits=Limits(seconds=0.3)),
    "files and folders": Job(
        code="import os\nfor n in range(300):\n    os.mkdir('d'); os.chdir('d'); open('f', 'w').close()"
    ),
}
CANCELLED = Job(code="import time\ntime.sleep(60)", limits=Limits(seconds=100))
ATTACK, CANCEL = "an attack", "a cancelled run"
SHARES = {
    "small plain Python": 50,
    "NumPy": 14,
    BUILD: 4,
    FIT: 2,
    "a figure": 2,
    "a check": 4,
    "a typo": 4,
    "an endless loop": 2,
    "files and folders": 1,
    CANCEL: 2,
    ATTACK: 15,
}


# --- the jobs --------------------------------------------------------------------------------------------------------


@dataclass
class Tale:
    """What ended how. Shared by threads: each only counts up."""

    ends: Counter[tuple[str, str]] = dataclasses.field(default_factory=Counter)
    uncontained: Counter[str] = dataclasses.field(default_factory=Counter)
    wrong: list[str] = dataclasses.field(default_factory=list)
    """Ordinary jobs that did not end as they should."""


def warm_up(count: int) -> list[str | Attack]:
    """So many of all kinds, with every attack once: the largest that there is has been there before the first look."""
    ordinary = [what for what in list_of(count, seed=1) if not isinstance(what, Attack)]
    return [*ordinary, *attacks()]


def list_of(count: int, seed: int) -> list[str | Attack]:
    """So many jobs by name, or attacks, in a fixed order; every attack comes equally often."""
    chance = random.Random(seed)
    names = chance.choices(list(SHARES), list(SHARES.values()), k=count)
    pile: list[Attack] = []
    found: list[str | Attack] = []
    for name in names:
        if name == ATTACK:
            pile = pile or chance.sample(attacks(), len(attacks()))
            found.append(pile.pop())
        else:
            found.append(name)
    return found


def do(pool: Pool, what: str | Attack, world: World, tale: Tale) -> None:
    """Run it, and note how it ended."""
    if isinstance(what, Attack):
        result = pool.run(what.job(world))
        _judge(pool, what, world, result, tale)
        name = ATTACK
    elif what == CANCEL:
        cancel, name = Cancellation(), what
        timer = threading.Timer(0.05, cancel.set)
        timer.start()
        result = pool.run(CANCELLED, cancel=cancel)
        timer.join()
    else:
        name, job = what, ORDINARY.get(what) or FAILING[what]
        result = pool.run(job)
        if what in ORDINARY and not result.ok:
            tale.wrong.append(f"{what}: {result.why or result.failure}")
    tale.ends[name, _end(result)] += 1


def _judge(pool: Pool, attack: Attack, world: World, result: Result, tale: Tale) -> None:
    if pool.mode not in attack.modes or pool.mode in attack.known:
        return
    try:
        attack.judge(result, world)
    except AssertionError:
        tale.uncontained[str(attack)] += 1
        print(f"not contained: {attack}: {_end(result)} {result.why} {result.failure}", file=sys.stderr, flush=True)


def _end(result: Result) -> str:
    return result.stopped or ("an exception" if result.failure else "well")


# --- what is left ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sight:
    """What there is when nothing runs. Bytes and counts."""

    values: dict[str, int]

    @classmethod
    def of(cls, pool: Pool) -> Sight:
        """Once the spares are there and garbage is gone."""
        pool.wait_until_ready(120)
        time.sleep(1.0)
        pool.wait_until_ready(120)
        gc.collect()
        me = os.getpid()
        found = {"server: memory, kB": processes.resident(me) // 1000}
        ctypes.CDLL(None).malloc_trim(0)
        found |= {
            "server: memory of its own, kB": processes.own(me) // 1000,
            "server: Python's blocks in use": sys.getallocatedblocks(),
            "server: descriptors": processes.descriptors(me),
            "server: threads": processes.threads(me),
            "server: mounts": processes.mounts(me),
            "processes below the server": len(processes.below(me)) - 1,
        }
        for preload, zygote in sorted(zygotes(pool).items()):
            pid, name = interpreter(zygote), f"{preload.value} interpreter"
            found |= {
                f"{name}: memory of its own, kB": processes.own(pid) // 1000,
                f"{name}: descriptors": processes.descriptors(pid),
                f"{name}: mounts": processes.mounts(pid),
                f"{name}: children": len(processes.below(pid)) - 1,
                f"{name}: entries in its scratch": _entries(pid, zygote.mode == "full"),
            }
        return cls(found)

    def memory(self) -> int:
        """Bytes that are nobody's but the server's and the interpreters'."""
        return 1000 * sum(value for name, value in self.values.items() if name.endswith("of its own, kB"))


def _entries(pid: int, full: bool) -> int:
    """Files and folders where jobs may write: the interpreter's /tmp, or in bare mode the folders of all."""
    try:
        if full:
            return sum(len(folders) + len(files) for _, folders, files in os.walk(f"/proc/{pid}/root/tmp"))
        return len(list(Path(tempfile.gettempdir()).glob("practicum-*/*-*")))
    except OSError:
        return 0


# --- the soak --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Soak:
    """From a first look, after the warm-up, to the last."""

    sights: list[Sight]
    tale: Tale
    seconds: float
    mode: str
    identity: bool
    """Whether the interpreters at the end were those of the beginning."""


def measure(count: int, warming: int, every: int, say: Callable[[str], None]) -> Soak:
    """The warm-up, a look, the jobs with a look now and then."""
    tale, sights = Tale(), []
    with make_world() as world, Pool(size=CALLERS, spares=SPARES) as pool, ThreadPoolExecutor(CALLERS) as threads:

        def run(jobs: list[str | Attack], tale: Tale) -> None:
            list(threads.map(lambda what: do(pool, what, world, tale), jobs))

        for preload in (Preload.PYTHON, Preload.NUMPY, Preload.TENSORFLOW):
            pool.run(Job(preload=preload, limits=PATIENT))
        run(warm_up(warming), Tale())
        sights.append(Sight.of(pool))
        pids = {preload: zygote.pid for preload, zygote in zygotes(pool).items()}
        say(_row(0, sights, 0.0, tale))
        jobs, taken = list_of(count, seed=2), 0.0
        for first in range(0, count, every):
            started = time.perf_counter()
            run(jobs[first : first + every], tale)
            taken += time.perf_counter() - started
            sights.append(Sight.of(pool))
            say(_row(min(count, first + every), sights, taken, tale))
        same = pids == {preload: zygote.pid for preload, zygote in zygotes(pool).items()}
        return Soak(sights, tale, taken, pool.mode.value, same)


def _row(done: int, sights: list[Sight], seconds: float, tale: Tale) -> str:
    changed = {
        name: f"{sights[0].values.get(name)} → {value}"
        for name, value in sights[-1].values.items()
        if value != sights[0].values.get(name)
    }
    grown = (sights[-1].memory() - sights[0].memory()) / 1e6
    return f"{done} jobs, {seconds:.0f} s, grown by {grown:.2f} MB, {len(tale.wrong)} wrong; {changed}"


def report(quick: bool = False) -> str:
    """The section of `docs/benchmarks.md`."""
    count, warming = (FEW, FEW_WARMING) if quick else (JOBS, WARMING)
    soak = measure(count, warming, min(EVERY, count), lambda row: print(row, file=sys.stderr, flush=True))
    first, last = soak.sights[0].values, soak.sights[-1].values
    rows = [
        [name, f"{first.get(name, 0)}", f"{last.get(name, 0)}", f"{last.get(name, 0) - first.get(name, 0):+}"]
        for name in dict.fromkeys((*first, *last))
    ]
    ends = sorted({end for _, end in soak.tale.ends})
    spread = [[name, *(str(soak.tale.ends[name, end] or "") for end in ends)] for name in SHARES]
    grown = soak.sights[-1].memory() - soak.sights[0].memory()
    lived = (
        "The interpreters lived through all of it." if soak.identity else "**An interpreter died and was replaced.**"
    )
    steps = ", ".join(f"{(sight.memory() - soak.sights[0].memory()) / 1e6:+.2f}" for sight in soak.sights[1:])
    return (
        "## A soak\n\n"
        f"{count} jobs in {soak.mode} mode from {CALLERS} callers, in one pool with `spares={SPARES}`; among them "
        f"every attack of `tests/runner/attacks` ({len(attacks())}) in turn. Looked at when nothing runs: after "
        f"{warming} of the same kind and every attack once, and at the end, {soak.seconds:.0f} s later. Memory of its "
        "own belongs to no file; of the server's, what the C library keeps for later though nobody uses it is not "
        "counted (`malloc_trim`).\n\n"
        f"Memory of their own of the server and its interpreters together grew by {grown / 1e6:.2f} MB "
        f"(at most {AIM / 1e6:.0f} MB; every {min(EVERY, count)} jobs: {steps}). {lived} "
        f"Ordinary jobs that did not end well: {len(soak.tale.wrong)}. Attacks that were not contained: "
        f"{soak.tale.uncontained.total()}{_named(soak.tale)}.\n\n"
        f"{markdown(['', 'before', 'after', 'grown by'], rows)}\n\n"
        f"{markdown(['ended', *ends], spread)}\n"
    )


def _named(tale: Tale) -> str:
    return f" ({', '.join(f'{name}: {times}' for name, times in tale.uncontained.items())})" if tale.uncontained else ""
