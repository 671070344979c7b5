"""What learners read after their answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from practicum.lint.item import LintItem
from practicum.lint.rule import Flaw, Rule, Severity
from practicum.lint.sources import BUTLER, Source


def missing_feedback(items: Sequence[LintItem]) -> Iterator[Flaw]:
    """Items that explain nothing. Of a file whose items all explain nothing, the first stands for all."""
    silent: dict[str, list[LintItem]] = {}
    counts: dict[str, int] = {}
    for item in items:
        counts[item.path] = counts.get(item.path, 0) + item.is_graded
        if not _explains(item):
            silent.setdefault(item.path, []).append(item)
    for path, found in silent.items():
        if found[0].name and len(found) == counts[path] > 1:
            yield Flaw(found[0], f"none of the {len(found)} items has an explanation: say why the key is right")
        else:
            yield from (Flaw(item, "learners read neither feedback nor an explanation: add one") for item in found)


def _explains(item: LintItem) -> bool:
    return (
        not item.is_graded or bool(item.explanation.strip()) or any(option.feedback.strip() for option in item.options)
    )


RULES = (
    Rule(
        "missing-feedback",
        Severity.NOTE,
        "An item has an explanation, or feedback to its options.",
        (Source(BUTLER),),
        missing_feedback,
    ),
)
