"""Answers that ignore their input: no check, and no goal of a project, may be met by one."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from practicum.model import Verdict
from practicum.runner import Pool
from tests.kinds.settling import problem, settle

P, R = Verdict.PROVED, Verdict.REFUTED

DOUBLE = "def double(n):\n    return 2 * n"
LENGTHS = "def lengths(words):\n    return [len(word) for word in words]"
CLASSES = "def classes(rows):\n    return np.asarray(rows).argmax(axis=1)"
PREDICT = """\
def predict(inputs):
    return np.eye(3)[np.digitize(inputs, [1, 2])]
"""
REGRESS = "def predict(inputs):\n    return 2.0 * inputs"


def code(solution: str, check: str, setup: str = "", kind: str = "code") -> str:
    """A problem that is answered with code; its mutant fails every check."""
    fences = {
        "setup": setup,
        "start": "pass",
        "solution": solution,
        "check": textwrap.dedent(check),
        "mutant": "raise SystemExit",
    }
    body = "\n\n".join(f"```python {role}\n{text}\n```" for role, text in fences.items() if text)
    return problem(body, front=f'kind = "{kind}"\nlevel = "beginner"\n')


def project(solution: str, check: str, goal: str) -> str:
    """A project whose data is drawn by its check."""
    setup = "import numpy as np\ntrain_labels = np.arange(30) % 3"
    fences = {"setup": setup, "start": "pass", "solution": solution, "check": textwrap.dedent(check)}
    body = "\n\n".join(f"```python {role}\n{text}\n```" for role, text in fences.items())
    return problem(body, front=f'kind = "project"\nlevel = "expert"\n[goal]\n{goal}\n')


IMPORT = "import numpy as np"
ONE_INPUT = {
    "a constant": code("def double(n):\n    return 2 * n", "assert double(4) == 8"),
    "a constant list": code(LENGTHS, "assert lengths(['a', 'bc']) == [1, 2]"),
    "a constant, called twice": code("def double(n):\n    return 2 * n", "assert double(4) == double(4) == 8"),
    "the first argument": code(
        "def clip(n):\n    return min(n, 10)", "assert clip(3) == 3\nassert clip(4) == 4\nassert clip(10) == 10"
    ),
    "an empty list": code(
        "squares = [n * n for n in range(3)]", "assert all(x == n * n for n, x in enumerate(squares))"
    ),
    "an empty array": code("w = np.array([2.0, 2.0])", "assert np.allclose(w, 2)", IMPORT),
    "an empty text": code("name = 'Ada'", "assert 'Ada Lovelace'.startswith(name)"),
    "NaN": code("w = 2.5", "assert not abs(w - 2.5) > 1e-6"),
    "arrays of NaN": code(
        "w = np.array([1.0, 2.0])", "assert w.shape == (2,) and not (abs(w - [1, 2]) > 1e-6).any()", IMPORT
    ),
    "a metric with a comment": project(
        PREDICT,
        "accuracy = float((np.asarray(predict(np.ones(60))).argmax(axis=1) == 1).mean())",
        'metric = "accuracy # of 60"\nat_least = 0.8',
    ),
    "an empty result": code(
        LENGTHS,
        "for words in (['a', 'bc'], ['abc']):\n    assert all(n == len(w) for n, w in zip(lengths(words), words))",
    ),
    "an argument that is emptied": code(
        "def order(items):\n    return sorted(items)",
        "for items in ([3, 1], [2]):\n    assert order(items) == sorted(items)",
    ),
    "an array that is zeroed": code(
        "def scale(x):\n    return x / 2",
        "for x in (np.ones(2), np.ones(3)):\n    assert (scale(x) == x / 2).all()",
        IMPORT,
    ),
    "one of two functions": code(
        "def up(n):\n    return n + 1\n\n\ndef down(n):\n    return n - 1",
        "assert up(1) == 2\nassert up(2) == 3\nassert down(5) == 4",
    ),
    "a repaired function": code("def double(n):\n    return 2 * n", "assert double(4) == 8", kind="repair"),
    "random input that is the same each time": code(
        CLASSES,
        """
        rows = np.random.normal(size=(60, 3))
        assert (classes(rows) == rows.argmax(axis=1)).all()
        """,
        IMPORT,
    ),
    "the most frequent class": code(
        CLASSES,
        """
        rows = np.eye(3)[[0] * 18 + [1, 2]]
        assert (classes(rows) == rows.argmax(axis=1)).mean() >= 0.9
        assert (classes(rows[:10]) == 0).all()
        """,
        IMPORT,
    ),
    "classes in turn": code(
        CLASSES,
        """
        for size in (6, 9):
            assert classes(np.eye(3)[np.arange(size) % 3]).tolist() == [n % 3 for n in range(size)]
        """,
        IMPORT,
    ),
    "classes in blocks": code(
        CLASSES,
        """
        for size in (6, 9):
            expected = np.sort(np.arange(size) % 3)
            assert classes(np.eye(3)[expected]).tolist() == expected.tolist()
        """,
        IMPORT,
    ),
    "a function that calls itself": code(
        "def factorial(n):\n    return n * factorial(n - 1) if n > 1 else 1", "assert factorial(4) == 24"
    ),
    "a value that the check converts": code("w = [2.0, 2.0]", "w = np.asarray(w)\nassert np.allclose(w, 2)", IMPORT),
    "labels of the training set": code(
        CLASSES,
        """
        assert classes(np.eye(3)[known]).tolist() == known.tolist()
        assert classes(np.eye(3)[known[:4]]).tolist() == known[:4].tolist()
        """,
        f"{IMPORT}\nknown = np.array([2, 0, 0, 1, 2, 1, 1])",
    ),
}
CASES = """
[[tests]]
name = "four"
check = "assert double(4) == 8"

[[tests]]
name = "{name}"
check = "assert double({argument}) == {result}"
"""


def with_cases(**second: object) -> str:
    text = code("def double(n):\n    return 2 * n", "assert callable(double)")
    return text.replace('level = "beginner"\n', f'level = "beginner"\n{CASES.format(**second)}')


ONE_INPUT["test cases with one input"] = with_cases(name="again", argument=4, result=8)
TESTED = {
    "test cases with two inputs": with_cases(name="five", argument=5, result=10),
    "two inputs": code("def double(n):\n    return 2 * n", "assert double(4) == 8\nassert double(5) == 10"),
    "lists": code(LENGTHS, "assert lengths(['a', 'bc']) == [1, 2]\nassert lengths(['abc']) == [3]"),
    "a value, not a function": code("x = 3", "assert x == 3"),
    "a function without parameters": code("def three():\n    return 3", "assert three() == 3"),
    "a helper that the check does not name": code(
        "def two(n):\n    return 2\n\n\ndef double(n):\n    return two(n) * n",
        "assert double(4) == 8\nassert double(1) == 2",
    ),
    "an argument that is changed": code("def clear(items):\n    items.clear()", "x = [1]\nclear(x)\nassert x == []"),
    "an object that is no plain data": code(
        "def opened(n):\n    return Box(n)",
        "assert opened(4).content == 4",
        "class Box:\n    def __init__(self, n):\n        self.content = n",
    ),
    "a loop variable of the check": code("x = 2.5\n\n\n" + DOUBLE, "for x in (1, 2):\n    assert double(x) == 2 * x"),
    "a variable of the check's comprehension": code(
        "total = 0\nfor n in range(3):\n    total += n", "assert total == sum(n for n in range(3))"
    ),
    "a parameter of the check's function": code(
        "n = 2.5\n\n\n" + DOUBLE, "def fits(n):\n    return double(n) == 2 * n\nassert fits(1) and fits(2)"
    ),
    "a name that the check binds first": code(
        f"{DOUBLE}\n\n\nresult = double(2.5)",
        "result = double(1)\nassert result == 2\nresult = double(2)\nassert result == 4",
    ),
    "a name that the check binds before it calls its function": code(
        "n = 2.5\n\n\n" + DOUBLE, "def fits():\n    return double(n) == 2 * n\nfor n in (1, 2):\n    assert fits()"
    ),
    "a name in a message": code(
        "rate = 0.5\n\n\n" + DOUBLE, "assert double(1) == 2, f'not with {rate}'\nassert double(2) == 4"
    ),
    "a name in the message of an exception": code(
        f"rate = 0.5\n\n\n{DOUBLE}",
        "if double(1) != 2 or double(2) != 4:\n    raise AssertionError(f'not with {rate}')",
    ),
    "folds by position": code(
        "def folds(rows, count):\n    return np.arange(len(rows)) % count",
        "for size in (6, 7):\n    assert folds(np.ones(size), 3).tolist() == [n % 3 for n in range(size)]",
        IMPORT,
    ),
    "a function that needs no input": code(
        "def diagnose(image):\n    return 'healthy'", "assert diagnose([0]) == diagnose([1]) == 'healthy'"
    ),
    "a function that returns its input": code(
        "def linear(x):\n    return x", "assert linear(1) == 1\nassert linear(2) == 2"
    ),
    "one class for every row": code(
        "def majority(rows):\n    return [1] * len(rows)",
        "for size in (2, 3):\n    assert majority(range(size)) == [1] * size",
    ),
    "scores of one class for every row": code(
        "def majority(rows):\n    return np.eye(3)[[1] * len(rows)]",
        "for size in (2, 3):\n    assert (majority(np.ones(size)) == np.eye(3)[[1] * size]).all()",
        IMPORT,
    ),
    "the same number for every row": code(
        "def mean(rows):\n    return np.full(len(rows), 2.5)",
        "for size in (2, 3):\n    assert mean(np.ones(size)).tolist() == [2.5] * size",
        IMPORT,
    ),
    "zeros in place of what there was": code(
        "def reset(w):\n    w[:] = 0\n    return w",
        "for w in (np.ones(2), np.ones(3)):\n    size = len(w)\n    assert len(reset(w)) == size and (w == 0).all()",
        IMPORT,
    ),
    "random input": code(
        CLASSES,
        """
        rows = np.random.default_rng(hidden_seed).normal(size=(60, 3))
        expected = rows.argmax(axis=1)
        assert (classes(rows) == expected).all()
        """,
        IMPORT,
    ),
}
PREDICTABLE = {
    "labels in turn": project(
        PREDICT,
        """
        labels = np.arange(60) % 3
        accuracy = float(np.mean(np.asarray(predict(labels + 0.5)).argmax(axis=1) == labels))
        """,
        'metric = "accuracy"\nat_least = 0.8',
    ),
    "labels in blocks": project(
        PREDICT,
        """
        labels = np.sort(np.arange(60) % 3)
        accuracy = float(np.mean(np.asarray(predict(labels + 0.5)).argmax(axis=1) == labels))
        """,
        'metric = "accuracy"\nat_least = 0.8',
    ),
    "a frequent class": project(
        PREDICT,
        """
        labels = np.random.default_rng(hidden_seed).permutation([2] * 55 + [0, 1] * 3)
        accuracy = float(np.mean(np.asarray(predict(labels + 0.5)).argmax(axis=1) == labels))
        """,
        'metric = "accuracy"\nat_least = 0.8',
    ),
    "a mean": project(
        REGRESS,
        """
        inputs = np.random.default_rng(hidden_seed).normal(1, 0.1, size=60)
        error = float(np.mean(np.abs(np.asarray(predict(inputs)) - 2 * inputs)))
        """,
        'metric = "error"\nat_most = 0.5',
    ),
}
SHUFFLED = project(
    PREDICT,
    """
    labels = np.random.default_rng(hidden_seed).permutation(np.arange(60) % 3)
    accuracy = float(np.mean(np.asarray(predict(labels + 0.5)).argmax(axis=1) == labels))
    """,
    'metric = "accuracy"\nat_least = 0.8',
)


@pytest.mark.parametrize("text", [*ONE_INPUT.values(), *PREDICTABLE.values()], ids=[*ONE_INPUT, *PREDICTABLE])
def test_a_check_that_an_answer_passes_without_its_input(text: str, tmp_path: Path, pool: Pool) -> None:
    entry = settle(tmp_path, pool, text)
    assert entry.evidence is not None
    assert [finding.code for finding in entry.evidence.variants] == ["blind-answer-passes"], entry.why
    assert entry.verdict is R


@pytest.mark.parametrize("text", [*TESTED.values(), SHUFFLED], ids=[*TESTED, "shuffled labels"])
def test_a_check_that_no_such_answer_passes(text: str, tmp_path: Path, pool: Pool) -> None:
    entry = settle(tmp_path, pool, text)
    assert entry.verdict is P, entry.why


EXPERIMENTS = """
def score(function):
    return float(function(4) == 8 and function(5) == 10)


def weak_score(function):
    return float(function(4) == 8)
"""


def scored_with(member: str) -> str:
    fences = {"start": "pass", "solution": DOUBLE, "check": "import experiments"}
    return problem(
        "\n\n".join(f"```python {role}\n{text}\n```" for role, text in fences.items()),
        front=f'kind = "project"\nlevel = "expert"\n[goal]\nmetric = "experiments.{member}(double)"\nat_least = 1\n',
    )


def test_a_check_that_imports_experiments(tmp_path: Path, pool: Pool) -> None:
    """The run of the other answers has them, too."""
    check = "import experiments\nassert experiments.weak_score(double) == 1"

    assert settle(tmp_path, pool, code(DOUBLE, check), EXPERIMENTS).verdict is R


@pytest.mark.parametrize(("member", "verdict"), [("score", P), ("weak_score", R)])
def test_a_metric_that_calls_an_experiment(member: str, verdict: Verdict, tmp_path: Path, pool: Pool) -> None:
    """The module has what the metric alone names."""
    entry = settle(tmp_path, pool, scored_with(member), EXPERIMENTS)

    assert entry.verdict is verdict, entry.why
    assert "experiments" not in entry.why
