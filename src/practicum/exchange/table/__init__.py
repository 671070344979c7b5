"""Plain JSON and CSV: a row for each question, in columns whose meaning is guessed, shown, and can be named."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from practicum.exchange.bank import Bank, Choice, ColumnMap, Essay, ShortAnswer
from practicum.exchange.base import BankFile, Format, UnreadableBank
from practicum.exchange.source_text import SourceText, decode
from practicum.exchange.table import csv_rows, json_rows
from practicum.exchange.table.corrections import edits
from practicum.exchange.table.items import Questions
from practicum.exchange.table.keys import COUNTS, WAYS, KeyEvidence
from practicum.exchange.table.rows import Table


class TableFormat(Format):
    """A format of plain tables."""

    answers: ClassVar[frozenset[type]] = frozenset({Choice, ShortAnswer, Essay})
    has_shuffle = False

    @abstractmethod
    def _table(self, file: BankFile, source: SourceText, given: ColumnMap) -> tuple[Table, ColumnMap | None]:
        """The rows of a file, and what their columns contain."""

    def recognizes(self, file: BankFile) -> bool:
        """Also a file that cannot be read, so that its mistakes are shown, but none without questions."""
        if file.suffix not in self.suffixes:
            return False
        try:
            self._questions(file, None)
        except UnreadableBank as error:
            return error.code != "columns-unknown"
        return True

    def read(self, file: BankFile, columns: ColumnMap | None = None) -> Bank:
        questions = self._questions(file, columns)
        table = questions.table
        return Bank(
            table.title or PurePosixPath(file.path).stem,
            tuple(questions.items()),
            table.origin,
            table.licence,
            remarks=tuple(questions.remarks()),
            columns=questions.shown_columns,
        )

    def correct(self, file: BankFile, keys: Mapping[str, frozenset[int]], columns: ColumnMap | None = None) -> bytes:
        questions = self._questions(file, columns)
        return questions.table.source.edited(edits(questions, keys))

    def shared_columns(self, files: Sequence[BankFile], columns: ColumnMap | None = None) -> list[ColumnMap | None]:
        """The columns of each file, guessed where they are not named.

        A file whose keys may count from 0 or from 1 counts as the others do that have the same columns.
        """
        known = [self._known(file, columns) for file in files]
        if len(files) < 2:
            return [found.columns if found else columns for found in known]
        groups: dict[ColumnMap, list[Questions]] = {}
        for found in known:
            if found:
                groups.setdefault(found.columns, []).append(found)
        ways = {shared: _way_to_count(alike) for shared, alike in groups.items()}
        return [_counted(found, ways[found.columns]) if found else columns for found in known]

    def _known(self, file: BankFile, columns: ColumnMap | None) -> Questions | None:
        try:
            return self._questions(file, columns)
        except UnreadableBank:
            return None

    def _questions(self, file: BankFile, columns: ColumnMap | None) -> Questions:
        source = decode(file)
        table, found = self._table(file, source, columns or ColumnMap())
        if found is None or not (found.options or found.key):
            names = dict.fromkeys(name for row in table.rows for name in row.values)
            known = f" Its columns are {', '.join(f'`{name}`' for name in names)}." if names else ""
            message = f"No column looks like a question with options or a key.{known}"
            raise source.refused("columns-unknown", f"{message} Name them: --map question=…,options=…,key=…")
        return Questions(table, found)


def _way_to_count(alike: Sequence[Questions]) -> str:
    """The way to count that some of the files show and none speaks against, or an empty string."""
    evidence = KeyEvidence(tuple(row for questions in alike for row in questions.asked))
    first, second = COUNTS
    shown = {way: evidence.only(way, rival) for way, rival in ((first, second), (second, first))}
    return next((way for way, count in shown.items() if count and count == sum(shown.values())), "")


def _counted(questions: Questions, way: str) -> ColumnMap:
    """The columns of a file, with the way to count of all, unless its keys speak against it or may not count."""
    evidence = questions.evidence
    agrees = way in evidence.ways and not any((other, way) in evidence.rivals for other in WAYS if other not in COUNTS)
    return replace(questions.columns, key_as=way) if agrees else questions.columns


class JsonFormat(TableFormat):
    """Objects in JSON or JSON Lines."""

    name = "json"
    title = "plain JSON"
    suffixes = (".json", ".jsonl", ".ndjson")

    def _table(self, file: BankFile, source: SourceText, given: ColumnMap) -> tuple[Table, ColumnMap | None]:
        return json_rows.read_table(source, file.suffix != ".json", given)


class CsvFormat(TableFormat):
    """Lines of comma-separated values, or values separated by semicolons, tabs or bars."""

    name = "csv"
    title = "CSV"
    suffixes = (".csv", ".tsv")

    def _table(self, file: BankFile, source: SourceText, given: ColumnMap) -> tuple[Table, ColumnMap | None]:
        return csv_rows.read_table(source, given)
