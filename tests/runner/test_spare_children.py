"""Spares: children that are locked and warm before their job comes. Nobody can tell, but by the clock."""

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

from .conftest import own_pid, pool_in

SECONDS = Limits(seconds=60)
AGE = """
import os, time
with open("/proc/self/stat") as file:
    born = int(file.read().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
age = time.clock_gettime(time.CLOCK_BOOTTIME) - born
"""
"""How many seconds ago the process was forked."""

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


def age(pool: Pool, limits: Limits = SECONDS) -> float:
    result = pool.run(Job(code=AGE, values={"age": "age"}, limits=limits))
    assert result.ok, result
    return float(result.values["age"])


def test_a_job_gets_a_child_that_was_there_before(pools: tuple[Pool, Pool]) -> None:
    """Where a fresh child is forked for it, a spare has waited for it; and each serves one job only."""
    spare, fresh = pools
    age(spare), age(spare)  # two jobs in a minute: two are kept
    assert spare.wait_until_ready(30)
    time.sleep(0.5)

    ages = [age(spare), age(spare)]

    assert min(ages) > 0.4
    assert age(fresh) < 0.3


def test_another_size_of_disk_gets_a_fresh_child(pools: tuple[Pool, Pool]) -> None:
    """A spare's disk is made with it: a job that may have less is not given more."""
    spare, _ = pools
    age(spare)
    assert spare.wait_until_ready(30)
    time.sleep(0.5)

    assert age(spare, Limits(seconds=20, disk=1 << 20)) < 0.3


@settings(max_examples=15, deadline=None)
@given(mischief=st.lists(st.sampled_from(MISCHIEF), min_size=1, max_size=4))
def test_no_state_of_one_job_reaches_another(pools: tuple[Pool, Pool], mischief: list[str]) -> None:
    """Whatever jobs do to their interpreters, the next sees what it sees where nothing ever ran."""
    spare, fresh = pools
    for code in mischief:
        spare.run(Job(code=code, limits=SECONDS))

    assert seen(spare) == seen(fresh)


@pytest.mark.tensorflow
@pytest.mark.slow
def test_a_warm_tensorflow_looks_untouched(pools: tuple[Pool, Pool]) -> None:
    """Names of layers, initial weights, chance, files, threads: as if nothing had been built or trained before."""
    spare, fresh = pools
    spare.run(Job(code="import keras", limits=SECONDS))
    assert spare.wait_until_ready(60)

    assert seen(spare, LOOK_AT_KERAS) == seen(fresh, LOOK_AT_KERAS)


@pytest.mark.tensorflow
@pytest.mark.slow
def test_what_settles_how_tensorflow_works_gets_a_fresh_one(pools: tuple[Pool, Pool]) -> None:
    """Some settings are refused once TensorFlow has begun: who makes them is not given a spare."""
    spare, _ = pools
    spare.run(Job(code="import keras", limits=SECONDS))
    assert spare.wait_until_ready(60)

    code = "import tensorflow as tf\ntf.config.threading.set_inter_op_parallelism_threads(2)"

    assert spare.run(Job(code=code, limits=SECONDS)).ok


def test_a_burst_never_starves(pools: tuple[Pool, Pool]) -> None:
    """Far more jobs at once than there are spares: all run, and there are spares again afterwards."""
    spare, _ = pools
    results: list[Result] = []
    crowd = [
        threading.Thread(target=lambda: results.append(spare.run(Job(code="x = 1", values={"x": "x"}))))
        for _ in range(30)
    ]

    for one in crowd:
        one.start()
    for one in crowd:
        one.join()

    assert [result.values for result in results] == [{"x": 1}] * 30
    assert spare.wait_until_ready(30)


def test_a_spare_that_dies_is_replaced(pools: tuple[Pool, Pool]) -> None:
    """Killed while it waits, by whom ever: nobody is given a dead one."""
    spare, _ = pools
    age(spare)
    assert spare.wait_until_ready(30)
    for zygote in [home.zygote for home in spare.warm_pool.interpreters.values() if home.zygote]:
        for pid in zygote.pids()[-3:]:
            if b"inside.zygote" in Path(f"/proc/{pid}/cmdline").read_bytes() and _is_child(pid):
                os.kill(pid, signal.SIGKILL)

    results = [spare.run(Job(code="x = 1")) for _ in range(4)]

    assert all(result.ok for result in results), results
    assert spare.wait_until_ready(30)


def _is_child(pid: int) -> bool:
    """Whether it is a child of a zygote: seccomp is on."""
    return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()


def test_a_spare_keeps_to_the_limits_of_its_job(pools: tuple[Pool, Pool]) -> None:
    """They are set when the job comes, before its code."""
    spare, _ = pools
    age(spare)
    assert spare.wait_until_ready(30)

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
def test_how_many_follows_demand(times: list[float], later: float, least: int, most: int) -> None:
    """Never more than allowed; as many as jobs in the last minute; the least when a minute has passed."""
    demand = SpareDemand(Preload.PYTHON, least, most)
    demand._times.extend(times)
    now = (times[-1] if times else 0) + later

    wanted = demand.target(now)

    recent = sum(now - at <= RECENT_SECONDS for at in times)
    assert wanted == min(max(least, recent), most)


@pytest.mark.parametrize("mode", [IsolationMode.FULL, IsolationMode.BARE], ids=str)
@pytest.mark.parametrize("whom", ["the zygote", "what was started"])
def test_a_death_is_noticed_at_once(mode: IsolationMode, whom: str) -> None:
    """The zygote's, or bubblewrap's around it: a running job hears of it at once, the next runs in a new one.

    On an idle machine within 100 ms; the bound is wider because other tests run beside this one.
    """
    pool_in(mode)
    seen: list[tuple[Result, float]] = []
    with Pool(size=2, mode=mode, spares=1) as pool:
        pool.run(Job(code="x = 1"))
        began = threading.Event()
        running = threading.Thread(
            target=lambda: seen.append(
                (pool.run(Job(code="while True: pass", limits=SECONDS), lambda _: began.set()), time.monotonic())
            )
        )
        running.start()
        assert began.wait(10)
        time.sleep(0.1)
        zygote = next(home.zygote for home in pool.warm_pool.interpreters.values())
        assert zygote is not None
        pid = own_pid(zygote) if whom == "the zygote" else zygote.pid
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        running.join()
        after = pool.run(Job(code="x = 1", values={"x": "x"}))

    result, ended = seen[0]
    assert result.stopped == "crash"
    assert result.code == "interpreter-died"
    assert ended - killed < 0.5
    assert after.values == {"x": 1}


@pytest.mark.tensorflow
@pytest.mark.slow
def test_a_standby_serves_at_once() -> None:
    """When the warm TensorFlow dies, the next job does not wait for another to be imported."""
    mode = pool_in(IsolationMode.FULL).mode
    with Pool(size=2, mode=mode, spares=1) as pool:
        pool.warm(Preload.TENSORFLOW, standby=True)
        pool.run(Job(code="import keras", limits=SECONDS))
        assert pool.wait_until_ready(90)
        (home,) = pool.warm_pool.interpreters.values()
        assert home.zygote is not None
        os.kill(own_pid(home.zygote), signal.SIGKILL)
        os.kill(home.zygote.pid, signal.SIGKILL)

        asked = time.monotonic()
        result = pool.run(Job(code="import keras", limits=SECONDS))
        waited = time.monotonic() - asked

        assert result.ok, result
        assert waited < 1.5
        assert pool.wait_until_ready(90), "and there is a standby again"
        assert home.standby is not None


def test_closing_with_grace_lets_a_job_end() -> None:
    """What runs may end by itself; what comes is refused in words."""
    mode = pool_in(IsolationMode.FULL).mode
    pool = Pool(size=1, mode=mode)
    pool.run(Job(code="x = 1"))
    seen: list[Result] = []
    code = "import time\ntime.sleep(0.5)\nx = 7"
    running = threading.Thread(target=lambda: seen.append(pool.run(Job(code=code, values={"x": "x"}))))
    running.start()
    time.sleep(0.2)
    closing = threading.Thread(target=pool.close, args=(5,))
    closing.start()
    time.sleep(0.1)

    late = pool.run(Job(code="x = 1"))
    running.join()
    closing.join()

    assert seen[0].values == {"x": 7}
    assert (late.stopped, late.code) == ("unavailable", "stopping")
