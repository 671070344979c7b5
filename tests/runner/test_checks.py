"""Checks in every mode: right answers pass, wrong ones fail with a reason, and patches by learners have no effect."""

from __future__ import annotations

import pytest

from practicum.model import Failure
from practicum.runner import Job, Limits, Pool, Result

QUICK = Limits(seconds=20)


def run(pool: Pool, code: str, check: str, setup: str = "", **fields: object) -> Result:
    return pool.run(Job(code, setup, check, limits=fields.pop("limits", QUICK), **fields))  # type: ignore[arg-type]


RIGHT = {
    "a number": ("w = 3.0 - 0.1 * 6", "assert abs(w - 2.4) < 1e-9"),
    "a function": (
        "def one_hot(i, n):\n    return [int(i == j) for j in range(n)]",
        "assert one_hot(2, 3) == [0, 0, 1]",
    ),
    "a class": (
        "class Stack(object):\n    def __init__(self): self.items = []\n    def push(self, x): self.items.append(x)\n"
        "    def __len__(self): return len(self.items)",
        "s = Stack()\ns.push(3)\nassert len(s) == 1 and s.items == [3] and isinstance(s, Stack)",
    ),
    "a generator": (
        "def count():\n    n = 0\n    while True:\n        yield n\n        n += 1",
        "assert next(count()) == 0",
    ),
    "an exception": (
        "def half(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x / 2",
        "try:\n    half(-1)\nexcept ValueError as error:\n    assert str(error) == 'negative'\nelse:\n    assert False",
    ),
    "an array": (
        "import numpy as np\ndef scale(x):\n    return np.asarray(x) / 255",
        "import numpy as np\nnp.testing.assert_allclose(scale(np.array([0, 255])), [0, 1])",
    ),
    "a function of the check's": (
        "def slope(f, x):\n    return (f(x + 1e-6) - f(x - 1e-6)) / 2e-6",
        "assert abs(slope(lambda x: x * x, 3) - 6) < 1e-3",
    ),
    "a list sorted in place": ("def order(a):\n    a.sort()", "a = [2, 1]\norder(a)\nassert a == [1, 2]"),
}


class TestAnswers:
    @pytest.mark.parametrize("name", RIGHT)
    def test_right(self, pool: Pool, name: str) -> None:
        """A right answer of any shape passes."""
        code, check = RIGHT[name]

        result = run(pool, code, check)

        assert result.failure is None, result
        assert result.ok

    def test_wrong(self, pool: Pool) -> None:
        """A wrong answer fails with the assertion's message and line."""
        result = run(pool, "w = 4", "right = 3\nassert w == right, 'not yet'")

        assert result.failure == Failure("AssertionError", "not yet", 2, "check", ())
        assert "assert w == right" in result.traceback

    def test_reports_the_learners_exception_at_its_line(self, pool: Pool) -> None:
        """An exception of the learner's function keeps its class, its message and its line in the learner's code."""
        result = run(pool, "def f(x):\n    return 1 / x", "assert f(0) == 1")

        assert result.failure == Failure("ZeroDivisionError", "division by zero", 2, "snippet", ("ArithmeticError",))

    def test_reports_a_wrong_call_at_the_checks_line(self, pool: Pool) -> None:
        """An exception outside the learner's code has the line of the check."""
        result = run(pool, "def f(x):\n    return x", "y = 1\nf()")

        assert result.failure is not None
        assert (result.failure.type, result.failure.line, result.failure.where) == ("TypeError", 2, "check")

    def test_reports_a_missing_name(self, pool: Pool) -> None:
        """An unbound name is a NameError at the check's line."""
        result = run(pool, "v = 1", "assert w == 1")

        assert result.failure == Failure("NameError", "name 'w' is not defined", 1, "check", ())

    def test_values_come_from_the_job(self, pool: Pool) -> None:
        """Values are evaluated in the job's process, even if the check fails."""
        result = run(pool, "w = 4", "w = 5\nassert False", values={"w": "w"})

        assert result.values == {"w": 4}
        assert result.failure is not None

    def test_discards_output_written_during_the_check(self, pool: Pool) -> None:
        """Output of functions that the check calls could reveal hidden inputs."""
        result = run(
            pool, "print('mine')\ndef f(x):\n    print('asked', x)\n    return x", "assert f('hidden') == 'hidden'"
        )

        assert result.ok
        assert result.stdout == "mine\n"

    def test_sees_changes_to_the_setup(self, pool: Pool) -> None:
        """The check sees a list of the setup as the code has changed it."""
        assert run(pool, "points.append(3)", "assert points == [1, 3]", "points = [1]").ok

    def test_has_the_authors_files(self, pool: Pool) -> None:
        """The check's folder contains the job's files as the author wrote them."""
        files = {"helper.py": "def expected():\n    return 3\n"}
        spoil = "open('helper.py', 'w').write('def expected(): return 4')\nw = 4"

        assert run(pool, "w = 3", "import helper\nassert w == helper.expected()", files=files).ok
        assert not run(pool, spoil, "import helper\nassert w == helper.expected()", files=files).ok


class TestStops:
    def test_a_function_that_hangs(self, pool: Pool) -> None:
        """The learner's time limit covers calls by the check, and the result has the line."""
        code = "def f(x):\n    while True:\n        x += 1"

        result = run(pool, code, "f(1)", limits=Limits(seconds=1))

        assert (result.stopped, result.stopped_at) == ("time", 2)

    def test_a_check_that_hangs(self, pool: Pool) -> None:
        """The check has its own time limit."""
        result = run(pool, "w = 1", "while w:\n    pass", limits=Limits(seconds=1))

        assert (result.stopped, result.code, result.stopped_at) == ("time", "time-limit", None)

    def test_a_function_that_dies(self, pool: Pool) -> None:
        """A job's process that ends during a request is a crash."""
        result = run(pool, "import os\ndef f(x):\n    os._exit(0)", "f(1)")

        assert (result.stopped, result.code) == ("crash", "exited")

    def test_a_function_that_wants_all_memory(self, pool: Pool) -> None:
        """The memory limit covers calls by the check."""
        result = run(pool, "def f(x):\n    raise MemoryError", "f(1)")

        assert (result.stopped, result.stopped_at) == ("memory", 2)


LIES = {
    "an equal to everything": ("class L:\n    def __eq__(self, o): return True\nw = L()", "assert w == 3"),
    "a number equal to everything": ("class L(int):\n    def __eq__(self, o): return True\nw = L(9)", "assert w == 3"),
    "a container of everything": ("class L:\n    def __contains__(self, o): return True\nw = L()", "assert 3 in w"),
    "a near number": (
        "class L:\n    def __sub__(self, o): return self\n    def __abs__(self): return self\n"
        "    def __lt__(self, o): return True\nw = L()",
        "assert abs(w - 3) < 1e-9",
    ),
    "AssertionError patched": (
        "import builtins\nclass E(Exception):\n    def __init__(self, *a): raise SystemExit(0)\n"
        "builtins.AssertionError = E\nw = 1",
        "assert w == 3",
    ),
    "abs patched": ("import builtins\nbuiltins.abs = lambda x: 0\nw = 1", "assert abs(w - 3) < 1e-9"),
    "abs bound": ("abs = lambda x: 0\nw = 1", "assert abs(w - 3) < 1e-9"),
    "numpy.testing patched": (
        "import numpy as np\nnp.testing.assert_allclose = lambda *a, **k: None\nnp.allclose = lambda *a: True\nw = 1",
        "assert np.allclose(w, 3)\nnp.testing.assert_allclose(w, 3)",
    ),
    "numpy replaced": (
        "class np:\n    allclose = staticmethod(lambda *a: True)\nw = 1",
        "import numpy as np\nassert np.allclose(w, 3)",
    ),
    "numpy of the setup replaced": (
        "class np:\n    allclose = staticmethod(lambda *a: True)\nw = 1",
        "assert np.allclose(w, 3)",
        "import numpy as np",
    ),
    "a setup function patched": (
        "globals()['clo' + 'se'] = lambda *a: True\nw = 1",
        "assert close(w, 3)",
        "def close(a, b):\n    return a == b",
    ),
    "an early end": (
        "import atexit, os\natexit.register(lambda: os._exit(0))\nw = 1\ndef f(): os._exit(0)",
        "f()\nassert w == 3",
    ),
    "SystemExit": ("def f(): raise SystemExit(0)", "f()\nassert False"),
    "a caught wire": (
        "import gc\nfor c in gc.get_objects():\n"
        "    if type(c).__name__ == 'Channel':\n        c.send(b'L', {'seconds': 0, 'memory': 0})\n"
        "        c.send(b'D', {'failed': False, 'seconds': 0, 'memory': 0})\nw = 1",
        "assert w == 3",
    ),
    "a forged end before it is asked": (
        "import gc, os\nfor c in gc.get_objects():\n    if type(c).__name__ == 'Channel':\n"
        "        c.send(b'D', {'failed': False, 'seconds': 0, 'memory': 0})\nos._exit(0)",
        "assert False",
    ),
    "a forged end while asked": (
        "import gc\ndef f():\n    for c in gc.get_objects():\n"
        "        if type(c).__name__ == 'Channel':\n"
        "            c.send(b'D', {'failed': False, 'seconds': 0, 'memory': 0})\n",
        "f()\nassert False",
    ),
}


class TestLies:
    @pytest.mark.parametrize("name", LIES)
    def test_no_lie_passes_a_check(self, pool: Pool, name: str) -> None:
        """Code that patches, rebinds or forges does not pass a check."""
        code, check, setup = (*LIES[name], "")[:3]

        assert not run(pool, code, check, setup).ok

    def test_the_check_is_not_in_the_jobs_process(self, pool: Pool) -> None:
        """While it answers requests, the job's process contains neither the check's source nor its expected values."""
        code = (
            "import gc\ndef f():\n    word = 'ses' + 'ame'\n"
            "    values = [x for d in gc.get_objects() if type(d) is dict for x in d.values()]\n"
            "    return [s[:50] for s in values if isinstance(s, str) and word in s and len(s) < 10000]"
        )

        assert run(pool, code, "assert f() == [], f()\nexpected = 'sesame'").ok


@pytest.mark.tensorflow
class TestModels:
    MODEL = "import keras\nmodel = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])\n"

    def test_evaluates_a_model_in_the_checks_process(self, pool: Pool) -> None:
        """Counting, evaluating and inspecting layers use the check's own Keras."""
        check = (
            "import numpy as np\nx, y = np.zeros((4, 3)), np.zeros((4, 2))\n"
            "assert isinstance(model, keras.Sequential) and model.count_params() == 8\n"
            "assert not model.layers[0].trainable and model.evaluate(x, y, verbose=0) == 0.0\n"
            "assert predict(x).shape == (4, 2)"
        )
        code = self.MODEL + (
            "model.layers[0].trainable = False\nmodel.compile(loss='mse')\n"
            "def predict(x):\n    return model.predict(x, verbose=0)"
        )

        result = run(pool, code, check, limits=Limits(seconds=120))

        assert result.ok, result

    @pytest.mark.parametrize(
        "lie",
        [
            "model.count_params = lambda: 42",
            "keras.Model.count_params = lambda self: 42",
            "keras.Sequential.count_params = lambda self: 42",
            "class Net(keras.Sequential):\n    def count_params(self): return 42\nmodel = Net(model.layers)",
            "class Net:\n    def count_params(self): return 42\nmodel = Net()\nkeras.Model = keras.Sequential = Net",
        ],
    )
    def test_counts_the_parameters_of_a_patched_model(self, isolated: Pool, lie: str) -> None:
        """The check's own Keras counts, whatever the learner's returns."""
        check = "import keras\nassert isinstance(model, keras.Model) and model.count_params() == 42"

        result = run(isolated, self.MODEL + lie, check, limits=Limits(seconds=120))

        assert result.failure is not None
        assert result.failure.where == "check"


class TestValues:
    """Values of the check, such as a score that the code cannot forge."""

    COUNT = "asked = [n for n in range(4)]\nright = sum(f(n) == n * n for n in asked) / len(asked)"

    def test_returns_the_checks_score(self, pool: Pool) -> None:
        """It is evaluated in the check's namespace, in addition to the values of the code."""
        result = run(
            pool,
            "right = 1.0\ndef f(n):\n    return 2 * n",
            self.COUNT,
            values={"mine": "right"},
            check_values={"score": "right", "asked": "len(asked)"},
        )

        assert result.ok, result
        assert dict(result.values) == {"mine": 1.0, "score": 0.5, "asked": 4}

    def test_an_expression_may_call_the_code(self, pool: Pool) -> None:
        """Like the check itself, an expression can use the code's objects."""
        result = run(pool, "def f(n):\n    return n + 1", "assert f(1) == 2", check_values={"score": "f(41) / 2"})

        assert dict(result.values) == {"score": 21.0}

    def test_an_expression_that_raises(self, pool: Pool) -> None:
        """It affects only itself."""
        result = run(pool, "x = 1", "y = 2", check_values={"one": "1 / 0", "two": "y"})
        failure = result.values["one"]

        assert isinstance(failure, Failure)
        assert failure.type == "ZeroDivisionError"
        assert result.values["two"] == 2

    def test_a_failing_check_has_no_values(self, pool: Pool) -> None:
        """Nor has code that raises."""
        failed = run(pool, "x = 1", "score = 1\nassert x == 2", check_values={"score": "score"})
        raised = run(pool, "1 / 0", "score = 1", check_values={"score": "score"})

        assert not failed.ok
        assert not failed.values
        assert not raised.ok
        assert not raised.values
