"""Other keys in a table, each written as the file writes its keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from practicum.exchange.base import NotInFormat
from practicum.exchange.json_source import Json, Number
from practicum.exchange.source_text import Edit
from practicum.exchange.table.items import Questions
from practicum.exchange.table.keys import COUNTS, LABEL, LETTER, LETTERED, AskedRow
from practicum.exchange.table.options import scalar
from practicum.exchange.table.rows import Row


def edits(questions: Questions, keys: Mapping[str, frozenset[int]]) -> Iterator[Edit]:
    """The edits that give items other keys.

    Raises:
        NotInFormat: An item has no key, one that is not known how to read, or one that is itself an option.
    """
    places = {identifier: at for at, identifier in enumerate(questions.identifiers)}
    for identifier, right in keys.items():
        at = places[identifier]
        row, asked, way = questions.rows[at], questions.asked[at], questions.keys[at].way
        yield from _of_row(questions, row, asked, way, right, identifier)


def _of_row(
    questions: Questions, row: Row, asked: AskedRow, way: str, right: frozenset[int], identifier: str
) -> Iterator[Edit]:
    column = questions.columns.key
    changed: list[tuple[tuple[str | int, ...], Json]]
    if asked.flagged is not None:
        changed = _flags(asked, right, column)
    elif way and column not in questions.option_columns:
        changed = _keyed(asked, way, right, column)
    else:
        raise _refused(identifier)
    for path, value in changed:
        edit = questions.table.edit(row, path, value)
        if edit is None:
            raise _refused(identifier)
        yield edit


def _flags(asked: AskedRow, right: frozenset[int], column: str) -> list[tuple[tuple[str | int, ...], Json]]:
    """The booleans that change, each at its place."""
    if isinstance(asked.key, list):
        places: list[tuple[str | int, ...]] = [(column, at) for at in range(len(asked.key))]
    elif isinstance(asked.key, dict):
        names = list(asked.key)
        places = [
            (column, next((name for name in names if name.lower() in option.labels), "")) for option in asked.options
        ]
    else:
        places = [option.right_path for option in asked.options]
    before = asked.flagged or frozenset()
    return [(place, at in right) for at, place in enumerate(places) if (at in right) != (at in before)]


def _keyed(asked: AskedRow, way: str, right: frozenset[int], column: str) -> list[tuple[tuple[str | int, ...], Json]]:
    """The key in the form of the one that the row has: one value, a list, or several in a text."""
    old = asked.key if isinstance(asked.key, list) else [asked.key]
    new = [_value(asked, way, at, old[0]) for at in sorted(right)]
    if not isinstance(asked.key, list):
        return [((column,), new[0] if len(new) == 1 else new)]
    if len(new) == len(old):
        return [((column, at), value) for at, value in enumerate(new) if value != old[at]]
    return [((column,), new)]


def _value(asked: AskedRow, way: str, at: int, model: Json) -> Json:
    old, option = scalar(model), asked.options[at]
    if way in COUNTS:
        number = str(at + COUNTS[way])
        return Number(number) if isinstance(model, Number) else number
    if way == LETTER:
        return _lettered(old.strip(), at, option.text)
    if way == LABEL:
        return _cased(option.labels[-1], old)
    return Number(option.text) if option.is_number else option.text


def _lettered(old: str, at: int, text: str) -> str:
    """Another letter, with what stands around it: `(b)`, `B. Paris`."""
    letter = chr(ord("A") + at)
    found = LETTERED.fullmatch(old)
    if not found:
        return letter
    rest = old[found.end(1) : found.start(2)] + text if found[2] else old[found.end(1) :]
    return old[: found.start(1)] + (letter.lower() if found[1].islower() else letter) + rest


def _cased(label: str, old: str) -> str:
    return label.upper() if old.isupper() else label


def _refused(identifier: str) -> NotInFormat:
    message = f"The key of {identifier} cannot be corrected in place. Edit the file by hand."
    return NotInFormat("format-not-corrected", message)
