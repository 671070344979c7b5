"""Standard output and error held back, from Python and from C++, which knows nothing of Python's streams."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path


@contextmanager
def suppress_output() -> Iterator[None]:
    """Hold back what is written to stdout and stderr; exceptions pass through.

    Both belong to the whole process, so this holds back what other threads print too.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    with ExitStack() as stack:
        nowhere = stack.enter_context(Path(os.devnull).open("w"))
        for number in (1, 2):
            kept = os.dup(number)
            stack.callback(os.close, kept)
            stack.callback(os.dup2, kept, number)
            os.dup2(nowhere.fileno(), number)
        stack.enter_context(redirect_stdout(nowhere))
        stack.enter_context(redirect_stderr(nowhere))
        yield
