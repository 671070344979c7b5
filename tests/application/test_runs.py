"""Runs that clients follow: their events, what happens when a connection breaks, and their limits."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import pytest

from practicum.application import runs as runs_module
from practicum.application.event_log import Message
from practicum.application.refusals import Reason, Refused
from practicum.application.runs import FollowedRun, Recording, Runs, start_recorded
from practicum.runner import Cancellation, Client, OnEvent, Output, Started
from practicum.store import StoreError
from tests.waiting import PATIENCE, eventually

ADA, BOB = Client("ada", "192.0.2.1"), Client("bob", "192.0.2.2")


def until_cancelled(on_event: OnEvent, cancel: Cancellation) -> str:
    """A run that ends only when it is cancelled."""
    on_event(Started())
    return "cancelled" if cancel.wait(PATIENCE) else "timed out"


def follow(run: FollowedRun[Any], after: int | None = None, until: str | None = None) -> list[Message]:
    """Follow a run to its end, or until the first message of that name; heartbeats are left out."""

    async def collect() -> list[Message]:
        received = []
        async for message in run.messages(after):
            if message is not None:
                received.append(message)
                if message.name == until:
                    break
        return received

    return anyio.run(collect)


def data_of(messages: list[Message], name: str) -> list[Any]:
    return [message.data for message in messages if message.name == name]


# --- followers


def test_a_run_without_followers_is_cancelled_after_its_patience() -> None:
    """Not when the connection breaks, but when no client has come back by then."""
    run = Runs(patience=0.3).start(ADA, until_cancelled, str)
    follow(run, until="state")
    cancelled_at_the_break = run.cancel.is_set()

    assert not cancelled_at_the_break
    assert eventually(lambda: run.ended)
    assert data_of(follow(run), "result") == ["cancelled"]


def test_a_client_that_returns_continues_after_its_last_message() -> None:
    """The run is not cancelled, and the two connections together receive everything once."""
    go_on = threading.Event()

    def work(on_event: OnEvent, cancel: Cancellation) -> str:
        on_event(Output("stdout", "one\n"))
        assert go_on.wait(PATIENCE)
        on_event(Output("stdout", "two\n"))
        return "cancelled" if cancel.is_set() else "the end"

    run = Runs(patience=PATIENCE).start(ADA, work, str)
    first = follow(run, until="output")
    go_on.set()
    second = follow(run, first[-1].id)

    assert [(output["at"], output["add"]) for output in data_of(first, "output")] == [(0, "one\n")]
    assert [(output["at"], output["add"]) for output in data_of(second, "output")] == [(4, "two\n")]
    assert data_of(second, "result") == ["the end"]
    assert data_of(second, "run") == []


def test_a_returning_client_stops_the_timer() -> None:
    """The patience is counted from the last break, not from the first."""
    run = Runs(patience=0.2).start(ADA, until_cancelled, str)
    follow(run, until="state")
    with run.followed(lambda: None):
        cancelled = run.cancel.wait(0.5)

    assert not cancelled
    assert eventually(lambda: run.ended)


def test_a_recorded_run_continues_without_followers() -> None:
    """Its beginning and its result are recorded under its id."""
    records: list[tuple[str, str | None]] = []
    go_on = threading.Event()
    recording = Recording[str](
        begin=lambda id: records.append((id, "begun")), end=lambda id, result: records.append((id, result)), path="/"
    )

    def work(on_event: OnEvent, cancel: Cancellation) -> str:
        on_event(Started())
        assert go_on.wait(PATIENCE)
        return "cancelled" if cancel.is_set() else "the end"

    run = Runs(patience=0.01).start(ADA, work, str, recording)
    follow(run, until="state")
    cancelled = run.cancel.wait(0.1)
    go_on.set()

    assert not cancelled
    assert eventually(lambda: run.ended)
    assert records == [(run.id, "begun"), (run.id, "the end")]


def test_a_run_has_a_limited_number_of_followers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that only waits for the end does not count."""
    monkeypatch.setattr(runs_module, "MAX_FOLLOWERS", 1)
    run = Runs().start(ADA, until_cancelled, str)
    with run.followed(lambda: None):
        assert run.crowded
        with pytest.raises(Refused) as refusal, run.followed(lambda: None, 1):
            pass
        with run.followed(lambda: None, runs_module.MAX_RUNS):
            run.cancel.set()

    assert (refusal.value.code, refusal.value.reason) == ("too-many-followers", Reason.TOO_MANY)
    assert eventually(lambda: run.ended)


def test_a_silent_run_sends_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no proxy closes its connection."""
    monkeypatch.setattr(runs_module, "KEEP_ALIVE", 0.01)
    run = Runs().start(ADA, until_cancelled, str)

    async def count_heartbeats() -> int:
        count = 0
        async for message in run.messages(None):
            count += message is None
            if count == 3:
                run.cancel.set()
        return count

    assert anyio.run(count_heartbeats) >= 3


# --- results


def test_an_ended_run_is_found_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its owner only; the oldest results go first where all together are too large."""
    runs = Runs()
    run = runs.start(ADA, lambda on_event, cancel: "x", str)
    assert eventually(lambda: run.ended)
    large = runs.start(ADA, lambda on_event, cancel: "y" * 90, str)
    assert eventually(lambda: large.ended)

    assert runs.find(run.id, "ada") is run
    assert runs.find(run.id, "bob") is None
    monkeypatch.setattr(runs_module, "MAX_HELD", 90)
    assert runs.find(run.id, "ada") is None
    assert runs.find(large.id, "ada") is large
    monkeypatch.setattr(runs_module, "RETENTION", 0)
    assert runs.find(large.id, "ada") is None


def test_another_owners_run_does_not_exist() -> None:
    """It is refused in the same words as one that never was."""
    runs = Runs()
    run = runs.start(ADA, until_cancelled)
    refusals = []
    for id in (run.id, "x" * 22):
        with pytest.raises(Refused) as refusal:
            runs.get(id, "bob")
        refusals.append((refusal.value.code, str(refusal.value)))
    runs.cancel_all()

    assert refusals[0] == refusals[1]
    assert refusals[0][0] == "no-such-run"


def test_a_waiter_gets_the_result_or_the_error() -> None:
    async def outcomes() -> tuple[str, str]:
        runs = Runs()
        result = await runs.start(ADA, lambda on_event, cancel: "x").outcome()

        def fail(on_event: OnEvent, cancel: Cancellation) -> str:
            raise StoreError("disk-full", "full")

        with pytest.raises(StoreError) as error:
            await runs.start(ADA, fail).outcome()
        return result, str(error.value)

    assert anyio.run(outcomes) == ("x", "full")


@pytest.mark.parametrize("count", [1, 300])
def test_a_fault_is_reported_after_the_output(count: int, caplog: pytest.LogCaptureFixture) -> None:
    """The client gets a last message, and the log has the traceback."""

    def work(on_event: OnEvent, cancel: Cancellation) -> str:
        for number in range(count):
            on_event(Output("stdout", f"{number}\n"))
        raise RuntimeError("a fault")

    messages = follow(Runs().start(ADA, work, str))

    assert (messages[-1].name, messages[-1].data) == ("trouble", runs_module.FAULT)
    assert "".join(output["add"] for output in data_of(messages, "output")).endswith(f"{count - 1}\n")
    assert "a fault" in caplog.text


def test_a_recorded_run_starts_once_its_beginning_is_on_disk() -> None:
    """If that fails, nothing is run."""
    recorded: list[str] = []
    ran: list[str] = []

    def fail(id: str) -> None:
        raise StoreError("disk-full", "the disk is full")

    def work(on_event: OnEvent, cancel: Cancellation) -> str:
        ran.append("ran")
        return ""

    async def start(begin: Any) -> FollowedRun[str]:
        return await start_recorded(Runs(), ADA, work, Recording[str](begin, lambda id, result: None, "/"))

    run = anyio.run(start, recorded.append)
    recorded_by_then = list(recorded)
    assert eventually(lambda: run.ended)
    with pytest.raises(StoreError):
        anyio.run(start, fail)

    assert recorded_by_then == [run.id]
    assert ran == ["ran"]


# --- limits


def test_no_run_begins_while_the_service_stops() -> None:
    """Those in progress are cancelled, recorded ones too."""
    runs = Runs()
    results: list[str | None] = []
    recording = Recording[str](begin=lambda id: None, end=lambda id, result: results.append(result), path="/")
    runs.start(ADA, until_cancelled)
    runs.start(ADA, until_cancelled, str, recording)
    in_progress = len(runs)
    runs.cancel_all()

    assert in_progress == 2
    assert eventually(lambda: not len(runs))
    assert results == ["cancelled"]
    with pytest.raises(Refused) as refusal:
        runs.start(ADA, until_cancelled)
    assert (refusal.value.code, refusal.value.reason) == ("service-stopping", Reason.UNAVAILABLE)


def test_draining_waits_for_runs_in_progress() -> None:
    """No longer than it is given, and not at all where the service is in a hurry."""
    runs = Runs()
    run = runs.start(ADA, until_cancelled)
    anyio.run(runs.drain, 0.01)
    anyio.run(runs.drain, PATIENCE, lambda: True)
    in_progress = len(runs)
    threading.Timer(0.05, run.cancel.set).start()
    anyio.run(runs.drain, PATIENCE)

    assert (in_progress, len(runs)) == (1, 0)


def test_an_owner_has_a_limited_number_of_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another owner's runs begin all the same."""
    monkeypatch.setattr(runs_module, "MAX_RUNS_PER_OWNER", 2)
    runs = Runs()
    for _ in range(2):
        runs.start(ADA, until_cancelled)

    with pytest.raises(Refused) as refusal:
        runs.start(ADA, until_cancelled)
    assert (refusal.value.code, refusal.value.reason) == ("too-many-own-runs", Reason.TOO_MANY)
    assert runs.start(BOB, lambda on_event, cancel: "x").client == BOB
    runs.cancel_all()


def test_a_run_without_a_thread_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused, and takes no place."""

    def fail(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    runs = Runs()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        with pytest.raises(Refused) as refusal:
            runs.start(ADA, until_cancelled)

    assert (refusal.value.code, refusal.value.reason) == ("no-threads", Reason.UNAVAILABLE)
    assert len(runs) == 0
    assert runs.start(ADA, lambda on_event, cancel: "x").client == ADA


def test_runs_of_one_address_leave_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many identities it invents, and also where its runs are recorded and no page follows them."""
    monkeypatch.setattr(runs_module, "MAX_RUNS", 8)
    runs = Runs()
    recording = Recording[str](lambda id: None, lambda id, result: None, "/")
    for number in range(4):
        runs.start(Client(f"greedy {number}", ADA.address), until_cancelled, str, recording)

    with pytest.raises(Refused) as refusal:
        runs.start(Client("greedy 4", ADA.address), until_cancelled)
    elsewhere = runs.start(BOB, lambda on_event, cancel: "x")

    assert (refusal.value.reason, refusal.value.code) == (Reason.UNAVAILABLE, "too-many-runs-of-network")
    assert elsewhere.client == BOB
    runs.cancel_all()


def test_large_results_of_one_address_do_not_push_out_anothers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest results of the address that holds most are dropped first."""
    monkeypatch.setattr(runs_module, "MAX_HELD", 100)
    runs = Runs()
    small = runs.start(BOB, lambda on_event, cancel: "x", str)
    assert eventually(lambda: small.ended)
    for _ in range(3):
        large = runs.start(ADA, lambda on_event, cancel: "y" * 90, str)
        assert eventually(lambda: large.ended)  # noqa: B023

    assert runs.find(small.id, BOB.person) is small
    assert runs.find(large.id, ADA.person) is large


def test_a_newcomer_may_start_fewer_runs() -> None:
    """A cookie that was issued seconds ago costs nothing."""
    runs, newcomer = Runs(), Client("eve", "192.0.2.3", newcomer=True)
    for _ in range(runs_module.MAX_RUNS_PER_NEWCOMER):
        runs.start(newcomer, until_cancelled)

    with pytest.raises(Refused) as refusal:
        runs.start(newcomer, until_cancelled)
    later = runs.start(Client("eve", "192.0.2.3"), lambda on_event, cancel: "x")

    assert (refusal.value.reason, refusal.value.code) == (Reason.TOO_MANY, "too-many-own-runs")
    assert later.client.person == "eve"
    runs.cancel_all()
