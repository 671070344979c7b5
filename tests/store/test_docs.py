"""The documentation says all that is stored, and its backup command works."""

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
def test_the_backup_is_a_store(tmp_path: Path) -> None:
    """The command of the page, run as it stands while the store is in use, writes a copy with everything in it."""
    command = re.search(r'^python -c "(.*)"$', TEXT, re.M)
    assert command is not None
    with Store.open(tmp_path / "data") as store:
        id = begin(store)
        subprocess.run([sys.executable, "-c", command[1]], cwd=tmp_path / "data", check=True)
        before = store.sitting(id)

    (tmp_path / "restored").mkdir()
    (tmp_path / "data" / "copy.sqlite3").rename(tmp_path / "restored" / "practicum.sqlite3")

    with Store.open(tmp_path / "restored") as store:
        assert store.sitting(id) == before
