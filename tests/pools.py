"""Pools for services: each has a queue of its own, and the interpreters are those of the session's pool."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

from practicum.runner import Pool
from practicum.runner.fair_queue import FairQueue


@contextmanager
def own_queue(pool: Pool, size: int = 2, per_person: int | None = None) -> Iterator[Pool]:
    """A pool that runs its jobs in the warm interpreters of `pool`, which a service that stops does not close."""
    queued = copy.copy(pool)
    queued.size, queued.queue = size, FairQueue(size, per_person)
    yield queued
    queued.queue.close("The test has ended.")
