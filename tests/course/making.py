"""A valid course, and helpers to read a changed version of it."""

from __future__ import annotations

from pathlib import Path

from practicum.course import CourseScan, scan_course
from practicum.course import problem as problems
from practicum.course.diagnostics import Diagnostics
from practicum.model import Mistake, Problem

PATH = "topic/challenge/01-sum.md"

PROBLEM = """\
+++
label = "Sums"
level = "beginner"
seconds = 90
[params]
side = [2, 3]
[proof]
value = "total"
+++

# The sum of {{ side }} numbers

What does this give?

```python setup
zero = 0
```

```python run
total = sum(range({{ side }}), zero)
```

Think before you count.

- [x] `{{ side * (side - 1) // 2 }}`

  Each number counts once.

- [ ] `{{ side + 7 }}`

  That is the length, and seven.

## Hint

It begins at 0.

## Explanation

`range(n)` ends before `n`.
"""
"""A valid problem: two variants, one form of proof, every part there."""


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write a course with these files, besides those that every course has."""
    whole: dict[str, str | bytes] = {"course.toml": 'title = "Course"\n', "topic/topic.toml": 'title = "Topic"\n'}
    for path, content in (whole | files).items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def read_course(root: Path, files: dict[str, str | bytes]) -> CourseScan:
    """Read a course with these files."""
    return scan_course(write(root, files))


def mistakes(root: Path, files: dict[str, str | bytes]) -> list[tuple[str, int, str]]:
    """The mistakes in a course with these files, each as its path, line and code."""
    return [(mistake.path, mistake.line, mistake.code) for mistake in read_course(root, files).mistakes]


def read_problem(text: str, path: str = PATH) -> tuple[Problem | None, list[Mistake]]:
    """Read a problem file."""
    diagnostics = Diagnostics(path)
    problem = problems.read_problem(path, text, diagnostics)
    return problem, diagnostics.mistakes


def sound(text: str) -> Problem:
    """Read a problem file without mistakes."""
    problem, wrong = read_problem(text)
    assert wrong == []
    assert problem is not None
    return problem


def change(old: str, new: str, text: str = PROBLEM) -> str:
    """The text with one place changed."""
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
    return text.replace(old, new)


def line_of(part: str, text: str = PROBLEM) -> int:
    """The number of the line on which a part of a text begins."""
    assert text.count(part) == 1
    return text[: text.index(part)].count("\n") + 1
