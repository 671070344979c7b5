"""No `[proof]`: each option has its own claim, true if the option is right."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

from pathlib import Path

from practicum.model import Verdict
from practicum.runner import Pool
from tests.kinds.settling import Case, cases, check, options, problem, settle

P, R, U, E, N = Verdict.PROVED, Verdict.REFUTED, Verdict.UNSTABLE, Verdict.ERROR, Verdict.UNPROVED


def claims(*found: str | None, code: str = "x = [3, 1]", keys: tuple[int, ...] = (1,)) -> str:
    """A problem with one option a claim; without a claim where it is None."""
    body = f"Which holds?\n\n```python run\n{code}\n```\n\n"
    for number, claim in enumerate(found, 1):
        body += f"- [{'x' if number in keys else ' '}] Option {number}\n"
        if claim is not None:
            body += f"\n  ```python claim\n  {claim}\n  ```\n\n"
    return problem(body)


@cases(
    Case("right", claims("len(x) == 2", "len(x) == 3"), P),
    Case("several keys", claims("len(x) == 2", "x[0] == 3", "x[0] == 1", keys=(1, 2)), P),
    Case("no comparison", claims("x", "not x"), P),
    Case("of the namespace itself", claims("'x' in dir()", "'y' in locals()"), P),
    Case("of what it calls twice", claims("next(n) == next(n) - 1", "next(n) == next(n)", code="import itertools\nn = itertools.count()"), P),
    Case("of a NumPy truth", claims("np.array([2]) > 1", "np.array([1]) > 1", code="import numpy as np\nx = 1"), P),
    Case("of something large", claims("list(range(x)) == y", "list(range(x)) != y", code="x = 10 ** 6\ny = list(range(x))"), P),
    Case("with names of its own", claims("sum(n for n in x) == 4", "(y := len(x)) > 3 and y"), P),
    Case("of shadowed builtins", claims("x == 3", "x == 4", code="x = 3\nlen = isinstance = repr = bool = not_ = None"), P),
    Case("a key's is false", claims("len(x) == 3", "len(x) == 4"), R, "no-option-right", ("`len(x)` is 2",)),
    Case("a distractor's is true", claims("len(x) == 2", "len(x) > 1"), R, "distractor-holds", ("option 2", "`len(x)` is 2",)),
    Case("the wrong option is marked", claims("len(x) == 2", "len(x) == 3", keys=(2,)), R, "wrong-option-marked"),
    Case("one has none", claims("len(x) == 2", None), R, "missing-claim", ("option 2",)),
    Case("none has any", claims(None, None), N, "nothing-to-run"),
    Case("a claim raises", claims("len(x) == 2", "len(y) == 2"), R, "claim-raises", ("option 2", "NameError", "'y'")),
    Case("a claim has no truth", claims("x == 3", "x == 1", code="import numpy as np\nx = np.array([3, 1])"), R, "claim-raises", ("option 1", "ValueError")),
    Case("the snippet raises", claims("x == 3", "x == 1", code="x = 1 / 0"), R, "run-raises", ("ZeroDivisionError",)),
    Case("a claim that the sandbox does not allow", claims("len(x) == 2", "__import__('os').fork()"), E, "run-stopped", ("sandbox",)),
    Case("True", claims("True", "len(x) == 3"), E, "constant-expression", ("option 1", "`True`")),
    Case("1 == 1", claims("1 == 1", "len(x) == 3"), E, "constant-expression", ("`1 == 1`",)),
    Case("x or True", claims("len(x) == 3 or True", "len(x) == 3"), E, "constant-expression", ("`len(x) == 3 or True`",)),
    Case("x == x", claims("x == x", "len(x) == 3"), E, "constant-expression", ("`x == x`",)),
    Case("a false constant", claims("len(x) == 2", "len(x) == 2 and False"), E, "constant-expression", ("option 2",)),
    Case("chance", claims("hash('a') % 2 == 0", "len(x) == 3"), U, "depends-on-chance", ("option 1",)),
    Case("one changes what the other sees", claims("x.pop() == 1", "x == [3, 1]"), U, "depends-on-chance"),
)  # fmt: skip
def test_claims_are_settled_by_the_run(case: Case, tmp_path: Path, pool: Pool) -> None:
    """A key's must be true in every run and a distractor's false; one that no run can change is an error."""
    check(case, settle(tmp_path, pool, case.text))


def test_each_option_says_what_the_sides_of_its_claim_were(tmp_path: Path, pool: Pool) -> None:
    """What was claimed stands in the file; what was there instead is the news."""
    text = claims("len(x) == 2 and x[0] < 9", "tuple(x) == (1, 3)", "not x")
    found = options(settle(tmp_path, pool, text))

    assert [one.observed for one in found] == ["`len(x)` is 2, `x[0]` is 3", "`tuple(x)` is (3, 1)", "`not x` is False"]


EXPERIMENTS = """
    def tall(*, step, seed=0):
        return {"height": step + seed / 10, "grown": [0.0, step]}

    def flat(*, seed=0):
        return {"height": 2.15}

    def forked(*, seed=0):
        try:
            __import__("os").fork()
        except OSError:
            return {"height": 0.0}
"""


@cases(
    Case("for all seeds", claims("tall(step=3, seed=seed).height > flat(seed=seed).height", "tall(step=1, seed=seed).height > 2"), P),
    Case("for one seed", claims("tall(step=3, seed=0)['height'] == 3", "tall(step=3, seed=1).grown[0] > 0"), P),
    Case("for some seeds", claims("tall(step=2, seed=seed).height > 2.15", "len(x) == 3"), U, "depends-on-chance", ("option 1", "3 of 5", "2.2 on average (2 to 2.4 over 5 runs)",)),
    Case("false", claims("tall(step=1, seed=seed).height > 2", "len(x) == 3"), R, "no-option-right", ("`tall(step=1).height` is 1.2",)),
    Case("a number it does not give", claims("tall(step=3, seed=seed).width > 2", "len(x) == 3"), R, "claim-raises", ("'width'",)),
    Case("what the sandbox does not allow", claims("forked(seed=seed).height == 0", "len(x) == 3"), E, "experiment-failed", ("sandbox",)),
    Case("another parameter", claims("tall(stop=3, seed=seed).height > 2", "len(x) == 3"), E, "experiment-failed", ("tall(stop=3, seed=0)", "TypeError",)),
)  # fmt: skip
def test_claims_about_experiments_are_looked_at_for_every_seed(case: Case, tmp_path: Path, pool: Pool) -> None:
    """The experiment is called by its name with literals and `seed=seed`; its numbers are attributes of what it gives."""
    check(case, settle(tmp_path, pool, case.text, EXPERIMENTS))
