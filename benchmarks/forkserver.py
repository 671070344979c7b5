"""The standard library's forkserver with everything preloaded: what one would build without a sandbox."""

from __future__ import annotations

import multiprocessing
import multiprocessing.forkserver
import os
import threading
from multiprocessing.context import ForkServerProcess

from benchmarks import forked
from benchmarks.kernels import PATIENCE

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "BENCHMARK_FORKSERVER": "1"}


class ForkServer:
    """One process a run, no isolation. A process has one fork server, so there can be one of these at a time.

    TensorFlow is imported in the server and computes in the children only, else they would hang.
    """

    def __init__(self, *modules: str) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["benchmarks.forked", *modules])
        self._running: list[ForkServerProcess] = []
        self._lock = threading.Lock()
        kept = {name: os.environ.get(name) for name in QUIET}
        os.environ.update(QUIET)
        multiprocessing.forkserver.ensure_running()
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

    def run(self, code: str) -> None:
        """Run it to its end. From any thread. Raises RuntimeError if it fails, or does not end."""
        receiver, sender = self._context.Pipe(duplex=False)
        process = self._context.Process(target=forked.execute, args=(code, sender), daemon=True)
        process.start()
        with self._lock:
            self._running.append(process)
        sender.close()
        with receiver:
            if not receiver.poll(PATIENCE):
                process.kill()
                raise RuntimeError(f"the child of the fork server has been silent for {PATIENCE} s")
            try:
                failed = receiver.recv()
            except EOFError:
                failed = "it ended without a word"
        if failed:
            raise RuntimeError(failed)

    def rest(self) -> None:
        """Wait until no child is there any more."""
        with self._lock:
            ended, self._running = self._running, []
        for process in ended:
            process.join()

    def close(self) -> None:
        self.rest()
        # Not public; the next one would find this one's server otherwise, with this one's modules.
        multiprocessing.forkserver._forkserver._stop()  # type: ignore[attr-defined]
