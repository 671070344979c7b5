"""A service that a proxy shows below a path: every address that leaves it is below that path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from starlette.applications import Starlette

from practicum.application.event_log import Message
from practicum.application.site import Site
from practicum.errors import InvalidSetting
from practicum.prove.catalogue import Catalogue
from practicum.runner import Pool
from practicum.store import Store
from practicum.web.app import create_app
from practicum.web.event_stream import encode
from practicum.web.root_path import valid_root_path, with_root
from tests.web.making import TOPIC, Learner

ROOT = "/practice"


@pytest.fixture
def app(catalogue: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([catalogue], store, pool), root_path=ROOT)


def addresses(html: str) -> set[str]:
    """All values of attributes that are an address of the service, and those in a refresh of the page."""
    return {unescape(found) for found in re.findall(r'(?:="|; url=)(/[^"]*)"', html)}


def pages(learner: Learner, *waiting: str) -> Iterator[tuple[str, str]]:
    """The pages that links lead to from the first ones, with their HTML."""
    seen: set[str] = set()
    left = list(waiting)
    while left:
        page = left.pop().partition("#")[0]
        if page in seen:
            continue
        seen.add(page)
        response = learner.get(page)
        assert response.status_code in (200, 303), page
        if response.headers.get("content-type", "").startswith("text/html"):
            yield page, response.text
            left += re.findall(r'(?:href|src)="(/[^"]*)"', response.text)


def test_all_addresses_of_all_pages_are_below_the_path(learner: Learner) -> None:
    """Links, forms, styles, scripts and images, before and after an answer; each link leads to a page."""
    sitting = learner.begin(f"{ROOT}{TOPIC}")
    learner.send(f"{sitting}/1", "skip")
    found = dict(pages(learner, f"{ROOT}/", f"{sitting}/1", f"{sitting}/2"))
    lost = {(page, address) for page in found for address in addresses(found[page]) if not is_below(address)}

    assert lost == set()
    assert {
        f"{ROOT}{page}" for page in ("/", TOPIC, f"{TOPIC}/challenge", f"{TOPIC}/scratch", "/badges", "/proofs")
    } < {*found}
    assert is_below(sitting)


def is_below(address: str) -> bool:
    return address.startswith(f"{ROOT}/")


def test_error_pages_too(learner: Learner) -> None:
    """Also those of refused requests."""
    missing = learner.get(f"{ROOT}/no/such/page")
    refused = learner.post(f"{ROOT}{TOPIC}/challenge", {}, **{"sec-fetch-site": "cross-site"})

    assert (missing.status_code, refused.status_code) == (404, 403)
    assert all(is_below(address) for response in (missing, refused) for address in addresses(response.text))


def test_the_proxy_may_remove_the_path(learner: Learner) -> None:
    """The same page is at the shorter path."""
    assert learner.get(TOPIC).status_code == 200
    assert addresses(learner.get(TOPIC).text) == addresses(learner.get(ROOT + TOPIC).text)
    assert learner.get(ROOT).status_code == 200


def test_results_in_event_streams_are_below_the_path() -> None:
    """They are inserted into a page as they are."""
    message = Message("result", '<a href="/badges">', 1)

    assert "/practice/badges" in encode(message, ROOT)
    assert "/practice" not in encode(message)


def test_services_below_two_paths_have_a_cookie_each(catalogue: Catalogue, store: Store) -> None:
    """The cookies of one host reach both, and each would replace a cookie that it has not issued."""
    names = set()
    for path in ("", "/a", "/a/b"):
        browser = Learner(create_app(Site([catalogue], store), root_path=path))
        browser.get("/")
        names |= set(browser.http.cookies)

    assert len(names) == 3


@pytest.mark.parametrize(
    "html",
    [
        "<p>href=&#34;/x&#34; src=/x</p>",
        '<p> href="/x"</p>',
        '<a href="https://example.org/x">',
        '<a href="//example.org/x">',
        '<a href="#x" title="/x">',
        """<a title='>' data-message="/x">""",
        '<pre>a < b href="/x"</pre>',
    ],
)
def test_text_and_other_addresses_stay(html: str) -> None:
    """Only an address of the service in a tag changes."""
    assert with_root(html, ROOT) == html


def test_addresses_change_wherever_they_stand_in_a_tag() -> None:
    html = """<form title='a > "b"'\nmethod="post" action="/x"><button formaction="/y"></form><img src="/">"""
    changed = with_root(html, ROOT)

    assert addresses(changed) == {"/practice/x", "/practice/y", "/practice/"}


@pytest.mark.parametrize(("text", "path"), [("", ""), ("/", ""), ("/a", "/a"), ("/a/b_c/", "/a/b_c")])
def test_a_root_path_ends_without_a_slash(text: str, path: str) -> None:
    assert valid_root_path(text) == path


@pytest.mark.parametrize("text", ["practice", "//host", "/a//b", "/..", "/a?b", '/"', "/a b", "https://host/a", "/ä"])
def test_no_other_root_path_is_accepted(text: str) -> None:
    """It becomes part of every page."""
    with pytest.raises(InvalidSetting, match="root-path"):
        valid_root_path(text)
