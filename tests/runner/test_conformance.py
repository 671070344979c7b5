"""Behaviour that all isolation modes share: running a job and reporting its result."""

from __future__ import annotations

import math
import struct
import threading

import pytest

from practicum.model import DataFile, Failure, Opaque
from practicum.narrow_floats import NarrowFloat
from practicum.runner import (
    Cancellation,
    Epoch,
    Evaluated,
    IsolationMode,
    Job,
    Limits,
    Output,
    Pool,
    Preload,
    Result,
    RunEvent,
    Started,
)
from tests.runner.conftest import pool_in
from tests.waiting import eventually

QUICK = Limits(seconds=20)


def run(pool: Pool, code: str, **fields: object) -> Result:
    return pool.run(Job(code=code, limits=fields.pop("limits", QUICK), **fields))  # type: ignore[arg-type]


class TestParts:
    def test_share_one_namespace_in_order(self, pool: Pool) -> None:
        """Setup, code and values see the same `__main__`, each what the ones before it left; the check sees it too."""
        job = Job(
            setup="a = 1",
            code="b = a + 1",
            check="assert (a, b) == (1, 2); c = 3",
            values={"all": "(a, b, __name__)", "of the check": "c"},
            limits=QUICK,
        )

        result = pool.run(job)

        assert result.ok
        assert result.values["all"] == (1, 2, "__main__")
        assert result.values["of the check"].type == "NameError"

    def test_files_lie_in_the_working_folder(self, pool: Pool) -> None:
        """A job's files can be opened and imported by their names."""
        files = {"helper.py": "def twice(x):\n    return 2 * x\n", "data/numbers.txt": "3\n4\n"}

        result = run(
            pool,
            "import helper\ntext = open('data/numbers.txt').read()",
            files=files,
            values={"x": "helper.twice(len(text))"},
        )

        assert result.values == {"x": 8}

    def test_data_files_can_be_read_but_not_written(self, pool: Pool) -> None:
        """Any bytes; the check has its own copy of them. Only root without isolation could write them."""
        data = (DataFile("a.bin", "", bytes(range(256))),)
        code = "import os\ndata, mode = open('a.bin', 'rb').read(), os.stat('a.bin').st_mode"
        check = "assert not mode & 0o222 and data == open('a.bin', 'rb').read() == bytes(range(256))"

        assert run(pool, code, check=check, data=data).ok
        if pool.mode is not IsolationMode.SUBPROCESS:
            assert run(pool, "open('a.bin', 'ab')", data=data).failure.type == "PermissionError"

    def test_each_value_fails_for_itself(self, pool: Pool) -> None:
        """A value that raises is a Failure in `values`; the job itself is well, and the others are there."""
        result = run(pool, "x = 3", values={"bad": "x / 0", "unknown": "y", "good": "x", "torn": "x +"})

        assert result.ok
        assert result.values["good"] == 3
        assert result.values["bad"] == Failure("ZeroDivisionError", "division by zero", 1, "bad", ("ArithmeticError",))
        assert result.values["unknown"].type == "NameError"
        assert result.values["torn"].type == "SyntaxError"

    def test_reports_values_as_they_are_evaluated(self, pool: Pool) -> None:
        """Events have name, value and seconds, in the order of the job."""
        events: list[tuple[str, object]] = []

        pool.run(
            Job(code="x = 1", values={"a": "x", "b": "x + 1"}, limits=QUICK),
            on_event=lambda event: events.append((event.name, event.value)) if isinstance(event, Evaluated) else None,
        )

        assert events == [("a", 1), ("b", 2)]

    def test_seed_is_in_the_namespace_only_if_asked(self, pool: Pool) -> None:
        """`expose_seed` gives the code its seed by name."""
        shown = run(pool, "", seed=7, expose_seed=True, values={"seed": "seed"})
        hidden = run(pool, "", seed=7, values={"seed": "seed"})

        assert shown.values == {"seed": 7}
        assert hidden.values["seed"].type == "NameError"

    def test_check_is_out_of_reach_while_the_code_runs(self, pool: Pool) -> None:
        """The check's and the values' texts are sent only after the code has ended."""
        code = """
import gc
word = "".join(["ses", "ame"])
reached = [o for o in gc.get_objects() if isinstance(o, (dict, list, tuple)) and word in str(o)]
"""

        result = run(pool, code, check="assert 'sesame'", values={"reached": "len(reached) - ('sesame' in word)"})

        assert result.values == {"reached": 0}


class TestFailures:
    def test_has_type_message_line_and_bases(self, pool: Pool) -> None:
        """The line is the innermost one in the job's own code, though a library raised."""
        result = run(pool, "import json\n\ndef read(text):\n    return json.loads(text)\n\nread('{')\n")

        assert result.failure is not None
        assert result.failure.type == "JSONDecodeError"
        assert result.failure.line == 4
        assert result.failure.where == "snippet"
        assert result.failure.bases == ("ValueError",)
        assert "line 6, in <module>\n    read('{')" in result.traceback
        assert "decoder.py" not in result.traceback

    @pytest.mark.parametrize(
        ("parts", "where", "line"),
        [
            ({"setup": "\nboom", "code": "x = 1"}, "setup", 2),
            ({"code": "x = 1\n\nboom"}, "snippet", 3),
            ({"code": "x = 1", "check": "assert x == 2, 'no'"}, "check", 1),
            ({"setup": "def f():\n    1 / 0", "code": "\n\nf()"}, "setup", 2),
            ({"code": "x = 1\nif x\n"}, "snippet", 2),
        ],
        ids=["setup", "snippet", "check", "a function of the setup", "syntax"],
    )
    def test_has_the_source_and_line(self, pool: Pool, parts: dict[str, str], where: str, line: int) -> None:
        """`where` names the part, and `line` counts in it."""
        result = pool.run(Job(**parts, limits=QUICK))  # type: ignore[arg-type]

        assert result.failure is not None
        assert (result.failure.where, result.failure.line) == (where, line)

    @pytest.mark.parametrize("code", ["import sys; sys.exit(3)", "raise KeyboardInterrupt", "exit()"])
    def test_system_exit_is_a_failure(self, pool: Pool, code: str) -> None:
        """SystemExit and KeyboardInterrupt are what the code raised, not a crash."""
        result = run(pool, code)

        assert result.stopped is None
        assert result.failure is not None
        assert result.failure.type in ("SystemExit", "KeyboardInterrupt")

    def test_a_failure_keeps_what_was_printed(self, pool: Pool) -> None:
        """Output before an exception is there, and no value is asked for after it."""
        result = run(pool, "print('before')\nopen('nothing-here')", values={"x": "1"})

        assert result.stdout == "before\n"
        assert result.failure is not None
        assert result.failure.type == "FileNotFoundError"
        assert result.failure.bases == ("OSError",)
        assert result.values == {}

    def test_reports_an_exception_whose_text_raises(self, pool: Pool) -> None:
        """An exception whose text raises is still an exception."""
        result = run(pool, "class E(Exception):\n    def __str__(self):\n        raise SystemExit\nraise E\n")

        assert result.failure is not None
        assert (result.failure.type, result.failure.message, result.failure.line) == ("E", "", 4)


class TestStreams:
    def test_are_kept_apart_and_whole(self, pool: Pool) -> None:
        """stdout and stderr come separately, any character in them, lines as a terminal would leave them."""
        code = "import sys\nprint('a\\rb ✓')\nprint('wrong', file=sys.stderr)\nprint('no newline', end='')"

        result = run(pool, code)

        assert result.stdout == "b ✓\nno newline"
        assert result.stderr == "wrong\n"

    def test_are_reported_while_the_job_runs(self, pool: Pool) -> None:
        """Output is reported while the job runs: a job that is cancelled at its first output never ends by itself."""
        cancel = Cancellation()

        result = pool.run(
            Job(code="print('now')\nwhile True: pass", limits=QUICK),
            on_event=lambda event: cancel.set() if isinstance(event, Output) else None,
            cancel=cancel,
        )

        assert (result.stopped, result.stdout) == ("cancelled", "now\n")

    def test_of_c_code_are_caught_too(self, pool: Pool) -> None:
        """What is written to the descriptors directly is output as well."""
        result = run(pool, "import os\nos.write(1, b'one')\nos.write(2, b'two')")

        assert (result.stdout, result.stderr) == ("one", "two")

    def test_input_is_at_its_end(self, pool: Pool) -> None:
        """`input` fails at once."""
        result = run(pool, "input('name? ')")

        assert result.failure is not None
        assert result.failure.type == "EOFError"

    def test_threads_of_the_code_finish(self, pool: Pool) -> None:
        """As at the end of a script, threads that were not joined are waited for."""
        result = run(
            pool, "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.2), print('done'))).start()"
        )

        assert result.stdout == "done\n"


class TestLimits:
    def test_time_names_the_line(self, pool: Pool) -> None:
        """A job out of time is stopped, in words, with the line it was at and what it had printed."""
        result = run(pool, "print('began')\nx = 0\nwhile True:\n    x += 1", limits=Limits(seconds=0.5))

        assert result.stopped == "time"
        assert result.stdout == "began\n"
        assert (result.code, result.stopped_at) == ("time-limit", 3)
        assert result.seconds > 0.4

    def test_a_crash_names_the_line(self, isolated: Pool) -> None:
        """A segmentation fault says where, though the interpreter is gone."""
        result = isolated.run(Job(code="import ctypes\n\nctypes.string_at(0)", limits=QUICK))

        assert (result.stopped, result.code, result.stopped_at) == ("crash", "sigsegv", 3)

    def test_output_is_cut(self, pool: Pool) -> None:
        """A job that writes too much is stopped; the beginning is kept."""
        result = run(pool, "while True: print('x' * 1000)", limits=Limits(seconds=20, output=50_000))

        assert (result.stopped, result.code) == ("output", "output-limit")
        assert len(result.stdout) == 50_000

    def test_memory_names_the_line(self, pool: Pool) -> None:
        """A job that asks for too much memory is stopped at its line."""
        result = run(pool, "x = 1\ny = bytearray(1 << 30)", limits=Limits(seconds=20, memory=256 << 20))

        assert (result.stopped, result.code, result.stopped_at) == ("memory", "memory-limit", 2)

    def test_cancel_ends_it_at_once(self, pool: Pool) -> None:
        """Setting `cancel` ends a running job."""
        cancel = Cancellation()

        result = pool.run(
            Job(code="while True: pass", limits=QUICK),
            on_event=lambda event: cancel.set() if isinstance(event, Started) else None,
            cancel=cancel,
        )

        assert result.stopped == "cancelled"

    @pytest.mark.parametrize(
        "code",
        ["import os; os._exit(0)", "import os; os._exit(7)", "import ctypes; ctypes.string_at(0)",
         "import os; os.abort()", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"],
        ids=["exit 0", "exit 7", "segfault", "abort", "kill"],
    )  # fmt: skip
    def test_an_interpreter_that_ends_is_a_crash(self, pool: Pool, code: str) -> None:
        """It never looks like a job that ended normally."""
        result = run(pool, "print('before')\n" + code)

        assert result.stopped == "crash"
        assert result.why
        assert result.stdout == "before\n"
        assert not result.ok


class TestRandomness:
    def test_a_seed_determines_the_numbers(self, pool: Pool) -> None:
        """Equal seeds give equal numbers, other seeds others."""
        job = {"code": "import random", "values": {"x": "random.random()"}}

        first, again, other = (pool.run(Job(**job, seed=seed, limits=QUICK)) for seed in (3, 3, 4))  # type: ignore[arg-type]

        assert first.values == again.values != other.values

    def test_numpy_is_reseeded(self, pool: Pool) -> None:
        """NumPy's legacy generator begins again from the seed, the same in every mode."""
        result = run(pool, "import numpy as np", seed=5, values={"x": "np.random.rand()"})

        assert result.values == {"x": 0.22199317108973948}

    def test_hash_seeds_differ(self, pool: Pool) -> None:
        """The order of a set of strings depends on `hash_seed`, and on nothing else."""
        job = {"code": "s = hash('practicum')", "values": {"s": "s"}}

        seen = [pool.run(Job(**job, hash_seed=seed, limits=QUICK)).values["s"] for seed in (0, 0, 1, 2)]  # type: ignore[arg-type]

        assert seen[0] == seen[1]
        assert len(set(seen)) == 3

    def test_no_state_reaches_the_next_job(self, pool: Pool) -> None:
        """Names, patched modules, files and environment of one job are not there in the next."""
        run(
            pool,
            "import math, os\nmath.pi = 3\nleft = 1\nopen('left', 'w').write('x')\nos.environ['LEFT'] = '1'",
        )

        after = run(
            pool,
            "import math, os",
            values={"pi": "math.pi", "files": "os.listdir()", "env": "os.getenv('LEFT')", "left": "left"},
        )

        assert after.values["pi"] == math.pi
        assert after.values["files"] == []
        assert after.values["env"] is None
        assert after.values["left"].type == "NameError"


class TestValues:
    def test_numpy_becomes_plain(self, pool: Pool) -> None:
        """Scalars and arrays are the Python values they hold."""
        values = {
            "f": "np.float32(0.5)", "i": "np.int64(3)", "b": "np.bool_(True)", "a": "np.arange(4).reshape(2, 2)",
            "c": "np.complex128(1 + 2j)", "s": "np.str_('x')", "shape": "np.zeros((2, 3)).shape", "nan": "np.nan",
        }  # fmt: skip

        found = dict(run(pool, "import numpy as np", values=values).values)

        assert math.isnan(found.pop("nan"))
        assert found == {"f": 0.5, "i": 3, "b": True, "a": [[0, 1], [2, 3]], "c": 1 + 2j, "s": "x", "shape": (2, 3)}
        assert [type(found[name]) for name in "fibacs"] == [NarrowFloat, int, bool, list, complex, str]

    def test_subclasses_become_their_base(self, pool: Pool) -> None:
        """What is a dict, list or int by inheritance comes back as one; none of its code runs here."""
        code = """
import collections, enum
class Loud(list):
    def __iter__(self): raise RuntimeError
    def __reduce__(self): return (print, ("unpickled",))
E = enum.IntEnum("E", "a b")
d = collections.OrderedDict(z=1, a=2)
"""
        values = {"loud": "Loud([1, 2])", "enum": "E.b", "dict": "d", "counter": "collections.Counter('aab')"}

        result = run(pool, code, values=values)

        assert result.values == {"loud": [1, 2], "enum": 2, "dict": {"z": 1, "a": 2}, "counter": {"a": 2, "b": 1}}
        assert [type(value) for value in result.values.values()] == [list, int, dict, dict]

    def test_other_things_are_opaque(self, pool: Pool) -> None:
        """A function, a module, an object whose repr raises: type and text, nothing else."""
        code = "class Bad:\n    def __repr__(self): raise SystemExit\n"

        values = run(pool, code, values={"f": "len", "bad": "Bad()", "in": "[1, len]"}).values

        assert values["f"] == Opaque("builtin_function_or_method", "<built-in function len>")
        assert values["bad"] == Opaque("Bad", "<Bad whose repr raises SystemExit>")
        assert values["in"] == [1, values["f"]]

    @pytest.mark.parametrize(
        "expression",
        [
            "bytearray(300 << 20)",
            "'x' * (300 << 20)",
            "list(range(5_000_000))",
            "1 << 100_000_000",
            "[b'x' * (300 << 20)]",
        ],
    )
    def test_large_values_are_opaque(self, pool: Pool, expression: str) -> None:
        """Their text is short, and needs no full `repr`."""
        durations: list[float] = []
        job = Job(code=f"x = {expression}", values={"x": "x"}, limits=QUICK)

        result = pool.run(
            job, on_event=lambda event: durations.append(event.seconds) if isinstance(event, Evaluated) else None
        )

        assert isinstance(result.values["x"], Opaque)
        assert len(result.values["x"].text) <= 500
        assert durations[0] < 15

    def test_a_list_that_holds_itself(self, pool: Pool) -> None:
        """Endless values are opaque, not an endless job."""
        result = run(pool, "x = []\nx.append(x)", values={"x": "x"})

        assert isinstance(result.values["x"], Opaque)


class TestConcurrency:
    def test_runs_as_many_jobs_as_there_are_slots(self, pool: Pool) -> None:
        """With three slots, three of four endless jobs run and the fourth waits."""
        cancel, results = Cancellation(), list[Result]()
        job = Job(code="while True: pass", limits=Limits(seconds=120))
        threads = [threading.Thread(target=lambda: results.append(pool.run(job, cancel=cancel))) for _ in range(4)]

        for thread in threads:
            thread.start()
        assert eventually(lambda: (pool.queue.running, pool.queue.waiting) == (3, 1))
        cancel.set()
        for thread in threads:
            thread.join()

        assert [result.stopped for result in results] == ["cancelled"] * 4

    def test_cancels_a_waiting_job(self, pool: Pool) -> None:
        """A job that waits for a slot leaves the queue when it is cancelled."""
        hold, cancel = Cancellation(), Cancellation()
        endless = Job(code="while True: pass", limits=Limits(seconds=120))
        threads = [threading.Thread(target=lambda: pool.run(endless, cancel=hold)) for _ in range(3)]
        for thread in threads:
            thread.start()
        assert eventually(lambda: pool.queue.running == 3)

        result = pool.run(Job(code="x = 1", limits=QUICK), on_event=lambda _: cancel.set(), cancel=cancel)
        hold.set()
        for thread in threads:
            thread.join()

        assert result.stopped == "cancelled"


@pytest.mark.slow
@pytest.mark.tensorflow
class TestTensorFlow:
    """In the modes that isolate; in subprocess mode, where each job imports TensorFlow, all of it in one job."""

    FIT = """
import keras, numpy as np
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1)])
model.compile("adam", "mse")
x = np.random.rand(32, 4)
history = model.fit(x, x.sum(axis=1), epochs=2, verbose=2)
"""

    def test_a_subprocess_does_all_of_it(self) -> None:
        """It trains in silence, reports epochs, returns tensors as plain values, and figures."""
        code = self.FIT + "import tensorflow as tf\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n"
        code += "model.summary()\n"
        values = {"tensor": "tf.constant([[1, 2]])", "shape": "model.output_shape", "x": "sys.modules.get('IPython')"}
        events: list[RunEvent] = []

        job = Job(code=code, setup="import sys", values=values, limits=Limits(seconds=120))
        result = pool_in(IsolationMode.SUBPROCESS).run(job, on_event=events.append)

        assert result.values == {"tensor": [[1, 2]], "shape": (None, 1), "x": None}, result
        assert [event.number for event in events if isinstance(event, Epoch)] == [1, 2]
        assert [figure.png[:8] for figure in result.figures] == [b"\x89PNG\r\n\x1a\n"]
        assert len([line for line in result.stdout.splitlines() if "dense (Dense)" in line]) == 1
        assert not set("\x1b\b\r") & set(result.stdout)
        assert result.stderr == ""

    def test_trains_the_same_from_the_same_seed(self, isolated: Pool) -> None:
        """Keras trains, in silence on stderr, and a seed decides every digit."""
        job = Job(code=self.FIT, values={"loss": "history.history['loss']"}, seed=1, limits=Limits(seconds=60))

        first, again = isolated.run(job), isolated.run(job)

        assert first.ok, first
        assert first.values == again.values
        assert first.stderr == ""
        assert "Epoch 2/2" in first.stdout

    def test_tensors_and_variables_become_plain(self, isolated: Pool) -> None:
        """A tensor, a variable and a shape are the values they hold; a symbolic tensor is opaque."""
        values = {
            "tensor": "tf.constant([[1, 2]])", "variable": "keras.Variable([1.0])", "tf": "tf.Variable(3)",
            "shape": "tf.zeros((2, 3)).shape", "output": "keras.Input((4,))", "output_shape": "keras.Input((4,)).shape",
        }  # fmt: skip

        result = isolated.run(Job(code="import tensorflow as tf, keras", values=values, limits=Limits(seconds=60)))

        assert isinstance(result.values["output"], Opaque)
        rest = {name: value for name, value in result.values.items() if name != "output"}
        assert rest == {"tensor": [[1, 2]], "variable": [1.0], "tf": 3, "shape": (2, 3), "output_shape": (None, 4)}

    def test_reports_each_epoch_when_it_ends(self, isolated: Pool) -> None:
        """Events have number, metrics and seconds, during the training and without a callback in the code."""
        code = """
import keras, numpy as np
x = np.ones((8, 3), "float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
model.fit(x, x[:, :1], epochs=3, validation_split=0.25, verbose=0)
model.evaluate(x, x[:, :1], verbose=0)
print("over")
"""
        events: list[RunEvent] = []

        result = isolated.run(Job(code=code, limits=Limits(seconds=60)), on_event=events.append)

        epochs = [event for event in events if isinstance(event, Epoch)]
        assert [(epoch.number, epoch.epochs) for epoch in epochs] == [(1, 3), (2, 3), (3, 3)], result
        assert all(epoch.metrics.keys() == {"loss", "mae", "val_loss", "val_mae"} for epoch in epochs)
        assert epochs[0].metrics["loss"] > epochs[2].metrics["loss"] > 0
        assert events.index(epochs[2]) < next(at for at, event in enumerate(events) if isinstance(event, Output))
        assert result.epochs == tuple(epochs)

    def test_a_summary_and_progress_bars_read_as_text(self, isolated: Pool) -> None:
        """No colours, no backspaces: one line an epoch, one a layer."""
        code = """
import keras, numpy as np
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.summary()
model.fit(np.ones((96, 3)), np.ones(96), epochs=2)
"""

        result = isolated.run(Job(code=code, limits=Limits(seconds=60)))

        assert not set("\x1b\b\r") & set(result.stdout)
        assert len([line for line in result.stdout.splitlines() if line.startswith("3/3 ━")]) == 2
        assert result.printed.endswith("Epoch 1/2\nEpoch 2/2\n")
        assert len([line for line in result.stdout.splitlines() if "dense (Dense)" in line]) == 1
        assert result.stderr == ""

    def test_a_memory_limit_reports_amount_and_line(self, isolated: Pool) -> None:
        """The amount comes from the messages of NumPy and TensorFlow."""
        numpy = isolated.run(
            Job(code="import numpy as np\n\nbig = np.ones((50_000, 50_000))", limits=Limits(memory=4 << 30))
        )
        keras = isolated.run(
            Job(code="import tensorflow as tf\nbig = tf.ones((100_000, 100_000))", limits=Limits(60, 4 << 30))
        )

        assert (numpy.stopped, numpy.stopped_at) == ("memory", 3)
        assert "18.6 GB" in numpy.why
        assert (keras.stopped, keras.stopped_at) == ("memory", 2)
        assert "37.3 GB" in keras.why

    def test_figures_come_as_png_and_svg(self, isolated: Pool) -> None:
        """Figures left open come back; `show` is no error and no warning."""
        code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.figure()\nplt.plot([3])"

        result = isolated.run(Job(code=code, limits=Limits(seconds=60)))

        assert result.ok, result
        assert [figure.png[:8] for figure in result.figures] == [b"\x89PNG\r\n\x1a\n"] * 2
        assert all("<svg" in figure.svg and "<script" not in figure.svg for figure in result.figures)
        assert result.stderr == ""

    def test_figures_are_whole_and_none_is_missing_without_a_word(self, isolated: Pool) -> None:
        """Labels beyond the edge widen the image; a figure whose labels fit keeps its size; ten figures are ten."""
        code = """
import matplotlib.pyplot as plt
for _ in range(8):
    plt.figure(figsize=(2, 1))
plt.figure(figsize=(2, 1)).add_axes((0.4, 0.4, 0.4, 0.4))
plt.figure(figsize=(2, 1)).add_axes((0, 0, 1, 1)).set_xlabel("below the figure")
"""

        few = isolated.run(Job(code=code, limits=Limits(seconds=60)))
        many = isolated.run(Job(code=code + "for _ in range(20): plt.figure()", limits=Limits(seconds=60)))

        sizes = [struct.unpack(">II", figure.png[16:24]) for figure in few.figures]
        assert sizes[:9] == [(200, 100)] * 9
        assert sizes[9][0] > 200
        assert sizes[9][1] > 100
        assert few.stderr == ""
        assert len(many.figures) == 20
        assert "20 of 30" in many.stderr

    def test_a_function_is_traced_from_its_source(self, isolated: Pool) -> None:
        """AutoGraph finds the source of the job's own functions."""
        code = """
import tensorflow as tf
@tf.function
def count(n):
    total = 0
    for i in tf.range(n):
        if i % 2 == 0:
            total += i
    return total
x = count(tf.constant(7))
"""

        result = isolated.run(Job(code=code, values={"x": "x"}, limits=Limits(seconds=60)))

        assert result.values == {"x": 12}, result

    def test_ipython_is_not_there(self, isolated: Pool) -> None:
        """Keras imports IPython where it can; a run is no notebook."""
        result = isolated.run(
            Job(code="import keras, sys", values={"x": "sys.modules.get('IPython')"}, limits=Limits(seconds=60))
        )

        assert result.values == {"x": None}

    def test_one_processor_or_many(self, isolated: Pool) -> None:
        """TensorFlow computes in one thread, so that the machine's processors do not change a sum."""
        code = "import tensorflow as tf\ntf.constant(1.0) + 1\n"
        values = {"n": "(tf.config.threading.get_intra_op_parallelism_threads(), open('/proc/self/status').read())"}

        _, status = isolated.run(Job(code=code, values=values, limits=Limits(seconds=60))).values["n"]

        threads = int(status.split("Threads:")[1].split()[0])
        assert threads <= 8


@pytest.mark.slow
def test_subprocess_mode_warns() -> None:
    """Creating a pool without isolation raises a warning."""
    from practicum.runner import UnsafeMode

    with pytest.warns(UnsafeMode), Pool(mode=IsolationMode.SUBPROCESS) as pool:
        assert pool.run(Job(code="x = 1", preload=Preload.PYTHON)).ok
