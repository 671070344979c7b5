"""The interface of a format of question banks: pure calls from bytes to a bank and back."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from practicum.errors import CodedError
from practicum.exchange.bank import Bank, Remark, WrittenBank
from practicum.exchange.bank import ColumnMap as ColumnMap


class UnreadableBank(CodedError):
    """A file that is no bank of its format, with all mistakes in it. The code is that of the first."""

    def __init__(self, mistakes: list[Remark]) -> None:
        super().__init__(mistakes[0].code, "\n".join(map(str, mistakes)))
        self.mistakes = mistakes


class NotInFormat(CodedError):
    """What a format cannot do. Codes: `format-not-read`, `format-not-written`, `format-not-corrected`."""


@dataclass(frozen=True)
class BankFile:
    """A file that may contain a bank. `path` is relative to what is read, with forward slashes."""

    path: str
    content: bytes

    @property
    def suffix(self) -> str:
        """The ending of its name in lower case: `.xml`."""
        return PurePosixPath(self.path).suffix.lower()


class Format(ABC):
    """A format of question banks. Calls are pure: no file is opened, and nothing outside the content is read."""

    name: ClassVar[str]
    """As `--format` takes it: `moodle-xml`."""
    title: ClassVar[str]
    """As people know it: `Moodle XML`."""
    suffixes: ClassVar[tuple[str, ...]]
    """Endings of its files in lower case, the one that is written first."""
    answers: ClassVar[frozenset[type]]
    """The classes of answers that it can express: items that are plain apart from them are written without a remark."""

    has_shuffle: ClassVar[bool] = True
    """Whether it states, or its readers decide, if options are shuffled. If not, they are shown as they are written."""

    def recognizes(self, file: BankFile) -> bool:
        """Whether a file looks as if it were in this format: by its ending, and its content if others share it."""
        return file.suffix in self.suffixes

    def read(self, file: BankFile, columns: ColumnMap | None = None) -> Bank:
        """Return the bank in a file.

        Raises:
            UnreadableBank: The file as a whole cannot be read. What is wrong with single items is among the remarks.
            NotInFormat: The format is only written.
        """
        raise NotInFormat(
            "format-not-read", f"{self.title} is written and not read. Export the bank in another format."
        )

    def shared_columns(self, files: Sequence[BankFile], columns: ColumnMap | None = None) -> list[ColumnMap | None]:
        """The columns to read each of the files of one bank with, where some are only clear beside the others.

        Never raises for a file that cannot be read.
        """
        return [columns] * len(files)

    def write(self, bank: Bank) -> WrittenBank:
        """Return a bank in this format. What it cannot express is among the remarks, item by item.

        Raises:
            NotInFormat: The format is only read.
        """
        raise NotInFormat("format-not-written", f"{self.title} is read and not written. Choose another with --format.")

    def correct(self, file: BankFile, keys: Mapping[str, frozenset[int]], columns: ColumnMap | None = None) -> bytes:
        """Return the content of a file with other keys, and everything else as it is, byte for byte where possible.

        Args:
            file: The bank as it was read.
            keys: By the identifier of an item that is a choice: the numbers, from 0, of the options that are right.
            columns: As for `read`.

        Raises:
            NotInFormat: The format cannot be corrected in place.
        """
        raise NotInFormat("format-not-corrected", f"Banks in {self.title} cannot be corrected. Edit the file by hand.")

    @property
    def is_read(self) -> bool:
        """Whether the format is read."""
        return type(self).read is not Format.read

    @property
    def is_written(self) -> bool:
        """Whether the format is written."""
        return type(self).write is not Format.write
