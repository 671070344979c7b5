"""The kinds without options: `predict` and `number`, and those that are answered with code."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

from pathlib import Path

import pytest

from practicum.model import Verdict
from practicum.runner import Pool
from tests.kinds.settling import Case, cases, check, options, problem, settle

P, R, U, E = Verdict.PROVED, Verdict.REFUTED, Verdict.UNSTABLE, Verdict.ERROR


def asked(kind: str, code: str, proof: str = 'value = "x"') -> str:
    return problem(f"What is it?\n\n```python run\n{code}\n```", proof, f'kind = "{kind}"\nlevel = "beginner"')


@cases(
    Case("a value", asked("predict", "x = (None, 5)"), P),
    Case("a print", asked("predict", "print(1)\nprint(2)", "prints = true"), P),
    Case("it raises", asked("predict", "x = 1 / 0"), R, "run-raises", ("ZeroDivisionError",)),
    Case("chance", asked("predict", "import random\nx = random.random()"), U, "depends-on-chance"),
    Case("not plain data", asked("predict", "x = lambda: 1"), R, "not-plain-data"),
    Case("a constant", asked("predict", "x = 1", 'value = "2"'), E, "constant-expression", ("`2`",)),
    Case("a number", asked("number", "x = 6.5", 'value = "x"\ntolerance = 0.1'), P),
    Case("text", asked("number", "x = '6.5'"), R, "unsuitable-key", ("`'6.5'`",)),
    Case("a truth", asked("number", "x = True"), R, "unsuitable-key"),
    Case("NaN", asked("number", "x = float('nan')"), R, "unsuitable-key"),
    Case("beyond all floats", asked("number", "x = 10 ** 400"), R, "unsuitable-key"),
)  # fmt: skip
def test_the_key_is_what_the_run_gives(case: Case, tmp_path: Path, pool: Pool) -> None:
    """There is no written key that could be wrong; but there must be something to say."""
    check(case, settle(tmp_path, pool, case.text))


def test_the_key_of_a_prediction_stands_in_its_evidence(tmp_path: Path, pool: Pool) -> None:
    """A learner's answer is compared with it."""
    (found,) = options(settle(tmp_path, pool, asked("predict", "x = [1, 2]")))

    assert (found.key, found.holds, found.observed) == (True, True, "[1, 2]")


def test_the_type_of_a_narrow_number_stands_beside_it(tmp_path: Path, pool: Pool) -> None:
    """So that a learner's answer is compared with all that it stands for."""
    (found,) = options(settle(tmp_path, pool, asked("number", "import numpy as np\nx = np.float32(0.1) * 3")))

    assert (found.observed, found.dtype) == ("0.3", "float32")


def test_a_comparison_with_an_object_that_stays_in_the_other_process_is_explained(tmp_path: Path, pool: Pool) -> None:
    """The author reads which name it was, and its class."""
    code = "class Money:\n    def __eq__(self, other): return True\ndef total(): return Money()\nsum_ = Money()"
    entry = settle(tmp_path, pool, answered("code", "assert sum_ == 3, 'The sum.'", code))
    result = settle(tmp_path / "result", pool, answered("code", "assert isinstance(total(), int)", code))
    plain = settle(tmp_path / "plain", pool, answered("code", "assert sum_ == 3, 'The sum.'", "sum_ = 4"))

    assert entry.verdict is R
    assert [text for text in ("The sum.", "`sum_`, a `Money`") if text not in entry.why] == []
    assert "a `Money`" in result.why
    assert "process" not in plain.why


CHECK = "assert double(4) == 8\nassert double('a') == 'aa'"
SOLUTION = "def double(x):\n    return x + x"


def answered(kind: str, check: str = CHECK, solution: str = SOLUTION, start: str = "", mutants: tuple[str, ...] = ("def double(x):\n    return x",)) -> str:  # fmt: skip
    """A problem that is answered with code."""
    start = start or {"blanks": "def double(x):\n    return x ____ x", "order": ""}.get(kind, "def double(x):\n    ...")
    fences = {"start": start, "solution": solution, "check": check}
    body = "Mend it.\n\n" + "".join(f"```python {role}\n{code}\n```\n\n" for role, code in fences.items() if code)
    body += "".join(f"```python mutant\n{code}\n```\n\n" for code in mutants)
    return problem(body, front=f'kind = "{kind}"\nlevel = "beginner"')


LINES = "a = 3\nb = a + 1\nc = b * 2"
ORDER = {"check": "assert c == 8", "solution": LINES}


@pytest.mark.parametrize("kind", ["blanks", "repair", "code"])
@cases(
    Case("right", "{}", P),
    Case("the solution fails", "{'check': 'assert double(4) == 9'}", R, "solution-fails", ("AssertionError", "line 1 ")),
    Case("the solution raises", "{'solution': 'def double(x):\\n    return y'}", R, "solution-fails", ("NameError", "'y'")),
    Case("the start passes", "{'start': 'def double(x): return 2 * x # ____'}", R, "start-passes"),
    Case("a mutant passes", "{'mutants': ('double = abs', 'def double(x): return x * 2')}", R, "mutant-passes", ("mutant 2",)),
    Case("a weak check", "{'check': 'assert double(4)'}", R, "mutant-passes", ("mutant 1",)),
    Case("a mutant that never ends", "{'mutants': ('while True: pass',)}", P),
    Case("the solution never ends", "{'solution': 'while True: pass'}", E, "run-stopped", ("1 s",)),
    Case("the sandbox does not allow the solution", "{'solution': 'import os; os.fork()'}", E, "run-stopped", ("the solution", "sandbox")),
    Case("the sandbox does not allow a mutant", "{'mutants': ('import os; os.fork()',)}", E, "run-stopped", ("mutant 1", "sandbox")),
    Case("chance", "{'check': 'assert double(4) == 8 and hash(\"a\") % 2'}", U, "depends-on-chance", ("solution",)),
)  # fmt: skip
def test_the_check_must_tell_right_from_wrong(case: Case, kind: str, tmp_path: Path, pool: Pool) -> None:
    """The solution passes, the start and every mutant do not."""
    changes = eval(case.text)  # noqa: S307 - a literal above

    entry = settle(tmp_path, pool, answered(kind, **changes), seconds=1)

    check(case, entry)


@cases(
    Case("right", answered("order", **ORDER, mutants=("a = 3\nc = b * 2\nb = a + 1",)), P),
    Case("a wrong order passes", answered("order", **ORDER | {"solution": "a = 3\nb = 4\nc = b * 2"}, mutants=("b = 4\na = 3\nc = b * 2",)), R, "mutant-passes", ("mutant 1",)),
)  # fmt: skip
def test_an_order_is_right_if_it_passes_the_check(case: Case, tmp_path: Path, pool: Pool) -> None:
    """Whatever order that is; a mutant is a wrong one."""
    check(case, settle(tmp_path, pool, case.text))


def project(
    start: str = "result = lambda: 0.1",
    solution: str = "result = lambda: 0.9",
    goal: str = 'metric = "rate"\nat_least = 0.8',
    check: str = "rate = result()",
) -> str:
    body = f"Do better.\n\n```python start\n{start}\n```\n\n```python solution\n{solution}\n```"
    body += f"\n\n```python check\n{check}\n```" if check else ""
    return problem(body, front=f'kind = "project"\nlevel = "expert"\n[goal]\n{goal}')


@cases(
    Case("right", project(), P),
    Case("at most", project("result = lambda: 3", "result = lambda: 1", 'metric = "rate + 1"\nat_most = 2'), P),
    Case("on average", project(solution="result = lambda: [0.7, 0.8, 0.95][seed]"), P),
    Case("a start that breaks", project(start="result = lambda: 1 / 0"), P),
    Case("the solution misses", project(solution="result = lambda: 0.7"), R, "solution-misses-goal", ("0.7 ", "3 seeds", "0.8")),
    Case("the start meets", project(start="result = lambda: 0.85"), R, "start-meets-goal", ("0.85",)),
    Case("no number", project(solution="result = lambda: 'high'"), R, "solution-without-score", ("`rate`", "'high'")),
    Case("no such name", project(solution="ratio = 1"), R, "solution-without-score", ("NameError",)),
    Case("NaN", project(solution="result = lambda: float('nan')"), R, "solution-without-score", ("nan",)),
    Case("the solution raises", project(solution="result = lambda: 1 / 0"), R, "solution-without-score", ("ZeroDivisionError",)),
    Case("the solution never ends", project(solution="while True: pass"), E, "run-stopped"),
    Case("the sandbox does not allow the start", project(start="import os; os.fork()"), E, "run-stopped", ("the start",)),
)  # fmt: skip
def test_a_project_s_solution_meets_its_goal_over_three_seeds(case: Case, tmp_path: Path, pool: Pool) -> None:
    """And its start does not."""
    check(case, settle(tmp_path, pool, case.text, seconds=1))


COUNTED = "rate = sum(double(n) == 2 * n for n in range(10)) / 10"


@cases(
    Case("right", project("def double(n): return n", "def double(n): return n + n", check=COUNTED), P),
    Case("the code says its own score", project("rate = 0", "rate = 1\ndef double(n): return n", check=COUNTED), R, "solution-misses-goal", ("0.1 ",)),
    Case("only the code has the name", project("rate = 0", "rate = 1", check="assert True"), R, "blind-answer-passes", ("`rate = 0.8`",)),
    Case("without a check", project("rate = 0", "rate = 1", check=""), R, "blind-answer-passes", ("`rate = 0.8`",)),
    Case("the check fails", project(solution="rate = 1", check="assert rate < 1, 'too good'"), R, "solution-without-score", ("too good",)),
)  # fmt: skip
def test_a_project_s_score_is_what_its_check_has_counted(case: Case, tmp_path: Path, pool: Pool) -> None:
    """Where there is a check: what the code binds to the metric's name does not count, unless the check asks for it."""
    check(case, settle(tmp_path, pool, case.text, seconds=5))
