"""`raises` and `repairs`: an option proposes an edit, and the edited snippet decides."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

from pathlib import Path

from practicum.model import Verdict
from practicum.runner import Pool
from tests.kinds.settling import Case, cases, check, options, problem, settle

P, R, U, E, N = Verdict.PROVED, Verdict.REFUTED, Verdict.UNSTABLE, Verdict.ERROR, Verdict.UNPROVED

CODE = "numbers = [3, 1]\ntotal = sum(numbers)\nmean = total / count"
RIGHT = "-mean = total / count\n+mean = total / len(numbers)"
WRONG = "-total = sum(numbers)\n+total = max(numbers)"
RAISES = 'raises = "NameError"'
REPAIRS = 'repairs = "mean == 2"'
FALSE = "numbers = [3, 1]\ntotal = sum(numbers)\nmean = total"
MENDED = "-mean = total\n+mean = total / len(numbers)"


def edits(
    *fixes: str | None, code: str = CODE, proof: str = RAISES, keys: tuple[int, ...] = (1,), setup: str = ""
) -> str:
    """A problem with one option a fix, numbered from 1; without a fix where it is None."""
    before = f"```python setup\n{setup}\n```\n\n" if setup else ""
    body = f"What is wrong?\n\n{before}```python run\n{code}\n```\n\n"
    for number, fix in enumerate(fixes, 1):
        body += f"- [{'x' if number in keys else ' '}] Option {number}\n"
        if fix is not None:
            body += "\n  ```diff fix\n" + "".join(f"  {line}\n" for line in fix.split("\n")) + "  ```\n\n"
    return problem(body, proof)


@cases(
    Case("right", edits(RIGHT, WRONG), P),
    Case("by a base class", edits("-x = {}\n+x = {1: 2}", "-x = {}\n+x = {2: 1}", code="x = {}\nx[1]", proof='raises = "LookupError"'), P),
    Case("by its module", edits(RIGHT, WRONG, proof='raises = "builtins.NameError"'), P),
    Case("matched", edits(RIGHT, WRONG, proof=RAISES + '\nmatch = "count.*defined"'), P),
    Case("matched as it stands", edits(RIGHT, WRONG, proof=RAISES + "\nmatch = \"'count' is not defined\""), P),
    Case("a fix with context", edits(" total = sum(numbers)\n+count = 2", WRONG), P),
    Case("a fix that only adds", edits(" numbers = [3, 1]\n+count = 2\n total = sum(numbers)", WRONG), P),
    Case("a fix that only removes", edits("-mean = total / count", WRONG), P),
    Case("a fix of several lines", edits("-total = sum(numbers)\n-mean = total / count\n+mean = 2", WRONG), P),
    Case("several right fixes", edits(RIGHT, " numbers = [3, 1]\n+count = 2", WRONG, keys=(1, 2)), P),
    Case("the key by the exception alone", edits(None, WRONG), P),
    Case(
        "the key's fix fails", edits(WRONG, "-numbers = [3, 1]\n+numbers = []"), R,
        "no-option-right", ("option 1", "NameError", "'count'"),
    ),
    Case("a distractor's fix works", edits(RIGHT, " numbers = [3, 1]\n+count = 2"), R, "distractor-holds", ("option 2",)),
    Case("the wrong option is marked", edits(RIGHT, WRONG, keys=(2,)), R, "wrong-option-marked"),
    Case("it does not raise", edits(" x = 1\n+y = 2", " x = 1\n+y = 3", code="x = 1"), R, "snippet-runs", ("NameError",)),
    Case("it raises another", edits(RIGHT, WRONG, proof='raises = "ValueError"'), R, "other-exception", ("ValueError", "NameError")),
    Case("it says something else", edits(RIGHT, WRONG, proof=RAISES + '\nmatch = "no such"'), R, "message-does-not-match", ("`no such`", "'count'")),
    Case("the setup raises", edits(RIGHT, WRONG, setup="nothing"), R, "setup-raises", ("NameError",)),
    Case("no fix at all", edits(None, None), N, "missing-fix", ("option 2",)),
    Case("some distractors have none", edits(RIGHT, WRONG, None), N, "missing-fix", ("option 3",)),
    Case("chance", edits("-if hash('a') % 2:\n+if True:", "-  1 / 0\n+  2 / 0", code="if hash('a') % 2:\n  1 / 0", proof='raises = "ZeroDivisionError"'), U, "depends-on-chance"),
    Case("a fix of chance", edits("-1 / 0\n+1 / (hash('a') % 2)", "-1 / 0\n+2 / 0", code="1 / 0", proof='raises = "ZeroDivisionError"'), U, "depends-on-chance", ("option 1",)),
)  # fmt: skip
def test_the_right_fix_is_the_one_that_runs(case: Case, tmp_path: Path, pool: Pool) -> None:
    """The snippet must raise as claimed; with the key's fix it runs to its end, with a distractor's it does not."""
    check(case, settle(tmp_path, pool, case.text))


def test_each_option_says_what_its_fix_gave(tmp_path: Path, pool: Pool) -> None:
    """Not only whether it helped."""
    found = options(settle(tmp_path, pool, edits(RIGHT, WRONG)))

    assert [(one.holds, one.observed) for one in found] == [
        (True, "with this fix the code runs to its end"),
        (False, "with this fix the code raises NameError: name 'count' is not defined"),
    ]


@cases(
    Case("right", edits(MENDED, WRONG, code=FALSE, proof=REPAIRS), P),
    Case("a distractor's fix raises", edits(MENDED, "-mean = total\n+mean = total / 0", code=FALSE, proof=REPAIRS), P),
    Case("NumPy's truth", edits("-x = np.array([0])\n+x = np.array([2])", "-x = np.array([0])\n+x = np.array([1])", code="import numpy as np\nx = np.array([0])", proof='repairs = "x == 2"'), P),
    Case("the key's fix is none", edits(WRONG, "-mean = total\n+mean = 0", code=FALSE, proof=REPAIRS), R, "no-option-right", ("option 1", "`mean` is 3")),
    Case("a distractor's works", edits(MENDED, " numbers = [3, 1]\n-total = sum(numbers)\n+total = 2", code=FALSE, proof=REPAIRS), R, "distractor-holds", ("option 2",)),
    Case("nothing to repair", edits(MENDED, WRONG, code=FALSE, proof='repairs = "total == 4"'), R, "already-true", ("`total == 4`",)),
    Case("it raises as it stands", edits(RIGHT, WRONG, proof=REPAIRS), R, "run-raises", ("NameError", "'count'", "`raises`")),
    Case("the expression raises", edits(MENDED, WRONG, code=FALSE, proof='repairs = "mode == 2"'), R, "run-raises", ("`mode == 2`", "NameError")),
    Case("a constant", edits(MENDED, WRONG, code=FALSE, proof='repairs = "mean == 2 or True"'), E, "constant-expression"),
    Case("no truth", edits("-x = np.zeros(2)\n+x = np.ones(2)", "-x = np.zeros(2)\n+x = np.ones(3)", code="import numpy as np\nx = np.zeros(2)", proof='repairs = "x == 1"'), R, "run-raises", ("ValueError",)),
    Case("some options have no fix", edits(MENDED, None, code=FALSE, proof=REPAIRS), N, "missing-fix", ("option 2",)),
    Case("the key has no fix", edits(None, WRONG, code=FALSE, proof=REPAIRS), N, "missing-fix", ("option 1",)),
    Case("chance", edits("-mean = total\n+mean = 2 + hash('a') % 2", WRONG, code=FALSE, proof=REPAIRS), U, "depends-on-chance"),
)  # fmt: skip
def test_the_right_fix_is_the_one_that_makes_the_expression_true(case: Case, tmp_path: Path, pool: Pool) -> None:
    """It must be false before any fix, true with the key's and false with a distractor's."""
    check(case, settle(tmp_path, pool, case.text))
