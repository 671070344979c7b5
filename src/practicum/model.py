"""The data model: courses, problems, runs and evidence, as frozen dataclasses without I/O.

Authoring builds :class:`Problem` from text and :class:`Evidence` from runs; practising reads both. The two halves
meet only here, so this module imports nothing else of practicum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

Json = None | bool | int | float | str | list[Any] | dict[str, Any]
"""A JSON value. Evidence consists of them."""

NOTHING: Mapping[str, Any] = MappingProxyType({})


# --- mistakes in courses ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class Mistake:
    """A mistake in an author's file: its place, what is wrong, and what to write instead."""

    path: str
    line: int
    message: str
    code: str
    """Kebab-case, stable across wordings: `unknown-key`."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class CourseError(Exception):
    """A course that cannot be read, with every mistake in it, in the order of files and lines."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


# --- problems -----------------------------------------------------------------------------------------------------


class Level(StrEnum):
    """The difficulty of a problem, as its author judges it."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"
    EXPERT = "expert"


@dataclass(frozen=True)
class Image:
    """An image that a text shows, re-encoded from the author's file."""

    source: str
    """Its path as the text has it."""
    address: str
    """Where it is served. It contains a hash of the author's file."""
    width: int
    height: int
    content: bytes = field(default=b"", repr=False, compare=False)

    @classmethod
    def from_png(cls, source: str, content: bytes) -> Image:
        """Return a PNG file as an image, at an address made from its content."""
        digest = hashlib.sha256(content).hexdigest()[:32]
        width, height = (int.from_bytes(content[start : start + 4], "big") for start in (16, 20))
        return cls(source, f"/images/{digest}.png", width, height, content)


@dataclass(frozen=True)
class DataFile:
    """A file that code opens by its name, in the folder in which it runs. Runs can read it and not write it."""

    name: str
    digest: str
    """SHA-256 of the content."""
    content: bytes = field(default=b"", repr=False, compare=False)

    @property
    def address(self) -> str:
        """Where learners can download it."""
        return f"/data/{self.digest[:32]}/{self.name}"


@dataclass(frozen=True)
class Fix:
    """The edit to a snippet that an option proposes: the body of a ``diff fix`` fence."""

    diff: str
    line: int


@dataclass(frozen=True)
class Option:
    """One possible answer: a claim that is settled by running."""

    text: str
    """Markdown, rendered for its variant."""
    key: bool
    """Whether the author marks it as right."""
    feedback: str = ""
    """Markdown: why someone would pick it, and what it would really give."""
    code: str | None = None
    """Its first code span, or its fence without a role: the answer that `value`, `prints` and `error` compare."""
    claim: str | None = None
    fix: Fix | None = None
    line: int = 0
    is_span: bool = False
    """Whether the text is a code span, and so its code, alone."""
    is_fence: bool = False
    """Whether the text is a fence, and so its code, alone."""


@dataclass(frozen=True)
class TestCase:
    """A test case of a problem that is answered with code: one run of the answer, and what must hold after it."""

    __test__ = False  # nothing that pytest should collect

    name: str
    stdin: str = ""
    """What the code reads; if empty, the stdin of the problem."""
    prints: str | None = None
    """What the code must print; None if that is not compared."""
    check: str = ""
    """Assertions that run after the problem's check."""
    points: int = 1
    hidden: bool = False
    """Whether learners see only if it passes."""


@dataclass(frozen=True)
class Variant:
    """A problem with its parameters filled in: the text that a learner sees, and the code that is run for it."""

    params: Mapping[str, Json]
    title: str
    statement: str
    """Markdown, with the `python run` fence and without fences that are not shown."""
    setup: str = ""
    snippet: str = ""
    options: tuple[Option, ...] = ()
    hint: str = ""
    explanation: str = ""
    start: str = ""
    solution: str = ""
    check: str = ""
    mutants: tuple[str, ...] = ()
    distractor: str = ""
    """Of an order: lines that do not belong to the solution."""
    depends: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: NOTHING)
    """Of an order: by the number of a line of the solution, from 1, the numbers of those that must precede it."""
    proof: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """The `[proof]` table, with its strings filled in."""
    shuffle: bool = True
    """Whether its options are shown in a random order. If not, they keep the author's."""
    images: tuple[Image, ...] = ()
    """The images in its texts."""
    stdin: str = ""
    """What its runs read from stdin."""
    tests: tuple[TestCase, ...] = ()
    """The test cases of an answer. Without any, an answer is run once."""


@dataclass(frozen=True)
class Problem:
    """A problem with all its variants. `path` is relative to the course, with forward slashes."""

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
    """The set of a challenge that it belongs to. A retake draws another set."""
    bank: tuple[str, ...] = ()
    """The strings that a learner can fill into blanks, some of which do not belong there."""
    places: Mapping[str, tuple[str, int]] = field(default_factory=lambda: NOTHING)
    """The file (relative to the course) and line of each part: `title`, `option 2`, `mutant 1`, `proof.value`."""
    data: tuple[DataFile, ...] = ()
    """The files that its code can open."""
    lint_off: tuple[str, ...] = ()
    """The rules of item writing that its author has switched off."""

    def place(self, part: str) -> tuple[str, int]:
        """The file and line of a part, or else of the table around it, or of the title."""
        while part not in self.places and "." in part:
            part = part.rpartition(".")[0]
        return self.places.get(part) or self.places.get("title") or (self.path, 1)

    @property
    def slug(self) -> str:
        """The name of the file or folder, without its ending: `01-why-transfer`."""
        parts = self.path.split("/")
        name = parts[-2] if parts[-1] == "problem.md" else parts[-1]
        return name.removesuffix(".md")

    @property
    def title(self) -> str:
        return self.variants[0].title

    def mark(self, number: int) -> str:
        """A digest of what a variant asks. An answer counts as long as it is the same.

        For the store only: solution and check are part of it, so no page shows it. For a problem with a goal it covers
        the goal and how it is measured, so that the text and the author's code can be edited.
        """
        of = self.variants[number]
        asked: object = (of.setup, of.snippet, of.check, sorted(self.goal.items()))
        if not self.goal:
            texts = [option.text for option in of.options]
            asked = (of.statement, of.setup, of.snippet, of.start, of.solution, of.check, texts)
        if of.distractor:
            asked = (asked, of.distractor)
        if of.depends:
            asked = (asked, sorted(of.depends.items()))
        if self.data:
            asked = (asked, [file.digest for file in self.data])
        if of.images:
            asked = (asked, [image.address for image in of.images])
        if of.stdin or of.tests:
            asked = (asked, of.stdin, of.tests)
        return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


# --- pages and cards ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prose:
    """Markdown of a page. Its `{{ … }}` are filled in from evidence when it is shown."""

    text: str
    line: int
    verbatim: bool = False
    """Whether it is a fence that is shown as it is: braces in it are plain text."""


@dataclass(frozen=True)
class Cell:
    """A code cell of a page. It shares its names with the cells before it, as in a notebook."""

    code: str
    line: int
    shown: bool = True
    """Whether learners see it. A `setup` is not shown."""
    raises: str | None = None
    """The exception that it must end in. Later cells do not depend on such a cell."""


@dataclass(frozen=True)
class Drawing:
    """A figure that is drawn from evidence, described by a fence of TOML."""

    figure: str
    """The name of its figure: `chart`."""
    table: Mapping[str, Any]
    line: int


@dataclass(frozen=True)
class Box:
    """The line where a box of a page begins or, without a name, ends."""

    name: str
    line: int


Block = Prose | Cell | Drawing | Box


@dataclass(frozen=True)
class Page:
    """The page of a mode: prose, cells, figures and boxes, in their order."""

    path: str
    title: str
    blocks: tuple[Block, ...] = ()
    images: tuple[Image, ...] = ()
    """The images in its prose."""
    data: tuple[DataFile, ...] = ()
    """The files of the topic that its code names."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells of the page, hidden and shown."""
        return tuple(block for block in self.blocks if isinstance(block, Cell))

    @property
    def slug(self) -> str:
        """The name of its file, without the ending: its mode."""
        return self.path.rpartition("/")[2].removesuffix(".md")


@dataclass(frozen=True)
class Card:
    """A question to remember, its answer, and the claim that proves it, if it has one."""

    path: str
    question: str
    answer: str
    setup: str = ""
    claim: str | None = None
    line: int = 0
    images: tuple[Image, ...] = ()
    """The images in its question and its answer."""


@dataclass(frozen=True)
class Deck:
    """The cards of a topic: one file, proved as a whole."""

    path: str
    cards: tuple[Card, ...]

    @property
    def slug(self) -> str:
        """Its file's name without the ending."""
        return self.path.rpartition("/")[2].removesuffix(".md")


@dataclass(frozen=True)
class Topic:
    """A topic: a folder of a course, with content for its modes."""

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
    """The source of `experiments.py`; empty if there is none."""
    data: tuple[DataFile, ...] = ()
    """The files in its folder `data`."""


@dataclass(frozen=True)
class Requirements:
    """The packages and the Python that a course's runs require."""

    packages: tuple[str, ...]
    """Requirements as `pip` reads them: `keras>=3.10`."""
    python: str | None = None
    """A version of Python as in `3.12`; None for the one that runs practicum."""
    lock: tuple[str, ...] = ()
    """`name==version` of all packages to install; empty if there is no lock yet."""


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
    """None if the course uses the server's own environment."""
    lint_off: tuple[str, ...] = ()
    """The rules of item writing that are switched off for all its problems."""


# --- runs: what a kind asks for, and the results ---------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """Code that settles a claim: setup, then the snippet, then expressions evaluated after both."""

    name: str
    """Its purpose, unique in its plan: `snippet`, `option 2`, `mutant 1`."""
    snippet: str = ""
    setup: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Expressions by name, evaluated in the namespace of setup and snippet."""
    check: str = ""
    """Assertions, run after the snippet."""
    check_values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Expressions by name, evaluated after the check in its namespace, which the snippet cannot change."""
    repeat: bool = True
    """Whether it is repeated in fresh interpreters with other seeds, since chance may matter."""
    seeds: tuple[int, ...] = ()
    """The random seeds to use; the prover chooses them if there are none."""
    quiet: bool = False
    """Whether the output, figures and epochs of the setup are left out of the observation."""
    echo: bool = False
    """Whether what the snippet's last expression returns is printed, as in a notebook."""
    data: tuple[DataFile, ...] = ()
    """The files that it can open."""
    stdin: str = ""
    """What `input()` and other readers of stdin find."""


@dataclass(frozen=True)
class Measurement:
    """One call of an experiment: a function of `experiments.py`, its parameters, its seed."""

    function: str
    params: Mapping[str, Json]
    seed: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Measurement) and self.call == other.call  # `x=1` and `x=True` are different calls

    def __hash__(self) -> int:
        return hash(self.call)

    @property
    def call(self) -> str:
        """The call as Python: `fine_tune(learning_rate=1e-05, seed=0)`."""
        arguments = [f"{name}={value!r}" for name, value in sorted(self.params.items())]
        return f"{self.function}({', '.join([*arguments, f'seed={self.seed}'])})"


@dataclass(frozen=True)
class Plan:
    """All runs and measurements that settle one variant."""

    runs: tuple[Run, ...] = ()
    measurements: tuple[Measurement, ...] = ()

    def with_data(self, data: tuple[DataFile, ...]) -> Plan:
        """Return the plan with data files for each run."""
        return replace(self, runs=tuple(replace(run, data=data) for run in self.runs))


@dataclass(frozen=True)
class Opaque:
    """A value of a run that is not plain data, as its type and its `repr`, which is cut if it is long."""

    type: str
    text: str


class PosixPath(PurePosixPath):
    """A path as a run shows it. Nothing can be opened with it."""


@dataclass(frozen=True)
class Failure:
    """An exception that code raised. `line` counts from 1 in the code named by `where`."""

    type: str
    message: str
    line: int | None = None
    where: str = "snippet"
    """`setup`, `snippet`, `check`, or the name of a value."""
    bases: tuple[str, ...] = ()
    """The names of the base classes of the exception's type: `OSError` for FileNotFoundError."""
    called_from: str = ""
    """The part that was running, if it is not `where`: the snippet may call a function of the setup that raises."""
    packages: tuple[str, ...] = ()
    """The packages in which `type` and `bases` are defined: empty for builtins and for classes of the code's own. None
    if all are."""

    @property
    def running(self) -> str:
        """The part that was running: `setup`, `snippet`, `check`, or the name of a value."""
        return self.called_from or self.where

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of its class and of the base classes, each after its package: `struct.error`."""
        names = (self.type, *self.bases)
        packages = (*self.packages, *[""] * len(names))
        return tuple(f"{package}.{name}" if package else name for package, name in zip(packages, names, strict=False))

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


@dataclass(frozen=True)
class Observation:
    """The results of one run."""

    seed: int
    hash_seed: int
    stdout: str = ""
    values: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """By name: plain Python values, :class:`Opaque` for others, or a :class:`Failure` if evaluating one raised."""
    failure: Failure | None = None
    """The exception that ended the code, if one did."""
    stopped: str | None = None
    """Why the runner ended it (time, memory, crash), in a sentence; None if the code ended by itself."""
    is_forbidden: bool = False
    """Whether `stopped` says nothing about the code elsewhere: it tried what the sandbox does not allow, or the machine
    could not run it."""
    stderr: str = ""
    compared: tuple[str, ...] = ()
    """Objects of the code's process that a failing check compared or asked for their class, in words."""
    seconds: float = 0.0
    figures: tuple[bytes, ...] = ()
    """Its figures, as PNG files."""


@dataclass(frozen=True)
class CaseResult:
    """The result of one test case for an answer."""

    case: TestCase
    passed: bool
    printed: str = ""
    """What the answer printed, if that was compared."""
    message: str = ""
    """Why the case does not pass."""


@dataclass(frozen=True)
class Observations:
    """The results of a :class:`Plan`: the observations of each run by its name, and the measurements."""

    runs: Mapping[str, tuple[Observation, ...]] = field(default_factory=lambda: NOTHING)
    measured: Mapping[Measurement, Measured] = field(default_factory=dict)
    failed: Mapping[Measurement, str] = field(default_factory=dict)
    """The measurements that failed, and why."""


# --- verdicts and evidence -------------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """The result of proving. Learners see only what is `proved` or `cited`."""

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
    """The result for one option. `holds` is None if it could not be settled."""

    text: str
    key: bool
    holds: bool | None
    observed: str
    dtype: str = ""
    """The NumPy type of an observed number that has fewer bits than a Python float, such as `float32`."""


@dataclass(frozen=True)
class RunSummary:
    """One run of a proof in one line: its purpose, seeds, outcome and time."""

    name: str
    seed: int
    hash_seed: int
    outcome: str
    seconds: float


@dataclass(frozen=True)
class Measured:
    """The result of one experiment: numbers, curves with one value per epoch, images, and what it ran on."""

    measurement: Measurement
    numbers: Mapping[str, float]
    curves: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: NOTHING)
    ran_on: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """The `weights` and `data` that it used."""
    seconds: float = 0.0
    code: str = ""
    """A digest of the code that the experiment depends on. While it is the same, the result can be reused."""
    images: Mapping[str, Image] = field(default_factory=lambda: NOTHING)
    """PNG files."""


@dataclass(frozen=True)
class CellFinding:
    """The output of a page's cell."""

    stdout: str
    failure: str = ""
    """The exception it ended in, as Python prints it."""
    figures: tuple[bytes, ...] = ()
    """Its figures, as PNG files."""
    seconds: float = 0.0


@dataclass(frozen=True)
class VariantFinding:
    """The result for one variant of a problem, one card of a deck, or a whole page."""

    params: Mapping[str, Json]
    verdict: Verdict
    why: str
    options: tuple[OptionFinding, ...] = ()
    runs: tuple[RunSummary, ...] = ()
    measured: tuple[Measured, ...] = ()
    cells: tuple[CellFinding, ...] = ()
    """For a page: the output of each cell that is shown."""
    values: Mapping[str, Json] = field(default_factory=lambda: NOTHING)
    """For a page: the values of the expressions in its prose."""
    code: str = ""
    """Why it is not proved, in kebab-case and stable across wordings: `wrong-option-marked`; empty if it is proved."""
    part: str = ""
    """The part of a problem that the reason is about, such as `option 2`; empty for the problem as a whole."""


@dataclass(frozen=True)
class Evidence:
    """The committed record of a proof: the verdict, the findings, and what they depend on."""

    hash: str
    """SHA-256 of all that the verdict depends on."""
    kind: str
    verdict: Verdict
    why: str
    ran: str
    """The day of the runs, ISO 8601."""
    seconds: float
    """The total time of its runs and measurements."""
    versions: Mapping[str, str]
    """The versions of Python and of the packages that the runs import."""
    ran_on: Mapping[str, str]
    """The `weights` and `data` that the claims were run with."""
    variants: tuple[VariantFinding, ...] = ()
