"""QTI 1.2: the format in which Canvas and Blackboard export quizzes and question banks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from practicum.exchange.archive import is_archive
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
from practicum.exchange.base import BankFile, ColumnMap, Format
from practicum.exchange.qti12.corrected import correct_qti12
from practicum.exchange.qti12.package import has_questions, looks_like_package
from practicum.exchange.qti12.reader import read_qti12
from practicum.exchange.qti12.writer import write_qti12


class Qti12(Format):
    """Reads and corrects exports of Canvas and Blackboard, and writes a package that Canvas imports."""

    name: ClassVar[str] = "qti12"
    title: ClassVar[str] = "QTI 1.2"
    suffixes: ClassVar[tuple[str, ...]] = (".zip", ".xml", ".imscc")
    answers: ClassVar[frozenset[type]] = frozenset({Choice, ShortAnswer, NumberAnswer, Matching, Essay, Description})
    """Gaps are written if they are all menus or all texts: Canvas does not mix them."""

    def recognizes(self, file: BankFile) -> bool:
        """By the root element of the file, or of a file in the archive."""
        looks = looks_like_package if is_archive(file.content) else has_questions
        return super().recognizes(file) and looks(file.content)

    def read(self, file: BankFile, columns: ColumnMap | None = None) -> Bank:
        """Return the bank in an export. Raises UnreadableBank."""
        return read_qti12(file)

    def write(self, bank: Bank) -> WrittenBank:
        """Return an archive that Canvas imports."""
        return write_qti12(bank)

    def correct(self, file: BankFile, keys: Mapping[str, frozenset[int]], columns: ColumnMap | None = None) -> bytes:
        """Return the export with other keys. Raises NotInFormat for questions that several conditions score."""
        return correct_qti12(file, keys)
