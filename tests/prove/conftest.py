"""A real pool, shared: every test here really runs code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from practicum.runner import Pool


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    with Pool(size=2) as pool:
        yield pool
