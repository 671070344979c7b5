"""The two settings without which no run repeats to the last digit."""

from __future__ import annotations

import os

import tensorflow as tf

PARALLEL_OPERATIONS = os.cpu_count() or 1
"""How many operations may run beside each other."""


def make_deterministic() -> None:
    """Hold each of TensorFlow's operations to one thread and to its deterministic kernel, for the rest of the process.

    One thread an operation, so that sums are added in one order however many cores there are; different operations
    may still run beside each other. Deterministic kernels, since they give other last digits than the usual ones:
    either would repeat, but one must be chosen. TensorFlow's own random operations then need a seed.

    Raises RuntimeError where TensorFlow has already started with more threads than one an operation.
    """
    tf.config.experimental.enable_op_determinism()
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(PARALLEL_OPERATIONS)
    except RuntimeError:
        if os.environ.get("TF_NUM_INTRAOP_THREADS") != "1":
            raise RuntimeError(
                "TensorFlow already runs on several threads, where the last digits depend on chance; "
                "start Python with TF_NUM_INTRAOP_THREADS=1"
            ) from None
