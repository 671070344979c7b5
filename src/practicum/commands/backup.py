"""`practicum backup`: writes everything that is stored to one file, also while the service runs."""

from __future__ import annotations

from pathlib import Path

import click

from practicum.commands import database


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@database.DATA
@database.URL
@click.option("--replace", is_flag=True, help="Replace FILE if it exists.")
def backup(file: Path, data: Path | None, database_url: str | None, replace: bool) -> None:
    """Write learners' progress to FILE, as it is at this moment. The service may run meanwhile."""
    from practicum.commands.progress_bar import copying
    from practicum.store.backup import open_source, write_backup

    with (
        database.store_errors(),
        open_source(*database.location(data, database_url)) as source,
        copying("writing the backup") as on_progress,
    ):
        content = write_backup(source, file, replace, on_progress)
    database.print_content(content)
