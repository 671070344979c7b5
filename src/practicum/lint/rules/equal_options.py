"""Options that say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from practicum.lint.item import ItemOption, LintItem, quoted
from practicum.lint.rule import Flaw, Rule, Severity, each_item
from practicum.lint.sources import HALADYNA, NBME, Source

_SPACE = re.compile(r"\s+")
_SENTENCE = re.compile(r"[A-Za-z][a-z]*(?:[, ]+[a-z]+){2,}\.?")
_SOFT_HYPHEN = "\xad"
"""The text of an option that shows nothing but an image."""


def equal_options(item: LintItem) -> Iterator[Flaw]:
    """An option that differs from an earlier one in nothing but case, spaces and its full stop."""
    earlier: dict[str, ItemOption] = {}
    for option in item.options:
        text = _normalized(option)
        if text in earlier and option.prose.length > option.prose.text.count(_SOFT_HYPHEN):
            message = f"{quoted([earlier[text], option])} say the same"
            yield Flaw(item, f"{message}: change one of them, or remove it", option.line)
        earlier.setdefault(text, option)


def _normalized(option: ItemOption) -> str:
    """The text as learners compare it: of code, and of what may be code, every character counts."""
    text = _SPACE.sub(" ", option.text.strip())
    return text.rstrip(".").lower() if _SENTENCE.fullmatch(text) else option.text.strip()


RULES = (
    Rule(
        "equal-options",
        Severity.WARNING,
        "No two options say the same: learners know that neither is right.",
        (Source(HALADYNA, "guidelines 19 and 22"), Source(NBME, "technical item flaws")),
        each_item(equal_options),
    ),
)
