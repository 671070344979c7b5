"""Code whose last expression is printed, as in a notebook."""

from __future__ import annotations

import pytest

from practicum.runner import Job, Limits, Pool
from practicum.runner.inside.last_expression import MAX_TEXT, execute


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("x = [1, 2]\nx", "[1, 2]\n"),
        ("print('a')\n'b'", "a\n'b'\n"),
        ("1; 2", "2\n"),
        ("(\n  1,\n  2,\n)  # a comment; not the end", "(1, 2)\n"),
        ("'é'\n\n# a comment", "'é'\n"),
        ("", ""),
        ("x = 1", ""),
        ("None", ""),
        ("[].append(1)", ""),
        ("3;", ""),
        ("'é' ; # the end", ""),
        ("if True:\n    3", ""),
        ("3\nx = 1", ""),
        ("object()", ""),
        ("[lambda: 0]", ""),
        ("'a' * 100_000", "'" + "a" * (MAX_TEXT - 1) + "…\n"),
    ],
)
def test_prints_what_the_last_expression_returns(code: str, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Unless it is None, ends with a semicolon, or its text has an address, which is different each time."""
    execute(code, "<snippet>", {})

    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(
    ("code", "error", "line"),
    [
        ("x = 1\n\n1 / 0", "ZeroDivisionError", 3),
        ("x = 1\nx +", "SyntaxError", 2),
        ("def f():\n    1\nreturn 1", "SyntaxError", 3),
    ],
)
def test_an_exception_is_reported_at_its_line(code: str, error: str, line: int, pool: Pool) -> None:
    """As without the printing."""
    result = pool.run(Job(code=code, echo=True, limits=Limits(seconds=20)))

    assert result.failure is not None
    assert (result.failure.type, result.failure.line, result.failure.where) == (error, line, "snippet")


def test_a_job_prints_it_only_if_asked_to(pool: Pool) -> None:
    """The setup's last expression is never printed."""
    results = [pool.run(Job(code="3", setup="2", echo=echo, limits=Limits(seconds=20))) for echo in (True, False)]

    assert [result.stdout for result in results] == ["3\n", ""]
