"""Two options that say the same are a mistake at the later one, since no run can tell them apart."""

from __future__ import annotations

import pytest

from practicum.python_source.parsing import is_same_code
from tests.course.making import read_problem
from tests.kinds.settling import problem

SNIPPET = "```python run\nx = 3\ny = int('a')\n```\n\n"


def listed(*boxes: str) -> str:
    """Options with a code span each: `[x] 6`."""
    return "".join(f"- [{box[1]}] `{box[4:]}`\n" for box in boxes)


def fixes(*added: str) -> str:
    """Options that each replace the snippet's second line."""
    return "".join(
        f"- [{'x' if number == 0 else ' '}] Edit {number}\n\n  ```diff fix\n  -y = int('a')\n  +{line}\n  ```\n\n"
        for number, line in enumerate(added)
    )


VALUE, STRICT, CLOSE = 'value = "x"', 'value = "x"\nstrict = true', 'value = "x"\ntolerance = 1e-3'
PRINTS, ERROR = "prints = true", "error = true"
RAISES, REPAIRS = 'raises = "ValueError"', 'repairs = "x == 4"'
BEST = 'best = "train"\nvary = "rate"\nmeasure = "accuracy"'


@pytest.mark.parametrize(
    ("proof", "options"),
    [
        (VALUE, listed("[x] 3", "[ ] 6", "[ ] 6.0")),
        (VALUE, listed("[ ] 6", "[x] 3", "[ ] 3.0")),
        (VALUE, listed("[x] 3", "[ ] [1, 2]", "[ ] [1,2]")),
        (VALUE, listed("[x] 3", "[ ] {1, 2}", "[ ] {2, 1}")),
        (VALUE, listed("[x] 3", "[ ] 'a'", '[ ] "a"')),
        (VALUE, listed("[x] 3", "[ ] nan", "[ ] float_nan").replace("float_nan", "-nan")),
        (STRICT, listed("[x] 3", "[ ] 1000", "[ ] 1_000")),
        (CLOSE, listed("[x] 3", "[ ] 0.5", "[ ] 0.5001")),
        (VALUE, listed("[ ] 6", "[x] 3") + "- [x] That is `3`\n"),
        (PRINTS, listed("[x] 3", "[ ] a") + "- [ ]\n\n  ```\n  a  \n  ```\n"),
        (ERROR, listed("[x] ValueError", "[ ] KeyError", "[ ] keyerror()")),
        (ERROR, listed("[x] ValueError", "[ ] NotFoundError", "[ ] tf.errors.NotFoundError")),
        (ERROR, listed("[x] ValueError", "[ ] OSError", "[ ] IOError")),
        (ERROR, listed("[x] ValueError", "[ ] none", "[ ] None")),
        (RAISES, fixes("y = 1", "y = int('b')", "y = int( 'b' )  # b")),
        (REPAIRS, fixes("x = 4", "y = 1", "y = 1")),
        (BEST, listed("[x] 1e-5", "[ ] 0.001", "[ ] 1e-3")),
        (BEST, listed("[x] 0", "[ ] 1", "[ ] True")),
    ],
)  # fmt: skip
def test_a_third_option_that_says_the_same_as_an_earlier_one(proof: str, options: str) -> None:
    """Equal values, the same printed text, one exception class, one edited snippet."""
    text = problem(SNIPPET + options, proof)
    third = [line for line, content in enumerate(text.split("\n"), 1) if content.startswith("- [")][2]

    assert [(mistake.line, mistake.code) for mistake in read_problem(text)[1]] == [(third, "repeated-option")]


@pytest.mark.parametrize(
    ("proof", "options"),
    [
        (VALUE, listed("[x] 3", "[ ] 1", "[ ] True")),
        (VALUE, listed("[x] 3", "[ ] [1, 2]", "[ ] (1, 2)")),
        (VALUE, listed("[x] 3", "[ ] 0.5", "[ ] 0.5001")),
        (STRICT, listed("[x] 3", "[ ] 6", "[ ] 6.0")),
        (VALUE, listed("[x] {1, 2}", "[x] {2, 1}", "[ ] 6")),
        (PRINTS, listed("[x] 3", "[ ] a b", "[ ] a  b")),
        (PRINTS, listed("[x] 3") + "- [ ]\n\n  ```\n  a\n  ```\n- [ ]\n\n  ```\n\n  a\n  ```\n"),
        (ERROR, listed("[x] ValueError", "[ ] KeyError", "[ ] LookupError")),
        (RAISES, fixes("y = 1", "y = int('b')", "y = int('c')")),
        (BEST, listed("[x] 1e-5", "[ ] 1e-3", "[ ] 1e-4")),
    ],
)  # fmt: skip
def test_options_that_a_run_tells_apart(proof: str, options: str) -> None:
    """Two right options may state one value in two notations: both are right."""
    assert read_problem(problem(SNIPPET + options, proof))[1] == []


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("x = 1", "x  =  1  # one", True),
        ("x = 1", "x = 2", False),
        ("x = = 1", "x = = 1", True),
        ("x = = 1", "x = = 2", False),
    ],
)
def test_code_is_the_same_apart_from_layout_and_comments(left: str, right: str, same: bool) -> None:
    """Code that is no Python is the same only to the letter."""
    assert is_same_code(left, right) is same
