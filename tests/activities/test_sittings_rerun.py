"""Running the proof of a closed problem again: as a page, and as a stream."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Pool
from practicum.store import Store
from practicum.web.app import create_app
from tests.html import STREAM, events, refusal_code, result_of
from tests.web.making import Learner


@pytest.fixture
def app(catalogue: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([catalogue], store, pool))


def closed(learner: Learner, problem: int = 1) -> str:
    """Skip problems up to this one, and return the path of its verdict."""
    sitting = learner.begin()
    for number in range(1, problem + 1):
        learner.send(f"{sitting}/{number}", "skip")
        if number < problem:
            learner.send(f"{sitting}/{number}", "next")
    return f"{sitting}/{problem}"


def test_a_page_shows_the_result_of_each_option(learner: Learner) -> None:
    """Without JavaScript there is a page with three results and a link back to the verdict."""
    page = closed(learner)
    response = learner.send(page, "again")

    assert response.status_code == 200
    assert response.text.count('<div class="ran">') == 3
    assert f'href="{page}"' in response.text


def test_a_stream_ends_with_the_same_result_as_a_fragment(learner: Learner) -> None:
    """It begins with the id and the state of the run."""
    page = closed(learner)
    response = learner.post(f"{page}/again", learner.form(page), accept=STREAM)

    assert response.headers["content-type"].startswith(STREAM)
    assert [name for name, _ in events(response)[:2]] == ["run", "state"]
    assert result_of(response).count('<div class="ran">') == 3


def test_an_experiment_reports_measurements_as_they_are_made(learner: Learner) -> None:
    """One seed alone is shown neither as a confirmation nor as a refutation."""
    page = closed(learner, 4)
    response = learner.post(f"{page}/again", learner.form(page), accept=STREAM)

    assert any(name == "output" and "nearness" in data["add"] for name, data in events(response))
    assert '<div class="notice "' in result_of(response)


def test_refuses_while_the_problem_is_open(learner: Learner) -> None:
    """The result of the run would give the answer away."""
    page = learner.begin() + "/1"

    for accept in ("text/html", STREAM):
        response = learner.post(f"{page}/again", learner.form(page), accept=accept)
        assert (response.status_code, refusal_code(response)) == (409, "answer-first")


def test_is_not_offered_without_a_runner(catalogue: Catalogue, store: Store) -> None:
    """Its form is refused, too."""
    learner = Learner(create_app(Site([catalogue], store)))
    page = closed(learner)
    response = learner.send(page, "again")

    assert f'action="{page}/again"' not in learner.get(page).text
    assert (response.status_code, refusal_code(response)) == (409, "no-runner")
