"""Options that refer to the other options."""

from __future__ import annotations

import re
from collections.abc import Iterator

from practicum.lint.item import ItemOption, LintItem, quoted
from practicum.lint.rule import Check, Flaw, Rule, Severity, each_item
from practicum.lint.sources import HALADYNA, NBME, Source

_ALL = re.compile(r"\W*(?:not )?(?:all|both|any|every)\b", re.IGNORECASE)
_NONE = re.compile(r"\W*(?:none|neither|no)\b", re.IGNORECASE)
_BY_NAME = re.compile(r"\b[A-H1-8](?:,? (?:and|or|nor)|,) [A-H1-8]\b")


def _references(kind: str, advice: str) -> Check:
    """Find the options of this kind that refer to others."""

    def check(item: LintItem) -> Iterator[Flaw]:
        for option in item.options:
            if option.refers_to_others and _kind(option) == kind:
                yield Flaw(item, f"{quoted([option])} refers to the other options: {advice}", option.line)

    return each_item(check)


def _kind(option: ItemOption) -> str:
    if _BY_NAME.search(option.text):
        return "combined"
    return "none" if _NONE.match(option.text) else "all" if _ALL.match(option.text) else "combined"


RULES = (
    Rule(
        "all-of-the-above",
        Severity.WARNING,
        "No option is “All of the above”: who knows two right options, or one wrong one, knows the answer.",
        (Source(HALADYNA, "guideline 26"), Source(NBME, "technical item flaws")),
        _references("all", "replace it by a statement of its own, or let several options be picked"),
    ),
    Rule(
        "none-of-the-above",
        Severity.NOTE,
        "“None of the above” is used with care: who picks it may know what is wrong and not what is right.",
        (Source(HALADYNA, "guideline 25"), Source(NBME, "technical item flaws")),
        _references("none", "replace it by the answer that such learners would give, unless it is meant"),
    ),
    Rule(
        "combined-options",
        Severity.WARNING,
        "No option is a combination of others, such as “Both A and B”.",
        (Source(HALADYNA, "guideline 9"),),
        _references("combined", "state each answer in one option, or let several be picked"),
    ),
)
