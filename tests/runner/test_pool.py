"""The pool and its zygotes: starting, dying, closing, refusing."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from pathlib import Path

import pytest

from practicum.runner import IsolationMode, Job, Limits, Pool, Preload, Result, required_imports
from practicum.runner.inside.remove_tree import remove_tree
from practicum.runner.inside.zygote import Config, UnsafeFork, Zygote
from practicum.runner.job import ZygoteGone
from practicum.runner.zygote_client import ZygoteClient, read_process_memory
from tests.waiting import PATIENCE, eventually

from .conftest import on_started, own_pid, pool_in

pytestmark = pytest.mark.slow


def _only_zygote(pool: Pool) -> ZygoteClient:
    (zygote,) = _zygotes(pool).values()
    return zygote


def _zygotes(pool: Pool) -> dict[object, ZygoteClient]:
    interpreters = pool.warm_pool.interpreters
    return {key: kept.zygote for key, kept in interpreters.items() if kept.zygote is not None}


@pytest.fixture(params=[IsolationMode.FULL, IsolationMode.BARE], ids=str)
def mode(request: pytest.FixtureRequest) -> IsolationMode:
    pool_in(request.param)  # skips where it is not offered
    return IsolationMode(request.param)


def test_a_dead_zygote_ends_its_jobs_and_is_replaced(mode: IsolationMode) -> None:
    """Its running job ends with a crash long before its time limit, and the next job runs in a new zygote."""
    with Pool(size=2, mode=mode) as pool:
        pool.run(Job(code="x = 1"))
        results: list[Result] = []
        started = threading.Event()
        endless = Job(code="while True: pass", limits=Limits(seconds=120))
        running = threading.Thread(target=lambda: results.append(pool.run(endless, on_started(started))))
        running.start()
        assert started.wait(PATIENCE)
        os.kill(own_pid(_only_zygote(pool)), signal.SIGKILL)
        running.join()
        after = pool.run(Job(code="x = 1", values={"x": "x"}))

    assert (results[0].stopped, results[0].code) == ("crash", "interpreter-died")
    assert after.values == {"x": 1}


def test_closing_ends_running_jobs(mode: IsolationMode) -> None:
    """`close` leaves no process and no folder behind, and ends running jobs."""
    pool = Pool(size=2, mode=mode)
    results: list[Result] = []
    started = threading.Event()
    endless = Job(code="while True: pass", limits=Limits(seconds=120))
    running = threading.Thread(target=lambda: results.append(pool.run(endless, on_started(started))))
    running.start()
    assert started.wait(PATIENCE)
    pids = _only_zygote(pool).pids()

    pool.close()
    running.join()

    assert results[0].stopped == "crash"
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


@pytest.mark.tensorflow
@pytest.mark.slow
def test_closing_ends_starting_zygotes(mode: IsolationMode) -> None:
    """A pool that is closed while TensorFlow is imported leaves no process behind."""
    pool = Pool(size=1, mode=mode)
    pool.warm(Preload.TENSORFLOW)
    assert eventually(lambda: pool.warm_pool.starting)
    pids = next(iter(pool.warm_pool.starting)).pids()

    pool.close()

    assert pids
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def test_a_job_after_close_is_refused(mode: IsolationMode) -> None:
    """A closed pool starts nothing."""
    pool = Pool(size=1, mode=mode)
    pool.close()

    assert pool.run(Job(code="x = 1")).stopped == "unavailable"


def test_children_of_a_zygote_share_it(mode: IsolationMode) -> None:
    """One zygote serves every job of its hash seed; another hash seed has another."""
    with Pool(size=1, mode=mode) as pool:
        for seed in (0, 0, 1, 1, 0):
            pool.run(Job(code="x = 1", hash_seed=seed))

        assert sorted(key[:2] for key in _zygotes(pool)) == [(Preload.PYTHON, 0), (Preload.PYTHON, 1)]


def test_many_jobs_leave_nothing_behind(mode: IsolationMode) -> None:
    """After two hundred jobs there are no more descriptors than after twenty, here and in the zygote."""

    def descriptors(pool: Pool) -> tuple[int, int]:
        pid = own_pid(_only_zygote(pool))
        return len(list(Path("/proc/self/fd").iterdir())), len(list(Path(f"/proc/{pid}/fd").iterdir()))

    def has_no_children(pool: Pool) -> bool:
        zygote = _only_zygote(pool)
        return zygote.pids()[-1] == own_pid(zygote)

    with Pool(size=1, mode=mode) as pool:
        for _ in range(20):
            pool.run(Job(code="x = 1"))
        assert eventually(lambda: has_no_children(pool))
        before = descriptors(pool)
        for _ in range(200):
            pool.run(Job(code="x = 1"))

        assert eventually(lambda: all(now <= then for now, then in zip(descriptors(pool), before, strict=True)))
        assert eventually(lambda: has_no_children(pool))


def test_a_zygote_with_threads_does_not_fork(tmp_path: Path) -> None:
    """A fork of a process with threads may hang forever."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    settings = {"mode": "bare", "preload": "python", "folders": [], "filter": "", "scratch": str(tmp_path), "read": []}
    settings |= {"write": [], "first_uid": None, "keep_search": False, "libraries": []}
    config = Config(json.dumps(settings).encode())
    zygote = Zygote(config, theirs)
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()

    with ours, theirs, pytest.raises(UnsafeFork):
        zygote.start_child({"number": 0}, (0, 0, 0, 0), ours)
    over.set()
    other.join()


def test_a_tree_of_any_depth_is_removed(tmp_path: Path) -> None:
    """A folder of more than a thousand levels is removed without recursion; links are not followed."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    top = tmp_path / "top"
    top.mkdir()
    (top / "link").symlink_to(outside)
    here = os.open(top, os.O_RDONLY)
    for _ in range(1_200):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)

    remove_tree(str(top))

    assert not top.exists()
    assert (outside / "kept").exists()


def test_full_mode_needs_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bubblewrap full mode is refused, not weakened."""
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)

    with pytest.raises(ZygoteGone) as refused:
        ZygoteClient.start(IsolationMode.FULL, Preload.PYTHON, 0)

    assert refused.value.code == "no-bubblewrap"


@pytest.mark.parametrize(
    ("code", "preload"),
    [
        ("x = 1", Preload.PYTHON),
        ("# import keras", Preload.PYTHON),
        ("import numpy as np", Preload.NUMPY),
        ("import os, numpy", Preload.NUMPY),
        ("from tensorflow import keras", Preload.TENSORFLOW),
        ("def f():\n    import keras.layers", Preload.TENSORFLOW),
        ("x = 1; import keras", Preload.TENSORFLOW),
        ("import matplotlib.pyplot as plt", Preload.NUMPY),
        ("from practicum.lab import images", Preload.TENSORFLOW),
        ("kerasik = 1\nimport kerasik", Preload.PYTHON),
    ],
)
def test_auto_chooses_the_smallest_preload(code: str, preload: Preload) -> None:
    """The modules that the text imports choose the interpreter."""
    assert required_imports.choose_preload(Job(code=code)) is preload


def test_a_job_that_needs_missing_tensorflow_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(required_imports, "is_installed", lambda name, environment=None: name != "tensorflow")

    result = pool_in(IsolationMode.SUBPROCESS).run(Job(code="import tensorflow"))

    assert (result.stopped, result.code) == ("unavailable", "package-missing")


@pytest.mark.slow
@pytest.mark.tensorflow
def test_an_idle_tensorflow_is_small_and_has_one_thread(mode: IsolationMode) -> None:
    """The warm interpreter has one thread, so that forking it is safe, and leaves room in 600 MB for the service."""
    zygote = ZygoteClient.start(mode, Preload.TENSORFLOW, 0)
    memory = sum(read_process_memory(pid)["Rss"] for pid in zygote.pids())
    threads = zygote.threads
    zygote.close()

    assert threads == 1
    assert memory < 350 << 20
