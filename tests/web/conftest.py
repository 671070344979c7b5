"""A proved course, a store, the application, and learners."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from starlette.applications import Starlette

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.store import Store
from practicum.web.app import create_app
from tests.conftest import EXPECT_LIMIT
from tests.web.making import COURSE, Learner, proved

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

Opener = Callable[..., "Page"]


class Served(Protocol):
    """A running service; each module of browser tests has its own fixture `service`."""

    url: str


def write(page: Page, code: str, label: str = "Your code") -> None:
    """Replace the code in an editor by keyboard, after the editor has loaded."""
    area = page.get_by_role("textbox", name=label)
    area.focus()
    if page.evaluate("Boolean(customElements.get('practicum-editor'))"):
        page.locator("practicum-editor", has=area).locator(".code-box").wait_for()
        area.focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The small course of these tests, proved."""
    root = tmp_path_factory.mktemp("courses") / COURSE.name
    shutil.copytree(COURSE, root)
    return proved(root)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "data") as store:
        yield store


@pytest.fixture
def app(catalogue: Catalogue, store: Store) -> Starlette:
    return create_app(Site([catalogue], store))


@pytest.fixture
def learner(app: Starlette) -> Learner:
    return Learner(app)


@pytest.fixture
def another(app: Starlette) -> Callable[[], Learner]:
    """Another browser, and so another learner."""
    return lambda: Learner(app)


@pytest.fixture
def opened(chromium: Browser, service: Served) -> Iterator[Opener]:
    """Return a function that opens a page as a new learner; check afterwards the console and that no request left."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_page(path: str = "/", allow: str = "$^", **options: object) -> Page:
        settings = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **options}
        context = chromium.new_context(base_url=service.url, **settings)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(EXPECT_LIMIT)
        page = context.new_page()

        def record(text: str) -> None:
            if not re.search(allow, text):
                problems.append(text)

        page.on("console", lambda message: record(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: record(str(error)))
        page.on(
            "request", lambda request: None if request.url.startswith(service.url) else record(f"left: {request.url}")
        )
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []
