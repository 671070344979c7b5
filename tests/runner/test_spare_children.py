"""Spare children: locked and warm before their job comes, and otherwise like fresh ones."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practicum.runner import IsolationMode, Job, Limits, Pool, Preload, Result
from practicum.runner.spare_children import RECENT_SECONDS, SpareDemand
from tests.waiting import PATIENCE, eventually

from .conftest import on_started, own_pid, pool_in

pytestmark = pytest.mark.slow

SECONDS = Limits(seconds=60)
READY = 180.0
"""Seconds in which all spares must be ready, even on a busy machine."""
FORKED = """
import os
with open("/proc/self/stat") as file:
    forked = int(file.read().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
"""
"""When the process was forked, in seconds since the boot, to a hundredth."""

LOOK = """
import gc, os, random, re, signal, sys, tempfile, threading, warnings
def own(path):  # in bare mode each child, and each zygote, has folders with names of their own
    return re.sub("/practicum-[^/]*", "/p", path.replace(os.getcwd(), "."))
seen = {
    "environment": sorted((name, own(value)) for name, value in os.environ.items()),
    "path": list(map(own, sys.path)), "files": sorted(os.listdir(".")),
    "chance": [random.random(), hash("chance")], "threads": threading.active_count(),
    "recursion": sys.getrecursionlimit(),
    "descriptors": sorted(map(int, os.listdir("/proc/self/fd")))[:5], "argv": sys.argv, "main": sorted(globals())[:9],
    "collected": gc.isenabled(), "alarm": signal.getitimer(signal.ITIMER_REAL), "umask": os.umask(0o77),
    "builtins": len(vars(__import__("builtins"))), "filters": len(warnings.filters),
    "handled": [n for n in range(1, 32) if signal.getsignal(n) not in (signal.SIG_DFL, signal.SIG_IGN, None)],
}
"""
LOOK_AT_NUMPY = """
import numpy
seen |= {
    "random": [numpy.random.rand(), numpy.random.default_rng(7).random()],
    "printed": [repr(numpy.array([[1 / 3, 1e9]])), numpy.get_printoptions()["precision"], numpy.geterr()["divide"]],
    "modules": sorted(name for name in sys.modules if name.startswith("numpy")),
}
"""
LOOK_AT_KERAS = """
import keras, numpy, tensorflow as tf, matplotlib
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])
trained = keras.Sequential([keras.Input((3,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
trained.compile("adam", "mse")
x = numpy.random.rand(70, 3)
mobile = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(32, 32, 3))
seen |= {
    "losses": trained.fit(x, x[:, :1], epochs=2, verbose=0).history["loss"],
    "mobile": [layer.name for layer in mobile.layers[:4]] + mobile.layers[1].kernel.numpy()[0, 0, 0, :4].tolist(),
    "kernels that count": [float(tf.random.uniform(())), float(tf.random.uniform(()))],
    "shuffled": tf.random.shuffle(range(9)).numpy().tolist(),
    "names": [layer.name for layer in model.layers] + [model.name], "weights": model.layers[0].kernel.numpy().tolist(),
    "random": [numpy.random.rand(), float(tf.random.normal(())), float(keras.random.normal(()))],
    "default": [keras.config.floatx(), str(keras.config.dtype_policy()), keras.config.image_data_format()],
    "figures": len(matplotlib._pylab_helpers.Gcf.figs) if hasattr(matplotlib, "_pylab_helpers") else 0,
    "function": tf.executing_eagerly(), "devices": len(tf.config.list_logical_devices()),
}
"""
MISCHIEF = (
    "import os; os.environ['LEFT'] = 'behind'",
    "open('left.txt', 'w').write('behind'); open('json.py', 'w').write('raise SystemExit')",
    "import builtins; builtins.left = 1; builtins.len = lambda x: 7",
    "import random; random.seed(3); random.random = lambda: 0.5",
    "import sys; sys.path.insert(0, '/tmp'); sys.modules['json'] = None; sys.setrecursionlimit(77)",
    "import signal; signal.signal(signal.SIGUSR1, print); signal.setitimer(signal.ITIMER_REAL, 50)",
    "import gc, warnings; gc.disable(); warnings.simplefilter('error')",
    "import threading, time; threading.Thread(target=time.sleep, args=(50,), daemon=True).start()",
    "import os; os.umask(0); os.chdir('/')",
    "import atexit; atexit.register(print, 'left')",
    "import os; os._exit(3)",
)


@pytest.fixture(scope="module", params=[IsolationMode.FULL, IsolationMode.BARE], ids=str)
def pools(request: pytest.FixtureRequest) -> Iterator[tuple[Pool, Pool]]:
    """A pool with spares, and one without."""
    fresh = pool_in(request.param)  # skips where it is not offered
    with Pool(size=2, mode=request.param, spares=3) as spare:
        yield spare, fresh


def seen(pool: Pool, more: str = "") -> object:
    result = pool.run(Job(code=LOOK + more, values={"seen": "seen"}, limits=SECONDS))
    assert result.ok, result
    return result.values["seen"]


def served_by_a_spare(pool: Pool, limits: Limits = SECONDS) -> bool:
    """Return whether a job runs in a child that was forked before the job was submitted."""
    submitted = time.clock_gettime(time.CLOCK_BOOTTIME)
    result = pool.run(Job(code=FORKED, values={"forked": "forked"}, limits=limits))
    assert result.ok, result
    return float(result.values["forked"]) < submitted - 0.02


def test_a_job_runs_in_a_spare(pools: tuple[Pool, Pool]) -> None:
    """A spare was forked before the job was submitted, a fresh child afterwards. Each runs one job."""
    spare, fresh = pools
    for _ in range(2):  # two jobs in a minute: two spares are kept
        served_by_a_spare(spare)
    assert spare.wait_until_ready(READY)
    time.sleep(0.05)  # more than the resolution of a process's start time

    assert [served_by_a_spare(spare), served_by_a_spare(spare)] == [True, True]
    assert not served_by_a_spare(fresh)


def test_another_size_of_disk_gets_a_fresh_child(pools: tuple[Pool, Pool]) -> None:
    """A spare's disk limit is fixed when it is forked."""
    spare, _ = pools
    served_by_a_spare(spare)
    assert spare.wait_until_ready(READY)
    time.sleep(0.05)  # more than the resolution of a process's start time

    assert not served_by_a_spare(spare, Limits(seconds=20, disk=1 << 20))


@settings(max_examples=15, deadline=None)
@given(mischief=st.lists(st.sampled_from(MISCHIEF), min_size=1, max_size=4))
def test_no_state_of_one_job_reaches_another(pools: tuple[Pool, Pool], mischief: list[str]) -> None:
    """Whatever a job does to its interpreter, the next job sees an untouched one."""
    spare, fresh = pools
    for code in mischief:
        spare.run(Job(code=code, limits=SECONDS))

    assert seen(spare) == seen(fresh)


def test_a_warm_numpy_looks_untouched(pools: tuple[Pool, Pool]) -> None:
    """Random numbers, settings of printing and loaded modules are those of a fresh interpreter."""
    spare, fresh = pools
    spare.run(Job(code="import numpy", limits=SECONDS))
    assert spare.wait_until_ready(READY)

    assert seen(spare, LOOK_AT_NUMPY) == seen(fresh, LOOK_AT_NUMPY)


def test_a_burst_of_jobs_is_served(pools: tuple[Pool, Pool]) -> None:
    """Many more jobs than spares all run, and there are spares again afterwards."""
    spare, _ = pools
    results: list[Result] = []
    crowd = [
        threading.Thread(target=lambda: results.append(spare.run(Job(code="x = 1", values={"x": "x"}))))
        for _ in range(30)
    ]

    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()

    assert [result.values for result in results] == [{"x": 1}] * 30
    assert spare.wait_until_ready(READY)


def test_a_spare_that_dies_is_replaced(pools: tuple[Pool, Pool]) -> None:
    """No job gets a spare that was killed while it waited."""
    spare, _ = pools
    served_by_a_spare(spare)
    assert spare.wait_until_ready(READY)
    for zygote in [kept.zygote for kept in spare.warm_pool.interpreters.values() if kept.zygote]:
        for pid in zygote.pids()[-3:]:
            if b"inside.zygote" in Path(f"/proc/{pid}/cmdline").read_bytes() and _is_child(pid):
                os.kill(pid, signal.SIGKILL)

    results = [spare.run(Job(code="x = 1")) for _ in range(4)]

    assert all(result.ok for result in results), results
    assert spare.wait_until_ready(READY)


def _is_child(pid: int) -> bool:
    """Return whether the process is a child of a zygote: seccomp is active."""
    return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()


def test_a_spare_keeps_to_the_limits_of_its_job(pools: tuple[Pool, Pool]) -> None:
    """They are applied when the job arrives, before its code."""
    spare, _ = pools
    served_by_a_spare(spare)
    assert spare.wait_until_ready(READY)

    small = spare.run(Job(code="x = bytearray(300 << 20)", limits=Limits(seconds=20, memory=200 << 20)))
    large = spare.run(Job(code="x = bytearray(300 << 20)", limits=Limits(seconds=20, memory=600 << 20)))
    slow = spare.run(Job(code="while True: pass", limits=Limits(seconds=0.3)))

    assert (small.stopped, large.stopped, slow.stopped) == ("memory", None, "time")


@given(
    times=st.lists(st.floats(0, 1000), max_size=30).map(sorted),
    later=st.floats(0, 1000),
    least=st.integers(0, 3),
    most=st.integers(0, 9),
)
def test_the_number_of_spares_follows_demand(times: list[float], later: float, least: int, most: int) -> None:
    """As many as jobs in the last minute, within the minimum and maximum."""
    demand = SpareDemand(Preload.PYTHON, least, most)
    demand._times.extend(times)
    now = (times[-1] if times else 0) + later

    wanted = demand.target(now)

    recent = sum(now - at <= RECENT_SECONDS for at in times)
    assert wanted == min(max(least, recent), most)


@pytest.mark.parametrize("mode", [IsolationMode.FULL, IsolationMode.BARE], ids=str)
@pytest.mark.parametrize("victim", ["the zygote", "the started process"])
def test_a_death_ends_the_running_job(mode: IsolationMode, victim: str) -> None:
    """The running job ends long before its time limit, and the next job runs in a new zygote."""
    pool_in(mode)
    results: list[Result] = []
    with Pool(size=2, mode=mode, spares=1) as pool:
        pool.run(Job(code="x = 1"))
        began = threading.Event()
        running = threading.Thread(
            target=lambda: results.append(pool.run(Job(code="while True: pass", limits=SECONDS), on_started(began)))
        )
        running.start()
        assert began.wait(PATIENCE)
        zygote = next(kept.zygote for kept in pool.warm_pool.interpreters.values())
        assert zygote is not None
        pid = own_pid(zygote) if victim == "the zygote" else zygote.pid
        os.kill(pid, signal.SIGKILL)
        running.join()
        after = pool.run(Job(code="x = 1", values={"x": "x"}))

    assert (results[0].stopped, results[0].code) == ("crash", "interpreter-died")
    assert after.values == {"x": 1}


def test_a_standby_serves_at_once() -> None:
    """When the warm interpreter dies, the standby takes its place, and another one is started."""
    mode = pool_in(IsolationMode.FULL).mode
    with Pool(size=2, mode=mode, spares=1) as pool:
        pool.warm(Preload.NUMPY, standby=True)
        pool.run(Job(code="import numpy", limits=SECONDS))
        assert pool.wait_until_ready(READY)
        (interpreter,) = pool.warm_pool.interpreters.values()
        zygote, standby = interpreter.zygote, interpreter.standby
        assert zygote is not None
        os.kill(own_pid(zygote), signal.SIGKILL)
        os.kill(zygote.pid, signal.SIGKILL)

        assert standby is not None
        assert eventually(lambda: interpreter.zygote is standby)
        assert pool.run(Job(code="import numpy", limits=SECONDS)).ok
        assert interpreter.zygote is standby
        assert pool.wait_until_ready(READY), "and there is a standby again"
        assert interpreter.standby is not None


def test_closing_with_grace_lets_a_job_end() -> None:
    """A running job may end by itself; a new one is refused."""
    mode = pool_in(IsolationMode.FULL).mode
    pool = Pool(size=1, mode=mode)
    pool.run(Job(code="x = 1"))
    results: list[Result] = []
    began = threading.Event()
    job = Job(code="import time\ntime.sleep(3)\nx = 7", values={"x": "x"}, limits=SECONDS)
    running = threading.Thread(target=lambda: results.append(pool.run(job, on_started(began))))
    running.start()
    assert began.wait(PATIENCE)
    closing = threading.Thread(target=pool.close, args=(PATIENCE,))
    closing.start()

    late = pool.run(Job(code="x = 1"))
    running.join()
    closing.join()

    assert results[0].values == {"x": 7}
    assert (late.stopped, late.code) == ("unavailable", "stopping")


# Last, as the tests before would wait for the spares of TensorFlow too.
@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize("pools", [IsolationMode.FULL], indirect=True)
def test_a_warm_tensorflow_looks_untouched(pools: tuple[Pool, Pool]) -> None:
    """Layer names, initial weights, random numbers, files and threads are those of a fresh interpreter."""
    spare, fresh = pools
    spare.run(Job(code="import keras", limits=SECONDS))
    assert spare.wait_until_ready(READY)

    assert seen(spare, LOOK_AT_KERAS) == seen(fresh, LOOK_AT_KERAS)


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize("pools", [IsolationMode.FULL], indirect=True)
def test_a_job_that_configures_tensorflow_gets_a_fresh_child(pools: tuple[Pool, Pool]) -> None:
    """Some settings must precede TensorFlow's first operation, so spares cannot run such jobs."""
    spare, _ = pools
    spare.run(Job(code="import keras", limits=SECONDS))
    assert spare.wait_until_ready(READY)

    code = "import tensorflow as tf\ntf.config.threading.set_inter_op_parallelism_threads(2)"

    assert spare.run(Job(code=code, limits=SECONDS)).ok
