"""Words by which learners tell wrong options from right ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from practicum.lint.item import ItemOption, LintItem, quoted
from practicum.lint.prose import prose
from practicum.lint.rule import Flaw, Rule, Severity, each_item
from practicum.lint.sources import HALADYNA, NBME, Source

ABSOLUTE = frozenset({"always", "never", "completely", "absolutely"})
"""The words that the guidelines name."""
_NAME = re.compile(rf"\b(?:{'|'.join(word.title() for word in sorted(ABSOLUTE))}) [A-Z][a-z]+")


def absolute_word(item: LintItem) -> Iterator[Flaw]:
    """Distractors with such a word, where neither the key nor the stem has one."""
    if len(item.options) < 3 or any(map(_words, item.keys)) or ABSOLUTE & set(item.prose.words):
        return
    cued = [option for option in item.distractors if _words(option)]
    if item.keys and cued:
        words = sorted(frozenset().union(*map(_words, cued)))
        message = f"only distractors have {' and '.join(f'“{word}”' for word in words)}: {quoted(cued)}"
        yield Flaw(item, f"{message}; learners rule such options out: leave the word out, or be specific", cued[0].line)


def _words(option: ItemOption) -> frozenset[str]:
    """The absolute words of an option, without those in names such as Always Encrypted."""
    return ABSOLUTE & set(prose(_NAME.sub("", option.text)).words)


RULES = (
    Rule(
        "absolute-word",
        Severity.WARNING,
        "Words such as “always” and “never” do not mark the distractors.",
        (Source(HALADYNA, "guideline 28a"), Source(NBME, "technical item flaws: absolute terms")),
        each_item(absolute_word),
        is_english=True,
    ),
)
