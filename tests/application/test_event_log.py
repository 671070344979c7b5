"""What clients receive of a run: everything once, whenever they join and however often they reconnect."""

from __future__ import annotations

import math
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.application import event_log
from practicum.application.event_log import EventLog, Message
from practicum.runner import Epoch, Output, Queued, RunEvent, Started


def log_of(*events: RunEvent) -> EventLog:
    log = EventLog()
    for event in events:
        log.add(event)
    return log


class Page:
    """What the script of a page makes of the messages (`print` and `learn` in `live.js`)."""

    def __init__(self) -> None:
        self.after = 0
        self.final: dict[str, str] = {}
        self.line: dict[str, str] = {}
        self.epochs: list[int] = []
        self.state: dict[str, Any] = {}
        self.end = ""

    def take(self, message: Message) -> None:
        data: Any = message.data
        if message.name == "output":
            known = len(self.final.get(data["stream"], ""))
            self.final[data["stream"]] = self.final.get(data["stream"], "") + data["add"][max(0, known - data["at"]) :]
            self.line[data["stream"]] = data["line"]
        elif message.name == "epoch":
            self.epochs += [point["index"] for point in data if point["index"] >= len(self.epochs)]
        elif message.name == "state":
            self.state = {**data, "seconds": 0}
        elif message.name == "result":
            self.end += data
        self.after = max(self.after, message.id)


EVENTS = st.one_of(
    st.builds(Queued, st.integers(0, 3)),
    st.just(Started()),
    st.builds(Output, st.sampled_from(["stdout", "stderr"]), st.text("ab\n🙂", min_size=1, max_size=6)),
    st.builds(lambda number: Epoch(number, 9, {"loss": 1.0}, 0.1), st.integers(1, 9)),
)


@given(st.lists(st.tuples(EVENTS, st.integers(0, 4)), max_size=40))
def test_every_event_arrives_once_however_often_the_connection_breaks(happened: list[tuple[RunEvent, int]]) -> None:
    """Also if it breaks within a batch of messages; a client that joins late receives the same."""
    log, page, late = EventLog(), Page(), Page()
    for event, received in happened:
        log.add(event)
        for message in log.since(page.after)[:received]:  # The rest is lost on its way.
            page.take(message)
    log.end("result", "the end")
    for message in log.since(page.after):
        page.take(message)
    for message in log.since(0):
        late.take(message)

    printed = {
        name: "".join(event.text for event, _ in happened if isinstance(event, Output) and event.stream == name)
        for name in ("stdout", "stderr")
    }
    for client in (page, late):
        for name, text in printed.items():
            assert client.final.get(name, "") + client.line.get(name, "") == text
        assert client.epochs == list(range(sum(isinstance(event, Epoch) for event, _ in happened)))
        assert client.end == "the end"
    assert page.state == late.state


@pytest.mark.slow
def test_its_memory_is_bounded() -> None:
    """A run that prints and trains a lot takes no more: the beginning is dropped."""
    log = EventLog()
    for number in range(60_000):
        log.add(Output("stdout", f"{number:06}\n"))
        if number % 10 == 0:
            log.add(Epoch(number + 1, 60_000, {"loss": 1.0}, 0.1))
            log.since(10**9)  # a message for each ten lines: many more than it remembers
    messages = {message.name: message.data for message in log.since(0)}

    assert log.number > 10 * event_log.MARKS
    assert len(messages["output"]["add"]) == event_log.KEPT_CHARACTERS
    assert messages["output"]["add"].endswith("059999\n")
    assert messages["output"]["at"] == 7 * 60_000 - event_log.KEPT_CHARACTERS
    assert len(messages["epoch"]) <= event_log.EPOCHS
    assert messages["epoch"][-1]["number"] == 59_991
    assert len(pickle.dumps(log)) < 500_000


def test_events_between_two_messages_are_merged() -> None:
    """Many outputs become one message, and only the last state counts."""
    output: list[RunEvent] = [Output("stdout", f"{number}\n") for number in range(900)]
    epochs: list[RunEvent] = [Epoch(number, 3, {"loss": 1.0}, 0.1) for number in (1, 2, 3)]
    messages = log_of(Queued(1), Queued(0), Started(), *output, *epochs).since(0)

    assert [message.name for message in messages] == ["state", "output", "epoch", "epochs"]
    assert messages[0].data["running"]


def test_a_waiting_run_does_not_hide_a_running_one() -> None:
    """Where several runs share a log."""
    log = log_of(Queued(0), Started(), Queued(0))

    assert log.since(0)[0].data["running"]
    log.add(Queued(1))
    assert log.since(log.number) == []


def test_epochs_are_points_of_a_plot() -> None:
    """The first epoch of another training is marked, and a metric that is not finite is null."""
    losses = ((1, 1.0), (2, math.nan), (1, math.inf))
    message = log_of(*(Epoch(number, 2, {"loss": loss}, 0.5) for number, loss in losses)).since(0)[0]

    assert message.name == "epoch"
    assert [point["first"] for point in message.data] == [False, False, True]
    assert [point["metrics"]["loss"] for point in message.data] == [1.0, None, None]
