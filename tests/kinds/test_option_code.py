"""Options that are code: each is run, and the right ones alone have the outcome that `[proof]` states."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

from pathlib import Path

import pytest

from practicum.model import Verdict
from practicum.prove.catalogue import load
from practicum.prove.evidence_hash import evidence_hash
from practicum.prove.subjects import model_code
from practicum.runner import Pool
from tests.course.making import read_problem
from tests.kinds.settling import Case, cases, check, options, problem, settle
from tests.prove.making import path, write_course

P, R, U, E, N = Verdict.PROVED, Verdict.REFUTED, Verdict.UNSTABLE, Verdict.ERROR, Verdict.UNPROVED

PRINTS = 'prints = "[1, 4, 9]"'
VALUE = 'value = "squares"\nequals = [1, 4, 9]'
CHECK = "assert squares == [1, 4, 9], 'not the squares'"
KEY, WRONG = "[x] print([n * n for n in range(1, 4)])", "[ ] print([n * n for n in range(3)])"


def coded(*boxes: str, proof: str = PRINTS, setup: str = "", run: str = "", checked: str = "") -> str:
    """A problem whose options are code: `[x] print(1)` as a code span, code of several lines as a fence."""
    fences = {"setup": setup, "run": run, "check": checked}
    body = "Which?\n\n" + "".join(f"```python {role}\n{code}\n```\n\n" for role, code in fences.items() if code)
    for box in boxes:
        code = box[4:]
        fence = "\n\n  ```python\n" + "".join(f"  {line}\n" for line in code.split("\n")) + "  ```\n"
        body += f"- {box[:3]}" + (fence if "\n" in code else f" `{code}`") + "\n"
    return problem(body, proof)


@cases(
    Case("the output", coded(KEY, WRONG), P),
    Case("output of several lines", coded("[x] for n in range(2):\n    print(n)", "[ ] print(0, 1)", proof='prints = """\n0\n1\n"""'), P),
    Case("no output", coded("[x] x = 1", "[ ] print(1)", proof='prints = ""'), P),
    Case("the output of the snippet does not count", coded("[x] print(n)", "[ ] print(n + 1)", run="n = 3\nprint(n)", setup="print(0)", proof='prints = "3"'), P),
    Case("a value", coded("[x] squares = [n * n for n in numbers]", "[ ] squares = numbers * 2", proof=VALUE, setup="numbers = [1, 2, 3]"), P),
    Case("a value of a narrow type", coded("[x] x = np.float32(0.1)", "[ ] x = np.float32(0.2)", proof='value = "x"\nequals = 0.1', setup="import numpy as np"), P),
    Case("a value in words of Python", coded("[x] x = (1, None)", "[ ] x = [1, None]", proof='value = "x"\nequals = "(1, None)"'), P),
    Case("a value with a tolerance", coded("[x] x = 0.333", "[ ] x = 0.3", proof='value = "x"\nequals = 0.3333\ntolerance = 1e-3'), P),
    Case("not plain data is not the value", coded("[x] squares = [1, 4, 9]", "[ ] squares = map(lambda n: n * n, [1, 2, 3])", proof=VALUE), P),
    Case("an exception", coded("[x] int('a')", "[ ] float('1')", "[ ] {}['a']", proof='error = "ValueError"'), P),
    Case("an exception by its base class", coded("[x] {}['a']", "[ ] int('a')", proof='error = "LookupError"'), P),
    Case("no exception", coded("[x] float('1')", "[ ] int('a')", proof='error = "none"'), P),
    Case("a syntax error", coded("[x] print 1", "[ ] print(1)", proof='error = "SyntaxError"'), P),
    Case("a warning", coded("[x] warnings.warn('w')", "[ ] x = 1", setup="import warnings", proof='warns = "UserWarning"'), P),
    Case("standard error", coded("[x] print('w', file=sys.stderr)", "[ ] print('w')", setup="import sys", proof='stderr = "w"'), P),
    Case("a check", coded("[x] squares = [n ** 2 for n in (1, 2, 3)]", "[ ] squares = [1, 2, 3]", "[ ] cubes = 1", checked=CHECK, proof="check = true"), P),
    Case("several right options", coded(KEY, WRONG, "[x] print([1, 4, 9])"), P),
    Case("a distractor raises", coded(KEY, "[ ] print(squares)"), P),
    Case("a distractor prints it and raises", coded(KEY, "[ ] print([1, 4, 9])\nsquares"), P),
    Case("a distractor is not Python", coded(KEY, "[ ] print [1, 4, 9]"), P),
    Case("the key prints another text", coded("[x] print(1)", "[ ] print(2)"), R, "no-option-right", ("option 1: prints `1`", "option 2: prints `2`")),
    Case("the key raises", coded("[x] print(squares)", WRONG), R, "no-option-right", ("option 1: raises NameError",)),
    Case("a distractor prints it too", coded(KEY, "[ ] print([1, 4, 9])"), R, "distractor-holds", ("option 2",)),
    Case("the wrong option is marked", coded("[ ]" + KEY[3:], "[x]" + WRONG[3:]), R, "wrong-option-marked"),
    Case("a distractor raises a subclass", coded("[x] int('a')", "[ ] b'\\xff'.decode()", proof='error = "ValueError"'), R, "distractor-holds"),
    Case("a distractor passes the check", coded("[x] squares = [1, 4, 9]", "[ ] squares = [n * n for n in (1, 2, 3)]", checked=CHECK, proof="check = true"), R, "distractor-holds", ("option 2: passes the check",)),
    Case("the key fails the check", coded("[x] squares = 1", "[ ] squares = 2", checked=CHECK, proof="check = true"), R, "no-option-right", ("AssertionError: not the squares",)),
    Case("the setup raises", coded(KEY, WRONG, setup="nothing"), R, "run-raises", ("NameError",)),
    Case("the snippet raises", coded(KEY, WRONG, run="nothing"), R, "run-raises", ("NameError",)),
    Case("a function of the snippet raises", coded("[x] mean([])", "[ ] mean([1])", run="def mean(xs):\n    return sum(xs) / len(xs)", proof='error = "ZeroDivisionError"'), P),
    Case("a function of the setup raises in a distractor", coded(KEY, "[ ] fail()", setup="def fail():\n    raise ValueError"), P),
    Case("a distractor that never ends", coded(KEY, "[ ] while True: pass"), E, "run-stopped", ("option 2", "1 s")),
    Case("a distractor that the sandbox does not allow", coded(KEY, "[ ] import os; os.fork()"), E, "run-stopped", ("option 2", "sandbox")),
    Case("and hides it", coded(KEY, "[ ] import os\ntry: os.fork()\nexcept BaseException: pass"), E, "run-stopped", ("option 2",)),
    Case("a distractor that takes all memory", coded(KEY, "[ ] x = bytearray(1 << 40)"), E, "run-stopped", ("option 2", "memory")),
    Case("chance", coded(KEY, "[ ] print(hash('a'))"), U, "depends-on-chance", ("option 2",)),
    Case("a constant", coded("[x] x = 1", "[ ] x = 2", proof='value = "3"\nequals = 3'), E, "constant-expression"),
)  # fmt: skip
def test_the_right_code_has_the_outcome_and_no_other_has(case: Case, tmp_path: Path, pool: Pool) -> None:
    """Code that raises has it only if the exception is the outcome; code that was stopped settles nothing."""
    check(case, settle(tmp_path, pool, case.text, seconds=1))


@pytest.mark.parametrize(
    ("text", "observed"),
    [
        (coded(KEY, "[ ] print('a')\nprint('b')"), ["prints `[1, 4, 9]`", "prints:\na\nb"]),
        (coded("[x] x = '`'\nprint(x)", "[ ] print()", proof="prints = '`'"), ["prints:\n`", "prints nothing"]),
        (
            coded("[x] squares = [1, 4, 9]", "[ ] squares = len", "[ ] x = 1", proof=VALUE),
            ["`squares` is `[1, 4, 9]`", "`squares` is a `builtin_function_or_method`", "`squares` raises NameError: name 'squares' is not defined"],
        ),
        (
            coded("[x] int('a')", "[ ] int('1')", proof='error = "ValueError"'),
            ["raises ValueError: invalid literal for int() with base 10: 'a'", "runs to its end"],
        ),
        (
            coded("[x] squares = [1, 4, 9]", "[ ] squares = 1", "[ ] 1 / 0", checked=CHECK, proof="check = true"),
            ["passes the check", "fails the check: AssertionError: not the squares", "raises ZeroDivisionError: division by zero"],
        ),
    ],
)  # fmt: skip
def test_each_option_shows_what_its_code_did(text: str, observed: list[str], tmp_path: Path, pool: Pool) -> None:
    """Also the wrong ones: a learner reads why."""
    assert [one.observed for one in options(settle(tmp_path, pool, text))] == observed


FIXED = "numbers = [3, 1]\nmean = sum(numbers) / 2"
BROKEN = "numbers = [3, 1]\nmean = sum(numbers)"
BIGGEST = "numbers = [3, 1]\nmean = max(numbers)"


@cases(
    Case("the snippet is replaced", coded("[x] " + FIXED, "[ ] " + BIGGEST, run=BROKEN, proof='repairs = "mean == 2"'), P),
    Case("a replacement runs", coded("[x] " + FIXED, "[ ] " + BIGGEST + "\nmode", run="mean", proof='raises = "NameError"'), P),
    Case("a distractor repairs too", coded("[x] " + FIXED, "[ ] numbers = [2]\nmean = numbers[0]", run=BROKEN, proof='repairs = "mean == 2"'), R, "distractor-holds"),
    Case("the key does not", coded("[x] " + BIGGEST, "[ ] numbers = [2]\nmean = 1", run=BROKEN, proof='repairs = "mean == 2"'), R, "no-option-right", ("with this code the expression is False",)),
    Case("a name in backticks proposes nothing", coded("[x] " + FIXED, "[ ] numbers", run=BROKEN, proof='repairs = "mean == 2"'), N, "missing-fix"),
)  # fmt: skip
def test_a_fence_without_a_fix_replaces_the_snippet(case: Case, tmp_path: Path, pool: Pool) -> None:
    """`raises` and `repairs` need no diff where the option is the whole code."""
    check(case, settle(tmp_path, pool, case.text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (coded(KEY, "[ ] print([n*n  for n in range(1, 4)])").replace("`print([n*n", "plain `print([n*n"), ["more-than-code", "repeated-option"]),
        (coded(KEY, "[ ] n.sort()", setup="n = [2, 1]").replace("`n.sort()`", "`n.sort()` and then `print(n)`"), ["more-than-code"]),
        (coded(KEY, WRONG, "[ ] print([n*n for n in range(3)])\n# the same"), ["repeated-option"]),
        (coded(KEY, "[ ] print(2)").replace("`print(2)`", "```print(1)\n  print(2)``` and more"), ["more-than-code"]),
        (coded(KEY, "[ ] print(1)\nprint(2)").replace("  ```\n", "  ````\n"), []),
        (coded(KEY, "[ ] print(1)\nprint(2)").replace("```", "~~~"), []),
        (coded(KEY, WRONG, checked="assert True"), ["unused-check"]),
        (coded(KEY, WRONG, proof="check = true"), ["missing-check"]),
        (coded(KEY, WRONG, checked="x = 1", proof="check = true"), ["check-without-assert"]),
        (coded(KEY, WRONG, checked="assert x =", proof="check = true"), ["invalid-python"]),
        (coded("[x] print(1", WRONG), ["invalid-python"]),
        (coded(KEY, WRONG, proof="prints = 3"), ["invalid-value"]),
        (coded(KEY, WRONG, proof='error = "Exception"'), ["invalid-value"]),
        (coded(KEY, WRONG, proof='warns = ""'), ["invalid-value"]),
        (coded(KEY, WRONG, proof='value = "x"\nequals = "a b"'), ["invalid-value"]),
        (coded(KEY, WRONG, proof='equals = 3'), ["unknown-key"]),
        (coded(KEY, WRONG, proof='prints = "1"\nvalue = "x"'), ["one-form-of-proof"]),
        (coded("[x] print(1", WRONG, proof='prints = 3').replace(WRONG[4:], "x").replace("`x`", "x"), ["invalid-value", "invalid-python", "missing-code"]),
        (coded("[x] print(1", "[ ] x", "[ ] y").replace("`x`", "x").replace("`y`", "y"), ["invalid-python", "missing-code", "missing-code"]),
        (coded("[x] mean = (\n\n", "[ ] " + BIGGEST, run=BROKEN, proof='repairs = "mean == 2"'), ["invalid-python"]),
    ],
)  # fmt: skip
def test_mistakes_are_reported_before_anything_runs(text: str, found: list[str]) -> None:
    """All at once."""
    assert [mistake.code for mistake in read_problem(text)[1]] == found


def test_a_mistake_in_an_option_s_code_is_at_its_line() -> None:
    """Within the fence."""
    text = coded("[x] x = 1\nprint(x", WRONG)

    (mistake,) = read_problem(text)[1]

    assert text.split("\n")[mistake.line - 1].strip() == "print(x"


def test_evidence_depends_on_the_options_code(tmp_path: Path) -> None:
    """On its text, on the stated outcome, and on the packages that it imports."""
    texts = {
        "one": coded("[x] import numpy", "[ ] import os"),
        "code": coded("[x] import numpy as np", "[ ] import os"),
        "stated": coded("[x] import numpy", "[ ] import os", proof='prints = "2"'),
    }
    catalogue = load(write_course(tmp_path, texts))
    subjects = [catalogue.entries[path(name)].subject for name in texts]

    assert len({evidence_hash(subject, catalogue.topic("topic")) for subject in subjects}) == 3
    assert "import numpy" in model_code(subjects[0])
