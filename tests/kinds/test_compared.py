"""`value`, `prints`, `error`: an option names an outcome, and the run's outcome decides."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

from pathlib import Path

import pytest

from practicum.model import Verdict
from practicum.runner import Pool
from tests.kinds.settling import Case, cases, check, options, problem, settle, value

P, R, U, E = Verdict.PROVED, Verdict.REFUTED, Verdict.UNSTABLE, Verdict.ERROR

PRINTS = "prints = true"
UNPACK = "import struct\nstruct.unpack('i', b'')"
PARSE = "import xml.etree.ElementTree as ET\nET.fromstring('<a>')"
SINGULAR = "import numpy as np\nnp.linalg.inv(np.zeros((2, 2)))"
ERROR = "error = true"


def prints(code: str, right: str, wrong: str) -> str:
    return problem(
        f"What is printed?\n\n```python run\n{code}\n```\n\n- [x]\n\n{fenced(right)}\n- [ ]\n\n{fenced(wrong)}", PRINTS
    )


def fenced(text: str) -> str:
    return "".join(f"  {line}\n" for line in ["```", *text.split("\n"), "```"])


@cases(
    Case("right", value("x = 1 + 2", "[x] 3", "[ ] 12"), P),
    Case("a list is no tuple", value("x = (1, 2)", "[x] (1, 2)", "[ ] [1, 2]"), P),
    Case("True is not 1", value("x = 1 < 2", "[x] True", "[ ] 1"), P),
    Case("an integer equals its float", value("x = 12 / 2", "[x] 6", "[ ] 2"), P),
    Case("a distractor within the tolerance", value("x = 5.0", "[x] 5.4", "[ ] 4.5", proof='value = "x"\ntolerance = 0.1'), R, "distractor-holds", ("option 2",)),
    Case("strict tells 6 from 6.0", value("x = 12 / 2", "[x] 6.0", "[ ] 6", proof='value = "x"\nstrict = true'), P),
    Case("strict tells -0.0 from 0.0", value("x = -0.0", "[x] -0.0", "[ ] 0.0", proof='value = "x"\nstrict = true'), P),
    Case("NaN equals NaN", value("x = float('nan')", "[x] nan", "[ ] 0.0"), P),
    Case("a float's last digits", value("x = 0.1 + 0.2", "[x] 0.3", "[ ] 0.4"), R, "no-option-right", ("`0.30",)),
    Case("tolerance", value("x = 0.1 + 0.2", "[x] 0.3", "[ ] 0.4", proof='value = "x"\ntolerance = 1e-6'), P),
    Case("several keys", value("x = {2, 1}", "[x] {1, 2}", "[x] {2, 1}", "[ ] {1}"), P),
    Case("an expression", value("x = [3, 1]", "[x] [1, 3]", "[ ] [3, 1]", proof='value = "sorted(x)"'), P),
    Case(
        "the wrong option is marked",
        value("x = 1 + 2", "[ ] 3", "[x] 12"),
        R,
        "wrong-option-marked", ("`3`", "option 1", "option 2"),
    ),
    Case("no option is right", value("x = 1 + 2", "[x] 4", "[ ] 12"), R, "no-option-right", ("`3`",)),
    Case("one key too many", value("x = 3", "[x] 3", "[x] 4", "[ ] 5"), R, "key-does-not-hold", ("option 2",)),
    Case("the snippet raises", value("x = 1\n1 / 0", "[x] 1", "[ ] 2"), R, "run-raises", ("ZeroDivisionError", "line 2")),
    Case("the snippet is no Python", value("x = = 1", "[x] 1", "[ ] 2"), R, "run-raises", ("SyntaxError",)),
    Case("the expression raises", value("x = 1", "[x] 1", "[ ] 2", proof='value = "y"'), R, "run-raises", ("NameError", "'y'")),
    Case("chance", value("import random\nx = random.random()", "[x] 0.5", "[ ] 1.0"), U, "depends-on-chance", ("5",)),
    Case("NumPy's chance", value("import numpy as np\nx = np.random.rand()", "[x] 0.5", "[ ] 1.0"), U, "depends-on-chance"),
    Case("the order of a set", value("x = list({'a', 'b', 'c', 'd'})", "[x] ['a', 'b', 'c', 'd']", "[ ] []"), U, "depends-on-chance"),
    Case("an address", value("x = id(object())", "[x] 5", "[ ] 6"), U, "depends-on-chance"),
    Case("a time", value("import time\nx = time.time()", "[x] 5", "[ ] 6"), U, "depends-on-chance"),
    Case("True in one run, 1 in another", value("x = True if hash('a') % 2 else 1", "[x] True", "[ ] 2"), U, "depends-on-chance"),
    Case("not plain data", value("x = object()", "[x] 5", "[ ] 6"), R, "not-plain-data", ("object",)),
    Case("a constant", value("x = 3", "[x] 3", "[ ] 4", proof='value = "1 + 2"'), E, "constant-expression", ("`1 + 2`",)),
    Case("a constant's disguise", value("x = 3", "[x] 3", "[ ] 4", proof='value = "sum(y for y in [1, 2])"'), E, "constant-expression"),
    Case("a default is none", value("x = ''", "[x] 'a'", "[ ] 'b'", proof="value = \"x or 'a'\""), P),
    Case("a shadowed builtin", value("def max(*x): return 3", "[x] 3", "[ ] 4", proof='value = "max(4, 1)"'), P),
    Case("NumPy counts as plain", value("import numpy as np\nx = (np.int64(3), np.array([[1.0, 2.0]]))", "[x] (3, [[1, 2]])", "[ ] 3"), P),
    Case("a NumPy truth", value("import numpy as np\nx = np.float32(1) < 2", "[x] True", "[ ] 1"), P),
    Case("a float32 is what NumPy prints", value("import numpy as np\nx = np.float32(0.1)", "[x] 0.1", "[ ] 0.2"), P),
    Case("and what its bits stand for", value("import numpy as np\nx = np.float32(0.1)", "[x] 0.10000000149011612", "[ ] 0.2"), P),
    Case("it is both", value("import numpy as np\nx = np.float32(0.1)", "[x] 0.10000000149011612", "[ ] 0.1"), R, "distractor-holds"),
    Case("and no other number", value("import numpy as np\nx = np.float32(0.1)", "[x] 0.1", "[ ] 0.1000000001"), P),
    Case("a sum of float32", value("import numpy as np\nx = np.float32(0.1) + np.float32(0.2)", "[x] 0.3", "[ ] 0.30000000000000004"), P),
    Case("a sum of float64", value("import numpy as np\nx = np.float64(0.1) + np.float64(0.2)", "[x] 0.30000000000000004", "[ ] 0.3"), P),
    Case("float16 lacks 2049", value("import numpy as np\nx = np.float16(2049)", "[x] 2048.0", "[ ] 2049.0"), P),
    Case("float32 in containers", value("import numpy as np\nx = (np.array([[0.1, -0.0]], 'float32'), {'a': np.float16(0.1)})", "[x] ([[0.1, -0.0]], {'a': 0.1})", "[ ] 3", proof='value = "x"\nstrict = true'), P),
    Case("no number in float32", value("import numpy as np\nx = np.array([np.nan, np.inf], 'float32')", "[x] [nan, inf]", "[ ] [nan, nan]"), P),
    Case("a complex64", value("import numpy as np\nx = np.array([0.1 + 0.2j], 'complex64')", "[x] [0.1 + 0.2j]", "[ ] [0.1]"), P),
    Case("no float32 is right", value("import numpy as np\nx = np.float32(1e10)", "[x] 1.0", "[ ] 2.0"), R, "no-option-right", ("`1e+10`",)),
    Case("an array as NumPy shows it", value("import numpy as np\nx = np.array([2, 4])", "[x] array([2, 4])", "[ ] array([2, 5])"), P),
    Case("a NumPy number as NumPy shows it", value("import numpy as np\nx = np.float64(0.5)", "[x] np.float64(0.5)", "[ ] np.float64(0.25)"), P),
    Case("a float32 as NumPy shows it", value("import numpy as np\nx = np.float16(2049)", "[x] np.float16(2048.0)", "[ ] 2049"), P),
    Case("a range", value("x = range(3)", "[x] range(0, 3)", "[ ] [0, 1, 2]"), P),
    Case("a set", value("x = {'b', 'a'}", "[x] {'a', 'b'}", "[ ] frozenset({'a'})"), P),
    Case("a decimal", value("from decimal import Decimal\nx = Decimal('1.10')", "[x] Decimal('1.10')", "[ ] 1.1"), P),
    Case("strict tells decimals' digits", value("from decimal import Decimal\nx = Decimal('1.10')", "[x] Decimal('1.10')", "[ ] Decimal('1.1')", proof='value = "x"\nstrict = true'), P),
    Case("a fraction", value("from fractions import Fraction\nx = Fraction(2, 4)", "[x] Fraction(1, 2)", "[ ] Fraction(2, 3)"), P),
    Case("a day", value("import datetime\nx = datetime.date(2026, 1, 31)", "[x] datetime.date(2026, 1, 31)", "[ ] datetime.date(2026, 2, 1)"), P),
    Case("a time", value("import datetime\nx = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)", "[x] datetime.datetime(2026, 1, 31, 12, 0, tzinfo=datetime.timezone.utc)", "[ ] datetime.datetime(2026, 1, 31, 12, 0)"), P),
    Case("a duration", value("import datetime\nx = [datetime.timedelta(minutes=1)]", "[x] [datetime.timedelta(seconds=60)]", "[ ] [60]"), P),
    Case("a day of NumPy", value("import numpy as np\nx = np.datetime64('2026-01-31')", "[x] np.datetime64('2026-01-31')", "[ ] np.datetime64('2026-02-01')"), P),
    Case("no time", value("import numpy as np\nx = np.datetime64('NaT')", "[x] None", "[ ] 0"), R, "not-plain-data"),
    Case("a path", value("from pathlib import Path\nx = Path('a') / 'b'", "[x] PosixPath('a/b')", "[ ] 'a/b'"), P),
    Case("a zone that no literal states", value("import datetime, zoneinfo\nx = datetime.datetime(2026, 1, 31, tzinfo=zoneinfo.ZoneInfo('UTC'))", "[x] 1", "[ ] 2"), R, "not-plain-data"),
    Case("a large integer", value("x = 10 ** 400", f"[x] 1{'0' * 400}", "[ ] 1.5", proof='value = "x"\ntolerance = 1e-6'), P),
)  # fmt: skip
def test_a_value_is_settled_by_the_run(case: Case, tmp_path: Path, pool: Pool) -> None:
    """The key's literal must equal what the expression gives in every run, every distractor's must differ."""
    check(case, settle(tmp_path, pool, case.text))


def test_each_option_says_what_the_run_gave(tmp_path: Path, pool: Pool) -> None:
    """Evidence tells of each option whether it holds and what was observed."""
    found = options(settle(tmp_path, pool, value("x = 1 + 2", "[ ] 3", "[x] 12")))

    assert [(one.key, one.holds, one.observed) for one in found] == [(False, True, "3"), (True, False, "3")]


@cases(
    Case("one line", value("print(1 + 2)", "[x] 3", "[ ] 12", proof=PRINTS), P),
    Case("as written, not as a value", value("print(6.0)", "[x] 6.0", "[ ] 6", proof=PRINTS), P),
    Case("several lines", prints("for n in range(3): print(n)", "0\n1\n2", "1\n2\n3"), P),
    Case("trailing white space", prints("print('a  ')\nprint()", "a", "b"), P),
    Case("indentation counts", prints("print('a')\nprint('  b')", "a\n  b", "a\nb"), P),
    Case("leading lines count", prints("print()\nprint('a')", "\na", "a"), P),
    Case("nothing", prints("x = 1", "", "1"), P),
    Case("braces and percent", value("print('{{ n }} 5%')", "[x] {{ n }} 5%", "[ ] n", proof=PRINTS), P),
    Case("no option", value("print(3)", "[x] 4", "[ ] 5", proof=PRINTS), R, "no-option-right", ("`3`",)),
    Case("no option, several lines", prints("print('a')\nprint('b')", "a", "b"), R, "no-option-right", ("`'a\\nb'`",)),
    Case("wrong key", value("print(3)", "[x] 4", "[ ] 3", proof=PRINTS), R, "wrong-option-marked", ("`3`",)),
    Case("it prints nothing", value("x = 3", "[x] 3", "[ ] 4", proof=PRINTS), R, "no-option-right"),
    Case("chance", value("print({'a', 'b', 'c', 'd'})", "[x] 1", "[ ] 2", proof=PRINTS), U, "depends-on-chance"),
    Case("it raises", value("print(3)\nx.y", "[x] 3", "[ ] 4", proof=PRINTS), R, "run-raises", ("NameError",)),
    Case(
        "a wrong key that looks like a bar",
        prints("for i in (1, 2): print(f'{i}/2 - lap took {i * 10}s')", "1/2 - lap took 99s\n2/2 - lap took 77s", "done"),
        R, "no-option-right", ("1/2 - lap took 10s",),
    ),
    Case(
        "a right key that looks like a bar",
        prints("for i in (1, 2): print(f'{i}/2 ━━━━ {i}s 3ms/step')", "1/2 ━━━━ 1s 3ms/step\n2/2 ━━━━ 2s 3ms/step", ""),
        P,
    ),
    Case("what looks like a bar", prints("print('Fold 1/5: []')\nprint('1/2 [...]')", "Fold 1/5: []\n1/2 [...]", ""), P),
)  # fmt: skip
def test_what_is_printed_is_compared_as_text(case: Case, tmp_path: Path, pool: Pool) -> None:
    """Line by line, white space at the ends apart."""
    check(case, settle(tmp_path, pool, case.text))


@cases(
    Case("right", value("int('a')", "[x] ValueError", "[ ] TypeError", proof=ERROR), P),
    Case("none", value("int('1')", "[x] none", "[ ] ValueError", proof=ERROR), P),
    Case("none is wrong", value("int('a')", "[x] ValueError", "[ ] none", proof=ERROR), P),
    Case("by its module", value("import json\njson.loads('')", "[x] json.JSONDecodeError", "[ ] KeyError", proof=ERROR), P),
    Case("its own name, not a base's", value("{}['a']", "[x] KeyError", "[ ] LookupError", proof=ERROR), P),
    Case("a lone surrogate cannot be printed", value("print('\\ud800')", "[x] UnicodeEncodeError", "[ ] none", proof=ERROR), P),
    Case("stderr accepts it", value("import sys\nprint('\\ud800', file=sys.stderr)", "[x] none", "[ ] UnicodeEncodeError", proof=ERROR), P),
    Case("another name of its class", value("raise OSError", "[x] IOError", "[ ] KeyError", proof=ERROR), P),
    Case("another name of it in a module", value("raise TimeoutError", "[x] socket.timeout", "[ ] os.error", proof=ERROR), P),
    Case("its package", value(UNPACK, "[x] struct.error", "[ ] zlib.error", proof=ERROR), P),
    Case("without its package", value(UNPACK, "[x] error", "[ ] KeyError", proof=ERROR), P),
    Case("a class of another package", value(UNPACK, "[x] zlib.error", "[ ] KeyError", proof=ERROR), R, "no-option-right"),
    Case("a package by its usual name", value(SINGULAR, "[x] np.linalg.LinAlgError", "[ ] ValueError", proof=ERROR), P),
    Case("a package by a name of the snippet", value(PARSE, "[x] ET.ParseError", "[ ] ValueError", proof=ERROR), P),
    Case("a module of its package", value(SINGULAR, "[x] linalg.LinAlgError", "[ ] ValueError", proof=ERROR), P),
    Case("a distractor that is another name", value("raise OSError", "[x] KeyError", "[ ] socket.error", proof=ERROR), R, "wrong-option-marked"),
    Case("a SyntaxError", value("x = = 1", "[x] SyntaxError", "[ ] none", proof=ERROR), P),
    Case("it runs", value("int('1')", "[x] ValueError", "[ ] TypeError", proof=ERROR), R, "no-option-right"),
    Case("another", value("int([])", "[x] ValueError", "[ ] TypeError", proof=ERROR), R, "wrong-option-marked", ("`TypeError`",)),
    Case("chance", value("if hash('a') % 2: 1 / 0", "[x] ZeroDivisionError", "[ ] KeyError", proof=ERROR), U, "depends-on-chance"),
    Case(
        "the setup's own",
        problem("```python setup\nint('a')\n```\n\n```python run\nx = 1\n```\n\n- [x] `ValueError`\n- [ ] `none`", ERROR),
        R,
        "run-raises", ("setup", "ValueError"),
    ),
)  # fmt: skip
def test_an_exception_is_named_by_its_own_name(case: Case, tmp_path: Path, pool: Pool) -> None:
    """`none` stands for a snippet that runs to its end; an exception of the setup is not an answer."""
    check(case, settle(tmp_path, pool, case.text))


WARNS = "warns = true"
WARN = "import warnings\nwarnings.warn('old')"


@cases(
    Case("right", value(WARN, "[x] UserWarning", "[ ] none", proof=WARNS), P),
    Case("of a library", value("import numpy as np\nx = np.log(0)", "[x] RuntimeWarning", "[ ] none", proof=WARNS), P),
    Case("none", value("x = 1", "[x] none", "[ ] UserWarning", proof=WARNS), P),
    Case("its own name, not a base's", value("import warnings\nwarnings.warn('x', FutureWarning)", "[x] FutureWarning", "[ ] Warning", proof=WARNS), P),
    Case("not shown by default", value("import warnings\nwarnings.warn('x', ImportWarning)", "[x] none", "[ ] ImportWarning", proof=WARNS), P),
    Case("several", value(WARN + "\nwarnings.warn('x', FutureWarning)", "[x] UserWarning, FutureWarning", "[ ] UserWarning", proof=WARNS), P),
    Case("another", value(WARN, "[x] RuntimeWarning", "[ ] none", proof=WARNS), R, "no-option-right", ("`UserWarning`",)),
    Case("it raises", value("warnings", "[x] UserWarning", "[ ] none", proof=WARNS), R, "run-raises", ("NameError",)),
    Case("stderr", value("import sys\nprint('out')\nprint('err', file=sys.stderr)", "[x] err", "[ ] out", proof="stderr = true"), P),
    Case("not on stderr", value("print('out')", "[x] out", "[ ] err", proof="stderr = true"), R, "no-option-right"),
)  # fmt: skip
def test_what_is_shown_on_stderr_is_compared(case: Case, tmp_path: Path, pool: Pool) -> None:
    """A warning by its class, other text as it is written."""
    check(case, settle(tmp_path, pool, case.text))


def test_the_exception_s_message_is_shown_with_each_option(tmp_path: Path, pool: Pool) -> None:
    """Learners see the message of the exception."""
    found = options(settle(tmp_path, pool, value("int('a')", "[ ] ValueError", "[x] TypeError", proof=ERROR)))

    assert {one.observed for one in found} == {"ValueError: invalid literal for int() with base 10: 'a'"}


@cases(
    Case(
        "a loop",
        value("while True: pass", "[x] 1", "[ ] 2"),
        E,
        "run-stopped",
        ("1 s", "line 1"),
    ),
    Case("memory", value("x = 'a' * (1 << 60)", "[x] 1", "[ ] 2"), E, "run-stopped", ("memory",)),
    Case(
        "it kills itself", value("import os\nos.kill(os.getpid(), 9)", "[x] 1", "[ ] 2"), E, "run-stopped", ("killed",)
    ),
)
def test_a_run_that_cannot_end_is_an_error_with_its_reason(case: Case, tmp_path: Path, pool: Pool) -> None:
    """That is the machine's answer, not the code's."""
    check(case, settle(tmp_path, pool, case.text, seconds=1))


FORK = "import os\ntry:\n    os.fork()\nexcept PermissionError:\n    print('refused')"
CONNECT = "import urllib.request\nurllib.request.urlopen('http://example.org')"


@cases(
    Case(
        "a process, as an exception",
        value("import os\nos.fork()", "[x] PermissionError", "[ ] none", proof=ERROR),
        E,
        "run-stopped",
        ("sandbox", "line 2"),
    ),
    Case("a process, caught", prints(FORK, "refused", "done"), E, "run-stopped", ("sandbox", "line 3")),
    Case(
        "the network, as an exception",
        value(CONNECT, "[x] URLError", "[ ] none", proof=ERROR),
        E,
        "run-stopped",
        ("sandbox", "line 2"),
    ),
    Case(
        "the network, as a value", value(CONNECT + "\nx = 1", "[x] 1", "[ ] 2"), E, "run-stopped", ("sandbox", "line 2")
    ),
    Case(
        "memory, in the value",
        value("x = 'a'", "[x] 'a'", "[ ] 'b'", proof='value = "x * (1 << 60)"'),
        E,
        "run-stopped",
        ("memory",),
    ),
    Case(
        "an exception of any ordinary user",
        value("import os\nos.setuid(0)", "[x] PermissionError", "[ ] none", proof=ERROR),
        P,
    ),
    Case("an event loop", value("import asyncio\nx = asyncio.run(asyncio.sleep(0, 5))", "[x] 5", "[ ] 0"), P),
)
def test_what_the_sandbox_does_not_allow_settles_nothing(case: Case, tmp_path: Path, pool: Pool) -> None:
    """It is no property of the code that it cannot be run here; event loops can."""
    check(case, settle(tmp_path, pool, case.text))


@pytest.mark.slow
@pytest.mark.tensorflow
def test_progress_bars_of_keras_are_kept_out_of_what_is_printed(tmp_path: Path, pool: Pool) -> None:
    """They carry times. The line `Epoch 1/2` carries none, and stays."""
    code = (
        "import keras, numpy as np\n"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer='zeros')])\n"
        "model.compile('sgd', 'mse')\n"
        "x, y = np.zeros((64, 2)), np.zeros((64, 1))\n"
        "model.fit(x, y, epochs=2, verbose=1)\n"
        "model.fit(x, y, epochs=1, verbose=2, batch_size=2)\n"
        "print('loss', model.evaluate(x, y))\n"
        "print('shape', model.predict(x).shape)"
    )
    right = "Epoch 1/2\nEpoch 2/2\nloss 0.0\nshape (64, 1)"

    entry = settle(tmp_path, pool, prints(code, right, "loss"), seconds=120, one_interpreter=True)

    assert (entry.verdict, entry.why) == (Verdict.PROVED, "")
