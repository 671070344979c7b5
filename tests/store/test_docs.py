"""The documentation says all that is stored, and its backup command works."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from practicum.store import Store
from practicum.store.schema import metadata
from tests.documents import TEXT, table_of

from .making import begin


def test_every_column_is_documented() -> None:
    """Who wants to know what is kept about them reads one table; nothing is left out of it or made up."""
    expected = {table.name: [column.name for column in table.columns] for table in metadata.tables.values()}

    documented = {table: re.findall(r"`(\w+)`", cells[-1]) for table, cells in table_of(expected).items()}

    assert documented == expected


@pytest.mark.slow
def test_the_backup_can_be_restored(tmp_path: Path) -> None:
    """The commands of the page, run as they stand while the store is in use, copy everything."""
    commands = re.findall(r"^practicum (backup|restore) (\S+)$", TEXT, re.M)
    with Store.open(tmp_path / "data") as store:
        id = begin(store)
        before = store.sitting(id)
        for folder, command in zip(("data", "restored"), commands, strict=True):
            environment = {**os.environ, "PRACTICUM_DATA": str(tmp_path / folder)}
            subprocess.run([sys.executable, "-m", "practicum", *command], cwd=tmp_path, env=environment, check=True)

    with Store.open(tmp_path / "restored") as store:
        assert store.sitting(id) == before
