"""Reasons for stopped runs, derived from messages that a run may forge."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.model import Failure
from practicum.runner import Job, Limits
from practicum.runner.required_imports import needs_fresh_interpreter
from practicum.runner.stop_messages import memory_exceeded, requested_bytes

NUMBERS = st.text("0123456789.,", max_size=400)


@pytest.mark.parametrize(
    ("message", "requested"),
    [
        ("Unable to allocate 7.28 TiB for an array with shape (1000000, 1000000)", int(7.28 * (1 << 40))),
        ("Unable to allocate 298. GiB for an array with shape (200000, 200000)", 298 << 30),
        ("OOM when allocating tensor with shape[1000,1000] and type float on /job", 4_000_000),
        ("no memory", None),
    ],
)
def test_reads_the_requested_bytes(message: str, requested: int | None) -> None:
    assert requested_bytes(message) == requested


@given(NUMBERS, st.sampled_from("KMGTPE"))
def test_any_forged_number_is_handled(numbers: str, unit: str) -> None:
    """Code may raise exceptions with messages like those of NumPy and TensorFlow."""
    for message in (
        f"Unable to allocate {numbers} {unit}iB",
        f"OOM when allocating tensor with shape[{numbers}] and type float",
        f"OOM when allocating tensor with shape[{','.join([numbers] * 30)}] and type float",
    ):
        assert memory_exceeded(Limits(), Failure("MemoryError", message)).code == "memory-limit"


@pytest.mark.parametrize("text", ["tensorflow.", "tensorflow", "tensorflow.a", ".a", " import ", "tensorflow import "])
def test_searching_large_code_takes_linear_time(text: str) -> None:
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
def test_code_that_configures_tensorflow_needs_a_fresh_interpreter(code: str, wants: bool) -> None:
    assert needs_fresh_interpreter(Job(code=code)) is wants
