"""Stems that ask nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from practicum.lint.item import LintItem
from practicum.lint.rule import Flaw, Rule, Severity, each_item
from practicum.lint.sources import HALADYNA, NBME, Source

_EMPTY = re.compile(
    r"(?:which|what)(?: one)?(?: of (?:the following|these|the))?(?: statements?| options?| answers?| sentences?)?"
    r" (?:is|are|holds?)(?: not| always| the most)? (?:true|correct|right|false|incorrect|wrong)[^\w`]*",
    re.IGNORECASE,
)


def unfocused_stem(item: LintItem) -> Iterator[Flaw]:
    """A stem that only asks which option is true, without text or code before it."""
    if item.options and not item.prose.has_block and _EMPTY.fullmatch(item.prose.text.strip()):
        yield Flaw(item, "the stem does not say what it is about: ask a question that can be answered without options")


RULES = (
    Rule(
        "unfocused-stem",
        Severity.NOTE,
        "The stem says what the question is about.",
        (Source(HALADYNA, "guideline 15"), Source(NBME, "technical item flaws: unfocused stems")),
        each_item(unfocused_stem),
        is_english=True,
    ),
)
