from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

STARTED_ON_TWO_THREADS = """
import tensorflow as tf
tf.config.threading.set_intra_op_parallelism_threads(2)
tf.constant(1) + 1
from practicum.lab.determinism import repeatable
repeatable()
"""
FIRST_USE = """
import numpy as np
import tensorflow as tf
from practicum.lab import backbones, features, networks, train
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
    """A fresh interpreter in which nothing says how many threads there shall be."""
    env = {"PATH": "/usr/bin:/bin", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)


@pytest.mark.parametrize("use", USES)
def test_whatever_is_used_first_holds_each_operation_to_one_thread_and_determinism(use: str) -> None:
    """Before the first number is computed, and with nothing set outside."""
    ran = python(FIRST_USE.format(use=use))

    assert ran.stdout.split() == ["1", "True"], ran.stderr[-500:]


def test_several_threads_are_refused() -> None:
    """Where TensorFlow already runs on more threads, sums may be added in another order: an error, not other digits."""
    ran = python(STARTED_ON_TWO_THREADS)

    assert ran.returncode == 1
    assert "start Python with TF_NUM_INTRAOP_THREADS=1" in ran.stderr
