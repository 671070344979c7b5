"""What braces give: a number over several seeds is its mean, and knows how far it reached."""

from __future__ import annotations

from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.course.placeholders import PlaceholderError, fill_queries
from practicum.model import Measured, Measurement
from practicum.prove import page_queries
from practicum.prove.page_queries import Sample

VALUES = {0: 0.5, 1: 0.75, 2: 0.7}


def measured() -> dict[Measurement, Measured]:
    """Return the results of an experiment with two settings and three seeds."""
    results = {}
    for rate in (1, 2):
        for seed, value in VALUES.items():
            call = Measurement("f", {"rate": rate}, seed)
            results[call] = Measured(call, {"val_accuracy": value * rate / 2, "count": 40.0}, {"curve": (0.1, value)})
    return results


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9))
def test_a_sample_is_the_mean_of_its_values(values: list[float]) -> None:
    """It also has their minimum, maximum and standard deviation."""
    sample = Sample(values)

    assert float(sample) == fmean(values)
    assert sample.low <= max(values)
    assert (sample.low, sample.high) == (min(values), max(values))
    assert sample.sd >= 0
    assert Sample([values[0]]).sd == 0


@pytest.mark.parametrize(
    ("braces", "text"),
    [
        ('measured("f", rate=2, seeds=3).val_accuracy | percent', "65\N{NO-BREAK SPACE}%"),
        ('measured("f", rate=2, seeds=3).val_accuracy.low | percent(1)', "50.0\N{NO-BREAK SPACE}%"),
        ('measured("f", rate=2, seeds=3).val_accuracy.high | round(2)', "0.75"),
        ('measured("f", rate=2, seeds=3).curve | round(2)', "0.65"),
        ('measured("f", rate=2, seeds=3).count', "40"),
        ('best("f", "rate", [1, 2], seeds=3).rate', "2"),
        ('best("f", "rate", [1, 2], seeds=3, want="lowest").rate', "1"),
        ('best("f", "rate", [1, 2], seeds=3, measure="count").count | count', "40"),
        ('(best("f", "rate", [1, 2], seeds=3).count - measured("f", rate=1, seeds=3).val_accuracy) | points', "3967"),
        ('gives("x.shape") | code', "`[64, 64, 3]`"),
        ('gives("x.shape")[0] * 2', "128"),
    ],
)  # fmt: skip
def test_fills_braces_from_measurements(braces: str, text: str) -> None:
    """Means, ranges, last values of curves, best settings and expressions, formatted by filters."""
    functions = page_queries.answer_functions(measured(), {"x.shape": [64, 64, 3]})

    assert fill_queries(f"{{{{ {braces} }}}}", functions) == text


@pytest.mark.parametrize(
    ("braces", "code"),
    [
        ('measured("f", rate=3, seeds=3).val_accuracy', "not-measured"),
        ('measured("f", rate=2, seeds=3).depth', "unknown-result"),
        ('gives("y")', "not-evaluated"),
    ],
)
def test_does_not_fill_braces_without_a_measurement(braces: str, code: str) -> None:
    """The error has the line, and a code."""
    functions = page_queries.answer_functions(measured(), {"x.shape": [64, 64, 3]})

    with pytest.raises(PlaceholderError) as raised:
        fill_queries(f"One line,\nthen {{{{ {braces} }}}}", functions)

    assert raised.value.code == code
    assert raised.value.line == 2


def test_comment_delimiters_of_jinja_are_text() -> None:
    """Only what stands in double braces is filled in."""
    text = "{# {{ gives('x') }} #} {% {%d %}"

    assert fill_queries(text, {"gives": lambda expression: 3}) == "{# 3 #} {% {%d %}"
