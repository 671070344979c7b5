"""A question bank as data: its items, their answers, and what could not be read or written.

Texts are Markdown whatever the format: a reader converts from its markup, a writer back. `[[1]]`, `[[2]]` … in the text
of an item with :class:`Gaps` stand for its gaps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from types import MappingProxyType


@dataclass(frozen=True)
class BankOption:
    """One option of a choice."""

    text: str
    credit: Decimal = Decimal(0)
    """Percent of the points for picking it: 100 is right, less than 0 costs points."""
    feedback: str = ""

    @property
    def key(self) -> bool:
        """Whether the bank marks it as right."""
        return self.credit > 0


@dataclass(frozen=True)
class Choice:
    """Pick one option, or all that are right."""

    options: tuple[BankOption, ...]
    several: bool = False
    """Whether several options may be picked."""
    shuffle: bool = True
    true_false: bool = False
    """Whether the bank has it as a statement to judge: the options are then `True` and `False`, in this order."""


@dataclass(frozen=True)
class AcceptedText:
    """A text that is accepted as an answer."""

    text: str
    credit: Decimal = Decimal(100)
    feedback: str = ""


@dataclass(frozen=True)
class ShortAnswer:
    """Type a text."""

    accepted: tuple[AcceptedText, ...]
    case_sensitive: bool = False


@dataclass(frozen=True)
class AcceptedNumber:
    """The numbers from `low` to `high`, both included, that are accepted as an answer."""

    low: Decimal
    high: Decimal
    credit: Decimal = Decimal(100)
    feedback: str = ""

    @classmethod
    def around(cls, value: Decimal, tolerance: Decimal = Decimal(0), **rest: object) -> AcceptedNumber:
        """The numbers that differ from `value` by at most `tolerance`."""
        return cls(value - tolerance, value + tolerance, **rest)  # type: ignore[arg-type]

    @property
    def value(self) -> Decimal:
        """The number in the middle."""
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class NumberAnswer:
    """Type a number."""

    accepted: tuple[AcceptedNumber, ...]


@dataclass(frozen=True)
class Gaps:
    """Fill each `[[n]]` of the text."""

    gaps: tuple[Choice | ShortAnswer | NumberAnswer, ...]


@dataclass(frozen=True)
class Matching:
    """Assign to each prompt its match."""

    pairs: tuple[tuple[str, str], ...]
    distractors: tuple[str, ...] = ()
    """Matches that belong to no prompt."""


@dataclass(frozen=True)
class CodeTest:
    """A test of an answer that is code: what is appended or read, and what must be printed."""

    code: str = ""
    """Runs below the answer."""
    stdin: str = ""
    prints: str | None = None
    """What must be printed. None if `code` asserts instead."""
    hidden: bool = False
    points: Decimal = Decimal(1)


@dataclass(frozen=True)
class CodeAnswer:
    """Write code."""

    start: str = ""
    solution: str = ""
    tests: tuple[CodeTest, ...] = ()
    language: str = "python"


@dataclass(frozen=True)
class Essay:
    """Write a text that a person grades."""

    sample: str = ""
    """What a good answer contains, for the grader."""


@dataclass(frozen=True)
class Description:
    """Read a text: nothing is asked."""


@dataclass(frozen=True)
class Unsupported:
    """A type of question that practicum does not know. Its text is kept, its answer is not."""

    type: str
    """The name that the format has for it."""


Answer = Choice | ShortAnswer | NumberAnswer | Gaps | Matching | CodeAnswer | Essay | Description | Unsupported


@dataclass(frozen=True)
class Item:
    """One question of a bank."""

    identifier: str
    """Unique in the bank, and the same each time the bank is read: the format's own, or its place."""
    text: str
    answer: Answer
    title: str = ""
    feedback: str = ""
    """The general feedback, or the explanation."""
    hints: tuple[str, ...] = ()
    code: str = ""
    """Code that the format holds apart from the text, and shows below it."""
    points: Decimal = Decimal(1)
    category: tuple[str, ...] = ()
    """From the outermost to the innermost."""
    tags: tuple[str, ...] = ()
    path: str = ""
    """The file that contains it, relative to the bank."""
    line: int = 0
    proof: str = ""
    """How its key was settled, in a line: `Proved with Keras 3.10.` Empty if it was not."""


@dataclass(frozen=True, order=True)
class Remark:
    """Something of a bank that could not be read, or not be written: never dropped silently."""

    path: str
    line: int
    identifier: str
    """Of the item, or empty if it is about the file."""
    code: str
    """Kebab-case: `unsupported-type`, `style-dropped`."""
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.identifier + ': ' if self.identifier else ''}{self.message}"


@dataclass(frozen=True)
class ColumnMap:
    """Which columns of a plain table contain what: `--map question=q,options=choices,key=correct`.

    As text, it is what `--map` takes: a guess that is shown can be named.
    """

    question: str = ""
    options: str = ""
    """One column, or those of the options joined by `+`: `A+B+C+D`."""
    key: str = ""
    explanation: str = ""
    key_as: str = ""
    """How to read a key that can be read in several ways: `text`, `letter`, `label`, `index-from-0`, `index-from-1`."""

    @classmethod
    def parse(cls, text: str) -> ColumnMap:
        """The map that a text names. Raises ValueError with a message that says what is wrong."""
        names = {item.name.replace("_", "-"): item.name for item in fields(cls)}
        pairs = [part.partition("=") for part in text.split(",")]
        if unknown := [name for name, _, value in pairs if name.strip() not in names or not value.strip()]:
            raise ValueError(f"`{unknown[0]}` is not NAME=COLUMN with a name among {', '.join(names)}.")
        return cls(**{names[name.strip()]: value.strip() for name, _, value in pairs})

    def __str__(self) -> str:
        named = {item.name.replace("_", "-"): getattr(self, item.name) for item in fields(self)}
        return ",".join(f"{name}={value}" for name, value in named.items() if value)


@dataclass(frozen=True)
class Bank:
    """A question bank: what one file, archive or folder contains."""

    title: str
    items: tuple[Item, ...]
    source: str = ""
    """Where it comes from, if the bank says so."""
    licence: str = ""
    resources: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """Files by the path that texts refer to them with: `images/graph.png`."""
    remarks: tuple[Remark, ...] = ()
    """What could not be read."""
    columns: ColumnMap | None = None
    """How the columns of a plain table were read, guessed where they were not named: to be shown."""


@dataclass(frozen=True)
class WrittenBank:
    """A bank in a format: the content of its file, and what the format cannot express."""

    content: bytes
    remarks: tuple[Remark, ...] = ()
