"""A call in a process of its own, with TensorFlow imported there before it begins: what is timed is the work alone."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

PRELOADED = ["keras", "tensorflow", "sklearn.linear_model", "scipy.stats", "practicum.lab.pipeline"]


def alone(measure: Callable[..., Any]) -> Callable[..., Any]:
    """Have every call of `measure`, a function of a module, run in a process of its own, forked from one that has
    imported everything and computed nothing. How many threads TensorFlow takes is for each to say, as in any process.
    """

    @functools.wraps(measure)
    def call(**given: Any) -> Any:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        context = get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        with ProcessPoolExecutor(1, context) as process:
            return process.submit(measure, **given).result()

    return call
