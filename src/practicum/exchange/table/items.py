"""The items of a table, and other keys in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property

from practicum.exchange.bank import (
    AcceptedText,
    Answer,
    BankOption,
    Choice,
    ColumnMap,
    Essay,
    Item,
    Remark,
    ShortAnswer,
    Unsupported,
)
from practicum.exchange.json_source import Json
from practicum.exchange.plain_text import as_markdown
from practicum.exchange.source_text import without_surrogates
from practicum.exchange.table import names
from practicum.exchange.table.keys import COUNTS, AskedRow, KeyEvidence, KnownKey
from practicum.exchange.table.names import Fields, find
from practicum.exchange.table.options import TableOption, read_options, scalar, separator
from practicum.exchange.table.rows import Row, Table

SHORT = 60
"""Characters of the longest text that is an answer to type, and not one to be graded by a person."""
_RIGHT = Decimal(100)
_READ = (names.TITLE, names.NAME, names.CATEGORY, names.TAGS, names.HINTS, names.CODE, names.POINTS, names.TYPE)


@dataclass(frozen=True)
class Questions:
    """The rows of a table that ask, read with a map of its columns."""

    table: Table
    columns: ColumnMap

    @cached_property
    def rows(self) -> list[Row]:
        return [row for row in self.table.rows if row.values.get(self.columns.question) not in (None, "")]

    @cached_property
    def option_columns(self) -> list[str]:
        return self.columns.options.split("+") if self.columns.options else []

    @cached_property
    def asked(self) -> tuple[AskedRow, ...]:
        texts = [row.values.get(column) for row in self.rows for column in self.option_columns[:1]]
        mark = separator(text for text in texts if isinstance(text, str) and text)
        return tuple(self._asked(row, mark) for row in self.rows)

    def _asked(self, row: Row, mark: str) -> AskedRow:
        options = read_options(row.values, self.option_columns, mark)
        key = self.columns.key
        places = (
            [at for at, option in enumerate(options) if option.path == (key,)] if len(self.option_columns) > 1 else []
        )
        return AskedRow(options, row.values.get(key), places[0] if places else None)

    @cached_property
    def evidence(self) -> KeyEvidence:
        return KeyEvidence(self.asked, self.columns.key_as)

    @cached_property
    def keys(self) -> list[KnownKey]:
        return [self.evidence.key_of(row) for row in self.asked]

    @property
    def shown_columns(self) -> ColumnMap:
        """The map with the way to count that was found, if a key is read by it."""
        found = {key.way for key in self.keys if key.way in COUNTS}
        way = found.pop() if len(found) == 1 and not self.columns.key_as else self.columns.key_as
        return replace(self.columns, key_as=way)

    @cached_property
    def identifiers(self) -> list[str]:
        """The file's own, if each row has another; or else the numbers of the rows."""
        own = [row.name or scalar(row.values.get(find(row.values, names.NAME), "")) for row in self.rows]
        places = [f"q{at}" for at in range(1, len(own) + 1)]
        return own if all(own) and len(set(own)) == len(own) else places

    def items(self) -> Iterator[Item]:
        """The items, in the order of the file."""
        for identifier, row, asked, key in zip(self.identifiers, self.rows, self.asked, self.keys, strict=True):
            yield self._item(identifier, row, self._answer(row, asked, key))

    def remarks(self) -> Iterator[Remark]:
        """What is not known or not read, item by item, then column by column."""
        path, line_at = self.table.source.path, self.table.source.line_at
        for identifier, row, asked, key in zip(self.identifiers, self.rows, self.asked, self.keys, strict=True):
            if not asked.options and self._has_options(row):
                message = f"The options in `{self.columns.options}` cannot be distinguished."
                yield Remark(path, line_at(row.place), identifier, "options-not-read", message)
            elif key.problem and (asked.options or key.problem == "key-missing") and not _is_boolean(asked):
                message = _problem(key, asked, self.columns)
                yield Remark(path, line_at(row.place), identifier, key.problem, message)
        for name in (*self.table.unread, *self._unread()):
            yield Remark(path, 0, "", "column-not-read", f"The column `{name}` is not read.")

    def _has_options(self, row: Row) -> bool:
        return any(row.values.get(column) not in (None, "", [], {}) for column in self.option_columns)

    def _unread(self) -> list[str]:
        found = dict.fromkeys(name for row in self.rows for name in row.values)
        columns = self.columns
        read = {columns.question, columns.key, columns.explanation, *self.option_columns}
        read |= {find(row.values, group) for row in self.rows for group in _READ}
        return [name for name in found if name not in read]

    def _item(self, identifier: str, row: Row, answer: Answer) -> Item:
        fields = row.values
        own = _text(fields, names.CATEGORY)
        return Item(
            identifier=without_surrogates(identifier),
            text=_markdown(fields[self.columns.question]),
            answer=answer,
            title=_text(fields, names.TITLE),
            feedback=_markdown(fields.get(self.columns.explanation) or ""),
            hints=tuple(map(_markdown, _listed(fields, names.HINTS))),
            code=_text(fields, names.CODE),
            points=_decimal(_text(fields, names.POINTS)),
            category=(*row.category, own) if own else row.category,
            tags=tuple(tag for name in names.TAGS for tag in _listed(fields, [name])),
            path=self.table.source.path,
            line=self.table.source.line_at(row.place),
        )

    def _answer(self, row: Row, asked: AskedRow, key: KnownKey) -> Answer:
        if asked.options:
            return _choice(asked.options, key.right, _text(row.values, names.TYPE))
        if self._has_options(row):
            return Unsupported("options that cannot be distinguished")
        if _is_boolean(asked):
            return _choice(_STATEMENT, frozenset({int(not _boolean(asked.key))}), true_false=True)
        return _typed([scalar(text) for text in (asked.key if isinstance(asked.key, list) else [asked.key]) if text])


_STATEMENT = (TableOption("True", ()), TableOption("False", ()))


def _choice(options: Sequence[TableOption], right: frozenset[int], type: str = "", true_false: bool = False) -> Choice:
    several = len(right) > 1 or names.plain(type).startswith(
        ("multiplea", "multipler", "multipleselect", "multiselect", "checkbox", "manychoice")
    )
    credit = _RIGHT / len(right) if several and right else _RIGHT
    return Choice(
        tuple(
            BankOption(_markdown(option.text), credit if at in right else Decimal(0), _markdown(option.feedback))
            for at, option in enumerate(options)
        ),
        several,
        true_false=true_false,
    )


def _typed(texts: list[str]) -> Answer:
    if not texts or max(map(len, texts)) > SHORT or any("\n" in text for text in texts):
        return Essay(sample="\n\n".join(map(_markdown, texts)))
    return ShortAnswer(tuple(AcceptedText(without_surrogates(text)) for text in texts))


def _boolean(key: Json) -> bool | None:
    return {"true": True, "false": False}.get(scalar(key).strip().lower()) if not isinstance(key, list | dict) else None


def _is_boolean(asked: AskedRow) -> bool:
    return not asked.options and _boolean(asked.key) is not None


def _problem(key: KnownKey, asked: AskedRow, columns: ColumnMap) -> str:
    shown = scalar(asked.key)
    if key.problem == "key-missing":
        return "The item has no key."
    if key.problem == "key-ambiguous":
        first = key.ways[0]
        return f"The key `{shown}` can be read as {' or '.join(key.ways)}. Name what is meant: --map key-as={first}"
    return f"The key `{shown}` is none of the {len(asked.options)} options in `{columns.options}`."


def _markdown(value: Json) -> str:
    return as_markdown(without_surrogates(scalar(value)).strip())


def _text(fields: Fields, among: Sequence[str]) -> str:
    value = fields.get(find(fields, among))
    return "" if value is None or isinstance(value, list | dict) else without_surrogates(scalar(value))


def _listed(fields: Fields, among: Sequence[str]) -> list[str]:
    value = fields.get(find(fields, among))
    parts = value if isinstance(value, list) else [value]
    return [without_surrogates(scalar(part)) for part in parts if part not in (None, "")]


def _decimal(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return Decimal(1)
    return found if found.is_finite() else Decimal(1)
