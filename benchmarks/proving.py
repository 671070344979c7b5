"""Proving a hundred small problems, beside nbclient running each of them once in a kernel of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.kernels import notebook
from benchmarks.table import markdown, ratio, timed

COUNT = 100
JOBS = 2


def snippet(number: int) -> str:
    """A small problem's code, different in each."""
    return (
        f"rows = [[(row * column) % {number + 2} for column in range(12)] for row in range(12)]\n"
        "counts = {}\n"
        "for row in rows:\n"
        "    for cell in row:\n"
        "        counts[cell] = counts.get(cell, 0) + 1\n"
        "common = max(counts.values())"
    )


def value(number: int) -> int:
    """What its `common` is."""
    namespace: dict[str, int] = {}
    exec(snippet(number), namespace)  # noqa: S102 - our own code, just above
    return namespace["common"]


def write(root: Path, count: int = COUNT) -> None:
    """A course of so many problems."""
    write_questions(root, [(snippet(number), value(number)) for number in range(count)], "common")


def write_questions(root: Path, questions: Sequence[tuple[str, int]], asked: str) -> None:
    """A course of one topic's challenge, with a problem for each snippet and the value that it gives the asked name.

    The first option of each is the right one.
    """
    folder = root / "topic" / "challenge"
    folder.mkdir(parents=True)
    (root / "course.toml").write_text('title = "Small problems"\n')
    (root / "topic" / "topic.toml").write_text('title = "Small ones"\n')
    for number, (code, key) in enumerate(questions):
        (folder / f"{number:03}.md").write_text(
            f'+++\nlevel = "beginner"\n[proof]\nvalue = "{asked}"\n+++\n\n# Problem {number}\n\nWhat is `{asked}`?\n\n'
            f"```python run\n{code}\n```\n\n- [x] `{key}`\n- [ ] `{key + 1}`\n- [ ] `{key + 2}`\n"
        )


def prove(root: Path) -> None:
    """`practicum prove`, a process from start to end."""
    command = [sys.executable, "-m", "practicum", "prove", str(root), "--jobs", str(JOBS)]
    subprocess.run(command, check=True, capture_output=True)


def in_a_kernel(number: int) -> None:
    """One problem's code as a notebook, in a kernel of its own."""
    notebook(snippet(number), f"assert common == {value(number)}")


def with_nbclient(jobs: int) -> None:
    """All hundred, `jobs` kernels at once."""
    with ThreadPoolExecutor(jobs) as threads:
        list(threads.map(in_a_kernel, range(COUNT)))


def report() -> str:
    """The section of `docs/benchmarks.md`."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "course"
        write(root)
        cold = timed(lambda: prove(root))
        unchanged = sorted(timed(lambda: prove(root)) for _ in range(7))[3]
        alone = timed(lambda: with_nbclient(1))
        paired = timed(lambda: with_nbclient(JOBS))
    rows = [
        [f"`practicum prove`, cold: {COUNT} problems, 5 isolated runs each", f"{cold:.2f} s", ""],
        ["`practicum prove`, nothing changed (median of 7)", f"{unchanged:.2f} s", ""],
        ["nbclient, each once in a kernel of its own, one after the other", f"{alone:.1f} s", ratio(alone / cold)],
        [f"nbclient, the same, {JOBS} kernels at once", f"{paired:.1f} s", ratio(paired / cold)],
    ]
    return (
        f"## Proving {COUNT} small problems\n\n"
        "The whole process, interpreter start included; the snippets are plain Python.\n\n"
        f"{markdown(['', 'took', 'practicum is faster'], rows)}\n"
    )
