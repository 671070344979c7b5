"""The database file: location, permissions, durability, and errors."""

import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from practicum.store import Store

from .making import TOKEN, begin, event, refuses


def test_a_new_store_is_private(tmp_path: Path) -> None:
    """Folder and files are accessible only to their owner, even if parent folders were missing."""
    data = tmp_path / "not" / "there" / "yet"
    with Store.open(data) as store:
        begin(store)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [data, *data.iterdir()]}

    assert modes == {
        "yet": 0o700,
        "practicum.sqlite3": 0o600,
        "practicum.sqlite3-wal": 0o600,
        "practicum.sqlite3-shm": 0o600,
    }


def test_stores_no_token(tmp_path: Path) -> None:
    """Reading the files is not enough to act as a learner."""
    with Store.open(tmp_path) as store:
        begin(store)
        kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())

    assert b"small-datasets" in kept
    assert TOKEN.encode() not in kept


def test_a_commit_reaches_the_disk(tmp_path: Path) -> None:
    """SQLite waits for the disk at every commit, and other programs see what was committed at once."""
    with Store.open(tmp_path) as store:
        id = begin(store)
        with store.write_transaction() as writing, store.read_connection() as reading:
            settings = [
                [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for connection in (writing, reading)]
                for name in ("synchronous", "journal_mode", "foreign_keys", "busy_timeout")
            ]
        other = sqlite3.connect(tmp_path / "practicum.sqlite3")
        seen = other.execute("SELECT id FROM sitting").fetchall()
        other.close()

    assert settings == [[2, 2], ["wal", "wal"], [1, 1], [10_000, 10_000]]
    assert seen == [(id,)]


def test_the_default_is_the_users_own_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a folder or a URL, the place where this system keeps a user's data."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))

    Store.open().close()

    assert [path.name for path in tmp_path.rglob("*.sqlite3")] == ["practicum.sqlite3"]


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    """What a crash left at the very first moment is no obstacle."""
    (tmp_path / "practicum.sqlite3").touch()

    with Store.open(tmp_path) as store:
        assert store.learner_for("anybody") is None


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"This is a letter. " * 100, "not-a-database"), (b"SQLite format 3\x00" + b"\xff" * 4096, "not-a-database")],
)
def test_rejects_a_file_that_is_not_a_database(tmp_path: Path, content: bytes, code: str) -> None:
    """The error names the file, and the file is left unchanged."""
    file = tmp_path / "practicum.sqlite3"
    file.write_bytes(content)

    with refuses(code) as refusal:
        Store.open(tmp_path)

    assert str(file) in refusal.value.message

    assert file.read_bytes() == content


def test_rejects_a_folder_that_cannot_be_created(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").touch()

    with refuses("not-writable"):
        Store.open(tmp_path / "file" / "data")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("nonsense", "url-invalid"),
        ("mysql://somewhere/x", "url-not-supported"),
        ("sqlite://", "url-invalid"),
        ("sqlite:////nowhere/at/all/x.sqlite3", "cannot-open"),
        ("postgresql://ada:MarkSecret@127.0.0.1:MarkPort/x", "url-invalid"),
        ("postgresql://ada:Mark/Secret@127.0.0.1:1/x", "unreachable"),
        ("postgresql://ada:MarkSecret@127.0.0.1:1/x", "unreachable"),
        ("postgresql://127.0.0.1:1/x?user=ada&password=MarkSecret", "unreachable"),
        ("postgresql+psycopg://ada:MarkSecret@127.0.0.1/x?hosst=y", "database-error"),
        ("postgresql+nonsense://ada:MarkSecret@127.0.0.1:1/x", "driver-missing"),
    ],
)
def test_rejects_an_unusable_url(url: str, code: str) -> None:
    """No message contains the password, wherever it stands in the URL."""
    with refuses(code) as refusal:
        Store.open(url=url)

    assert "Mark" not in refusal.value.message


def test_reports_a_missing_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install; SQLite needs none."""
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with refuses("driver-missing") as refusal:
        Store.open(url="postgresql://ada:MarkSecret@127.0.0.1/x")

    assert "practicum[postgresql]" in refusal.value.message
    assert "Mark" not in refusal.value.message


@pytest.mark.parametrize("replaced", [False, True])
def test_a_deleted_file_is_noticed(tmp_path: Path, caplog: pytest.LogCaptureFixture, replaced: bool) -> None:
    """Nothing is acknowledged that would be written to a file which no one finds again. It is logged."""
    with Store.open(tmp_path) as store:
        id = begin(store)
        file = tmp_path / "practicum.sqlite3"
        kept = file.rename(tmp_path / "kept")
        if replaced:
            file.write_bytes(b"")

        with refuses("file-replaced"):
            store.append(id, 0, [event(1)])
        with refuses("file-replaced"):
            store.append_grouped(id, 0, [event(1)]).result(10)
        with refuses("file-replaced"):
            store.sitting(id)
        with refuses("file-replaced"):
            store.check()

        kept.replace(file)
        store.check()
        assert store.append(id, 0, [event(1)])
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert caplog.records[0].exc_info is not None


def test_a_file_deleted_during_a_write_is_noticed(tmp_path: Path) -> None:
    """The write is not acknowledged."""
    with Store.open(tmp_path) as store, refuses("file-replaced"), store.write_transaction():
        (tmp_path / "practicum.sqlite3").unlink()


def test_a_url_may_name_a_sqlite_file(tmp_path: Path) -> None:
    """It is as durable as the one in the data directory."""
    with Store.open(url=f"sqlite:///{tmp_path / 'x.sqlite3'}") as store, store.read_connection() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """A write that does not fit raises an error, earlier writes stay, and later ones succeed once there is space."""
    with Store.open(tmp_path) as store:
        id = begin(store)
        assert store.append(id, 0, [event(1)])
        with store.write_transaction() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
        large = [event(number) for number in range(2_000)]

        with refuses("disk-full"):
            store.append(id, 1, large)

        with store.write_transaction() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert store.append(id, 1, large)
        found = store.sitting(id)

    assert found is not None
    assert found.events == (event(1), *large)


def test_a_locked_database_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the other program releases the lock, writes succeed again."""
    monkeypatch.setattr("practicum.store.database.BUSY_MS", 50)
    with Store.open(tmp_path) as store:
        id = begin(store)
        other = sqlite3.connect(tmp_path / "practicum.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with refuses("locked"):
            store.append(id, 0, [event(1)])

        other.execute("ROLLBACK")
        other.close()
        assert store.append(id, 0, [event(1)])
