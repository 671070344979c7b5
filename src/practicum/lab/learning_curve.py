"""How accuracy grows with pictures, and how it would go on: a power law, and how little is known about it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from practicum.statistics.intervals import Interval

FORECAST_FACTORS = (2, 4, 8)
"""How many times the pictures there are the curve is continued to."""

RESAMPLES = 400
"""Curves fitted to results drawn anew, from which the band is read."""

EXPONENTS = np.linspace(0.1, 2, 39)
"""Exponents tried. Those reported for image classification lie between 0.2 and 1 (Hestness et al., 2017)."""

MIN_SIZES = 3
"""A law of three numbers needs three points."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class CurvePoint:
    """The accuracy, measured or expected, with this many pictures of each class."""

    per_class: int
    accuracy: Interval


@dataclass(frozen=True)
class LearningCurve:
    """What was measured, and what lies ahead if it goes on in the same way."""

    points: tuple[CurvePoint, ...]
    ahead: tuple[CurvePoint, ...]
    """Extrapolated. Empty with fewer than three sizes."""
    ceiling: Interval
    """What no number of such pictures would exceed, if the law held for ever."""
    laws: Numbers = field(default_factory=lambda: np.empty((0, 3)))
    """Every fitted law as (floor of the error, scale, rate); the first is that of the results themselves."""

    def images_for(self, accuracy: float) -> Interval | None:
        """Pictures of each class for this accuracy: None where the law never gets there; `high` may be infinite."""
        if not len(self.laws):
            return None
        needed = _needed(self.laws, 1 - accuracy)
        if not math.isfinite(needed[0]):
            return None
        low, high = np.quantile(needed, [0.025, 0.975], method="inverted_cdf")
        return Interval(float(needed[0]), min(float(low), float(needed[0])), max(float(high), float(needed[0])))


def fit_learning_curve(
    sizes: Sequence[int], results: NDArray[Any], *, n_test: int, chance: float, seed: int = 0
) -> LearningCurve:
    """Fit error(n) = floor + scale · n^−rate to accuracies `results` (sizes, repeats), as shares of 1.

    `sizes` are pictures of each class, ascending; `n_test` pictures were tested on in each repeat, `chance` is the
    accuracy of a guess. Uncertainty: the law is fitted again to repeats drawn with replacement and blurred by the
    binomial noise of `n_test` pictures, which all repeats share where they test on the same ones. Which law holds is
    itself uncertain (Viering and Loog, 2022), so the band is a least one.

    Raises ValueError where shapes disagree, sizes do not ascend from 1, or accuracies are no shares.
    """
    size, results = np.asarray(sizes, np.float64), np.asarray(results, np.float64)
    _check(size, results, n_test, chance)
    rng = np.random.default_rng([seed, len(size)])
    drawn = _drawn(results, n_test, rng)
    mean = results.mean(axis=1)
    points = tuple(CurvePoint(int(n), _interval(mean[i], drawn[:, i])) for i, n in enumerate(size))
    if len(size) < MIN_SIZES:
        return LearningCurve(points, (), Interval(float(mean[-1]), float(points[-1].accuracy.low), 1.0))
    laws = _fit(size, np.vstack([mean, drawn]), chance)
    ahead = tuple(_expected(laws, int(size[-1]) * times) for times in FORECAST_FACTORS)
    return LearningCurve(points, ahead, _interval(1 - laws[0, 0], 1 - laws[1:, 0]), laws)


def _check(size: Numbers, results: Numbers, n_test: int, chance: float) -> None:
    if results.ndim != 2 or len(size) != len(results) or not results.size:
        raise ValueError(f"results must be (sizes, repeats) with {len(size)} sizes; got {results.shape}")
    if size[0] < 1 or (np.diff(size) <= 0).any():
        raise ValueError(f"sizes must ascend from at least 1; got {size.astype(int).tolist()}")
    if n_test < 1 or not 0 <= chance < 1 or results.min() < 0 or results.max() > 1:
        raise ValueError("accuracies and chance must be shares of 1, and n_test at least 1")


def _drawn(results: Numbers, n_test: int, rng: np.random.Generator) -> Numbers:
    """Mean accuracies as other repeats and other test pictures could have given them, (resamples, sizes)."""
    repeats = results.shape[1]
    chosen = rng.integers(0, repeats, size=(RESAMPLES, repeats))
    mean = results[:, chosen].mean(axis=2).T
    # One draw for all sizes: the same test pictures make the whole curve too high or too low together.
    shared = rng.standard_normal((RESAMPLES, 1))
    noisy: Numbers = mean + shared * np.sqrt(np.maximum(mean * (1 - mean), 0.25 / n_test) / n_test)
    return noisy.clip(0, 1)


def _fit(size: Numbers, accuracy: Numbers, chance: float) -> Numbers:
    """For accuracies (curves, sizes), laws (curves, 3) of least squares: floor, scale, rate, none below 0."""
    error = 1 - accuracy
    fits = [_line(size**-rate, error) for rate in EXPONENTS]
    missed = np.stack([missed for _, _, missed in fits])
    # Of laws that fit equally well, the slowest: rounding must not choose.
    best = (missed <= missed.min(axis=0) + 1e-15).argmax(axis=0)
    each = np.arange(len(error))
    floor, slope = (np.stack(part)[best, each] for part in list(zip(*fits, strict=True))[:2])
    return np.stack([np.minimum(floor, 1 - chance), slope, EXPONENTS[best]], axis=1)


def _line(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Of each row of `y` (curves, sizes), the line floor + slope · x of least squares, neither below 0.

    Gives floors, slopes and squared errors, each (curves,).
    """
    around = x - x.mean()
    slope = (y * around).sum(axis=1) / (around**2).sum()
    floor = y.mean(axis=1) - slope * x.mean()
    through_zero = (y * x).sum(axis=1) / (x**2).sum()
    slope, floor = np.where(floor < 0, through_zero, slope), np.maximum(floor, 0)
    falling = slope < 0
    slope, floor = np.where(falling, 0, slope), np.where(falling, y.mean(axis=1), floor)
    missed = ((floor[:, None] + slope[:, None] * x - y) ** 2).sum(axis=1)
    return floor, slope, missed


def _needed(laws: Numbers, error: float) -> Numbers:
    """Pictures of each class until each law's error is this small; infinite where it never is."""
    above = error - laws[:, 0]
    out = np.full(len(laws), np.inf)
    reached = (above > 0) & (laws[:, 1] > 0)
    out[reached] = np.ceil((laws[reached, 1] / above[reached]) ** (1 / laws[reached, 2]))
    out[(above >= 0) & (laws[:, 1] == 0)] = 1
    needed: Numbers = np.maximum(out, 1)
    return needed


def _expected(laws: Numbers, per_class: int) -> CurvePoint:
    accuracy = (1 - laws[:, 0] - laws[:, 1] * float(per_class) ** -laws[:, 2]).clip(0, 1)
    return CurvePoint(per_class, _interval(accuracy[0], accuracy[1:]))


def _interval(value: float, drawn: Numbers) -> Interval:
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Interval(float(value), float(min(low, value)), float(max(high, value)))
