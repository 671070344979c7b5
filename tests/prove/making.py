"""Courses for the prover's tests: small files on disk, as an author would write them."""

from __future__ import annotations

import contextlib
import textwrap
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from practicum.cli import main
from practicum.prove.repeated_runs import RunJob
from practicum.runner import Job, OnEvent, Pool
from practicum.runner.cancellation import Cancellation
from practicum.runner.job import Result as RunResult

TOPIC = "topic"


def run_command(pool: Pool, cwd: Path, *arguments: str | Path, one_interpreter: bool = False) -> Result:
    """The result of a command of practicum in this process, whose runs use the warm interpreters of `pool`.

    Args:
        one_interpreter: Whether every run has the same hash seed. Only for commands that call the pool's `run` alone.
    """
    used = SimpleNamespace(run=in_one_interpreter(pool)) if one_interpreter else pool
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(cwd):
        for module in ("practicum.commands.run", "practicum.runner"):  # the first imports it from the second
            patch.setattr(f"{module}.Pool", lambda size: contextlib.nullcontext(used))
        return CliRunner().invoke(main, [str(argument) for argument in arguments])


def write_course(root: Path, problems: dict[str, str], experiments: str = "") -> Path:
    """A course of one topic, its challenge holding these problems by name."""
    folder = root / TOPIC / "challenge"
    folder.mkdir(parents=True, exist_ok=True)
    (root / "course.toml").write_text('title = "Course"\n')
    (root / TOPIC / "topic.toml").write_text('title = "Topic"\n')
    for name, text in problems.items():
        (folder / f"{name}.md").write_text(text)
    if experiments:
        (root / TOPIC / "experiments.py").write_text(experiments)
    return root


def problem(body: str, proof: str = "", front: str = 'level = "beginner"') -> str:
    """A problem file."""
    table = f"[proof]\n{proof}\n" if proof else ""
    return f"+++\n{front}\n{table}+++\n\n# A question\n\n{textwrap.dedent(body)}"


def path(name: str) -> str:
    """A problem's path in its course."""
    return f"{TOPIC}/challenge/{name}.md"


SUM = problem(
    """
    What is it?

    ```python run
    total = sum(range(4))
    ```

    - [x] `6`

      The feedback of the key.

    - [ ] `10`

    ## Hint

    Count.

    ## Explanation

    Because.
    """,
    'value = "total"',
)
"""A sound problem."""

EXPERIMENTS = '''"""What the tests measure."""

import random

BASE = 0.5


def tall(*, step, seed=0):
    """Grows with its step."""
    chance = random.Random(seed)
    return {"height": BASE + step + chance.random() / 10, "curve": [0.1, step]}


def flat(*, seed=0):
    return {"height": 0.25, "weights": "none", "data": "dice"}
'''

BEST = problem(
    """
    Which is tallest?

    - [x] `3`
    - [ ] `2`
    - [ ] `1`
    """,
    'best = "tall"\nvary = "step"\nmeasure = "height"',
)

CLAIMS = problem(
    """
    Which holds?

    - [x] tall is taller

      ```python claim
      tall(step=3, seed=seed).height > flat(seed=seed).height
      ```

    - [ ] flat is taller

      ```python claim
      tall(step=3, seed=seed).height < flat(seed=seed).height
      ```
    """
)


def in_one_interpreter(pool: Pool) -> RunJob:
    """The pool's `run`, but with the same hash seed in every run."""

    def run(job: Job, on_event: OnEvent | None = None, cancel: Cancellation | None = None) -> RunResult:
        return pool.run(replace(job, hash_seed=0), on_event, cancel)

    return run
