"""Make the runs of a proof twice, the second time with shifted inputs: how often is tested in `tests/prove`.

Cases whose verdict is chance make all repeats, as two runs may happen to be the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from practicum.prove import repeated_runs

ALL_REPEATS = repeated_runs.REPEATS


@pytest.fixture(scope="module", autouse=True)
def _two_repeats() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeated_runs, "REPEATS", (2, 2, 2))
        yield


@pytest.fixture(autouse=True)
def _all_repeats_of_chance(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    if getattr(parameters.get("case"), "code", "") == "depends-on-chance":
        monkeypatch.setattr(repeated_runs, "REPEATS", ALL_REPEATS)
