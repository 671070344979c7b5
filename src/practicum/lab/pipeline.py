"""Fit the best classifier that the images and the time allow: try strategies, select one, train, test and diagnose."""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray
from PIL import Image

from practicum.formatting import duration, file_size
from practicum.lab import fine_tuning, remedies, strategies
from practicum.lab.backbone_split import SplitBackbone, split_backbone
from practicum.lab.cache import CheckpointStore, DiskCache
from practicum.lab.dataset_reader import LoadedDataset
from practicum.lab.determinism import PARALLEL_OPERATIONS
from practicum.lab.diagnosis import FitMeasurements, diagnose, next_step
from practicum.lab.features import forward
from practicum.lab.fit_record import Candidate, FitRecord, TrainingCurves
from practicum.lab.image_set import Remark
from practicum.lab.linear_probe import STRENGTHS, LinearProbe
from practicum.lab.model_selection import StrategySelection, select_strategy
from practicum.lab.near_duplicates import find_near_duplicates
from practicum.lab.prepared_set import PreparedSet, prepare_set
from practicum.lab.pretrained_models import Backbone, pixel_range
from practicum.lab.progress import StepProgress
from practicum.lab.strategies import StrategyResult, TrainedStrategy
from practicum.lab.training import prediction_accuracy
from practicum.statistics.intervals import wilson_interval
from practicum.statistics.scores import most_typical_repeat, score_predictions

THUMBNAIL_SIDE = 96
TIMED_IMAGES = 40
"""Images from whose forward pass that of all images is extrapolated."""
TYPICAL_EPOCHS = 6
"""Typical number of epochs until fine-tuning stops: a first estimate of its time."""
EPOCH_PER_FORWARD_PASS = 1.3
"""Time of an epoch of fine-tuning per forward pass of all images: a first estimate, corrected by the first fold."""
MAX_BYTES = 2 * 10**9
"""Limit on the memory for the outputs of the lower part, for all versions of all images."""
TRACING_SECONDS = 8.0
"""Time that TensorFlow takes to trace the graph for training."""


@dataclass(frozen=True)
class FitRequest:
    """What to fit. `minutes` limit what is tried beyond the probes, which are always tested."""

    title: str
    source: str
    minutes: float
    seed: int = 0
    groups: NDArray[np.int64] | None = None
    """(n,): images of one group are never on both sides of a split."""
    started: float = field(default_factory=time.monotonic)
    """`time.monotonic()` at the start; reading the images counts."""

    def remaining_seconds(self) -> float:
        """Return the time left."""
        return 60 * self.minutes - (time.monotonic() - self.started)


@dataclass(frozen=True)
class FittedModel:
    """The record of a fit, without its exports, and the model: pixels (n, side, side, 3) to probabilities."""

    record: FitRecord
    model: keras.Model


@dataclass(frozen=True)
class _TestedStrategies:
    """The strategies that were tested, and the probabilities (repeats, n, classes) by the best setting of each."""

    results: Sequence[StrategyResult]
    selection: StrategySelection
    best: Sequence[NDArray[np.float64]]

    @property
    def selected(self) -> StrategyResult:
        return self.results[self.selection.strategy]

    @property
    def setting(self) -> int:
        """The best setting of the selected strategy."""
        return self.selection.settings[self.selection.strategy]


def fit(
    dataset: LoadedDataset,
    network: Backbone,
    request: FitRequest,
    *,
    cache: DiskCache,
    checkpoints: CheckpointStore,
    on_progress: StepProgress,
) -> FittedModel:
    """Try strategies while time allows, select one, and train it on all images.

    Finished steps are stored in `cache` and `checkpoints`: the same call resumes from there. The same images, network,
    seed and strategies give the same model bit for bit; `minutes` determines which strategies are tried.

    Raises:
        LabError: `too-few-images`: a class has fewer than two different images. `side-too-small` or `wrong-side`: the
            network cannot take images of this side. `disk-full`.
    """
    prepared = _prepare(dataset, network, request, cache, on_progress)
    results, untried = _test_strategies(prepared, checkpoints, request)
    selection = select_strategy(
        prepared.labels, [result.probabilities for result in results], groups=prepared.groups, seed=request.seed
    )
    best = [result.probabilities[setting] for result, setting in zip(results, selection.settings, strict=True)]
    tested = _TestedStrategies(results, selection, best)
    on_progress("training on all images", 0, 1)
    trained = _train_selected(prepared, checkpoints, tested)
    model = _classifier(prepared.backbone, trained)
    on_progress("diagnosing problems and remedies", 0, 1)
    measurements = _measure(prepared, dataset, network, request, tested, trained, model)
    record = FitRecord(
        title=request.title,
        source=request.source,
        date=datetime.now(UTC).date().isoformat(),
        seed=request.seed,
        classes=prepared.images.classes,
        counts=prepared.images.counts,
        names=prepared.images.names,
        thumbs=_thumbnails(prepared.images.pixels),
        labels=prepared.labels,
        probabilities=measurements.probabilities,
        backbone=network.description,
        side=prepared.images.side,
        candidates=_candidates(prepared, tested),
        scores=score_predictions(
            prepared.labels,
            tested.selected.probabilities[tested.setting],
            groups=prepared.groups,
            optimism=selection.optimism,
            seed=request.seed,
        ),
        curve=measurements.learning_curve,
        training=_training_epochs(trained),
        findings=diagnose(measurements),
        remarks=dataset.remarks,
        left_out=dataset.left_out,
        untried=untried,
        next_step=next_step(measurements),
        exports=(),
        versions=_versions(),
        seconds=time.monotonic() - request.started,
    )
    return FittedModel(record, model)


def _prepare(
    dataset: LoadedDataset, network: Backbone, request: FitRequest, cache: DiskCache, on_progress: StepProgress
) -> PreparedSet:
    on_progress("looking for near duplicates", 0, 1)
    with ThreadPoolExecutor(1) as executor:
        # Building and tracing a network keeps one core busy; the search for duplicates runs on another one.
        search = executor.submit(find_near_duplicates, dataset.images.pixels)
        backbone = split_backbone(network.build(dataset.images.side))
        forward(backbone.multi_level, dataset.images.pixels[:1])
        duplicates = search.result()
    return prepare_set(
        dataset.images,
        backbone,
        duplicates,
        groups=request.groups,
        seed=request.seed,
        cache=cache,
        on_progress=on_progress,
    )


# --- testing strategies -----------------------------------------------------------------------------------------------


def _test_strategies(
    prepared: PreparedSet, checkpoints: CheckpointStore, request: FitRequest
) -> tuple[list[StrategyResult], tuple[Remark, ...]]:
    """Test the strategies for which there is time, the most trusted first, and remark on the others."""
    probes = (strategies.probe_several_levels(prepared), strategies.probe_final_features(prepared))
    tested = [result for result in probes if result is not None]
    forward_seconds = _forward_pass_seconds(prepared) if request.minutes else 0.0
    augmented_seconds = (strategies.VERSIONS - 1) * 1.3 * forward_seconds + strategies.VERSIONS * tested[0].seconds
    untried = []
    if augmented_seconds <= request.remaining_seconds():
        tested.append(strategies.probe_augmented_images(prepared))
    else:
        untried.append(_no_time("Probe on augmented images", augmented_seconds, request))
    tuned = _test_fine_tuning(prepared, checkpoints, request, forward_seconds)
    if isinstance(tuned, Remark):
        untried.append(tuned)
    else:
        tested.append(tuned)
    return tested, tuple(untried)


def _test_fine_tuning(
    prepared: PreparedSet, checkpoints: CheckpointStore, request: FitRequest, forward_seconds: float
) -> StrategyResult | Remark:
    """Test fine-tuning, at as many rates as there seems to be time for, or remark on why not."""
    name, lower = "Fine-tuning the top", prepared.backbone.lower
    size = len(prepared.labels) * strategies.VERSIONS * lower.output_shape[-1] * 4 if lower is not None else 0
    if size > MAX_BYTES:
        reason = f"since the outputs at its cut would take {file_size(size)} of memory; use fewer images"
        return Remark(name, reason, "too-much-memory")
    for rates in (fine_tuning.RATES, fine_tuning.RATES[:1]):
        seconds = _fine_tuning_seconds(prepared, forward_seconds, rates)
        if seconds <= request.remaining_seconds():
            try:
                result = strategies.fine_tune_top(prepared, checkpoints, rates, remaining=request.remaining_seconds)
            except strategies.NotEnoughTime as error:
                return _no_time(name, error.seconds, request)
            return result or Remark(name, "since this network cannot be cut in two", "no-cut")
    return _no_time(name, seconds, request)


def _forward_pass_seconds(prepared: PreparedSet) -> float:
    """The time of a forward pass of all images, extrapolated from some of them."""
    sample = prepared.images.pixels[:TIMED_IMAGES]
    started = time.perf_counter()
    forward(prepared.backbone.multi_level, sample)
    return (time.perf_counter() - started) * len(prepared.labels) / len(sample)


def _fine_tuning_seconds(prepared: PreparedSet, forward_seconds: float, rates: Sequence[float]) -> float:
    """Estimated time: one training per rate and a final one, for each fold and for all images."""
    trainings = (len(prepared.cross_validations[0]) + 1) * (len(rates) + 1)
    training_seconds = TYPICAL_EPOCHS * EPOCH_PER_FORWARD_PASS * forward_seconds
    return TRACING_SECONDS + strategies.VERSIONS * forward_seconds + trainings * training_seconds


def _no_time(name: str, seconds: float, request: FitRequest) -> Remark:
    if not request.minutes:
        return Remark(name, "since no time beyond the probes was given", "no-time")
    needed = f"it would take about {duration(seconds)}, and {request.minutes:g} min were given"
    return Remark(name, f"for lack of time: {needed}", "no-time")


def _train_selected(prepared: PreparedSet, checkpoints: CheckpointStore, tested: _TestedStrategies) -> TrainedStrategy:
    """Train on all images, or load the stored result. Afterwards the network has the trained weights."""
    key = f"{prepared.key}-{tested.selected.key}-{tested.setting}"
    stored = checkpoints.get_or_compute(key, lambda: _to_step(tested.selected.train(tested.setting)))
    trained = _from_step(stored)
    if trained.tuned and prepared.backbone.upper is not None:
        prepared.backbone.upper.set_weights(list(trained.tuned))
    return trained


def _to_step(trained: TrainedStrategy) -> dict[str, Any]:
    """The trained strategy in the format that is stored on disk; its names stay the same across versions."""
    step: dict[str, Any] = {
        "weight": trained.head.weight,
        "bias": trained.head.bias,
        "own": trained.final_only,
        "moved": trained.weight_change,
        "tuned": list(trained.tuned),
    }
    if trained.curve is not None and trained.recipe is not None:
        step["curve"] = {
            "loss": trained.curve.loss,
            "train_accuracy": trained.curve.train_accuracy,
            "watched_loss": trained.curve.val_loss,
            "watched_accuracy": trained.curve.val_accuracy,
        }
        step["recipe"] = {"rate": trained.recipe.rate, "epochs": trained.recipe.epochs}
    return step


def _from_step(step: dict[str, Any]) -> TrainedStrategy:
    curve = recipe = None
    if "curve" in step and "recipe" in step:
        stored = step["curve"]
        curve = fine_tuning.FineTuningCurve(
            stored["loss"], stored["train_accuracy"], stored["watched_loss"], stored["watched_accuracy"]
        )
        recipe = fine_tuning.FineTuningRecipe(**step["recipe"])
    head = LinearProbe(step["weight"], step["bias"])
    return TrainedStrategy(head, step["own"], tuple(step["tuned"]), curve, recipe, step["moved"])


def _classifier(backbone: SplitBackbone, trained: TrainedStrategy) -> keras.Model:
    """The model from pixels to probabilities, made of layers that any Keras can load."""
    base = backbone.base if trained.final_only else backbone.multi_level
    head = layers.Dense(len(trained.head.bias), activation="softmax", name="classes")
    model = keras.Model(base.inputs[0], head(base.outputs[0]), name="classifier")
    head.set_weights([trained.head.weight, trained.head.bias])
    return model


# --- measuring --------------------------------------------------------------------------------------------------------


def _measure(
    prepared: PreparedSet,
    dataset: LoadedDataset,
    network: Backbone,
    request: FitRequest,
    tested: _TestedStrategies,
    trained: TrainedStrategy,
    model: keras.Model,
) -> FitMeasurements:
    """Measure what the diagnosis needs."""
    results, best, selection = tested.results, tested.best, tested.selection
    selected = best[selection.strategy]
    # Repeated measurements use the selected probe, or the one that the selected strategy started from.
    probe = selection.strategy if results[selection.strategy].name == strategies.BASELINE else 0
    probes = prepared.final_probes if results[probe].name == strategies.BASELINE else prepared.probes
    strength = STRENGTHS[selection.settings[probe]]
    suspects = remedies.find_doubtful_labels(prepared, probes)
    gains = remedies.measure_remedies(prepared, probes, strength, best[probe], suspects)
    for result, probabilities in list(zip(results, best, strict=True))[1:]:
        if result.name != strategies.BASELINE:
            gain = remedies.accuracy_gain(prepared, probabilities, best[probe])
            gains[result.name.lower()] = gain.difference
    preprocessing, expected_range = network.preprocessing, None
    if preprocessing is not None and request.remaining_seconds() > 0:
        better = remedies.better_preprocessing(prepared, network, strength)
        if better is not None:
            expected_range, gains["right preprocessing"] = pixel_range(better[0]), better[1]
    return FitMeasurements(
        labels=prepared.labels,
        probabilities=selected[most_typical_repeat(prepared.labels, selected)],
        classes=prepared.images.classes,
        duplicates=prepared.duplicates,
        suspects=suspects,
        train_accuracy=prediction_accuracy(_training_predictions(prepared, trained, model), prepared.labels),
        smallest_side=int(dataset.sizes.min()),
        side=prepared.images.side,
        pixel_range=pixel_range(preprocessing) if preprocessing is not None and expected_range else None,
        expected_range=expected_range,
        weight_change=trained.weight_change,
        learning_curve=remedies.measure_learning_curve(prepared, probes, strength),
        remedy_gains=gains,
    )


def _training_predictions(prepared: PreparedSet, trained: TrainedStrategy, model: keras.Model) -> NDArray[Any]:
    """The model's output for its training images, (n, classes); from cached features if possible."""
    if trained.tuned:
        return forward(model, prepared.images.pixels)
    return trained.head.probabilities(prepared.final_features if trained.final_only else prepared.features)


def _candidates(prepared: PreparedSet, tested: _TestedStrategies) -> tuple[Candidate, ...]:
    candidates = []
    for number, (result, probabilities) in enumerate(zip(tested.results, tested.best, strict=True)):
        correct = float((probabilities.argmax(axis=-1) == prepared.labels).sum(axis=-1).mean())
        accuracy = wilson_interval(correct, len(prepared.labels))
        selected = number == tested.selection.strategy
        better = None
        if not selected:
            best = tested.best[tested.selection.strategy]
            better = remedies.accuracy_gain(prepared, best, probabilities).probability
        candidates.append(Candidate(result.name, result.description, accuracy, result.seconds, selected, better))
    return tuple(candidates)


def _training_epochs(trained: TrainedStrategy) -> tuple[TrainingCurves, ...]:
    curve, recipe = trained.curve, trained.recipe
    if curve is None or recipe is None or not curve.val_accuracy:
        return ()
    name = f"Fine-tuning at {recipe.rate:g}, a fifth of the images for validation; best epoch: {recipe.epochs}"
    return (TrainingCurves(name, tuple(curve.loss), tuple(curve.train_accuracy), tuple(curve.val_accuracy)),)


def _thumbnails(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    def thumbnail(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.asarray(Image.fromarray(image).resize((THUMBNAIL_SIDE, THUMBNAIL_SIDE), reducing_gap=2.0))

    with ThreadPoolExecutor(PARALLEL_OPERATIONS) as threads:
        return np.stack(list(threads.map(thumbnail, pixels)))


def _versions() -> dict[str, str]:
    names = {"practicum": "practicum", "TensorFlow": "tensorflow", "Keras": "keras", "NumPy": "numpy"}
    return {"Python": platform.python_version(), **{name: metadata.version(package) for name, package in names.items()}}
