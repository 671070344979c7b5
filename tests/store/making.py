"""Learners, sittings and events for the tests of the store."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import pytest

from practicum.store import EventRecord, Store, StoreError

TOKEN = "a long and random token, of the kind that a browser is given"


class Where(TypedDict, total=False):
    """The arguments of `Store.open`."""

    data: Path
    url: str


@contextlib.contextmanager
def refuses(code: str) -> Iterator[pytest.ExceptionInfo[StoreError]]:
    """Expect a StoreError with this code."""
    with pytest.raises(StoreError) as refusal:
        yield refusal
    assert refusal.value.code == code


def event(number: int, nonce: str | None = None) -> EventRecord:
    """An event with a number, which identifies it."""
    return EventRecord("answered", 1_000 + number, {"number": number, "answer": ["2", "é\n\x00"]}, nonce)


def begin(store: Store, token: str = TOKEN, topic: str = "small-datasets", at: int = 1_000) -> str:
    """A new sitting of the learner with that token."""
    learner = store.learner_for(token, create=True)
    assert learner is not None
    return store.start_sitting(learner, "transfer-learning", topic, "challenge", {"items": [1, {"a": None}]}, at)


def process(script: str, where: Where, *arguments: str) -> subprocess.Popen[str]:
    """`script.py` of this folder in a Python of its own, with where the database is as its first argument."""
    place = json.dumps({name: str(value) for name, value in where.items()})
    command = [sys.executable, str(Path(__file__).with_name(f"{script}.py")), place, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
