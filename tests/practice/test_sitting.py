"""What a sitting is, given what happened in it."""

import pytest

from practicum.practice import (
    Answered,
    Exam,
    Expired,
    Hinted,
    ItemStatus,
    Moved,
    RecordError,
    Shown,
    Sitting,
    SittingEvent,
    Skipped,
    TimeLimit,
    skip,
)

from .making import START, on, opened, paper, right, then, wrong


def test_a_new_sitting_is_at_its_first_item_unseen() -> None:
    """Nothing has happened, no clock runs, all attempts are there."""
    sitting = Sitting(paper(3))

    assert (sitting.current, sitting.finished, sitting.settled) == (0, False, False)
    assert (sitting.score, sitting.total, sitting.badge) == (0, 3, False)
    assert [item.status for item in sitting.items] == [ItemStatus.UNSEEN] * 3
    assert sitting.items[0].deadline_ms is None
    assert sitting.items[0].attempts_left == 2


def test_all_right_is_the_badge() -> None:
    """Every item right: full score and badge, already before the learner has gone on from the last verdict."""
    sitting = right(on(right(opened(2), START + 1), START + 2), START + 3)

    assert (sitting.score, sitting.badge, sitting.settled, sitting.finished) == (2, True, True, False)

    sitting = on(sitting, START + 4)

    assert (sitting.score, sitting.badge, sitting.settled, sitting.finished) == (2, True, True, True)
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
def test_the_badge_does_not_depend_on_the_clock_or_the_hint(clock: TimeLimit) -> None:
    """The same answers earn it with any clock, hint opened."""
    sitting = opened(1, clock)
    sitting = right(sitting.after([Hinted(0, START)]), START + 1)

    assert sitting.badge
    assert sitting.items[0].hint_used


def test_a_deadline_counts_from_when_the_item_was_shown() -> None:
    """Each item has its own time, from its own first showing; the learner is told the deadline without the grace."""
    sitting = on(right(opened(2, TimeLimit(1.5)), START + 5_000), START + 50_000)

    assert [item.deadline_ms for item in sitting.items] == [START + 90_000, START + 50_000 + 90_000]
    assert sitting.items[1].closes_ms == START + 50_000 + 90_000 + 2_000
    assert sitting.items[1].left_ms(START + 60_000) == 80_000
    assert sitting.items[1].left_ms(START + 999_000) == 0


def test_without_a_clock_there_is_no_deadline() -> None:
    """Nothing counts down and nothing closes by itself."""
    item = opened(1, TimeLimit(None)).items[0]

    assert (item.deadline_ms, item.closes_ms, item.left_ms(START)) == (None, None, None)


_SHOWN = Shown(0, 10)


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([_SHOWN, _SHOWN], "event 2 .shown.*happened before"),
        ([Hinted(0, 10)], "event 1 .hinted.*unseen"),
        ([_SHOWN, Hinted(0, 11), Hinted(0, 12)], "event 3 .hinted.*happened before"),
        ([Answered(0, 10, "n", ("0",), True)], "event 1 .answered.*unseen"),
        ([_SHOWN, Answered(0, 11, "n", ("0",), True), Answered(0, 12, "m", ("1",), True)], "event 3.*right"),
        ([_SHOWN, Answered(0, 11, "n", ("0",), False), Answered(0, 12, "n", ("1",), True)], "event 3.*before"),
        ([_SHOWN, Shown(1, 11)], "about item 1, but the sitting is at item 0"),
        ([_SHOWN, Moved(0, 11)], "event 2 .moved.*open"),
        ([_SHOWN, Hinted(0, 9)], "older than the one before"),
        ([Skipped(0, 10)], "event 1 .skipped.*unseen"),
        ([Expired(0, 10)], "event 1 .expired.*unseen"),
        ([_SHOWN, Skipped(0, 11), Moved(0, 12), Shown(1, 13)], "the sitting is finished"),
    ],
)
def test_events_that_cannot_have_happened_are_refused(events: list[SittingEvent], why: str) -> None:
    """A damaged or forged record is named by its place, and no sitting is made of it."""
    with pytest.raises(RecordError, match=why):
        Sitting(paper(1), tuple(events))


def test_without_a_clock_nothing_can_have_expired() -> None:
    """An expiry in a sitting without a clock is a damaged record."""
    untimed: Exam = paper(1, TimeLimit(None))

    with pytest.raises(RecordError, match="expired"):
        Sitting(untimed, (_SHOWN, Expired(0, 11)))
