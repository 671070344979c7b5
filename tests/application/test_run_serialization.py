"""Recorded runs: JSON of a bounded size, from which the same result is read again."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.application.run_serialization import (
    MAX_FIGURES,
    encode_figures,
    from_json,
    recorded_epochs,
    to_json,
)
from practicum.model import Failure
from practicum.runner import Epoch, FigureImage, Result

TEXTS = st.sampled_from(["", "a", "two\nlines", "é\x1b[0m🙂", " spaces "])
FAILURES = st.none() | st.builds(
    Failure,
    TEXTS,
    TEXTS,
    line=st.none() | st.integers(1, 99),
    where=st.sampled_from(["snippet", "setup", "check"]),
    bases=st.lists(TEXTS, max_size=2).map(tuple),
)
METRICS = st.dictionaries(st.sampled_from(["loss", "val_loss", "é"]), st.sampled_from([0.0, -1.5, 1 / 3, 1e300]))
EPOCHS = st.builds(Epoch, st.integers(1, 9), st.integers(1, 9), METRICS, st.just(0.125))
RESULTS = st.builds(
    Result,
    stdout=TEXTS,
    stderr=TEXTS,
    failure=FAILURES,
    traceback=TEXTS,
    epochs=st.lists(EPOCHS, max_size=4).map(tuple),
    seconds=st.sampled_from([0.0, 0.1, 60.0]),
    stopped=st.sampled_from([None, "time", "cancelled"]),
    why=TEXTS,
)


@given(RESULTS)
def test_a_small_result_is_read_back(result: Result) -> None:
    """All of it, through JSON text."""
    assert from_json(json.loads(json.dumps(to_json(result)))) == result


@pytest.mark.parametrize("names", [1, 500])
def test_a_record_is_bounded(names: int) -> None:
    """However long the run trained, whatever it printed, and whatever its metrics are called."""
    metrics = {f"{number}{'é' * 1000}": 1 / 3 for number in range(names)}
    epochs = tuple(Epoch(number, 10_000, metrics, 1e9) for number in range(10_000))
    long = "é" * 1_000_000
    record = to_json(Result(long, long, traceback=long, epochs=epochs))

    assert len(json.dumps(record, ensure_ascii=False)) < 1_000_000
    assert recorded_epochs(record)[-1].number == 9_999


def test_a_metric_that_is_not_finite_is_read_back_as_nan() -> None:
    """JSON has no such number."""
    record = json.loads(json.dumps(to_json(Result(epochs=(Epoch(1, 1, {"loss": math.inf}, 0.1),))), allow_nan=False))

    assert math.isnan(recorded_epochs(record)[0].metrics["loss"])


def test_figures_are_kept_while_there_is_room() -> None:
    small, large = FigureImage(b"x" * 100), FigureImage(b"x" * MAX_FIGURES)

    assert len(encode_figures([small, small])) == 2
    assert len(encode_figures([small, large, small])) == 1
    assert from_json(to_json(Result()), encode_figures([small])).figures[0].png == small.png
