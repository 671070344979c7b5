"""Many writers at once, and writers that are killed: what was acknowledged is there, and nothing is there twice."""

import random
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from practicum.store import EventRecord, Store, StoreError
from tests.postgres import Cluster
from tests.waiting import eventually

from .making import Where, begin, event, process

pytestmark = pytest.mark.slow


def _nonces(store: Store, id: str) -> list[str | None]:
    found = store.sitting(id)
    assert found is not None
    return [record.nonce for record in found.events]


def test_threads_lose_nothing(store: Store) -> None:
    """Eight threads that append to one sitting, each trying again when it came second, store each event once."""
    id = begin(store)

    def write(thread: int) -> None:
        for number in range(25):
            while not store.append(id, len(_nonces(store, id)), [event(number, f"{thread}-{number}")]):
                pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))

    assert sorted(map(str, _nonces(store, id))) == sorted(f"{t}-{n}" for t in range(8) for n in range(25))


def test_of_the_same_form_at_the_same_moment_one_counts(store: Store) -> None:
    """Of sixteen concurrent writers with one nonce exactly one succeeds, forty times over."""
    id = begin(store)
    with ThreadPoolExecutor(16) as pool:
        for number in range(40):
            tries = pool.map(lambda _, n=number: store.append(id, n, [event(n, f"n{n}")]), range(16))
            assert sum(tries) == 1

    assert _nonces(store, id) == [f"n{number}" for number in range(40)]


def test_learners_do_not_wait_for_each_other_for_long(store: Store) -> None:
    """Sixteen threads with a sitting each: all writes succeed, and none are mixed up."""
    ids = [begin(store, token=f"learner {n}") for n in range(16)]

    def write(id: str) -> bool:
        return all(store.append(id, n, [EventRecord("answered", n, {"of": id})]) for n in range(20))

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(write, ids))

    for id in ids:
        found = store.sitting(id)
        assert found is not None
        assert [(record.at, record.data) for record in found.events] == [(n, {"of": id}) for n in range(20)]


def test_processes_lose_nothing(store: Store, where: Where) -> None:
    """Three processes on one sitting: all that they acknowledged is there, once."""
    id = begin(store)
    writers = [process("writer", where, id, f"w{n}", "60") for n in range(3)]

    acknowledged = [line for writer in writers for line in writer.communicate(timeout=120)[0].split()]

    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert len(acknowledged) == 180
    assert sorted(acknowledged) == sorted(map(str, _nonces(store, id)))


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_writer_loses_no_answer_that_was_acknowledged(where: Where, seed: int) -> None:
    """kill -9 in the middle of a storm: every acknowledged event is there, none twice, and the file is whole."""
    rng = random.Random(seed)
    with Store.open(**where) as store:
        id = begin(store)
    writers = [process("writer", where, id, f"w{n}", "100000") for n in range(2)]
    out = writers[0].stdout
    assert out is not None
    acknowledged = [out.readline() for _ in range(rng.randint(30, 150))]

    for writer in writers:
        writer.kill()
    for writer in writers:
        assert writer.stdout is not None
        acknowledged += writer.stdout.readlines()
        writer.stdout.close()
        writer.wait(60)

    with Store.open(**where) as store:
        while not store.append(id, len(_nonces(store, id)), [event(1, "after")]):
            pass
        stored = _nonces(store, id)[:-1]
    complete = {line.strip() for line in acknowledged if line.endswith("\n")}
    assert complete <= set(map(str, stored))
    assert len(set(stored)) == len(stored)
    # At most the one that each was writing when it was killed was stored and not acknowledged.
    assert len(stored) - len(complete) <= len(writers)
    if "data" in where:
        connection = sqlite3.connect(where["data"] / "practicum.sqlite3")
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()


def test_a_database_that_is_killed_loses_no_answer_that_was_acknowledged(cluster: Cluster) -> None:
    """Writers go on by themselves once it is back: every acknowledged event is there, and none twice."""
    with cluster.database() as name, Store.open(url=cluster.url(name)) as store:
        ids = [begin(store, token=f"learner {n}") for n in range(6)]
        acknowledged: list[tuple[str, str]] = []
        failures: list[str] = []
        stop = threading.Event()

        def write(id: str) -> None:
            number = 0
            while not stop.is_set():
                try:
                    nonce = f"n{number}"
                    if store.append_grouped(id, len(_nonces(store, id)), [event(number, nonce)]).result(60):
                        acknowledged.append((id, nonce))
                    number += 1  # Stored without an acknowledgement, if it is False.
                except StoreError as error:
                    failures.append(error.code)
                    stop.wait(0.01)

        with ThreadPoolExecutor(6) as pool:
            writers = [pool.submit(write, id) for id in ids]
            try:
                assert eventually(lambda: len(acknowledged) >= 60)
                cluster.kill()
                assert eventually(lambda: len(failures) >= 6)
                cluster.start()
                before = len(acknowledged)
                assert eventually(lambda: len(acknowledged) >= before + 60)
            finally:
                stop.set()
            for writer in writers:
                writer.result(60)

        stored = [(id, nonce) for id in ids for nonce in _nonces(store, id)]
    assert set(acknowledged) <= set(stored)
    assert len(set(stored)) == len(stored)
    assert set(failures) == {"unreachable"}
