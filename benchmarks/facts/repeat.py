"""The same seed in two processes: the same digits? With operations held to one thread and not, deterministic and not.

`python -m benchmarks.facts.repeat DETERMINISM THREADS` trains, and prints a digest of the losses and weights of each.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import subprocess
import sys

from benchmarks.facts import verdict
from benchmarks.facts.kept import ROOT, cost, kept
from benchmarks.facts.verdict import Verdict
from benchmarks.table import markdown

CONDITIONS = (("on", 1), ("off", 1), ("off", 2))
"""Whether operations are deterministic, and on how many threads each may run; the lab's own is the first."""
NETWORKS = ("small network, 3 epochs", "EfficientNet-Lite0, all layers, 1 epoch at 1e-4")
Digests = dict[str, list[str]]
"""For each network, a digest for each set and seed."""


@kept
def digests(*, determinism: str, threads: int, process: int) -> Digests:
    """What a process of its own makes of every seed."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.facts.repeat", determinism, str(threads)],
        cwd=ROOT,
        env={**os.environ, "TF_NUM_INTRAOP_THREADS": str(threads)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    digests: Digests = json.loads(done.stdout)
    return digests


def main(determinism: str, threads: str) -> None:
    """What the lab sets, `repeatable()`, is left out as far as asked: the only way back, once it is set, is not to."""
    import tensorflow as tf

    if determinism == "off":
        tf.config.experimental.enable_op_determinism = lambda: None
    if threads != "1":
        tf.config.threading.set_intra_op_parallelism_threads = lambda _: None
    digests: Digests = {name: [] for name in NETWORKS}
    from benchmarks.facts.sets import EMOJI, HARD, SEEDS

    for kind in (HARD, EMOJI):
        for seed in SEEDS:
            for name, digest in zip(NETWORKS, _trained(kind, seed), strict=True):
                digests[name].append(digest)
    print(json.dumps(digests))


def _trained(kind: str, seed: int) -> tuple[str, str]:
    """Digests of both networks' losses and weights."""
    from benchmarks.facts.sets import CLASSES, SIDE, draw_images, labelled
    from benchmarks.facts.training import BLOCKS, cnn_trainer, tuner
    from practicum.lab import networks
    from practicum.lab.features import shared_base

    start = networks.dense_head(CLASSES, seed).get_weights()
    plans = (
        (cnn_trainer(), networks.small_cnn(SIDE, CLASSES, seed).get_weights(), 1e-3, 3),
        (tuner("Adam", "held", BLOCKS), [*shared_base(SIDE).get_weights(), *start], 1e-4, 1),
    )
    digests = []
    for trainer, weights, rate, count in plans:
        epochs = trainer.epochs(weights, labelled(draw_images(kind, 20, seed)), learning_rate=rate, seed=seed)
        next(epochs)
        digest = hashlib.sha256(repr([next(epochs) for _ in range(count)]).encode())
        for array in trainer.model.get_weights():
            digest.update(array.tobytes())
        digests.append(digest.hexdigest())
    return digests[0], digests[1]


# --- the section -----------------------------------------------------------------------------------------------------


def report() -> str:
    """The section of `docs/facts.md`."""
    return (
        "## The same seed again\n\n"
        "Two processes, each training from seeds 0 to 4 on both sets of images (shapes, emoji), one after the "
        "other. The same means: each loss and every weight, to the last bit.\n\n"
        f"{_table()}\n\n{verdict.table(_verdicts())}\n\n{cost()}\n"
    )


def same(name: str, one: tuple[str, int, int], other: tuple[str, int, int]) -> tuple[int, int]:
    """In how many trainings two processes (determinism, threads, process) agree, and of how many."""
    first, second = (
        digests(determinism=determinism, threads=threads, process=process)[name]
        for determinism, threads, process in (one, other)
    )
    return sum(a == b for a, b in zip(first, second, strict=True)), len(first)


def _table() -> str:
    rows = []
    for determinism, threads in CONDITIONS:
        pairs = [same(name, (determinism, threads, 0), (determinism, threads, 1)) for name in NETWORKS]
        rows.append(
            [f"{_condition(determinism, threads)}, twice", *(f"{agreed} of {count}" for agreed, count in pairs)]
        )
    for one, other in itertools.combinations(CONDITIONS, 2):
        pairs = [same(name, (*one, 0), (*other, 0)) for name in NETWORKS]
        rows.append(
            [f"{_condition(*one)}, beside {_condition(*other)}", *(f"{agreed} of {count}" for agreed, count in pairs)]
        )
    return markdown(["identical trainings", *NETWORKS], rows)


def _condition(determinism: str, threads: int) -> str:
    return f"determinism {determinism}, {threads} thread{'s' if threads > 1 else ''}"


def _verdicts() -> list[Verdict]:
    on, off, two = ([same(name, (*which, 0), (*which, 1)) for name in NETWORKS] for which in CONDITIONS)
    chance = [
        _condition(*which)
        for which, pairs in zip(CONDITIONS, (on, off, two), strict=True)
        if any(agreed < count for agreed, count in pairs)
    ]
    across = [same(name, ("on", 1, 0), ("off", 1, 0)) for name in NETWORKS]

    def shares(pairs: list[tuple[int, int]]) -> str:
        return f"{sum(agreed for agreed, _ in pairs)} of {sum(count for _, count in pairs)}"

    return [
        Verdict(
            "the same seed gives the same digits in another process, with op determinism or without",
            f"with it {shares(on)}, without {shares(off)}, without and on two threads {shares(two)}",
            not chance,
            f"not with {' or '.join(chance)}",
        ),
        Verdict(
            "the two differ from each other: fix one",
            f"{shares(across)} are the same with it as without",
            any(agreed < count for agreed, count in across),
            "here they are the same",
        ),
    ]


if __name__ == "__main__":
    main(*sys.argv[1:])
