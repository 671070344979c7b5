"""The cells of a page, run in order and the last one again: practicum beside a warm notebook.

The notebook is one Jupyter kernel that has imported everything and trained once before, without isolation.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

from benchmarks.kernels import Kernel
from benchmarks.table import markdown, ratio
from practicum import settings
from practicum.application.limits import LONG
from practicum.course.cell_dependencies import find_dependencies
from practicum.prove.catalogue import load
from practicum.prove.experiment_files import experiment_files
from practicum.runner import Client, Job, KeepLimits, Pool, Preload

ROUNDS = 3
WARM_UP = """
import keras, matplotlib.pyplot, numpy
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
model.compile("adam", "mse")
model.fit(numpy.zeros((4, 4)), numpy.zeros((4, 2)), verbose=0)
model.predict(numpy.zeros((4, 4)), verbose=0)
"""


def timed(run: Callable[[str], None], cells: list[str]) -> list[float]:
    """Return the seconds of each cell."""
    seconds = []
    for cell in cells:
        began = time.perf_counter()
        run(cell)
        seconds.append(time.perf_counter() - began)
    return seconds


def in_notebook(cells: list[str]) -> list[float]:
    """Return the seconds of each cell in a warm kernel."""
    os.environ |= dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"), "1")
    kernel = Kernel()
    try:
        kernel.run(WARM_UP)
        return timed(kernel.run, cells)
    finally:
        kernel.close()


class Learner:
    """Runs the cells of a page, each after those before it."""

    def __init__(self, pool: Pool, files: Mapping[str, str], name: str) -> None:
        self.pool = pool
        self.files = files
        self.client = Client(name, "benchmark")
        self.above: list[str] = []

    def run(self, cell: str) -> None:
        """Run the next cell."""
        self.run_again(cell)
        self.above.append(cell)

    def run_again(self, cell: str) -> None:
        """Run a cell after those above it. Raises RuntimeError if it fails."""
        job = Job(cell, files=self.files, limits=LONG, preload=Preload.TENSORFLOW, echo=True, quiet=True)
        needed = find_dependencies(self.above, cell)
        result = self.pool.run_after(job, self.above, needed, "learn", client=self.client)
        if not result.ok:
            raise RuntimeError(result.why or str(result.failure))


def in_practicum(cells: list[str], learner: Learner) -> tuple[list[float], float]:
    """Return the seconds of each cell in order, and of the last one again, once its state is prepared."""
    each = timed(learner.run, cells)
    learner.above.pop()
    learner.pool.wait_until_prepared(600)
    return each, timed(learner.run_again, cells[-1:])[0]


def measure() -> list[tuple[list[float], float, list[float]]]:
    """Return, for each round, the seconds of each cell, of the last one again, and of each cell in a notebook."""
    topic = load(settings.shipped_courses()[0]).course.topics[0]
    cells = [cell.code for cell in topic.pages["learn"].cells]
    files = experiment_files(topic, *cells)
    rounds = []
    with Pool(size=2, spares=2, keep=KeepLimits(4)) as pool:
        pool.run(Job("1", preload=Preload.TENSORFLOW))
        for number in range(ROUNDS):
            pool.wait_until_ready(120)
            each, again = in_practicum(cells, Learner(pool, files, f"learner {number}"))
            rounds.append((each, again, in_notebook(cells)))
    return rounds


def report() -> str:
    """The section of `docs/benchmarks.md`."""
    rounds = measure()
    rows = [
        [
            f"{number}",
            f"{sum(each):.1f}",
            f"{sum(notebook):.1f}",
            ratio(sum(each) / sum(notebook)),
            f"{again:.2f}",
            ratio(again / each[-1]),
        ]
        for number, (each, again, notebook) in enumerate(rounds, 1)
    ]
    headings = ["round", "all cells, s", "notebook, s", "to the notebook", "the last again, s", "to its first run"]
    return (
        "## The cells of a page\n\n"
        f"The {len(rounds[0][0])} cells of *Learn*, run in order by a new learner, in an isolated interpreter that is "
        "kept for the learner; beside them a warm Jupyter kernel that runs the same cells, in turn. Then the last "
        "cell again, after a pause in which the cells above it ran once more in the background. Aims: 1.5× and "
        "1.2×.\n\n"
        f"{markdown(headings, rows)}\n"
    )
