"""QTI 3.0: a package of items for assessment platforms. It is only written."""

from __future__ import annotations

from typing import ClassVar

from practicum.exchange.bank import (
    Bank,
    Choice,
    Description,
    Essay,
    Matching,
    NumberAnswer,
    ShortAnswer,
    WrittenBank,
)
from practicum.exchange.base import BankFile, Format
from practicum.exchange.qti30.writer import write_qti30


class Qti30(Format):
    """Writes a package with one file per item."""

    name: ClassVar[str] = "qti30"
    title: ClassVar[str] = "QTI 3.0"
    suffixes: ClassVar[tuple[str, ...]] = (".zip",)
    answers: ClassVar[frozenset[type]] = frozenset({Choice, ShortAnswer, NumberAnswer, Matching, Essay, Description})

    def recognizes(self, file: BankFile) -> bool:
        """Never: the format is only written."""
        return False

    def write(self, bank: Bank) -> WrittenBank:
        """Return a bank as a package."""
        return write_qti30(bank)
