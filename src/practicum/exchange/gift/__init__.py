"""GIFT, the text format for questions that Moodle reads and teachers type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import ClassVar

from practicum.exchange.bank import (
    Bank,
    Choice,
    ColumnMap,
    Description,
    Matching,
    NumberAnswer,
    ShortAnswer,
    WrittenBank,
)
from practicum.exchange.base import BankFile, Format, NotInFormat, UnreadableBank
from practicum.exchange.gift import syntax, writer
from practicum.exchange.gift.reader import FULL, Reader, identifiers
from practicum.exchange.gift.syntax import CHOICE, TRUE_FALSE, GiftQuestion
from practicum.exchange.source_text import Edit, decode

_LOOKS = re.compile(
    r"^[ \t]*::(?:[^:\n]|\\:)+::|^\$CATEGORY:|\{\s*[=~#](?:[^{}\\]|\\.)*\}|\{\s*(?:T|F|TRUE|FALSE)\s*\}", re.M
)


class Gift(Format):
    """Questions with their answers in braces."""

    name = "gift"
    title = "GIFT"
    suffixes = (".gift", ".txt")
    answers: ClassVar[frozenset[type]] = frozenset({Choice, ShortAnswer, NumberAnswer, Matching, Description})

    def recognizes(self, file: BankFile) -> bool:
        """By its ending, or by its content if that is `.txt`."""
        if file.suffix != ".txt":
            return file.suffix in self.suffixes
        try:
            return _LOOKS.search(decode(file).text) is not None
        except UnreadableBank:
            return False

    def read(self, file: BankFile, columns: ColumnMap | None = None) -> Bank:
        reader = Reader(decode(file))
        items = tuple(reader.items())
        return Bank(PurePosixPath(file.path).stem, items, remarks=tuple(reader.remarks))

    def write(self, bank: Bank) -> WrittenBank:
        return writer.write(bank)

    def correct(self, file: BankFile, keys: Mapping[str, frozenset[int]], columns: ColumnMap | None = None) -> bytes:
        source = decode(file)
        found = list(syntax.questions(source))
        by_name = dict(zip(identifiers(found), found, strict=True))
        return source.edited(
            edit for name, right in keys.items() for edit in _edits(source.text, by_name[name], right, name)
        )


def _edits(text: str, question: GiftQuestion, right: frozenset[int], name: str) -> Iterator[Edit]:
    """The edits that make other options right: of their signs and weights, or of the word for true."""
    if question.type == TRUE_FALSE and right in ({0}, {1}):
        start, end = question.truth_place
        words = ("F", "T") if end - start == 1 else ("FALSE", "TRUE")
        if question.true is not (0 in right):
            yield Edit(start, end, words[0 in right])
        return
    if question.type != CHOICE or not right:
        raise NotInFormat(
            "format-not-corrected", f"The key of {name} cannot be corrected in place. Edit the file by hand."
        )
    single = any(entry.right for entry in question.entries)
    share = writer.weight(FULL / len(right))
    for at, entry in enumerate(question.entries):
        credit = FULL if entry.weight is None and entry.right else entry.weight or 0
        was_right = entry.right if single else credit > 0
        if was_right != (at in right) or (was_right and not single):
            sign = ("=" if single else f"~{share}") if at in right else "~"
            if text[entry.start : entry.text_start] != sign:
                yield Edit(entry.start, entry.text_start, sign)
