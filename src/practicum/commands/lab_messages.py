"""What `practicum lab` prints: its progress, its results, and its errors."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn, TextIO

import click

from practicum.commands.terminal import INTERRUPTED, CommandError, print_table
from practicum.settings import progress_as_lines

if TYPE_CHECKING:
    from practicum.lab.dataset_reader import LoadedDataset
    from practicum.lab.fit_record import FitRecord
    from practicum.lab.progress import StepProgress

UPDATE_SECONDS = 0.2
"""Minimum time between two updates of the same line."""
MAX_LINES = 20
"""Maximum number of reasons and files that are listed on the terminal."""


class LabFailure(CommandError):
    """The command cannot continue. At most MAX_LINES lines of the message are printed.

    `code` is that of the LabError, or one of the commands' own: `missing-package`, `file-error`, `invalid-target`,
    `target-exists`, `no-model`, `unfinished-fit`, `damaged-model`, `other-model`, `preprocessing-without-file`.
    """

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message on standard error."""
        print_lines(self.message.splitlines())


class _LineProgress:
    """Prints each step on a line of its own, and updates the line until the step is complete."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._open_step = ""
        """The step whose line is not complete."""
        self._width, self._updated = 0, 0.0

    def update(self, step: str, done: int, total: int) -> None:
        same, complete = step == self._open_step, done == total or total <= 1
        if same and not complete and time.monotonic() - self._updated < UPDATE_SECONDS:
            return
        line = f"{step}, {done} of {total}" if total > 1 else step
        start = "\r" if same else "\n" if self._open_step else ""
        self._stream.write(start + line.ljust(self._width if same else 0) + ("\n" if complete else ""))
        self._stream.flush()
        self._open_step, self._width, self._updated = "" if complete else step, len(line), time.monotonic()

    def close(self) -> None:
        """End the open line."""
        if self._open_step:
            self._stream.write("\n")


@contextmanager
def show_progress() -> Iterator[StepProgress]:
    """Show a progress bar on standard error, if that is a terminal: elapsed time, current step and how much of it.

    The bar has its own file descriptor, so that it is visible while standard error is suppressed for TensorFlow. If the
    settings ask for lines, each step is printed on a line instead, for a program that forwards them.
    """
    if progress_as_lines():
        with os.fdopen(os.dup(2), "w") as stream, closing(_LineProgress(stream)) as lines:
            yield lines.update
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn
    from rich.table import Column

    with os.fdopen(os.dup(2), "w") as stream:
        console = Console(file=stream)
        description = Column(no_wrap=True, overflow="ellipsis")
        columns = (
            BarColumn(20),
            TextColumn("{task.elapsed:.0f} s"),
            TextColumn("{task.description}", table_column=description),
        )
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task, shown_step = bar.add_task("starting", total=None), ""

            def update(step: str, done: int, total: int) -> None:
                nonlocal shown_step
                measured = total > 1
                bar.tasks[task].total = total if measured else None
                text = f"{step}, {done} of {total}" if measured else step
                # A new step is drawn at once: it may be over before the next regular update.
                bar.update(task, description=text, completed=done, refresh=step != shown_step)
                shown_step = step

            yield update


# --- results ----------------------------------------------------------------------------------------------------------


def printable_path(path: Path) -> str:
    """Return the path in printable form, whatever bytes it is made of."""
    from practicum import formatting
    from practicum.lab import image_sources

    return formatting.printable(image_sources.printable_name(str(path)))


def describe_dataset(dataset: LoadedDataset) -> None:
    """Print the number of images per class, what was left out, and a warning if there are too few."""
    from practicum.statistics.scores import explain_too_few

    images = dataset.images
    counts = ", ".join(f"{name} {count}" for name, count in zip(images.classes, images.counts, strict=True))
    print_lines([f"{len(images)} images of {len(images.classes)} classes: {counts}"])
    print_lines([f"  left out: {remark.file} {remark.text}" for remark in dataset.left_out])
    if (reason := explain_too_few(images.counts)) is not None:
        click.secho(f"{reason}. Add images before you rely on the results.", fg="yellow", err=True)


def print_summary(record: FitRecord, folder: Path, report_file: Path) -> None:
    """Print the accuracy, its caveats, the findings, the next step, and where the files are."""
    from practicum.formatting import printable
    from practicum.report import summary

    click.secho(summary.describe_accuracy(record), bold=True)
    findings = [
        f"{finding.severity}: {finding.title}. {finding.evidence} {finding.remedy}" for finding in record.findings
    ]
    exports = [f"{export.format}: {printable_path(folder / export.file)}" for export in record.exports]
    lines = [*summary.list_caveats(record), *summary.explain_choice(record), *findings, f"Next: {record.next_step}"]
    for line in [*lines, f"Report: {printable_path(report_file)}", *exports]:
        click.echo(printable(line))


def print_predictions(record: FitRecord, names: Sequence[str], probabilities: Any) -> None:
    """Print a table with the most likely class of each image, its probability, and the second most likely class."""
    from practicum.formatting import percent, printable

    rows = []
    for name, row in zip(names, probabilities, strict=True):
        (first, confidence), (second, less) = rank_classes(record, row)[:2]
        rows.append((printable(name), printable(first), percent(confidence), f"{printable(second)} {percent(less)}"))
    print_table(rows, ("image", "class", "confidence", "second"))


def rank_classes(record: FitRecord, probabilities: Any) -> list[tuple[str, float]]:
    """Return the classes with their probabilities, rounded to six digits, the most likely first."""
    pairs = zip(record.classes, (round(float(value), 6) for value in probabilities), strict=True)
    return sorted(pairs, key=lambda pair: -pair[1])


def print_lines(lines: Sequence[str], limit: int = MAX_LINES) -> None:
    """Print the lines on standard error, at most `limit` of them."""
    from practicum.formatting import printable

    for line in lines[:limit]:
        click.echo(printable(line), err=True)
    if len(lines) > limit:
        click.echo(f"  and {len(lines) - limit:,} more", err=True)


# --- errors -----------------------------------------------------------------------------------------------------------


@contextmanager
def report_errors(target: Path, work: Path | None = None) -> Iterator[None]:
    """Turn the errors that a user can correct into a LabFailure, and Ctrl-C into exit code 130.

    Every other exception is a defect and passes through with its traceback.

    Args:
        target: Where the command writes, named in errors of the disk that name no file.
        work: The folder of finished steps, which an interrupted command keeps.
    """
    from practicum.lab.errors import LabError

    try:
        yield
    except LabError as error:
        raise LabFailure(error.code, error.message) from error
    except ModuleNotFoundError as error:
        package = (error.name or "practicum").partition(".")[0]
        if package == "practicum":
            raise
        message = f"{package} is not installed. Run: pip install 'practicum[tensorflow]'"
        raise LabFailure("missing-package", message) from error
    except OSError as error:
        raise LabFailure("file-error", _describe_os_error(error, target)) from error
    except KeyboardInterrupt:
        click.echo(_describe_interruption(work), err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None


def fail(code: str, path: Path, problem: str) -> NoReturn:
    """Raise LabFailure with a message about the path."""
    raise LabFailure(code, f"{printable_path(path)}: {problem}")


def _describe_os_error(error: OSError, target: Path) -> str:
    """The file and the problem with it; some errors name no file."""
    path = target if error.filename is None else Path(os.fsdecode(error.filename))
    blocked = isinstance(error, FileExistsError | NotADirectoryError)
    return f"{printable_path(path)}: {'is not a folder' if blocked else error.strerror or error}"


def _describe_interruption(work: Path | None) -> str:
    if work is None:
        return "interrupted"
    finished = sum(1 for _ in work.glob("*")) if work.is_dir() else 0
    if not finished:
        return "interrupted before any step was finished; nothing was kept"
    return f"interrupted; finished steps are kept in {printable_path(work)}: run the same command again to continue"
