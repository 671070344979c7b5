"""The two settings without which no run repeats to the last digit."""

from __future__ import annotations

import os

import tensorflow as tf


def repeatable() -> None:
    """Hold TensorFlow to one thread and to its deterministic kernels, for the rest of the process.

    One thread, so that sums are added in one order however many cores there are. Deterministic kernels, since they
    give other last digits than the usual ones: either would repeat, but one must be chosen. TensorFlow's own random
    operations then need a seed.

    Raises RuntimeError where TensorFlow has already started with more threads than one.
    """
    tf.config.experimental.enable_op_determinism()
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        if not os.environ.get("TF_NUM_INTRAOP_THREADS") == os.environ.get("TF_NUM_INTEROP_THREADS") == "1":
            raise RuntimeError(
                "TensorFlow already runs on several threads, where the last digits depend on chance; "
                "start Python with TF_NUM_INTRAOP_THREADS=1 and TF_NUM_INTEROP_THREADS=1"
            ) from None
