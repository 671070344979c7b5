"""Draws one learner's exam: a variant of each problem, the order of its options, and the time limit."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter

from practicum import kinds
from practicum.model import NOTHING, Problem
from practicum.practice.strict_json import RECORD, Natural, NonEmpty, RecordError, String, read_record
from practicum.practice.time_limit import TimeLimit


@dataclass(frozen=True)
class ExamItem:
    """One problem of an exam, as it was drawn."""

    __pydantic_config__: ClassVar[ConfigDict] = RECORD

    problem: NonEmpty
    """The problem's path in the course."""
    variant: Natural
    """The index of the drawn variant."""
    order: tuple[Natural, ...]
    """The indices of the shuffled parts (options, lines) in the order in which they are shown."""
    seconds: Natural
    """The author's time for it, before the time limit's factor."""
    attempts: Natural
    """Maximum number of answers that count."""
    mark: String = ""
    """Hash of the question (`Problem.mark`); empty in exams from versions that did not store it."""

    def __post_init__(self) -> None:
        if self.variant < 0 or self.seconds < 1 or self.attempts < 1:
            raise ValueError(f"{self.problem}: a variant is 0 or more, seconds and attempts are 1 or more")
        if sorted(self.order) != list(range(len(self.order))):
            raise ValueError(f"{self.problem}: {self.order} is not an order of {len(self.order)} things")

    def fits(self, problem: Problem) -> bool:
        """Return whether `problem`, which may have changed, still asks the same in this variant."""
        return (
            problem.path == self.problem
            and self.variant < len(problem.variants)
            and kinds.get(problem.kind).item_count(problem.variants[self.variant]) == len(self.order)
            and self.mark in ("", problem.mark(self.variant))
        )


@dataclass(frozen=True)
class Exam:
    """The problems of one sitting in order, and its time limit. It has at least one problem and none twice."""

    items: tuple[ExamItem, ...]
    time_limit: TimeLimit

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError("an exam needs at least one problem")
        if len(self.variants) < len(self.items):
            raise ValueError("an exam has each problem at most once")

    @property
    def variants(self) -> dict[str, int]:
        """The drawn variant by problem path: the `previous` of the next :func:`draw_exam`."""
        return {item.problem: item.variant for item in self.items}

    def allowed_ms(self, item: int) -> int | None:
        """Return the milliseconds allowed for an item, or None without a time limit."""
        return self.time_limit.allowed_ms(self.items[item].seconds)

    def to_json(self) -> dict[str, Any]:
        """Return the exam as a JSON object."""
        items = [{**asdict(item), "order": list(item.order)} for item in self.items]
        return {"items": items, "clock": self.time_limit.to_json()}

    @classmethod
    def from_json(cls, data: Any) -> Exam:
        """Read an exam that :meth:`to_json` wrote. Raises RecordError."""
        if not isinstance(data, Mapping) or data.keys() != {"items", "clock"}:
            raise RecordError(f"expected an exam with items and a clock, not {data!r}")
        items = read_record(_ITEMS, data["items"], "exam.items")
        time_limit = TimeLimit.from_json(data["clock"])
        try:
            return cls(tuple(items), time_limit)
        except ValueError as error:
            raise RecordError(f"exam: {error}") from None


_ITEMS = TypeAdapter(list[ExamItem])


def draw_exam(
    problems: Sequence[Problem],
    time_limit: TimeLimit,
    rng: random.Random,
    previous: Mapping[str, int] = NOTHING,
) -> Exam:
    """Draw an exam: a random variant of each problem, in this order, with its options or lines shuffled.

    Args:
        previous: The variant drawn last by problem path. If a problem has others, one of those is drawn.

    Raises:
        ValueError: There is no problem, or the same one twice.
    """
    return Exam(tuple(_draw(problem, rng, previous.get(problem.path)) for problem in problems), time_limit)


def _draw(problem: Problem, rng: random.Random, last: int | None) -> ExamItem:
    indices = range(len(problem.variants))
    variant = rng.choice([index for index in indices if index != last] or indices)
    order = kinds.get(problem.kind).shuffled_order(problem.variants[variant], rng)
    return ExamItem(problem.path, variant, order, problem.seconds, problem.attempts, problem.mark(variant))
