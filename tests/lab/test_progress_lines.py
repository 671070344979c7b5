"""Progress as lines, for a program that forwards them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from practicum.commands import lab_messages
from practicum.settings import PROGRESS

pytestmark = pytest.mark.slow

STEPS = """
import sys
from practicum.commands.lab_messages import show_progress
with show_progress() as on_progress:
    for done in range(1, 1001):
        on_progress("reading images", done, 1000)
    print("1000 images", file=sys.stderr, flush=True)
    on_progress("starting TensorFlow", 0, 1)
    on_progress("extracting features", 1, 3)
print("done", file=sys.stderr)
"""


def standard_error(**environment: str) -> str:
    """What the steps print, in a process of its own."""
    process = subprocess.run([sys.executable, "-c", STEPS], env=environment, stderr=subprocess.PIPE, check=True)
    return process.stderr.decode()


def test_each_step_has_a_line() -> None:
    """It is updated a few times while the step runs, and ended afterwards, so that other output has its own line."""
    lines = standard_error(**{PROGRESS: "lines"}).split("\n")

    assert [line.rpartition("\r")[2] for line in lines] == [
        "reading images, 1000 of 1000",
        "1000 images",
        "starting TensorFlow",
        "extracting features, 1 of 3",
        "done",
        "",
    ]
    assert lines[0].count("\r") < 20


def test_without_a_terminal_there_is_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would fill a log."""
    monkeypatch.delenv(PROGRESS, raising=False)

    assert standard_error() == "1000 images\ndone\n"
    assert lab_messages.UPDATE_SECONDS >= 0.1
