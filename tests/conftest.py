"""What all tests share. In CI nothing may be skipped: a skip there is a failure, and says so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from practicum.runner import Pool

ROOT = Path(__file__).parents[1]

pytest.register_assert_rewrite("tests.kinds.settling")


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """A real pool, shared: what tests call proved has really been run."""
    with Pool(size=2) as pool:
        yield pool


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be: {report.longrepr}"
    return report
