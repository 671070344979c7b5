"""The training strategies that a fit tries: linear probes, probes on augmented images, and fine-tuning the top."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from practicum.formatting import duration
from practicum.lab import fine_tuning
from practicum.lab.cache import CheckpointStore
from practicum.lab.linear_probe import STRENGTHS, LinearProbe, ProbeTrainer
from practicum.lab.prepared_set import PreparedSet
from practicum.lab.splits import Split

BASELINE = "Linear probe"
VERSIONS = 4
"""Training images per original: itself, its mirror image, and random augmentations."""
START_STRENGTH = 10.0
"""The strength of the probe that fine-tuning starts from."""


@dataclass(frozen=True)
class TrainedStrategy:
    """A strategy trained on all images: the head, and new weights if the network was fine-tuned."""

    head: LinearProbe
    final_only: bool
    """Whether the head takes the final features alone."""
    tuned: tuple[NDArray[Any], ...] = ()
    """Weights of the part above the cut."""
    curve: fine_tuning.FineTuningCurve | None = None
    recipe: fine_tuning.FineTuningRecipe | None = None
    weight_change: float | None = None
    """The largest change of a trainable weight."""


@dataclass(frozen=True)
class StrategyResult:
    """A strategy, its out-of-fold predictions, and the function that trains it on all images."""

    name: str
    description: str
    """What it does, as a noun phrase."""
    key: str
    """Identifies the strategy in the keys of stored steps."""
    probabilities: NDArray[np.float64]
    """(settings, repeats, n, classes)."""
    seconds: float
    train: Callable[[int], TrainedStrategy]
    """Trains on all images with a setting."""


def probe_several_levels(prepared: PreparedSet) -> StrategyResult | None:
    """Test probes on the features of all levels, the most trusted strategy. None if the network has one level only."""
    if prepared.backbone.multi_level is prepared.backbone.base:
        return None
    probes, started = prepared.probes, time.perf_counter()
    description = "logistic regression on features of several levels of the network"
    return _test_probes("Probe on several levels", description, prepared, probes, started)


def probe_final_features(prepared: PreparedSet) -> StrategyResult:
    """Test probes on the final features, the baseline."""
    probes, started = prepared.final_probes, time.perf_counter()
    description = "logistic regression on the network's final features"
    final_only = prepared.backbone.multi_level is not prepared.backbone.base
    return _test_probes(BASELINE, description, prepared, probes, started, final_only=final_only)


def probe_augmented_images(prepared: PreparedSet) -> StrategyResult:
    """Test probes trained on augmented images, whose features are computed once."""
    step = "extracting features of augmented images"
    started, model = time.perf_counter(), prepared.backbone.multi_level
    augmented = [
        prepared.compute_features(model, number, f"{step}, {number} of {VERSIONS - 1}") for number in range(1, VERSIONS)
    ]
    probes = ProbeTrainer(np.stack([prepared.features, *augmented]), prepared.labels, prepared.classes)
    description = (
        f"the same, trained on {VERSIONS} versions of each image: original, mirrored, and randomly cropped and lit"
    )
    return _test_probes("Probe on augmented images", description, prepared, probes, started)


class NotEnoughTime(Exception):
    """Extrapolated from the first fold, the strategy would take too long: `seconds` in all."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"it would take {duration(seconds)}")
        self.seconds = seconds


def fine_tune_top(
    prepared: PreparedSet,
    checkpoints: CheckpointStore,
    rates: Sequence[float] = fine_tuning.RATES,
    *,
    remaining: Callable[[], float] = lambda: math.inf,
) -> StrategyResult | None:
    """Test fine-tuning of the layers above the cut, on the first repeat of the cross-validation.

    Folds in `checkpoints` are not trained again. Returns None if the network cannot be cut.

    Raises:
        NotEnoughTime: After the first fold: the other folds and the training on all images would take longer than the
            `remaining()` seconds.
    """
    if prepared.backbone.lower is None:
        return None
    started = time.perf_counter()
    tuner, splits = _lazy_tuner(prepared, len(rates)), prepared.cross_validations[0]
    probabilities = np.zeros((1, 1, len(prepared.labels), prepared.classes))
    for number, split in enumerate(splits):
        key = f"{prepared.key}-tuned-{list(rates)}-fold-{number}"
        fold = checkpoints.get_or_compute(key, partial(_test_fold, tuner, split, rates))
        probabilities[0, 0, split.test] = fold["made"]
        if number == 0 and len(splits) * fold["seconds"] > remaining():
            raise NotEnoughTime((len(splits) + 1) * fold["seconds"])

    def train(_setting: int) -> TrainedStrategy:
        all_rows = np.arange(len(prepared.labels))
        recipe, curve = tuner().measure_recipe(all_rows, rates)
        tuner().train(all_rows, recipe)
        weights = tuple(prepared.backbone.upper.get_weights()) if prepared.backbone.upper else ()
        return TrainedStrategy(tuner().head, False, weights, curve, recipe, tuner().weight_change)

    description = (
        "the layers above a cut trained further from the probe, BatchNorm frozen, rate and number of epochs measured"
    )
    seconds = time.perf_counter() - started
    return StrategyResult("Fine-tuning the top", description, f"tuned-{list(rates)}", probabilities, seconds, train)


def _test_fold(tuner: Callable[[], fine_tuning.FineTuner], split: Split, rates: Sequence[float]) -> dict[str, Any]:
    """The fold's result in the format that is stored on disk; its names stay the same across versions."""
    fine_tuner = tuner()
    started = time.perf_counter()
    return {"made": fine_tuner.test_split(split, rates), "seconds": time.perf_counter() - started}


def _test_probes(
    name: str,
    description: str,
    prepared: PreparedSet,
    probes: ProbeTrainer,
    started: float,
    *,
    final_only: bool = False,
) -> StrategyResult:
    prepared.on_progress("testing strategies", 0, 1)
    probabilities = probes.out_of_fold(prepared.splits)
    seconds = time.perf_counter() - started

    def train(setting: int) -> TrainedStrategy:
        return TrainedStrategy(probes.fit(STRENGTHS[setting]), final_only)

    return StrategyResult(name, description, name, probabilities, seconds, train)


def _lazy_tuner(prepared: PreparedSet, rates: int) -> Callable[[], fine_tuning.FineTuner]:
    """The fine-tuner, created on first use: after an interruption nothing may be left to train."""
    epochs = 0
    max_epochs = len(prepared.cross_validations[0]) * (rates + 1) * fine_tuning.MAX_EPOCHS

    def on_epoch() -> None:
        nonlocal epochs
        epochs += 1
        prepared.on_progress("fine-tuning the top", min(epochs, max_epochs), max_epochs)

    @cache
    def create() -> fine_tuning.FineTuner:
        lower, step = prepared.backbone.lower, "extracting features up to the cut"
        assert lower is not None
        outputs = [prepared.compute_features(lower, number, step, keep=False) for number in range(VERSIONS)]
        start = partial(prepared.probes.fit, START_STRENGTH)
        data = fine_tuning.FineTuningData(
            outputs, prepared.labels, prepared.groups, prepared.classes, start, prepared.seed
        )
        return fine_tuning.FineTuner(prepared.backbone, data, on_epoch)

    return create
