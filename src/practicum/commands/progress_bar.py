"""Progress bars on standard error, which leave a command's output on standard output unchanged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from practicum.prove.catalogue import Entry
from practicum.prove.prover import OnProgress, OnProved, ProvingProgress

_STEPS = ("Creating", "Collecting", "Downloading", "Processing", "Installing", "Successfully")
"""First words of the lines of a build that are shown."""


@contextmanager
def building(label: str) -> Iterator[Callable[[str], None]]:
    """Show the elapsed time of a build and its current step, without URLs. Yield the function that takes its lines."""
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None)

        def on_line(line: str) -> None:
            verb, _, rest = line.partition(" ")
            if verb in _STEPS and "://" not in rest:
                bar.update(task, description=f"{label}: {verb.lower()} {rest}"[: max(20, console.width - 16)])

        yield on_line


@contextmanager
def copying(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show how much of a database is copied. Yield the function that takes what is done and the total."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def proving() -> Iterator[tuple[OnProgress, OnProved]]:
    """Show how many of the needed runs have ended, and the last one. Yield the callbacks for a prover."""
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


@contextmanager
def auditing() -> Iterator[Callable[[int, int, str], None]]:
    """Show how many items of the banks are done, and the last one. Yield the callback for an auditor."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda done, total, last: bar.update(task, completed=done, total=total, description=last)
