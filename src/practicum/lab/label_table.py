"""Read a CSV table of image files and their labels."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from practicum.errors import CodedError

FILE_COLUMNS = ("file", "path", "image", "filename")
LABEL_COLUMNS = ("label", "class")


class UnreadableTable(CodedError):
    """The data is not a table of files and labels. The message is a predicate that ends with what to do."""


@dataclass(frozen=True)
class LabelRow:
    """One row of the table. `line` counts from 1, the header line."""

    line: int
    file: str
    label: str


def read_label_table(data: bytes) -> list[LabelRow]:
    """Read the rows of a CSV file in UTF-8, separated by comma, semicolon or tab. Empty lines are skipped.

    One column must be named file, path, image or filename, another one label or class, in upper or lower case.

    Raises:
        UnreadableTable: The data is not UTF-8, not CSV, or lacks one of the columns.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableTable("not-utf-8", f"is not UTF-8 (byte {error.start + 1}); save it as CSV UTF-8") from None
    try:
        return _rows(text)
    except csv.Error as error:
        raise UnreadableTable("not-csv", f"is not CSV ({error}); save it as CSV UTF-8") from None


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
        "missing-column",
        f"needs a column named {' or '.join(FILE_COLUMNS)} and one named {' or '.join(LABEL_COLUMNS)}; "
        f"its first line is {header.strip()[:200]!r}",
    )


def _column(columns: list[str], names: tuple[str, ...]) -> int | None:
    return next((columns.index(name) for name in names if name in columns), None)


def _cell(cells: list[str], index: int) -> str:
    return cells[index].strip() if index < len(cells) else ""
