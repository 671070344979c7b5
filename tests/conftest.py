"""Fixtures and settings that all tests share. In CI a skipped test counts as a failure."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from practicum.runner import Pool

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.postgres import Cluster

ROOT = Path(__file__).parents[1]
FAST_TEST_LIMIT = 120
"""Seconds after which a test without the mark `slow` counts as hung, on any machine."""
EXPECT_LIMIT = 60_000
"""Milliseconds that a page has to become what a test expects; it takes that long only where it never will."""

PROCESS_FIXTURES = frozenset({"pool", "isolated", "catalogue", "chromium", "service", "preloaded", "world", "cluster"})
"""Fixtures that start processes: sandboxed runs, a browser, a service, TensorFlow. A test that uses one is slow."""
_ONLY_FAST = "not slow"
"""The mark expression of `make check`."""
_SLOW_FILE = re.compile(r"^pytestmark = (pytest|\[[^\]]*\bpytest)\.mark\.slow\b", re.M)
_COSTS = {"tensorflow": 40, "browser": 20, "slow": 9}
"""Tenths of a second that a test with such a mark takes, roughly."""
_PROCESS_EVENTS = {"subprocess.Popen", "os.fork", "os.posix_spawn"}

pytest.register_assert_rewrite("tests.kinds.settling")

# Tests, and the commands that they start, read courses and banks from their files alone, and leave the caches as is.
os.environ["PRACTICUM_READINGS"] = os.devnull
os.environ["PRACTICUM_AUDITS"] = os.devnull

# Looking for garbage at the default rate took a fifth of the time: TensorFlow alone is a million objects that stay.
gc.disable()
gc.set_threshold(200_000, 20, 50)

# No profile looks at the clock, so that a busy machine fails no test. The first two draw the same examples in each run.
_ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("full", _ANY_SPEED, derandomize=True)
settings.register_profile("quick", _ANY_SPEED, derandomize=True, max_examples=10)
settings.register_profile("explore", _ANY_SPEED, max_examples=1_000)
settings.load_profile("full")


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """A pool of real runners, shared by the tests of a worker."""
    with Pool(size=2) as pool:
        yield pool


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser, shared by the tests of a worker; each test opens a context of its own in it."""
    from playwright.sync_api import expect

    from tests.browser import chromium_browser

    expect.set_options(timeout=EXPECT_LIMIT)
    with chromium_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server, shared by the tests of a worker; each test creates a database of its own in it."""
    from tests.postgres import private_cluster

    with private_cluster() as cluster:
        yield cluster


@pytest.fixture(autouse=True)
def _hide_browser_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hide Playwright's event loop, which stays marked as running, from tests that may run a loop of their own."""
    browser_loop = None if "chromium" in request.fixturenames else asyncio._get_running_loop()
    if browser_loop is None:
        yield
        return
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(browser_loop)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not import a file of slow tests when only fast ones run: many import TensorFlow."""
    if config.option.markexpr != _ONLY_FAST or not collection_path.match("test_*.py"):
        return None
    return _SLOW_FILE.search(collection_path.read_text(encoding="utf-8")) is not None or None


def pytest_configure(config: pytest.Config) -> None:
    """Let no fast test start a process or import TensorFlow when only fast ones run."""

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        costly = event in _PROCESS_EVENTS or (event == "import" and arguments[0] == "tensorflow")
        if costly and _running and threading.current_thread() is threading.main_thread():
            pytest.fail(f"{_running[-1]} starts a process or imports TensorFlow. Mark it with pytest.mark.slow.")

    if config.option.markexpr == _ONLY_FAST:
        sys.addaudithook(refuse)


def pytest_collection_finish() -> None:
    """Look for garbage from now on, but not among what has been imported."""
    gc.collect()
    gc.freeze()
    gc.enable()


_running: list[str] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[object]:
    _running.append(item.nodeid)
    result = yield
    _running.pop()
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use processes as slow, order files by cost, and give each fast test a limit.

    With `--dist loadfile --no-loadscope-reorder` the workers take files in this order, the most expensive first, so
    that they finish together.
    """
    costs: dict[Path, int] = {}
    for item in items:
        if not PROCESS_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
        costs[item.path] = costs.get(item.path, 0) + _cost(item)
        if not item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(FAST_TEST_LIMIT))
    items.sort(key=lambda item: -costs[item.path])


def _cost(item: pytest.Item) -> int:
    """About how many tenths of a second a test takes."""
    return 1 + sum(tenths for mark, tenths in _COSTS.items() if item.get_closest_marker(mark))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[pytest.TestReport]:
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be skipped: {report.longrepr}"
    return report
