"""When a card comes again: what follows from its reviews, for any reviews there can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.practice.spaced_repetition import (
    AHEAD,
    DAY,
    EARLY,
    NEW_PER_DAY,
    Rating,
    Review,
    intervals,
    queue,
    schedules,
)

START = 1_790_000_000_000
"""A moment in 2026, in milliseconds since 1970."""

ratings = st.sampled_from(Rating)
gaps = st.integers(0, 400 * DAY)
CARDS = [f"card {number:02}" for number in range(30)]


@st.composite
def histories(draw: st.DrawFn, cards: int = 1, most: int = 12) -> list[Review]:
    """Reviews in the order in which they were made."""
    at, found = START, []
    for _ in range(draw(st.integers(0, most))):
        at += draw(gaps)
        found.append(Review(CARDS[draw(st.integers(0, cards - 1))], draw(ratings), at))
    return found


def last(reviews: list[Review]) -> int:
    return max((one.at for one in reviews), default=START)


@given(histories())
def test_a_card_comes_again_after_it_was_seen(reviews: list[Review]) -> None:
    """Never before, and never not at all."""
    for one in schedules(reviews).values():
        assert one.due > last(reviews)
        assert one.reviews == len(reviews)
        assert one.first == reviews[0].at


@given(histories(), gaps)
def test_the_better_it_came_to_mind_the_later_it_comes(reviews: list[Review], gap: int) -> None:
    """Again before hard, hard before good, good before easy; the buttons say so beforehand."""
    now = last(reviews) + gap

    promised = intervals(reviews, now)

    assert list(promised) == [Rating.AGAIN, Rating.HARD, Rating.GOOD, Rating.EASY]
    assert list(promised.values()) == sorted(promised.values())
    for rating, interval in promised.items():
        after = schedules([*reviews, Review("card 00", rating, now)])
        assert after["card 00"].due == now + interval


@given(histories(cards=4, most=20), st.randoms())
def test_the_same_reviews_give_the_same_days(reviews: list[Review], chance: object) -> None:
    """Reviews may be given in any order if their times differ, and cards are independent."""
    times = [one.at for one in reviews]
    if len(set(times)) < len(times):
        return
    shuffled = list(reviews)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert schedules(shuffled) == schedules(reviews)
    for card, one in schedules(reviews).items():
        assert schedules([review for review in reviews if review.card == card]) == {card: one}


@given(histories(cards=30, most=25), gaps)
def test_a_queue_holds_each_card_once(reviews: list[Review], gap: int) -> None:
    """Due, new, soon, later or waiting; and what is due has waited longest first."""
    now = last(reviews) + gap

    found = queue(CARDS, reviews, now)

    assert len(found.due) + len(found.new) + len(found.soon) + len(found.later) + found.waiting == len(CARDS)
    assert len({*found.due, *found.new, *found.soon}) == found.left
    known = schedules(reviews)
    assert [known[card].due for card in found.due] == sorted(known[card].due for card in found.due)
    assert all(known[card].asked_from <= now for card in found.due)
    assert set(found.now) == {*found.due, *found.new, *found.soon}
    assert all(now < known[card].due <= now + AHEAD for card in found.soon)
    assert list(found.later) == sorted(found.later)
    assert len(found.new) <= NEW_PER_DAY


def test_what_is_due_comes_before_what_is_new() -> None:
    """And what is new before what was seen a minute ago."""
    seen = [Review(CARDS[5], Rating.GOOD, START), Review(CARDS[6], Rating.EASY, START)]

    at_once = queue(CARDS, seen, START + 1)
    in_a_week = queue(CARDS, seen, START + 30 * DAY)

    assert at_once.next == CARDS[0]
    assert at_once.soon == (CARDS[5],)
    assert in_a_week.due == (CARDS[5], CARDS[6])
    assert in_a_week.next == CARDS[5]


@given(histories(most=6), st.integers(0, EARLY))
def test_a_little_early_is_in_time(reviews: list[Review], early: int) -> None:
    """Who sits down at eight has the cards of yesterday at nine, and they come back as if it were nine."""
    known = schedules(reviews).get("card 00")
    if known is None or known.learning:
        return
    now = max(known.due - early, reviews[-1].at + 1)

    assert queue(["card 00"], reviews, now).due == ("card 00",)
    assert queue(["card 00"], reviews, known.due - EARLY - 1).due == ()
    assert intervals(reviews, now) == intervals(reviews, known.due)


def test_only_so_many_are_new_in_a_day() -> None:
    """The others wait, and none is lost."""
    morning = START - START % DAY
    met = [Review(card, Rating.EASY, morning + number) for number, card in enumerate(CARDS[:NEW_PER_DAY])]

    today = queue(CARDS, met, morning + DAY - 1)
    tomorrow = queue(CARDS, met, morning + DAY)

    assert (today.new, today.waiting) == ((), len(CARDS) - NEW_PER_DAY)
    assert len(tomorrow.new) == NEW_PER_DAY


def test_a_card_that_is_gone_counts_for_nothing() -> None:
    """An author may take one away, or ask it in other words."""
    found = queue(CARDS[:2], [Review("gone", Rating.GOOD, START)], START + DAY)

    assert found.new == (CARDS[0], CARDS[1])
    assert (found.due, found.soon, found.later) == ((), (), ())


def test_a_card_that_is_known_comes_ever_more_rarely() -> None:
    """As one hopes."""
    reviews: list[Review] = []
    at, found = START, []
    for _ in range(8):
        reviews.append(Review("card", Rating.GOOD, at))
        at = schedules(reviews)["card"].due
        found.append(at - reviews[-1].at)

    assert found == sorted(found)
    assert found[-1] > 100 * DAY


@pytest.mark.parametrize("rating", [0, 5])
def test_there_are_four_ratings(rating: int) -> None:
    with pytest.raises(ValueError):
        Rating(rating)


def test_a_clock_that_was_set_back_loses_no_card() -> None:
    """A card whose reviews are a day ahead comes when it is due; new ones come, and each rating has an interval."""
    reviews = [Review("a", Rating.GOOD, 10 * DAY), Review("a", Rating.GOOD, 10 * DAY + 700_000)]
    set_back = queue(["a", "b"], reviews, 9 * DAY)
    on_time = queue(["a", "b"], reviews, set_back.later[0])

    assert set_back.now == ("b",)
    assert set_back.later[0] < 14 * DAY
    assert "a" in on_time.due
    assert all(interval > 0 for interval in intervals(reviews, 9 * DAY).values())
