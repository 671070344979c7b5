"""The TOML tables of a course (`course.toml`, `topic.toml`, front matter), checked with a line for each mistake."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from practicum.course.diagnostics import Diagnostics, closest_match, suggestion
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


class LintTable(_Table):
    """`[lint]` of `course.toml` or of a problem."""

    off: Annotated[list[Text], Field(min_length=1)]


class CourseTable(_Table):
    """`course.toml`."""

    title: Text
    summary: str = ""
    language: Text = "en"
    framework: Text = "keras"
    licence: str = ""
    environment: EnvironmentTable | None = None
    lint: LintTable | None = None


class BadgeTable(_Table):
    """`[badge]` of `topic.toml`."""

    name: Text


class TopicTable(_Table):
    """`topic.toml`."""

    title: Text
    summary: str = ""
    minutes: Annotated[int, Field(ge=1, le=600)] = 20
    badge: BadgeTable | None = None


class TestTable(_Table):
    """One of `[[tests]]` of a problem's front matter."""

    __test__: ClassVar[bool] = False  # nothing that pytest should collect

    name: Text
    stdin: str = ""
    prints: str | None = None
    check: str = ""
    points: Annotated[int, Field(ge=1, le=100)] = 1
    hidden: bool = False


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
    depends: dict[str, list[int]] = Field(default_factory=dict)
    shuffle: bool = True
    data: list[Text] = Field(default_factory=list)
    stdin: str = ""
    tests: list[TestTable] = Field(default_factory=list)
    lint: LintTable | None = None


INNER: dict[str, type[_Table]] = {"badge": BadgeTable, "environment": EnvironmentTable, "lint": LintTable}
"""The nested tables, by their keys."""
REPEATED: dict[str, type[_Table]] = {"tests": TestTable}
"""The nested tables of which there can be several, by their keys."""

Model = TypeVar("Model", bound=_Table)

_STAND_INS: Mapping[str, Any] = {"title": "?", "name": "?", "level": Level.BEGINNER}
"""Values for required keys that are missing, so that the rest of the file can still be checked."""


def parse_table(
    text: str,
    model: type[Model],
    diagnostics: Diagnostics,
    first: int = 1,
    essential: frozenset[str] = frozenset(),
) -> tuple[Model | None, KeyLines]:
    """Parse a table and check it against its model. What is wrong is a mistake and left out.

    Args:
        first: The line of the file on which the text begins.
        essential: Keys without which the rest of the file cannot be checked.

    Returns:
        The table, or None if it is not TOML or an essential key is wrong; and where its keys are written.
    """
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        diagnostics.add("invalid-toml", *explain_syntax_error(error, text, first))
        return None, KeyLines(first)
    lines = KeyLines(first, text)
    try:
        return model.model_validate(_coerce(raw)), lines
    except ValidationError as error:
        errors: list[dict[str, Any]] = [dict(item) for item in error.errors(include_url=False, include_context=True)]
        _report(errors, model, lines, diagnostics)
        if any(item["loc"][0] in essential for item in errors):
            return None, lines
        return model.model_validate(_without_errors(_coerce(raw), errors, model)), lines


class KeyLines:
    """The line of each key in a valid TOML text, by its dotted name: `level`, `proof.value`, `tests.2.check`."""

    def __init__(self, first: int, text: str = "") -> None:
        self.first = first
        self._lines: dict[str, int] = {}
        written = text.split("\n")
        table = ""
        counts: dict[str, int] = {}
        for number in _statements(text):
            if match := _TABLE.match(written[number]):
                table = _dotted(match[1])
                self._lines.setdefault(table, number + first)
                if "[[" in match[0]:
                    counts[table] = counts.get(table, 0) + 1
                    table = f"{table}.{counts[table]}"
                    self._lines[table] = number + first
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

    @property
    def places(self) -> Mapping[str, int]:
        """The line of each key that is written, by its dotted name."""
        return self._lines

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
    """A key without its quotation marks and spaces."""
    return ".".join(part[1] or part[2] or "" for part in _PART.finditer(written))


def _statements(text: str) -> Iterator[int]:
    """The lines (from 0) on which a table or key begins: not those within a multi-line list or string."""
    if text:
        yield 0
    line = depth = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        line += token.count("\n")
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token, 0)
        if token == "\n" and depth == 0:
            yield line


# --- messages -------------------------------------------------------------------------------------------------------

_AT = re.compile(r"\(at line (\d+), column \d+\)")

_ADVICE = {
    "Invalid value": "this is not a value: write strings in quotes, booleans as `true` or `false`",
    "Cannot overwrite a value": "this key occurs twice: keep one",
    "Cannot declare": "this table occurs twice: keep one",
    "Expected '=' after a key": "`=` is missing after the key",
    "Illegal character '\\n'": "a quotation mark is missing at the end",
    "Unterminated string": "a quotation mark is missing at the end",
    "Expected ']'": "a `]` is missing",
    "Unclosed array": "a `]` is missing at the end of a list",
    "Unescaped '\\'": "write a backslash as `\\\\`, or put the string in single quotes",
}
"""Better words for the beginnings of tomllib's messages."""


def explain_syntax_error(error: Exception, text: str, first: int) -> tuple[int, str]:
    """The line and the message for an error of tomllib in a text that begins on line `first` of its file."""
    message = str(error) or "nested too deeply"
    if match := _AT.search(message):
        line, message = first + int(match[1]) - 1, message[: match.start()].strip()
    else:
        line, message = first + text.rstrip("\n").count("\n"), message.replace(" (at end of document)", ", at the end")
    advice = next((advice for beginning, advice in _ADVICE.items() if message.startswith(beginning)), message)
    return line, f"this is not valid TOML: {advice}"


def _coerce(raw: dict[str, Any]) -> dict[str, Any]:
    """Strict models accept no string for an enumeration, and the level is the only one."""
    level = raw.get("level")
    return {**raw, "level": Level(level)} if level in [str(known) for known in Level] else raw


def _report(
    errors: Sequence[Mapping[str, Any]], model: type[_Table], lines: KeyLines, diagnostics: Diagnostics
) -> None:
    """Add a mistake for each key with an error."""
    unknown = [str(error["loc"][-1]) for error in errors if error["type"] == "extra_forbidden"]
    reported: set[str] = set()
    for error in errors:
        key = ".".join(_key_path(error["loc"]))
        name = key.rpartition(".")[2]
        if error["type"] == "missing" and any(closest_match(word, [name]) for word in unknown):
            continue  # the key is there, misspelt, which is already a mistake
        if key not in reported:  # a value of a union has an error for each member
            code, message = _explain(name, error, _model_at(model, error["loc"]))
            diagnostics.add(code, lines(key), f"`{key}` {message}")
        reported.add(key)


def _without_errors(raw: dict[str, Any], errors: Sequence[Mapping[str, Any]], model: type[_Table]) -> dict[str, Any]:
    """The table without its wrong keys, and with stand-ins for required ones."""
    wrong = {error["loc"][0] for error in errors}
    kept = {key: value for key, value in raw.items() if key not in wrong}
    required = {name: _STAND_INS[name] for name, field in model.model_fields.items() if field.is_required()}
    return required | kept


def _key_path(location: Sequence[str | int]) -> list[str]:
    """The keys in pydantic's location of an error, without list indices and members of unions."""
    keys: list[str] = []
    for part in location:
        if isinstance(part, int):
            if len(keys) != 1 or keys[0] not in REPEATED:  # a list of values
                break
            keys.append(str(part + 1))
        else:
            keys.append(part)
    return [key for key in keys if key != "[key]"]


def _model_at(model: type[_Table], location: Sequence[str | int]) -> type[_Table]:
    inner = (
        (INNER | REPEATED).get(str(location[0])) if len(location) > 1 and location[0] in model.model_fields else None
    )
    return inner or model


def _explain(name: str, error: Mapping[str, Any], model: type[_Table]) -> tuple[str, str]:
    """The code and the message (after the key) for an error of pydantic."""
    kind, value = error["type"], error["input"]
    if kind == "missing":
        return "missing-key", f"is missing: {_EXAMPLES.get(name, f'add `{name} = …`')}"
    if kind == "extra_forbidden":
        return "unknown-key", f"is not a key here{suggestion(name, model.model_fields)}"
    if kind == "string_pattern_mismatch":
        return "parameter-name", "is not a valid name: use letters, digits and `_`, as in Python"
    if kind in ("string_too_short", "too_short"):
        return "empty-value", "is empty: give it a value, or remove the key"
    limits = error.get("ctx", {})
    if kind == "greater_than_equal":
        return "out-of-range", f"must be at least {limits['ge']}, not {_shorten(value)}"
    if kind == "less_than_equal":
        return "out-of-range", f"must be at most {limits['le']}, not {_shorten(value)}"
    is_whole_value = len(error["loc"]) == 1 or error["loc"][0] == "params"
    expected = (is_whole_value and _EXPECTED_KEYS.get(str(error["loc"][0]))) or _EXPECTED.get(kind, "something else")
    quoted = " (remove the quotes)" if kind == "int_type" and str(value).strip().isdigit() else ""
    return "wrong-type", f"must be {expected}, not {_shorten(value)}{quoted}"


_LEVELS = ", ".join(f'"{level}"' for level in Level)
_EXAMPLES = {
    "level": f"write one of {_LEVELS}",
    "title": 'add `title = "…"`',
    "name": 'add `name = "…"`',
    "packages": 'add `packages = ["keras>=3.10"]`',
    "off": 'add `off = ["longest-key"]`',
}
_EXPECTED_KEYS = {
    "level": f"one of {_LEVELS}",
    "badge": 'a table, `[badge]` with `name = "…"` below',
    "environment": "a table, `[environment]` with `packages = […]` below",
    "lint": "a table, `[lint]` with `off = […]` below",
    "params": "a list of numbers, strings or booleans",
    "depends": "a table, `[depends]` with lines such as `3 = [1, 2]` below",
    "tests": "tables, each begun by `[[tests]]`",
}
_EXPECTED = {
    "string_type": "a string in quotes",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "list_type": "a list, such as `[…]`",
    "dict_type": "a table",
}


def _shorten(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # an integer of thousands of digits
        text = "a number this long"
    return text if len(text) <= 60 else text[:59] + "…"
