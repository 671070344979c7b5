"""JSON with the places of its values, so that one can be replaced and the rest stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import JSONDecodeError

from practicum.exchange.source_text import SourceText

Json = object
"""A value: dict, list, str, :class:`Number`, bool or None."""


class Number(str):
    """A number as the file has it: `1e2` stays `1e2`."""

    __slots__ = ()


@dataclass(frozen=True)
class Value:
    """A value and the characters from `start` to `end` that contain it."""

    key: str | int
    """The name of the member, or the number of the element, from 0."""
    value: Json
    start: int
    end: int


_DECODER = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=Number)
_BLANK = re.compile(r"[ \t\r\n]*")


def parse(source: SourceText) -> Value:
    """The value that a file contains.

    Raises:
        UnreadableBank: It is no JSON. Codes: `not-json`, `nested-too-deeply`.
    """
    start = _skip(source.text, 0)
    value = _decode(source, start)
    rest = _skip(source.text, value.end)
    if rest < len(source.text):
        raise source.refused("not-json", "There is more text after the JSON value.", rest)
    return value


def parse_lines(source: SourceText) -> Value:
    """The list of the values that a file of JSON Lines contains, one a line. Raises UnreadableBank."""
    values: list[Value] = []
    place = _skip(source.text, 0)
    while place < len(source.text):
        found = _decode(source, place)
        values.append(Value(len(values), found.value, place, found.end))
        place = _skip(source.text, found.end)
    return Value("", [value.value for value in values], 0, len(source.text))


def lines_of(source: SourceText) -> Iterator[Value]:
    """The values of a file of JSON Lines that was parsed before."""
    place, number = _skip(source.text, 0), 0
    while place < len(source.text):
        value, end = _DECODER.raw_decode(source.text, place)
        yield Value(number, value, place, end)
        place, number = _skip(source.text, end), number + 1


def members(text: str, start: int) -> Iterator[Value]:
    """The members of the object, or the elements of the list, that starts at `start` in JSON that was parsed before."""
    named, number, place = text[start] == "{", 0, _skip(text, start + 1)
    while text[place] not in "]}":
        key: str | int = number
        if named:
            key, place = _DECODER.raw_decode(text, place)
            place = _skip(text, _skip(text, place) + 1)
        value, end = _DECODER.raw_decode(text, place)
        yield Value(key, value, place, end)
        place, number = _skip(text, end), number + 1
        if text[place] == ",":
            place = _skip(text, place + 1)


def member(text: str, start: int, key: str | int) -> Value | None:
    """The last member of that name, as parsers take it, or the element of that number."""
    found = None
    for value in members(text, start):
        if value.key == key:
            found = value
    return found


def dumped(value: Json, indent: int = 0) -> str:
    """A value as JSON, numbers as they were, on one line or with the members of objects and lists indented."""
    if isinstance(value, Number):
        return str(value)
    if not isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    prefixes = [f"{json.dumps(key, ensure_ascii=False)}: " for key in value] if isinstance(value, dict) else None
    parts = [dumped(part, indent and indent + 2) for part in (value.values() if isinstance(value, dict) else value)]
    parts = [prefix + part for prefix, part in zip(prefixes, parts, strict=True)] if prefixes is not None else parts
    if not indent or not parts:
        return opening + ", ".join(parts) + closing
    margin = "\n" + " " * indent
    return f"{opening}{margin}{f',{margin}'.join(parts)}{margin[:-2]}{closing}"


def _decode(source: SourceText, start: int) -> Value:
    try:
        value, end = _DECODER.raw_decode(source.text, start)
    except JSONDecodeError as error:
        raise source.refused("not-json", f"This is no JSON: {error.msg}.", error.pos) from None
    except RecursionError:
        raise source.refused("nested-too-deeply", "The JSON is nested too deeply.") from None
    return Value("", value, start, end)


def _skip(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return found.end() if found else place
