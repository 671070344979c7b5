"""What runs a piece of code: practicum, and what one would use instead."""

from __future__ import annotations

import subprocess
import sys
from typing import Protocol

from benchmarks.forkserver import ForkServer
from benchmarks.kernels import Kernel, notebook
from practicum.runner import Job, Limits, Pool, Preload
from practicum.runner.required_imports import choose_preload

MODULES = {Preload.PYTHON: (), Preload.NUMPY: ("numpy",), Preload.TENSORFLOW: ("numpy", "tensorflow", "keras")}
WARMING = 2
"""Untimed runs before the timed ones."""


class Contestant(Protocol):
    """One way of running code. :meth:`run` is what is timed; all else is not."""

    def prepare(self, code: str) -> None:
        """Get everything warm that may be warm, for this code."""

    def run(self, code: str) -> None:
        """From the wish to run it to the knowledge that it ran well. Raises RuntimeError if it did not."""

    def rest(self) -> None:
        """Wait until the last run has left nothing to do."""

    def close(self) -> None: ...


class Cold:
    """`python -c`, from nothing."""

    def prepare(self, code: str) -> None:
        self.run(code)

    def run(self, code: str) -> None:
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)

    def rest(self) -> None: ...
    def close(self) -> None: ...


class Notebook(Cold):
    """nbclient: a notebook of one cell, from its start to its end, as it is used."""

    def run(self, code: str) -> None:
        notebook(code)


class NewKernel(Cold):
    """A Jupyter kernel started for this code alone, up to its answer; ended afterwards."""

    _kernel: Kernel | None = None

    def prepare(self, code: str) -> None:
        self.run(code)
        self.rest()

    def run(self, code: str) -> None:
        self._kernel = Kernel()
        self._kernel.run(code)

    def rest(self) -> None:
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None


class WarmKernel:
    """One kernel for all: no isolation, nothing started anew. The least that a run can take."""

    def __init__(self) -> None:
        self._kernel = Kernel()

    def prepare(self, code: str) -> None:
        for _ in range(WARMING):
            self._kernel.run(code)

    def run(self, code: str) -> None:
        self._kernel.run(code)

    def rest(self) -> None: ...

    def close(self) -> None:
        self._kernel.close()


class Forked:
    """The standard library's forkserver, with the modules preloaded that the code needs."""

    def __init__(self) -> None:
        self._modules: tuple[str, ...] | None = None
        self._server: ForkServer | None = None

    def prepare(self, code: str) -> None:
        modules = MODULES[choose_preload(Job(code=code))]
        if modules != self._modules:
            self.close()
            self._server, self._modules = ForkServer(*modules), modules
        for _ in range(WARMING):
            self.run(code)
        self.rest()

    def run(self, code: str) -> None:
        assert self._server is not None
        self._server.run(code)

    def rest(self) -> None:
        if self._server is not None:
            self._server.rest()

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


class Practicum:
    """The runner, each job in an isolated interpreter of its own; from `spares`, or freshly forked without any."""

    def __init__(self, spares: int, size: int = 1) -> None:
        self.pool = Pool(size=size, spares=spares)

    def prepare(self, code: str) -> None:
        for _ in range(WARMING):
            self.run(code)
            self.rest()

    def run(self, code: str) -> None:
        result = self.pool.run(Job(code=code, limits=Limits(seconds=120)))
        if not result.ok:
            raise RuntimeError(result.why or str(result.failure))

    def rest(self) -> None:
        if not self.pool.wait_until_ready(120):
            raise RuntimeError("the spares do not become warm")

    def close(self) -> None:
        self.pool.close()
