"""Run it again: as a page, and as a stream."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.applications import Starlette

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Pool
from practicum.store import Store
from practicum.web.app import create_app
from tests.web.making import Learner


@pytest.fixture
def app(catalogue: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([catalogue], store, pool))


def closed(learner: Learner, problem: int = 1) -> str:
    """The page of a problem whose answer is closed."""
    sitting = learner.begin()
    for number in range(1, problem + 1):
        learner.send(f"{sitting}/{number}", "skip")
        if number < problem:
            learner.send(f"{sitting}/{number}", "next")
    return f"{sitting}/{problem}"


def events(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [(block[0].removeprefix("event: "), json.loads(block[1].removeprefix("data: "))) for block in blocks]


def test_it_works_as_a_page(learner: Learner) -> None:
    """Without JavaScript: what each option gave this time, and the way back."""
    page = closed(learner)
    answer = learner.send(page, "again")

    assert answer.status_code == 200
    assert "The same again." in answer.text
    assert answer.text.count("This time") == 3
    assert f'href="{page}"' in answer.text


def test_it_works_as_a_stream(learner: Learner) -> None:
    """With it: first that it runs, last the same result as a piece of a page."""
    page = closed(learner)
    answer = learner.post(f"{page}/again", learner.form(page), accept="text/event-stream")
    told = events(answer.text)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [name for name, _ in told[:2]] == ["run", "state"]
    assert told[-1][0] == "result"
    assert "The same again." in told[-1][1]


def test_an_experiment_tells_what_it_measures(learner: Learner) -> None:
    """Each measurement appears as it is made, and one seed alone is not called a proof."""
    page = closed(learner, 4)
    answer = learner.post(f"{page}/again", learner.form(page), accept="text/event-stream")
    told = events(answer.text)

    assert any(name == "output" and "nearness" in data["add"] for name, data in told)
    assert "One seed alone settles nothing" in told[-1][1]


def test_it_is_refused_while_the_answer_is_open(learner: Learner) -> None:
    """What a run gives is the key."""
    page = learner.begin() + "/1"

    assert learner.send(page, "again").status_code == 409
    assert learner.post(f"{page}/again", learner.form(page), accept="text/event-stream").status_code == 409


def test_without_a_runner_it_is_not_offered(catalogue: Catalogue, store: Store) -> None:
    learner = Learner(create_app(Site([catalogue], store)))
    page = closed(learner)

    assert "Run it again" not in learner.get(page).text
    assert learner.send(page, "again").status_code == 409
