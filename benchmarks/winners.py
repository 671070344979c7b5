"""How often `best` finds a false winner and a true one, beside tests that assume a shape of the differences."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ttest_1samp, wilcoxon

from benchmarks.table import markdown
from practicum.statistics.sign_test import boundaries, find_winner, is_open

TRIALS = 4000
Scores = NDArray[np.float64]
"""(options, seeds)."""
Draw = Callable[[np.random.Generator, int, int], Scores]


def normal(rng: np.random.Generator, options: int, seeds: int) -> Scores:
    """A common part of each seed, and a part of each option."""
    return rng.normal(size=(1, seeds)) + rng.normal(size=(options, seeds))


def skewed(rng: np.random.Generator, options: int, seeds: int) -> Scores:
    """Log-normal: most runs end alike, and some far above."""
    return rng.lognormal(sigma=1.5, size=(options, seeds))


def lopsided(rng: np.random.Generator, options: int, seeds: int) -> Scores:
    """Differences to the first option are skewed, with the median 0: it is better with every second seed."""
    scores = rng.exponential(size=(options, seeds)) - np.log(2)
    scores[0] = 0
    return scores


def heavy(rng: np.random.Generator, options: int, seeds: int) -> Scores:
    """Cauchy: there is no mean."""
    return rng.standard_cauchy(size=(options, seeds))


def tied(rng: np.random.Generator, options: int, seeds: int) -> Scores:
    """The accuracy on 20 images, which is often the same."""
    return rng.binomial(20, 0.8, size=(options, seeds)) / 20


SHAPES: dict[str, tuple[Draw, float]] = {
    "normal": (normal, 2.0),
    "skewed (log-normal)": (skewed, 4.0),
    "skewed differences, median 0": (lopsided, 1.0),
    "heavy-tailed (Cauchy)": (heavy, 4.0),
    "tied (accuracy on 20 images)": (tied, 0.15),
}
"""Each shape, and by how much the first option is moved up where it is truly better."""


def sequential(draw: Draw, options: int, rng: np.random.Generator, shift: float) -> tuple[int | None, int]:
    """Practicum's: the winner and the seeds used."""
    looks = boundaries()
    scores = _shifted(draw, options, looks[-1].pairs, rng, shift)
    for look in looks:
        seen = scores[:, : look.pairs].tolist()
        if (winner := find_winner(seen, look)) is not None or not is_open(seen, looks[-1]):
            return winner, look.pairs
    return None, looks[-1].pairs


def _shifted(draw: Draw, options: int, seeds: int, rng: np.random.Generator, shift: float) -> Scores:
    scores = draw(rng, options, seeds)
    scores[0] += shift
    return scores


def by_t(differences: Scores) -> Scores:
    """One-sided p-values of Student's t along the last axis."""
    with warnings.catch_warnings(action="ignore"):  # of differences that are all equal
        return np.nan_to_num(ttest_1samp(differences, 0, axis=-1, alternative="greater").pvalue, nan=1.0)


def by_wilcoxon(differences: Scores) -> Scores:
    """One-sided p-values of Wilcoxon's signed ranks along the last axis, by its normal approximation."""
    with warnings.catch_warnings(action="ignore"):
        return np.nan_to_num(wilcoxon(differences, axis=-1, alternative="greater", method="asymptotic").pvalue, nan=1.0)


FIXED: dict[str, tuple[Callable[[Scores], Scores], int]] = {
    "Student's t, 5 seeds (the former test)": (by_t, 5),
    "Student's t, 12 seeds": (by_t, 12),
    "Wilcoxon, 12 seeds": (by_wilcoxon, 12),
}
"""Tests with a fixed number of seeds. The winner's p-value against each other option is at most 0.025."""


def fixed(test: Callable[[Scores], Scores], scores: Scores) -> NDArray[np.int64]:
    """The winner of each problem, or -1. `scores` is (problems, options, seeds)."""
    differences = scores[:, :, None, :] - scores[:, None, :, :]
    beats = test(differences) <= 0.025
    beats |= np.eye(scores.shape[1], dtype=bool)
    winners = beats.all(axis=2)
    return np.where(winners.any(axis=1), winners.argmax(axis=1), -1)


def report() -> str:
    """The section of the page."""
    rows = []
    for shape, (draw, shift) in SHAPES.items():
        rows.append((shape, "practicum's sign test, 7 to 20 seeds", *_sequential_row(draw, shift)))
        rows += [(shape, name, *_fixed_row(test, seeds, draw, shift)) for name, (test, seeds) in FIXED.items()]
    headings = ("scores", "test", "false winner of 2", "false winner of 4", "true winner of 4", "seeds on average")
    return f"## Winners\n\n{INTRODUCTION}\n\n{markdown(headings, rows)}\n"


def _sequential_row(draw: Draw, shift: float) -> list[str]:
    rng = np.random.default_rng(1)
    false = [[sequential(draw, options, rng, 0.0)[0] is not None for _ in range(TRIALS)] for options in (2, 4)]
    true = [sequential(draw, 4, rng, shift) for _ in range(TRIALS)]
    shares = [*map(np.mean, false), np.mean([winner == 0 for winner, _ in true])]
    return [*(f"{100 * share:.1f} %" for share in shares), f"{np.mean([seeds for _, seeds in true]):.1f}"]


def _fixed_row(test: Callable[[Scores], Scores], seeds: int, draw: Draw, shift: float) -> list[str]:
    rng = np.random.default_rng(1)

    def winners(options: int, shift: float) -> NDArray[np.int64]:
        return fixed(test, np.stack([_shifted(draw, options, seeds, rng, shift) for _ in range(TRIALS)]))

    shares = [np.mean(winners(2, 0.0) >= 0), np.mean(winners(4, 0.0) >= 0), np.mean(winners(4, shift) == 0)]
    return [*(f"{100 * share:.1f} %" for share in shares), f"{seeds}"]


INTRODUCTION = (
    f"How often `best` finds a winner, in {TRIALS:,} simulated problems per cell. *False winner*: every option is "
    "better than every other with half of the seeds, and one of them is declared to be better than all others. *True "
    "winner*: the first of four options is truly better, and is found. At most 5 % may be false, whatever the shape of "
    "the scores."
)
