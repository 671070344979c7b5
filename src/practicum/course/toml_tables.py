"""TOML tables: front matter, `course.toml`, `topic.toml`. Every mistake in one is found at once, with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from practicum.course.diagnostics import Notes, closest, suggestion
from practicum.kinds import DEFAULT
from practicum.model import Level

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Scalar = bool | int | Finite | str


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class EnvironmentTable(_Table):
    """`[environment]` of `course.toml`."""

    packages: Annotated[list[Text], Field(min_length=1)]
    python: Text | None = None


class CourseTable(_Table):
    """`course.toml`."""

    title: Text
    summary: str = ""
    language: Text = "en"
    framework: Text = "keras"
    licence: str = ""
    environment: EnvironmentTable | None = None


class BadgeTable(_Table):
    """`[badge]` of `topic.toml`."""

    name: Text


class TopicTable(_Table):
    """`topic.toml`."""

    title: Text
    summary: str = ""
    minutes: Annotated[int, Field(ge=1, le=600)] = 20
    badge: BadgeTable | None = None


class ProblemTable(_Table):
    """A problem's front matter."""

    kind: Text = DEFAULT
    label: Text | None = None
    level: Level
    seconds: Annotated[int, Field(ge=5, le=7200)] = 120
    attempts: Annotated[int, Field(ge=1, le=10)] = 2
    params: dict[Name, Annotated[list[Scalar], Field(min_length=1)]] = Field(default_factory=dict)
    proof: dict[str, Any] = Field(default_factory=dict)
    requires: list[Text] = Field(default_factory=list)
    cites: list[Text] = Field(default_factory=list)
    goal: dict[str, Any] = Field(default_factory=dict)
    set: Annotated[int, Field(ge=1, le=99)] = 1
    bank: list[Text] = Field(default_factory=list)


INNER: Mapping[str, type[_Table]] = {"badge": BadgeTable, "environment": EnvironmentTable}
"""The tables within tables, by their keys."""

Model = TypeVar("Model", bound=_Table)

_STAND_INS: Mapping[str, Any] = {"title": "?", "name": "?", "level": Level.BEGINNER}
"""What stands for a required key that is missing, so that the rest of the file can still be looked at."""


def parse(
    text: str, model: type[Model], notes: Notes, first: int = 1, vital: frozenset[str] = frozenset()
) -> tuple[Model | None, Lines]:
    """A table checked against its model. What is wrong is noted and left out.

    None if it is no TOML at all, or if a `vital` key is wrong, without which the rest says nothing.
    """
    lines = Lines(first)
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as reason:
        notes.add(*syntax_error(reason, text, first))
        return None, lines
    lines = Lines(first, text)
    try:
        return model.model_validate(_coerced(raw)), lines
    except ValidationError as reason:
        errors: list[dict[str, Any]] = [dict(error) for error in reason.errors(include_url=False, include_context=True)]
        _note(errors, model, lines, notes)
        if any(error["loc"][0] in vital for error in errors):
            return None, lines
        return model.model_validate(_mended(_coerced(raw), errors, model)), lines


class Lines:
    """On which line each key of a valid TOML text stands: `level`, `proof`, `proof.value`."""

    def __init__(self, first: int, text: str = "") -> None:
        self.first = first
        self._lines: dict[str, int] = {}
        written = text.split("\n")
        table = ""
        for number in _statements(text):
            if match := _TABLE.match(written[number]):
                table = _dotted(match[1])
                self._lines.setdefault(table, number + first)
            elif match := _KEY.match(written[number]):
                key = _dotted(match[1])
                parts = (f"{table}.{key}" if table else key).split(".")
                for end in range(1, len(parts) + 1):
                    self._lines.setdefault(".".join(parts[:end]), number + first)

    def __call__(self, key: str) -> int:
        """The line of a dotted key, or of the nearest table around it."""
        while key not in self._lines and "." in key:
            key = key.rpartition(".")[0]
        return self._lines.get(key, self.first)

    def has(self, key: str) -> bool:
        """Whether the key is written at all."""
        return key in self._lines


_KEY = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+|\s*\.\s*)+?)\s*=""")
_TABLE = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]")
_PART = re.compile(r"""["']([^"']*)["']|([A-Za-z0-9_-]+)""")
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""|' r"'''.*?'''|" r'"(?:\\.|[^"\\\n])*"|' r"'[^'\n]*'|#[^\n]*|[\[\]{}]|\n",
    re.DOTALL,
)


def _dotted(written: str) -> str:
    """A key without its quotation marks and blanks."""
    return ".".join(part[1] or part[2] or "" for part in _PART.finditer(written))


def _statements(text: str) -> Iterator[int]:
    """The lines (from 0) on which a table or key begins: not those within a list or a string of several lines."""
    if text:
        yield 0
    line = depth = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        line += token.count("\n")
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token, 0)
        if token == "\n" and depth == 0:
            yield line


# --- what is wrong, in words ------------------------------------------------------------------------------------

_AT = re.compile(r"\(at line (\d+), column \d+\)")

_ADVICE = {
    "Invalid value": "this is no value: text stands in quotes, a truth is `true` or `false`",
    "Cannot overwrite a value": "this key stands here for the second time",
    "Cannot declare": "this table stands here for the second time",
    "Expected '=' after a key": "`=` is missing after the key",
    "Illegal character '\\n'": "a quotation mark is missing at the end",
    "Unterminated string": "a quotation mark is missing at the end",
    "Expected ']'": "a `]` is missing",
    "Unclosed array": "a `]` is missing at the end of a list",
    "Unescaped '\\'": "a backslash is written `\\\\` in text, or the text in single quotes",
}


def syntax_error(reason: Exception, text: str, first: int) -> tuple[int, str]:
    """The line and the words for what tomllib refuses."""
    message = str(reason) or "nested too deeply"
    if match := _AT.search(message):
        line, message = first + int(match[1]) - 1, message[: match.start()].strip()
    else:
        line, message = first + text.rstrip("\n").count("\n"), message.replace(" (at end of document)", ", at the end")
    said = next((advice for key, advice in _ADVICE.items() if message.startswith(key)), message)
    return line, f"this is no valid TOML: {said}"


def _coerced(raw: dict[str, Any]) -> dict[str, Any]:
    """Strict models take no string for an enumeration; the level is the only one."""
    level = raw.get("level")
    return {**raw, "level": Level(level)} if level in [str(known) for known in Level] else raw


def _note(errors: Sequence[Mapping[str, Any]], model: type[_Table], lines: Lines, notes: Notes) -> None:
    unknown = [str(error["loc"][-1]) for error in errors if error["type"] == "extra_forbidden"]
    told: set[str] = set()
    for error in errors:
        key = ".".join(_keys(error["loc"]))
        name = key.rpartition(".")[2]
        if error["type"] == "missing" and any(closest(word, [name]) for word in unknown):
            continue  # it is there, misspelt, and that is said
        if key not in told:  # one value of a union fails for each of its members
            notes.add(lines(key), f"`{key}` {_said(name, error, _model_at(model, error['loc']))}")
        told.add(key)


def _mended(raw: dict[str, Any], errors: Sequence[Mapping[str, Any]], model: type[_Table]) -> dict[str, Any]:
    wrong = {error["loc"][0] for error in errors}
    kept = {key: value for key, value in raw.items() if key not in wrong}
    needed = {name: _STAND_INS[name] for name, field in model.model_fields.items() if field.is_required()}
    return needed | kept


def _keys(place: Sequence[str | int]) -> list[str]:
    """An error's place without the members of unions, which pydantic names there too, and places in lists."""
    keys: list[str] = []
    for part in place:
        if isinstance(part, int):  # within a list there are no more keys of ours
            break
        keys.append(part)
    return [key for key in keys if key != "[key]"]


def _model_at(model: type[_Table], place: Sequence[str | int]) -> type[_Table]:
    inner = INNER.get(str(place[0])) if len(place) > 1 and place[0] in model.model_fields else None
    return inner or model


def _said(name: str, error: Mapping[str, Any], model: type[_Table]) -> str:
    """What is wrong with the value of a key, and what to write instead."""
    kind, given = error["type"], error["input"]
    if kind == "missing":
        return f"is missing: {_EXAMPLES.get(name, f'add `{name} = …`')}"
    if kind == "extra_forbidden":
        return f"is not known here{suggestion(name, model.model_fields)}"
    if kind == "string_pattern_mismatch":
        return "is no name: parameters are named like Python variables, in letters, digits and `_`"
    if kind in ("string_too_short", "too_short"):
        return "is empty: write something, or take the key away"
    context = error.get("ctx", {})
    if kind == "greater_than_equal":
        return f"must be at least {context['ge']}, not {_short(given)}"
    if kind == "less_than_equal":
        return f"must be at most {context['le']}, not {_short(given)}"
    whole = len(error["loc"]) == 1 or error["loc"][0] == "params"
    wanted = (whole and _TABLES.get(str(error["loc"][0]))) or _WANTED.get(kind, "something else")
    unquoted = " (take the quotes away)" if kind == "int_type" and str(given).strip().isdigit() else ""
    return f"must be {wanted}, not {_short(given)}{unquoted}"


_LEVELS = ", ".join(f'"{level}"' for level in Level)
_EXAMPLES = {
    "level": f"write one of {_LEVELS}",
    "title": 'add `title = "…"`',
    "name": 'add `name = "…"`',
    "packages": 'add `packages = ["keras>=3.10"]`',
}
_TABLES = {
    "level": f"one of {_LEVELS}",
    "badge": 'a table, `[badge]` with `name = "…"` below',
    "environment": "a table, `[environment]` with `packages = […]` below",
    "params": "a list of numbers, texts or truths",
}
_WANTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "list_type": "a list, such as `[…]`",
    "dict_type": "a table",
}


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # an integer of thousands of digits
        text = "such a number"
    return text if len(text) <= 60 else text[:59] + "…"
