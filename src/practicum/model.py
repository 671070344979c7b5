"""What everything in practicum speaks of: courses, problems, runs and evidence. Frozen, and no I/O.

Authoring makes :class:`Problem` from text and :class:`Evidence` from runs; practising reads both. The two halves
meet nowhere else, so this module imports nothing of ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

Json = None | bool | int | float | str | list[Any] | dict[str, Any]
"""What JSON can say. Evidence is made of it."""

NOTHING: Mapping[str, Any] = MappingProxyType({})


# --- where things are written, and what is wrong with them -----------------------------------------------------------


@dataclass(frozen=True, order=True)
class Mistake:
    """One thing wrong in an author's file: where, what, and what to write instead."""

    path: str
    line: int
    message: str
    code: str
    """Kebab-case, stable across wordings: `unknown-key`."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class CourseError(Exception):
    """A course cannot be read. Carries every mistake found, in the order of file and line."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


# --- problems -----------------------------------------------------------------------------------------------------


class Level(StrEnum):
    """How hard a problem is, in the author's judgement."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"
    EXPERT = "expert"


@dataclass(frozen=True)
class Fix:
    """The edit to a snippet which an option proposes (the body of a ``diff fix`` fence)."""

    diff: str
    line: int


@dataclass(frozen=True)
class Option:
    """One possible answer: a claim that is settled by running."""

    text: str
    """Markdown, rendered for its variant."""
    key: bool
    """Whether the author marks it right."""
    feedback: str = ""
    """Markdown: why someone would pick it, and what it would really give."""
    code: str | None = None
    """Its first code span, or its fence without a role: what `value`, `prints` and `error` compare."""
    claim: str | None = None
    fix: Fix | None = None
    line: int = 0


@dataclass(frozen=True)
class Variant:
    """A problem with its parameters filled in: exactly what one learner sees and what is run for it."""

    params: Mapping[str, Json]
    title: str
    statement: str
    """Markdown. The `python run` fence is part of it; what is not shown is not."""
    setup: str = ""
    snippet: str = ""
    options: tuple[Option, ...] = ()
    hint: str = ""
    explanation: str = ""
    start: str = ""
    solution: str = ""
    check: str = ""
    mutants: tuple[str, ...] = ()
    proof: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """The `[proof]` table, its text filled in too."""


@dataclass(frozen=True)
class Problem:
    """A question, every variant of it rendered. `path` is relative to the course, with forward slashes."""

    path: str
    kind: str
    label: str
    level: Level
    seconds: int
    attempts: int
    variants: tuple[Variant, ...]
    requires: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    goal: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    set: int = 1
    """Which set of a challenge it belongs to: a retake draws another one."""
    bank: tuple[str, ...] = ()
    """What the learner may choose from to fill in blanks, some of it of no use."""

    @property
    def slug(self) -> str:
        """The file's (or folder's) name without its ending: `01-why-transfer`."""
        parts = self.path.split("/")
        name = parts[-2] if parts[-1] == "problem.md" else parts[-1]
        return name.removesuffix(".md")

    @property
    def title(self) -> str:
        return self.variants[0].title

    def mark(self, number: int) -> str:
        """What a variant asks, in short: what was answered counts for as long as this stands.

        It is for the store and for no page: the solution and the check are in it. With a goal it is of the goal and of
        how that is measured, so that the words, and the author's own code, may be mended.
        """
        of = self.variants[number]
        asked: object = (of.setup, of.snippet, of.check, sorted(self.goal.items()))
        if not self.goal:
            texts = [option.text for option in of.options]
            asked = (of.statement, of.setup, of.snippet, of.start, of.solution, of.check, texts)
        return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


# --- pages and cards ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prose:
    """Markdown of a page. It keeps its `{{ … }}`, which are read from evidence when it is shown."""

    text: str
    line: int
    verbatim: bool = False
    """Whether it is a fence that is shown as it stands: braces in it are braces."""


@dataclass(frozen=True)
class Cell:
    """Code of a page, which shares its names with all cells before it, as in a notebook."""

    code: str
    line: int
    shown: bool = True
    """Whether the learner sees it: a `setup` is not shown."""
    raises: str | None = None
    """The exception that it must end in. Such a cell is none that later ones build on."""


@dataclass(frozen=True)
class Drawing:
    """A figure that is drawn from evidence: a fence of TOML."""

    figure: str
    """Its name among the figures: `chart`."""
    table: Mapping[str, Any]
    line: int


@dataclass(frozen=True)
class Box:
    """Where a box of a page begins, or (without a name) ends."""

    name: str
    line: int


Block = Prose | Cell | Drawing | Box


@dataclass(frozen=True)
class Page:
    """A mode's page: prose, cells, drawings and boxes, in their order."""

    path: str
    title: str
    blocks: tuple[Block, ...] = ()

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The code of the page, hidden and shown."""
        return tuple(block for block in self.blocks if isinstance(block, Cell))

    @property
    def slug(self) -> str:
        """Its file's name without the ending: the mode it is of."""
        return self.path.rpartition("/")[2].removesuffix(".md")


@dataclass(frozen=True)
class Card:
    """A question to remember, its answer, and the claim that proves it if there is one."""

    path: str
    question: str
    answer: str
    setup: str = ""
    claim: str | None = None
    line: int = 0


@dataclass(frozen=True)
class Deck:
    """The cards of a topic, as one file that is proved as a whole."""

    path: str
    cards: tuple[Card, ...]

    @property
    def slug(self) -> str:
        """Its file's name without the ending."""
        return self.path.rpartition("/")[2].removesuffix(".md")


@dataclass(frozen=True)
class Topic:
    """A folder of a course: what one sits down to learn."""

    slug: str
    title: str
    summary: str
    minutes: int
    badge: str | None
    problems: Mapping[str, tuple[Problem, ...]]
    """By mode; in the order of their file names."""
    pages: Mapping[str, Page]
    """By mode."""
    decks: Mapping[str, Deck] = field(default_factory=lambda: NOTHING)
    """By mode."""
    experiments: str = ""
    """The source of `experiments.py`, or nothing."""


@dataclass(frozen=True)
class Requirements:
    """The environment that a course's runs ask for."""

    packages: tuple[str, ...]
    """Requirements as `pip` reads them: `keras>=3.10`."""
    python: str | None = None
    """A version of Python as in `3.12`; None for the one that runs practicum."""
    lock: tuple[str, ...] = ()
    """`name==version` of all that is to be installed; nothing where it was never written."""


@dataclass(frozen=True)
class Course:
    """A folder with a `course.toml`."""

    slug: str
    title: str
    summary: str
    language: str
    framework: str
    licence: str
    topics: tuple[Topic, ...]
    environment: Requirements | None = None
    """None where any environment that can run the code will do: the server's own."""


# --- runs: what a kind asks for, and what came of it -----------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """Code that settles a claim: setup, then the snippet, then expressions evaluated after both."""

    name: str
    """What it is for, unique in its plan: `snippet`, `option 2`, `mutant 1`."""
    snippet: str = ""
    setup: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Expressions by name, evaluated in the namespace that setup and snippet left."""
    check: str = ""
    """Assertions, run after the snippet."""
    check_values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Expressions by name, evaluated after the check in its namespace: what the snippet cannot have made up."""
    repeat: bool = True
    """Whether chance may matter, so that it is run again in fresh interpreters with other seeds."""
    seeds: tuple[int, ...] = ()
    """Exactly these random seeds, instead of the prover's choice."""
    quiet: bool = False
    """Whether what the setup prints, draws and trains is left out of what is observed."""


@dataclass(frozen=True)
class Measurement:
    """One call of an experiment: a function of `experiments.py`, its parameters, its seed."""

    function: str
    params: Mapping[str, Json]
    seed: int

    def __hash__(self) -> int:
        return hash(self.call)

    @property
    def call(self) -> str:
        """The call as one would type it: `fine_tune(learning_rate=1e-05, seed=0)`."""
        words = [f"{name}={value!r}" for name, value in sorted(self.params.items())]
        return f"{self.function}({', '.join([*words, f'seed={self.seed}'])})"


@dataclass(frozen=True)
class Plan:
    """Everything that must be run to settle one variant."""

    runs: tuple[Run, ...] = ()
    measurements: tuple[Measurement, ...] = ()


@dataclass(frozen=True)
class Opaque:
    """A value that is not plain data: only its `repr` (bounded) came back from the run."""

    type: str
    text: str


@dataclass(frozen=True)
class Failure:
    """An exception, as its reader needs it. `line` counts in the code named by `where`."""

    type: str
    message: str
    line: int | None = None
    where: str = "snippet"
    """`setup`, `snippet`, `check`, or the name of a value."""
    bases: tuple[str, ...] = ()
    """The names of the exception's other classes: FileNotFoundError is an OSError."""

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


@dataclass(frozen=True)
class Observation:
    """What one run really gave."""

    seed: int
    hash_seed: int
    stdout: str = ""
    values: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """Plain Python values, or :class:`Opaque`, or the :class:`Failure` of evaluating that value."""
    failure: Failure | None = None
    """What the code raised, where it did."""
    stopped: str | None = None
    """Why it could not finish (time, memory, crash), in a sentence: not the code's answer but the machine's."""
    seconds: float = 0.0
    figures: tuple[bytes, ...] = ()
    """What it drew, as PNG files."""


@dataclass(frozen=True)
class Observations:
    """What came of a :class:`Plan`: every run's observations by its name, and every experiment's measurement."""

    runs: Mapping[str, tuple[Observation, ...]] = field(default_factory=lambda: NOTHING)
    measured: Mapping[Measurement, Measured] = field(default_factory=dict)
    failed: Mapping[Measurement, str] = field(default_factory=dict)
    """Measurements that gave nothing, and why."""


# --- verdicts and evidence -------------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """What running settled. Only `proved` and `cited` are served to learners."""

    PROVED = "proved"
    CITED = "cited"
    REFUTED = "refuted"
    UNSTABLE = "unstable"
    UNPROVED = "unproved"
    ERROR = "error"

    @property
    def served(self) -> bool:
        return self in (Verdict.PROVED, Verdict.CITED)


@dataclass(frozen=True)
class OptionFinding:
    """What running said of one option. `holds` is None where it could not be settled."""

    text: str
    key: bool
    holds: bool | None
    observed: str


@dataclass(frozen=True)
class Outcome:
    """One run of a proof in one line: what it was for, its seeds, what came of it, and how long it took."""

    name: str
    seed: int
    hash_seed: int
    outcome: str
    seconds: float


@dataclass(frozen=True)
class Measured:
    """What one experiment gave: numbers, and curves of one value an epoch. `ran_on` says on which weights and data."""

    measurement: Measurement
    numbers: Mapping[str, float]
    curves: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: NOTHING)
    ran_on: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    seconds: float = 0.0
    code: str = ""
    """A digest of the code that the experiment rests on: as long as it stands, nobody need measure again."""


@dataclass(frozen=True)
class CellFinding:
    """What a shown cell of a page really gave."""

    stdout: str
    failure: str = ""
    """The exception it ended in, as Python says it."""
    figures: tuple[bytes, ...] = ()
    """What it drew, as PNG files."""
    seconds: float = 0.0


@dataclass(frozen=True)
class VariantFinding:
    """What running said of one variant; of a page, of all of it; of a deck, of one card."""

    params: Mapping[str, Json]
    verdict: Verdict
    why: str
    options: tuple[OptionFinding, ...] = ()
    runs: tuple[Outcome, ...] = ()
    measured: tuple[Measured, ...] = ()
    cells: tuple[CellFinding, ...] = ()
    """Of a page: what each of its shown cells gave."""
    values: Mapping[str, Json] = field(default_factory=lambda: NOTHING)
    """Of a page: what the expressions gave that its prose asks for."""
    code: str = ""
    """Why it is not proved, in kebab-case and stable across wordings: `wrong-option-marked`; empty if it is proved."""


@dataclass(frozen=True)
class Evidence:
    """What running said of a problem, and all that this rests on: the committed record."""

    hash: str
    """SHA-256 of all that the verdict depends on."""
    kind: str
    verdict: Verdict
    why: str
    ran: str
    """The day it was run, ISO 8601."""
    seconds: float
    """How long all its runs took together."""
    versions: Mapping[str, str]
    """Of Python, TensorFlow, Keras and NumPy."""
    ran_on: Mapping[str, str]
    """`weights` and `data`: what the claim ran on."""
    variants: tuple[VariantFinding, ...] = ()
