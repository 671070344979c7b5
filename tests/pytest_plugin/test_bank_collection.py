"""`pytest --practicum-bank GLOB`: one test per item of the banks that the pattern names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pytest_plugin.conftest import Run

pytest_plugins = ["pytester"]


def item(question: str, key: int, code: str = "") -> dict[str, object]:
    text = f"{question}\n\n```python\n{code}\n```" if code else question
    return {"question": text, "options": ["20", "40"], "answer": ["20", "40"][key]}


def write(file: Path, *items: dict[str, object]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(items, indent=1))


PROVED = item("What is the output of this code?", 0, "print(10 + 10)")
WRONG = item("What is the output of this code?", 0, "print(20 + 20)")
STYLE = item("Which of them do you prefer?", 1)


def test_each_item_is_a_test(pytester: pytest.Pytester, prove: Run) -> None:
    """What no run can settle is skipped with the reason; a fault fails with its name and place."""
    write(pytester.path / "banks/quiz.json", PROVED, WRONG, STYLE)
    write(pytester.path / "other.json", WRONG)

    result = prove("--practicum-bank", "banks/*.json", "-rs")

    result.assert_outcomes(passed=1, failed=1, skipped=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "wrong-key: *",
            "  option 1, marked right, does not hold: 20",
            "  option 2, marked wrong, holds: 40",
            "banks/quiz.json:*: wrong-key",
            "SKIPPED*not-provable: *",
        ]
    )


def test_what_is_unchanged_is_not_run(
    pytester: pytest.Pytester, prove: Run, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results are kept where `practicum audit` keeps them."""
    monkeypatch.setenv("PRACTICUM_AUDITS", str(pytester.path / "audits"))
    write(pytester.path / "quiz.json", PROVED, WRONG)

    for start in (prove, run):
        start("--practicum-bank", "quiz.json").assert_outcomes(passed=1, failed=1)


def test_an_unreadable_bank_is_a_collection_error(pytester: pytest.Pytester, prove: Run) -> None:
    """Of that file alone."""
    write(pytester.path / "quiz.json", PROVED)
    (pytester.path / "broken.json").write_text("{")

    result = prove("--practicum-bank", "*.json", "--continue-on-collection-errors")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["ERROR broken.json*"])


def test_no_bank_is_collected_without_a_pattern(pytester: pytest.Pytester, run: Run) -> None:
    """Most JSON and Markdown files are no banks."""
    write(pytester.path / "quiz.json", WRONG)

    assert run("--practicum").ret == pytest.ExitCode.NO_TESTS_COLLECTED
