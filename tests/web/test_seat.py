"""A sitting that is remembered between requests is never believed against the store."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette

from practicum.application.lru_cache import LruCache
from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.store import Store
from practicum.web.app import create_app
from tests.web.making import Learner, right_answers


def elsewhere(learner: Learner, catalogue: Catalogue, store: Store) -> Learner:
    """The same browser, speaking to another process that serves the same store."""
    same = Learner(create_app(Site([catalogue], store)))
    same.http.cookies = learner.http.cookies
    return same


def counted(store: Store, sitting: str) -> list[str | None]:
    """The nonces of the answers that are stored."""
    record = store.sitting(sitting.removeprefix("/s/"))
    assert record is not None
    return [event.nonce for event in record.events if event.kind == "answered"]


def test_an_answer_needs_no_look_into_the_store(
    learner: Learner, app: Starlette, store: Store, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once its page was opened: the sitting is remembered, and the answer is stored all the same."""
    sitting = learner.begin()
    page = f"{sitting}/1"
    (right,) = right_answers(catalogue, learner, sitting)[0]
    fields = {**learner.form(page), "answer": learner.places(page)[right]}
    reads: list[str] = []
    monkeypatch.setattr(store, "sitting", reads.append)
    answer = learner.post(f"{page}/answer", fields)
    monkeypatch.undo()

    assert answer.headers["location"] == page
    assert reads == []
    assert counted(store, sitting) == [fields["nonce"]]


def test_a_form_sent_to_two_processes_counts_once(learner: Learner, store: Store, catalogue: Catalogue) -> None:
    """Though the second remembers the sitting as it was before."""
    sitting = learner.begin()
    page = f"{sitting}/1"
    other = elsewhere(learner, catalogue, store)
    other.get(page)
    (right,) = right_answers(catalogue, learner, sitting)[0]
    fields = {**learner.form(page), "answer": learner.places(page)[right]}
    first = learner.post(f"{page}/answer", fields)
    second = other.post(f"{page}/answer", fields)

    assert first.headers["location"] == second.headers["location"] == page
    assert counted(store, sitting) == [fields["nonce"]]


def test_what_another_process_did_is_seen(learner: Learner, store: Store, catalogue: Catalogue) -> None:
    """Neither a refusal nor a step is decided by what is only remembered."""
    sitting = learner.begin()
    right = right_answers(catalogue, learner, sitting)
    other = elsewhere(learner, catalogue, store)
    other.get(f"{sitting}/1")
    learner.answer(f"{sitting}/1", *right[0])
    learner.send(f"{sitting}/1", "next")
    fields = {**learner.form(f"{sitting}/2"), "answer": "1"}
    ahead = other.post(f"{sitting}/2/answer", fields)  # By what it remembers, problem 2 is not open yet.

    assert ahead.headers["location"].startswith(f"{sitting}/2")
    assert "note=order" not in ahead.headers["location"]
    assert fields["nonce"] in counted(store, sitting)


def test_a_remembered_sitting_is_its_learners_own(learner: Learner, app: Starlette, store: Store) -> None:
    """A stranger who has its address is told that there is none, and stores nothing."""
    sitting = learner.begin()
    learner.get(f"{sitting}/1")
    stranger = Learner(app)
    stranger.begin()
    answer = stranger.post(f"{sitting}/1/answer", {**stranger.form("/python-basics/lists/challenge"), "answer": "1"})

    assert answer.status_code == 404
    assert counted(store, sitting) == []


def test_the_oldest_falls_out() -> None:
    """A memory of two keeps the two that were put or asked for last."""
    recent: LruCache[int] = LruCache(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)

    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)
