"""Fit a power law to accuracies at several training set sizes, and extrapolate it with its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from practicum.statistics.intervals import Interval

FORECAST_FACTORS = (2, 4, 8)
"""Multiples of the largest size to which the curve is extrapolated."""

RESAMPLES = 400
"""Number of curves fitted to resampled results, from which the interval is computed."""

EXPONENTS = np.linspace(0.1, 2, 39)
"""Exponents that are tried. Those reported for image classification lie between 0.2 and 1 (Hestness et al., 2017)."""

MIN_SIZES = 3
"""A law with three parameters needs three points."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class CurvePoint:
    """The measured or expected accuracy with `per_class` training images per class."""

    per_class: int
    accuracy: Interval


@dataclass(frozen=True)
class LearningCurve:
    """Measured accuracies, and their extrapolation by the fitted power law."""

    points: tuple[CurvePoint, ...]
    forecast: tuple[CurvePoint, ...]
    """Extrapolated. Empty if there are fewer than three sizes."""
    ceiling: Interval
    """The limit of the fitted law: the accuracy that no number of such images exceeds."""
    laws: Numbers = field(default_factory=lambda: np.empty((0, 3)))
    """Every fitted law as (floor of the error, scale, exponent); the first one is fitted to the results themselves."""

    def images_needed(self, accuracy: float) -> Interval | None:
        """Return the images per class needed for this accuracy, or None if the law never reaches it.

        `high` may be infinite.
        """
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
    """Fit error(n) = floor + scale · n^−exponent to accuracies at several sizes.

    For the uncertainty, the law is fitted again to repeats drawn with replacement, with the binomial noise of `n_test`
    images added, which all repeats share if they test on the same images. Which law holds is itself uncertain (Viering
    and Loog, 2022), so the true interval may be wider.

    Args:
        sizes: Training images per class, ascending.
        results: Accuracies from 0 to 1, (sizes, repeats).
        n_test: Number of test images in each repeat.
        chance: Accuracy of guessing, from 0 to 1.
        seed: Seed of the resampling.

    Raises:
        ValueError: Shapes disagree, sizes do not ascend from 1, or a share is out of range.
    """
    size, results = np.asarray(sizes, np.float64), np.asarray(results, np.float64)
    _check(size, results, n_test, chance)
    rng = np.random.default_rng([seed, len(size)])
    resampled = _resample(results, n_test, rng)
    mean = results.mean(axis=1)
    points = tuple(CurvePoint(int(n), _interval(mean[i], resampled[:, i])) for i, n in enumerate(size))
    if len(size) < MIN_SIZES:
        return LearningCurve(points, (), Interval(float(mean[-1]), float(points[-1].accuracy.low), 1.0))
    laws = _fit(size, np.vstack([mean, resampled]), chance)
    forecast = tuple(_expected(laws, int(size[-1]) * times) for times in FORECAST_FACTORS)
    return LearningCurve(points, forecast, _interval(1 - laws[0, 0], 1 - laws[1:, 0]), laws)


def _check(size: Numbers, results: Numbers, n_test: int, chance: float) -> None:
    if results.ndim != 2 or len(size) != len(results) or not results.size:
        raise ValueError(f"results must be (sizes, repeats) with {len(size)} sizes; got {results.shape}")
    if size[0] < 1 or (np.diff(size) <= 0).any():
        raise ValueError(f"sizes must ascend from at least 1; got {size.astype(int).tolist()}")
    if n_test < 1 or not 0 <= chance < 1 or results.min() < 0 or results.max() > 1:
        raise ValueError("accuracies and chance must be between 0 and 1, and n_test at least 1")


def _resample(results: Numbers, n_test: int, rng: np.random.Generator) -> Numbers:
    """Mean accuracies under resampling of repeats and test images, (resamples, sizes)."""
    repeats = results.shape[1]
    chosen = rng.integers(0, repeats, size=(RESAMPLES, repeats))
    mean = results[:, chosen].mean(axis=2).T
    # One draw for all sizes: the same test images shift the whole curve up or down.
    shared = rng.standard_normal((RESAMPLES, 1))
    noisy: Numbers = mean + shared * np.sqrt(np.maximum(mean * (1 - mean), 0.25 / n_test) / n_test)
    return noisy.clip(0, 1)


def _fit(size: Numbers, accuracy: Numbers, chance: float) -> Numbers:
    """Least-squares laws (curves, 3) for accuracies (curves, sizes): floor, scale and exponent, none below 0."""
    error = 1 - accuracy
    fits = [_line(size**-exponent, error) for exponent in EXPONENTS]
    residual = np.stack([squared_error for _, _, squared_error in fits])
    # Of laws that fit equally well, take the smallest exponent: rounding must not decide.
    best = (residual <= residual.min(axis=0) + 1e-15).argmax(axis=0)
    curves = np.arange(len(error))
    floor, slope = (np.stack(part)[best, curves] for part in list(zip(*fits, strict=True))[:2])
    return np.stack([np.minimum(floor, 1 - chance), slope, EXPONENTS[best]], axis=1)


def _line(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Least-squares line floor + slope · x for each row of `y` (curves, sizes), with neither below 0.

    Returns floors, slopes and squared errors, each (curves,).
    """
    centred = x - x.mean()
    slope = (y * centred).sum(axis=1) / (centred**2).sum()
    floor = y.mean(axis=1) - slope * x.mean()
    through_zero = (y * x).sum(axis=1) / (x**2).sum()
    slope, floor = np.where(floor < 0, through_zero, slope), np.maximum(floor, 0)
    falling = slope < 0
    slope, floor = np.where(falling, 0, slope), np.where(falling, y.mean(axis=1), floor)
    residual = ((floor[:, None] + slope[:, None] * x - y) ** 2).sum(axis=1)
    return floor, slope, residual


def _needed(laws: Numbers, error: float) -> Numbers:
    """Images per class at which each law reaches this error; infinite if it never does."""
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


def _interval(value: float, resampled: Numbers) -> Interval:
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Interval(float(value), float(min(low, value)), float(max(high, value)))
