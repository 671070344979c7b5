"""Linear probes: logistic regression on features, for many splits and regularisation strengths at once.

Training on a hundred images is cheap; repeating it for each fold, repeat and strength is not. So the features are
rotated once for all of them, and all strengths of a split are solved together.
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
"""The values of scikit-learn's C that are tried: the larger, the weaker the regularisation. For two classes,
scikit-learn has one row of weights where softmax has two, and needs a C twice as large for the same result."""
ROUGH_TOLERANCE, FINE_TOLERANCE = 3e-4, 1e-5
"""Tolerances of the solver: for comparisons, and for the final probe. On 1,000 images and at the largest strength, 4 in
1,000 predictions differ between the two; at ten times that strength, 43."""
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
    """Trains linear probes on features (n, d) and labels (n,), for any rows, strengths and weights.

    Logistic regression with an unpenalised bias is invariant to translation and rotation of the features. So they are
    centred and rotated to their principal axes, at most n of them, and scaled by one number such that the mean squared
    length is 1: the same strength then means the same for any network.
    """

    def __init__(self, features: NDArray[Any], labels: NDArray[Any], classes: int) -> None:
        """`features` may be (versions, n, d): probes then train on all versions of an image and are
        tested on the first."""
        stacked = features if features.ndim == 3 else features[None]
        self.versions = len(stacked)
        self.labels, self.classes = np.asarray(labels, np.int64), classes
        flat = stacked.reshape(-1, stacked.shape[-1]).astype(np.float64)
        self._mean = flat.mean(axis=0)
        flat -= self._mean
        self._scale = float(np.sqrt((flat**2).sum(axis=1).mean())) or 1.0
        flat /= self._scale
        with threadpool_limits(1, "blas"):
            self._rotation = _principal(flat)
            self._rotated = (flat @ self._rotation).astype(np.float32)
        self._spread = _spread(self._rotated)

    def out_of_fold(
        self,
        splits: Sequence[Split],
        strengths: Sequence[float] = STRENGTHS,
        weights: NDArray[Any] | None = None,
    ) -> NDArray[np.float64]:
        """Return out-of-fold probabilities, (strengths, repeats, n, classes).

        Args:
            splits: Whole cross-validations one after the other, from
                :func:`practicum.lab.splits.cross_validation_folds`.
            strengths: Regularisation strengths.
            weights: Weight of each row in training, (n,). Default: 1.

        Raises:
            ValueError: The splits do not test each row equally often.
        """
        tested = np.bincount(np.concatenate([split.test for split in splits]), minlength=len(self.labels))
        if tested.min() != tested.max():
            raise ValueError("the splits must test each row equally often")
        test = partial(self._test_split, strengths=np.asarray(strengths, np.float32), weights=weights)
        # One thread per multiplication and one split per thread: the same sums on any number of cores.
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as threads:
            results = list(threads.map(test, splits))
        output = np.zeros((len(strengths), int(tested[0]), len(self.labels), self.classes))
        repeat = np.zeros(len(self.labels), np.int64)
        for split, probabilities in zip(splits, results, strict=True):
            output[:, repeat[split.test], split.test] = probabilities
            repeat[split.test] += 1
        return output

    def fit(self, strength: float, rows: Rows | None = None, weights: NDArray[Any] | None = None) -> LinearProbe:
        """Return the probe trained on these rows, or on all."""
        train = np.arange(len(self.labels)) if rows is None else rows
        with threadpool_limits(1, "blas"):
            solved = self._train(train, np.array([strength]), weights, np.float64, FINE_TOLERANCE)[0]
            weight = self._rotation @ solved[:-1] / self._scale
            bias = solved[-1] - self._mean @ weight
        return LinearProbe(weight.astype(np.float32), bias.astype(np.float32))

    def _test_split(self, split: Split, strengths: Floats, weights: NDArray[Any] | None) -> NDArray[np.float64]:
        """Probabilities of the test rows by a probe of each strength, (strengths, tested, classes)."""
        solved = self._train(split.train, strengths, weights, np.float32, ROUGH_TOLERANCE)
        logits = self._rotated[split.test] @ solved[:, :-1] + solved[:, -1:]
        return np.asarray(softmax(logits.astype(np.float64)))

    def _train(
        self, rows: Rows, strengths: Floats, weights: NDArray[Any] | None, dtype: Any, tolerance: float
    ) -> Floats:
        """Solutions for each strength, (strengths, axes + 1, classes), from all versions of the rows."""
        counts = np.ones(len(rows)) if weights is None else weights[rows]
        rows, counts = rows[counts > 0], counts[counts > 0] / self.versions
        rotated = np.concatenate([self._rotated[rows + version * len(self.labels)] for version in range(self.versions)])
        labels, counts = np.tile(self.labels[rows], self.versions), np.tile(counts, self.versions)
        if 2 * len(rotated) > len(self._rotated):
            return _solve(rotated.astype(dtype), labels, self.classes, counts, strengths, self._spread, tolerance)
        # Along their own principal axes, few rows need fewer and longer steps.
        mean = rotated.astype(np.float64).mean(axis=0)
        axes = _principal(rotated - mean)
        projected = (rotated - mean) @ axes
        solved = _solve(projected.astype(dtype), labels, self.classes, counts, strengths, _spread(projected), tolerance)
        weight = axes @ solved[:, :-1]
        return np.concatenate([weight, solved[:, -1:] - mean @ weight], axis=1).astype(dtype)


def _spread(centred: Floats) -> Floats:
    """Sums of squares along each axis, and the number of rows for the bias, (axes + 1,)."""
    return np.append((centred.astype(np.float64) ** 2).sum(axis=0), len(centred))


def _principal(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    """The principal axes (d, at most n), from the smaller one of the two product matrices."""
    n, d = centred.shape
    values, vectors = np.linalg.eigh(centred @ centred.T if n < d else centred.T @ centred)
    significant = values > 1e-7 * values.max(initial=1e-30)
    if n >= d:
        return np.asarray(vectors[:, significant])
    return np.asarray(centred.T @ (vectors[:, significant] / np.sqrt(values[significant])))


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

    `rows` (n, axes) are projected on the principal axes of these or more rows, and `spread` (axes + 1,) is that of all
    of them; `weights` are (n,). The last of the axes + 1 is the bias, which is not penalised. Each step minimises
    Böhning's quadratic bound (1992), which is diagonal along these axes for any labels, accelerated by Nesterov's
    momentum, which restarts when it leads uphill (O'Donoghue and Candès, 2015).
    """
    dtype = rows.dtype.type
    rows = np.concatenate([rows, np.ones((len(rows), 1), dtype)], axis=1)
    count = rows.shape[1]
    targets = np.eye(classes, dtype=dtype)[labels][:, None]
    penalty = np.zeros((count, len(strengths), 1), dtype)
    penalty[:-1] = (1 / strengths.astype(dtype))[None, :, None]
    step = (1 / (0.5 * weights.max() * spread[:, None, None] + penalty)).astype(dtype)
    sample_weights = weights.astype(dtype)[:, None, None]
    solution = np.zeros((count, len(strengths), classes), dtype)
    lookahead, momentum_scale = solution, np.ones(len(strengths))
    for _ in range(MAX_STEPS):
        error = softmax((rows @ lookahead.reshape(count, -1)).reshape(len(rows), -1, classes))
        error -= targets
        error *= sample_weights
        gradient = (rows.T @ error.reshape(len(rows), -1)).reshape(solution.shape) + penalty * lookahead
        stepped = lookahead - step * gradient
        if float(np.sqrt((step * gradient * gradient).sum(axis=(0, 2)).max() / len(rows))) < tolerance:
            solution = stepped
            break
        uphill = (gradient * (stepped - solution)).sum(axis=(0, 2)) > 0
        next_scale = (1 + np.sqrt(1 + 4 * momentum_scale**2)) / 2
        momentum = np.where(uphill, 0, (momentum_scale - 1) / next_scale).astype(dtype)
        lookahead = stepped + momentum[None, :, None] * (stepped - solution)
        solution, momentum_scale = stepped, np.where(uphill, 1, next_scale)
    return np.moveaxis(solution, 1, 0)


def softmax(logits: Any) -> Any:
    """Return the softmax along the last axis."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
