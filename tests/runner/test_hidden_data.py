"""A check's hidden data: its seed is known to the check alone, and no exception on it reaches the code's author."""

from __future__ import annotations

import pytest

from practicum.model import Failure
from practicum.runner import Job, Pool, Result

SECRET = "4b1d 5eed"
SETUP = "import numpy as np"
SEED = 2**127 + 1


def run(pool: Pool, code: str, check: str, **fields: object) -> Result:
    return pool.run(Job(code, SETUP, check, hides_inputs=True, **fields))  # type: ignore[arg-type]


def test_a_check_has_a_seed_of_its_own(pool: Pool) -> None:
    """Whatever the code binds to its name."""
    result = run(pool, "hidden_seed = 1", "seen = hidden_seed", hidden_seed=SEED, check_values={"seen": "str(seen)"})

    assert result.values == {"seen": str(SEED)}


FINDERS = {
    "by its name": "found = hidden_seed",
    "in the main module": "import __main__\nfound = vars(__main__)",
    "in any object": "import gc\nfound = gc.get_objects()",
    "in the frames that have called it": """\
import sys
frame, found = sys._getframe(), []
while frame:
    found.append(frame.f_locals)
    frame = frame.f_back""",
    "when the check calls it": "def found(x):\n    return hidden_seed",
    "from the check's own function": "def found(x):\n    return x.__globals__['hidden_seed']",
}


@pytest.mark.parametrize("code", FINDERS.values(), ids=FINDERS)
def test_code_cannot_read_the_seed(pool: Pool, code: str) -> None:
    """It is sent to the check's process only."""
    check = "found(lambda: 0) if callable(found) else None"
    result = run(
        pool,
        f"{code}\nfound = found if callable(found) else str(found)",
        check,
        hidden_seed=SEED,
        values={"found": "str(found)"},
    )

    assert str(SEED) not in str(result)
    assert "found" in result.values or result.failure is not None


LEAKS = {
    "a message": "raise ValueError(x)",
    "an assertion": "raise AssertionError(x)",
    "an assertion of the code": "assert False, x",
    "arguments": "raise KeyError(x, x)",
    "the name of a class": "raise type(x.replace(' ', '_'), (Exception,), {})()",
    "the names of base classes": "raise type('E', (type(x.replace(' ', '_'), (ValueError,), {}),), {})()",
    "a note": "e = ValueError()\n    e.add_note(x)\n    raise e",
    "a cause": "raise ValueError() from KeyError(x)",
    "a group": "raise ExceptionGroup(x, [ValueError(x)])",
    "a file's name in a syntax error": "raise SyntaxError(x, (x, 1, 1, x))",
    "code without a line": "exec('raise AssertionError(' + repr(x) + ')')",
    "a missing name": 'raise NameError("name \'" + x + "\' is not defined")',
    "the end of an iterator": "raise StopIteration(x)",
    "the end of the program": "raise SystemExit(x)",
    "a result of another type": "return x",
    "a result that no one can convert": "return [[x], [x, x]]",
    "the repr of an object": "return type('T', (), {'__repr__': lambda self: x, '__float__': lambda self: 1 / 0})()",
    "what is printed": "print(x)\n    raise ValueError",
    "what is printed to stderr": "import sys\n    print(x, file=sys.stderr)\n    raise ValueError",
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_no_failure_repeats_the_input(pool: Pool, leak: str) -> None:
    """Only the builtin class of an exception, and the line of the code."""
    result = run(pool, f"def f(x):\n    {leak}", f"score = float(np.asarray(f({SECRET!r})).mean())")

    assert result.failure is not None
    assert SECRET not in str(result)
    assert SECRET.replace(" ", "_") not in str(result)


def test_the_class_and_the_line_of_an_exception_are_kept(pool: Pool) -> None:
    """Of a class of the code's own, the builtin one that it derives from."""
    result = run(pool, "class Odd(ValueError): pass\ndef f(x):\n    raise Odd(x)", f"f({SECRET!r})")

    assert result.failure == Failure("ValueError", "", 3, "snippet", (), "check")


def test_the_checks_own_message_is_kept(pool: Pool) -> None:
    """Its author wrote it for learners."""
    result = run(pool, "def f(x):\n    return 1", f"assert f({SECRET!r}) == 2, 'not two'")

    assert result.failure == Failure("AssertionError", "not two", 1, "check")


def test_an_exception_before_the_check_is_reported_whole(pool: Pool) -> None:
    """The code has not seen hidden data by then."""
    result = run(pool, "1 / 0", "pass")

    assert result.failure == Failure("ZeroDivisionError", "division by zero", 1, "snippet", ("ArithmeticError",))
    assert result.traceback


def test_a_value_that_raises(pool: Pool) -> None:
    """A metric is evaluated on hidden data, too."""
    values = {"score": f"float(f({SECRET!r}))"}
    result = run(pool, "def f(x):\n    return x", "pass", check_values=values)

    assert result.values["score"].type == "ValueError"
    assert SECRET not in str(result)
