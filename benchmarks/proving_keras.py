"""Proving a mixed bank of a hundred questions, half of them Keras, beside nbmake running each of them once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from benchmarks import proving
from benchmarks.progress import bar
from benchmarks.table import Timing, markdown, ratio, timed

PLAIN, NUMPY, KERAS = 25, 25, 50
NOTEBOOKS, JOBS, ROUNDS = 4, 2, 3
NETWORKS = (
    "layer = keras.layers.Dense({n})\nlayer.build((None, {m}))\nfound = layer.count_params()",
    "model = keras.Sequential([keras.Input(({m},)), keras.layers.Dense({n}), keras.layers.Dense(2)])\n"
    "found = model.count_params()",
    "inputs = keras.Input(({m}, {m}, 3))\noutputs = keras.layers.Conv2D({n}, 3, padding='same')(inputs)\n"
    "found = keras.Model(inputs, outputs).output_shape[-1]",
    "features = keras.ops.ones((2, {m}, {n}))\nfound = keras.layers.GlobalAveragePooling1D()(features).shape[1]",
    "model = keras.Sequential([keras.Input(({m},)), keras.layers.Dense({n}), keras.layers.BatchNormalization()])\n"
    "model.layers[0].trainable = False\nfound = len(model.trainable_weights)",
)
"""Code of Keras questions, with two sizes. Each makes or calls layers; none trains."""


@dataclass(frozen=True)
class Question:
    """A snippet and the value of its `found`."""

    code: str
    key: int


def questions() -> list[Question]:
    """All hundred, mixed: each quarter has as many of each kind."""
    plain = [Question(f"{proving.snippet(n)}\nfound = common", proving.value(n)) for n in range(PLAIN)]
    numpy = [
        Question(f"import numpy as np\nfound = int(np.arange({n + 2}).reshape(1, -1).repeat(3, axis=0).sum())", key)
        for n in range(NUMPY)
        for key in [3 * sum(range(n + 2))]
    ]
    keras = [_keras_question(n) for n in range(KERAS)]
    rounds = zip(plain, keras[::2], numpy, keras[1::2], strict=True)
    return [question for each in rounds for question in each]


def _keras_question(number: int) -> Question:
    kind, m, n = number % len(NETWORKS), 4 + number % 7, 3 + number // len(NETWORKS)
    dense = m * n + n
    key = (dense, dense + 2 * n + 2, n, n, 2)[kind]
    return Question("import keras\n" + NETWORKS[kind].format(m=m, n=n), key)


def write_notebooks(folder: Path, bank: Sequence[Question]) -> None:
    """The same questions in a few notebooks: a cell with the code, and one that asserts its value."""
    folder.mkdir()
    share = len(bank) // NOTEBOOKS
    for number in range(NOTEBOOKS):
        cells = [
            nbformat.v4.new_code_cell(code)  # type: ignore[no-untyped-call]
            for question in bank[number * share : (number + 1) * share]
            for code in (question.code, f"assert found == {question.key}")
        ]
        book = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
        nbformat.write(book, folder / f"part{number}.ipynb")  # type: ignore[no-untyped-call]


def nbmake(folder: Path, workers: int) -> None:
    """`pytest --nbmake`, a process from start to end."""
    command = [sys.executable, "-m", "pytest", "--nbmake", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", "."]
    command += ["-n", str(workers)] if workers > 1 else ["-p", "no:xdist"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)


def report() -> str:
    """The section of `docs/benchmarks.md`."""
    bank = questions()
    ours, theirs, parallel = [], [], []
    with tempfile.TemporaryDirectory() as name, bar(3 * ROUNDS) as step:
        root, notebooks = Path(name) / "course", Path(name) / "notebooks"
        write_notebooks(notebooks, bank)
        for _ in range(ROUNDS):
            shutil.rmtree(root, ignore_errors=True)
            proving.write_questions(root, [(question.code, question.key) for question in bank], "found")
            step("practicum prove")
            ours.append(timed(lambda: proving.prove(root)))
            step("nbmake")
            theirs.append(timed(lambda: nbmake(notebooks, 1)))
            step(f"nbmake with {JOBS} workers")
            parallel.append(timed(lambda: nbmake(notebooks, JOBS)))
    own = Timing(tuple(ours)).median
    rows = [
        [what, f"{Timing(tuple(taken)).median:.1f} s", ratio(Timing(tuple(taken)).median / own)]
        for what, taken in (
            (f"`practicum prove`, cold, {JOBS} jobs: each in 3 or 5 isolated interpreters", ours),
            (f"nbmake, {NOTEBOOKS} notebooks one after the other: each once, in a shared process", theirs),
            (f"nbmake, {JOBS} notebooks at once", parallel),
        )
    ]
    return (
        f"## Proving a mixed bank of {len(bank)} questions\n\n"
        f"{PLAIN} in plain Python, {NUMPY} with NumPy and {KERAS} with Keras, which build or call layers and train "
        f"nothing. The whole process, interpreter start included; medians of {ROUNDS} rounds, in turn.\n\n"
        f"{markdown(['', 'took', 'to practicum'], rows)}\n"
    )
