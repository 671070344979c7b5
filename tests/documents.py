"""The documentation as data: pages, sections and tables, found by their content wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Collection

from tests.conftest import ROOT

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
MANUAL = {page: page.read_text(encoding="utf-8") for page in PAGES if page.parent.name != "decisions"}
"""The pages that describe the program as it is, which decision notes do not."""
TEXT = "\n".join(MANUAL.values())

Table = dict[str, list[str]]
"""The rows of a table by their first cell without its backticks; each value holds the other cells."""

_FENCE = re.compile(r"^(`{3,}).*?^\1$", re.S | re.M)


def section(heading: str, below: str = "") -> str:
    """The text below the only heading that starts with `heading`, of any rank on any page.

    Args:
        heading: The heading's first words, without its rank.
        below: Where several sections start so, the page's own text must hold this.
    """
    pattern = re.compile(rf"^(#+) {re.escape(heading)}.*?\n(.*?)(?=^(?!\1#)#+ |\Z)", re.S | re.M)
    found = [match[2] for text in MANUAL.values() if below in text for match in pattern.finditer(_hide_fences(text))]
    assert len(found) == 1, f"{len(found)} sections in README.md and docs start with {heading!r}, where one should"
    return _show_fences(found[0])


def tables(text: str = TEXT) -> list[Table]:
    """All tables of a text."""
    return [_rows(match[0]) for match in re.finditer(r"^\|.*\n\|[ :|-]+\n(?:\|.*(?:\n|\Z))*", text, re.M)]


def table_of(names: Collection[str]) -> Table:
    """The table of the documentation whose first column has the most of these names, and the fewest others."""
    return max(tables(), key=lambda table: (len(table.keys() & set(names)), -len(table)))


def paragraphs_with(*words: str) -> list[str]:
    """Paragraphs, and rows of tables, that have all of these."""
    parts = [part for text in MANUAL.values() for part in re.split(r"\n\s*\n|\n(?=\|)", text)]
    joined = (" ".join(part.split()) for part in parts)
    return [part for part in joined if all(word in part for word in words)]


def spans(text: str) -> set[str]:
    """The code spans of a text."""
    return set(re.findall(r"`([^`\n]+)`", text))


def _rows(table: str) -> Table:
    cells = [re.split(r" *(?<!\\)\| *", line.strip()[1:-1].strip()) for line in table.strip().split("\n")[2:]]
    return {row[0].strip("` "): row[1:] for row in cells}


def _hide_fences(text: str) -> str:
    """The text with each `#` in its fences replaced, so that none is taken for a heading."""
    return _FENCE.sub(lambda match: match[0].replace("#", "\x00"), text)


def _show_fences(text: str) -> str:
    return text.replace("\x00", "#")
