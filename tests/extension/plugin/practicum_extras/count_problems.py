"""The command `practicum count-problems`."""

from pathlib import Path

import click

from practicum.prove.catalogue import load


@click.command("count-problems")
@click.argument("course", type=click.Path(exists=True, file_okay=False, path_type=Path))
def count_problems(course: Path) -> None:
    """Print how many problems COURSE has, and how many of them are proved."""
    entries = load(course).entries.values()
    click.echo(f"{len(entries)} problems, {sum(entry.verdict.served for entry in entries)} proved")
