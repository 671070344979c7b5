"""What `practicum lab` says: how far it is, what was found, and what went wrong."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from practicum.settings import progress_as_lines

if TYPE_CHECKING:
    from practicum.lab.dataset_reader import LoadedDataset
    from practicum.lab.fit_record import FitRecord
    from practicum.lab.prepared_set import StepProgress

COULD_NOT = 2
INTERRUPTED = 130
OFTEN = 0.2
"""Seconds between two words on how much of one thing is done."""
MOST_LINES = 20
"""Lines of reasons and of files on the terminal, at most."""
_OUTSPOKEN = frozenset({"practicum.lab.pretrained_models", "practicum.lab.backbones", "practicum.lab.splits"})
"""Modules whose plain ValueErrors are written for people."""


class _Lines:
    """What is done, a line each; how much of it is written over until all of it is."""

    def __init__(self, screen: TextIO) -> None:
        self._screen = screen
        self._open = ""
        """What the line that is not ended is about."""
        self._width, self._told = 0, 0.0

    def tell(self, what: str, done: int, of: int) -> None:
        same, whole = what == self._open, done == of or of <= 1
        if same and not whole and time.monotonic() - self._told < OFTEN:
            return
        line = f"{what}, {done} of {of}" if of > 1 else what
        before = "\r" if same else "\n" if self._open else ""
        self._screen.write(before + line.ljust(self._width if same else 0) + ("\n" if whole else ""))
        self._screen.flush()
        self._open, self._width, self._told = "" if whole else what, len(line), time.monotonic()

    def close(self) -> None:
        """What is said next stands on a line of its own."""
        if self._open:
            self._screen.write("\n")


@contextmanager
def progress() -> Iterator[StepProgress]:
    """A bar on standard error, where that is a terminal: how long all has taken, what is done now, and how much of it.

    It has a descriptor of its own, so that it is seen while standard error is silenced for TensorFlow. Where the
    settings ask for it, there is a line for each thing that is done instead, for a program that passes them on.
    """
    if progress_as_lines():
        with os.fdopen(os.dup(2), "w") as screen, closing(_Lines(screen)) as lines:
            yield lines.tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn
    from rich.table import Column

    with os.fdopen(os.dup(2), "w") as screen:
        console = Console(file=screen)
        line = Column(no_wrap=True, overflow="ellipsis")
        columns = (
            BarColumn(20),
            TextColumn("{task.elapsed:.0f} s"),
            TextColumn("{task.description}", table_column=line),
        )
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            number, shown = bar.add_task("starting", total=None), ""

            def tell(what: str, done: int, of: int) -> None:
                nonlocal shown
                counted = of > 1
                bar.tasks[number].total = of if counted else None
                formatting = f"{what}, {done} of {of}" if counted else what
                # What begins is drawn at once: it may be over before the bar would be drawn again.
                bar.update(number, description=formatting, completed=done, refresh=what != shown)
                shown = what

            yield tell


# --- what was read and found ------------------------------------------------------------------------------------------


def name(path: Path) -> str:
    """The path as it can be printed, whatever bytes it is made of."""
    from practicum import formatting
    from practicum.lab import image_sources

    return formatting.printable(image_sources.printable_name(str(path)))


def describe(read: LoadedDataset) -> None:
    """How many pictures there are of each class, what was left out, and whether so few can tell anything."""
    from practicum.statistics.scores import explain_too_few

    images = read.images
    counts = ", ".join(f"{one} {count}" for one, count in zip(images.classes, images.counts, strict=True))
    lines([f"{len(images)} pictures of {len(images.classes)} classes: {counts}"])
    lines([f"  left out: {remark.file} {remark.what}" for remark in read.left_out])
    if (why := explain_too_few(images.counts)) is not None:
        click.secho(f"{why}. What follows is worth little; more pictures are worth more.", fg="yellow", err=True)


def conclude(told: FitRecord, folder: Path, report_file: Path) -> None:
    """The answer, the doubts about it, what was found, what to do next, and where everything lies."""
    from practicum.formatting import printable
    from practicum.report import summary

    click.secho(summary.describe_accuracy(told), bold=True)
    found = [f"{one.severity}: {one.title}. {one.evidence} {one.remedy}" for one in told.findings]
    files = [f"{one.format}: {name(folder / one.file)}" for one in told.exports]
    said = [*summary.list_caveats(told), *summary.explain_choice(told), *found, f"Next: {told.next_step}"]
    for line in [*said, f"Report: {name(report_file)}", *files]:
        click.echo(printable(line))


def table(told: FitRecord, names: Sequence[str], probabilities: Any) -> None:
    """A line for each picture: the likeliest class, how sure, and the class it would be otherwise."""
    from practicum.formatting import percent, printable

    rows = [("picture", "class", "sure", "else")]
    for one, row in zip(names, probabilities, strict=True):
        (first, sure), (second, less) = likeliest(told, row)[:2]
        rows.append((printable(one), printable(first), percent(sure), f"{printable(second)} {percent(less)}"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for at, cells in enumerate(rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        click.secho(line.rstrip(), dim=at == 0)


def likeliest(told: FitRecord, probabilities: Any) -> list[tuple[str, float]]:
    """Classes with their probabilities, to a millionth, the likeliest first."""
    pairs = zip(told.classes, (round(float(one), 6) for one in probabilities), strict=True)
    return sorted(pairs, key=lambda pair: -pair[1])


# --- what went wrong --------------------------------------------------------------------------------------------------


@contextmanager
def clear_errors(place: Path, work: Path | None = None) -> Iterator[None]:
    """One clear message for what can go wrong, and exit code 2. What is written goes to `place`; what was finished is
    kept in `work`.

    Whatever was not foreseen passes through with its traceback.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        package = (missing.name or "practicum").partition(".")[0]
        if package == "practicum":
            raise
        give_up(f"{package} is not installed; type: pip install 'practicum[tensorflow]'")
    except OSError as reason:
        give_up(_of_the_disk(reason, place))
    except (ValueError, RuntimeError) as reason:
        if not _is_meant(reason):
            raise
        give_up(str(reason))
    except KeyboardInterrupt:
        click.echo(_interrupted(work), err=True)
        sys.exit(INTERRUPTED)


def give_up(why: str) -> NoReturn:
    """Say why, and end with exit code 2."""
    lines(why.splitlines())
    sys.exit(COULD_NOT)


def lines(said: Sequence[str], most: int = MOST_LINES) -> None:
    """On standard error, and no more than can be read there."""
    from practicum.formatting import printable

    for line in said[:most]:
        click.echo(printable(line), err=True)
    if len(said) > most:
        click.echo(f"  and {len(said) - most:,} more", err=True)


def _is_meant(reason: Exception) -> bool:
    """Whether the message is the lab's own, written for people, and not a library's or that of a mistake of ours."""
    if type(reason).__module__.startswith("practicum."):
        return True
    *_, (frame, _line) = traceback.walk_tb(reason.__traceback__)
    return type(reason) is ValueError and frame.f_globals["__name__"] in _OUTSPOKEN


def _of_the_disk(reason: OSError, place: Path) -> str:
    """Which file, and what is wrong with it; some errors know no file."""
    if type(reason).__module__.startswith("practicum."):
        return str(reason)
    where = place if reason.filename is None else Path(os.fsdecode(reason.filename))
    blocked = isinstance(reason, FileExistsError | NotADirectoryError)
    return f"{name(where)}: {'is no folder' if blocked else reason.strerror or reason}"


def _interrupted(work: Path | None) -> str:
    if work is None:
        return "interrupted"
    kept = sum(1 for _ in work.glob("*")) if work.is_dir() else 0
    if not kept:
        return "interrupted before anything was finished; nothing was kept"
    return f"interrupted; what was finished is kept in {name(work)}: type the same again to go on from there"
