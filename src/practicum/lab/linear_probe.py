"""The linear probe: logistic regression on ready features, for many splits and strengths of regularisation.

A hundred pictures are cheap to learn from; what costs is doing it again for each fold, each repeat and each strength.
So features are turned once for all of them, and all strengths of a split are solved together.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from practicum.lab.splits import Rows, Split

STRENGTHS = (1.0, 10.0, 100.0)
"""Values of scikit-learn's C that are tried: the larger, the closer the probe follows the pictures it learns from. Of
two classes scikit-learn keeps one row of weights where softmax has two, and means the same by a C twice as large."""
ROUGH_TOLERANCE, FINE_TOLERANCE = 3e-4, 1e-5
"""When a problem counts as solved: for comparing, and for the probe that is kept. On 1,000 pictures, at the greatest
strength, 4 in 1,000 predictions differ between the two; at ten times that strength it would be 43."""
MAX_STEPS = 2000
Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class LinearProbe:
    """A linear classifier on features (n, d): `weight` (d, classes) and `bias` (classes,) give logits."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, features: NDArray[Any]) -> NDArray[np.float64]:
        """Softmax of the logits, (n, classes)."""
        logits = features.astype(np.float64) @ self.weight.astype(np.float64) + self.bias
        return np.asarray(softmax(logits))


class ProbeTrainer:
    """Features (n, d) and labels (n,) made ready to be learned from in many ways.

    Logistic regression with an unpenalised bias does not change when features are moved or turned, so they are moved
    to their mean and turned to their principal axes, of which there are at most n. They are scaled by one number,
    such that the mean squared length is 1: the same strength then means the same for any network.
    """

    def __init__(self, features: NDArray[Any], labels: NDArray[Any], classes: int) -> None:
        """`features` may be (views, n, d): then all views of a picture are learned from, and the first is judged."""
        stacked = features if features.ndim == 3 else features[None]
        self.views = len(stacked)
        self.labels, self.classes = np.asarray(labels, np.int64), classes
        held = stacked.reshape(-1, stacked.shape[-1]).astype(np.float64)
        self._mean = held.mean(axis=0)
        held -= self._mean
        self._scale = float(np.sqrt((held**2).sum(axis=1).mean())) or 1.0
        held /= self._scale
        with threadpool_limits(1, "blas"):
            self._turn = _principal(held)
            self._turned = (held @ self._turn).astype(np.float32)
        self._spread = _spread(self._turned)

    def out_of_fold(
        self,
        splits: Sequence[Split],
        strengths: Sequence[float] = STRENGTHS,
        weights: NDArray[Any] | None = None,
    ) -> NDArray[np.float64]:
        """Probabilities (strengths, repeats, n, classes), each row by a probe that had not learned it.

        `splits` are whole cross-validations one after the other, as :func:`practicum.lab.splits.folds` gives them;
        `weights` (n,) say how much each row counts in learning, 1 unless given. Raises ValueError where a row is not
        tested on equally often.
        """
        tested = np.bincount(np.concatenate([split.test for split in splits]), minlength=len(self.labels))
        if tested.min() != tested.max():
            raise ValueError("the splits must test on each row equally often")
        learn = partial(self._tested, strengths=np.asarray(strengths, np.float32), weights=weights)
        # One thread in each multiplication, and a split in each thread: the same sums on any number of cores.
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as threads:
            found = list(threads.map(learn, splits))
        made = np.zeros((len(strengths), int(tested[0]), len(self.labels), self.classes))
        turn = np.zeros(len(self.labels), np.int64)
        for split, probabilities in zip(splits, found, strict=True):
            made[:, turn[split.test], split.test] = probabilities
            turn[split.test] += 1
        return made

    def fit(self, strength: float, rows: Rows | None = None, weights: NDArray[Any] | None = None) -> LinearProbe:
        """The probe of these rows, or of all."""
        learned = np.arange(len(self.labels)) if rows is None else rows
        with threadpool_limits(1, "blas"):
            solved = self._learned(learned, np.array([strength]), weights, np.float64, FINE_TOLERANCE)[0]
            weight = self._turn @ solved[:-1] / self._scale
            bias = solved[-1] - self._mean @ weight
        return LinearProbe(weight.astype(np.float32), bias.astype(np.float32))

    def _tested(self, split: Split, strengths: Floats, weights: NDArray[Any] | None) -> NDArray[np.float64]:
        """What a probe of each strength makes of the rows tested on: (strengths, tested, classes)."""
        solved = self._learned(split.train, strengths, weights, np.float32, ROUGH_TOLERANCE)
        logits = self._turned[split.test] @ solved[:, :-1] + solved[:, -1:]
        return np.asarray(softmax(logits.astype(np.float64)))

    def _learned(
        self, rows: Rows, strengths: Floats, weights: NDArray[Any] | None, kind: Any, tolerance: float
    ) -> Floats:
        """Solutions for each strength, (strengths, axes + 1, classes), from all views of the rows."""
        counts = np.ones(len(rows)) if weights is None else weights[rows]
        rows, counts = rows[counts > 0], counts[counts > 0] / self.views
        turned = np.concatenate([self._turned[rows + view * len(self.labels)] for view in range(self.views)])
        labels, counts = np.tile(self.labels[rows], self.views), np.tile(counts, self.views)
        if 2 * len(turned) > len(self._turned):
            return _solve(turned.astype(kind), labels, self.classes, counts, strengths, self._spread, tolerance)
        # Along axes of their own, few rows are solved in fewer and longer steps.
        mean = turned.astype(np.float64).mean(axis=0)
        axes = _principal(turned - mean)
        own = (turned - mean) @ axes
        solved = _solve(own.astype(kind), labels, self.classes, counts, strengths, _spread(own), tolerance)
        weight = axes @ solved[:, :-1]
        return np.concatenate([weight, solved[:, -1:] - mean @ weight], axis=1).astype(kind)


def _spread(centred: Floats) -> Floats:
    """Sums of squares along each axis, and the number of rows for the bias, (axes + 1,)."""
    return np.append((centred.astype(np.float64) ** 2).sum(axis=0), len(centred))


def _principal(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    """The axes (d, at most n) along which the rows differ, by way of the smaller of the two matrices of products."""
    n, d = centred.shape
    values, vectors = np.linalg.eigh(centred @ centred.T if n < d else centred.T @ centred)
    kept = values > 1e-7 * values.max(initial=1e-30)
    if n >= d:
        return np.asarray(vectors[:, kept])
    return np.asarray(centred.T @ (vectors[:, kept] / np.sqrt(values[kept])))


def _solve(
    rows: Floats,
    labels: NDArray[np.int64],
    classes: int,
    weights: Floats,
    strengths: Floats,
    spread: Floats,
    tolerance: float,
) -> Floats:
    """Minimise Σ weight · cross-entropy + |w|² / (2 · strength) for each strength: (strengths, axes + 1, classes).

    `rows` (n, axes) are some or all of those whose principal axes these are, and `spread` (axes + 1,) is of all of
    them; `weights` (n,). The last of axes + 1 is the bias, which is not penalised. Each step minimises Böhning's
    quadratic bound (1992), whose matrix is diagonal along these axes whatever the labels, hastened by Nesterov's
    momentum and begun anew when that leads uphill (O'Donoghue and Candès, 2015).
    """
    kind = rows.dtype.type
    rows = np.concatenate([rows, np.ones((len(rows), 1), kind)], axis=1)
    count = rows.shape[1]
    right = np.eye(classes, dtype=kind)[labels][:, None]
    penalty = np.zeros((count, len(strengths), 1), kind)
    penalty[:-1] = (1 / strengths.astype(kind))[None, :, None]
    step = (1 / (0.5 * weights.max() * spread[:, None, None] + penalty)).astype(kind)
    each = weights.astype(kind)[:, None, None]
    place = np.zeros((count, len(strengths), classes), kind)
    ahead, pace = place, np.ones(len(strengths))
    for _ in range(MAX_STEPS):
        off = softmax((rows @ ahead.reshape(count, -1)).reshape(len(rows), -1, classes))
        off -= right
        off *= each
        slope = (rows.T @ off.reshape(len(rows), -1)).reshape(place.shape) + penalty * ahead
        moved = ahead - step * slope
        if float(np.sqrt((step * slope * slope).sum(axis=(0, 2)).max() / len(rows))) < tolerance:
            place = moved
            break
        uphill = (slope * (moved - place)).sum(axis=(0, 2)) > 0
        quicker = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        momentum = np.where(uphill, 0, (pace - 1) / quicker).astype(kind)
        ahead = moved + momentum[None, :, None] * (moved - place)
        place, pace = moved, np.where(uphill, 1, quicker)
    return np.moveaxis(place, 1, 0)


def softmax(logits: Any) -> Any:
    """Along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)
