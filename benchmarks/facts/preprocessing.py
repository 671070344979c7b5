"""What forgetting the base's preprocessing costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.facts import verdict
from benchmarks.facts.kept import cost, kept
from benchmarks.facts.sets import CLASSES, EMOJI, HARD, MIDDLE, SEEDS, SIDE, train_and_fresh
from benchmarks.facts.spread import ahead, between, mean_sd
from benchmarks.facts.training import head_trainer
from benchmarks.facts.verdict import Verdict
from benchmarks.table import markdown
from practicum.lab import networks
from practicum.lab.features import extract_features, shared_base
from practicum.lab.training import LabelledData

KINDS = (HARD, MIDDLE, EMOJI)
WAYS: dict[str, tuple[str, Callable[[NDArray[Any]], NDArray[Any]]]] = {
    "right": ("(x - 127) / 128", lambda x: (x - 127) / 128),
    "raw": ("x, from 0 to 255", lambda x: x),
    "unit": ("x / 255", lambda x: x / 255),
}


@kept
def head(*, kind: str, way: str, seed: int) -> float:
    """Accuracy on fresh images of a head on the features that the base makes of such inputs."""
    train, fresh = train_and_fresh(kind, seed)
    looks = head_trainer().train(
        networks.dense_head(CLASSES, seed).get_weights(),
        LabelledData(_features(train.pixels, way), train.labels),
        LabelledData(_features(fresh.pixels, way), fresh.labels),
        learning_rate=1e-3,
        looks=[30],
        seed=seed,
    )
    return looks[-1].fresh


def _features(pixels: NDArray[np.uint8], way: str) -> NDArray[np.float32]:
    # The base's own preprocessing, its first layer, is undone beforehand.
    _, scaled = WAYS[way]
    wanted = scaled(pixels.astype(np.float32))
    return extract_features(shared_base(SIDE), (wanted * 128 + 127).astype(np.float32))


def report() -> str:
    """The section of `docs/facts.md`."""
    return (
        "## Forgetting the preprocessing\n\n"
        "EfficientNet-Lite0 wants (x - 127) / 128. A head on its frozen features, 20 images of each of five "
        "classes, 64 px, 30 epochs, the inputs scaled in three ways, in training and in use alike; accuracy on 200 "
        "fresh images. The right way is ahead of each other one by so much, seed by seed.\n\n"
        f"{_table()}\n\n{verdict.table(_verdicts())}\n\n{cost()}\n"
    )


def _values(kind: str, way: str) -> list[float]:
    return [head(kind=kind, way=way, seed=seed) for seed in SEEDS]


def _table() -> str:
    rows = [
        [
            kind,
            *(mean_sd(_values(kind, way)) for way in WAYS),
            *(between(ahead(_values(kind, "right"), _values(kind, way))) for way in ("raw", "unit")),
        ]
        for kind in KINDS
    ]
    return markdown(
        ["", *(f"`{formula}`" for formula, _ in WAYS.values()), "ahead of raw by (95 %)", "ahead of x / 255 by (95 %)"],
        rows,
    )


def _verdicts() -> list[Verdict]:
    raw = {kind: ahead(_values(kind, "right"), _values(kind, "raw")) for kind in KINDS}
    unit = {kind: ahead(_values(kind, "right"), _values(kind, "unit")) for kind in KINDS}
    return [
        Verdict(
            "raw pixels instead: .910 falls to .655",
            "costs " + "; ".join(f"{between(gap)} on {kind}" for kind, gap in raw.items()),
            all(gap.low > 0 for gap in raw.values()),
            "on the emoji, where little is known either way, not by more than the seeds explain",
        ),
        Verdict(
            "x / 255 instead costs next to nothing: .907",
            "costs " + "; ".join(f"{between(gap)} on {kind}" for kind, gap in unit.items()),
            max(gap.value for gap in unit.values()) < 0.02,
            "it costs something on the worst of these sets: the contrast is halved, the grey no longer 0",
        ),
    ]
