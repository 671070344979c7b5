"""Proves entries in a thread, so that tests are reported while others are still being proved."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future

from practicum.environments.selection import environment_for
from practicum.prove.catalogue import Catalogue, Entry
from practicum.prove.prover import Prover
from practicum.prove.repeated_runs import ProofCancelled, RunJob

_JOBS = os.cpu_count() or 1


class BackgroundProver:
    """Proves what has no valid evidence in one course, each entry once.

    Args:
        catalogue: The course and its evidence.
        run: Runs one job, as `Pool.run` does. Not called if all evidence is valid.
    """

    def __init__(self, catalogue: Catalogue, run: RunJob) -> None:
        self._catalogue, self._run = catalogue, run
        self._results: dict[str, Future[Entry]] = {}
        self._provers: list[Prover] = []
        self._threads: list[threading.Thread] = []
        self._is_closed = False

    def proved(self, entry: Entry, together: Iterable[Entry] = ()) -> Entry:
        """Return an entry with its verdict now, and wait for it if need be.

        Args:
            entry: The entry.
            together: Entries that are proved at the same time.

        Raises:
            NoEnvironment: A package that the course needs is missing.
            OSError: Evidence cannot be written.
        """
        if not entry.outdated:
            return entry
        if entry.path not in self._results:
            self._start({each.path: each for each in (entry, *together) if each.outdated})
        return self._results[entry.path].result()

    def close(self) -> None:
        """End what is running. Evidence that has been written stays."""
        self._is_closed = True
        for prover in self._provers:
            prover.stop()
        for thread in self._threads:
            thread.join()

    def _start(self, selected: dict[str, Entry]) -> None:
        new = [entry for path, entry in selected.items() if path not in self._results]
        self._results |= {entry.path: Future() for entry in new}
        self._threads.append(threading.Thread(target=self._prove, args=(new,), name="prove"))
        self._threads[-1].start()

    def _prove(self, entries: Sequence[Entry]) -> None:
        try:
            environment = environment_for(self._catalogue.course, self._catalogue.root)
            prover = Prover(self._catalogue, self._run, _JOBS, on_proved=self._settle, environment=environment)
            self._provers.append(prover)
            if self._is_closed:
                raise ProofCancelled
            prover.prove(entries)
        except BaseException as error:  # each test that waits reports it
            for entry in entries:
                if not self._results[entry.path].done():
                    self._results[entry.path].set_exception(error)

    def _settle(self, entry: Entry) -> None:
        self._results[entry.path].set_result(entry)
