"""Fine-tuning the top of a network: from a trained head, BatchNorm held, rate and number of epochs measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from practicum.lab.backbone_split import SplitBackbone
from practicum.lab.determinism import make_deterministic
from practicum.lab.linear_probe import LinearProbe, softmax
from practicum.lab.networks import freeze_batch_norm
from practicum.lab.splits import Rows, Split, holdout
from practicum.statistics.scores import log_losses

RATES = (1e-4, 3e-4)
"""Learning rates of Adam that are tried. Lower ones hardly move in so few epochs, higher ones forget: docs/facts.md."""
MAX_EPOCHS = 12
WARMUP_EPOCHS = 1
"""For so many epochs the rate rises: Adam's first steps are its wildest."""
PATIENCE = 3
"""Epochs without a lower loss on the pictures kept back, after which it ends."""
VALIDATION_SHARE = 0.2
BATCH_SIZE = 20

LowerOutputs = Sequence[NDArray[np.float32]]
"""For each view of the pictures, what passes the cut, (n, m): the first is of the pictures themselves."""


@dataclass(frozen=True)
class FineTuningCurve:
    """One value an epoch: the loss as the mean of its steps; accuracies as shares of 1, loss on what was kept back."""

    loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    watched_loss: list[float] = field(default_factory=list)
    watched_accuracy: list[float] = field(default_factory=list)

    @property
    def best(self) -> int:
        """After how many epochs what was kept back had its lowest loss."""
        return int(np.argmin(self.watched_loss)) + 1


@dataclass(frozen=True)
class FineTuningRecipe:
    """What was measured to be best: Adam's rate at its highest, and the number of epochs."""

    rate: float
    epochs: int


@dataclass(frozen=True)
class FineTuningData:
    """What is learned from, and from where it begins."""

    seen: LowerOutputs
    labels: NDArray[np.int64]
    """(n,)."""
    groups: NDArray[np.int64]
    """(n,): rows of one group are never on both sides of a split."""
    classes: int
    start: Callable[[Rows], LinearProbe]
    """The head to begin from, learned from these rows alone."""
    seed: int


class FineTuner:
    """What lies above the cut, with a head, compiled once and begun anew for each training.

    It trains the very layers of `taken`: after :meth:`learn` the network stays as it was trained, until
    :meth:`restore`. `tell` is called after each epoch. Raises ValueError for a network that cannot be cut.
    """

    def __init__(self, taken: SplitBackbone, material: FineTuningData, tell: Callable[[], None] = lambda: None) -> None:
        if taken.upper is None:
            raise ValueError("this network cannot be cut in two, so its top cannot be tuned")
        make_deterministic()
        taken.base.trainable = True
        freeze_batch_norm(taken.base)
        self.moved = 0.0
        """The largest change of any weight above the cut in the last training; the head always moves."""
        self._given, self._tell = material, tell
        self._upper = taken.upper
        self._first = taken.upper.get_weights()
        self._head = layers.Dense(material.classes, name="head")
        self._model = keras.Model(taken.upper.inputs[0], self._head(taken.upper.outputs[0]))
        self._model.compile(
            keras.optimizers.Adam(),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
            jit_compile=False,
        )

    @property
    def head(self) -> LinearProbe:
        """The head as last trained."""
        return LinearProbe(*self._head.get_weights())

    def restore(self) -> None:
        """Give the network its first weights again."""
        self._upper.set_weights(self._first)

    def tested(self, split: Split, rates: Sequence[float] = RATES) -> NDArray[np.float64]:
        """Probabilities (tested, classes) by a network tuned on the split's training rows alone.

        The recipe is chosen within them too, and then followed on all of them. The network has its first weights
        afterwards, also where it was interrupted.
        """
        try:
            recipe, _ = self.measured(split.train, rates)
            self.learn(split.train, recipe)
            return self.probabilities(split.test)
        finally:
            self.restore()

    def measured(self, rows: Rows, rates: Sequence[float] = RATES) -> tuple[FineTuningRecipe, FineTuningCurve]:
        """The recipe that does best on a fifth of `rows`, kept back, and its curve.

        Where a class has too few different pictures to keep one back, the first rate and half the epochs are taken, and
        the curve is one of training alone.
        """
        try:
            part = holdout(self._given.labels[rows], self._given.groups[rows], VALIDATION_SHARE, self._given.seed)
        except ValueError:
            recipe = FineTuningRecipe(rates[0], MAX_EPOCHS // 2)
            return recipe, self.learn(rows, recipe)
        learned, watched = rows[part.train], rows[part.test]
        tried = [(rate, self.learn(learned, FineTuningRecipe(rate, MAX_EPOCHS), watched)) for rate in rates]
        rate, curve = min(tried, key=lambda one: min(one[1].watched_loss))
        return FineTuningRecipe(rate, curve.best), curve

    def learn(self, rows: Rows, recipe: FineTuningRecipe, watched: Rows | None = None) -> FineTuningCurve:
        """Train on `rows`, each epoch on one drawn view of each; with `watched` rows, until their loss stops sinking.

        Begins from the network's first weights and the head learned from the same rows. The rate rises for an epoch
        and then sinks to 0 along a cosine. Order and views are drawn from the seed.
        """
        self._begin(rows)
        before = [weight.numpy() for weight in self._upper.trainable_weights]
        rng = np.random.default_rng([self._given.seed, len(rows)])
        curve = FineTuningCurve()
        for epoch in range(recipe.epochs):
            self._epoch(curve, recipe, epoch, _batches(rng.permutation(rows)), rng)
            if watched is not None:
                made, labels = self.probabilities(watched), self._given.labels[watched]
                curve.watched_loss.append(float(log_losses(labels, made).mean()))
                curve.watched_accuracy.append(float((made.argmax(axis=1) == labels).mean()))
                if len(curve.loss) - curve.best >= PATIENCE:
                    break
        pairs = zip(self._upper.trainable_weights, before, strict=True)
        self.moved = max((float(np.abs(weight.numpy() - old).max()) for weight, old in pairs), default=0.0)
        return curve

    def probabilities(self, rows: Rows) -> NDArray[np.float64]:
        """Of the pictures themselves, the first view: (rows, classes)."""
        made = [self._model.predict_on_batch(self._given.seen[0][chosen]) for chosen in _batches(rows)]
        return np.asarray(softmax(np.concatenate(made)[: len(rows)].astype(np.float64)))

    def _begin(self, rows: Rows) -> None:
        self.restore()
        head = self._given.start(rows)
        self._head.set_weights([head.weight, head.bias])
        for memory in self._model.optimizer.variables:
            memory.assign(np.zeros(memory.shape, memory.dtype))

    def _epoch(
        self,
        curve: FineTuningCurve,
        recipe: FineTuningRecipe,
        epoch: int,
        batches: NDArray[np.int64],
        rng: np.random.Generator,
    ) -> None:
        self._model.reset_metrics()
        for step, chosen in enumerate(batches):
            self._model.optimizer.learning_rate = _rate(recipe, epoch + step / len(batches))
            views = rng.integers(0, len(self._given.seen), len(chosen))
            inputs = np.stack([self._given.seen[view][row] for row, view in zip(chosen, views, strict=True)])
            told = self._model.train_on_batch(inputs, self._given.labels[chosen], return_dict=True)
        curve.loss.append(float(told["loss"]))
        curve.train_accuracy.append(float(told["accuracy"]))
        self._tell()


def _batches(rows: Rows) -> NDArray[np.int64]:
    """The rows in batches of one size, (batches, BATCH), begun again from the first to fill up the last."""
    return np.resize(rows, (math.ceil(len(rows) / BATCH_SIZE), BATCH_SIZE))


def _rate(recipe: FineTuningRecipe, epoch: float) -> float:
    """Adam's rate at this moment, in epochs from the start."""
    warm = min(1.0, (epoch + 0.2) / WARMUP_EPOCHS)
    return recipe.rate * warm * 0.5 * (1 + math.cos(math.pi * epoch / recipe.epochs))
