"""A sitting that a process remembers between requests never counts against the store."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.store import Store
from practicum.web.app import create_app
from tests.html import refusal_code
from tests.web.making import Learner, right_answers


def at_another_process(learner: Learner, catalogue: Catalogue, store: Store) -> Learner:
    """The same browser at another process that serves the same store."""
    return learner.at(create_app(Site([catalogue], store)))


def stored_nonces(store: Store, sitting: str) -> list[str | None]:
    """The nonces of the answers that are stored."""
    record = store.sitting(sitting.removeprefix("/s/"))
    assert record is not None
    return [event.nonce for event in record.events if event.kind == "answered"]


def test_an_answer_is_stored_without_reading_the_store(
    learner: Learner, store: Store, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sitting is remembered from the page that had the form."""
    sitting = learner.begin()
    page = f"{sitting}/1"
    (right,) = right_answers(catalogue, learner, sitting)[0]
    fields = {**learner.form(page), "answer": learner.places(page)[right]}
    reads: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(store, "sitting", reads.append)
        response = learner.post(f"{page}/answer", fields)

    assert response.headers["location"] == page
    assert reads == []
    assert stored_nonces(store, sitting) == [fields["nonce"]]


def test_a_form_sent_to_two_processes_counts_once(learner: Learner, store: Store, catalogue: Catalogue) -> None:
    """Although the second process remembers the sitting without the answer."""
    sitting = learner.begin()
    page = f"{sitting}/1"
    other = at_another_process(learner, catalogue, store)
    other.get(page)
    (right,) = right_answers(catalogue, learner, sitting)[0]
    fields = {**learner.form(page), "answer": learner.places(page)[right]}
    responses = [browser.post(f"{page}/answer", fields) for browser in (learner, other)]

    assert [response.headers["location"] for response in responses] == [page, page]
    assert stored_nonces(store, sitting) == [fields["nonce"]]


def test_a_step_at_another_process_is_found(learner: Learner, store: Store, catalogue: Catalogue) -> None:
    """Neither a refusal nor a step is decided by memory alone."""
    sitting = learner.begin()
    right = right_answers(catalogue, learner, sitting)
    other = at_another_process(learner, catalogue, store)
    other.get(f"{sitting}/1")
    learner.answer(f"{sitting}/1", *right[0])
    learner.send(f"{sitting}/1", "next")
    fields = {**learner.form(f"{sitting}/2"), "answer": "1"}
    ahead = other.post(f"{sitting}/2/answer", fields)  # In its memory problem 2 is not open yet.

    assert ahead.headers["location"].startswith(f"{sitting}/2")
    assert "note=" not in ahead.headers["location"]
    assert fields["nonce"] in stored_nonces(store, sitting)


def test_a_remembered_sitting_belongs_to_its_learner(learner: Learner, app: Starlette, store: Store) -> None:
    """For another learner who has its address it does not exist."""
    sitting = learner.begin()
    learner.get(f"{sitting}/1")
    stranger = Learner(app)
    stranger.begin()
    response = stranger.post(f"{sitting}/1/answer", {"nonce": "a", "answer": "1"})

    assert (response.status_code, refusal_code(response)) == (404, "no-such-sitting")
    assert stored_nonces(store, sitting) == []
