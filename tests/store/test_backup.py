"""Backups: a snapshot in one file, checked before it is restored, from any database to any."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from practicum.cli import main
from practicum.store import RunRecord, StepRecord, Store
from practicum.store.backup import check_backup, open_source, restore_backup, write_backup
from practicum.store.content import Content
from practicum.store.database import connect, database_url
from practicum.store.migrate import upgrade

from .making import TOKEN, Where, begin, event, refuses

CODE = "print('é\x00\ufdd0')\n"
"""With characters that PostgreSQL's text cannot store."""


def fill(store: Store) -> str:
    """Store something in every table, and return the sitting's id."""
    id = begin(store)
    learner = store.learner_for(TOKEN)
    assert learner is not None
    assert store.append(id, 0, [event(1, "n"), event(2, "m\x00")], finished=9)
    assert store.award_badge(learner, "c", "t", "Master", id, 9)
    store.begin_run(RunRecord("run", learner, "c", "t", "project", "item", CODE, 1))
    step = StepRecord("c", "t", "try", "item", "answered", 1, {"met": [0.1, None, "\x00"]}, "nonce")
    assert store.end_run("run", 2, {"stdout": "\x00\ud800"}, ["figure"], step)
    return id


def content(where: Where) -> Content:
    with open_source(**where) as source:
        return source.content()


def saved(where: Where, file: Path) -> Content:
    with open_source(**where) as source:
        return write_backup(source, file)


def practicum(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def options(where: Where) -> list[str | Path]:
    """The same place as options of a command."""
    return ["--data", where["data"]] if "data" in where else ["--database-url", where["url"]]


def argument(where: Where) -> str | Path:
    """The same place as an argument of `practicum move`."""
    return where["data"] if "data" in where else where["url"]


@pytest.fixture
def backup(tmp_path: Path) -> Iterator[Path]:
    """A backup of a SQLite database with something in every table."""
    file = tmp_path / "backup.sqlite3"
    with Store.open(tmp_path / "origin") as store:
        fill(store)
    saved({"data": tmp_path / "origin"}, file)
    return file


def test_a_backup_can_be_restored_elsewhere(where: Where, elsewhere: Where, tmp_path: Path) -> None:
    """Into the same kind of database or the other: every row is there, and the service goes on from it."""
    file = tmp_path / "backup.sqlite3"
    with Store.open(**where) as store:
        id = fill(store)
        before = store.sitting(id), store.run("run"), store.badges(str(store.learner_for(TOKEN)))
        written = practicum("backup", file, *options(where))

    restored = practicum("restore", file, *options(elsewhere))

    assert (written.exit_code, restored.exit_code) == (0, 0), written.stderr + restored.stderr
    assert written.stdout == restored.stdout
    assert content(elsewhere) == content(where)
    assert set(content(where).counts.values()) == {1, 2}
    with Store.open(**elsewhere) as store:
        learner = str(store.learner_for(TOKEN))
        assert (store.sitting(id), store.run("run"), store.badges(learner)) == before
        assert store.append(id, 2, [event(3)])
        assert store.add_step(learner, StepRecord("c", "t", "try", "item", "answered", 3, {}))
        assert [one.at for one in store.steps(learner, "c", "t")] == [1, 3]


def test_a_move_copies_everything_and_back(where: Where, elsewhere: Where) -> None:
    """The first database stays as it is; moving back into it needs `--replace`."""
    with Store.open(**where) as store:
        fill(store)
    before = content(where)

    there = practicum("move", argument(where), argument(elsewhere))
    refused = practicum("move", argument(elsewhere), argument(where))
    back = practicum("move", argument(elsewhere), argument(where), "--replace")

    assert (there.exit_code, refused.exit_code, back.exit_code) == (0, 2, 0), there.stderr + back.stderr
    assert content(where) == content(elsewhere) == before


def test_a_move_during_which_something_is_written_is_not_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1: what was written is in the first database only."""
    with Store.open(tmp_path / "from") as store:
        fill(store)

        def restore_and_write(*arguments: object) -> Content:
            begin(store)
            return restore_backup(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr("practicum.store.backup.restore_backup", restore_and_write)
        moved = practicum("move", tmp_path / "from", tmp_path / "to")

    assert moved.exit_code == 1


def test_a_backup_is_a_snapshot(where: Where, tmp_path: Path) -> None:
    """Learners go on while it is written; it has all that was stored before it began, and no half of anything."""
    stop = threading.Event()
    with Store.open(**where) as store:
        ids = [begin(store) for _ in range(3)]

        def write() -> None:
            number = 0
            while not stop.is_set():
                for id in ids:
                    assert store.append(id, 2 * number, [event(2 * number), event(2 * number + 1)])
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(5):
                saved(where, tmp_path / f"{number}.sqlite3")
        finally:
            stop.set()
            writer.join()

    for number in range(5):
        assert check_backup(tmp_path / f"{number}.sqlite3").counts["event"] % 2 == 0
        connection = sqlite3.connect(tmp_path / f"{number}.sqlite3")
        rows = connection.execute("SELECT sitting, count(*) FROM event GROUP BY sitting").fetchall()
        connection.close()
        found = dict(rows)
        counts = [found.get(id, 0) for id in ids]
        assert counts == sorted(counts, reverse=True)
        assert counts[0] - counts[-1] in (0, 2)


def test_a_backup_is_one_private_file(backup: Path) -> None:
    """Nothing else is left in its folder."""
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert sorted(path.name for path in backup.parent.iterdir()) == ["backup.sqlite3", "origin"]


def test_a_file_is_not_overwritten(backup: Path) -> None:
    """Unless `--replace` asks for it."""
    before = backup.read_bytes()
    origin = backup.parent / "origin"

    refused = practicum("backup", backup, "--data", origin)
    kept = backup.read_bytes()
    replaced = practicum("backup", backup, "--data", origin, "--replace")

    assert (refused.exit_code, replaced.exit_code) == (2, 0)
    assert kept == before


def test_what_is_stored_is_not_overwritten(where: Where, backup: Path) -> None:
    """Unless `--replace` asks for it; then only what the backup contains is left."""
    with Store.open(**where) as store:
        begin(store, "someone else")
    before = content(where)

    refused = practicum("restore", backup, *options(where))
    kept = content(where)
    replaced = practicum("restore", backup, *options(where), "--replace")

    assert (refused.exit_code, replaced.exit_code) == (2, 0)
    assert kept == before
    assert content(where) == content({"data": backup.parent / "origin"})


def damaged(backup: Path, kind: str) -> None:
    """Damage a backup in one way."""
    data = backup.read_bytes()
    if kind == "cut":
        backup.write_bytes(data[: len(data) // 2])
    elif kind == "flipped":  # In a text, where SQLite itself notices nothing.
        assert data.count(b"transfer-learning") > 0
        backup.write_bytes(data.replace(b"transfer-learning", b"transfer-learninh"))
    elif kind == "overwritten":
        backup.write_bytes(data[:4096] + b"\xff" * 8192 + data[12288:])
    else:
        backup.write_bytes(b"no database at all")


@pytest.mark.parametrize("kind", ["cut", "flipped", "overwritten", "other"])
def test_a_damaged_backup_is_refused(where: Where, backup: Path, kind: str) -> None:
    """Before anything is changed; `--check` exits with 1."""
    with Store.open(**where) as store:
        begin(store, "someone else")
    before = content(where)
    good = practicum("restore", backup, "--check")
    damaged(backup, kind)

    refused = practicum("restore", backup, *options(where), "--replace")
    checked = practicum("restore", backup, "--check")

    assert (good.exit_code, refused.exit_code, checked.exit_code) == (0, 2, 1)
    assert content(where) == before


def test_a_database_in_use_is_no_backup(tmp_path: Path) -> None:
    """It has no digest, and what is in its log would be missing."""
    Store.open(tmp_path / "data").close()

    with refuses("not-a-backup"):
        check_backup(tmp_path / "data" / "practicum.sqlite3")


def test_a_restore_that_fails_changes_nothing(where: Where, backup: Path) -> None:
    """All rows or none, wherever it is interrupted."""
    with Store.open(**where) as store:
        begin(store, "someone else")
        before = content(where)

        def interrupt(done: int, total: int) -> None:
            if done > total // 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            restore_backup(backup, store, True, interrupt)

    assert content(where) == before


def test_the_store_goes_on_after_a_restore(where: Where, backup: Path) -> None:
    """A service that runs meanwhile sees what was restored."""
    with Store.open(**where) as store:
        begin(store, "someone else")
        restored = practicum("restore", backup, *options(where), "--replace")

        assert restored.exit_code == 0, restored.stderr
        assert store.learner_for(TOKEN) is not None
        assert store.learner_for("someone else") is None
        begin(store, "someone else")


@pytest.mark.slow
def test_a_backup_of_an_earlier_schema_is_upgraded(where: Where, elsewhere: Where, tmp_path: Path) -> None:
    """The backup is of the database as it is, and only the restored rows have the newest schema."""
    engine = connect(database_url(where.get("data"), where.get("url")))
    with engine.begin() as connection:
        upgrade(connection, None, "an empty one", "0001")
        connection.execute(text("INSERT INTO learner (id, token_hash, created) VALUES ('ada', 'hash', 1)"))
    engine.dispose()
    file = tmp_path / "backup.sqlite3"

    if "url" in where:
        with refuses("other-schema"):
            saved(where, file)
        return
    written = saved(where, file)
    restored = practicum("restore", file, *options(elsewhere))

    assert written.counts == {"learner": 1, "sitting": 0, "event": 0, "badge": 0}
    assert restored.exit_code == 0, restored.stderr
    assert content(elsewhere).counts["learner"] == 1
    assert content(elsewhere).counts["step"] == 0


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_what_is_not_there_is_reported(tmp_path: Path, command: str) -> None:
    """Exit code 2, and nothing is created."""
    done = practicum(command, tmp_path / "none" / "file", "--data", tmp_path / "data")

    assert done.exit_code == 2
    assert not (tmp_path / "none").exists()
    assert command == "restore" or not (tmp_path / "data").exists()
