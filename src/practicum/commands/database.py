"""Which database the commands use, and their errors about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from practicum.commands.terminal import CommandError, print_table

if TYPE_CHECKING:
    from practicum.store import Store
    from practicum.store.content import Content


DATA = click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Folder for learners' progress.")
URL = click.option(
    "--database-url", metavar="URL", help="Database for learners' progress. Default: SQLite in the data folder."
)


def open_store(data: Path | None, url: str | None) -> Store:
    """Open the store that the options or the settings name: a database, or a SQLite file in the data folder.

    Raises:
        CommandError: It cannot be opened.
    """
    from practicum.settings import database_connections
    from practicum.store import Store
    from practicum.store.database import MAX_CONNECTIONS

    with store_errors():
        return Store.open(*location(data, url), database_connections() or MAX_CONNECTIONS)


def location(data: Path | None, url: str | None) -> tuple[Path, str | None]:
    """Return the data folder, and the URL of the database if it is not the SQLite file in that folder."""
    from practicum.settings import data_directory, database_url

    return data or data_directory(), url or database_url()


def print_content(content: Content) -> None:
    """Print the number of rows of each table."""
    print_table([(name, str(count)) for name, count in content.counts.items()], right=(1,))


@contextmanager
def store_errors() -> Iterator[None]:
    """Raise the store's errors as those of a command."""
    from practicum.store import StoreError

    try:
        yield
    except StoreError as error:
        raise CommandError(error.code, str(error)) from None
