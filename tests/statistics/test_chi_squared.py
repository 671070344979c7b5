"""The chi-squared test: the p-values are SciPy's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from practicum.statistics.chi_squared import survival, uniform_p


@given(st.floats(0, 200), st.integers(1, 30))
def test_the_survival_function_is_scipys(statistic: float, freedom: int) -> None:
    assert survival(statistic, freedom) == pytest.approx(stats.chi2.sf(statistic, freedom), rel=1e-9, abs=1e-300)


@given(st.lists(st.integers(0, 100), min_size=2, max_size=8).filter(any))
def test_the_test_of_equal_counts_is_scipys(counts: list[int]) -> None:
    assert uniform_p(counts) == pytest.approx(stats.chisquare(counts).pvalue, rel=1e-9, abs=1e-300)
