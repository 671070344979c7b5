"""The small tools that forms of proof share: fixes, printed output, intervals, settings."""

from __future__ import annotations

import math

import pytest

from practicum.kinds import snippet_edits, validators
from practicum.kinds.conditions import Condition, read_condition
from practicum.kinds.run_agreement import agreed_value
from practicum.kinds.stdout_text import normalize_stdout
from practicum.model import Failure, Fix, Opaque
from practicum.statistics.intervals import student_t_quantile

SNIPPET = "a = 1\nif a:\n    b = 2\nc = 3\na = 1\n"


@pytest.mark.parametrize(
    ("diff", "after"),
    [
        ("-c = 3\n+c = 4", "a = 1\nif a:\n    b = 2\nc = 4\na = 1\n"),
        ("-    b = 2\n-c = 3", "a = 1\nif a:\na = 1\n"),
        (" c = 3\n+d = 4", "a = 1\nif a:\n    b = 2\nc = 3\nd = 4\na = 1\n"),
        ("+z = 0\n a = 1\n if a:", "z = 0\na = 1\nif a:\n    b = 2\nc = 3\na = 1\n"),
        (" c = 3\n-a = 1\n+a = 2", "a = 1\nif a:\n    b = 2\nc = 3\na = 2\n"),
        ("-c = 3  \n+c = 4\n\n", "a = 1\nif a:\n    b = 2\nc = 4\na = 1\n"),
    ],
)
def test_a_fix_takes_lines_away_and_puts_lines_there(diff: str, after: str) -> None:
    """Lines found exactly once, together; context, additions and removals in any mixture."""
    assert snippet_edits.apply(Fix(diff, 1), SNIPPET) == after


@pytest.mark.parametrize(
    ("diff", "code", "line"),
    [
        ("-a = 1\n+a = 2", "fix-not-unique", 0),
        ("-b = 2\n+b = 3", "fix-not-found", 0),
        ("-if a:\n-c = 3", "fix-lines-apart", 0),
        ("+d = 4", "fix-without-place", 0),
        (" c = 3", "fix-without-change", 0),
        ("", "fix-without-change", 0),
        ("-c = 3\nc = 4", "fix-unmarked-line", 1),
    ],
)
def test_a_fix_that_cannot_be_made_is_refused_at_its_line(diff: str, code: str, line: int) -> None:
    """An edit that could be made in two ways is none."""
    with pytest.raises(snippet_edits.FixError) as caught:
        snippet_edits.apply(Fix(diff, 1), SNIPPET)

    assert (caught.value.code, caught.value.line) == (code, line)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a  \nb\n\n", "a\nb"),
        ("\na", "\na"),
        ("a\r\nb\r\n", "a\nb"),
        (
            "1/2 - lap took 10s\n2/2 - 0s - 31ms/step - loss: 0.5",
            "1/2 - lap took 10s\n2/2 - 0s - 31ms/step - loss: 0.5",
        ),
        ("1/Unknown ━━━━━━━━━━━━━━━━━━━━ 0s 3ms/step\nx", "1/Unknown ━━━━━━━━━━━━━━━━━━━━ 0s 3ms/step\nx"),
        ("Fold 1/5: []\n1/2 [...]\n3/4 of it\n1/2 - 3", "Fold 1/5: []\n1/2 [...]\n3/4 of it\n1/2 - 3"),
    ],
)
def test_printed_text_is_compared_without_trailing_white_space(text: str, plain: str) -> None:
    """Nothing else is left out, even if it looks like a progress bar."""
    assert normalize_stdout(text) == plain


@pytest.mark.parametrize(
    "results",
    [[math.nan, math.nan], [Failure("E", "a"), Failure("E", "b")], [Condition(True, {"x": 1}), Condition(True, {})]],
)
def test_runs_with_the_same_result_agree(results: list[object]) -> None:
    """Two exceptions of one class agree, whatever their messages."""
    assert agreed_value(results, lambda result: result) == (results[0], None)  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(
    ("results", "data"),
    [
        ([1, 1.0], ["2", "`1`", "`1.0`"]),
        ([True, 1, 1], ["3", "`True`", "`1`"]),
        ([Failure("E", "a"), None], ["2", "`E: a`", "`None`"]),
        ([Opaque("f", "f at 1"), Opaque("f", "f at 2")], ["2", "f at 1", "f at 2"]),
    ],
)
def test_runs_that_differ_are_reported_with_their_results(results: list[object], data: list[str]) -> None:
    """`True` and `1` differ, as do `1` and `1.0`."""
    _, difference = agreed_value(results, lambda result: result)  # type: ignore[arg-type, return-value]

    assert difference is not None
    assert [fact for fact in data if fact not in difference] == []


def test_a_value_that_is_not_a_condition_is_a_failure() -> None:
    """A run may give anything, even forge it."""
    assert read_condition([True, {"x": ["text"]}]) == Condition(True, {"x": Opaque("text", "text")})
    assert isinstance(read_condition([1, {}]), Failure)
    assert isinstance(read_condition("x"), Failure)
    assert isinstance(read_condition(None), Failure)


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(1, 12.706), (2, 4.303), (4, 2.776), (9, 2.262), (30, 2.042), (99, 1.984)]
)
def test_student_s_t_is_as_in_the_tables(freedom: int, quantile: float) -> None:
    """The 97.5 % point."""
    assert student_t_quantile(0.975, freedom) == pytest.approx(quantile, abs=5e-4)


@pytest.mark.parametrize("value", [0, 1.5, -(2**62), "x", True, None, [1, ["a"]], {"a": 1}])
def test_an_experiment_may_be_asked_with_what_json_can_carry(value: object) -> None:
    """There and back."""
    assert validators.parameters({"x": value}) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, (1,), {1}, 2**64, {1: 2}, b"a", 1j])
def test_and_with_nothing_else(value: object) -> None:
    """Evidence could not give it back."""
    assert validators.parameters({"x": value}) is not None


def test_no_number_is_too_large_to_be_refused() -> None:
    """TOML has integers without end."""
    assert validators.number(10**5000) is not None
    assert validators.tolerance(10**5000) is not None
