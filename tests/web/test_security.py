"""Who may ask what, of whom, and what every response says about itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from practicum.application.site import Site
from practicum.store import Store
from practicum.web.app import create_app
from practicum.web.security import COOKIE, HEADERS, Visitor
from tests.web.making import HERE, TOPIC, Learner

PAGES = [
    "/",
    TOPIC,
    f"{TOPIC}/challenge",
    "/badges",
    "/proofs",
    "/nothing/here",
    "/robots.txt",
    "/s/none",
    "/favicon.ico",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_response_carries_the_headers(learner: Learner, path: str) -> None:
    """Pages, errors and files alike forbid inline script, framing, sniffing, and telling others where one was."""
    answer = learner.get(path)

    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_the_policy_allows_nothing_inline(learner: Learner) -> None:
    """Neither scripts nor styles may stand in a page, and the pages hold none."""
    html = learner.get(learner.begin() + "/1").text

    assert "unsafe" not in HEADERS["content-security-policy"]
    assert " style=" not in html
    assert "<style" not in html
    assert " onclick=" not in html
    assert "<script>" not in html


def test_the_cookie_is_random_and_not_for_scripts(app: Starlette) -> None:
    """Each browser gets 256 random bits, kept from scripts and from other websites' forms."""
    cookies = [TestClient(app, base_url=HERE).get("/").headers["set-cookie"] for _ in range(2)]

    assert cookies[0] != cookies[1]
    for cookie in cookies:
        assert len(cookie.split(";")[0].removeprefix(f"{COOKIE}=")) == 43
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_a_cookie_is_given_once_and_not_with_files(learner: Learner) -> None:
    """What is cached for all carries no cookie, and who has one gets no other."""
    assert "set-cookie" not in learner.get("/favicon.ico").headers
    assert "set-cookie" in learner.get("/").headers
    assert "set-cookie" not in learner.get("/").headers


def test_looking_changes_nothing(learner: Learner, store: Store) -> None:
    """A GET stores nothing: not even that somebody was here."""
    for path in PAGES:
        learner.get(path)

    assert store.learner_for(learner.http.cookies[COOKIE]) is None


@pytest.mark.parametrize("action", ["answer", "hint", "skip", "next", "again"])
def test_a_sitting_changes_by_post_only(learner: Learner, action: str) -> None:
    """The address of a form is no page."""
    sitting = learner.begin()

    assert learner.get(f"{sitting}/1/{action}").status_code == 405


@pytest.mark.parametrize("proof", [None, "", "x", "AAAA", "ä" * 64, "A" * 88])
def test_a_form_needs_its_proof(learner: Learner, store: Store, proof: str | None) -> None:
    """Without the proof that this browser was given the form, nothing is stored, and the page says what to do."""
    sitting = learner.begin()
    fields = {**learner.form(f"{sitting}/1"), "answer": "1"}
    fields = {**fields, "csrf": proof} if proof is not None else {"nonce": fields["nonce"], "answer": "1"}
    before = store.sitting(sitting.removeprefix("/s/"))

    answer = learner.post(f"{sitting}/1/answer", fields)

    assert answer.status_code == 403
    assert "Open the page anew" in answer.text
    assert store.sitting(sitting.removeprefix("/s/")) == before


def test_the_proof_is_another_each_time_and_bound_to_the_cookie() -> None:
    """A compressed page must not give it away, and one browser's proof is worth nothing in another."""
    mine, other = Visitor("a" * 43, new=False), Visitor("b" * 43, new=False)

    assert mine.csrf() != mine.csrf()
    assert mine.gave(mine.csrf())
    assert not other.gave(mine.csrf())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"origin": HERE, "sec-fetch-site": "same-origin"}, 303),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://127.0.0.1"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
def test_forms_of_other_websites_are_refused(learner: Learner, headers: dict[str, str], status: int) -> None:
    """Even with a right proof: a form is sent from our own pages or not at all."""
    start = f"{TOPIC}/challenge"

    answer = learner.post(start, {**learner.form(start), "clock": "off"}, **headers)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("127.0.0.1@evil.example", 421),
        ("", 421),
    ],
)
def test_on_one_machine_only_its_own_names_are_answered(learner: Learner, host: str, status: int) -> None:
    """Else a website could point its name at this machine and read along (DNS rebinding)."""
    assert learner.http.get("/", headers={"host": host}).status_code == status


def test_for_others_any_name_is_answered(catalogue: object, store: Store) -> None:
    """A service for a class is asked for by its own name."""
    app = create_app(Site([catalogue], store), hosts=None)  # type: ignore[list-item]

    assert TestClient(app, base_url="http://practicum.example").get("/").status_code == 200


def test_a_strangers_sitting_is_not_there(learner: Learner, another: Callable[[], Learner]) -> None:
    """Who knows its address sees as little as who guesses one, whether they have played or not."""
    sitting = learner.begin()
    fields = learner.form(f"{sitting}/1")
    new, old = another(), another()
    old.begin()
    for stranger in (new, old):
        form = stranger.form(f"{TOPIC}/challenge")
        for path in ("", "/1", "/result", "/1/clock"):
            assert stranger.get(sitting + path).status_code == 404
        for action in ("answer", "hint", "skip", "next", "again"):
            assert stranger.post(f"{sitting}/1/{action}", {**form, "answer": "1"}).status_code == 404
            assert stranger.post(f"{sitting}/1/{action}", {**fields, "answer": "1"}).status_code == 403

    assert learner.get(f"{sitting}/1").status_code == 200


def test_a_strangers_sitting_looks_like_one_that_never_was(learner: Learner, another: Callable[[], Learner]) -> None:
    """The answer does not tell that there is one."""
    sitting = learner.begin()
    stranger = another()
    stranger.begin()
    real, guessed = stranger.get(f"{sitting}/1"), stranger.get("/s/AAAAAAAAAAAAAAAAAAAAAA/1")

    strip = lambda answer: (answer.status_code, len(answer.text))  # noqa: E731
    assert strip(real) == strip(guessed)


@pytest.mark.parametrize("declared", [True, False])
def test_a_form_has_a_size(learner: Learner, declared: bool) -> None:
    """Nobody fills the memory with a form, whether it says how long it is or not."""
    body = b"clock=" + b"x" * 100_000
    content = body if declared else iter([body[:60_000], body[60_000:]])
    answer = learner.http.post(
        f"{TOPIC}/challenge", content=content, headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert answer.status_code == 413
    assert "larger than any of ours" in answer.text


@pytest.mark.parametrize(
    ("type", "body", "status"),
    [
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/json", b"{}", 415),
        ("", b"", 415),
        ("application/x-www-form-urlencoded", b"\xff\xfe", 400),
        ("application/x-www-form-urlencoded", b"a=1&" * 100, 400),
        ("application/x-www-form-urlencoded; charset=utf-8", b"csrf=%00%FF&&==", 403),
    ],
)
def test_what_is_no_form_of_ours_is_refused(learner: Learner, type: str, body: bytes, status: int) -> None:
    """Whatever the bytes, in words."""
    answer = learner.http.post(f"{TOPIC}/challenge", content=body, headers={"content-type": type})

    assert answer.status_code == status
    assert "<h1" in answer.text
