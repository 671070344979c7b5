"""What a sitting is, given what happened in it."""

import pytest

from practicum.practice import (
    Answered,
    Exam,
    Expired,
    Hinted,
    ItemStatus,
    Moved,
    Shown,
    Sitting,
    SittingEvent,
    Skipped,
    TimeLimit,
    skip,
)
from practicum.practice.sitting import ImpossibleEvent

from .making import START, exam, on, opened, right, then, wrong


def test_a_new_sitting_is_at_its_first_item_unseen() -> None:
    """Nothing has happened, no time runs, and all attempts are left."""
    sitting = Sitting(exam(3))

    assert (sitting.current, sitting.finished) == (0, False)
    assert (sitting.score, sitting.total, sitting.badge) == (0, 3, False)
    assert [item.status for item in sitting.items] == [ItemStatus.UNSEEN] * 3
    assert sitting.items[0].deadline_ms is None
    assert sitting.items[0].attempts_left == 2


def test_all_items_right_earn_the_badge() -> None:
    """Every item right: full score and badge, already before the learner has gone on from the last verdict."""
    sitting = right(on(right(opened(2), START + 1), START + 2), START + 3)

    assert (sitting.score, sitting.badge, sitting.finished) == (2, True, False)

    sitting = on(sitting, START + 4)

    assert (sitting.score, sitting.badge, sitting.finished) == (2, True, True)
    assert sitting.current is None


def test_right_on_the_last_attempt_counts_as_right() -> None:
    """Wrong, then right: the badge does not ask how many attempts were used."""
    sitting = right(wrong(opened(1), START + 1), START + 2)

    assert sitting.badge
    assert (sitting.items[0].status, sitting.items[0].attempts_used, sitting.items[0].attempts_left) == ("right", 2, 0)


def test_a_wrong_answer_leaves_the_item_open_until_the_last() -> None:
    """One attempt used, one left; then closed as wrong."""
    once = wrong(opened(1), START + 1)
    twice = wrong(once, START + 2)

    assert (once.items[0].status, once.items[0].attempts_left, once.items[0].closed_at) == (ItemStatus.OPEN, 1, None)
    assert (twice.items[0].status, twice.items[0].attempts_left, twice.items[0].closed_at) == (
        ItemStatus.WRONG,
        0,
        START + 2,
    )
    assert (twice.score, twice.badge) == (0, False)


def test_a_skipped_item_is_not_right() -> None:
    """Giving up closes the item with no attempt left, and without the badge."""
    sitting = opened(1)
    sitting = then(sitting, skip(sitting, 0, START + 1))

    assert (sitting.items[0].status, sitting.items[0].attempts_left) == (ItemStatus.SKIPPED, 0)
    assert not sitting.badge


@pytest.mark.parametrize("clock", [TimeLimit(1), TimeLimit(1.5), TimeLimit(2), TimeLimit(10), TimeLimit(None)])
def test_the_badge_does_not_depend_on_time_limit_or_hint(clock: TimeLimit) -> None:
    """The same answers earn it with any time limit and with hints."""
    sitting = opened(1, clock)
    sitting = right(sitting.after([Hinted(0, START)]), START + 1)

    assert sitting.badge
    assert sitting.items[0].hint_used


def test_a_deadline_counts_from_when_the_item_was_shown() -> None:
    """Each item has its own time, from its own first showing; the learner sees the deadline without the grace."""
    sitting = on(right(opened(2, TimeLimit(1.5)), START + 5_000), START + 50_000)

    assert [item.deadline_ms for item in sitting.items] == [START + 90_000, START + 50_000 + 90_000]
    assert sitting.items[1].closes_ms == START + 50_000 + 90_000 + 2_000
    assert sitting.items[1].left_ms(START + 60_000) == 80_000
    assert sitting.items[1].left_ms(START + 999_000) == 0


def test_without_a_time_limit_there_is_no_deadline() -> None:
    """Nothing counts down and nothing closes by itself."""
    item = opened(1, TimeLimit(None)).items[0]

    assert (item.deadline_ms, item.closes_ms, item.left_ms(START)) == (None, None, None)


_SHOWN = Shown(0, 10)


@pytest.mark.parametrize(
    ("events", "number"),
    [
        ([_SHOWN, _SHOWN], 2),
        ([Hinted(0, 10)], 1),
        ([_SHOWN, Hinted(0, 11), Hinted(0, 12)], 3),
        ([Answered(0, 10, "n", ("0",), True)], 1),
        ([_SHOWN, Answered(0, 11, "n", ("0",), True), Answered(0, 12, "m", ("1",), True)], 3),
        ([_SHOWN, Answered(0, 11, "n", ("0",), False), Answered(0, 12, "n", ("1",), True)], 3),
        ([_SHOWN, Shown(1, 11)], 2),
        ([_SHOWN, Moved(0, 11)], 2),
        ([_SHOWN, Hinted(0, 9)], 2),
        ([Skipped(0, 10)], 1),
        ([Expired(0, 10)], 1),
        ([_SHOWN, Skipped(0, 11), Moved(0, 12), Shown(1, 13)], 4),
    ],
)
def test_rejects_impossible_events(events: list[SittingEvent], number: int) -> None:
    """The error has the position of the first impossible event."""
    with pytest.raises(ImpossibleEvent) as refusal:
        Sitting(exam(1), tuple(events))

    assert refusal.value.number == number


def test_rejects_an_expiry_without_a_time_limit() -> None:
    """Without a deadline nothing can expire."""
    untimed: Exam = exam(1, TimeLimit(None))

    with pytest.raises(ImpossibleEvent):
        Sitting(untimed, (_SHOWN, Expired(0, 11)))
