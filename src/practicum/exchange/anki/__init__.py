"""Anki packages (`.apkg`): notes as items, and items as cards that keep their identity when they are imported again."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import ClassVar

from practicum.exchange.anki.collection import read_collection
from practicum.exchange.anki.reader import read_note
from practicum.exchange.anki.writer import write_package
from practicum.exchange.archive import is_archive, read_archive
from practicum.exchange.bank import Bank, ColumnMap, Essay, ShortAnswer, WrittenBank
from practicum.exchange.base import BankFile, Format
from practicum.exchange.item_reading import Collected


class Anki(Format):
    """A package of cards. Choices become cards with their options on the front, and their key on the back."""

    name = "anki"
    title = "Anki packages"
    suffixes = (".apkg",)
    answers: ClassVar[frozenset[type]] = frozenset({ShortAnswer, Essay})

    def recognizes(self, file: BankFile) -> bool:
        return file.suffix in self.suffixes and is_archive(file.content)

    def read(self, file: BankFile, columns: ColumnMap | None = None) -> Bank:
        collection = read_collection(read_archive(file))
        collected = Collected(file.path)
        items = [read_note(note, number, collection, collected) for number, note in enumerate(collection.notes, 1)]
        return Bank(
            collection.root or PurePosixPath(file.path).stem,
            tuple(items),
            resources=collected.resources,
            remarks=tuple(collected.remarks),
        )

    def write(self, bank: Bank) -> WrittenBank:
        return write_package(bank, self.read)
