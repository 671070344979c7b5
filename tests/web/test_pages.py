"""Home, topics, badges, errors and drafts, as they are served."""

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
from practicum.web.app import create_app
from tests.documents import TEXT
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
    """With what they are about and how long they take, and a link to each."""
    html = learner.get("/").text

    assert "Python basics" in html
    assert f'href="{TOPIC}"' in html
    assert "8 min" in html
    assert "Your badges" not in html


def test_a_topic_offers_only_what_has_content(learner: Learner) -> None:
    """Of the nine modes, the challenge; no dead links."""
    html = learner.get(TOPIC).text
    rows = re.findall(r'<h3><a href="([^"]+)">', html)

    assert rows == [f"{TOPIC}/challenge"]
    assert "5 problems" in html


def test_the_start_says_what_awaits(learner: Learner) -> None:
    """Kinds, levels and times, the attempts, the badge, and the clocks to choose from."""
    html = learner.get(f"{TOPIC}/challenge").text

    for words in ("Predict output", "Beginner", "1:30", "List Keeper", "×1.5", "×10", "no limit", "checked"):
        assert words in html
    assert "A slice of a list" not in html


@pytest.mark.parametrize(
    "path",
    [
        *("/x", "/x/y", "/python-basics/x", "/x/y/challenge", "/s/x", "/static/x.css", "/a/b/c/d"),
        *(f"/s/x/{'9' * 5000}", f"/x/y/learn/figure-{'9' * 5000}-1.png"),
    ],
)
def test_what_is_not_there_says_so(learner: Learner, path: str) -> None:
    """In our own page, with a way on."""
    answer = learner.get(path)

    assert answer.status_code == 404
    assert "<h1" in answer.text
    assert 'class="button"' in answer.text


def test_a_fault_of_ours_is_a_page_too(catalogue: Catalogue, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says whose fault it is and what to do, and shows nothing of the inside."""
    app = create_app(Site([catalogue], store))
    monkeypatch.setattr(Store, "learner_for", lambda *_: 1 / 0)
    client = TestClient(app, base_url=HERE, raise_server_exceptions=False)
    answer = client.get("/")

    assert answer.status_code == 500
    assert "nothing you did" in answer.text
    assert "ZeroDivisionError" not in answer.text


def test_a_full_disk_is_told_in_words(catalogue: Catalogue, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that could not be stored is not acknowledged."""
    learner = Learner(create_app(Site([catalogue], store)))
    page = learner.begin() + "/1"

    def full(*_: object) -> bool:
        raise StoreError("disk-full", "practicum.sqlite3: the disk is full.")

    monkeypatch.setattr(Store, "append_grouped", full)
    answer = learner.send(page, "answer", answer="1")

    assert answer.status_code == 503
    assert "the disk is full" in answer.text


def test_unproved_problems_are_not_served(catalogue: Catalogue, store: Store) -> None:
    """The challenge has only what is proved, and the start page says so by its number."""
    learner = Learner(create_app(Site([unproved(catalogue, 2)], store)))

    assert "3 problems" in learner.get(f"{TOPIC}/challenge").text
    assert 'aria-label="Progress"' in learner.get(learner.begin() + "/1").text


def test_a_course_without_proofs_says_what_to_do(catalogue: Catalogue, store: Store) -> None:
    """Its author is told of the command, and of the draft."""
    learner = Learner(create_app(Site([unproved(catalogue, 5)], store)))

    assert "practicum prove" in learner.get("/").text
    assert "--draft" in learner.get(TOPIC).text
    assert learner.get(f"{TOPIC}/challenge").status_code == 404


def test_a_draft_shows_and_marks_them(catalogue: Catalogue, store: Store) -> None:
    """To their author: on the start page, on the problem, and in place of the proof."""
    learner = Learner(create_app(Site([unproved(catalogue, 1)], store, draft=True)))
    start = learner.get(f"{TOPIC}/challenge").text
    sitting = learner.begin()
    before = learner.get(f"{sitting}/1").text
    learner.send(f"{sitting}/1", "skip")
    after = learner.get(f"{sitting}/1").text

    assert "Draft: what is not proved is shown too" in start
    assert "Draft: not proved yet" in before
    assert "It has not been run since it changed." in after


def test_a_problem_that_changed_under_a_sitting_says_so(catalogue: Catalogue, store: Store) -> None:
    """Nothing breaks; the learner is told what happened and where to go."""
    learner = Learner(create_app(Site([catalogue], store)))
    sitting = learner.begin()
    later = Learner(create_app(Site([unproved(catalogue, 5)], store)))
    later.http.cookies = learner.http.cookies

    assert later.get(f"{sitting}/1").status_code == 410
    assert "Take it again" in later.get(f"{sitting}/1").text
    assert later.get("/").status_code == 200


def test_assets_are_kept_forever_and_change_their_address(learner: Learner) -> None:
    """The address holds a hash of the bytes; what a page names is there."""
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', learner.get("/").text)

    assert len(named) >= 6
    for path in named:
        answer = learner.get(path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert re.search(r"\.[0-9a-f]{12}\.", path)


def test_an_asset_is_the_same_packed_or_not(app: Starlette) -> None:
    client = TestClient(app, base_url=HERE)
    path = assets.address("practicum.css")
    plain = client.get(path, headers={"accept-encoding": "identity"})
    with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())

    assert "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content


def test_a_challenge_page_weighs_under_60_kb(app: Starlette) -> None:
    """Over the wire, packed, with everything it names and all headers."""
    learner = Learner(app)
    page = learner.begin(clock="1") + "/1"
    html = learner.get(page).text
    total = 0
    for path in [page, *re.findall(r'(?:href|src)="(/static/[^"]+)"', html)]:
        with learner.http.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
            total += len(b"".join(answer.iter_raw())) + sum(
                len(name) + len(value) + 4 for name, value in answer.headers.raw
            )

    assert total < 60_000


def test_every_address_is_documented(app: Starlette) -> None:
    """The documentation names each route."""
    paths = {route.path.replace(":short", "") for route in app.routes}  # type: ignore[attr-defined]

    assert [path for path in sorted(paths) if f"`{path}`" not in TEXT] == []


@pytest.mark.parametrize(
    "mode", [mode for mode in modes.registered().values() if mode.holds == "problems"], ids=lambda mode: mode.name
)
def test_no_page_stands_in_a_problems_place(app: Starlette, mode: modes.Mode) -> None:
    """What a mode has at the address of a problem of its own is a name that no problem may have."""
    base = f"/{{course}}/{{topic}}/{mode.name}/"
    beneath = {route.path.removeprefix(base) for route in app.routes if route.path.startswith(base)}  # type: ignore[attr-defined]

    assert {name for name in beneath if "/" not in name and "{" not in name} == set(mode.taken)


def test_the_committed_evidence_is_of_the_course_as_it_stands() -> None:
    """Else the browser tests would have nothing to serve."""
    entries = load(COURSE).entries.values()

    assert [entry.problem.path for entry in entries if not entry.verdict.served] == []
