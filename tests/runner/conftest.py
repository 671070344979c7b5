"""One pool per isolation mode. Modes that this machine does not offer are skipped, with the reason."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator

import pytest

from practicum.runner import IsolationMode, OnEvent, Pool, Started
from practicum.runner.isolation_mode import why_not
from practicum.runner.zygote_client import ZygoteClient

POOLS: dict[IsolationMode, Pool] = {}


def pool_in(mode: IsolationMode) -> Pool:
    """Return the session's pool in `mode`, or skip the test if this machine does not offer the mode."""
    why = why_not(mode)
    if why is not None:
        pytest.skip(f"{mode.value} mode is not offered here: {why}")
    if mode not in POOLS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            POOLS[mode] = Pool(size=3, mode=mode)
    return POOLS[mode]


def own_pid(zygote: ZygoteClient) -> int:
    """Return the zygote's own process id: in full mode the started process is bubblewrap."""
    return zygote.pids()[1 if zygote.mode is IsolationMode.FULL else 0]


def on_started(started: threading.Event) -> OnEvent:
    """Return a callback for `Pool.run` that sets `started` when the job starts."""
    return lambda event: started.set() if isinstance(event, Started) else None


@pytest.fixture(scope="session", autouse=True)
def _close_pools() -> Iterator[None]:
    yield
    while POOLS:
        POOLS.popitem()[1].close()


@pytest.fixture(params=list(IsolationMode), ids=str)
def pool(request: pytest.FixtureRequest) -> Pool:
    """A pool in each mode."""
    return pool_in(request.param)


@pytest.fixture(params=[IsolationMode.FULL, IsolationMode.BARE], ids=str)
def isolated(request: pytest.FixtureRequest) -> Pool:
    """A pool in each mode that isolates."""
    return pool_in(request.param)
