"""Jupyter notebooks, and MyST Markdown through jupytext: tagged cells as items, and the exercises of nbgrader."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import ClassVar

from practicum.exchange.bank import (
    Bank,
    Choice,
    CodeAnswer,
    ColumnMap,
    Description,
    Essay,
    NumberAnswer,
    ShortAnswer,
    WrittenBank,
)
from practicum.exchange.base import BankFile, Format, NotInFormat
from practicum.exchange.notebook import ipynb, myst
from practicum.exchange.notebook.cells import Cell
from practicum.exchange.notebook.options import with_key
from practicum.exchange.notebook.reader import Reader
from practicum.exchange.notebook.writer import written_cells
from practicum.exchange.source_text import Edit, SourceText, decode

_MYST = re.compile(r"\A---\n(?:(?!---).*\n)*?\s+format_name: myst\n")


class _Cells(Format):
    """A file of cells."""

    answers: ClassVar[frozenset[type]] = frozenset({Choice, ShortAnswer, NumberAnswer, CodeAnswer, Essay, Description})

    @abstractmethod
    def cells(self, source: SourceText) -> list[Cell]:
        """The cells of a file. Raises UnreadableBank."""

    @abstractmethod
    def content(self, cells: Iterable[Cell], resources: Mapping[str, bytes]) -> bytes:
        """The file of these cells. Raises NotInFormat if what it needs is not installed."""

    @abstractmethod
    def edits(self, source: SourceText, cell: Cell, changed: str) -> Iterable[Edit]:
        """The edits that give a cell another text of the same length."""

    def read(self, file: BankFile, columns: ColumnMap | None = None) -> Bank:
        reader = Reader(file.path)
        reader.read(self.cells(decode(file)))
        return reader.bank(PurePosixPath(file.path).stem)

    def write(self, bank: Bank) -> WrittenBank:
        cells, remarks = written_cells(bank, lambda cells: self.content(cells, bank.resources), self.read)
        return WrittenBank(self.content(cells, bank.resources), tuple(remarks))

    def correct(self, file: BankFile, keys: Mapping[str, frozenset[int]], columns: ColumnMap | None = None) -> bytes:
        if not keys:
            return file.content
        source = decode(file)
        reader = Reader(file.path)
        reader.read(self.cells(source))
        edits: list[Edit] = []
        for name, right in keys.items():
            cell = reader.statements[name]
            edits += self.edits(source, cell, with_key(cell.source, right))
        corrected = source.edited(edits)
        again = {item.identifier: item.answer for item in self.read(BankFile(file.path, corrected)).items}
        if any(_right(again.get(name)) != right for name, right in keys.items()):
            message = "The keys in this notebook cannot be corrected in place. Edit the file by hand."
            raise NotInFormat("format-not-corrected", message)
        return corrected


def _right(answer: object) -> frozenset[int]:
    options = answer.options if isinstance(answer, Choice) else ()
    return frozenset(at for at, option in enumerate(options) if option.key)


class Notebook(_Cells):
    """A notebook as Jupyter saves it."""

    name = "notebook"
    title = "Jupyter notebooks"
    suffixes = (".ipynb",)

    def cells(self, source: SourceText) -> list[Cell]:
        return ipynb.read_cells(source)

    def content(self, cells: Iterable[Cell], resources: Mapping[str, bytes]) -> bytes:
        return ipynb.write_cells(cells, resources)

    def edits(self, source: SourceText, cell: Cell, changed: str) -> Iterable[Edit]:
        return ipynb.edits(source, cell, changed)


class Myst(_Cells):
    """A notebook as MyST Markdown."""

    name = "myst"
    title = "MyST Markdown notebooks"
    suffixes = (".md",)

    def recognizes(self, file: BankFile) -> bool:
        """A page whose front matter says so: other Markdown is no notebook."""
        head = file.content[:4000].decode("utf-8", "replace").replace("\r\n", "\n")
        return file.suffix in self.suffixes and _MYST.match(head) is not None

    def cells(self, source: SourceText) -> list[Cell]:
        return myst.read_cells(source)

    def content(self, cells: Iterable[Cell], resources: Mapping[str, bytes]) -> bytes:
        return myst.write_cells(cells)

    def edits(self, source: SourceText, cell: Cell, changed: str) -> Iterable[Edit]:
        return [Edit(cell.place, cell.place + len(cell.source), changed)] if cell.place >= 0 else []
