"""Everything in the lab makes TensorFlow deterministic before it computes."""

from __future__ import annotations

import pytest

from tests.lab.preloaded import PreloadedPython

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

STARTED_ON_TWO_THREADS = """
import tensorflow as tf
tf.config.threading.set_intra_op_parallelism_threads(2)
tf.constant(1) + 1
from practicum.lab.determinism import make_deterministic
from practicum.lab.errors import LabError
try:
    make_deterministic()
except LabError as error:
    print(error.code)
"""
FIRST_USE = """
import numpy as np
import tensorflow as tf
from practicum.lab import backbones, features, networks
{use}
print(tf.config.threading.get_intra_op_parallelism_threads())
try:
    tf.random.uniform([1])
except RuntimeError as reason:
    print("determinism" in str(reason))
"""
USES = (
    "backbones.efficientnet_lite0(32, weights='random')",
    "networks.small_cnn(32, 5)",
    "features.forward(type('Ready', (), {'__call__': lambda self, x, training: x})(), np.zeros((3, 2)))",
)


@pytest.mark.parametrize("use", USES)
def test_every_entry_point_makes_tensorflow_deterministic(use: str, preloaded: PreloadedPython) -> None:
    """Before the first number is computed, and without environment variables."""
    ran = preloaded.run(FIRST_USE.format(use=use))

    assert ran.stdout.split() == ["1", "True"], ran.stderr[-500:]


def test_rejects_a_running_multithreaded_tensorflow(preloaded: PreloadedPython) -> None:
    """Sums could be added in another order."""
    ran = preloaded.run(STARTED_ON_TWO_THREADS)

    assert ran.stdout == "several-threads\n", ran.stderr[-500:]
