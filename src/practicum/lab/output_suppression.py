"""Discard what Python and C++ code write to standard output and standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path


@contextmanager
def suppress_output() -> Iterator[None]:
    """Discard everything written to stdout and stderr. Exceptions pass through.

    Both streams belong to the whole process, so the output of other threads is discarded too.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    with ExitStack() as stack:
        null = stack.enter_context(Path(os.devnull).open("w"))
        # C++ writes to the descriptors and knows nothing of Python's streams.
        for descriptor in (1, 2):
            original = os.dup(descriptor)
            stack.callback(os.close, original)
            stack.callback(os.dup2, original, descriptor)
            os.dup2(null.fileno(), descriptor)
        stack.enter_context(redirect_stdout(null))
        stack.enter_context(redirect_stderr(null))
        yield
