"""The length of the key beside that of the distractors."""

from __future__ import annotations

from collections.abc import Iterator

from practicum.lint.item import LintItem
from practicum.lint.rule import Flaw, Rule, Severity, each_item
from practicum.lint.sources import HALADYNA, NBME, Source

RATIO = 1.4
"""How many times as long as the longest distractor a key is that stands out."""
CHARACTERS = 20
"""How many characters longer than the longest distractor it is at least."""


def longest_key(item: LintItem) -> Iterator[Flaw]:
    """A key in prose that is much longer than every distractor."""
    prose_only = [option for option in item.options if not (option.prose.has_block or option.prose.is_code)]
    if len(item.keys) != 1 or len(item.options) < 3 or len(prose_only) < len(item.options):
        return
    key, longest = item.keys[0], max(option.prose.length for option in item.distractors)
    if key.prose.length >= RATIO * longest and key.prose.length - longest >= CHARACTERS:
        message = f"the key has {key.prose.length} characters and the longest distractor {longest}"
        yield Flaw(item, f"{message}: shorten the key, or say as much in a distractor", key.line)


RULES = (
    Rule(
        "longest-key",
        Severity.WARNING,
        "The key is about as long as the distractors.",
        (Source(HALADYNA, "guideline 24"), Source(NBME, "technical item flaws: long correct answer")),
        each_item(longest_key),
    ),
)
