"""The exercises of nbgrader: what its markers separate in the source of a cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from practicum.exchange.bank import CodeTest
from practicum.exchange.item_reading import number

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
"""What nbgrader puts in place of a solution."""
_SOLUTION = re.compile(r"^([ \t]*)### BEGIN SOLUTION[^\n]*\n(.*?)^[ \t]*### END SOLUTION[^\n]*$", re.M | re.S)
_HIDDEN = re.compile(r"^[ \t]*### BEGIN HIDDEN TESTS[^\n]*\n(.*?)^[ \t]*### END HIDDEN TESTS[^\n]*$\n?", re.M | re.S)


def is_solution(role: Mapping[str, Any]) -> bool:
    """Whether a learner writes in the cell."""
    return role.get("solution") is True or role.get("task") is True


def is_test(role: Mapping[str, Any]) -> bool:
    """Whether the cell tests what was written above."""
    return role.get("grade") is True and not is_solution(role)


def points(role: Mapping[str, Any]) -> Decimal | None:
    """The points of a graded cell, or None."""
    value = number(str(role.get("points"))) if role.get("grade") is True or role.get("task") is True else None
    return value if value is not None and value >= 0 else None


def split_solution(source: str) -> tuple[str, str]:
    """What a learner gets, and the solution, which is empty if nothing marks it."""
    if not _SOLUTION.search(source):
        return source, ""
    start = _SOLUTION.sub(lambda found: "\n".join(found[1] + line for line in STUB.split("\n")), source)
    return start.strip("\n"), _SOLUTION.sub(lambda found: found[2].rstrip("\n"), source).strip("\n")


def split_tests(source: str, worth: Decimal) -> list[CodeTest]:
    """What is tested openly, and all that is tested, if some of it is hidden."""
    if not _HIDDEN.search(source):
        return [CodeTest(source.strip("\n"), points=worth)]
    whole = CodeTest(_HIDDEN.sub(lambda found: found[1], source).strip("\n"), hidden=True, points=worth)
    seen = _HIDDEN.sub("", source).strip("\n")
    is_code = any(line.strip() and not line.lstrip().startswith("#") for line in seen.split("\n"))
    return [CodeTest(seen, points=Decimal(0)), whole] if is_code else [whole]
