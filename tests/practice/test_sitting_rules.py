"""The rules of a sitting: what counts, what is refused, and what a refusal costs (nothing)."""

import pytest

from practicum.practice import (
    GRACE,
    Answered,
    Expired,
    Hinted,
    ItemStatus,
    Shown,
    Sitting,
    TimeLimit,
    answer,
    as_of,
    hint,
    move_on,
    show,
    skip,
)

from .making import SECOND, START, exam, kinds_of, on, opened, right, then, wrong

CLOSING = START + 60 * SECOND + GRACE
"""The last moment at which the first item of `opened()` takes an answer."""


# --- the clock


def test_showing_again_does_not_move_the_deadline() -> None:
    """A refresh or a second tab shows the same item with the same deadline, and leaves no trace."""
    sitting = opened()

    again = show(sitting, START + 30 * SECOND)

    assert (again.events, again.refusal) == ((), None)
    assert sitting.after(again.events).items[0].deadline_ms == START + 60 * SECOND


def test_an_answer_within_the_grace_counts() -> None:
    """The way over the network is not the learner's time: two seconds past the deadline still count."""
    decision = answer(opened(), 0, ("1",), True, "n", CLOSING)

    assert decision.refusal is None
    assert kinds_of(decision.events) == ["Answered"]


def test_a_late_answer_costs_nothing_and_closes_the_item() -> None:
    """One millisecond after the grace the item is expired: no attempt, no answer, and a refusal that says so."""
    sitting = opened()

    decision = answer(sitting, 0, ("1",), True, "n", CLOSING + 1)
    sitting = sitting.after(decision.events)

    assert decision.refusal is not None
    assert decision.refusal.code == "late"
    assert decision.events == (Expired(0, CLOSING + 1),)
    assert (sitting.items[0].status, sitting.items[0].attempts_used, sitting.score) == (ItemStatus.EXPIRED, 0, 0)


def test_a_late_form_sent_again_is_late_again() -> None:
    """The repeat has the same outcome as the first, without another event."""
    sitting = opened()
    sitting = sitting.after(answer(sitting, 0, ("1",), True, "n", CLOSING + 1).events)

    decision = answer(sitting, 0, ("1",), True, "n", CLOSING + 2)

    assert decision.events == ()
    assert decision.refusal is not None
    assert decision.refusal.code == "late"


@pytest.mark.parametrize("command", [hint, skip, move_on])
def test_every_late_command_closes_the_item(command: object) -> None:
    """Hint, giving up and going on after the time all find the item expired, and say that time ran out."""
    decision = command(opened(), 0, CLOSING + 1)  # type: ignore[operator]

    assert decision.events == (Expired(0, CLOSING + 1),)
    assert decision.refusal.code == "late"


def test_showing_late_closes_the_item() -> None:
    """Coming back after the time shows a closed item, which is no mistake of the learner's."""
    decision = show(opened(), CLOSING + 1)

    assert decision.events == (Expired(0, CLOSING + 1),)
    assert decision.refusal is None


def test_a_page_sees_the_end_of_time_without_writing() -> None:
    """What is only shown is closed at the same moment as what is written, so no key is shown while answers count."""
    sitting = opened()

    assert as_of(sitting, CLOSING).items[0].status is ItemStatus.OPEN
    assert as_of(sitting, CLOSING + 1).items[0].status is ItemStatus.EXPIRED
    assert kinds_of(sitting.events) == ["Shown"]


def test_without_a_time_limit_nothing_is_late() -> None:
    """An answer a year later counts."""
    decision = answer(opened(clock=TimeLimit(None)), 0, ("1",), True, "n", START + 365 * 86_400 * SECOND)

    assert decision.refusal is None


def test_a_clock_set_back_reopens_nothing() -> None:
    """When the server's time jumps back, the last event's time counts, so an expired item stays expired."""
    sitting = opened()
    sitting = sitting.after(show(sitting, CLOSING + 1).events)

    decision = answer(sitting, 0, ("1",), True, "n", START)

    assert decision.refusal is not None
    assert decision.refusal.code == "late"


def test_a_clock_set_back_extends_no_deadline() -> None:
    """The next item is shown at the last event's time, not before it; events never go back."""
    sitting = right(opened(), START + 10 * SECOND)
    sitting = then(sitting, move_on(sitting, 0, START - 3_600 * SECOND))

    decision = show(sitting, START - 3_600 * SECOND)

    assert decision.events == (Shown(1, START + 10 * SECOND),)


def test_only_an_item_that_is_shown_runs_out() -> None:
    """A learner may rest between two problems: going on starts no time, showing does."""
    sitting = right(opened(), START)
    sitting = then(sitting, move_on(sitting, 0, START))

    decision = show(sitting, START + 86_400 * SECOND)

    assert kinds_of(decision.events) == ["Shown"]


# --- answers


def test_the_same_form_twice_counts_once() -> None:
    """A nonce that was counted is answered with what came of it, and adds nothing."""
    sitting = opened()
    first = answer(sitting, 0, ("1",), False, "n", START + 1)
    sitting = sitting.after(first.events)

    second = answer(sitting, 0, ("1",), False, "n", START + 2)

    assert second.events == ()
    assert second.refusal is None
    assert second.answered == first.answered == Answered(0, START + 1, "n", ("1",), False)


def test_a_form_sent_again_later_has_its_old_outcome() -> None:
    """Even past the deadline, the next item, and with something else filled in: the first one counted."""
    sitting = on(right(opened(), START + 1), START + 2)
    counted = sitting.items[0].answers[0]

    decision = answer(sitting, 0, ("other",), False, counted.nonce, CLOSING + 1)

    assert (decision.events, decision.refusal, decision.answered) == ((), None, counted)


def test_an_answer_tried_already_costs_nothing() -> None:
    """Picking the same wrong option again is refused as repeated; an attempt is still left for another."""
    sitting = opened()
    sitting = then(sitting, answer(sitting, 0, ("1",), False, "n", START + 1))

    decision = answer(sitting, 0, ("1",), False, "m", START + 2)

    assert decision.events == ()
    assert decision.refusal is not None
    assert decision.refusal.code == "repeated"
    assert sitting.items[0].attempts_left == 1


@pytest.mark.parametrize("nothing", [(), ("",), (" ", "\n\t")])
def test_an_empty_answer_costs_nothing(nothing: tuple[str, ...]) -> None:
    """No option picked, or only white space: refused, and no attempt is used."""
    decision = answer(opened(), 0, nothing, False, "n", START + 1)

    assert decision.events == ()
    assert decision.refusal is not None
    assert decision.refusal.code == "empty"


@pytest.mark.parametrize("item", [1, 2, 99, -1])
def test_an_answer_to_another_item_is_out_of_order(item: int) -> None:
    """One problem at a time: a later one, and one that does not exist, are refused."""
    decision = answer(opened(2), item, ("1",), True, "n", START + 1)

    assert decision.events == ()
    assert decision.refusal is not None
    assert decision.refusal.code == "out_of_order"


def test_an_answer_to_an_item_passed_is_out_of_order() -> None:
    """A second tab that still shows the first problem is refused."""
    decision = answer(on(right(opened(), START + 1), START + 2), 0, ("7",), True, "m", START + 3)

    assert decision.refusal is not None
    assert decision.refusal.code == "out_of_order"


def test_an_item_that_was_not_shown_takes_no_answer() -> None:
    """Its time has not started, so answers before it was shown would have unlimited time."""
    decision = answer(Sitting(exam()), 0, ("1",), True, "n", START)

    assert decision.events == ()
    assert decision.refusal is not None
    assert decision.refusal.code == "out_of_order"


@pytest.mark.parametrize("close", [right, lambda sitting, now: wrong(wrong(sitting, now), now)])
def test_a_closed_item_takes_no_more_answers(close: object) -> None:
    """Once right, or out of attempts, a further answer is refused as closed."""
    sitting = close(opened(), START + 1)  # type: ignore[operator]

    decision = answer(sitting, 0, ("another",), True, "m", START + 2)

    assert decision.events == ()
    assert decision.refusal is not None
    assert decision.refusal.code == "closed"


def test_an_answer_needs_a_nonce() -> None:
    """Without one, a form sent twice looks like two answers."""
    with pytest.raises(ValueError):
        answer(opened(), 0, ("1",), True, "", START)


# --- hint, giving up, going on


def test_a_hint_is_recorded_once() -> None:
    """Opening it again is no event and no refusal."""
    sitting = opened()
    sitting = then(sitting, hint(sitting, 0, START + 1))

    again = hint(sitting, 0, START + 2)

    assert sitting.events[-1] == Hinted(0, START + 1)
    assert (again.events, again.refusal) == ((), None)


def test_a_hint_after_the_verdict_is_not_recorded() -> None:
    """It no longer helps, so it does not count."""
    decision = hint(right(opened(), START + 1), 0, START + 2)

    assert decision.events == ()
    assert decision.refusal is not None
    assert decision.refusal.code == "closed"


def test_giving_up_twice_counts_once() -> None:
    """The form sent again changes nothing and is no mistake."""
    sitting = opened()
    sitting = then(sitting, skip(sitting, 0, START + 1))

    again = skip(sitting, 0, START + 2)

    assert (again.events, again.refusal) == ((), None)


def test_an_open_item_must_be_answered_or_given_up() -> None:
    """First an answer, or giving up; the refusal says both."""
    decision = move_on(opened(), 0, START + 1)

    assert decision.events == ()
    assert decision.refusal is not None
    assert decision.refusal.code == "open"


def test_going_on_twice_moves_once() -> None:
    """A double click on `Next` does not skip a problem, not even at the last."""
    middle = on(right(opened(2), START + 1), START + 2)
    end = on(right(middle, START + 3), START + 4)

    assert move_on(middle, 0, START + 5).events == ()
    assert move_on(middle, 0, START + 5).refusal is None
    assert move_on(end, 1, START + 6).events == ()
    assert move_on(end, 1, START + 6).refusal is None


@pytest.mark.parametrize(
    "late",
    [
        lambda sitting: show(sitting, START + 9),
        lambda sitting: hint(sitting, 0, START + 9),
        lambda sitting: answer(sitting, 0, ("2",), True, "new", START + 9),
        lambda sitting: skip(sitting, 0, START + 9),
        lambda sitting: move_on(sitting, 1, START + 9),
    ],
)
def test_a_finished_sitting_accepts_no_command(late: object) -> None:
    """Nothing happens in it any more, and the refusal says how to go on from there."""
    decision = late(on(right(opened(1), START + 1), START + 2))  # type: ignore[operator]

    assert decision.events == ()
    assert decision.refusal.code == "finished"
    assert "take it again" in str(decision.refusal)
