"""How a learner's run ended, as plain data: its output, what it trained and drew, and an explanation of its error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from practicum.application import error_explanations
from practicum.application.epoch_table import EpochTable, epoch_table
from practicum.application.error_explanations import Packages
from practicum.formatting import duration
from practicum.model import Failure
from practicum.runner import FigureImage, Result

HEAD, TAIL = 4_000, 16_000
"""Characters of an output's beginning and end that are kept; the rest between them is left out."""
QUOTED_CHARACTERS = 300
"""Characters of a quoted line of code."""
CONTEXT_LINES = 1
"""Lines quoted before and after the one in question."""

_LINE_NUMBER = re.compile(r"\bline (\d+)\b(?! of the)")
_LOCATION = re.compile(r" \(<snippet>, line \d+\)$")


class Ending(StrEnum):
    """How a run ended."""

    DONE = "done"
    STOPPED = "stopped"
    """By its learner, or with the service."""
    FAILED = "failed"
    """By an error, a limit, or a check."""


@dataclass(frozen=True)
class QuotedLine:
    """A line of the learner's code."""

    number: int
    text: str
    marked: bool
    """Whether it is the line in question."""


@dataclass(frozen=True)
class ShownCase:
    """The result of a test case as its learner sees it."""

    name: str
    passed: bool
    hidden: bool
    points: int
    stdin: str = ""
    expected: str | None = None
    """What must be printed; None if that is not compared, or the case is hidden."""
    printed: str = ""


@dataclass(frozen=True)
class CaseSummary:
    """The results of a problem's test cases, in their order."""

    cases: tuple[ShownCase, ...]

    @property
    def counts(self) -> str:
        """How many pass: `3 of 4 test cases pass (5 of 8 points)`."""
        passed = [case for case in self.cases if case.passed]
        points, total = (sum(case.points for case in cases) for cases in (passed, self.cases))
        cases = "test case passes" if len(self.cases) == 1 else "test cases pass"
        weighted = f" ({points} of {total} points)" if total != len(self.cases) else ""
        return f"{len(passed)} of {len(self.cases)} {cases}{weighted}"


@dataclass(frozen=True)
class RunReport:
    """A run that has ended. `heading` may be empty."""

    stdout: str
    stderr: str
    epochs: EpochTable | None
    figures: tuple[FigureImage, ...]
    ending: Ending
    heading: str
    message: str
    lines: tuple[QuotedLine, ...] = ()
    hint: str = ""
    """What the error most often means, with code in backticks."""
    traceback: str = ""
    error_line: int | None = None
    """The line of the code that an editor may mark."""
    cases: CaseSummary | None = None
    """The results of the problem's test cases, if it has any."""

    @property
    def summary(self) -> str:
        """How it ended, in one line for a screen reader."""
        counts = f"{self.cases.counts}." if self.cases else ""
        return " ".join(part for part in (counts, self.heading, self.message) if part)


def report_run(
    result: Result, code: str, isolated: bool = True, stopping: bool = False, packages: Packages = tuple
) -> RunReport:
    """Return the report of a run.

    Args:
        result: Its result.
        code: The learner's code.
        isolated: Whether it ran in isolation; an explanation may depend on it.
        stopping: Whether the service cancelled it because the service itself is stopping.
        packages: Returns the packages that the code can import, for the explanation of an error.
    """
    ending, heading, message, line = _ending(result, stopping)
    failure = result.failure if not result.stopped else None
    has_line = line is not None and 1 <= line <= code.count("\n") + 1
    return RunReport(
        shortened(result.stdout),
        shortened(result.stderr),
        epoch_table(result.epochs),
        tuple(result.figures),
        ending,
        heading,
        message,
        quoted_lines(code, line),
        error_explanations.hint(failure, code, isolated, packages) if failure else "",
        shortened(result.traceback) if failure else "",
        line if ending is Ending.FAILED and has_line else None,
    )


def _ending(result: Result, stopping: bool) -> tuple[Ending, str, str, int | None]:
    """How it ended, a heading, a sentence, and the line of code they are about."""
    if result.stopped == "cancelled":
        after = f" after {duration(result.seconds)}" if result.seconds else ""
        message = "The service was stopped, and this run with it." if stopping else f"Stopped{after}."
        return Ending.STOPPED, "", message, None
    if result.stopped:
        found = _LINE_NUMBER.search(result.why)
        return Ending.FAILED, "", result.why, int(found[1]) if found else None
    if result.failure:
        return Ending.FAILED, *_failure(result.failure), result.failure.line
    silent = not (result.stdout or result.stderr or result.epochs or result.figures)
    return Ending.DONE, "", f"Done in {duration(result.seconds)}" + (", without output." if silent else "."), None


def _failure(failure: Failure) -> tuple[str, str]:
    at = f" at line {failure.line}" if failure.line else ""
    message = error_explanations.plain(_LOCATION.sub("", failure.message))
    return f"{failure.type}{at}" + (":" if message else "."), message


def quoted_lines(code: str, line: int | None) -> tuple[QuotedLine, ...]:
    """Return a line with its neighbours, unless they are blank; nothing if there is no such line."""
    lines = code.split("\n")
    if line is None or not 1 <= line <= len(lines):
        return ()
    around = range(max(1, line - CONTEXT_LINES), min(len(lines), line + CONTEXT_LINES) + 1)
    numbers = [number for number in around if number == line or lines[number - 1].strip()]
    return tuple(QuotedLine(number, lines[number - 1][:QUOTED_CHARACTERS], number == line) for number in numbers)


def shortened(text: str) -> str:
    """Return a text that fits a page: of a long one the beginning and the end."""
    text = text.rstrip("\n")
    left_out = len(text) - HEAD - TAIL
    if left_out <= 0:
        return text
    return f"{text[:HEAD]}\n\n… {left_out:,} characters are left out here …\n\n{text[-TAIL:]}"
