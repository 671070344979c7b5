"""What happened in one run, for clients that follow it from the start, join late or reconnect: in bounded memory."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from practicum.application import epoch_table
from practicum.formatting import whole_duration
from practicum.runner import Epoch, Output, Queued, RunEvent, Started
from practicum.runner.ansi import TerminalStream

KEPT_CHARACTERS = 40_000
"""Characters of each stream that are kept for late clients; the result has the beginning and the end."""
MARKS = 256
"""Positions in a stream that are remembered by their message. When there are more, every other one is dropped."""
EPOCHS = 2_000
"""Epochs that are kept; of more, every other one but the last."""
BUFFERED_EVENTS = 1_000
"""Events that may wait before they are merged."""


@dataclass(frozen=True)
class Message:
    """A message to a client. `data` is JSON, but for `epochs`, whose data is an :class:`EpochTable`."""

    name: str
    data: Any
    id: int = 0
    """A client that sends back the last id it received gets everything after it."""


class EventLog:
    """The events of a run so far. A caller that uses it from several threads locks it.

    Every message is either an addition with its position (`at`, `index`), or replaces an earlier one: so nothing is
    shown twice, however often it is sent.
    """

    def __init__(self) -> None:
        self.number = 0
        """The id of the newest message."""
        self._buffer: list[RunEvent] = []
        self._state: tuple[int, Started | Queued] | None = None
        self._began: float | None = None
        self._streams = {"stdout": _Stream(), "stderr": _Stream()}
        self._epochs: list[tuple[int, int, Epoch]] = []
        """Each with the id of its message and its index among all epochs."""
        self._epoch_count = 0
        self._end: Message | None = None

    @property
    def ended(self) -> bool:
        return self._end is not None

    def add(self, event: RunEvent) -> None:
        """Append an event."""
        self._buffer.append(event)
        if len(self._buffer) >= BUFFERED_EVENTS:
            self._merge()

    def end(self, name: str, data: object) -> None:
        """Append the last message."""
        self._merge()
        self.number += 1
        self._end = Message(name, data, self.number)

    def since(self, after: int) -> list[Message]:
        """Return messages for all that happened after that id: at most one of each name, the end last.

        Only the last one has an id of its own, because a client that received only some of them must get all again.
        """
        self._merge()
        found = [*self._state_since(after), *self._output_since(after), *self._epochs_since(after)]
        messages = [Message(message.name, message.data, after) for message in found]
        if messages:
            last = messages.pop()
            messages.append(Message(last.name, last.data, self.number - self.ended))
        if self._end is not None and self._end.id > after:
            messages.append(self._end)
        return messages

    def _merge(self) -> None:
        """Move the buffered events to where they belong."""
        events, self._buffer = self._buffer, []
        if not events:
            return
        self.number += 1
        states = [event for event in events if isinstance(event, Queued | Started)]
        begun = [event for event in states if isinstance(event, Started)]
        if states and self._began is None:  # Of several runs side by side, a waiting one does not hide a running one.
            self._state = self.number, (begun or states)[-1]
        if begun and self._began is None:
            self._began = time.monotonic()
        for name, stream in self._streams.items():
            text = "".join(event.text for event in events if isinstance(event, Output) and event.stream == name)
            if text:
                stream.write(text, self.number)
        for event in events:
            if isinstance(event, Epoch):
                self._epochs.append((self.number, self._epoch_count, event))
                self._epoch_count += 1
        if len(self._epochs) > EPOCHS:
            old = len(self._epochs) - epoch_table.SHOWN
            self._epochs = self._epochs[:old:2] + self._epochs[old:]

    def _state_since(self, after: int) -> list[Message]:
        if self._state is None or self._state[0] <= after:
            return []
        seconds = 0.0 if self._began is None else time.monotonic() - self._began
        return [Message("state", run_state(self._state[1], seconds))]

    def _output_since(self, after: int) -> list[Message]:
        return [
            Message("output", {"stream": name, **stream.since(after)})
            for name, stream in self._streams.items()
            if stream.number > after
        ]

    def _epochs_since(self, after: int) -> list[Message]:
        new = [(index, epoch) for number, index, epoch in self._epochs if number > after]
        if not new:
            return []
        table = epoch_table.latest_epochs([epoch for _, _, epoch in self._epochs])
        return [Message("epoch", [plot_point(index, epoch) for index, epoch in new]), Message("epochs", table)]


class _Stream:
    """One stream: its last characters, and the position at which each message began."""

    def __init__(self) -> None:
        self.number = 0
        self._terminal = TerminalStream()
        self._text = ""
        self._length = 0
        """Characters that have become final, the dropped ones included."""
        self._line = ""
        self._marks: list[tuple[int, int]] = []
        """The id of a message, and the length after it."""

    def write(self, text: str, number: int) -> None:
        final, self._line = self._terminal.write(text)
        self.number = number
        self._length += len(final)
        self._text = (self._text + final)[-KEPT_CHARACTERS:]
        self._marks.append((number, self._length))
        if len(self._marks) > MARKS:
            self._marks = self._marks[::2]

    def since(self, after: int) -> dict[str, Any]:
        """Return what to add at which position, and the current last line, which replaces the one before."""
        sent = max((length for number, length in self._marks if number <= after), default=0)
        at = max(sent, self._length - len(self._text))
        return {"at": at, "add": self._text[len(self._text) - (self._length - at) :], "line": self._line}


def run_state(event: Queued | Started, seconds: float = 0.0) -> dict[str, Any]:
    """Return a label for the state of a run, whether its clock runs, and the seconds so far."""
    if isinstance(event, Started):
        return {"words": "Running …", "running": True, "seconds": round(seconds, 1)}
    ahead = event.ahead
    place = "you are next" if not ahead else "1 run goes first" if ahead == 1 else f"{ahead} runs go first"
    expected = "" if event.wait is None else f", about {whole_duration(event.wait)}"
    return {"words": f"Waiting: {place}{expected}", "running": False, "seconds": 0}


def plot_point(index: int, epoch: Epoch) -> dict[str, Any]:
    """Return an epoch as a plot takes it. A metric that is no finite number (a loss that diverged) is null."""
    return {
        "index": index,
        "number": epoch.number,
        "epochs": epoch.epochs,
        "metrics": {name: value if math.isfinite(value) else None for name, value in epoch.metrics.items()},
        "seconds": epoch.seconds,
        "first": index > 0 and epoch.number == 1,
    }


def plot_series(epochs: Sequence[Epoch]) -> list[dict[str, Any]]:
    """Return all epochs of a run, as a plot takes them."""
    return [plot_point(index, epoch) for index, epoch in enumerate(epochs)]
