"""Make TensorFlow deterministic to the last digit."""

from __future__ import annotations

import os

import tensorflow as tf

from practicum.lab.errors import LabError

PARALLEL_OPERATIONS = os.cpu_count() or 1
"""How many operations may run in parallel."""


def make_deterministic() -> None:
    """Run each TensorFlow operation on one thread and with its deterministic kernel, for the rest of the process.

    With one thread per operation, sums are added in the same order on any number of cores; different operations may
    still run in parallel. Deterministic kernels return other last digits than the usual ones: either would repeat, but
    one must be chosen. TensorFlow's own random operations then need a seed.

    Raises:
        LabError: `several-threads`: TensorFlow has already started with more than one thread per operation.
    """
    tf.config.experimental.enable_op_determinism()
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(PARALLEL_OPERATIONS)
    except RuntimeError:
        if os.environ.get("TF_NUM_INTRAOP_THREADS") != "1":
            raise LabError(
                "several-threads",
                "TensorFlow already runs on several threads, where the last digits depend on chance. "
                "Start Python with TF_NUM_INTRAOP_THREADS=1.",
            ) from None
