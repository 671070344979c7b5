"""Moodle XML: the format in which Moodle exports and imports its question bank."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from practicum.exchange.bank import (
    Bank,
    Choice,
    CodeAnswer,
    Description,
    Essay,
    Gaps,
    Matching,
    NumberAnswer,
    ShortAnswer,
    WrittenBank,
)
from practicum.exchange.base import BankFile, ColumnMap, Format
from practicum.exchange.moodle_xml.corrected import correct_moodle
from practicum.exchange.moodle_xml.reader import read_moodle
from practicum.exchange.moodle_xml.writer import write_moodle

_ROOT = re.compile(rb"<quiz[\s>]")
_LOOKED_AT = 4096


class MoodleXml(Format):
    """Reads, writes and corrects `<quiz>` files."""

    name: ClassVar[str] = "moodle-xml"
    title: ClassVar[str] = "Moodle XML"
    suffixes: ClassVar[tuple[str, ...]] = (".xml",)
    answers: ClassVar[frozenset[type]] = frozenset(
        {Choice, ShortAnswer, NumberAnswer, Gaps, Matching, Essay, Description, CodeAnswer}
    )

    def recognizes(self, file: BankFile) -> bool:
        """By its root element: other banks are XML, too."""
        beginning = file.content[:_LOOKED_AT].replace(b"\x00", b"")
        return super().recognizes(file) and bool(_ROOT.search(beginning))

    def read(self, file: BankFile, columns: ColumnMap | None = None) -> Bank:
        """Return the bank in a file. Raises UnreadableBank."""
        return read_moodle(file)

    def write(self, bank: Bank) -> WrittenBank:
        """Return a bank that Moodle imports."""
        return write_moodle(bank)

    def correct(self, file: BankFile, keys: Mapping[str, frozenset[int]], columns: ColumnMap | None = None) -> bytes:
        """Return the file with other fractions. Raises NotInFormat for an encoding that does not extend ASCII."""
        return correct_moodle(file, keys)
