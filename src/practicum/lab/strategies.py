"""The ways of learning that are tried: probes, probes on drawn views, and tuning the network's top."""

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
"""Pictures learned from for each one there is: itself, its mirror image, and drawn ones."""
START_STRENGTH = 10.0
"""The strength of the probe that fine-tuning begins from."""


@dataclass(frozen=True)
class TrainedStrategy:
    """What is kept of the way that was chosen: the head, and, where the network was tuned, its new weights."""

    head: LinearProbe
    own_only: bool
    """Whether the head takes the network's own features alone."""
    tuned: tuple[NDArray[Any], ...] = ()
    """Weights of the part above the cut."""
    curve: fine_tuning.FineTuningCurve | None = None
    recipe: fine_tuning.FineTuningRecipe | None = None
    moved: float | None = None
    """The largest change of a weight that was to be trained."""


@dataclass(frozen=True)
class StrategyResult:
    """A way, its predictions of pictures that it had not learned, and how to learn from all of them."""

    name: str
    what: str
    key: str
    """What sets it apart from every other way, where what was learned is kept."""
    probabilities: NDArray[np.float64]
    """(settings, repeats, n, classes)."""
    seconds: float
    learn: Callable[[int], TrainedStrategy]
    """setting → what is learned from all pictures."""


def probe_several_levels(ready: PreparedSet) -> StrategyResult | None:
    """What is trusted most: it sees more than the baseline, at no cost. None for a network that has no depths."""
    if ready.network.whole is ready.network.base:
        return None
    probing, started = ready.probing, time.perf_counter()
    what = "logistic regression on what the network sees halfway and at its end"
    return _probed("Probe at several depths", what, ready, probing, started)


def probe_last_features(ready: PreparedSet) -> StrategyResult:
    """The honest baseline."""
    probing, started = ready.own_probing, time.perf_counter()
    what = "logistic regression on the network's last features"
    own_only = ready.network.whole is not ready.network.base
    return _probed(BASELINE, what, ready, probing, started, own_only=own_only)


def probe_augmented_images(ready: PreparedSet) -> StrategyResult:
    """Augmentation, drawn once: what the network makes of each view is computed once too."""
    doing = "looking at drawn views of each picture"
    started = time.perf_counter()
    drawn = [
        ready.made(ready.network.whole, number, f"{doing}, {number} of {VERSIONS - 1}") for number in range(1, VERSIONS)
    ]
    probing = ProbeTrainer(np.stack([ready.features, *drawn]), ready.labels, ready.classes)
    what = (
        f"the same, learning from {VERSIONS} views of each picture: as it is, mirrored, and cropped and lit by chance"
    )
    return _probed("Probe on drawn views", what, ready, probing, started)


class NotEnoughTime(RuntimeError):
    """The first fold took so long that the rest would not fit. The message says how long all would take."""


def fine_tune_top(
    ready: PreparedSet,
    steps: CheckpointStore,
    rates: Sequence[float] = fine_tuning.RATES,
    *,
    left: Callable[[], float] = lambda: math.inf,
) -> StrategyResult | None:
    """The layers above the cut, on the first repeat of the cross-validation. None where the network has no cut.

    Folds that were finished before are not trained again. Raises TooSlow where, after the first, the others and the
    learning from all pictures would take more than the seconds that are `left`.
    """
    if ready.network.lower is None:
        return None
    started = time.perf_counter()
    tuner, splits = _tuner(ready, len(rates)), ready.validations[0]
    made = np.zeros((1, 1, len(ready.labels), ready.classes))
    for number, split in enumerate(splits):
        key = f"{ready.key}-tuned-{list(rates)}-fold-{number}"
        found = steps.done(key, partial(_tested, tuner, split, rates))
        made[0, 0, split.test] = found["made"]
        if number == 0 and len(splits) * found["seconds"] > left():
            raise NotEnoughTime(duration((len(splits) + 1) * found["seconds"]))

    def learn(_setting: int) -> TrainedStrategy:
        everything = np.arange(len(ready.labels))
        recipe, curve = tuner().measured(everything, rates)
        tuner().learn(everything, recipe)
        weights = tuple(ready.network.upper.get_weights()) if ready.network.upper else ()
        return TrainedStrategy(tuner().head, False, weights, curve, recipe, tuner().moved)

    what = "the layers above a cut trained on from the probe, BatchNorm held, rate and number of epochs measured"
    return StrategyResult(
        "Fine-tuning the top", what, f"tuned-{list(rates)}", made, time.perf_counter() - started, learn
    )


def _tested(tuner: Callable[[], fine_tuning.FineTuner], split: Split, rates: Sequence[float]) -> dict[str, Any]:
    made = tuner()
    began = time.perf_counter()
    return {"made": made.tested(split, rates), "seconds": time.perf_counter() - began}


def _probed(
    name: str, what: str, ready: PreparedSet, probing: ProbeTrainer, started: float, *, own_only: bool = False
) -> StrategyResult:
    ready.tell("trying ways of learning", 0, 1)
    made = probing.out_of_fold(ready.splits)
    seconds = time.perf_counter() - started
    return StrategyResult(
        name, what, name, made, seconds, lambda setting: TrainedStrategy(probing.fit(STRENGTHS[setting]), own_only)
    )


def _tuner(ready: PreparedSet, rates: int) -> Callable[[], fine_tuning.FineTuner]:
    """Made when first asked for: after an interruption nothing may be left to train."""
    epochs = 0
    most = len(ready.validations[0]) * (rates + 1) * fine_tuning.MAX_EPOCHS

    def tell() -> None:
        nonlocal epochs
        epochs += 1
        ready.tell("fine-tuning the network's top", min(epochs, most), most)

    @cache
    def made() -> fine_tuning.FineTuner:
        assert ready.network.lower is not None
        seen = [
            ready.made(ready.network.lower, number, "looking up to the cut", keep=False) for number in range(VERSIONS)
        ]
        start = partial(ready.probing.fit, START_STRENGTH)
        material = fine_tuning.FineTuningData(seen, ready.labels, ready.groups, ready.classes, start, ready.seed)
        return fine_tuning.FineTuner(ready.network, material, tell)

    return made
