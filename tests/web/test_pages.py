"""The pages around the modes: home, topics, errors, drafts and assets."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from types import MappingProxyType

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from practicum import modes
from practicum.application.site import Site
from practicum.model import Verdict
from practicum.prove.catalogue import Catalogue, load
from practicum.store import Store, StoreError
from practicum.web import assets
from practicum.web.app import create_app, reserved_names
from tests.documents import section
from tests.html import STREAM, main_text, refusal_code
from tests.web.making import COURSE, HERE, TOPIC, Learner


def unproved(catalogue: Catalogue, count: int) -> Catalogue:
    """The course as it is after its author changed the first `count` problems."""
    entries = {
        path: replace(entry, evidence=None, verdict=Verdict.UNPROVED, why="it has not been run since it changed")
        if number < count
        else entry
        for number, (path, entry) in enumerate(catalogue.entries.items())
    }
    return replace(catalogue, entries=MappingProxyType(entries))


def test_home_lists_courses_and_topics(learner: Learner) -> None:
    """Each with its summary and duration, and a link."""
    html = learner.get("/").text

    assert "Python basics" in html
    assert f'href="{TOPIC}"' in html
    assert "8 min" in html
    assert 'id="badges"' not in html


def test_a_topic_offers_only_modes_with_content(learner: Learner) -> None:
    """Here one of nine; no dead links."""
    html = learner.get(TOPIC).text

    assert re.findall(r'<h3><a href="([^"]+)">', html) == [f"{TOPIC}/challenge"]
    assert "5 problems" in html


def test_the_start_of_a_challenge_lists_its_problems(learner: Learner) -> None:
    """By kind, level and time, without their titles; with the badge and the clocks to choose from."""
    html = learner.get(f"{TOPIC}/challenge").text

    for words in ("Predict output", "Beginner", "1:30", "List Keeper"):
        assert words in html
    assert re.findall(r'name="clock" value="([^"]+)"', html) == ["1", "1.5", "2", "10", "off"]
    assert "A slice of a list" not in html


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/x", None),
        ("/x/y", "no-such-course"),
        ("/python-basics/x", "no-such-topic"),
        ("/x/y/challenge", "no-such-course"),
        ("/s/x", "no-such-sitting"),
        ("/static/x.css", None),
        ("/a/b/c/d", None),
        (f"/s/x/{'9' * 5000}", None),
        (f"/x/y/learn/figure-{'9' * 5000}-1.png", None),
    ],
)
def test_an_unknown_address_is_a_page(learner: Learner, path: str, code: str | None) -> None:
    """With a link to go on."""
    response = learner.get(path)

    assert (response.status_code, refusal_code(response)) == (404, code)
    assert "<h1" in response.text
    assert 'class="button"' in response.text


def test_a_refusal_is_plain_text_for_a_script(learner: Learner) -> None:
    """It is shown in the page that has the script."""
    response = learner.http.get("/x/y", headers={"accept": STREAM})

    assert (response.status_code, refusal_code(response)) == (404, "no-such-course")
    assert response.headers["content-type"].startswith("text/plain")
    assert "<" not in response.text


def test_a_fault_is_a_page(catalogue: Catalogue, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows nothing of the code."""
    app = create_app(Site([catalogue], store))
    monkeypatch.setattr(Store, "learner_for", lambda *_: 1 / 0)
    response = TestClient(app, base_url=HERE, raise_server_exceptions=False).get("/")

    assert (response.status_code, refusal_code(response)) == (500, "fault")
    assert "<h1" in response.text
    assert "ZeroDivisionError" not in response.text


def test_an_answer_that_cannot_be_stored_is_not_acknowledged(
    catalogue: Catalogue, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says so, without what the store's message names, and programs may try again soon."""
    learner = Learner(create_app(Site([catalogue], store)))
    page = learner.begin() + "/1"

    def fail(*_: object) -> bool:
        raise StoreError("disk-full", "practicum.sqlite3: MarkDisk")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "append_grouped", fail)
        response = learner.send(page, "answer", answer="1")
    record = store.sitting(page.split("/")[2])

    assert (response.status_code, refusal_code(response)) == (503, "disk-full")
    assert "MarkDisk" not in response.text
    assert int(response.headers["retry-after"]) > 0
    assert record is not None
    assert [event.kind for event in record.events] == ["shown"]


# --- proofs and drafts


def test_unproved_problems_are_not_asked(catalogue: Catalogue, store: Store) -> None:
    """The start page and the sitting have the proved ones only."""
    learner = Learner(create_app(Site([unproved(catalogue, 2)], store)))
    topic = learner.get(TOPIC).text
    sitting = learner.begin()

    assert "3 problems" in topic
    assert learner.get(f"{sitting}/1").text.count('<span class="sr">Problem') == 3


def test_an_unproved_course_shows_its_author_what_to_do(catalogue: Catalogue, store: Store) -> None:
    learner = Learner(create_app(Site([unproved(catalogue, 5)], store)))
    challenge = learner.get(f"{TOPIC}/challenge")

    assert "practicum prove" in learner.get("/").text
    assert "--draft" in learner.get(TOPIC).text
    assert (challenge.status_code, refusal_code(challenge)) == (404, "nothing-proved")


def test_a_draft_shows_and_marks_unproved_problems(catalogue: Catalogue, store: Store) -> None:
    """On every page, on the problem, and in place of the proof."""
    learner = Learner(create_app(Site([unproved(catalogue, 1)], store, draft=True)))
    start = learner.get(f"{TOPIC}/challenge").text
    sitting = learner.begin()
    before = learner.get(f"{sitting}/1").text
    learner.send(f"{sitting}/1", "skip")
    after = learner.get(f"{sitting}/1").text
    published = Learner(create_app(Site([catalogue], store))).get(f"{TOPIC}/challenge").text

    for html in (start, before, after):
        assert 'class="draftbar"' in html
        assert "Draft" in main_text(html)
    assert "It has not been run since it changed." in after
    assert 'class="draftbar"' not in published


def test_a_problem_that_changed_during_a_sitting_is_gone(catalogue: Catalogue, store: Store) -> None:
    """The page links to the start of another sitting, and other pages work."""
    learner = Learner(create_app(Site([catalogue], store)))
    sitting = learner.begin()
    later = learner.at(create_app(Site([unproved(catalogue, 5)], store)))
    response = later.get(f"{sitting}/1")

    assert (response.status_code, refusal_code(response)) == (410, "problem-changed")
    assert f'class="button" href="{TOPIC}/challenge"' in response.text
    assert later.get("/").status_code == 200


# --- assets


def test_assets_are_cached_under_addresses_of_their_content(learner: Learner) -> None:
    """The address has a hash of the bytes, and every asset that a page names exists."""
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', learner.get("/").text)

    assert len(named) >= 6
    for path in named:
        response = learner.get(path)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        assert re.search(r"\.[0-9a-f]{12}\.", path)


def test_an_asset_is_the_same_with_and_without_compression(app: Starlette) -> None:
    client = TestClient(app, base_url=HERE)
    path = assets.address("practicum.css")
    plain = client.get(path, headers={"accept-encoding": "identity"})
    with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())

    assert "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content


def test_a_challenge_page_weighs_under_60_kb(app: Starlette) -> None:
    """Compressed, with every asset it names and all headers."""
    learner = Learner(app)
    page = learner.begin(clock="1") + "/1"
    html = learner.get(page).text
    total = 0
    for path in [page, *re.findall(r'(?:href|src)="(/static/[^"]+)"', html)]:
        with learner.http.stream("GET", path, headers={"accept-encoding": "gzip"}) as response:
            total += len(b"".join(response.iter_raw())) + sum(
                len(name) + len(value) + 4 for name, value in response.headers.raw
            )

    assert total < 60_000


# --- addresses


def test_every_address_is_documented(app: Starlette) -> None:
    """Each part of it is in the tables of addresses, where those of a mode are listed by its activity."""
    documented = " ".join(re.findall(r"`([^`]+)`", section("Addresses")))
    mode_names = {mode.name for mode in modes.BUILTIN}
    parts = {
        part
        for route in app.routes
        for part in re.split(r"\{[^}]+\}|/", route.path)  # type: ignore[attr-defined]
        if part and part not in mode_names
    }

    assert [part for part in sorted(parts) if part not in documented] == []


WITH_PROBLEMS = [mode for mode in modes.BUILTIN if mode.holds == "problems"]


@pytest.mark.parametrize("mode", WITH_PROBLEMS, ids=lambda mode: mode.name)
def test_no_page_of_a_mode_has_the_address_of_a_problem(app: Starlette, mode: modes.Mode) -> None:
    """The mode lists the names of its own pages, which no problem may have."""
    base = f"/{{course}}/{{topic}}/{mode.name}/"
    beneath = {route.path.removeprefix(base) for route in app.routes if route.path.startswith(base)}  # type: ignore[attr-defined]

    assert {name for name in beneath if "/" not in name and "{" not in name} == set(mode.taken)


def test_no_course_can_have_the_name_of_an_address(app: Starlette) -> None:
    """The reserved names are derived from the routes."""
    names = reserved_names()

    assert {"s", "static", "runs", "badges", "proofs", "own"} <= names
    assert "{course}" not in names


def test_the_committed_evidence_is_of_the_course_as_it_stands() -> None:
    """The browser tests serve it without proving it."""
    entries = load(COURSE).entries.values()

    assert [entry.problem.path for entry in entries if not entry.verdict.served] == []
