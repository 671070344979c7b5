"""What is wrong with the look of a page's state: what axe finds, and what is wider than the window."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import VARIANTS

_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def faults(page: Page, state: str) -> list[str]:
    """The faults of a state, each with its name."""
    wide = page.evaluate(_TOO_WIDE)
    violations = Axe().run(page).response["violations"]
    found = [f"{state}: {one['id']}: {[node['html'][:200] for node in one['nodes']]}" for one in violations]
    return [f"{state}: {wide} px too wide", *found] if wide > 0 else found


def faults_in_all_looks(page: Page, state: str) -> list[str]:
    """The faults of a state in each colour scheme and each width. The page stays in the last of them."""
    found: list[str] = []
    for scheme, width in VARIANTS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        found += faults(page, f"{state}, {scheme}, {width} px")
    return found
