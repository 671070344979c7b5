"""Everything in the lab makes TensorFlow deterministic before it computes."""

from __future__ import annotations

import subprocess
import sys

import pytest

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


def python(code: str) -> subprocess.CompletedProcess[str]:
    """The code, run in a fresh interpreter without settings for threads."""
    env = {"PATH": "/usr/bin:/bin", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)


@pytest.mark.parametrize("use", USES)
def test_every_entry_point_makes_tensorflow_deterministic(use: str) -> None:
    """Before the first number is computed, and without environment variables."""
    ran = python(FIRST_USE.format(use=use))

    assert ran.stdout.split() == ["1", "True"], ran.stderr[-500:]


def test_rejects_a_running_multithreaded_tensorflow() -> None:
    """Sums could be added in another order."""
    ran = python(STARTED_ON_TWO_THREADS)

    assert ran.stdout == "several-threads\n", ran.stderr[-500:]
