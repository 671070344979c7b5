"""Options that do not continue an unfinished sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from practicum.lint.item import ItemOption, LintItem, quoted
from practicum.lint.rule import Flaw, Rule, Severity, each_item
from practicum.lint.sources import HALADYNA, NBME, Source

_ENDING = r"[\s:…._]*$"
_ARTICLE = re.compile(rf"\b(?P<article>an?){_ENDING}", re.IGNORECASE)
_NUMBER = re.compile(rf"\b(?P<verb>is|was|are|were)(?: an?| the)?{_ENDING}", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
_VOWEL_SOUND = re.compile(r"[aeiou]|hour|honest|honou?r|heir", re.IGNORECASE)
_CONSONANT_SOUND = re.compile(r"eu|uni(?!n|m)|us(?:e|u|a)|one\b|once\b|ub|ut(?:i|o)", re.IGNORECASE)
_PHRASE = re.compile(r"[A-Za-z][a-z-]*(?: [a-z-]+){0,3}")
_SINGULAR_ENDING = re.compile(r"(?:ss|us|is|as|os)$", re.IGNORECASE)

Fits = Callable[[ItemOption], bool | None]
"""Whether an option continues the sentence; None if that is not known."""


def article_cue(item: LintItem) -> Iterator[Flaw]:
    """A stem that ends in “a” or “an”, which only some of the options can follow."""
    if match := _ARTICLE.search(item.prose.text):
        article = match["article"].lower()
        advice = "write the article in the options, or “a(n)”"
        yield from _cue(item, lambda option: _follows(article, option), f"the stem ends in “{article}”", advice)


def number_cue(item: LintItem) -> Iterator[Flaw]:
    """A stem that ends in “is” or “are”, which only some of the options can follow."""
    if match := _NUMBER.search(item.prose.text):
        plural = match["verb"].lower() in ("are", "were")
        advice = "put all options in the same number"
        yield from _cue(item, lambda option: _agrees(plural, option), f"the stem ends in “{match['verb']}”", advice)


def _cue(item: LintItem, fits: Fits, found: str, advice: str) -> Iterator[Flaw]:
    """A flaw if the keys fit, and a distractor does not. One option that cannot be judged settles nothing."""
    known = [(option, fits(option)) for option in item.options]
    misfits = [option for option, fit in known if fit is False and not option.key]
    if misfits and all(fit for option, fit in known if option.key) and None not in [fit for _, fit in known]:
        yield Flaw(item, f"{found}, which {quoted(misfits)} cannot follow: {advice}", misfits[0].line)


def _follows(article: str, option: ItemOption) -> bool | None:
    match = _WORD.match(option.prose.text)
    if match is None or match[0].isupper() or match[0].lower() in ("a", "an", "the"):
        return None
    vowel = _VOWEL_SOUND.match(match[0]) is not None and _CONSONANT_SOUND.match(match[0]) is None
    return vowel == (article == "an")


def _agrees(plural: bool, option: ItemOption) -> bool | None:
    text = option.prose.text.rstrip(". ")
    if not _PHRASE.fullmatch(text) or re.search(r"\b(?:the|of|in|for|to|by|with|and|or|on|at|from|than)\b", text):
        return None
    last = text.split()[-1]
    return (last.endswith("s") and not _SINGULAR_ENDING.search(last)) == plural


RULES = (
    Rule(
        "article-cue",
        Severity.WARNING,
        "Each option can follow the article at the end of the stem.",
        (Source(HALADYNA, "guideline 28c"), Source(NBME, "technical item flaws: grammatical cues")),
        each_item(article_cue),
        is_english=True,
    ),
    Rule(
        "number-cue",
        Severity.WARNING,
        "Each option agrees in number with the verb at the end of the stem.",
        (Source(HALADYNA, "guideline 28c"), Source(NBME, "technical item flaws: grammatical cues")),
        each_item(number_cue),
        is_english=True,
    ),
)
