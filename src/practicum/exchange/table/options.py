"""The options of a row: a list, an object by letter, one column each, or a text with separators."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from practicum.exchange.json_source import Json, Number
from practicum.exchange.table.names import Fields, find, option_label, plain

TEXT = ["text", "option", "answer", "content", "choice", "body", "title", "statement", "value", "label", "name"]
RIGHT = ["correct", "iscorrect", "right", "isright", "isanswer", "istrue", "isvalid"]
LABEL = ["letter", "key", "label", "id", "identifier", "value"]
FEEDBACK = ["feedback", "explanation", "rationale", "comment", "reason"]
SEPARATORS = ("\n", "|", ";")
_QUOTED = re.compile(r"""'(?:[^'\\\n]|\\.)*+'|"(?:[^"\\\n]|\\.)*+\"""")
_PRINTED_LIST = re.compile(rf"\s*\[\s*(?:(?:{_QUOTED.pattern})\s*,?\s*)++\]\s*")
_NUMBERED = re.compile(r"\s*(?:\(([A-Za-z]|\d\d?)\)|([A-Za-z]|\d\d?)[.):])\s+(?=\S)")


@dataclass(frozen=True)
class TableOption:
    """An option as the table has it."""

    text: str
    path: tuple[str | int, ...]
    """Where its row has it: the column, then the place in it."""
    labels: tuple[str, ...] = ()
    """What the table calls it by, in plain letters: the letter in front of it, the end of its column's name."""
    right: bool | None = None
    """Whether the option itself says that it is right."""
    right_path: tuple[str | int, ...] = ()
    feedback: str = ""
    is_number: bool = False
    """Whether it is a number without quotes."""


def scalar(value: Json) -> str:
    """A value as text: booleans as Python and people write them."""
    if isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def separator(texts: Iterable[str]) -> str:
    """What separates the options in every one of the texts, or an empty string."""
    texts = list(texts)
    return next((mark for mark in SEPARATORS if texts and all(mark in text.strip() for text in texts)), "")


def read_options(fields: Fields, columns: Sequence[str], mark: str) -> tuple[TableOption, ...]:
    """The options that a row has in these columns.

    Args:
        fields: The values of the row.
        columns: One column with all options, or one for each.
        mark: What separates options in a text.
    """
    if len(columns) == 1:
        return _without_numbers(_all_in(fields.get(columns[0]), columns[0], mark))
    found: list[TableOption] = []
    for column in columns:
        value = fields.get(column)
        if isinstance(value, list):
            found += _all_in(value, column, mark)
        elif value not in (None, ""):
            found.append(_labelled(_one(value, (column,)), (column, option_label(column))))
    return _without_numbers(found)


def _all_in(value: Json, column: str, mark: str) -> list[TableOption]:
    if isinstance(value, str):
        return _separated(value, column, mark)
    if isinstance(value, list):
        return [_one(part, (column, at)) for at, part in enumerate(value)]
    if isinstance(value, dict):
        return _of_object(value, column)
    return []


def _separated(text: str, column: str, mark: str) -> list[TableOption]:
    if text.lstrip().startswith("[") and (listed := _listed(text)) is not None:
        return [_one(part, (column,)) for part in listed]
    parts = [part.strip() for part in text.split(mark)] if mark else []
    return [TableOption(part, (column,)) for part in parts if part]


def _listed(text: str) -> list[Json] | None:
    """The list that a text is, in JSON, or of texts as Python or NumPy prints it."""
    try:
        listed = json.loads(text, parse_int=Number, parse_float=Number)
        return listed if isinstance(listed, list) else None
    except (ValueError, RecursionError):
        if not _PRINTED_LIST.fullmatch(text):
            return None
    try:
        return [ast.literal_eval(part) for part in _QUOTED.findall(text)]
    except (ValueError, SyntaxError):
        return None


def _of_object(value: dict[str, Json], column: str) -> list[TableOption]:
    """Options by letter, or a list of texts beside a list of labels."""
    texts, labels = (value.get(find(value, [name])) for name in ("text", "label"))
    if isinstance(texts, list) and isinstance(labels, list) and len(texts) == len(labels):
        path = find(value, ["text"])
        options = [_one(text, (column, path, at)) for at, text in enumerate(texts)]
        return [_labelled(option, (scalar(label),)) for option, label in zip(options, labels, strict=True)]
    return [_labelled(_one(part, (column, name)), (name, option_label(name))) for name, part in value.items()]


def _one(value: Json, path: tuple[str | int, ...]) -> TableOption:
    if not isinstance(value, dict):
        return TableOption(scalar(value), path, is_number=isinstance(value, Number))
    text = find(value, TEXT)
    right, label, feedback = (find(value, names) for names in (RIGHT, LABEL, FEEDBACK))
    flag = value.get(right)
    return TableOption(
        scalar(value[text]) if text else "",
        (*path, text),
        (plain(scalar(value[label])),) if label and label != text else (),
        flag if isinstance(flag, bool) else None,
        (*path, right) if isinstance(flag, bool) else (),
        scalar(value[feedback]) if value.get(feedback) else "",
    )


def _labelled(option: TableOption, labels: Iterable[str]) -> TableOption:
    return replace(option, labels=(*option.labels, *{plain(label) for label in labels if plain(label)}))


def _without_numbers(options: Sequence[TableOption]) -> tuple[TableOption, ...]:
    """Options whose texts begin with A), B), C) … without these, which become labels."""
    found = [_NUMBERED.match(option.text) for option in options]
    marks = [(match[1] or match[2]).lower() for match in found if match]
    if len(marks) < max(2, len(options)) or marks not in (_letters(len(marks)), _digits(len(marks))):
        return tuple(options)
    return tuple(
        _labelled(replace(option, text=option.text[match.end() :]), (mark,))
        for option, match, mark in zip(options, found, marks, strict=True)
        if match
    )


def _letters(count: int) -> list[str]:
    return [chr(ord("a") + at) for at in range(count)]


def _digits(count: int) -> list[str]:
    return [str(at + 1) for at in range(count)]
