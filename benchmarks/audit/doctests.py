"""Each item as a doctest that pytest collects: the snippet, and its key as the expected output."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.audit.plain_items import PlainItem, plain_item
from benchmarks.audit.pytest_runs import failing
from practicum.exchange.bank import Bank

LIMIT = 10
FLAGS = "doctest_optionflags=NORMALIZE_WHITESPACE ELLIPSIS IGNORE_EXCEPTION_DETAIL"
"""As tolerant as doctest can be."""


def audit(bank: Bank) -> dict[str, frozenset[str]]:
    """Which items fail."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for plain in filter(None, map(plain_item, bank.items)):
            (folder / f"{plain.identifier}.txt").write_text(doctest(plain))
        return failing(folder, "--doctest-glob=*.txt", "-o", FLAGS, f"--timeout={LIMIT}")


def doctest(plain: PlainItem) -> str:
    """The item as a session: its statements are one example, as only the last one may print."""
    expected = "\n".join(line or "<BLANKLINE>" for line in plain.key.split("\n"))
    if plain.expects_error:
        expected = f"Traceback (most recent call last):\n    ...\n{plain.expects_error}: ..."
    example = f">>> exec({plain.code!r}, globals())"
    if plain.expression:
        return f"{example}\n>>> {plain.expression}\n{expected}\n"
    return f"{example}\n{expected}\n"
