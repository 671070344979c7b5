"""`practicum restore`: replaces everything that is stored by a backup, or checks one."""

from __future__ import annotations

from pathlib import Path

import click

from practicum.commands import database
from practicum.commands.terminal import exit_with_no

_NO = ("damaged", "not-a-backup", "not-a-database")
"""Codes that answer the question whether a file is a good backup."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@database.DATA
@database.URL
@click.option("--replace", is_flag=True, help="Delete what is stored now, if anything is.")
@click.option("--check", is_flag=True, help="Only check whether FILE is a complete backup.")
def restore(file: Path, data: Path | None, database_url: str | None, replace: bool, check: bool) -> None:
    """Restore learners' progress from FILE, which `practicum backup` wrote. All of it, or nothing."""
    from practicum.commands.progress_bar import copying
    from practicum.store.backup import restore_backup

    if check:
        _check(file)
        return
    with (
        database.store_errors(),
        database.open_store(data, database_url) as store,
        copying("restoring") as on_progress,
    ):
        content = restore_backup(file, store, replace, on_progress)
    database.print_content(content)


def _check(file: Path) -> None:
    """Print what a backup contains. Exit with 1 if it is not a good one."""
    from practicum.store import StoreError
    from practicum.store.backup import check_backup

    with database.store_errors():
        try:
            database.print_content(check_backup(file))
        except StoreError as error:
            if error.code not in _NO:
                raise
            click.echo(str(error), err=True)
            exit_with_no()
