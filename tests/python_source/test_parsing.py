"""Parsing text as Python."""

from __future__ import annotations

import pytest

from practicum.python_source.parsing import error_line, is_python, parse_expression, parse_module, parse_or_empty


@pytest.mark.parametrize("expression", ["", "x =", "x; y", "(yield)", "await x", "x\ny", "(" * 9999, "\0"])
def test_rejects_what_is_not_an_expression(expression: str) -> None:
    """With a SyntaxError and no other exception."""
    with pytest.raises(SyntaxError):
        parse_expression(expression)


@pytest.mark.parametrize("code", ["def (", "(" * 9999, "\0", "x = 1\n y = 2"])
def test_rejects_what_is_not_a_module(code: str) -> None:
    """With a SyntaxError and no other exception."""
    with pytest.raises(SyntaxError):
        parse_module(code)

    assert not is_python(code)
    assert parse_or_empty(code).body == []


@pytest.mark.parametrize(("code", "line"), [("x = 1\ny = (", 1), ("def (", 0), ("x = 1\nif x:\n", 1)])
def test_an_error_is_on_a_line_of_the_code(code: str, line: int) -> None:
    """Counted from 0, and never below the last line, where Python reports what is missing at the end."""
    with pytest.raises(SyntaxError) as caught:
        parse_module(code)

    assert error_line(caught.value, code) == line
