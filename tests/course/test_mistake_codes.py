"""The codes of mistakes: kebab-case, and each with one meaning."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import practicum.course

SOURCES = sorted(Path(practicum.course.__file__).parent.glob("*.py"))
SHARED = {
    "invalid-python",
    "invalid-toml",
    "link-outside",
    "nested-fence",
    "no-title",
    "not-a-problem",
    "out-of-range",
    "placeholder-syntax",
    "placeholder-value",
    "repeated-role",
    "second-title",
    "unknown-file",
    "unknown-query",
    "unused-role",
}
"""The codes of mistakes that can be made in several files, and so are added in several places."""


def codes(tree: ast.AST) -> Iterator[str]:
    """The first argument of each call that adds a mistake, and the code in each returned pair of code and message."""
    for node in ast.walk(tree):
        first: ast.expr | None = None
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0] if name in ("add", "_add", "PlaceholderError") else None
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and node.value.elts:
            first = node.value.elts[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
            yield first.value


USES = Counter(code for file in SOURCES for code in codes(ast.parse(file.read_text())))


def test_codes_are_kebab_case() -> None:
    """Lower-case words, joined by hyphens."""
    assert len(USES) > 60
    assert [code for code in USES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", code)] == []


def test_a_code_has_one_meaning() -> None:
    """Two mistakes share a code only if they are listed as the same mistake."""
    assert {code for code, count in USES.items() if count > 1} <= SHARED
    assert set(USES) >= SHARED
