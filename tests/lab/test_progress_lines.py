"""How far the lab is, told to a program that passes it on."""

from __future__ import annotations

import subprocess
import sys

import pytest

from practicum.commands import lab_messages
from practicum.settings import PROGRESS

STEPS = """
import sys
from practicum.commands import lab_messages
with lab_messages.progress() as tell:
    for done in range(1, 1001):
        tell("reading pictures", done, 1000)
    print("1000 pictures", file=sys.stderr, flush=True)
    tell("starting TensorFlow", 0, 1)
    tell("looking at each picture", 1, 3)
print("done", file=sys.stderr)
"""


def said(**environment: str) -> str:
    done = subprocess.run([sys.executable, "-c", STEPS], env=environment, stderr=subprocess.PIPE, check=True)
    return done.stderr.decode()


def test_a_line_for_each_thing_that_is_done() -> None:
    """Written over while it is under way, not often; ended when it is done, so that other words have their own line."""
    lines = said(**{PROGRESS: "lines"}).split("\n")

    assert [line.rpartition("\r")[2] for line in lines] == [
        "reading pictures, 1000 of 1000",
        "1000 pictures",
        "starting TensorFlow",
        "looking at each picture, 1 of 3",
        "done",
        "",
    ]
    assert lines[0].count("\r") < 20


def test_unasked_nothing_is_told_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log shall not be full of it."""
    monkeypatch.delenv(PROGRESS, raising=False)

    assert said() == "1000 pictures\ndone\n"
    assert lab_messages.OFTEN >= 0.1
