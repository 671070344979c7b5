"""TOML tables: front matter, `course.toml`, `topic.toml`. Every mistake in one is found at once, with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from practicum.course.notes import Notes, suggestion
from practicum.kinds import DEFAULT
from practicum.model import Level

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Scalar = bool | int | Finite | str

_AT = re.compile(r"\(at line (\d+), column \d+\)")
_KEY = re.compile(r"""^\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*[=.]""")
_TABLE = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CourseTable(_Table):
    """`course.toml`."""

    title: Text
    summary: str = ""
    language: Text = "en"
    framework: Text = "keras"
    licence: str = ""


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


Model = TypeVar("Model", bound=_Table)


class Lines:
    """On which line each key of a TOML text stands: `level`, `proof`, `proof.value`."""

    def __init__(self, text: str, first: int) -> None:
        self.first = first
        self._lines: dict[str, int] = {}
        table = ""
        for number, line in enumerate(text.split("\n"), first):
            if match := _TABLE.match(line):
                table = match[1].replace('"', "").replace(" ", "")
                self._lines.setdefault(table, number)
            elif match := _KEY.match(line):
                key = match[1] or match[2] or match[3] or ""
                self._lines.setdefault(f"{table}.{key}" if table else key, number)

    def __call__(self, key: str) -> int:
        """The line of a dotted key, or of the nearest table around it."""
        while key not in self._lines and "." in key:
            key = key.rpartition(".")[0]
        return self._lines.get(key, self.first)


def parse(text: str, model: type[Model], notes: Notes, first: int = 1) -> tuple[Model | None, Lines]:
    """A table checked against its model; None if anything is wrong, which is then noted."""
    lines = Lines(text, first)
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as reason:
        notes.add(*_syntax(reason, text, first))
        return None, lines
    try:
        return model.model_validate(_coerced(raw)), lines
    except ValidationError as reason:
        told: set[str] = set()
        for error in reason.errors(include_url=False):
            key = ".".join(str(part) for part in error["loc"] if isinstance(part, str) and not _typename(part))
            if key not in told:  # one value of a union fails for each of its members
                notes.add(lines(key), _said(key, dict(error), model))
            told.add(key)
        return None, lines


def _coerced(raw: dict[str, Any]) -> dict[str, Any]:
    """Strict models take no string for an enumeration; the level is the only one."""
    level = raw.get("level")
    return {**raw, "level": Level(level)} if level in [str(known) for known in Level] else raw


def _typename(part: str) -> bool:
    """Pydantic names the members of a union in an error's place; they are no keys."""
    return part in ("bool", "int", "float", "str", "constrained-float", "[key]") or part.startswith("function-")


def _syntax(reason: Exception, text: str, first: int) -> tuple[int, str]:
    message = str(reason) or "nested too deeply"
    if match := _AT.search(message):
        return first + int(match[1]) - 1, f"is no valid TOML: {message[: match.start()].strip()}"
    last = first + text.rstrip("\n").count("\n")
    return last, f"is no valid TOML: {message.replace(' (at end of document)', ', at the end')}"


def _said(key: str, error: Mapping[str, Any], model: type[_Table]) -> str:
    kind, name = error["type"], key.rpartition(".")[2]
    if kind == "missing":
        example = {"level": ': write one of "beginner", "intermediate", "advanced", "expert"'}
        return f"`{key}` is missing{example.get(key, f': add `{name} = …`')}"
    if kind == "extra_forbidden":
        return f"`{key}` is not known here{suggestion(name, model.model_fields)}"
    if kind == "enum" or (kind.startswith("is_instance") and key == "level"):
        levels = ", ".join(f'"{level}"' for level in Level)
        return f"`{key}` must be one of {levels}, not {error['input']!r}"
    if kind == "string_pattern_mismatch":
        return f"`{name}` is no name: parameters are named like Python variables, in letters, digits and `_`"
    detail = str(error["msg"]).removeprefix("Input ").removeprefix("Value error, ")
    return f"`{key}` {detail}, not {_short(error['input'])}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
