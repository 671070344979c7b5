"""The number of options."""

from __future__ import annotations

import re
from collections.abc import Iterator

from practicum.lint.item import LintItem
from practicum.lint.rule import Flaw, Rule, Severity, each_item
from practicum.lint.sources import HALADYNA, RODRIGUEZ, Source

MOST = 5
"""More options than research has found any use for."""
_PAIRS = ({"true", "false"}, {"yes", "no"}, {"correct", "incorrect"}, {"right", "wrong"})


def few_options(item: LintItem) -> Iterator[Flaw]:
    """Two options whose first words are not each other's opposite, such as “Yes” and “No”."""
    texts = {re.split(r"[\s,;:.]", option.text.strip(" `*_"))[0].strip("`*_").lower() for option in item.options}
    if len(item.options) == 2 and not item.is_true_false and texts not in _PAIRS:
        yield Flaw(item, "two options leave half of the answers to guessing: add a third that a learner would pick")


def many_options(item: LintItem) -> Iterator[Flaw]:
    """More options than learners need, where one is right."""
    if len(item.options) > MOST and len(item.keys) == 1:
        message = f"{len(item.options)} options, of which one is right"
        yield Flaw(item, f"{message}: keep those that learners pick. Three are enough")


RULES = (
    Rule(
        "few-options",
        Severity.NOTE,
        "A question that is not true or false has three options or more.",
        (Source(RODRIGUEZ), Source(HALADYNA, "guideline 18")),
        each_item(few_options),
    ),
    Rule(
        "many-options",
        Severity.NOTE,
        f"A question with one right option has at most {MOST}.",
        (Source(RODRIGUEZ), Source(HALADYNA, "guideline 18")),
        each_item(many_options),
    ),
)
