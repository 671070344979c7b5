"""Who may send what: the host, the origin of forms, the cookie, and the headers of every response."""

from __future__ import annotations

import itertools
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from httpx2 import Response
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from practicum import modes
from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Client, Pool
from practicum.store import Store
from practicum.web.app import create_app, routes
from practicum.web.security import COOKIE, HEADERS, SECURE_COOKIE, is_cross_origin
from practicum.web.visitor_token import TokenIssuer
from tests.html import refusal_code
from tests.web.making import HERE, TOPIC, Learner

FORM = "application/x-www-form-urlencoded"
START = f"{TOPIC}/challenge"
PAGES = [
    "/",
    TOPIC,
    START,
    "/badges",
    "/proofs",
    "/nothing/here",
    "/robots.txt",
    "/s/none",
    "/favicon.ico",
]


# --- headers


@pytest.mark.parametrize("path", PAGES)
def test_every_response_has_the_security_headers(learner: Learner, path: str) -> None:
    """Pages, errors and files forbid inline scripts, framing, sniffing, and sending the address elsewhere."""
    response = learner.get(path)

    assert {name: response.headers[name] for name in HEADERS} == HEADERS


def test_pages_contain_nothing_that_the_policy_forbids(learner: Learner) -> None:
    """Neither inline scripts nor inline styles."""
    html = learner.get(learner.begin() + "/1").text

    assert "unsafe" not in HEADERS["content-security-policy"]
    for inline in (" style=", "<style", " onclick=", "<script>"):
        assert inline not in html


# --- the cookie


def cookie_of(response: Response) -> dict[str, str]:
    """The attributes of the cookie that a response sets, by their names in lower case; nothing if it sets none."""
    [*header] = response.headers.get_list("set-cookie")
    if not header:
        return {}
    name, *attributes = [part.partition("=") for part in header[0].split("; ")]
    return {"name": name[0], "token": name[2], **{key.lower(): value for key, _, value in attributes}}


def test_the_cookie_is_random_and_hidden_from_scripts(app: Starlette) -> None:
    """Each browser gets 256 random bits, which other websites' forms do not carry."""
    cookies = [cookie_of(TestClient(app, base_url=HERE).get("/")) for _ in range(2)]

    assert cookies[0]["token"] != cookies[1]["token"]
    for cookie in cookies:
        assert re.fullmatch(r"[\w-]{43}", cookie["token"])
        assert cookie["name"] == COOKIE
        assert "httponly" in cookie
        assert "secure" not in cookie
        assert (cookie["samesite"], cookie["path"]) == ("Lax", "/")


def test_over_https_the_cookie_is_bound_to_the_host(app: Starlette) -> None:
    """Its prefix makes browsers accept it only with `Secure` and `Path=/`, and without a domain."""
    cookie = cookie_of(TestClient(app, base_url="https://127.0.0.1").get("/"))

    assert cookie["name"] == SECURE_COOKIE == "__Host-practicum"
    assert {"secure", "httponly"} <= cookie.keys()
    assert cookie["path"] == "/"
    assert "domain" not in cookie


def test_over_https_a_plain_cookie_is_not_accepted(app: Starlette) -> None:
    """Anyone on the network could have set it through plain HTTP."""
    token = cookie_of(TestClient(app, base_url="https://127.0.0.1").get("/"))["token"]
    plain = TestClient(app, base_url="https://127.0.0.1").get("/", headers={"cookie": f"{COOKIE}={token}"})
    secure = TestClient(app, base_url="https://127.0.0.1").get("/", headers={"cookie": f"{SECURE_COOKIE}={token}"})

    assert cookie_of(plain)["token"] != token
    assert cookie_of(secure) == {}


@pytest.mark.parametrize("token", ["", "x", "a" * 42, "a" * 44, "ä" * 43, '"' + "a" * 41 + '"'])
def test_a_malformed_token_is_replaced(app: Starlette, token: str) -> None:
    """No such token was ever handed out."""
    response = TestClient(app, base_url=HERE).get("/", headers={b"cookie": f"{COOKIE}={token}".encode()})

    assert re.fullmatch(r"[\w-]{43}", cookie_of(response)["token"])


def test_a_token_that_was_never_issued_is_replaced(app: Starlette, store: Store) -> None:
    """An invented one, one of another key, and one in another spelling; and what it starts belongs to the new one."""
    issued = TestClient(app, base_url=HERE).get("/").cookies[COOKIE]
    spelled_differently = issued[:-1] + chr(ord(issued[-1]) + 1)
    for token in ("a" * 43, TokenIssuer(b"another key").issue(), spelled_differently, "b" + issued[1:]):
        client = TestClient(app, base_url=HERE, follow_redirects=False)
        response = client.post(START, data={"nonce": "a", "clock": "off"}, headers={"cookie": f"{COOKIE}={token}"})

        assert cookie_of(response)["token"] != token
        assert store.learner_for(token) is None
        assert store.learner_for(cookie_of(response)["token"]) is not None


def test_a_token_with_history_is_accepted_without_a_signature(catalogue: Catalogue, store: Store) -> None:
    """Those of earlier versions, and all of them after the key was lost."""
    old = "a" * 43
    signed = TokenIssuer(b"a key that is lost").issue()
    for token in (old, signed):
        store.learner_for(token, create=True)
        client = TestClient(create_app(Site([catalogue], store), cookie_key=b"another"), base_url=HERE)
        client.cookies[COOKIE] = token

        assert cookie_of(client.get("/")) == {}


def test_a_token_of_the_same_key_is_accepted_without_history(catalogue: Catalogue, store: Store) -> None:
    """After a restart, and by another service behind the same load balancer."""
    first, second = (create_app(Site([catalogue], store), cookie_key=b"shared") for _ in range(2))
    token = TestClient(first, base_url=HERE).get("/").cookies[COOKIE]
    client = TestClient(second, base_url=HERE)
    client.cookies[COOKIE] = token

    assert cookie_of(client.get("/")) == {}


def test_no_cookie_is_replaced_while_the_store_fails(catalogue: Catalogue, tmp_path: Path) -> None:
    """It may have a history, which would be lost."""
    with Store.open(tmp_path) as store:
        store.learner_for("a" * 43, create=True)
        client = TestClient(create_app(Site([catalogue], store)), base_url=HERE)
        client.cookies[COOKIE] = "a" * 43
        (tmp_path / "practicum.sqlite3").unlink()
        response = client.get("/")

    assert cookie_of(response) == {}


def test_a_cookie_is_set_once_and_never_with_files(learner: Learner) -> None:
    """A response that caches keep for all carries none."""
    assert cookie_of(learner.get("/favicon.ico")) == {}
    assert cookie_of(learner.get("/")) != {}
    assert cookie_of(learner.get("/")) == {}


def test_a_form_without_a_cookie_gets_one_with_its_redirect(app: Starlette) -> None:
    """What it started belongs to the new cookie."""
    client = TestClient(app, base_url=HERE, follow_redirects=False)
    response = client.post(START, data={"nonce": "a", "clock": "off"})

    assert response.status_code == 303
    assert cookie_of(response)["name"] == COOKIE
    assert client.get(response.headers["location"]).status_code == 200


def test_a_form_that_is_refused_gets_no_cookie(app: Starlette) -> None:
    """A browser sends no cookie with another website's form: a new one would replace the learner's."""
    client = TestClient(app, base_url=HERE)
    refused = client.post(START, data={"nonce": "a"}, headers={"sec-fetch-site": "cross-site"})
    foreign = client.get("/", headers={"host": "attacker.example"})

    assert (refused.status_code, cookie_of(refused)) == (403, {})
    assert (foreign.status_code, cookie_of(foreign)) == (421, {})


def test_looking_stores_nothing(learner: Learner, store: Store) -> None:
    """Not even that there is such a learner."""
    for path in PAGES:
        learner.get(path)

    assert store.learner_for(learner.http.cookies[COOKIE]) is None


def test_no_page_contains_a_token(learner: Learner) -> None:
    """Neither the cookie's nor one for forms: whether a form is accepted depends on its origin alone."""
    learner.get("/")
    sitting = learner.begin()
    for path in [*PAGES, f"{sitting}/1", sitting]:
        learner.get(path)
    learner.send(f"{sitting}/1", "hint")
    learner.send(f"{sitting}/1", "skip")
    learner.get(f"{sitting}/1")
    token = learner.http.cookies[COOKIE]

    for response in learner.seen[1:]:
        assert token not in response.text
        assert "csrf" not in response.text.lower()
        fields = set(re.findall(r'type="hidden" name="(\w+)"', response.text))
        assert fields <= {"nonce"}, response.url


# --- the origin of forms


SITES = [
    None,
    "",
    "same-origin",
    "same-site",
    "cross-site",
    "none",
    "garbage",
    "SAME-ORIGIN",
    "same-origin, cross-site",
]
HOSTS = ["127.0.0.1", "127.0.0.1:8000", "practicum.example", None]
ORIGINS = [
    None,
    "",
    "null",
    "garbage",
    "http://127.0.0.1",
    "https://127.0.0.1",
    "http://127.0.0.1:8000",
    "http://127.0.0.1:3000",
    "https://practicum.example",
    "http://attacker.example",
    "http://practicum.example.attacker.example",
    "http://practicum.example@attacker.example",
]


def expected_to_be_foreign(site: str | None, origin: str | None, host: str | None) -> bool:
    """The rule of Go's `CrossOriginProtection`, written once more."""
    if site:
        return site not in {"same-origin", "none"}
    if not origin:
        return False
    return not urlsplit(origin).netloc or urlsplit(origin).netloc != host


@pytest.mark.parametrize(("site", "host"), list(itertools.product(SITES, HOSTS)))
def test_the_origin_decides(site: str | None, host: str | None) -> None:
    """`Sec-Fetch-Site` where there is one, else the host of `Origin`; with neither it is no browser's form."""
    for origin in ORIGINS:
        present = {"sec-fetch-site": site, "origin": origin, "host": host}
        headers = Headers({name: value for name, value in present.items() if value is not None})

        assert is_cross_origin(headers) is expected_to_be_foreign(site, origin, host), headers


def test_behind_a_proxy_that_ends_tls_the_hosts_are_compared(catalogue: Catalogue, store: Store) -> None:
    """The origin is HTTPS, the request is HTTP; an older browser sends no `Sec-Fetch-Site`."""
    app = create_app(Site([catalogue], store), hosts=None)
    client = TestClient(app, base_url="http://practicum.example", follow_redirects=False)
    fields = {"nonce": "a", "clock": "off"}
    own = client.post(START, data=fields, headers={"origin": "https://practicum.example"})
    other = client.post(START, data=fields, headers={"origin": "https://attacker.example"})

    assert own.status_code == 303
    assert (other.status_code, refusal_code(other)) == (403, "cross-origin")


REQUESTS = [
    ("POST", FORM, 303),
    ("POST", f"{FORM}; charset=utf-8", 303),
    ("POST", "multipart/form-data; boundary=x", 415),
    ("POST", "text/plain", 415),
    ("POST", "application/json", 415),
    ("POST", None, 415),
    ("PUT", FORM, 405),
    ("PATCH", FORM, 405),
    ("DELETE", None, 405),
]
"""A method, a content type, and the status where the origin is accepted."""


@pytest.mark.parametrize(("method", "content_type", "status"), REQUESTS)
def test_no_content_type_or_method_avoids_the_check(
    learner: Learner, tmp_path: Path, method: str, content_type: str | None, status: int
) -> None:
    """A refused request changes nothing."""
    own, sites = [HERE, None], [None, "same-origin", "none", "same-site", "cross-site", "garbage"]
    learner.get("/")
    for site, origin in itertools.product(sites, [*own, "null", "http://127.0.0.1:3000", "http://attacker.example"]):
        before = contents(tmp_path)
        chosen = {"sec-fetch-site": site, "origin": origin, "content-type": content_type}
        headers = {name: value for name, value in chosen.items() if value is not None}
        nonce = f"{site}-{origin}".replace("/", "").replace(":", "")
        body = f"nonce={nonce}&clock=off".encode()
        response = learner.http.request(method, START, content=body, headers=headers)
        foreign = expected_to_be_foreign(site, origin, "127.0.0.1")

        assert response.status_code == (403 if foreign else status), (site, origin)
        assert (refusal_code(response) == "cross-origin") is foreign
        assert (contents(tmp_path) == before) is (response.status_code != 303)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_from_another_website_works(learner: Learner, method: str) -> None:
    """Looking changes nothing, so its origin does not matter."""
    headers = {"sec-fetch-site": "cross-site", "origin": "http://attacker.example"}

    assert learner.http.request(method, TOPIC, headers=headers).status_code in (200, 405)
    assert learner.http.get(TOPIC, headers=headers).status_code == 200


def contents(folder: Path) -> tuple[list[str], list[str]]:
    """The whole database below a folder, and the names of all files except its own."""
    [database] = folder.rglob("*.sqlite3")
    with sqlite3.connect(database) as connection:
        rows = list(connection.iterdump())
    connection.close()
    return rows, sorted(str(file) for file in folder.rglob("*") if not file.name.startswith(database.name))


PLACES = {
    "{course}": "python-basics",
    "{topic}": "lists",
    "{number:short}": "1",
    "{slug}": "01-slice",
    "{fit}": "A" * 22,
}
POST_ROUTES = sorted({route.path for route in routes() if "POST" in (route.methods or ())})


def test_every_activity_has_forms_to_attack() -> None:
    """The following test visits them all."""
    assert len(POST_ROUTES) >= 15
    for mode in modes.registered().values():
        assert any(f"/{mode.name}" in path for path in POST_ROUTES), mode.name


@pytest.fixture
def attacked(catalogue: Catalogue, store: Store, pool: Pool, tmp_path: Path) -> Iterator[tuple[Learner, str, str]]:
    """A learner of a service that offers everything, the id of their sitting, and that of their run in progress."""
    from practicum.application.context import queue_key

    app = create_app(Site([catalogue], store, pool, local=True, lab=tmp_path / "lab"))
    learner = Learner(app)
    sitting = learner.begin().removeprefix("/s/")
    learner.send(f"/s/{sitting}/1", "skip")
    owner = Client(queue_key(learner.http.cookies[COOKIE]))
    run = app.state.site.runs.start(owner, lambda on_event, cancel: cancel.wait(60))
    yield learner, sitting, run.id
    app.state.site.runs.cancel_all()


@pytest.mark.parametrize("path", POST_ROUTES)
def test_a_form_of_another_website_changes_nothing(
    attacked: tuple[Learner, str, str], path: str, tmp_path: Path
) -> None:
    """At no address, with whatever headers a browser sends with it, and although the cookie came along."""
    learner, sitting, run = attacked
    address = path
    for placeholder, value in {**PLACES, "{sitting}": sitting, "{run}": run}.items():
        address = address.replace(placeholder, value)
    assert "{" not in address
    site: Site = learner.http.app.state.site  # type: ignore[attr-defined]
    fields = {"nonce": "a", "clock": "off", "code": "x = 1", "answer": "1", "section": "1", "card": "a", "rating": "3"}
    before = contents(tmp_path)
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:3000"},
        {"origin": "http://attacker.example"},
        {"origin": "null"},
    ):
        response = learner.http.post(address, data=fields, headers=headers)

        assert (response.status_code, refusal_code(response)) == (403, "cross-origin")
        assert contents(tmp_path) == before
        assert len(site.runs) == 1
    own = learner.http.post(address, data=fields, headers={"sec-fetch-site": "same-origin"})
    assert refusal_code(own) != "cross-origin"


def test_no_address_of_a_form_is_a_page(learner: Learner) -> None:
    """A sitting changes by forms only."""
    sitting = learner.begin()

    for action in ("answer", "hint", "skip", "next", "again"):
        assert learner.get(f"{sitting}/1/{action}").status_code == 405


# --- hosts


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:8000", 200),
        ("attacker.example", 421),
        ("127.0.0.1.attacker.example", 421),
        ("127.0.0.1@attacker.example", 421),
        ("", 421),
    ],
)
def test_a_local_service_answers_under_loopback_names_only(learner: Learner, host: str, status: int) -> None:
    """Otherwise a website could point its own name to this machine and read along (DNS rebinding)."""
    response = learner.http.get("/", headers={"host": host})

    assert response.status_code == status
    assert refusal_code(response) == (None if status == 200 else "foreign-host")


def test_a_shared_service_answers_under_any_name(catalogue: Catalogue, store: Store) -> None:
    app = create_app(Site([catalogue], store), hosts=None)

    assert TestClient(app, base_url="http://practicum.example").get("/").status_code == 200


# --- other learners


def test_another_learners_sitting_does_not_exist(learner: Learner, another: Callable[[], Learner]) -> None:
    """Its address alone opens nothing, for a new browser and for one with its own sittings."""
    sitting = learner.begin()
    fields = {**learner.form(f"{sitting}/1"), "answer": "1"}
    new, old = another(), another()
    old.begin()
    for stranger in (new, old):
        responses = [stranger.get(sitting + path) for path in ("", "/1", "/result", "/1/clock")]
        responses += [
            stranger.post(f"{sitting}/1/{action}", fields) for action in ("answer", "hint", "skip", "next", "again")
        ]
        assert {(response.status_code, refusal_code(response)) for response in responses} == {(404, "no-such-sitting")}

    assert learner.get(f"{sitting}/1").status_code == 200


def test_the_response_does_not_reveal_that_a_sitting_exists(learner: Learner, another: Callable[[], Learner]) -> None:
    """Another learner's sitting gives the same page as an address that was guessed."""
    sitting = learner.begin()
    stranger = another()
    stranger.begin()
    real, guessed = stranger.get(f"{sitting}/1"), stranger.get("/s/AAAAAAAAAAAAAAAAAAAAAA/1")

    assert (real.status_code, real.text) == (guessed.status_code, guessed.text)


# --- bodies


@pytest.mark.parametrize("declared", [True, False])
def test_refuses_a_form_that_is_too_large(learner: Learner, declared: bool) -> None:
    """Whether or not it declares its length."""
    body = b"clock=" + b"x" * 100_000
    content = body if declared else iter([body[:60_000], body[60_000:]])
    response = learner.http.post(START, content=content, headers={"content-type": FORM})

    assert (response.status_code, refusal_code(response)) == (413, "form-too-large")


@pytest.mark.parametrize(
    ("type", "body", "status", "code"),
    [
        ("multipart/form-data; boundary=x", b"--x--", 415, "wrong-content-type"),
        ("application/json", b"{}", 415, "wrong-content-type"),
        ("", b"", 415, "wrong-content-type"),
        (FORM, b"\xff\xfe", 400, "malformed-form"),
        (FORM, b"a=1&" * 100, 400, "malformed-form"),
        (f"{FORM}; charset=utf-8", b"clock=%00%FF&&==", 400, "no-such-clock"),
    ],
)
def test_refuses_a_body_that_no_form_sends(learner: Learner, type: str, body: bytes, status: int, code: str) -> None:
    """Whatever the bytes, the response is a page."""
    response = learner.http.post(START, content=body, headers={"content-type": type})

    assert (response.status_code, refusal_code(response)) == (status, code)
    assert "<h1" in response.text
