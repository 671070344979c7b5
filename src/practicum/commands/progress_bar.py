"""A progress bar on the terminal, on standard error, so that what a command prints stays clean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from practicum.prove.catalogue import Entry
from practicum.prove.prover import OnProgress, OnProved, ProvingProgress

_STEPS = ("making", "Collecting", "Downloading", "Processing", "Installing", "Successfully")
"""First words of what pip says that is worth a glance."""


@contextmanager
def building(what: str) -> Iterator[Callable[[str], None]]:
    """While packages are installed: how long it has taken, and what pip does now. Its addresses are not shown."""
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)

        def on_line(line: str) -> None:
            verb, _, rest = line.partition(" ")
            if verb in _STEPS and "://" not in rest:
                bar.update(task, description=f"{what}: {verb.lower()} {rest}"[: max(20, console.width - 16)])

        yield on_line


@contextmanager
def proving() -> Iterator[tuple[OnProgress, OnProved]]:
    """While problems are proved: how many runs are made of those that are needed, and the last one's name."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=None)

        def on_progress(progress: ProvingProgress) -> None:
            bar.update(task, completed=progress.done, total=progress.total, description=progress.last)

        def on_proved(entry: Entry) -> None:
            bar.update(task, description=f"{entry.subject.slug}: {entry.verdict}")

        yield on_progress, on_proved
