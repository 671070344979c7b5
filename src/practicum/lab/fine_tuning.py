"""Fine-tune the top of a network from a trained head, with BatchNorm frozen and rate and epochs measured."""

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
from practicum.lab.errors import LabError
from practicum.lab.linear_probe import LinearProbe, softmax
from practicum.lab.networks import freeze_batch_norm
from practicum.lab.splits import Rows, Split, holdout
from practicum.statistics.scores import log_losses

RATES = (1e-4, 3e-4)
"""Adam's learning rates that are tried. Lower ones hardly move in so few epochs, higher ones forget: docs/facts.md."""
MAX_EPOCHS = 12
WARMUP_EPOCHS = 1
"""The learning rate rises during these epochs: Adam's first steps are its wildest."""
PATIENCE = 3
"""Training stops after this many epochs without a lower validation loss."""
VALIDATION_SHARE = 0.2
BATCH_SIZE = 20

LowerOutputs = Sequence[NDArray[np.float32]]
"""The outputs of the lower part, (n, m), for each version of the images; the first are those of the originals."""


@dataclass(frozen=True)
class FineTuningCurve:
    """One value per epoch: mean training loss and accuracy over its steps; validation loss and accuracy after it."""

    loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)

    @property
    def best_epoch(self) -> int:
        """The epoch, from 1, with the lowest validation loss."""
        return int(np.argmin(self.val_loss)) + 1


@dataclass(frozen=True)
class FineTuningRecipe:
    """The settings that were measured to be best: Adam's peak rate, and the number of epochs."""

    rate: float
    epochs: int


@dataclass(frozen=True)
class FineTuningData:
    """The training data, and the heads that training starts from."""

    lower_outputs: LowerOutputs
    labels: NDArray[np.int64]
    """(n,)."""
    groups: NDArray[np.int64]
    """(n,): rows of one group are never on both sides of a split."""
    classes: int
    train_head: Callable[[Rows], LinearProbe]
    """Returns the initial head, trained on these rows alone."""
    seed: int


class FineTuner:
    """The layers above the cut with a head, compiled once and reset for each training.

    It trains the layers of `backbone` themselves: after :meth:`train` the network keeps its new weights until
    :meth:`restore`. `on_epoch` is called after each epoch. Raises ValueError if the network cannot be cut.
    """

    def __init__(
        self, backbone: SplitBackbone, data: FineTuningData, on_epoch: Callable[[], None] = lambda: None
    ) -> None:
        if backbone.upper is None:
            raise ValueError("this network cannot be cut, so its top cannot be fine-tuned")
        make_deterministic()
        backbone.base.trainable = True
        freeze_batch_norm(backbone.base)
        self.weight_change = 0.0
        """The largest change of a weight above the cut in the last training, without the head, which always changes."""
        self._data, self._on_epoch = data, on_epoch
        self._upper = backbone.upper
        self._initial_weights = backbone.upper.get_weights()
        self._head = layers.Dense(data.classes, name="head")
        self._model = keras.Model(backbone.upper.inputs[0], self._head(backbone.upper.outputs[0]))
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
        """Reset the network to its initial weights."""
        self._upper.set_weights(self._initial_weights)

    def test_split(self, split: Split, rates: Sequence[float] = RATES) -> NDArray[np.float64]:
        """Return the probabilities of the test rows, (tested, classes), after fine-tuning on the training rows alone.

        The recipe is measured within the training rows too, and then applied to all of them. Afterwards, also after an
        exception, the network has its initial weights.
        """
        try:
            recipe, _ = self.measure_recipe(split.train, rates)
            self.train(split.train, recipe)
            return self.probabilities(split.test)
        finally:
            self.restore()

    def measure_recipe(self, rows: Rows, rates: Sequence[float] = RATES) -> tuple[FineTuningRecipe, FineTuningCurve]:
        """Return the recipe with the lowest loss on a fifth of `rows`, held out for validation, and its curve.

        If a class has too few different images for that, the recipe is the first rate and half of the epochs, and the
        curve has no validation values.
        """
        try:
            part = holdout(self._data.labels[rows], self._data.groups[rows], VALIDATION_SHARE, self._data.seed)
        except LabError:
            recipe = FineTuningRecipe(rates[0], MAX_EPOCHS // 2)
            return recipe, self.train(rows, recipe)
        train, validation = rows[part.train], rows[part.test]
        curves = [(rate, self.train(train, FineTuningRecipe(rate, MAX_EPOCHS), validation)) for rate in rates]
        rate, curve = min(curves, key=lambda pair: min(pair[1].val_loss))
        return FineTuningRecipe(rate, curve.best_epoch), curve

    def train(self, rows: Rows, recipe: FineTuningRecipe, validation: Rows | None = None) -> FineTuningCurve:
        """Train on `rows`, each epoch on one random version of each image.

        Training starts from the network's initial weights and a head trained on the same rows. The rate rises for one
        epoch, and then falls to 0 along a cosine. The seed determines the order and the versions. With `validation`
        rows, training stops early when their loss no longer falls.
        """
        self._reset(rows)
        before = [weight.numpy() for weight in self._upper.trainable_weights]
        rng = np.random.default_rng([self._data.seed, len(rows)])
        curve = FineTuningCurve()
        for epoch in range(recipe.epochs):
            self._train_epoch(curve, recipe, epoch, _batches(rng.permutation(rows)), rng)
            if validation is not None:
                probabilities, labels = self.probabilities(validation), self._data.labels[validation]
                curve.val_loss.append(float(log_losses(labels, probabilities).mean()))
                curve.val_accuracy.append(float((probabilities.argmax(axis=1) == labels).mean()))
                if len(curve.loss) - curve.best_epoch >= PATIENCE:
                    break
        pairs = zip(self._upper.trainable_weights, before, strict=True)
        self.weight_change = max((float(np.abs(weight.numpy() - old).max()) for weight, old in pairs), default=0.0)
        return curve

    def probabilities(self, rows: Rows) -> NDArray[np.float64]:
        """Return the probabilities of the original images, (rows, classes)."""
        logits = [self._model.predict_on_batch(self._data.lower_outputs[0][batch]) for batch in _batches(rows)]
        return np.asarray(softmax(np.concatenate(logits)[: len(rows)].astype(np.float64)))

    def _reset(self, rows: Rows) -> None:
        self.restore()
        head = self._data.train_head(rows)
        self._head.set_weights([head.weight, head.bias])
        for variable in self._model.optimizer.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))

    def _train_epoch(
        self,
        curve: FineTuningCurve,
        recipe: FineTuningRecipe,
        epoch: int,
        batches: NDArray[np.int64],
        rng: np.random.Generator,
    ) -> None:
        self._model.reset_metrics()
        for step, batch in enumerate(batches):
            self._model.optimizer.learning_rate = _rate(recipe, epoch + step / len(batches))
            versions = rng.integers(0, len(self._data.lower_outputs), len(batch))
            pairs = zip(batch, versions, strict=True)
            inputs = np.stack([self._data.lower_outputs[version][row] for row, version in pairs])
            metrics = self._model.train_on_batch(inputs, self._data.labels[batch], return_dict=True)
        curve.loss.append(float(metrics["loss"]))
        curve.train_accuracy.append(float(metrics["accuracy"]))
        self._on_epoch()


def _batches(rows: Rows) -> NDArray[np.int64]:
    """The rows in batches of one size, (batches, BATCH_SIZE); the last one is filled up from the first rows."""
    return np.resize(rows, (math.ceil(len(rows) / BATCH_SIZE), BATCH_SIZE))


def _rate(recipe: FineTuningRecipe, epoch: float) -> float:
    """Adam's rate at this point, in epochs from the start."""
    warmup = min(1.0, (epoch + 0.2) / WARMUP_EPOCHS)
    return recipe.rate * warmup * 0.5 * (1 + math.cos(math.pi * epoch / recipe.epochs))
