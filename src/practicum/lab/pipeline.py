"""One fit, from pictures in folders to the best model that can honestly be had: tried, measured, chosen, explained."""

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
from practicum.lab.prepared_set import PreparedSet, StepProgress, prepare_set
from practicum.lab.pretrained_models import Backbone, pixel_range
from practicum.lab.strategies import StrategyResult, TrainedStrategy
from practicum.lab.training import prediction_accuracy
from practicum.statistics.intervals import wilson_interval
from practicum.statistics.scores import most_typical_repeat, score_predictions

THUMBNAIL_SIDE = 96
TIMED_IMAGES = 40
"""Pictures by which the time of looking at all is estimated."""
TYPICAL_EPOCHS = 6
"""So many epochs of fine-tuning usually pass before it ends by itself: what its time is guessed by, at first."""
EPOCH_PER_FORWARD_PASS = 1.3
"""Time of an epoch of fine-tuning to a look at each picture: a first guess, which the first fold then corrects."""
MAX_BYTES = 2 * 10**9
"""What passes a network's cut is held in memory for all views of all pictures: not more than this."""
TRACING_SECONDS = 8.0
"""Seconds it takes to make the graph that is trained."""


@dataclass(frozen=True)
class FitRequest:
    """What was asked for. `minutes` bound what is tried beyond the probes, which are always made."""

    title: str
    source: str
    minutes: float
    seed: int = 0
    groups: NDArray[np.int64] | None = None
    """(n,): pictures of one group are never learned from and tested on in one split."""
    started: float = field(default_factory=time.monotonic)
    """`time.monotonic()` when the work began; reading counts."""

    def left(self) -> float:
        """Seconds."""
        return 60 * self.minutes - (time.monotonic() - self.started)


@dataclass(frozen=True)
class FittedModel:
    """What is known, without exports yet, and the model: pixels (n, side, side, 3) of 0 to 255 to probabilities."""

    record: FitRecord
    model: keras.Model


def fit(
    reading: LoadedDataset,
    network: Backbone,
    request: FitRequest,
    *,
    cache: DiskCache,
    steps: CheckpointStore,
    tell: StepProgress,
) -> FittedModel:
    """Try ways of learning as long as time allows, choose one, and learn from all pictures in that way.

    What is finished is kept in `cache` and `steps`: the same call goes on from there. The same pictures, network, seed
    and ways give the same model to the bit; `minutes` decides which ways are tried.

    Raises TooFew where a class has fewer than two different pictures, and ValueError for a side that the network cannot
    take.
    """
    tell("looking for the same pictures", 0, 1)
    with ThreadPoolExecutor(1) as aside:
        # Building and tracing a network keeps one core busy: the other looks for twins meanwhile.
        alike = aside.submit(find_near_duplicates, reading.images.pixels)
        taken = split_backbone(network.build(reading.images.side))
        forward(taken.whole, reading.images.pixels[:1])
        found = alike.result()
    ready = prepare_set(reading.images, taken, found, groups=request.groups, seed=request.seed, cache=cache, tell=tell)
    tried, untried = _tried(ready, steps, request)
    choice = select_strategy(ready.labels, [one.probabilities for one in tried], groups=ready.groups, seed=request.seed)
    chosen, setting = tried[choice.way], choice.settings[choice.way]
    tell("learning from all pictures", 0, 1)
    learned = _learned(ready, steps, chosen, setting)
    model = _classifier(ready.network, learned)
    tell("finding what is wrong, and what would help", 0, 1)
    best = [one.probabilities[number] for one, number in zip(tried, choice.settings, strict=True)]
    known = _known(ready, reading, network, request, tried, choice, best, learned, model)
    record = FitRecord(
        title=request.title,
        source=request.source,
        made=datetime.now(UTC).date().isoformat(),
        seed=request.seed,
        classes=ready.images.classes,
        counts=ready.images.counts,
        names=ready.images.names,
        thumbs=_thumbs(ready.images.pixels),
        labels=ready.labels,
        probabilities=known.probabilities,
        backbone=network.what,
        side=ready.images.side,
        candidates=_candidates(ready, tried, choice.way, best),
        scores=score_predictions(
            ready.labels,
            chosen.probabilities[setting],
            groups=ready.groups,
            optimism=choice.optimism,
            seed=request.seed,
        ),
        curve=known.curve,
        training=_training(learned),
        findings=diagnose(known),
        remarks=reading.remarks,
        left_out=reading.left_out,
        untried=untried,
        next_step=next_step(known),
        exports=(),
        versions=_versions(),
        seconds=time.monotonic() - request.started,
    )
    return FittedModel(record, model)


# --- trying -----------------------------------------------------------------------------------------------------------


def _tried(
    ready: PreparedSet, steps: CheckpointStore, request: FitRequest
) -> tuple[list[StrategyResult], tuple[Remark, ...]]:
    """The ways for which there was time, most trusted first, and those for which there was none."""
    tried = [
        way
        for way in (strategies.probe_several_levels(ready), strategies.probe_last_features(ready))
        if way is not None
    ]
    look = _look(ready) if request.minutes else 0.0
    drawing = (strategies.VERSIONS - 1) * 1.3 * look + strategies.VERSIONS * tried[0].seconds
    untried = []
    if drawing <= request.left():
        tried.append(strategies.probe_augmented_images(ready))
    else:
        untried.append(_no_time("Probe on drawn views", duration(drawing), request))
    tuned = _tuned(ready, steps, request, look)
    if isinstance(tuned, Remark):
        untried.append(tuned)
    else:
        tried.append(tuned)
    return tried, tuple(untried)


def _tuned(ready: PreparedSet, steps: CheckpointStore, request: FitRequest, look: float) -> StrategyResult | Remark:
    """Fine-tuning, at as many rates as there seems to be time for; or why it was not tried."""
    name = "Fine-tuning the top"
    lower = ready.network.lower
    size = len(ready.labels) * strategies.VERSIONS * lower.output_shape[-1] * 4 if lower is not None else 0
    if size > MAX_BYTES:
        return Remark(
            name, f"since what passes its cut would take {file_size(size)} of memory; fewer pictures would fit"
        )
    for rates in (fine_tuning.RATES, fine_tuning.RATES[:1]):
        needed = _tuning_takes(ready, look, rates)
        if needed <= request.left():
            try:
                found = strategies.fine_tune_top(ready, steps, rates, left=request.left)
            except strategies.NotEnoughTime as reason:
                return _no_time(name, str(reason), request)
            return found or Remark(name, "since this network's layers cannot be told apart")
    return _no_time(name, duration(needed), request)


def _look(ready: PreparedSet) -> float:
    """Seconds that looking at all pictures once takes, from looking at some of them."""
    some = ready.images.pixels[:TIMED_IMAGES]
    began = time.perf_counter()
    forward(ready.network.whole, some)
    return (time.perf_counter() - began) * len(ready.labels) / len(some)


def _tuning_takes(ready: PreparedSet, look: float, rates: Sequence[float]) -> float:
    """Seconds, about: a training for each rate and one more, in each fold and once more with all pictures."""
    trainings = (len(ready.validations[0]) + 1) * (len(rates) + 1)
    return TRACING_SECONDS + strategies.VERSIONS * look + trainings * TYPICAL_EPOCHS * EPOCH_PER_FORWARD_PASS * look


def _no_time(name: str, takes: str, request: FitRequest) -> Remark:
    if not request.minutes:
        return Remark(name, "since no time beyond the probes was given")
    return Remark(name, f"for want of time: it would take about {takes}, and {request.minutes:g} min were given")


def _learned(ready: PreparedSet, steps: CheckpointStore, chosen: StrategyResult, setting: int) -> TrainedStrategy:
    """From all pictures; what took long is kept. The network has the weights that were learned, then."""
    learned = _unpacked(steps.done(f"{ready.key}-{chosen.key}-{setting}", lambda: _packed(chosen.learn(setting))))
    if learned.tuned and ready.network.upper is not None:
        ready.network.upper.set_weights(list(learned.tuned))
    return learned


def _packed(learned: TrainedStrategy) -> dict[str, Any]:
    told: dict[str, Any] = {"weight": learned.head.weight, "bias": learned.head.bias, "own": learned.own_only}
    told |= {"moved": learned.moved, "tuned": list(learned.tuned)}
    if learned.curve is not None and learned.recipe is not None:
        told |= {"curve": dict(vars(learned.curve)), "recipe": dict(vars(learned.recipe))}
    return told


def _unpacked(told: dict[str, Any]) -> TrainedStrategy:
    curve = fine_tuning.FineTuningCurve(**told["curve"]) if "curve" in told else None
    recipe = fine_tuning.FineTuningRecipe(**told["recipe"]) if "recipe" in told else None
    head = LinearProbe(told["weight"], told["bias"])
    return TrainedStrategy(head, told["own"], tuple(told["tuned"]), curve, recipe, told["moved"])


def _classifier(network: SplitBackbone, learned: TrainedStrategy) -> keras.Model:
    """Pixels to probabilities, in layers that any Keras can load."""
    base = network.base if learned.own_only else network.whole
    head = layers.Dense(len(learned.head.bias), activation="softmax", name="classes")
    model = keras.Model(base.inputs[0], head(base.outputs[0]), name="classifier")
    head.set_weights([learned.head.weight, learned.head.bias])
    return model


# --- telling ----------------------------------------------------------------------------------------------------------


def _known(
    ready: PreparedSet,
    reading: LoadedDataset,
    network: Backbone,
    request: FitRequest,
    tried: Sequence[StrategyResult],
    choice: StrategySelection,
    best: Sequence[NDArray[np.float64]],
    learned: TrainedStrategy,
    model: keras.Model,
) -> FitMeasurements:
    """What findings rest on; `best` is what each way's best setting made of the pictures, (repeats, n, classes)."""
    taken = best[choice.way]
    # What is tried again and again rests on the probe that was chosen, or that the chosen way began from.
    plain = choice.way if tried[choice.way].name == strategies.BASELINE else 0
    own = tried[plain].name == strategies.BASELINE
    probing = ready.own_probing if own else ready.probing
    strength = STRENGTHS[choice.settings[plain]]
    noisy = remedies.find_doubtful_labels(ready, probing)
    helped = remedies.measure_remedies(ready, probing, strength, best[plain], noisy)
    for one, made_by_it in list(zip(tried, best, strict=True))[1:]:
        if one.name != strategies.BASELINE:
            helped[one.name.lower()] = remedies.accuracy_gain(ready, made_by_it, best[plain]).difference
    given, expected = network.given, None
    if (
        given is not None
        and request.left() > 0
        and (found := remedies.better_preprocessing(ready, network, strength)) is not None
    ):
        expected, helped["right preprocessing"] = pixel_range(found[0]), found[1]
    return FitMeasurements(
        labels=ready.labels,
        probabilities=taken[most_typical_repeat(ready.labels, taken)],
        classes=ready.images.classes,
        twins=ready.twins,
        suspects=noisy,
        train_accuracy=prediction_accuracy(_remembered(ready, learned, model), ready.labels),
        smallest=int(reading.sizes.min()),
        side=ready.images.side,
        pixel_range=pixel_range(given) if given is not None and expected else None,
        expected_range=expected,
        moved=learned.moved,
        curve=remedies.measure_learning_curve(ready, probing, strength),
        helped=helped,
    )


def _remembered(ready: PreparedSet, learned: TrainedStrategy, model: keras.Model) -> NDArray[Any]:
    """What the model makes of the pictures it learned from, (n, classes); without another look at them if it can be."""
    if learned.tuned:
        return forward(model, ready.images.pixels)
    return learned.head.probabilities(ready.own if learned.own_only else ready.features)


def _candidates(
    ready: PreparedSet, tried: Sequence[StrategyResult], way: int, best: Sequence[NDArray[np.float64]]
) -> tuple[Candidate, ...]:
    told = []
    for number, (one, made) in enumerate(zip(tried, best, strict=True)):
        right = float((made.argmax(axis=-1) == ready.labels).sum(axis=-1).mean())
        chosen = number == way
        better = None if chosen else remedies.accuracy_gain(ready, best[way], made).probability
        told.append(
            Candidate(one.name, one.what, wilson_interval(right, len(ready.labels)), one.seconds, chosen, better)
        )
    return tuple(told)


def _training(learned: TrainedStrategy) -> tuple[TrainingCurves, ...]:
    curve, recipe = learned.curve, learned.recipe
    if curve is None or recipe is None or not curve.watched_accuracy:
        return ()
    name = f"Fine-tuning at {recipe.rate:g}, a fifth of the pictures kept back; ended at epoch {recipe.epochs}"
    return (TrainingCurves(name, tuple(curve.loss), tuple(curve.train_accuracy), tuple(curve.watched_accuracy)),)


def _thumbs(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    def thumb(one: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.asarray(Image.fromarray(one).resize((THUMBNAIL_SIDE, THUMBNAIL_SIDE), reducing_gap=2.0))

    with ThreadPoolExecutor(PARALLEL_OPERATIONS) as threads:
        return np.stack(list(threads.map(thumb, pixels)))


def _versions() -> dict[str, str]:
    names = {"practicum": "practicum", "TensorFlow": "tensorflow", "Keras": "keras", "NumPy": "numpy"}
    return {"Python": platform.python_version(), **{name: metadata.version(package) for name, package in names.items()}}
