"""What one learner sits: a variant of each problem, its options in some order, and a clock. Fixed at the start."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from practicum import kinds
from practicum.model import NOTHING, Problem
from practicum.practice.strict_json import RecordError, fields, text, whole, wholes
from practicum.practice.time_limit import TimeLimit


@dataclass(frozen=True)
class ExamItem:
    """One problem of an exam, as it was drawn."""

    problem: str
    """Its path in the course."""
    variant: int
    """The index of its variant."""
    order: tuple[int, ...]
    """The indices of what its kind shuffles (options, lines) in the order in which they are shown."""
    seconds: int
    """The author's time for it, before the clock stretches it."""
    attempts: int
    """How many answers count."""
    mark: str = ""
    """What it asks (`Problem.mark`); empty in exams from before that was noted."""

    def __post_init__(self) -> None:
        if self.variant < 0 or self.seconds < 1 or self.attempts < 1:
            raise ValueError(f"{self.problem}: a variant is 0 or more, seconds and attempts are 1 or more")
        if sorted(self.order) != list(range(len(self.order))):
            raise ValueError(f"{self.problem}: {self.order} is not an order of {len(self.order)} things")

    def fits(self, problem: Problem) -> bool:
        """Whether `problem` still asks the same in this variant, of as many things to shuffle: a course may change."""
        return (
            problem.path == self.problem
            and self.variant < len(problem.variants)
            and kinds.get(problem.kind).item_count(problem.variants[self.variant]) == len(self.order)
            and self.mark in ("", problem.mark(self.variant))
        )


def _mark(value: Any) -> str:
    return "" if value == "" else text(value)


_ITEM = {"problem": text, "variant": whole, "order": wholes, "seconds": whole, "attempts": whole, "mark": _mark}


@dataclass(frozen=True)
class Exam:
    """The problems of one sitting in their order, and its clock. At least one problem, none twice."""

    items: tuple[ExamItem, ...]
    time_limit: TimeLimit

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError("an exam needs at least one problem")
        if len(self.variants) < len(self.items):
            raise ValueError("an exam has each problem at most once")

    @property
    def variants(self) -> dict[str, int]:
        """The variant drawn for each problem's path: what the next :func:`draw` takes as `previous`."""
        return {item.problem: item.variant for item in self.items}

    def allowed_ms(self, item: int) -> int | None:
        """The milliseconds for that item, or None if the clock is off."""
        return self.time_limit.allowed_ms(self.items[item].seconds)

    def to_json(self) -> dict[str, Any]:
        items = [{**asdict(item), "order": list(item.order)} for item in self.items]
        return {"items": items, "clock": self.time_limit.to_json()}

    @classmethod
    def from_json(cls, data: Any) -> Exam:
        """The exam that :meth:`to_json` wrote. Raises RecordError for anything else."""
        try:
            values = fields(data, {"items": _items, "clock": TimeLimit.from_json}, "exam")
            return cls(values["items"], values["clock"])
        except RecordError:
            raise
        except ValueError as error:
            raise RecordError(f"exam: {error}") from None


def _items(data: Any) -> tuple[ExamItem, ...]:
    if not isinstance(data, list):
        raise RecordError(f"expected a list of problems, not {data!r}")
    marked = ({"mark": "", **item} if isinstance(item, Mapping) else item for item in data)
    return tuple(ExamItem(**fields(item, _ITEM, f"problem {number}")) for number, item in enumerate(marked, 1))


def draw_exam(
    problems: Sequence[Problem],
    time_limit: TimeLimit,
    rng: random.Random,
    previous: Mapping[str, int] = NOTHING,
) -> Exam:
    """An exam of these problems in their order: a variant of each by chance, its options or lines shuffled.

    `previous` names the variant drawn last by problem path; where a problem has another, one of the others is drawn.
    Raises ValueError if there is no problem, or one is there twice.
    """
    return Exam(tuple(_draw(problem, rng, previous.get(problem.path)) for problem in problems), time_limit)


def _draw(problem: Problem, rng: random.Random, last: int | None) -> ExamItem:
    indices = range(len(problem.variants))
    variant = rng.choice([index for index in indices if index != last] or indices)
    order = kinds.get(problem.kind).shuffled_order(problem.variants[variant], rng)
    return ExamItem(problem.path, variant, order, problem.seconds, problem.attempts, problem.mark(variant))
