"""Rows in CSV: a line with the names of the columns, then a row for each question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from practicum.exchange.bank import ColumnMap
from practicum.exchange.json_source import Json
from practicum.exchange.source_text import Edit, SourceText
from practicum.exchange.table import names
from practicum.exchange.table.options import scalar
from practicum.exchange.table.rows import Row, Table

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Cell:
    """A cell and the characters from `start` to `end` that contain it, with its quotes."""

    text: str
    start: int
    end: int
    quoted: bool = False


@dataclass(frozen=True)
class CsvTable(Table):
    """Rows that are lines of CSV."""

    delimiter: str = ","
    cells: dict[int, dict[str, Cell]] | None = None
    """By the place of a row and the name of a column."""

    def edit(self, row: Row, path: tuple[str | int, ...], value: Json) -> Edit | None:
        cell = (self.cells or {}).get(row.place, {}).get(str(path[0]))
        if cell is None or len(path) > 1:
            return None
        text = ",".join(map(scalar, value)) if isinstance(value, list) else scalar(value)
        quoted = cell.quoted or re.search(rf'["\r\n{re.escape(self.delimiter)}]', text)
        return Edit(cell.start, cell.end, '"' + text.replace('"', '""') + '"' if quoted else text)


def read_cells(source: SourceText, delimiter: str) -> Iterator[list[Cell]]:
    """The cells of each line that is not blank.

    Raises:
        UnreadableBank: A cell goes on after its closing quote, or its quote is not closed. Code: `csv-quote`.
    """
    text, mark = source.text, re.escape(delimiter)
    pattern = re.compile(rf'"((?:[^"]|"")*+)"|([^{mark}\r\n]*+)')
    place, row = 0, []
    while place <= len(text):
        found = pattern.match(text, place)
        assert found
        quoted = found[1] is not None
        row.append(Cell(found[1].replace('""', '"') if quoted else found[2], place, found.end(), quoted))
        place = found.end()
        following = text[place : place + 1]
        if (quoted and following not in ("", delimiter, "\r", "\n")) or (not quoted and found[2].startswith('"')):
            raise source.refused("csv-quote", "The quote of a cell is not closed, or text follows it.", row[-1].start)
        if following == delimiter:
            place += 1
            continue
        place += 2 if text.startswith("\r\n", place) else 1
        if len(row) > 1 or row[0].text or row[0].quoted:
            yield row
        row = []


def read_table(source: SourceText, given: ColumnMap) -> tuple[CsvTable, ColumnMap | None]:
    """The rows of a file, and what its columns contain, or None if no column asks.

    Columns that are named by their numbers, from 1, mean a file without a line of names.
    """
    delimiter = _delimiter(source)
    lines = list(read_cells(source, delimiter))
    numbered = all(part.isdigit() for part in (given.question, given.key, *given.options.split("+")) if part)
    headed = not (given.question and numbered)
    header = [cell.text.strip() for cell in lines[0]] if headed and lines else []
    width = max(map(len, lines), default=0)
    columns = [*header, *(str(at + 1) for at in range(len(header), width))]
    cells = {line[0].start: dict(zip(columns, line, strict=False)) for line in lines[1 if headed else 0 :]}
    rows = [Row({name: cell.text for name, cell in line.items()}, place) for place, line in cells.items()]
    found = names.guess([row.values for row in rows], given) if rows else None
    return CsvTable(source, tuple(rows), delimiter=delimiter, cells=cells), found


def _delimiter(source: SourceText) -> str:
    """The character that separates most cells in the first line, and as many in the next ones."""
    head = re.match(r'(?:"(?:[^"]|"")*+"|[^"\r\n])*+', source.text)
    counts = Counter(re.sub(r'"(?:[^"]|"")*+"', "", head[0] if head else ""))
    return max(DELIMITERS, key=lambda mark: (counts[mark], -DELIMITERS.index(mark)))
