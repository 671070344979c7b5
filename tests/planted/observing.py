"""What a program of a template really does: the only source of the true keys."""

from __future__ import annotations

import io
import re
import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache


@cache
def observe(program: str) -> str:
    """What a program prints, and the name of the exception that ends it as the last line.

    The space around it is left out, and a set is sorted: the order of its words differs from process to process.
    """
    printed = io.StringIO()
    raised = ""
    with redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compile(program, "snippet", "exec"), {"__name__": "__main__"})  # noqa: S102 - a template of ours
        except Exception as error:
            raised = type(error).__name__
    return in_order((printed.getvalue() + raised).strip())


def in_order(text: str) -> str:
    """The text of a set with its elements sorted, and any other as it is."""
    elements = re.fullmatch(r"\{([^:{}]+)\}", text)
    return f"{{{', '.join(sorted(elements[1].split(', ')))}}}" if elements else text


def raises(program: str) -> bool:
    """Whether an exception ends the program."""
    try:
        compile(program, "snippet", "exec")
    except SyntaxError:
        return True
    return observe(program) != observe(guarded(program))


def guarded(program: str) -> str:
    """The program, with nothing printed for an exception that ends it."""
    body = "\n".join(f"    {line}" for line in program.split("\n"))
    return f"try:\n{body}\nexcept Exception:\n    pass"


@dataclass(frozen=True)
class Fact:
    """What an option or an accepted answer states: that a program does, or does not, behave as expected."""

    program: str
    expected: str
    stated: bool = True
    """False for the option *False* of a statement, and for the options of a question that asks which is not so."""

    @property
    def true(self) -> bool:
        return (observe(self.program) == self.expected) == self.stated
