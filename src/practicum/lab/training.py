"""Training that repeats to the last digit: compiled once, begun anew as often as asked, on one thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from practicum.lab.determinism import make_deterministic
from practicum.lab.features import forward


@dataclass(frozen=True)
class LabelledData:
    """Inputs (n, …) and their labels, int (n,)."""

    inputs: NDArray[Any]
    labels: NDArray[Any]


@dataclass(frozen=True)
class TrainingCurves:
    """One value an epoch, each taken after it: accuracies as shares of 1, the loss as the mean of its steps."""

    loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)

    @property
    def epochs(self) -> int:
        return len(self.loss)


class Trainer:
    """A classifier compiled once, with Adam. Tracing a large network takes seconds; each further training does not."""

    def __init__(self, model: keras.Model) -> None:
        make_deterministic()
        self.model = model
        self.model.compile(
            keras.optimizers.Adam(),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            jit_compile=False,
        )

    def fit(
        self,
        weights: Sequence[NDArray[Any]],
        train: LabelledData,
        validation: LabelledData,
        *,
        learning_rate: float,
        epochs: int,
        seed: int,
        batch: int = 20,
        stop_at: float | None = None,
    ) -> TrainingCurves:
        """Train from `weights` for `epochs`, or until the accuracy on `train` reaches `stop_at`.

        `seed` orders the pictures anew for each epoch. Nothing of an earlier training is left: neither weights nor
        the optimizer's memory. Raises ValueError unless `batch` divides the number of training pictures.
        """
        if len(train.labels) % batch:
            raise ValueError(f"{len(train.labels)} pictures do not make whole batches of {batch}")
        self._begin(weights, learning_rate)
        order = np.random.default_rng(seed)
        curves = TrainingCurves()
        while curves.epochs < epochs:
            curves.loss.append(self._epoch(train, order.permutation(len(train.labels)).reshape(-1, batch)))
            curves.train_accuracy.append(model_accuracy(self.model, train))
            curves.val_accuracy.append(model_accuracy(self.model, validation))
            if stop_at is not None and curves.train_accuracy[-1] >= stop_at:
                break
        return curves

    def _begin(self, weights: Sequence[NDArray[Any]], learning_rate: float) -> None:
        self.model.set_weights(list(weights))
        for memory in self.model.optimizer.variables:
            memory.assign(np.zeros(memory.shape, memory.dtype))
        self.model.optimizer.learning_rate = learning_rate

    def _epoch(self, train: LabelledData, batches: NDArray[np.int64]) -> float:
        losses = []
        for chosen in batches:
            self.model.reset_metrics()
            inputs = train.inputs[chosen].astype(np.float32)
            losses.append(float(self.model.train_on_batch(inputs, train.labels[chosen])))
        return float(np.mean(losses))


@cache
def shared_trainer(build: Callable[..., keras.Model], *sizes: int) -> Trainer:
    """The trainer of `build(*sizes)`, made once a process: what it costs is the first training's, not each one's."""
    return Trainer(build(*sizes))


def model_accuracy(model: keras.Model, data: LabelledData) -> float:
    """The share of `data` that the model, in inference mode, puts into the right class."""
    return prediction_accuracy(forward(model, data.inputs), data.labels)


def prediction_accuracy(scores: NDArray[Any], labels: NDArray[Any]) -> float:
    """How often the largest of `scores` (n, classes) stands at the label, (n,)."""
    return float(np.mean(scores.argmax(axis=1) == labels))
