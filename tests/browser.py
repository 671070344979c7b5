"""The browser that tests, benchmarks and screenshots use: Chromium without a window."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
"""Programs, the preferred first: the shell spends no time on Chromium's own windows."""
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

VARIANTS: list[tuple[Literal["dark", "light"], int]] = [("light", 1280), ("dark", 360)]
"""Each colour scheme once and each width once: contrast depends on the one, layout on the other."""
LOOKS = pytest.mark.parametrize(("scheme", "width"), VARIANTS)

_SETTLED = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const inView = (image) => image.getBoundingClientRect().top < innerHeight;
    await frame(); await frame();  // Now the page knows which of its editors are near.
    return [...document.images].filter(inView).every((image) => image.complete)
        && [...document.querySelectorAll("practicum-editor")].every((editor) => editor.code || !editor.seen);
}"""


def browser_path() -> str:
    """The program that `CHROMIUM` names, or the first that is installed."""
    found = (path for name in NAMES if (path := shutil.which(name)))
    return os.environ.get("CHROMIUM") or next(found, NAMES[0])


@contextmanager
def chromium_browser() -> Iterator[Browser]:
    """Start a browser, and close it."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS + sandbox)
        yield browser
        browser.close()


def settle(page: Page) -> None:
    """Wait until a page has loaded what it loads by itself: the images in view, and the editors near them."""
    page.wait_for_function(_SETTLED)
