"""A plugin of pytest: `pytest --practicum` collects courses, and `--practicum-bank` question banks.

pytest imports this module in every run, so that it imports nothing of practicum unless an option is given.
"""

from __future__ import annotations

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("practicum")
    group.addoption("--practicum", action="store_true", help="Collect practicum's courses: prove each claim.")
    group.addoption(
        "--practicum-bank",
        action="append",
        default=[],
        metavar="GLOB",
        help="Collect question banks whose paths end so, such as banks/*.xml: settle each key. May be repeated.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Collect what the options name."""
    if config.option.practicum:
        from practicum.pytest_plugin.collection import CourseCollection

        courses = CourseCollection()
        config.pluginmanager.register(courses, "practicum-courses")
        config.add_cleanup(courses.close)
    if config.option.practicum_bank:
        from practicum.audit.lazy_pool import LazyPool
        from practicum.pytest_plugin.bank_collection import BankCollection

        pool = LazyPool(os.cpu_count() or 1)
        config.pluginmanager.register(BankCollection(config.option.practicum_bank, pool), "practicum-banks")
        config.add_cleanup(pool.close)
