"""Invariants that hold for every sequence of commands at any times."""

import json

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from practicum.practice import (
    GRACE,
    TIME_LIMITS,
    Answered,
    Decision,
    Exam,
    ExamItem,
    ItemStatus,
    Sitting,
    TimeLimit,
    answer,
    as_of,
    event_from_json,
    event_to_json,
    hint,
    move_on,
    show,
    skip,
)

from .making import START

pytestmark = pytest.mark.slow

items = st.integers(-1, 4)
jumps = st.one_of(
    st.integers(0, 3_000), st.integers(-100_000, 100_000), st.sampled_from([59_999, 60_000, 62_000, 62_001])
)
answers = st.sampled_from([("0",), ("1",), ("2",), ("1", "0"), (), (" ",)])
nonces = st.sampled_from([f"nonce {n}" for n in range(12)])


class Storm(RuleBasedStateMachine):
    """Commands in any order at any time, with the server's clock jumping both ways."""

    @initialize(
        clock=st.sampled_from(TIME_LIMITS),
        shapes=st.lists(st.tuples(st.sampled_from([1, 30, 60]), st.integers(1, 3)), min_size=1, max_size=4),
    )
    def start(self, clock: TimeLimit, shapes: list[tuple[int, int]]) -> None:
        made = (ExamItem(f"{n}.md", 0, (0, 1, 2), seconds, attempts) for n, (seconds, attempts) in enumerate(shapes))
        self.sitting = Sitting(Exam(tuple(made), clock))
        self.now = START
        self.deadlines: dict[int, int | None] = {}
        self.counted: dict[str, Answered] = {}
        self.result: tuple[int, bool] | None = None

    def _take(self, decision: Decision) -> None:
        """Append what was decided. A refusal costs nothing: at most, time is found to have run out."""
        if decision.refusal:
            assert {type(event).__name__ for event in decision.events} <= {"Expired"}
            assert decision.answered is None
            assert decision.refusal.message.endswith(".")
        self.sitting = self.sitting.after(decision.events)

    @rule(by=jumps)
    def time_passes(self, by: int) -> None:
        self.now = max(0, self.now + by)

    @rule()
    def shows(self) -> None:
        self._take(show(self.sitting, self.now))

    @rule(item=items)
    def hints(self, item: int) -> None:
        self._take(hint(self.sitting, item, self.now))

    @rule(item=items, given=answers, is_right=st.booleans(), nonce=nonces)
    def answers(self, item: int, given: tuple[str, ...], is_right: bool, nonce: str) -> None:
        before = self.sitting
        decision = answer(before, item, given, is_right, nonce, self.now)
        self._take(decision)
        if nonce in self.counted:
            assert (decision.events, decision.answered) == ((), self.counted[nonce])
        elif decision.answered:
            self.counted[nonce] = decision.answered
            closes = before.items[item].closes_ms
            assert closes is None or decision.answered.at <= closes

    @rule(is_right=st.booleans())
    @precondition(lambda self: not self.sitting.finished)
    def answers_well(self, is_right: bool) -> None:
        """As a learner would: in order and in time, so that the storm reaches the later items too."""
        self._take(show(self.sitting, self.now))
        item, number = self.sitting.current, len(self.sitting.events)
        assert item is not None
        decision = answer(self.sitting, item, (f"a{number}",), is_right, f"n{number}", self.now)
        self._take(decision)
        if decision.answered:
            self.counted[f"n{number}"] = decision.answered
        self._take(move_on(self.sitting, item, self.now))

    @rule(item=items)
    def skips(self, item: int) -> None:
        self._take(skip(self.sitting, item, self.now))

    @rule(item=items)
    def moves_on(self, item: int) -> None:
        self._take(move_on(self.sitting, item, self.now))

    @invariant()
    def no_item_has_more_attempts_than_its_own(self) -> None:
        for item, state in zip(self.sitting.exam.items, self.sitting.items, strict=True):
            assert state.attempts_used + state.attempts_left <= item.attempts

    @invariant()
    def no_nonce_and_no_answer_counts_twice(self) -> None:
        given = [event for event in self.sitting.events if isinstance(event, Answered)]
        assert len({event.nonce for event in given}) == len(given)
        assert len({(event.item, event.answer) for event in given}) == len(given)
        assert {event.nonce: event for event in given} == self.counted

    @invariant()
    def no_deadline_moves(self) -> None:
        for index, state in enumerate(self.sitting.items):
            if state.status is not ItemStatus.UNSEEN:
                assert self.deadlines.setdefault(index, state.deadline_ms) == state.deadline_ms

    @invariant()
    def time_never_runs_backwards(self) -> None:
        times = [event.at for event in self.sitting.events]
        assert times == sorted(times)

    @invariant()
    def one_problem_at_a_time(self) -> None:
        assert sum(state.status is ItemStatus.OPEN for state in self.sitting.items) <= 1
        current = self.sitting.total if self.sitting.current is None else self.sitting.current
        assert all(state.status.closed for state in self.sitting.items[:current])
        assert all(state.status is ItemStatus.UNSEEN for state in self.sitting.items[current + 1 :])

    @invariant()
    def the_badge_is_all_right_and_nothing_else(self) -> None:
        right = {event.item for event in self.sitting.events if isinstance(event, Answered) and event.right}
        assert self.sitting.score == len(right)
        assert self.sitting.badge == (right == set(range(self.sitting.total)))

    @invariant()
    def the_result_never_changes_once_every_item_is_closed(self) -> None:
        all_closed = all(item.status.closed for item in self.sitting.items)
        if all_closed:
            result = (self.sitting.score, self.sitting.badge)
            self.result = self.result or result
            assert self.result == result
        assert not self.sitting.finished or all_closed

    @invariant()
    def nothing_overdue_looks_open(self) -> None:
        for state in as_of(self.sitting, self.now).items:
            if state.status is ItemStatus.OPEN and state.deadline_ms is not None:
                assert max(self.now, self.sitting.last_at) <= state.deadline_ms + GRACE

    def teardown(self) -> None:
        """Every prefix of a history is a history, and the record of it reads back as the same sitting."""
        if not hasattr(self, "sitting"):
            return
        exam, events = self.sitting.exam, self.sitting.events
        for length in range(len(events) + 1):
            prefix = Sitting(exam, events[:length])
            assert prefix.after(events[length:]) == self.sitting
        text = json.dumps({"paper": exam.to_json(), "events": [event_to_json(event) for event in events]})
        record = json.loads(text)
        again = Sitting(Exam.from_json(record["paper"]), tuple(map(event_from_json, record["events"])))
        assert (again, again.items, again.current) == (self.sitting, self.sitting.items, self.sitting.current)


TestStorm = Storm.TestCase
TestStorm.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
