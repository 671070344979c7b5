"""pytest in this process, with and without interpreters. Modules that use it have `pytest_plugins = ["pytester"]`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest

from practicum.pytest_plugin import bank_collection, collection  # noqa: F401 - pytester forgets its runs' imports
from practicum.runner import Pool

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run pytest in this process and the test's folder. It must start no interpreter."""

    def run(*arguments: str) -> pytest.RunResult:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("practicum.audit.lazy_pool.Pool", lambda size: pytest.fail("an interpreter is started"))
            return pytester.runpytest_inprocess("-v", *arguments)

    return run


@pytest.fixture
def prove(pytester: pytest.Pytester, pool: Pool) -> Run:
    """Run pytest in this process; claims are run by the interpreters that tests share."""

    class Shared:
        run = staticmethod(pool.run)
        close = staticmethod(contextlib.nullcontext)

    def prove(*arguments: str) -> pytest.RunResult:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("practicum.audit.lazy_pool.Pool", lambda size: Shared)
            return pytester.runpytest_inprocess("-v", *arguments)

    return prove
