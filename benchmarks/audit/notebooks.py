"""Each item as a notebook that nbmake runs: the snippet in a cell, and an assertion about its output in the next."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nbformat

from benchmarks.audit.plain_items import PlainItem, plain_item
from benchmarks.audit.pytest_runs import failing
from practicum.exchange.bank import Bank

LIMIT = 10


def audit(bank: Bank) -> dict[str, frozenset[str]]:
    """Which items fail."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for plain in filter(None, map(plain_item, bank.items)):
            nbformat.write(notebook(plain), folder / f"{plain.identifier}.ipynb")  # type: ignore[no-untyped-call]
        return failing(folder, "--nbmake", f"--nbmake-timeout={LIMIT}", "-n", str(os.cpu_count() or 1))


def notebook(plain: PlainItem) -> nbformat.NotebookNode:
    """The item as cells. One that should raise is tagged so, and asserts nothing."""
    if plain.expects_error:
        tags = {"tags": ["raises-exception"]}
        cells = [cell(plain.code, tags), cell(plain.expression, tags)]
    elif plain.expression:
        cells = [cell(plain.code), cell(f"assert repr({plain.expression}) == {plain.key!r}")]
    else:
        cells = [cell(f"%%capture printed\n{plain.code}"), cell(f"assert printed.stdout.strip() == {plain.key!r}")]
    return nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)  # type: ignore[no-untyped-call,no-any-return]


KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def cell(code: str, metadata: dict[str, list[str]] | None = None) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(code, metadata=metadata or {})  # type: ignore[no-untyped-call,no-any-return]
