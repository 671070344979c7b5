"""Who runs next: everyone in turn, whoever asked how often."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practicum.runner.cancellation import Cancellation
from practicum.runner.fair_queue import MAX_WAITING, Cancelled, FairQueue, QueueRefused

QUEUES = st.lists(st.sampled_from("abc"), min_size=1, max_size=25)


class Crowd:
    """Many who want a turn; each holds it until it is told to go."""

    def __init__(self, turns: FairQueue) -> None:
        self.turns = turns
        self.began: list[str] = []
        self.places: dict[int, list[int]] = {}
        self._doors: list[threading.Event] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def comes(self, person: str) -> None:
        """One more asks; it is in the queue, or has begun, when this returns."""
        door, number = threading.Event(), len(self._threads)
        before = self.turns.running + self.turns.waiting
        told = self.places.setdefault(number, [])

        def live() -> None:
            with self.turns.slot(person, told.append):
                with self._lock:
                    self.began.append(person)
                    self._doors.append(door)
                door.wait()

        thread = threading.Thread(target=live, daemon=True)
        self._threads.append(thread)
        thread.start()
        _until(lambda: self.turns.running + self.turns.waiting > before)

    def one_ends(self) -> None:
        """The one that began first ends; whoever follows has begun when this returns."""
        waiting, running = self.turns.waiting, self.turns.running
        _until(lambda: len(self._doors) == running)
        self._doors.pop(0).set()
        if waiting:
            _until(lambda: self.turns.waiting < waiting or self.turns.running < running)
        _until(lambda: len(self._doors) == self.turns.running)

    def all_end(self) -> None:
        while self.turns.running:
            self.one_ends()
        for thread in self._threads:
            thread.join()


def _until(true: object, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.0005)


@settings(max_examples=30, deadline=None)
@given(people=QUEUES, size=st.integers(1, 3))
def test_everyone_gets_a_turn_and_never_too_many_at_once(people: list[str], size: int) -> None:
    turns = FairQueue(size)
    crowd = Crowd(turns)
    for person in people:
        crowd.comes(person)
        assert turns.running <= size

    crowd.all_end()

    assert Counter(crowd.began) == Counter(people)
    assert turns.running == turns.waiting == 0


def test_forty_runs_of_one_person_do_not_hold_up_anothers_first() -> None:
    """Who holds the fewest places is next, however many of another's came before."""
    crowd = Crowd(FairQueue(2))
    for _ in range(40):
        crowd.comes("ada")
    crowd.comes("bob")

    crowd.one_ends()

    assert crowd.began == ["ada", "ada", "bob"]
    crowd.all_end()


def test_a_place_is_left_for_others() -> None:
    """With `per_person` below the size, another's first run begins at once."""
    turns = FairQueue(2, per_person=1)
    crowd = Crowd(turns)
    for _ in range(3):
        crowd.comes("ada")

    crowd.comes("bob")

    _until(lambda: crowd.began == ["ada", "bob"])
    crowd.all_end()


def test_the_place_in_the_queue_is_told_whenever_it_changes() -> None:
    """Down to nought, which is next; and up, when someone comes who goes first."""
    crowd = Crowd(FairQueue(1))
    for person in ("ada", "ada", "ada"):
        crowd.comes(person)
    _until(lambda: crowd.places[2] == [1])
    crowd.comes("bob")
    _until(lambda: crowd.places[2] == [1, 2])

    crowd.one_ends()
    _until(lambda: crowd.places[2] == [1, 2, 1])
    crowd.all_end()

    assert crowd.began == ["ada", "bob", "ada", "ada"]
    assert crowd.places[0] == []
    assert crowd.places[3] == [0]


def test_waiting_ends_at_once_when_it_is_cancelled() -> None:
    """Nobody looks every so often: it is woken."""
    turns, cancel = FairQueue(1), Cancellation()
    crowd = Crowd(turns)
    crowd.comes("ada")
    threading.Timer(0.1, cancel.set).start()
    asked = time.monotonic()

    with pytest.raises(Cancelled), turns.slot("bob", None, cancel):
        pass

    assert time.monotonic() - asked < 1
    assert turns.waiting == 0
    crowd.all_end()


def test_too_many_of_one_person_are_refused_in_words() -> None:
    turns = FairQueue(1)
    crowd = Crowd(turns)
    for _ in range(MAX_WAITING + 1):
        crowd.comes("ada")

    with pytest.raises(QueueRefused) as refused, turns.slot("ada"):
        pass
    assert refused.value.code == "too-many-waiting"
    crowd.comes("bob")

    assert turns.waiting == MAX_WAITING + 1
    crowd.all_end()


def test_closing_refuses_who_waits_and_who_comes() -> None:
    """Those who run are not touched, and can be waited for."""
    turns = FairQueue(1)
    crowd = Crowd(turns)
    crowd.comes("ada")
    refused: list[str] = []

    def wait() -> None:
        try:
            with turns.slot("bob"):
                pass
        except QueueRefused as why:
            refused.append(why.message)

    waiting = threading.Thread(target=wait)
    waiting.start()
    _until(lambda: turns.waiting == 1)
    turns.close("it is late")
    waiting.join()

    assert refused == ["it is late"]
    with pytest.raises(QueueRefused) as late, turns.slot("eve"):
        pass
    assert late.value.code == "stopping"
    assert not turns.wait_until_idle(0.01)
    crowd.all_end()
    assert turns.wait_until_idle(0.01)


def test_what_fails_gives_its_place_back() -> None:
    turns = FairQueue(1)

    with pytest.raises(ZeroDivisionError), turns.slot("ada"):
        raise ZeroDivisionError

    with turns.slot("ada"):
        assert turns.running == 1


def test_cancelling_calls_only_who_listens() -> None:
    """After the context nothing is called any more; before it, setting is not lost."""
    cancel, heard = Cancellation(), []
    with cancel.on_set(lambda: heard.append("gone")):
        pass
    cancel.set()
    with cancel.on_set(lambda: heard.append("late")):
        pass

    assert heard == ["late"]
