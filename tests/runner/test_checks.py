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

        bases = ("ArithmeticError",)
        assert result.failure == Failure("ZeroDivisionError", "division by zero", 2, "snippet", bases, "check")

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


HELLO = "def hello(name='you'):\n    print('Hello', name)\n"
PRINTED = {
    "what the code prints": ("print('hi')", "assert printed == 'hi\\n'"),
    "what a call prints": (HELLO, "hello('Ada')\nassert printed == 'Hello Ada\\n'"),
    "both, in their order": (HELLO + "print('first')", "hello()\nassert printed == 'first\\nHello you\\n'"),
    "in a function of the check": (HELLO, "def last():\n    hello()\n    return printed\nassert 'you' in last()"),
    "with the standard library": (
        HELLO + "print('before')",
        "import contextlib, io\nout = io.StringIO()\nwith contextlib.redirect_stdout(out):\n    hello()\n"
        "assert out.getvalue() == 'Hello you\\n'",
    ),
    "before an exception": (
        "def fail():\n    print('trying')\n    raise ValueError",
        "try:\n    fail()\nexcept ValueError:\n    assert printed == 'trying\\n'",
    ),
    "by a generator": (
        "def count():\n    for n in range(3):\n        print(n)\n        yield n",
        "g = count()\nnext(g)\nassert printed == '0\\n'\nnext(g)\nassert printed == '0\\n1\\n'",
    ),
    "around a call of the check's function": (
        "def apply(f):\n    print('before')\n    f()\n    print('after')",
        "seen = []\napply(lambda: seen.append(printed))\n"
        "assert seen == ['before\\n'] and printed == 'before\\nafter\\n'",
    ),
    "below Python": ("import os\ndef f():\n    os.write(1, 'é'.encode())", "f()\nassert printed == 'é'"),
    "without a line end": ("def f():\n    print(1, end=' ')", "f()\nf()\nassert printed == '1 1 '"),
}


class TestPrinted:
    @pytest.mark.parametrize("name", PRINTED)
    def test_a_check_reads_what_is_printed(self, pool: Pool, name: str) -> None:
        """`printed` has all output of the code until now, that of calls by the check included."""
        result = run(pool, *PRINTED[name])

        assert result.ok, result

    def test_without_the_output_of_a_quiet_setup(self, pool: Pool) -> None:
        """It is the author's."""
        assert run(pool, "print('hi')", "assert printed == 'hi\\n'", "print('loading')", quiet=True).ok

    @pytest.mark.parametrize("lie", ["printed = 'Hello Ada\\n'", "globals()['print' + 'ed'] = 'Hello Ada\\n'"])
    def test_a_variable_of_that_name_is_not_output(self, pool: Pool, lie: str) -> None:
        """Only printing is printing."""
        assert not run(pool, lie, "assert printed == 'Hello Ada\\n'").ok

    def test_the_setup_may_use_the_name(self, pool: Pool) -> None:
        """Then it is an ordinary name."""
        assert run(pool, "printed.append(2)", "assert printed == [1, 2]", "printed = [1]").ok

    def test_a_stdout_of_the_learners_own(self, pool: Pool) -> None:
        """What is written elsewhere is not printed."""
        code = "import io, sys\ndef f():\n    sys.stdout = io.StringIO()\n    print('hidden')"

        assert run(pool, code, "f()\nassert printed == ''").ok

    def test_a_flood(self, pool: Pool) -> None:
        """The beginning is kept, and the check goes on."""
        code = "def f():\n    print('x' * 3_000_000)"

        assert run(pool, code, "f()\nassert len(printed) == 1 << 20").ok


class TestStdin:
    def test_input_reads_the_given_lines(self, pool: Pool) -> None:
        """The code reads them first, then the functions that the check calls; a prompt is output."""
        code = "name = input('Name? ')\ndef age():\n    return int(input())"
        check = "assert name == 'Ada' and age() == 36 and printed == 'Name? '"

        assert run(pool, code, check, stdin="Ada\n36\n").ok

    def test_lines_are_read_from_the_stream(self, pool: Pool) -> None:
        """In UTF-8, to its end."""
        assert run(pool, "import sys\nlines = list(sys.stdin)", "assert lines == ['é\\n', 'b']", stdin="é\nb").ok

    def test_without_lines_there_is_nothing_to_read(self, pool: Pool) -> None:
        """Reading is the exception that it is at the end of a file."""
        result = run(pool, "input()", "")

        assert result.failure is not None
        assert result.failure.type == "EOFError"


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
    "an import that equals everything": ("from unittest.mock import ANY as w", "assert w == 3"),
    "an imported class whose objects equal everything": ("from unittest.mock import _ANY as f", "assert f() == 3"),
    "the names of the check as a module": ("import __main__ as w", "expected = 3\nassert w.expected == expected"),
    "the source of the check imported": ("from linecache import cache as w", "assert 'assert' in str(w)"),
    "the names of the check imported": ("from builtins import globals as f", "expected = 3\nassert 'expected' in f()"),
    "what refers to an argument": (
        "from gc import get_referrers as f",
        "class Hidden:\n    pass\nexpected = Hidden()\nassert 'expected' in str(f(expected))",
    ),
    "masked arrays": (
        "import numpy as np\nw = np.ma.masked_all(3)",
        "np.testing.assert_allclose(w, [1, 2, 3])",
        "import numpy as np",
    ),
    "a masked array in a list": (
        "import numpy as np\nw = [np.ma.masked_all(3)]",
        "np.testing.assert_allclose(w[0], [1, 2, 3])",
        "import numpy as np",
    ),
    "NumPy with masks under NumPy's name": (
        "import numpy.ma as np\nw = np.array([1, 2], mask=True)",
        "assert bool(np.allclose(w, [3, 4]))",
    ),
    "missing numbers": (
        "w = pd.Series([pd.NA] * 2, dtype='Int64')",
        "assert (w == [1, 2]).all()",
        "import pandas as pd",
    ),
    "missing numbers in a table": (
        "w = pd.DataFrame({'a': pd.array([pd.NA] * 2, dtype='Float64')})",
        "assert (w == pd.DataFrame({'a': [1.0, 2.0]})).all().all()",
        "import pandas as pd",
    ),
    "missing booleans of a function": (
        "def f(x): return pd.Series([pd.NA] * len(x), dtype='boolean')",
        "assert f([1, 2]).all() and not f([1]).any()",
        "import pandas as pd",
    ),
    "missing strings": (
        "w = pd.Series([pd.NA] * 2, dtype='string')",
        "assert (w == ['a', 'b']).all()",
        "import pandas as pd",
    ),
    "another NumPy under NumPy's name": (
        "import scipy._lib.array_api_compat.numpy as np",
        "assert np.__name__ != 'numpy'",
    ),
    "a module under another module's name": ("import unittest.mock as math", "assert math.ANY == 3"),
    "a module in an object": (
        "import unittest.mock\nclass A: pass\nw = A()\nw.x = unittest.mock",
        "assert w.x.ANY == 3",
    ),
    "a skipped unit test": (
        "from unittest import SkipTest\ndef f(x): raise SkipTest",
        "import io, unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(f(2), 4)\n"
        "tests = unittest.defaultTestLoader.loadTestsFromTestCase(T)\n"
        "assert unittest.TextTestRunner(io.StringIO()).run(tests).wasSuccessful()",
    ),
    "an end of iteration in a map": ("def f(x): raise StopIteration", "assert all(map(f, [1, 2]))"),
    "an end of iteration by a class of one's own": (
        "class E(StopIteration): pass\ndef f(x): raise E",
        "assert all(map(f, [1, 2]))",
    ),
    "an end of iteration in a zip": (
        "class L:\n    def __len__(self): raise StopIteration\nw = L()",
        "assert list(map(len, [w])) == []",
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
