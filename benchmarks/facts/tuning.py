"""Fine-tuning for `rates`, `norms` and `unfreezing`: the head is trained first, then layers of the base with it."""

from __future__ import annotations

import statistics
from dataclasses import asdict
from typing import Any

from benchmarks.facts.kept import kept
from benchmarks.facts.sets import SEEDS, labelled, train_and_fresh
from benchmarks.facts.training import BLOCKS, tuner, with_head

LOOKS = (0, 5, 10, 15, 30)
"""Epochs after which accuracy is measured; 0 is the head alone."""


@kept
def tuned(
    *,
    kind: str,
    rate: float,
    epochs: int = 15,
    optimizer: str = "Adam",
    norms: str = "held",
    blocks: int = BLOCKS,
    seed: int,
) -> dict[str, Any]:
    """The looks of one fine-tuning, and the median seconds per epoch."""
    train, fresh = train_and_fresh(kind, seed)
    _, weights = with_head(train, fresh, seed)
    trainer = tuner(optimizer, norms, blocks)
    looks = trainer.train(
        weights,
        labelled(train),
        labelled(fresh),
        learning_rate=rate,
        looks=[epoch for epoch in LOOKS if epoch <= epochs],
        seed=seed,
    )
    return {"looks": [asdict(look) for look in looks], "seconds": statistics.median(trainer.seconds)}


def curve(**arguments: Any) -> dict[int, list[float]]:
    """Accuracy on fresh images, one value a seed, by the epoch of the look."""
    runs = [tuned(**arguments, seed=seed)["looks"] for seed in SEEDS]
    return {looks[0]["epoch"]: [look["fresh"] for look in looks] for looks in zip(*runs, strict=True)}
