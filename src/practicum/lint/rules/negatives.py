"""Questions that ask for what does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from practicum.lint.item import LintItem, quoted
from practicum.lint.rule import Flaw, Rule, Severity, each_item
from practicum.lint.sources import HALADYNA, NBME, Source

_VERB = r"(?:is|are|was|were|does|do|did|can|could|will|would|should|has|have|may|might|must)"
_NEGATIVE_QUESTION = re.compile(
    rf"\b(?:which|what|who)\b(?:(?!\b(?:if|when|because|that|while|unless|where|who|whether|so|sure|ensure)\b)[^?;:,])*?"
    rf"\b(?P<word>{_VERB} not|{_VERB[:-1]}|wo|ca)n['’]t|cannot|never)\b"
    r"|\b(?P<except>except)\b(?= *(?:for\b[^?]*)?[?:…]* *$)",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:not|never|cannot|except|\w+n['’]t)\b", re.IGNORECASE)


def _negative_word(item: LintItem) -> str:
    """The word that makes a question negative, or an empty string."""
    match = _NEGATIVE_QUESTION.search(item.question) if len(item.options) > 2 else None
    if match is None:
        return ""
    found = _NEGATION.search(match["except"] or match["word"])
    return found[0] if found else ""


def unmarked_negative(item: LintItem) -> Iterator[Flaw]:
    """A negative question whose negation is easily missed."""
    word = _negative_word(item)
    if word and not word.isupper() and word.lower() not in item.prose.emphasized.lower():
        message = f"the question is negative, and its “{word}” is easily missed"
        yield Flaw(item, f"{message}: ask for what holds, or write **{_capitals(word)}** in bold and capitals")


def double_negative(item: LintItem) -> Iterator[Flaw]:
    """A negative question with negative options."""
    negative = [option for option in item.options if _NEGATION.search(option.prose.text)]
    if negative and _negative_word(item):
        message = f"a negative question with a negative option, {quoted(negative[:1])}"
        yield Flaw(item, f"{message}: word one of them positively", negative[0].line)


def _capitals(word: str) -> str:
    return "NOT" if word.lower().endswith(("n't", "n’t")) else word.upper()


_SOURCES = (Source(HALADYNA, "guideline 17"), Source(NBME, "technical item flaws: negatively phrased items"))
RULES = (
    Rule(
        "unmarked-negative",
        Severity.WARNING,
        "A question asks for what holds; if it cannot, its negation is in bold or capitals.",
        _SOURCES,
        each_item(unmarked_negative),
        is_english=True,
    ),
    Rule(
        "double-negative",
        Severity.WARNING,
        "A negative question has no negative options.",
        (*_SOURCES, Source(HALADYNA, "guideline 27")),
        each_item(double_negative),
        is_english=True,
    ),
)
