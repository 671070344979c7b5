"""What the sandbox does not allow ends no run, but a result that came of it does not count, even if it is caught."""

from __future__ import annotations

import importlib.util

import pytest

from practicum.runner import IsolationMode, Job, Limits, Pool, Result

from .conftest import pool_in

PROCESS, NETWORK, CALL = "sandbox-process", "sandbox-network", "sandbox-system-call"

LIBRARY = """
def compiled(source):
    names = {}
    exec(compile(source, "/library.py", "exec"), names)
    return names

probe = compiled('''
import subprocess
def cores():
    try:
        return subprocess.run(["lscpu"])
    except OSError:
        return 1
''')["cores"]
wrapper = compiled('''
import subprocess
def wrapped():
    try:
        subprocess.run(["lscpu"])
    except OSError:
        raise ValueError("no lscpu") from None
''')["wrapped"]
"""
"""Two functions of a library: one does without a process, the other raises an exception of its own."""


def run(pool: Pool, code: str, setup: str = "", **fields: object) -> Result:
    limits = Limits(seconds=60)
    return pool.run(Job(code=code, setup=setup, values={"x": "x"}, limits=limits, **fields))  # type: ignore[arg-type]


def caught(code: str) -> str:
    """Code that catches what `code` raises, so that `x` shows it."""
    return f"x = 'allowed'\ntry:\n    {code}\nexcept Exception as error:\n    x = type(error).__name__\n"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("__import__('os').fork()", PROCESS),
        ("__import__('os').system('ls')", PROCESS),
        ("__import__('subprocess').run(['ls'])", PROCESS),
        ("__import__('multiprocessing').Pool(2)", PROCESS),
        ("__import__('multiprocessing').get_context('spawn').Process().start()", PROCESS),
        ("__import__('concurrent.futures').futures.ProcessPoolExecutor(2).submit(abs, 1)", PROCESS),
        ("__import__('socket').create_connection(('127.0.0.1', 80), 1)", NETWORK),
        ("__import__('socket').socket(__import__('socket').AF_UNIX)", NETWORK),
        ("__import__('socket').getaddrinfo('example.org', 80)", NETWORK),
        ("__import__('urllib.request').request.urlopen('http://example.org')", NETWORK),
        ("__import__('os').nice(1)", CALL),
    ],
)
@pytest.mark.parametrize("is_caught", [True, False])
def test_a_forbidden_call_is_noticed(code: str, reason: str, is_caught: bool, isolated: Pool) -> None:
    """The result names it and its line, whether the code catches the exception or not."""
    result = run(isolated, caught(code) if is_caught else f"x = 0\n\n{code}")

    assert (result.stopped, result.code, result.stopped_at) == ("forbidden", reason, 3), result


def test_the_code_goes_on(isolated: Pool) -> None:
    """What it prints and returns afterwards is shown; only it does not count."""
    result = run(isolated, caught("__import__('os').fork()") + "print('after')")

    assert (result.stdout, dict(result.values)) == ("after\n", {"x": "PermissionError"})


@pytest.mark.parametrize(
    "code",
    [
        "import asyncio\nasync def five():\n    await asyncio.sleep(0.001)\n    return 5\nx = asyncio.run(five())",
        "import asyncio\nx = asyncio.run(asyncio.to_thread(sum, (2, 3)))",
        "import socket\nleft, right = socket.socketpair()\nleft.sendall(b'5')\nx = int(right.recv(10))",
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor() as pool:\n"
        "    x = sum(pool.map(abs, [-2, 3]))",
        "x = 5\ntry:\n    raise OSError(38, 'Function not implemented')\nexcept OSError:\n    pass",
        "import os\nx = 0\ntry:\n    os.setuid(0)\nexcept PermissionError:\n    x = 5",
        "import multiprocessing, subprocess, uuid\nx = 4 + uuid.uuid1().version",
    ],
)
def test_everyday_code_is_allowed(code: str, isolated: Pool) -> None:
    """Event loops, threads and pairs of sockets; and exceptions that an ordinary user gets everywhere."""
    result = run(isolated, code)

    assert (result.why, dict(result.values)) == ("", {"x": 5})


@pytest.mark.skipif(importlib.util.find_spec("joblib") is None, reason="joblib is not installed")
def test_joblib_uses_threads(isolated: Pool) -> None:
    """Whatever backend is named."""
    code = (
        "from joblib import Parallel, delayed\n"
        "x = [Parallel(n_jobs=2, backend=name)(delayed(abs)(-n) for n in (1, 2)) for name in (None, 'loky')]"
    )

    result = run(isolated, code)

    assert (result.why, dict(result.values)) == ("", {"x": [[1, 2], [1, 2]]})


def test_a_library_may_try_and_do_without(isolated: Pool) -> None:
    """As scikit-learn does, which counts cores with `lscpu`. An exception of the code's own does not change that."""
    probing = "x = 0\ntry:\n    x = probe() / 0\nexcept ZeroDivisionError:\n    x = 5"

    result = run(isolated, probing, LIBRARY)

    assert (result.why, dict(result.values)) == ("", {"x": 5})


def test_an_exception_that_a_library_makes_of_it_counts(isolated: Pool) -> None:
    """Even without its cause, and even if it is caught."""
    result = run(isolated, caught("wrapper()"), LIBRARY)

    assert (result.code, result.stopped_at, dict(result.values)) == (PROCESS, 3, {"x": "ValueError"})


def test_an_import_may_try_the_network(isolated: Pool) -> None:
    """As urllib3 does, which looks whether there is IPv6; the job's own files may not."""
    probing = "import socket\ntry:\n    socket.socket(socket.AF_INET6)\nexcept OSError:\n    pass\n"

    library = run(isolated, "import library\nx = 5", f"SOURCE = {probing.encode()!r}\n{FROM_MEMORY}")
    own = run(isolated, "import helper\nx = 5", files={"helper.py": probing})

    assert (library.code, dict(library.values)) == ("", {"x": 5})
    assert own.code == NETWORK


FROM_MEMORY = """
import importlib.abc, importlib.util, sys
class Loader(importlib.abc.SourceLoader):
    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_loader(name, self) if name == "library" else None
    def get_filename(self, name):
        return "/library.py"
    def get_data(self, path):
        return SOURCE
sys.meta_path.insert(0, Loader())
"""


def test_a_thread_of_a_library_counts(isolated: Pool) -> None:
    """There is no code of the job's own that the exception could reach."""
    code = "import threading, os\nthread = threading.Thread(target=os.fork)\nthread.start()\nthread.join()\nx = 5"

    assert run(isolated, code, "import threading\nthreading.excepthook = print").code == PROCESS


def test_in_a_check_it_counts_too(isolated: Pool) -> None:
    """In the check itself, and in a function of the job that the check calls."""
    catching = "def f():\n    try:\n        __import__('os').fork()\n    except OSError:\n        return 5\n"
    limits = Limits(seconds=20)

    own = isolated.run(Job(code="y = 5", setup=catching, check="assert f() == y", limits=limits))
    called = isolated.run(Job(code=catching, check="assert f() == 5", limits=limits))

    assert (own.code, called.code) == (PROCESS, PROCESS)


def test_a_value_beyond_the_memory_limit_stops_the_run(isolated: Pool) -> None:
    """As in the code: it is no property of the value that it cannot be computed here."""
    result = isolated.run(Job(values={"x": "bytearray(1 << 60)"}, limits=Limits(seconds=20)))

    assert (result.stopped, result.code) == ("memory", "memory-limit")


def test_a_memory_error_that_the_code_catches_stops_the_run_too(isolated: Pool) -> None:
    """At its line, unless the code raises it itself."""
    limited = run(isolated, caught("bytes(1 << 60)") + "# a MemoryError")
    by_numpy = run(isolated, "import numpy as np\ntry:\n    np.zeros(1 << 50)\nexcept MemoryError:\n    x = 5")
    raised = run(isolated, "try:\n    raise MemoryError\nexcept MemoryError:\n    x = 5")

    assert [(one.code, one.stopped_at) for one in (limited, by_numpy)] == [("memory-limit", 3), ("memory-limit", 3)]
    assert (raised.code, dict(raised.values)) == ("", {"x": 5})


@pytest.mark.slow
def test_without_isolation_everything_is_allowed() -> None:
    """In subprocess mode, nothing is refused."""
    result = run(
        pool_in(IsolationMode.SUBPROCESS), "import subprocess, sys\nx = subprocess.call([sys.executable, '-V'])"
    )

    assert (result.why, dict(result.values)) == ("", {"x": 0})
