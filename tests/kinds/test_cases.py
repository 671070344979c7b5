"""Test cases of problems that are answered with code: what is read and printed, what must hold, and what is shown."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from practicum import kinds
from practicum.model import Observation, TestCase, Variant, Verdict
from practicum.prove.evidence_hash import relevant_fields
from practicum.runner import Pool
from tests.course.making import read_problem
from tests.kinds.settling import Case, cases, check, problem, settle

P, R, U, E = Verdict.PROVED, Verdict.REFUTED, Verdict.UNSTABLE, Verdict.ERROR

SOLUTION = "name = input('Name? ')\nage = int(input())\nprint(f'{name} is {age}')"
MUTANT = "print('Ada is 36')"
TESTS = r"""
[[tests]]
name = "Ada"
stdin = "Ada\n36\n"
prints = "Name? Ada is 36"

[[tests]]
name = "Another name"
stdin = "Bob\n40\n"
prints = "Name? Bob is 40\n"
hidden = true
points = 2
"""
CHECKED = """
[[tests]]
name = "small"
check = "assert double(1) == 2"

[[tests]]
name = "text"
check = '''
assert double('a') == 'aa', 'Try text.'
'''
"""
DOUBLE = "def double(x):\n    return x + x"


def with_tests(
    tests: str = TESTS, solution: str = SOLUTION, start: str = "...", mutant: str = MUTANT, check: str = ""
) -> str:
    fences = {"start": start, "solution": solution, "check": check, "mutant": mutant}
    body = "\n\n".join(f"```python {role}\n{code}\n```" for role, code in fences.items() if code)
    return problem(body, front=f'kind = "code"\nlevel = "beginner"\n{tests}')


@cases(
    Case("read and printed", with_tests(), P),
    Case("checked", with_tests(CHECKED, DOUBLE, mutant="def double(x):\n    return 2 if x == 1 else 3"), P),
    Case("checked by the common check", with_tests(CHECKED, DOUBLE, mutant="def double(x): return 2", check="assert double(2) == 4"), P),
    Case("output of another text", with_tests(TESTS.replace("is 40", "was 40")), R, "solution-fails", ("`Another name`", "is 40", "was 40")),
    Case("an assertion fails", with_tests(CHECKED.replace("'aa'", "'b'"), DOUBLE, mutant="double = abs"), R, "solution-fails", ("`text`", "Try text.")),
    Case("nothing to read", with_tests(TESTS.replace(r'"Bob\n40\n"', '"Bob"')), R, "solution-fails", ("EOFError",)),
    Case("a mutant that passes all", with_tests(mutant=SOLUTION + "\n"), R, "mutant-passes"),
    Case("a start that passes all", with_tests(start=SOLUTION + "\nx = 1"), R, "start-passes"),
    Case("chance", with_tests(solution="import random\n" + SOLUTION.replace("{age}", "{age + random.choice([0, 1])}")), U, "depends-on-chance"),
    Case("without an end", with_tests(solution="while True: pass"), E, "run-stopped"),
)  # fmt: skip
def test_the_solution_passes_every_case_and_wrong_answers_do_not(case: Case, tmp_path: Path, pool: Pool) -> None:
    """Each case is a run of its own, with its own input."""
    check(case, settle(tmp_path, pool, case.text, seconds=2.0))


def test_a_parameter_in_a_case(tmp_path: Path, pool: Pool) -> None:
    """Braces are filled in, as everywhere."""
    params = "[params]\nage = [36, 40]\n"
    text = with_tests(params + TESTS.replace("36", "{{ age }}").replace("40", "{{ age + 1 }}"))

    assert settle(tmp_path, pool, text).verdict is P


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ('name = "Another name"', 'name = "Ada"', "repeated-name", '"Ada"'),
        ('prints = "Name? Ada is 36"', "", "test-without-assert", "[[tests]]"),
        ('prints = "Name? Ada is 36"', 'check = "assert ("', "invalid-python", "check ="),
        ("points = 2", "points = 0", "out-of-range", "points"),
        ("points = 2", "point = 2", "unknown-key", "point"),
        ("hidden = true", 'hidden = "yes"', "wrong-type", "hidden"),
        ('name = "Ada"', "", "missing-key", "[[tests]]"),
        ('kind = "code"', 'kind = "project"', "unused-tests", "[[tests]]"),
    ],
)
def test_a_mistake_is_reported_at_its_line(old: str, new: str, code: str, line: str) -> None:
    """At the key of the case that has it."""
    text = with_tests().replace(old, new, 1)
    _, mistakes = read_problem(text, "topic/try/one.md")

    found = [mistake for mistake in mistakes if mistake.code == code]

    assert found, mistakes
    assert line in text.splitlines()[found[0].line - 1]


ONE = TestCase("one", "1\n", prints="2")
TWO = TestCase("two", check="assert x == 1", points=2, hidden=True)
VARIANT = Variant({}, "Title", "Statement", start="...", solution="x = 1", tests=(ONE, TWO))


def seen(printed: str = "") -> Observation:
    return Observation(0, 0, printed)


@pytest.mark.parametrize(
    ("printed", "right"), [(("2\n", ""), True), (("2  \n\n", "x"), True), (("3\n", ""), False), (("2\n",), False)]
)
def test_an_answer_is_right_if_all_cases_pass(printed: tuple[str, ...], right: bool) -> None:
    """Output is compared as for `prints`; a case that was not run does not pass."""
    observations = [seen(text) for text in printed]

    assert kinds.get("code").grade(VARIANT, ("x = 1",), None, observations) is right


def test_each_case_is_run_with_its_input_and_its_check() -> None:
    """After the check of the problem; the problem's input is for cases without their own."""
    variant = replace(VARIANT, stdin="0\n", check="y = 1", setup="z = 1")

    runs = kinds.get("code").grading_runs(variant, ("x = 1",))

    assert [(run.setup, run.snippet, run.stdin, run.check) for run in runs] == [
        ("z = 1", "x = 1", "1\n", "y = 1"),
        ("z = 1", "x = 1", "0\n", "y = 1\nassert x == 1"),
    ]


def test_evidence_from_before_stays_fresh() -> None:
    """Without test cases and input nothing is added to what evidence depends on; a case's name is never part of it."""
    assert not {"stdin", "tests"} & relevant_fields(replace(VARIANT, tests=())).keys()
    assert relevant_fields(VARIANT) == relevant_fields(replace(VARIANT, tests=(replace(ONE, name="a"), TWO)))
    assert relevant_fields(VARIANT) != relevant_fields(replace(VARIANT, tests=(replace(ONE, stdin="3\n"), TWO)))
    assert relevant_fields(VARIANT) != relevant_fields(replace(VARIANT, stdin="3\n"))


PREDICT = problem(
    "```python run\nname = input('Name? ')\nprint('Hello', name)\n```",
    "prints = true",
    'kind = "predict"\nlevel = "beginner"\nstdin = "Ada"',
)
CHOICE = problem(
    "```python run\nn = int(input())\n```\n\n- [x] `6`\n- [ ] `5`",
    'value = "n + int(input())"',
    'level = "beginner"\nstdin = """\n2\n4\n"""',
)
CLAIM = problem(
    "```python run\nn = int(input())\n```\n\n- [x] Two\n\n  ```python claim\n  n == 2\n  ```\n\n- [ ] Three\n\n"
    "  ```python claim\n  n == 3\n  ```",
    front='level = "beginner"\nstdin = "2"',
)


@pytest.mark.parametrize("text", [PREDICT, CHOICE, CLAIM], ids=["predict", "choice", "claims"])
def test_a_snippet_reads_given_lines(text: str, tmp_path: Path, pool: Pool) -> None:
    """In every run of its proof."""
    entry = settle(tmp_path, pool, text)

    assert entry.verdict is P, entry.why
