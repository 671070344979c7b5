"""The frozen base's features computed once, against the base computed again in each epoch."""

from __future__ import annotations

import statistics
import time
from functools import cache
from typing import Any

import keras
import numpy as np

from benchmarks.facts import verdict
from benchmarks.facts.kept import cost, kept
from benchmarks.facts.sets import CLASSES, EMOJI, HARD, SEEDS, draw_images, labelled
from benchmarks.facts.training import Sparing, head_trainer
from benchmarks.facts.verdict import Verdict
from benchmarks.table import markdown, ratio
from practicum.lab import networks
from practicum.lab.features import extract_features, shared_base
from practicum.lab.training import LabelledData

SIDES = (64, 96)
KINDS = (HARD, EMOJI)
EPOCHS = 20


@kept
def trained(*, kind: str, side: int, seed: int) -> dict[str, Any]:
    """Seconds of both ways, and whether losses and weights came out the same, bit for bit."""
    images, start = (
        labelled(draw_images(kind, 20, seed, "train", side)),
        networks.dense_head(CLASSES, seed).get_weights(),
    )
    base = shared_base(side)
    whole, head = _through(side), head_trainer()
    all_weights = [*base.get_weights(), *start]
    ready = LabelledData(extract_features(base, images.inputs, cache={}), images.labels)
    for trainer, weights, data in ((whole, all_weights, images), (head, start, ready)):
        _losses(trainer, weights, data, 1, seed)  # What is traced and warmed now is not timed.
    started = time.perf_counter()
    ready = LabelledData(extract_features(base, images.inputs, cache={}), images.labels)
    on_features = _losses(head, start, ready, EPOCHS, seed)
    between = time.perf_counter()
    through_base = _losses(whole, all_weights, images, EPOCHS, seed)
    ended = time.perf_counter()
    pairs = zip(whole.model.layers[-1].get_weights(), head.model.get_weights(), strict=True)
    return {
        "cached": between - started,
        "through": ended - between,
        "losses": on_features == through_base,
        "weights": all(np.array_equal(one, other) for one, other in pairs),
    }


@cache
def _through(side: int) -> Sparing:
    return Sparing(keras.Sequential([shared_base(side), networks.dense_head(CLASSES)]))


def _losses(trainer: Sparing, weights: list[Any], data: LabelledData, epochs: int, seed: int) -> list[float]:
    trained = trainer.epochs(weights, data, learning_rate=1e-3, seed=seed)
    next(trained)
    return [next(trained) for _ in range(epochs)]


def report() -> str:
    """The section of `docs/facts.md`."""
    return (
        "## Caching the frozen base's features\n\n"
        f"{EPOCHS} epochs of a dense head on 100 images, the base frozen: its features computed once, and that time "
        "counted; or the base computed for each batch. Tracing, and looks at accuracy, are left out. Median (least to "
        "most) over seeds 0 to 4.\n\n"
        f"{_table()}\n\n{verdict.table(_verdicts())}\n\n{cost()}\n"
    )


def _runs(kind: str, side: int) -> list[dict[str, Any]]:
    return [trained(kind=kind, side=side, seed=seed) for seed in SEEDS]


def _ratio(kind: str, side: int) -> float:
    return statistics.median(run["through"] / run["cached"] for run in _runs(kind, side))


def _table() -> str:
    rows = [
        [
            f"{kind}, {side} px",
            *(_median([run[way] for run in _runs(kind, side)]) for way in ("cached", "through")),
            ratio(_ratio(kind, side)),
            *(f"{sum(run[what] for run in _runs(kind, side))} of {len(SEEDS)}" for what in ("losses", "weights")),
        ]
        for kind in KINDS
        for side in SIDES
    ]
    headings = ["", "s, cached", "s, through the base", "ratio", "losses identical", "weights identical"]
    return markdown(headings, rows)


def _median(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"


def _verdicts() -> list[Verdict]:
    every = [run for kind in KINDS for side in SIDES for run in _runs(kind, side)]
    same = all(run["losses"] and run["weights"] for run in every)
    ratios = [_ratio(kind, side) for side in SIDES for kind in KINDS]
    return [
        Verdict(
            "4.4 times as fast at 64 px (5.0 s against 22.3 s), 8.5 times at 96 px (4.5 s against 38.2 s)",
            ", ".join(map(ratio, ratios[:2])) + " at 64 px; " + ", ".join(map(ratio, ratios[2:])) + " at 96 px",
            all(abs(one / said - 1) < 0.25 for one, said in zip(ratios, (4.4, 4.4, 8.5, 8.5), strict=True)),
            "start-up, tracing and looks at accuracy, which cost the same in both, are not timed here",
        ),
        Verdict(
            "losses and weights are identical to the bit",
            f"{sum(run['losses'] and run['weights'] for run in every)} of {len(every)} trainings",
            same,
            "not in each",
        ),
    ]
