"""What came of a learner's run, ready to be shown: its output, what it trained and drew, and how it ended."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass

from markupsafe import Markup

from practicum.model import Failure
from practicum.runner import FigureImage, Result
from practicum.web import epochs, hints
from practicum.web.view import seconds, spans

HEAD, TAIL = 4_000, 16_000
"""Letters of an output's beginning and end that are shown; what is between is left out."""
LINE = 300
"""Letters of a quoted line of code."""
AROUND = 1
"""Lines quoted before and after the one in question."""

_AT = re.compile(r"\bline (\d+)\b(?! of the)")
_TAIL = re.compile(r" \(<snippet>, line \d+\)$")


@dataclass(frozen=True)
class Line:
    """A line of the learner's code, quoted."""

    number: int
    text: str
    here: bool
    """Whether it is the one in question."""


@dataclass(frozen=True)
class Outcome:
    """A run that has ended. `css` is `wrong` if it did not end well; `head` may be empty."""

    stdout: str
    stderr: str
    epochs: epochs.Table | None
    figures: tuple[Picture, ...]
    css: str
    head: str
    words: str
    lines: tuple[Line, ...] = ()
    hint: Markup | str = ""
    traceback: str = ""
    fault: int | None = None
    """The line of the code that an editor may mark."""

    @property
    def said(self) -> str:
        """The end in one breath, for a screen reader."""
        return f"{self.head} {self.words}".strip()


@dataclass(frozen=True)
class Picture:
    """A figure at addresses that hold it. SVG where there is one: it is sharp at every size."""

    shown: str
    png: str


def outcome(result: Result, code: str, isolated: bool = True, stopping: bool = False) -> Outcome:
    """What to show of it. `code`: what was run. `stopping`: the service ended it because it is ending itself."""
    css, head, words, at = _end(result, stopping)
    failed = result.failure if not result.stopped else None
    return Outcome(
        clipped(result.stdout),
        clipped(result.stderr),
        epochs.table(result.epochs),
        tuple(map(_picture, result.figures)),
        css,
        head,
        words,
        quoted(code, at),
        spans(hints.hint(failed, code, isolated)) if failed else "",
        clipped(result.traceback) if failed else "",
        at if css and at is not None and 1 <= at <= code.count("\n") + 1 else None,
    )


def _end(result: Result, stopping: bool) -> tuple[str, str, str, int | None]:
    """How it ended: a class, a heading, a sentence, and the line of code that it is about."""
    if result.stopped == "cancelled":
        after = f" after {seconds(result.seconds)}" if result.seconds else ""
        return "", "", "The service was stopped, and this run with it." if stopping else f"Stopped{after}.", None
    if result.stopped:
        found = _AT.search(result.why)
        return "wrong", "", result.why, int(found[1]) if found else None
    if result.failure:
        return "wrong", *_failed(result.failure), result.failure.line
    silent = not (result.stdout or result.stderr or result.epochs or result.figures)
    return "", "", f"Done in {seconds(result.seconds)}" + (", without output." if silent else "."), None


def _failed(failure: Failure) -> tuple[str, str]:
    at = f" at line {failure.line}" if failure.line else ""
    message = hints.plain(_TAIL.sub("", failure.message))
    return f"{failure.type}{at}" + (":" if message else "."), message


def quoted(code: str, at: int | None) -> tuple[Line, ...]:
    """The line in question with its neighbours, unless they are empty; none if there is no such line."""
    lines = code.split("\n")
    if at is None or not 1 <= at <= len(lines):
        return ()
    around = range(max(1, at - AROUND), min(len(lines), at + AROUND) + 1)
    told = [number for number in around if number == at or lines[number - 1].strip()]
    return tuple(Line(number, lines[number - 1][:LINE], number == at) for number in told)


def clipped(text: str) -> str:
    """A text that fits a page: of a long one the beginning and the end."""
    text = text.rstrip("\n")
    left_out = len(text) - HEAD - TAIL
    if left_out <= 0:
        return text
    return f"{text[:HEAD]}\n\n… {left_out:,} characters are left out here …\n\n{text[-TAIL:]}"


def _picture(figure: FigureImage) -> Picture:
    png = f"data:image/png;base64,{b64encode(figure.png).decode()}"
    if not figure.svg:
        return Picture(png, png)
    return Picture(f"data:image/svg+xml;base64,{b64encode(figure.svg.encode()).decode()}", png)
