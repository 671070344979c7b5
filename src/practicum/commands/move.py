"""`practicum move`: copies everything from one database to another, such as from SQLite to PostgreSQL."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from practicum.commands import database
from practicum.commands.terminal import exit_with_no


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--replace", is_flag=True, help="Delete what TO contains now, if anything.")
def move(source: str, target: str, replace: bool) -> None:
    """Copy learners' progress from one database to another: each the URL of a database, or a data folder.

    FROM stays as it is. Stop the service first: what is written meanwhile is not copied.
    """
    from practicum.commands.progress_bar import copying
    from practicum.store.backup import open_source, restore_backup, write_backup

    with (
        database.store_errors(),
        open_source(*_location(source)) as opened,
        tempfile.TemporaryDirectory(prefix="practicum-move-") as folder,
    ):
        file = Path(folder) / "backup.sqlite3"
        with copying("reading") as on_progress:
            written = write_backup(opened, file, on_progress=on_progress)
        with database.open_store(*_location(target)) as store, copying("writing") as on_progress:
            content = restore_backup(file, store, replace, on_progress)
        with open_source(*_location(target)) as stored:
            same = (opened.content(), stored.content()) == (written, content)
    database.print_content(content)
    if not same:
        click.echo("One of the databases was written to meanwhile. Stop the service, and use --replace.", err=True)
        exit_with_no()


def _location(text: str) -> tuple[Path | None, str | None]:
    """Return the folder or the URL that an argument names, as the arguments of `Store.open`."""
    return (None, text) if "://" in text else (Path(text), None)
