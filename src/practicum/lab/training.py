"""Deterministic training: a model is compiled once and trained any number of times from given weights."""

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
class TrainingHistory:
    """One value per epoch, taken after it: the mean loss of its steps, and accuracies from 0 to 1."""

    loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)

    @property
    def epochs(self) -> int:
        return len(self.loss)


class Trainer:
    """A classifier, compiled once with Adam. Tracing a large network takes seconds; further trainings do not."""

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
    ) -> TrainingHistory:
        """Train from `weights`, independently of earlier trainings.

        Args:
            weights: Initial weights of the model.
            train: Training data; `batch` must divide its length.
            validation: Data for the validation accuracy.
            learning_rate: Adam's learning rate.
            epochs: Maximum number of epochs.
            seed: Seed of the order of the images, which is shuffled for each epoch.
            batch: Batch size.
            stop_at: Stop early when the accuracy on `train` reaches this value.

        Raises:
            ValueError: `batch` does not divide the number of training images.
        """
        if len(train.labels) % batch:
            raise ValueError(f"{len(train.labels)} images cannot be divided into batches of {batch}")
        self._reset(weights, learning_rate)
        rng = np.random.default_rng(seed)
        curves = TrainingHistory()
        while curves.epochs < epochs:
            curves.loss.append(self._train_epoch(train, rng.permutation(len(train.labels)).reshape(-1, batch)))
            curves.train_accuracy.append(model_accuracy(self.model, train))
            curves.val_accuracy.append(model_accuracy(self.model, validation))
            if stop_at is not None and curves.train_accuracy[-1] >= stop_at:
                break
        return curves

    def _reset(self, weights: Sequence[NDArray[Any]], learning_rate: float) -> None:
        self.model.set_weights(list(weights))
        for variable in self.model.optimizer.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))
        self.model.optimizer.learning_rate = learning_rate

    def _train_epoch(self, train: LabelledData, batches: NDArray[np.int64]) -> float:
        losses = []
        for rows in batches:
            self.model.reset_metrics()
            inputs = train.inputs[rows].astype(np.float32)
            losses.append(float(self.model.train_on_batch(inputs, train.labels[rows])))
        return float(np.mean(losses))


@cache
def shared_trainer(build: Callable[..., keras.Model], *sizes: int) -> Trainer:
    """Return the trainer of `build(*sizes)`, created once per process: only its first training costs the tracing."""
    return Trainer(build(*sizes))


def model_accuracy(model: keras.Model, data: LabelledData) -> float:
    """Return the accuracy of the model, in inference mode, on the data."""
    return prediction_accuracy(forward(model, data.inputs), data.labels)


def prediction_accuracy(scores: NDArray[Any], labels: NDArray[Any]) -> float:
    """Return the share of rows whose largest score (n, classes) is at their label, (n,)."""
    return float(np.mean(scores.argmax(axis=1) == labels))
