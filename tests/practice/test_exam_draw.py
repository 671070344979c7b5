"""Drawing an exam: variants, orders of options, and retakes."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.practice import TIME_LIMITS, Exam, ExamItem, RecordError, TimeLimit, draw_exam

from .making import exam, problem


@given(st.integers(0, 2**32), st.lists(st.tuples(st.integers(1, 4), st.integers(0, 8)), min_size=1, max_size=5))
def test_draws_every_problem_in_order(seed: int, shapes: list[tuple[int, int]]) -> None:
    """Problems keep the author's order; each has a variant that exists, and all of its options once."""
    problems = [problem(f"{n:02}", variants, options) for n, (variants, options) in enumerate(shapes)]

    drawn = draw_exam(problems, TimeLimit(1), random.Random(seed))

    assert [item.problem for item in drawn.items] == [p.path for p in problems]
    assert all(item.fits(p) for item, p in zip(drawn.items, problems, strict=True))
    assert {(item.seconds, item.attempts) for item in drawn.items} == {(90, 2)}


@given(st.integers(0, 2**32), st.integers(2, 5))
def test_a_retake_draws_another_variant(seed: int, variants: int) -> None:
    """Where a problem has more than one variant, the one drawn last does not come again at once."""
    rng = random.Random(seed)
    first = draw_exam([problem("a", variants)], TimeLimit(1), rng)

    second = draw_exam([problem("a", variants)], TimeLimit(1), rng, previous=first.variants)

    assert second.variants != first.variants


def test_redraws_the_only_variant_of_a_problem() -> None:
    """A problem with one variant is asked again, not left out."""
    drawn = draw_exam([problem("a")], TimeLimit(1), random.Random(0), previous={problem("a").path: 0})

    assert drawn.items[0].variant == 0


def test_draws_every_variant_and_order() -> None:
    """Nothing is favoured so much that it is never seen: 3 variants of 6 orders in 400 draws."""
    rng = random.Random(1)
    items = [draw_exam([problem("a", 3, 3)], TimeLimit(1), rng).items[0] for _ in range(400)]

    assert len({(item.variant, item.order) for item in items}) == 18


def test_the_same_seed_draws_the_same_exam() -> None:
    """All randomness comes from the given generator."""
    problems = [problem(f"{n}", 4, 6) for n in range(5)]

    assert draw_exam(problems, TimeLimit(2), random.Random(7)) == draw_exam(problems, TimeLimit(2), random.Random(7))


def test_rejects_an_exam_without_problems_or_with_one_twice() -> None:
    """A challenge of no problems would hand out its badge for nothing."""
    with pytest.raises(ValueError):
        draw_exam([], TimeLimit(1), random.Random(0))
    with pytest.raises(ValueError):
        draw_exam([problem("a"), problem("a")], TimeLimit(1), random.Random(0))


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        (problem("a", 2, 4), True),
        (problem("a", 1, 4), False),
        (problem("a", 2, 5), False),
        (problem("b", 2, 4), False),
    ],
)
def test_an_item_fits_only_an_unchanged_problem(change: object, fits: bool) -> None:
    """A course that changed under a sitting is noticed: another file, fewer variants, other options."""
    item = ExamItem(problem("a").path, 1, (3, 2, 1, 0), 90, 2)

    assert item.fits(change) is fits  # type: ignore[arg-type]


def test_an_item_notices_that_its_options_were_reordered() -> None:
    """An answer is kept by the places of options: with as many in another order it would be another answer."""
    first = problem("a")
    item = draw_exam([first], TimeLimit(1), random.Random(0)).items[0]
    (one,) = first.variants
    reordered = replace(first, variants=(replace(one, options=one.options[::-1]),))

    assert item.fits(first)
    assert not item.fits(reordered)
    assert replace(item, mark="").fits(reordered)


def test_reads_an_exam_without_marks() -> None:
    """Nothing is known of its text, so only its shape is compared."""
    drawn = draw_exam([problem("a")], TimeLimit(1), random.Random(0))
    data = drawn.to_json()
    del data["items"][0]["mark"]

    assert Exam.from_json(data).items == (replace(drawn.items[0], mark=""),)


@given(st.integers(0, 2**32), st.sampled_from(TIME_LIMITS), st.integers(1, 5))
def test_an_exam_survives_json(seed: int, clock: TimeLimit, count: int) -> None:
    """Written as JSON and read again, it is equal."""
    drawn = draw_exam([problem(f"{n}", 3) for n in range(count)], clock, random.Random(seed))

    assert Exam.from_json(json.loads(json.dumps(drawn.to_json()))) == drawn


def _damaged(**changes: object) -> dict[str, object]:
    data = exam(1).to_json()
    data["items"][0].update(changes)
    return data


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"items": [], "clock": 1},
        {"items": {}, "clock": 1},
        {**exam(1).to_json(), "clock": 7},
        {**exam(1).to_json(), "more": 1},
        _damaged(problem=""),
        _damaged(problem=None),
        _damaged(variant=-1),
        _damaged(variant=True),
        _damaged(variant="0"),
        _damaged(order=[0, 0]),
        _damaged(order="01"),
        _damaged(order=[0.0]),
        _damaged(seconds=0),
        _damaged(attempts=0),
        _damaged(mark=None),
        _damaged(extra=1),
    ],
)
def test_rejects_a_damaged_record(data: object) -> None:
    """Data that `to_json` cannot have written is not read."""
    with pytest.raises(RecordError):
        Exam.from_json(data)
