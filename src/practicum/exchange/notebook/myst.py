"""Notebooks as MyST Markdown, read and written by jupytext."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from practicum.exchange.base import NotInFormat
from practicum.exchange.notebook.cells import Cell, parsed_metadata
from practicum.exchange.notebook.ipynb import write_cells as write_notebook
from practicum.exchange.source_text import SourceText, without_surrogates

_FORMAT = "md:myst"


def _jupytext() -> Any:
    try:
        import jupytext
    except ModuleNotFoundError:
        message = "MyST Markdown is read and written with jupytext. Install it: pip install 'practicum[banks]'."
        raise NotInFormat("jupytext-missing", message) from None
    return jupytext


def read_cells(source: SourceText) -> list[Cell]:
    """The cells of a page. Raises UnreadableBank, or NotInFormat if jupytext is not installed."""
    try:
        notebook = _jupytext().reads(source.text.replace("\r\n", "\n"), fmt=_FORMAT)
    except NotInFormat:
        raise
    except Exception as error:  # whatever its parsers of YAML, JSON and Markdown raise for a broken page
        message = f"jupytext cannot read the page: {without_surrogates(str(error))[:200]}"
        raise source.refused("not-myst", message) from None
    cells: list[Cell] = []
    end = 0
    for cell in notebook.cells:
        text = without_surrogates(str(cell.source))
        place = _place(source.text, text, end)
        end = max(end, place + len(text))
        line = source.line_at(max(place, 0))
        cells.append(Cell(str(cell.cell_type), text, place=place, line=line, **parsed_metadata(dict(cell.metadata))))
    return cells


def _place(page: str, text: str, start: int) -> int:
    """Where the text of a cell begins, which is at the start of a line, or -1."""
    found = re.compile(re.escape(text), re.MULTILINE).search(page, start) if text else None
    while found and found.start() and page[found.start() - 1] != "\n":
        found = re.compile(re.escape(text)).search(page, found.start() + 1)
    return found.start() if found else -1


def write_cells(cells: Iterable[Cell]) -> bytes:
    """The page of these cells. Raises NotInFormat if jupytext is not installed."""
    jupytext = _jupytext()
    notebook = jupytext.reads(write_notebook(cells, {}).decode(), fmt="ipynb")
    return str(jupytext.writes(notebook, fmt=_FORMAT)).encode()
