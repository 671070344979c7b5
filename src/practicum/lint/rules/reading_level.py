"""How hard the stem is to read: the Flesch–Kincaid grade level."""

from __future__ import annotations

import re
from collections.abc import Iterator

from practicum.lint.item import LintItem
from practicum.lint.prose import Prose
from practicum.lint.rule import Flaw, Rule, Severity, each_item
from practicum.lint.sources import HALADYNA, KINCAID, Source

GRADE = 16
"""Years of school and university: the last year of a bachelor's degree."""
WORDS = 30
"""The least length of a text whose sentences have an average."""

_VOWELS = re.compile(r"[aeiou]+(?:y(?![aeiou]))?|y(?![aeiou])")
_SILENT = re.compile(r"(?:(?<!l)e|(?<=[aeiouy]l)e|(?<![td])ed|(?<![scgxzh])es)$")


def syllables(word: str) -> int:
    """About how many syllables an English word in lower case has: its groups of vowels, without silent endings."""
    return max(1, len(_VOWELS.findall(_SILENT.sub("", word))))


def grade_level(prose: Prose) -> float:
    """The Flesch–Kincaid grade level of a text with at least a word; code and formulas do not count."""
    words = prose.words
    sentences = [sentence for sentence in prose.sentences if any(character.isalpha() for character in sentence)]
    per_word = sum(map(syllables, words)) / len(words)
    return 0.39 * len(words) / max(1, len(sentences)) + 11.8 * per_word - 15.59


def reading_level(item: LintItem) -> Iterator[Flaw]:
    """A stem that needs a degree to be read."""
    if len(item.prose.words) >= WORDS and (grade := grade_level(item.prose)) > GRADE:
        message = f"the stem has a Flesch–Kincaid grade level of {grade:.1f} (at most {GRADE})"
        yield Flaw(item, f"{message}: split its sentences, and use shorter words where no term is needed")


RULES = (
    Rule(
        "reading-level",
        Severity.NOTE,
        f"The stem has a Flesch–Kincaid grade level of at most {GRADE}; code and formulas do not count.",
        (Source(HALADYNA, "guidelines 8 and 13"), Source(KINCAID)),
        each_item(reading_level),
        is_english=True,
    ),
)
