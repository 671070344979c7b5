"""Hints are right about what really happened: the exceptions here are raised by running the code."""

from __future__ import annotations

import pytest

from practicum.model import Failure
from practicum.runner import Job, Pool
from practicum.web.hints import hint

CASES = {
    "length = 1\nprint(lenght)": "There is a name `length`.",
    "print(prnt)": "There is a name `print`.",
    "print(qqqq)": "A name exists once a line that makes it has been run",
    "def f():\n    total += 1\nf()": "A name exists once",
    "if 1:\nprint(2)": "indented further",
    "import nothing_like_it": "Only what is installed",
    "[1, 2][2]": "the index `n - 1`",
    "{}['a']": "which keys",
    "1 / 0": "when it becomes zero",
    "open('data.csv')": "empty folder of its own",
    "def f():\n    f()\nf()": "without coming to an end",
    "input()": "in place of `input()`",
    "[].sort().append(1)": "Something is `None`",
    "import urllib.request as r\nr.urlopen('http://example.com')": "no network",
    "import numpy as np\nnp.ones((2, 3)) @ np.ones((2, 3))": "`.shape`",
    "int('a')": "",
    "assert False": "",
}


@pytest.mark.parametrize("code", CASES)
def test_a_hint_fits_what_was_raised(pool: Pool, code: str) -> None:
    """Or there is none, where the message says it all."""
    failure = pool.run(Job(code=code)).failure

    assert failure is not None
    said = hint(failure, code)
    assert CASES[code] in said
    assert bool(said) == bool(CASES[code])


def test_without_isolation_a_fault_of_the_network_is_not_explained_away() -> None:
    """There a run has a network."""
    failure = Failure("URLError", "<urlopen error timed out>")

    assert hint(failure, "", isolated=True)
    assert not hint(failure, "", isolated=False)
