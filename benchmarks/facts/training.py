"""The lab's trainer with what only measurements need: other optimizers, few looks, changed batches; and the "
"networks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from benchmarks.facts.sets import CLASSES, SIDE
from practicum.lab import networks
from practicum.lab.backbones import STAGES, efficientnet_lite0
from practicum.lab.features import extract_features, shared_base
from practicum.lab.image_set import ImageSet
from practicum.lab.training import LabelledData, Trainer, model_accuracy

BLOCKS = sum(repeats for repeats, *_ in STAGES)
"""Of EfficientNet-Lite0; behind them comes its last convolution."""
BATCH = 20
Weights = list[NDArray[Any]]
Change = Callable[[NDArray[np.float32], np.random.Generator], NDArray[np.float32]]
"""Makes another batch (n, …) of a batch."""


@dataclass(frozen=True)
class Look:
    """Accuracies, shares of 1, after so many epochs."""

    epoch: int
    train: float
    fresh: float


class Sparing(Trainer):
    """Looks at accuracy only after the epochs named: with a large network a look costs as much as a step."""

    def __init__(self, model: keras.Model, optimizer: keras.optimizers.Optimizer | None = None) -> None:
        super().__init__(model)
        self.seconds: list[float] = []
        """Of each epoch of the last training, looks left out."""
        if optimizer is not None:
            model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)

    def train(
        self,
        weights: Sequence[NDArray[Any]],
        train: LabelledData,
        fresh: LabelledData,
        *,
        learning_rate: float,
        looks: Sequence[int],
        seed: int,
        change: Change | None = None,
    ) -> list[Look]:
        """Train from `weights` up to the last of `looks`, epochs in rising order; 0 is before any training."""
        seen = []
        epochs = self.epochs(weights, train, learning_rate=learning_rate, seed=seed, change=change)
        for epoch in range(looks[-1] + 1):
            next(epochs)
            if epoch in looks:
                seen.append(Look(epoch, model_accuracy(self.model, train), model_accuracy(self.model, fresh)))
        return seen

    def epochs(
        self,
        weights: Sequence[NDArray[Any]],
        train: LabelledData,
        *,
        learning_rate: float,
        seed: int,
        change: Change | None = None,
    ) -> Iterator[float]:
        """Train from `weights` for one epoch more whenever asked; gives its loss, and NaN before the first."""
        self._begin(weights, learning_rate)
        self.seconds = []
        order = np.random.default_rng(seed)
        yield math.nan
        while True:
            given = train if change is None else LabelledData(change(train.inputs, order), train.labels)
            started = time.perf_counter()
            loss = self._epoch(given, order.permutation(len(given.labels)).reshape(-1, BATCH))
            self.seconds.append(time.perf_counter() - started)
            yield loss


@cache
def cnn_trainer() -> Sparing:
    """Of the lab's small network."""
    return Sparing(networks.small_cnn(SIDE, CLASSES))


@cache
def head_trainer() -> Sparing:
    """Of a dense head on ready features."""
    return Sparing(networks.dense_head(CLASSES))


@cache
def tuner(optimizer: str, norms: str, blocks: int) -> Sparing:
    """Of EfficientNet-Lite0 with a head: the last `blocks` of its blocks unfrozen and all behind them; 16 unfreeze all.

    `norms`: "held" or "trained" BatchNorm; `optimizer`: "Adam" or "SGD", which then has momentum .9.
    """
    base = efficientnet_lite0(SIDE)
    if norms == "held":
        networks.freeze_batch_norm(base)
    if blocks < BLOCKS:
        _freeze(base, blocks)
    model = keras.Sequential([base, networks.dense_head(CLASSES)])
    return Sparing(model, keras.optimizers.SGD(momentum=0.9) if optimizer == "SGD" else None)


def _freeze(base: keras.Model, blocks: int) -> None:
    """Everything before the last `blocks` blocks."""
    first = f"_blocks.{BLOCKS - blocks}._expand_conv"
    for layer in base.layers:
        if layer.name == first:
            return
        layer.trainable = False
    raise ValueError(f"EfficientNet-Lite0 has no layer {first}")


def with_head(train: ImageSet, fresh: ImageSet, seed: int, epochs: int = 30) -> tuple[Look, Weights]:
    """A head trained on the frozen base's features: how good it is, and all weights, those of the base before its."""
    base = shared_base(train.side)
    trainer = head_trainer()
    looks = trainer.train(
        networks.dense_head(CLASSES, seed).get_weights(),
        LabelledData(extract_features(base, train.pixels), train.labels),
        LabelledData(extract_features(base, fresh.pixels), fresh.labels),
        learning_rate=1e-3,
        looks=[epochs],
        seed=seed,
    )
    return looks[-1], [*base.get_weights(), *trainer.model.get_weights()]
