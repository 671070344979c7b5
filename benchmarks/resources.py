"""What warmth costs, and how soon things are noticed: output, a cancelled run, the death of an interpreter."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import processes
from benchmarks.kept import interpreter, zygotes
from benchmarks.progress import bar
from benchmarks.table import Timing, markdown, milliseconds
from practicum.runner import Cancellation, Job, Limits, Output, Pool, Preload, Result, RunEvent, Started, choose_mode
from practicum.runner.spare_children import SPARE_DISK, SpareChild
from practicum.runner.zygote_client import ZygoteClient

ROUNDS, FEW = 30, 5
DEATHS, FEW_DEATHS = 10, 2
KEPT = 4
"""Spares whose memory is taken together."""
ENDLESS = Limits(seconds=300)
SPEAKS = "print('now', flush=True)"
CANCELLED = {
    "an endless loop": Job(code="while True:\n    pass", limits=ENDLESS),
    "a sleep": Job(code="import time\ntime.sleep(300)", limits=ENDLESS),
    "a training": Job(
        code=(
            "import keras, numpy as np\n"
            "x = np.zeros((256, 8), 'float32')\n"
            "model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4), keras.layers.Dense(1)])\n"
            "model.compile('adam', 'mse')\n"
            "print('ready', flush=True)\n"
            "model.fit(x, x[:, :1], epochs=1_000_000, verbose=0)"
        ),
        limits=ENDLESS,
    ),
}
BESIDE = Job(code="import time\ntime.sleep(300)", limits=ENDLESS, preload=Preload.TENSORFLOW)
NEXT = Job(code="x = 6 * 7", values={"x": "x"}, preload=Preload.TENSORFLOW, limits=ENDLESS)


# --- memory ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Weight:
    """Of one interpreter. Bytes (PSS) and seconds."""

    start: float
    zygote: int
    standby: int
    """What a second one adds to the first."""
    spare: int
    """What each spare adds."""
    making: Timing
    """Of a spare, until it is warm."""


def weigh(preload: Preload, rounds: int) -> Weight:
    """Start one, then a second, then spares of the first."""
    mode = choose_mode()[0]
    with contextlib.ExitStack() as stack:
        started = time.perf_counter()
        first = stack.enter_context(contextlib.closing(ZygoteClient.start(mode, preload, 0)))
        start = time.perf_counter() - started
        alone = _memory(first)
        second = ZygoteClient.start(mode, preload, 0)
        both = _memory(first, second)
        second.close()
        taken: list[float] = []
        spares: list[SpareChild] = []
        for number in range(rounds):
            started = time.perf_counter()
            spare = SpareChild(first.fork_child(number, SPARE_DISK, spare=True), number)
            _until_warm(spare)
            taken.append(time.perf_counter() - started)
            if number < KEPT:
                spares.append(spare)
            else:
                spare.close()
        time.sleep(0.5)  # those closed are being ended
        kept = _memory(first)
        for spare in spares:
            spare.close()
        return Weight(start, alone, both - alone, (kept - alone) // len(spares), Timing(tuple(taken)))


def _memory(*of: ZygoteClient) -> int:
    return sum(processes.memory(*zygote.pids()) for zygote in of)


def _until_warm(spare: SpareChild) -> None:
    while not spare.warm:
        select.select([spare.fileno()], [], [], 60)
        spare.poll()
        if spare.dead:
            raise RuntimeError("a spare has ended before it was warm")


# --- how soon --------------------------------------------------------------------------------------------------------


def first_output(pool: Pool, preload: Preload, rounds: int) -> Timing:
    """From the call to the first event with output."""
    taken: list[float] = []
    for _ in range(rounds):
        came: list[float] = []

        def tell(event: RunEvent, came: list[float] = came) -> None:
            if isinstance(event, Output):
                came.append(time.perf_counter())

        pool.wait_until_ready()
        started = time.perf_counter()
        _well(pool.run(Job(code=SPEAKS, preload=preload), on_event=tell))
        taken.append(came[0] - started)
    return Timing(tuple(taken))


def cancelling(pool: Pool, job: Job, rounds: int) -> Timing:
    """From setting `Cancellation` to the return of `Pool.run`."""
    return Timing(tuple(_cancel(pool, job) for _ in range(rounds)))


def _cancel(pool: Pool, job: Job) -> float:
    cancel = Cancellation()
    pool.wait_until_ready()
    with _running(pool, job, cancel) as ended:
        started = time.perf_counter()
        cancel.set()
    result, at = ended[0]
    if result.stopped != "cancelled":
        raise RuntimeError(f"not cancelled: {result}")
    return at - started


@contextlib.contextmanager
def _running(pool: Pool, job: Job, cancel: Cancellation | None = None) -> Iterator[list[tuple[Result, float]]]:
    """The job, well under way. After the context, what it gives holds the result and the moment at which it came."""
    under_way = threading.Event()
    ended: list[tuple[Result, float]] = []
    sign = Output if "print(" in job.code else Started

    def tell(event: RunEvent) -> None:
        if isinstance(event, sign):
            under_way.set()

    def run() -> None:
        result = pool.run(job, on_event=tell, cancel=cancel)
        ended.append((result, time.perf_counter()))
        under_way.set()

    thread = threading.Thread(target=run)
    thread.start()
    under_way.wait(120)
    time.sleep(0.1)
    yield ended
    thread.join(60)
    if not ended:
        raise RuntimeError("the job goes on")


@dataclass(frozen=True)
class Deaths:
    """Seconds from a SIGKILL."""

    noticed: Timing
    """To the running job's result, which says what happened."""
    served: Timing
    """To the answer of the next job, by the standby."""
    recovered: Timing
    """To a standby and spares as before."""
    why: str


def deaths(of: Callable[[ZygoteClient], int], count: int, step: Callable[[str], None], name: str) -> Deaths:
    """Kill that process of TensorFlow's interpreter, so many times, each with a job running in it."""
    noticed, served, recovered, why = [], [], [], ""
    with Pool(size=2, spares=1) as pool:
        pool.warm(Preload.TENSORFLOW, standby=True)
        for _ in range(count):
            _until_settled(pool)
            step(f"the death of {name}")
            with _running(pool, BESIDE) as ended:
                killed = time.perf_counter()
                os.kill(of(zygotes(pool)[Preload.TENSORFLOW]), signal.SIGKILL)
            result, at = ended[0]
            if result.stopped != "crash":
                raise RuntimeError(f"not what a death should look like: {result}")
            why = result.why
            noticed.append(at - killed)
            _well(pool.run(NEXT))
            served.append(time.perf_counter() - killed)
            _until_settled(pool)
            recovered.append(time.perf_counter() - killed)
    return Deaths(Timing(tuple(noticed)), Timing(tuple(served)), Timing(tuple(recovered)), why)


def _until_settled(pool: Pool) -> None:
    deadline = time.monotonic() + 120
    while Preload.TENSORFLOW not in zygotes(pool):
        if time.monotonic() > deadline:
            raise RuntimeError("no interpreter comes")
        time.sleep(0.05)
    if not pool.wait_until_ready(120):
        raise RuntimeError("the pool does not become ready")


def _well(result: Result) -> None:
    if not result.ok:
        raise RuntimeError(result.why or str(result.failure))


# --- the section -----------------------------------------------------------------------------------------------------


def report(quick: bool = False) -> str:
    """The section of `docs/benchmarks.md`."""
    rounds, count = (FEW, FEW_DEATHS) if quick else (ROUNDS, DEATHS)
    preloads: list[Preload] = [Preload.PYTHON, Preload.NUMPY, Preload.TENSORFLOW]
    killed = {"the interpreter": interpreter, "bubblewrap around it": lambda zygote: zygote.pid}
    if choose_mode()[0] != "full":
        del killed["bubblewrap around it"]
    with bar(2 * len(preloads) + len(CANCELLED) + count * len(killed)) as step:
        weights = {}
        for preload in preloads:
            step(f"memory: {preload.value}")
            weights[preload] = weigh(preload, max(KEPT, rounds))
        soon = {}
        with Pool(size=2, spares=2) as pool:
            for preload in preloads:
                step(f"first output: {preload.value}")
                _well(pool.run(Job(code=SPEAKS, preload=preload)))
                soon[f"first output, {preload.value}"] = first_output(pool, preload, rounds)
            for name, job in CANCELLED.items():
                step(f"cancelling {name}")
                soon[f"end of {name} that is cancelled"] = cancelling(pool, job, rounds)
        dead = {name: deaths(of, count, step, name) for name, of in killed.items()}
    return "## What warmth costs\n\n" + "\n".join((_costs(weights), _soon(soon), _deaths(dead)))


def _costs(weights: dict[Preload, Weight]) -> str:
    rows = [
        [
            preload.value,
            *(f"{size / 1e6:.1f}" for size in (weight.zygote, weight.standby, weight.spare)),
            f"{milliseconds(weight.making.median)} ({milliseconds(weight.making.p95)})",
            milliseconds(weight.start),
        ]
        for preload, weight in weights.items()
    ]
    counts = " or ".join(sorted({str(weight.making.n) for weight in weights.values()}))
    headings = [
        "interpreter",
        "MB, alone and idle",
        "MB that a standby adds",
        "MB that a spare adds",
        f"ms to make a spare (p95), n = {counts}",
        "ms to start the interpreter",
    ]
    return (
        "Memory is PSS, summed over its processes, bubblewrap's included; a spare's is a quarter of what four add. "
        "A spare's time runs until it is warm.\n\n"
        f"{markdown(headings, rows)}\n"
    )


def _soon(soon: dict[str, Timing]) -> str:
    rows = [[name, milliseconds(t.median), milliseconds(t.p95), str(t.n)] for name, t in soon.items()]
    return (
        "From the call of `Pool.run` to the first event with output, from a spare; from setting `Cancellation` to the "
        f"run's result.\n\n{markdown(['', 'median ms', 'p95 ms', 'n'], rows)}\n"
    )


def _deaths(dead: dict[str, Deaths]) -> str:
    rows = [
        [
            name,
            *(f"{milliseconds(t.median)} ({milliseconds(t.p95)})" for t in (of.noticed, of.served, of.recovered)),
            str(of.noticed.n),
        ]
        for name, of in dead.items()
    ]
    said = " ".join(dict.fromkeys(of.why for of in dead.values()))
    headings = [
        "killed",
        "the running job's error, median ms (p95)",
        "the next job's answer",
        "standby and spares as before",
        "n",
    ]
    return (
        "SIGKILL of TensorFlow's interpreter while a job runs in it and a standby is there. The error that the job's "
        f"owner reads: “{said}” All times from the SIGKILL.\n\n{markdown(headings, rows)}\n"
    )
