"""Rows in JSON: objects in a list, at the top or within other objects, or objects by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from practicum.exchange import json_source
from practicum.exchange.bank import ColumnMap
from practicum.exchange.json_source import Json, Value
from practicum.exchange.source_text import Edit, SourceText
from practicum.exchange.table import names
from practicum.exchange.table.names import find
from practicum.exchange.table.rows import Row, Table

MAX_DEPTH = 8
"""How deep in other values the objects are that may be questions."""
_CONTAINERS = frozenset(
    "questions quiz quizzes items data results rows examples problems exercises sections test tests".split()  # noqa: SIM905
)
"""Names of lists that say nothing about what is in them."""
_LICENCE, _SOURCE = ["license", "licence"], ["source", "url", "homepage"]


Placed = tuple[Value, tuple[str, ...]]
"""A value and the category that it is in."""


@dataclass(frozen=True)
class JsonTable(Table):
    """Rows that are JSON objects."""

    def edit(self, row: Row, path: tuple[str | int, ...], value: Json) -> Edit | None:
        found: Value | None = Value("", None, row.place, 0)
        for key in path:
            found = json_source.member(self.source.text, found.start, key) if found else None
            if found is None or (key != path[-1] and not isinstance(found.value, list | dict)):
                return None
        return Edit(found.start, found.end, json_source.dumped(value)) if found else None


def read_table(source: SourceText, lines: bool, given: ColumnMap) -> tuple[JsonTable, ColumnMap | None]:
    """The rows of a file, and what their columns contain, or None if there are none that ask.

    Args:
        source: The file.
        lines: Whether it is JSON Lines.
        given: What is known of the columns.
    """
    top = json_source.parse_lines(source) if lines else json_source.parse(source)
    columns, rows = _asking([_row(top, ())], given)
    single = bool(rows)
    if not single:
        values = json_source.lines_of(source) if lines else _children(source.text, top)
        named = _text(top, names.CATEGORY)
        columns, rows = _found(source.text, [(value, (named,) if named else ()) for value in values], given)
    title, licence, origin = (_text(top, among) for among in (names.TITLE, _LICENCE, _SOURCE))
    return JsonTable(source, tuple(rows), title, licence, origin, () if single else _unread(top)), columns


def _unread(top: Value) -> tuple[str, ...]:
    """The texts and numbers beside the list of questions that are not read."""
    fields = top.value if isinstance(top.value, dict) else {}
    read = {find(fields, among) for among in (names.TITLE, _LICENCE, _SOURCE, names.CATEGORY)}
    return tuple(name for name, value in fields.items() if not isinstance(value, list | dict) and name not in read)


def _found(text: str, level: list[Placed], given: ColumnMap) -> tuple[ColumnMap | None, list[Row]]:
    """The outermost objects that ask, in the order of the file, with the map of their columns."""
    columns, rows = None, []
    for _ in range(MAX_DEPTH):
        found, asking = _asking([_row(*placed) for placed in level], columns or given)
        columns = columns or found
        rows += asking
        places = {row.place for row in asking}
        level = [below for value, outer in level if value.start not in places for below in _below(text, value, outer)]
    return columns, sorted(rows, key=lambda row: row.place)


def _row(value: Value, category: tuple[str, ...]) -> Row:
    fields = value.value if isinstance(value.value, dict) else {}
    inner = fields.get(find(fields, names.QUESTION))
    if isinstance(inner, dict):  # the text and its options in an object of their own, beside the key
        fields = {**{name: part for name, part in fields.items() if part is not inner}, **inner}
    return Row(fields, value.start, value.key if isinstance(value.key, str) else "", category)


def _text(value: Value, among: Sequence[str]) -> str:
    """The text of the first of these members that an object has, or an empty string."""
    fields = value.value if isinstance(value.value, dict) else {}
    text = fields.get(find(fields, among))
    return text if isinstance(text, str) else ""


def _asking(objects: list[Row], given: ColumnMap) -> tuple[ColumnMap | None, list[Row]]:
    """Those of the objects that have a question, and options or a key, with the map of their columns."""
    objects = [row for row in objects if row.values]
    columns = names.guess([row.values for row in objects], given) if objects else None
    if columns is None or not (columns.options or columns.key):
        return None, []
    asking = [row for row in objects if isinstance(row.values.get(columns.question), str)]
    return (columns, asking) if asking else (None, [])


def _children(text: str, value: Value) -> Iterator[Value]:
    return json_source.members(text, value.start) if isinstance(value.value, list | dict) else iter(())


def _below(text: str, value: Value, outer: tuple[str, ...]) -> Iterator[Placed]:
    """What a value contains, with the category that its title or its name says."""
    name = value.key if isinstance(value.key, str) and names.plain(value.key) not in _CONTAINERS else ""
    name = _text(value, (*names.TITLE, *names.CATEGORY)) or name
    inner = (*outer, name) if name else outer
    return ((child, inner) for child in _children(text, value))
