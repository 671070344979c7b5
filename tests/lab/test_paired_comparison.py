"""The comparison is as often wrong as its probability states."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t, ttest_rel

from practicum.lab.paired_comparison import compare_results, mcnemar_p_value

RESULTS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=30)


@given(RESULTS, st.integers(1, 100), st.integers(1, 100))
def test_the_comparison_is_symmetric(pairs: list[tuple[float, float]], train: int, test: int) -> None:
    """Swapping the arguments mirrors the probability and the difference."""
    first, second = zip(*pairs, strict=True)

    one = compare_results(first, second, train_size=train, test_size=test)
    other = compare_results(second, first, train_size=train, test_size=test)

    assert one.probability == pytest.approx(1 - other.probability)
    assert one.difference.value == pytest.approx(-other.difference.value)
    assert one.difference.low == pytest.approx(-other.difference.high)
    assert one.difference.low <= one.difference.value <= one.difference.high


def test_without_overlap_equals_the_paired_t_test() -> None:
    """If the correction vanishes, the probability is one minus SciPy's one-sided p-value."""
    first, second = [0.8, 0.82, 0.81, 0.85], [0.79, 0.8, 0.83, 0.8]

    comparison = compare_results(first, second, train_size=10**12, test_size=1)

    assert comparison.probability == pytest.approx(1 - ttest_rel(first, second, alternative="greater").pvalue)


@pytest.mark.parametrize("count", [2, 3, 10, 25, 50, 101])
def test_equals_the_corrected_t_test(count: int) -> None:
    """Nadeau and Bengio's, computed with SciPy's t distribution for even and odd degrees of freedom."""
    rng = np.random.default_rng(count)
    first, second = rng.normal(0.82, 0.03, count), rng.normal(0.8, 0.03, count)
    differences = first - second
    error = float(np.sqrt(differences.var(ddof=1) * (1 / count + 20 / 80)))
    expected = t(count - 1, loc=differences.mean(), scale=error)

    comparison = compare_results(first.tolist(), second.tolist(), train_size=80, test_size=20)

    assert comparison.probability == pytest.approx(expected.sf(0), rel=1e-9)
    assert comparison.difference.low == pytest.approx(expected.ppf(0.025), rel=1e-9)
    assert comparison.difference.high == pytest.approx(expected.ppf(0.975), rel=1e-9)


def test_overlapping_training_sets_widen_the_interval() -> None:
    """And move the probability closer to 0.5."""
    first, second = [0.8, 0.82, 0.81, 0.85], [0.79, 0.8, 0.83, 0.8]

    naive = compare_results(first, second, train_size=10**12, test_size=1)
    honest = compare_results(first, second, train_size=80, test_size=20)

    assert 0.5 < honest.probability < naive.probability
    assert honest.difference.low < naive.difference.low


def test_equal_strategies_seldom_differ_significantly() -> None:
    """At 97.5 % on either side, in about one of twenty cross-validations."""
    rng = np.random.default_rng(0)
    wrongly = 0
    for _ in range(300):
        # Two noisy guessers of one task; in each of 5 repeats the same 100 images are dealt into 5 folds again.
        right = rng.random((2, 100)) < 0.7
        folds = [part for _ in range(5) for part in np.array_split(rng.permutation(100), 5)]
        results = [[float(one[part].mean()) for part in folds] for one in right]
        comparison = compare_results(results[0], results[1], train_size=80, test_size=20)
        wrongly += not 0.025 <= comparison.probability <= 0.975

    assert wrongly / 300 <= 0.08


def test_no_difference_has_probability_one_half() -> None:
    """A constant difference is certain."""
    assert compare_results([0.5] * 3, [0.5] * 3, train_size=2, test_size=1).probability == 0.5
    assert compare_results([0.6] * 3, [0.5] * 3, train_size=2, test_size=1).probability == 1


def test_rejects_too_few_results() -> None:
    """And unequal numbers of results."""
    for first, second in (([0.5], [0.4]), ([0.5, 0.6], [0.5])):
        with pytest.raises(ValueError):
            compare_results(first, second, train_size=8, test_size=2)


def test_equals_mcnemars_test() -> None:
    """Ten images that only one model classifies correctly are as improbable as ten heads or ten tails."""
    labels = np.zeros(20, np.int64)
    good, bad = np.tile([1.0, 0.0], (20, 1)), np.tile([1.0, 0.0], (20, 1))
    bad[:10] = [0.0, 1.0]

    assert mcnemar_p_value(labels, good, bad) == pytest.approx(2 * 0.5**10)
    assert mcnemar_p_value(labels, good, good) == 1
