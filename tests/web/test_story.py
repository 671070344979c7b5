"""What is told of a run: the whole story once, whenever one joins and however often one comes back."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from practicum.application import event_log
from practicum.application.event_log import EventLog, Message
from practicum.runner import Epoch, Output, Queued, RunEvent, Started


def names(messages: list[Message]) -> list[str]:
    return [message.name for message in messages]


def told(*happened: RunEvent) -> EventLog:
    one = EventLog()
    for event in happened:
        one.add(event)
    return one


class Page:
    """What our script makes of the messages: see `print` and `learn` in `live.js`."""

    def __init__(self) -> None:
        self.after = 0
        self.final: dict[str, str] = {}
        self.line: dict[str, str] = {}
        self.epochs: list[int] = []
        self.state = self.end = ""

    def take(self, message: Message) -> None:
        data: Any = message.data
        if message.name == "output":
            known = len(self.final.get(data["stream"], ""))
            self.final[data["stream"]] = self.final.get(data["stream"], "") + data["add"][max(0, known - data["at"]) :]
            self.line[data["stream"]] = data["line"]
        elif message.name == "epoch":
            self.epochs += [one["index"] for one in data if one["index"] >= len(self.epochs)]
        elif message.name == "state":
            self.state = data["words"]
        elif message.name == "result":
            self.end += data
        self.after = max(self.after, message.id)


EVENTS = st.one_of(
    st.builds(Queued, st.integers(0, 3)),
    st.just(Started()),
    st.builds(Output, st.sampled_from(["stdout", "stderr"]), st.text("ab\n🙂", min_size=1, max_size=6)),
    st.builds(lambda n: Epoch(n, 9, {"loss": 1.0}, 0.1), st.integers(1, 9)),
)


@given(st.lists(st.tuples(EVENTS, st.integers(0, 4)), max_size=40))
def test_however_often_the_connection_breaks_all_is_told_once(happened: list[tuple[RunEvent, int]]) -> None:
    """Wherever it breaks off, within a batch of messages too; and who joins late is told the same."""
    one, page, late = EventLog(), Page(), Page()
    for event, received in happened:
        one.add(event)
        for message in one.since(page.after)[:received]:  # The rest is lost on its way.
            page.take(message)
    one.end("result", "the end")
    for message in one.since(page.after):
        page.take(message)
    for message in one.since(0):
        late.take(message)

    said = {
        name: "".join(event.text for event, _ in happened if isinstance(event, Output) and event.stream == name)
        for name in ("stdout", "stderr")
    }
    for seen in (page, late):
        for name, text in said.items():
            assert seen.final.get(name, "") + seen.line.get(name, "") == text
        assert seen.epochs == list(range(sum(isinstance(event, Epoch) for event, _ in happened)))
        assert seen.end == "the end"
    assert page.state == late.state


def test_its_memory_is_bounded() -> None:
    """A run that says and trains much takes no more; what is forgotten is the beginning."""
    one = EventLog()
    for number in range(60_000):
        one.add(Output("stdout", f"{number:06}\n"))
        if number % 10 == 0:
            one.add(Epoch(number + 1, 60_000, {"loss": 1.0}, 0.1))
        one.since(10**9)
    messages = {message.name: message.data for message in one.since(0)}

    assert len(messages["output"]["add"]) == event_log.KEPT_CHARACTERS
    assert messages["output"]["add"].endswith("059999\n")
    assert messages["output"]["at"] == 7 * 60_000 - event_log.KEPT_CHARACTERS
    assert len(messages["epoch"]) <= event_log.EPOCHS
    assert messages["epoch"][-1]["number"] == 59_991
    assert len(one._streams["stdout"]._marks) <= event_log.MARKS


def test_no_line_break_ends_an_event() -> None:
    """Whatever a run prints."""
    assert str(Message("output", "a\n\nevent: result\ndata: x")).count("\n\n") == 1


def test_what_happens_at_once_travels_together() -> None:
    """A thousand pieces of output are one message, and of the states the last counts."""
    output: list[RunEvent] = [Output("stdout", f"{number}\n") for number in range(900)]
    epochs: list[RunEvent] = [Epoch(number, 3, {"loss": 1.0}, 0.1) for number in (1, 2, 3)]

    assert names(told(Queued(1), Queued(0), Started(), *output, *epochs).since(0)) == [
        "state",
        "output",
        "epoch",
        "epochs",
    ]


def test_one_that_waits_does_not_hide_one_that_runs() -> None:
    """Where several runs are told as one."""
    one = told(Queued(0), Started(), Queued(0))

    assert "Running" in one.since(0)[0].data["words"]
    one.add(Queued(1))
    assert one.since(one.number) == []


def test_epochs_are_told_for_a_plot() -> None:
    """Each with its number and place; where a training begins anew it says so, and what is no number is null."""
    one = told(*(Epoch(number, 2, {"loss": loss}, 0.5) for number, loss in ((1, 1.0), (2, math.nan), (1, math.inf))))
    epochs = one.since(0)[0].data

    assert [epoch["first"] for epoch in epochs] == [False, False, True]
    assert [epoch["metrics"]["loss"] for epoch in epochs] == [1.0, None, None]
    assert "NaN" not in str(one.since(0)[0])
