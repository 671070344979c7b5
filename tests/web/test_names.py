"""Names to complete with: asked of the course's own environment, once, and of nothing else."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from practicum.application import completions as names
from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Job, Pool, Result
from practicum.store import Store
from practicum.web.app import create_app
from tests.web.making import TOPIC, Learner

NAMES = f"{TOPIC}/names.json"


@pytest.fixture
def pool() -> Iterator[Pool]:
    with Pool(1) as pool:
        yield pool


@pytest.fixture
def app(catalogue: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([catalogue], store, pool, local=True))


def test_nothing_is_said_where_nothing_is_run(catalogue: Catalogue, store: Store) -> None:
    """Without a runner there is no environment to ask: an empty answer, which no cache keeps."""
    answer = Learner(create_app(Site([catalogue], store))).get(NAMES)

    assert (answer.status_code, answer.json()) == (404, {})
    assert answer.headers["cache-control"] == "no-store"


def test_a_topic_that_is_not_there(app: Starlette) -> None:
    """As everywhere."""

    assert Learner(app).get("/python-basics/nothing/names.json").status_code == 404


def test_a_run_that_came_to_nothing_is_tried_again_later(
    pool: Pool, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was stopped is not kept by the browser; for a while the environment is left alone, then asked anew."""
    results = [Result(stopped="cancelled", why="The service ends."), Result(values={"names": '{"numpy": []}'})]
    monkeypatch.setattr(pool, "run", lambda job: results.pop(0))
    answers = [learner.get(NAMES) for _ in range(2)]
    monkeypatch.setattr(names, "AGAIN", 0.0)
    later = learner.get(NAMES)

    assert [answer.status_code for answer in answers] == [503, 503]
    assert (answers[0].json(), answers[0].headers["cache-control"]) == ({}, "no-store")
    assert later.json() == {"modules": {"numpy": []}}
    assert results == []


@pytest.mark.slow
@pytest.mark.tensorflow
def test_names_are_asked_for_once_and_stay_small(pool: Pool, learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """One run for everybody; less than 60 kB travel; a browser keeps them for a day, and only it."""
    jobs: list[Job] = []
    run = pool.run
    monkeypatch.setattr(pool, "run", lambda job: (jobs.append(job), run(job))[1])
    answers = [learner.get(NAMES) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert len(jobs) == 1
    assert len(gzip.compress(answers[0].content)) < 60_000
    assert answers[0].headers["cache-control"] == "private, max-age=86400"
    modules = answers[0].json()["modules"]
    assert ["Dense", "class", "(units, activation=None, use_bias=True, …)"] in modules["keras.layers"]
    assert "fit" in {name for name, _, _ in modules["keras.Model"]}
    assert all(kind in ("class", "function", "module", "value") for about in modules.values() for _, kind, _ in about)
