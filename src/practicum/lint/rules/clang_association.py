"""A word of the stem that only the key repeats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from practicum.formatting import join_words
from practicum.lint.item import LintItem
from practicum.lint.prose import prose
from practicum.lint.rule import Flaw, Rule, Severity
from practicum.lint.sources import HALADYNA, NBME, Source

LENGTH = 6
"""The least length of a word that learners recognize."""
SHORT = 4
"""The least length of a word that distractors have in common with the question."""
ITEMS, SHARE = 5, 0.02
"""A word that more items than this, and more than this share of all, have is a term of the subject and no cue."""
_COMMON_TEXT = """
always another because become before better between called cannot common compare compared correct current
describe described different during either example following happen happens having instead likely makes means
method needed number option options people primary problem produce purpose reason result return returns should
single something statement than their there these things through together typical typically usually using
values whether which within without would
"""
_COMMON = frozenset(_COMMON_TEXT.split())
_IN_PARENTHESES = re.compile(r"\([^()]*\)")
"""A formula, or the words of an abbreviation, which distractors may repeat as letters."""
_ENDING = re.compile(r"(?:ing|ations?|e[ds]?|s|ly|ity)$")


def clang_association(items: Sequence[LintItem]) -> Iterator[Flaw]:
    """Items whose key repeats a rare word of the question that no distractor repeats."""
    frequent = _frequent_stems(items)
    for item in items:
        if len(item.keys) == 1 and len(item.options) > 2 and (words := _cues(item, frequent)):
            message = f"only the key repeats {join_words([f'“{word}”' for word in words])} of the question"
            advice = "use the word in a distractor too, or another one in the key"
            yield Flaw(item, f"{message}: {advice}", item.keys[0].line)


def _cues(item: LintItem, frequent: frozenset[str]) -> list[str]:
    """The words of the key that repeat the question, if no distractor repeats any."""
    asked = _stems(prose(_IN_PARENTHESES.sub(" ", item.question)).words, SHORT).keys()
    if any(asked & _stems(option.prose.words, SHORT).keys() for option in item.distractors):
        return []
    repeated = _stems(item.keys[0].prose.words, LENGTH).items()
    return sorted(word for stem, word in repeated if stem in asked and stem not in frequent)


def _frequent_stems(items: Sequence[LintItem]) -> frozenset[str]:
    """The words that so many items use that they are no cue to one of them."""
    texts = {(item.path, item.name): item for item in items}.values()
    counts = Counter(stem for item in texts for stem in _stems(_words(item), SHORT))
    return frozenset(stem for stem, count in counts.items() if count > max(ITEMS, SHARE * len(texts)))


def _words(item: LintItem) -> list[str]:
    return [word for text in (item.prose, *(option.prose for option in item.options)) for word in text.words]


def _stems(words: Iterable[str], length: int) -> dict[str, str]:
    """The rare words of at least a length by their beginnings, without the endings that grammar gives them."""
    return {_ENDING.sub("", word): word for word in words if len(word) >= length and word not in _COMMON}


RULES = (
    Rule(
        "clang-association",
        Severity.NOTE,
        "A word of the question is not repeated by the key alone.",
        (Source(HALADYNA, "guideline 28b"), Source(NBME, "technical item flaws: word repeats")),
        clang_association,
        is_english=True,
    ),
)
