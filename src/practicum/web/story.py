"""What is told of one run, for whoever watches it from the beginning, joins late, or comes back: in bounded memory."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from practicum.runner import Epoch, Output, Queued, RunEvent, Started
from practicum.runner.ansi import TerminalStream
from practicum.web import epochs, view

KEPT = 40_000
"""Letters of each stream that are kept for who joins late; the result brings its beginning and end."""
MARKS = 256
"""Places in a stream that are remembered by their message. Of a run that says more, every other one is forgotten."""
EPOCHS = 2_000
"""Epochs that are kept; of more, every other one, but for the last."""
PIECES = 1_000
"""Pieces of output that may lie unread before they are put together."""


@dataclass(frozen=True)
class Message:
    """One server-sent event. Its data is JSON, so that no line break in it ends the event."""

    name: str
    data: Any
    id: int = 0
    """Who says that this was the last they received is told what came after it."""

    def __str__(self) -> str:
        return f"event: {self.name}\ndata: {json.dumps(self.data, allow_nan=False)}\nid: {self.id}\n\n"


class Story:
    """What has happened so far. Whoever uses it from several threads guards it.

    All that is told is an addition with its place (`at`, `index`), or takes the place of what was told before: so
    nothing is shown twice, however often it is sent.
    """

    def __init__(self) -> None:
        self.number = 0
        """Of the newest message."""
        self._happened: list[RunEvent] = []
        self._state: tuple[int, Started | Queued] | None = None
        self._began: float | None = None
        self._streams = {"stdout": _Stream(), "stderr": _Stream()}
        self._epochs: list[tuple[int, int, Epoch]] = []
        """Each with the number of its message and its place among all of them."""
        self._trained = 0
        self._end: Message | None = None

    @property
    def ended(self) -> bool:
        return self._end is not None

    def add(self, happened: RunEvent) -> None:
        """One thing more."""
        self._happened.append(happened)
        if len(self._happened) >= PIECES:
            self._fold()

    def end(self, name: str, data: object) -> None:
        """Nothing more happens but this."""
        self._fold()
        self.number += 1
        self._end = Message(name, data, self.number)

    def since(self, after: int) -> list[Message]:
        """What tells of all that happened after that message: of each sort one at the most, the end last.

        Only the last of them has a number of its own, for who has received but some of them shall be told all again.
        """
        self._fold()
        found = [*self._stands(after), *self._said(after), *self._learnt(after)]
        messages = [Message(one.name, one.data, after) for one in found]
        if messages:
            last = messages.pop()
            messages.append(Message(last.name, last.data, self.number - self.ended))
        if self._end is not None and self._end.id > after:
            messages.append(self._end)
        return messages

    def _fold(self) -> None:
        """Put what happened since the last look where it belongs."""
        happened, self._happened = self._happened, []
        if not happened:
            return
        self.number += 1
        states = [one for one in happened if isinstance(one, Queued | Started)]
        begun = [one for one in states if isinstance(one, Started)]
        if states and self._began is None:  # Of several runs side by side, one that waits does not hide one that runs.
            self._state = self.number, (begun or states)[-1]
        if begun and self._began is None:
            self._began = time.monotonic()
        for name, stream in self._streams.items():
            text = "".join(one.text for one in happened if isinstance(one, Output) and one.stream == name)
            if text:
                stream.write(text, self.number)
        for one in happened:
            if isinstance(one, Epoch):
                self._epochs.append((self.number, self._trained, one))
                self._trained += 1
        if len(self._epochs) > EPOCHS:
            old = len(self._epochs) - epochs.SHOWN
            self._epochs = self._epochs[:old:2] + self._epochs[old:]

    def _stands(self, after: int) -> list[Message]:
        if self._state is None or self._state[0] <= after:
            return []
        seconds = 0.0 if self._began is None else time.monotonic() - self._began
        return [Message("state", state(self._state[1], seconds))]

    def _said(self, after: int) -> list[Message]:
        return [
            Message("output", {"stream": name, **stream.since(after)})
            for name, stream in self._streams.items()
            if stream.number > after
        ]

    def _learnt(self, after: int) -> list[Message]:
        new = [(index, epoch) for number, index, epoch in self._epochs if number > after]
        if not new:
            return []
        known = [epoch for _, _, epoch in self._epochs]
        table = view.part("epochs.html", epochs=epochs.latest(known))
        return [Message("epoch", [told(index, epoch) for index, epoch in new]), Message("epochs", table)]


class _Stream:
    """One stream: its last letters, and where in it each message began."""

    def __init__(self) -> None:
        self.number = 0
        self._terminal = TerminalStream()
        self._text = ""
        self._length = 0
        """Letters that have become final, the forgotten ones included."""
        self._line = ""
        self._marks: list[tuple[int, int]] = []
        """A message's number, and the length after it."""

    def write(self, text: str, number: int) -> None:
        final, self._line = self._terminal.write(text)
        self.number = number
        self._length += len(final)
        self._text = (self._text + final)[-KEPT:]
        self._marks.append((number, self._length))
        if len(self._marks) > MARKS:
            self._marks = self._marks[::2]

    def since(self, after: int) -> dict[str, Any]:
        """What is to be added at which place, and the last line as it stands, which replaces the one before."""
        told = max((length for number, length in self._marks if number <= after), default=0)
        at = max(told, self._length - len(self._text))
        return {"at": at, "add": self._text[len(self._text) - (self._length - at) :], "line": self._line}


def state(happened: Queued | Started, seconds: float = 0.0) -> dict[str, Any]:
    """Where a run stands, in words, and whether seconds count, and how many have passed."""
    if isinstance(happened, Started):
        return {"words": "Running …", "running": True, "seconds": round(seconds, 1)}
    ahead = happened.ahead
    go = "you are next" if not ahead else "1 run goes first" if ahead == 1 else f"{ahead} runs go first"
    return {"words": f"Waiting: {go}", "running": False, "seconds": 0}


def told(index: int, epoch: Epoch) -> dict[str, Any]:
    """An epoch as a plot takes it. A number that is none (a loss that ran off) is null."""
    return {
        "index": index,
        "number": epoch.number,
        "epochs": epoch.epochs,
        "metrics": {name: value if math.isfinite(value) else None for name, value in epoch.metrics.items()},
        "seconds": epoch.seconds,
        "first": index > 0 and epoch.number == 1,
    }


def series(trained: Sequence[Epoch]) -> list[dict[str, Any]]:
    """All epochs of a run, as a plot takes them."""
    return [told(index, epoch) for index, epoch in enumerate(trained)]
