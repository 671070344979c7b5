"""A table of files and labels, as spreadsheets save one."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

FILE_COLUMNS = ("file", "path", "image", "filename")
LABEL_COLUMNS = ("label", "class")


class UnreadableTable(ValueError):
    """The text is no table of files and labels. The message says why and what to do."""


@dataclass(frozen=True)
class LabelRow:
    """One line of the table: `line` counts from 1, the header being the first."""

    line: int
    file: str
    label: str


def read_label_table(data: bytes) -> list[LabelRow]:
    """The rows of a CSV in UTF-8, separated by comma, semicolon or tab; empty lines are passed over.

    Of its columns one must be called file, path, image or filename, and one label or class; case does not matter.
    Raises UnreadableTable.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableTable(f"is not UTF-8 (byte {error.start + 1}); save it as CSV UTF-8") from None
    try:
        return _rows(text)
    except csv.Error as error:
        raise UnreadableTable(f"is no CSV ({error}); save it as CSV UTF-8") from None


def _rows(text: str) -> list[LabelRow]:
    header = text.partition("\n")[0]
    for separator in ",;\t":
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        columns = [name.strip().casefold() for name in next(lines, [])]
        file, label = _column(columns, FILE_COLUMNS), _column(columns, LABEL_COLUMNS)
        if file is not None and label is not None:
            return [
                LabelRow(lines.line_num, _cell(cells, file), _cell(cells, label))
                for cells in lines
                if any(cell.strip() for cell in cells)
            ]
    raise UnreadableTable(
        f"needs a column called {' or '.join(FILE_COLUMNS)} and one called {' or '.join(LABEL_COLUMNS)}; "
        f"its first line is {header.strip()[:200]!r}"
    )


def _column(columns: list[str], wanted: tuple[str, ...]) -> int | None:
    return next((columns.index(name) for name in wanted if name in columns), None)


def _cell(cells: list[str], index: int) -> str:
    return cells[index].strip() if index < len(cells) else ""
