"""One thing to do next: the right one, with its reason, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.practice.progress import ModeProgress, Suggestion, suggest


@st.composite
def stands(draw: st.DrawFn) -> list[ModeProgress]:
    found = []
    for number in range(draw(st.integers(0, 9))):
        total = draw(st.integers(0, 6))
        at = draw(st.none() | st.integers(0, 1000))
        done = draw(st.integers(0, total)) if at is not None else 0
        due = draw(st.integers(0, 3)) if at is not None else 0
        found.append(ModeProgress(f"mode {number}", done, total, at, due, draw(st.booleans())))
    return found


@given(stands())
def test_suggests_a_mode_with_work_left(all_stands: list[ModeProgress]) -> None:
    """It is one of the modes, and there is something left to do in it now."""
    found = suggest(all_stands)

    left = [one for one in all_stands if one.due or (one.total and not one.finished and not one.resting)]
    assert (found is None) == (not left)
    assert found is None or found.mode in [one.mode for one in left]


@given(stands())
def test_suggests_due_reviews_first(all_stands: list[ModeProgress]) -> None:
    """Reviews cannot wait."""
    found = suggest(all_stands)

    if any(one.due for one in all_stands):
        assert found is not None
        assert found.reason == "due"


def test_suggests_the_first_mode_to_a_beginner() -> None:
    assert suggest([ModeProgress("learn", 0, 5), ModeProgress("try", 0, 6)]) == Suggestion("learn", "first")


def test_suggests_the_mode_used_last() -> None:
    """Whatever comes before it in the order."""
    begun = [ModeProgress("learn", 2, 5, last_at=10), ModeProgress("why", 0, 3), ModeProgress("try", 1, 6, last_at=20)]

    assert suggest(begun) == Suggestion("try", "begun")


def test_suggests_the_next_mode_after_a_finished_one() -> None:
    """In the topic's order, leaving out what rests until tomorrow."""
    done = ModeProgress("learn", 5, 5, last_at=10)

    assert suggest([done, ModeProgress("why", 0, 3)]) == Suggestion("why", "next")
    assert suggest(
        [done, ModeProgress("recall", 12, 26, last_at=9, resting=True), ModeProgress("try", 0, 1)]
    ) == Suggestion("try", "next")


def test_suggests_nothing_when_everything_is_done() -> None:
    """Nothing is left to suggest."""
    assert (
        suggest([ModeProgress("learn", 5, 5, last_at=1), ModeProgress("recall", 3, 9, last_at=2, resting=True)]) is None
    )


@pytest.mark.parametrize(("done", "total", "due"), [(2, 1, 0), (-1, 1, 0), (0, 1, -1)])
def test_rejects_impossible_progress(done: int, total: int, due: int) -> None:
    with pytest.raises(ValueError):
        ModeProgress("mode", done, total, due=due)
