"""The address at which an editor gets names to complete code with."""

from __future__ import annotations

import gzip

import pytest
from starlette.applications import Starlette

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Job, Pool, Result
from practicum.store import Store
from practicum.web.app import create_app
from practicum.web.completions import ONE_DAY
from tests.html import refusal_code
from tests.web.making import TOPIC, Learner

NAMES = f"{TOPIC}/names.json"


@pytest.fixture
def app(catalogue: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([catalogue], store, pool, local=True))


def test_without_a_runner_there_are_no_names(catalogue: Catalogue, store: Store) -> None:
    """The response is empty, and no cache keeps it."""
    response = Learner(create_app(Site([catalogue], store))).get(NAMES)

    assert (response.status_code, response.json()) == (404, {})
    assert response.headers["cache-control"] == "no-store"


def test_an_unknown_topic_is_not_found(learner: Learner) -> None:
    response = learner.get("/python-basics/nothing/names.json")

    assert (response.status_code, refusal_code(response)) == (404, "no-such-topic")


def test_names_that_could_not_be_listed_are_not_cached(
    pool: Pool, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser asks again."""
    monkeypatch.setattr(pool, "run", lambda job: Result(stopped="cancelled", why="The service is stopping."))
    response = learner.get(NAMES)

    assert (response.status_code, response.json()) == (503, {})
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.slow
@pytest.mark.tensorflow
def test_the_names_of_keras_are_small_and_kept_for_a_day(
    pool: Pool, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run lists them for all learners; only the browser keeps them; less than 60 kB travel."""
    jobs: list[Job] = []
    run = pool.run
    monkeypatch.setattr(pool, "run", lambda job: (jobs.append(job), run(job))[1])
    responses = [learner.get(NAMES) for _ in range(3)]
    modules = responses[0].json()["modules"]

    assert [response.status_code for response in responses] == [200] * 3
    assert len(jobs) == 1
    assert len(gzip.compress(responses[0].content)) < 60_000
    assert responses[0].headers["cache-control"] == ONE_DAY
    assert ["Dense", "class", "(units, activation=None, use_bias=True, …)"] in modules["keras.layers"]
    assert "fit" in {name for name, _, _ in modules["keras.Model"]}
    kinds = {kind for names in modules.values() for _, kind, _ in names}
    assert kinds <= {"class", "function", "module", "value"}
