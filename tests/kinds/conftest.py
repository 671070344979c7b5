"""A real pool, shared: what these tests call proved has really been run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from practicum.runner import Pool

pytest.register_assert_rewrite("tests.kinds.settling")


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    with Pool(size=2) as pool:
        yield pool
