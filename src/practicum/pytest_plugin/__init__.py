"""A plugin of pytest: `pytest --practicum` collects courses, one test per variant, page and card.

pytest imports this module in every run, so that it imports nothing of practicum unless the option is given.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--practicum`."""
    group = parser.getgroup("practicum")
    group.addoption("--practicum", action="store_true", help="Collect practicum's courses: prove each claim.")


def pytest_configure(config: pytest.Config) -> None:
    """Collect courses if the option is given."""
    if config.option.practicum:
        from practicum.pytest_plugin.collection import CourseCollection

        collection = CourseCollection()
        config.pluginmanager.register(collection, "practicum-courses")
        config.add_cleanup(collection.close)
