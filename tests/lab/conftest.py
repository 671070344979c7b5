"""Run TensorFlow on one thread and with oneDNN in the lab's tests, as in every measured run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.lab.preloaded import PreloadedPython, preloaded_python

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# With Eigen's kernels, TensorFlow's choice on AMD processors, an image's features depend on its place in the batch.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(scope="session")
def preloaded() -> Iterator[PreloadedPython]:
    """Fresh processes with TensorFlow, shared by the tests of a worker: importing it takes longer than most of them."""
    with preloaded_python() as python:
        yield python
