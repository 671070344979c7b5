"""What is wrong with the look of a page's state: what axe finds, and what is wider than the window."""

from __future__ import annotations

from functools import cache

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import VARIANTS

_FIND = "axe.run({ resultTypes: ['violations'] }).then((found) => found.violations)"
_SETTLED = """Promise.allSettled(
    document.getAnimations()
        .filter((one) => isFinite(one.effect.getComputedTiming().endTime))
        .map((one) => one.finished)
)"""
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def violations(page: Page) -> list[str]:
    """What axe finds: each rule, with the elements that break it, once what fades or moves has ended.

    A colour that begins to change while axe looks is looked at again.
    """
    page.evaluate(_SETTLED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    found = page.evaluate(_FIND)
    if found:
        page.evaluate(_SETTLED)
        found = page.evaluate(_FIND)
    return [f"{one['id']}: {[node['html'][:200] for node in one['nodes']]}" for one in found]


@cache
def _script() -> str:
    script: str = Axe().axe_script
    return script


def faults(page: Page, state: str) -> list[str]:
    """The faults of a state, each with its name."""
    wide = page.evaluate(_TOO_WIDE)
    too_wide = [f"{wide} px too wide"] if wide > 0 else []
    return [f"{state}: {fault}" for fault in (*too_wide, *violations(page))]


def faults_in_all_looks(page: Page, state: str) -> list[str]:
    """The faults of a state in each colour scheme and each width. The page stays in the last of them."""
    found: list[str] = []
    for scheme, width in VARIANTS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        found += faults(page, f"{state}, {scheme}, {width} px")
    return found
