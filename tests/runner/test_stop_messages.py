"""What is said of a run that was stopped holds, whatever the run says itself."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.model import Failure
from practicum.runner import Job, Limits
from practicum.runner.required_imports import needs_fresh_interpreter
from practicum.runner.stop_messages import memory_exceeded, requested_bytes

FIGURES = st.text("0123456789.,", max_size=400)


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("Unable to allocate 7.28 TiB for an array with shape (1000000, 1000000)", int(7.28 * (1 << 40))),
        ("Unable to allocate 298. GiB for an array with shape (200000, 200000)", 298 << 30),
        ("OOM when allocating tensor with shape[1000,1000] and type float on /job", 4_000_000),
        ("no memory", None),
    ],
)
def test_how_much_was_asked_for(message: str, asked: int | None) -> None:
    """NumPy and TensorFlow say it."""
    assert requested_bytes(message) == asked


@given(FIGURES, st.sampled_from("KMGTPE"))
def test_no_figures_are_too_strange(figures: str, unit: str) -> None:
    """Code may raise what it likes in NumPy's words and TensorFlow's."""
    for message in (
        f"Unable to allocate {figures} {unit}iB",
        f"OOM when allocating tensor with shape[{figures}] and type float",
        f"OOM when allocating tensor with shape[{','.join([figures] * 30)}] and type float",
    ):
        assert memory_exceeded(Limits(), Failure("MemoryError", message)).code == "memory-limit"


@pytest.mark.parametrize("text", ["tensorflow.", "tensorflow", "tensorflow.a", ".a", " import ", "tensorflow import "])
def test_what_code_needs_is_found_soon(text: str) -> None:
    """In code of whatever kind."""
    began = time.process_time()

    needs_fresh_interpreter(Job(code=f"tensorflow.{text * (50_000 // len(text))}"))

    assert time.process_time() - began < 30


@pytest.mark.parametrize(
    ("code", "wants"),
    [
        ("import tensorflow as tf\ntf.config.run_functions_eagerly(True)", True),
        ("from tensorflow import config", True),
        ("from tensorflow.python import config", True),
        ("import tensorflow.compat.v1 as tf", True),
        ("import tensorflow as tf\nprint(tf.constant(1))", False),
    ],
)
def test_code_that_sets_up_tensorflow_wants_it_fresh(code: str, wants: bool) -> None:
    """Before it has begun."""
    assert needs_fresh_interpreter(Job(code=code)) is wants
