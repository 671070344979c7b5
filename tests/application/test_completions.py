"""Names to complete code with: listed in the course's own environment, once for all learners."""

from __future__ import annotations

import json
from typing import Any

import pytest

from practicum.application import completions
from practicum.application.completions import Completions
from practicum.application.in_job.list_public_names import list_public_names
from practicum.prove.catalogue import Catalogue
from practicum.runner import Job, Result


class ListedPool:
    """A pool that returns these results, one for each job."""

    def __init__(self, *results: Result) -> None:
        self.results = list(results)
        self.jobs: list[Job] = []

    def run(self, job: Job) -> Result:
        self.jobs.append(job)
        return self.results.pop(0)


FAILED = Result(stopped="cancelled", why="The service is stopping.")
LISTED = Result(values={"names": '{"numpy": [["ones", "function", "(shape)"]]}'})


def names(found: Completions, catalogue: Catalogue, pool: Any) -> Any:
    listed = found.names(catalogue, pool)
    return listed if listed is None else json.loads(listed)


def test_an_environment_is_asked_once(catalogue: Catalogue) -> None:
    pool, found = ListedPool(LISTED), Completions()
    listed = [names(found, catalogue, pool) for _ in range(3)]

    assert listed == [{"modules": {"numpy": [["ones", "function", "(shape)"]]}}] * 3
    assert len(pool.jobs) == 1


def test_an_environment_that_failed_is_asked_again_later(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at once: a run that fails each time would hold up the others."""
    pool, found = ListedPool(FAILED, LISTED), Completions()
    early = [names(found, catalogue, pool) for _ in range(2)]
    jobs = len(pool.jobs)
    monkeypatch.setattr(completions, "RETRY_AFTER", 0.0)

    assert early == [None, None]
    assert jobs == 1
    assert names(found, catalogue, pool) is not None


def test_lists_public_names_with_kinds_and_signatures() -> None:
    """Of modules that can be imported; names of the standard library that they import are left out."""
    listed = json.loads(list_public_names(["practicum.formatting", "no.such.module"], []))
    found = {name: (kind, signature) for name, kind, signature in listed["practicum.formatting"]}

    assert set(listed) == {"practicum.formatting"}
    assert found["counted"][0] == "function"
    assert found["counted"][1].startswith("(")
    assert not any(name.startswith("_") for name in found)


def test_lists_the_members_of_classes() -> None:
    """A long signature is cut at a comma."""
    listed = json.loads(list_public_names(["practicum.runner.job"], ["practicum.runner.job.Job"]))
    signatures = {name: signature for name, _, signature in listed["practicum.runner.job"]}

    assert "practicum.runner.job.Job" in listed
    assert signatures["Job"].endswith(", …)")
    assert len(signatures["Job"]) <= 60
