"""The text of a bank's file: decoded within bounds, with the lines of its places, and edited in place."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from practicum.exchange.bank import Remark
from practicum.exchange.base import BankFile, UnreadableBank

MAX_BYTES = 64 << 20
MAX_LINE = 1 << 20
"""Characters of the longest line that is read."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class Edit:
    """What replaces the characters from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class SourceText:
    """A decoded file."""

    path: str
    text: str
    mark: bytes = b""
    """The byte order mark that it begins with."""
    encoding: str = "utf-8"

    @cached_property
    def _line_starts(self) -> list[int]:
        starts, at = [0], self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def line_at(self, place: int) -> int:
        """The number of the line, from 1, that contains the character at `place`."""
        return bisect_right(self._line_starts, place)

    def refused(self, code: str, message: str, place: int = 0) -> UnreadableBank:
        """The error for a file that cannot be read because of what is at `place`."""
        return UnreadableBank([Remark(self.path, self.line_at(place), "", code, message)])

    def edited(self, edits: Iterable[Edit]) -> bytes:
        """The content of the file after edits that do not overlap."""
        parts, at = [], 0
        for edit in sorted(edits, key=lambda edit: edit.start):
            parts += [self.text[at : edit.start], edit.text]
            at = edit.end
        return self.mark + "".join([*parts, self.text[at:]]).encode(self.encoding)


def decode(file: BankFile) -> SourceText:
    """The text of a file in UTF-8, or in UTF-16 with its mark.

    Raises:
        UnreadableBank: It is too large, has too long a line, or is not encoded so. Codes: `file-too-large`,
            `line-too-long`, `not-utf-8`.
    """
    if len(file.content) > MAX_BYTES:
        raise _refused(file, "file-too-large", f"The file is larger than {MAX_BYTES >> 20} MiB. Split it.")
    mark, encoding = next((known for known in _MARKS if file.content.startswith(known[0])), (b"", "utf-8"))
    source = SourceText(file.path, _decoded(file, len(mark), encoding), mark, encoding)
    if longest := _long_line(source.text):
        raise _refused(file, "line-too-long", f"The line is longer than {MAX_LINE >> 20} MiB. Break it.", longest)
    return source


def without_surrogates(text: str) -> str:
    """The text with halves of surrogate pairs, which no encoding can hold, replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def located(remark: Remark, source: SourceText, place: int) -> Remark:
    """The remark with the file and the line of a place."""
    return replace(remark, path=source.path, line=source.line_at(place))


def _decoded(file: BankFile, start: int, encoding: str) -> str:
    try:
        return file.content[start:].decode(encoding)
    except UnicodeDecodeError as error:
        line = file.content.count(b"\n", 0, start + error.start) + 1
        message = f"Byte {start + error.start} is not valid in {encoding.upper()}. Save the file as UTF-8."
        raise _refused(file, "not-utf-8", message, line) from None


def _long_line(text: str) -> int:
    """The number of the first line that is too long, or 0."""
    if len(text) <= MAX_LINE:
        return 0
    return next((at for at, line in enumerate(text.split("\n"), 1) if len(line) > MAX_LINE), 0)


def _refused(file: BankFile, code: str, message: str, line: int = 0) -> UnreadableBank:
    return UnreadableBank([Remark(file.path, line, "", code, message)])
