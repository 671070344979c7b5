"""One pool a mode, for every mode that this machine offers; the others are skipped with the reason."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest

from practicum.runner import IsolationMode, Pool
from practicum.runner.isolation_mode import why_not
from practicum.runner.zygote_client import ZygoteClient

POOLS: dict[IsolationMode, Pool] = {}


def pool_in(mode: IsolationMode) -> Pool:
    """The session's pool in `mode`, or a skip that says why this machine has none."""
    why = why_not(mode)
    if why is not None:
        pytest.skip(f"{mode.value} mode is not offered here: {why}")
    if mode not in POOLS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            POOLS[mode] = Pool(size=3, mode=mode)
    return POOLS[mode]


def own_pid(zygote: ZygoteClient) -> int:
    """The zygote's own process: in full mode bubblewrap, which was started, stands around it."""
    return zygote.pids()[1 if zygote.mode is IsolationMode.FULL else 0]


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
