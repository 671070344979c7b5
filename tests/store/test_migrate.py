"""Creating and upgrading the tables, and refusing newer schemas."""

import hashlib
import json
import subprocess
import sys
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text

from practicum.practice import Exam, Sitting, TimeLimit, event_from_json
from practicum.store import EventRecord, StepRecord, Store
from practicum.store.database import connect, database_url
from practicum.store.migrate import MIGRATIONS, upgrade
from practicum.store.schema import HEAD, metadata

from .making import TOKEN, Where, begin, process, refuses

pytestmark = pytest.mark.slow


def difference(connection: Connection) -> list[Any]:
    """Return what Alembic would change in a database to match the schema."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    assert context.get_current_revision() == HEAD
    return list(compare_metadata(context, metadata))


def test_the_migrations_lead_to_the_tables(where: Where) -> None:
    """Alembic finds no difference between the migrated tables and the schema."""
    engine = connect(database_url(where.get("data"), where.get("url")))
    with engine.begin() as connection:
        upgrade(connection, None, "an empty one")
        found = difference(connection)
    engine.dispose()

    assert found == []
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD
    Store.open(**where).close()


def test_a_new_store_is_made_as_the_migrations_would(store: Store) -> None:
    """It skips them, and is no different for it: the next migration finds what it expects."""
    with store.write_transaction() as connection:
        assert difference(connection) == []
        upgrade(connection, HEAD, "a new one")


@pytest.mark.parametrize("new", [True, False])
def test_opening_a_store_is_quick(where: Where, new: bool) -> None:
    """A new one or a current one does not import Alembic, which takes longer than all the rest."""
    if not new:
        Store.open(**where).close()
    place = json.dumps({name: str(value) for name, value in where.items()})
    code = (
        "import json, pathlib, sys; from practicum.store import Store;"
        "where = json.loads(sys.argv[1]); where.update(data=pathlib.Path(where['data'])) if 'data' in where else 0;"
        "Store.open(**where).close(); print('alembic' in sys.modules)"
    )

    printed = subprocess.check_output([sys.executable, "-c", code, place], text=True)

    assert printed == "False\n"


OLD_EXAM = {
    "items": [
        {"problem": "small-datasets/challenge/01-split", "variant": 1, "order": [2, 0, 1], "seconds": 60, "attempts": 2}
    ],
    "clock": 1.5,
}
"""An exam as version 0.1 stored it, before items had marks."""
OLD_EVENTS = (
    {"kind": "shown", "item": 0, "at": 1_000},
    {"kind": "hinted", "item": 0, "at": 2_000},
    {"kind": "answered", "item": 0, "at": 3_000, "nonce": "n", "answer": ["1"], "right": False},
    {"kind": "answered", "item": 0, "at": 4_000, "nonce": "m", "answer": ["2"], "right": True},
    {"kind": "moved", "item": 0, "at": 5_000},
)


def test_reads_a_database_of_the_first_version(where: Where) -> None:
    """A sitting stored with the first schema is upgraded, and its exam and events can still be read."""
    engine = connect(database_url(where.get("data"), where.get("url")))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        token_hash = hashlib.sha256(TOKEN.encode()).hexdigest()
        insert = text("INSERT INTO learner (id, token_hash, created) VALUES ('ada', :token_hash, 1)")
        connection.execute(insert, {"token_hash": token_hash})
        insert = text(
            "INSERT INTO sitting (id, learner, course, topic, mode, paper, started, finished) "
            "VALUES ('old', 'ada', 'transfer-learning', 'small-datasets', 'challenge', :exam, 1000, 5000)"
        )
        connection.execute(insert, {"exam": json.dumps(OLD_EXAM)})
        insert = text(
            "INSERT INTO event (sitting, seq, nonce, kind, at, data) VALUES ('old', :seq, :nonce, :kind, :at, :data)"
        )
        for seq, event in enumerate(OLD_EVENTS, 1):
            values = {"seq": seq, "nonce": event.get("nonce"), "kind": event["kind"], "at": event["at"]}
            connection.execute(insert, {**values, "data": json.dumps(event)})
    engine.dispose()

    with Store.open(**where) as store:
        assert store.learner_for(TOKEN) == "ada"
        record = store.sitting("old")

    assert record is not None
    sitting = Sitting(Exam.from_json(record.exam), tuple(event_from_json(dict(event.data)) for event in record.events))
    assert (sitting.exam.time_limit, sitting.exam.allowed_ms(0)) == (TimeLimit(1.5), 90_000)
    assert (sitting.finished, sitting.score, sitting.badge, sitting.items[0].hint_used) == (True, 1, True, True)


EARLIER = {script.revision: script for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
ROWS: dict[str, dict[str, Any]] = {
    "learner": {"id": "ada", "token_hash": hashlib.sha256(TOKEN.encode()).hexdigest(), "created": 1},
    "sitting": {"id": "old", "learner": "ada", "course": "c", "topic": "t", "mode": "challenge", "paper": OLD_EXAM}
    | {"started": 1, "finished": None},
    "event": {"sitting": "old", "seq": 1, "nonce": "n", "kind": "shown", "at": 1, "data": OLD_EVENTS[0]},
    "badge": {"learner": "ada", "course": "c", "topic": "t", "name": "Master", "sitting": "old", "earned": 1},
    "step": {"id": 7, "learner": "ada", "course": "c", "topic": "t", "mode": "try", "item": "i", "kind": "answered"}
    | {"at": 1, "data": {"right": True}, "nonce": "n"},
    "run": {"id": "r", "learner": "ada", "course": "c", "topic": "t", "mode": "project", "item": "i", "code": "x = 1"}
    | {"started": 1, "ended": 2, "result": {"stdout": "é"}, "figures": ["f"]},
}
"""A row of each table that there ever was."""


@pytest.mark.parametrize("revision", sorted(EARLIER))
def test_an_upgrade_keeps_every_row(where: Where, revision: str) -> None:
    """From each revision, and a store that was upgraded goes on."""
    engine = connect(database_url(where.get("data"), where.get("url")))
    with engine.begin() as connection:
        upgrade(connection, None, "an empty one", revision)
        before = MetaData()
        before.reflect(connection)
        names = [table.name for table in before.sorted_tables if table.name in ROWS]
        for name in names:
            columns = before.tables[name].columns.keys()
            connection.execute(before.tables[name].insert(), {key: ROWS[name][key] for key in columns})
    engine.dispose()

    with Store.open(**where) as store:
        with store.read_connection() as connection:
            found = {name: connection.execute(metadata.tables[name].select()).mappings().all() for name in names}
            assert difference(connection) == []
        assert store.append("old", 1, [EventRecord("moved", 2, {})])
        assert store.add_step("ada", StepRecord("c", "t", "try", "i", "answered", 2, {}))

    assert {"learner", "sitting", "event", "badge"} <= set(names)
    for name in names:
        [row] = found[name]
        assert {key: row[key] for key in ROWS[name]} == ROWS[name]


def test_a_newer_store_is_refused(where: Where) -> None:
    """A database of a later practicum is left unchanged."""
    with Store.open(**where) as store:
        begin(store)
        with store.write_transaction() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with refuses("newer-schema"):
        Store.open(**where)


def test_rejects_a_database_with_other_tables(where: Where) -> None:
    """A database with other tables gets none of ours."""
    engine = connect(database_url(where.get("data"), where.get("url")))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))

    with refuses("foreign-tables"):
        Store.open(**where)

    with engine.connect() as connection:
        assert connection.dialect.get_table_names(connection) == ["theirs"]
    engine.dispose()


@pytest.mark.slow
def test_processes_that_start_together_make_the_tables_once(where: Where) -> None:
    """Four services started at the same moment on an empty database all come up."""
    with Store.open(**where) as store:
        id = begin(store)
        with store.write_transaction() as connection:
            for table in ("alembic_version", *(table.name for table in reversed(metadata.sorted_tables))):
                connection.execute(text(f"DROP TABLE {table}"))

    processes = [process("writer", where, id, f"w{n}", "0") for n in range(4)]

    assert [started.wait(60) for started in processes] == [0, 0, 0, 0]
    for started in processes:
        assert started.stdout is not None
        started.stdout.close()
