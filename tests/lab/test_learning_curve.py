"""A planted power law is recovered, and the interval covers later results."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.lab.learning_curve import FORECAST_FACTORS, fit_learning_curve
from tests.examples import examples

SIZES = [5, 10, 20, 40, 80]


def law(floor: float, scale: float, rate: float, n: float) -> float:
    return float(1 - floor - scale * n**-rate)


@examples(15)
@given(st.floats(0, 0.2), st.floats(0.4, 1), st.floats(0.4, 1.2))
def test_recovers_a_law_without_noise(floor: float, scale: float, rate: float) -> None:
    """Extrapolated accuracies are within one point, and so are the images needed."""
    results = np.array([[law(floor, scale, rate, n)] * 4 for n in SIZES])

    curve = fit_learning_curve(SIZES, results, n_test=10**9, chance=0.0)

    assert [point.per_class for point in curve.forecast] == [80 * times for times in FORECAST_FACTORS]
    for point in curve.forecast:
        assert point.accuracy.value == pytest.approx(law(floor, scale, rate, point.per_class), abs=0.01)
    assert curve.ceiling.value == pytest.approx(1 - floor, abs=0.05)
    needed = curve.images_needed(law(floor, scale, rate, 160))
    assert needed is not None
    assert law(floor, scale, rate, needed.value) == pytest.approx(law(floor, scale, rate, 160), abs=0.01)


def test_the_interval_covers_the_truth() -> None:
    """At twice the images, for at least 85 % of noisy curves."""
    rng = np.random.default_rng(1)
    held = 0
    for seed in range(40):
        planted = rng.uniform(0, 0.15), rng.uniform(0.5, 1), rng.uniform(0.4, 1)
        results = np.array([rng.binomial(200, max(0.2, law(*planted, n)), 5) / 200 for n in SIZES])
        curve = fit_learning_curve(SIZES, results, n_test=200, chance=0.2, seed=seed)
        band = curve.forecast[0].accuracy
        held += band.low <= law(*planted, 160) <= band.high

    assert held / 40 >= 0.85


@examples(15)
@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=3, max_size=6))
def test_any_results_give_a_curve_that_never_falls(rows: list[list[float]]) -> None:
    """Accuracies stay between 0 and 1, inside their intervals."""
    sizes = [2**place for place in range(len(rows))]

    curve = fit_learning_curve(sizes, np.array(rows), n_test=20, chance=0.1)

    values = [point.accuracy.value for point in curve.forecast]
    assert values == sorted(values)
    for point in (*curve.points, *curve.forecast):
        assert 0 <= point.accuracy.low <= point.accuracy.value <= point.accuracy.high <= 1


def test_an_unreachable_accuracy_needs_no_number() -> None:
    """Above the ceiling the result is None; an accuracy that was reached needs no more images."""
    results = np.array([[law(0.1, 0.8, 0.8, n)] * 4 for n in SIZES])
    curve = fit_learning_curve(SIZES, results, n_test=10**6, chance=0.0)

    assert curve.images_needed(0.99) is None
    reached = curve.images_needed(0.7)
    assert reached is not None
    assert reached.value <= 10
    assert math.isfinite(reached.high)


def test_two_sizes_are_not_extrapolated() -> None:
    """The measured points are kept."""
    curve = fit_learning_curve([5, 10], np.array([[0.5, 0.6], [0.7, 0.8]]), n_test=50, chance=0.1)

    assert len(curve.points) == 2
    assert curve.forecast == ()
    assert curve.images_needed(0.9) is None


@pytest.mark.parametrize(
    ("sizes", "results", "argument"),
    [
        ([5, 10], [[0.5]], "results"),
        ([10, 5], [[0.5], [0.5]], "sizes"),
        ([0, 5], [[0.5], [0.5]], "sizes"),
        ([5, 10], [[0.5], [50.0]], "accuracies"),
    ],
)
def test_rejects_invalid_arguments(sizes: list[int], results: list[list[float]], argument: str) -> None:
    """The error names the argument."""
    with pytest.raises(ValueError, match=argument):
        fit_learning_curve(sizes, np.array(results), n_test=10, chance=0.1)
