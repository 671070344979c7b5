"""Tables, errors and exit codes that the commands share.

A command exits with 0 if everything is fine, with 1 (`ANSWER_NO`) if it has an answer and the answer is no, with 2 if
it could not do its work (a `CommandError`), and with 130 if it was interrupted.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, NoReturn

import click

if TYPE_CHECKING:
    from practicum.model import Mistake

ANSWER_NO = 1
INTERRUPTED = 130

Style = Literal["", "green", "red", "yellow", "cyan", "dim"]


class CommandError(click.ClickException):
    """The command could not do its work (exit code 2). The message says what happened, then what to do.

    Args:
        code: Kebab-case and stable, for programs and tests: `file-not-readable`.
        message: May have several lines.
    """

    exit_code = 2

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message on standard error."""
        click.echo(self.format_message(), file=file, err=file is None)


class StyledText(str):
    """The text of a table cell, with a style."""

    style: Style

    def __new__(cls, text: str, style: Style = "") -> StyledText:
        cell = super().__new__(cls, text)
        cell.style = style
        return cell


def colour_choice() -> bool | None:
    """Return whether click prints colours: no where `NO_COLOR` is set or the terminal has none; else on a terminal."""
    return False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None


def exit_with_no() -> NoReturn:
    """End the command because its answer is no: something is unproved, has failed or is missing."""
    raise click.exceptions.Exit(ANSWER_NO)


@contextmanager
def interruptible(message: str) -> Iterator[None]:
    """On Ctrl-C, print `message` and exit with 130."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(message, err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None


def raise_mistakes(mistakes: Iterable[tuple[Path, Mistake]], note: str = "") -> NoReturn:
    """Raise a CommandError that lists mistakes in course files, one per line, followed by `note`.

    Args:
        mistakes: Each with the root folder of its course.
    """
    raise CommandError("mistakes-in-course", "\n".join(_mistake_lines(mistakes, note)))


def print_mistakes(mistakes: Iterable[tuple[Path, Mistake]], note: str) -> None:
    """Print mistakes in course files on standard error as `raise_mistakes` does, and go on."""
    for line in _mistake_lines(mistakes, note):
        click.echo(line, err=True)


def exit_with_mistakes() -> NoReturn:
    """End the command after it did its work as far as it could, with the exit code of a `CommandError`."""
    raise click.exceptions.Exit(CommandError.exit_code)


def _mistake_lines(mistakes: Iterable[tuple[Path, Mistake]], note: str) -> list[str]:
    lines = [f"{readable_path(root / mistake.path)}:{mistake.line}: {mistake.message}" for root, mistake in mistakes]
    return [*lines, note] if note else lines


def print_table(rows: Sequence[Sequence[str]], header: Sequence[str] = (), right: Iterable[int] = ()) -> None:
    """Print rows as aligned columns, unboxed. Cells are strings, or a `StyledText` with a style.

    Colours are for a terminal only; see :func:`colour_choice`.

    Args:
        header: Column titles, or nothing.
        right: Indices of right-aligned columns.
    """
    lines: list[Sequence[str]] = [[StyledText(title, "dim") for title in header]] if header else []
    lines += [[_on_one_line(cell) for cell in row] for row in rows]
    columns = max(map(len, lines), default=0)
    widths = [max(_width(line[index]) for line in lines if index < len(line)) for index in range(columns)]
    on_right = frozenset(right)
    printed: list[str] = []
    for line in lines:
        cells = [_padded(cell, widths[index], index in on_right) for index, cell in enumerate(line)]
        printed.append("  ".join(cells).rstrip())
    click.echo("\n".join(printed), color=colour_choice())


def _padded(cell: str, width: int, on_right: bool) -> str:
    """Return a cell with its style, and spaces up to a width."""
    space = " " * (width - _width(cell))
    style = getattr(cell, "style", "")
    text = str(cell)
    if style and text:
        text = click.style(text, dim=True) if style == "dim" else click.style(text, fg=style)
    return f"{space}{text}" if on_right else f"{text}{space}"


def _on_one_line(cell: str) -> str:
    """Return a cell without characters that a terminal would obey: line breaks and control sequences."""
    if cell.isprintable():
        return cell
    from practicum.formatting import printable

    return StyledText(printable(cell), getattr(cell, "style", ""))


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # slow to import, and rarely needed

    return cell_len(text)


def readable_path(path: Path) -> str:
    """Return the path relative to the current folder if it is in it, otherwise unchanged."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.pardir) else relative
