"""Collects what a job's code writes to stdout while it answers its check."""

from __future__ import annotations

import codecs
import os
import sys
import tempfile

MAX_PRINTED = 1 << 20
"""Bytes that are collected of a job; what is written after them is left out."""


class OutputCapture:
    """Stdout as a file without a name, which is read piece by piece. It also has what C libraries write."""

    def __init__(self) -> None:
        """Redirect stdout from now on."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._taken = 0
        self._fd = _redirect_stdout()

    def take(self) -> str:
        """Return what has been written since the last call."""
        if self._fd is None:
            return ""
        for stream in {sys.stdout, sys.__stdout__}:
            try:
                stream.flush()  # type: ignore[union-attr]
            except BaseException:  # code may have put any object there
                continue
        data = os.pread(self._fd, MAX_PRINTED - self._taken, self._taken)
        self._taken += len(data)
        return self._decoder.decode(data)


def _redirect_stdout() -> int | None:
    """Return the new stdout's descriptor; None if there is no room for a file, so that output is discarded."""
    try:
        with tempfile.TemporaryFile(dir=os.getcwd()) as file:
            os.dup2(file.fileno(), 1)
    except OSError:
        return None
    return 1
